"""Support: has anyone like this been a nominee before?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.training.prior_ridge import Floats

Seen = tuple[float, float, float, float]
"""Least, first percentile, last percentile and greatest value of a feature among past nominees."""


def seen(names: Sequence[str], values: Floats, *, least: int) -> dict[str, Seen]:
    """Return what was seen of each feature that at least `least` past nominees have.

    Parameters
    ----------
    names : sequence of str, length k
        Features.
    values : ndarray, shape (n, k)
        Of past nominees; NaN where unknown.
    least : int
        Features known for fewer are left out.

    Returns
    -------
    dict of str to tuple of float
        By feature.
    """
    found: dict[str, Seen] = {}
    for name, column in zip(names, values.T, strict=True):
        known = column[~np.isnan(column)]
        if len(known) >= least:
            low, first, last, high = (float(value) for value in np.quantile(known, [0.0, 0.01, 0.99, 1.0]))
            found[name] = (low, first, last, high)
    return found


def support(X: pd.DataFrame, ranges: Mapping[str, Seen], features: Sequence[str]) -> npt.NDArray[np.str_]:
    """Say for each row whether anyone like this was a nominee before.

    "outside": a known value lies beyond anything seen, by a quarter of the seen range; "edge": beyond anything seen
    at all, or in two features beyond what 98 of 100 had (in one of thirty that is nothing unusual); else "in".

    Parameters
    ----------
    X : DataFrame, n rows
        Feature rows.
    ranges : mapping of str to tuple of float
        From `seen`.
    features : sequence of str
        Which features describe the person.

    Returns
    -------
    ndarray of str, shape (n,)
        "in", "edge" or "outside".

    Examples
    --------
    >>> ranges = {"age": (25.0, 27.0, 70.0, 75.0)}
    >>> support(pd.DataFrame({"age": [40.0, 76.0, 99.0, float("nan")]}), ranges, ["age"]).tolist()
    ['in', 'edge', 'outside', 'in']
    """
    state, rare = np.zeros(len(X), dtype=int), np.zeros(len(X), dtype=int)
    for name in features:
        if name not in ranges or name not in X.columns:
            continue
        value = X[name].to_numpy(dtype=float)
        low, first, last, high = ranges[name]
        margin = 0.25 * max(high - low, 1e-9)
        with np.errstate(invalid="ignore"):
            state = np.maximum(state, np.where((value < low - margin) | (value > high + margin), 2, 0))
            state = np.maximum(state, np.where((value < low) | (value > high), 1, 0))
            rare += (value < first) | (value > last)
    state = np.where((state == 0) & (rare >= 2), 1, state)
    return np.array(["in", "edge", "outside"])[state]
