"""Atheris: any bytes under any of these names are read, refused or quarantined, and never an uncaught error."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["khaka.data"]):
    from khaka.data.ingest import UNFORESEEN, ingest
    from khaka.data.workspace import init_workspace

NAMES = (
    "aspirants.csv", "x.csv", "S24_AE.csv", "vs2017_form20_ac1.csv", "vs2017_form20_ac1.xml", "map.json", "x.geojson",
    "book.xlsx", "x.csv.gz", "activity.json", "form.zip", "x.kml", "sheet.pdf",
)  # fmt: skip
FOLDER = Path(tempfile.mkdtemp(prefix="khaka-hostile-"))
WORKSPACE = init_workspace(FOLDER / "workspace", state="S24", party="INC")


def one(data: bytes) -> None:
    """Ingest one file of these bytes; the last one says under which name."""
    path = FOLDER / NAMES[data[-1] % len(NAMES) if data else 0]
    path.write_bytes(data)
    try:
        report = ingest([path], workspace_root=WORKSPACE.root, store=WORKSPACE.store)
        assert not any(UNFORESEEN in file.reason for file in report.refused), report.refused
    finally:
        path.unlink(missing_ok=True)


atheris.Setup(sys.argv, one)
atheris.Fuzz()
