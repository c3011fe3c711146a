"""Slates of a large state and of a whole country: solved to the gap, with the bare solver's value."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import norm

from khaka.scoring.slate.conflicts import conflict
from khaka.scoring.slate.facts import facts
from khaka.scoring.slate.problem import build
from khaka.scoring.slate.recommend import recommend
from khaka.scoring.slate.rules import Rules, parse_rules
from khaka.scoring.slate.solve import solve

R = TypeVar("R")

RULES = """
[family]
[presence]
minimum = 0.15
[[quota]]
group = "women"
minimum_share = 0.33
[[quota]]
group = "women"
minimum_share = 0.2
least_chance = 0.3
[[quota]]
group = "young"
max_age = 40
minimum_share = 0.4
[[quota]]
group = "newcomers"
maximum_share = 0.6
[[quota]]
group = "community"
communities = ["A"]
maximum_share = 0.15
[[quota]]
group = "category"
categories = ["OBC"]
minimum_share = 0.3
each = "region"
[[quota]]
name = "a woman in each district"
group = "women"
minimum = 1
each = "district"
[[ally]]
party = "SP"
seats = ["S24-2008-5", "S24-2008-9"]
"""


def state(seats: int, names: int, *, seed: int = 1) -> pd.DataFrame:
    """Facts of a made-up state with 75 districts: persons in two seats, families, all that the rules ask about."""
    rng = np.random.default_rng(seed)
    n = seats * names
    seat = np.repeat(np.arange(seats), names)
    margin = rng.normal(-8, 12, seats)[seat] + rng.normal(0, 4, n)
    keys = {"election_id": "S24-2027-AE", "seat_id": np.array([f"S24-2008-{i + 1}" for i in range(seats)])[seat],
            "aspirant_id": [f"A{i:06d}" for i in range(n)]}  # fmt: skip
    scores = pd.DataFrame(keys).assign(
        expected_margin=margin, win_probability=np.round(norm.cdf(margin / 13), 3), ineligible_reason=None,
        eligible=rng.choice(["yes", "no", "awaited"], n, p=[0.93, 0.05, 0.02]),
        margin_low=margin - 21, margin_high=margin + 21,
        margin_low_given_swing=margin - 14, margin_high_given_swing=margin + 14,
    )  # fmt: skip
    person = np.array([f"P{i:06d}" for i in range(n)], dtype=object)
    person[rng.choice(n, n // 40, replace=False)] = rng.choice(person, n // 40)
    family = np.full(n, None, dtype=object)
    family[rng.choice(n, n // 20, replace=False)] = [f"F{i}" for i in rng.integers(0, n // 60 + 1, n // 20)]
    people = pd.DataFrame(keys).assign(
        person_id=person, family_id=family, sex=rng.choice(["M", "F"], n, p=[0.85, 0.15]),
        community=rng.choice(list("ABCDEFGH"), n), category=rng.choice(["GEN", "OBC", "SC"], n, p=[0.4, 0.4, 0.2]),
        birth_date=pd.to_datetime(rng.integers(1955, 1999, n).astype(str)),
    )  # fmt: skip
    places = pd.DataFrame({"seat_id": [f"S24-2008-{i + 1}" for i in range(seats)],
                           "district": [f"D{i * 75 // seats}" for i in range(seats)],
                           "region": [f"R{i * 6 // seats}" for i in range(seats)]})  # fmt: skip
    nominees = pd.DataFrame({"election_id": "S24-2022-AE", "person_id": rng.choice(person, n // 8)})
    presence = pd.DataFrame(keys).drop(columns="election_id").assign(presence=rng.uniform(0, 1, n))
    return facts(scores, people, seats=places, nominees=nominees, further=presence)


def timed(work: Callable[[], R]) -> tuple[float, R]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def bare(table: pd.DataFrame, rules: Rules) -> tuple[float, float]:
    """Seconds and value of scipy alone on the whole problem."""
    problem = build(table, rules)
    value = problem.options["win_probability"].to_numpy(dtype=float)
    matrix, lower, upper = problem.system(problem.everything)
    seconds, found = timed(lambda: milp(
        -value, integrality=np.ones(len(value)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, lower, upper), options={"mip_rel_gap": 1e-6},
    ))  # fmt: skip
    return seconds, -float(found.fun)


def ours(table: pd.DataFrame, rules: Rules) -> tuple[float, float, float]:
    """Seconds, value and gap of the first solve, building the problem included."""

    def work() -> tuple[float, float]:
        problem = build(table, rules)
        solution = solve(problem, problem.options["win_probability"].to_numpy(dtype=float))
        assert solution is not None
        return solution.value, solution.gap

    seconds, (value, gap) = timed(work)
    return seconds, value, gap


@pytest.mark.slow
def test_a_large_state_is_solved_to_the_gap_with_the_bare_solvers_value() -> None:
    table, rules = state(403, 10), parse_rules(RULES)
    slate = recommend(table, rules, with_prices=True)
    assert slate.solution.gap <= 1e-6
    assert ours(table, rules)[1] == pytest.approx(bare(table, rules)[1], rel=1e-6)


@pytest.mark.slow
def test_a_whole_country_is_solved_to_the_gap() -> None:
    slate = recommend(state(4120, 12), parse_rules(RULES), with_prices=False)
    assert slate.solution.gap <= 1e-6


@pytest.mark.slow
def test_a_conflict_of_a_large_state_is_named() -> None:
    rules = parse_rules(RULES + '[[quota]]\nname = "few women"\ngroup = "women"\nmaximum = 40\n')
    found = conflict(build(state(403, 10), rules))
    assert found is not None
    assert set(found.rules) == {"a woman in each district", "few women"}
    assert found.smallest
    assert len(found.about[0]) == 41  # one district more than tickets
