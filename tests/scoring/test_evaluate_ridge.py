"""The plain ridge finds a linear effect past swings, and takes a blank for the mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from khaka.features.registry import FeatureInfo
from khaka.scoring.evaluate_ridge import plain_ridge
from khaka.training.candidate import BASELINE
from khaka.training.examples import Examples


def past(effect: float, n: int = 400) -> Examples:
    """Return nominees of two elections with swings of +10 and -10 and one feature that matters."""
    rng = np.random.default_rng(1)
    election = np.repeat(["S24-2017-AE", "S24-2022-AE"], n // 2)
    rating, baseline = rng.normal(size=n), rng.normal(0, 10, n)
    swing = np.where(election == "S24-2017-AE", 10.0, -10.0)
    margin = baseline + swing + effect * rating + rng.normal(0, 1, n)
    X = pd.DataFrame({BASELINE: baseline, "rating": rating, "noise": rng.normal(size=n), "same": 1.0, "blank": np.nan})
    infos = {name: FeatureInfo(name, "points", "made up", "person", name, "always") for name in X.columns[1:]}
    return Examples(X, margin, election, election, election, election, infos)


def test_the_score_moves_by_the_effect_of_the_feature() -> None:
    values = pd.DataFrame({"rating": [0.0, 1.0, np.nan], "noise": 0.0, "other": 3.0})
    score = plain_ridge(past(3.0), pd.Series(["a", "b", "c"]), values).set_index("aspirant_id")["score"]
    assert score["b"] - score["a"] == pytest.approx(3.0, abs=0.2)
    assert score["c"] == pytest.approx((score["a"] + score["b"]) / 2)  # a blank is the mean of those asking


def test_a_feature_that_is_missing_altogether_tells_nothing() -> None:
    score = plain_ridge(past(3.0), pd.Series(["a", "b"]), pd.DataFrame({"other": [1.0, 2.0]}))["score"]
    assert score.tolist() == [0.0, 0.0]
