"""Numbered copies on paper: facts and ranking apart, each with a watermark that says who printed it and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from khaka.app.review.access import Role, Rule, route
from khaka.app.review.blueprints import shown
from khaka.app.review.rendering import (
    may_see_judgements,
    redirect,
    render,
    results,
    review,
    text_field,
    visitor,
)
from khaka.app.review.store.anchors import keep_anchor
from khaka.app.review.store.chain import Anchor
from khaka.app.review.store.events import Printed
from khaka.app.review.store.record import append
from khaka.app.review.store.schema import RECORD
from khaka.app.review.telling import Forbidden, NotThere, Stale, Told

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PRINTS: Final = Rule(frozenset({Role.ANALYST, Role.STATE, Role.OBSERVER, Role.READER}), seat=True)
SHEETS: Final = ("facts", "ranking")


def copy(request: Request) -> Response:
    """Give the next copy its number, on the record, and go to it."""
    seat_id, what = request.path_params["seat_id"], text_field(request, "what", longest=20)
    if what not in SHEETS:
        raise Told("{what} is none of the sheets: {sheets}", what=what or "?", sheets=", ".join(SHEETS))
    _allowed(request, seat_id, what)
    it, here = review(request), results(request)
    with it.database.write() as connection:
        count = connection.scalar(sa.select(sa.func.count()).where(RECORD.c.kind == Printed.kind)) or 0
        entry = append(
            connection, [Printed(what=what, copy=count + 1)], who=visitor(request).who,
            election_id=here.election_id, seat_id=seat_id, version=here.version,
        )[-1]  # fmt: skip
    keep_anchor(it.workspace, Anchor(entry.seq, entry.hash))  # the sheet carries it too
    return redirect(f"/seat/{seat_id}/paper/{count + 1}")


def _allowed(request: Request, seat_id: str, what: str) -> None:
    if what == "ranking" and not may_see_judgements(request, seat_id):
        raise Forbidden("ratings and ranking of this seat open once your own ratings are sent")


def show(request: Request) -> Response:
    """Show one numbered copy to the one who asked for it, on the version of that time only."""
    seat_id, typed = request.path_params["seat_id"], request.path_params["copy"]
    it = review(request)
    found = it.ledger.copies().get(int(typed)) if typed.isdecimal() else None
    if found is None or found.seat_id != seat_id:
        raise NotThere("there is no copy {number} of this seat", number=typed)
    if found.by != visitor(request).name:
        raise Forbidden("this copy was made out to someone else; print one of your own")
    _allowed(request, seat_id, found.what)
    if found.version != results(request).version:
        raise Stale("the results were made anew since this copy was numbered; print a new one")
    blueprint = shown(request).state.seat(seat_id)
    return render(
        request, f"paper_{found.what}.html", copy=found, blueprint=blueprint, head=blueprint.head,
        stands=it.ledger.seat(seat_id),
    )  # fmt: skip


routes = [
    route("POST", "/seat/{seat_id}/paper", PRINTS, copy),
    route("GET", "/seat/{seat_id}/paper/{copy}", PRINTS, show),
]
