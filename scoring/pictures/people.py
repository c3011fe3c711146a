"""Communities with their error, and ratings side by side. Aggregates and signed judgements, nothing guessed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from khaka.scoring.pictures.canvas import Canvas
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.scales import Scale

Role = Literal["observer", "dcc", "pcc", "survey"]

Z90: Final = 1.6448536269514722
"""Half width of a normal 90% range, in standard errors."""


@dataclass(frozen=True)
class Community:
    """A published share.

    Parameters
    ----------
    name : str
        As published.
    share : float
        0 to 1.
    standard_error : float
        NaN where the figure has none.
    official : bool
        Whether it is an official figure.
    """

    name: str
    share: float
    standard_error: float = math.nan
    official: bool = False


@dataclass(frozen=True)
class Rated:
    """One rating of one aspirant.

    Parameters
    ----------
    role : {"observer", "dcc", "pcc", "survey"}
        Who rated.
    value : float
        0 (lowest of the rater's own scale) to 1 (highest).
    """

    role: Role
    value: float


def communities(shares: Sequence[Community], look: Look, *, width: float = 360.0) -> str:
    """Return published shares of communities with their 90% error bars.

    Parameters
    ----------
    shares : sequence of Community
        Largest first.
    look : Look
        Theme, language and digits.
    width : float
        Of the picture.

    Returns
    -------
    str
        SVG. An estimate is a hollow point with its bar, an official figure a full one.
    """
    ends = [one.share + Z90 * _error(one) for one in shares]
    most = max(0.1, math.ceil(10 * max(ends, default=0.1)) / 10)
    scale = Scale(0.0, min(most, 1.0), 8.0, width - 8.0)
    row, top = 34.0, 2.0
    desc = "; ".join(f"{one.name}: {_range(one, look)}" for one in shares)
    canvas = Canvas(width, top + row * len(shares) + 18, title=look.say("communities"), desc=desc, look=look)
    bottom = top + row * len(shares)
    for tenth in range(round(10 * scale.high) + 1):
        x = scale(tenth / 10)
        canvas.add("line", x1=x, x2=x, y1=top, y2=bottom, class_="ze" if tenth == 0 else "gr")
        if tenth % (1 if scale.high <= 0.5 else 2) == 0:
            anchor = "mu" if tenth == 0 else "mu e" if x > width - 16 else "mu m"
            canvas.text(x, bottom + 13, look.shown(f"{10 * tenth}%"), anchor)
    for number, one in enumerate(shares):
        y = top + row * number
        canvas.text(12, y + 13, one.name, "st")
        canvas.text(
            width - 8, y + 13, f"{_range(one, look)} · {look.say('official' if one.official else 'estimate')}", "e"
        )
        error = Z90 * _error(one)
        if error > 0:
            canvas.add(
                "line", x1=scale(one.share - error), x2=scale(one.share + error), y1=y + 23, y2=y + 23, class_="rg"
            )
        canvas.add("circle", cx=scale(one.share), cy=y + 23, r=4.0, class_="pt" if one.official else "hp")
    return canvas.svg()


def raters(rated: Sequence[tuple[str, Sequence[Rated]]], look: Look, *, width: float = 360.0) -> str:
    """Return all ratings of a seat's aspirants side by side, one line a kind of rater.

    Parameters
    ----------
    rated : sequence of (name, ratings)
        Aspirants by rank.
    look : Look
        Theme, language and digits.
    width : float
        Of the picture.

    Returns
    -------
    str
        SVG. Every rating is a point on its rater's own scale; a line joins the lowest and highest of one kind.
    """
    kinds: tuple[Role, ...] = ("observer", "dcc", "pcc", "survey")
    present = [kind for kind in kinds if any(one.role == kind for _, ratings in rated for one in ratings)]
    label = 124.0
    scale = Scale(0.0, 1.0, label, width - 10)
    y = 18.0
    said = [f"{name}: {_spread(ratings, present, look)}" for name, ratings in rated]
    canvas = Canvas(width, 0, title=look.say("raters"), desc="; ".join(said) or look.say("not_known"), look=look)
    canvas.text(scale.start, 12, look.say("lowest"), "mu")
    canvas.text(scale.stop, 12, look.say("highest"), "mu e")
    for name, ratings in rated:
        canvas.text(8, y + 14, name, "st")
        y += 20
        for kind in present:
            values = sorted(one.value for one in ratings if one.role == kind)
            canvas.text(14, y + 10, look.say(kind), "mu")
            canvas.add("line", x1=scale.start, x2=scale.stop, y1=y + 6, y2=y + 6, class_="gr")
            if not values:
                canvas.text(scale.start, y + 10, look.say("not_known"), "mu")
            elif len(values) > 1:
                canvas.add("line", x1=scale(values[0]), x2=scale(values[-1]), y1=y + 6, y2=y + 6, class_="wh")
            for value in values:
                canvas.add("circle", cx=scale(value), cy=y + 6, r=3.5, class_="pt")
            y += 16
        y += 4
    canvas.height = y + 2
    return canvas.svg()


def _error(one: Community) -> float:
    return one.standard_error if math.isfinite(one.standard_error) else 0.0


def _range(one: Community, look: Look) -> str:
    """Return a share as a range in whole percent where it has an error."""
    error = Z90 * _error(one)
    if error <= 0:
        return look.shown(f"{100 * one.share:.0f}%")
    low, high = max(one.share - error, 0.0), min(one.share + error, 1.0)
    return look.shown(f"{100 * low:.0f}–{100 * high:.0f}%")


def _spread(ratings: Sequence[Rated], kinds: Sequence[Role], look: Look) -> str:
    """Return an aspirant's ratings as figures of ten."""
    parts = []
    for kind in kinds:
        values = [look.shown(f"{10 * one.value:.0f}/10") for one in ratings if one.role == kind]
        parts.append(f"{look.say(kind)} {', '.join(values) or look.say('not_known')}")
    return ", ".join(parts)
