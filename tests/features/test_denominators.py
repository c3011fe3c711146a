"""Electors with their roll: growth is a number only where it means something."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.features.cutoff import KnownTables
from khaka.features.denominators import electors, growth, roll_of
from khaka.features.source import FrameSource

SEAT = "S24-2008-1"


def test_ten_percent_in_five_years_by_hand() -> None:
    first, second = roll_of("2017-01-01", "S24-2017-AE"), roll_of("2022-01-01", "S24-2022-AE")
    assert growth(1000, 1100, first, second) == pytest.approx(1.1 ** (1 / 4.999) - 1, abs=1e-4)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2022-01-01", "2026-01-01"),  # across the intensive revision
        ("2001-01-01", "2007-01-01"),  # across the one before
        ("2026-01-01 draft", "2027-01-01"),  # a draft against a final roll
        ("2022-01-01", "2022-01-05"),  # hardly any time
    ],
)
def test_growth_across_a_break_or_between_kinds_of_rolls_is_empty(first: str, second: str) -> None:
    assert math.isnan(growth(1000, 700, roll_of(first, "S24-2022-AE"), roll_of(second, "S24-2027-AE")))


def test_growth_within_the_new_rolls_is_a_number_again() -> None:
    assert growth(1000, 1010, roll_of("2026-01-01", "S24-2027-AE"), roll_of("2027-01-01", "S24-2027-AE")) > 0


@pytest.mark.parametrize(("before", "after"), [(0, 100), (100, 0), (float("nan"), 100), (100, float("nan"))])
def test_a_missing_count_gives_no_growth(before: float, after: float) -> None:
    rolls = roll_of("2012-01-01", "S24-2012-AE"), roll_of("2017-01-01", "S24-2017-AE")
    assert math.isnan(growth(before, after, *rolls))


def test_a_count_without_a_version_stands_on_the_roll_of_its_election() -> None:
    roll = roll_of(None, "S24-2017-AE")
    assert (roll.version, roll.recorded, roll.day) == ("S24-2017-AE", False, dt.date(2017, 3, 11))
    assert roll_of("  ", "S24-2017-AE") == roll
    assert roll_of("final 2026", "S24-2027-AE").day == dt.date(2026, 1, 1)
    assert roll_of("2026-13-45", "S24-2027-AE").day == dt.date(2026, 1, 1)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)), st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)))
def test_no_number_ever_spans_a_break(first: dt.date, second: dt.date) -> None:
    rate = growth(1000, 900, roll_of(first.isoformat(), "S24-2012-AE"), roll_of(second.isoformat(), "S24-2027-AE"))
    for start in (dt.date(2002, 1, 1), dt.date(2025, 7, 1)):
        if first < start <= second:
            assert math.isnan(rate)


def test_every_known_count_comes_with_its_roll_and_later_ones_not_at_all() -> None:
    polls = {"S24-2012-AE": "2012-03-06", "S24-2017-AE": "2017-03-11", "S24-2027-AE": "2027-03-10"}
    days = pd.to_datetime(list(polls.values()))
    tables = {
        "elections": pd.DataFrame({"election_id": list(polls), "kind": "AE", "result_date": days}),
        "seat_elections": pd.DataFrame({
            "election_id": list(polls), "seat_id": SEAT, "electors": pd.array([1000, 1100, 800], dtype="Int64"),
            "roll_version": [None, "2017-01-01", "2026-01-01"],
        }),
    }  # fmt: skip
    known = KnownTables(FrameSource(tables), as_of=dt.date(2022, 1, 1), election_id="S24-2022-AE")
    table = electors(known)
    assert table["election_id"].tolist() == ["S24-2012-AE", "S24-2017-AE"]
    assert table["roll_version"].tolist() == ["S24-2012-AE", "2017-01-01"]
    assert table["recorded"].tolist() == [False, True]
    assert math.isnan(table["growth"][0])
    assert table["growth"][1] == pytest.approx(0.02, abs=0.001)  # from 6 March 2012
    later = electors(KnownTables(FrameSource(tables), as_of=dt.date(2028, 1, 1), election_id="S24-2032-AE"))
    assert later["electors"].tolist() == [1000, 1100, 800]
    assert math.isnan(later["growth"][2])
