"""Two seats of Sant Ravidas Nagar (today Bhadohi), one of Agra; figures at three levels."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from khaka.features.cutoff import KnownTables
from khaka.features.demographics import features, info, seat_measures, standard_errors
from khaka.features.source import FrameSource

NEW = "S24-2017-AE"
ONE, TWO, THREE = "S24-2008-1", "S24-2008-2", "S24-2008-3"
PEOPLE = pd.DataFrame({"seat_id": [TWO, ONE, ONE, THREE]}, index=[7, 3, 5, 1])


def figure(level: str, unit: str, value: float, **more: object) -> dict[str, object]:
    row = {"level": level, "unit_id": unit, "measure": "sc_share", "year": 2011, "source": "census", "value": value}
    return {**row, "kind": "official", "population": None, "standard_error": None, **more}


def known(*figures: dict[str, object], third: str = "Agra") -> KnownTables:
    table = pd.DataFrame(list(figures)).astype({"population": "float64", "standard_error": "float64"})
    tables = {
        "elections": pd.DataFrame({"election_id": [NEW], "result_date": pd.to_datetime(["2017-03-11"])}),
        "seats": pd.DataFrame(
            {"seat_id": [ONE, TWO, THREE], "district": ["BHADOHI", "Sant Ravidas Nagar (Bhadohi)", third]}
        ),
        "demographics": table,
    }
    return KnownTables(FrameSource(tables), as_of=dt.date(2017, 1, 1), election_id=NEW)


def sc_share(*figures: dict[str, object]) -> list[float]:
    table = features(known(*figures), PEOPLE)
    assert table.index.tolist() == [7, 3, 5, 1]
    return table["demo:sc_share"].tolist()


def test_a_district_figure_reaches_all_its_seats_under_either_name() -> None:
    values = sc_share(figure("district", "S24:SANT RAVIDAS NAGAR", 0.2))
    assert values[:3] == [0.2, 0.2, 0.2]
    assert np.isnan(values[3])


def test_a_district_newer_than_the_census_takes_the_figure_of_the_one_it_was_cut_from() -> None:
    tables = known(figure("district", "S24:MUZAFFARNAGAR", 0.3), third="PRABUDDHA NAGAR")
    row = seat_measures(tables, PEOPLE["seat_id"]).set_index("seat_id").loc[THREE]
    assert (row["value"], row["level"]) == (0.3, "parent district")


def test_another_states_district_of_the_same_name_does_not_count() -> None:
    assert np.isnan(sc_share(figure("district", "S04:BHADOHI", 0.2))).all()


def test_the_seats_own_figure_goes_before_its_districts() -> None:
    assert sc_share(figure("district", "S24:BHADOHI", 0.2), figure("seat", ONE, 0.3))[:3] == [0.2, 0.3, 0.3]


def test_wards_are_weighted_by_population() -> None:
    wards = [
        figure("ward", f"{ONE}:W1", 0.1, population=300, standard_error=0.04),
        figure("ward", f"{ONE}:W2", 0.5, population=100, standard_error=0.0),
    ]
    tables = known(*wards, figure("district", "S24:BHADOHI", 0.9))
    assert features(tables, PEOPLE)["demo:sc_share"].tolist()[:3] == pytest.approx([0.9, 0.2, 0.2])
    assert standard_errors(tables, PEOPLE)["demo:sc_share"].tolist()[1] == pytest.approx(0.04 * 0.75)
    # 30 and 50 of the group's 80 people live in wards where it is 10% and 50%
    row = seat_measures(tables, PEOPLE["seat_id"]).set_index("seat_id").loc[ONE]
    assert row["met"] == pytest.approx((30 * 0.1 + 50 * 0.5) / 80)
    assert row["level"] == "units"


def test_a_booth_unit_is_found_inside_its_election_and_seat() -> None:
    assert sc_share(figure("booth", f"S24-2012-AE:{ONE}:12A", 0.4))[1] == 0.4


def test_official_goes_before_estimate_then_the_latest_year_that_was_known() -> None:
    old, new = figure("seat", ONE, 0.1, year=2001), figure("seat", ONE, 0.2)
    guess, later = figure("seat", ONE, 0.8, kind="estimate", year=2016), figure("seat", ONE, 0.9, year=2021)
    assert sc_share(old, new, guess, later)[1] == 0.2
    assert sc_share(later, guess, new, old)[1] == 0.2
    assert sc_share(guess)[1] == 0.8


def test_any_measure_becomes_a_feature_of_its_own_with_a_note() -> None:
    table = features(known(figure("seat", ONE, 3.0, measure="tractors")), PEOPLE)
    assert table["demo:tractors"].tolist()[1] == 3.0
    assert info("demo:tractors").family == "demographics"
    assert list(table.columns[:5]) == [
        "demo:sc_share", "demo:st_share", "demo:literacy_rate", "demo:urban_share", "demo:electors_18_19_share",
    ]  # fmt: skip
