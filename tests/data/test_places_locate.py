"""Points in polygons: the raster's answer is that of an exact test of every point, boundaries included."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Voronoi

from khaka.data.errors import KhakaError
from khaka.data.places.locate import NOWHERE, Locator


def exact(polygons: list[shapely.Geometry], x: np.ndarray, y: np.ndarray) -> list[int]:
    """Test every point against every polygon; the first that holds it."""
    points = shapely.points(x, y)
    held = np.array([shapely.intersects(polygon, points) for polygon in polygons])
    return np.where(held.any(axis=0), held.argmax(axis=0), NOWHERE).tolist()


def cells(seed: int, count: int) -> list[shapely.Geometry]:
    """Cut a wobbly country into seats that share their corners to the last bit."""
    rng = np.random.default_rng(seed)
    points = rng.uniform((78, 26), (81, 28), (count, 2))
    far = 60 * np.array([[-1.0, -1], [-1, 1], [1, -1], [1, 1]]) + points.mean(axis=0)
    diagram = Voronoi(np.vstack([points, far]))
    outline = shapely.Point(79.5, 27).buffer(1.3, quad_segs=9)
    shapes = [shapely.Polygon(diagram.vertices[diagram.regions[diagram.point_region[i]]]) for i in range(count)]
    return [shape for shape in (shape.intersection(outline) for shape in shapes) if not shape.is_empty]


def probes(polygons: list[shapely.Geometry], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points anywhere, on corners, on the middle of edges, and a hair beside both."""
    rng = np.random.default_rng(seed)
    corners = shapely.get_coordinates(polygons)
    middles = (corners[1:] + corners[:-1]) / 2
    anywhere = rng.uniform((77.9, 25.5), (81.2, 28.5), (300, 2))
    near = np.vstack([corners, middles])
    hair = near + rng.normal(0, 1e-12, near.shape)
    every = np.vstack([anywhere, near, hair])
    return every[:, 0], every[:, 1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 25), st.sampled_from([3, 17, 100, 512]))
def test_every_point_is_where_an_exact_test_says_whatever_the_raster(seed: int, count: int, size: int) -> None:
    polygons = cells(seed, count)
    x, y = probes(polygons, seed)
    assert Locator(polygons, cells=size).locate(x, y).tolist() == exact(polygons, x, y)


def test_overlapping_and_nested_seats_and_holes_are_exact_too() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    polygons = [
        shapely.box(4, 4, 5, 5),
        ring,
        shapely.box(2, 2, 7, 7),
        shapely.MultiPolygon([shapely.box(20, 0, 21, 1)]),
    ]
    grid = np.arange(-1, 22, 0.5)
    x, y = (part.ravel() for part in np.meshgrid(grid, grid))
    assert Locator(polygons, cells=40).locate(x, y).tolist() == exact(polygons, x, y)


def test_a_point_on_the_line_between_two_seats_is_in_the_first() -> None:
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    assert Locator([west, east]).locate([1.0], [0.5]).tolist() == [0]
    assert Locator([east, west]).locate([1.0], [0.5]).tolist() == [0]


def test_missing_coordinates_and_points_far_away_are_nowhere() -> None:
    locator = Locator([shapely.box(0, 0, 1, 1)])
    assert locator.locate([np.nan, 0.5, np.inf, 1e300], [0.5, np.nan, 0.5, 0.5]).tolist() == [NOWHERE] * 4


def test_a_seat_without_a_polygon_holds_no_point_and_keeps_its_position() -> None:
    assert Locator([None, shapely.Polygon(), shapely.box(0, 0, 1, 1)]).locate([0.5], [0.5]).tolist() == [2]
    assert Locator([]).locate([0.5], [0.5]).tolist() == [NOWHERE]


def test_an_invalid_polygon_is_refused_with_the_reason() -> None:
    with pytest.raises(KhakaError, match=r"polygon 0 is invalid \(Self-intersection"):
        Locator([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])])
