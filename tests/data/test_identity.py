"""Identity numbers however they are written, and what only looks like one."""

from __future__ import annotations

import random
from collections.abc import Callable

import pandas as pd
import pytest

from khaka.data.identity import epic, in_plain_digits, luhn, many_pass, twelve_digits, verhoeff
from khaka.data.voters import elector_rows, stray_voters, voter_column

DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def numbers(count: int, seed: int = 1) -> list[str]:
    """Return made-up twelve-digit numbers that pass the check digit."""
    rng = random.Random(seed)
    found = []
    while len(found) < count:
        start = rng.choice("23456789") + "".join(rng.choice("0123456789") for _ in range(10))
        found += [start + digit for digit in "0123456789" if verhoeff(start + digit)]
    return found[:count]


def cards(count: int, seed: int = 1) -> list[str]:
    """Return made-up EPIC numbers of several prefixes."""
    rng = random.Random(seed)
    return ["".join(rng.choice("ABCXYZ") for _ in range(3)) + f"{rng.randrange(10**7):07d}" for _ in range(count)]


WAYS_AADHAAR: dict[str, Callable[[str], str]] = {
    "plain": str,
    "spaces": lambda one: f"{one[:4]} {one[4:8]} {one[8:]}",
    "two spaces": lambda one: f"{one[:4]}  {one[4:8]}  {one[8:]}",
    "dashes": lambda one: f"{one[:4]}-{one[4:8]}-{one[8:]}",
    "long dashes": lambda one: f"{one[:4]}\u2013{one[4:8]}\u2013{one[8:]}",
    "dots": lambda one: f"{one[:4]}.{one[4:8]}.{one[8:]}",
    "halves": lambda one: f"{one[:6]} {one[6:]}",
    "no-break spaces": lambda one: f"{one[:4]}\u00a0{one[4:8]}\u00a0{one[8:]}",
    "Devanagari": lambda one: one.translate(DEVANAGARI),
    "full width": lambda one: one.translate(FULL_WIDTH),
    "zero width": "\u200b".join,
    "kept as text": lambda one: f"'{one}",
    "of a spreadsheet": lambda one: f"{one}.0",
    "in a sentence": lambda one: f"UID no. {one} was shown",
}
WAYS_EPIC: dict[str, Callable[[str], str]] = {
    "plain": str,
    "lower case": str.lower,
    "space": lambda one: f"{one[:3]} {one[3:]}",
    "slash": lambda one: f"{one[:3]}/{one[3:]}",
    "three and four": lambda one: f"{one[:3]} {one[3:6]} {one[6:]}",
    "Devanagari": lambda one: one.translate(DEVANAGARI),
    "behind a name": lambda one: f"Ram Kumar ({one})",
    "with its name": lambda one: f"EPIC:{one}",
    "older": lambda one: f"UP/12/345/0{one[4:]}",
}


@pytest.mark.parametrize("way", WAYS_AADHAAR)
def test_an_aadhaar_number_is_found_however_it_is_written(way: str) -> None:
    frame = pd.DataFrame({"remark": [WAYS_AADHAAR[way](one) for one in numbers(40)]}, dtype="str")
    assert voter_column(frame) == ("remark", "Aadhaar")


@pytest.mark.parametrize("way", WAYS_EPIC)
def test_an_epic_number_is_found_however_it_is_written(way: str) -> None:
    frame = pd.DataFrame({"station_code": [WAYS_EPIC[way](one) for one in cards(40)]}, dtype="str")
    assert voter_column(frame) == ("station_code", "EPIC")


@pytest.mark.parametrize("kind", ["int64", "float64", "uint64", "category", "object"])
def test_numbers_of_every_type_are_looked_at(kind: str) -> None:
    values = pd.Series([int(one) for one in numbers(20)])
    typed = values.astype("str").astype(kind) if kind in ("category", "object") else values.astype(kind)
    assert voter_column(pd.DataFrame({"x": typed})) == ("x", "Aadhaar")


def some(count: int, make: Callable[[random.Random], str]) -> list[str]:
    """Return so many made-up values."""
    rng = random.Random(3)
    return [make(rng) for _ in range(count)]


NO_VOTER: dict[str, tuple[str, list[str]]] = {
    "mobile": ("phone", some(60, lambda rng: f"9{rng.randrange(10**9):09d}")),
    "mobile with 91": ("phone", some(60, lambda rng: f"91{rng.choice('6789')}{rng.randrange(10**9):09d}")),
    "mobile in two parts": ("phone", some(60, lambda rng: f"+91 98765 {rng.randrange(10**5):05d}")),
    "twelve-digit ids": ("receipt", some(60, lambda rng: f"7{rng.randrange(10**11):011d}")),
    "minutes": ("stamp", some(60, lambda rng: f"2026{rng.randint(1, 12):02d}010000")),
    "SHA-256": ("photo_hash", some(60, lambda rng: f"{rng.getrandbits(256):064x}")),
    "ten hexadecimal digits": ("photo_hash", some(60, lambda rng: f"{rng.getrandbits(40):010x}")),
    "UUID": ("instance", some(600, lambda rng: f"{rng.randrange(10**8):08d}-1111-4222-{rng.randrange(10**12):012d}")),
    "IMEI": ("device_id", some(60, lambda rng: f"35{rng.randrange(10**13):013d}")),
    "coordinates": ("place", some(60, lambda rng: f"{rng.uniform(20, 30):.12f}")),
    "pictures": ("photo", some(60, lambda rng: f"IMG{rng.randrange(10**7):07d}.jpg")),
    "bank": ("ifsc", some(60, lambda rng: f"SBIN{rng.randrange(10**7):07d}")),
    "events": ("event_id", [f"EVT{one:07d}" for one in range(5000, 5060)]),
    "events drawn": ("event_id", some(60, lambda rng: f"ACT{rng.randrange(10**7):07d}")),
    "workers": ("witness_id", some(60, lambda rng: f"WRK{rng.randrange(4000):07d}")),
    "workers drawn": ("witness_id", some(60, lambda rng: f"WRK{rng.randrange(10**7):07d}")),
    "raters drawn": ("rater_id", some(20, lambda rng: f"obs-{rng.randrange(10**7):07d}")),
    "dated ids": ("ref", [f"UNN-2026-{one:03d}" for one in range(60)]),
    "counts of cards": ("epic", [str(700 + one) for one in range(60)]),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_VOTER)
def test_what_only_looks_like_an_identity_number_is_kept(what: str) -> None:
    name, values = NO_VOTER[what]
    frame = pd.DataFrame({name: values}, dtype="str")
    assert voter_column(frame) is None
    assert not len(stray_voters(frame))


def test_one_mobile_number_that_passes_by_chance_proves_nothing_and_three_do() -> None:
    passing = [
        f"919{rest:08d}{digit}" for rest in range(4) for digit in "0123456789" if verhoeff(f"919{rest:08d}{digit}")
    ]
    assert not many_pass(pd.Series(passing[:1], dtype="str"))
    assert many_pass(pd.Series(passing[:3], dtype="str"))


def test_a_number_in_one_note_of_many_takes_its_row_only() -> None:
    notes = [f"note {place}" for place in range(99)]
    for stray in (cards(1)[0], numbers(1)[0], f"her card is {cards(1)[0]}"):
        frame = pd.DataFrame({"note": [*notes, stray]}, dtype="str")
        assert voter_column(frame) is None
        assert stray_voters(frame).tolist() == [99]


def test_ids_of_the_contract_are_no_hiding_place_for_cards_of_several_prefixes() -> None:
    for name in ("event_id", "aspirant_id", "person_id", "witness_id"):
        assert voter_column(pd.DataFrame({name: cards(40)}, dtype="str")) == (name, "EPIC")
    assert voter_column(pd.DataFrame({"voter_id": [f"ABC{one:07d}" for one in range(40)]}, dtype="str")) is not None


def one_constituency(count: int, prefix: str = "WKH") -> list[str]:
    """Return cards as ECI numbers them in one constituency: a running number and its check digit."""
    return [
        f"{prefix}{number:06d}{digit}" for number in range(118620, 118620 + count) for digit in "0123456789"
        if luhn(f"{number:06d}{digit}")
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["witness_id", "worker_id", "aspirant_id", "event_id", "person_id", "nominee_id"])
@pytest.mark.parametrize("count", [3, 19, 60, 5000])
def test_cards_of_one_constituency_are_known_by_their_check_digits_in_any_column_of_ids(name: str, count: int) -> None:
    assert voter_column(pd.DataFrame({name: one_constituency(count)}, dtype="str")) == (name, "EPIC")


def test_a_running_count_of_one_prefix_with_check_digits_is_no_count_but_a_list_of_cards() -> None:
    first = [f"ABC{number:06d}{digit}" for number in range(1, 400) for digit in "0123456789"
             if luhn(f"{number:06d}{digit}")]  # fmt: skip
    assert voter_column(pd.DataFrame({"worker_id": first}, dtype="str")) == ("worker_id", "EPIC")
    assert voter_column(pd.DataFrame({"event_id": first}, dtype="str")) == ("event_id", "EPIC")


def test_ids_drawn_by_the_party_are_let_through_only_where_they_are_enough_to_tell_and_not_as_persons() -> None:
    drawn = some(60, lambda rng: f"WRK{rng.randrange(2 * 10**6, 10**7):07d}")
    assert voter_column(pd.DataFrame({"worker_id": drawn}, dtype="str")) is None
    assert voter_column(pd.DataFrame({"worker_id": drawn[:10]}, dtype="str")) == ("worker_id", "EPIC")
    assert voter_column(pd.DataFrame({"person_id": drawn}, dtype="str")) == ("person_id", "EPIC")
    assert voter_column(pd.DataFrame({"card": drawn}, dtype="str")) == ("card", "EPIC")


def test_an_intake_sheet_may_tell_father_house_age_and_sex_and_a_roll_called_one_may_not() -> None:
    header = ["election_id", "seat_id", "aspirant_id", "father_name", "house_no", "age", "sex"]
    few = pd.DataFrame({"seat_id": ["S24-2008-1"] * 40, "age": [str(20 + n) for n in range(40)]}, dtype="str")
    assert not elector_rows(header, few)
    many = pd.DataFrame({"seat_id": ["S24-2008-1"] * 200, "age": [str(20 + n % 60) for n in range(200)]}, dtype="str")
    assert elector_rows(header, many)


def test_plain_text_is_left_alone() -> None:
    text = pd.Series(["कानपुर नगर", "Unnao", "बूथ १२"], dtype="str")
    assert in_plain_digits(text).tolist() == text.tolist()
    assert not epic(text).any()
    assert twelve_digits(text).isna().all()
