"""The same page on SQLite and on PostgreSQL: sign in, decide, rate, list, print, check."""

from __future__ import annotations

from typing import Any

from khaka.app.review.factory import SESSION_COOKIE, create_app
from khaka.app.review.store.database import Database
from khaka.app.review.store.record import Who
from khaka.app.review.store.users import add_user
from khaka.data.workspace import Workspace

SEAT = "S24-2008-1"
PASSWORD = "a long password"


def test_a_day_of_the_committee_on_either_database(workspace: Workspace, database: Database, browser: Any) -> None:
    for name, role, districts in (("asha", "state", ()), ("ravi", "state", ()), ("omar", "observer", ("Lucknow",))):
        add_user(database, name, role, PASSWORD, districts=districts, who=Who("test", "admin"))
    app = create_app(workspace, database=database)
    it = app.state.review

    def visitor(name: str) -> Any:
        return type(browser)(app, {SESSION_COOKIE: it.sessions.open(name)})

    asha = type(browser)(app)
    assert asha.sign_in("asha", "not the password").status_code == 401
    assert asha.sign_in("asha").status_code == 303
    assert visitor("omar").post(f"/seat/{SEAT}/rate", {"rating.A1": "8", "note.A1": "सब जानते हैं"}).status_code == 303
    shown = {"version": it.current.get().version, "seen": "0"}
    assert asha.post(f"/seat/{SEAT}/decide", {"what": "choose", "aspirant_id": "A1", **shown}).status_code == 303
    assert asha.post(f"/seat/{SEAT}/decide", {"what": "hold", **shown}).status_code == 409
    seen = str(it.ledger.seat(SEAT).seq)
    confirm = {"what": "confirm", "of": seen, "version": shown["version"], "seen": seen}
    assert visitor("ravi").post(f"/seat/{SEAT}/decide", confirm).status_code == 303
    made = asha.post("/lists", {"title": "first", "seat": [SEAT], "embargo": "", "seen": str(it.ledger.refresh())})
    assert made.headers["location"] == "/lists/1"
    assert asha.post("/lists/1", {"what": "release"}).status_code == 303
    assert asha.post(f"/seat/{SEAT}/paper", {"what": "facts"}).headers["location"].endswith("/paper/1")
    assert "The record is whole" in asha.get("/record/verify").text
    stood = it.ledger.seat(SEAT)
    assert (stood.status, stood.aspirant_id, stood.confirmed_by) == ("released", "A1", "ravi")
    assert it.visits.flush() >= 8
    assert it.sessions.forget() == 0
