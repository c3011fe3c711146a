"""One seat: Kurmi 30%, Yadav 20%, Jatav 10%; its district gives a fourth community, Pasi 5%."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from khaka.features.cutoff import KnownTables
from khaka.features.fit import FEATURES, features
from khaka.features.source import FrameSource

NEW, SEAT = "S24-2017-AE", "S24-2008-1"


def figure(level: str, unit: str, measure: str, value: float, population: float = 1.0) -> dict[str, object]:
    return {
        "level": level, "unit_id": unit, "measure": measure, "year": 2011, "source": "survey", "value": value,
        "kind": "estimate", "population": population,
    }  # fmt: skip


FIGURES = [
    figure("seat", SEAT, "community:Kurmi (Patel)", 0.3),
    figure("seat", SEAT, "community:Yadav", 0.2),
    figure("seat", SEAT, "community:Jatav", 0.1),
    figure("district", "S24:AGRA", "community:Pasi", 0.05),
    figure("seat", SEAT, "sc_share", 0.25),
]


def fit(communities: list[str | None], figures: list[dict[str, object]] = FIGURES, **more: object) -> pd.DataFrame:
    tables = {
        "elections": pd.DataFrame({"election_id": [NEW], "result_date": pd.to_datetime(["2017-03-11"])}),
        "seats": pd.DataFrame({"seat_id": [SEAT], "district": ["Agra"]}),
        "demographics": pd.DataFrame(figures),
    }
    both = pd.DataFrame({"election_id": NEW, "seat_id": [SEAT, "S24-2008-2"]})
    tables["seat_elections"] = both
    known = KnownTables(FrameSource(tables), as_of=dt.date(2017, 1, 1), election_id=NEW)
    people = pd.DataFrame({"seat_id": SEAT, "community": communities, "category": None, **more})
    return features(known, people)


def test_share_rank_and_lead_of_the_declared_community() -> None:
    table = fit(["kurmi patel", "Yadav", "JATAV", "Pasi"])
    assert table["community_share"].tolist() == [0.3, 0.2, 0.1, 0.05]
    assert table["community_rank"].tolist() == [1, 2, 3, 4]
    assert table["community_lead"].tolist() == pytest.approx([0.1, -0.1, -0.2, -0.25])


def test_a_share_is_held_against_the_mean_over_all_seats_of_the_state() -> None:
    figures = [*FIGURES, figure("seat", "S24-2008-2", "community:Yadav", 0.4)]
    # Yadav: 20% here, 40% in the other seat; Jatav: 10% here, not listed there
    assert fit(["Yadav", "Jatav"], figures)["community_over_state"].tolist() == pytest.approx([-0.1, 0.05])


def test_nothing_declared_or_nothing_published_is_unknown_and_never_guessed() -> None:
    assert fit([None, "Lodh", ""])[["community_share", "community_rank"]].isna().all(axis=None)


def test_the_category_is_looked_up_under_its_own_share() -> None:
    shares = fit([None, None, None], category=["SC", "ST", None])["category_share"].tolist()
    assert shares[0] == 0.25
    assert np.isnan(shares[1:]).all()


def test_a_community_that_lives_together_meets_itself_more() -> None:
    booths = [
        figure("booth", f"{SEAT}:1", "community:Yadav", 0.8, 100),
        figure("booth", f"{SEAT}:2", "community:Yadav", 0.0, 300),
        figure("booth", f"{SEAT}:1", "community:Jatav", 0.2, 100),
        figure("booth", f"{SEAT}:2", "community:Jatav", 0.2, 300),
    ]
    table = fit(["Yadav", "Jatav"], booths)
    assert table["community_share"].tolist() == pytest.approx([0.2, 0.2])
    assert table["community_fit_weighted"].tolist() == pytest.approx([0.8, 0.2])


def test_without_published_figures_all_is_unknown() -> None:
    table = fit(["Yadav"], [figure("seat", SEAT, "literacy_rate", 0.7)])
    assert list(table.columns) == list(FEATURES)
    assert table.isna().all(axis=None)
