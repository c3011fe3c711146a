"""LambdaRank as a contender: does ordering nominees directly beat ordering them by expected margin?

Burges 2010, *From RankNet to LambdaRank to LambdaMART*. A group is all nominees of one election within one stratum of
the seat's baseline; relevance is the binned margin left over the baseline. Never one group per seat: only the nominee
has a result, and a group of one teaches nothing, without an error from LightGBM. Scores of a ranker are not
comparable across groups, so they feed neither a chance nor a slate: it is judged beside the models, not used.
"""

from __future__ import annotations

from typing import Final, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from khaka.data.errors import KhakaError
from khaka.training.prior_ridge import Floats, Labels

STRATA: Final = 5
_GRADES: Final = 5


def strata(baseline: Floats, elections: Labels) -> Floats:
    """Return the baseline stratum of each nominee within the election, 0 to 4 by rank of the baseline.

    Examples
    --------
    >>> strata(np.array([-9.0, 5.0, 1.0, 3.0, 20.0]), ["a"] * 5)
    array([0., 3., 1., 2., 4.])
    """
    ranks = pd.Series(baseline).groupby(np.asarray(elections)).rank(pct=True, method="first")
    return np.asarray(np.minimum(np.ceil(ranks * STRATA) - 1, STRATA - 1), dtype=float)


class RankModel(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """LightGBM's LambdaRank over nominees of an election and baseline stratum.

    Parameters
    ----------
    rounds, leaves, leaf_rows, learning_rate
        Size of the trees.
    seed, threads : int
        For LightGBM.
    """

    def __init__(
        self,
        *,
        rounds: int = 60,
        leaves: int = 6,
        leaf_rows: int = 40,
        learning_rate: float = 0.05,
        seed: int = 2027,
        threads: int = 2,
    ) -> None:
        self.rounds = rounds
        self.leaves = leaves
        self.leaf_rows = leaf_rows
        self.learning_rate = learning_rate
        self.seed = seed
        self.threads = threads

    def fit(self, X: pd.DataFrame, y: Floats, *, groups: Labels) -> Self:
        """Fit on margins left over the baseline.

        Parameters
        ----------
        X : DataFrame, shape (n, k)
            Features; `seat_baseline` may be among them.
        y : ndarray, shape (n,)
            Margin minus baseline, freed of the party's mean, in points.
        groups : sequence of str, length n
            Election and stratum.

        Returns
        -------
        RankModel
            Itself.

        Raises
        ------
        KhakaError
            Every group has one row: nothing can be ranked within one.
        """
        import lightgbm

        labels = np.asarray(groups)
        names, sizes = np.unique(labels, return_counts=True)
        if len(names) == 0 or sizes.max() < 2:
            raise KhakaError(
                f"{len(names)} groups of one nominee: a ranker learns nothing from them; "
                "group all nominees of one election and baseline stratum"
            )
        kept = np.isin(labels, names[sizes >= 2])
        frame, left, labels = X[kept].reset_index(drop=True), np.asarray(y)[kept], labels[kept]
        keys = [frame[name].to_numpy(dtype=float) for name in frame.columns]
        order = np.lexsort([*keys, labels])
        edges = np.quantile(left, np.linspace(0, 1, _GRADES + 1)[1:-1])
        data = lightgbm.Dataset(
            frame.to_numpy(dtype=float)[order],
            label=np.searchsorted(edges, left[order]).astype(int),
            group=np.unique(labels[order], return_counts=True)[1],
        )
        parameters = {
            "objective": "lambdarank",
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.leaf_rows,
            "learning_rate": self.learning_rate,
            "lambdarank_truncation_level": 50,
            "deterministic": True,
            "force_row_wise": True,
            "seed": self.seed,
            "num_threads": self.threads,
            "verbosity": -1,
        }
        self.features_ = [str(name) for name in frame.columns]
        self.booster_ = lightgbm.train(parameters, data, num_boost_round=self.rounds)
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """Return scores, shape (n,): higher is better, comparable within one group only."""
        check_is_fitted(self, "booster_")
        return np.asarray(self.booster_.predict(X[self.features_].to_numpy(dtype=float), num_threads=self.threads))
