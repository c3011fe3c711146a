"""What all tests share: where the real files lie, and a workspace to work in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real election files; the test is skipped where it is missing."""
    folder = Path(os.environ.get("KHAKA_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "results").is_dir():
        pytest.skip(f"no real election files in {folder}; set KHAKA_REAL_DATA")
    return folder
