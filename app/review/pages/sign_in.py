"""Sign in, sign out, language and digits, static files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response

from khaka.app.review.access import EVERYONE, PUBLIC, Rule, route
from khaka.app.review.factory import SESSION_COOKIE
from khaka.app.review.language import COOKIE, DIGITS, LANGUAGES, Reader
from khaka.app.review.rendering import form, maybe_visitor, redirect, render, review, text_field, visitor
from khaka.app.review.security import local_path
from khaka.app.review.store.users import password_fits
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from starlette.requests import Request

_YEAR: Final = 365 * 86_400


def show(request: Request) -> Response:
    """Show the form; whoever is signed in goes on."""
    onward = local_path(request.query_params.get("next", "/"))
    return redirect(onward) if maybe_visitor(request) else _form(request, onward)


def _form(request: Request, onward: str, *, name: str = "", fault: str = "", status: int = 200) -> Response:
    return render(request, "sign_in.html", status=status, onward=onward, name=name, fault=fault)


def sign_in(request: Request) -> Response:
    """Open a session, if name and password fit and not too many failed lately."""
    it = review(request)
    onward = local_path(text_field(request, "next"))
    name = text_field(request, "name", longest=80)
    password = form(request).get("password", "")
    address = request.client.host if request.client else ""
    try:
        it.sessions.check_rate(name, address)
    except KhakaError:
        return _form(request, onward, name=name, fault="rate", status=429)
    user = password_fits(it.database, name, password if isinstance(password, str) else "")
    it.sessions.tried(name, address, user is not None)
    if user is None:
        return _form(request, onward, name=name, fault="password", status=401)
    response = redirect(onward)
    settings = it.workspace.settings.review
    response.set_cookie(
        SESSION_COOKIE, it.sessions.open(user.name), max_age=settings.session_hours * 3600, httponly=True,
        samesite="lax", secure=settings.tls_proxy,
    )  # fmt: skip
    return response


def sign_out(request: Request) -> Response:
    """End the session, in the database too."""
    review(request).sessions.end(visitor(request).key)
    response = redirect("/sign-in")
    response.delete_cookie(SESSION_COOKIE)
    return response


def choose_reading(request: Request) -> Response:
    """Keep language and digits for a year."""
    language, digits = text_field(request, "language", longest=20), text_field(request, "digits", longest=20)
    reads = Reader(
        language if language in LANGUAGES else "en",
        digits if digits in DIGITS else "latin",
    )
    response = redirect(text_field(request, "next"))
    response.set_cookie(
        COOKIE, reads.cookie(), max_age=_YEAR, samesite="lax",
        secure=review(request).workspace.settings.review.tls_proxy,
    )  # fmt: skip
    return response


def static(request: Request) -> Response:
    """Serve a file whose address changes with its content."""
    asset = review(request).assets.get(request.path_params["digest"], request.path_params["name"])
    if asset is None:
        return PlainTextResponse("there is no such file", status_code=404)
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(asset.content, media_type=asset.media_type, headers=headers)


routes = [
    route("GET", "/sign-in", PUBLIC, show),
    route("POST", "/sign-in", PUBLIC, sign_in),
    route("POST", "/sign-out", Rule(EVERYONE, own=True), sign_out),
    route("POST", "/reading", PUBLIC, choose_reading),
    route("GET", "/static/{digest}/{name}", PUBLIC, static),
]
