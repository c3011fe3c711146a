"""The state at a glance: seats with what stands for them, filtered; progress; women and newcomers by chance band."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from khaka.app.review.blueprints import Shown
from khaka.app.review.results import Results
from khaka.app.review.search import finds, matches, sounds_like
from khaka.app.review.store.ledger import Change, SeatStatus
from khaka.app.review.words import IST
from khaka.scoring.blueprint import SeatHead

BANDS: Final = ("75_100", "50_75", "25_50", "5_25", "out_of_reach", "unknown")
"""Bands of a seat's chance, best first."""

OTHERS: Final = ("applied", "rating", "stage", "document", "fee", "note")
"""Kinds of entries that are no decisions and are counted among today's changes."""

DECIDED: Final = ("chosen", "confirmed", "listed", "released")
MOST_HITS: Final = 3


@dataclass(frozen=True)
class Filters:
    """What the list of seats is narrowed to; empty texts narrow nothing.

    Parameters
    ----------
    asked : str
        Part of a seat's, district's or aspirant's name, or a seat's number.
    district, reservation, band, status : str
        Exactly this.
    """

    asked: str = ""
    district: str = ""
    reservation: str = ""
    band: str = ""
    status: str = ""


@dataclass(frozen=True)
class Line:
    """One seat of the list.

    Parameters
    ----------
    head : SeatHead
        Of the blueprint.
    stands : SeatStatus
        Of the record.
    judged : bool
        Whether the reader may see the ranking here.
    hits : tuple of str
        Names of aspirants that the search found here.
    """

    head: SeatHead
    stands: SeatStatus
    judged: bool
    hits: tuple[str, ...] = ()

    @property
    def band(self) -> str:
        """The band as the reader may see it."""
        return self.head.band if self.judged else "unknown"


@dataclass(frozen=True)
class BandCount:
    """How seats, first names and decisions lie in one band of a seat's chance.

    Parameters
    ----------
    band : str
        Of `BANDS`.
    seats, decided : int
        Seats, and those decided.
    first_women, first_newcomers : int
        Among the first names by the model.
    women, newcomers : int
        Among those whom the committee chose.
    """

    band: str
    seats: int
    decided: int
    first_women: int
    first_newcomers: int
    women: int
    newcomers: int


@dataclass(frozen=True)
class Share:
    """A group among those whom the committee chose, in all seats and in those of 50% and more."""

    count: int
    of: int
    strong: int
    of_strong: int


def lines(
    found: Shown, current: Results, standings: Mapping[str, SeatStatus], *, visible: Collection[str],
    judged: Callable[[str], bool],
) -> list[Line]:  # fmt: skip
    """Return every seat that the reader may see.

    Parameters
    ----------
    found : Shown
        The blueprint.
    current : Results
        Whose seats.
    standings : mapping
        What stands by seat.
    visible : collection of str
        Seats that the reader may see.
    judged : callable
        Whether the reader may see the ranking of a seat.

    Returns
    -------
    list of Line
        By number.
    """
    assert current.election_id == found.state.election_id
    allowed = set(visible)
    return [
        Line(head, standings.get(head.seat_id, SeatStatus(head.seat_id)), judged(head.seat_id))
        for head in found.state.seats if head.seat_id in allowed
    ]  # fmt: skip


def narrowed(rows: Sequence[Line], current: Results, filters: Filters) -> list[Line]:
    """Return the seats that fit the filters, with the aspirants whom the search found.

    Parameters
    ----------
    rows : sequence of Line
        All that the reader may see.
    current : Results
        With the aspirants' names.
    filters : Filters
        What was asked.

    Returns
    -------
    list of Line
        In the same order; where nothing has the names that were asked for, what sounds like them.
    """
    fitting = [row for row in rows if _fits(row, filters)]
    if not filters.asked:
        return fitting
    exact = [hit for row in fitting if (hit := _hit(row, current, filters.asked, finds)) is not None]
    if exact:
        return exact
    return [hit for row in fitting if (hit := _hit(row, current, filters.asked, sounds_like)) is not None]


def _fits(row: Line, filters: Filters) -> bool:
    head = row.head
    if filters.district and head.district.casefold() != filters.district.casefold():
        return False
    if filters.reservation and head.reservation != filters.reservation:
        return False
    return (not filters.band or row.band == filters.band) and (
        not filters.status or row.stands.status == filters.status
    )


def _hit(row: Line, current: Results, asked: str, same: Callable[..., bool]) -> Line | None:
    """Return the seat if its own names fit, or its aspirants' whom it then lists; None if nothing does."""
    head = row.head
    if matches(asked, str(head.number), head.name, head.name_hi, head.district) or (
        same(asked, head.name, head.name_hi) or same(asked, head.district)
    ):
        return row
    people = current.candidates.get(head.seat_id, ())
    hits = tuple(one.aspirant_id for one in people if same(asked, one.name, one.name_hi))
    return Line(head, row.stands, row.judged, hits[:MOST_HITS]) if hits else None


def by_band(rows: Sequence[Line], found: Shown) -> list[BandCount]:
    """Return where women and newcomers stand, by the band of the seat's chance.

    Parameters
    ----------
    rows : sequence of Line
        Seats.
    found : Shown
        With who is a woman and who a newcomer, as declared.

    Returns
    -------
    list of BandCount
        Bands that have a seat, best first.
    """
    out = []
    for band in BANDS:
        inside = [row for row in rows if row.band == band]
        if not inside:
            continue
        first = [row.head.leader_id for row in inside if row.judged and row.head.leader_id]
        chosen = [row.stands.aspirant_id for row in inside if row.stands.status in DECIDED]
        out.append(
            BandCount(
                band, len(inside), len(chosen),
                sum(one in found.women for one in first), sum(one in found.newcomers for one in first),
                sum(one in found.women for one in chosen), sum(one in found.newcomers for one in chosen),
            )
        )  # fmt: skip
    return out


def share_of(rows: Sequence[Line], group: Collection[str]) -> Share:
    """Return how many of those whom the committee chose belong to a group.

    Parameters
    ----------
    rows : sequence of Line
        Seats.
    group : collection of str
        aspirant_id of its members.

    Returns
    -------
    Share
        In all seats, and in those with a chance of 50% or more.
    """
    chosen = [row for row in rows if row.stands.status in DECIDED]
    strong = [row for row in chosen if row.band in ("50_75", "75_100")]
    return Share(
        sum(row.stands.aspirant_id in group for row in chosen), len(chosen),
        sum(row.stands.aspirant_id in group for row in strong), len(strong),
    )  # fmt: skip


def changed_on(rows: Sequence[Line], day: dt.date) -> list[Line]:
    """Return the seats whose last decision fell on a day, newest first.

    Parameters
    ----------
    rows : sequence of Line
        Seats.
    day : date
        In Indian Standard Time.

    Returns
    -------
    list of Line
        Empty where nothing was decided.
    """
    found = [row for row in rows if row.stands.at and _day(row.stands.at) == day]
    return sorted(found, key=lambda row: row.stands.at, reverse=True)


def others_on(changes: Iterable[Change], day: dt.date, seats: Collection[str]) -> dict[str, int]:
    """Return how many entries other than decisions a day brought, by kind.

    Parameters
    ----------
    changes : iterable of Change
        Of the record.
    day : date
        In Indian Standard Time.
    seats : collection of str
        Seats that the reader may see.

    Returns
    -------
    dict of str to int
        Kinds of `OTHERS` that came, in their order.
    """
    found = Counter(one.kind for one in changes if one.seat_id in seats and _day(one.at) == day)
    return {kind: found[kind] for kind in OTHERS if found[kind]}


def _day(at: str) -> dt.date:
    when = dt.datetime.fromisoformat(at)
    return (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).astimezone(IST).date()
