"""One coefficient for tied features, beliefs that the data decide between, ranges with and without the swing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.settings import ModelSettings
from khaka.features.quality import PARTS
from khaka.features.registry import FeatureInfo
from khaka.training.candidate import BASELINE, CandidateModel
from khaka.training.contenders import BELIEFS, LEAST_JUDGED, QUALITY, choose, guessed, makers
from khaka.training.examples import Examples
from khaka.training.prior_ridge import fit, log_evidence
from khaka.training.uncertainty import PERSON_SPREAD, MarginSpread, shared_draws, with_explained


def judged(n: int = 500, *, worth: float = 3.0, work: float = 0.0, seed: int = 5) -> Examples:
    """Nominees of whom half have a guess in two parts and a presence."""
    rng = np.random.default_rng(seed)
    own = np.arange(n) % 2 == 0
    frame = pd.DataFrame({
        BASELINE: rng.normal(-5, 10, n),
        "quality_observer": np.where(own, rng.normal(0, 0.6, n), np.nan),
        "quality_survey": np.where(own & (rng.random(n) < 0.8), rng.normal(0, 0.4, n), np.nan),
        "presence_relative": np.where(own, rng.normal(0, 1, n), np.nan),
        "rating_observer_within": np.where(own, rng.normal(0, 0.1, n), np.nan),
        "sitting_member": rng.integers(0, 2, n).astype(float),
    })  # fmt: skip
    quality = frame[["quality_observer", "quality_survey"]].sum(axis=1)
    margin = frame[BASELINE] + worth * quality + work * frame["presence_relative"].fillna(0) + rng.normal(0, 5, n)
    text = np.array([f"e{i % 3}" for i in range(n)])
    party = np.where(own, "A", "B")
    families = {"quality": "ratings", "presence": "presence", "rating": "ratings", "sitting": "person"}
    infos = {
        name: FeatureInfo(name, "", "", families[name.split("_")[0]], "", "")  # type: ignore[arg-type]
        for name in frame.columns if name != BASELINE
    }  # fmt: skip
    group = np.char.add(np.char.add(text, ":"), party)
    return Examples(frame, margin.to_numpy(), group, text, np.full(n, "d"), party, infos)


def fitted(examples: Examples) -> CandidateModel:
    examples = guessed(examples)
    model = makers(examples.infos, ModelSettings(), {})["ridge"]()
    return model.fit(examples.X, examples.margin, groups=examples.group, elections=examples.election)


def per_unit(model: CandidateModel, name: str) -> float:
    place = model.features_.index(name)
    return float(model.posterior_.mean[place] / model.sd_[place])


def test_tied_features_share_one_coefficient_per_unit() -> None:
    model = fitted(judged())
    assert per_unit(model, "quality_observer") == pytest.approx(per_unit(model, "quality_survey"))
    assert per_unit(model, "quality_observer") == pytest.approx(3.0, abs=0.7)


def test_an_unknown_part_adds_nothing() -> None:
    examples = judged()
    model = fitted(examples)
    gone = examples.X.assign(quality_survey=np.nan)
    assert (model.contributions(gone)["quality_survey"] == 0).all()


def test_contributions_add_up_with_ties_and_come_back_from_the_file(tmp_path: Path) -> None:
    examples = judged()
    model = fitted(examples)
    X = examples.X[[BASELINE, *model.features_]]
    assert np.allclose(model.contributions(X).to_numpy().sum(axis=1), model.predict(X), atol=1e-9)
    model.save(tmp_path)
    again = CandidateModel.load(tmp_path)
    assert np.array_equal(again.predict(X), model.predict(X))
    assert again.belief_ == model.belief_


def test_results_decide_whether_judgements_or_work_are_believed() -> None:
    honest, bought = fitted(judged(worth=3.5)), fitted(judged(worth=0.0, work=1.5))
    assert honest.belief_[0] > 0.9 > 0.2 > bought.belief_[0]
    assert per_unit(bought, "presence_relative") > 0.8 > per_unit(honest, "presence_relative")


@pytest.mark.parametrize(("worth", "low", "high"), [(3.0, 0.4, 1.6), (0.0, 0.05, 0.2)])
def test_a_family_is_worth_what_outcomes_say(worth: float, low: float, high: float) -> None:
    examples = judged(3000)
    rng = np.random.default_rng(9)
    share = rng.normal(0, 1, 3000)
    fit_info = FeatureInfo("community_share", "", "", "fit", "", "")
    examples = replace(
        examples, X=examples.X.assign(community_share=share), margin=examples.margin + worth * share,
        infos={**examples.infos, "community_share": fit_info},
    )  # fmt: skip
    model = fitted(examples)
    assert low <= model.narrow_width_["fit"] <= high
    assert per_unit(model, "community_share") == pytest.approx(worth, abs=0.25)
    assert model.narrow_width_["person"] <= 0.2


def test_the_evidence_prefers_the_prior_that_holds_the_truth() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((200, 1))
    y = 2.0 * x[:, 0] + rng.standard_normal(200)
    one = np.zeros(200, dtype=np.int64)
    at = {mean: log_evidence(x, y, one, np.array([mean]), np.array([0.5]), 1.0) for mean in (0.0, 2.0)}
    # nearly (2 - 0)^2 / (2 (0.5^2 + 1/200)): what the estimate lies off, in squares of both widths
    estimate = fit(x, y, one, np.array([2.0]), np.array([100.0])).mean[0]
    gap = (estimate**2 - (estimate - 2.0) ** 2) / (2 * (0.25 + 1 / np.sum((x - x.mean()) ** 2)))
    assert at[2.0] - at[0.0] == pytest.approx(gap, rel=1e-6)


def test_single_ratings_give_way_only_where_enough_was_judged() -> None:
    many, few = judged(), judged(2 * LEAST_JUDGED - 4)
    assert "rating_observer_within" not in guessed(many).X
    assert "quality_observer" in guessed(many).X
    assert "rating_observer_within" in guessed(few).X
    assert not set(guessed(few).X) & {*PARTS, "presence_relative"}


def test_beliefs_are_chances_that_add_up() -> None:
    assert sum(chance for chance, _ in BELIEFS) == pytest.approx(1.0)
    assert all(QUALITY in points for _, points in BELIEFS)


@pytest.mark.parametrize(
    ("trees", "gap", "spread", "chosen"),
    [(7.95, -0.05, 0.01, "ridge"), (7.8, -0.2, 0.1, "lightgbm"), (7.8, -0.2, 0.3, "ridge"), (8.2, 0.2, 0.1, "ridge")],
)
def test_trees_are_taken_only_on_a_clear_gain(trees: float, gap: float, spread: float, chosen: str) -> None:
    table = pd.DataFrame(
        {
            "contender": ["ridge", "lightgbm"],
            "mean_absolute_error": [8.0, trees],
            "minus_ridge": [0.0, gap],
            "standard_error": [0.0, spread],
        }
    )
    assert choose(table) == chosen
    assert choose(table.head(1)) == "ridge"


def test_who_knows_the_partys_swing_does_not_know_the_districts() -> None:
    spread = MarginSpread(swing=10.0, district=4.0, seat=3.0, person=1.0)
    swing, seat = shared_draws(
        spread, ["s1", "s1", "s2", "s3"], ["d", "d", "d", "e"], draws=20_000, rng=np.random.default_rng(1)
    )
    assert np.array_equal(swing[0], swing[3])
    assert np.array_equal(seat[0], seat[1])
    assert seat[0].std() == pytest.approx(5.0, rel=0.03)
    assert np.corrcoef(seat[0], seat[2])[0, 1] == pytest.approx(16 / 25, abs=0.03)
    assert np.corrcoef(seat[0], seat[3])[0, 1] == pytest.approx(0.0, abs=0.03)


def test_what_the_guess_explains_is_no_longer_open() -> None:
    spread = MarginSpread(13.0, 4.0, 9.0, 4.0)
    assert with_explained(spread, 0.0).person == pytest.approx(PERSON_SPREAD)
    assert with_explained(spread, 100.0).person == 1.0
