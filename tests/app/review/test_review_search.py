"""A name is found however it is spelt, in the script that the record does not have, and by the minutes' letters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.app.review.deciding import find_aspirant
from khaka.app.review.results import Candidate
from khaka.app.review.search import finds, folded, matches, sounds_like
from khaka.data.simulate.names import person_names, place_names


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("आकड़ा", "आँकड़ा"), ("आंकडा", "आँकड़ा"), ("केन्द्र", "केंद्र"), ("केद्र", "केन्द्र"), ("चाद", "चाँद"),
        ("मजबूत", "मज़बूत"), ("lucknow", "LUCKNOW East"), ("सम्भल", "संभल"),
    ],
)  # fmt: skip
def test_spellings_of_one_script_are_the_same(asked: str, name: str) -> None:
    assert matches(asked, name)


@pytest.mark.parametrize(
    ("latin", "hindi"),
    [
        ("Lucknow", "लखनऊ"), ("Rampur", "रामपुर"), ("Rawat", "रावत"), ("Ambedkar", "अम्बेडकर"), ("Ambedkar", "अंबेडकर"),
        ("Singh", "सिंह"), ("Aligarh", "अलीगढ़"), ("Aligadh", "अलीगढ़"), ("Badaun", "बदायूँ"), ("Tiwari", "तिवारी"),
        ("Rafeeq", "रफ़ीक़"), ("Champawat", "चंपावत"), ("Shravasti", "श्रावस्ती"), ("Vijay Laxmi", "विजय लक्ष्मी"),
    ],
)  # fmt: skip
def test_a_name_of_one_script_is_found_in_the_other(latin: str, hindi: str) -> None:
    assert finds(latin, hindi)
    assert finds(hindi, latin)


def test_every_made_up_name_is_found_across_the_scripts_and_few_others_are() -> None:
    rng = np.random.default_rng(5)
    latin, hindi = (list(map(str, names)) for names in person_names(rng, np.arange(200) % 2 == 0))
    places, in_hindi = place_names(rng, 120)
    for plain, other in [*zip(latin, hindi, strict=True), *zip(places, in_hindi, strict=True)]:
        assert finds(plain, other), (plain, other)
        assert finds(other, plain), (plain, other)
    wrong = sum(finds(one, other) for one in set(latin[:40]) for other in set(hindi)) - len(set(latin[:40]))
    assert wrong <= 0.02 * 40 * 200


def test_a_name_that_has_both_scripts_is_not_found_by_sound() -> None:
    assert finds("roma", "रोमा")
    assert not finds("roma", "Ram", "राम")


@pytest.mark.parametrize(
    ("asked", "name"),
    [("laxmi", "Lakshmi Devi"), ("kotngar", "Kotnagar"), ("kot nagar", "Kotnagar"), ("rafik", "Rafeeq Khan")],
)
def test_another_spelling_sounds_alike_in_one_script(asked: str, name: str) -> None:
    assert not finds(asked, name)
    assert sounds_like(asked, name)


def test_a_number_is_one_in_any_script() -> None:
    assert matches("३२", "32", "Kotnagar")
    assert not matches("३", "13")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_searched_for_in_any_name(asked: str, name: str) -> None:
    assert finds(asked, name) in (True, False)
    assert sounds_like(asked, name) in (True, False)
    assert folded(folded(name)) == folded(name)


@pytest.mark.parametrize(("typed", "who"), [("चाद", "a"), ("आसा", ""), ("केन्द", "b"), ("cm", "a"), ("sp", "b")])
def test_the_minutes_take_letters_as_a_search_does(typed: str, who: str) -> None:
    names = [
        Candidate(1, "a", "Chand Mal", "चाँद मल", 1, 1, "yes"), Candidate(2, "b", "S.P. Rai", "केंद्र राय", 2, 1, "yes")
    ]  # fmt: skip
    if not who:
        with pytest.raises(Exception, match="fits nobody"):
            find_aspirant(names, typed)
    else:
        assert find_aspirant(names, typed).aspirant_id == who
