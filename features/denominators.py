"""Electors, always with the roll that they were counted on.

A count of electors means something only beside the roll it comes from. An intensive revision makes a roll anew, house
by house, and strikes off a fifth of the names; growth from before such a break to after it is not growth, and is left
empty here, never a number. Prefer shares of valid votes to turnout wherever a choice is open.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.election_dates import result_date
from khaka.features.cutoff import KnownTables

BREAKS: Final = (dt.date(2002, 1, 1), dt.date(2025, 7, 1))
"""From when rolls were made anew by an intensive revision: 2002 to 2004, and from July 2025 on state by state.

A state that was revised months later is cut off early: a gap, never a wrong number.
"""

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})-(\d{2}))?")


@dataclass(frozen=True)
class Roll:
    """The electoral roll behind a count.

    Parameters
    ----------
    version : str
        As recorded, else the election that it was used in.
    day : datetime.date
        Its qualifying date, else the day of that election's result.
    recorded : bool
        False: the count came without a version, and the election stands for it.
    """

    version: str
    day: dt.date
    recorded: bool

    @property
    def series(self) -> tuple[int, str]:
        """What two rolls must have in common for growth to mean anything: the epoch, and the kind that is named.

        Examples
        --------
        >>> roll_of("2022-01-01", "S24-2022-AE").series == roll_of(None, "S24-2017-AE").series
        True
        >>> roll_of("2026-01-01 draft", "S24-2027-AE").series == roll_of("2026-01-01", "S24-2027-AE").series
        False
        """
        kind = re.sub(r"[^a-z]+", " ", self.version.lower()).strip() if self.recorded else ""
        return sum(self.day >= start for start in BREAKS), kind


def roll_of(version: object, election_id: str) -> Roll:
    """Return the roll of a count.

    Parameters
    ----------
    version : object
        `roll_version` of the row; blank where it wasn't recorded.
    election_id : str
        The election that the count was made for.

    Returns
    -------
    Roll
        With the election in the version's place where there is none.

    Examples
    --------
    >>> roll_of("2022-01-01", "S24-2022-AE")
    Roll(version='2022-01-01', day=datetime.date(2022, 1, 1), recorded=True)
    >>> roll_of(None, "S24-2017-AE").version
    'S24-2017-AE'
    """
    if not isinstance(version, str) or not version.strip():
        return Roll(election_id, result_date(election_id), False)
    match = _DATE.search(version)
    day = result_date(election_id)
    if match is not None:
        try:
            day = dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            day = dt.date(int(match[1]), 1, 1)
    return Roll(version.strip(), day, True)


def growth(before: float, after: float, first: Roll, second: Roll) -> float:
    """Return the growth of electors a year, as a share of the earlier count.

    Parameters
    ----------
    before, after : float
        Counts.
    first, second : Roll
        Their rolls.

    Returns
    -------
    float
        NaN across a break, between rolls of different kinds, within half a year, or where a count is missing or zero.

    Examples
    --------
    >>> round(growth(1000, 1100, roll_of("2017-01-01", "S24-2017-AE"), roll_of("2022-01-01", "S24-2022-AE")), 4)
    0.0192
    >>> growth(1000, 800, roll_of("2022-01-01", "S24-2022-AE"), roll_of("2026-01-01", "S24-2027-AE"))
    nan
    """
    years = (second.day - first.day).days / 365.25
    if first.series != second.series or years < 0.5 or not (before > 0 and after > 0):
        return float("nan")
    return float((after / before) ** (1 / years) - 1)


def electors(known: KnownTables) -> pd.DataFrame:
    """Return the electors of each seat at each election whose count was known, each with its roll.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.

    Returns
    -------
    DataFrame
        election_id, seat_id, place, electors, roll_version (the election where none was recorded), recorded (bool),
        roll_day, growth (a year, since the place's earlier general election; NaN across a break), sorted by place and
        day.
    """
    rows = known.frame("seat_elections")
    rows = rows[rows["electors"].notna() & rows["election_id"].isin(known.past)]
    rolls = [
        roll_of(version, str(election))
        for version, election in zip(rows["roll_version"].astype("object"), rows["election_id"], strict=True)
    ]
    out = pd.DataFrame(
        {
            "election_id": rows["election_id"].astype("str").to_numpy(),
            "seat_id": rows["seat_id"].astype("str").to_numpy(),
            "place": known.place(rows["seat_id"]).astype("str").to_numpy() if len(rows) else [],
            "electors": rows["electors"].astype("float64").to_numpy(),
            "roll_version": [roll.version for roll in rolls],
            "recorded": [roll.recorded for roll in rolls],
            "roll_day": [roll.day for roll in rolls],
            "_roll": rolls,
        }
    )
    out = out.sort_values(["place", "roll_day", "election_id"], ignore_index=True)
    general = out[~out["election_id"].str.contains("-BYE")]
    earlier = general.groupby("place")[["electors", "_roll"]].shift()
    out["growth"] = pd.Series(
        [
            growth(before, after, first, second) if isinstance(first, Roll) else np.nan
            for before, after, first, second in zip(
                earlier["electors"], general["electors"], earlier["_roll"], general["_roll"], strict=True
            )
        ],
        index=general.index,
        dtype="float64",
    )
    return out.drop(columns="_roll")
