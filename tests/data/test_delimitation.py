from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.data.delimitation import current_seat_id, place_of, seat_id
from khaka.data.errors import KhakaError


def test_a_delim_id_becomes_the_year_of_its_order() -> None:
    assert seat_id("S24", 4, 2017, "AE", 163) == "S24-2008-163"
    assert seat_id("S10", 3, 1999, "AE", 7) == "S10-1976-7"
    assert seat_id("S10", 2, 1972, "AE", 7) == "S10-1966-7"
    assert seat_id("S10", 1, 1962, "AE", 7) == "S10-1961-7"


def test_numbers_of_undivided_states_carry_their_year_and_join_to_one_place() -> None:
    assert seat_id("S24", 3, 1999, "LS", 163) == "S24-1999-163"
    assert seat_id("S24", 3, 1996, "AE", 163) == "S24-1996-163"
    assert seat_id("S24", 3, 2002, "AE", 163) == "S24-1976-163"
    assert seat_id("S04", 3, 2002, "BYE", 191) == "S04-1976-191"
    assert place_of("S24-1996-163") == place_of("S24-1999-163")
    assert place_of("S24-1996-163") != place_of("S24-1976-163")
    assert place_of("S24-1961-3") == "S24-1961-3"


def test_a_by_election_of_1976_does_not_look_like_the_order_of_1976() -> None:
    assert seat_id("S24", 3, 1976, "BYE", 5) != "S24-1976-5"


def test_andhra_before_and_after_the_split_meet_on_the_same_places() -> None:
    assert seat_id("S01", 4, 2009, "AE", 1) == "S29-2008-1"
    assert seat_id("S01", 4, 2014, "LS", 120) == "S01-2008-120"
    assert seat_id("S01", 4, 2014, "AE", 1) == "S01-2014-1"
    assert seat_id("S01", 4, 2019, "LS", 175) == "S01-2014-175"
    for number in range(1, 176):
        assert place_of(seat_id("S01", 4, 2014, "LS", number + 119)) == place_of(seat_id("S01", 4, 2019, "AE", number))


def test_states_skipped_in_2008_keep_their_places() -> None:
    for state in ("S27", "S09", "S02", "S03", "S14", "S17"):
        assert place_of(seat_id(state, 3, 2005, "AE", 9)) == place_of(seat_id(state, 4, 2009, "AE", 9))
    assert place_of("S10-1976-9") != place_of("S10-2008-9")
    assert place_of("S09-2022-9") == "S09-2022-9"


@given(
    st.sampled_from(["S24", "S04", "S01", "S27", "S29"]),
    st.integers(1, 4),
    st.integers(1961, 2023),
    st.integers(1, 430),
)
def test_the_place_of_a_place_is_itself(state: str, delim: int, year: int, number: int) -> None:
    place = place_of(seat_id(state, delim, year, "AE", number))
    assert place_of(place) == place


def test_an_impossible_number_or_order_is_said() -> None:
    with pytest.raises(KhakaError, match="DelimID 7"):
        seat_id("S24", 7, 2017, "AE", 1)
    with pytest.raises(KhakaError, match="number 0"):
        seat_id("S24", 4, 2017, "AE", 0)


def test_lists_of_2008_take_andhra_as_undivided() -> None:
    assert [current_seat_id("S01", number) for number in (1, 294)] == ["S29-2008-1", "S01-2008-294"]


def _names(path: Path, year: int) -> pd.Series:
    rows = pd.read_csv(path, usecols=["Year", "Poll_No", "Constituency_No", "Constituency_Name"])
    rows = rows[(rows["Year"] == year) & (rows["Poll_No"] == 0)]
    return rows.drop_duplicates("Constituency_No").set_index("Constituency_No")["Constituency_Name"].str.upper()


def _alike(left: str, right: str) -> bool:
    return difflib.SequenceMatcher(None, left.replace(" ", ""), right.replace(" ", "")).ratio() > 0.7


@pytest.mark.real
def test_andhras_names_agree_with_its_renumbering(real_data: Path) -> None:
    assembly, segment = real_data / "results/Andhra_Pradesh_AE.csv.gz", real_data / "results/Andhra_Pradesh_GA.csv.gz"
    for before, after in (
        (_names(assembly, 2009), _names(assembly, 2014)),
        (_names(segment, 2014), _names(segment, 2019)),
        (_names(segment, 2014), _names(assembly, 2019)),
    ):
        assert len(before) == 294
        assert len(after) == 175
        same = [_alike(before[number + 119], after[number]) for number in range(1, 176)]
        assert sum(same) >= 174  # one name is a stray letter in the file
        assert sum(_alike(before[number], after[number]) for number in range(1, 120)) <= 5


@pytest.mark.real
def test_jharkhands_places_go_on_and_uttar_pradeshs_do_not(real_data: Path) -> None:
    jharkhand = real_data / "results/Jharkhand_AE.csv.gz"
    before, after = _names(jharkhand, 2005), _names(jharkhand, 2009)
    assert all(_alike(before[number], after[number]) for number in before.index)
    uttar = real_data / "results/Uttar_Pradesh_AE.csv.gz"
    before, after = _names(uttar, 1996), _names(uttar, 2002)
    both = before.index.intersection(after.index)
    assert sum(_alike(before[number], after[number]) for number in both) < 0.1 * len(both)
