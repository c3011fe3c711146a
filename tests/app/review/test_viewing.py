"""State, seat, compare, what if and slate on results small enough to check by hand."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI

from khaka.app.review.access import ROLE_NAMES
from khaka.app.review.blueprints import load_shown
from khaka.app.review.factory import create_app
from khaka.app.review.font import LETTERS, ensure_font
from khaka.app.review.menu import PLACES, rules
from khaka.app.review.overview import Filters, by_band, lines, narrowed, others_on
from khaka.app.review.results import find_folder, load_results
from khaka.app.review.store.events import Applied, Noted
from khaka.app.review.store.record import Who, record
from khaka.app.review.what_if import changed, line_ups
from khaka.app.review.words import IST, ROLES
from khaka.data.workspace import Workspace
from khaka.features.rivals import RivalChange
from khaka.scoring.manifest import update_manifest
from khaka.scoring.scenario import Scenario

ELECTION, AS_OF = "S24-2027-AE", "2027-01-10"
SEAT = "S24-2008-1"
FEATURES = ("(base)", "seat_baseline", "sex_female", "presence_booths", "rating_observer_within", "earlier_contests")


def write_results(workspace: Workspace) -> Path:
    """Add to the small committee what the pages show: every aspirant's margin is the sum of its six contributions.

    base -1, seat -2, presence +1 for the first name else 0, ratings the rest; the first names are newcomers.
    """
    folder = workspace.results(ELECTION, AS_OF)
    scores = pd.read_parquet(folder / "scores.parquet")
    told, parts = [], []
    for row in scores.to_dict("records"):
        first = row["rank"] == 1
        presence = 1.0 if first else 0.0
        ratings = row["expected_margin"] + 3.0 - presence
        values = {"seat_baseline": -2.0, "sex_female": 0.0, "presence_booths": 0.5, "rating_observer_within": 0.1,
                  "earlier_contests": 0.0 if first else 1.0}  # fmt: skip
        points = {"(base)": -1.0, "seat_baseline": -2.0, "sex_female": 0.0, "presence_booths": presence,
                  "rating_observer_within": ratings, "earlier_contests": 0.0}  # fmt: skip
        keys = {"election_id": ELECTION, "seat_id": row["seat_id"], "aspirant_id": row["aspirant_id"]}
        told += [
            {**keys, "feature": name, "value": values.get(name, np.nan), "contribution": points[name], "contrast": 0.0,
             "reason_en": "seen in half of the booths" if name == "presence_booths" and first else None,
             "reason_hi": "आधे बूथों में संपर्क" if name == "presence_booths" and first else None}
            for name in FEATURES
        ]  # fmt: skip
        spread = np.linspace(-20.0, 20.0, 100).tolist()
        parts.append({
            **keys, "seat_points": -3.0, "person_points": 0.0, "fit_points": 0.0, "presence_points": presence,
            "ratings_points": ratings, "given_swing": spread, "in_all": spread, "baseline_low": -9.0,
            "baseline_high": 7.0, "person_hundredths": [100, -100, 0, 50] if first else [-100, 100, 50, 0],
        })  # fmt: skip
    pd.DataFrame(told).to_parquet(folder / "explanations.parquet")
    pd.DataFrame(parts).to_parquet(folder / "scenario.parquet")
    panel = [(SEAT, 1, "A1", "best", "highest expected margin", "अनुमानित अंतर सबसे बेहतर", 1)]
    pd.DataFrame(
        [(ELECTION, *row) for row in panel],
        columns=["election_id", "seat_id", "position", "aspirant_id", "role", "reason_en", "reason_hi", "tie_group"],
    ).to_parquet(folder / "panel.parquet")
    chosen = {"S24-2008-1": "A1", "S24-2008-2": "B1", "S24-2008-3": "C1"}
    pd.DataFrame([
        {"election_id": ELECTION, "seat_id": seat, "aspirant_id": one, "substitute_id": None, "expected_margin": -3.0,
         "win_probability": 0.3, "rule_price": 2.5 if seat.endswith("-2") else 0.0}
        for seat, one in chosen.items()
    ]).to_parquet(folder / "slate.parquet")  # fmt: skip
    report = {
        "expected_seats_without_rules": 1.1, "points_lost_to_rules": 2.5, "scenarios": {"no swing": 0.6},
        "prices": [{"rule": "a third women", "seats": 0.2, "points": 2.5, "aim": 0.2, "changed": 1}],
    }  # fmt: skip
    (folder / "slate.json").write_text(json.dumps(report), encoding="utf-8")
    return folder


@pytest.fixture
def shown_app(workspace: Workspace) -> FastAPI:
    write_results(workspace)
    return create_app(workspace)


@pytest.fixture
def look_at(shown_app: FastAPI) -> Callable[..., str]:
    """Open a page as somebody and return its text."""
    return opener(shown_app)


def opener(shown_app: FastAPI) -> Callable[..., str]:
    from khaka.app.review.factory import SESSION_COOKIE
    from khaka.app.review.language import COOKIE

    def open_page(path: str, name: str = "state", language: str = "en", status: int = 200) -> str:
        import httpx

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(shown_app)
            cookies = {
                SESSION_COOKIE: shown_app.state.review.sessions.open(name),
                COOKIE: f"{language}.devanagari" if language == "hi" else "en.latin",
            }
            async with httpx.AsyncClient(transport=transport, base_url="http://khaka.test", cookies=cookies) as client:
                return await client.get(path)

        import asyncio

        answer = asyncio.run(ask())
        assert answer.status_code == status, answer.text[:300]
        return answer.text

    return open_page


def test_the_state_page_lists_seats_with_chance_and_next_step(look_at: Callable[..., str]) -> None:
    said = look_at("/")
    assert said.count('href="/seat/S24-2008-') >= 3
    assert "30%" in said
    assert "make the panel" in said
    assert "0 of 3 seats" in said


def test_a_search_finds_seats_and_aspirants_in_either_script(workspace: Workspace) -> None:
    write_results(workspace)
    current = load_results(workspace, find_folder(workspace))
    found = load_shown(workspace, current)
    rows = lines(found, current, {}, visible=list(current.seats), judged=lambda _: True)

    def seats(**asked: str) -> list[str]:
        return [row.head.seat_id[-1] for row in narrowed(rows, current, Filters(**asked))]

    assert seats() == ["1", "2", "3"]
    assert seats(asked="malih") == ["1"]
    assert seats(asked="उन्नाव") == ["3"]
    assert seats(asked="maleehabad") == ["1"]  # nothing is written so: what sounds like it
    assert seats(asked="bina") == ["2"]
    assert narrowed(rows, current, Filters(asked="आशा"))[0].hits == ("A1",)
    assert seats(asked="lucknow", band="25_50") == ["1", "2"]
    assert seats(status="held") == []
    assert seats(district="unnao") == ["3"]


def test_the_state_page_counts_what_else_came_today(shown_app: FastAPI, look_at: Callable[..., str]) -> None:
    it = shown_app.state.review
    for events, seat in (([Applied(aspirant_id="N1", source="form")] * 3, SEAT), ([Noted(text="x")], "S24-2008-3")):
        record(it.database, *events, who=Who("clerk", "analyst"), election_id=ELECTION, seat_id=seat)
    said = " ".join(look_at("/").split())
    assert "0 seats, applications 3, notes 1" in said
    assert "applications: 3 · notes: 1" in said
    assert "applications 3</a>" in " ".join(look_at("/", name="observer").split())  # Unnao isn't the observer's
    tomorrow = dt.datetime.now(IST).date() + dt.timedelta(days=1)
    assert others_on(it.ledger.changes(), tomorrow, {SEAT}) == {}


def test_newcomers_are_counted_by_the_band_of_the_seat(workspace: Workspace) -> None:
    write_results(workspace)
    current = load_results(workspace, find_folder(workspace))
    found = load_shown(workspace, current)
    rows = lines(found, current, {}, visible=list(current.seats), judged=lambda _: True)
    (band,) = by_band(rows, found)
    assert (band.band, band.seats, band.decided, band.first_newcomers, band.newcomers) == ("25_50", 3, 0, 3, 0)
    hidden = lines(found, current, {}, visible=[SEAT], judged=lambda _: False)
    assert [one.band for one in by_band(hidden, found)] == ["unknown"]


def test_a_seat_shows_ties_reasons_and_honest_empties(look_at: Callable[..., str]) -> None:
    said = look_at(f"/seat/{SEAT}")
    assert said.index("Asha Devi") < said.index("Ram Singh")
    assert "Too close to call" in said
    assert "seen in half of the booths" in said
    assert "Not known:" in said  # no booths, no communities in this workspace
    assert "<script>" not in said  # none inline
    assert "Booth 1" not in look_at(f"/seat/{SEAT}?booth=1,2,x")  # there is none
    hindi = look_at(f"/seat/{SEAT}", language="hi")
    assert "आशा देवी" in hindi
    assert "आधे बूथों में संपर्क" in hindi
    assert "३ प्रतिशत अंक पीछे" in hindi  # the reader's digits


def test_an_observer_sees_facts_but_no_ranking_before_rating(look_at: Callable[..., str]) -> None:
    for path in (f"/seat/{SEAT}", f"/seat/{SEAT}/compare", f"/seat/{SEAT}/scenario"):
        said = look_at(path, name="observer")
        assert "once your own ratings of this seat are sent" in said
        assert "points behind · " not in said
        assert "Chance to win" not in said
    look_at("/slate", name="observer", status=403)


def test_compare_takes_two_to_four_and_leaves_strangers_out(look_at: Callable[..., str]) -> None:
    said = look_at(f"/seat/{SEAT}/compare?a=A1&a=A4&a=B1&a=nobody")
    assert said.count('<th scope="col">') == 3
    # A1 is 6 points ahead of A4: 1 of presence, 5 of ratings
    assert "Asha Devi: 6.0 points ahead of Sita Yad" in said
    assert "Choose at least two." in look_at(f"/seat/{SEAT}/compare?a=A1")


def test_leaving_out_presence_takes_exactly_its_points_and_a_swing_adds_them(workspace: Workspace) -> None:
    write_results(workspace)
    found = load_shown(workspace, load_results(workspace, find_folder(workspace)))
    rows = {one.person.aspirant_id: one for one in changed(found, SEAT, swing=4, without=("presence",), line_up=None)}
    assert rows["A1"].before == -3.0
    assert rows["A1"].expected == pytest.approx(-3.0 - 1.0 + 4.0)
    assert rows["A2"].expected == pytest.approx(-6.0 + 4.0)
    assert (rows["A1"].rank, rows["A3"].rank) == (1, None)


def test_ties_follow_what_is_left_out(workspace: Workspace) -> None:
    write_results(workspace)
    found = load_shown(workspace, load_results(workspace, find_folder(workspace)))
    base = {one.person.aspirant_id: one.tie for one in changed(found, SEAT, swing=4, without=(), line_up=None)}
    assert base == {"A1": 1, "A2": 1, "A4": 2, "A3": None}
    bare = {
        one.person.aspirant_id: one.tie for one in changed(found, SEAT, swing=None, without=("ratings",), line_up=None)
    }
    assert bare == {"A1": 1, "A2": 1, "A4": 1, "A3": None}  # -3, -3 - 1 and the same: one point is within the draws


def test_a_scenario_bands_its_ties(look_at: Callable[..., str]) -> None:
    said = look_at(f"/seat/{SEAT}/scenario?no_ratings=1")
    assert 'class="tb"' in said  # the band
    assert "Too close to call: the order of these names is not decisive: Asha Devi, Ram Singh, Sita Yad." in said
    assert said.count("· too close to call</td>") == 3


def test_the_head_gives_the_range_of_the_seat_without_the_person(look_at: Callable[..., str]) -> None:
    assert "2 points behind, range 9 points behind to 7 points ahead" in look_at(f"/seat/{SEAT}")


def test_a_seat_of_fifty_names_and_four_hundred_booths_is_within_sixty_kilobytes(workspace: Workspace) -> None:
    rng = np.random.default_rng(5)
    folder, store = workspace.results(ELECTION, AS_OF), workspace.store
    scores, people = pd.read_parquet(folder / "scores.parquet"), store.read("aspirants")
    many = [f"N{number:03d}" for number in range(50)]
    like = scores[scores["aspirant_id"] == "A1"]
    more = pd.concat([like] * len(many)).assign(
        aspirant_id=many, rank=range(4, 54), tie_group=[n // 4 + 3 for n in range(50)]
    )
    pd.concat([scores, more]).to_parquet(folder / "scores.parquet")
    names = people[people["aspirant_id"] == "A1"].drop(columns=["aspirant_id", "name", "name_hi"])
    store.write("aspirants", pd.concat([people, pd.concat([names] * len(many)).assign(
        aspirant_id=many, name=[f"Rajeshwari Chaturvedi {one}" for one in many], name_hi="राजेश्वरी चतुर्वेदी",
        birth_date=pd.Timestamp("1980-01-01"), sex="F", education="postgraduate", criminal_cases=0,
    )]))  # fmt: skip
    store.write("booths", pd.DataFrame({
        "election_id": ELECTION, "seat_id": SEAT, "booth_no": [str(n) for n in range(1, 431)], "electors": 900,
        "lat": rng.uniform(26.5, 26.9, 430), "lon": rng.uniform(80.5, 80.9, 430), "station_name": "Primary School",
    }))  # fmt: skip
    write_results(workspace)
    look_at = opener(create_app(workspace))
    for language in ("en", "hi"):
        page = look_at(f"/seat/{SEAT}", language=language)
        assert len(page.encode()) < 60_000
        assert all(f"?who={one}#open" in page for one in many[2:])  # each is there, a tap from the reasons
    opened = look_at(f"/seat/{SEAT}?who=N049")
    assert '<details class="aspirant" id="open" open>' in opened
    assert len(opened.encode()) < 60_000
    booths = re.findall(r"booth=([\d,]+)#card", look_at(f"/seat/{SEAT}"))
    assert sorted(int(one) for mark in booths for one in mark.split(",")) == list(range(1, 431))


def test_a_line_up_of_rivals_that_was_scored_can_be_chosen(workspace: Workspace, look_at: Callable[..., str]) -> None:
    folder = workspace.results(ELECTION, AS_OF)
    other = folder / "scenarios" / "rival"
    other.mkdir(parents=True)
    scores = pd.read_parquet(folder / "scores.parquet")
    scores.assign(expected_margin=scores["expected_margin"] + 7.0).to_parquet(other / "scores.parquet")
    pd.read_parquet(folder / "scenario.parquet").to_parquet(other / "scenario.parquet")
    scenario = Scenario(
        rivals=(RivalChange("PIPAL", None, SEAT), RivalChange("BARGAD", "P7", "S24-2008-9")), title="rival"
    )
    update_manifest(other / "manifest.json", "score", {"scenario": scenario.as_dict()})  # as the batch writes it
    found = load_shown(workspace, load_results(workspace, folder))
    assert [one.name for one in line_ups(found, SEAT)] == ["rival"]
    assert [change.party for change in line_ups(found, SEAT)[0].rivals] == ["PIPAL"]  # what touches this seat only
    assert line_ups(found, "S24-2008-2") == []
    (other / "manifest.json").write_text("{damaged", encoding="utf-8")
    assert line_ups(found, SEAT) == []
    update_manifest(other / "manifest.json", "score", {"scenario": scenario.as_dict()})
    said = look_at(f"/seat/{SEAT}/scenario?rival=rival")
    assert "Expected margin: 4 points ahead, before 3 points behind." in said
    assert 'class="gh"' in said  # the ghost of the base


def test_nonsense_in_an_address_is_not_an_error(look_at: Callable[..., str]) -> None:
    for query in ("swing=x&known=1", "swing=1e999&known=1", "swing=nan&known=1", "rival=../../x"):
        look_at(f"/seat/{SEAT}/scenario?{query}")
    look_at("/?page=99999999&band=x&q=%00%ff")
    look_at(f"/seat/{SEAT}?view=x&booth='%20OR%201")


def test_the_slate_shows_rules_prices_and_where_they_cost(look_at: Callable[..., str]) -> None:
    said = look_at("/slate")
    assert "a third women" in said  # the party's own rule stands as it is
    assert "0.9" in said  # 3 names of 30%
    assert said.index("2 Bakshi") > said.index("Seats in which the rules cost something")
    assert "कोई स्विंग नहीं" in look_at("/slate", language="hi")


def test_the_menu_shows_only_pages_that_exist_and_that_the_role_may_open(look_at: Callable[..., str]) -> None:
    assert {path for path, _ in PLACES} <= set(rules())
    assert 'href="/users"' not in look_at("/")
    assert 'href="/users"' in look_at("/", name="admin")
    assert set(ROLES) == set(ROLE_NAMES.values())


def test_the_font_is_cut_once_and_holds_hindi(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    made = ensure_font(tmp_path)
    assert made is not None
    first = made.stat().st_mtime_ns
    assert ensure_font(tmp_path) == made
    assert made.stat().st_mtime_ns == first
    assert made.stat().st_size < 40_000
    with TTFont(made) as font:
        assert set(LETTERS) - {0x25CC} <= set(font.getBestCmap())
        assert "fvar" not in font
