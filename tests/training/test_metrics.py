"""The five figures, on numbers that a reader can check."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from khaka.training.metrics import forecast_figures, large_parties, paired_difference


def rows(shares: list[float]) -> pd.DataFrame:
    return pd.DataFrame({
        "seat_id": ["1", "1", "2", "2", "3", "3"], "party": ["A", "B"] * 3,
        "votes": [60, 40, 45, 55, 30, 70], "expected_share": shares,
    })  # fmt: skip


def test_a_true_forecast_has_no_error() -> None:
    figures = forecast_figures(rows([0.60, 0.40, 0.45, 0.55, 0.30, 0.70]))
    assert (figures.winners, figures.winners_given_swing) == (1.0, 1.0)
    assert figures.error == pytest.approx(0)
    assert figures.rank_correlation == pytest.approx(1)


def test_a_shift_of_one_party_is_swing_and_not_error_given_swing() -> None:
    figures = forecast_figures(rows([0.80, 0.40, 0.65, 0.55, 0.50, 0.70]))
    assert figures.winners == pytest.approx(2 / 3)
    assert figures.winners_given_swing == 1.0
    assert figures.error == pytest.approx(10)
    assert figures.error_given_swing == pytest.approx(0)


def test_a_forecast_that_knows_nothing_of_seats_has_no_rank_correlation() -> None:
    assert forecast_figures(rows([0.5] * 6)).rank_correlation == 0


def test_independents_and_small_parties_do_not_count_in_the_errors() -> None:
    assert large_parties(pd.Series([50, 46, 4, 30]), pd.Series(["A", "B", "C", "IND"])) == ["A", "B"]


def test_an_election_without_votes_has_no_figures() -> None:
    assert math.isnan(forecast_figures(rows([0.5] * 6).assign(votes=float("nan"))).winners)


def test_paired_differences_leave_out_elections_that_one_side_lacks() -> None:
    gap = paired_difference(pd.Series({"x": 1.0, "y": 3.0}), pd.Series({"y": 1.0, "z": 9.0}))
    assert (gap.mean, gap.elections) == (2.0, 1)
    assert math.isnan(gap.standard_error)
