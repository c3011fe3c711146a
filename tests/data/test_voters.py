from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.data.identity import verhoeff
from khaka.data.voters import elector_rows, own_column, refuse_voters, stray_voters, voter_column


def _frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="str")


def test_verhoeffs_published_example_passes_and_any_single_slip_fails() -> None:
    assert verhoeff("2363")
    for place in range(4):
        for digit in "0123456789":
            other = "2363"[:place] + digit + "2363"[place + 1 :]
            assert verhoeff(other) == (other == "2363")


@pytest.mark.parametrize("card", ["ABC1234567", "UP/12/345/678901", "abc1234567"])
def test_epic_numbers_are_found_under_any_heading(card: str) -> None:
    assert voter_column(_frame(name=["A", "B"], note=[card, card])) == ("note", "EPIC")


def test_a_column_headed_epic_that_counts_cards_is_fine() -> None:
    assert voter_column(_frame(epic=["777", "567", "1012"])) is None


def test_sequential_cards_are_found_even_in_a_column_of_ids() -> None:
    cards = [f"ABC{1234567 + number}" for number in range(50)]
    assert voter_column(_frame(voter_id=cards)) == ("voter_id", "EPIC")


def test_event_ids_counted_up_by_a_program_are_fine() -> None:
    events = [f"EVT{number:07d}" for number in range(1, 500)]
    assert voter_column(_frame(event_id=events)) is None
    assert not len(stray_voters(_frame(event_id=events)))


def test_aadhaar_numbers_are_found_by_their_check_digit_and_other_long_numbers_are_not() -> None:
    passing, failing = [], []
    for number in range(23456789012, 23456789200):
        for digit in "0123456789":
            (passing if verhoeff(f"{number}{digit}") else failing).append(f"{number}{digit}")
    assert voter_column(_frame(x=passing)) == ("x", "Aadhaar")
    assert voter_column(_frame(x=[f"{card[:4]} {card[4:8]} {card[8:]}" for card in passing])) == ("x", "Aadhaar")
    assert voter_column(_frame(x=failing)) is None


def test_a_single_card_among_many_rows_marks_its_row_only() -> None:
    notes = ["fine"] * 99 + ["ABC1234567"]
    assert voter_column(_frame(note=notes)) is None
    assert stray_voters(_frame(note=notes)).tolist() == [99]


def test_a_row_per_elector_is_known_by_its_columns_and_by_its_values() -> None:
    assert elector_rows(["Sl No", "Name", "Father/Husband Name", "House No", "Age"], pd.DataFrame())
    assert elector_rows(["नाम", "पिता का नाम", "मकान संख्या", "age", "क्रम"], pd.DataFrame())
    ages = [str(18 + number) for number in range(40)]
    values = _frame(a=["Father", "Husband"] * 20, b=ages, c=["M", "F"] * 20)
    assert elector_rows(["a", "b", "c"], values)
    assert not elector_rows(["election_id", "seat_id", "name", "age", "sex"], _frame(age=ages, sex=["M", "F"] * 20))


@pytest.mark.parametrize(
    "heading",
    ["voter_name", "Voter's Name", "Name of the Elector", "ELECTOR NAME (EN)", "visit/voter_name", "Voter Mobile No.",
     "matdata ka naam", "मतदाता का नाम", "मतदाताओं के नाम", "निर्वाचक का पता", "मतदाराचे नाव", "ভোটারের নাম",
     "வாக்காளர் பெயர்", "ఓటరు పేరు", "ಮತದಾರರ ಹೆಸರು", "വോട്ടറുടെ പേര്", "ਵੋਟਰ ਦਾ ਨਾਂ", "મતદારનું નામ", "ଭୋଟରଙ୍କ ନାମ"],
)  # fmt: skip
def test_names_under_a_heading_that_says_they_are_voters_refuse_the_file_in_any_language(heading: str) -> None:
    frame = _frame(**{"booth_no": ["1", "2"], heading: ["Ram Lal", "98765 43210 9876543210"]})
    assert own_column(frame) == heading
    with pytest.raises(KhakaError, match=r"voters' names.*--drop") as error:
        refuse_voters(Path("visits.csv"), frame)
    assert "Ram" not in str(error.value)


@pytest.mark.parametrize(
    "heading",
    ["electors", "voters_met", "Total Voters", "name", "Name of polling station", "elector_state", "Voters (M)",
     "Name in the voter list checked", "कुल मतदाता", "मतदाता", "मतदान केंद्र का नाम", "पुरुष मतदाता"],
)  # fmt: skip
def test_headings_that_count_voters_or_name_something_else_are_let_alone(heading: str) -> None:
    assert own_column(_frame(**{heading: ["Ram Lal", "Primary School"]})) is None


def test_a_heading_of_names_over_counts_or_nothing_is_let_alone() -> None:
    assert own_column(_frame(voter_name=["12", "900"])) is None
    assert own_column(pd.DataFrame({"voter_name": pd.Series([None, None], dtype="str")})) is None
