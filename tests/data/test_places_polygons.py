"""Maps of four squares, drawn so:

3 | 4
--+--
1 | 2
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from khaka.data.errors import KhakaError
from khaka.data.places.neighbours import neighbours, spatial_lag
from khaka.data.places.polygons import Map, dissolved, distances_km, map_of, project_points

SEATS = [f"S24-2008-{number}" for number in (1, 2, 3, 4)]


def square(column: int, row: int, *, gap: float = 0.0) -> shapely.Geometry:
    west, south = 80 + 0.2 * column, 27 + 0.2 * row
    return shapely.box(west + gap, south + gap, west + 0.2 - gap, south + 0.2 - gap)


def rows(shapes: list[shapely.Geometry], units: list[str] = SEATS, level: str = "seat") -> pd.DataFrame:
    return pd.DataFrame(
        {"level": level, "unit_id": units, "name": [f"Seat {unit}" for unit in units],
         "geometry": [shapely.to_wkb(shape) for shape in shapes]}
    )  # fmt: skip


def four(gap: float = 0.0) -> Map:
    return map_of(rows([square(0, 0, gap=gap), square(1, 0, gap=gap), square(0, 1, gap=gap), square(1, 1, gap=gap)]))


def test_seats_stand_in_order_of_their_number_whatever_the_order_of_the_rows() -> None:
    units = [f"S24-2008-{number}" for number in (10, 9, 100)]
    table = rows([square(0, 0), square(1, 0), square(0, 1)], units)
    assert map_of(table).unit_ids == ("S24-2008-9", "S24-2008-10", "S24-2008-100")
    assert map_of(table.iloc[::-1]).unit_ids == map_of(table).unit_ids


def test_only_the_asked_state_and_level_are_on_the_map() -> None:
    table = pd.concat([rows([square(0, 0)], ["S24-2008-1"]), rows([square(1, 0)], ["S04-2008-1"]),
                       rows([square(0, 0)], ["S24:AGRA"], "district")])  # fmt: skip
    assert map_of(table, state="S24").unit_ids == ("S24-2008-1",)
    assert map_of(table, level="district").unit_ids == ("S24:AGRA",)


def test_a_seat_with_two_polygons_is_named() -> None:
    with pytest.raises(KhakaError, match="S24-2008-1 has two polygons"):
        map_of(rows([square(0, 0), square(1, 0)], ["S24-2008-1", "S24-2008-1"]))


def test_a_ring_that_crosses_itself_is_mended_and_keeps_its_area() -> None:
    bow_tie = shapely.Polygon([(80, 27), (80.2, 27.2), (80.2, 27), (80, 27.2)])
    units = map_of(rows([bow_tie], SEATS[:1]))
    assert shapely.is_valid(units.polygons).all()
    assert units.areas[0] == pytest.approx(four().areas[0] / 2, rel=1e-3)


def test_areas_are_those_of_the_ellipsoid() -> None:
    from pyproj import Geod

    geodesic = [abs(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) / 1e6 for shape in four().polygons]
    np.testing.assert_allclose(four().areas, geodesic, rtol=1e-4)


def test_booths_find_their_seat_and_those_outside_none() -> None:
    found = four().units_at(np.array([27.1, 27.3, 27.2, 30.0]), np.array([80.1, 80.3, 80.2, 80.1]))
    assert found.tolist()[:3] == ["S24-2008-1", "S24-2008-4", "S24-2008-1"]
    assert found.isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize("gap", [0.0, 0.0002])
def test_seats_that_meet_in_a_corner_are_no_neighbours_even_with_slivers_between(gap: float) -> None:
    pairs = neighbours(four(gap))
    found = set(zip(pairs["unit_id"].str[-1], pairs["neighbour_id"].str[-1], strict=True))
    assert found == {("1", "2"), ("2", "1"), ("1", "3"), ("3", "1"), ("2", "4"), ("4", "2"), ("3", "4"), ("4", "3")}


def test_the_shared_boundary_has_its_length() -> None:
    pairs = neighbours(four()).set_index(["unit_id", "neighbour_id"])["shared_km"]
    side = distances_km(np.array([27.0]), np.array([80.2]), np.array([27.2]), np.array([80.2]))[0]
    assert pairs["S24-2008-1", "S24-2008-2"] == pytest.approx(side, rel=0.03)


def test_the_lag_is_the_mean_of_the_known_neighbours_without_the_seat_itself() -> None:
    values = pd.DataFrame({"share": [1.0, 0.2, np.nan, 0.5]}, index=SEATS)
    lag = spatial_lag(values, neighbours(four()))["share"]
    assert lag.tolist() == pytest.approx([0.2, 0.75, 0.75, 0.2])


def test_a_seat_alone_has_no_lag() -> None:
    values = pd.DataFrame({"share": [0.5]}, index=["S24-2008-9"])
    assert spatial_lag(values, neighbours(four()))["share"].isna().all()


def test_districts_are_what_their_seats_make_up() -> None:
    units = dissolved(four(), ["S24:B", "S24:B", "S24:A", None])
    assert units.unit_ids == ("S24:A", "S24:B")
    assert units.areas[1] == pytest.approx(four().areas[:2].sum(), rel=1e-9)


def test_missing_coordinates_give_no_distance() -> None:
    found = distances_km(
        np.array([27.0, np.nan]), np.array([80.0, 80.0]), np.array([27.0, 27.0]), np.array([81.0, 81.0])
    )
    assert found[0] == pytest.approx(99.3, abs=0.2)
    assert np.isnan(found[1])


def test_projected_distances_are_right_within_two_percent() -> None:
    lat, lon = np.array([27.0, 28.0]), np.array([77.0, 83.0])
    straight = np.hypot(*np.diff(project_points(lat, lon), axis=0)[0])
    assert straight == pytest.approx(distances_km(lat[:1], lon[:1], lat[1:], lon[1:])[0], rel=0.02)
