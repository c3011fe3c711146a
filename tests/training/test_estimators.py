"""scikit-learn's contract, as far as it can hold for estimators that need named columns and groups.

`check_estimator` as a whole feeds plain arrays without columns or groups, so it cannot be run; the checks of
scikit-learn that need no data are run as they are, those about fitting are written out here.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks

from khaka.training.candidate import CandidateModel
from khaka.training.ranker import RankModel
from khaka.training.shares import ShareModel

ESTIMATORS = [CandidateModel(trees=True, rounds=5, leaf_rows=20), RankModel(rounds=5), ShareModel(rounds=5)]
OURS = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
CHECKS = (
    "check_no_attributes_set_in_init", "check_parameters_default_constructible", "check_get_params_invariance",
    "check_set_params", "check_estimator_repr",
    "check_estimator_cloneable",
)  # fmt: skip


def data(estimator: Any) -> tuple[pd.DataFrame, np.ndarray, dict[str, Any]]:
    """Return rows, target and what else `fit` needs."""
    rng = np.random.default_rng(8)
    n = 240
    if isinstance(estimator, ShareModel):
        rows = pd.DataFrame({
            "election_id": np.repeat(["S24-2012-AE", "S24-2017-AE"], n // 2),
            "seat_id": [f"S24-2008-{i // 4 % 30 + 1}" for i in range(n)],
            "nominee_id": [f"n{i:03}" for i in range(n)],
            "party": np.tile(["A", "B", "C", "IND"], n // 4),
            "district": "d", "region": "r",
        })  # fmt: skip
        rows["a1_own"], rows["a1_bloc_mean"] = rng.uniform(0.05, 0.5, n), 0.25
        raw = rows["a1_own"] + rng.uniform(0, 0.05, n)
        share = raw / raw.groupby([rows["election_id"], rows["seat_id"]]).transform("sum")
        from khaka.features.nominee_table import FEATURES

        for name in FEATURES:
            if name not in rows:
                rows[name] = 0.0
        return rows, share.to_numpy(), {}
    X = pd.DataFrame({"seat_baseline": rng.normal(-5, 10, n), "rating": rng.normal(0, 1, n)})
    y = X["seat_baseline"].to_numpy() + 3 * X["rating"].to_numpy() + rng.normal(0, 3, n)
    election = [f"e{i % 3}" for i in range(n)]
    if isinstance(estimator, RankModel):
        return X, y, {"groups": election}
    return X, y, {"groups": election, "elections": election}


def forecast(estimator: Any, X: pd.DataFrame) -> np.ndarray:
    said = estimator.predict(X)
    return said["expected_share"].to_numpy() if isinstance(said, pd.DataFrame) else np.asarray(said)


@OURS
@pytest.mark.parametrize("check", CHECKS)
def test_scikit_learns_checks_without_data_hold(check: str, estimator: Any) -> None:
    getattr(estimator_checks, check)(type(estimator).__name__, clone(estimator))


@OURS
def test_fit_gives_itself_and_leaves_its_input_and_parameters_alone(estimator: Any) -> None:
    model = clone(estimator)
    X, y, more = data(model)
    before, target, parameters = X.copy(), y.copy(), model.get_params()
    assert model.fit(X, y, **more) is model
    pd.testing.assert_frame_equal(X, before)
    assert np.array_equal(y, target)
    assert model.get_params() == parameters
    fitted = [name for name in vars(model) if name not in parameters]
    assert fitted
    assert all(name.endswith("_") for name in fitted)


@OURS
def test_an_unfitted_model_says_so(estimator: Any) -> None:
    model = clone(estimator)
    with pytest.raises(NotFittedError):
        model.predict(data(model)[0])


@OURS
def test_fitting_twice_gives_the_same_and_predicts_one_number_a_row(estimator: Any) -> None:
    X, y, more = data(estimator)
    one, other = clone(estimator).fit(X, y, **more), clone(estimator).fit(X, y, **more)
    assert np.array_equal(forecast(one, X), forecast(other, X))
    assert np.array_equal(forecast(one.fit(X, y, **more), X), forecast(other, X))
    assert forecast(one, X).shape == (len(X),)
    assert np.isfinite(forecast(one, X)).all()


@OURS
def test_a_row_is_forecast_the_same_wherever_it_stands(estimator: Any) -> None:
    X, y, more = data(estimator)
    model = clone(estimator).fit(X, y, **more)
    order = np.random.default_rng(2).permutation(len(X))
    turned = X.iloc[order]
    assert np.allclose(forecast(model, turned), forecast(model, X)[order])


@OURS
def test_parameters_are_keywords_with_plain_defaults(estimator: Any) -> None:
    for parameter in inspect.signature(type(estimator).__init__).parameters.values():
        if parameter.name != "self":
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
            assert isinstance(parameter.default, bool | int | float | str | None)
