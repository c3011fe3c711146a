"""Panel and decision of one seat: shortlist, choose, hold, substitute, note, second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from khaka.app.review import deciding
from khaka.app.review.access import Role, Rule, route
from khaka.app.review.rendering import form, redirect, render, results, review, text_field, visitor
from khaka.app.review.stages_before import stages_before
from khaka.app.review.telling import Told
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

DECIDES: Final = Rule(frozenset({Role.STATE}), seat=True)
NOTES: Final = Rule(frozenset({Role.STATE, Role.ANALYST}), seat=True)


def show(request: Request) -> Response:
    """Show the seat's names, what stands, and the forms."""
    seat_id = request.path_params["seat_id"]
    shown = results(request)
    stands = review(request).ledger.seat(seat_id)
    names = {one.aspirant_id: one for one in shown.candidates.get(seat_id, ())}
    settings = review(request).workspace.settings.review
    return render(
        request, "decide.html", seat=shown.seats[seat_id], candidates=tuple(names.values()), names=names,
        stands=stands, first=shown.first_name(seat_id), second_person=settings.second_person,
        may_decide=visitor(request).role is Role.STATE, entry=request.query_params.get("entry", ""),
        told_before=stages_before(review(request).workspace, shown.election_id, seat_id),
    )  # fmt: skip


def act_of(request: Request) -> deciding.Act:
    """Return the visitor's hand on the seat of the address, with what the form says was shown."""
    seen = text_field(request, "seen", longest=20)
    if not seen.isdecimal():
        raise Told("the form does not say what it showed; open the seat's page again")
    return deciding.Act(
        review(request), results(request), request.path_params["seat_id"], visitor(request).who,
        deciding.Shown(text_field(request, "version", longest=64), int(seen)),
    )  # fmt: skip


def decide(request: Request) -> Response:
    """Take one decision: the button that was pressed says which."""
    act = act_of(request)
    what = text_field(request, "what", longest=20)
    aspirant_id, reason = text_field(request, "aspirant_id", longest=80), text_field(request, "reason")
    match what:
        case "choose":
            entry = deciding.choose(act, aspirant_id, reason=reason)
        case "hold":
            entry = deciding.hold(act, reason=reason)
        case "substitute":
            entry = deciding.substitute(act, aspirant_id, reason=reason)
        case "shortlist":
            entry = deciding.shortlist(act, [str(one) for one in form(request).getlist("shortlist")])
        case "confirm":
            of = text_field(request, "of", longest=20)
            entry = deciding.confirm(act, int(of) if of.isdecimal() else 0)
        case "settle":
            how, whom = text_field(request, "how", longest=40), text_field(request, "whom", longest=80)
            entry = deciding.settle(act, how, whom=whom, reason=reason)
        case _:
            raise KhakaError(f"the form asks for {what!r}; it can be choose, hold, substitute, shortlist or confirm")
    return redirect(f"/seat/{act.seat_id}/decide?entry={entry.seq}")


def note(request: Request) -> Response:
    """Write a note."""
    act = act_of(request)
    entry = deciding.note(act, text_field(request, "text"))
    return redirect(f"/seat/{act.seat_id}/decide?entry={entry.seq}")


routes = [
    route("GET", "/seat/{seat_id}/decide", NOTES, show),
    route("POST", "/seat/{seat_id}/decide", DECIDES, decide),
    route("POST", "/seat/{seat_id}/note", NOTES, note),
]
