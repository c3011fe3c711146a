"""Real maps, coordinates and district figures: what is wrong with them, and how far the estimates are off."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

from khaka.data.places.areal import bring_mean, overlay
from khaka.data.places.coordinates import coordinate_faults
from khaka.data.places.polygons import Map, dissolved, map_of
from khaka.data.places.report import map_faults
from khaka.data.readers.base import Options
from khaka.data.readers.boundaries import read

pytestmark = pytest.mark.real

MAPS = {"S24": "uttarpradesh_AC.json", "S04": "bihar_AC.json", "S12": "madhyapradesh_AC.json"}
STATES = {"S24": "UTTAR PRADESH", "S04": "BIHAR", "S12": "MADHYA PRADESH"}
MIXED = "lines or points beside the polygons; left out"
SEATS = {"S24": 403, "S04": 243, "S12": 230}


def electors(folder: Path, state: str) -> pd.DataFrame:
    """All electors and those aged 18 and 19 of each seat in 2014."""
    table = pd.read_csv(folder / "demog" / "ac_electors_2014_by_sex_age18.csv")
    table = table[table["STATE"].str.upper() == STATES[state]]
    young = table[[name for name in table if name.startswith("18-19")]].sum(axis=1)
    every = young + table[[name for name in table if name.startswith("Above 18")]].sum(axis=1)
    rows = pd.DataFrame({"young": young, "every": every}).set_axis(f"{state}-2008-" + table["AC_NO"].astype(str))
    return rows[~rows.index.duplicated()]


@pytest.fixture(scope="module", params=list(MAPS))
def drawn(request: pytest.FixtureRequest, real_data: Path) -> tuple[str, Map, pd.DataFrame]:
    """A state's map as the reader gives it, with the canonical rows."""
    state = request.param
    reading = read(real_data / "geo" / MAPS[state], Options())
    rows = reading.pieces[0].frame
    return state, map_of(rows, state=state), rows


def test_every_seat_is_on_the_map_but_four_of_madhya_pradesh(drawn: tuple[str, Map, pd.DataFrame]) -> None:
    state, _, rows = drawn
    seats = pd.DataFrame({"seat_id": [f"{state}-2008-{n + 1}" for n in range(SEATS[state])], "seat_name": None})
    faults = map_faults(rows, seats=seats, contested=seats.assign(election_id=f"{state}-2013-AE"))
    missing = {fault.fault: fault.examples for fault in faults}
    if state == "S12":
        assert missing == {
            "seats of the last election without a polygon": tuple(f"S12-2008-{n}" for n in (205, 206, 207, 208))
        }
    else:
        assert missing == {}


def test_the_area_is_that_of_the_state(drawn: tuple[str, Map, pd.DataFrame]) -> None:
    state, units, _ = drawn
    published = {"S24": 240_928, "S04": 94_163, "S12": 308_252}[state]
    assert units.areas.sum() == pytest.approx(published, rel=0.01)


def test_the_error_of_an_estimate_holds_the_truth_about_nine_times_in_ten(
    drawn: tuple[str, Map, pd.DataFrame], real_data: Path
) -> None:
    state, units, _ = drawn
    rows = electors(real_data, state).reindex(list(units.unit_ids))
    table = geopandas.read_file(real_data / "geo" / MAPS[state])
    named = dict(zip(table["AC_NO"].astype(int), table["DIST_NAME"], strict=True))
    district = [f"{state}:{named[int(seat.rpartition('-')[2])]}" for seat in units.unit_ids]
    source = dissolved(units, district)
    sums = rows.groupby(district)[["young", "every"]].sum().reindex(list(source.unit_ids))
    density = rows["every"].fillna(rows["every"].median()).to_numpy() / units.areas
    share = (sums["young"] / sums["every"]).to_numpy()
    found = bring_mean(overlay(source, units, density=density), share, people=sums["every"].to_numpy())
    truth = (rows["young"] / rows["every"]).to_numpy()
    held = found.standard_error > 1e-9  # a district of one seat has no error
    z = (truth - found.value)[held] / found.standard_error[held]
    assert 0.78 < np.nanmean(np.abs(z) < 1.645) < 0.99


def test_shapes_with_lines_beside_their_polygons_are_reported(real_data: Path) -> None:
    found = {state: read(real_data / "geo" / name, Options()).faults for state, name in MAPS.items()}
    counts = {state: int((table["reason"] == MIXED).sum()) if len(table) else 0 for state, table in found.items()}
    assert counts == {"S24": 3, "S04": 4, "S12": 0}


@pytest.fixture(scope="module")
def haryana(real_data: Path) -> pd.DataFrame:
    """All coordinates as given, of the rolls of 2014 and 2021."""
    table = pd.read_csv(real_data / "geo" / "haryana_booth_gps_2014_2021.csv")
    return pd.DataFrame({
        "roll": np.where(table["booth_id_14"].notna(), 2014, 2021),
        "seat_id": "S07-2008-" + table["ac_id_09"].astype(str),
        "lat": pd.to_numeric(table["latitude"], errors="coerce"),
        "lon": pd.to_numeric(table["longitude"], errors="coerce"),
    })  # fmt: skip


def test_haryanas_faults_are_found(haryana: pd.DataFrame) -> None:
    counts = coordinate_faults(haryana[haryana["roll"] == 2021])["fault"].value_counts()
    assert counts["swapped"] > 1_700
    assert counts["decimal"] > 40
    assert counts["equal"] >= 30
    old = coordinate_faults(haryana[haryana["roll"] == 2014])["fault"].value_counts()
    assert set(old.index) == {"far", "other_seat"}
    assert old.sum() < 0.015 * (haryana["roll"] == 2014).sum()


def test_what_is_put_wrong_among_haryanas_booths_is_found(haryana: pd.DataFrame) -> None:
    given = haryana[haryana["roll"] == 2014]
    clean = given.drop(index=coordinate_faults(given).index).reset_index(drop=True)
    rng = np.random.default_rng(1)
    hit = rng.choice(len(clean), 600, replace=False)
    other = rng.choice(len(clean), 300, replace=False)
    table = clean.copy()
    table.loc[hit[:300], ["lat", "lon"]] = clean.loc[hit[:300], ["lon", "lat"]].to_numpy()
    table.loc[hit[300:], ["lat", "lon"]] = clean.loc[other, ["lat", "lon"]].to_numpy() + rng.normal(0, 0.003, (300, 2))
    away = clean.loc[hit[300:], "seat_id"].to_numpy() != clean.loc[other, "seat_id"].to_numpy()
    wrong = set(hit[:300]) | set(hit[300:][away])
    found = set(coordinate_faults(table).index)
    assert len(found & wrong) > 0.97 * len(wrong)
    assert len(found & wrong) > 0.97 * len(found)
