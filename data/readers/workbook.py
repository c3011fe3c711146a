"""An XLSX workbook as tables of text: its first sheet is read, the others are only looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.readers.unpacked import check_workbook


def open_book(path: Path) -> Any:
    """Return a workbook, opened, after a look through its parts.

    Raises
    ------
    KhakaError
        Too large unpacked, damaged, or no workbook.
    """
    import python_calamine

    check_workbook(path)
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine raises its own, unrelated kinds
        raise unreadable(path, error) from None


def unreadable(path: Path, error: BaseException) -> KhakaError:
    """Return the refusal of a workbook that its reader choked on."""
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
    return KhakaError(f"{path} is no readable XLSX sheet ({reason}); save it again as XLSX or CSV")


def first_rows(path: Path) -> tuple[list[list[Any]], tuple[str, ...]]:
    """Return the cells of the first sheet, and the names of the others.

    Raises
    ------
    KhakaError
        It can't be read.
    """
    book = open_book(path)
    names = tuple(map(str, book.sheet_names))
    return (sheet_rows(path, book, 0) if names else []), names[1:]


def sheet_rows(path: Path, book: Any, place: int) -> list[list[Any]]:
    """Return the cells of one sheet; none of a sheet that holds a chart.

    Raises
    ------
    KhakaError
        It can't be read.
    """
    try:
        return list(book.get_sheet_by_index(place).to_python(skip_empty_area=False))
    except Exception as error:  # calamine raises its own, unrelated kinds
        if place and "sheet" in str(error).lower() and "not found" in str(error).lower():
            return []
        raise unreadable(path, error) from None


def other_sheets(path: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name and the cells of every sheet but the first, as text under the headings of its first row."""
    book = open_book(path)
    for place, name in enumerate(book.sheet_names):
        rows = sheet_rows(path, book, place) if place else []
        if rows:
            header = [cell_text(value) or f"column {number}" for number, value in enumerate(rows[0], start=1)]
            body = [[cell_text(value) for value in row] for row in rows[1:]]
            yield str(name), pd.DataFrame(body, columns=unlike(header), dtype="str")


def unlike(names: Sequence[str]) -> list[str]:
    """Return names of which none stands twice.

    Examples
    --------
    >>> unlike(["a", "b", "a"])
    ['a', 'b', 'a (3)']
    """
    return [f"{name} ({place})" if name in names[: place - 1] else name for place, name in enumerate(names, start=1)]


def cell_text(value: Any) -> str | None:
    """Return a cell as text, None where it is blank; whole numbers without a point."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return (value.isoformat() if hasattr(value, "isoformat") else str(value)).strip()
