"""Alignment of two lists: order helps where names fail, blocks may move, splits and merges come out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from khaka.data.booth_alignment import align


def odds(truth: list[list[int]], later: int, *, yes: float = 4.0, no: float = -2.0) -> np.ndarray:
    """Evidence that speaks for the pairs of `truth`: truth[i] lists the successors of the earlier booth i."""
    table = np.full((len(truth), later), no)
    for earlier, successors in enumerate(truth):
        table[earlier, successors] = yes
    return table


def test_a_renumbered_block_is_followed() -> None:
    truth = [[10 + i] for i in range(10)] + [[i] for i in range(10)]
    found = align(odds(truth, 20))
    assert found.chance.argmax(axis=1).tolist() == [successors[0] for successors in truth]
    assert found.chance.max(axis=1).min() > 0.8


def test_a_booth_that_nothing_speaks_for_is_placed_by_its_neighbours() -> None:
    table = odds([[i] for i in range(9)], 9)
    table[4, :] = 0.0
    table[:, 4] = 0.0
    found = align(table)
    assert found.forward[4, 4] > 0.9
    assert found.backward[4, 4] > 0.9


def test_both_halves_of_a_split_point_back_to_the_whole() -> None:
    found = align(odds([[0], [1, 2], [3]], 4))
    assert found.forward[1, 1] > 0.9
    assert found.forward[1, 2] > 0.9
    assert found.backward[1].sum() == pytest.approx(1.0, abs=0.05)


def test_a_merge_is_a_split_read_backwards() -> None:
    table = odds([[0], [1, 2], [3]], 4)
    turned = align(table.T).forward.T
    assert turned == pytest.approx(align(table).backward)


def test_a_booth_against_which_everything_speaks_has_no_partner() -> None:
    table = odds([[0], [1], [2], [3]], 5, yes=6.0, no=-8.0)
    assert align(table).forward[:, 4].sum() < 0.05


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (1, 1), (1, 4), (4, 1)])
def test_short_lists_are_no_trouble(shape: tuple[int, int]) -> None:
    assert align(np.zeros(shape)).chance.shape == shape


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 8), st.integers(1, 8)).flatmap(
        lambda shape: arrays(np.float64, shape, elements=st.floats(-40, 40))
    )
)
def test_chances_are_chances(table: np.ndarray) -> None:
    found = align(table)
    for one in (found.forward, found.backward, found.chance):
        assert np.isfinite(one).all()
        assert (one >= 0).all()
    assert (found.forward.sum(axis=0) <= 1 + 1e-9).all()
    assert (found.backward.sum(axis=1) <= 1 + 1e-9).all()
