"""Where women and newcomers were placed, not only how many: by the seat's own chance, against the whole slate.

A party may give a third of its tickets to women and all of them in seats that it can't win. So each group is shown by
the chance of the seat (whoever stands there), beside the seats that the slate fills.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from khaka.scoring.slate.aims import spread
from khaka.scoring.slate.problem import Problem

BANDS: Final = ((0.0, 0.05, "out of reach"), (0.05, 0.25, "5 to 25%"), (0.25, 0.5, "25 to 50%"),
                (0.5, 0.75, "50 to 75%"), (0.75, 1.01, "75% and more"))  # fmt: skip
"""From, below, name of each band of a seat's chance."""

PLACEMENT_COLUMNS: Final = ("group", "band", "tickets", "seats", "share", "share_of_seats")
"""Columns of a placement: tickets of the group and of all in the band; each as a share of its total."""

Floats = npt.NDArray[np.float64]


def seat_chance(problem: Problem) -> Floats:
    """Return each seat's chance without the person, shape (seats,).

    From the seat's baseline margin where it is known, else from the median of the names that may stand there, with
    the median width of their ranges.

    Parameters
    ----------
    problem : Problem
        n options.

    Returns
    -------
    ndarray of shape (seats,)
        0 to 1.
    """
    options = problem.options
    frame = pd.DataFrame({
        "seat": problem.seat_of,
        "margin": options["expected_margin"].to_numpy(dtype=float),
        "baseline": options["baseline_margin"].to_numpy(dtype=float),
        "chance": options["win_probability"].to_numpy(dtype=float),
        "width": spread(options, given_swing=False),
    })  # fmt: skip
    by_seat = frame.groupby("seat")[["margin", "baseline", "chance", "width"]].median()
    margin = by_seat["baseline"].fillna(by_seat["margin"])
    chance = pd.Series(ndtr(margin / by_seat["width"]), index=by_seat.index)
    return chance.fillna(by_seat["chance"]).to_numpy(dtype=float)


def placement(problem: Problem, chosen: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Return how many tickets of each group lie in each band of the seat's chance.

    Parameters
    ----------
    problem : Problem
        n options.
    chosen : ndarray of int, shape (seats,)
        Nominees, -1 for none.

    Returns
    -------
    DataFrame
        `PLACEMENT_COLUMNS`, groups women, newcomers and all; every band is there.
    """
    there = np.flatnonzero(chosen >= 0)
    chance = seat_chance(problem)[there]
    picked = problem.options.iloc[chosen[there]]
    groups = {
        "women": (picked["sex"] == "F").to_numpy(dtype=bool),
        "newcomers": (picked["newcomer"] == 1.0).to_numpy(dtype=bool),
        "all": np.ones(len(picked), dtype=bool),
    }
    rows = []
    for name, inside in groups.items():
        for low, high, band in BANDS:
            this = (chance >= low) & (chance < high)
            tickets, seats = int((inside & this).sum()), int(this.sum())
            rows.append((name, band, tickets, seats, tickets / max(int(inside.sum()), 1), seats / max(len(there), 1)))
    return pd.DataFrame(rows, columns=list(PLACEMENT_COLUMNS))


def mean_chance(problem: Problem, chosen: npt.NDArray[np.intp]) -> dict[str, float]:
    """Return the mean seat's chance of the tickets of women, newcomers and all.

    Parameters
    ----------
    problem : Problem
        n options.
    chosen : ndarray of int, shape (seats,)
        Nominees, -1 for none.

    Returns
    -------
    dict of str to float
        NaN for a group without tickets.
    """
    there = np.flatnonzero(chosen >= 0)
    chance = seat_chance(problem)[there]
    picked = problem.options.iloc[chosen[there]]
    groups = {"women": picked["sex"] == "F", "newcomers": picked["newcomer"] == 1.0}
    groups["all"] = pd.Series(True, index=picked.index)
    return {name: float(chance[inside.to_numpy(dtype=bool)].mean()) if inside.any() else float("nan")
            for name, inside in groups.items()}  # fmt: skip
