"""The rating form of a district observer: nobody else's rating is shown before the own ones are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from khaka.app.review.access import Role, Rule, route
from khaka.app.review.rendering import (
    may_see_judgements,
    redirect,
    render,
    results,
    review,
    text_field,
    visible_seats,
    visitor,
)
from khaka.app.review.results import Candidate
from khaka.app.review.store.events import Rated
from khaka.app.review.store.ledger import Rating, SeatStatus
from khaka.app.review.store.record import record
from khaka.app.review.store.schema import RECORD
from khaka.app.review.telling import Stale, Told

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

RATES: Final = Rule(frozenset({Role.OBSERVER}), seat=True)
RATES_OWN: Final = Rule(frozenset({Role.OBSERVER}), own=True)
SCALE: Final = tuple(range(1, 11))
RISKS: Final = ("low", "medium", "high")
_CLOSING: Final = ("choose", "settled", "list_made")


def overview(request: Request) -> Response:
    """Show the observer's seats, and where ratings are still to be sent."""
    shown, it = results(request), review(request)
    stands = it.ledger.status_of_seats()
    name = visitor(request).name
    rows = [
        (shown.seats[seat_id], len(shown.candidates.get(seat_id, ())), len(own_ratings(stood, name)), stood.is_closed)
        for seat_id in visible_seats(request)
        for stood in (stands.get(seat_id, SeatStatus(seat_id)),)
    ]
    return render(request, "ratings.html", rows=rows)


def sheet(request: Request) -> Response:
    """Show an empty sheet to print, for where there is no connection: the observer types it in later."""
    shown, it = results(request), review(request)
    stands = it.ledger.status_of_seats()
    seats = [
        (shown.seats[seat_id], by_name(request, seat_id))
        for seat_id in visible_seats(request)
        if not stands.get(seat_id, SeatStatus(seat_id)).is_closed
    ]
    return render(request, "rating_sheet.html", seats=seats, scale=SCALE)


def own_ratings(stands: SeatStatus, name: str) -> dict[str, Rating]:
    """Return the newest rating that one rater gave each aspirant of a seat."""
    return {rating.aspirant_id: rating for rating in stands.ratings if rating.rater == name}


def show(request: Request) -> Response:
    """Show the form, and what this observer has sent already."""
    seat_id = request.path_params["seat_id"]
    shown = results(request)
    stands = review(request).ledger.seat(seat_id)
    return render(
        request, "rate.html", seat=shown.seats[seat_id], candidates=by_name(request, seat_id), stands=stands,
        own=own_ratings(stands, visitor(request).name), scale=SCALE, risks=RISKS,
        sees_all=may_see_judgements(request, seat_id),
    )  # fmt: skip


def by_name(request: Request, seat_id: str) -> list[Candidate]:
    """Return the seat's aspirants by name: an order by rank would tell the ranking to who must not see it yet."""
    return sorted(results(request).candidates.get(seat_id, ()), key=lambda one: (one.name.casefold(), one.aspirant_id))


def send(request: Request) -> Response:
    """Record the ratings that were filled in; closed once the decision has fallen."""
    seat_id = request.path_params["seat_id"]
    shown = results(request)
    sent: list[Rated] = []
    for one in shown.candidates.get(seat_id, ()):
        typed = text_field(request, f"rating.{one.aspirant_id}", longest=5)
        if not typed:
            continue
        rating = int(typed) if typed.isdecimal() else 0
        risk = text_field(request, f"risk.{one.aspirant_id}", longest=10)
        if rating not in SCALE or risk not in ("", *RISKS):
            raise Told(
                "the rating of {name} is {rating}; it goes from {low} to {high}", name=one.name, rating=typed,
                low=SCALE[0], high=SCALE[-1],
            )  # fmt: skip
        note = text_field(request, f"note.{one.aspirant_id}", longest=1000)
        sent.append(
            Rated(
                aspirant_id=one.aspirant_id,
                rating=rating,
                scale_min=SCALE[0],
                scale_max=SCALE[-1],
                rebel_risk=risk,
                note=note,
            )
        )
    if not sent:
        raise Told("no rating was filled in; choose one for at least one name")

    def still_open(connection: sa.Connection) -> None:
        here = (RECORD.c.election_id == shown.election_id) & (RECORD.c.seat_id == seat_id)
        last = connection.scalar(
            sa.select(RECORD.c.kind)
            .where(here, RECORD.c.kind.in_((*_CLOSING, "hold")))
            .order_by(RECORD.c.seq.desc())
            .limit(1)
        )
        if last in _CLOSING:
            raise Stale("the decision in this seat has fallen; ratings are closed")

    record(
        review(request).database, *sent, who=visitor(request).who, election_id=shown.election_id, seat_id=seat_id,
        version=shown.version, check=still_open,
    )  # fmt: skip
    return redirect(f"/seat/{seat_id}/rate")


routes = [
    route("GET", "/ratings", RATES_OWN, overview),
    route("GET", "/ratings/sheet", RATES_OWN, sheet),
    route("GET", "/seat/{seat_id}/rate", RATES, show),
    route("POST", "/seat/{seat_id}/rate", RATES, send),
]
