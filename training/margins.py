"""Margins from shares: a nominee's share minus the best rival's, in percentage points of valid votes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.training.prior_ridge import Floats, Labels


def best_rival(shares: Floats, seats: Labels) -> Floats:
    """Return the largest share among the others of the same seat, shape (n,); NaN where there is no other.

    Parameters
    ----------
    shares : ndarray, shape (n,)
        Any unit.
    seats : sequence of str, length n
        Seat (and election) of each nominee.

    Returns
    -------
    ndarray, shape (n,)
        In the unit of `shares`.

    Examples
    --------
    >>> best_rival(np.array([0.5, 0.3, 0.2, 1.0]), ["a", "a", "a", "b"])
    array([0.3, 0.5, 0.5, nan])
    """
    frame = pd.DataFrame({"seat": np.asarray(seats), "share": shares})
    order = frame.sort_values(["seat", "share"], ascending=[True, False], kind="stable")
    place = order.groupby("seat").cumcount()
    first = order[place == 0].set_index("seat")["share"]
    second = order[place == 1].set_index("seat")["share"]
    leader = pd.Series(False, index=frame.index)
    leader.loc[order.index[place == 0]] = True
    return np.where(leader, frame["seat"].map(second), frame["seat"].map(first)).astype(float)


def margins(own: Floats, others: Floats, seats: Labels) -> Floats:
    """Return margins in points, shape (n,): own share minus the best rival's.

    Parameters
    ----------
    own : ndarray, shape (n,)
        Shares 0 to 1 of each nominee when it is the one looked at (for example without the person).
    others : ndarray, shape (n,)
        Shares 0 to 1 of each nominee as a rival.
    seats : sequence of str, length n
        Seat (and election) of each nominee.

    Returns
    -------
    ndarray, shape (n,)
        Percentage points; NaN where there is no rival.

    Examples
    --------
    >>> margins(np.array([0.5, 0.3]), np.array([0.5, 0.3]), ["a", "a"]).round(6)
    array([ 20., -20.])
    """
    return np.asarray(100.0 * (own - best_rival(others, seats)))
