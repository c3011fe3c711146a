"""The state: map by chance or status, the list of seats with filters and search, progress, today's changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from khaka.app.review.access import VIEW, Role, route
from khaka.app.review.blueprints import Shown, shown
from khaka.app.review.drawing import look_of
from khaka.app.review.overview import (
    BANDS,
    Filters,
    Line,
    by_band,
    changed_on,
    lines,
    narrowed,
    others_on,
    share_of,
)
from khaka.app.review.rendering import (
    fragment,
    may_see_judgements,
    reader,
    render,
    results,
    review,
    visible_seats,
    visitor,
)
from khaka.app.review.rules_now import rules_now, slate_of
from khaka.app.review.store.ledger import SEAT_STATUSES
from khaka.app.review.words import IST, status_words
from khaka.scoring.pictures.legend import Entry
from khaka.scoring.pictures.states import Region, chance_legend, state_map

if TYPE_CHECKING:
    from starlette.requests import Request

    from khaka.app.review.language import Reader

PAGE: Final = 100
"""Seats of the list on one page."""

BAND_CLASSES: Final = {
    "out_of_reach": "q0", "5_25": "q1", "25_50": "q2", "50_75": "q3", "75_100": "q4", "unknown": "qx",
}  # fmt: skip
STATUS_CLASSES: Final = {
    "open": "q0", "shortlisted": "q1", "settled": "q2", "chosen": "q3", "confirmed": "q3", "listed": "q4",
    "released": "q4", "held": "qx",
}  # fmt: skip


def state(request: Request) -> Response:
    """Show the state."""
    it, found, current = review(request), shown(request), results(request)
    query = request.query_params
    filters = Filters(
        query.get("q", "")[:80], query.get("district", "")[:80], query.get("reservation", "")[:3],
        query.get("band", "")[:20], query.get("status", "")[:20],
    )  # fmt: skip
    by_status = query.get("by") == "status"
    asked = query.get("page", "1")
    page = max(int(asked), 1) if asked.isdecimal() and len(asked) < 6 else 1
    who = visitor(request)
    entries = it.ledger.refresh()  # before what stands: a page may be newer than its key, never older
    standings = it.ledger.status_of_seats()
    stamp = max((one.seq for one in standings.values()), default=0)
    slate = slate_of(it.workspace, current) if who.role is not Role.OBSERVER else None
    # who sees everything shares the list; a district observer has a list of the own
    own = who.name if who.role is Role.OBSERVER else ""
    today = dt.datetime.now(IST).date()
    key: tuple[Hashable, ...] = (current.version, stamp, len(standings), own, today)
    reads = reader(request)
    everything: list[Line] = []

    def rows() -> list[Line]:
        if not everything:
            everything.extend(lines(
                found, current, standings, visible=visible_seats(request),
                judged=lambda seat_id: may_see_judgements(request, seat_id),
            ))  # fmt: skip
        return everything

    if own:  # what an observer may see changes with each rating, too
        key = (*key, sum(row.judged for row in rows()), len(rows()))

    def at_a_glance() -> Mapping[str, Any]:
        seen = {row.head.seat_id for row in rows()}
        return {
            **_overview(rows(), found, reads, by_status, today),
            "others": others_on(it.ledger.changes(), today, seen),
            "rules": rules_now(slate, standings) if slate is not None else None,
        }

    overview = fragment(request, "state/overview.html", (key, by_status, entries, slate and slate.stamp), at_a_glance)
    if filters.asked:  # what is typed is different every time: not kept
        context = {"language": reads.language, "digits": reads.digits, "reader": reads}
        made = it.pages.render(
            reads.language, "state/list.html", {**context, **_list(rows(), request, filters, page)}
        )  # fmt: skip
        listed = Markup(made)  # noqa: S704 - escaped by the template
    else:
        listed = fragment(
            request, "state/list.html", (key, filters, page), lambda: _list(rows(), request, filters, page)
        )
    districts = sorted({current.seats[seat_id].district for seat_id in visible_seats(request)} - {""})
    return render(
        request, "state/state.html", overview=overview, listed=listed, filters=filters, bands=BANDS,
        statuses=SEAT_STATUSES, districts=districts, by_status=by_status, found=found,
    )  # fmt: skip


def _overview(rows: list[Line], found: Shown, reads: Reader, by_status: bool, today: dt.date) -> Mapping[str, Any]:
    return {
        "rows": rows,
        "map": _map(rows, found, reads, by_status=by_status),
        "by_status": by_status,
        "counts": {status: sum(row.stands.status == status for row in rows) for status in SEAT_STATUSES},
        "decided": sum(row.stands.is_decided for row in rows),
        "women": share_of(rows, found.women),
        "newcomers": share_of(rows, found.newcomers),
        "bands": by_band(rows, found),
        "today": changed_on(rows, today),
    }


def _map(rows: list[Line], found: Shown, reads: Reader, *, by_status: bool) -> Markup:
    """Return the map by chance band or by status."""
    look = look_of(reads)
    words = status_words(reads.language)
    legend = chance_legend(look)
    said = {entry.class_: entry.label for entry in legend}
    if by_status:
        shared: dict[str, list[str]] = {}
        for status in SEAT_STATUSES:
            shared.setdefault(STATUS_CLASSES[status], []).append(words[status])
        legend = [Entry(class_, " / ".join(labels)) for class_, labels in sorted(shared.items())]
    regions = []
    for row in rows:
        name = (row.head.name_hi or row.head.name) if reads.language == "hi" else row.head.name
        class_ = STATUS_CLASSES[row.stands.status] if by_status else BAND_CLASSES[row.band]
        regions.append(
            Region(
                look.shown(f"{row.head.number} {name}"),
                words[row.stands.status] if by_status else said[class_],
                class_,
                found.shapes.get(row.head.seat_id, ()), f"/seat/{row.head.seat_id}",
            )
        )  # fmt: skip
    what = look.say("by_status" if by_status else "by_chance")
    return Markup(state_map(regions, look, what=what, entries=legend))  # noqa: S704 - escaped where it is made


def _list(rows: list[Line], request: Request, filters: Filters, page: int) -> Mapping[str, Any]:
    kept = narrowed(rows, results(request), filters)
    pages = max(-(-len(kept) // PAGE), 1)
    page = min(page, pages)
    asked = {"q": filters.asked, "district": filters.district, "reservation": filters.reservation,
             "band": filters.band, "status": filters.status}  # fmt: skip
    root = urlencode({name: value for name, value in asked.items() if value})
    people = results(request).candidates
    return {
        "kept": kept[(page - 1) * PAGE : page * PAGE], "total": len(kept), "page": page, "pages": pages,
        "root": f"?{root}&" if root else "?", "second": review(request).workspace.settings.review.second_person,
        "names": {one.aspirant_id: one for row in kept if row.hits for one in people.get(row.head.seat_id, ())},
    }  # fmt: skip


routes = [route("GET", "/", VIEW, state)]
