"""Role by route by method, every cell, against a table written by hand; nothing answers without a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Route as StarletteRoute

from khaka.app.review import factory
from khaka.app.review.access import EVERYONE, PUBLIC, Role, Rule, check_rules, route
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace

SignIn = Callable[[str], Any]

# A admin, N analyst, S state committee, O district observer (own districts), R read-only; public: everybody
EXPECTED = {
    ("GET", "/"): "A N S O R",
    ("GET", "/after"): "A N S R",
    ("GET", "/intake"): "A N S",
    ("GET", "/intake/blank.csv"): "N S",
    ("POST", "/intake/form"): "N S",
    ("POST", "/intake/sheet"): "N S",
    ("GET", "/lists"): "A N S R",
    ("POST", "/lists"): "S",
    ("GET", "/lists/{number}"): "A N S R",
    ("POST", "/lists/{number}"): "S",
    ("GET", "/minutes"): "N S",
    ("POST", "/minutes"): "N S",
    ("GET", "/ratings"): "O",
    ("GET", "/ratings/sheet"): "O",
    ("POST", "/reading"): "public",
    ("GET", "/record"): "A N S R",
    ("GET", "/record/ratings.csv"): "A N S",
    ("GET", "/record/record.csv"): "A N S",
    ("GET", "/record/record.jsonl"): "A N S",
    ("GET", "/record/stage_names.csv"): "A N S",
    ("GET", "/record/verify"): "A N S R",
    ("GET", "/seat/{seat_id}"): "A N S O R",
    ("GET", "/seat/{seat_id}/application/{aspirant_id}"): "A N S",
    ("POST", "/seat/{seat_id}/application/{aspirant_id}"): "N S",
    ("GET", "/seat/{seat_id}/booths"): "A N S O R",
    ("GET", "/seat/{seat_id}/compare"): "A N S O R",
    ("GET", "/seat/{seat_id}/decide"): "N S",
    ("POST", "/seat/{seat_id}/decide"): "S",
    ("POST", "/seat/{seat_id}/form"): "N S",
    ("POST", "/seat/{seat_id}/note"): "N S",
    ("POST", "/seat/{seat_id}/paper"): "N S O R",
    ("GET", "/seat/{seat_id}/paper/{copy}"): "N S O R",
    ("GET", "/seat/{seat_id}/rate"): "O",
    ("POST", "/seat/{seat_id}/rate"): "O",
    ("GET", "/seat/{seat_id}/scenario"): "A N S O R",
    ("GET", "/seat/{seat_id}/stages"): "A N S R",
    ("POST", "/seat/{seat_id}/stages"): "N S",
    ("POST", "/seat/{seat_id}/swap"): "S",
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("POST", "/sign-out"): "A N S O R",
    ("GET", "/slate"): "A N S R",
    ("GET", "/static/{digest}/{name}"): "public",
    ("GET", "/users"): "A",
    ("POST", "/users"): "A",
}
LETTERS = {"A": "admin", "N": "analyst", "S": "state", "O": "observer", "R": "reader"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OWN, FOREIGN = "S24-2008-1", "S24-2008-3"


def filled(path: str, seat_id: str = OWN) -> str:
    values = {"seat_id": seat_id, "aspirant_id": "A1", "copy": "1", "number": "1", "digest": "d", "name": "n.css"}
    return path.format(**values)


@pytest.fixture
def guarded_only(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> FastAPI:
    """The page with its guards, and handlers that only say that they were reached."""
    declared = [replace(one, handler=lambda _: PlainTextResponse("reached")) for one in factory.all_routes()]
    monkeypatch.setattr(factory, "all_routes", lambda: iter(declared))
    made: FastAPI = request.getfixturevalue("app")
    return made


def test_the_table_names_every_route_and_no_other() -> None:
    assert {(one.method, one.path) for one in factory.all_routes()} == set(EXPECTED)


@pytest.mark.parametrize("name", [None, *LETTERS.values()])
def test_every_cell_of_role_route_and_method(
    guarded_only: FastAPI, signed_in: SignIn, browser: Any, name: str | None
) -> None:
    visitor = browser if name is None else signed_in(name)
    letter = next((key for key, value in LETTERS.items() if value == name), "-")
    token = visitor.token() if name else browser_token(guarded_only, visitor)
    for path in sorted({path for _, path in EXPECTED}):
        for method in METHODS:
            answer = visitor.send(method, filled(path), data={"csrf": token} if method == "POST" else None)
            cell = (method, path, name, answer.status_code)
            roles = EXPECTED.get(("GET" if method == "HEAD" else method, path))
            if roles is None:
                assert answer.status_code == 405, cell
            elif roles == "public" or letter in roles.split():
                assert answer.status_code == 200, cell
                assert method == "HEAD" or answer.text == "reached", cell
            elif name is None and method in ("GET", "HEAD"):
                assert answer.status_code == 303, cell
                assert answer.headers["location"].startswith("/sign-in"), cell
            else:
                assert answer.status_code == 403, cell
                assert "reached" not in answer.text, cell


def browser_token(app: FastAPI, visitor: Any) -> str:
    """A token for somebody who is not signed in: the sign-in page is a stub here."""
    from khaka.app.review.security import ANONYMOUS_COOKIE, mask, new_secret

    secret = new_secret()
    visitor.cookies[ANONYMOUS_COOKIE] = secret
    return mask(secret)


SEAT_ROUTES = sorted(key for key in EXPECTED if "{seat_id}" in key[1])


@pytest.mark.parametrize(("method", "path"), SEAT_ROUTES)
def test_an_observer_is_refused_in_another_district_also_by_guessed_ids(
    guarded_only: FastAPI, signed_in: SignIn, method: str, path: str
) -> None:
    observer = signed_in("observer")
    token = observer.token()
    guesses = [
        FOREIGN,
        "S24-2008-999",
        "s24-2008-3",
        "S24-2008-03",
        "S24-2008-3%20",
        "%53%32%34-2008-3",
        "' OR 1=1--",
    ]
    for guess in guesses:
        answer = observer.send(method, filled(path, guess), data={"csrf": token} if method == "POST" else None)
        assert answer.status_code in (403, 404), guess
        assert answer.status_code == 403 or guess == "..", guess
        assert "reached" not in answer.text


def test_a_seat_that_does_not_exist_is_404_for_who_may_see_all(guarded_only: FastAPI, signed_in: SignIn) -> None:
    assert signed_in("reader").get("/seat/S24-2008-999").status_code == 404


def test_with_the_real_pages_an_observer_gets_nothing_of_another_district(signed_in: SignIn) -> None:
    observer = signed_in("observer")
    own = observer.get("/ratings").text
    assert "Malihabad" in own
    assert "Unnao" not in own
    assert observer.get(f"/seat/{FOREIGN}/rate").status_code == 403
    assert observer.post(f"/seat/{FOREIGN}/rate", {"rating.C1": "9"}).status_code == 403
    # an aspirant of another district inside the own seat's form is not taken
    assert observer.post(f"/seat/{OWN}/rate", {"rating.C1": "9"}).status_code == 400


def test_an_observer_whose_district_was_taken_away_sees_no_seat(app: FastAPI, signed_in: SignIn) -> None:
    import sqlalchemy as sa

    from khaka.app.review.store.schema import USERS

    observer = signed_in("observer")
    assert observer.get(f"/seat/{OWN}/rate").status_code == 200
    with app.state.review.database.write() as connection:
        connection.execute(sa.update(USERS).where(USERS.c.name == "observer").values(districts="[]"))
    assert observer.get(f"/seat/{OWN}/rate").status_code == 403


def hello(_: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (Rule(), "/new"),
        (Rule(EVERYONE), "/new"),
        (Rule(EVERYONE, seat=True), "/new"),
        (Rule(EVERYONE, own=True), "/seat/{seat_id}/new"),
        (Rule(EVERYONE, public=True), "/new"),
        (Rule(public=True), "/seat/{seat_id}/new"),
    ],
)
def test_the_page_does_not_start_with_a_rule_that_can_not_be_meant(rule: Rule, path: str) -> None:
    with pytest.raises(KhakaError, match="does not start"):
        check_rules([route("GET", path, rule, hello)], [])


def test_the_page_does_not_start_with_an_address_that_has_no_rule(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def and_one_more(app: FastAPI) -> Iterator[tuple[str, str]]:
        app.router.routes.append(StarletteRoute("/forgotten", hello))
        yield from real(app)

    real = factory.served
    monkeypatch.setattr(factory, "served", and_one_more)
    with pytest.raises(KhakaError, match="GET /forgotten has no access rule"):
        factory.create_app(workspace)


def test_a_mount_and_a_route_declared_twice_are_refused() -> None:
    with pytest.raises(KhakaError, match="no access rule"):
        check_rules([], [("ANY", "/static")])
    twice = [route("GET", "/x", PUBLIC, hello)] * 2
    with pytest.raises(KhakaError, match="twice"):
        check_rules(twice, [])


def test_every_role_appears_in_the_table() -> None:
    assert set(LETTERS.values()) == {role.value for role in Role}
