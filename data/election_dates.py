"""When the result of an election was known.

A shipped table holds the counting days of Lok Sabha elections and of well-known assembly elections; before 1999 the
day is the last of the month of the last poll. For all others the rule is: the last day of the month that the source
names; no month, 31 December.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import functools
from importlib import resources


@functools.cache
def _tables() -> tuple[dict[str, dt.date], dict[int, tuple[tuple[int, int], dt.date]]]:
    exact: dict[str, dt.date] = {}
    lok_sabha: dict[int, tuple[tuple[int, int], dt.date]] = {}
    text = resources.files("khaka.data").joinpath("dates.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        day = dt.date.fromisoformat(row["result_date"])
        if row["election"].startswith("LS-"):
            year, month = row["first_poll"].split("-")
            lok_sabha[int(row["election"][3:])] = ((int(year), int(month)), day)
        else:
            exact[row["election"]] = day
    return exact, lok_sabha


def last_day(year: int, month: int | None) -> dt.date:
    """Return the day from which a result counts when only its month, or only its year, is known.

    Parameters
    ----------
    year : int
        Calendar year.
    month : int or None
        1 to 12; None where unknown.

    Returns
    -------
    date
        The last day of the month, or 31 December.

    Examples
    --------
    >>> last_day(2012, 2), last_day(2012, None)
    (datetime.date(2012, 2, 29), datetime.date(2012, 12, 31))
    """
    if month is None:
        return dt.date(year, 12, 31)
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def result_date(election_id: str, month: int | None = None) -> dt.date:
    """Return the day of counting of an election.

    Parameters
    ----------
    election_id : str
        Such as `S24-2017-AE`, `S24-2014-LS`, `S24-2009-BYE1`.
    month : int, optional
        Month that the source names, 1 to 12.

    Returns
    -------
    date
        From the shipped table; else the last of the month, or 31 December. An assembly that voted together with the
        Lok Sabha (a month inside that poll) is not known before the Lok Sabha's own counting day.

    Examples
    --------
    >>> result_date("S24-2014-LS").isoformat(), result_date("S24-2017-AE", 3).isoformat()
    ('2014-05-16', '2017-03-11')
    >>> result_date("S24-2009-BYE1").isoformat(), result_date("S21-2019-AE", 4).isoformat()
    ('2009-12-31', '2019-05-23')
    """
    _, year_text, kind = election_id.split("-")
    year = int(year_text)
    exact, lok_sabha = _tables()
    if election_id in exact:
        return exact[election_id]
    poll = lok_sabha.get(year)
    if kind == "LS" and poll is not None:
        return poll[1]
    if kind.startswith("AE") and poll is not None and month is not None:
        first, counted = poll
        if first <= (year, month) <= (counted.year, counted.month):
            return max(counted, last_day(year, month)) if (year, month) < (counted.year, counted.month) else counted
    return last_day(year, month)
