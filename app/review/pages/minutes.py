"""Minutes of a sitting, typed in by keyboard: seat number, Tab, the name's number or letters, Enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from khaka.app.review import deciding
from khaka.app.review.access import Role, Rule, route
from khaka.app.review.rendering import render, results, review, text_field, told, visitor
from khaka.app.review.telling import Told
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

TYPES_MINUTES: Final = Rule(frozenset({Role.STATE, Role.ANALYST}))
_MOST_LINES: Final = 500


@dataclass(frozen=True)
class Typed:
    """What became of one typed line: `fault` is empty where it was recorded, `at` the field to be typed again."""

    line: deciding.Line
    fault: str = ""
    at: str = ""


def show(request: Request) -> Response:
    """Show the row to type into, and what was typed in lately."""
    return _page(request, ())


def enter(request: Request) -> Response:
    """Record the row, or the pasted lines; what can't be taken comes back with its reason."""
    pasted = deciding.parse_lines(text_field(request, "lines", longest=50_000))
    if len(pasted) > _MOST_LINES:
        raise KhakaError(f"{len(pasted)} lines were pasted; {_MOST_LINES} are taken at once")
    row = deciding.Line(
        text_field(request, "seat", longest=40), text_field(request, "whom", longest=80), text_field(request, "reason")
    )
    lines = pasted or ((row,) if row.seat or row.whom else ())
    version = text_field(request, "version", longest=64)
    typed = tuple(_record(request, line, version) for line in lines)
    return _page(request, typed, status=200 if not any(one.fault for one in typed) else 422)


def _record(request: Request, line: deciding.Line, version: str) -> Typed:
    """Record one line, or say why it could not be."""
    shown, at = results(request), "seat"
    try:
        seat_id = deciding.find_seat(shown, line.seat)
        # minutes are typed after the sitting: the clerk sees no decision of the seat, so the last one is taken as seen
        seen = deciding.Shown(version, review(request).ledger.seat(seat_id).seq)
        act = deciding.Act(review(request), shown, seat_id, visitor(request).who, seen)
        if act.stands.is_decided:
            raise Told(
                "{seat} was decided by {who} already; change it on the seat's own page",
                seat=line.seat, who=act.stands.by,
            )  # fmt: skip
        if line.holds:
            deciding.hold(act, reason=line.reason, minutes=True)
        else:
            at = "whom"
            found = deciding.find_aspirant(shown.candidates.get(seat_id, ()), line.whom)
            at = "seat" if line.reason else "reason"
            deciding.choose(act, found.aspirant_id, reason=line.reason, minutes=True)
    except KhakaError as error:
        return Typed(line, told(request, error), at)
    return Typed(line)


def _page(request: Request, typed: tuple[Typed, ...], *, status: int = 200) -> Response:
    shown = results(request)
    stands = review(request).ledger.status_of_seats()
    done = sorted((one for one in stands.values() if one.is_decided or one.status == "held"), key=lambda one: -one.seq)
    again = [one for one in typed if one.fault]
    names = {one.aspirant_id: one for seat in shown.candidates.values() for one in seat}
    return render(
        request, "minutes.html", status=status, typed=typed, again_at=again[0].at if len(again) == 1 else "seat",
        row=again[0].line if len(again) == 1 and again[0].at != "seat" else None,
        again="\n".join(f"{one.line.seat} {one.line.whom} {one.line.reason}".rstrip() for one in again)
        if len(again) > 1 else "",
        faults=again, recorded=[one for one in typed if not one.fault], done=done[:60], names=names,
        decided=sum(one.is_decided for one in stands.values()),
        held=sum(one.status == "held" for one in stands.values()),
    )  # fmt: skip


routes = [
    route("GET", "/minutes", TYPES_MINUTES, show),
    route("POST", "/minutes", TYPES_MINUTES, enter),
]
