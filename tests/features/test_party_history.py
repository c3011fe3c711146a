"""Readings of past polls, on arrays small enough to check."""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.features.party_history import column_means, free_of_pc, neighbour_means, persistence
from khaka.features.poll_maps import PollMap, name_key


def test_the_mean_of_a_column_is_over_known_seats_of_the_mask() -> None:
    values = np.array([[0.2, 0.5], [0.4, np.nan], [0.9, 0.7]])
    mask = np.array([[True, False], [True, True], [False, False]])
    means = column_means(values, mask)
    assert means[0] == np.mean([0.2, 0.4])
    assert np.isnan(means[1])


def test_neighbours_leave_out_the_seat_itself_and_other_delimitations() -> None:
    seats = pd.DataFrame({"seat_no": [1, 2, 3, 2], "delimitation": ["2008", "2008", "2008", "1976"]})
    means = neighbour_means(np.array([[1.0], [5.0], [3.0], [9.0]]), seats)
    assert means[1, 0] == 2.0
    assert np.isnan(means[3, 0])


def test_a_map_that_lasts_has_slope_1_and_one_that_is_gone_has_0() -> None:
    earlier = np.linspace(-0.1, 0.1, 40)[:, None]
    everywhere = np.ones((40, 1), dtype=bool)
    assert np.isclose(persistence(earlier, earlier, everywhere)[0], 1)
    assert np.isclose(persistence(np.zeros((40, 1)), earlier, everywhere)[0], 0)
    assert np.isnan(persistence(earlier[:5], earlier[:5], everywhere[:5])[0])


def test_a_segment_is_freed_of_the_mean_of_its_parliamentary_seat() -> None:
    shares = np.array([[0.2], [0.4], [0.7], [0.7]])
    poll = PollMap(
        "S24-2014-LS", "LS", pd.Timestamp("2014-05-16"), shares, shares > 0, np.array([1, 1, 2, 2]),
        np.zeros(4), np.arange(4),
    )  # fmt: skip
    assert np.allclose(free_of_pc(poll, shares)[:, 0], [-0.1, 0.1, 0, 0])


def test_a_seat_without_partner_is_unknown_and_not_zero() -> None:
    poll = PollMap(
        "S24-2012-AE", "AE", pd.Timestamp("2012-03-31"), np.array([[0.3]]), np.array([[True]]), np.array([-1]),
        np.zeros(1), np.array([0, -1]),
    )  # fmt: skip
    assert poll.share[0, 0] == 0.3
    assert np.isnan(poll.share[1, 0])


def test_names_in_two_spellings_have_one_key() -> None:
    assert name_key("Bakshi ka Talab") == name_key("BAKSHI KAA TALAAB")
    assert name_key(None) == ""
