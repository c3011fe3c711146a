"""A past ranking again from its record; the workspace's safety."""

from __future__ import annotations

import datetime as dt
import shutil
import tarfile
from pathlib import Path

import pytest

import khaka
from khaka.app.backup import backup, restore
from khaka.app.erase_job import erase_job
from khaka.app.reproduce_job import reproduce_job
from khaka.data.errors import KhakaError
from khaka.data.history import forget
from khaka.data.simulate import simulate

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> tuple[khaka.OpenWorkspace, str, str]:
    folder = tmp_path_factory.mktemp("ranked")
    made = simulate(folder / "world", seats=3, booths_per_seat=6, aspirants=12, seed=5)
    workspace = khaka.init(folder / "workspace", state=made.state, party=made.party)
    workspace.ingest(folder / "world")
    khaka.Ranker(made.as_of).fit(workspace).rank(workspace, made.election_id)
    return workspace, made.election_id, made.as_of


def copy(workspace: khaka.OpenWorkspace, to: Path) -> khaka.OpenWorkspace:
    shutil.copytree(workspace.root, to)
    return khaka.open(to)


def test_a_past_ranking_comes_out_again_after_its_tables_changed(
    ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path
) -> None:
    workspace, election, as_of = copy(ranked[0], tmp_path / "w"), *ranked[1:]
    day = dt.date.fromisoformat(as_of)
    table = workspace.tables["ratings"]
    changed = table.assign(rating=table["scale_max"])
    workspace.workspace.store.write("ratings", changed)
    before = sorted(path.name for path in (workspace.root / "results").rglob("*"))
    found = reproduce_job(workspace.workspace, election_id=election, as_of=day)
    assert found.same
    assert "scores.parquet" in found.files
    assert sorted(path.name for path in (workspace.root / "results").rglob("*")) == before
    scored = khaka.Ranker.load(workspace).rank(workspace, election, as_of=as_of)
    assert not scored.scores.equals(ranked[0].results(election).scores)


def test_a_missing_or_damaged_version_is_named(ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path) -> None:
    workspace, election, as_of = copy(ranked[0], tmp_path / "w"), *ranked[1:]
    day = dt.date.fromisoformat(as_of)
    version = next((workspace.root / "history").glob("*.parquet"))
    content = version.read_bytes()
    version.unlink()
    version.write_bytes(content[:-5] + b"00000")
    with pytest.raises(KhakaError, match="damaged"):
        reproduce_job(workspace.workspace, election_id=election, as_of=day)
    version.unlink()
    with pytest.raises(KhakaError, match=r"was not kept.*; restore a backup"):
        reproduce_job(workspace.workspace, election_id=election, as_of=day)


def test_a_ranking_of_somebody_who_was_erased_is_not_made_again_and_no_backup_is_asked_for(
    ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path
) -> None:
    workspace, election, as_of = copy(ranked[0], tmp_path / "w"), *ranked[1:]
    erase_job(workspace.workspace, str(workspace.results(election).scores["aspirant_id"].iloc[0]), by="Asha")
    with pytest.raises(KhakaError, match=r"somebody who was erased \(last on \d{4}-\d\d-\d\d\)") as error:
        reproduce_job(workspace.workspace, election_id=election, as_of=dt.date.fromisoformat(as_of))
    assert "backup" not in str(error.value)


def test_forgetting_a_person_removes_the_versions_that_hold_them(
    ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path
) -> None:
    workspace = copy(ranked[0], tmp_path / "w")
    someone = workspace.tables["aspirants"]["aspirant_id"].iloc[-1]
    versions = len(list((workspace.root / "history").glob("*.parquet")))
    assert forget(workspace.root, [someone]) > 0
    assert forget(workspace.root, [someone]) == 0
    assert 0 < len(list((workspace.root / "history").glob("*.parquet"))) < versions


def test_a_backup_comes_back_file_by_file(ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path) -> None:
    workspace, election, as_of = ranked
    (tmp_path / "disk").mkdir()
    done = backup(workspace.workspace, tmp_path / "disk", now=NOW)
    assert done.path.name == "khaka-20261123T093000.tar.gz"
    assert done.path.stat().st_mode & 0o077 == 0, "only the owner may read people's data"
    restored = restore(done.path, tmp_path / "again")
    assert restored.files == done.files
    again = khaka.open(tmp_path / "again")
    assert again.results(election).scores.equals(workspace.results(election).scores)
    assert reproduce_job(again.workspace, election_id=election, as_of=dt.date.fromisoformat(as_of)).same


def test_a_changed_or_cut_backup_restores_nothing(ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path) -> None:
    done = backup(ranked[0].workspace, tmp_path / "b.tar.gz", now=NOW)
    content = done.path.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(KhakaError, match="no whole backup"):
        restore(tmp_path / "cut.tar.gz", tmp_path / "to")
    with tarfile.open(done.path) as archive:
        archive.extractall(tmp_path / "open", filter="data")
    (tmp_path / "open" / "khaka.toml").write_text("changed")
    with tarfile.open(tmp_path / "changed.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "open", arcname=".")
    with pytest.raises(KhakaError, match=r"khaka\.toml is not what was backed up"):
        restore(tmp_path / "changed.tar.gz", tmp_path / "to")
    assert not (tmp_path / "to").exists()
    assert not list(tmp_path.glob(".to.*"))


def test_backups_overwrite_nothing(ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path) -> None:
    done = backup(ranked[0].workspace, tmp_path / "b.tar.gz", now=NOW)
    with pytest.raises(KhakaError, match="never overwritten"):
        backup(ranked[0].workspace, done.path, now=NOW)
    with pytest.raises(KhakaError, match="inside the workspace"):
        backup(ranked[0].workspace, ranked[0].root / "b.tar.gz", now=NOW)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(KhakaError, match="not empty"):
        restore(done.path, tmp_path / "full")
