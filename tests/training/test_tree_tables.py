"""What trees add, looked up: the same as LightGBM's own values for every row."""

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.training import tree_tables
from khaka.training.tree_tables import TreeTables


def grown(seed: int, *, leaves: int = 6, rounds: int = 12, columns: int = 5, steps: int = 0) -> lightgbm.Booster:
    """Return trees on made-up rows; with `steps`, on columns of few values, so that thresholds repeat."""
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((400, columns))
    inputs = np.round(inputs * steps) / steps if steps else inputs
    target = inputs[:, 0] * 2 + np.abs(inputs[:, 1]) + inputs[:, 2] * inputs[:, 0] + rng.normal(0, 0.3, 400)
    options = {"num_leaves": leaves, "min_data_in_leaf": 5, "verbosity": -1, "num_threads": 1, "seed": seed}
    return lightgbm.train(options, lightgbm.Dataset(inputs, target), num_boost_round=rounds)


def looked_up(booster: lightgbm.Booster, rows: np.ndarray) -> np.ndarray:
    out = np.zeros((len(rows), booster.num_feature() + 1))
    TreeTables(booster).add(rows, out)
    return out


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), leaves=st.integers(2, 8), steps=st.sampled_from([0, 1, 4]))
def test_every_row_gets_the_values_that_lightgbm_gives_it(seed: int, leaves: int, steps: int) -> None:
    booster = grown(seed, leaves=leaves, steps=steps)
    rows = np.random.default_rng(seed + 1).standard_normal((300, 5)) * 2
    theirs = np.asarray(booster.predict(rows, pred_contrib=True))
    assert np.allclose(looked_up(booster, rows), theirs, rtol=0, atol=1e-12)
    assert np.allclose(looked_up(booster, rows).sum(axis=1), booster.predict(rows), rtol=0, atol=1e-9)


def test_a_value_on_a_threshold_goes_left_and_a_hair_above_it_goes_right() -> None:
    booster = grown(3)
    cuts = [
        (column, threshold)
        for table in TreeTables(booster).tables
        for column, own in zip(table.inputs, table.thresholds, strict=True)
        for threshold in own
    ]
    assert cuts
    rows = np.zeros((2 * len(cuts), 5))
    for number, (column, threshold) in enumerate(cuts):
        rows[2 * number, column], rows[2 * number + 1, column] = threshold, np.nextafter(threshold, np.inf)
    found = looked_up(booster, rows)
    assert np.allclose(found, np.asarray(booster.predict(rows, pred_contrib=True)), rtol=0, atol=1e-12)
    assert (np.abs(found[0::2] - found[1::2]).max(axis=1) > 0).any()


def test_one_stump_by_hand() -> None:
    # half of the rows at 0 with target 0, half at 1 with target 4: the mean is 2, each side lies 2 from it
    inputs = np.repeat([0.0, 1.0], 50)[:, None]
    options = {"num_leaves": 2, "learning_rate": 1.0, "lambda_l2": 0.0, "min_data_in_leaf": 1, "verbosity": -1}
    booster = lightgbm.train(options, lightgbm.Dataset(inputs, inputs[:, 0] * 4), num_boost_round=1)
    assert looked_up(booster, np.array([[0.0], [1.0]])).round(9).tolist() == [[-2.0, 2.0], [2.0, 2.0]]


def test_trees_with_too_many_kinds_of_rows_are_asked_of_lightgbm(monkeypatch: pytest.MonkeyPatch) -> None:
    booster = grown(5, leaves=8)
    rows = np.random.default_rng(1).standard_normal((50, 5))
    before = looked_up(booster, rows)
    monkeypatch.setattr(tree_tables, "MOST_KINDS", 2)
    assert TreeTables(booster).tables == []
    assert np.allclose(looked_up(booster, rows), before, rtol=0, atol=1e-12)


def test_trees_that_never_split_add_their_mean_only() -> None:
    booster = lightgbm.train(
        {"min_data_in_leaf": 500, "verbosity": -1}, lightgbm.Dataset(np.zeros((60, 2)), np.full(60, 3.0)), 2
    )
    assert looked_up(booster, np.zeros((1, 2))).sum() == pytest.approx(booster.predict(np.zeros((1, 2)))[0])


def test_what_is_looked_up_does_not_depend_on_the_other_rows() -> None:
    booster = grown(8)
    rows = np.random.default_rng(2).standard_normal((64, 5))
    whole = looked_up(booster, rows)
    assert all((looked_up(booster, rows[i : i + 1]) == whole[i]).all() for i in range(len(rows)))
