"""The text layer of a PDF as a grid."""

from __future__ import annotations

from pathlib import Path

from khaka.data.readers.form20.cells import Grid


def grid_of_pdf(path: Path) -> Grid:
    """Return the cells of a PDF."""
    raise NotImplementedError(path)
