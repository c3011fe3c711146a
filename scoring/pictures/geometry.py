"""From degrees to a small picture: projection to a box, polygons simplified together, short paths of whole numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Ring = tuple[tuple[float, float], ...]
"""Longitudes and latitudes in degrees, in order."""


@dataclass(frozen=True)
class Box:
    """A projection of degrees to a picture, true in shape at its middle latitude.

    Parameters
    ----------
    west, north : float
        Degrees at the picture's upper left corner.
    squeeze : float
        Length of a degree of longitude against one of latitude.
    size : float
        Units of the picture for one degree of latitude.
    width, height : float
        Of the picture.
    """

    west: float
    north: float
    squeeze: float
    size: float
    width: float
    height: float

    def __call__(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a place lies in the picture."""
        return (lon - self.west) * self.squeeze * self.size, (self.north - lat) * self.size


def box_of(points: Iterable[tuple[float, float]], *, width: float, tallest: float, pad: float) -> Box | None:
    """Return the projection that fits places into a picture.

    Parameters
    ----------
    points : iterable of (float, float)
        Longitude and latitude.
    width : float
        Of the picture.
    tallest : float
        Height that may not be passed.
    pad : float
        Free border.

    Returns
    -------
    Box or None
        None where there is no place.

    Examples
    --------
    >>> box = box_of([(80.0, 0.0), (81.0, 0.5)], width=120.0, tallest=200.0, pad=10.0)
    >>> [round(value, 1) for value in (*box(80.0, 0.5), *box(81.0, 0.0), box.height)]
    [10.0, 10.0, 110.0, 60.0, 70.0]
    """
    known = [(lon, lat) for lon, lat in points if math.isfinite(lon) and math.isfinite(lat)]
    if not known:
        return None
    west, east = min(lon for lon, _ in known), max(lon for lon, _ in known)
    south, north = min(lat for _, lat in known), max(lat for _, lat in known)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-4), max(north - south, 1e-4)
    size = min((width - 2 * pad) / wide, (tallest - 2 * pad) / high)
    # what is narrower than the picture stands in its middle
    left = (width - wide * size) / 2
    return Box(west - left / size / squeeze, north + pad / size, squeeze, size, width, high * size + 2 * pad)


def path(rings: Sequence[Ring], box: Box, *, fine: float = 1.0) -> str:
    """Return rings as the short text of a path: relative steps of whole units.

    Parameters
    ----------
    rings : sequence of Ring
        In degrees.
    box : Box
        Where they go.
    fine : float
        Steps per unit of the picture; the path then stands in a group with the scale 1/fine.

    Returns
    -------
    str
        Of an attribute `d`; empty where nothing is left.

    Examples
    --------
    >>> path([((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0))], Box(0.0, 1.0, 1.0, 10.0, 10.0, 10.0))
    'M0 10l10 0 0-10z'
    """
    out = []
    for ring in rings:
        points = [(round(x * fine), round(y * fine)) for x, y in (box(lon, lat) for lon, lat in ring)]
        kept = [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
        if len(kept) > 1 and kept[0] == kept[-1]:
            kept.pop()
        if len(kept) < 3:
            continue
        steps = [f"{b[0] - a[0]} {b[1] - a[1]}".replace(" -", "-") for a, b in pairwise(kept)]
        line = steps[0] + "".join(step if step.startswith("-") else f" {step}" for step in steps[1:])
        out.append(f"M{kept[0][0]} {kept[0][1]}l{line}z")
    return "".join(out)


def rings_of(polygons: Sequence[bytes], *, tolerance: float) -> list[tuple[Ring, ...]]:
    """Return polygons as rings, simplified together so that neighbours keep their common border.

    Parameters
    ----------
    polygons : sequence of bytes
        Well-known binary, degrees.
    tolerance : float
        Degrees; what is smaller is left out.

    Returns
    -------
    list of tuple of Ring
        One entry a polygon; outer rings and holes alike.
    """
    import shapely  # only whoever has boundaries needs it

    shapes = shapely.from_wkb(list(polygons))
    simple = shapely.coverage_simplify(shapes, tolerance)
    found: list[tuple[Ring, ...]] = []
    for shape, whole in zip(simple, shapes, strict=True):
        # a seat smaller than the tolerance must not vanish
        parts = [part for part in shapely.get_parts(whole if shape.is_empty else shape) if part.geom_type == "Polygon"]
        found.append(tuple(
            tuple((float(x), float(y)) for x, y in ring.coords)
            for part in parts for ring in (part.exterior, *part.interiors)
        ))  # fmt: skip
    return found
