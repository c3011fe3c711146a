"""Aims, shares, placement and alliance, on numbers that can be checked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from khaka.data.errors import KhakaError
from khaka.scoring.slate.aims import Z90, aim_value, chances_in, majority, spread
from khaka.scoring.slate.alliance import alliance, withdrawn
from khaka.scoring.slate.facts import facts
from khaka.scoring.slate.placement import BANDS, placement, seat_chance
from khaka.scoring.slate.problem import Problem, build
from khaka.scoring.slate.recommend import recommend
from khaka.scoring.slate.report import report, text
from khaka.scoring.slate.rules import Rules, Scenario
from khaka.scoring.slate.shares import seat_shares, with_shares
from khaka.scoring.slate.solve import solve

ELECTION = "S24-2027-AE"


def table(margins: list[list[float]], *, sd: float = 10.0, regions: list[str] | None = None) -> pd.DataFrame:
    """One list of margins a seat; ranges of a normal with standard deviation `sd`."""
    rows = [(f"S24-2008-{seat}", f"a{seat}{number}", margin)
            for seat, names in enumerate(margins, start=1) for number, margin in enumerate(names)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["seat_id", "aspirant_id", "expected_margin"])
    frame.insert(0, "election_id", ELECTION)
    frame["win_probability"] = norm.cdf(frame["expected_margin"] / sd)
    frame["eligible"] = "yes"
    for end, side in (("low", -1), ("high", 1)):
        frame[f"margin_{end}"] = frame["expected_margin"] + side * Z90 * sd
        frame[f"margin_{end}_given_swing"] = frame[f"margin_{end}"]
    people = frame[["election_id", "seat_id", "aspirant_id"]].assign(sex=["F", *["M"] * (len(frame) - 1)])
    names = [f"S24-2008-{seat}" for seat in range(1, len(margins) + 1)]
    seats = pd.DataFrame({"seat_id": names, "district": "D", "region": regions or ["R"] * len(names)})
    return facts(frame, people, seats=seats)


def test_the_width_of_a_range_gives_the_standard_deviation() -> None:
    assert spread(table([[3.0]], sd=7.0), given_swing=False).tolist() == pytest.approx([7.0])


def test_a_swing_moves_every_chance_and_a_regions_own_goes_before_the_states() -> None:
    found = chances_in(table([[0.0], [0.0]], regions=["R", "S"]),
                       (Scenario(name="x", points=-10.0, regions={"S": 10.0}),))  # fmt: skip
    assert found[0].tolist() == pytest.approx([0.158655, 0.841345], abs=1e-5)


def test_the_worst_of_two_swings_takes_the_names_that_hedge() -> None:
    # seat 1 is in R, seat 2 in S: whichever region swings away, the other must hold
    rules = Rules(aim="worst_swing", scenario=(Scenario(name="r", regions={"R": -20.0}),
                                               Scenario(name="s", regions={"S": -20.0})))  # fmt: skip
    facts_table = table([[5.0, 1.0], [8.0, 2.0]], regions=["R", "S"])
    problem = build(facts_table, rules)
    value = aim_value(problem.options, rules)
    solution = solve(problem, value)
    assert solution is not None
    every = [value[:, [one, two]].sum(axis=1).min() for one in (0, 1) for two in (2, 3)]
    assert solution.value == pytest.approx(max(every))


def test_the_worst_swing_is_the_best_of_all_choices() -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        margins = [list(rng.normal(0, 10, 3)) for _ in range(4)]
        facts_table = table(margins, regions=["R", "R", "S", "S"])
        problem = build(facts_table, Rules())
        value = rng.uniform(0, 1, (3, 12))  # three scenarios without any order among them
        solution = solve(problem, value)
        assert solution is not None
        best = max(value[:, list(pick)].sum(axis=1).min()
                   for pick in itertools.product(range(3), range(3, 6), range(6, 9), range(9, 12)))  # fmt: skip
        assert solution.value == pytest.approx(best, abs=1e-6)


def _majority_case(seed: int) -> tuple[Problem, np.ndarray, float]:
    rng = np.random.default_rng(seed)
    margins = [list(rng.normal(-4, 4, 3)) for _ in range(5)]
    problem = build(table(margins), Rules())
    expected = problem.options["expected_margin"].to_numpy()
    # some names are steady, some are a gamble: that is what sets a majority apart from expected seats
    draws = expected[:, None] + rng.normal(0, 6, 400) + rng.normal(0, 1, (15, 400)) * rng.uniform(1, 15, 15)[:, None]
    wins = draws > 0
    best = max(float((wins[list(pick)].sum(axis=0) >= 3).mean())
               for pick in itertools.product(*(range(3 * seat, 3 * seat + 3) for seat in range(5))))  # fmt: skip
    return problem, draws, best


def test_the_chance_of_a_majority_is_close_to_the_best_of_all_choices_and_never_below_that_of_most_seats() -> None:
    short = []
    for seed in range(12):
        problem, draws, best = _majority_case(seed)
        start = solve(problem, (draws > 0).mean(axis=1))
        assert start is not None
        found = majority(problem, draws, 3, start)
        assert found.chance >= found.chance_of_most_seats
        assert found.chance <= best + 1e-12
        short.append(best - found.chance)
    assert max(short) <= 0.01
    assert np.mean(np.array(short) == 0.0) >= 0.5


def test_an_aim_without_its_figures_is_refused() -> None:
    for aim in ("deposits_saved", "second_places", "share_gained"):
        with pytest.raises(KhakaError, match="needs"):
            recommend(table([[1.0]]), Rules(aim=aim))  # type: ignore[arg-type]
    with pytest.raises(KhakaError, match="needs the model's draws"):
        recommend(table([[1.0]]), Rules(aim="majority"))
    with pytest.raises(KhakaError, match="2 rows of draws for 1 scores"):
        recommend(table([[1.0]]), Rules(aim="majority"), draws=np.zeros((2, 9)))


def test_a_majority_is_said_with_its_chance() -> None:
    draws = np.array([[1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]])
    slate = recommend(table([[0.0], [0.0]]), Rules(aim="majority", majority=1), draws=draws)
    assert slate.majority is not None
    assert slate.majority.chance == 0.75


def test_shares_follow_from_the_margin() -> None:
    # own 10%, rivals 40% and 30%: at +0 margin own = 0.4444 / 1.4444 = 30.8%, the rival the same
    row = table([[0.0, -30.0]], sd=5.0).assign(baseline_share=0.1, rival_share=0.4, third_share=0.3)
    out = with_shares(row)
    k, q = 0.4 / 0.9, 0.3 / 0.9
    assert out["expected_share"].tolist() == pytest.approx([k / (1 + k), 0.1])
    assert (1 - out["expected_share"][0]) * k == pytest.approx(out["expected_share"][0])
    assert out["deposit_probability"][0] == pytest.approx(1.0, abs=1e-3)
    # second or better: from the margin on where it meets the third (both 25%)
    meets = 100 * ((1 + k) * q / (1 + q) - k)
    assert (meets / 100 + k) / (1 + k) == pytest.approx(0.25)
    assert out["second_probability"].tolist() == pytest.approx(norm.cdf(np.array([0.0 - meets, -30.0 - meets]) / 5.0))
    draws = np.random.default_rng(1).normal(-30.0, 5.0, 200_000)
    share = (draws / 100 + k) / (1 + k)
    assert out["deposit_probability"][1] == pytest.approx((share > 1 / 6).mean(), abs=0.003)


def test_a_party_that_is_far_behind_may_aim_at_deposits() -> None:
    # seat by seat the same order as the margin's; what differs is which seats a scarce person is put in
    rows = table([[-25.0, -40.0], [-10.0, -30.0]], sd=5.0).assign(
        baseline_share=0.15, rival_share=0.4, third_share=0.3, person=["p", "x", "p", "y"]
    )
    rows = with_shares(rows)
    by_deposit = recommend(rows, Rules(aim="deposits_saved")).frame["aspirant_id"].tolist()
    gains = rows["deposit_probability"].to_numpy()
    expected = ["a10", "a21"] if gains[0] + gains[3] > gains[1] + gains[2] else ["a11", "a20"]
    assert by_deposit == expected
    assert recommend(rows, Rules(aim="share_gained")).solution.value == pytest.approx(
        100 * max(rows["expected_share"][[0, 3]].sum(), rows["expected_share"][[1, 2]].sum()) - 30.0
    )


def test_the_report_of_a_party_that_is_far_behind_says_what_it_aims_at() -> None:
    rows = table([[-25.0, -40.0], [-10.0, -30.0]], sd=5.0).assign(
        baseline_share=0.15, rival_share=0.4, third_share=0.3, person=["p", "x", "p", "y"]
    )
    slate = recommend(with_shares(rows), Rules(aim="deposits_saved"))
    found = report(slate)
    best = slate.problem.options.groupby("seat_id")["deposit_probability"].max().sum()
    assert found["aim_value_without_rules"] == pytest.approx(best, abs=1e-6)
    assert found["aim_value"] <= found["aim_value_without_rules"]
    value, free = f"{found['aim_value']:.1f}", f"{found['aim_value_without_rules']:.1f}"
    assert f"Deposits saved, expected: {value} ({free} without rules)." in text(found)
    assert f"ज़मानत बचने की अनुमानित सीटें: {value} (नियमों के बिना {free})।" in text(found, "hi")
    gap = found["prices"][0]
    assert gap["aim"] == pytest.approx(found["aim_value_without_rules"] - found["aim_value"], abs=1e-6)
    assert f"; of the aim {gap['aim']:.2f}" in text(found)


def test_what_a_majority_costs_is_not_put_down_to_the_rules() -> None:
    # three seats are needed: in the one half of the draws all safe names lose together, and only the bold ones win
    draws = np.array([[1.0, 1.0, 1.0, -1.0], [-1.0, -1.0, -1.0, 1.0]] * 3)
    rows = table([[1.0, -1.0]] * 3)
    slate = recommend(rows, Rules(aim="majority", majority=3), draws=draws)
    found = report(slate)
    assert found["points_lost_to_rules"] == 0.0
    assert found["aim_value_without_rules"] is None
    assert "Chance of a majority" in text(found)


def test_seat_shares_take_the_best_two_rivals() -> None:
    rows = pd.DataFrame({"seat_id": ["s"] * 4 + ["t"] * 2, "party": ["A", "B", "C", "D", "A", "B"],
                         "expected_share": [0.2, 0.1, 0.4, 0.3, 0.6, 0.4]})  # fmt: skip
    out = seat_shares(rows, "A")
    assert out["rival_share"].tolist() == [0.4, 0.4]
    assert out["third_share"].tolist() == [0.3, 0.0]
    assert out["baseline_margin"].tolist() == pytest.approx([-20.0, 20.0])


def test_placement_counts_tickets_by_the_seats_own_chance() -> None:
    found = table([[-30.0], [0.0], [20.0]])  # chances without the person 0.1%, 50%, 97.7%
    problem = build(found, Rules())
    assert seat_chance(problem).tolist() == pytest.approx([0.00135, 0.5, 0.97725], abs=1e-4)
    out = placement(problem, np.array([0, 1, 2]))
    women = out[out["group"] == "women"].set_index("band")["tickets"]
    assert women["out of reach"] == 1
    assert women.sum() == 1
    everyone = out[out["group"] == "all"]
    assert everyone["tickets"].tolist() == [1, 0, 0, 1, 1]
    assert len(out) == 3 * len(BANDS)


def test_a_seats_own_chance_uses_its_baseline_where_known() -> None:
    found = table([[10.0, 20.0]]).assign(baseline_margin=-10.0)
    assert seat_chance(build(found, Rules())).tolist() == pytest.approx([norm.cdf(-1.0)])


def test_an_ally_is_asked_for_the_seats_where_the_party_has_more_and_given_the_others() -> None:
    own = pd.DataFrame({"seat_id": ["s1", "s2", "s3", "s4"], "baseline_share": [0.35, 0.05, 0.2, 0.3],
                        "rival_share": [0.4, 0.4, 0.4, 0.4]})  # fmt: skip
    ally = pd.DataFrame({"seat_id": ["s1", "s2", "s3"], "expected_share": [0.1, 0.35, 0.2]})
    out = alliance(own, ally, transfer=0.6, width=10.0).set_index("seat_id")
    assert out["move"].to_dict() == {"s1": "ask", "s4": "ask", "s2": "give", "s3": "either"}
    assert out.loc["s3", "gain"] == pytest.approx(0.0)
    assert out.loc["s4", "position"] + out.loc["s1", "position"] == 3
    # by hand, seat 1 taken: 0.35 + 0.06 against 0.4 + 0.04 * 0.4 / 0.55
    assert out.loc["s1", "chance_if_taken"] == pytest.approx(norm.cdf((0.41 - 0.4 - 0.04 * 0.4 / 0.55) * 10))
    with pytest.raises(KhakaError, match="transfer"):
        alliance(own, ally, transfer=1.5)


def test_votes_that_do_not_transfer_go_to_the_rivals_and_nothing_is_lost() -> None:
    stays, goes, rival, other = 0.25, 0.2, 0.4, 0.15
    margin = withdrawn(np.array([stays]), np.array([goes]), np.array([rival]), 0.6)[0]
    rest = 0.4 * goes
    assert margin == pytest.approx((stays + 0.6 * goes) - (rival + rest * rival / (rival + other)))
