"""From a request to a page: who reads, in which language, through which template.

A page's handler is `def page(request: Request) -> Response` and ends with `return render(request, "page.html", ...)`.
Templates extend `base.html` and find, beside what the handler hands over:

- `_()`, `ngettext()` and `{% trans %}`: the catalogue `locale/hi/LC_MESSAGES/khaka.po`; English is the source text;
- `language` ("en", "hi"), `digits` ("latin", "devanagari"), `reader`, `path` (of the request), `query`;
- `visitor` (name, role, districts) or None, `role_names`;
- `csrf_field()`: the hidden field that every `<form method="post">` must hold;
- `static("khaka.css")`: the address of a file in `static/`;
- `results` (election_id, as_of, version, seats, candidates), `settings` ([review] of khaka.toml), `party`.

There is no inline script and no inline style, `style="..."` in an SVG included: the browser would drop it (see
`khaka.app.review.security`). Use classes and SVG's own attributes (`fill="..."`).

A costly piece of a page, the same for all who read it in one language, is rendered once:
`body = fragment(request, "seat_body.html", (seat_id, version, may_see), make)` where `make` returns the context. A
fragment must hold no form of its own (a token is one reader's) and nothing about the visitor that is not in the key.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import jinja2
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from khaka.app.review import security
from khaka.app.review.access import ROLE_NAMES, Role
from khaka.app.review.assets import Assets
from khaka.app.review.language import LANGUAGES, Language, Reader, catalogue, reader_of
from khaka.app.review.telling import Told
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    import gettext

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from khaka.app.review.results import CurrentResults, Results
    from khaka.app.review.store.database import Database
    from khaka.app.review.store.ledger import Ledger
    from khaka.app.review.store.sessions import Sessions, Visitor
    from khaka.app.review.visits import Visits
    from khaka.data.workspace import Workspace

TEMPLATES: Final = Path(__file__).parent / "templates"
_FRAGMENTS: Final = 4096


@dataclass(frozen=True)
class Review:
    """All that the pages work with; `review(request)` gives it.

    Parameters
    ----------
    workspace : Workspace
        That is served.
    current : CurrentResults
        `current.get()` are the results that are shown.
    database : Database
        Of the record, users and sessions.
    ledger : Ledger
        What stands: `ledger.seat(seat_id)`, `ledger.status_of_seats()`, `ledger.lists()`.
    sessions : Sessions
        Who is signed in.
    visits : Visits
        Who opened what.
    assets : Assets
        Styles, script, font.
    pages : Pages
        Templates in every language, and rendered fragments.
    """

    workspace: Workspace
    current: CurrentResults
    database: Database
    ledger: Ledger
    sessions: Sessions
    visits: Visits
    assets: Assets
    pages: Pages


class Pages:
    """The templates in every language, and the fragments that were rendered.

    Parameters
    ----------
    assets : Assets
        For the addresses of static files.
    """

    def __init__(self, assets: Assets) -> None:
        loader = jinja2.FileSystemLoader(TEMPLATES)
        self.catalogues = {language: catalogue(language) for language in LANGUAGES}
        self._environments = {
            language: _environment(loader, language, assets, self.catalogues[language]) for language in LANGUAGES
        }
        self._fragments: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def render(self, language: Language, template: str, context: Mapping[str, Any]) -> str:
        """Render a template in a language."""
        return self._environments[language].get_template(template).render(context)

    def fragment(self, reader: Reader, template: str, key: Hashable, make: Callable[[], Mapping[str, Any]]) -> Markup:
        """Return a rendered piece, made once for each language, digits and key."""
        whole = (template, reader, key)
        with self._lock:
            known = self._fragments.get(whole)
            if known is not None:
                self._fragments.move_to_end(whole)
                return known
        context = {"language": reader.language, "digits": reader.digits, "reader": reader, **make()}
        made = Markup(self.render(reader.language, template, context))  # noqa: S704 - escaped by the template
        with self._lock:
            self._fragments[whole] = made
            while len(self._fragments) > _FRAGMENTS:
                self._fragments.popitem(last=False)
        return made


def _environment(
    loader: jinja2.BaseLoader, language: Language, assets: Assets, known: gettext.NullTranslations
) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"], auto_reload=False,
    )  # fmt: skip
    cast("Any", environment).install_gettext_translations(known, newstyle=True)
    environment.globals.update(static=assets.url, role_names=ROLE_NAMES)
    environment.globals.update(extras(language))
    return environment


def extras(language: Language) -> Mapping[str, Any]:
    """Return what `khaka.app.review.words` adds to the templates of a language (figures, dates), if it is there."""
    if importlib.util.find_spec("khaka.app.review.words") is None:
        return {}
    words = importlib.import_module("khaka.app.review.words")
    return cast("Mapping[str, Any]", words.template_globals(language))


def review(request: Request) -> Review:
    """Return what the page works with."""
    return cast("Review", request.app.state.review)


def reader(request: Request) -> Reader:
    """Return the language and digits of the request."""
    known = getattr(request.state, "reader", None)
    if known is None:
        known = request.state.reader = reader_of(request)
    return cast("Reader", known)


def visitor(request: Request) -> Visitor:
    """Return who is signed in; every address that isn't public has someone."""
    found = maybe_visitor(request)
    assert found is not None, "a public address asks who is signed in"
    return found


def maybe_visitor(request: Request) -> Visitor | None:
    """Return who is signed in, None for nobody."""
    return cast("Visitor | None", getattr(request.state, "visitor", None))


def form(request: Request) -> FormData:
    """Return the form that was sent."""
    return cast("FormData", request.state.form)


def text_field(request: Request, name: str, *, longest: int = 2000) -> str:
    """Return one text of the form, blanks trimmed; empty where it is missing.

    Raises
    ------
    KhakaError
        Longer than allowed, or holding control characters.
    """
    value = form(request).get(name, "")
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if len(text) > longest:
        raise Told(
            "the field '{name}' has {found} characters; {most} are allowed", name=name, found=len(text), most=longest
        )
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in text) or any(0xD800 <= ord(s) < 0xE000 for s in text):
        raise Told("the field '{name}' holds signs that can't be stored; type it again", name=name)
    return text


def may_see_seat(request: Request, seat_id: str) -> bool:
    """Tell whether the visitor may see a seat: a district observer only in the own districts."""
    who = visitor(request)
    if who.role is not Role.OBSERVER:
        return True
    seat = review(request).current.get().seats.get(seat_id)
    return seat is not None and seat.district.strip().casefold() in {one.strip().casefold() for one in who.districts}


def visible_seats(request: Request) -> tuple[str, ...]:
    """Return the seats that the visitor may see, in the order of their numbers."""
    return tuple(seat_id for seat_id in review(request).current.get().seats if may_see_seat(request, seat_id))


def may_see_judgements(request: Request, seat_id: str) -> bool:
    """Tell whether the visitor may see ratings, ranking and stage names of a seat.

    A rater sees no other rating, and nothing that is made from them, before the own ratings of the seat are sent: a
    district observer sees facts only until each aspirant of the seat has the observer's rating, or it is decided.
    """
    who = visitor(request)
    if who.role is not Role.OBSERVER:
        return True
    stands = review(request).ledger.seat(seat_id)
    rated = {rating.aspirant_id for rating in stands.ratings if rating.rater == who.name}
    names = {one.aspirant_id for one in results(request).candidates.get(seat_id, ())}
    return stands.is_closed or names <= rated


def results(request: Request) -> Results:
    """Return the results that this request shows, the same from its first line to its last."""
    known = getattr(request.state, "results", None)
    if known is None:
        known = request.state.results = review(request).current.get()
    return cast("Results", known)


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Answer with a page.

    Parameters
    ----------
    request : Request
        That is answered.
    template : str
        File in `templates/`.
    status : int
        HTTP status.
    **context
        For the template; see the head of this module for what it has anyway.

    Returns
    -------
    Response
        HTML.
    """
    it, who, reads = review(request), maybe_visitor(request), reader(request)
    secret = who.csrf if who is not None else getattr(request.state, "anonymous", None)
    fresh = None
    if secret is None:
        secret = fresh = security.new_secret()
    whole = {
        "request": request,
        "language": reads.language,
        "digits": reads.digits,
        "reader": reads,
        "path": request.url.path,
        "query": request.url.query,
        "visitor": who,
        "settings": it.workspace.settings.review,
        "party": it.workspace.settings.party.party,
        "results": results(request),
        "csrf_field": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(
            security.CSRF_FIELD, security.mask(secret)
        ),
        **context,
    }
    response = HTMLResponse(it.pages.render(reads.language, template, whole), status_code=status)
    if fresh is not None and who is None:
        response.set_cookie(
            security.ANONYMOUS_COOKIE, fresh, httponly=True, samesite="lax",
            secure=it.workspace.settings.review.tls_proxy,
        )  # fmt: skip
    return response


def fragment(request: Request, template: str, key: Hashable, make: Callable[[], Mapping[str, Any]]) -> Markup:
    """Return a rendered piece of a page, made once for each language, digits and key; see the head of this module."""
    return review(request).pages.fragment(reader(request), template, key, make)


def told(request: Request, error: KhakaError) -> str:
    """Return a fault's sentence in the visitor's language, where the catalogue has it."""
    known = review(request).pages.catalogues[reader(request).language]
    return error.tell(known) if isinstance(error, Told) else str(error)


def redirect(path: str) -> Response:
    """Answer a form with another page of ours (303)."""
    return RedirectResponse(security.local_path(path), status_code=303)
