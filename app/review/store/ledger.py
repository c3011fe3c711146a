"""What stands now: the record read from its first entry to its last, and after that only what is new."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from khaka.app.review.store import events as ev
from khaka.app.review.store.chain import Entry
from khaka.app.review.store.database import Database
from khaka.app.review.store.record import entries

_CHANGES: Final = 5_000  # kept for "what changed today"; a day of the selection has fewer

SEAT_STATUSES: Final = ("open", "settled", "shortlisted", "held", "chosen", "confirmed", "listed", "released")
"""What a seat's status can be, in the order of the work (held may come at any time)."""


@dataclass(frozen=True)
class Note:
    """A note on a seat."""

    by: str
    at: str
    text: str


@dataclass(frozen=True)
class StageNames:
    """The names that one stage put forward on one day."""

    stage: str
    held_on: str
    aspirant_ids: tuple[str, ...]
    dissent: str
    by: str
    at: str


@dataclass(frozen=True)
class Rating:
    """One observer's rating of one aspirant."""

    aspirant_id: str
    rater: str
    at: str
    rating: int
    scale_min: int
    scale_max: int
    rebel_risk: str
    note: str


@dataclass(frozen=True)
class SeatStatus:
    """What stands for one seat.

    Parameters
    ----------
    seat_id : str
        The seat.
    status : str
        One of `SEAT_STATUSES`.
    aspirant_id : str
        Who was chosen; empty where nobody is.
    substitute_id : str
        Who steps in; empty where nobody is named.
    first_name_id : str
        The first name of the ranking when it was decided.
    reason : str
        The committee's reason, of a choice, a hold or a settled seat.
    by, role, at : str
        Who decided, as what, and when (UTC, ISO 8601).
    confirmed_by : str
        The second person; empty where there is none.
    version : str
        Hash of the results on which it was decided.
    seq : int
        Number of the entry of the last decision in this seat, 0 for none.
    choice_seq : int
        Number of the entry of the choice that stands, 0 for none.
    shortlist : tuple of str
        The committee's panel, in its order.
    list_number : int
        The list on which the seat stands, 0 for none.
    form_a, form_b : str
        One of `FORM_STATES`.
    notes : tuple of Note
        In their order.
    stages : tuple of StageNames
        In the order in which they were recorded: a later one overwrites nothing.
    ratings : tuple of Rating
        Entered on the page.
    settled_as, settled_for : str
        How a settled seat was settled, one of `SETTLED` of the events, and for whom.
    """

    seat_id: str
    status: str = "open"
    aspirant_id: str = ""
    substitute_id: str = ""
    first_name_id: str = ""
    reason: str = ""
    by: str = ""
    role: str = ""
    at: str = ""
    confirmed_by: str = ""
    version: str = ""
    seq: int = 0
    choice_seq: int = 0
    shortlist: tuple[str, ...] = ()
    list_number: int = 0
    form_a: str = "not_ready"
    form_b: str = "not_ready"
    notes: tuple[Note, ...] = ()
    stages: tuple[StageNames, ...] = ()
    ratings: tuple[Rating, ...] = ()
    settled_as: str = ""
    settled_for: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether someone is chosen (a second person may still be awaited, where the settings ask for one)."""
        return bool(self.aspirant_id) and self.status not in ("held", "open", "shortlisted")

    @property
    def is_closed(self) -> bool:
        """Whether ratings are closed: the decision has fallen, or the seat was settled before."""
        return self.is_decided or self.status == "settled"


@dataclass(frozen=True)
class Application:
    """What is recorded about one application; the person's facts stand in the table `aspirants`."""

    aspirant_id: str
    seat_id: str
    status: str = "applied"
    source: str = ""
    proposed_by: str = ""
    fee_paid: bool = False
    receipt: str = ""
    documents: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reviewed: tuple[tuple[str, bool], ...] = ()  # look-alikes that a person has judged
    history: tuple[tuple[str, str, str], ...] = ()  # status, when, who


@dataclass(frozen=True)
class NomineeList:
    """One list of nominees, as it stands after swaps."""

    number: int
    title: str
    names: Mapping[str, str]  # seat_id to aspirant_id
    held: tuple[str, ...]
    embargo: str
    by: str
    at: str
    released_at: str = ""
    swaps: tuple[tuple[str, str, str, str, str, str], ...] = ()  # seat, out, in, reason, who, when


@dataclass(frozen=True)
class Change:
    """One entry of the record that belongs to a seat: what, where, when, by whom."""

    kind: str
    seat_id: str
    at: str
    by: str


@dataclass(frozen=True)
class Copy:
    """A numbered copy on paper, and where the chain stood with it."""

    number: int
    what: str
    seat_id: str
    by: str
    at: str
    version: str
    anchor: str


class Ledger:
    """What stands in one election, kept up to date from the record.

    Parameters
    ----------
    database : Database
        Of the page.
    election_id : str
        Whose events count.
    """

    def __init__(self, database: Database, election_id: str) -> None:
        self._database, self.election_id = database, election_id
        self._last = 0
        self._lock = threading.Lock()
        self._seats: dict[str, SeatStatus] = {}
        self._applications: dict[str, Application] = {}
        self._lists: dict[int, NomineeList] = {}
        self._copies: dict[int, Copy] = {}
        self._changes: deque[Change] = deque(maxlen=_CHANGES)

    def refresh(self) -> int:
        """Read what is new; return the number of the last entry."""
        with self._lock:
            for entry in entries(self._database, after=self._last):
                if entry.election_id == self.election_id:
                    self._take(entry, ev.decode(entry.kind, entry.body))
                self._last = entry.seq
            return self._last

    def seat(self, seat_id: str) -> SeatStatus:
        """Return what stands for one seat."""
        self.refresh()
        return self._seats.get(seat_id, SeatStatus(seat_id))

    def status_of_seats(self) -> Mapping[str, SeatStatus]:
        """Return what stands for every seat that the record names; all others are open (`SeatStatus(seat_id)`)."""
        self.refresh()
        return dict(self._seats)

    def applications(self) -> Mapping[str, Application]:
        """Return what is recorded about applications, by aspirant."""
        self.refresh()
        return dict(self._applications)

    def lists(self) -> tuple[NomineeList, ...]:
        """Return the lists by number."""
        self.refresh()
        return tuple(self._lists[number] for number in sorted(self._lists))

    def changes(self) -> tuple[Change, ...]:
        """Return the last entries that belong to a seat, oldest first; prints are none of them."""
        self.refresh()
        with self._lock:
            return tuple(self._changes)

    def copies(self) -> Mapping[int, Copy]:
        """Return the numbered copies that were printed."""
        self.refresh()
        return self._copies

    def _take(self, entry: Entry, event: ev.Event) -> None:
        seat = self._seats.get(entry.seat_id, SeatStatus(entry.seat_id))
        changed = _seat_after(seat, entry, event)
        if changed is not seat and entry.seat_id:
            self._seats[entry.seat_id] = changed
        self._take_application(entry, event)
        self._take_list(entry, event)
        if entry.seat_id and not isinstance(event, ev.Printed):
            self._changes.append(Change(entry.kind, entry.seat_id, entry.at, entry.actor))
        if isinstance(event, ev.Printed):
            self._copies[event.copy] = Copy(
                event.copy, event.what, entry.seat_id, entry.actor, entry.at, entry.version, f"{entry.seq} {entry.hash}"
            )

    def _take_application(self, entry: Entry, event: ev.Event) -> None:
        who = getattr(event, "aspirant_id", "")
        known = self._applications.get(who, Application(who, entry.seat_id))
        match event:
            case ev.Applied():
                status = "proposed" if event.proposed_by else "applied"
                known = replace(known, seat_id=entry.seat_id, source=event.source, proposed_by=event.proposed_by)
                known = _moved(known, status, entry)
            case ev.StatusSet():
                known = _moved(known, event.status, entry)
            case ev.FeePaid():
                known = replace(known, fee_paid=event.paid, receipt=event.receipt)
                if event.paid and known.status == "applied":
                    known = _moved(known, "fee_paid", entry)
            case ev.DocumentSet():
                known = replace(known, documents=MappingProxyType({**known.documents, event.document: event.state}))
            case ev.DuplicateReviewed():
                known = replace(known, reviewed=(*known.reviewed, (event.other_id, event.same)))
            case _:
                return
        self._applications[who] = known

    def _take_list(self, entry: Entry, event: ev.Event) -> None:
        match event:
            case ev.ListMade():
                self._lists[event.number] = NomineeList(
                    event.number, event.title, MappingProxyType(dict(event.names)), event.held, event.embargo,
                    entry.actor, entry.at,
                )  # fmt: skip
                for seat_id, _ in event.names:
                    seat = self._seats.get(seat_id, SeatStatus(seat_id))
                    self._seats[seat_id] = replace(seat, status="listed", list_number=event.number)
            case ev.ListReleased() if event.number in self._lists:
                released = replace(self._lists[event.number], released_at=entry.at)
                self._lists[event.number] = released
                for seat_id in released.names:
                    self._seats[seat_id] = replace(self._seats[seat_id], status="released")
            case ev.Swapped() if event.number in self._lists:
                known = self._lists[event.number]
                swap = (entry.seat_id, event.out_id, event.in_id, event.reason, entry.actor, entry.at)
                names = MappingProxyType({**known.names, entry.seat_id: event.in_id})
                self._lists[event.number] = replace(known, names=names, swaps=(*known.swaps, swap))
            case _:
                return


def _moved(known: Application, status: str, entry: Entry) -> Application:
    return replace(known, status=status, history=(*known.history, (status, entry.at, entry.actor)))


def _seat_after(seat: SeatStatus, entry: Entry, event: ev.Event) -> SeatStatus:
    """Return what stands for a seat after an event."""
    decided: dict[str, Any] = {
        "by": entry.actor,
        "role": entry.role,
        "at": entry.at,
        "version": entry.version,
        "seq": entry.seq,
    }
    match event:
        case ev.Shortlisted():
            status = seat.status if seat.is_decided else "shortlisted"
            return replace(seat, status=status, shortlist=event.aspirant_ids, seq=entry.seq)
        case ev.Chosen():
            other = "" if seat.substitute_id == event.aspirant_id else seat.substitute_id
            return replace(
                seat, status="chosen", aspirant_id=event.aspirant_id, substitute_id=other,
                first_name_id=event.first_name_id, reason=event.reason, confirmed_by="", choice_seq=entry.seq,
                settled_as="", settled_for="", **decided,
            )  # fmt: skip
        case ev.Confirmed() if event.of == seat.choice_seq:
            status = "confirmed" if seat.status == "chosen" else seat.status
            return replace(seat, status=status, confirmed_by=entry.actor, seq=entry.seq)
        case ev.Held():
            return replace(
                seat, status="held", aspirant_id="", reason=event.reason, confirmed_by="", choice_seq=0,
                settled_as="", settled_for="", **decided,
            )  # fmt: skip
        case ev.Settled():
            return replace(
                seat, status="settled", aspirant_id="", substitute_id="", reason=event.reason, confirmed_by="",
                choice_seq=0, settled_as=event.how, settled_for=event.whom, **decided,
            )  # fmt: skip
        case ev.Substituted():
            return replace(seat, substitute_id=event.aspirant_id, seq=entry.seq)
        case ev.Swapped():
            other = "" if seat.substitute_id == event.in_id else seat.substitute_id
            return replace(
                seat, aspirant_id=event.in_id, substitute_id=other, reason=event.reason, confirmed_by="", **decided
            )
        case ev.Noted():
            return replace(seat, notes=(*seat.notes, Note(entry.actor, entry.at, event.text)))
        case ev.StageRecorded():
            names = StageNames(event.stage, event.held_on, event.aspirant_ids, event.dissent, entry.actor, entry.at)
            return replace(seat, stages=(*seat.stages, names))
        case ev.Rated():
            rating = Rating(
                event.aspirant_id, entry.actor, entry.at, event.rating, event.scale_min, event.scale_max,
                event.rebel_risk, event.note,
            )  # fmt: skip
            return replace(seat, ratings=(*seat.ratings, rating))
        case ev.FormSet():
            return replace(seat, form_a=event.state) if event.form == "A" else replace(seat, form_b=event.state)
        case _:
            return seat
