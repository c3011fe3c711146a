"""A canary that has seen the result stops the training; facts known beforehand do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.features.registry import FeatureInfo
from khaka.training.candidate import BASELINE
from khaka.training.examples import Examples
from khaka.training.leak import correlations, refuse_leaks, refuse_share_leaks


def examples(canary: np.ndarray | None = None, n: int = 300) -> Examples:
    rng = np.random.default_rng(3)
    X = pd.DataFrame({BASELINE: rng.normal(-5, 10, n), "age_at_poll": rng.uniform(25, 80, n)})
    margin = X[BASELINE].to_numpy() + rng.normal(0, 8, n) + np.repeat([5.0, -5.0, 0.0], n // 3)
    X["last_own_share"] = margin / 100 + rng.normal(0, 0.1, n)
    election = np.repeat(["a", "b", "c"], n // 3)
    infos = {name: FeatureInfo(name, "", "nominees", "person", "", "") for name in X.columns if name != BASELINE}
    made = Examples(X, margin, election, election, election, election, infos)
    if canary is None:
        return made
    infos = {**infos, "canary": FeatureInfo("canary", "", "a planted column", "person", "", "")}
    return replace(made, X=X.assign(canary=canary), infos=infos)


def test_facts_known_beforehand_are_no_leak() -> None:
    refuse_leaks(examples())


@pytest.mark.parametrize(
    "kind", ["the target", "its sign turned", "any growing function", "what is left", "a position"]
)
def test_a_canary_equal_to_the_target_fails_the_training_with_its_name(kind: str) -> None:
    clean = examples()
    margin = clean.margin
    canary = {
        "the target": margin,
        "its sign turned": -3 * margin,
        "any growing function": np.exp(margin / 10),
        "what is left": margin - clean.X[BASELINE].to_numpy(),
        "a position": pd.Series(-margin).groupby(clean.election).rank().to_numpy(),
    }[kind]
    with pytest.raises(KhakaError, match=r"leak: the feature 'canary', made from a planted column"):
        refuse_leaks(examples(canary))


def test_a_canary_known_for_a_few_rows_only_is_found_once_they_are_enough() -> None:
    margin = examples().margin
    some = np.where(np.arange(len(margin)) % 5 == 0, margin, np.nan)
    with pytest.raises(KhakaError, match="canary"):
        refuse_leaks(examples(some))
    few = np.where(np.arange(len(margin)) < 20, margin, np.nan)
    refuse_leaks(examples(few))


def test_share_features_are_checked_too() -> None:
    rng = np.random.default_rng(1)
    shares = rng.uniform(0, 0.6, 120)
    rows = pd.DataFrame({"election_id": "S24-2017-AE", "party": np.repeat(["A", "B"], 60),
                         "a1_own": shares + rng.normal(0, 0.1, 120), "n_parties": 5.0})  # fmt: skip
    refuse_share_leaks(rows, shares, ["a1_own", "n_parties"])
    with pytest.raises(KhakaError, match="'votes_again'"):
        refuse_share_leaks(rows.assign(votes_again=shares * 7), shares, ["a1_own", "votes_again"])


def test_two_nominees_of_a_party_are_no_evidence() -> None:
    table = pd.DataFrame({"x": np.arange(80.0)})
    assert correlations(table, np.arange(80.0), [f"g{i // 2}" for i in range(80)])["x"] == 0.0
