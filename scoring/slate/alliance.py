"""Which seats to ask an ally for, and which to give.

For each seat three contests: both stand, the ally withdraws, the party withdraws. Of the votes of the one that
withdraws a part (`transfer`) goes to the other, the rest to the rivals in proportion to their shares. A seat is worth
asking for where the alliance wins it more often with the party's nominee than with the ally's, and worth giving where
it is the other way round. How much of a vote transfers is an assumption, not a measurement: try several.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from khaka.data.errors import KhakaError

ALLIANCE_COLUMNS: Final = (
    "seat_id", "move", "position", "gain", "chance_if_taken", "chance_if_given", "chance_apart", "own_share",
    "ally_share", "rival_share", "allotted_to",
)  # fmt: skip
"""Columns of the ranking. gain: chance that the alliance wins with the party's nominee minus with the ally's."""

EVEN: Final = 0.02
"""Below this difference of chances neither side's claim is better."""

Floats = npt.NDArray[np.float64]


def withdrawn(stays: Floats, goes: Floats, rival: Floats, transfer: float) -> Floats:
    """Return the margin of the one that stays over the best rival, as a share.

    Parameters
    ----------
    stays, goes, rival : ndarray, shape (n,)
        Shares, 0 to 1, when all stand.
    transfer : float
        Part of the votes of the one that goes which the one that stays gets.

    Returns
    -------
    ndarray of shape (n,)
        -1 to 1.

    Examples
    --------
    25% and an ally's 20% against a rival's 40%: with three in five transferred the one that stays has 37%, and the
    rival gets 40 / 55 of the other 8%.

    >>> withdrawn(np.array([0.25]), np.array([0.2]), np.array([0.4]), 0.6).round(4).tolist()
    [-0.0882]
    """
    others = np.maximum(1.0 - stays - goes, 1e-9)
    return np.asarray(stays + transfer * goes - rival * (1 + (1 - transfer) * goes / others), dtype=np.float64)


def alliance(
    own: pd.DataFrame,
    ally: pd.DataFrame,
    *,
    transfer: float = 0.6,
    width: float = 10.0,
    allotted_to: pd.Series | None = None,
) -> pd.DataFrame:
    """Rank the seats to ask an ally for and those to give.

    Parameters
    ----------
    own : DataFrame
        seat_id, baseline_share and rival_share (0 to 1; the rival is neither the party nor the ally).
    ally : DataFrame
        seat_id and expected_share of the ally's nominee or of the ally; a seat without a row: 0.
    transfer : float
        Part of the votes that follows the alliance, 0 to 1.
    width : float
        Standard deviation of a seat's margin in points, swing included.
    allotted_to : Series of str, optional
        By seat_id: who holds the seat inside the alliance.

    Returns
    -------
    DataFrame
        `ALLIANCE_COLUMNS`; move is "ask", "give" or "either"; position counts from 1 inside each move, the clearest
        case first.

    Raises
    ------
    KhakaError
        A transfer outside 0 to 1, or a width that isn't above 0.
    """
    if not 0 <= transfer <= 1 or not width > 0:
        raise KhakaError(f"transfer is a share and width above 0 points; found {transfer} and {width}")
    table = own[["seat_id", "baseline_share", "rival_share"]].merge(
        ally.groupby("seat_id", as_index=False)["expected_share"].max(), on="seat_id", how="left", validate="one_to_one"
    )
    mine = table["baseline_share"].to_numpy(dtype=float)
    theirs = table["expected_share"].fillna(0.0).to_numpy(dtype=float)
    rival = table["rival_share"].to_numpy(dtype=float)
    taken = ndtr(100 * withdrawn(mine, theirs, rival, transfer) / width)
    given = ndtr(100 * withdrawn(theirs, mine, rival, transfer) / width)
    apart = ndtr(100 * (np.maximum(mine, theirs) - rival) / width)
    gain = taken - given
    out = pd.DataFrame({
        "seat_id": table["seat_id"].astype("str"), "gain": gain, "chance_if_taken": taken, "chance_if_given": given,
        "chance_apart": apart, "own_share": mine, "ally_share": theirs, "rival_share": rival,
    })  # fmt: skip
    out["move"] = np.select([gain >= EVEN, gain <= -EVEN], ["ask", "give"], "either")
    out["allotted_to"] = out["seat_id"].map(allotted_to) if allotted_to is not None else None
    place = {"ask": 0, "give": 1, "either": 2}
    by = pd.DataFrame({"move": out["move"].map(place), "clear": -np.abs(np.round(gain, 9)), "seat": out["seat_id"]})
    out = out.loc[by.sort_values(["move", "clear", "seat"], kind="stable").index].reset_index(drop=True)
    out["position"] = out.groupby("move").cumcount() + 1
    return out[list(ALLIANCE_COLUMNS)]
