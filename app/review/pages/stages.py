"""The ordered names of each stage of the selection, with date and dissent: a later entry overwrites nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from khaka.app.review.access import Role, Rule, route
from khaka.app.review.rendering import redirect, render, results, review, text_field, visitor
from khaka.app.review.stages_before import stages_before
from khaka.app.review.store.events import STAGES, StageRecorded
from khaka.app.review.store.record import record
from khaka.app.review.telling import Told

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SEES: Final = Rule(frozenset({Role.ADMIN, Role.ANALYST, Role.STATE, Role.READER}), seat=True)
ENTERS: Final = Rule(frozenset({Role.ANALYST, Role.STATE}), seat=True)


def show(request: Request) -> Response:
    """Show all stages in the order in which they were recorded, and a form for the next."""
    seat_id = request.path_params["seat_id"]
    shown, it = results(request), review(request)
    candidates = shown.candidates.get(seat_id, ())
    return render(
        request, "stages.html", seat=shown.seats[seat_id], stands=it.ledger.seat(seat_id), candidates=candidates,
        names={one.aspirant_id: one for one in candidates}, stages=STAGES,
        told_before=stages_before(it.workspace, shown.election_id, seat_id),
        bodies=it.workspace.settings.review.bodies, may_enter=visitor(request).role in ENTERS.roles,
        today=dt.datetime.now(dt.UTC).date().isoformat(),
    )  # fmt: skip


def enter(request: Request) -> Response:
    """Record the names that one stage put forward."""
    seat_id = request.path_params["seat_id"]
    shown = results(request)
    stage = text_field(request, "stage", longest=20)
    if stage not in STAGES:
        raise Told("there is no stage {stage}; choose one of the list", stage=stage)
    try:
        held_on = dt.date.fromisoformat(text_field(request, "held_on", longest=20)).isoformat()
    except ValueError:
        raise Told("the date is missing or is no date; write it as year-month-day") from None
    places: dict[int, str] = {}
    for one in shown.candidates.get(seat_id, ()):
        typed = text_field(request, f"place.{one.aspirant_id}", longest=10)
        if not typed:
            continue
        place = int(typed) if typed.isdecimal() else 0
        if not 1 <= place <= 99 or place in places:
            raise Told(
                "the place of {name} is {place}; each name has a place of its own, 1 or more", name=one.name,
                place=typed,
            )  # fmt: skip
        places[place] = one.aspirant_id
    if not places:
        raise Told("no name has a place; write 1 beside the first name, 2 beside the second")
    event = StageRecorded(
        stage=stage, held_on=held_on, aspirant_ids=tuple(places[place] for place in sorted(places)),
        dissent=text_field(request, "dissent"),
    )  # fmt: skip
    record(
        review(request).database, event, who=visitor(request).who, election_id=shown.election_id, seat_id=seat_id,
        version=shown.version,
    )  # fmt: skip
    return redirect(f"/seat/{seat_id}/stages")


routes = [
    route("GET", "/seat/{seat_id}/stages", SEES, show),
    route("POST", "/seat/{seat_id}/stages", ENTERS, enter),
]
