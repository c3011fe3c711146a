"""A map of four squares against its seats, names and booths."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from khaka.data.places.report import coordinate_report, map_faults

SEATS = [f"S24-2008-{number}" for number in (1, 2, 3, 4)]
NAMES = ["Behat", "Nakur", "Saharanpur Nagar", "Deoband"]


def boundaries(shift: float = 0.0, width: float = 0.2) -> pd.DataFrame:
    shapes = [shapely.box(80 + 0.2 * i + shift, 27, 80 + 0.2 * i + width + shift, 27.2) for i in range(4)]
    return pd.DataFrame({"level": "seat", "unit_id": SEATS, "name": NAMES,
                         "geometry": [shapely.to_wkb(shape) for shape in shapes]})  # fmt: skip


def found(
    table: pd.DataFrame, *, contested: list[str] = SEATS, names: list[str] = NAMES, booths: pd.DataFrame | None = None
) -> dict[str, tuple[str, ...]]:
    seats = pd.DataFrame({"seat_id": SEATS, "seat_name": [name.upper() for name in names]})
    polls = pd.DataFrame({"election_id": "S24-2017-AE", "seat_id": contested})
    return {fault.fault: fault.examples for fault in map_faults(table, seats=seats, contested=polls, booths=booths)}


def located(count: int = 50) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({
        "election_id": "S24-2017-AE", "seat_id": np.repeat(SEATS, count), "booth_no": "1",
        "lat": 27 + 0.2 * rng.random(4 * count), "lon": 80 + 0.2 * (np.repeat(range(4), count) + rng.random(4 * count)),
    })  # fmt: skip


def test_a_right_map_has_no_faults() -> None:
    assert found(boundaries(), booths=located()) == {}


def test_a_map_before_any_result_is_no_fault() -> None:
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in ("election_id", "seat_id", "seat_name")})
    assert map_faults(boundaries(), seats=nothing, contested=nothing) == []


def test_seats_without_a_polygon_and_polygons_without_a_seat_are_named() -> None:
    assert found(boundaries().head(3)) == {"seats of the last election without a polygon": ("S24-2008-4",)}
    fewer = found(boundaries(), contested=SEATS[:3])
    assert fewer == {"polygons of seats that no election of that delimitation had": ("S24-2008-4",)}


def test_a_by_election_does_not_say_which_seats_there_are() -> None:
    seats = pd.DataFrame({"seat_id": SEATS, "seat_name": NAMES})
    polls = pd.DataFrame({"election_id": ["S24-2017-AE"] * 4 + ["S24-2019-BYE1"], "seat_id": [*SEATS, SEATS[0]]})
    assert map_faults(boundaries(), seats=seats, contested=polls) == []


def test_one_other_name_is_named_many_mean_another_delimitation() -> None:
    one = found(boundaries(), names=["Behat", "Nakur", "Saharanpur", "Gangoh"])
    assert one == {"named otherwise than the seat": ("S24-2008-4 (Deoband on the map, GANGOH in the results)",)}
    many = found(boundaries(), names=["Kairana", "Thana Bhawan", "Shamli", "Gangoh"])
    assert "named otherwise than the seat: the map may follow another delimitation" in many


def test_overlapping_seats_are_named_together() -> None:
    assert found(boundaries(width=0.25))["overlaps another by more than 1%"][0] == "S24-2008-1 and S24-2008-2"


def test_a_seat_apart_from_all_others_and_one_outside_of_india_are_named() -> None:
    table = boundaries()
    table.loc[3, "geometry"] = shapely.to_wkb(shapely.box(120, 27, 120.2, 27.2))
    faults = found(table)
    assert faults["shares no boundary with any other"] == ("S24-2008-4",)
    assert faults["outside of India"] == ("S24-2008-4",)


def test_a_shifted_map_shows_by_its_booths() -> None:
    faults = [name for name in found(boundaries(shift=0.1), booths=located()) if "booths lie" in name]
    assert len(faults) == 1
    assert "5" in faults[0].split("%")[0]  # about half
    assert "11." in faults[0] or "10." in faults[0] or "9." in faults[0]  # 0.1 degrees, in km


def test_coordinates_are_counted_election_by_election() -> None:
    table = located()
    table.loc[0, ["lat", "lon"]] = table.loc[0, ["lon", "lat"]].to_numpy().copy()
    table.loc[1, ["lat", "lon"]] = np.nan
    row = coordinate_report(table, boundaries()).iloc[0]
    assert (row["booths"], row["located"], row["swapped"], row["far"], row["other_seat"]) == (200, 199, 1, 0, 0)
    assert coordinate_report(table.assign(lat=np.nan, lon=np.nan), boundaries()).empty
