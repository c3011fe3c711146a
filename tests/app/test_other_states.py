"""A state is scored from its own files: those of other states are neither read nor hashed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import khaka
from khaka.data.durable import sha256
from khaka.data.simulate import simulate

FILES = ("scores.parquet", "scores.csv", "explanations.parquet", "panel.parquet")


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> tuple[khaka.OpenWorkspace, str, str]:
    folder = tmp_path_factory.mktemp("again")
    made = simulate(folder / "world", seats=6, booths_per_seat=6, aspirants=24, seed=7)
    workspace = khaka.init(folder / "workspace", state=made.state, party=made.party)
    workspace.ingest(folder / "world")
    khaka.Ranker(made.as_of).fit(workspace).rank(workspace, made.election_id)
    return workspace, made.election_id, made.as_of


def test_files_of_other_states_are_neither_read_nor_hashed(
    ranked: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path
) -> None:
    first, election, as_of = ranked
    shutil.copytree(first.root, tmp_path / "w", ignore=shutil.ignore_patterns("results"))
    for table in ("activity", "booth_votes", "nominees"):  # whoever opens one of them fails
        (tmp_path / "w" / "tables" / table / "S03.parquet").write_bytes(b"no Parquet")
        (tmp_path / "w" / "tables" / table / "S03-2026-AE.parquet").write_bytes(b"no Parquet")
    workspace = khaka.open(tmp_path / "w")
    folder = khaka.Ranker.load(workspace).rank(workspace, election, as_of=as_of).folder
    for name in FILES:
        assert sha256(folder / name) == sha256(first.results(election).folder / name)
