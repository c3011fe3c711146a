"""How fast points find their seat: `make bench` prints one JSON line a figure. Ratios of one run, never a test.

A million points and more on a made-up state's seats, against shapely's STRtree asked about every point, and against
the same tree built of the points and asked about every polygon. A tenth of the points lie on corners of the seats. All
three answers are compared.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from khaka.data.places.locate import NOWHERE, Locator
from khaka.data.simulate.land import make_land

Ints = npt.NDArray[np.int64]
POINTS = 1_200_000
SEATS = 403


def show(figure: str, value: float) -> None:
    print(json.dumps({"figure": figure, "value": round(value, 4)}))


def first(points: Ints, polygons: Ints, count: int) -> Ints:
    """Return the first polygon of each point."""
    found = np.full(count, SEATS, dtype=np.int64)
    np.minimum.at(found, points, polygons)
    return np.where(found == SEATS, NOWHERE, found)


def by_polygons(shapes: npt.NDArray[np.object_], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Ints:
    points, polygons = shapely.STRtree(shapes).query(shapely.points(x, y), predicate="intersects")
    return first(points, polygons, len(x))


def by_points(shapes: npt.NDArray[np.object_], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Ints:
    polygons, points = shapely.STRtree(shapely.points(x, y)).query(shapes, predicate="intersects")
    return first(points, polygons, len(x))


def timed(run: Callable[[], Ints]) -> tuple[float, Ints]:
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


def main() -> None:
    land = make_land(seats=SEATS, seed=1, state="S24", delimitation="2008")
    # edges as crooked as on real maps: a corner every few hundred metres, the same for both neighbours
    shapes = np.array([shapely.segmentize(cell, 0.003) for cell in land.polygons], dtype=object)
    rng = np.random.default_rng(1)
    west, south, east, north = shapely.total_bounds(shapes)
    points = rng.uniform((west, south), (east, north), (POINTS, 2))
    corners = shapely.get_coordinates(shapes)
    points[: POINTS // 10] = corners[rng.integers(0, len(corners), POINTS // 10)]
    x, y = points.T
    runs = []
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        own, found = timed(lambda: Locator(list(shapes)).locate(x, y))
        tree, one = timed(lambda: by_polygons(shapes, x, y))
        bulk, two = timed(lambda: by_points(shapes, x, y))
        assert np.array_equal(found, one)
        assert np.array_equal(found, two)
        runs.append((tree / own, bulk / own, own))
    show("points_strtree_over_own", statistics.median(run[0] for run in runs))
    show("points_strtree_of_points_over_own", statistics.median(run[1] for run in runs))
    show("points_own_seconds", statistics.median(run[2] for run in runs))
    show("points_all_equal", POINTS)


if __name__ == "__main__":
    main()
