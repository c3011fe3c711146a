"""Contributions, contrasts and the choice of reasons."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.scoring.contrast import contrast
from khaka.scoring.explain import BASE, EXPLANATION_COLUMNS, check_sums, compare, differing, explain, reason_features
from khaka.scoring.reasons.topics import topic_numbers
from khaka.training.prediction import Prediction

Build = Callable[..., Prediction]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 10_000))
def test_contributions_and_contrasts_add_up(make_prediction: Build, sizes: list[int], seed: int) -> None:
    prediction = make_prediction(tuple(sizes), seed=seed, draws=10)
    found = explain(prediction)
    assert tuple(found.columns) == EXPLANATION_COLUMNS
    sums = found.groupby("aspirant_id")["contribution"].sum()
    assert np.allclose(sums[prediction.people["aspirant_id"]], prediction.expected_margin, atol=1e-6)
    assert np.allclose(found.groupby(["seat_id", "feature"])["contrast"].sum(), 0.0, atol=1e-9)
    assert (found["feature"] == BASE).sum() == len(prediction.people)
    told = found[found["reason_en"].notna() & (found["feature"] != BASE)]
    assert told["value"].notna().all()
    assert (told["reason_hi"].notna()).all()
    for side in (told[told["contrast"] > 0], told[told["contrast"] < 0]):
        assert side.groupby("aspirant_id").size().max() <= 3 or side.empty


def test_the_contrast_of_two_is_the_difference_of_their_expected_margins(make_prediction: Build) -> None:
    prediction = make_prediction()
    found = contrast(prediction, "a0000", "a0002", seat_id="S24-2008-100")
    assert found.sum() == pytest.approx(prediction.expected_margin[0] - prediction.expected_margin[2], abs=1e-9)
    assert found[BASE] == 0.0
    assert found.abs().is_monotonic_decreasing


def test_a_contrast_with_somebody_of_another_seat_is_refused(make_prediction: Build) -> None:
    with pytest.raises(KhakaError, match="no aspirant 'a0003' in seat S24-2008-100; there are: a0000, a0001, a0002"):
        contrast(make_prediction(), "a0000", "a0003", seat_id="S24-2008-100")


def test_contributions_that_miss_the_margin_are_refused(make_prediction: Build) -> None:
    prediction = make_prediction()
    off = prediction.expected_margin + np.array([0, 0, 1e-5, 0, 0])
    with pytest.raises(KhakaError, match="aspirant 'a0002' miss the expected margin by 1e-05 points"):
        check_sums(dataclasses.replace(prediction, expected_margin=off))
    with pytest.raises(KhakaError, match="no column"):
        check_sums(dataclasses.replace(prediction, contributions=prediction.contributions.drop(columns=BASE)))


def test_at_most_three_reasons_on_each_side_largest_first() -> None:
    contrasts = np.array([0.5, 2.0, 1.0, 0.7, -0.3, -4.0, 0.04, 9.0, 8.0])
    values = np.array([1, 1, 1, 1, 1, 1, 1, np.nan, 1], dtype=float)
    differs = np.array([True] * 8 + [False])
    # 9.0 is of an unknown value, 8.0 of a value that all share, 0.04 would be printed as 0.0
    found = reason_features(contrasts, values, differs, np.arange(9))
    assert found == [(1, 2.0), (2, 1.0), (3, 0.7), (5, -4.0), (4, -0.3)]


def test_features_of_one_topic_make_one_reason_with_their_sum() -> None:
    topics = topic_numbers(["rating_observer", "age_at_poll", "rating_observer_within", "presence_within"])
    assert topics.tolist() == [0, 1, 0, 2]
    contrasts = np.array([-0.4, 0.5, 1.0, -0.02])
    # the sum is +0.6, so it is told by the one that is ahead
    assert reason_features(contrasts, np.ones(4), np.ones(4, dtype=bool), topics) == [(2, 0.6), (1, 0.5)]


def test_a_value_that_only_one_lacks_differs() -> None:
    values = np.array([[1.0, 2.0, np.nan], [1.0, np.nan, np.nan]])
    assert differing(values, [(0, 2)]).tolist() == [[False, True, False]]


def test_part_of_the_rows_is_explained_as_in_the_whole(make_prediction: Build) -> None:
    prediction = make_prediction()
    whole, part = explain(prediction), explain(prediction, slice(3, 5))
    assert part.equals(whole.iloc[-len(part) :].reset_index(drop=True))


def test_two_aspirants_are_compared_in_words(make_prediction: Build) -> None:
    prediction = make_prediction((2,), seed=3)
    prediction.contributions.loc[:, :] = 0.0
    prediction.contributions.loc[0, ["age_at_poll", "lives_in_seat"]] = [1.5, -0.4]
    prediction.values.loc[:, ["age_at_poll", "lives_in_seat"]] = [[45.0, 0.0], [30.0, 1.0]]
    assert compare(prediction, "a0000", "a0001", seat_id="S24-2008-100", language="en", name_of_b="Asha Devi") == [
        "1.1 points ahead of Asha Devi in all",
        "1.5 points ahead of Asha Devi: age 45 years",
        "0.4 points behind Asha Devi: residence: outside this seat",
    ]
    assert compare(prediction, "a0001", "a0000", seat_id="S24-2008-100", language="hi")[:2] == [
        "a0000 की तुलना में कुल 1.1 प्रतिशत अंक पीछे",
        "a0000 की तुलना में 0.4 प्रतिशत अंक आगे: निवास: इसी विधानसभा क्षेत्र में",
    ]


def test_how_often_someone_was_rated_is_no_reason(make_prediction: Build) -> None:
    prediction = make_prediction((2,), seed=3)
    for frame in (prediction.values, prediction.contributions):
        frame["rating_count"] = [5.0, -5.0]
    found = explain(prediction)
    row = found[found["feature"] == "rating_count"]
    assert row["contrast"].tolist() == [5.0, -5.0]
    assert row["reason_en"].isna().all()
    words = compare(prediction, "a0000", "a0001", seat_id="S24-2008-100", language="en")
    assert not [sentence for sentence in words if "number of ratings" in sentence]
