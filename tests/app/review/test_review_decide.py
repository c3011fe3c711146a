"""Decisions through the page: bound to what was shown, reasons, second person, minutes by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from khaka.app.review.store.record import entries

SignIn = Callable[[str], Any]
SEAT = "S24-2008-1"
PAGE = f"/seat/{SEAT}/decide"


def stands(app: FastAPI, seat: str = SEAT):  # type: ignore[no-untyped-def]
    return app.state.review.ledger.seat(seat)


def shown(app: FastAPI, seat: str = SEAT) -> dict[str, str]:
    return {"version": app.state.review.current.get().version, "seen": str(stands(app, seat).seq)}


@pytest.fixture
def committee(signed_in: SignIn) -> Any:
    return signed_in("state")


def test_the_page_shows_every_name_with_its_number_and_the_version(committee: Any, app: FastAPI) -> None:
    page = committee.get(PAGE)
    assert page.status_code == 200
    for text in ("1 Asha Devi", "2 Ram Singh", "4 Ravi Lal", app.state.review.current.get().version):
        assert text in page.text


def test_the_first_name_needs_no_reason(committee: Any, app: FastAPI) -> None:
    done = committee.post(PAGE, {"what": "choose", "aspirant_id": "A1", **shown(app)})
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?entry={stands(app).seq}")
    assert (stands(app).status, stands(app).aspirant_id, stands(app).by) == ("chosen", "A1", "state")
    assert stands(app).version == app.state.review.current.get().version
    assert "Asha Devi" in committee.get(PAGE).text


def test_another_name_needs_the_committees_reason_and_keeps_it_word_for_word(committee: Any, app: FastAPI) -> None:
    asked = committee.post(PAGE, {"what": "choose", "aspirant_id": "A2", **shown(app)})
    assert asked.status_code == 400
    assert "not the first name" in asked.text
    assert stands(app).status == "open"
    reason = "लोगों का भरोसा <b>है</b>"
    committee.post(PAGE, {"what": "choose", "aspirant_id": "A2", "reason": reason, **shown(app)})
    assert (stands(app).aspirant_id, stands(app).first_name_id, stands(app).reason) == ("A2", "A1", reason)
    page = committee.get(PAGE).text
    assert "&lt;b&gt;है&lt;/b&gt;" in page
    assert "<b>है" not in page


def test_a_stale_version_is_refused_and_nothing_is_written(committee: Any, app: FastAPI) -> None:
    old = shown(app)
    folder = app.state.review.current.get().folder
    (folder / "panel.parquet").write_bytes((folder / "scores.parquet").read_bytes())  # scored again
    refused = committee.post(PAGE, {"what": "choose", "aspirant_id": "A1", **old})
    assert refused.status_code == 409
    assert "made anew" in refused.text
    assert stands(app).status == "open"
    assert committee.post(PAGE, {"what": "choose", "aspirant_id": "A1", **shown(app)}).status_code == 303


def test_of_two_who_decide_on_the_same_page_the_second_is_told(app: FastAPI, signed_in: SignIn) -> None:
    first, second = signed_in("state"), signed_in("state2")
    both = shown(app)
    assert first.post(PAGE, {"what": "choose", "aspirant_id": "A1", **both}).status_code == 303
    refused = second.post(PAGE, {"what": "choose", "aspirant_id": "A2", "reason": "x", **both})
    assert refused.status_code == 409
    assert "state decided" in refused.text
    assert stands(app).aspirant_id == "A1"


@pytest.mark.parametrize("version", ["", "0" * 64, "x"])
def test_a_decision_without_the_version_shown_is_refused(committee: Any, app: FastAPI, version: str) -> None:
    data = {"what": "choose", "aspirant_id": "A1", "seen": "0", "version": version}
    assert committee.post(PAGE, data).status_code == 409


def test_an_aspirant_of_another_seat_can_not_be_chosen_here(committee: Any, app: FastAPI) -> None:
    for what in ("choose", "substitute"):
        data = {"what": what, "aspirant_id": "C1", "reason": "x", **shown(app)}
        assert committee.post(PAGE, data).status_code == 400
    assert committee.post(PAGE, {"what": "shortlist", "shortlist": ["A1", "C1"], **shown(app)}).status_code == 400


def test_hold_panel_substitute_and_note_each_stand_on_the_page(committee: Any, app: FastAPI) -> None:
    committee.post(PAGE, {"what": "shortlist", "shortlist": ["A2", "A1"], **shown(app)})
    committee.post(PAGE, {"what": "hold", "reason": "ask Lucknow", **shown(app)})
    assert (stands(app).status, stands(app).shortlist) == ("held", ("A2", "A1"))
    committee.post(PAGE, {"what": "choose", "aspirant_id": "A1", **shown(app)})
    same = committee.post(PAGE, {"what": "substitute", "aspirant_id": "A1", **shown(app)})
    assert same.status_code == 400
    committee.post(PAGE, {"what": "substitute", "aspirant_id": "A4", **shown(app)})
    committee.post(f"/seat/{SEAT}/note", {"text": "papers by Friday", **shown(app)})
    now = stands(app)
    assert (now.status, now.aspirant_id, now.substitute_id, now.notes[0].text) == (
        "chosen", "A1", "A4", "papers by Friday"
    )  # fmt: skip


def test_a_choice_is_confirmed_by_another_person_only(app: FastAPI, signed_in: SignIn) -> None:
    one, other = signed_in("state"), signed_in("state2")
    one.post(PAGE, {"what": "choose", "aspirant_id": "A1", **shown(app)})
    confirm = {"what": "confirm", "of": str(stands(app).choice_seq)}
    assert one.post(PAGE, {**confirm, **shown(app)}).status_code == 400
    assert other.post(PAGE, {"what": "confirm", "of": "1", **shown(app)}).status_code == 409
    assert other.post(PAGE, {**confirm, **shown(app)}).status_code == 303
    assert (stands(app).status, stands(app).confirmed_by) == ("confirmed", "state2")


def test_minutes_are_typed_by_number_letters_and_h(app: FastAPI, signed_in: SignIn) -> None:
    clerk = signed_in("analyst")
    version = shown(app)["version"]
    rows = [("1", "ad", "", 200), ("2", "2", "", 422), ("2", "2", "ground work", 200), ("3", "h", "", 200)]
    for seat, whom, reason, status in rows:
        data = {"seat": seat, "whom": whom, "reason": reason, "version": version}
        assert clerk.post("/minutes", data).status_code == status
    found = {f"S24-2008-{n}": stands(app, f"S24-2008-{n}") for n in (1, 2, 3)}
    assert [(one.status, one.aspirant_id, one.reason) for one in found.values()] == [
        ("chosen", "A1", ""), ("chosen", "B2", "ground work"), ("held", "", "")
    ]  # fmt: skip
    last = [entry for entry in entries(app.state.review.database) if entry.kind == "choose"][-1]
    assert '"minutes":true' in last.body


def test_pasted_minutes_record_the_good_lines_and_give_back_the_others(app: FastAPI, signed_in: SignIn) -> None:
    clerk = signed_in("analyst")
    lines = "1 1\n2 bina\n3,2,papers are coming\n9 1\n"
    answer = clerk.post("/minutes", {"lines": lines, "version": shown(app)["version"]})
    assert answer.status_code == 422
    assert "1 Bina Pal, 2 Bina Rai" in answer.text
    assert "2 bina\n9 1</textarea>" in answer.text
    assert [stands(app, f"S24-2008-{n}").aspirant_id for n in (1, 2, 3)] == ["A1", "", "C2"]


def test_minutes_do_not_overwrite_a_decision(app: FastAPI, signed_in: SignIn) -> None:
    committee, clerk = signed_in("state"), signed_in("analyst")
    committee.post(PAGE, {"what": "choose", "aspirant_id": "A1", **shown(app)})
    answer = clerk.post("/minutes", {"seat": "1", "whom": "2", "reason": "x", "version": shown(app)["version"]})
    assert answer.status_code == 422
    assert "decided by state already" in answer.text
    assert stands(app).aspirant_id == "A1"


def test_a_substitute_who_is_chosen_is_no_substitute_any_more(committee: Any, app: FastAPI) -> None:
    committee.post(PAGE, {"what": "choose", "aspirant_id": "A1", **shown(app)})
    committee.post(PAGE, {"what": "substitute", "aspirant_id": "A4", **shown(app)})
    committee.post(PAGE, {"what": "choose", "aspirant_id": "A4", "reason": "A1 withdrew", **shown(app)})
    assert (stands(app).aspirant_id, stands(app).substitute_id) == ("A4", "")


def test_a_settled_seat_says_how_and_for_whom_and_none_that_has_a_nominee_is_settled(
    committee: Any, app: FastAPI
) -> None:
    settle = {"what": "settle", "how": "ally", "whom": "RLD", "reason": ""}
    assert committee.post(PAGE, {**settle, **shown(app)}).status_code == 303
    assert (stands(app).status, stands(app).settled_as, stands(app).settled_for) == ("settled", "ally", "RLD")
    assert "left to an ally (RLD)" in committee.get(PAGE).text
    committee.post(PAGE, {"what": "choose", "aspirant_id": "A1", **shown(app)})
    assert stands(app).settled_as == ""
    refused = committee.post(PAGE, {**settle, **shown(app)})
    assert refused.status_code == 400
    assert "has a nominee already" in refused.text


def test_the_decision_page_shows_each_names_range_in_whole_points(committee: Any) -> None:
    said = " ".join(committee.get(PAGE).text.split())
    assert "3 points behind, range 12 points behind to 6 points ahead · 30%" in said
