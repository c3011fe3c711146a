"""When what is due: 48 hours to publish, 72 hours to report, three publications between withdrawal and poll.

The two clocks start at the selection (Supreme Court, 10 August 2021: within 48 hours of the selection, whatever the
day of nominations). The three publications are those of the Election Commission's instruction of September 2020: one
within the first four days after the last day of withdrawal, one between the fifth and the eighth, one from the ninth
day to the last day of campaign, the second day before the poll. The party's counsel confirms them for each election.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from khaka.features.cutoff import IST

PUBLISH_HOURS: Final = 48
REPORT_HOURS: Final = 72
FIRST_DAYS: Final = (1, 4)
SECOND_DAYS: Final = (5, 8)
THIRD_FROM: Final = 9
CAMPAIGN_ENDS_BEFORE_POLL: Final = 2  # days


@dataclass(frozen=True)
class Window:
    """Days on which a publication is due; None where the calendar leaves no day for it."""

    number: int
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True)
class Clocks:
    """When what is due.

    Parameters
    ----------
    selected_at : datetime
        Start of both clocks.
    publish_by, report_by : datetime
        Form C-7 to be published, Form C-8 at the commission; Indian time.
    windows : tuple of Window
        The three publications; empty where withdrawal or poll are not known.
    """

    selected_at: dt.datetime
    publish_by: dt.datetime
    report_by: dt.datetime
    windows: tuple[Window, ...]


def clocks(selected_at: dt.datetime, *, withdrawal: dt.date | None = None, poll: dt.date | None = None) -> Clocks:
    """Return when what is due.

    Parameters
    ----------
    selected_at : datetime
        When the candidate was selected, with its zone.
    withdrawal : date, optional
        Last day of withdrawal.
    poll : date, optional
        Day of the poll in the seat.

    Returns
    -------
    Clocks
        Times in Indian time.

    Examples
    --------
    >>> at = dt.datetime(2027, 1, 12, 14, 0, tzinfo=IST)
    >>> found = clocks(at, withdrawal=dt.date(2027, 1, 27), poll=dt.date(2027, 2, 20))
    >>> f"{found.publish_by:%d %b %H:%M}", f"{found.report_by:%d %b %H:%M}"
    ('14 Jan 14:00', '15 Jan 14:00')
    >>> [(f"{one.first:%d %b}", f"{one.last:%d %b}") for one in found.windows]
    [('28 Jan', '31 Jan'), ('01 Feb', '04 Feb'), ('05 Feb', '18 Feb')]
    """
    at = selected_at.astimezone(IST)
    return Clocks(
        selected_at=at,
        publish_by=at + dt.timedelta(hours=PUBLISH_HOURS),
        report_by=at + dt.timedelta(hours=REPORT_HOURS),
        windows=() if withdrawal is None or poll is None else publications(withdrawal, poll),
    )


def publications(withdrawal: dt.date, poll: dt.date) -> tuple[Window, ...]:
    """Return the days of the three publications.

    Parameters
    ----------
    withdrawal : date
        Last day of withdrawal.
    poll : date
        Day of the poll.

    Returns
    -------
    tuple of Window
        Three; one without days where the time is too short.
    """
    end = poll - dt.timedelta(days=CAMPAIGN_ENDS_BEFORE_POLL)
    spans = [
        (withdrawal + dt.timedelta(days=FIRST_DAYS[0]), withdrawal + dt.timedelta(days=FIRST_DAYS[1])),
        (withdrawal + dt.timedelta(days=SECOND_DAYS[0]), withdrawal + dt.timedelta(days=SECOND_DAYS[1])),
        (withdrawal + dt.timedelta(days=THIRD_FROM), end),
    ]
    out = []
    for number, (first, last) in enumerate(spans, start=1):
        last = min(last, end)
        out.append(Window(number, first, last) if first <= last else Window(number, None, None))
    return tuple(out)


def time_left(due: dt.datetime, now: dt.datetime) -> dt.timedelta:
    """Return the time left until something is due, negative once it is over."""
    return due - now
