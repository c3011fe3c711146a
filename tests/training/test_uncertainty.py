"""Ranges: wider where parties are close, honest about what was not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from khaka.training.evidence import held
from khaka.training.examples import Examples
from khaka.training.uncertainty import MarginSpread, estimate_spread, half_width, seat_line, shared_draws


def made(n: int = 4000, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Residuals whose noise grows with the seat's expected margin: 6 points at -40, 18 at 0."""
    rng = np.random.default_rng(seed)
    baseline = rng.uniform(-40, 0, n)
    group = np.array([f"e{i % 8}" for i in range(n)])
    swing = dict(zip(np.unique(group), rng.normal(0, 8, 8), strict=True))
    noise = rng.normal(0, 18 + 0.3 * baseline)
    return noise + np.array([swing[g] for g in group]), group, np.full(n, ""), baseline


def test_ranges_hold_ninety_of_a_hundred_at_both_ends() -> None:
    residual, group, district, baseline = made()
    spread = estimate_spread(residual, group, district, baseline)
    fresh, other, _, at = made(seed=2)
    free = fresh - np.array([fresh[other == g].mean() for g in other])
    inside = np.abs(free) <= half_width(spread, at, swing=False)
    for low, high in ((-40, -25), (-15, 0)):
        here = (at >= low) & (at < high)
        assert inside[here].mean() == pytest.approx(0.9, abs=0.03)
    flat = estimate_spread(residual, group, district)
    outer = np.abs(free) <= half_width(flat, at, swing=False)
    assert outer[at > -8].mean() < 0.86 < inside[at > -8].mean()


def test_the_draws_are_as_wide_as_the_ranges_say() -> None:
    residual, group, district, baseline = made()
    spread = estimate_spread(residual, group, district, baseline)
    at = np.array([-35.0, -2.0])
    known = replace(spread, swing=0.0)
    _, seat = shared_draws(known, ["a", "b"], ["x", "y"], at, draws=20_000, rng=np.random.default_rng(3))
    total = np.sqrt(seat.var(axis=1) + spread.person**2)
    assert total == pytest.approx(half_width(spread, at, swing=False) / 1.6449, rel=0.03)


def test_a_swing_takes_a_party_to_where_the_noise_is_larger() -> None:
    spread = MarginSpread(10.0, 0.0, 9.0, 0.0, knots=(-40.0, 40.0), totals=(5.0, 25.0))
    swing, seat = shared_draws(spread, ["a"], ["x"], np.zeros(1), draws=60_000, rng=np.random.default_rng(3))
    for low, high in ((-12.0, -8.0), (8.0, 12.0)):
        here = (swing[0] > low) & (swing[0] < high)
        assert seat[0][here].std() == pytest.approx(15.0 + (low + high) / 8, rel=0.03)


def test_the_partys_own_nominees_decide_more_than_they_are_many() -> None:
    residual, group, district, baseline = made()
    own = np.arange(len(residual)) % 10 == 0
    residual = np.where(own, 1.5 * residual, residual)
    plain, weighed = (estimate_spread(residual, group, district, baseline, mask) for mask in (None, own))
    assert 1.05 < weighed.totals[0] / plain.totals[0] < 1.5
    nobody = estimate_spread(residual, group, district, baseline, np.zeros(len(own), dtype=bool))
    assert nobody.totals == pytest.approx(plain.totals)


def test_few_residuals_make_no_line_and_a_steep_line_keeps_a_floor() -> None:
    assert seat_line(np.ones(49), np.arange(49.0)) == ((), ())
    off, at = np.r_[np.full(50, 0.1), np.full(50, 20.0)], np.r_[np.full(50, -40.0), np.full(50, 0.0)]
    knots, totals = seat_line(off, at)
    assert min(totals) > 0.3 * max(totals) / 3
    assert len(knots) == len(totals)


def test_without_knots_the_factor_is_one() -> None:
    assert MarginSpread(10.0, 4.0, 9.0, 3.0).factor(np.array([-50.0, 50.0])).tolist() == [1.0, 1.0]


def test_coverage_is_counted_on_elections_left_out() -> None:
    import pandas as pd

    residual, group, district, baseline = made(800)
    X = pd.DataFrame({"seat_baseline": baseline})
    examples = Examples(X, residual + baseline, group, group, district, group, {})
    rows = held(residual, examples, sorted(set(group)))
    assert len(rows) == 8
    assert np.mean([row["given_swing"] for row in rows]) == pytest.approx(0.9, abs=0.04)


def test_mapie_gives_the_same_width() -> None:
    """Split-conformal ranges of another library, where the noise is the same everywhere."""
    from mapie.regression import SplitConformalRegressor
    from sklearn.dummy import DummyRegressor

    rng = np.random.default_rng(6)
    off, at = rng.normal(0, 9, 3000), rng.uniform(-40, 0, 3000)
    nothing = DummyRegressor(strategy="constant", constant=0.0).fit(at[:, None], off)
    theirs = SplitConformalRegressor(nothing, confidence_level=0.9, prefit=True).conformalize(at[:, None], off)
    _, ends = theirs.predict_interval(np.zeros((1, 1)))
    _, totals = seat_line(np.abs(off), at)
    assert 1.6449 * np.mean(totals) == pytest.approx(float(ends[0, 1, 0]), rel=0.03)


def test_few_elections_make_wider_ranges_than_many() -> None:
    """Student's t with 12 degrees of freedom for three elections: 1.782 at 95%, where the normal has 1.645."""
    residual, group, district, baseline = made()
    many = estimate_spread(residual, group, district, baseline)
    three = np.array([f"e{i % 3}" for i in range(len(residual))])
    few = estimate_spread(residual, group, district, baseline, elections=three)
    assert few.totals == pytest.approx([total * 1.7823 / 1.6449 for total in many.totals], rel=1e-4)
    assert few.swing == many.swing  # it is pooled with a prior instead
