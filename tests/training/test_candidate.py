"""The candidate layer: sums add up, nothing known is average, files come back, rows may come in any order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from khaka.data.errors import KhakaError
from khaka.training.candidate import CandidateModel
from khaka.training.ranker import RankModel, strata
from khaka.training.support import support


def nominees(n: int = 600, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray, list[str], list[str]]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "seat_baseline": rng.normal(-5, 12, n),
            "rating": rng.normal(0, 1, n),
            "sitting": rng.integers(0, 2, n).astype(float),
            "unseen": np.full(n, np.nan),
        }
    )
    frame.loc[rng.random(n) < 0.3, "rating"] = np.nan
    elections = [f"e{i % 3}" for i in range(n)]
    groups = [f"e{i % 3}:{'AB'[i % 2]}" for i in range(n)]
    swing = pd.Series(groups).map({name: 5.0 * k for k, name in enumerate(sorted(set(groups)))})
    y = frame["seat_baseline"] + 3 * frame["rating"].fillna(0) + 2 * frame["sitting"] + swing + rng.normal(0, 4, n)
    return frame, y.to_numpy(), groups, elections


@pytest.mark.parametrize("trees", [False, True])
def test_contributions_add_up_to_the_prediction(trees: bool) -> None:
    frame, y, groups, elections = nominees()
    model = CandidateModel(trees=trees).fit(frame, y, groups=groups, elections=elections)
    parts = model.contributions(frame)
    assert list(parts.columns) == ["(base)", "seat_baseline", "rating", "sitting", "unseen"]
    assert np.allclose(parts.sum(axis=1), model.predict(frame), atol=1e-9)
    assert (model.booster_ is not None) == trees


def test_what_raised_margins_is_found() -> None:
    frame, y, groups, elections = nominees(3000)
    model = CandidateModel().fit(frame, y, groups=groups, elections=elections)
    better = frame.assign(rating=1.0)
    worse = frame.assign(rating=-1.0)
    assert np.allclose(np.mean(model.predict(better) - model.predict(worse)), 6.0, atol=0.6)


def test_an_unknown_value_counts_as_average() -> None:
    frame, y, groups, elections = nominees()
    model = CandidateModel().fit(frame, y, groups=groups, elections=elections)
    unknown = model.contributions(frame.assign(rating=np.nan))
    assert (unknown["rating"] == 0).all()


def test_a_feature_without_outcomes_enters_with_the_partys_weight() -> None:
    frame, y, groups, elections = nominees()
    model = CandidateModel(weights={"unseen": 2.0}).fit(frame, y, groups=groups, elections=elections)
    low, high = model.predict(frame.assign(unseen=0.0)), model.predict(frame.assign(unseen=1.5))
    assert np.allclose(high - low, 3.0)
    assert model.given_ == {"unseen"}


@pytest.mark.parametrize("trees", [False, True])
def test_the_order_of_rows_changes_nothing(trees: bool) -> None:
    frame, y, groups, elections = nominees()
    order = np.random.default_rng(0).permutation(len(frame))
    one = CandidateModel(trees=trees).fit(frame, y, groups=groups, elections=elections)
    other = CandidateModel(trees=trees).fit(
        frame.iloc[order], y[order], groups=[groups[i] for i in order], elections=[elections[i] for i in order]
    )
    assert one.predict(frame).tobytes() == other.predict(frame).tobytes()


@pytest.mark.parametrize("trees", [False, True])
def test_a_saved_model_predicts_the_same(tmp_path: Path, trees: bool) -> None:
    frame, y, groups, elections = nominees()
    model = CandidateModel(trees=trees, weights={"unseen": 1.0}).fit(frame, y, groups=groups, elections=elections)
    model.save(tmp_path)
    assert np.array_equal(CandidateModel.load(tmp_path).predict(frame), model.predict(frame))


def test_a_person_unlike_any_nominee_is_said_to_be_outside() -> None:
    frame, y, groups, elections = nominees()
    model = CandidateModel().fit(frame, y, groups=groups, elections=elections)
    highest = frame["rating"].max()
    people = pd.DataFrame({"seat_baseline": 0.0, "rating": [0.0, highest - 0.01, highest + 0.01, 40.0, np.nan]})
    assert support(people, model.range_, ["rating"]).tolist() == ["in", "in", "edge", "outside", "in"]


def test_the_estimator_can_be_cloned() -> None:
    assert clone(CandidateModel(trees=True, l2=5.0)).get_params()["l2"] == 5.0


def test_a_ranker_with_groups_of_one_is_refused() -> None:
    frame, y, _, _ = nominees(50)
    with pytest.raises(KhakaError, match="groups of one nominee"):
        RankModel().fit(frame, y, groups=[str(i) for i in range(50)])


def test_a_ranker_orders_within_election_and_stratum() -> None:
    frame, y, _, elections = nominees(1500)
    left = y - frame["seat_baseline"].to_numpy()
    groups = [f"{e}:{s}" for e, s in zip(elections, strata(frame["seat_baseline"].to_numpy(), elections), strict=True)]
    model = RankModel().fit(frame, left, groups=groups)
    scores = model.predict(frame)
    assert np.corrcoef(scores, frame["rating"].fillna(0))[0, 1] > 0.6
