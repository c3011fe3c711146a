"""How far signals agree, what each tells of the one thing behind them, and how to weigh them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.features.steady import steady_correlations, steady_counts

Floats = npt.NDArray[np.float64]

PRIOR_ROWS: Final = 40.0
"""For how many aspirants the loadings beforehand count."""

_LEAST_EIGENVALUE: Final = 0.05  # correlations of pairs, each on its own rows, need not fit together
_MOST_EXPLAINED: Final = 0.9


@dataclass
class Agreement:
    """Sums of products of signals and facts over cycles, and their counts: correlations that can be pooled."""

    columns: tuple[str, ...]
    products: Floats
    counts: Floats

    @classmethod
    def of(cls, table: pd.DataFrame) -> Agreement:
        """Count over the rows of one cycle; unknown cells count for nothing."""
        values = table.to_numpy(dtype="float64")
        known = ~np.isnan(values)
        filled = np.where(known, values, 0.0)
        # each pair on its own rows: the root of both sums of squares there, so that no correlation passes 1
        squares = (filled**2).T @ known.astype(float)
        scale = np.sqrt(squares * squares.T)
        counts = known.T.astype(float) @ known.astype(float)
        correlation = np.where(scale > 1e-9, (filled.T @ filled) / np.where(scale > 1e-9, scale, 1.0), 0.0)
        correlation, counts = steady_correlations(correlation, counts), steady_counts(counts)
        # a column that never differs tells nothing
        return cls(tuple(table.columns), correlation * counts, np.where(scale > 1e-9, counts, 0.0))

    def plus(self, other: Agreement, trust: Floats) -> Agreement:
        """Return both together, the other's pairs weighted by the trust in each column."""
        weight = np.outer(trust, trust)
        return Agreement(self.columns, self.products + weight * other.products, self.counts + weight * other.counts)

    @property
    def correlation(self) -> Floats:
        """Return the pooled correlations, 0 where nothing is known."""
        return np.asarray(np.divide(self.products, self.counts, out=np.zeros_like(self.products),
                                    where=self.counts > 0))  # fmt: skip


def loadings(correlation: Floats, counts: Floats, prior: Floats, *, prior_rows: float = PRIOR_ROWS) -> Floats:
    """Return how far each signal tells of the one quality behind all.

    Parameters
    ----------
    correlation, counts : ndarray, shape (k, k)
        Of the signals, and on how many aspirants each rests; a count of 0 leaves a pair out.
    prior : ndarray, shape (k,)
        Loadings beforehand.
    prior_rows : float
        How many aspirants they count for.

    Returns
    -------
    ndarray, shape (k,)
        0 to 0.95: the least squares solution of correlation[j, k] = l_j l_k off the diagonal.

    Examples
    --------
    >>> true = np.array([0.8, 0.5, 0.4])
    >>> loadings(np.outer(true, true), np.full((3, 3), 1e6), np.full(3, 0.5)).round(3).tolist()
    [0.8, 0.5, 0.4]
    """
    weight = counts - np.diag(np.diag(counts))
    found = prior.copy()
    for _ in range(500):
        before = found.copy()
        for k in range(len(found)):
            above = weight[k] @ (correlation[k] * found) + prior_rows * prior[k]
            found[k] = np.clip(above / (weight[k] @ found**2 + prior_rows), 0.0, 0.95)
        if np.abs(found - before).max() < 1e-10:
            break
    return found


def together(correlation: Floats, counts: Floats, loading: Floats, *, prior_rows: float = PRIOR_ROWS) -> Floats:
    """Return the correlations of the signals as they were seen, shrunk towards those that the loadings make.

    Parameters
    ----------
    correlation, counts : ndarray, shape (k, k)
        As seen, and on how many aspirants.
    loading : ndarray, shape (k,)
        From `loadings`.
    prior_rows : float
        How many aspirants the loadings count for.

    Returns
    -------
    ndarray, shape (k, k)
        With ones on the diagonal.
    """
    seen = counts / (counts + prior_rows)
    both = seen * correlation + (1.0 - seen) * np.outer(loading, loading)
    np.fill_diagonal(both, 1.0)
    return np.asarray(both)


def weigh(loading: Floats, correlation: Floats, extra: Floats) -> Floats:
    """Return the weights of the best linear guess of the quality from signals that may share errors.

    Parameters
    ----------
    loading : ndarray, shape (k,)
        Correlation of each signal with the quality.
    correlation : ndarray, shape (k, k)
        Of the signals among themselves.
    extra : ndarray, shape (k,)
        What each signal's variance is above 1.

    Returns
    -------
    ndarray, shape (k,)
        None below 0: no one's praise is turned against a person. They explain at most 0.9 of the quality.

    Examples
    --------
    Two judges who repeat one another count for little more than one:

    >>> same = np.array([[1.0, 0.3, 0.3], [0.3, 1.0, 0.9], [0.3, 0.9, 1.0]])
    >>> weigh(np.array([0.6, 0.5, 0.5]), same, np.zeros(3)).round(2).tolist()
    [0.49, 0.19, 0.19]
    >>> weigh(np.array([0.6, 0.5]), same[:2, :2], np.zeros(2)).round(2).tolist()
    [0.49, 0.35]
    """
    weights = np.zeros(len(loading))
    kept = list(range(len(loading)))
    while kept:
        matrix = correlation[np.ix_(kept, kept)] + np.diag(extra[kept])
        lowest = float(np.linalg.eigvalsh(matrix)[0])
        matrix = matrix + max(_LEAST_EIGENVALUE - lowest, 0.0) * np.eye(len(kept))
        found = np.linalg.solve(matrix, loading[kept])
        worst = int(np.argmin(found))
        if found[worst] >= 0.0 or len(kept) == 1:
            explained = float(found @ loading[kept])
            weights[kept] = np.maximum(found, 0.0) * min(1.0, _MOST_EXPLAINED / max(explained, 1e-12))
            break
        del kept[worst]
    return weights
