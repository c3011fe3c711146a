"""The blueprint as flat tables, for the spreadsheet, the CSV and the map file: one language, one row a thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd

from khaka.scoring.blueprint import Aspirant, SeatBlueprint, StateBlueprint
from khaka.scoring.blueprint.say import words as said
from khaka.scoring.dossier.words import both, labels
from khaka.scoring.reasons.catalogue import Language

SHEETS: Final = ("seats", "aspirants", "reasons", "ratings", "history", "communities", "booths", "unknown")
"""Names of the tables, in the order of the spreadsheet."""

Row = dict[str, Any]


def seat_row(seat: SeatBlueprint, language: Language) -> Row:
    """Return a seat as one row."""
    head = seat.head
    return {
        "seat_id": head.seat_id, "number": head.number, "name": head.name, "name_hi": head.name_hi,
        "district": head.district, "reservation": head.reservation, "holder": head.holder,
        "last_election": head.last_election, "last_margin": _points(head.last_margin),
        "baseline": _points(head.baseline), "status": said(f"status.{head.status}").say(language),
        "chance": "" if head.chance is None else head.chance.words.say(language),
        "first_name": head.leader_name if language == "en" else head.leader_name_hi or head.leader_name,
        "expected_margin": _points(head.leader_margin), "margin_low": _points(head.leader_low),
        "margin_high": _points(head.leader_high), "too_close_to_call": head.tied, "aspirants": head.aspirants,
        "allotted_to": head.allotted_to, "version": seat.version,
    }  # fmt: skip


def rows_of(seat: SeatBlueprint, language: Language) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a seat, each with the name of its table.

    Parameters
    ----------
    seat : SeatBlueprint
        All of it.
    language : str
        "en" or "hi".

    Yields
    ------
    tuple of str and dict
        Table of `SHEETS`, and its row.
    """
    key = {"seat_id": seat.head.seat_id, "seat": seat.head.name}
    yield "seats", seat_row(seat, language)
    for person in seat.aspirants:
        yield "aspirants", {**key, **_aspirant(person, seat, language)}
        for reason in person.reasons:
            yield "reasons", {
                **key, "aspirant_id": person.aspirant_id, "name": person.called(language),
                "kind": labels(language).say(f"reasons.{reason.kind}"),
                "points": None if reason.kind == "warning" else round(reason.points, 1),
                "reason": reason.words.say(language),
            }  # fmt: skip
    for rating in seat.ratings:
        yield "ratings", {
            **key, "aspirant_id": rating.aspirant_id, "role": labels(language).say(f"ratings.{rating.role}"),
            "rater": rating.rater_id, "rated_at": None if rating.rated_at is None else f"{rating.rated_at:%Y-%m-%d}",
            "rating": rating.rating, "scale_min": rating.scale_min, "scale_max": rating.scale_max,
            "out_of_10": round(10 * rating.score, 1), "severity": round(10 * rating.severity, 1),
            "rebel_risk": rating.rebel_risk, "note": rating.note,
        }  # fmt: skip
    for past in seat.history:
        for item in past.shares:
            yield "history", {
                **key, "election": past.election_id, "party": item.party, "share": _share(item.share),
                "winner": past.winner, "own_margin": _points(past.own_margin), "turnout": _share(past.turnout),
                "electors": past.electors, "roll_version": past.roll_version,
            }  # fmt: skip
    for group in seat.communities:
        yield "communities", {
            **key, "measure": group.words.say(language), "share": _share(group.share),
            "standard_error": _share(group.standard_error), "low": _share(group.low), "high": _share(group.high),
            "kind": group.kind, "level": group.level, "source": group.source, "year": group.year,
        }  # fmt: skip
    for row in seat.booths.to_dict("records"):
        yield "booths", {**key, **{str(name): _plain(value) for name, value in row.items()}}
    for text in seat.unknown:
        yield "unknown", {**key, "text": text.say(language)}


def frames(state: StateBlueprint, seats: Sequence[str], language: Language) -> dict[str, pd.DataFrame]:
    """Return all tables of some seats.

    Parameters
    ----------
    state : StateBlueprint
        Holds them.
    seats : sequence of str
        seat_ids.
    language : str
        "en" or "hi".

    Returns
    -------
    dict of str to DataFrame
        By the names of `SHEETS`; a table without a row is left out.
    """
    rows: dict[str, list[Row]] = {name: [] for name in SHEETS}
    for seat_id in seats:
        for name, row in rows_of(state.seat(seat_id), language):
            rows[name].append(row)
    return {name: pd.DataFrame(found) for name, found in rows.items() if found}


def _aspirant(person: Aspirant, seat: SeatBlueprint, language: Language) -> Row:
    facts = {fact.id: "" if fact.value is None else fact.value.say(language) for fact in person.facts}
    place = next((item for item in seat.panel if item.aspirant_id == person.aspirant_id), None)
    return {
        "aspirant_id": person.aspirant_id, "name": person.name, "name_hi": person.name_hi, "rank": person.rank,
        "expected_margin": _points(person.expected_margin), "margin_low": _points(person.low),
        "margin_high": _points(person.high), "margin_low_given_swing": _points(person.low_given_swing),
        "margin_high_given_swing": _points(person.high_given_swing), "chance": person.chance.words.say(language),
        "tie_group": person.tie_group, "eligible": person.eligible_words.say(language),
        "support": person.support_words.say(language), "panel": None if place is None else place.position,
        "panel_role": "" if place is None else both(f"panel.{place.role}").say(language),
        "booths_reached": _share(person.presence_booths), "verified_share": _share(person.verified_share), **facts,
    }  # fmt: skip


def _points(value: float | None) -> int | None:
    """Whole points: what the range swallows is not printed."""
    return None if value is None or value != value else round(value)


def _share(value: float | None) -> float | None:
    return None if value is None or value != value else round(value, 4)


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return round(value, 6) if isinstance(value, float) else value
