"""One seat's blueprint: where it stands, who is ahead of whom and how sure that is, why, where, what isn't known."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.responses import Response

from khaka.app.review.access import VIEW_SEAT, route
from khaka.app.review.blueprints import Shown, shown
from khaka.app.review.drawing import (
    axis,
    booth_picture,
    calendar_picture,
    community_picture,
    history_picture,
    is_community,
    rater_picture,
)
from khaka.app.review.rendering import fragment, may_see_judgements, reader, render, results, review
from khaka.scoring.pictures.booths import Mark, View

if TYPE_CHECKING:
    from starlette.requests import Request

    from khaka.app.review.language import Reader

VIEWS: Final[tuple[View, ...]] = ("support", "turnout", "presence")
MOST_RATED: Final = 4
"""Aspirants whose ratings are drawn side by side; the compare page has any."""

MOST_CARDS: Final = 30
"""Booths of one mark whose cards are shown at once."""

MOST_UNKNOWN: Final = 12
"""Lines of what isn't known that stand on the page at once."""

MOST_FACTS: Final = 15
"""Aspirants whose facts stand on the page of somebody who doesn't see the ranking."""


def seat(request: Request) -> Response:
    """Show the blueprint of a seat."""
    seat_id = request.path_params["seat_id"]
    judged = may_see_judgements(request, seat_id)
    found = shown(request)
    wanted = request.query_params.get("view", "support")
    view: View = wanted if wanted in VIEWS else "support"
    # only what there is: pieces are kept by it
    known = set(found.state.seat(seat_id).booths["booth_no"].astype("str"))
    typed = _latin(request.query_params.get("booth", ""))
    numbers = [one for one in (part.strip() for part in typed.split(",")) if one in known]
    chosen = ",".join(dict.fromkeys(numbers)) or None
    missing = typed.strip()[:12] if known and not chosen else ""
    version = (results(request).version, str(results(request).folder))
    reads = reader(request)
    # the body is the same for all who read it in one language and may see as much
    blueprint = found.state.seat(seat_id)
    people = {one.aspirant_id: one for one in blueprint.aspirants}
    opened = asked if (asked := request.query_params.get("who", "")) in people else None
    every = "all" in request.query_params
    body = fragment(
        request, "seat/body.html", (seat_id, version, judged, opened),
        lambda: _body(found, seat_id, reads, judged, opened),
    )  # fmt: skip
    below = fragment(
        request, "seat/below.html", (seat_id, version, judged, every),
        lambda: _below(found, seat_id, reads, judged, every),
    )  # fmt: skip
    places = _booths(request, (seat_id, version, view, chosen, missing), lambda: {
        **_places(found, seat_id, reads, view, chosen), "missing": missing,
    })  # fmt: skip
    return render(
        request, "seat/seat.html", head=found.state.head(seat_id), stands=review(request).ledger.seat(seat_id),
        body=body, below=below, places=places, judged=judged, people=people,
    )  # fmt: skip


def _booths(request: Request, key: tuple[Any, ...], make: Callable[[], Mapping[str, Any]]) -> Markup:
    """Return the booths' piece; kept, unless it answers a number that was typed and isn't there."""
    reads, missing = reader(request), key[-1]
    if not missing:
        return fragment(request, "seat/booths.html", key, make)
    context = {"language": reads.language, "digits": reads.digits, "reader": reads, **make()}
    return Markup(review(request).pages.render(reads.language, "seat/booths.html", context))  # noqa: S704 - a template


def _latin(text: str) -> str:
    """Return a number's digits in Latin, whatever script they were typed in."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def booths(request: Request) -> Response:
    """List all booths of a seat as a table."""
    seat_id = request.path_params["seat_id"]
    found = shown(request)
    blueprint = found.state.seat(seat_id)
    rows = blueprint.booths.to_dict("records")
    return render(
        request, "seat/booth_list.html", head=found.state.head(seat_id), blueprint=blueprint, rows=_clean(rows)
    )


def _body(found: Shown, seat_id: str, reads: Reader, judged: bool, opened: str | None) -> Mapping[str, Any]:
    """Return what the seat's body is made of."""
    people = found.state.seat(seat_id).aspirants
    return {
        "blueprint": found.state.seat(seat_id),
        "judged": judged,
        "axis": axis(people, reads, opened=opened) if judged else None,
        "opened": opened,
        "most_facts": MOST_FACTS,
        "by_name": sorted(people, key=lambda one: one.name),
    }


def _below(found: Shown, seat_id: str, reads: Reader, judged: bool, every: bool) -> Mapping[str, Any]:
    """Return what stands below: history, communities, ratings, presence, what isn't known."""
    blueprint = found.state.seat(seat_id)
    total: dict[dt.date, int] = {}
    for days in found.days.get(seat_id, {}).values():
        for day, events in days.items():
            total[day] = total.get(day, 0) + events
    pictured = [one for one in blueprint.communities if is_community(one)]
    rated = blueprint.aspirants[:MOST_RATED]
    return {
        "blueprint": blueprint,
        "people": {one.aspirant_id: one for one in blueprint.aspirants},
        "judged": judged,
        "unknown": blueprint.unknown if every else blueprint.unknown[:MOST_UNKNOWN],
        "history": history_picture(blueprint, reads) if blueprint.history else None,
        "communities": community_picture(pictured, reads) if pictured else None,
        "other_measures": [one for one in blueprint.communities if not is_community(one)],
        "raters": rater_picture(blueprint, rated, reads) if judged and blueprint.ratings else None,
        "calendar": calendar_picture(total, reads, last=found.state.as_of, known_from=found.log_begins)
        if total
        else None,
    }


def _places(found: Shown, seat_id: str, reads: Reader, view: View, chosen: str | None) -> Mapping[str, Any]:
    """Return the booth map of one view with the cards of the mark that was tapped."""
    blueprint = found.state.seat(seat_id)
    rows = _clean(blueprint.booths.to_dict("records"))
    asked = set(chosen.split(",")) if chosen else set()
    cards = [row for row in rows if row["booth_no"] in asked]

    def link(mark: Mark) -> str:
        numbers = ",".join(one.number for one in mark.booths)
        query = {"booth": numbers} if view == VIEWS[0] else {"view": view, "booth": numbers}
        return f"?{urlencode(query, quote_via=quote, safe=',')}#card"

    picture = None
    if rows:
        selected = cards[0]["booth_no"] if cards else None
        outline = found.outlines.get(seat_id, ())
        picture = booth_picture(blueprint, reads, view=view, outline=outline, selected=selected, link=link)
    return {
        "seat_id": seat_id, "view": view, "picture": picture, "cards": cards[:MOST_CARDS],
        "more": max(len(cards) - MOST_CARDS, 0), "blueprint": blueprint, "count": len(rows),
    }  # fmt: skip


def _clean(rows: list[dict[Any, Any]]) -> list[dict[str, Any]]:
    """Return rows with None where a value isn't known."""
    return [{str(name): None if _blank(value) else value for name, value in row.items()} for row in rows]


def _blank(value: object) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value != value


routes = [
    route("GET", "/seat/{seat_id}", VIEW_SEAT, seat),
    route("GET", "/seat/{seat_id}/booths", VIEW_SEAT, booths),
]
