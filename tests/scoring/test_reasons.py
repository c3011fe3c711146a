"""The same facts in both languages, and words that are not to be printed."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.features import fit, person, presence, ratings
from khaka.features.registry import FAMILIES, FeatureInfo
from khaka.scoring.explain import explain
from khaka.scoring.reasons.catalogue import catalogue, placeholders
from khaka.scoring.reasons.figures import rupees, spoken
from khaka.scoring.reasons.render import MISSED, against_average, against_other, fact, missing, warning
from khaka.training.prediction import Prediction

EN, HI = catalogue("en"), catalogue("hi")
UNITS = [
    "share 0-1", "share -1 to 1", "score 0-1", "score -1 to 1", "log count", "points", "years", "count", "flag 0/1",
    "log10 rupees", "rupees", "level 0-9", "days", "km", "rank",
]  # fmt: skip
FORBIDDEN_HI = ["सुरक्षित", "संदिग्ध", "विनेबिलिटी", "जिताऊ", "बढ़त", "सीमा", "दलबदलू", "बागी", "जातीय", "हाज़िरी",
                "क्योंकि", "कारण", "वजह", "गए", "गईं", "टिकट कटा", "प्रेक्षक ", "विपक्ष", "स्कोर", "रैंक"]  # fmt: skip
FORBIDDEN_EN = ["because", "cause", "due to", "leads to", "effect", "safe", "suspect", "winnab", "gains", "thanks to"]


def numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d(?:[\d,]*\d)?(?:\.\d+)?", text))


def info(name: str, unit: str, family: str = "person") -> FeatureInfo:
    return FeatureInfo(name, unit, "aspirants", family, "", "")  # type: ignore[arg-type]


def test_both_languages_have_the_same_ids_and_placeholders() -> None:
    assert EN.texts.keys() == HI.texts.keys()
    for name, text in EN.texts.items():
        assert placeholders(text) == placeholders(HI.texts[name]), name


def test_fixed_numbers_in_templates_are_the_same() -> None:
    for name, text in EN.texts.items():
        assert numbers(text) == numbers(HI.texts[name]), name


def test_every_family_has_a_template_and_every_missed_feature_a_label() -> None:
    assert {f"family.{name}.{part}" for name in FAMILIES for part in ("label", "fact")} <= EN.texts.keys()
    assert {f"feature.{name}.label" for name in MISSED} <= EN.texts.keys()


def test_every_feature_of_a_person_has_words_of_its_own() -> None:
    for module in (person, fit, presence, ratings):
        for name in module.FEATURES:
            own = {f"feature.{name}.{part}" for part in ("fact", "yes", "above")}
            assert own & EN.texts.keys(), name


def test_words_that_are_not_to_be_printed_are_not_there() -> None:
    for word in FORBIDDEN_HI:
        assert not [name for name, text in HI.texts.items() if word in f"{text} "], word
    for word in FORBIDDEN_EN:
        assert not [name for name, text in EN.texts.items() if re.search(rf"\b{word}", text.lower())], word


def test_a_reason_by_hand() -> None:
    age = info("age_at_poll", "years")
    assert against_average(EN, age, 45.0, 1.24) == (
        "1.2 points ahead of the average of this seat's aspirants: age 45 years"
    )
    assert against_average(HI, age, 45.0, -1.24) == "इस सीट के दावेदारों के औसत से 1.2 प्रतिशत अंक पीछे: आयु 45 वर्ष"
    assert against_other(EN, age, 45.0, -0.5, other="B") == "0.5 points behind B: age 45 years"


def test_a_difference_that_would_be_printed_as_nothing_is_said_to_be_none() -> None:
    assert fact(EN, info("over_party_before", "share 0-1"), 0.0).endswith("or no earlier contest")
    assert fact(HI, info("rating_dcc_within", "score -1 to 1", "ratings"), -0.004).endswith("औसत के बराबर")
    for name in EN.texts:
        if name.endswith(".above"):
            assert name.replace(".above", ".even") in EN.texts, name


def test_a_weight_that_is_the_partys_own_is_said_to_be() -> None:
    rating = info("rating_observer", "score 0-1", "ratings")
    assert against_average(EN, rating, 0.8, 1.0, given=True).endswith("(the party's weight, not learned)")
    assert "दल का तय किया हुआ" in against_average(HI, rating, 0.8, 1.0, given=True)


def test_values_are_said_in_their_own_way() -> None:
    assert fact(EN, info("sitting_member", "flag 0/1"), 1.0) == "sitting member of this seat"
    assert fact(HI, info("turncoat", "flag 0/1"), 1.0) == "पिछला चुनाव: दूसरे दल से"
    assert fact(EN, info("education_level", "level 0-9"), 6.0) == "education: graduate"
    assert fact(HI, info("local_roots", "level 0-1"), 0.5).endswith("इस जिले में")
    assert fact(EN, info("log_assets", "log10 rupees"), np.log10(12_500_001)) == "assets declared: 1.2 crore rupees"
    assert "below the party's by 3.1 points" in fact(EN, info("over_party_before", "share 0-1"), -0.031)
    assert fact(EN, info("rating_dcc", "score 0-1", "ratings"), 0.72).endswith("on a common scale: 7.2 out of 10")
    assert fact(HI, info("rating_dcc_within", "score -1 to 1", "ratings"), -0.12).endswith("1.2 (10 के पैमाने पर) पीछे")
    assert fact(EN, info("presence_people_met", "log count", "presence"), np.log(1235)) == "people met, verified: 1,234"
    assert fact(EN, info("new_thing", "days", "presence"), 3.0) == "presence in the field (new thing): 3 days"


def test_no_community_is_named_in_a_fallback() -> None:
    assert "Nishad" not in fact(EN, info("community:Nishad", "share 0-1", "demographics"), 0.12)


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(UNITS), st.sampled_from(sorted(FAMILIES)), st.floats(-1e6, 1e6), st.floats(-60, 60),
       st.sampled_from(["age_at_poll", "rating_observer", "over_party_before", "presence_people_met",
                        "rating_all_within", "unheard_of"]))  # fmt: skip
def test_english_and_hindi_carry_the_same_numbers_and_no_sign(
    unit: str, family: str, value: float, points: float, name: str
) -> None:
    value = min(value, 12.0) if unit.startswith("log") else value
    feature = info(name, unit, family)
    english, hindi = (against_average(texts, feature, value, points) for texts in (EN, HI))
    assert numbers(english) == numbers(hindi)
    assert "-" not in english.replace("lower-risk", "")
    assert "-" not in hindi


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_all_reasons_of_a_seat_carry_the_same_numbers(make_prediction: Callable[..., Prediction], seed: int) -> None:
    found = explain(make_prediction((4, 3), seed=seed, draws=5))
    assert (found["reason_en"].isna() == found["reason_hi"].isna()).all()
    for row in found.dropna(subset="reason_en").itertuples():
        assert numbers(row.reason_en) == numbers(row.reason_hi), row


def test_the_warning_names_the_gravest_first() -> None:
    infos = [info("rating_observer", "score 0-1", "ratings"), info("presence_booths", "share 0-1", "presence"),
             info("age_at_poll", "years"), info("education_level", "level 0-9"),
             info("log_assets", "log10 rupees")]  # fmt: skip
    all_known = [True] * 5

    def said(support: str, verified: float, known: list[bool]) -> str | None:
        return warning(EN, support=support, verified_share=verified, infos=infos, known=known)

    assert said("outside", 1.0, all_known) == "no one like this was nominated before"
    assert said("in", 1.0, [False, False, True, False, False]) == (
        "not known: ratings, presence in the field, education and 1 more"
    )
    assert said("in", 0.25, all_known) == "25.0% of the field activity is verified, confirmation of the rest is pending"
    assert said("edge", 1.0, all_known) == "hardly anyone like this was nominated before"
    assert said("in", 1.0, all_known) is None
    assert missing(HI, infos, [True, True, False, True, True]) == ["आयु"]


@pytest.mark.parametrize(
    ("amount", "unit", "number"),
    [(99_999, "lakh", "1.0"), (94_000, "rupees", "94,000"), (9_999_999, "crore", "1.0"), (2_34_00_000, "crore", "2.3")],
)
def test_amounts_change_unit_where_the_rounded_figure_does(amount: float, unit: str, number: str) -> None:
    assert (rupees(amount).unit, rupees(amount).number) == (unit, number)


def test_a_tiny_negative_margin_is_not_behind() -> None:
    assert spoken(-0.04, "points").unit == "points_ahead"
