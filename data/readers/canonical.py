"""The contract's own tables: one CSV, CSV.gz, Parquet or XLSX file a table, named after it or known by its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.readers.base import stem
from khaka.data.readers.sheet import Sheet
from khaka.data.readers.tcpd import nominee_ids
from khaka.data.schema import TABLES, Table

FORMAT: Final = "canonical"
_MADE: Final = {"nominees": ["nominee_id"]}
"""Columns that may be missing in a file named after its table: they are made from the others."""
_NOMINEE: Final = (
    "election_id",
    "seat_id",
    "party",
    "name",
    "sex",
    "age",
    "person_id",
    "category",
    "education",
    "votes",
)


def table_of(sheet: Sheet, *, named: str | None = None) -> str | None:
    """Return which canonical table a file is.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    named : str, optional
        A table that the user names (`--as ratings`).

    Returns
    -------
    str or None
        The table's name; None where the columns are of none.

    Raises
    ------
    KhakaError
        The file is named after a table, or said to be one, but lacks a column of its key.
    """
    wanted = named if named in TABLES else stem(sheet.path).lower()
    if wanted in TABLES:
        missing = _missing(TABLES[wanted], sheet)
        if not missing or missing == _MADE.get(wanted):
            return wanted
        own = _shared(TABLES[wanted], sheet)
        other = _by_columns(sheet)
        if other is not None and named is None and _shared(TABLES[other], sheet) > own:
            return other
        if named is not None or own >= 2:
            raise KhakaError(
                f"{sheet.path} should be the table {wanted} but has no column {', '.join(missing)}; "
                f"its columns are {', '.join(sheet.header[:30])}"
            )
        return None
    return _by_columns(sheet)


def apart(table: Table, header: Sequence[str]) -> dict[str, str]:
    """Return new names for further columns that are called like another but for the case.

    Parameters
    ----------
    table : Table
        What the file is.
    header : sequence of str
        Its columns.

    Returns
    -------
    dict of str to str
        Old and new name; in the store no two columns differ by case alone.

    Examples
    --------
    >>> from khaka.data.schema import TABLES
    >>> apart(TABLES["booths"], ["booth_no", "Booth_No", "note", "Note", "NOTE"])
    {'Booth_No': 'Booth_No (2)', 'Note': 'Note (2)', 'NOTE': 'NOTE (3)'}
    """
    taken = {name.casefold() for name in table.names}
    new: dict[str, str] = {}
    for name in header:
        if name in table.names:
            continue
        free, number = name, 2
        while free.casefold() in taken:
            free, number = f"{name} ({number})", number + 1
        taken.add(free.casefold())
        if free != name:
            new[name] = free
    return new


def with_ids(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Give nominees without a column of ids the ids that election, seat, party and name make.

    Parameters
    ----------
    table : str
        Which table.
    rows : DataFrame
        Its rows, as text.

    Returns
    -------
    DataFrame
        The same rows; those of other tables, and nominees with ids, as they are.
    """
    if table not in _MADE or "nominee_id" in rows.columns:
        return rows
    known = rows.reindex(columns=list(_NOMINEE))
    known[list(_NOMINEE[:4])] = known[list(_NOMINEE[:4])].fillna("")  # such a row is refused for what it lacks
    return rows.assign(nominee_id=nominee_ids(known))


def _missing(table: Table, sheet: Sheet) -> list[str]:
    needed = [*table.key, *(column.name for column in table.columns if column.required)]
    return [name for name in dict.fromkeys(needed) if name not in sheet.header]


def _shared(table: Table, sheet: Sheet) -> int:
    return len(set(table.names) & set(sheet.header))


def _by_columns(sheet: Sheet) -> str | None:
    best: tuple[int, int, str] | None = None
    for table in TABLES.values():
        if _missing(table, sheet):
            continue
        shared = _shared(table, sheet)
        if shared < min(len(table.key) + 1, len(table.names)) or shared * 2 < len(sheet.header):
            continue
        rank = (shared, len(table.key), table.name)
        best = rank if best is None or rank > best else best
    return best[2] if best else None
