"""No group under ten people can be worked out, also by subtraction: a solver tries."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from khaka.scoring.disclosure import SMALLEST, both_shown, shown


def bounds_of(counts: list[int], seen: np.ndarray, total: int, of: np.ndarray) -> tuple[float, float]:
    """The least and the most people that the groups of `of` may have, for someone who knows the shown and the total.

    The unlisted people are one more group. What is hidden is known to be a whole number from 0 on.
    """
    n = len(counts) + 1
    rows = [np.eye(n)[i] for i in range(len(counts)) if seen[i]] + [np.ones(n)]
    values = [counts[i] for i in range(len(counts)) if seen[i]] + [total]
    ends = []
    for sign in (1, -1):
        answer = milp(
            sign * of, constraints=LinearConstraint(np.array(rows), values, values), bounds=Bounds(0, np.inf),
            integrality=np.ones(n),
        )  # fmt: skip
        assert answer.success
        ends.append(float(of @ answer.x))
    return ends[0], ends[1]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=7), st.integers(0, 30))
def test_no_hidden_group_and_no_sum_of_hidden_groups_under_ten_is_determined(counts: list[int], others: int) -> None:
    total = sum(counts) + others
    seen = shown(counts, total=total)
    assert all(count == 0 or count >= SMALLEST for count, show in zip(counts, seen, strict=True) if show)
    if total < SMALLEST:
        assert not seen.any() or total == 0
        return
    n = len(counts) + 1
    hidden = np.r_[~seen, True]
    everything = np.where(hidden, 1.0, 0.0)
    for of in [np.eye(n)[i] for i in range(n) if hidden[i]] + [everything]:
        low, high = bounds_of(counts, seen, total, of)
        assert high - low > 0 or high == 0 or high >= SMALLEST, (counts, others, seen.tolist(), low, high)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=7))
def test_where_the_listed_groups_are_everybody_no_small_one_is_determined(counts: list[int]) -> None:
    seen = shown(counts)
    hidden = [count for count, show in zip(counts, seen, strict=True) if not show]
    assert not hidden or sum(hidden) >= SMALLEST or not any(s and c > 0 for c, s in zip(counts, seen, strict=True))
    positive_shown = [c for c, s in zip(counts, seen, strict=True) if s and c > 0]
    assert len(hidden) != 1 or not positive_shown or len([c for c in counts if c > 0]) == 1


def test_large_groups_hide_nothing() -> None:
    assert shown([100, 200, 10]).all()
    assert shown([100, np.nan, 300]).all()


def test_a_share_is_shown_if_neither_side_is_small() -> None:
    assert both_shown(10, 20)
    assert not both_shown(11, 20)
    assert not both_shown(9, 200)
