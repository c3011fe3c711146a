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


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, shared: Path) -> None:
    done = subprocess.run(
        [sys.executable, path],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg", "TMPDIR": str(tmp_path), "KHAKA_NOTEBOOKS": str(shared)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout
    drawn = PICTURES.findall(path.read_text(encoding="utf-8"))
    assert drawn
    assert [name for name in drawn if not (shared / "pictures" / f"{name}.png").is_file()] == []


def test_a_notebook_is_a_percent_script_that_says_what_it_is() -> None:
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ---\n# jupyter:\n"), path.name
        assert "# %% [markdown]\n# # " in text, path.name
