"""One substitute a seat: who can step in for the nominee without touching another seat or a rule.

A substitute may be named on Form B. Whoever stands elsewhere is none, and nobody is a substitute in two seats.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import numpy.typing as npt

from khaka.scoring.slate.ledger import Ledger
from khaka.scoring.slate.problem import FILL, Problem
from khaka.scoring.slate.solve import preference

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

BREAKS: Final = "the substitute, stepping in, would break "
"""How a note on a substitute begins that can't keep the rules."""

_NEVER: Final = -1


def substitutes(
    problem: Problem, chosen: Ints, value: Floats, *, active: Collection[int] | None = None
) -> tuple[Ints, dict[str, str]]:
    """Choose a substitute for each seat that has a nominee.

    The best name, by the aim, that keeps every rule when it alone steps in; where none does, the best whom no rule
    bars, which the notes say. Where one person is the best for two seats, the seat that would lose more has them.

    Parameters
    ----------
    problem : Problem
        n options.
    chosen : ndarray of int, shape (seats,)
        Nominees.
    value : ndarray, shape (n,) or (scenarios, n)
        What each option adds to the aim.
    active : collection of int, optional
        Rules that hold; all by default.

    Returns
    -------
    tuple of ndarray of int, shape (seats,), and dict of str to str
        Number of the substitute's option, -1 for none; and by seat what is to be known.
    """
    active = problem.everything if active is None else active
    total = value if value.ndim == 1 else value.min(axis=0)
    order = preference(problem, value)
    first = np.searchsorted(problem.seat_of[order], np.arange(len(problem.seats) + 1))
    ledger = Ledger(problem, chosen, active)
    person = problem.options["person"].to_numpy(dtype=object)
    nominees = set(person[chosen[chosen >= 0]])
    barred = _barred(problem, active)

    def candidates(seat: int, used: set[object]) -> tuple[int, bool, float]:
        """Return the best candidate, whether it keeps the rules, and what the seat loses without it."""
        now = int(chosen[seat])
        found, later = _NEVER, []
        for other in map(int, order[first[seat] : first[seat + 1]]):
            if person[other] in nominees or person[other] in used or barred[other]:
                continue
            if ledger.fits(now, other):
                if found != _NEVER:
                    return found, True, float(total[found] - total[other])
                found = other
            else:
                later.append(other)
        if found != _NEVER:
            return found, True, np.inf
        return (later[0], False, np.inf) if later else (_NEVER, False, 0.0)

    out = np.full(len(problem.seats), _NEVER, dtype=np.intp)
    notes: dict[str, str] = {}
    used: set[object] = set()
    waiting = [int(seat) for seat in np.flatnonzero(chosen >= 0)]
    proposals = {seat: candidates(seat, used) for seat in waiting}
    for seat in sorted(waiting, key=lambda seat: (-proposals[seat][2], seat)):
        found, keeps, _ = proposals[seat]
        if found != _NEVER and person[found] in used:
            found, keeps, _ = candidates(seat, used)
        if found == _NEVER:
            notes[problem.seats[seat]] = "no substitute: nobody else in this seat is free to stand"
            continue
        out[seat] = found
        used.add(person[found])
        if not keeps:
            names = ", ".join(f'"{name}"' for name in ledger.broken(int(chosen[seat]), found))
            notes[problem.seats[seat]] = f"{BREAKS}{names}"
    return out, dict(sorted(notes.items()))


def _barred(problem: Problem, active: Collection[int]) -> npt.NDArray[np.bool_]:
    """Return whom a rule leaves no place at all: a committee's bar, presence, a seat left to an ally."""
    out = np.zeros(len(problem.options), dtype=bool)
    for number in active:
        rule = problem.rules[number]
        if rule.name == FILL:
            continue
        matrix = rule.matrix.tocsr()
        for row in np.flatnonzero(rule.upper == 0):
            inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
            if (matrix.data[inside] > 0).all():
                out[matrix.indices[inside]] = True
    return out
