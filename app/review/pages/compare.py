"""Two to four aspirants of a seat side by side: the same rows, and bars that say why one is ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup
from starlette.responses import Response

from khaka.app.review.access import VIEW_SEAT, route
from khaka.app.review.blueprints import Shown, shown
from khaka.app.review.drawing import axis, calendar_picture, contrast_picture, rater_picture
from khaka.app.review.rendering import fragment, may_see_judgements, reader, render, results

if TYPE_CHECKING:
    from starlette.requests import Request

    from khaka.app.review.language import Reader
    from khaka.scoring.blueprint import Aspirant

FEWEST: Final = 2
MOST: Final = 4


def compare(request: Request) -> Response:
    """Show the aspirants that were asked for, else the first two."""
    seat_id = request.path_params["seat_id"]
    found = shown(request)
    people = found.state.seat(seat_id).aspirants
    judged = may_see_judgements(request, seat_id)
    known = {one.aspirant_id for one in people}
    asked = [one for one in dict.fromkeys(request.query_params.getlist("a")) if one in known]
    chosen = asked[:MOST] or [one.aspirant_id for one in people[:FEWEST]]
    body = None
    if judged and len(chosen) >= FEWEST:
        key = (seat_id, results(request).version, str(results(request).folder), tuple(chosen))
        reads = reader(request)
        body = fragment(request, "seat/compare_body.html", key, lambda: _body(found, seat_id, chosen, reads))
    return render(
        request, "seat/compare.html", head=found.state.head(seat_id), people=people, chosen=chosen, body=body,
        judged=judged, too_many=len(asked) > MOST,
    )  # fmt: skip


def _body(found: Shown, seat_id: str, chosen: list[str], reads: Reader) -> Mapping[str, Any]:
    """Return the columns and contrasts of the chosen aspirants."""
    blueprint = found.state.seat(seat_id)
    people = [blueprint.aspirant(one) for one in chosen]
    first = people[0]
    contrasts = [
        contrast_picture(found.state.contrast(seat_id, first.aspirant_id, other.aspirant_id), first, other, reads)
        for other in people[1:]
    ]
    labels = {fact.id: fact.label for one in people for fact in one.facts}
    drawn = axis(people, reads)
    strips = {
        row.person.aspirant_id: row.strip for run in [*drawn.runs, drawn.unranked] for row in run
    }  # fmt: skip
    days = found.days.get(seat_id, {})
    return {
        "people": people,
        "strips": strips,
        "low": drawn.low,
        "high": drawn.high,
        "tied": {one.tie_group for one in people if one.tie_group is not None} if _one_tie(people) else None,
        "contrasts": contrasts,
        "labels": labels,
        "facts": {one.aspirant_id: {fact.id: fact.value for fact in one.facts} for one in people},
        "raters": rater_picture(blueprint, people, reads) if blueprint.ratings else None,
        "calendars": {one.aspirant_id: _calendar(found, days.get(one.aspirant_id, {}), reads) for one in people},
    }


def _one_tie(people: list[Aspirant]) -> bool:
    """Tell whether all of them are too close to call."""
    return len({one.tie_group for one in people}) == 1 and people[0].tie_group is not None


def _calendar(found: Shown, days: Mapping[dt.date, int], reads: Reader) -> Markup | None:
    return calendar_picture(days, reads, last=found.state.as_of, known_from=found.log_begins) if days else None


routes = [route("GET", "/seat/{seat_id}/compare", VIEW_SEAT, compare)]
