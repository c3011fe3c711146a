"""TreeSHAP of small trees by looking up: what a tree adds depends only on which side of its thresholds a row lies.

A tree with six leaves cuts at five places, so that there are at most 32 kinds of rows. The values of each kind are
asked of LightGBM once (Lundberg et al. 2020, *Nature Machine Intelligence* 2, 56-67), and a state's aspirants are then
looked up: the same values to the last digits but one, for the order of the sums is another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import lightgbm

    from khaka.training.prior_ridge import Floats

MOST_KINDS: Final = 512
"""Of rows in one tree: beyond that LightGBM's own way is the shorter."""


@dataclass(frozen=True)
class TreeTable:
    """One tree.

    Parameters
    ----------
    inputs : tuple of int
        Columns that it asks for.
    thresholds : tuple of ndarray
        By column, rising; a value goes left where it is not above one.
    values : ndarray of shape (inputs, kinds)
        What each column adds in each kind of row; the last column's side changes fastest.
    base : float
        The tree's mean.
    """

    inputs: tuple[int, ...]
    thresholds: tuple[Floats, ...]
    values: Floats
    base: float


class TreeTables:
    """The tables of a booster.

    Parameters
    ----------
    booster : lightgbm.Booster
        Numeric inputs without gaps; thresholds only.
    """

    def __init__(self, booster: lightgbm.Booster) -> None:
        dumped: Mapping[str, Any] = booster.dump_model()
        width = int(dumped["max_feature_idx"]) + 1
        cuts = [_cuts(tree["tree_structure"]) for tree in dumped["tree_info"]]
        sizes = [int(np.prod([len(own) + 1 for own in tree.values()])) for tree in cuts]
        self._booster = None if max(sizes, default=1) <= MOST_KINDS else booster
        self.tables = [] if self._booster else [_table(booster, k, width, tree) for k, tree in enumerate(cuts)]

    def add(self, design: Floats, out: Floats) -> None:
        """Add each row's values to `out`.

        Parameters
        ----------
        design : ndarray of shape (n, k)
            Inputs, no NaN.
        out : ndarray of shape (n, k + 1)
            A column for each input, the trees' mean last; added to in place.
        """
        if self._booster is not None:
            out += np.asarray(self._booster.predict(design, pred_contrib=True))
            return
        for tree in self.tables:
            kind = np.zeros(len(design), dtype=np.intp)
            for column, thresholds in zip(tree.inputs, tree.thresholds, strict=True):
                kind *= len(thresholds) + 1
                for threshold in thresholds:
                    kind += design[:, column] > threshold
            for column, values in zip(tree.inputs, tree.values, strict=True):
                out[:, column] += values[kind]
            out[:, -1] += tree.base


def _cuts(node: Mapping[str, Any]) -> dict[int, list[float]]:
    """Return the thresholds of a tree by input, both rising."""
    found: dict[int, set[float]] = {}
    for split in _splits(node):
        if split["decision_type"] != "<=":
            raise ValueError(f"a tree splits by {split['decision_type']!r}; only thresholds are known")
        found.setdefault(int(split["split_feature"]), set()).add(float(split["threshold"]))
    return {column: sorted(found[column]) for column in sorted(found)}


def _splits(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "split_feature" in node:
        yield node
        yield from _splits(node["left_child"])
        yield from _splits(node["right_child"])


def _table(booster: lightgbm.Booster, number: int, width: int, cuts: Mapping[int, list[float]]) -> TreeTable:
    # one row of each kind: a point of every interval (LightGBM takes what is next to zero for zero)
    sides = [np.array([own[0] - 1.0, *np.add(own[:-1], own[1:]) / 2, own[-1] + 1.0]) for own in cuts.values()]
    rows = np.zeros((int(np.prod([len(own) for own in sides])), width))
    if cuts:
        rows[:, list(cuts)] = np.stack([grid.ravel() for grid in np.meshgrid(*sides, indexing="ij")], axis=1)
    found: npt.NDArray[np.float64] = np.asarray(
        booster.predict(rows, pred_contrib=True, start_iteration=number, num_iteration=1, num_threads=1)
    )
    values = np.ascontiguousarray(found[:, list(cuts)].T)
    return TreeTable(tuple(cuts), tuple(np.array(own) for own in cuts.values()), values, float(found[0, -1]))
