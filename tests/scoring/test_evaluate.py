"""The judge's numbers on a state of three seats that a reader can check by hand, and on made-up ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.data.simulate import simulate
from khaka.scoring.evaluate import Evaluation, evaluate, evaluate_files, plot_evaluation
from khaka.scoring.evaluate_rules import load_points, recorded_oracle, rule_scores

ELECTION = "S24-2027-AE"


@pytest.fixture
def truth() -> pd.DataFrame:
    """Three seats; * the committee's choice, x may not stand, g inflated log. Swing +2 everywhere.

    seat 1:  a  4*   b  6    c -2 g
    seat 2:  d -5*   e  1 g  f  9 x
    seat 3:  h  3*
    """
    rows = [
        ("S24-2008-1", "a", 4.0, True, True, False), ("S24-2008-1", "b", 6.0, False, True, False),
        ("S24-2008-1", "c", -2.0, False, True, True), ("S24-2008-2", "d", -5.0, True, True, False),
        ("S24-2008-2", "e", 1.0, False, True, True), ("S24-2008-2", "f", 9.0, False, False, False),
        ("S24-2008-3", "h", 3.0, True, True, False),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["seat_id", "aspirant_id", "true_margin", "nominated", "eligible", "gamed"])
    return frame.assign(election_id=ELECTION, party_swing=2.0)


@pytest.fixture
def scores(truth: pd.DataFrame) -> pd.DataFrame:
    """Ranks b, a, c in seat 1, e, d in seat 2 (f without), h in seat 3; ranges of 3 about the expected margin."""
    expected = {"a": 3.0, "b": 5.0, "c": 0.0, "d": -2.0, "e": 2.0, "f": 4.0, "h": 1.0}
    rank = {"a": 2, "b": 1, "c": 3, "d": 2, "e": 1, "f": np.nan, "h": 1}
    frame = truth[["election_id", "seat_id", "aspirant_id"]].copy()
    frame["rank"] = frame["aspirant_id"].map(rank)
    frame["expected_margin"] = frame["aspirant_id"].map(expected)
    frame["margin_low"], frame["margin_high"] = frame["expected_margin"] - 3, frame["expected_margin"] + 3
    frame["margin_low_given_swing"] = frame["expected_margin"] - 1.5
    frame["margin_high_given_swing"] = frame["expected_margin"] + 1.5
    frame["win_probability"] = 0.75
    return frame


def ranking(evaluation: Evaluation, name: str) -> pd.Series:
    return evaluation.rules.loc[name]


def test_three_seats_by_hand(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    result = evaluate(truth, scores)
    model = ranking(result, "model")
    # choices b 6, e 1, h 3; the committee's a 4, d -5, h 3; the oracle's b, e, h
    assert model["policy_value"] == pytest.approx(10 / 3)
    assert model["gain"] == pytest.approx((2 + 6 + 0) / 3)
    assert model["gain_se"] == pytest.approx(np.std([2, 6, 0], ddof=1) / np.sqrt(3))
    assert model["oracle_share"] == pytest.approx(1.0)
    assert model["regret"] == pytest.approx(0.0)
    assert (model["seats_won"], model["top1"], model["top3"]) == (1.0, 1.0, 1.0)
    assert model["gamed_first"] == pytest.approx(1 / 3)
    committee = ranking(result, "committee")
    assert committee["policy_value"] == pytest.approx(2 / 3)
    assert (committee["gain"], committee["oracle_share"]) == (0.0, 0.0)
    assert committee["regret"] == pytest.approx(8 / 3)
    assert committee["seats_won"] == pytest.approx(2 / 3)
    assert committee["top1"] == pytest.approx(1 / 3)


def test_chance_is_judged_at_its_expected_value(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    random = ranking(evaluate(truth, scores), "random")
    # seat means of the eligible: 8/3, -2, 3
    assert random["policy_value"] == pytest.approx((8 / 3 - 2 + 3) / 3)
    assert random["top1"] == pytest.approx((1 / 3 + 1 / 2 + 1) / 3)
    assert random["seats_won"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert random["gamed_first"] == pytest.approx((1 / 3 + 1 / 2) / 3)
    assert random["top3"] == 1.0


def test_top_three_of_four_by_chance_is_three_quarters(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    more = truth.iloc[[0]].assign(aspirant_id="z", true_margin=-9.0, nominated=False)
    wide = pd.concat([truth, more], ignore_index=True)
    said = pd.concat([scores, scores.iloc[[0]].assign(aspirant_id="z", rank=4)], ignore_index=True)
    assert ranking(evaluate(wide, said), "random")["top3"] == pytest.approx((3 / 4 + 1 + 1) / 3)


def test_ranges_and_ranges_given_the_swing_by_hand(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    cover = evaluate(truth, scores).coverage
    # true minus expected, eligible only: a 1, b 1, c -2, d -3, e -1, h 2: all within 3
    assert cover["range"] == 1.0
    # freed of the swing of 2: -1, -1, -4, -5, -3, 0: three within 1.5
    assert cover["given_swing"] == pytest.approx(3 / 6)
    # mean error -1/3 off: 4/3, 4/3, -5/3, -8/3, -2/3, 7/3: three within 1.5
    assert cover["given_swing_centred"] == pytest.approx(3 / 6)


def test_a_swing_that_the_scores_assumed_is_taken_off_their_ranges(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    # both freed of 2: back to true minus expected: 1, 1, -2, -3, -1, 2
    assert evaluate(truth, scores, assumed_swing=2.0).coverage["given_swing"] == pytest.approx(3 / 6)
    # of 3 assumed, 2 came: 2, 2, -1, -2, 0, 3
    assert evaluate(truth, scores, assumed_swing=3.0).coverage["given_swing"] == pytest.approx(2 / 6)


def test_chance_to_win_by_hand(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    result = evaluate(truth, scores)
    # four of the six eligible would win; all were given 0.75
    assert result.calibration["brier"] == pytest.approx((4 * 0.0625 + 2 * 0.5625) / 6)
    assert result.calibration["log_loss"] == pytest.approx(-(4 * np.log(0.75) + 2 * np.log(0.25)) / 6)
    bins = result.reliability.to_dict("records")
    assert bins == [{"bin": 7, "count": 6, "probability": 0.75, "won": pytest.approx(4 / 6)}]


def test_an_ineligible_first_is_skipped_and_counted(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    scores.loc[scores["aspirant_id"] == "f", "rank"] = 0.5
    result = evaluate(truth, scores)
    assert result.ineligible_first == 1
    assert ranking(result, "model")["policy_value"] == pytest.approx(10 / 3)


def test_the_order_of_rows_changes_nothing(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    mixed = evaluate(truth.sample(frac=1, random_state=1), scores.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(mixed.rules, evaluate(truth, scores).rules)


def test_a_slate_of_the_committees_names_scores_as_the_committee(truth: pd.DataFrame, scores: pd.DataFrame) -> None:
    slate = truth.loc[truth["nominated"], ["aspirant_id"]]
    result = evaluate(truth, scores, rankings={"slate": slate})
    assert ranking(result, "slate")["gain"] == 0.0


def test_a_planted_cheat_that_reads_the_choice_scores_exactly_as_the_committee(
    truth: pd.DataFrame, scores: pd.DataFrame
) -> None:
    cheat = scores.copy()
    cheat["rank"] = 2.0 - truth["nominated"].to_numpy()
    result = evaluate(truth, cheat)
    for measure in ("policy_value", "gain", "oracle_share", "regret", "seats_won", "top1"):
        assert ranking(result, "model")[measure] == ranking(result, "committee")[measure]


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda t, s: (t, s[s["aspirant_id"] != "b"]), "1 of 7 aspirants of the truth have no score: b"),
        (lambda t, s: (t[t["aspirant_id"] != "b"], s), "1 scored aspirants are not in the truth: b; is it another"),
        (lambda t, s: (t, s.assign(election_id="S24-2022-AE")), "the scores are of S24-2022-AE"),
        (lambda t, s: (t, s.drop(columns="rank")), "scores.parquet lacks the columns rank"),
        (lambda t, s: (t.drop(columns="gamed"), s), "truth.parquet lacks the columns gamed"),
        (lambda t, s: (t, pd.concat([s, s.iloc[[0]]])), "1 aspirants twice, such as a"),
        (lambda t, s: (t, s.iloc[:0]), "scores.parquet has no rows"),
        (lambda t, s: (t.assign(eligible=t["aspirant_id"] != "h"), s), "1 seats of the truth have nobody eligible"),
        (lambda t, s: (t.assign(nominated=False), s), "3 seats of the truth do not have one nominee"),
    ],
)  # fmt: skip
def test_a_truth_that_does_not_fit_the_scores_is_refused(
    break_it: object, says: str, truth: pd.DataFrame, scores: pd.DataFrame
) -> None:
    with pytest.raises(KhakaError, match=says):
        evaluate(*break_it(truth, scores))  # type: ignore[operator]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KhakaError, match=r"no truth\.parquet at"):
        evaluate(tmp_path, tmp_path)


def test_text_dictionary_and_picture_say_the_same(truth: pd.DataFrame, scores: pd.DataFrame, tmp_path: Path) -> None:
    result = evaluate(truth, scores)
    assert "+2.67" in result.text()
    assert json.loads(json.dumps(result.as_dict(), allow_nan=False))["rules"]["model"]["gain"] == pytest.approx(8 / 3)
    assert plot_evaluation(result, tmp_path / "gain.png").stat().st_size > 1000


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up state of 60 seats with gamed logs."""
    out = tmp_path_factory.mktemp("evaluate") / "state"
    simulate(out, world="gamed_activity", seats=60, booths_per_seat=8, elections=3, events=30_000, seed=11)
    return out


def as_scores(truth: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    frame = truth[["election_id", "seat_id", "aspirant_id"]].assign(expected_margin=value.astype(float))
    frame["rank"] = frame.groupby("seat_id")["expected_margin"].rank(ascending=False, method="first")
    spread = {"margin_low": -20.0, "margin_high": 20.0, "margin_low_given_swing": -8.0, "margin_high_given_swing": 8.0}
    for name, width in spread.items():
        frame[name] = frame["expected_margin"] + width
    return frame.assign(win_probability=0.5)


def test_simple_rules_stand_in_a_sensible_order_on_a_made_up_state(state: Path, tmp_path: Path) -> None:
    truth = pd.read_parquet(state / "truth" / "truth.parquet")
    as_scores(truth, truth["true_margin"]).to_parquet(tmp_path / "scores.parquet")
    rules = evaluate_files(state / "truth" / "truth.parquet", tmp_path).rules
    assert rules.loc["model", "oracle_share"] == pytest.approx(1.0)
    assert rules.loc["random", "gain"] < 0 < rules.loc["oracle", "gain"]
    assert rules.loc["loudest_activity", "gamed_first"] > 1.5 * rules.loc["random", "gamed_first"]
    assert rules.loc["observer_and_survey", "gain"] > rules.loc["loudest_activity", "gain"]
    assert set(rules.index) >= {"committee", "incumbent_first", "points_formula", "observer_rating"}


def test_a_cheat_on_a_made_up_state_gains_nothing_on_the_committee(state: Path, tmp_path: Path) -> None:
    truth = pd.read_parquet(state / "truth" / "truth.parquet")
    as_scores(truth, truth["nominated"]).to_parquet(tmp_path / "scores.parquet")
    model = evaluate_files(state, tmp_path).rules.loc["model"]
    assert (model["gain"], model["gain_se"], model["oracle_share"]) == (0.0, 0.0, 0.0)


def test_sitting_members_come_first_where_they_ask_again(state: Path) -> None:
    truth = pd.read_parquet(state / "truth" / "truth.parquet")
    tables = {name: pd.read_parquet(state / "tables" / f"{name}.parquet") for name in ("aspirants", "nominees")}
    sitting = rule_scores(truth, tables)["incumbent_first"]
    last = tables["nominees"][tables["nominees"]["election_id"] == "S24-2022-AE"]
    winners = last.loc[last.groupby("seat_id")["votes"].idxmax()]
    asking = tables["aspirants"].set_index("aspirant_id").loc[truth.loc[sitting > 0, "aspirant_id"]]
    assert len(asking) > 0
    assert set(asking["person_id"]) <= set(winners.loc[winners["party"] == "NEEM", "person_id"])


def test_a_points_formula_with_an_unknown_criterion_is_refused(tmp_path: Path) -> None:
    (tmp_path / "points.toml").write_text("beauty = 3\n")
    with pytest.raises(KhakaError, match="beauty"):
        load_points(tmp_path / "points.toml")


def test_the_oracle_on_records_lies_between_chance_and_the_oracle(state: Path) -> None:
    truth = pd.read_parquet(state / "truth" / "truth.parquet")
    rng = np.random.default_rng(3)
    blurred = truth["true_margin"] + rng.normal(0, 3, len(truth))
    features = truth[["aspirant_id"]].assign(signal=blurred, noise=rng.normal(size=len(truth)))
    result = evaluate(truth, as_scores(truth, features["noise"]), features=features).rules["oracle_share"]
    assert result["random"] < 0 < result["oracle_recorded"] < 1
    with pytest.raises(KhakaError, match="1 aspirants of the truth have no features"):
        recorded_oracle(truth, features.iloc[1:])
