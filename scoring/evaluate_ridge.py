"""A plain ridge regression beside the model: what the records give without any of the model's structure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.training.candidate import BASELINE
from khaka.training.examples import Examples


def plain_ridge(examples: Examples, aspirants: pd.Series, values: pd.DataFrame) -> pd.DataFrame:
    """Rank aspirants by a ridge of past nominees' margins on everything recorded about them.

    Margins and features are taken less the mean of their party in their election, so that no swing is learned; a blank
    is the mean. The penalty is chosen by generalised cross-validation (Golub, Heath and Wahba 1979).

    Parameters
    ----------
    examples : Examples
        Past nominees, n rows of k features.
    aspirants : pandas.Series
        Aspirant ids, shape (m,).
    values : pandas.DataFrame
        Their features, shape (m, k or more); one that is missing tells nothing.

    Returns
    -------
    pandas.DataFrame
        `aspirant_id` and `score`, in points of margin, higher is better; comparable within a seat only.
    """
    from sklearn.linear_model import RidgeCV

    X = examples.X.drop(columns=[BASELINE])
    centred = X - X.groupby(examples.group).transform("mean")
    spread = centred.std(ddof=0)
    used = spread.index[spread > 0]
    # of a party whose people nobody rated, the mean itself is unknown: blank, so zero
    known = (centred[used] / spread[used]).fillna(0.0).to_numpy()
    baseline = pd.Series(examples.X[BASELINE].to_numpy())
    margin = pd.Series(examples.margin)
    at_seat, result = ((x - x.groupby(examples.group).transform("mean")).to_numpy() for x in (baseline, margin))
    ridge = RidgeCV(alphas=np.logspace(0, 4, 17)).fit(np.column_stack([at_seat / at_seat.std(), known]), result)
    theirs = values.reindex(columns=used).astype(float)
    scaled = ((theirs - theirs.mean()) / spread[used]).fillna(0.0).to_numpy()
    return pd.DataFrame({"aspirant_id": aspirants.to_numpy(), "score": scaled @ ridge.coef_[1:]})
