"""Who may stand, rule by rule, with dates that can be checked on a calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.scoring.eligibility import eligibility

ELECTION, SEAT = "S24-2027-AE", "S24-2008-163"
GOOD = {
    "election_id": ELECTION, "seat_id": SEAT, "aspirant_id": "a1", "person_id": "p1", "birth_date": "1980-05-01",
    "elector_state": "S24", "category": "SC", "certificate_state": "S24", "second_seat_id": None, "status": "applied",
}  # fmt: skip


def judge(
    *rows: dict[str, Any], reservation: str | None = "SC", barred: tuple[str, ...] = (), **dates: str | None
) -> list[tuple[str, str]]:
    people = pd.DataFrame([{**GOOD, **row} for row in rows])
    people["birth_date"] = pd.to_datetime(people["birth_date"])
    dates = {"scrutiny_date": "2027-01-20", "poll_date": "2027-02-10", **dates}
    seats = pd.DataFrame([{"election_id": ELECTION, "seat_id": SEAT, "reservation": reservation}])
    for name, day in dates.items():
        seats[name] = pd.to_datetime(pd.Series([day], dtype=object))
    found = eligibility(people, seats, as_of=dt.date(2026, 12, 1), barred=barred)
    reasons = found["ineligible_reason"].fillna("")
    return [(state, reason.split(":")[0]) for state, reason in zip(found["eligible"], reasons, strict=True)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("yes", "")),
        ({"birth_date": "2002-01-20"}, ("yes", "")),
        ({"birth_date": "2002-01-21"}, ("no", "under_25")),
        ({"birth_date": None}, ("awaited", "birth_date_unknown")),
        ({"elector_state": None}, ("awaited", "elector_unknown")),
        ({"elector_state": "S04"}, ("no", "elector_elsewhere")),
        ({"elector_state": "Uttar Pradesh"}, ("yes", "")),
        ({"elector_state": "Atlantis"}, ("awaited", "elector_unknown")),
        ({"category": None}, ("awaited", "category_unknown")),
        ({"category": "ST"}, ("no", "category_other")),
        ({"certificate_state": None}, ("awaited", "certificate_awaited")),
        ({"certificate_state": "S04"}, ("no", "certificate_elsewhere")),
        ({"status": "withdrawn"}, ("no", "application_withdrawn")),
        ({"certificate_state": None, "elector_state": "S04"}, ("no", "elector_elsewhere")),
    ],
)
def test_each_rule_gives_its_state_and_code(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert judge(change) == [expected]


def test_a_general_seat_asks_for_no_certificate() -> None:
    assert judge({"category": None, "certificate_state": None}, reservation="GEN") == [("yes", "")]


def test_an_unknown_reservation_is_awaited() -> None:
    assert judge({}, reservation=None) == [("awaited", "reservation_unknown")]


def test_without_the_day_of_scrutiny_only_those_who_turn_25_near_the_poll_are_in_doubt() -> None:
    rows = [{"birth_date": day, "person_id": day} for day in ("2001-12-01", "2002-01-25", "2002-02-11")]
    found = judge(*rows, scrutiny_date=None)
    assert found == [("yes", ""), ("awaited", "age_at_scrutiny_unknown"), ("no", "under_25")]


def test_without_any_date_those_who_turn_25_before_the_years_end_are_in_doubt() -> None:
    rows = [{"birth_date": day, "person_id": day} for day in ("2001-12-01", "2002-06-25", "2003-01-01")]
    found = judge(*rows, scrutiny_date=None, poll_date=None)
    assert found == [("yes", ""), ("awaited", "age_at_scrutiny_unknown"), ("no", "under_25")]


def test_a_person_barred_by_law_is_barred_whichever_application_is_named() -> None:
    rows = [{}, {"seat_id": "S24-2008-1", "aspirant_id": "a2"}, {"aspirant_id": "a3", "person_id": "p3"}]
    for named in ("p1", "a1", "a2"):
        found = judge(*rows, barred=(named,))
        assert found[:2] == [("no", "barred_by_law")] * 2
        assert found[2] == ("yes", "")
    assert judge({"person_id": None}, barred=("a1",)) == [("no", "barred_by_law")]


def test_nobody_may_ask_for_more_than_two_seats() -> None:
    others = [{"seat_id": f"S24-2008-{number}", "aspirant_id": f"a{number}", "category": "SC"} for number in (1, 2)]
    two = judge({}, others[0], reservation="SC")
    three = judge({}, *others, reservation="SC")
    assert two[0] == ("yes", "")
    assert [reason for _, reason in three] == ["over_two_seats"] * 3
    assert {state for state, _ in three} == {"no"}
    assert judge({"second_seat_id": "S24-2008-1"}, others[1])[0] == ("no", "over_two_seats")


@given(
    st.fixed_dictionaries(
        {
            "birth_date": st.sampled_from([None, "1990-01-01"]),
            "elector_state": st.sampled_from([None, "S24"]),
            "category": st.sampled_from([None, "SC"]),
            "certificate_state": st.sampled_from([None, "S24"]),
            "status": st.sampled_from([None, "applied"]),
        }
    )
)
def test_what_is_unknown_never_makes_anyone_ineligible(row: dict[str, Any]) -> None:
    needed = ("birth_date", "elector_state", "category", "certificate_state")
    expected = "yes" if all(row[name] for name in needed) else "awaited"
    assert judge(row)[0][0] == expected
