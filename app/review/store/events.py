"""What can happen, one small dataclass an event of the record.

The record holds ids, judgements and reasons, never the personal facts of an application: those stay in the table
`aspirants`, where they can be corrected and erased.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Final

from khaka.app.review.store.chain import canonical
from khaka.data.errors import KhakaError

STATUSES: Final = (
    "applied", "fee_paid", "eligible", "rated", "panel", "recommended", "chosen", "announced", "nominated",
    "scrutinised", "withdrawn", "contested", "result",
)  # fmt: skip
"""Status of an application, in the order in which it goes through them (withdrawn or contested)."""

STAGES: Final = ("block", "dcc", "state", "screening", "cec")
"""Stages of the selection, from the block to the central election committee."""

FORM_STATES: Final = ("not_ready", "prepared", "signed", "handed_over", "accepted", "refused")
DOCUMENTS: Final = ("certificate", "affidavit", "roll_extract", "photo", "undertaking")
DOCUMENT_STATES: Final = ("awaited", "received", "checked", "refused")
SETTLED: Final = ("sitting_member", "ally", "earlier_decision")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; what the record says about it besides who, when, where and on which version."""

    kind: ClassVar[str] = ""

    def body(self) -> str:
        """Return the content as canonical JSON."""
        return canonical(asdict(self))


@dataclass(frozen=True, kw_only=True)
class Shortlisted(Event):
    """The committee's panel of a seat, in its order."""

    kind: ClassVar[str] = "shortlist"
    aspirant_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chosen(Event):
    """The committee's choice in a seat; with its reason where it is not the first name of the ranking."""

    kind: ClassVar[str] = "choose"
    aspirant_id: str
    first_name_id: str
    reason: str = ""
    minutes: bool = False  # typed in from the minutes of a sitting


@dataclass(frozen=True, kw_only=True)
class Confirmed(Event):
    """A second person confirms the choice that stands in entry `of`."""

    kind: ClassVar[str] = "confirm"
    of: int


@dataclass(frozen=True, kw_only=True)
class Held(Event):
    """The seat is held back, not decided."""

    kind: ClassVar[str] = "hold"
    reason: str = ""
    minutes: bool = False


@dataclass(frozen=True, kw_only=True)
class Substituted(Event):
    """The substitute of a seat (Form B names one)."""

    kind: ClassVar[str] = "substitute"
    aspirant_id: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Noted(Event):
    """A note on a seat."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, kw_only=True)
class Settled(Event):
    """A seat that is closed to applications: why, and to whom it goes."""

    kind: ClassVar[str] = "settled"
    how: str
    whom: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Applied(Event):
    """An application came in, or someone was proposed who did not apply (`proposed_by` says by which body)."""

    kind: ClassVar[str] = "applied"
    aspirant_id: str
    source: str
    proposed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class StatusSet(Event):
    """An application moved on, one of `STATUSES`."""

    kind: ClassVar[str] = "status"
    aspirant_id: str
    status: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FeePaid(Event):
    """The application's fee came in, or was given back."""

    kind: ClassVar[str] = "fee"
    aspirant_id: str
    paid: bool
    receipt: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentSet(Event):
    """State of one document of an application."""

    kind: ClassVar[str] = "document"
    aspirant_id: str
    document: str
    state: str


@dataclass(frozen=True, kw_only=True)
class DuplicateReviewed(Event):
    """A person looked at two applications that look alike; nothing is merged."""

    kind: ClassVar[str] = "duplicate"
    aspirant_id: str
    other_id: str
    same: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class StageRecorded(Event):
    """The ordered names that a stage put forward on a day, with dissent; a later one overwrites nothing."""

    kind: ClassVar[str] = "stage"
    stage: str
    held_on: str
    aspirant_ids: tuple[str, ...]
    dissent: str = ""


@dataclass(frozen=True, kw_only=True)
class Rated(Event):
    """An observer's judgement of one aspirant."""

    kind: ClassVar[str] = "rating"
    aspirant_id: str
    rating: int
    scale_min: int = 1
    scale_max: int = 10
    rebel_risk: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ListMade(Event):
    """A list of nominees that is to be released: its seats and who stands in each."""

    kind: ClassVar[str] = "list_made"
    number: int
    title: str
    names: tuple[tuple[str, str], ...]  # seat_id, aspirant_id
    held: tuple[str, ...] = ()
    embargo: str = ""


@dataclass(frozen=True, kw_only=True)
class ListReleased(Event):
    """The list went out."""

    kind: ClassVar[str] = "list_released"
    number: int


@dataclass(frozen=True, kw_only=True)
class Swapped(Event):
    """A nominee was replaced after the list was made."""

    kind: ClassVar[str] = "swap"
    number: int
    out_id: str
    in_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FormSet(Event):
    """State of Form A or Form B of a seat."""

    kind: ClassVar[str] = "form"
    form: str
    state: str


@dataclass(frozen=True, kw_only=True)
class UserChanged(Event):
    """A user was added, got another password, or was shut out."""

    kind: ClassVar[str] = "user"
    name: str
    change: str  # added, password, disabled, enabled
    role: str = ""
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Printed(Event):
    """A numbered copy was printed."""

    kind: ClassVar[str] = "print"
    what: str  # facts, ranking, list, record
    copy: int


EVENTS: Final[dict[str, type[Event]]] = {
    event.kind: event
    for event in (
        Shortlisted, Chosen, Confirmed, Held, Substituted, Noted, Settled, Applied, StatusSet, FeePaid, DocumentSet,
        DuplicateReviewed, StageRecorded, Rated, ListMade, ListReleased, Swapped, FormSet, UserChanged, Printed,
    )
}  # fmt: skip
"""Every event by its kind."""


def decode(kind: str, body: str) -> Event:
    """Return the event that a line of the record holds.

    Raises
    ------
    KhakaError
        An unknown kind, or a body that isn't such an event's.

    Examples
    --------
    >>> decode("note", Noted(text="ask again").body())
    Noted(text='ask again')
    """
    event = EVENTS.get(kind)
    if event is None:
        raise KhakaError(f"the record holds an event of unknown kind {kind!r}; a newer khaka wrote it: update khaka")
    try:
        content = json.loads(body)
        names = {field.name for field in fields(event)}
        return event(**{name: _frozen(value) for name, value in content.items() if name in names})
    except (ValueError, TypeError, AttributeError):
        raise KhakaError(f"the record holds a damaged event {kind!r}; run khaka audit verify") from None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
