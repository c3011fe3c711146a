"""Which polygon a point lies in, for millions of points: a raster where it is certain, an exact test elsewhere.

The raster's cells that no boundary touches lie wholly inside or outside of every polygon, and so do all cells connected
with them: one exact test a connected patch settles them all. Only points in the other cells are tested one by one,
against the few polygons that meet their cell. The answer is the same as that of testing every point against every
polygon (GEOS's robust predicates), whatever the size of the raster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from khaka.data.errors import KhakaError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE: Final = -1
"""Position of a point that no polygon holds."""

_MIXED: Final = -2
#: How near to a cell's edge, in cells, a boundary counts for both cells. Rounding moves a point by 1e-12 cells.
_MARGIN: Final = 1e-9


class Locator:
    """Finds the polygon of each of many points.

    A polygon holds its boundary too. Where several hold a point, the first in the given order has it, so that a booth
    on the line between two seats is always counted in the same one.

    Parameters
    ----------
    polygons : sequence of shapely geometry
        Polygons or multipolygons, valid, in one coordinate system; None holds no point.
    cells : int
        Cells of the raster along its longer side. More cells take longer to lay out and leave fewer exact tests.

    Raises
    ------
    KhakaError
        A polygon is invalid: what lies inside of it is not defined.

    Examples
    --------
    >>> west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> Locator([west, east]).locate([0.5, 1.5, 1.0, 3.0], [0.5, 0.5, 0.5, 0.5]).tolist()
    [0, 1, 0, -1]
    """

    def __init__(self, polygons: Sequence[Any], *, cells: int = 2048) -> None:
        shapes = np.array(polygons, dtype=object)
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        invalid = np.flatnonzero(there & ~shapely.is_valid(shapes))
        if len(invalid):
            raise KhakaError(
                f"polygon {invalid[0]} is invalid ({shapely.is_valid_reason(shapes[invalid[0]])}); mend it"
            )
        self._positions: Ints = np.flatnonzero(there).astype(np.int64)
        self._shapes = shapes[there]
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        if not len(self._shapes):
            return
        west, south, east, north = shapely.total_bounds(self._shapes)
        self._step = float(max(east - west, north - south) / cells) or 1.0
        self._west, self._south = west - self._step, south - self._step
        self._shape = (int((north - south) / self._step) + 3, int((east - west) / self._step) + 3)
        self._owner = self._settled(self._touched())

    def locate(self, x: ArrayLike, y: ArrayLike) -> Ints:
        """Return the position of the polygon that holds each point.

        Parameters
        ----------
        x, y : array of float, shape (n,)
            Coordinates in the polygons' system (longitude, latitude in WGS84).

        Returns
        -------
        ndarray of int, shape (n,)
            Position in `polygons`; -1 where none holds the point, or a coordinate is missing.
        """
        points = np.column_stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)])
        found = np.full(len(points), NOWHERE, dtype=np.int64)
        if not len(self._shapes):
            return found
        with np.errstate(invalid="ignore"):
            column = np.floor((points[:, 0] - self._west) / self._step)
            row = np.floor((points[:, 1] - self._south) / self._step)
            inside = (column >= 0) & (row >= 0) & (column < self._shape[1]) & (row < self._shape[0])
        at = np.flatnonzero(inside)
        cell = row[at].astype(np.int64) * self._shape[1] + column[at].astype(np.int64)
        owner = self._owner.ravel()[cell].astype(np.int64)
        mixed = owner == _MIXED
        owner[mixed] = self._tested(points[at[mixed]], cell[mixed])
        held = owner >= 0
        found[at[held]] = self._positions[owner[held]]
        return found

    def _touched(self) -> NDArray[np.bool_]:
        """Mark every cell that a boundary touches."""
        lines = shapely.get_parts(shapely.boundary(self._shapes))
        points, line = shapely.get_coordinates(lines, return_index=True)
        starts = np.flatnonzero(line[1:] == line[:-1])
        scaled = (points - (self._west, self._south)) / self._step
        first, last = scaled[starts], scaled[starts + 1]
        # pieces of half a cell at most: each lies in two cells by two
        pieces = np.maximum(1, np.ceil(2 * np.abs(last - first).max(axis=1))).astype(np.int64)
        owner = np.repeat(np.arange(len(pieces)), pieces)
        step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        move = (last - first)[owner] / pieces[owner, None]
        one = first[owner] + move * step[:, None]
        two = one + move
        low = np.floor(np.minimum(one, two) - _MARGIN).astype(np.int64)
        high = np.floor(np.maximum(one, two) + _MARGIN).astype(np.int64)
        touched = np.zeros(self._shape, dtype=bool)
        for column in (low[:, 0], high[:, 0]):
            for row in (low[:, 1], high[:, 1]):
                touched[row, column] = True
        return touched

    def _settled(self, touched: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Return each cell's polygon: -1 none, -2 to be tested point by point."""
        from scipy import ndimage

        patch, count = ndimage.label(~touched)
        first = np.full(count + 1, 0, dtype=np.int64)
        flat = patch.ravel()
        first[flat[::-1]] = np.arange(flat.size - 1, -1, -1)
        row, column = np.divmod(first[1:], self._shape[1])
        x = self._west + (column + 0.5) * self._step
        y = self._south + (row + 0.5) * self._step
        point, shape = self._tree.query(shapely.points(x, y), predicate="intersects")
        owner = np.full(count + 1, len(self._shapes), dtype=np.int32)
        np.minimum.at(owner, point + 1, shape.astype(np.int32))
        owner[owner == len(self._shapes)] = NOWHERE
        owner[0] = _MIXED
        settled: NDArray[np.int32] = owner[patch]
        return settled

    def _tested(self, points: Floats, cell: Ints) -> Ints:
        """Test points one by one against the polygons that meet their cell."""
        cells, number = np.unique(cell, return_inverse=True)
        row, column = np.divmod(cells, self._shape[1])
        x, y = self._west + column * self._step, self._south + row * self._step
        reach = self._step * _MARGIN
        boxes = shapely.box(x - reach, y - reach, x + self._step + reach, y + self._step + reach)
        at, shape = self._tree.query(boxes, predicate="intersects")
        order = np.argsort(number, kind="stable")
        start = np.searchsorted(number[order], np.arange(len(cells) + 1))
        found = np.full(len(points), len(self._shapes), dtype=np.int64)
        by_shape = np.argsort(shape, kind="stable")
        bounds = np.searchsorted(shape[by_shape], np.arange(len(self._shapes) + 1))
        for one in range(len(self._shapes)):
            inside = at[by_shape[bounds[one] : bounds[one + 1]]]
            if not len(inside):
                continue
            rows = order[_ranges(start[inside], start[inside + 1])]
            rows = rows[found[rows] > one]
            held = shapely.intersects_xy(self._shapes[one], points[rows, 0], points[rows, 1])
            found[rows[held]] = one
        return np.where(found == len(self._shapes), NOWHERE, found)


def _ranges(starts: Ints, stops: Ints) -> Ints:
    """Return the numbers from each start up to its stop, one range after the other."""
    lengths = stops - starts
    before = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(lengths.sum()) + np.repeat(starts - before, lengths), dtype=np.int64)
