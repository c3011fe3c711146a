"""What callers may hand over: days as dates or text, and who is told the steps of long work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from khaka.app.jobs import silent
from khaka.data.errors import KhakaError

Day = str | dt.date
"""A day, as `datetime.date` or as ISO text such as "2027-01-10"."""


def to_day(value: Day) -> dt.date:
    """Return a day.

    Parameters
    ----------
    value : str or datetime.date
        ISO text, or a date.

    Returns
    -------
    datetime.date
        The day.

    Raises
    ------
    KhakaError
        The text is no ISO date.

    Examples
    --------
    >>> to_day("2027-01-10")
    datetime.date(2027, 1, 10)
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise KhakaError(f"{value!r} is no date; write it as 2027-01-10") from None


Watch = Callable[[str], None]
"""Told each step of long work, in words."""


def watcher(progress: bool | Watch) -> Watch:
    """Return who is told the steps: a printer for True, nobody for False, else the function itself.

    Parameters
    ----------
    progress : bool or callable
        True, False, or a function of one text.

    Returns
    -------
    callable
        Of one text.

    Examples
    --------
    >>> watcher(True)("share model")
    share model
    """
    if progress is True:
        return print
    return silent if progress is False else progress
