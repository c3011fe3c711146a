"""Intake, stages, lists, ratings, copies, the record's exports, the scorecard: each through the page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI

from khaka.app.review.factory import create_app
from khaka.app.review.lookalikes import look_alikes
from khaka.app.review.store.events import Printed
from khaka.app.review.store.record import entries, record
from khaka.data.workspace import Workspace, open_workspace

SignIn = Callable[[str], Any]
SEAT, OTHER, FAR = "S24-2008-1", "S24-2008-2", "S24-2008-3"
ELECTION = "S24-2027-AE"


def choose(app: FastAPI, visitor: Any, seat: str, whom: str, reason: str = "") -> None:
    data = {"version": app.state.review.current.get().version, "seen": str(app.state.review.ledger.seat(seat).seq)}
    answer = visitor.post(f"/seat/{seat}/decide", {"what": "choose", "aspirant_id": whom, "reason": reason, **data})
    assert answer.status_code == 303, answer.text


# -- intake ----------------------------------------------------------------------------------------------------------


def sheet(rows: list[dict[str, object]]) -> dict[str, tuple[str, bytes, str]]:
    return {"sheet": ("applications.csv", pd.DataFrame(rows).to_csv(index=False).encode(), "text/csv")}


def test_a_sheet_keeps_good_rows_says_why_others_are_not_taken_and_the_record_knows(
    signed_in: SignIn, app: FastAPI
) -> None:
    base = {"election_id": ELECTION, "seat_id": OTHER}
    rows = [
        {**base, "aspirant_id": "N1", "name": "Neha Rai", "sex": "F"},
        {**base, "aspirant_id": "N2", "name": "Om Prakash", "sex": "x"},
        {**base, "aspirant_id": "", "name": "Nobody", "sex": "M"},
    ]
    answer = signed_in("analyst").post("/intake/sheet", {"drop": ""}, files=sheet(rows))
    assert answer.status_code == 200
    assert "aspirant_id" in answer.text
    known = app.state.review.ledger.applications()
    assert known["N1"].status == "applied"
    names = set(app.state.review.workspace.store.read("aspirants")["name"])
    assert "Neha Rai" in names
    assert "Nobody" not in names
    assert "Neha" not in "".join(entry.body for entry in entries(app.state.review.database))  # personal facts stay out


def test_a_sheet_with_identity_numbers_is_refused_unless_the_column_is_dropped(signed_in: SignIn, app: FastAPI) -> None:
    rows = [
        {
            "election_id": ELECTION,
            "seat_id": OTHER,
            "aspirant_id": f"N{n}",
            "name": f"Name {n}",
            "card": f"ABC123456{n}",
        }
        for n in range(5)
    ]
    clerk = signed_in("analyst")
    refused = clerk.post("/intake/sheet", {"drop": ""}, files=sheet(rows))
    assert refused.status_code == 400
    assert "EPIC" in refused.text
    assert "ABC123456" not in refused.text
    assert clerk.post("/intake/sheet", {"drop": "card"}, files=sheet(rows)).status_code == 200
    table = app.state.review.workspace.store.read("aspirants")
    assert "N4" in set(table["aspirant_id"])
    assert "card" not in table.columns


@pytest.mark.parametrize("name", ["notes.pdf", "x.exe", "x"])
def test_what_is_no_sheet_is_refused(signed_in: SignIn, name: str) -> None:
    answer = signed_in("analyst").post("/intake/sheet", {"drop": ""}, files={"sheet": (name, b"%PDF", "text/plain")})
    assert answer.status_code == 400


def test_the_form_takes_an_application_and_someone_who_was_proposed(signed_in: SignIn, app: FastAPI) -> None:
    clerk = signed_in("analyst")
    facts = {"seat": "2", "name": "Neha Rai", "name_hi": "नेहा राय", "sex": "F", "birth_date": "1980-02-03"}
    page = clerk.post("/intake/form", facts).headers["location"]
    assert page.startswith(f"/seat/{OTHER}/application/K")
    proposed = clerk.post("/intake/form", {"seat": "2", "name": "Uma Pal", "proposed_by": "district committee"})
    known = app.state.review.ledger.applications()
    assert known[page.rsplit("/", 1)[1]].status == "applied"
    assert known[proposed.headers["location"].rsplit("/", 1)[1]].proposed_by == "district committee"
    for data, status in (
        ({"what": "fee", "paid": "yes", "receipt": "R-7"}, "fee_paid"),
        ({"what": "document", "document": "affidavit", "state": "checked"}, "fee_paid"),
        ({"what": "status", "status": "eligible"}, "eligible"),
    ):
        assert clerk.post(page, data).status_code == 303
        assert app.state.review.ledger.applications()[page.rsplit("/", 1)[1]].status == status
    assert clerk.post(page, {"what": "status", "status": "crowned"}).status_code == 400
    shown = clerk.get(page).text
    assert "नेहा राय" in shown
    assert "Neha Rai" in clerk.get("/intake?name=neha").text
    # a newcomer can be chosen though the ranking does not know the name yet, with a reason
    committee = signed_in("state")
    choose(app, committee, OTHER, page.rsplit("/", 1)[1], "came late, known to all")
    assert app.state.review.ledger.seat(OTHER).status == "chosen"


def test_the_form_says_what_is_wrong(signed_in: SignIn) -> None:
    clerk = signed_in("analyst")
    assert clerk.post("/intake/form", {"seat": "77", "name": "Neha"}).status_code == 400
    assert clerk.post("/intake/form", {"seat": "2", "name": ""}).status_code == 400
    assert clerk.post("/intake/form", {"seat": "2", "name": "x" * 201}).status_code == 400


def test_an_application_is_found_only_under_its_own_seat(signed_in: SignIn) -> None:
    clerk = signed_in("analyst")
    assert clerk.get(f"/seat/{SEAT}/application/A1").status_code == 200
    assert clerk.get(f"/seat/{OTHER}/application/A1").status_code == 404
    assert clerk.post(f"/seat/{OTHER}/application/A1", {"what": "fee", "paid": "yes"}).status_code == 404


def test_look_alikes_agree_in_several_fields_and_one_field_alone_is_not_enough() -> None:
    people = pd.DataFrame(
        [
            {"aspirant_id": "1", "name": "Mohd Rafeeq Ansari", "birth_date": "1970-05-01", "person_id": None},
            {"aspirant_id": "2", "name": "ANSARI Mohd. Rafiq", "birth_date": "1970-05-01", "person_id": None},
            {"aspirant_id": "3", "name": "Mohd Rafiq Ansari", "birth_date": "1981-01-09", "person_id": None},
            {"aspirant_id": "4", "name": "Ram Singh", "birth_date": "1970-05-01", "person_id": "P9"},
            {"aspirant_id": "5", "name": "R. Singh Chauhan", "birth_date": "1971-05-01", "person_id": "P9"},
            {"aspirant_id": "6", "name": "Sita Devi", "birth_date": "1970-05-01", "person_id": None},
        ]
    )
    found = {(pair.one, pair.other): pair for pair in look_alikes(people)}
    assert set(found) == {("1", "2"), ("4", "5")}
    assert found["1", "2"].same == ("name", "birth_date")
    assert "name" in found["4", "5"].different


def test_a_reviewed_pair_is_merged_by_nobody_and_asked_about_no_more(signed_in: SignIn, app: FastAPI) -> None:
    clerk = signed_in("analyst")
    facts = {"name": "Om Prakash", "birth_date": "1970-05-01"}
    one, other = (clerk.post("/intake/form", {"seat": seat, **facts}).headers["location"] for seat in ("1", "2"))
    pair = clerk.get("/intake").text.split("Look alike")[1]
    assert pair.count("Om Prakash") == 2
    assert one in pair or other in pair
    answer = clerk.post(one, {"what": "duplicate", "other": other.rsplit("/", 1)[1], "same": "yes"})
    assert answer.status_code == 303
    assert "No two applications look alike" in clerk.get("/intake").text
    assert len(app.state.review.workspace.store.read("aspirants")) == 10


# -- stages ----------------------------------------------------------------------------------------------------------


def test_stages_keep_order_date_and_dissent(signed_in: SignIn, app: FastAPI) -> None:
    clerk, page = signed_in("analyst"), f"/seat/{SEAT}/stages"
    data = {"stage": "dcc", "held_on": "2027-01-04", "place.A2": "1", "place.A1": "2", "dissent": "two members for A4"}
    assert clerk.post(page, data).status_code == 303
    assert clerk.post(page, {"stage": "dcc", "held_on": "2027-01-06", "place.A1": "1"}).status_code == 303
    stages = app.state.review.ledger.seat(SEAT).stages
    assert [(one.held_on, one.aspirant_ids) for one in stages] == [
        ("2027-01-04", ("A2", "A1")),
        ("2027-01-06", ("A1",)),
    ]
    assert "two members for A4" in signed_in("reader").get(page).text
    rows = list(csv.DictReader(io.StringIO(signed_in("analyst").get("/record/stage_names.csv").text.lstrip("\ufeff"))))
    assert [(row["stage"], row["position"], row["aspirant_id"]) for row in rows] == [
        ("dcc", "1", "A2"), ("dcc", "2", "A1"), ("dcc", "1", "A1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        {"stage": "king", "held_on": "2027-01-04", "place.A1": "1"},
        {"stage": "dcc", "held_on": "soon", "place.A1": "1"},
        {"stage": "dcc", "held_on": "2027-01-04"},
        {"stage": "dcc", "held_on": "2027-01-04", "place.A1": "1", "place.A2": "1"},
        {"stage": "dcc", "held_on": "2027-01-04", "place.A1": "-1"},
        {"stage": "dcc", "held_on": "2027-01-04", "place.C1": "1"},
    ],
)
def test_a_stage_that_can_not_be_meant_is_refused(signed_in: SignIn, app: FastAPI, data: dict[str, str]) -> None:
    assert signed_in("analyst").post(f"/seat/{SEAT}/stages", data).status_code == 400
    assert app.state.review.ledger.seat(SEAT).stages == ()


# -- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_is_made_kept_back_released_and_changed_only_by_a_swap(signed_in: SignIn, app: FastAPI) -> None:
    committee, reader, it = signed_in("state"), signed_in("reader"), app.state.review
    choose(app, committee, SEAT, "A1")
    choose(app, committee, OTHER, "B2", "ground work")
    committee.post(f"/seat/{FAR}/decide", {"what": "hold", "version": it.current.get().version, "seen": "0"})
    seen = str(it.ledger.refresh())
    form = {"title": "first", "seat": [SEAT, OTHER], "embargo": "2999-01-01T10:00", "seen": seen}
    assert committee.post("/lists", form).headers["location"] == "/lists/1"
    assert it.ledger.lists()[0].held == (FAR,)
    assert reader.get("/lists/1").status_code == 404
    assert committee.post("/lists/1", {"what": "release"}).status_code == 400  # embargo
    assert "Bina Rai" in committee.get("/lists/1").text
    # neither choosing again nor a second list may touch a listed seat
    data = {"what": "choose", "aspirant_id": "A4", "reason": "x", "version": it.current.get().version}
    assert committee.post(f"/seat/{SEAT}/decide", {**data, "seen": str(it.ledger.seat(SEAT).seq)}).status_code == 400
    assert committee.post("/lists", {**form, "seat": [SEAT]}).status_code == 400
    swap = {"aspirant_id": "A4", "seen": str(it.ledger.seat(SEAT).seq)}
    assert committee.post(f"/seat/{SEAT}/swap", swap).status_code == 400  # no reason
    assert committee.post(f"/seat/{SEAT}/swap", {**swap, "reason": "papers refused"}).status_code == 303
    assert (it.ledger.seat(SEAT).aspirant_id, it.ledger.lists()[0].names[SEAT]) == ("A4", "A4")
    assert committee.post(f"/seat/{SEAT}/swap", {**swap, "reason": "again"}).status_code in (400, 409)
    for letter, state in (("A", "signed"), ("B", "handed_over")):
        assert committee.post(f"/seat/{SEAT}/form", {"form": letter, "state": state}).status_code == 303
    stood = it.ledger.seat(SEAT)
    assert (stood.form_a, stood.form_b) == ("signed", "handed_over")
    assert "papers refused" in committee.get("/lists/1").text


def test_without_embargo_a_list_goes_out_once_and_then_everyone_may_read_it(signed_in: SignIn, app: FastAPI) -> None:
    committee = signed_in("state")
    choose(app, committee, SEAT, "A1")
    committee.post(
        "/lists", {"title": "", "seat": [SEAT], "embargo": "", "seen": str(app.state.review.ledger.refresh())}
    )
    assert committee.post("/lists/1", {"what": "release"}).status_code == 303
    assert committee.post("/lists/1", {"what": "release"}).status_code == 409
    assert app.state.review.ledger.seat(SEAT).status == "released"
    assert "Asha Devi" in signed_in("reader").get("/lists/1").text


def test_a_seat_that_changed_since_the_form_was_shown_is_not_listed(signed_in: SignIn, app: FastAPI) -> None:
    committee = signed_in("state")
    choose(app, committee, SEAT, "A1")
    seen = str(app.state.review.ledger.refresh())
    choose(app, committee, SEAT, "A2", "changed our mind")
    # the ledger knows the newer choice, so the list would carry a name that the form did not show
    refused = committee.post("/lists", {"seat": [SEAT], "seen": seen, "title": "", "embargo": ""})
    assert refused.status_code == 409
    assert app.state.review.ledger.lists() == ()


def test_where_a_second_person_is_asked_for_an_unconfirmed_seat_is_not_listed(workspace: Workspace) -> None:
    path = workspace.root / "khaka.toml"
    text = path.read_text(encoding="utf-8").replace("second_person = false", "second_person = true")
    path.write_text(text, encoding="utf-8")
    app = create_app(open_workspace(workspace.root))
    from khaka.app.review.listing import ready
    from khaka.app.review.store.events import Chosen, Confirmed
    from khaka.app.review.store.record import Who

    it = app.state.review
    place = {"election_id": ELECTION, "seat_id": SEAT}
    of = record(it.database, Chosen(aspirant_id="A1", first_name_id="A1"), who=Who("state", "state"), **place)[-1].seq
    assert ready(it, it.ledger.status_of_seats()) == ()
    record(it.database, Confirmed(of=of), who=Who("state2", "state"), **place)
    assert [one.seat_id for one in ready(it, it.ledger.status_of_seats())] == [SEAT]
    it.database.close()


# -- ratings ---------------------------------------------------------------------------------------------------------


def test_an_observer_sees_no_judgement_before_all_own_ratings_are_sent(signed_in: SignIn, app: FastAPI) -> None:
    from khaka.app.review.rendering import may_see_judgements

    observer, page = signed_in("observer"), f"/seat/{OTHER}/rate"

    class Asking:
        """What `may_see_judgements` needs of a request."""

        def __init__(self) -> None:
            self.app = app
            self.state = type("State", (), {})()
            self.state.visitor = app.state.review.sessions.find(observer.cookies["khaka_session"])

    assert not may_see_judgements(Asking(), OTHER)  # type: ignore[arg-type]
    text = observer.get(page).text
    assert text.index("Bina Pal") < text.index("Bina Rai")  # by name, not by rank
    assert observer.post(page, {"rating.B1": "7", "risk.B1": "low", "note.B1": "well known"}).status_code == 303
    assert not may_see_judgements(Asking(), OTHER)  # type: ignore[arg-type]
    observer.post(page, {"rating.B2": "4"})
    assert may_see_judgements(Asking(), OTHER)  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(signed_in("state").get("/record/ratings.csv").text.lstrip("\ufeff"))))
    assert [(row["rater_id"], row["aspirant_id"], row["rating"]) for row in rows] == [
        ("observer", "B1", "7"), ("observer", "B2", "4"),
    ]  # fmt: skip


@pytest.mark.parametrize("data", [{}, {"rating.B1": "11"}, {"rating.B1": "0"}, {"rating.B1": "7", "risk.B1": "maybe"}])
def test_a_rating_that_can_not_be_meant_is_refused(signed_in: SignIn, app: FastAPI, data: dict[str, str]) -> None:
    assert signed_in("observer").post(f"/seat/{OTHER}/rate", data).status_code == 400
    assert app.state.review.ledger.seat(OTHER).ratings == ()


def test_ratings_close_when_the_decision_falls_and_open_again_when_it_is_held(signed_in: SignIn, app: FastAPI) -> None:
    observer, committee = signed_in("observer"), signed_in("state")
    choose(app, committee, OTHER, "B1")
    assert observer.post(f"/seat/{OTHER}/rate", {"rating.B1": "7"}).status_code == 409
    seen = {"version": app.state.review.current.get().version, "seen": str(app.state.review.ledger.seat(OTHER).seq)}
    committee.post(f"/seat/{OTHER}/decide", {"what": "hold", **seen})
    assert observer.post(f"/seat/{OTHER}/rate", {"rating.B1": "7"}).status_code == 303


# -- paper, record, after --------------------------------------------------------------------------------------------


def test_copies_are_numbered_on_the_record_and_belong_to_who_asked(signed_in: SignIn, app: FastAPI) -> None:
    analyst, reader = signed_in("analyst"), signed_in("reader")
    first = analyst.post(f"/seat/{SEAT}/paper", {"what": "facts"}).headers["location"]
    second = reader.post(f"/seat/{SEAT}/paper", {"what": "ranking"}).headers["location"]
    assert (first, second) == (f"/seat/{SEAT}/paper/1", f"/seat/{SEAT}/paper/2")
    assert reader.get(first).status_code == 403
    assert reader.get(f"/seat/{OTHER}/paper/2").status_code == 404
    assert reader.get(f"/seat/{SEAT}/paper/9").status_code == 404
    printed = [entry for entry in entries(app.state.review.database) if entry.kind == Printed.kind]
    assert [(entry.actor, json.loads(entry.body)["copy"]) for entry in printed] == [("analyst", 1), ("reader", 2)]
    assert len(list((app.state.review.workspace.root / "anchors").glob("*.txt"))) == 2
    assert signed_in("observer").post(f"/seat/{SEAT}/paper", {"what": "ranking"}).status_code == 403
    assert analyst.post(f"/seat/{SEAT}/paper", {"what": "rumours"}).status_code == 400


def test_the_record_page_shows_who_what_when_and_the_check_says_whole(signed_in: SignIn, app: FastAPI) -> None:
    choose(app, signed_in("state"), SEAT, "A2", "=HYPERLINK(1)")
    reader = signed_in("reader")
    page = reader.get(f"/record?seat={SEAT}").text
    assert "Ram Singh" in page
    assert "=HYPERLINK(1)" in page
    assert "The record is whole" in reader.get("/record/verify").text
    sheet_text = signed_in("analyst").get("/record/record.csv").text
    assert "\n=" not in sheet_text
    rows = list(csv.DictReader(io.StringIO(sheet_text.lstrip("\ufeff"))))
    assert all(row["copy_made_by"].startswith("analyst, ") for row in rows)
    lines = [json.loads(line) for line in signed_in("analyst").get("/record/record.jsonl").text.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert reader.get("/record/record.jsonl").status_code == 403


def test_the_record_page_goes_back_a_hundred_at_a_time(signed_in: SignIn, app: FastAPI) -> None:
    from khaka.app.review.store.events import Noted
    from khaka.app.review.store.record import Who

    notes = [Noted(text=f"note {number:03d}") for number in range(130)]
    record(app.state.review.database, *notes, who=Who("asha", "state"), election_id=ELECTION, seat_id=SEAT)
    reader = signed_in("reader")
    newest = reader.get(f"/record?seat={SEAT}").text
    assert "note 129" in newest
    assert "note 029" not in newest
    older = reader.get(f"/record?seat={SEAT}&before={app.state.review.ledger.refresh() - 99}").text
    assert "note 029" in older
    assert "note 030" not in older


def test_the_scorecard_is_off_until_the_settings_turn_it_on(signed_in: SignIn, workspace: Workspace) -> None:
    assert signed_in("state").get("/after").status_code == 404
    path = workspace.root / "khaka.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("scorecard = false", "scorecard = true"), encoding="utf-8")
    from khaka.app.review.scorecard import scorecard
    from khaka.app.review.store.ledger import SeatStatus

    ws = open_workspace(workspace.root)
    app = create_app(ws)
    shown = app.state.review.current.get()
    stands = {
        SEAT: SeatStatus(SEAT, status="chosen", aspirant_id="A1", first_name_id="A1"),
        OTHER: SeatStatus(OTHER, status="chosen", aspirant_id="B2", first_name_id="B1"),
        FAR: SeatStatus(FAR, status="held"),
    }
    assert scorecard(ws, shown, stands) is None  # nothing is counted yet
    votes = {SEAT: (400, 450), OTHER: (300, 700), FAR: (500, 500)}
    ws.store.write("nominees", pd.DataFrame([
        {"election_id": ELECTION, "seat_id": seat, "nominee_id": f"{seat}{party}", "name": party, "party": party,
         "votes": count}
        for seat, pair in votes.items() for party, count in zip(("NEEM", "SAAL"), pair, strict=True)
    ]))  # fmt: skip
    card = scorecard(ws, shown, stands)
    assert card is not None
    first, second = card.rows
    # 400 of 850 against 450: -5.88 points, expected -3; 300 of 1,000 against 700: -40, expected -6 and from -24
    assert (round(first.actual, 2), first.expected, first.inside, first.first_name) == (-5.88, -3.0, True, True)
    assert (second.actual, second.expected, second.inside, second.first_name) == (-40.0, -6.0, False, False)
    assert (card.otherwise, card.inside, round(card.model_error, 2)) == (1, 0.5, round((2.8824 + 34.0) / 2, 2))
    app.state.review.database.close()


def test_a_copy_of_the_settings_of_other_bodies_names_them(workspace: Workspace) -> None:
    path = workspace.root / "khaka.toml"
    path.write_text(path.read_text(encoding="utf-8") + '[review.bodies]\ndcc = "जिला कांग्रेस कमेटी"\n', encoding="utf-8")
    assert open_workspace(workspace.root).settings.review.bodies["dcc"] == "जिला कांग्रेस कमेटी"


def test_names_of_stages_that_came_with_the_tables_stand_before_those_of_the_page(
    signed_in: SignIn, app: FastAPI
) -> None:
    rows = [("dcc", "2026-12-27", 2, "A2", ""), ("dcc", "2026-12-27", 1, "A1", "two of five against"),
            ("block", "2026-12-01", 1, "A4", "")]  # fmt: skip
    app.state.review.workspace.store.write("stage_names", pd.DataFrame([
        {"election_id": ELECTION, "seat_id": SEAT, "stage": stage, "recorded_at": pd.Timestamp(at, tz="UTC"),
         "position": place, "aspirant_id": who, "dissent": dissent}
        for stage, at, place, who, dissent in rows
    ]))  # fmt: skip
    committee = signed_in("state")
    page = committee.get(f"/seat/{SEAT}/stages").text
    assert page.index("Sita Yad") < page.index("Asha Devi") < page.index("Ram Singh")
    assert "(dissent: two of five against)" in page
    assert "From the party's tables" in page
    assert "Names of the stages: 2" in committee.get(f"/seat/{SEAT}/decide").text


def test_an_application_is_told_in_words_and_in_the_readers_script(signed_in: SignIn, app: FastAPI) -> None:
    from khaka.app.review.language import COOKIE

    clerk = signed_in("analyst")
    facts = {"seat": "2", "name": "Neha Rai", "name_hi": "नेहा राय", "sex": "F", "category": "OBC",
             "party_post": "block", "education": "graduate", "assets_inr": "11760000"}  # fmt: skip
    page = clerk.post("/intake/form", facts).headers["location"]
    clerk.cookies[COOKIE] = "hi.latin"
    said = clerk.get(page).text
    for word in ("नेहा राय", "महिला", "अन्य पिछड़ा वर्ग", "विकास खंड", "स्नातक", "1.2 करोड़ रुपये"):
        assert word in said
    assert "11760000.0" not in said
    assert "प्रदेश</label>" not in said  # "status" of a document, not the state
    assert ">नेहा राय</a>" in clerk.get("/intake?name=neha").text
    assert app.state.review.ledger.changes()[-1].kind == "applied"
