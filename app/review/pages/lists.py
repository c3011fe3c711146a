"""Lists of nominees: number, embargo, held seats, forms A and B, swaps, and the sheet that goes out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from khaka.app.review import listing
from khaka.app.review.access import OFFICE, Role, Rule, route
from khaka.app.review.rendering import form, redirect, render, results, review, text_field, visitor
from khaka.app.review.store import events as ev
from khaka.app.review.store.ledger import NomineeList
from khaka.app.review.telling import NotThere, Told

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

READS: Final = Rule(OFFICE | {Role.READER})
MAKES: Final = Rule(frozenset({Role.STATE}))
CHANGES_SEAT: Final = Rule(frozenset({Role.STATE}), seat=True)
FORMS: Final = Rule(frozenset({Role.STATE, Role.ANALYST}), seat=True)


def _visible(request: Request) -> tuple[NomineeList, ...]:
    """Return the lists that the visitor may see: read-only users see what was released."""
    lists = review(request).ledger.lists()
    return tuple(one for one in lists if one.released_at or visitor(request).role is not Role.READER)


def show(request: Request) -> Response:
    """Show all lists, and the decided seats that wait for one."""
    it, may_make = review(request), visitor(request).role is Role.STATE
    seen = it.ledger.refresh()  # before what is shown: a decision in between must make the form stale
    stands = it.ledger.status_of_seats()
    waiting = listing.ready(it, stands) if visitor(request).role is not Role.READER else ()
    order = {seat_id: place for place, seat_id in enumerate(results(request).seats)}
    return render(
        request, "lists.html", lists=_visible(request), may_make=may_make,
        waiting=sorted((one for one in waiting if one.seat_id in order), key=lambda one: order[one.seat_id]),
        held=[one for one in stands.values() if one.status == "held"] if may_make else [],
        names=_names(request), head_seq=seen, second=it.workspace.settings.review.second_person,
    )  # fmt: skip


def _names(request: Request) -> dict[str, object]:
    return {one.aspirant_id: one for seat in results(request).candidates.values() for one in seat}


def make(request: Request) -> Response:
    """Make the next list."""
    seen = text_field(request, "seen", longest=20)
    number = listing.make_list(
        review(request), results(request), [str(one) for one in form(request).getlist("seat")],
        title=text_field(request, "title", longest=120), embargo=text_field(request, "embargo", longest=40),
        head_seq=int(seen) if seen.isdecimal() else 0, who=visitor(request).who,
    )  # fmt: skip
    return redirect(f"/lists/{number}")


def one(request: Request) -> Response:
    """Show one list with its swaps and the state of its forms; printed, it is the party's sheet."""
    found = _found(request)
    stands = review(request).ledger.status_of_seats()
    return render(
        request, "list.html", found=found, stands=stands, names=_names(request), form_states=ev.FORM_STATES,
        may_change=visitor(request).role is Role.STATE,
        may_set_forms=visitor(request).role in (Role.STATE, Role.ANALYST),
    )  # fmt: skip


def _found(request: Request) -> NomineeList:
    typed = request.path_params["number"]
    for found in _visible(request):
        if str(found.number) == typed:
            return found
    raise NotThere("there is no list {number}", number=typed)


def change(request: Request) -> Response:
    """Release a list."""
    found = _found(request)
    what = text_field(request, "what", longest=20)
    if what != "release":
        raise Told("the form asks for {what}, which this page does not do", what=what)
    listing.release(
        review(request), results(request), found.number, who=visitor(request).who, now=dt.datetime.now(dt.UTC)
    )
    return redirect(f"/lists/{found.number}")


def swap(request: Request) -> Response:
    """Replace the nominee of a listed seat."""
    seen = text_field(request, "seen", longest=20)
    number = listing.swap(
        review(request), results(request), request.path_params["seat_id"],
        text_field(request, "aspirant_id", longest=80), reason=text_field(request, "reason"),
        seen=int(seen) if seen.isdecimal() else 0, who=visitor(request).who,
    )  # fmt: skip
    return redirect(f"/lists/{number}")


def set_form(request: Request) -> Response:
    """Set the state of Form A or B."""
    seat_id = request.path_params["seat_id"]
    listing.set_form(
        review(request), results(request), seat_id, text_field(request, "form", longest=2),
        text_field(request, "state", longest=20), who=visitor(request).who,
    )  # fmt: skip
    number = review(request).ledger.seat(seat_id).list_number
    return redirect(f"/lists/{number}" if number else f"/seat/{seat_id}/decide")


routes = [
    route("GET", "/lists", READS, show),
    route("POST", "/lists", MAKES, make),
    route("GET", "/lists/{number}", READS, one),
    route("POST", "/lists/{number}", MAKES, change),
    route("POST", "/seat/{seat_id}/swap", CHANGES_SEAT, swap),
    route("POST", "/seat/{seat_id}/form", FORMS, set_form),
]
