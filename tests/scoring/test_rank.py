"""Ranks, chances and ties on draws that can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.scoring.panel import panel
from khaka.scoring.rank import SCORE_COLUMNS, chance_to_win, score, seat_numbers, tie_groups
from khaka.training.prediction import Prediction

Build = Callable[..., Prediction]


def judged(*states: str) -> pd.DataFrame:
    reasons = [None if state == "yes" else "code: sentence" for state in states]
    return pd.DataFrame({"eligible": states, "ineligible_reason": reasons}, dtype="str")


def test_a_seat_of_two_by_hand(make_prediction: Build) -> None:
    zero = np.zeros((2, 4))
    prediction = make_prediction(
        (2,),
        expected_margin=np.array([1.0, 2.0]),
        swing_draws=zero + np.array([-10.0, 10.0, 0.0, 0.0]),
        seat_draws=zero,
        person_draws=np.array([[0.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0, -1.0]]),
    )
    found = score(prediction, judged("yes", "yes"))
    # without swing: 1 1 4 1 against 2 2 2 1; best in 1 and a half of four draws, against 2 and a half
    assert found["probability_best"].tolist() == [0.375, 0.625]
    assert found["rank"].tolist() == [2, 1]
    assert found["tie_group"].tolist() == [1, 1]
    # with swing: -9 11 4 1 and -8 12 2 1
    assert found["win_probability"].tolist() == [0.75, 0.75]
    assert found["margin_low_given_swing"].tolist() == pytest.approx([1.0, 1.15])
    assert found["margin_low"].tolist() == pytest.approx(np.percentile([[-9, 11, 4, 1], [-8, 12, 2, 1]], 5, axis=1))


def test_the_columns_are_the_contracts(make_prediction: Build) -> None:
    found = score(make_prediction(), judged("yes", "yes", "yes", "yes", "yes"))
    assert tuple(found.columns) == SCORE_COLUMNS
    assert found[["rank", "tie_group"]].dtypes.astype(str).tolist() == ["Int64", "Int64"]


def test_a_margin_of_exactly_zero_is_half_a_win() -> None:
    assert chance_to_win(np.array([[0.0, 1.0, -1.0, 2.0]])).tolist() == [0.625]


def test_equal_aspirants_are_ordered_by_their_id(make_prediction: Build) -> None:
    same = np.zeros((3, 4))
    draws = {"person_draws": same, "seat_draws": same, "swing_draws": same}
    prediction = make_prediction((3,), expected_margin=np.full(3, 1.5), **draws)
    found = score(prediction, judged("yes", "yes", "yes"))
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["tie_group"].tolist() == [1, 1, 1]
    assert found["probability_best"].tolist() == pytest.approx([1 / 3] * 3)


def test_a_group_ends_where_its_leader_is_clearly_ahead() -> None:
    ones = np.ones(10)
    close = np.where(np.arange(10) < 7, 0.0, 2.0)  # beaten by the leader in 7 draws of 10
    clear = np.where(np.arange(10) < 8, 0.0, 2.0)  # beaten in 8 of 10: called
    assert tie_groups(np.vstack([ones, close, clear, clear])).tolist() == [1, 1, 2, 2]


def test_the_awaited_are_ranked_only_where_nobody_is_eligible(make_prediction: Build) -> None:
    found = score(make_prediction(), judged("yes", "awaited", "no", "awaited", "no"))
    assert found["rank"].notna().tolist() == [True, False, False, True, False]
    assert found["probability_best"].tolist() == [1.0, 0.0, 0.0, 1.0, 0.0]
    assert found["tie_group"].isna().tolist() == [False, True, True, False, True]


def test_rows_of_a_seat_that_are_apart_are_refused() -> None:
    with pytest.raises(KhakaError, match="sorted by seat_id"):
        seat_numbers(pd.DataFrame({"seat_id": ["a", "b", "a"]}))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["yes", "no", "awaited"]), min_size=1, max_size=6), min_size=1, max_size=4),
       st.integers(0, 10_000))  # fmt: skip
def test_no_ineligible_aspirant_is_ranked_or_on_a_panel(
    make_prediction: Build, seats: list[list[str]], seed: int
) -> None:
    states = [state for seat in seats for state in seat]
    prediction = make_prediction(tuple(map(len, seats)), seed=seed, draws=40)
    found = score(prediction, judged(*states))
    assert found.loc[found["eligible"] == "no", "rank"].isna().all()
    for _, seat in found.groupby("seat_id"):
        ranks = seat["rank"].dropna().astype(int)
        assert sorted(ranks) == list(range(1, len(ranks) + 1))
        expected = 1.0 if len(ranks) else 0.0
        assert seat["probability_best"].sum() == pytest.approx(expected, abs=1e-12)
        ordered = seat.dropna(subset="rank").sort_values("rank")
        assert ordered["expected_margin"].is_monotonic_decreasing
        assert ordered["tie_group"].is_monotonic_increasing
        if (seat["eligible"] == "yes").any():
            assert set(ordered["eligible"]) == {"yes"}
    assert (found["margin_low"] <= found["margin_high"]).all()
    assert found["win_probability"].between(0, 1).all()
    barred = set(found.loc[found["eligible"] == "no", "aspirant_id"])
    assert not barred & set(panel(found)["aspirant_id"].dropna())
