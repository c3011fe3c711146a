"""`create_app`: the page of one workspace, put together from `pages/`.

How to add a page: write `pages/<name>.py` with one handler an address and a list `routes`, and `templates/<name>.html`
that extends `base.html`. Nothing else: the file is found here.

    from khaka.app.review.access import VIEW_SEAT, route
    from khaka.app.review.rendering import render, results, review

    def seat(request: Request) -> Response:
        seat_id = request.path_params["seat_id"]  # known, and allowed for this visitor: the rule saw to it
        stands = review(request).ledger.seat(seat_id)  # SeatStatus: what was decided, by whom, notes, stages
        return render(request, "seat.html", seat_id=seat_id, stands=stands)

    routes = [route("GET", "/seat/{seat_id}", VIEW_SEAT, seat)]

A handler runs in a thread, so it may read files. Helpers of a page (not routes) belong beside `pages/`, not into it.
What the visitor can put right is raised as `Told` (400), `NotThere` (404), `Forbidden` (403) or `Stale` (409) of
`khaka.app.review.telling`: shown as a page, in the reader's language where the catalogue has the sentence. Pages of
many seats take `visible_seats(request)`, and hide ratings, ranking and stage names of a seat where
`may_see_judgements(request, seat_id)` says no. What stands for all seats: `review(request).ledger.status_of_seats()`.
Static files lie in `static/`; a font that is made at set-up lies in the workspace's `cache/static/`. Translations lie
in `locale/hi/LC_MESSAGES/`, any number of .po files.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import pkgutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route as StarletteRoute

from khaka.app.review import pages, security
from khaka.app.review.access import Route, allows, check_rules
from khaka.app.review.assets import Assets
from khaka.app.review.blueprints import forget, preload
from khaka.app.review.rendering import Pages, Review, form, may_see_seat, maybe_visitor, redirect, render, review, told
from khaka.app.review.results import CurrentResults
from khaka.app.review.store.anchors import keep_anchor
from khaka.app.review.store.database import Database, open_database
from khaka.app.review.store.ledger import Ledger
from khaka.app.review.store.record import head
from khaka.app.review.store.sessions import Sessions
from khaka.app.review.telling import Forbidden, NotThere, Stale
from khaka.app.review.turns import Turns
from khaka.app.review.visits import EVERY, Visits
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from starlette.requests import Request

    from khaka.data.workspace import Workspace

STATIC: Final = Path(__file__).parent / "static"
SESSION_COOKIE: Final = "khaka_session"
_LARGEST: Final = 12_000_000  # bytes of an intake sheet with its form
_LARGEST_PUBLIC: Final = 20_000
_MOST_FIELDS: Final = 10_000
_CARE: Final = 60.0

_LOG: Final = logging.getLogger("khaka.review")


def create_app(
    workspace: Workspace,
    *,
    election_id: str | None = None,
    as_of: str | None = None,
    database: Database | None = None,
    clock: Callable[[], float] = time.time,
) -> FastAPI:
    """Put the page of a workspace together.

    Parameters
    ----------
    workspace : Workspace
        With results.
    election_id, as_of : str, optional
        Which results; by default the newest.
    database : Database, optional
        By default the one of the settings.
    clock : callable
        Seconds since 1970; sessions end by it.

    Returns
    -------
    FastAPI
        Ready to be served.

    Raises
    ------
    KhakaError
        Nothing is scored, or an address has no access rule.
    """
    current = CurrentResults(workspace, election_id=election_id, as_of=as_of)
    current.get()
    database = database or open_database(workspace)
    assets = Assets([STATIC, workspace.root / "cache" / "static"])
    state = Review(
        workspace=workspace, current=current, database=database, ledger=Ledger(database, current.election_id),
        sessions=Sessions(database, workspace.settings.review, clock), visits=Visits(database), assets=assets,
        pages=Pages(assets),
    )  # fmt: skip

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        app.state.turns = Turns()
        preload(app)
        with _caretaker(state):
            yield
        del app.state.turns
        forget(app)

    app = FastAPI(title="khaka", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.review = state
    declared = tuple(all_routes())
    for item in declared:
        app.router.routes.append(StarletteRoute(item.path, _guarded(item), methods=[item.method]))
    check_rules(declared, served(app))
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _failed)
    # a page is text: a sixth of it goes over a bad connection (form tokens are masked anew each time)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=4)
    app.add_middleware(security.SecurityHeaders, tls=workspace.settings.review.tls_proxy)
    return app


def all_routes() -> Iterator[Route]:
    """Yield the routes of every page file, in the files' order."""
    for module in sorted(pkgutil.iter_modules(pages.__path__), key=lambda found: found.name):
        page = importlib.import_module(f"{pages.__name__}.{module.name}")
        declared = getattr(page, "routes", None)
        if not isinstance(declared, list):
            raise KhakaError(f"{page.__name__} declares no list `routes`; a page file says which addresses it serves")
        yield from declared


def served(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield method and path of everything that the application answers."""
    for found in app.routes:
        path = getattr(found, "path", "?")
        methods = getattr(found, "methods", None)
        if not isinstance(found, StarletteRoute) or not methods:
            yield "ANY", path  # a mount or a socket: has no rule, so the check refuses it
            continue
        for method in sorted(methods - {"HEAD"}):  # HEAD is a GET without its body, under the same rule
            yield method, path


def _guarded(item: Route) -> Callable[[Request], object]:
    """Return the endpoint that asks the rule before it asks the handler."""

    async def endpoint(request: Request) -> Response:
        request.state.form = None
        if item.method == "POST":
            refused = await _read_form(request, item)
            if refused is not None:
                return refused
        turns: Turns | None = getattr(request.app.state, "turns", None)
        try:
            if turns is None:  # nothing was started around it: a test's own call
                return await run_in_threadpool(_answer, request, item)
            return await (turns.write if item.method == "POST" else turns.read)(_answer, request, item)
        finally:
            if request.state.form is not None:
                await request.state.form.close()  # removes what was uploaded

    return endpoint


async def _read_form(request: Request, item: Route) -> Response | None:
    largest = _LARGEST_PUBLIC if item.rule.public else _LARGEST
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > largest:
        return PlainTextResponse(f"a form of at most {largest:,} bytes is taken, with its length", status_code=413)
    try:
        request.state.form = await request.form(max_fields=_MOST_FIELDS, max_files=20)
    except ClientDisconnect:
        return PlainTextResponse("the connection broke off", status_code=400)
    return None


def _answer(request: Request, item: Route) -> Response:
    """Answer one request: who is it, may they, is the form theirs, then the page itself."""
    it = review(request)
    request.state.visitor = it.sessions.find(request.cookies.get(SESSION_COOKIE), keeps_alive=item.keeps_alive)
    if request.state.visitor is None:
        request.state.anonymous = _anonymous(request)
    try:
        response = _ask(request, item)
    except Stale as error:
        response = render(request, "error.html", status=409, message=told(request, error), heading="changed")
    except NotThere as error:
        response = render(request, "error.html", status=404, message=told(request, error), heading="missing")
    except Forbidden as error:
        response = render(request, "error.html", status=403, message=told(request, error), heading="forbidden")
    except KhakaError as error:
        response = render(request, "error.html", status=400, message=told(request, error), heading="refused")
    who = maybe_visitor(request)
    if who is not None and not item.path.startswith("/static/"):
        it.visits.note(who.name, request.method, request.url.path, response.status_code)
    return response


def _ask(request: Request, item: Route) -> Response:
    who = maybe_visitor(request)
    seat_id = request.path_params.get("seat_id")
    if not item.rule.public:
        if who is None:
            if item.method == "GET":
                asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return redirect("/sign-in" if asked == "/" else f"/sign-in?next={_quoted(asked)}")
            raise Forbidden("nobody is signed in, or the session has ended: sign in and send it again")
        own = None if seat_id is None else may_see_seat(request, seat_id)
        if not allows(item.rule, who.role, own_seat=own):
            raise Forbidden("your role does not open this page")
        if seat_id is not None and seat_id not in review(request).current.get().seats:
            raise NotThere("there is no seat {seat} in this election", seat=seat_id)
    if item.method == "POST":
        secret = who.csrf if who is not None else getattr(request.state, "anonymous", None)
        token = form(request).get(security.CSRF_FIELD, "")
        if secret is None or not isinstance(token, str) or not security.token_fits(token, secret):
            raise Forbidden("the form is not from this session: go back, open the page again and send it from there")
        if not security.same_origin(request):
            raise Forbidden("the form was sent from another site")
    return item.handler(request)


def _anonymous(request: Request) -> str | None:
    found = request.cookies.get(security.ANONYMOUS_COOKIE, "")
    return found if len(found) == 32 and all(sign in "0123456789abcdef" for sign in found) else None


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/")


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer an unknown address or method without telling whether someone is signed in."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    request.state.visitor = None
    request.state.anonymous = None
    headers = cast("dict[str, str] | None", getattr(error, "headers", None))
    return PlainTextResponse(
        {404: "there is no such page", 405: "this page does not take that"}.get(status, "it can't be answered"),
        status_code=status,
        headers=headers,
    )


async def _failed(request: Request, error: Exception) -> Response:
    """Answer a fault of ours: the log has it, the visitor gets a sentence."""
    route = getattr(request.scope.get("route"), "path", "")  # not the address, which may hold what somebody typed
    _LOG.error("a request failed", exc_info=error, extra={"told": f"{request.method} {route}"})
    return PlainTextResponse("something went wrong on our side; nothing was written", status_code=500)


@contextlib.contextmanager
def _caretaker(state: Review) -> Iterator[None]:
    """Write visits, keep anchors, throw away what is no longer kept, while the page is served."""
    stop = threading.Event()

    def care() -> None:
        last = 0.0
        while True:
            ended = stop.wait(EVERY)
            try:
                state.visits.flush()
                state.database.tidy()
                if ended or time.monotonic() - last > _CARE:
                    last = time.monotonic()
                    keep_anchor(state.workspace, head(state.database))
                    state.sessions.forget()
            except Exception:  # the page goes on; the log says why
                _LOG.exception("the page's upkeep failed")
            if ended:
                return

    thread = threading.Thread(target=care, name="khaka-care", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
