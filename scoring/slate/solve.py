"""The best slate of a problem, by HiGHS, with the same answer for the same input.

Of two names of one seat that count alike for every rule only the better one (by the aim, then by expected margin, then
by id) is given to the solver. That makes the problem smaller and breaks those ties. Afterwards
each seat takes a better or an equal but earlier name wherever no rule is touched.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from khaka.data.errors import KhakaError
from khaka.scoring.slate.ledger import Ledger
from khaka.scoring.slate.problem import Problem

GAP: Final = 1e-7
"""Relative gap between the slate and the best that could exist, at which the solver may stop."""

TIME_LIMIT: Final = 300.0
"""Seconds after which the solver gives what it has; the gap is then reported as it is."""

_POLISH_ROUNDS: Final = 3
_INFEASIBLE: Final = 2

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Kept = Mapping[int, npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class Solution:
    """A slate.

    Parameters
    ----------
    chosen : ndarray of int, shape (seats,)
        Number of the option of each seat, -1 where it stays empty.
    value : float
        What the aim adds up to.
    gap : float
        Relative gap to the best that could exist.
    seconds : float
        Spent in the solver.
    """

    chosen: Ints
    value: float
    gap: float
    seconds: float


def preference(problem: Problem, value: Floats) -> Ints:
    """Return the options from best to worst inside each seat: by the aim, then expected margin, then id.

    Parameters
    ----------
    problem : Problem
        n options.
    value : ndarray, shape (n,) or (scenarios, n)
        What each option adds to the aim; of several scenarios their sum decides.

    Returns
    -------
    ndarray of shape (n,)
        Numbers of options, seat by seat.
    """
    total = value if value.ndim == 1 else value.sum(axis=0)
    margin = problem.options["expected_margin"].to_numpy(dtype=float)
    # options are sorted by aspirant_id within the seat already; rounding: a sum's last bit decides nothing
    order = np.lexsort((np.arange(len(total)), -np.round(margin, 9), -np.round(total, 12), problem.seat_of))
    return np.asarray(order, dtype=np.intp)


def worthwhile(problem: Problem, value: Floats, active: Collection[int], order: Ints) -> npt.NDArray[np.bool_]:
    """Return which options are needed: of those that count alike for all active rules only the best of a seat.

    Parameters
    ----------
    problem : Problem
        n options.
    value : ndarray, shape (n,) or (scenarios, n)
        What each option adds to the aim; of several scenarios a name is left out if it is better in none.
    active : collection of int
        Numbers of rules.
    order : ndarray, shape (n,)
        Of `preference`.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for the options that the solver needs.
    """
    n = len(problem.options)
    blocks = [problem.rules[number].matrix for number in sorted(active) if number != 0]
    matrix = sparse.vstack(blocks, format="csr") if blocks else sparse.csr_array((0, n))
    # two independent sums of odd weights by row: columns with the same sums are compared entry by entry below
    weights = np.random.default_rng(1).integers(1, 2**61, size=(2, matrix.shape[0]), dtype=np.int64)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    entries = matrix.data.astype(np.int64)
    sums = np.zeros((2, n), dtype=np.int64)
    for side in range(2):
        np.add.at(sums[side], matrix.indices, entries * weights[side][rows])
    place = np.empty(n, dtype=np.intp)
    place[order] = np.arange(n)
    by = np.lexsort((place, sums[1], sums[0], problem.seat_of))
    keys = np.vstack([problem.seat_of, sums])[:, by]
    new = np.r_[True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)]
    leader = np.empty(n, dtype=np.intp)
    leader[by] = by[np.flatnonzero(new)[np.cumsum(new) - 1]]
    needed = np.asarray(leader == np.arange(n), dtype=np.bool_)
    dropped = np.flatnonzero(~needed)
    if len(dropped):
        columns = matrix.tocsc()
        unlike = columns[:, dropped] - columns[:, leader[dropped]]
        unlike.eliminate_zeros()
        needed[dropped[np.diff(unlike.indptr) > 0]] = True
        if value.ndim == 2:
            needed[dropped[(value[:, dropped] > value[:, leader[dropped]]).any(axis=0)]] = True
    return needed


def solve(
    problem: Problem,
    value: Floats,
    *,
    active: Collection[int] | None = None,
    kept: Kept | None = None,
    gap: float = GAP,
) -> Solution | None:
    """Return the best slate, None where the rules can't all hold.

    Parameters
    ----------
    problem : Problem
        n options.
    value : ndarray, shape (n,) or (scenarios, n)
        What each option adds to the aim. Of several scenarios the worst is made as good as possible.
    active : collection of int, optional
        Rules that hold; all by default.
    kept : mapping of int to ndarray of bool, optional
        Which rows of a rule count; all by default.
    gap : float
        Relative gap at which the solver may stop.

    Returns
    -------
    Solution or None
        None: infeasible.

    Raises
    ------
    KhakaError
        A value isn't finite, or the solver failed.
    """
    active = problem.everything if active is None else active
    if not np.isfinite(value).all():
        raise KhakaError("the aim has no value for some names; give the figures that it needs, or choose another aim")
    if not len(problem.options):
        return Solution(np.zeros(0, dtype=np.intp), 0.0, 0.0, 0.0)
    value = _telling(value)
    order = preference(problem, value)
    needed = worthwhile(problem, value, active, order)
    columns = order[needed[order]]  # the better names first: HiGHS was a third faster than with ids in order
    matrix, lower, upper = problem.system(active, kept)
    start = time.perf_counter()
    answer = _milp(value[..., columns], matrix[:, columns], lower, upper, gap)
    seconds = time.perf_counter() - start
    if answer is None:
        return None
    x, reached = answer
    chosen = np.full(len(problem.seats), -1, dtype=np.intp)
    taken = columns[x[: len(columns)] > 0.5]
    chosen[problem.seat_of[taken]] = taken
    chosen = _polish(problem, value, order, needed, chosen, active, kept)
    total = value[..., chosen[chosen >= 0]].sum(axis=-1)
    return Solution(chosen, float(np.min(total)), reached, seconds)


def _telling(value: Floats) -> Floats:
    """Leave out scenarios that are nowhere worse than another one: they never decide the minimum."""
    if value.ndim == 1:
        return value
    keep: list[int] = []
    for number in np.lexsort((np.arange(len(value)), value.sum(axis=1))):
        if not any((value[number] >= value[other]).all() for other in keep):
            keep.append(int(number))
    return value[keep[0]] if len(keep) == 1 else value[sorted(keep)]


def _milp(
    value: Floats, matrix: sparse.csr_array, lower: Floats, upper: Floats, gap: float
) -> tuple[Floats, float] | None:
    count = matrix.shape[1]
    cost, integrality, low, high = -value, np.ones(count), np.zeros(count), np.ones(count)
    if value.ndim == 2:  # one more column, the worst scenario: every scenario's sum minus it is at least 0
        scenarios = sparse.csr_array(np.hstack([value, -np.ones((len(value), 1))]))
        matrix = sparse.vstack([sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], 1))]), scenarios], "csr")
        lower, upper = np.r_[lower, np.zeros(len(value))], np.r_[upper, np.full(len(value), np.inf)]
        cost, integrality = np.r_[np.zeros(count), -1.0], np.r_[integrality, 0.0]
        low, high = np.r_[low, -np.inf], np.r_[high, np.inf]
    found = milp(
        cost,
        integrality=integrality,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(matrix, lower, upper),
        options={"mip_rel_gap": gap, "time_limit": TIME_LIMIT},
    )
    if found.x is None:
        if found.status == _INFEASIBLE:
            return None
        raise KhakaError(f"the solver found no slate ({found.message}); try again with fewer rules")
    return np.asarray(found.x, dtype=np.float64), float(found.mip_gap or 0.0)


def _polish(
    problem: Problem,
    value: Floats,
    order: Ints,
    needed: npt.NDArray[np.bool_],
    chosen: Ints,
    active: Collection[int],
    kept: Kept | None,
) -> Ints:
    """Let each seat take the first name in `order` that is at least as good and breaks no rule."""
    ledger = Ledger(problem, chosen, active, kept)
    first = np.searchsorted(problem.seat_of[order], np.arange(len(problem.seats) + 1))
    out = chosen.copy()
    for _ in range(_POLISH_ROUNDS):
        moved = False
        for seat in np.flatnonzero(out >= 0):
            now = int(out[seat])
            for other in map(int, order[first[seat] : first[seat + 1]]):
                if other == now:
                    break
                if not needed[other] or (value.ndim == 2 and (value[:, other] < value[:, now]).any()):
                    continue
                if ledger.fits(now, other, keep=True):
                    out[seat], moved = other, True
                    break
        if not moved:
            break
    return out
