"""Which rules can't all hold: the smallest set that conflicts, by name.

First a deletion filter: rule after rule is lifted, and left out for good where the rest still conflicts. What remains
is a minimal conflict: lifting any one of its rules resolves it. Then the smallest one: a set of rules conflicts only
if it has a member in common with each correction set (rules whose lifting makes the rest hold). The smallest set that
hits all correction sets known so far is tried; if it conflicts it is the smallest conflict, else it yields another
correction set (Ignatiev, Previti, Liffiton and Marques-Silva 2015, "Smallest MUS extraction with minimal hitting set
dualization"). Last, inside each rule, the rows that matter: which families, districts, seats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from khaka.data.errors import KhakaError
from khaka.scoring.slate.problem import Problem
from khaka.scoring.slate.solve import solve

MOST_SOLVES: Final = 400
"""Solves after which the search for a smaller conflict ends; the one at hand is minimal all the same."""

_LABELS_SHOWN: Final = 6


@dataclass(frozen=True)
class Conflict:
    """Rules that can't all hold.

    Parameters
    ----------
    rules : tuple of str
        Names; lifting any one of them resolves this conflict.
    smallest : bool
        Whether it is proven that no conflict has fewer rules.
    about : tuple of tuple of str
        For each rule the seats, persons, families or places that it comes down to.
    """

    rules: tuple[str, ...]
    smallest: bool
    about: tuple[tuple[str, ...], ...]

    def sentence(self) -> str:
        """Return the conflict as one clear sentence."""
        parts = []
        for name, about in zip(self.rules, self.about, strict=True):
            shown = [label for label in about[:_LABELS_SHOWN] if label not in (name, "everywhere")]
            more = f" and {len(about) - _LABELS_SHOWN} more" if len(about) > _LABELS_SHOWN else ""
            parts.append(f'"{name}"' + (f" ({', '.join(shown)}{more})" if shown else ""))
        if len(parts) == 1:
            return f"the rule {parts[0]} cannot hold; change or lift it"
        return f"these {len(parts)} rules cannot all hold: {'; '.join(parts)}; change or lift one of them"


def conflict(problem: Problem, *, most_solves: int = MOST_SOLVES) -> Conflict | None:
    """Return the smallest set of rules that can't all hold, None where they can.

    Parameters
    ----------
    problem : Problem
        n options and its rules.
    most_solves : int
        Budget of the search for a smaller one.

    Returns
    -------
    Conflict or None
        None: a slate exists.
    """
    search = _Search(problem)
    everything = sorted(problem.everything)
    if search.holds(everything):
        return None
    # the party's own rules are lifted first, so that what is named is rather the law or a rule about persons
    minimal = _deletion(search, everything, order=sorted(everything, reverse=True))
    best, proven = _smallest(search, everything, minimal, most_solves)
    names = tuple(problem.rules[number].name for number in best)
    return Conflict(names, proven, _about(problem, best))


class _Search:
    """Asks whether rules can hold together, each set once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.solves = 0
        self._known: dict[frozenset[int], bool] = {}
        self._nothing = np.zeros(len(problem.options))

    def holds(self, rules: Iterable[int]) -> bool:
        key = frozenset(rules)
        if key not in self._known:
            self.solves += 1
            self._known[key] = solve(self.problem, self._nothing, active=key) is not None
        return self._known[key]


def _deletion(search: _Search, rules: Sequence[int], *, order: Sequence[int]) -> list[int]:
    left = list(rules)
    for number in order:
        rest = [other for other in left if other != number]
        if not search.holds(rest):
            left = rest
    return left


def _smallest(search: _Search, everything: list[int], minimal: list[int], most: int) -> tuple[list[int], bool]:
    corrections: list[frozenset[int]] = []
    best = minimal
    while search.solves < most:
        hitting = _hitting_set(everything, corrections)
        if len(hitting) >= len(best):
            return best, True
        if not search.holds(hitting):
            return hitting, True
        grown = set(hitting)
        for number in everything:
            if number not in grown and search.holds(grown | {number}):
                grown.add(number)
        corrections.append(frozenset(everything) - grown)
    return best, False


def _hitting_set(everything: list[int], corrections: list[frozenset[int]]) -> list[int]:
    """Return the smallest set with a member of each correction set; of equals the earliest rules."""
    if not corrections:
        return []
    matrix = np.array([[float(number in correction) for number in everything] for correction in corrections])
    cost = 1.0 + np.arange(len(everything)) / (2.0 * len(everything) ** 2)  # ties: less than one rule altogether
    found = milp(
        cost, integrality=np.ones(len(everything)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, 1.0, np.inf), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    if found.x is None:
        raise KhakaError(f"the solver failed while looking for the conflict ({found.message})")
    return [number for number, taken in zip(everything, found.x, strict=True) if taken > 0.5]


def _about(problem: Problem, rules: list[int]) -> tuple[tuple[str, ...], ...]:
    """Return for each rule of a conflict the labels of a minimal set of its rows, found by halving."""
    rows = [(number, row) for number in rules for row in range(len(problem.rules[number].lower))]
    nothing = np.zeros(len(problem.options))

    def conflicts(some: Sequence[tuple[int, int]]) -> bool:
        kept = {number: np.zeros(len(problem.rules[number].lower), dtype=bool) for number in rules}
        for number, row in some:
            kept[number][row] = True
        return solve(problem, nothing, active=rules, kept=kept) is None

    def needed(fixed: list[tuple[int, int]], some: list[tuple[int, int]], changed: bool) -> list[tuple[int, int]]:
        """Junker 2004, QuickXplain: a minimal part of `some` that conflicts with `fixed`."""
        if changed and conflicts(fixed):
            return []
        if len(some) == 1:
            return some
        half = len(some) // 2
        front, back = some[:half], some[half:]
        second = needed(fixed + front, back, True)
        return needed(fixed + second, front, bool(second)) + second

    found: dict[int, npt.NDArray[np.bool_]] = {}
    for number, row in needed([], rows, False):
        found.setdefault(number, np.zeros(len(problem.rules[number].lower), dtype=bool))[row] = True
    return tuple(
        tuple(label for label, kept in zip(problem.rules[number].labels, found.get(number, ()), strict=False) if kept)
        for number in rules
    )
