"""Why one aspirant is ahead of another: bars that start where the last one ended and add up to the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from khaka.scoring.pictures.canvas import Canvas
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.scales import Scale
from khaka.scoring.reasons.figures import tenths


@dataclass(frozen=True)
class Step:
    """One part of a difference.

    Parameters
    ----------
    label : str
        What it is about, short.
    points : float
        Margin points, of either sign.
    """

    label: str
    points: float


def folded(steps: Sequence[Step], *, most: int, rest: str) -> list[Step]:
    """Return the largest steps, ahead before behind, and all others as one.

    Parameters
    ----------
    steps : sequence of Step
        Of any number.
    most : int
        Steps kept by themselves.
    rest : str
        Label of the others.

    Returns
    -------
    list of Step
        Adds up to what the steps add up to.

    Examples
    --------
    >>> folded([Step("a", 1.0), Step("b", -3.0), Step("c", 0.5)], most=2, rest="rest")
    [Step(label='a', points=1.0), Step(label='b', points=-3.0), Step(label='rest', points=0.5)]
    """
    by_size = sorted(steps, key=lambda step: -abs(round(step.points, 9)))
    kept = sorted(by_size[:most], key=lambda step: -round(step.points, 9))
    left = by_size[most:]
    return [*kept, Step(rest, sum(step.points for step in left))] if left else kept


def contrast_bar(
    name: str, other: str, steps: Sequence[Step], look: Look, *, rest: float = 0.0, most: int = 6, width: float = 360.0
) -> str:
    """Return how far one aspirant is ahead of another and what that is made of.

    Parameters
    ----------
    name, other : str
        The two, as recorded.
    steps : sequence of Step
        Parts of the difference name minus other.
    look : Look
        Theme, language and digits.
    rest : float
        Points that are in no step.
    most : int
        Parts shown by themselves; the others are one bar, together with the rest.
    width : float
        Of the picture.

    Returns
    -------
    str
        SVG. Each bar starts where the one above ended; the last one is the sum.
    """
    label = look.say("rest")
    shown = folded(steps, most=most, rest=label)
    if abs(rest) > 1e-9:
        left = shown.pop().points if len(steps) > most else 0.0
        shown.append(Step(label, left + rest))
    total = sum(step.points for step in shown)
    size = look.shown(tenths(total))
    key = "contrast_level" if round(total, 1) == 0 else "contrast_ahead" if total > 0 else "contrast_behind"
    title = look.say(key, name=name, other=other, points=size)
    ends, here = [0.0], 0.0
    for step in shown:
        here += step.points
        ends.append(here)
    low, high = min(ends), max(ends)
    room = max(high - low, 0.1)
    scale = Scale(low, low + room, 8.0, width - 8.0)
    row, top = 34.0, 4.0
    desc = "; ".join(f"{step.label} {_signed(step.points, look)}" for step in shown)
    canvas = Canvas(width, top + row * (len(shown) + 1) + 4, title=title, desc=f"{desc}.", look=look)
    bottom = canvas.height - 2
    for number in range(len(shown) + 1):  # beside the bars only: it would cross the words
        y = top + number * row
        canvas.add("line", x1=scale(0.0), x2=scale(0.0), y1=y + 16, y2=min(y + 30, bottom), class_="ze")
    start = 0.0
    for number, step in enumerate(shown):
        _bar(canvas, scale, top + number * row, step, start, look, "po" if step.points >= 0 else "ne", width)
        start += step.points
    _bar(canvas, scale, top + len(shown) * row, Step(look.say("sum"), total), 0.0, look, "su", width)
    return canvas.svg()


def _bar(
    canvas: Canvas, scale: Scale, top: float, step: Step, start: float, look: Look, class_: str, width: float
) -> None:
    """Draw one step from where the last one ended."""
    canvas.text(8, top + 13, step.label, "st" if class_ == "su" else None)
    canvas.text(width - 8, top + 13, _signed(step.points, look), "e st" if class_ == "su" else "e")
    left, right = sorted((scale(start), scale(start + step.points)))
    canvas.add("rect", x=left, y=top + 18, width=max(right - left, 1.0), height=10.0, class_=class_)


def _signed(points: float, look: Look) -> str:
    """Return points with a sign that can't be overlooked: the words follow the picture's own sides."""
    size = look.shown(tenths(points))
    if round(points, 1) == 0:
        return size
    return f"{size} {look.say('side_ahead' if points > 0 else 'side_behind')}"
