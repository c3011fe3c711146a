from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.data.election_dates import last_day, result_date
from khaka.data.errors import KhakaError
from khaka.data.parties import clean_parties
from khaka.data.states import require_state, state_code, state_in_text, state_name, state_of_census


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Uttar_Pradesh", "S24"), ("UTTAR PRADESH", "S24"), (" s24 ", "S24"), ("Orissa", "S18"), ("odisha", "S18"),
        ("NCT OF DELHI", "U05"), ("PUDUCHERRY", "U07"), ("Pondicherry", "U07"), ("JAMMU & KASHMIR", "S09"),
        ("Uttaranchal", "S28"), ("Telangana", "S29"), ("Andaman and Nicobar Islands", "U01"),
    ],
)  # fmt: skip
def test_a_state_is_found_in_any_usual_spelling(text: str, code: str) -> None:
    assert state_code(text) == code


def test_an_unknown_state_is_refused_with_its_name() -> None:
    assert state_code("Ruritania") is None
    with pytest.raises(KhakaError, match="'Ruritania'"):
        require_state("Ruritania")


def test_census_codes_are_not_eci_codes() -> None:
    assert [state_of_census(code) for code in ("09", "10", "23", 9)] == ["S24", "S04", "S12", "S24"]
    assert state_name("S24") == "Uttar Pradesh"


def test_a_files_name_tells_its_state() -> None:
    assert state_in_text("madhyapradesh_AC") == "S12"
    assert state_in_text("up_vs2017_booths") == "S24"
    assert state_in_text("booths_2017") is None


def test_lok_sabha_days_come_from_the_table() -> None:
    days = {
        1999: "1999-10-06",
        2004: "2004-05-13",
        2009: "2009-05-16",
        2014: "2014-05-16",
        2019: "2019-05-23",
        2024: "2024-06-04",
    }
    for year, day in days.items():
        assert result_date(f"S24-{year}-LS").isoformat() == day


def test_an_unknown_day_is_the_last_of_the_month_and_an_unknown_month_the_last_of_the_year() -> None:
    assert result_date("S20-2003-AE", 12) == dt.date(2003, 12, 31)
    assert result_date("S24-2009-BYE1") == dt.date(2009, 12, 31)
    assert result_date("S24-1969-AE", 2) == dt.date(1969, 2, 28)


def test_an_assembly_that_voted_with_the_lok_sabha_is_not_known_before_it() -> None:
    for state in ("S01", "S18", "S21", "S02"):
        assert result_date(f"{state}-2019-AE", 4) == dt.date(2019, 5, 23)


@given(st.integers(1950, 2100), st.none() | st.integers(1, 12))
def test_the_next_day_is_another_month(year: int, month: int | None) -> None:
    assert (last_day(year, month) + dt.timedelta(days=1)).day == 1


def test_aliases_hold_only_for_their_years() -> None:
    names = pd.Series(["ADK", "AAP", "AAP", " INC ", None])
    cleaned = clean_parties(names, pd.Series([1984, 2014, 1998, 2014, 2014]))
    assert cleaned.tolist()[:4] == ["ADMK", "AAAP", "AAP", "INC"]
    assert cleaned.isna().tolist() == [False] * 4 + [True]
