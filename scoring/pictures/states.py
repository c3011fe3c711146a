"""Map of a state's seats: by chance band or by status, as polygons or, without boundaries, as tiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from khaka.scoring.pictures.canvas import Canvas, element, nest
from khaka.scoring.pictures.geometry import Ring, box_of, path
from khaka.scoring.pictures.legend import LINE, Entry, legend
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.scales import step_of

CHANCES: Final = (0.05, 0.25, 0.5, 0.75)
"""Inner bounds of the bands of a chance to win."""

_FINE: Final = 2.0


@dataclass(frozen=True)
class Region:
    """A seat on the map.

    Parameters
    ----------
    label : str
        Number and name.
    value : str
        What it is coloured by, in words.
    class_ : str
        "q0" to "q4", or "qx" where unknown.
    rings : tuple of Ring
        Its border, simplified; empty where unknown.
    link : str, optional
        Address of the seat's page.
    """

    label: str
    value: str
    class_: str
    rings: tuple[Ring, ...] = ()
    link: str | None = None


def chance_region(
    label: str, chance: float | None, look: Look, *, rings: tuple[Ring, ...] = (), link: str | None = None
) -> Region:
    """Return a seat coloured by its chance band.

    Parameters
    ----------
    label : str
        Number and name.
    chance : float or None
        0 to 1; None where unknown.
    look : Look
        Language and digits.
    rings : tuple of Ring
        Its border.
    link : str, optional
        Address of the seat's page.

    Returns
    -------
    Region
        For `state_map`.
    """
    known = chance is not None and math.isfinite(chance)
    said = look.chance(chance) if known and chance is not None else look.say("not_known")
    return Region(label, said, step_of(chance, CHANCES), rings, link)


def chance_legend(look: Look) -> list[Entry]:
    """Return the legend of the chance bands.

    Parameters
    ----------
    look : Look
        Language and digits.

    Returns
    -------
    list of Entry
        Six entries, the last one for the unknown.
    """
    labels = [look.say("out_of_reach"), *(look.shown(band) for band in ("5–25%", "25–50%", "50–75%", "≥ 75%"))]
    steps = [Entry(f"q{number}", label) for number, label in enumerate(labels)]
    return [*steps, Entry("qx", look.say("not_known"))]


def state_map(
    regions: Sequence[Region], look: Look, *, what: str, entries: Sequence[Entry], width: float = 360.0
) -> str:
    """Return the seats of a state on a map.

    Parameters
    ----------
    regions : sequence of Region
        In the order of their numbers.
    look : Look
        Theme, language and digits.
    what : str
        What they are coloured by, in words.
    entries : sequence of Entry
        The legend.
    width : float
        Of the picture.

    Returns
    -------
    str
        SVG. Seats without a border stand as tiles below the map, or all of them where none is known.
    """
    counts = {entry.class_: sum(region.class_ == entry.class_ for region in regions) for entry in entries}
    said = "; ".join(f"{entry.label}: {look.number(counts[entry.class_])}" for entry in entries if counts[entry.class_])
    linked = any(region.link for region in regions)
    title = look.say("state_map", what=what)
    canvas = Canvas(width, 0, title=title, desc=said or look.say("not_known"), look=look, linked=linked)
    drawn = [region for region in regions if region.rings]
    tiles = [region for region in regions if not region.rings]
    box = box_of((point for one in drawn for ring in one.rings for point in ring), width=width, tallest=width, pad=6.0)
    bottom = 0.0
    if box is not None:
        canvas.raw(f'<g class="sh" transform="scale({1 / _FINE:g})">')
        for region in drawn:
            canvas.raw(_shape(region, element("path", d=path(region.rings, box, fine=_FINE), class_=region.class_)))
        canvas.close("g")
        bottom = box.height
    if tiles:
        bottom = _tiles(canvas, tiles, bottom + 4, look, whole=box is None)
    numbered = [Entry(one.class_, f"{one.label} ({look.number(counts[one.class_])})", one.shape) for one in entries]
    canvas.height = legend(canvas, numbered, top=bottom + 6)
    return canvas.svg()


def _shape(region: Region, shape: str) -> str:
    """Return a seat's shape with its name as a link or a title."""
    said = f"{region.label}: {region.value}"
    if region.link is None:
        return nest("g", element("title", said) + shape)
    return nest("a", shape, href=region.link, aria_label=said)


def _tiles(canvas: Canvas, regions: Sequence[Region], top: float, look: Look, *, whole: bool) -> float:
    """Draw seats as tiles in the order of their numbers and return where they end."""
    note = look.say("seat_tiles") if whole else look.say("not_on_map", count=look.number(len(regions)))
    canvas.text(8, top + 12, note, "mu")
    top += LINE
    # few seats get tiles that a finger can hit, many get small ones
    side = min(44.0, max(14.0, math.sqrt((canvas.width - 16) * canvas.width / max(len(regions), 1))))
    columns = max(int((canvas.width - 16) // side), 1)
    canvas.open("g", class_="sh")
    for number, region in enumerate(regions):
        x, y = 8 + side * (number % columns), top + side * (number // columns)
        canvas.raw(_shape(region, element("rect", x=x, y=y, width=side, height=side, class_=region.class_)))
    canvas.close("g")
    return top + side * math.ceil(len(regions) / columns)
