"""Booth map of a seat in three views: the party's share, turnout, presence. Aggregates of booths, never a voter."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from khaka.scoring.pictures.canvas import Canvas, nest
from khaka.scoring.pictures.geometry import Box, Ring, box_of, path
from khaka.scoring.pictures.legend import LINE, Entry, legend
from khaka.scoring.pictures.legend import mark as draw
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.scales import fifths, step_of

View = Literal["support", "turnout", "presence"]
Presence = Literal["reached", "doubtful", "never"]

MOST_MARKS: Final = 130
"""Booths of a seat with more than this are drawn in groups."""

_SHAPES: Final[dict[Presence, tuple[str, str]]] = {
    "reached": ("circle", "q4"),
    "doubtful": ("ring", "q1"),
    "never": ("cross", "ax"),
}
_NUMBERS_SAID: Final = 6


@dataclass(frozen=True)
class Booth:
    """A booth as the map shows it.

    Parameters
    ----------
    number : str
        As in the election's list of booths.
    lat, lon : float
        Degrees, NaN where unknown.
    support, turnout : float
        Share of valid votes and of electors, 0 to 1; NaN where unknown.
    presence : {"reached", "doubtful", "never"}, optional
        Of the field activity; None where none was logged in the seat.
    electors : float
        Weight in a group; 1 where unknown.
    """

    number: str
    lat: float = math.nan
    lon: float = math.nan
    support: float = math.nan
    turnout: float = math.nan
    presence: Presence | None = None
    electors: float = 1.0


@dataclass(frozen=True)
class Mark:
    """One mark of the map: a booth, or several that lie together.

    Parameters
    ----------
    booths : tuple of Booth
        At least one.
    x, y : float
        In the picture.
    """

    booths: tuple[Booth, ...]
    x: float
    y: float

    def mean(self, view: Literal["support", "turnout"]) -> float:
        """Return the mean of the known values, weighted by electors; NaN where none is known."""
        known = [(getattr(one, view), one.electors) for one in self.booths]
        known = [(value, weight) for value, weight in known if math.isfinite(value) and weight > 0]
        total = sum(weight for _, weight in known)
        return sum(value * weight for value, weight in known) / total if total else math.nan

    @property
    def presence(self) -> Presence | None:
        """The state of most of its booths, the weaker one where two are equal."""
        states = [one.presence for one in self.booths]
        order: tuple[Presence, ...] = ("never", "doubtful", "reached")
        return max(order, key=lambda state: (states.count(state), -order.index(state))) if any(states) else None


def marks(booths: Sequence[Booth], box: Box, *, most: int = MOST_MARKS) -> list[Mark]:
    """Return the marks of a map; where there are too many, booths of one cell of a grid are one mark.

    Parameters
    ----------
    booths : sequence of Booth
        With known places.
    box : Box
        Of the picture.
    most : int
        Marks at most.

    Returns
    -------
    list of Mark
        From north to south, at the booths' mean place; every booth is in exactly one.
    """
    places = [(one, *box(one.lon, one.lat)) for one in booths]
    if len(places) <= most:
        return sorted((Mark((one,), x, y) for one, x, y in places), key=lambda mark: (mark.y, mark.x))
    side = 8.0
    while True:
        cells: dict[tuple[int, int], list[tuple[Booth, float, float]]] = defaultdict(list)
        for one, x, y in places:
            cells[(int(y // side), int(x // side))].append((one, x, y))
        if len(cells) <= most:
            break
        side *= 1.15
    found = []
    for inside in cells.values():
        x = sum(x for _, x, _ in inside) / len(inside)
        y = sum(y for _, _, y in inside) / len(inside)
        found.append(Mark(tuple(one for one, _, _ in inside), x, y))
    return sorted(found, key=lambda mark: (mark.y, mark.x))


def booth_map(
    booths: Sequence[Booth], look: Look, *, view: View, outline: Sequence[Ring] = (), width: float = 360.0,
    link: Callable[[Mark], str] | None = None, selected: str | None = None, most: int = MOST_MARKS,
) -> str:  # fmt: skip
    """Return the booths of a seat on a map, or as tiles where no place is known.

    Parameters
    ----------
    booths : sequence of Booth
        Of one seat, in the order of their list.
    look : Look
        Theme, language and digits.
    view : {"support", "turnout", "presence"}
        What the marks tell.
    outline : sequence of Ring
        The seat's border, where there is one.
    width : float
        Of the picture.
    link : callable, optional
        Address of a mark's card.
    selected : str, optional
        Number of the booth that is drawn with a ring.
    most : int
        Marks at most.

    Returns
    -------
    str
        SVG, with a legend in words.
    """
    placed = [one for one in booths if math.isfinite(one.lat) and math.isfinite(one.lon)]
    corners = [(one.lon, one.lat) for one in placed] + [point for ring in outline for point in ring]
    box = box_of(corners, width=width, tallest=width, pad=12.0) if placed else None
    title = look.say("booth_map", what=look.say(view))
    canvas = Canvas(width, 0, title=title, desc=_summary(booths, look, view), look=look, linked=link is not None)
    if box is None:
        drawn, bottom = _tiles(booths, width), 0.0
        bottom = max((mark.y for mark in drawn), default=0.0) + 16
        radius = 9.0
    else:
        drawn, bottom, radius = marks(placed, box, most=most), box.height, 5.0
        if outline:
            canvas.add("path", d=path(outline, box), class_="bo")
    bounds = fifths([mark.mean(view) for mark in drawn]) if view != "presence" else ()
    canvas.open("g", class_="do")
    for mark in drawn:
        canvas.raw(_mark(mark, look, view, bounds, radius, link))
    canvas.close("g")
    for mark in drawn:
        if selected is not None and any(one.number == selected for one in mark.booths):
            canvas.add("circle", cx=mark.x, cy=mark.y, r=_radius(mark, radius) + 4, class_="se")
    bottom = legend(canvas, _entries(look, view, bounds), top=bottom + 4)
    notes = []
    if box is None and booths:
        notes.append(look.say("tiles"))
    elif len(placed) < len(booths):
        notes.append(look.say("not_on_map", count=look.number(len(booths) - len(placed))))
    for note in notes:
        canvas.text(8, bottom + 10, note, "mu")
        bottom += LINE
    canvas.height = bottom
    return canvas.svg()


def _tiles(booths: Sequence[Booth], width: float) -> list[Mark]:
    """Return booths as a grid of tiles in their order."""
    side = 22.0
    columns = max(int((width - 16) // side), 1)
    return [
        Mark((one,), 8 + side / 2 + side * (number % columns), 4 + side / 2 + side * (number // columns))
        for number, one in enumerate(booths)
    ]


def _radius(mark: Mark, radius: float) -> float:
    """A group's area grows with its booths, up to four times."""
    return radius * min(math.sqrt(len(mark.booths)), 2.0) if len(mark.booths) > 1 else radius


def _class(mark: Mark, view: View, bounds: Sequence[float]) -> tuple[str, str]:
    """Return shape and class of a mark."""
    if view == "presence":
        return _SHAPES[mark.presence] if mark.presence else ("circle", "qx")
    return "circle", step_of(mark.mean(view), bounds)


def _mark(
    mark: Mark, look: Look, view: View, bounds: Sequence[float], radius: float, link: Callable[[Mark], str] | None
) -> str:
    """Return a mark, as a link where there is a card."""
    shape, class_ = _class(mark, view, bounds)
    shown = draw(shape, mark.x, mark.y, _radius(mark, radius), class_)
    return shown if link is None else nest("a", shown, href=link(mark), aria_label=said_mark(mark, look))


def said_mark(mark: Mark, look: Look) -> str:
    """Return which booths a mark stands for.

    Parameters
    ----------
    mark : Mark
        Of the map.
    look : Look
        Language and digits.

    Returns
    -------
    str
        Such as "Booth 12".
    """
    numbers = [one.number for one in mark.booths]
    if len(numbers) == 1:
        return look.say("booth", number=look.shown(numbers[0]))
    said = ", ".join(numbers[:_NUMBERS_SAID]) + (" …" if len(numbers) > _NUMBERS_SAID else "")
    return look.say("booth_group", count=look.number(len(numbers)), numbers=look.shown(said))


def _entries(look: Look, view: View, bounds: Sequence[float]) -> list[Entry]:
    """Return the legend of a view."""
    if view == "presence":
        return [
            *(Entry(class_, look.say(state), shape) for state, (shape, class_) in _SHAPES.items()),
            Entry("qx", look.say("not_known"), "circle"),
        ]
    edges = [look.shown(f"{100 * bound:.0f}") for bound in bounds]
    said = [
        f"< {edges[0]}%",
        *(f"{low}–{high}%" for low, high in pairwise(edges)),
        f"≥ {edges[-1]}%",
    ]
    steps = [Entry(f"q{number}", label, "circle") for number, label in enumerate(said)]
    return [*steps, Entry("qx", look.say("not_known"), "circle")]


def _summary(booths: Sequence[Booth], look: Look, view: View) -> str:
    """Return what a view shows, in words."""
    count = look.say("booths", count=look.number(len(booths)))
    if view == "presence":
        states = [one.presence for one in booths]
        said = [f"{look.say(state)}: {look.number(states.count(state))}" for state in _SHAPES]
        said.append(f"{look.say('not_known')}: {look.number(states.count(None))}")
        return f"{count}. {'; '.join(said)}."
    known = sorted(value for value in (getattr(one, view) for one in booths) if math.isfinite(value))
    if not known:
        return f"{count}. {look.say('not_known')}."
    span = look.say("from_to", low=look.shown(f"{100 * known[0]:.0f}%"), high=look.shown(f"{100 * known[-1]:.0f}%"))
    return f"{count}. {look.say(view)}: {span}."
