"""What a slate adds up to under each rule, and whether one name can take another's place."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from khaka.scoring.slate.problem import Problem


class Ledger:
    """The sums of a slate by rule, kept up to date from swap to swap.

    Parameters
    ----------
    problem : Problem
        n options.
    chosen : ndarray of int, shape (seats,)
        Number of the option of each seat, -1 where it stays empty.
    active : collection of int
        Rules that hold.
    kept : mapping of int to ndarray of bool, optional
        Which rows of a rule count; all by default.
    """

    def __init__(
        self,
        problem: Problem,
        chosen: npt.NDArray[np.intp],
        active: Collection[int],
        kept: Mapping[int, npt.NDArray[np.bool_]] | None = None,
    ) -> None:
        system, lower, upper = problem.system(active, kept)
        x = np.zeros(system.shape[1])
        x[chosen[chosen >= 0]] = 1.0
        columns = system.tocsc()
        # plain lists: single entries are read and written, which arrays are slow at
        self._sums = (system @ x).tolist()
        self._start: list[int] = columns.indptr.tolist()
        self._row: list[int] = columns.indices.tolist()
        self._entry: list[float] = columns.data.tolist()
        self._low, self._high = lower.tolist(), upper.tolist()
        self._name = [problem.rules[0].name] * len(problem.seats)
        for number in sorted(set(active) - {0}):
            rows = len(problem.rules[number].lower) if kept is None or number not in kept else int(kept[number].sum())
            self._name += [problem.rules[number].name] * rows

    def fits(self, now: int, other: int, *, keep: bool = False) -> bool:
        """Return whether `other` can take the place of `now` with every rule still holding.

        Parameters
        ----------
        now, other : int
            Numbers of options.
        keep : bool
            Whether the swap is made if it fits.

        Returns
        -------
        bool
            True: every row that either name touches holds afterwards.
        """
        self._put(now, -1.0)
        self._put(other, 1.0)
        holds = self._holds(now) and self._holds(other)
        if not (holds and keep):  # the entries are whole numbers: taken back exactly
            self._put(other, -1.0)
            self._put(now, 1.0)
        return holds

    def broken(self, now: int, other: int) -> tuple[str, ...]:
        """Return the rules that wouldn't hold if `other` took the place of `now`.

        Parameters
        ----------
        now, other : int
            Numbers of options.

        Returns
        -------
        tuple of str
            Names of rules, each once.
        """
        self._put(now, -1.0)
        self._put(other, 1.0)
        rows = sorted({*self._rows(now), *self._rows(other)})
        names = [self._name[row] for row in rows if not self._low[row] <= self._sums[row] <= self._high[row]]
        self._put(other, -1.0)
        self._put(now, 1.0)
        return tuple(dict.fromkeys(names))

    def _rows(self, option: int) -> list[int]:
        return self._row[self._start[option] : self._start[option + 1]]

    def _put(self, option: int, sign: float) -> None:
        for at in range(self._start[option], self._start[option + 1]):
            self._sums[self._row[at]] += sign * self._entry[at]

    def _holds(self, option: int) -> bool:
        return all(self._low[row] <= self._sums[row] <= self._high[row] for row in self._rows(option))
