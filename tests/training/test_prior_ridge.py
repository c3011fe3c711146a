"""Ridge with priors: agrees with the closed form, stays at the prior where the data are silent."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.training.prior_ridge import demean, fit


def test_a_strong_signal_moves_the_coefficient_from_its_prior() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2000, 1))
    y = 3 * x[:, 0] + rng.standard_normal(2000)
    posterior = fit(x, y, np.zeros(2000, dtype=np.int64), np.array([0.0]), np.array([1.0]))
    assert abs(posterior.mean[0] - 3) < 0.1
    assert abs(posterior.noise - 1) < 0.05


def test_a_feature_never_observed_keeps_the_partys_weight() -> None:
    rng = np.random.default_rng(2)
    design = np.column_stack([rng.standard_normal(500), np.zeros(500)])
    posterior = fit(design, design[:, 0], np.zeros(500, dtype=np.int64), np.array([0.0, 4.0]), np.array([1.0, 2.0]))
    assert np.isclose(posterior.mean[1], 4.0)
    assert np.isclose(posterior.covariance[1, 1], 4.0)


def test_a_groups_own_swing_teaches_nothing() -> None:
    x = np.array([[0.0], [1.0], [0.0], [1.0]])
    y = np.array([0.0, 2.0, 100.0, 102.0])
    posterior = fit(x, y, np.array([0, 0, 1, 1]), np.array([0.0]), np.array([1000.0]))
    assert np.isclose(posterior.mean[0], 2.0, atol=1e-3)


def test_no_rows_leave_the_prior() -> None:
    posterior = fit(
        np.zeros((0, 2)), np.zeros(0), np.zeros(0, dtype=np.int64), np.array([1.0, 2.0]), np.array([1.0, 1.0])
    )
    assert posterior.mean.tolist() == [1.0, 2.0]


@given(st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 3)), min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_group_means_are_zero_afterwards(rows: list[tuple[float, int]]) -> None:
    values = np.array([value for value, _ in rows])
    groups = np.array([group for _, group in rows])
    left = demean(values, groups)
    for group in set(groups.tolist()):
        assert abs(left[groups == group].sum()) < 1e-8
