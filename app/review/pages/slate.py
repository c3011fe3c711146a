"""The slate: its rules with their prices, where it places women and newcomers, and how the decisions so far differ."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from khaka.app.review.access import OFFICE, Role, Rule, route
from khaka.app.review.blueprints import Shown, shown
from khaka.app.review.overview import BANDS, DECIDED
from khaka.app.review.rendering import reader, render, results, review
from khaka.app.review.rules_now import Slate, final_choice, rules_now, slate_of
from khaka.scoring.reasons.catalogue import Catalogue, Language, read_catalogue

if TYPE_CHECKING:
    from starlette.requests import Request

    from khaka.app.review.store.ledger import SeatStatus

SEES: Final = Rule(OFFICE | {Role.READER})
"""Everybody but the district observers: a slate is made of rankings."""

GROUPS: Final = ("women", "newcomers", "all")


def slate(request: Request) -> Response:
    """Show the slate, live as decisions come in."""
    slate = slate_of(review(request).workspace, results(request))
    if slate is None:
        return render(request, "slate.html", report=None)
    report, choice = slate.report, slate.choice
    language = reader(request).language
    found = shown(request)
    standings = review(request).ledger.status_of_seats()
    return render(
        request, "slate.html", report=report, rules=_priced(slate, standings, language),
        swings=_swings(report, language), live=_live(found, choice, standings),
        differs=_differs(found, choice, standings), places=_places(found, choice, standings),
        costly=_costly(found, choice, slate.price), groups=GROUPS, names=_names(request),
    )  # fmt: skip


def _priced(slate: Slate, standings: Mapping[str, SeatStatus], language: Language) -> list[dict[str, Any]]:
    """Return each rule with its price, and whether the names as they stand now keep it."""
    now = {one.name: one for one in rules_now(slate, standings) or ()}
    priced = {str(one["rule"]): one for one in slate.report.get("prices", [])}
    # the law's rule has no price and is told only where it is broken
    names = [*priced, *(name for name, one in now.items() if name not in priced and one.broken)]
    return [
        {"rule": _called(language, "rule", name), "price": priced.get(name), "now": now.get(name)} for name in names
    ]  # fmt: skip


def _swings(report: Mapping[str, Any], language: Language) -> dict[str, float]:
    """Return the scenarios' seats, from the worst swing to the best."""
    known = {str(name): seats for name, seats in report.get("scenarios", {}).items() if seats is not None}
    return {_called(language, "scenario", name): known[name] for name in sorted(known, key=known.__getitem__)}


@functools.cache
def _words(language: Language) -> Catalogue:
    return read_catalogue("khaka.scoring.slate", "words", language)


def _called(language: Language, group: str, name: str) -> str:
    """Return what a rule or scenario of khaka's own is called; the party's own ones stand as they are."""
    key, texts = f"{group}.{name}", _words(language)
    return texts.say(key) if key in texts else name


def _names(request: Request) -> dict[str, Any]:
    return {one.aspirant_id: one for people in results(request).candidates.values() for one in people}


def _live(found: Shown, choice: Mapping[str, str], standings: Mapping[str, SeatStatus]) -> dict[str, float]:
    """Return expected seats of the slate, and with the decisions so far."""
    chances = {
        (seat, str(who)): float(chance)
        for seat, rows in found.scores.items()
        for who, chance in zip(rows["aspirant_id"], rows["win_probability"], strict=True)
    }
    final = final_choice(choice, standings)
    return {
        "slate": sum(chances.get(pair, 0.0) for pair in choice.items()),
        "now": sum(chances.get(pair, 0.0) for pair in final.items()),
        "decided": sum(stands.status in DECIDED for stands in standings.values()),
        "seats": len(found.state.seats),
    }


def _places(found: Shown, choice: Mapping[str, str], standings: Mapping[str, SeatStatus]) -> list[dict[str, Any]]:
    """Return tickets of women and newcomers by the band of the seat, in the slate and with the decisions so far."""
    final = final_choice(choice, standings)
    band = {head.seat_id: head.band for head in found.state.seats}
    out = []
    for name in BANDS:
        seats = [seat for seat in band if band[seat] == name]
        if not seats:
            continue
        row: dict[str, Any] = {"band": name, "seats": len(seats)}
        for group, members in (("women", found.women), ("newcomers", found.newcomers)):
            row[group] = sum(choice.get(seat) in members for seat in seats)
            row[f"{group}_now"] = sum(final.get(seat) in members for seat in seats)
        out.append(row)
    return out


def _differs(found: Shown, choice: Mapping[str, str], standings: Mapping[str, SeatStatus]) -> list[dict[str, Any]]:
    """Return the seats where the committee chose another name than the slate."""
    return [
        {"head": head, "slate": choice.get(head.seat_id), "chosen": stands.aspirant_id, "reason": stands.reason}
        for head in found.state.seats
        if (stands := standings.get(head.seat_id)) is not None
        and stands.status in DECIDED
        and stands.aspirant_id != choice.get(head.seat_id)
    ]


def _costly(found: Shown, choice: Mapping[str, str], price: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the seats in which the rules cost anything, dearest first."""
    rows = [
        {"head": head, "slate": choice.get(head.seat_id), "points": price.get(head.seat_id, 0.0)}
        for head in found.state.seats
        if price.get(head.seat_id, 0.0) > 0.05
    ]
    return sorted(rows, key=lambda row: -float(row["points"]))


routes = [route("GET", "/slate", SEES, slate)]
