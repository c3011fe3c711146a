"""The page under requests that nobody thought of: no server error, no way round the roles.

The schema is made from the page's own table of routes (the page publishes none), schemathesis makes the requests, and
each is sent as several: nobody, each role, an observer of another district, a session that has ended, with the form's
token and without. What the rule of the address does not allow must not be answered.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from prepared import Prepared
from promise import REPOSITORY, Outcome

PROMISE = "requests that nobody thought of: no server error, no way round the roles"
FULL = 50_000
SENDERS = 4
"""Each request that is thought of is sent as so many, drawn anew."""
PASSWORD = "a long password of a test"
PEOPLE = {"admin": "admin", "analyst": "analyst", "state": "state", "observer": "observer", "reader": "reader",
          "stranger": "observer", "ended": "admin"}  # fmt: skip


def schema_of(routes: Any, seats: list[str], names: list[str]) -> dict[str, Any]:
    """Return an OpenAPI description of the page's routes."""
    anything = {"type": "string"}
    seat = {"anyOf": [{"enum": [*seats, "S24-2008-9999", "S24-2008-1;--", "../../etc/passwd"]}, anything]}
    paths: dict[str, Any] = {}
    for item in routes:
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": seat if name == "seat_id" else anything}
            for name in re.findall(r"{(\w+)", item.path)
        ]
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": {"anyOf": [anything, {"type": "integer"}, seat]}}
            for name in ("q", "page", "a", "b", "swing", "view", "lang", "status", "next")
        ]
        operation: dict[str, Any] = {"parameters": parameters, "responses": {"200": {"description": "a page"}}}
        if item.method == "POST":
            fields = {name: {"anyOf": [anything, {"type": "integer"}, seat]} for name in names}
            operation["requestBody"] = {
                "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields}}}
            }
        paths.setdefault(re.sub(r"{(\w+):\w+}", r"{\1}", item.path), {})[item.method.lower()] = operation
    return {"openapi": "3.0.3", "info": {"title": "khaka", "version": "1"}, "paths": paths}


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Send requests to every route, as everybody."""
    import httpx
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    from khaka.app.review.access import Role, allows
    from khaka.app.review.factory import SESSION_COOKIE, all_routes, create_app
    from khaka.app.review.security import CSRF_FIELD, mask
    from khaka.app.review.store.record import Who
    from khaka.app.review.store.users import add_user
    from khaka.data.workspace import open_workspace

    outcome = Outcome(PROMISE)
    logging.getLogger("khaka.review").setLevel(logging.CRITICAL)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="khaka-requests-") as folder:
        from kills import job

        root = made.copy(Path(folder) / "workspace")
        job(root, made, None)
        app = create_app(open_workspace(root))
        state = app.state.review
        seats = sorted(state.current.get().seats)
        own = state.current.get().seats[seats[0]].district
        others = [one for one in seats if state.current.get().seats[one].district != own]
        sessions: dict[str, tuple[str, Any]] = {}
        for name, role in PEOPLE.items():
            districts = (own,) if name == "observer" else ("Nowhere",) if role == "observer" else ()
            add_user(state.database, name, role=role, districts=districts, password=PASSWORD, who=Who("test", "admin"))
            token = state.sessions.open(name)
            sessions[name] = (token, state.sessions.find(token))
        state.sessions.end(sessions["ended"][1].key)
        names = sorted({name for page in (REPOSITORY / "app" / "review" / "templates").rglob("*.html")
                        for name in re.findall(r'name="(\w+)"', page.read_text(encoding="utf-8"))})  # fmt: skip
        routes = {(item.method, re.sub(r"{(\w+):\w+}", r"{\1}", item.path)): item for item in all_routes()}
        routes = {key: item for key, item in routes.items() if not item.path.startswith("/static")}
        schema = schemathesis.openapi.from_dict(schema_of(routes.values(), seats, names))
        loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://khaka.test", follow_redirects=False)
        answered: dict[int, int] = {}
        each = max(1, cases // len(routes) // SENDERS) + 1

        def send(item: Any, case: Any) -> None:
            async def as_several() -> None:
                for who in rng.sample([*PEOPLE, "nobody"], k=SENDERS):
                    await send_as(who, item, case)

            loop.run_until_complete(as_several())

        async def send_as(who: str, item: Any, case: Any) -> None:
            client.cookies.clear()
            token, visitor = sessions.get(who, ("", None))
            if token:
                client.cookies.set(SESSION_COOKIE, token)
            values = {key: str(value) for key, value in (case.path_parameters or {}).items()}
            path = re.sub(r"{(\w+)}", lambda found: _escaped(values.get(found[1], "")), case.path)
            body = {key: str(value) for key, value in case.body.items()} if isinstance(case.body, dict) else {}
            with_token = rng.random() < 0.7
            if visitor is not None and with_token and who != "ended":
                body[CSRF_FIELD] = mask(visitor.csrf)
            query = {key: str(value) for key, value in (case.query or {}).items()}
            form = None if item.method == "GET" else body
            response = await client.request(item.method, path, params=query, data=form)
            outcome.tried += 1
            answered[response.status_code] = answered.get(response.status_code, 0) + 1
            if response.status_code >= 500:
                outcome.fail(f"{item.method} {path} as {who}: {response.status_code}")
            role = None if who in ("nobody", "ended") else Role(PEOPLE[who])
            seat = values.get("seat_id")
            mine = (
                None
                if seat is None
                else (who == "observer" and seat in seats and seat not in others)
                or (role is not None and role is not Role.OBSERVER)
            )
            may = allows(item.rule, role, own_seat=mine) and (item.method == "GET" or item.rule.public or with_token)
            if not may and not (item.rule.public) and response.status_code in (200, 201, 204):
                outcome.fail(f"{item.method} {path} was answered to {who}")
            if item.method == "POST" and not may and not item.rule.public and response.status_code in (302, 303):
                where = response.headers.get("location", "")
                if not where.startswith("/sign-in"):
                    outcome.fail(f"{item.method} {path} was carried out for {who}")

        def explore(strategy: Any, use: Callable[[Any], None]) -> None:
            @seeded(seed)
            @settings(max_examples=each, database=None, deadline=None, phases=[Phase.generate],
                      suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(strategy)
            def every(case: Any) -> None:
                use(case)

            every()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for (method, path), item in sorted(routes.items()):
                explore(schema[path][method].as_strategy(), partial(send, item))
        loop.run_until_complete(client.aclose())
        loop.close()
        counts = ", ".join(f"{count} x {status}" for status, count in sorted(answered.items()))
        outcome.detail = f"{len(routes)} routes, {len(PEOPLE) + 1} visitors; {counts}"
    return outcome


def _escaped(text: str) -> str:
    from urllib.parse import quote

    return quote(text.encode("utf-8", "surrogatepass"), safe="") or "-"
