"""The gate: every check passes and fails where it should, and no figure means no promotion."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.training.gate import (
    Check,
    Limits,
    Verdict,
    beats,
    coverage_checks,
    exposure_checks,
    gaming_check,
    regret_check,
)
from khaka.training.promotions import FILE, Entry, append_promotion, open_proposal, read_promotions

LIMITS = Limits()


def test_one_election_is_not_enough_and_a_worse_model_fails() -> None:
    better, worse = {"model": 5.0, "ridge": 6.0}, {"model": 7.0, "ridge": 6.5}
    assert not beats("x", [better], "ridge", limits=LIMITS).passed
    assert beats("x", [better, worse], "ridge", limits=LIMITS).passed
    assert not beats("x", [worse, worse], "ridge", limits=LIMITS).passed
    nothing = beats("x", [], "ridge", limits=LIMITS)
    assert not nothing.passed
    assert math.isnan(nothing.figure)


def test_against_the_baseline_a_difference_within_its_error_passes() -> None:
    rows = [{"model": 5.0, "baseline": 5.2}, {"model": 7.0, "baseline": 6.7}]
    assert not beats("x", rows, "baseline", limits=LIMITS).passed
    assert beats("x", rows, "baseline", limits=LIMITS, within_error=True).passed
    worse = [{"model": 5.3, "baseline": 5.0}, {"model": 7.3, "baseline": 6.9}]
    assert not beats("x", worse, "baseline", limits=LIMITS, within_error=True).passed


def test_a_model_that_is_the_ridge_itself_passes_and_says_so() -> None:
    same = beats("x", [{"model": 5.0, "ridge": 5.0}] * 2, "ridge", limits=LIMITS)
    assert same.passed
    assert "very forecast" in same.detail


def test_regret_is_held_against_the_champion_else_against_the_committee() -> None:
    rows = pd.DataFrame({"regret": [1.0, 1.2], "committee_regret": [2.0, 2.0], "champion_regret": [math.nan] * 2})
    first = regret_check(rows, limits=LIMITS)
    assert first.passed
    assert "committee" in first.limit
    worse = regret_check(rows.assign(champion_regret=[0.8, 0.9]), limits=LIMITS)
    assert not worse.passed
    assert worse.figure == pytest.approx(0.25)
    assert regret_check(rows.assign(champion_regret=[1.0, 1.1]), limits=LIMITS).passed
    assert not regret_check(rows.iloc[:0], limits=LIMITS).passed


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=200))
def test_the_gaming_test_counts_moves_of_two_ranks_and_more(moves: list[int]) -> None:
    check = gaming_check(moves, limits=LIMITS)
    assert check.figure == pytest.approx(sum(move <= 1 for move in moves) / len(moves))
    assert check.passed == (check.figure >= 0.95)
    assert not gaming_check([], limits=LIMITS).passed


def test_ranges_that_hold_too_little_or_too_much_fail() -> None:
    good = [{"nominees": 100, "in_range": 0.9, "given_swing": 0.9}]
    assert all(check.passed for check in coverage_checks(good, limits=LIMITS))
    for key, value, name in (("in_range", 0.8, "90% ranges hold"), ("given_swing", 0.7, "given the swing"),
                             ("given_swing", 0.99, "given the swing")):  # fmt: skip
        failed = [c.name for c in coverage_checks([{**good[0], key: value}], limits=LIMITS) if not c.passed]
        assert len(failed) == 1
        assert name in failed[0]
    assert not any(check.passed for check in coverage_checks([], limits=LIMITS))


def test_a_group_that_is_shut_out_fails_and_chance_passes() -> None:
    rows = pd.DataFrame({"attribute": "sex", "group": ["F", "M"], "people": [50, 50], "first": [2.0, 60.0],
                         "best": [20.0, 42.0], "ratio": [0.1, 1.4], "high": [0.5, 1.9]})  # fmt: skip
    (check,) = exposure_checks(rows, limits=LIMITS)
    assert not check.passed
    assert "F: first in 2, best in 20" in check.detail
    assert exposure_checks(rows.assign(high=[0.81, 1.9]), limits=LIMITS)[0].passed
    assert not exposure_checks(rows.iloc[:0], limits=LIMITS)[0].passed


def test_no_check_at_all_is_no_pass_and_the_table_names_all() -> None:
    assert not Verdict(()).passed
    verdict = Verdict((Check("a", True, 0.5, "x", "y"), Check("b", False, math.nan, "x", "y")))
    assert not verdict.passed
    assert verdict.failed == ["b"]
    assert [line[:4] for line in verdict.text().splitlines()] == ["pass", "FAIL"]


def entry(action: str, by: str, model: str = "m/1") -> Entry:
    return Entry("", action, by, model, "r", "d", [])


def test_the_record_is_a_chain_that_shows_a_change(tmp_path: Path) -> None:
    for action, by in (("proposed", "Asha"), ("promoted", "Ravi"), ("refused", "Ravi")):
        append_promotion(tmp_path, entry(action, by))
    assert [one.action for one in read_promotions(tmp_path)] == ["proposed", "promoted", "refused"]
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Asha", b"Usha"))
    with pytest.raises(KhakaError, match="line 2 does not follow"):
        read_promotions(tmp_path)
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[1:]))
    with pytest.raises(KhakaError, match="line 1 does not follow"):
        append_promotion(tmp_path, entry("promoted", "Ravi"))
    path.write_bytes(whole[:-20])
    with pytest.raises(KhakaError, match="line 3 is damaged"):
        read_promotions(tmp_path)


def test_a_proposal_is_open_until_it_is_answered() -> None:
    asked, other, done = entry("proposed", "Asha"), entry("proposed", "Asha", "m/2"), entry("promoted", "Ravi")
    assert open_proposal([asked, other], "m/1") is asked
    assert open_proposal([asked, other, done], "m/1") is None
    assert open_proposal([], "m/1") is None
