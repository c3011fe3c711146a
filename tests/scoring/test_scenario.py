"""What if: worked out from the stored parts it must be what a run with the same scenario gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.features.rivals import RivalChange
from khaka.scoring.batch import write_scores
from khaka.scoring.scenario import Scenario, load_scenario, scenario_of, summary, what_if
from khaka.training.prediction import Prediction

Build = Callable[..., Prediction]


def results(prediction: Prediction, out: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    seats = sorted(set(prediction.people["seat_id"]))
    polls = pd.DataFrame({"election_id": "S24-2027-AE", "seat_id": seats, "reservation": "GEN"})
    polls["scrutiny_date"] = pd.Timestamp("2027-01-20")
    write_scores(prediction, polls, out, inputs={}, seeds={})
    return pd.read_parquet(out / "scores.parquet"), pd.read_parquet(out / "scenario.parquet")


def test_nothing_supposed_gives_the_base_itself(make_prediction: Build, tmp_path: Path) -> None:
    scores, parts = results(make_prediction((3, 2) * 5), tmp_path)
    out = what_if(scores, parts)
    assert out["rank"].tolist() == scores["rank"].tolist()
    assert (out["moved"] == 0).all()
    for name in ("expected_margin", "margin_low", "margin_high", "win_probability"):
        assert np.allclose(out[name], scores[name])


def test_a_swing_moves_margins_and_chances_but_no_rank(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction((3, 2) * 5)
    scores, parts = results(prediction, tmp_path)
    out = what_if(scores, parts, swing=4.0)
    assert np.allclose(out["margin_change"], 4.0)
    assert out["rank"].tolist() == scores["rank"].tolist()
    exact = prediction.expected_margin[:, None] + 4.0 + prediction.person_draws + prediction.seat_draws > 0
    assert np.abs(out["win_probability"] - exact.mean(axis=1)).max() < 0.012
    assert (what_if(scores, parts, swing=8.0)["win_probability"] >= out["win_probability"]).all()


def test_a_family_left_out_is_the_run_without_its_contributions(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction((4, 3) * 6)
    scores, parts = results(prediction, tmp_path / "base")
    cut = prediction.contributions.assign(community_share=0.0, rating_observer=0.0)
    bare = dataclasses.replace(prediction, contributions=cut, expected_margin=cut.to_numpy().sum(axis=1))
    again, _ = results(bare, tmp_path / "bare")
    out = what_if(scores, parts, without=["fit", "ratings"])
    assert np.allclose(out["expected_margin"], again["expected_margin"])
    assert out["rank"].tolist() == again["rank"].tolist()
    assert (out["moved"] != 0).any()
    assert np.abs(out["win_probability"] - again["win_probability"]).max() < 0.012


def test_who_is_too_close_to_call_follows_what_is_left_out(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction((4, 3) * 6)
    scores, parts = results(prediction, tmp_path / "base")
    assert what_if(scores, parts, swing=3.0)["tie_group"].tolist() == scores["tie_group"].tolist()
    cut = prediction.contributions.assign(community_share=0.0, rating_observer=0.0)
    bare = dataclasses.replace(prediction, contributions=cut, expected_margin=cut.to_numpy().sum(axis=1))
    again, _ = results(bare, tmp_path / "bare")
    out = what_if(scores, parts, without=["fit", "ratings"])
    same = (out["tie_group"] == again["tie_group"]).mean()
    assert same > 0.85  # 400 draws against all of them: only who stands at the limit may differ
    assert (out["tie_group"] != scores["tie_group"]).any()
    assert (what_if(scores, parts, without=["fit"])["tie_group"].isna() == scores["rank"].isna()).all()


def test_two_whom_a_family_kept_apart_are_too_close_to_call_without_it() -> None:
    keys = pd.DataFrame({"election_id": "E", "seat_id": "S", "aspirant_id": ["a", "b"]})
    scores = keys.assign(rank=[1, 2], tie_group=[1, 2], expected_margin=[5.0, 0.0], margin_low=-9.0, margin_high=9.0,
                         margin_low_given_swing=-5.0, margin_high_given_swing=5.0, win_probability=0.5)  # fmt: skip
    points = dict.fromkeys(("seat_points", "person_points", "presence_points", "ratings_points"), 0.0)
    spread = [np.linspace(-8.0, 8.0, 100).tolist()] * 2
    draws = [[100, -100, 0, 50], [-100, 100, 50, 0]]  # hundredths: one point either way
    parts = keys.assign(**points, fit_points=[5.0, 0.0], given_swing=spread, in_all=spread, person_hundredths=draws)
    assert what_if(scores, parts)["tie_group"].tolist() == [1, 2]
    assert what_if(scores, parts, without=["fit"])["tie_group"].tolist() == [1, 1]
    older = what_if(scores, parts.drop(columns="person_hundredths"), without=["fit"])
    assert older["tie_group"].isna().all()  # results of before the draws were kept claim nothing


def test_the_range_of_the_seat_without_the_person_leaves_the_person_out(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction((3, 2) * 5)
    bare = dataclasses.replace(prediction, values=prediction.values.drop(columns="seat_baseline"))
    _, parts = results(bare, tmp_path / "none")
    assert parts[["baseline_low", "baseline_high"]].isna().all(axis=None)  # no such feature in this model
    values = prediction.values.assign(seat_baseline=-4.0)
    given = dataclasses.replace(prediction, values=values)
    scores, parts = results(given, tmp_path / "with")
    around = np.percentile(prediction.seat_draws[0] + prediction.swing_draws[0], [5, 95]) - 4.0
    assert parts.loc[0, ["baseline_low", "baseline_high"]].tolist() == pytest.approx(around.tolist())
    assert parts.groupby("seat_id")["baseline_low"].nunique().eq(1).all()
    wide = scores["margin_high"] - scores["margin_low"]
    assert (wide > parts["baseline_high"] - parts["baseline_low"]).mean() > 0.8


def test_rows_of_single_seats_are_enough(make_prediction: Build, tmp_path: Path) -> None:
    scores, parts = results(make_prediction((3, 2) * 5), tmp_path)
    seat = scores[scores["seat_id"] == "S24-2008-104"].reset_index(drop=True)
    whole = what_if(scores, parts, without=["ratings"])
    one = what_if(seat, parts, without=["ratings"])
    pd.testing.assert_frame_equal(one, whole[whole["seat_id"] == "S24-2008-104"].reset_index(drop=True))


def test_parts_of_other_results_and_unknown_families_are_refused(make_prediction: Build, tmp_path: Path) -> None:
    scores, parts = results(make_prediction(), tmp_path)
    with pytest.raises(KhakaError, match="different results"):
        what_if(scores, parts.iloc[1:])
    with pytest.raises(KhakaError, match="no family 'caste'"):
        what_if(scores, parts, without=["caste"])
    with pytest.raises(KhakaError, match="swing of 80"):
        what_if(scores, parts, swing=80)


def test_a_scenario_file_says_the_same_as_options(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('swing = -2\nwithout = ["fit"]\nallies = ["SP"]\nrivals = ["S24-2008-1:BJP=P1", "BSP=none"]\n')
    options = scenario_of(swing=-2.0, rivals=["S24-2008-1:BJP=P1", "BSP=none"], allies=["SP"], without=["fit"],
                          file=None)  # fmt: skip
    assert load_scenario(path) == options
    assert scenario_of(swing=3.0, rivals=[], allies=[], without=[], file=path).swing == 3.0
    assert "/" not in options.name
    assert options.name.startswith("swing-2_without-fit_ally-SP_rival-S24-2008-1")


@pytest.mark.parametrize("text", ['swing = "much"', "swing = true", 'without = "fit"', "swin = 1", "swing = ["])
def test_a_wrong_scenario_file_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(KhakaError, match=r"bad\.toml"):
        load_scenario(path)


def test_names_of_scenarios_are_safe_folders() -> None:
    assert Scenario(title="../../etc").name == "etc"
    assert Scenario().is_base
    assert Scenario(rivals=(RivalChange("BJP", "x/y", None),)).name == "rival-BJP-x-y"


def test_the_summary_counts_other_first_names(make_prediction: Build, tmp_path: Path) -> None:
    scores, parts = results(make_prediction((3, 2) * 5), tmp_path)
    out = what_if(scores, parts, swing=50.0)
    told = summary(scores, out)
    assert told["other_first"] == 0.0
    assert told["expected_seats"] > told["expected_seats_before"]
