"""Ranked seats: expected margin, ranges, chances and ties from the model's draws.

All aspirants of a seat share the draws of swing and of the seat, so they are compared within the same draws: only
what is uncertain about the person decides who is ahead of whom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from khaka.training.prediction import Prediction

SCORE_COLUMNS: Final = (
    "election_id", "seat_id", "aspirant_id", "rank", "expected_margin", "margin_low", "margin_high",
    "margin_low_given_swing", "margin_high_given_swing", "win_probability", "probability_best", "tie_group",
    "eligible", "ineligible_reason", "support", "verified_share", "model_version", "data_hash", "as_of",
)  # fmt: skip
"""Columns of the scores, in order."""

RANGE: Final = (5.0, 95.0)
"""Percentiles at both ends of a 90% range."""

CLEAR: Final = 0.8
"""From this chance on that the leader of a group beats the next name, the order is called."""

Floats = npt.NDArray[np.float64]


def seat_numbers(people: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return 0, 1, ... for each run of rows of one seat.

    Parameters
    ----------
    people : DataFrame
        Sorted by seat_id.

    Returns
    -------
    ndarray of shape (n,)
        Number of the seat of each row.

    Raises
    ------
    KhakaError
        A seat's rows are not together.
    """
    seats = people["seat_id"].to_numpy(dtype=object)
    starts = np.ones(len(seats), dtype=bool)
    starts[1:] = seats[1:] != seats[:-1]
    if len(set(seats[starts])) != int(starts.sum()):
        raise KhakaError("the aspirants are not sorted by seat_id; sort them by seat_id and aspirant_id")
    return np.cumsum(starts) - 1


def rankable(eligible: npt.NDArray[np.object_], seats: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return whom the ranking counts: the eligible; in a seat without any, those whose documents are awaited.

    A strict reading would leave a seat without a single rank as long as one column of the intake sheet is blank. The
    fallback is provisional, and `eligible` says so in every row. Who is not eligible is never ranked.

    Parameters
    ----------
    eligible : ndarray of shape (n,)
        "yes", "no" or "awaited".
    seats : ndarray of shape (n,)
        Number of the seat of each row.

    Returns
    -------
    ndarray of shape (n,)
        Whether the row is ranked.

    Examples
    --------
    >>> rankable(np.array(["yes", "awaited", "awaited", "no"], dtype=object), np.array([0, 0, 1, 1])).tolist()
    [True, False, True, False]
    """
    yes = eligible == "yes"
    any_yes = np.bincount(seats, weights=yes) > 0
    return np.asarray(yes | ((eligible == "awaited") & ~any_yes[seats]), dtype=np.bool_)


def chance_to_win(totals: Floats) -> Floats:
    """Return the share of draws with a positive margin, a margin of exactly zero counted as half.

    Parameters
    ----------
    totals : ndarray of shape (n, d)
        Margin in points, one column a draw.

    Returns
    -------
    ndarray of shape (n,)
        Chances, 0 to 1.
    """
    return np.asarray((totals > 0).mean(axis=1) + 0.5 * (totals == 0).mean(axis=1), dtype=np.float64)


def chance_to_be_best(draws: Floats) -> Floats:
    """Return in which share of the draws each row is the best of all rows, ties shared evenly.

    Parameters
    ----------
    draws : ndarray of shape (n, d)
        Margin in points without what all rows share.

    Returns
    -------
    ndarray of shape (n,)
        Chances that add up to 1.

    Examples
    --------
    >>> chance_to_be_best(np.array([[1.0, 2.0, 0.0, 3.0], [0.0, 2.0, 1.0, 0.0]])).tolist()
    [0.625, 0.375]
    """
    best = draws == draws.max(axis=0)
    return np.asarray((best / best.sum(axis=0)).mean(axis=1), dtype=np.float64)


def tie_groups(draws: Floats) -> npt.NDArray[np.int64]:
    """Group rows, given in the order of their rank, whose order is too close to call.

    The first row leads group 1. A row joins the group of the row before it if the group's leader beats it in less
    than `CLEAR` of the draws (half of ties counted); else it leads the next group. So groups are consecutive in rank.

    Parameters
    ----------
    draws : ndarray of shape (n, d)
        Margin in points without what all rows share, best row first.

    Returns
    -------
    ndarray of shape (n,)
        1, 2, ... in the order of rank.
    """
    groups = np.ones(len(draws), dtype=np.int64)
    leader = 0
    for row in range(1, len(draws)):
        ahead = float((draws[leader] > draws[row]).mean() + 0.5 * (draws[leader] == draws[row]).mean())
        if ahead >= CLEAR:
            leader = row
            groups[row] = groups[row - 1] + 1
        else:
            groups[row] = groups[row - 1]
    return groups


def score(prediction: Prediction, eligible: pd.DataFrame, rows: slice | None = None) -> pd.DataFrame:
    """Return the scores of whole seats.

    Parameters
    ----------
    prediction : Prediction
        n aspirants, sorted by seat and aspirant, with d draws.
    eligible : DataFrame
        Of `khaka.scoring.eligibility.eligibility`, row by row as the prediction's people.
    rows : slice, optional
        Which rows, in whole seats; all by default.

    Returns
    -------
    DataFrame
        `SCORE_COLUMNS`, in the order of the prediction. rank and tie_group are blank where the row isn't ranked
        (see `rankable`), its probability_best is 0.
    """
    rows = slice(0, len(prediction.people)) if rows is None else rows
    people = prediction.people.iloc[rows].reset_index(drop=True)
    judged = eligible.iloc[rows].reset_index(drop=True)
    expected = np.asarray(prediction.expected_margin[rows], dtype=np.float64)
    person = expected[:, None] + prediction.person_draws[rows]
    given_swing = person + prediction.seat_draws[rows]
    low_given, high_given = np.percentile(given_swing, RANGE, axis=1)
    totals = given_swing + prediction.swing_draws[rows]
    low, high = np.percentile(totals, RANGE, axis=1)

    seats = seat_numbers(people)
    ranked = rankable(judged["eligible"].to_numpy(dtype=object), seats)
    rank = np.zeros(len(people), dtype=np.int64)
    group = np.zeros(len(people), dtype=np.int64)
    best = np.zeros(len(people))
    names = people["aspirant_id"].astype(str).to_numpy(dtype=object)
    for start, stop in seat_slices(seats):
        members = np.arange(start, stop)[ranked[start:stop]]
        if not len(members):
            continue
        # rounded, so that the last bit of a sum can't decide between two names that are the same
        order = members[np.lexsort((names[members], -np.round(expected[members], 9)))]
        rank[order] = np.arange(1, len(order) + 1)
        group[order] = tie_groups(person[order])
        best[order] = chance_to_be_best(person[order])
    unranked = ~ranked
    frame = pd.DataFrame(
        {
            "election_id": people["election_id"].astype("str"),
            "seat_id": people["seat_id"].astype("str"),
            "aspirant_id": people["aspirant_id"].astype("str"),
            "rank": pd.array(rank, dtype="Int64"),
            "expected_margin": expected,
            "margin_low": low,
            "margin_high": high,
            "margin_low_given_swing": low_given,
            "margin_high_given_swing": high_given,
            "win_probability": chance_to_win(totals),
            "probability_best": best,
            "tie_group": pd.array(group, dtype="Int64"),
            "eligible": judged["eligible"].astype("str"),
            "ineligible_reason": judged["ineligible_reason"].astype("str"),
            "support": pd.array(prediction.support[rows], dtype="str"),
            "verified_share": np.asarray(prediction.verified_share[rows], dtype=np.float64),
            "model_version": prediction.model_version,
            "data_hash": prediction.data_hash,
            "as_of": pd.Timestamp(prediction.as_of).as_unit("us"),
        }
    )
    frame.loc[unranked, ["rank", "tie_group"]] = pd.NA
    return frame[list(SCORE_COLUMNS)]


def seat_slices(seats: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return first row and row after the last of each seat.

    Parameters
    ----------
    seats : ndarray of shape (n,)
        Of `seat_numbers`.

    Returns
    -------
    list of (int, int)
        One pair a seat.

    Examples
    --------
    >>> seat_slices(np.array([0, 0, 1]))
    [(0, 2), (2, 3)]
    """
    edges = np.flatnonzero(np.diff(seats)) + 1
    return list(zip([0, *edges.tolist()], [*edges.tolist(), len(seats)], strict=True)) if len(seats) else []
