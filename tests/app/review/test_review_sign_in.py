"""Sign-in, sessions that end, forged forms, rate limit, headers, languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from khaka.app.review.factory import SESSION_COOKIE, create_app
from khaka.app.review.serve import check_host
from khaka.app.review.store.database import Database
from khaka.app.review.store.record import Who, entries
from khaka.app.review.store.schema import SESSIONS, SIGN_INS, USERS, VISITS
from khaka.app.review.store.users import add_user, password_fits, set_active, set_password, users
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace

SignIn = Callable[[str], Any]
PASSWORD = "a long password"
PAGE = "/seat/S24-2008-1/decide"
WHO = Who("test", "admin")


def count(app: FastAPI, table: sa.Table) -> int:
    with app.state.review.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_name_and_password_open_a_session_and_signing_out_ends_it_everywhere(browser: Any, app: FastAPI) -> None:
    assert browser.get(PAGE).headers["location"] == f"/sign-in?next={PAGE}"
    done = browser.sign_in("State")  # case of the name doesn't matter
    assert (done.status_code, done.headers["location"]) == (303, "/")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert browser.get(PAGE).status_code == 200
    stolen = dict(browser.cookies)
    browser.post("/sign-out")
    browser.cookies = stolen
    assert browser.get(PAGE).status_code == 303
    assert count(app, SESSIONS) == 0


def test_the_database_holds_neither_password_nor_session_token(browser: Any, app: FastAPI) -> None:
    browser.sign_in("state")
    token = browser.cookies[SESSION_COOKIE]
    with app.state.review.database.read() as connection:
        everything = str([connection.execute(sa.select(table)).all() for table in (USERS, SESSIONS, SIGN_INS)])
    assert token not in everything
    assert PASSWORD not in everything
    assert "$argon2id$" in everything


@pytest.mark.parametrize(("name", "password"), [("state", "wrong password"), ("nobody", PASSWORD), ("state", "")])
def test_a_wrong_password_and_an_unknown_name_look_the_same(browser: Any, name: str, password: str) -> None:
    refused = browser.sign_in(name, password)
    assert refused.status_code == 401
    assert "t fit" in refused.text
    assert SESSION_COOKIE not in browser.cookies


def test_after_five_wrong_passwords_the_name_waits_a_quarter_of_an_hour(app: FastAPI, browser: Any, clock: Any) -> None:
    for _ in range(5):
        app.state.review.sessions.tried("state", "10.0.0.9", succeeded=False)
    assert browser.sign_in("state").status_code == 429
    assert browser.sign_in("state2").status_code == 303
    clock.now += 14 * 60
    browser.cookies.clear()
    assert browser.sign_in("STATE").status_code == 429
    clock.now += 2 * 60
    assert browser.sign_in("state").status_code == 303


def test_an_address_that_tries_many_names_waits_too(app: FastAPI, browser: Any) -> None:
    for number in range(30):
        app.state.review.sessions.tried(f"guess{number}", "127.0.0.1", succeeded=False)
    assert browser.sign_in("state").status_code == 429


def test_a_session_ends_by_the_clock_and_by_idleness(signed_in: SignIn, clock: Any) -> None:
    busy, idle = signed_in("state"), signed_in("state2")
    for _ in range(26):  # 13 hours, a click every half hour
        assert busy.get(PAGE).status_code == 200 or clock.now > 1_800_000_000 + 12 * 3600
        clock.now += 30 * 60
    assert busy.get(PAGE).status_code == 303
    assert idle.get(PAGE).status_code == 303


def test_a_new_password_or_shutting_out_ends_open_sessions(app: FastAPI, signed_in: SignIn) -> None:
    database = app.state.review.database
    one, other = signed_in("state"), signed_in("state2")
    set_password(database, "state", "another long one", who=WHO)
    set_active(database, "state2", active=False, who=WHO)
    assert one.get(PAGE).status_code == other.get(PAGE).status_code == 303
    assert password_fits(database, "state", "another long one") is not None
    assert password_fits(database, "state2", PASSWORD) is None
    kinds = [entry.body for entry in entries(database) if entry.kind == "user"][-2:]
    assert '"change":"password"' in kinds[0]
    assert '"change":"disabled"' in kinds[1]
    assert "another long one" not in "".join(kinds)


@pytest.mark.parametrize("token", ["", "0" * 64, "zz", "é"])
def test_a_form_without_its_token_is_refused(signed_in: SignIn, app: FastAPI, token: str) -> None:
    visitor = signed_in("state")
    shown = {"version": app.state.review.current.get().version, "seen": "0"}
    answer = visitor.send("POST", PAGE, data={"csrf": token, "what": "choose", "aspirant_id": "A1", **shown})
    assert answer.status_code == 403
    assert app.state.review.ledger.seat("S24-2008-1").status == "open"


def test_a_token_of_another_session_and_a_form_from_another_site_are_refused(signed_in: SignIn, app: FastAPI) -> None:
    mine, theirs = signed_in("state"), signed_in("state2")
    data = {"what": "hold", "version": app.state.review.current.get().version, "seen": "0"}
    assert mine.send("POST", PAGE, data={"csrf": theirs.token(), **data}).status_code == 403
    for headers in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
        assert mine.post(PAGE, data, headers=headers).status_code == 403
    assert (
        mine.post(PAGE, data, headers={"origin": "http://khaka.test", "sec-fetch-site": "same-origin"}).status_code
        == 303
    )


def test_the_sign_in_form_needs_its_token_too(browser: Any) -> None:
    answer = browser.send("POST", "/sign-in", data={"name": "state", "password": PASSWORD, "csrf": "0" * 64})
    assert answer.status_code == 403


def test_tokens_differ_on_every_page_but_all_fit(signed_in: SignIn) -> None:
    visitor = signed_in("state")
    tokens = [re.findall(r'name="csrf" value="(\w+)"', visitor.get(PAGE).text)[0] for _ in range(2)]
    assert tokens[0] != tokens[1]


@pytest.mark.parametrize("path", ["/sign-in", PAGE, "/nowhere", "/static/x/y.css", "/lists"])
def test_every_answer_carries_the_headers_and_no_page_is_kept_in_a_cache(signed_in: SignIn, path: str) -> None:
    answer = signed_in("state").get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"


def test_a_static_file_has_an_address_of_its_content_and_is_kept(app: FastAPI, browser: Any) -> None:
    url = app.state.review.assets.url("khaka.css")
    answer = browser.get(url)
    assert "immutable" in answer.headers["cache-control"]
    assert browser.get("/static/000000000000/khaka.css").status_code == 404
    assert browser.get("/static/x/..%2F..%2Ffactory.py").status_code == 404


@pytest.mark.parametrize("onward", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "x"])
def test_signing_in_never_leads_elsewhere(browser: Any, onward: str) -> None:
    done = browser.post("/sign-in", {"name": "state", "password": PASSWORD, "next": onward})
    assert done.headers["location"] == "/"


def test_a_large_public_form_and_one_without_length_are_refused(browser: Any) -> None:
    assert browser.post("/sign-in", {"name": "x" * 30_000}).status_code == 413


def test_the_reader_chooses_language_and_digits(signed_in: SignIn) -> None:
    visitor = signed_in("state")
    assert 'lang="en"' in visitor.get(PAGE).text
    visitor.post("/reading", {"language": "hi", "digits": "devanagari", "next": PAGE})
    assert '<html lang="hi"' in visitor.get(PAGE).text
    browser_asks = visitor.get("/sign-in", headers={"accept-language": "hi-IN,hi;q=0.9,en;q=0.5"})
    assert browser_asks.status_code == 303


def test_visits_are_written_in_batches_and_thrown_away_unless_on_legal_hold(
    signed_in: SignIn, app: FastAPI, clock: Any, workspace: Workspace
) -> None:
    signed_in("state").get(PAGE)
    assert app.state.review.visits.flush() == 1
    assert count(app, VISITS) == 1
    clock.now += 500 * 86_400
    text = (workspace.root / "khaka.toml").read_text(encoding="utf-8")
    (workspace.root / "khaka.toml").write_text(
        text.replace("legal_hold = false", "legal_hold = true"), encoding="utf-8"
    )
    from khaka.data.workspace import open_workspace

    held = create_app(open_workspace(workspace.root), clock=clock)
    assert held.state.review.sessions.forget() == 0
    held.state.review.database.close()
    assert app.state.review.sessions.forget() >= 1
    assert count(app, VISITS) == 0


@pytest.mark.parametrize(
    ("name", "role", "password", "districts"),
    [
        ("new", "boss", PASSWORD, ()),
        ("new", "observer", PASSWORD, ()),
        ("new", "state", PASSWORD, ("Lucknow",)),
        ("new", "state", "short", ()),
        ("<b>", "state", PASSWORD, ()),
        ("", "state", PASSWORD, ()),
        ("x" * 41, "state", PASSWORD, ()),
    ],
)
def test_a_user_that_can_not_be_meant_is_refused(
    database: Database, name: str, role: str, password: str, districts: tuple[str, ...]
) -> None:
    with pytest.raises(KhakaError):
        add_user(database, name, role, password, districts=districts, who=WHO)
    assert users(database) == ()


def test_a_name_is_taken_whatever_its_case(database: Database) -> None:
    add_user(database, "आशा Devi", "state", PASSWORD, who=WHO)
    with pytest.raises(KhakaError, match="already"):
        add_user(database, "आशा DEVI", "admin", PASSWORD, who=WHO)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "khaka.example"])
def test_the_page_is_not_served_in_the_open(host: str) -> None:
    with pytest.raises(KhakaError, match="tls_proxy"):
        check_host(host, tls_proxy=False)
    check_host(host, tls_proxy=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_alone_needs_no_proxy(host: str) -> None:
    check_host(host, tls_proxy=False)
