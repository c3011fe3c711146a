"""What sets the aspirants of one seat apart: contributions against the seat's mean, and against one another.

Two thirds of the contributions are the seat's own and the same for everyone who asks for it, so a reason is told by
contrast. Both contrasts are sums of the additive explanation phi of the expected margin (Lundberg & Lee 2017):
sum_f (phi_af - phi_bf) = m_a - m_b, and sum_f (phi_af - mean_s phi_sf) = m_a - mean_s m_s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from khaka.training.prediction import Prediction


def against_seat(contributions: npt.NDArray[np.float64], seats: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return each contribution minus its mean over the seat's aspirants.

    Parameters
    ----------
    contributions : ndarray of shape (n, k)
        Margin points.
    seats : ndarray of shape (n,)
        Number of the seat of each row, 0 or more.

    Returns
    -------
    ndarray of shape (n, k)
        Margin points; the rows of one seat add up to zero in every column.

    Examples
    --------
    >>> against_seat(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])).ravel().tolist()
    [-1.0, 1.0, 0.0]
    """
    counts = np.bincount(seats)
    order = np.argsort(seats, kind="stable")
    first = np.cumsum(counts) - counts
    means = np.zeros((len(counts), contributions.shape[1]))
    for place in range(int(counts.max(initial=0))):  # the first aspirant of every seat, then the second, ...
        there = np.flatnonzero(counts > place)
        means[there] += contributions[order[first[there] + place]]
    means /= np.maximum(counts, 1)[:, None]
    return np.asarray(contributions - means[seats], dtype=np.float64)


def contrast(prediction: Prediction, a: str, b: str, *, seat_id: str) -> pd.Series:
    """Return by feature how far aspirant `a` is ahead of aspirant `b` of the same seat.

    Parameters
    ----------
    prediction : Prediction
        Expected margins with their contributions.
    a, b : str
        aspirant_id of both.
    seat_id : str
        Their seat.

    Returns
    -------
    Series
        Margin points by feature, largest size first; adds up to the difference of the expected margins.

    Raises
    ------
    KhakaError
        One of them is no aspirant of the seat.
    """
    people = prediction.people
    inside = people["seat_id"] == seat_id
    rows = []
    for aspirant in (a, b):
        found = np.flatnonzero(inside & (people["aspirant_id"] == aspirant))
        if not len(found):
            names = ", ".join(people.loc[inside, "aspirant_id"].astype(str)[:5])
            raise KhakaError(f"no aspirant {aspirant!r} in seat {seat_id}; there are: {names or 'none'}")
        rows.append(int(found[0]))
    difference = prediction.contributions.iloc[rows[0]] - prediction.contributions.iloc[rows[1]]
    return difference.sort_values(key=lambda points: -points.abs(), kind="stable").rename("contrast")
