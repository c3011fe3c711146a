"""Names of stations: folded across scripts and spellings, rooms read, likeness by rare letters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.booth_names import fold, likeness, parse, room_of, to_latin


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("RAMPUR", "रामपुर"),
        ("KHARGIPUR", "खरगीपुर"),
        ("SHEKHPURA", "SEKHPURA"),
        ("GHANSHYAMPUR", "घनश्यामपुर"),
        ("BHAWANIPUR", "BHAVANIPUR"),
        ("PHULPUR", "FOOLPUR"),
        ("KHERA", "खेड़ा"),
        ("CHHOTI BAZAR", "छोटी बाजार"),
        ("PURA GUMAN SINGH", "पुरागुमान सिंघ"),
    ],
)
def test_one_name_in_two_spellings_folds_to_the_same(one: str, two: str) -> None:
    first, second = fold(to_latin([one, two]))
    assert first == second


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("P.P.BAMHAUR R.N-3", 3), ("PRA.VID.DAGAROOPURA  ROOM  NO.1", 1), ("प्रा0वि0 रामपुर क0नं0 2", 2),
        ("प्रा0वि0 रामपुर कक्ष संख्या ३", 3), ("izk0fo0 nghjiqj d{k ua0&2", 2), ("69y{ehd0ik0 /kkeiqj d{k&02", 2),
        ("ROOM NO 10 KHANPUR", 10), ("21 izk0fo0 xaxksMk", 0), ("106- JALESAR", 0), ("P.V. SARAYA", 0),
        ("P.V. SARAYA (W WING)", 102), ("P.S.MANGRAUDA PU.BHAG", 101), ("PRIMARY SCHOOL DURIYAPAR UTTAR", 103),
        ("PURV MADHYAMIK VIDYALAYA", 0), ("", 0),
    ],
)  # fmt: skip
def test_the_room_is_read(name: str, room: int) -> None:
    assert parse([name]).rooms.tolist() == [room]
    assert room_of(to_latin([name])[0]) == room


def test_a_sheet_in_krutidev_is_converted_whole_even_where_one_name_alone_would_not_tell() -> None:
    alone = to_latin(["cuh"])
    among = to_latin(["izk0fo0 nghjiqj", "izk0fo0 [kkyh lgkV", "cuh"])
    assert alone == ["CUH"]
    assert among[2] == "BNI"


def test_the_kind_of_school_that_all_share_weighs_nothing() -> None:
    places = ("RAMPUR", "KHANPUR", "BELGHAT", "SIKRI")
    alike = likeness(parse([f"P.P. {name}" for name in places]), parse([f"PRIMARY SCHOOL {name}" for name in places]))
    assert np.diag(alike).min() > 0.5
    assert alike[2, 3] == alike[3, 0] == 0.0  # nothing but "school" in common
    assert 0.0 < alike[0, 1] < 0.25  # -PUR is in half of the names


def test_a_list_whose_names_are_all_the_same_tells_nothing() -> None:
    alike = likeness(parse(["P.S. RAMPUR", "P.S. KHANPUR"]), parse(["106- JALESAR"] * 3))
    assert np.isnan(alike).all()


def test_words_broken_by_the_sheet_are_put_together() -> None:
    alike = likeness(
        parse(["PRA.VID.LAKHANPURA", "PRA.VID.GOPALPUR"]), parse(["PRA.VID.LAKHA NPURA", "PRA.VID.GOPA LPUR"])
    )
    assert np.diag(alike) == pytest.approx([1.0, 1.0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=6), st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_any_text_gives_a_likeness_between_0_and_1_or_none(one: list[str], two: list[str]) -> None:
    alike = likeness(parse(one), parse(two))
    assert alike.shape == (len(one), len(two))
    known = alike[np.isfinite(alike)]
    assert ((known >= 0) & (known <= 1 + 1e-9)).all()
    turned = likeness(parse(two), parse(one)).T
    assert turned == pytest.approx(alike, nan_ok=True)
