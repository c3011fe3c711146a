"""Booths of one file as the checks see them: one row a booth, counts beside votes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

Severity = Literal["out", "note", "quarantined"]
"""Whether the row stays out of totals ("out"), is only remarked on ("note"), or was not stored ("quarantined")."""

COUNTS: Final = (
    "electors", "electors_male", "electors_female", "electors_other", "polled", "polled_male", "polled_female",
    "polled_other", "tendered", "test", "valid", "rejected", "total", "nota",
)  # fmt: skip
"""Columns of counts; blank where unknown."""

TEXTS: Final = ("election_id", "seat_id", "booth_no", "station_name")
PLACES: Final = ("lat", "lon")

HIT_COLUMNS: Final = ("place", "column", "value", "reason")


@dataclass(frozen=True)
class BoothTable:
    """Booths as one file gives them.

    Parameters
    ----------
    rows : DataFrame
        Columns `TEXTS`, `COUNTS` (float, NaN unknown), `PLACES` and `row` (in the file); the index runs from 0.
    votes : DataFrame
        Votes by candidate or party (float, NaN blank), on the same index.
    facts : dict
        Facts about whole seats that only the reader knows, by `<seat_id>`; see `SeatFacts`.
    """

    rows: pd.DataFrame
    votes: pd.DataFrame
    facts: dict[str, SeatFacts] = field(default_factory=dict)

    @functools.cached_property
    def counted(self) -> pd.Series:
        """Votes of all candidates, NOTA left out; NaN where no cell was read."""
        return self.votes.sum(axis=1, min_count=1)

    @functools.cached_property
    def number(self) -> pd.Series:
        """The number in a booth's number, letters left out; NaN where there is none."""
        return pd.to_numeric(self.rows["booth_no"].str.extract(r"^(\d+)", expand=False), errors="coerce").astype(
            "float64"
        )

    @functools.cached_property
    def seat(self) -> pd.Series:
        """One key for each seat of each election."""
        return self.rows["election_id"].str.cat(self.rows["seat_id"], sep="|")


@dataclass(frozen=True)
class CellFault:
    """A fault of one cell or row that the reader saw while reading.

    Parameters
    ----------
    fault : str
        Name in the registry.
    row : int
        Row in the file; 0 for the whole sheet.
    booth_no, column, value : str
        Where and what; empty where it is the whole row or sheet.
    reason : str
        Overrides the registry's meaning; empty keeps it.
    """

    fault: str
    row: int
    booth_no: str = ""
    column: str = ""
    value: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SeatFacts:
    """What is known of a seat beside its booths.

    Parameters
    ----------
    printed_total : dict of str to float
        The sheet's own total over booths, by column of votes.
    grand_total : dict of str to float
        The sheet's total with postal ballots.
    postal : dict of str to float
        Postal ballots.
    official : dict of str to float
        The seat's official result, by column of votes.
    official_valid : float
        Official valid votes, NaN unknown.
    cells : tuple of CellFault
        Faults that only reading shows.
    """

    printed_total: dict[str, float] = field(default_factory=dict)
    grand_total: dict[str, float] = field(default_factory=dict)
    postal: dict[str, float] = field(default_factory=dict)
    official: dict[str, float] = field(default_factory=dict)
    official_valid: float = float("nan")
    cells: tuple[CellFault, ...] = ()


Check = Callable[[BoothTable], pd.DataFrame]


@dataclass(frozen=True)
class Fault:
    """One named fault.

    Parameters
    ----------
    name : str
        As it stands in `flags.parquet`.
    meaning : str
        One sentence.
    severity : Severity
        What becomes of the row.
    check : callable
        Takes a `BoothTable`, returns the hits: columns place (position of the row, -1 for a whole seat), column,
        value, reason (and seat for whole seats).
    """

    name: str
    meaning: str
    severity: Severity
    check: Check


def make(rows: pd.DataFrame, votes: pd.DataFrame, facts: dict[str, SeatFacts] | None = None) -> BoothTable:
    """Return a table with every column that the checks look at, blank where it isn't given.

    Parameters
    ----------
    rows : DataFrame
        Any of the columns of `BoothTable.rows`; `row` is the index where it isn't given.
    votes : DataFrame
        One column per candidate or party.
    facts : dict, optional
        Facts by seat.

    Returns
    -------
    BoothTable
        Ready for `registry.find`.
    """
    out = pd.DataFrame(index=pd.RangeIndex(len(rows)))
    for name in TEXTS:
        out[name] = rows[name].astype("str").to_numpy() if name in rows.columns else None
        out[name] = out[name].astype("str")
    for name in (*COUNTS, *PLACES):
        out[name] = (
            pd.to_numeric(rows[name], errors="coerce").astype("float64").to_numpy() if name in rows.columns else np.nan
        )
    out["row"] = rows["row"].to_numpy() if "row" in rows.columns else rows.index.to_numpy()
    numeric = pd.DataFrame(
        {str(name): pd.to_numeric(votes[name], errors="coerce").to_numpy(dtype="float64") for name in votes.columns},
        index=out.index,
    )
    return BoothTable(out, numeric, facts or {})


def hits(table: BoothTable, mask: pd.Series, column: str, reason: str | pd.Series) -> pd.DataFrame:
    """Return one hit for each row where `mask` holds, with the value of `column`.

    Parameters
    ----------
    table : BoothTable
        What was checked.
    mask : Series of bool
        On the table's index; blank counts as not.
    column : str
        A column of the rows or the votes, or `counted`.
    reason : str or Series of str
        Why, for all or for each row.

    Returns
    -------
    DataFrame
        Columns `HIT_COLUMNS`.
    """
    chosen = mask.fillna(False).astype(bool)
    if not chosen.any():
        return no_hits()
    if column in table.rows.columns:
        values = table.rows.loc[chosen, column]
    elif column in table.votes.columns:
        values = table.votes.loc[chosen, column]
    else:
        values = table.counted[chosen]
    return pd.DataFrame(
        {
            "place": np.flatnonzero(chosen.to_numpy()), "column": column, "value": [shown(value) for value in values],
            "reason": reason if isinstance(reason, str) else reason[chosen].to_numpy(),
        }
    )  # fmt: skip


def seat_hits(found: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Return hits on whole seats from (seat key, column, value, reason)."""
    if not found:
        return no_hits()
    out = pd.DataFrame(found, columns=["seat", "column", "value", "reason"])
    out.insert(0, "place", -1)
    return out


def no_hits() -> pd.DataFrame:
    """Return no hits."""
    return pd.DataFrame(
        {"place": pd.Series(dtype="int64"), **{name: pd.Series(dtype="str") for name in HIT_COLUMNS[1:]}}
    )


def shown(value: object) -> str:
    """Return a value as a person would write it.

    Examples
    --------
    >>> shown(12.0), shown(0.5), shown(float("nan"))
    ('12', '0.5', '')
    """
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
