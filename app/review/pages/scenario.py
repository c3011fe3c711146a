"""What if: the swing known, another rival, families of features left out; the ghost of the base stays visible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup
from starlette.responses import Response

from khaka.app.review.access import VIEW_SEAT, route
from khaka.app.review.blueprints import Shown, shown
from khaka.app.review.drawing import look_of
from khaka.app.review.rendering import fragment, may_see_judgements, reader, render, results
from khaka.app.review.what_if import SWING, LineUp, changed, line_ups
from khaka.scoring.pictures.margins import Standing, margin_axis

if TYPE_CHECKING:
    from starlette.requests import Request

    from khaka.app.review.language import Reader

LEAVE_OUT: Final = ("fit", "ratings", "presence")
"""Families with a switch of their own."""


def scenario(request: Request) -> Response:
    """Show the seat as supposed, beside the base."""
    seat_id = request.path_params["seat_id"]
    found = shown(request)
    query = request.query_params
    judged = may_see_judgements(request, seat_id)
    swing = _swing(query.get("swing", "")) if query.get("known") else None
    without = tuple(one for one in LEAVE_OUT if f"no_{one}" in query)
    offered = line_ups(found, seat_id)
    line_up = next((one for one in offered if one.name == query.get("rival")), None)
    body = None
    if judged and found.state.seat(seat_id).aspirants:
        key = (seat_id, results(request).version, str(results(request).folder), swing, without, line_up)
        reads = reader(request)
        body = fragment(
            request, "seat/scenario_body.html", key, lambda: _body(found, seat_id, reads, swing, without, line_up)
        )  # fmt: skip
    return render(
        request, "seat/scenario.html", head=found.state.head(seat_id), body=body, judged=judged, swing=swing,
        asked_swing=_swing(query.get("swing", "")), without=without, families=LEAVE_OUT, offered=offered,
        line_up=line_up, largest=SWING,
    )  # fmt: skip


def _swing(text: str) -> int:
    """Return the slider's value, zero for anything that is none."""
    try:
        return max(-SWING, min(SWING, round(float(text))))
    except (ValueError, OverflowError):
        return 0


def _body(
    found: Shown, seat_id: str, reads: Reader, swing: int | None, without: tuple[str, ...], line_up: LineUp | None
) -> Mapping[str, Any]:
    rows = changed(found, seat_id, swing=swing, without=without, line_up=line_up)
    supposed = swing is not None or bool(without) or line_up is not None
    standings = [
        Standing(
            one.person.called(reads.language), one.expected, one.low, one.high, one.chance,
            tie=one.tie, ghost=one.before if supposed else None, faint=one.rank is None,
        )
        for one in rows
    ]  # fmt: skip
    first = next((one for one in rows if one.rank == 1), None)
    before = next((one for one in rows if one.rank_before == 1), None)
    return {
        "rows": rows, "supposed": supposed, "first": first, "before": before,
        "sizes": Counter(one.tie for one in rows),
        "tied": [one for one in rows if first is not None and one.tie is not None and one.tie == first.tie],
        "ties_known": all(one.tie is not None for one in rows if one.rank is not None),
        "picture": Markup(margin_axis(standings, look_of(reads))),  # noqa: S704 - escaped there
    }  # fmt: skip


routes = [route("GET", "/seat/{seat_id}/scenario", VIEW_SEAT, scenario)]
