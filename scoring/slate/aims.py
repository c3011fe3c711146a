"""What a slate is to make as large as possible, as a value for each name.

Chances come from the scores. Where only a margin's range is known, the margin is taken as normal with the range's 90%
as its 5th and 95th percentile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from khaka.data.errors import KhakaError
from khaka.scoring.slate.ledger import Ledger
from khaka.scoring.slate.problem import Problem
from khaka.scoring.slate.rules import Rules, Scenario
from khaka.scoring.slate.solve import Solution, solve

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

Z90: Final = 1.6448536269514722
"""Standard deviations from the middle to each end of a normal 90% range."""

_LOCAL_ROUNDS: Final = 3
_TILTS: Final = (2.0, 1.0, 0.5, 0.25)


def spread(options: pd.DataFrame, *, given_swing: bool) -> Floats:
    """Return the standard deviation of each margin in points, from its 90% range, shape (n,).

    Parameters
    ----------
    options : DataFrame, n rows
        With margin_low and margin_high, or those given the swing.
    given_swing : bool
        Whether the swing counts as known.

    Returns
    -------
    ndarray of shape (n,)
        Points; at least 0.001.
    """
    end = "_given_swing" if given_swing else ""
    width = options[f"margin_high{end}"].to_numpy(dtype=float) - options[f"margin_low{end}"].to_numpy(dtype=float)
    return np.asarray(np.maximum(width / (2 * Z90), 1e-3), dtype=np.float64)


def chances_in(options: pd.DataFrame, scenarios: tuple[Scenario, ...]) -> Floats:
    """Return the chance to win of each name in each scenario of swing, shape (scenarios, n).

    Parameters
    ----------
    options : DataFrame, n rows
        With expected_margin, its range given the swing, and region.
    scenarios : tuple of Scenario
        Swings in points of margin.

    Returns
    -------
    ndarray of shape (scenarios, n)
        0 to 1.
    """
    margin = options["expected_margin"].to_numpy(dtype=float)
    width = spread(options, given_swing=True)
    region = options["region"]
    rows = []
    for scenario in scenarios:
        swing = region.map(scenario.regions).astype(float).fillna(scenario.points).to_numpy(dtype=float)
        rows.append(ndtr((margin + swing) / width))
    return np.array(rows)


def aim_value(options: pd.DataFrame, rules: Rules) -> Floats:
    """Return what each name adds to the aim.

    Parameters
    ----------
    options : DataFrame, n rows
        Of a problem.
    rules : Rules
        The aim and, for the worst swing, the scenarios.

    Returns
    -------
    ndarray of shape (n,), or (scenarios, n) for "worst_swing"
        Of "majority": the chance to win, from which the search for a majority starts.

    Raises
    ------
    KhakaError
        The aim needs figures that aren't there.
    """
    if rules.aim in ("expected_seats", "majority"):
        return options["win_probability"].to_numpy(dtype=float)
    if rules.aim == "margin":
        return options["expected_margin"].to_numpy(dtype=float)
    if rules.aim == "worst_swing":
        return _there(chances_in(options, rules.scenario), rules.aim, "margin_low_given_swing, margin_high_given_swing")
    if rules.aim == "share_gained":
        gained = options["expected_share"].to_numpy(dtype=float) - options["baseline_share"].to_numpy(dtype=float)
        return _there(100 * gained, rules.aim, "expected_share, baseline_share")
    column = {"deposits_saved": "deposit_probability", "second_places": "second_probability"}[rules.aim]
    return _there(options[column].to_numpy(dtype=float), rules.aim, column)


def _there(value: Floats, aim: str, columns: str) -> Floats:
    lacking = int((~np.isfinite(np.atleast_2d(value))).any(axis=0).sum())
    if lacking:
        raise KhakaError(
            f"the aim {aim!r} needs {columns}, which {lacking} of {value.shape[-1]} names lack; choose another aim"
        )
    return value


@dataclass(frozen=True)
class MajorityChance:
    """The chance of a majority and the slate that has it.

    Parameters
    ----------
    solution : Solution
        The slate; its value is the chance.
    needed : int
        Seats that make the majority.
    chance : float
        Share of the draws with that many seats or more.
    chance_of_most_seats : float
        The same of the slate with the most expected seats.
    """

    solution: Solution
    needed: int
    chance: float
    chance_of_most_seats: float


def majority(
    problem: Problem,
    draws: Floats,
    needed: int,
    start: Solution,
    *,
    active: frozenset[int] | None = None,
    progress: Callable[[str], None] | None = None,
) -> MajorityChance:
    """Look for the slate with the largest chance of a majority over the draws.

    The exact problem has a binary for every draw and is out of reach at this size. Instead: draws near the majority
    are given weight (a normal kernel of the seats won in them), which makes the aim linear again; several widths of
    the kernel, each started from the best slate so far; then seat by seat whatever name raises the chance. The result
    is never worse than the slate with the most expected seats, and not proven to be the best.

    Parameters
    ----------
    problem : Problem
        n options.
    draws : ndarray, shape (n, d)
        Margins in points of the options; columns are ways in which the election may turn out.
    needed : int
        Seats that make a majority.
    start : Solution
        The slate with the most expected seats.
    active : frozenset of int, optional
        Rules that hold; all by default.
    progress : callable, optional
        Told each step.

    Returns
    -------
    MajorityChance
        The best slate found.
    """
    active = problem.everything if active is None else active
    wins = (draws > 0).astype(np.float32)

    def chance(chosen: Ints) -> float:
        return float((wins[chosen[chosen >= 0]].sum(axis=0) >= needed).mean())

    best, first = start, chance(start.chosen)
    top = first
    for tilt in _TILTS:
        seats = wins[best.chosen[best.chosen >= 0]].sum(axis=0)
        width = max(float(seats.std()) * tilt, 0.5)
        closeness = -0.5 * ((seats - (needed - 0.5)) / width) ** 2
        weight = np.exp(closeness - closeness.max())
        value = np.asarray(wins @ (weight / weight.sum()).astype(np.float32), dtype=np.float64)
        found = solve(problem, np.round(value, 6), active=active)
        assert found is not None  # the same rules held before
        reached = chance(found.chosen)
        if progress is not None:
            progress(f"chance of {needed} seats: {reached:.3f}")
        if reached > top:
            best, top = found, reached
    chosen, top = _seat_by_seat(problem, wins, needed, best.chosen, active)
    solution = Solution(chosen, top, best.gap, best.seconds)
    return MajorityChance(solution, needed, top, first)


def _seat_by_seat(
    problem: Problem, wins: npt.NDArray[np.float32], needed: int, chosen: Ints, active: frozenset[int]
) -> tuple[Ints, float]:
    out = chosen.copy()
    ledger = Ledger(problem, out, active)
    seats = wins[out[out >= 0]].sum(axis=0)
    top = float((seats >= needed).mean())
    first = np.searchsorted(problem.seat_of, np.arange(len(problem.seats) + 1))
    for _ in range(_LOCAL_ROUNDS):
        before = top
        for seat in np.flatnonzero(out >= 0):
            now = int(out[seat])
            others = np.arange(first[seat], first[seat + 1])
            reached = ((seats - wins[now] + wins[others]) >= needed).mean(axis=1)
            for at in np.argsort(-reached, kind="stable"):
                other = int(others[at])
                if reached[at] <= top:
                    break
                if ledger.fits(now, other, keep=True):
                    seats = seats - wins[now] + wins[other]
                    out[seat], top = other, float(reached[at])
                    break
        if top == before:
            break
    return out, top
