"""No released aggregate lets a group under ten people be worked out by subtraction: a solver tries.

The solver knows what a reader knows: the groups that are shown, the total, that people are whole and not fewer than
nobody. It looks for the least and the most that each hidden group, and the hidden ones together, may be.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from promise import Outcome
from scipy.optimize import Bounds, LinearConstraint, milp

PROMISE = "no released aggregate lets a group under ten people be worked out by subtraction (a solver tries)"
FULL = 3000
SMALLEST = 10


def determined(counts: list[int], seen: Any, total: int) -> list[float]:
    """Return the sizes under ten that a reader can work out exactly, of hidden groups or of all of them together."""
    n = len(counts) + 1  # the last: people of no listed group
    hidden = np.r_[~np.asarray(seen), True]
    rows = [np.eye(n)[i] for i in range(len(counts)) if seen[i]] + [np.ones(n)]
    values = [counts[i] for i in range(len(counts)) if seen[i]] + [total]
    known = LinearConstraint(np.array(rows), values, values)
    found = []
    for of in [np.eye(n)[i] for i in range(n) if hidden[i]] + [hidden.astype(float)]:
        ends = [
            milp(sign * of, constraints=known, bounds=Bounds(0, np.inf), integrality=np.ones(n)) for sign in (1, -1)
        ]
        low, high = (float(of @ end.x) for end in ends)
        if low == high and 0 < low < SMALLEST:
            found.append(low)
    return found


def check(made: Any, *, cases: int, seed: int) -> Outcome:
    """Make up tables with small groups, release them as khaka does, and let the solver loose."""
    from khaka.scoring.disclosure import shown

    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    hidden = 0
    for _ in range(cases):
        counts = [rng.choice((0, 1, 2, 5, 8, 9, 10, 11, 15, 40, 300, 5000)) for _ in range(rng.randint(1, 8))]
        total = sum(counts) + rng.choice((0, 0, 1, 4, 9, 10, 25, 700))
        if total < SMALLEST:
            continue
        seen = shown(counts, total=total)
        outcome.tried += 1
        hidden += int((~seen).sum())
        small = [count for count, show in zip(counts, seen, strict=True) if show and 0 < count < SMALLEST]
        if small or (small := determined(counts, seen, total)):
            outcome.fail(f"groups {counts} of {total}: {small} can be worked out")
    outcome.detail = f"{outcome.tried:,} tables, {hidden:,} groups left out"
    return outcome
