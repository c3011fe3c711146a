"""Lists of nominees as objects: made from decisions, under embargo, released, changed only by swaps with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from khaka.app.review.results import Results
from khaka.app.review.store import events as ev
from khaka.app.review.store.ledger import NomineeList, SeatStatus
from khaka.app.review.store.record import append, record, unchanged_since
from khaka.app.review.store.schema import RECORD
from khaka.app.review.telling import NotThere, Stale, Told

if TYPE_CHECKING:
    from khaka.app.review.rendering import Review
    from khaka.app.review.store.record import Who


def ready(review: Review, stands: Mapping[str, SeatStatus]) -> tuple[SeatStatus, ...]:
    """Return the decided seats that stand on no list; with the second person's word where the settings ask for it."""
    needs_second = review.workspace.settings.review.second_person
    return tuple(
        stood
        for stood in stands.values()
        if stood.is_decided and not stood.list_number and (stood.confirmed_by or not needs_second)
    )


def one_list(review: Review, number: int) -> NomineeList:
    """Return a list by its number; `NotThere` where there is none."""
    for found in review.ledger.lists():
        if found.number == number:
            return found
    raise NotThere("there is no list {number}", number=number)


def make_list(
    review: Review, shown: Results, seat_ids: Sequence[str], *, title: str, embargo: str, head_seq: int, who: Who
) -> int:
    """Make the next list of nominees from decided seats.

    Parameters
    ----------
    review : Review
        The page.
    shown : Results
        As this request shows them.
    seat_ids : sequence of str
        Each decided, on no list yet.
    title : str
        As it will be printed.
    embargo : str
        Local time, ISO 8601, until which nothing goes out; blank for none.
    head_seq : int
        Last entry of the record when the form was shown: if a decision fell in one of the seats since, it is refused.
    who : Who
        Who makes it.

    Returns
    -------
    int
        The list's number.
    """
    stands = review.ledger.status_of_seats()
    waiting = {stood.seat_id: stood for stood in ready(review, stands)}
    if not seat_ids:
        raise Told("no seat was chosen for the list")
    for seat_id in seat_ids:
        if seat_id not in waiting:
            raise Told("{seat} can't be on the list: it is not decided, or stands on a list already", seat=seat_id)
    if embargo:
        _moment(embargo)
    held = tuple(seat_id for seat_id in shown.seats if seat_id in stands and stands[seat_id].status == "held")
    names = tuple((seat_id, waiting[seat_id].aspirant_id) for seat_id in shown.seats if seat_id in set(seat_ids))
    with review.database.write() as connection:
        for seat_id in seat_ids:
            unchanged_since(shown.election_id, seat_id, head_seq)(connection)
        number = 1 + (
            connection.scalar(
                sa.select(sa.func.count()).where(
                    RECORD.c.kind == ev.ListMade.kind, RECORD.c.election_id == shown.election_id
                )
            )
            or 0
        )
        event = ev.ListMade(number=number, title=title, names=names, held=held, embargo=embargo)
        append(connection, [event], who=who, election_id=shown.election_id, version=shown.version)
    return number


def release(review: Review, shown: Results, number: int, *, who: Who, now: dt.datetime) -> None:
    """Record that a list went out; not before its embargo ends."""
    found = one_list(review, number)
    if found.released_at:
        raise Stale("list {number} was released already", number=number)
    if found.embargo and now < _moment(found.embargo):
        raise Told("list {number} is under embargo until {time}", number=number, time=found.embargo.replace("T", " "))
    record(
        review.database, ev.ListReleased(number=number), who=who, election_id=shown.election_id,
        version=shown.version,
    )  # fmt: skip


def swap(review: Review, shown: Results, seat_id: str, aspirant_id: str, *, reason: str, seen: int, who: Who) -> int:
    """Record that the nominee of a listed seat was replaced; return the list's number."""
    stands = review.ledger.seat(seat_id)
    into = shown.candidate(seat_id, aspirant_id)
    if not stands.list_number:
        raise Told("{seat} stands on no list; choose another name on the seat's own page", seat=seat_id)
    if into is None:
        raise Told("nobody with the id {id} asks for the ticket in {seat}; choose a name", id=aspirant_id, seat=seat_id)
    if into.aspirant_id == stands.aspirant_id:
        raise Told("{name} is the nominee of {seat} already", name=into.name, seat=seat_id)
    if not reason:
        raise Told("a swap needs its reason; write it down")
    event = ev.Swapped(number=stands.list_number, out_id=stands.aspirant_id, in_id=into.aspirant_id, reason=reason)
    record(
        review.database, event, who=who, election_id=shown.election_id, seat_id=seat_id, version=shown.version,
        check=unchanged_since(shown.election_id, seat_id, seen),
    )  # fmt: skip
    return stands.list_number


def set_form(review: Review, shown: Results, seat_id: str, form: str, state: str, *, who: Who) -> None:
    """Record the state of Form A or B of a seat that has a nominee."""
    if form not in ("A", "B") or state not in ev.FORM_STATES:
        raise Told("a form is A or B, and its state one of {states}", states=", ".join(ev.FORM_STATES))
    if not review.ledger.seat(seat_id).is_decided:
        raise Told("{seat} has no nominee yet, so it has no Form A or B", seat=seat_id)
    record(review.database, ev.FormSet(form=form, state=state), who=who, election_id=shown.election_id, seat_id=seat_id)


def _moment(text: str) -> dt.datetime:
    """Read a local time of the form; without an offset it is Indian Standard Time."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Told("{text} is no time; write it as year-month-day hour:minute", text=text) from None
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
