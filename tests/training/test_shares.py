"""Forecast of nominees on a small made-up state: sums, order, storage, later results, thin histories."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.features.nominee_table import FEATURES, ID_COLUMNS, nominee_features
from khaka.training.metrics import forecast_figures
from khaka.training.shares import ShareModel


@dataclass(frozen=True)
class State:
    """Tables in canonical columns, cut by hand to what is known before `target`."""

    frames: dict[str, pd.DataFrame]
    as_of: dt.date

    def frame(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def place(self, seat_ids: pd.Series) -> pd.Series:
        return seat_ids


def make_state(*, seats: int = 40, parties: int = 10, elections: int = 4, seed: int = 0) -> pd.DataFrame:
    """Return all nominees with votes: parties have a strength, a map that lasts and a swing."""
    random = np.random.default_rng(seed)
    strength = np.linspace(1.5, -2.5, parties)
    local = random.normal(0, 0.5, (seats, parties))
    rows = []
    for year in range(2000, 2000 + 5 * elections, 5):
        score = strength + local + random.normal(0, 0.3, parties) + random.normal(0, 0.2, (seats, parties))
        share = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
        for seat in range(seats):
            for party in range(parties):
                rows.append({
                    "election_id": f"S24-{year}-AE", "seat_id": f"S24-2008-{seat + 1}",
                    "nominee_id": f"{year}-{seat + 1}-P{party}", "person_id": f"p{seat}-{party}" if party % 2 else None,
                    "name": f"N {seat} {party}", "party": f"P{party}" if party < parties - 1 else "IND", "sex": "M",
                    "votes": float(round(100_000 * share[seat, party])),
                })  # fmt: skip
    return pd.DataFrame(rows)


def known_before(nominees: pd.DataFrame, target: str, *, shuffle: int | None = None) -> State:
    """Return the state as it was known two months before the target's result; later elections are cut."""
    year = int(target.split("-")[1])
    of_row = nominees["election_id"].str.split("-").str[1].astype(int)
    cut = nominees[of_row <= year].copy()
    cut.loc[cut["election_id"] == target, "votes"] = np.nan
    if shuffle is not None:
        cut = cut.sample(frac=1, random_state=shuffle)
    names = sorted(nominees["election_id"].unique())
    polls = pd.DataFrame({
        "election_id": names, "state": "S24", "kind": "AE",
        "result_date": pd.to_datetime([f"{name.split('-')[1]}-03-31" for name in names]),
    })  # fmt: skip
    seats = pd.DataFrame({"seat_id": sorted(nominees["seat_id"].unique())})
    seats = seats.assign(seat_name="Seat", district="D", region="R")
    seat_elections = cut[["election_id", "seat_id"]].drop_duplicates().assign(reservation="GEN")
    frames = {"nominees": cut, "elections": polls, "seats": seats, "seat_elections": seat_elections}
    return State(frames, dt.date(year, 1, 30))


NOMINEES = make_state()
TARGET = "S24-2015-AE"


def features_of(target: str, *, shuffle: int | None = None) -> pd.DataFrame:
    return nominee_features(known_before(NOMINEES, target, shuffle=shuffle), target)


def actual(table: pd.DataFrame) -> pd.Series:
    votes = table["nominee_id"].map(NOMINEES.set_index("nominee_id")["votes"])
    return votes / votes.groupby([table["election_id"], table["seat_id"]]).transform("sum")


@pytest.fixture(scope="module")
def past() -> pd.DataFrame:
    return pd.concat([features_of(f"S24-{year}-AE") for year in (2000, 2005, 2010)], ignore_index=True)


@pytest.fixture(scope="module")
def model(past: pd.DataFrame) -> ShareModel:
    return ShareModel(rounds=40, num_threads=1).fit(past, actual(past))


def test_shares_of_a_seat_sum_to_1_with_and_without_the_person(model: ShareModel) -> None:
    for with_person in (True, False):
        forecast = model.predict(features_of(TARGET), with_person=with_person)
        assert np.allclose(forecast.groupby("seat_id")["expected_share"].sum(), 1)
        assert (forecast["expected_share"] > 0).all()


def test_the_forecast_is_better_than_equal_shares(model: ShareModel) -> None:
    table = features_of(TARGET)
    forecast = model.predict(table)
    rows = table.assign(votes=100 * actual(table), expected_share=forecast["expected_share"])
    figures = forecast_figures(rows)
    flat = forecast_figures(rows.assign(expected_share=0.1))
    assert figures.error < flat.error
    assert figures.error_given_swing < flat.error_given_swing
    assert figures.rank_correlation > 0.5


def test_every_feature_has_an_entry_and_every_entry_a_feature() -> None:
    table = features_of(TARGET)
    assert set(table.columns) - set(ID_COLUMNS) - {"district", "region", "seat_no"} == set(FEATURES)


def test_features_do_not_depend_on_the_order_of_rows() -> None:
    pd.testing.assert_frame_equal(features_of(TARGET), features_of(TARGET, shuffle=3))


def test_a_blank_person_counts_like_one_who_is_new() -> None:
    state = known_before(NOMINEES, TARGET)
    nominees = state.frames["nominees"]
    own = nominees["election_id"] == TARGET
    new = nominees.assign(person_id=nominees["person_id"].mask(own, "new-" + nominees["nominee_id"]))
    blank = nominees.assign(person_id=nominees["person_id"].mask(own))
    tables = [
        nominee_features(State({**state.frames, "nominees": frame}, state.as_of), TARGET).drop(columns="person_id")
        for frame in (new, blank)
    ]
    pd.testing.assert_frame_equal(*tables)


def test_shuffled_training_rows_give_the_same_forecast(model: ShareModel, past: pd.DataFrame) -> None:
    mixed = past.sample(frac=1, random_state=1)
    again = ShareModel(rounds=40, num_threads=2).fit(mixed, actual(mixed))
    table = features_of(TARGET)
    first, second = model.predict(table), again.predict(table.sample(frac=1, random_state=2)).sort_index()
    assert (first["expected_share"] == second["expected_share"]).all()


def test_a_stored_model_forecasts_and_draws_the_same(model: ShareModel) -> None:
    again = ShareModel.from_json(json.loads(json.dumps(model.to_json())))
    table = features_of(TARGET)
    forecast = model.predict(table)
    pd.testing.assert_frame_equal(forecast, again.predict(table))
    assert (model.draw_shares(forecast, n_draws=20, seed=1) == again.draw_shares(forecast, n_draws=20, seed=1)).all()


def test_a_model_of_another_format_is_refused_with_the_way_out(model: ShareModel) -> None:
    with pytest.raises(KhakaError, match=r"'khaka-shares-1'.*run khaka train"):
        ShareModel.from_json({**model.to_json(), "format": "khaka-shares-1"})


def test_both_kinds_of_trees_have_a_say_and_differ(model: ShareModel, past: pd.DataFrame) -> None:
    best, scattered = model.trees_["person"]
    assert best.text != scattered.text
    table = features_of(TARGET)
    alone = ShareModel(rounds=40, scattered_rounds=0, num_threads=1).fit(past, actual(past))
    assert len(alone.trees_["person"]) == 1
    assert (alone.predict(table)["expected_share"] != model.predict(table)["expected_share"]).any()


def test_draws_sum_to_1_and_follow_the_rows(model: ShareModel) -> None:
    forecast = model.predict(features_of(TARGET))
    drawn = model.draw_shares(forecast, n_draws=50, seed=0)
    assert np.allclose(pd.DataFrame(drawn).groupby(forecast["seat_id"].to_numpy()).sum(), 1)
    order = np.random.default_rng(0).permutation(len(forecast))
    assert (model.draw_shares(forecast.iloc[order], n_draws=50, seed=0) == drawn[order]).all()


def test_a_first_election_without_history_gives_all_nominees_a_share(model: ShareModel) -> None:
    forecast = model.predict(features_of("S24-2000-AE"))
    assert forecast["expected_share"].between(0.001, 0.6).all()


def test_a_history_of_one_election_does_not_fail() -> None:
    table = features_of("S24-2000-AE")
    thin = ShareModel(num_threads=1).fit(table, actual(table))
    forecast = thin.predict(features_of("S24-2005-AE"))
    assert np.isfinite(forecast["expected_share"]).all()


def test_no_share_at_all_is_an_error(past: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="no past nominee"):
        ShareModel().fit(past, np.full(len(past), np.nan))


def test_parameters_follow_scikit_learn() -> None:
    assert ShareModel(rounds=7).get_params()["rounds"] == 7
    assert ShareModel().set_params(seed=3).seed == 3
