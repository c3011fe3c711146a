"""The slate's rules held against the committee's choices: kept, broken, and where."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from khaka.app.review.results import find_folder, load_results
from khaka.app.review.rules_now import final_choice, rules_now, slate_of
from khaka.app.review.store.ledger import SeatStatus
from khaka.data.workspace import Workspace

ELECTION, AS_OF = "S24-2027-AE", "2027-01-10"
ONE, TWO, THREE = (f"S24-2008-{number}" for number in (1, 2, 3))
WOMEN = {"A1", "A4", "B1"}  # of A1 A2 A3 A4, B1 B2, C1 C2
FAMILY = {"A1": "f", "B2": "f"}


@pytest.fixture
def slated(workspace: Workspace) -> Workspace:
    """A slate of A1, B1, C1 under: two women at least, and one family, one ticket."""
    people = workspace.store.read("aspirants")
    people["sex"] = ["F" if one in WOMEN else "M" for one in people["aspirant_id"]]
    people["family_id"] = [FAMILY.get(one) for one in people["aspirant_id"]]
    workspace.store.write("aspirants", people)
    folder = workspace.results(ELECTION, AS_OF)
    pd.DataFrame(
        [(ONE, "A1", 0.0), (TWO, "B1", 1.0), (THREE, "C1", 0.0)], columns=["seat_id", "aspirant_id", "rule_price"]
    ).to_parquet(folder / "slate.parquet")
    asked = {"family": {"tickets": 1}, "quota": [{"name": "two women", "group": "women", "minimum": 2}]}
    write_report(workspace, asked)
    return workspace


def write_report(workspace: Workspace, asked: dict[str, Any] | None) -> None:
    report: dict[str, Any] = {"prices": [], "scenarios": {}}
    if asked is not None:
        report["asked"] = asked
    (workspace.results(ELECTION, AS_OF) / "slate.json").write_text(json.dumps(report), encoding="utf-8")


def chosen(**names: str) -> dict[str, SeatStatus]:
    seats = {"one": ONE, "two": TWO, "three": THREE}
    return {seats[key]: SeatStatus(seats[key], "chosen", who) for key, who in names.items()}


def broken(workspace: Workspace, standings: dict[str, SeatStatus]) -> dict[str, tuple[str, ...]]:
    slate = slate_of(workspace, load_results(workspace, find_folder(workspace)))
    assert slate is not None
    found = rules_now(slate, standings)
    assert found is not None
    return {one.name: one.broken for one in found if one.broken}


def test_the_slate_itself_keeps_its_rules(slated: Workspace) -> None:
    assert broken(slated, {}) == {}


def test_one_woman_less_breaks_the_quota_and_another_seat_mends_it(slated: Workspace) -> None:
    assert broken(slated, chosen(one="A2")) == {"two women": ("everywhere",)}
    assert broken(slated, chosen(one="A4")) == {}


def test_two_of_one_family_break_their_rule_with_the_familys_name(slated: Workspace) -> None:
    assert broken(slated, chosen(two="B2"))["one family, one ticket"] == ("f",)


def test_tickets_are_counted_with_those_that_are_decided(slated: Workspace) -> None:
    slate = slate_of(slated, load_results(slated, find_folder(slated)))
    assert slate is not None
    (women,) = (one for one in rules_now(slate, chosen(two="B1")) or () if one.name == "two women")
    assert (women.tickets, women.tickets_decided) == (2, 1)


def test_a_seat_left_to_an_ally_has_none_of_our_names() -> None:
    standings = {
        ONE: SeatStatus(ONE, "settled", settled_as="ally"),
        TWO: SeatStatus(TWO, "settled", settled_as="sitting_member"),
    }
    assert final_choice({ONE: "A1", TWO: "B1"}, standings) == {TWO: "B1"}


@pytest.mark.parametrize("asked", [None, {"quota": [{"group": "left-handed"}]}])
def test_a_slate_whose_rules_are_not_known_says_nothing_of_them(slated: Workspace, asked: Any) -> None:
    write_report(slated, asked)
    slate = slate_of(slated, load_results(slated, find_folder(slated)))
    assert slate is not None
    assert rules_now(slate, {}) is None
    assert slate.choice[ONE] == "A1"


def test_without_a_slate_there_is_none(workspace: Workspace) -> None:
    assert slate_of(workspace, load_results(workspace, find_folder(workspace))) is None
