"""A frozen list is never overwritten, and reading it finds every change."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from khaka.app.cli import main
from khaka.data.durable import sha256
from khaka.data.errors import KhakaError
from khaka.scoring.freeze import freeze, frozen_lists, open_frozen, slug

ELECTION = "S24-2027-AE"
AT = dt.datetime(2027, 1, 12, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def root(blueprint_workspace: Path, tmp_path: Path) -> Path:
    shutil.copytree(blueprint_workspace, tmp_path / "ws")
    return tmp_path / "ws"


def results(root: Path) -> Path:
    return root / "results" / ELECTION / "2026-12-01"


def frozen(root: Path, name: str = "List 1", seats: list[str] | None = None) -> Path:
    return freeze(root, results(root), election_id=ELECTION, name=name, seats=seats, at=AT).folder


def test_a_list_keeps_the_results_byte_for_byte(root: Path) -> None:
    folder = frozen(root, seats=["S24-2008-100"])
    for name in ("scores.parquet", "explanations.parquet", "panel.parquet", "manifest.json"):
        assert (folder / name).read_bytes() == (results(root) / name).read_bytes()
    found = open_frozen(folder)
    assert found.seats == ("S24-2008-100",)
    assert set(found.read("scores")["seat_id"]) == {"S24-2008-100"}
    assert found.frozen_at == AT.isoformat()
    assert found.hashes["scores.parquet"] == sha256(folder / "scores.parquet")
    assert list(pd.read_csv(folder / "list.csv")["seat_id"]) == ["S24-2008-100"]
    assert [path.name for path in frozen_lists(root, ELECTION)] == ["list-1"]


def test_a_list_is_not_overwritten_and_stands_when_the_results_change(root: Path) -> None:
    folder = frozen(root)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KhakaError, match="frozen already"):
        frozen(root, name="LIST  1")
    (results(root) / "scores.parquet").write_bytes(b"other")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert open_frozen(folder).name == "List 1"


@pytest.mark.parametrize("damage", ["change", "remove", "add", "record"])
def test_every_change_is_found_on_reading(root: Path, damage: str) -> None:
    folder = frozen(root)
    path = folder / "panel.parquet"
    if damage == "change":
        path.chmod(0o644)
        path.write_bytes(path.read_bytes() + b" ")
    elif damage == "remove":
        path.unlink()
    elif damage == "add":
        (folder / "more.csv").write_text("x")
    else:
        (folder / "frozen.json").chmod(0o644)
        (folder / "frozen.json").write_text("{}")
    with pytest.raises(KhakaError, match=r"has changed|has lost|not frozen|unreadable"):
        open_frozen(folder)


def test_reading_a_table_checks_it_again(root: Path) -> None:
    found = open_frozen(frozen(root))
    path = found.folder / "scores.parquet"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-4] + b"xxxx")
    with pytest.raises(KhakaError, match=r"scores\.parquet of the frozen list 'List 1' has changed"):
        found.read("scores")
    with pytest.raises(KhakaError, match=r"has no slate\.parquet"):
        found.read("slate")


def test_results_that_are_not_those_of_their_manifest_are_refused(root: Path) -> None:
    (results(root) / "panel.parquet").write_bytes(b"other")
    with pytest.raises(KhakaError, match=r"panel\.parquet is not the one"):
        frozen(root)
    assert not frozen_lists(root, ELECTION)


def test_a_seat_that_was_not_scored_is_named(root: Path) -> None:
    with pytest.raises(KhakaError, match="S24-2008-999"):
        frozen(root, seats=["S24-2008-999"])
    assert not list((root / "lists").rglob("*"))


def test_names_that_make_no_folder_are_refused() -> None:
    assert slug("List 2: north/south") == "list-2-north-south"
    with pytest.raises(KhakaError, match="no name for a list"):
        slug("../..")


def test_the_command_freezes_and_checks(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["freeze", "--election", ELECTION, "--workspace", str(root), "--json"]
    assert main([*base, "--name", "पहली सूची", "--seats", "S24-2008-100, S24-2008-101"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["seats"] == ["S24-2008-100", "S24-2008-101"]
    assert main([*base, "--check"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == ["पहली सूची"]
    assert main([*base, "--name", "पहली सूची"]) == 1
    assert "frozen already" in capsys.readouterr().err
