"""Boosted trees (LightGBM) that give the same forecasts on any number of threads, kept as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


class TreeFit:
    """A fitted booster, or a constant where there was too little to grow a tree on.

    Parameters
    ----------
    text : str or None
        The booster as LightGBM writes it.
    constant : float
        The forecast where `text` is None.
    num_threads : int
        For predictions.
    """

    def __init__(self, text: str | None, constant: float, *, num_threads: int = 1) -> None:
        self.text = text
        self.constant = constant
        self.num_threads = num_threads
        self._booster: Any = None

    @property
    def booster(self) -> Any:
        """The LightGBM booster; None for a constant."""
        if self._booster is None and self.text is not None:
            import lightgbm

            self._booster = lightgbm.Booster(model_str=self.text)
        return self._booster

    def predict(self, inputs: FloatArray) -> FloatArray:
        """Return the forecasts, shape (rows,)."""
        if self.text is None or not len(inputs):
            return np.full(len(inputs), self.constant)
        return np.asarray(self.booster.predict(inputs, num_threads=self.num_threads), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"text": self.text, "constant": self.constant, "num_threads": self.num_threads}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `to_json` stored."""
        return cls(stored["text"], float(stored["constant"]), num_threads=int(stored["num_threads"]))


def fit_trees(
    inputs: FloatArray, target: FloatArray, *, rounds: int, learning_rate: float, num_leaves: int, rows_a_leaf: int,
    seed: int, num_threads: int, objective: str = "huber", scattered: bool = False, weight: FloatArray | None = None,
) -> TreeFit:  # fmt: skip
    """Grow boosted trees.

    Parameters
    ----------
    inputs : FloatArray, shape (rows, inputs)
        In an order that does not depend on the source's: sampling follows it. NaN is unknown.
    target : FloatArray, shape (rows,)
        What is to be forecast.
    rounds, learning_rate, num_leaves, rows_a_leaf
        Size of the model.
    seed : int
        Of the sampling of rows and inputs.
    num_threads : int
        Trees are the same for any number.
    objective : str
        LightGBM's; "huber" counts errors above 10 points linearly.
    scattered : bool
        Each split at a threshold drawn by chance (extremely randomised trees: Geurts, Ernst and Wehenkel, Machine
        Learning 63, 2006). Such trees err elsewhere than those of the best splits, so the two are worth averaging.
    weight : FloatArray, optional
        Of the rows.

    Returns
    -------
    TreeFit
        A constant where fewer than `2 * rows_a_leaf` rows are given.
    """
    if len(target) < 2 * rows_a_leaf:
        return TreeFit(None, float(np.mean(target)) if len(target) else 0.0, num_threads=num_threads)
    import lightgbm

    params = {
        "objective": objective, "learning_rate": learning_rate, "num_leaves": num_leaves,
        "min_data_in_leaf": rows_a_leaf, "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1,
        "lambda_l2": 20.0, "max_bin": 63, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": num_threads, "verbosity": -1, "extra_trees": scattered,
    }  # fmt: skip
    if objective == "huber":
        params["alpha"] = 0.1
    data = lightgbm.Dataset(inputs, target, weight=weight, params={"verbosity": -1, "max_bin": 63}, free_raw_data=True)
    booster = lightgbm.train(params, data, num_boost_round=rounds)
    return TreeFit(booster.model_to_string(), 0.0, num_threads=num_threads)
