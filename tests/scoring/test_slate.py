"""Slates by hand: a few seats, a few names, every number written out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.durable import read_parquet
from khaka.data.errors import KhakaError
from khaka.scoring.reasons.catalogue import placeholders, read_catalogue
from khaka.scoring.slate.conflicts import conflict
from khaka.scoring.slate.facts import facts
from khaka.scoring.slate.problem import FILL, ONE_FAMILY, ONE_SEAT, build
from khaka.scoring.slate.recommend import SLATE, Slate, recommend, write_slate
from khaka.scoring.slate.report import report, text
from khaka.scoring.slate.rules import Rules, load_rules, parse_rules

ELECTION = "S24-2027-AE"
EXAMPLE = Path(__file__).resolve().parents[2] / "scoring" / "slate" / "rules_example.toml"


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Seat `seat`, name `who`, chance `chance` (0 to 1); the expected margin is 100 times the chance over a half.

    Districts: seats 1 and 2 are in NORTH, the others in SOUTH.
    """
    base = {"sex": "M", "eligible": "yes", "person_id": None, "family_id": None, "community": None, "category": "GEN",
            "birth_date": "1970-01-01", "presence": np.nan, "region": "R"}  # fmt: skip
    frame = pd.DataFrame([{**base, **row} for row in rows])
    frame["seat_id"] = "S24-2008-" + frame["seat"].astype(str)
    scores = pd.DataFrame({
        "election_id": ELECTION, "seat_id": frame["seat_id"], "aspirant_id": frame["who"],
        "expected_margin": 100 * (frame["chance"].astype(float) - 0.5),
        "win_probability": frame["chance"].astype(float),
        "eligible": frame["eligible"], "ineligible_reason": None,
    })  # fmt: skip
    for end, side in (("low", -1), ("high", 1)):
        scores[f"margin_{end}"] = scores["expected_margin"] + side * 16.449
        scores[f"margin_{end}_given_swing"] = scores["expected_margin"] + side * 8.2243
    aspirants = scores[["election_id", "seat_id", "aspirant_id"]].assign(
        **{name: frame[name] for name in ("sex", "person_id", "family_id", "community", "category")},
        birth_date=pd.to_datetime(frame["birth_date"]),
        residence_seat_id="S24-2008-1",
    )
    seats = pd.DataFrame({"seat_id": sorted(set(frame["seat_id"]))})
    seats["district"] = np.where(seats["seat_id"].isin(["S24-2008-1", "S24-2008-2"]), "NORTH", "SOUTH")
    seats["region"] = "R"
    nominees = pd.DataFrame({"election_id": ["S24-2022-AE"], "person_id": ["P-old"]})
    further = frame[["seat_id", "who", "presence"]].rename(columns={"who": "aspirant_id"})
    return facts(scores, aspirants, seats=seats, nominees=nominees, further=further)


def name(seat: int, who: str, chance: float, **more: object) -> dict[str, object]:
    return {"seat": seat, "who": who, "chance": chance, **more}


def chosen(slate: Slate) -> list[str | None]:
    return [None if pd.isna(who) else str(who) for who in slate.frame["aspirant_id"]]


def rules(toml: str = "") -> Rules:
    return parse_rules(toml)


TWO_SEATS = (
    name(1, "a", 0.6), name(1, "b", 0.5, sex="F"), name(1, "c", 0.4, sex="F"),
    name(2, "d", 0.9), name(2, "e", 0.6, sex="F"), name(2, "f", 0.1),
)  # fmt: skip
WOMAN = '[[quota]]\nname = "a woman"\ngroup = "women"\nminimum = 1\n'


def test_without_rules_each_seat_has_its_best_name_and_the_next_as_substitute() -> None:
    found = recommend(table(*TWO_SEATS), rules())
    assert chosen(found) == ["a", "d"]
    assert found.frame["substitute_id"].tolist() == ["b", "e"]
    assert found.frame["rule_price"].tolist() == [0.0, 0.0]
    assert found.solution.value == pytest.approx(1.5)
    assert list(found.frame.columns) == SLATE.names


def test_a_quota_takes_the_seat_where_it_costs_least_and_says_what_it_costs() -> None:
    found = recommend(table(*TWO_SEATS), rules(WOMAN))
    assert chosen(found) == ["b", "d"]  # 0.1 of a seat in seat 1, 0.3 in seat 2
    assert found.frame["rule_price"].tolist() == pytest.approx([10.0, 0.0])
    assert found.frame["substitute_id"].tolist() == ["c", "e"]  # the other woman, not the better man, keeps the quota
    price = {one.rule: one for one in found.prices}["a woman"]
    assert (price.seats, price.points, price.changed) == (pytest.approx(0.1), pytest.approx(10.0), 1)
    assert price.aim == pytest.approx(0.1)


def test_a_substitute_that_would_break_a_quota_is_named_with_a_note() -> None:
    found = recommend(table(*[row for row in TWO_SEATS if row["who"] != "c"]), rules(WOMAN))
    assert found.frame["substitute_id"].tolist() == ["a", "e"]
    assert found.notes["S24-2008-1"] == 'the substitute, stepping in, would break "a woman"'


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ('group = "women"\nminimum_share = 0.5', ["b", "d"]),
        ('group = "women"\nminimum_share = 0.51', ["b", "e"]),
        ('group = "women"\nminimum = 1\ndistrict = "SOUTH"', None),
        ('group = "women"\nminimum = 1\ndistrict = "NORTH"\n[[quota]]\ngroup = "women"\nmaximum = 1', ["b", "d"]),
        ('group = "women"\nminimum = 1\nleast_chance = 0.8', ["a", "e"]),  # only seat 2 is that strong
        ('group = "young"\nmax_age = 40\nminimum = 1', None),
        ('group = "category"\ncategories = ["SC"]\nmaximum = 0', ["a", "d"]),
        ('group = "local"\nminimum = 2', ["a", "d"]),
        ('group = "women"\nminimum = 1\neach = "district"', ["b", "d"]),
        ('group = "everyone"\nmaximum = 1', None),
    ],
)
def test_quotas_count_who_is_known_to_be_of_the_group(quota: str, expected: list[str] | None) -> None:
    toml = f"[[quota]]\n{quota}"
    if expected is None:
        with pytest.raises(KhakaError, match=r"no slate under these rules|which the scores don't have"):
            recommend(table(*TWO_SEATS), rules(toml))
    else:
        assert chosen(recommend(table(*TWO_SEATS), rules(toml))) == expected


def test_age_is_whole_years_and_newcomers_are_persons_never_nominated_before() -> None:
    found = table(name(1, "a", 0.6, birth_date="1986-12-31", person_id="P-old"),
                  name(1, "b", 0.5, birth_date="1987-01-02", person_id="P-new"), name(1, "c", 0.4))  # fmt: skip
    assert found["age"].tolist()[:2] == [40.0, 39.0]  # on 1 January 2027, as no date is known
    assert found["newcomer"].tolist()[:2] == [0.0, 1.0]
    assert found["newcomer"].isna().tolist()[2]  # no number: not known


def test_one_person_in_two_seats_stands_in_one_unless_waived() -> None:
    rows = (name(1, "x", 0.9, person_id="P"), name(1, "a", 0.5), name(2, "y", 0.8, person_id="P"), name(2, "b", 0.6))
    assert chosen(recommend(table(*rows), rules())) == ["x", "b"]
    assert chosen(recommend(table(*rows), rules('[person]\nwaived = ["P"]'))) == ["x", "y"]
    assert chosen(recommend(table(*rows), rules('[person]\nwaived = ["y"]'))) == ["x", "y"]
    three = (*rows, name(3, "z", 0.9, person_id="P"), name(3, "c", 0.1))
    found = chosen(recommend(table(*three), rules("[person]\nseats = 2")))
    assert found == ["x", "b", "z"]  # the law's two hold always


def test_one_family_one_ticket_unless_waived() -> None:
    rows = (name(1, "x", 0.9, family_id="F"), name(1, "a", 0.5), name(2, "y", 0.8, family_id="F"), name(2, "b", 0.6))
    assert chosen(recommend(table(*rows), rules())) == ["x", "y"]
    assert chosen(recommend(table(*rows), rules("[family]"))) == ["x", "b"]
    assert chosen(recommend(table(*rows), rules('[family]\nwaived = ["F"]'))) == ["x", "y"]


def test_a_substitute_stands_nowhere_else_and_in_one_seat_only() -> None:
    rows = (
        name(1, "a", 0.9), name(1, "x", 0.8, person_id="P"), name(1, "b", 0.1),
        name(2, "c", 0.9), name(2, "y", 0.8, person_id="P"), name(2, "d", 0.7),
    )  # fmt: skip
    found = recommend(table(*rows), rules()).frame
    assert found["substitute_id"].tolist() == ["x", "d"]  # seat 1 would lose more without P


def test_minimum_presence_counts_what_is_shown_and_can_be_waived() -> None:
    rows = (name(1, "a", 0.9, presence=0.1), name(1, "b", 0.8), name(1, "c", 0.5, presence=0.4))
    assert chosen(recommend(table(*rows), rules("[presence]\nminimum = 0.3"))) == ["c"]
    assert chosen(recommend(table(*rows), rules('[presence]\nminimum = 0.3\nwaived = ["a"]'))) == ["a"]


def test_the_committee_fixes_and_bars_names_and_leaves_seats() -> None:
    toml = """
    [[fixed]]
    seat = "S24-2008-1"
    aspirant = "c"
    [[barred]]
    aspirant = "d"
    """
    assert chosen(recommend(table(*TWO_SEATS), rules(toml))) == ["c", "e"]
    found = recommend(table(*TWO_SEATS), rules('[[ally]]\nparty = "SP"\nseats = ["S24-2008-2"]'))
    assert chosen(found) == ["a", None]
    assert found.notes["S24-2008-2"] == "seats left to SP"
    price = {one.rule: one for one in found.prices}["seats left to SP"]
    assert price.seats == pytest.approx(0.9)


def test_seats_that_the_table_allots_to_another_party_are_left_to_it() -> None:
    found = table(*TWO_SEATS)
    found["allotted_to"] = np.where(found["seat_id"] == "S24-2008-2", "SP", "INC")
    slate = recommend(found, rules(), party="INC")
    assert chosen(slate) == ["a", None]
    assert slate.notes["S24-2008-2"] == "seats allotted to SP"


def test_a_seat_with_nobody_who_may_stand_stays_empty_and_says_why() -> None:
    rows = (*TWO_SEATS, name(3, "g", 0.9, eligible="no"), name(3, "h", 0.5, eligible="awaited"))
    found = recommend(table(*rows), rules())
    assert chosen(found) == ["a", "d", None]
    assert found.notes["S24-2008-3"] == "none of 2 aspirants is eligible (1 awaited)"
    allowed = '[eligibility]\nawaited = "if_nobody_else"'
    assert chosen(recommend(table(*rows), rules(allowed))) == ["a", "d", "h"]
    barred = '[eligibility]\nawaited = "always"\nbarred_persons = ["h", "a"]'
    assert chosen(recommend(table(*rows), rules(barred))) == ["b", "d", None]
    with pytest.raises(KhakaError, match="none of 2 aspirants may be in a slate"):
        recommend(table(*rows[-2:]), rules())


def test_rules_that_leave_nobody_are_refused_or_leave_the_seat_empty() -> None:
    toml = '[[barred]]\naspirant = "d"\n[[barred]]\naspirant = "e"\n[[barred]]\naspirant = "f"\n'
    with pytest.raises(KhakaError, match="these 4 rules cannot all hold") as error:
        recommend(table(*TWO_SEATS), rules(toml))
    assert FILL in str(error.value)
    assert "S24-2008-2" in str(error.value)
    found = recommend(table(*TWO_SEATS), rules('empty_seats = "allow"\n' + toml))
    assert chosen(found) == ["a", None]
    assert found.notes["S24-2008-2"] == "the rules leave nobody for this seat"


def test_the_smallest_conflict_is_named_and_what_it_is_about() -> None:
    toml = (
        WOMAN
        + """
    [family]
    [[quota]]
    name = "two women"
    group = "women"
    minimum = 2
    [[quota]]
    name = "no women"
    group = "women"
    maximum = 0
    [[fixed]]
    name = "a it is"
    seat = "S24-2008-1"
    aspirant = "a"
    """
    )
    found = conflict(build(table(*TWO_SEATS), rules(toml)))
    assert found is not None
    assert found.smallest
    assert len(found.rules) == 2
    families = (name(1, "x", 0.9, family_id="F"), name(2, "y", 0.8, family_id="F"), name(3, "z", 0.8, family_id="G"))
    family = conflict(build(table(*families), rules("[family]")))
    assert family is not None
    assert set(family.rules) == {FILL, ONE_FAMILY}
    assert dict(zip(family.rules, family.about, strict=True))[ONE_FAMILY] == ("F",)
    assert dict(zip(family.rules, family.about, strict=True))[FILL] == ("S24-2008-1", "S24-2008-2")
    assert "(F)" in family.sentence()


def test_of_two_conflicts_the_one_with_fewer_rules_is_named() -> None:
    # two seats can't hold a woman, someone young and someone SC (three rules); nor can w1 be fixed and barred (two)
    kinds: dict[str, dict[str, object]]
    kinds = {"w": {"sex": "F"}, "y": {"birth_date": "1995-01-01"}, "s": {"category": "SC"}}
    rows = [name(seat, f"{who}{seat}", 0.5, **more) for seat in (1, 2) for who, more in kinds.items()]
    toml = """
    [[quota]]
    group = "women"
    minimum = 1
    [[quota]]
    group = "young"
    max_age = 40
    minimum = 1
    [[quota]]
    group = "category"
    categories = ["SC"]
    minimum = 1
    """
    found = conflict(build(table(*rows), rules(toml)))
    assert found is not None
    assert len(found.rules) == 3
    toml += """
    [[fixed]]
    seat = "S24-2008-1"
    aspirant = "w1"
    [[barred]]
    aspirant = "w1"
    """
    found = conflict(build(table(*rows), rules(toml)))
    assert found is not None
    assert found.rules == ("w1 fixed in S24-2008-1", "w1 barred")
    assert found.smallest


def test_rules_that_hold_have_no_conflict() -> None:
    assert conflict(build(table(*TWO_SEATS), rules(WOMAN))) is None


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("colour = 1", "unknown key 'colour'"),
        ("[family]\nticket = 1", "unknown key 'family.ticket'; known there: tickets, waived"),
        ('[[quota]]\ngroup = "women"\nminimun = 3', "unknown key 'quota.1.minimun'"),
        ('[[quota]]\ngroup = "women"', "give one of minimum"),
        ('[[quota]]\ngroup = "young"\nminimum = 1', "'max_age' goes with group"),
        ('[[quota]]\ngroup = "women"\nminimum = 3\nmaximum = 2', "the minimum 3 is above the maximum 2"),
        ('[[quota]]\ngroup = "women"\nminimum_share = 33', "minimum_share"),
        ("aim = 'power'", "'aim'"),
        ("[person]\nseats = 3", "'person.seats'"),
        (WOMAN + WOMAN, "two rules are called 'a woman'"),
        ("[[quota]", "no valid TOML"),
    ],
)
def test_a_wrong_rule_file_is_refused_by_the_key(toml: str, sentence: str) -> None:
    with pytest.raises(KhakaError) as error:
        parse_rules(toml)
    assert sentence in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('[[ally]]\nparty = "SP"\nseats = ["S24-2008-9"]', "the seat 'S24-2008-9'"),
        ('[[fixed]]\nseat = "S24-2008-1"\naspirant = "zz"', "the aspirant 'zz'"),
        ('[[fixed]]\nseat = "S24-2008-1"\naspirant = "d"', "but no aspirant there"),
        ('[[fixed]]\nseat = "S24-2008-1"\naspirant = "a"\n[eligibility]\nbarred_persons = ["a"]', "may not stand"),
        ('[[quota]]\ngroup = "community"\ncommunities = ["Zata"]\nminimum = 1', "the community 'Zata'"),
        ('[family]\nwaived = ["F9"]', "the family 'F9'"),
        ('[[quota]]\ngroup = "women"\nminimum = 1\ndistrict = "EAST"', "the district 'EAST'"),
        ('[[barred]]\nname = "one seat a person"\naspirant = "a"', "two rules are called 'one seat a person'"),
    ],
)
def test_a_rule_about_what_is_not_there_is_refused(toml: str, sentence: str) -> None:
    with pytest.raises(KhakaError) as error:
        build(table(*TWO_SEATS), rules(toml))
    assert sentence in str(error.value)


def test_the_example_file_is_valid_and_shows_every_section() -> None:
    example = load_rules(EXAMPLE)
    assert len(example.quota) == 3
    shown = EXAMPLE.read_text(encoding="utf-8")
    for section in Rules.model_fields:
        assert section in shown
    # the parts that are switched off must be valid too
    opened = re.sub(r"^#(?=\S)", "", shown, flags=re.M)
    assert len(parse_rules(opened).quota) >= 5


def test_without_a_file_only_the_law_and_one_seat_a_person_hold() -> None:
    assert [rule.name for rule in build(table(*TWO_SEATS), load_rules(None)).rules][2:] == [ONE_SEAT]
    with pytest.raises(KhakaError, match="no rule file"):
        load_rules(Path("nowhere.toml"))


def test_ties_go_to_the_higher_margin_then_to_the_earlier_id_whatever_the_order_of_rows() -> None:
    rows = (name(1, "c", 0.5), name(1, "b", 0.5), name(1, "a", 0.5, sex="F"), name(2, "d", 0.5), name(2, "e", 0.5))
    assert chosen(recommend(table(*rows), rules())) == ["a", "d"]
    assert chosen(recommend(table(*rows[::-1]), rules())) == ["a", "d"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for number, rows in enumerate((TWO_SEATS, TWO_SEATS[::-1])):
        slate = recommend(table(*rows), rules(WOMAN))
        path = tmp_path / str(number) / "slate.parquet"
        write_slate(slate, path, inputs={"scores": "0"}, report=report(slate), as_of="2026-12-01")
        files.append([(path.parent / name).read_bytes() for name in ("slate.parquet", "slate.json", "manifest.json")])
    assert files[0] == files[1]
    assert read_parquet(tmp_path / "0" / "slate.parquet").schema.equals(SLATE)


def test_the_report_says_seats_prices_and_where_women_were_placed() -> None:
    found = report(recommend(table(*TWO_SEATS), rules(WOMAN)))
    assert found["expected_seats"] == pytest.approx(1.4)
    assert found["expected_seats_without_rules"] == pytest.approx(1.5)
    assert found["seats"] == {"all": 2, "filled": 2, "left_to_allies": 0, "empty": 0, "out_of_reach": 0,
                              "without_substitute": 0}  # fmt: skip
    women = {row["band"]: row["tickets"] for row in found["placement"] if row["group"] == "women"}
    assert women == {"out of reach": 0, "5 to 25%": 0, "25 to 50%": 0, "50 to 75%": 1, "75% and more": 0}
    shown = text(found)
    assert "a woman: 0.10, 10.0, 1" in shown
    assert {"rule": "a woman", "rows": 1, "tickets": 1} in found["rules"]
    assert "women:" in shown


def test_a_chance_below_one_in_twenty_is_out_of_reach_not_a_figure() -> None:
    shown = text(report(recommend(table(name(1, "a", 0.03, sex="F")), rules())))
    assert "Out of reach: 1 seats" in shown
    assert "3%" not in shown


def test_the_report_says_the_same_figures_in_hindi() -> None:
    found = report(recommend(table(name(1, "a", 0.6, sex="F"), name(2, "b", 0.03)), rules()))
    english, hindi = text(found), text(found, "hi")
    figures = [sorted(re.findall(r"\d+(?:\.\d+)?", said)) for said in (english, hindi)]
    assert figures[0] == figures[1]
    assert "महिलाएँ" in hindi
    assert "पहुँच से बाहर" in hindi
    assert not re.findall("[A-Za-z]{4,}", hindi)


def test_words_of_the_report_are_the_same_in_both_languages() -> None:
    english, hindi = (read_catalogue("khaka.scoring.slate", "words", language).texts for language in ("en", "hi"))
    assert english.keys() == hindi.keys()
    for key, said in english.items():
        assert placeholders(said) == placeholders(hindi[key]), key
