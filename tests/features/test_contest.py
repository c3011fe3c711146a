"""Alliances read off the list of nominees."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.features.contest import bloc_weights


def test_parties_that_share_out_the_seats_are_allied_and_rivals_are_not() -> None:
    seats = np.zeros((40, 4), dtype=bool)
    seats[:25, 0] = seats[25:, 1] = seats[:, 2] = True
    seats[::2, 3] = True  # meets both halves alike
    weight = bloc_weights(seats)
    assert weight[0, 1] == weight[1, 0] == 1.0
    assert weight[0, 2] == weight[0, 3] == 0.0


def test_two_seats_are_too_few_to_tell() -> None:
    seats = np.zeros((40, 2), dtype=bool)
    seats[:38, 0] = seats[38:, 1] = True
    assert bloc_weights(seats)[0, 1] == 0.0


def test_two_small_allies_of_one_large_party_are_allies_of_each_other() -> None:
    seats = np.zeros((100, 3), dtype=bool)
    seats[:80, 0] = seats[80:90, 1] = seats[90:, 2] = True
    assert bloc_weights(seats)[1, 2] == 1.0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(0, 6))
def test_weights_are_symmetric_within_0_and_1_and_blind_to_the_order_of_seats(seed: int, n: int, parties: int) -> None:
    random = np.random.default_rng(seed)
    seats = random.random((n, parties)) < 0.5
    weight = bloc_weights(seats)
    assert weight.shape == (parties, parties)
    assert ((weight >= 0) & (weight <= 1)).all()
    assert (weight == weight.T).all()
    assert (bloc_weights(seats[random.permutation(n)]) == weight).all()
