"""The audit: figures checkable by hand, small groups not shown, drift as effect sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.scoring.audit import drift, error_by_group, exposure, exposure_against_truth, profile, without_fit
from khaka.scoring.batch import write_scores
from khaka.scoring.disclosure import shown
from khaka.scoring.groups import groups
from khaka.training.prediction import Prediction


def attributes(sex: list[str]) -> pd.DataFrame:
    blank = pd.Series(np.nan, index=range(len(sex)))
    return groups(pd.DataFrame({"sex": sex}), blank, blank)


def ranking() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Twenty seats with a woman and two men; a woman is first in five."""
    rows = [(f"s{seat:02}", f"a{seat:02}{k}", (k + (1 if seat >= 5 else 0)) % 3 + 1) for seat in range(20)
            for k in range(3)]  # fmt: skip
    scores = pd.DataFrame(rows, columns=["seat_id", "aspirant_id", "rank"]).astype({"rank": "Int64"})
    panel = scores[scores["rank"] <= 2][["seat_id", "aspirant_id"]]
    return scores, panel, attributes(["F", "M", "M"] * 20)


def test_exposure_is_the_share_of_first_ranks_over_the_share_of_aspirants() -> None:
    table = exposure(*ranking(), seed=1).set_index(["attribute", "group"])
    women = table.loc[("sex", "F")]
    assert women["people"] == 20
    assert women["first"] == pytest.approx(5 / 20)
    assert women["ratio"] == pytest.approx((5 / 20) / (20 / 60))
    assert women["low"] < women["ratio"] < women["high"]
    assert women["panel"] == pytest.approx(20 / 40)
    assert table.loc[("sex", "M"), "share"] == pytest.approx(40 / 60)


def test_a_small_group_is_not_shown_nor_can_it_be_subtracted() -> None:
    scores, panel, _ = ranking()
    sexes = ["O" if i < 4 else "F" if i < 16 else "M" for i in range(60)]
    table = exposure(scores, panel, attributes(sexes), seed=1)
    sex = table[table["attribute"] == "sex"].set_index("group")
    assert sex.loc[["O", "F"], ["people", "share", "first", "panel", "ratio", "low", "high"]].isna().all().all()
    assert sex.loc["M", "people"] == 44


@pytest.mark.parametrize(
    ("sizes", "seen"),
    [([30, 12, 11], [1, 1, 1]), ([30, 12, 9], [1, 0, 0]), ([30, 9, 8], [1, 0, 0]), ([5], [0]), ([], [])],
)
def test_which_groups_are_shown(sizes: list[int], seen: list[int]) -> None:
    assert shown(pd.Series(sizes, dtype=float)).astype(int).tolist() == seen


def test_errors_by_group_are_means_with_intervals() -> None:
    group = attributes(["F"] * 30 + ["M"] * 50)
    residual = np.r_[np.full(30, 3.0), np.tile([4.0, -4.0], 25)]
    table = error_by_group(group, residual, seed=2).set_index(["attribute", "group"])
    assert table.loc[("sex", "F"), ["error", "bias"]].tolist() == [3.0, 3.0]
    assert table.loc[("sex", "M"), ["error", "bias"]].tolist() == [4.0, 0.0]
    assert table.loc[("sex", "M"), "bias_low"] < 0 < table.loc[("sex", "M"), "bias_high"]
    pd.testing.assert_frame_equal(error_by_group(group, residual, seed=2), error_by_group(group, residual, seed=2))


def test_against_the_truth_a_group_that_is_rarely_best_may_be_rarely_first() -> None:
    group = attributes(["F", "M"] * 100)
    best = np.tile([0.0, 1.0], 100)
    best[:20:2], best[1:20:2] = 1.0, 0.0  # women are best in ten of a hundred seats
    fair = exposure_against_truth(best, best, group).set_index(["attribute", "group"])
    assert fair.loc[("sex", "F"), "ratio"] == 1.0
    never = np.tile([0.0, 1.0], 100)
    shut = exposure_against_truth(never, best, group).set_index(["attribute", "group"])
    assert shut.loc[("sex", "F"), "ratio"] == 0.0
    assert shut.loc[("sex", "F"), "high"] < 0.8
    assert shut.loc[("sex", "M"), "high"] > 0.8


def test_drift_is_none_for_the_same_table_and_large_for_a_shifted_one() -> None:
    rng = np.random.default_rng(4)
    then = pd.DataFrame({"age": rng.normal(50, 10, 500), "rare": np.where(np.arange(500) < 5, 1.0, np.nan)})
    same = drift(profile(then), then).set_index("feature")
    assert same.loc["age", ["d", "psi"]].abs().max() < 1e-9
    assert np.isnan(same.loc["rare", "d"])
    moved = drift(profile(then), then.assign(age=then["age"] + 10)).set_index("feature")
    assert moved.loc["age", "d"] == pytest.approx(1.0, abs=0.08)
    assert moved.loc["age", "psi"] > 0.25


def test_without_fit_counts_who_moves(make_prediction: Callable[..., Prediction], tmp_path: Path) -> None:
    prediction = make_prediction((4, 3) * 6)
    seats = sorted(set(prediction.people["seat_id"]))
    polls = pd.DataFrame({"election_id": "S24-2027-AE", "seat_id": seats, "reservation": "GEN"})
    polls["scrutiny_date"] = pd.Timestamp("2027-01-20")
    write_scores(prediction, polls, tmp_path, inputs={}, seeds={})
    found = without_fit(pd.read_parquet(tmp_path / "scores.parquet"), pd.read_parquet(tmp_path / "scenario.parquet"))
    assert found["seats"] == 12.0
    assert 0 < found["moved"] <= found["aspirants"]
    assert found["points"] > 0


def test_ages_and_earlier_contests_make_bands() -> None:
    people = pd.DataFrame({"sex": ["F", "M", None, ""]})
    table = groups(people, pd.Series([34.9, 35.0, 65.0, np.nan]), pd.Series([0.0, 1.0, np.nan, 3.0]))
    assert table["age band"].tolist() == ["under 35", "35 to 49", "65 and over", "not declared"]
    assert table["newcomer"].tolist() == ["newcomer", "stood before", "not declared", "stood before"]
    assert table["sex"].tolist() == ["F", "M", "not declared", "not declared"]
