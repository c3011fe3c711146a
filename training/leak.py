"""Leaks: a feature that tells the outcome better than any fact known beforehand could stops the training.

What is known before a poll explains a part of it. A column that follows the result almost exactly, once each party's
own level in each election is taken out, has seen the result: a position, a margin, votes under another name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.training.candidate import BASELINE
from khaka.training.examples import Examples
from khaka.training.prior_ridge import Floats, Labels

PLAUSIBLE: Final = 0.95
"""Largest correlation of a fact with the outcome, either way, that is believed. An earlier share of the same party in
the same seat reaches 0.6 to 0.9."""

_LEAST_GROUP: Final = 5  # two nominees of a party always lie on a line
_FEWEST: Final = 30  # rows below which a correlation says nothing


def correlations(values: pd.DataFrame, outcome: Floats, groups: Labels) -> pd.Series:
    """Return how closely each column follows the outcome within groups: the larger of Pearson's and Spearman's.

    Parameters
    ----------
    values : DataFrame, shape (n, k)
        NaN where unknown.
    outcome : ndarray, shape (n,)
        Margin or share as it turned out.
    groups : sequence of str, length n
        Party in an election: its mean is taken out of both.

    Returns
    -------
    Series, shape (k,)
        Absolute values, 0 to 1, by column; 0 where fewer than 30 rows are known or nothing differs.

    Examples
    --------
    >>> outcome = np.arange(40.0)
    >>> table = pd.DataFrame({"position": -np.sqrt(outcome), "flat": 1.0})
    >>> correlations(table, outcome, ["a"] * 40).round(3).tolist()
    [1.0, 0.0]
    """
    labels = pd.Series(np.asarray(groups, dtype=object))
    target = pd.Series(np.asarray(outcome, dtype=float))
    found = {}
    for name in values.columns:
        column = pd.Series(values[name].to_numpy(dtype=float))
        both = column.notna() & target.notna()
        both &= both.groupby(labels).transform("sum") >= _LEAST_GROUP
        if both.sum() < _FEWEST or column[both].nunique() < 2:
            found[str(name)] = 0.0
            continue
        group = labels[both]
        parts = [series[both] - series[both].groupby(group).transform("mean") for series in (column, target)]
        ranks = [series[both].groupby(group).rank() for series in (column, target)]
        ranks = [series - series.groupby(group).transform("mean") for series in ranks]
        found[str(name)] = max(_correlation(*parts), _correlation(*ranks))
    return pd.Series(found, dtype=float)


def refuse_leaks(examples: Examples) -> None:
    """Refuse examples in which a feature follows the outcome beyond belief.

    Parameters
    ----------
    examples : Examples
        What the candidate layer would learn from.

    Raises
    ------
    KhakaError
        A feature leaks; it is named with its correlation.
    """
    features = examples.X.drop(columns=[BASELINE])
    left = examples.margin - examples.X[BASELINE].to_numpy(dtype=float)
    for outcome in (examples.margin, left):
        _refuse(correlations(features, outcome, examples.group), {n: i.source for n, i in examples.infos.items()})


def refuse_share_leaks(rows: pd.DataFrame, shares: Floats, columns: list[str]) -> None:
    """Refuse feature rows of the share model in which a column follows the shares beyond belief.

    Parameters
    ----------
    rows : DataFrame, n rows
        Of past elections.
    shares : ndarray, shape (n,)
        As they turned out.
    columns : list of str
        The features.

    Raises
    ------
    KhakaError
        A feature leaks.
    """
    group = rows["election_id"].astype("str") + ":" + rows["party"].astype("str")
    _refuse(correlations(rows[columns], shares, group.to_numpy(dtype=object)), {})


def _refuse(found: pd.Series, sources: Mapping[str, str]) -> None:
    worst = found[found > PLAUSIBLE].sort_values(ascending=False, kind="stable")
    if len(worst):
        name = str(worst.index[0])
        source = f", made from {sources[name]}," if sources.get(name) else ""
        raise KhakaError(
            f"leak: the feature {name!r}{source} follows the outcome with a correlation of {worst.iloc[0]:.3f} "
            f"(more than {PLAUSIBLE:g} is not believed); it has seen the result. Take it out before training"
        )


def _correlation(one: pd.Series, other: pd.Series) -> float:
    a, b = one.to_numpy(), other.to_numpy()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return abs(float(a @ b)) / scale if scale > 1e-12 else 0.0
