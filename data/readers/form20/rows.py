"""From a sheet's table to the canonical booths and booth votes, with an account of every vote on the sheet.

Votes in = votes kept + votes quarantined, to the unit: each row of votes that is no total is either stored whole, or
each of its cells goes to quarantine with its value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from khaka.data.flags.table import CellFault
from khaka.data.readers.base import faults, join_faults
from khaka.data.readers.form20.columns import ColumnMatch
from khaka.data.readers.form20.script import count_of, decimal_comma
from khaka.data.readers.form20.table import COUNTS, SheetRow, SheetTable, VoteColumn

_KEEP: Final = {"votes_polled": "polled", "votes_polled_female": "polled_female"}


@dataclass
class Account:
    """Where the votes of a sheet went.

    Parameters
    ----------
    votes_in : int
        All votes in rows that are no total, NOTA included.
    kept : int
        Stored in booths (NOTA) and booth votes.
    quarantined : int
        In rows and columns that went to quarantine.
    """

    votes_in: int = 0
    kept: int = 0
    quarantined: int = 0


@dataclass(frozen=True)
class LostCell:
    """A cell that went to quarantine: its row, column, value as printed, and why."""

    row: int
    column: str
    value: str
    reason: str


def lost_faults(lost: Sequence[LostCell]) -> pd.DataFrame:
    """Return quarantined cells as faults of the table `booth_votes`."""
    parts = [
        faults("booth_votes", str(column), part["value"], str(reason), severity="quarantined")
        for (column, reason), part in pd.DataFrame(
            {"row": [cell.row for cell in lost], "column": [cell.column for cell in lost],
             "value": pd.Series([cell.value for cell in lost], dtype="str"), "reason": [cell.reason for cell in lost]}
        ).set_index("row").groupby(["column", "reason"], sort=True)
    ] if lost else []  # fmt: skip
    return join_faults(parts)


@dataclass
class Counted:
    """The rows of a sheet as numbers.

    Parameters
    ----------
    rows : list of SheetRow
        Booths that are kept.
    votes : ndarray of shape (n_rows, n_columns)
        Votes; NaN where a cell is blank or unreadable.
    counts : list of dict
        Numbers of the other columns, by role.
    totals : dict of str to ndarray
        Votes of the rows "total", "grand_total" and "postal", by column.
    cells : list of CellFault
        What was seen on the way.
    lost : DataFrame
        Quarantined cells.
    account : Account
        Of the votes; columns without a party are not settled yet.
    """

    rows: list[SheetRow]
    votes: np.ndarray[Any, np.dtype[np.float64]]
    counts: list[dict[str, float]]
    totals: dict[str, np.ndarray[Any, np.dtype[np.float64]]]
    cells: list[CellFault]
    lost: list[LostCell]
    account: Account


def count(table: SheetTable) -> Counted:
    """Turn the cells of a table into numbers, and settle which rows are booths.

    Parameters
    ----------
    table : SheetTable
        From the layout.

    Returns
    -------
    Counted
        Every vote is in `votes` of a kept row, or in `lost`.
    """
    names = column_names(table.columns)
    out = Counted([], np.zeros((0, len(names))), [], {}, [], [], Account())
    values: dict[int, np.ndarray[Any, np.dtype[np.float64]]] = {}
    for row in table.rows:
        values[id(row)] = _numbers(row, names, out, told=row.kind in ("booth", "unnumbered"))
    _find_totals(table.rows, values, out)
    for row in table.rows:
        if row.kind in ("total", "grand_total", "postal"):
            known = out.totals.get(row.kind)
            mine = values[id(row)]
            out.totals[row.kind] = mine if known is None else np.where(np.isnan(known), mine, known)
    booths: dict[str, list[SheetRow]] = {}
    for row in table.rows:
        if row.kind == "unnumbered":
            _quarantine(row, values[id(row)], names, out, "row_without_number", "a row of votes without a booth number")
        elif row.kind == "booth":
            booths.setdefault(row.booth_no, []).append(row)
    for same in booths.values():
        _settle(same, values, names, out)
    kept = {id(row) for row in out.rows}
    out.rows = [row for row in table.rows if id(row) in kept]
    out.votes = np.array([values[id(row)] for row in out.rows]).reshape(len(out.rows), len(names))
    out.counts = [_counts(row) for row in out.rows]
    out.account.votes_in = out.account.quarantined + int(np.nansum(out.votes))
    return out


def column_names(columns: Sequence[VoteColumn]) -> list[str]:
    """Return a name for each column that no other has."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place, column in enumerate(columns, 1):
        name = "NOTA" if column.nota else column.label or column.party or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _numbers(row: SheetRow, names: list[str], out: Counted, *, told: bool) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a row's votes; cells that hold no count are reported if the row can be a booth's."""
    found = np.full(len(names), np.nan)
    for place, cell in enumerate(row.votes):
        if not cell:
            continue
        value = count_of(cell)
        if value is None and (comma := decimal_comma(cell)) is not None:
            value = comma
            if told:
                out.cells.append(CellFault("cell_decimal_comma", row.row, row.booth_no, names[place], cell))
        if value is None or value < 0:
            if told:
                name = "cell_unreadable" if value is None else "cell_negative"
                reason = "no count of votes" if value is None else "a count below zero"
                out.cells.append(CellFault(name, row.row, row.booth_no, names[place], cell, reason))
                out.lost.append(LostCell(row.row, names[place], cell, f"{reason}; left blank"))
            continue
        found[place] = value
    return found


def _quarantine(
    row: SheetRow, values: np.ndarray[Any, np.dtype[np.float64]], names: list[str], out: Counted, name: str, reason: str
) -> None:
    """Put every vote of a row into quarantine, cell by cell."""
    out.cells.append(CellFault(name, row.row, row.booth_no, "", "", reason))
    known = [(names[place], value) for place, value in enumerate(values) if not np.isnan(value)]
    for column, value in known:
        out.lost.append(LostCell(row.row, column, f"{value:.0f}", reason))
    if not known:
        out.lost.append(LostCell(row.row, "", row.booth_no or row.name, reason))
    out.account.quarantined += int(np.nansum(values))


def _find_totals(rows: list[SheetRow], values: dict[int, np.ndarray[Any, np.dtype[np.float64]]], out: Counted) -> None:
    """Take rows for totals that nothing names so, but that are the sum of all rows before them in every column.

    A sum is certain from three rows on, if at least two columns have votes. Totals carried over from page to page
    count as well: they are the sum of what stands before them.
    """
    width = len(next(iter(values.values()), np.zeros(0)))
    before, number = np.zeros(width), 0
    page, page_number = np.zeros(width), 0
    for row in rows:
        mine = np.nan_to_num(values[id(row)])
        if row.kind not in ("booth", "unnumbered"):
            page, page_number = np.zeros(width), 0
            continue
        many = int((mine > 0).sum()) >= 2 and mine.sum() >= 50
        whole = number >= 3 and many and np.array_equal(mine, before)
        part = page_number >= 3 and many and np.array_equal(mine, page) and row.kind == "unnumbered"
        if whole or part:
            row.kind = "total" if (whole and row is rows[-1]) or not part else "page_total"
            out.cells.append(CellFault("total_row_unmarked", row.row, row.booth_no, "", f"{mine.sum():.0f}"))
            row.booth_no = ""
            page, page_number = np.zeros(width), 0
            continue
        before, number = before + mine, number + 1
        page, page_number = page + mine, page_number + 1


def _settle(
    same: list[SheetRow],
    values: dict[int, np.ndarray[Any, np.dtype[np.float64]]],
    names: list[str],
    out: Counted,
) -> None:
    """Keep one row for a booth: of equal rows the first, of rows that differ none."""
    first = same[0]
    equal = [row for row in same[1:] if np.array_equal(values[id(row)], values[id(first)], equal_nan=True)]
    if len(equal) == len(same) - 1:
        out.rows.append(first)
        for row in equal:
            _quarantine(
                row, values[id(row)], names, out, "row_repeated", "the same booth with the same votes again; kept once"
            )
        return
    for row in same:
        reason = f"booth {row.booth_no} stands {len(same)} times with different votes; none kept"
        _quarantine(row, values[id(row)], names, out, "row_clash", reason)


def _counts(row: SheetRow) -> dict[str, float]:
    out: dict[str, float] = {}
    for role in COUNTS:
        cell = row.counts.get(role, "")
        value = count_of(cell) if cell else None
        if value is None and cell:
            value = decimal_comma(cell)
        out[role] = float("nan") if value is None else float(value)
    return out


def without_party(counted: Counted, matches: Sequence[ColumnMatch], names: list[str]) -> None:
    """Put the votes of columns into quarantine whose party nothing tells."""
    for place, match in enumerate(matches):
        if match.party is not None:
            continue
        reason = "nothing tells the party of this column; ingest the seat's official result, then the sheet again"
        counted.cells.append(CellFault("column_without_party", 0, "", names[place], str(match.votes), reason))
        for row, value in zip(counted.rows, counted.votes[:, place], strict=True):
            if not np.isnan(value):
                counted.lost.append(LostCell(row.row, names[place], f"{value:.0f}", reason))
        counted.account.quarantined += int(np.nansum(counted.votes[:, place]))


def nota_of(counted: Counted, columns: Sequence[VoteColumn]) -> tuple[np.ndarray[Any, np.dtype[np.float64]], list[int]]:
    """Return NOTA's votes by booth and the columns they stand in.

    Of two columns that hold the same votes one counts (the other is a repetition, and told so); of two that differ
    in their rows each row's sum counts, as sheets print NOTA of two machines.
    """
    places = [place for place, column in enumerate(columns) if column.nota]
    if not places:
        return np.full(len(counted.rows), np.nan), []
    own = counted.votes[:, places]
    filled = [place for place in range(len(places)) if np.nansum(own[:, place]) > 0] or [0]
    if len(places) > 1:
        counted.cells.append(CellFault("two_nota_columns", 0, "", "NOTA", str(len(places))))
    chosen = [filled[0]]
    for place in filled[1:]:
        if not np.array_equal(own[:, place], own[:, filled[0]], equal_nan=True):
            chosen.append(place)
    picked = own[:, chosen]
    nota = np.where(np.isnan(picked).all(axis=1), np.nan, np.nansum(picked, axis=1))
    return nota, [places[place] for place in chosen]


def booths_of(counted: Counted, nota: np.ndarray[Any, np.dtype[np.float64]], keys: dict[str, str]) -> pd.DataFrame:
    """Return the canonical booths; zeros that stand for missing are blank.

    Parameters
    ----------
    counted : Counted
        Rows as numbers.
    nota : ndarray of shape (n_rows,)
        From `nota_of`.
    keys : dict
        election_id and seat_id.

    Returns
    -------
    DataFrame
        Columns of the table `booths`; the index is the row in the file.
    """
    frame = pd.DataFrame(counted.counts, index=[row.row for row in counted.rows], columns=list(COUNTS), dtype="float64")
    candidates = np.nansum(counted.votes, axis=1)
    electors = frame["electors"].where(frame["electors"] > 0)
    both = frame[["electors_male", "electors_female"]].gt(0).all(axis=1)
    electors = electors.fillna(frame[["electors_male", "electors_female", "electors_other"]].sum(axis=1).where(both))
    polled = frame["polled"].where((frame["polled"] > 0) | (candidates == 0))
    sexes = frame[["polled_male", "polled_female"]].gt(0).all(axis=1)
    polled = polled.fillna(frame[["polled_male", "polled_female", "polled_other"]].sum(axis=1).where(sexes))
    polled = polled.fillna(frame["total"].where(frame["total"] > 0))
    known = ~np.isnan(counted.votes).all(axis=1)
    polled = polled.fillna(
        pd.Series(np.where(known, candidates, np.nan), index=frame.index) + frame["rejected"].fillna(0)
    )
    female = frame["electors_female"].where(frame["electors_female"] > 0)
    voted = frame["polled_female"].where(frame["polled_female"] > 0)
    out = pd.DataFrame(
        {
            "booth_no": [row.booth_no for row in counted.rows],
            "station_name": [row.name or None for row in counted.rows],
            "electors": electors, "electors_female": female, "votes_polled": polled, "votes_polled_female": voted,
            "rejected": frame["rejected"], "nota": nota,
        }, index=frame.index,
    )  # fmt: skip
    for name in ("electors", "electors_female", "votes_polled", "votes_polled_female", "rejected", "nota"):
        out[name] = out[name].where(out[name] >= 0).round().astype("Int64")
    out["station_name"] = out["station_name"].astype("str")
    return out.assign(**keys)


def votes_of(counted: Counted, matches: Sequence[ColumnMatch], keys: dict[str, str]) -> pd.DataFrame:
    """Return the canonical booth votes, columns of one party added up.

    Parameters
    ----------
    counted : Counted
        Rows as numbers.
    matches : sequence of ColumnMatch
        One for each column.
    keys : dict
        election_id and seat_id.

    Returns
    -------
    DataFrame
        Columns of the table `booth_votes`; votes blank where every cell of the party is.
    """
    parties: dict[str, list[int]] = {}
    for place, match in enumerate(matches):
        if match.party is not None and match.party != "NOTA":
            parties.setdefault(match.party, []).append(place)
    parts = []
    index = [row.row for row in counted.rows]
    for party, places in sorted(parties.items()):
        own = counted.votes[:, places]
        votes = np.where(np.isnan(own).all(axis=1), np.nan, np.nansum(own, axis=1))
        parts.append(
            pd.DataFrame(
                {"booth_no": [row.booth_no for row in counted.rows], "party": party, "votes": votes}, index=index
            )
        )
    if not parts:
        return pd.DataFrame(columns=["booth_no", "party", "votes", *keys])
    out = pd.concat(parts).assign(**keys)
    out["votes"] = out["votes"].astype("Int64")
    return out
