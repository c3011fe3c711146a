"""Form 20 sheets: recognised here, read by a later part."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from khaka.data.readers.base import Reading
from khaka.data.readers.sheet import Sheet

FORMAT: Final = "form20"


def recognises_xml(path: Path) -> bool:
    """Tell whether a file is an XML dump of a sheet's cells."""
    with path.open("rb") as handle:
        head = handle.read(4096).decode("utf-8", errors="ignore")
    return head.lstrip("\ufeff \r\n\t").startswith("<") and "<table" in head and "<cell" in head


def recognises(sheet: Sheet) -> bool:
    """Tell whether a table is a Form 20 sheet: polling stations and candidates under a heading of several rows."""
    top = [*sheet.header, *sheet.sample.head(4).fillna("").to_numpy().ravel().tolist()]
    text = " ".join(str(cell) for cell in top).lower()
    station = any(word in text for word in ("polling station", "part no", "form 20", "form-20"))
    return station and any(word in text for word in ("candidate", "form 20", "form-20", "valid votes", "tendered"))


def read(path: Path) -> Reading:
    """Return a report that the sheet is not read yet."""
    return Reading(FORMAT, notes=(f"{path.name}: not read yet: Form 20 sheet",))
