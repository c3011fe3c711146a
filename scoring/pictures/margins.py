"""All aspirants of a seat on one axis of margins: ranges before points, ties in a band, zero marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from khaka.scoring.pictures.canvas import Canvas, rounded
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.scales import Scale, margin_scale, ticks


@dataclass(frozen=True)
class Standing:
    """Where an aspirant stands.

    Parameters
    ----------
    name : str
        As recorded.
    expected, low, high : float
        Expected margin and its 90% range, in points.
    chance : float, optional
        To win, 0 to 1.
    tie : int, optional
        Tie group: neighbours with the same number are too close to call. None stands alone.
    ghost : float, optional
        The expected margin before a change (a scenario's base case).
    faint : bool
        Whether the aspirant is not ranked: the point is drawn hollow.
    """

    name: str
    expected: float
    low: float
    high: float
    chance: float | None = None
    tie: int | None = None
    ghost: float | None = None
    faint: bool = False


def scale_of(standings: Sequence[Standing], start: float, stop: float) -> Scale:
    """Return the scale that all aspirants of a seat share.

    Parameters
    ----------
    standings : sequence of Standing
        Of one seat.
    start, stop : float
        Where its ends lie.

    Returns
    -------
    Scale
        Holds every range, every ghost and zero.
    """
    values = [value for one in standings for value in (one.low, one.high, one.expected, one.ghost)]
    return margin_scale([value for value in values if value is not None], start, stop)


def runs(standings: Sequence[Standing]) -> list[list[Standing]]:
    """Return the aspirants in runs that are too close to call, in the order given.

    Parameters
    ----------
    standings : sequence of Standing
        By rank.

    Returns
    -------
    list of list of Standing
        A run of more than one is a tie.
    """
    return [
        [one for _, one in group]
        for _, group in groupby(enumerate(standings), lambda pair: (pair[1].tie is None and pair[0] + 1, pair[1].tie))
    ]


def margin_axis(standings: Sequence[Standing], look: Look, *, width: float = 360.0) -> str:
    """Return all aspirants of a seat on one axis of margins.

    Parameters
    ----------
    standings : sequence of Standing
        By rank.
    look : Look
        Theme, language and digits.
    width : float
        Of the picture.

    Returns
    -------
    str
        SVG.
    """
    head, row, pad, foot = 20.0, 38.0, 10.0, 50.0
    scale = scale_of(standings, pad, width - pad)
    desc = " ".join(_spoken(one, look) for one in standings)
    canvas = Canvas(width, 0, title=look.say("margin_title"), desc=desc or look.say("not_known"), look=look)
    placed: list[tuple[float, Standing]] = []
    bands: list[tuple[float, float]] = []
    y = 4.0
    for run in runs(standings):
        top = y
        if len(run) > 1:
            y += head
        for one in run:
            placed.append((y, one))
            y += row
        if len(run) > 1:
            bands.append((top, y - top))
            y += 4.0
    bottom = y
    canvas.height = bottom + foot
    for top, height in bands:
        canvas.add("rect", x=0.0, y=top, width=width, height=height, rx=4.0, class_="tb")
    _grid(canvas, scale, 0.0, bottom, look)
    for top, _ in bands:
        canvas.text(pad, top + 14, look.say("tie"), "mu")
    for top, one in placed:
        _row(canvas, scale, top, one, look, width - pad)
    canvas.text(pad, bottom + 45, look.say("margin_axis"), "mu")
    return canvas.svg()


def margin_strip(standing: Standing, scale: Scale, *, height: float = 14.0) -> str:
    """Return one aspirant's range alone, to stand beside words that say the same.

    It has no text, so it may be stretched; readers of the screen are told by the words.

    Parameters
    ----------
    standing : Standing
        Of the aspirant.
    scale : Scale
        Shared by the seat's aspirants, see `scale_of`; its stop is the strip's width.
    height : float
        Of the strip.

    Returns
    -------
    str
        SVG, hidden from readers of the screen.
    """
    middle = height / 2
    parts = [_line("ze", scale(0.0), 0.0, scale(0.0), height)]
    parts.append(_line("rg", scale(standing.low), middle, scale(standing.high), middle))
    if standing.ghost is not None:
        parts.append(_line("gh", scale(standing.ghost), 0.0, scale(standing.ghost), height))
    # a zero-long line with a round end is a dot that keeps its shape when the strip is stretched
    x = rounded(scale(standing.expected))
    parts.append(f'<path d="M{x} {rounded(middle)}h0" class="{"dh" if standing.faint else "dt"}"/>')
    if standing.faint:
        parts.append(f'<path d="M{x} {rounded(middle)}h0" class="dw"/>')
    return (
        f'<svg viewBox="0 0 {rounded(scale.stop)} {rounded(height)}" preserveAspectRatio="none" class="strip" '
        f'aria-hidden="true">{"".join(parts)}</svg>'
    )


def _grid(canvas: Canvas, scale: Scale, top: float, bottom: float, look: Look) -> None:
    """Draw the ticks, zero strongest, and say on which side ahead and behind lie."""
    for value in ticks(scale):
        x = scale(value)
        canvas.add("line", x1=x, x2=x, y1=top, y2=bottom, class_="ze" if value == 0 else "gr")
        canvas.text(x, bottom + 13, look.number(value), "st m" if value == 0 else "mu m")
    if scale(0.0) - scale.start > 60:
        canvas.text(scale.start, bottom + 29, f"← {look.say('side_behind')}", "mu")
    if scale.stop - scale(0.0) > 60:
        canvas.text(scale.stop, bottom + 29, f"{look.say('side_ahead')} →", "mu e")


def _row(canvas: Canvas, scale: Scale, top: float, one: Standing, look: Look, right: float) -> None:
    """Draw one aspirant: name and figures above, range and point below."""
    said = look.margin(one.expected) if math.isfinite(one.expected) else look.say("not_known")
    if one.chance is not None:
        said = f"{said} · {look.chance(one.chance)}"
    canvas.text(scale.start, top + 13, one.name, "st")
    canvas.text(right, top + 13, said, "e")
    if not math.isfinite(one.expected):
        return
    y = top + 25
    canvas.add("line", x1=scale(one.low), x2=scale(one.high), y1=y, y2=y, class_="rg")
    if one.ghost is not None:
        canvas.add("line", x1=scale(one.ghost), x2=scale(one.ghost), y1=y - 8, y2=y + 8, class_="gh")
    canvas.add("circle", cx=scale(one.expected), cy=y, r=4.5, class_="hp" if one.faint else "pt")


def _spoken(one: Standing, look: Look) -> str:
    """Return an aspirant's figures as a sentence."""
    if not math.isfinite(one.expected):
        return f"{one.name}: {look.say('not_known')}."
    low, high = look.margin(one.low), look.margin(one.high)
    said = look.say("margin_desc", name=one.name, margin=look.margin(one.expected), low=low, high=high)
    return said if one.ghost is None else f"{said} {look.say('base_case')}: {look.margin(one.ghost)}."


def _line(class_: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a straight path."""
    to = f"V{rounded(y2)}" if x1 == x2 else f"H{rounded(x2)}" if y1 == y2 else f"L{rounded(x2)} {rounded(y2)}"
    return f'<path d="M{rounded(x1)} {rounded(y1)}{to}" class="{class_}"/>'
