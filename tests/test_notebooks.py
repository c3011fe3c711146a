"""Notebooks run from top to bottom."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("_"))
PICTURES = re.compile(r'show\(figure, "(\w+)"\)')


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the notebooks keep the state that they share: made by the first that needs it."""
    return tmp_path_factory.mktemp("notebooks")


def run(path: Path, folder: Path, shared: Path, **more: str) -> str:
    """Run a notebook, see that its pictures are there, return what it printed."""
    without = {name: value for name, value in os.environ.items() if name != "KHAKA_REAL_DATA"}
    done = subprocess.run(
        [sys.executable, path],
        cwd=folder,
        env={**without, "MPLBACKEND": "Agg", "TMPDIR": str(folder), "KHAKA_NOTEBOOKS": str(shared), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    drawn = PICTURES.findall(path.read_text(encoding="utf-8"))
    assert drawn
    assert [name for name in drawn if not (shared / "pictures" / f"{name}.png").is_file()] == []
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, shared: Path) -> None:
    assert run(path, tmp_path, shared)


@pytest.mark.slow
@pytest.mark.real
def test_the_backtest_of_a_feature_runs_on_the_real_files_of_uttar_pradesh(tmp_path: Path, real_data: Path) -> None:
    path = FOLDER / "a_new_feature_from_idea_to_backtest.py"
    said = run(path, tmp_path, tmp_path / "shared", KHAKA_REAL_DATA=str(real_data))
    assert re.search(r"S24-2017-AE +learned from +\d+, 403 seats", said)


def test_a_notebook_is_a_percent_script_that_says_what_it_is() -> None:
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ---\n# jupyter:\n"), path.name
        assert "# %% [markdown]\n# # " in text, path.name
