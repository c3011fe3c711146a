"""Strips through time: the party's margin in past elections, and the days of field activity."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from khaka.scoring.pictures.canvas import Canvas, rounded
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.scales import Scale, margin_scale

_WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True)
class Past:
    """What the party got in one past election of the seat.

    Parameters
    ----------
    label : str
        Short, such as "2022" or "2024 LS".
    margin : float
        Points ahead of the best rival; NaN where unknown or not contested.
    share : float
        Of the valid votes, 0 to 1; NaN where unknown.
    contested : bool
        False where the party had no nominee.
    """

    label: str
    margin: float
    share: float = math.nan
    contested: bool = True


def history_strip(elections: Sequence[Past], look: Look, *, width: float = 360.0) -> str:
    """Return the party's margin in past elections of a seat, one column an election, zero marked.

    Parameters
    ----------
    elections : sequence of Past
        Oldest first.
    look : Look
        Theme, language and digits.
    width : float
        Of the picture.

    Returns
    -------
    str
        SVG. A column above the line is a margin ahead, below it one behind; the figures stand in words too.
    """
    desc = "; ".join(f"{look.shown(one.label)}: {_said(one, look)}" for one in elections)
    canvas = Canvas(width, 150, title=look.say("history"), desc=desc or look.say("not_known"), look=look)
    scale = margin_scale([one.margin for one in elections], 0.0, 1.0)
    top, bottom = 16.0, 112.0
    vertical = Scale(scale.low, scale.high, bottom, top)
    zero = vertical(0.0)
    canvas.add("line", x1=0.0, x2=width, y1=zero, y2=zero, class_="ze")
    step = width / max(len(elections), 1)
    for number, one in enumerate(elections):
        middle = step * (number + 0.5)
        wide = min(step * 0.5, 30.0)
        canvas.text(middle, 128, look.shown(one.label), "m")
        if not math.isfinite(one.margin):
            canvas.text(middle, zero - 5, "–" if one.contested else "×", "mu m")
            canvas.text(middle, 143, look.say("not_known" if one.contested else "not_contested"), "mu m")
            continue
        y = vertical(one.margin)
        class_ = "po" if one.margin > 0 else "ne"
        canvas.add("rect", x=middle - wide / 2, y=min(y, zero), width=wide, height=max(abs(y - zero), 1), class_=class_)
        size = look.number(one.margin)
        canvas.text(middle, y - 4 if one.margin > 0 else y + 12, size, "st m")
        side = (
            look.say("level") if round(one.margin) == 0 else look.say("side_ahead" if one.margin > 0 else "side_behind")
        )
        canvas.text(middle, 143, side, "mu m")
    return canvas.svg()


def calendar_strip(
    days: Mapping[dt.date, int], look: Look, *, first: dt.date, last: dt.date, known_from: dt.date | None = None,
    width: float = 360.0,
) -> str:  # fmt: skip
    """Return how many activities were logged in each week.

    Parameters
    ----------
    days : mapping of date to int
        Verified events by day.
    look : Look
        Theme, language and digits.
    first, last : date
        Ends of the strip, both included.
    known_from : date, optional
        Day of the first event in the whole log: what lies before is unknown, not zero.
    width : float
        Of the picture.

    Returns
    -------
    str
        SVG, one column a week of days Monday to Sunday, light to dark by the events of the day.
    """
    start = first - dt.timedelta(days=first.weekday())
    weeks = (last - start) // _WEEK + 1
    total = sum(count for day, count in days.items() if first <= day <= last)
    active = sum(count > 0 for day, count in days.items() if first <= day <= last)
    desc = f"{_date(first)} – {_date(last)}: {look.say('events', count=look.number(total))}, {look.number(active)}"
    canvas = Canvas(width, 0, title=look.say("calendar"), desc=look.shown(desc), look=look)
    side = min((width - 4) / weeks, 12.0)
    top = 4.0
    peak = max([count for day, count in days.items() if first <= day <= last], default=0)
    # one path a class: a strip of 130 days is then a few hundred bytes
    edge = rounded(side - 1)
    squares: dict[str, str] = {}
    day = first
    while day <= last:
        x, y = 2 + side * ((day - start).days // 7), top + side * day.weekday()
        class_ = _step(days.get(day, 0), peak, day, known_from)
        squares[class_] = squares.get(class_, "") + f"M{rounded(x)} {rounded(y)}h{edge}v{edge}h-{edge}z"
        day += dt.timedelta(days=1)
    for class_, d in sorted(squares.items()):
        canvas.add("path", d=d, class_=class_)
    base = top + 7 * side + 14
    canvas.text(2, base, look.shown(_date(first)), "mu")
    canvas.text(width - 2, base, look.shown(_date(last)), "mu e")
    canvas.height = base + 6
    return canvas.svg()


def _step(count: int, peak: int, day: dt.date, known_from: dt.date | None) -> str:
    """Return a day's class: unknown before the log began, q0 for none, q1 to q4 by its events."""
    if known_from is not None and day < known_from:
        return "qx"
    return "q0" if count == 0 or peak == 0 else f"q{1 + min(3, 4 * (count - 1) // peak)}"


def _date(day: dt.date) -> str:
    """Return a date as figures that both languages read alike."""
    return f"{day.day}.{day.month}.{day.year}"


def _said(one: Past, look: Look) -> str:
    """Return an election's margin in words."""
    if not one.contested:
        return look.say("not_contested")
    return look.margin(one.margin) if math.isfinite(one.margin) else look.say("not_known")
