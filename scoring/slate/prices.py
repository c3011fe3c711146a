"""What each rule costs: the slate once more without it, in expected seats and in points of margin.

The prices of rules don't add up: two rules that ask for the same names cost nothing one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from khaka.scoring.slate.problem import FILL, LAW_SEATS, Problem
from khaka.scoring.slate.solve import Solution, solve

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Price:
    """What a rule costs.

    Parameters
    ----------
    rule : str
        Its name.
    seats : float
        Expected seats that would be gained without it.
    points : float
        Points of margin that would be gained, summed over the seats that have a name both ways.
    changed : int
        Seats that would get another name, or one at all.
    aim : float
        What the aim would gain, in its own unit.
    """

    rule: str
    seats: float
    points: float
    changed: int
    aim: float = 0.0


def price(problem: Problem, rule: str, held: Ints, free: Ints) -> Price:
    """Compare the slate under a rule with the one without it.

    Parameters
    ----------
    problem : Problem
        n options.
    rule : str
        Name.
    held, free : ndarray of int, shape (seats,)
        Chosen options with and without the rule, -1 for none.

    Returns
    -------
    Price
        What is gained without the rule.
    """
    chance = problem.options["win_probability"].to_numpy(dtype=float)
    margin = problem.options["expected_margin"].to_numpy(dtype=float)
    both = (held >= 0) & (free >= 0)
    points = float((margin[free[both]] - margin[held[both]]).sum())
    seats = float(chance[free[free >= 0]].sum() - chance[held[held >= 0]].sum())
    return Price(rule, seats + 0.0, points + 0.0, int((held != free).sum()))


def prices(
    problem: Problem,
    value: Floats,
    solution: Solution,
    *,
    active: frozenset[int] | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Price, ...]:
    """Return the price of every rule that can be lifted.

    Parameters
    ----------
    problem : Problem
        n options.
    value : ndarray, shape (n,) or (scenarios, n)
        What each option adds to the aim.
    solution : Solution
        The slate under all rules.
    active : frozenset of int, optional
        Rules that hold; all by default.
    progress : callable, optional
        Told each rule.

    Returns
    -------
    tuple of Price
        In the order of the rules; the law's own have no price.
    """
    active = problem.everything if active is None else active
    free = solve(problem, value, active={0, problem.number(LAW_SEATS)} & active)
    found = []
    for number in sorted(active):
        name = problem.rules[number].name
        if name in (FILL, LAW_SEATS):
            continue
        if progress is not None:
            progress(f"price of: {name}")
        same = free is not None and np.array_equal(free.chosen, solution.chosen)
        # where the slate is the free one no rule costs anything; only then is the answer known without asking
        other = solution if same and not problem.rules[number].frees else _without(problem, value, active, number)
        gained = other.value - solution.value
        found.append(replace(price(problem, name, solution.chosen, other.chosen), aim=gained + 0.0))
    return tuple(found)


def _without(problem: Problem, value: Floats, active: frozenset[int], number: int) -> Solution:
    """Solve without one rule; seats that it left to an ally get a name again where that is possible."""
    left = active - {number}
    if problem.rules[number].frees:
        rules = tuple(replace(rule, frees=frozenset()) if at == number else rule
                      for at, rule in enumerate(problem.rules))  # fmt: skip
        full = solve(replace(problem, rules=rules), value, active=left)
        if full is not None:
            return full
    found = solve(problem, value, active=left)
    assert found is not None  # fewer rules can't be harder to keep
    return found


def seat_prices(problem: Problem, value: Floats, chosen: Sequence[int] | Ints) -> Floats:
    """Return what all rules together cost in each seat: points of margin against the free choice there.

    Parameters
    ----------
    problem : Problem
        n options.
    value : ndarray, shape (n,) or (scenarios, n)
        What each option adds to the aim.
    chosen : ndarray of int, shape (seats,)
        Nominees.

    Returns
    -------
    ndarray of shape (seats,)
        NaN where the seat has no nominee. Can be below 0 where the aim is another one than the margin.
    """
    free = solve(problem, value, active={0})
    assert free is not None  # each seat takes its best name
    margin = problem.options["expected_margin"].to_numpy(dtype=float)
    out = np.full(len(problem.seats), np.nan)
    there = np.flatnonzero(np.asarray(chosen) >= 0)
    out[there] = margin[free.chosen[there]] - margin[np.asarray(chosen)[there]]
    return out + 0.0
