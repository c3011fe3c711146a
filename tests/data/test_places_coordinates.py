"""Wrong coordinates among made-up seats of 5 by 5 places, a kilometre apart, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from khaka.data.errors import KhakaError
from khaka.data.places.coordinates import coordinate_faults
from khaka.data.places.polygons import Map

KM = 0.01  # degrees, about a kilometre
SEATS = [f"S07-2008-{number}" for number in (1, 2, 3, 4)]


def booths() -> pd.DataFrame:
    """Four seats in a row from west to east, each 25 places on a square grid."""
    rows = [
        {"seat_id": seat, "booth_no": str(5 * i + j + 1), "lat": 29.0 + KM * j, "lon": 76.0 + KM * (6 * number + i)}
        for number, seat in enumerate(SEATS)
        for i in range(5)
        for j in range(5)
    ]
    return pd.DataFrame(rows)


def moved(row: int, lat: float, lon: float) -> pd.DataFrame:
    table = booths()
    table.loc[row, ["lat", "lon"]] = lat, lon
    return table


def faults(table: pd.DataFrame, units: Map | None = None) -> dict[int, str]:
    return coordinate_faults(table, units=units)["fault"].to_dict()


def test_booths_in_place_are_left_alone() -> None:
    assert faults(booths()) == {}


@pytest.mark.parametrize(
    ("lat", "lon", "fault"),
    [
        (76.02, 29.02, "swapped"), (0.0, 0.0, "zero"), (29.02, 0.0, "zero"), (29.02, 29.02, "equal"),
        (29.02, 295.0, "impossible"), (-29.0, -76.0, "impossible"), (29.02, np.nan, "half"), (290.2, 76.02, "decimal"),
        (29020000.0, 76.02, "decimal"), (29.9, 76.02, "far"), (29.02, 76.145, "other_seat"),
    ],
)  # fmt: skip
def test_each_fault_has_its_name(lat: float, lon: float, fault: str) -> None:
    assert faults(moved(12, lat, lon)) == {12: fault}


def test_what_was_meant_is_told_where_it_can_be() -> None:
    found = coordinate_faults(moved(12, 76.02, 29.02)).loc[12]
    assert (found["lat_mended"], found["lon_mended"]) == (29.02, 76.02)
    found = coordinate_faults(moved(12, 29020000.0, 76.02)).loc[12]
    assert found["lat_mended"] == pytest.approx(29.02)
    assert np.isnan(coordinate_faults(moved(12, 29.9, 76.02)).loc[12, "lat_mended"])


def test_a_booth_among_another_seats_names_that_seat() -> None:
    found = coordinate_faults(moved(12, 29.022, 76.145)).loc[12]
    assert (found["fault"], found["among"]) == ("other_seat", "S07-2008-3")
    assert found["away_km"] == pytest.approx(12, abs=0.5)


def test_a_whole_seat_with_its_columns_swapped_is_found_and_read_right() -> None:
    table = booths()
    own = table["seat_id"] == SEATS[1]
    table.loc[own, ["lat", "lon"]] = table.loc[own, ["lon", "lat"]].to_numpy()
    found = coordinate_faults(table)
    assert found["fault"].tolist() == ["swapped"] * 25
    assert found["lon_mended"].min() == pytest.approx(76.06)


def test_thirty_booths_on_one_wrong_point_do_not_vouch_for_each_other() -> None:
    stack = booths().head(1)
    stack = stack.loc[stack.index.repeat(30)].assign(lat=29.021, lon=76.2)
    table = pd.concat([booths(), stack], ignore_index=True)
    assert set(faults(table)) == set(range(100, 130))


def test_villages_far_around_a_crowded_town_are_not_called_far() -> None:
    town = pd.DataFrame(
        {"seat_id": SEATS[0], "lat": 29.0 + 0.001 * np.arange(60), "lon": 76.0 + 0.0005 * np.arange(60)}
    )
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    villages = pd.DataFrame(
        {"seat_id": SEATS[0], "lat": 29.03 + 0.15 * np.sin(angle), "lon": 76.0 + 0.15 * np.cos(angle)}
    )
    assert faults(pd.concat([town, villages], ignore_index=True)) == {}


def test_the_map_decides_where_there_is_one() -> None:
    west = [76.0 + KM * (6 * number - 0.5) for number in range(4)]
    shapes = np.array([shapely.box(x, 28.99, x + 6 * KM, 29.06) for x in west], dtype=object)
    units = Map("seat", tuple(SEATS), ("",) * 4, shapes)
    assert faults(booths(), units) == {}
    assert faults(moved(12, 29.02, 76.145), units) == {12: "other_seat"}
    # half a kilometre across the line may be the map's fault
    assert faults(moved(12, 29.02, 76.06), units) == {}
    wide = Map("seat", tuple(SEATS), ("",) * 4, np.array([shapely.box(70, 20, 80, 35)] * 4, dtype=object))
    assert faults(moved(12, 29.9, 76.02), wide) == {}


def test_the_order_of_the_rows_changes_nothing() -> None:
    table = moved(12, 29.02, 76.145)
    table.loc[40, ["lat", "lon"]] = 76.1, 29.0
    shuffled = table.sample(frac=1, random_state=3)
    assert coordinate_faults(shuffled).sort_index().equals(coordinate_faults(table))


def test_few_booths_judge_nobody_and_missing_columns_are_named() -> None:
    assert faults(booths().head(3).assign(lat=[29.0, 29.5, 30.0])) == {}
    assert faults(booths().head(0)) == {}
    with pytest.raises(KhakaError, match="booths without lon"):
        coordinate_faults(pd.DataFrame({"seat_id": ["S07-2008-1"], "lat": [29.0]}))


def test_most_of_what_is_put_wrong_is_found_and_little_else() -> None:
    rng = np.random.default_rng(5)
    size = 0.12  # degrees a seat
    seats = [(f"S07-2008-{6 * i + j + 1}", i, j) for i in range(6) for j in range(6)]
    parts = [
        pd.DataFrame(
            {"seat_id": seat, "lat": 28 + size * (i + rng.random(60)), "lon": 76 + size * (j + rng.random(60))}
        )
        for seat, i, j in seats
    ]
    table = pd.concat(parts, ignore_index=True)
    hit = rng.choice(len(table), 120, replace=False)
    other = rng.choice(np.setdiff1d(np.arange(len(table)), hit), 40, replace=False)
    right = table.copy()
    table.loc[hit[:40], ["lat", "lon"]] = right.loc[hit[:40], ["lon", "lat"]].to_numpy()
    table.loc[hit[40:80], ["lat", "lon"]] = right.loc[other, ["lat", "lon"]].to_numpy()
    table.loc[hit[80:], "lat"] = right.loc[hit[80:], "lat"] + 1.0
    found = set(coordinate_faults(table).index)
    wrong = set(hit[table.loc[hit, "seat_id"].to_numpy() != right.loc[np.r_[hit[:40], other, hit[80:]], "seat_id"]])
    wrong |= set(hit[:40]) | set(hit[80:])
    assert len(found & wrong) / len(wrong) > 0.95
    assert len(found & wrong) / len(found) > 0.95
