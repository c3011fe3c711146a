"""Slates against brute force: every choice of a few seats tried, each rule judged by its own plain words."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.scoring.slate.conflicts import conflict
from khaka.scoring.slate.facts import facts
from khaka.scoring.slate.problem import FILL, LAW_SEATS, ONE_FAMILY, ONE_SEAT, build
from khaka.scoring.slate.recommend import recommend
from khaka.scoring.slate.rules import Rules
from khaka.scoring.slate.solve import solve

ELECTION = "S24-2027-AE"
Row = dict[str, Any]
Pick = list[Row]
Rule = Callable[[Pick], bool]

chances = st.integers(0, 20).map(lambda number: number / 20)


@st.composite
def worlds(draw: st.DrawFn) -> pd.DataFrame:
    """One to four seats with one to three names each; persons, families and sexes that cross the seats."""
    rows = []
    for seat in range(1, draw(st.integers(1, 4)) + 1):
        for number in range(draw(st.integers(1, 3))):
            rows.append({
                "election_id": ELECTION, "seat_id": f"S24-2008-{seat}", "aspirant_id": f"a{seat}{number}",
                "win_probability": draw(chances), "expected_margin": float(draw(st.integers(-20, 20))),
                "eligible": draw(st.sampled_from(["yes", "yes", "yes", "yes", "no", "awaited"])),
                "person_id": draw(st.sampled_from([None, None, "P1", "P2"])),
                "family_id": draw(st.sampled_from([None, None, "F1", "F2"])),
                "sex": draw(st.sampled_from("MMF")), "community": draw(st.sampled_from(["x", "y"])),
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    seats = pd.DataFrame({"seat_id": sorted(set(frame["seat_id"]))})
    seats["district"] = np.where(seats["seat_id"].isin(["S24-2008-1", "S24-2008-2"]), "NORTH", "SOUTH")
    people = frame[["election_id", "seat_id", "aspirant_id", "person_id", "family_id", "sex", "community"]]
    scores = frame.drop(columns=["person_id", "family_id", "sex", "community"]).assign(ineligible_reason=None)
    return facts(scores, people, seats=seats)


@st.composite
def quotas(draw: st.DrawFn, name: str) -> dict[str, Any]:
    group = draw(st.sampled_from(["women", "community", "everyone"]))
    quota: dict[str, Any] = {"name": name, "group": group}
    if group == "community":
        quota["communities"] = ["x"]
    kind = draw(st.sampled_from(["minimum", "maximum", "minimum_share", "maximum_share"]))
    quota[kind] = draw(st.integers(0, 3)) if kind in ("minimum", "maximum") else draw(st.sampled_from([0.25, 0.4, 0.5]))
    if draw(st.booleans()):
        quota["each"] = "district"
    return quota


@st.composite
def cases(draw: st.DrawFn) -> tuple[pd.DataFrame, Rules]:
    table = draw(worlds())
    content: dict[str, Any] = {
        "quota": [draw(quotas(f"quota {number}")) for number in range(draw(st.integers(0, 3)))],
    }
    known = set(table["community"])
    content["quota"] = [quota for quota in content["quota"] if quota["group"] != "community" or "x" in known]
    if draw(st.booleans()):
        content["family"] = {}
    eligible = table[table["eligible"] == "yes"]
    names = list(eligible[["seat_id", "aspirant_id"]].itertuples(index=False, name=None))
    if names and draw(st.booleans()):
        seat, who = draw(st.sampled_from(names))
        content["fixed"] = [{"seat": seat, "aspirant": who}]
    if names and draw(st.booleans()):
        content["barred"] = [{"seat": (pair := draw(st.sampled_from(names)))[0], "aspirant": pair[1]}]
    if draw(st.booleans()):
        content["ally"] = [{"party": "SP", "seats": [draw(st.sampled_from(sorted(set(table["seat_id"]))))]}]
    return table, Rules.model_validate(content)


def picks(table: pd.DataFrame) -> Iterator[Pick]:
    """Every choice of one eligible name or none a seat."""
    eligible = table[table["eligible"] == "yes"]
    groups = [[None, *group.to_dict("records")] for _, group in eligible.groupby("seat_id")]
    for choice in itertools.product(*groups):
        yield [row for row in choice if row is not None]


def plain_rules(table: pd.DataFrame, rules: Rules) -> dict[str, Rule]:
    """The rules once more, without a matrix."""
    left = {seat for ally in rules.ally for seat in ally.seats}
    must = set(table.loc[table["eligible"] == "yes", "seat_id"]) - left
    out: dict[str, Rule] = {
        FILL: lambda pick: must <= {row["seat_id"] for row in pick},
        LAW_SEATS: lambda pick: max(Counter(row["person"] for row in pick).values(), default=0) <= 2,
        ONE_SEAT: lambda pick: len({row["person"] for row in pick}) == len(pick),
    }
    if rules.family is not None:

        def family(pick: Pick) -> bool:
            names = [row["family_id"] for row in pick if isinstance(row["family_id"], str)]
            return len(names) == len(set(names))

        out[ONE_FAMILY] = family
    for quota in rules.quota:
        out[quota.title] = quota_rule(quota, sorted(table["district"].unique()))
    for ally in rules.ally:
        out[ally.title] = lambda pick: not any(row["seat_id"] in left for row in pick)
    for fixed in rules.fixed:
        # a name means the person, whichever of the applications in that seat
        person = table.loc[table["aspirant_id"] == fixed.aspirant, "person"].iloc[0]
        out[fixed.title] = lambda pick, seat=fixed.seat, person=person: any(  # type: ignore[misc]
            (row["seat_id"], row["person"]) == (seat, person) for row in pick
        )
    for barred in rules.barred:
        person = table.loc[table["aspirant_id"] == barred.aspirant, "person"].iloc[0]
        out[barred.title] = lambda pick, seat=barred.seat, person=person: (
            not any(  # type: ignore[misc]
                (row["seat_id"], row["person"]) == (seat, person) for row in pick
            )
        )
    return out


def quota_rule(quota: Any, districts: list[str]) -> Rule:
    def holds(pick: Pick) -> bool:
        for place in districts if quota.each else [None]:
            here = [row for row in pick if place is None or row["district"] == place]
            group = sum(
                {"women": row["sex"] == "F", "community": row["community"] == "x", "everyone": True}[quota.group]
                for row in here
            )
            if quota.minimum is not None and group < quota.minimum:
                return False
            if quota.maximum is not None and group > quota.maximum:
                return False
            if quota.minimum_share is not None and group < quota.minimum_share * len(here) - 1e-9:
                return False
            if quota.maximum_share is not None and group > quota.maximum_share * len(here) + 1e-9:
                return False
        return True

    return holds


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_the_slate_is_as_good_as_the_best_of_all_choices_and_conflicts_are_the_smallest(
    case: tuple[pd.DataFrame, Rules],
) -> None:
    table, rules = case
    if not (table["eligible"] == "yes").any():
        return
    plain = plain_rules(table, rules)
    choices = list(picks(table))
    kept = [frozenset(name for name, rule in plain.items() if rule(pick)) for pick in choices]
    everything = frozenset(plain)
    good = [sum(row["win_probability"] for row in pick)
            for pick, names in zip(choices, kept, strict=True) if names == everything]  # fmt: skip
    problem = build(table, rules)
    assert {rule.name for rule in problem.rules} == everything
    solution = solve(problem, problem.options["win_probability"].to_numpy(dtype=float))
    assert (solution is not None) == bool(good)
    if solution is not None:
        assert solution.value == pytest.approx(max(good), abs=1e-9)
        assert solution.gap <= 1e-6
        slate = recommend(table, rules)
        chosen = slate.frame["aspirant_id"].dropna()
        pick = table[table["aspirant_id"].isin(chosen)].to_dict("records")
        assert all(rule(pick) for rule in plain.values())
        assert conflict(problem) is None
        return
    found = conflict(problem)
    assert found is not None
    named = frozenset(found.rules)
    # nothing satisfies the named rules, and lifting any one of them lets something through
    assert not any(named <= names for names in kept)
    for name in named:
        assert any(named - {name} <= names for names in kept)
    assert found.smallest
    smallest = next(size for size in range(1, len(everything) + 1)
                    if any(not any(set(subset) <= names for names in kept)
                           for subset in itertools.combinations(sorted(everything), size)))  # fmt: skip
    assert len(named) == smallest


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.sampled_from(["never", "if_nobody_else", "always"]), st.sampled_from(["refuse", "allow"]))
def test_no_ineligible_name_is_ever_in_a_slate(case: tuple[pd.DataFrame, Rules], awaited: str, empty: str) -> None:
    table, rules = case
    barred = "P1"
    if not (table["person"] == barred).any():
        barred = str(table["aspirant_id"].iloc[0])
    rules = Rules.model_validate({**rules.model_dump(), "empty_seats": empty,
                                  "eligibility": {"awaited": awaited, "barred_persons": [barred]}})  # fmt: skip
    try:
        slate = recommend(table, rules)
    except KhakaError:
        return
    frame = slate.frame
    named = pd.concat([frame["aspirant_id"], frame["substitute_id"]]).dropna()
    state = table.set_index("aspirant_id")
    assert not (state.loc[named, "eligible"] == "no").any()
    assert awaited != "never" or (state.loc[named, "eligible"] == "yes").all()
    assert not (state.loc[named, "person"] == barred).any()
    assert not named.duplicated().any()
    # a substitute is another person than any nominee
    nominees = set(state.loc[frame["aspirant_id"].dropna(), "person"])
    assert not nominees & set(state.loc[frame["substitute_id"].dropna(), "person"])
