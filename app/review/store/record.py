"""Writes to and reads from the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from khaka.app.review.store.chain import START, Anchor, Entry, Verdict, seal, verify
from khaka.app.review.store.database import Database
from khaka.app.review.store.events import Event
from khaka.app.review.store.schema import RECORD
from khaka.app.review.telling import Stale

DECISIONS: Final = ("shortlist", "choose", "confirm", "hold", "substitute", "settled", "swap")
"""Kinds of events that change what stands for a seat."""


_LAST: Final = sa.select(RECORD.c.seq, RECORD.c.hash).order_by(RECORD.c.seq.desc()).limit(1)
_AFTER: Final = sa.select(RECORD).where(RECORD.c.seq > sa.bindparam("after")).order_by(RECORD.c.seq)


@dataclass(frozen=True)
class Who:
    """Who acts, and as what."""

    name: str
    role: str


def utc_now() -> str:
    """Return the time, UTC, ISO 8601, to the millisecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def append(
    connection: sa.Connection,
    events: Sequence[Event],
    *,
    who: Who,
    election_id: str = "",
    seat_id: str = "",
    version: str = "",
) -> tuple[Entry, ...]:
    """Append events to the record, in a transaction of `Database.write`.

    Parameters
    ----------
    connection : Connection
        Of `Database.write`: nobody else writes meanwhile.
    events : sequence of Event
        In their order.
    who : Who
        Who acts.
    election_id, seat_id, version : str
        Where, and on which results.

    Returns
    -------
    tuple of Entry
        As they stand in the record once the transaction ends.
    """
    last = connection.execute(_LAST).first()
    seq, previous = (0, START) if last is None else (int(last.seq), str(last.hash))
    now = utc_now()
    written: list[Entry] = []
    for event in events:
        seq += 1
        entry = seal(
            Entry(seq, now, who.name, who.role, event.kind, election_id, seat_id, version, event.body(), previous)
        )
        previous = entry.hash
        written.append(entry)
    if written:
        connection.execute(sa.insert(RECORD), [entry.__dict__ for entry in written])
    return tuple(written)


def record(
    database: Database,
    *events: Event,
    who: Who,
    election_id: str = "",
    seat_id: str = "",
    version: str = "",
    check: Callable[[sa.Connection], None] | None = None,
) -> tuple[Entry, ...]:
    """Append events in a transaction of their own; `check` may refuse them by raising, with nobody writing meanwhile.

    Parameters
    ----------
    database : Database
        Of the page.
    *events : Event
        In their order.
    who : Who
        Who acts.
    election_id, seat_id, version : str
        Where, and on which results.
    check : callable, optional
        Looks at the database before the events are written.

    Returns
    -------
    tuple of Entry
        On disk when this returns.
    """
    with database.write() as connection:
        if check is not None:
            check(connection)
        return append(connection, events, who=who, election_id=election_id, seat_id=seat_id, version=version)


def unchanged_since(election_id: str, seat_id: str, seen: int) -> Callable[[sa.Connection], None]:
    """Return a check that nothing was decided in a seat after entry `seen`.

    Parameters
    ----------
    election_id, seat_id : str
        The seat.
    seen : int
        Number of the last decision that the page showed, 0 for none.

    Returns
    -------
    callable
        Raises `Stale`, naming who decided in between.
    """

    def check(connection: sa.Connection) -> None:
        newer = connection.execute(
            sa.select(RECORD.c.seq, RECORD.c.actor, RECORD.c.at)
            .where(RECORD.c.election_id == election_id, RECORD.c.seat_id == seat_id)
            .where(RECORD.c.seq > seen, RECORD.c.kind.in_(DECISIONS))
            .order_by(RECORD.c.seq.desc())
            .limit(1)
        ).first()
        if newer is not None:
            raise Stale(
                "{who} decided in {seat} (entry {entry}) after this page was shown; nothing was written: look at the "
                "seat again", who=newer.actor, seat=seat_id, entry=newer.seq,
            )  # fmt: skip

    return check


def entries(database: Database, *, after: int = 0, seat_id: str | None = None) -> Iterator[Entry]:
    """Yield the record in its order.

    Parameters
    ----------
    database : Database
        Of the page.
    after : int
        Only later entries.
    seat_id : str, optional
        Only this seat's.

    Yields
    ------
    Entry
        By number.
    """
    query = _AFTER if seat_id is None else _AFTER.where(RECORD.c.seat_id == seat_id)
    with database.read() as connection:
        for row in connection.execute(query, {"after": after}):
            # a tampered cell may be of any type: it must be shown as a fault, not end the check
            seq, *texts = (value if isinstance(value, (str, int)) else repr(value) for value in row)
            yield Entry(int(seq), *(str(text) for text in texts))


def newest(
    database: Database, *, seat_id: str = "", kind: str = "", before: int | None = None, most: int = 100
) -> tuple[Entry, ...]:
    """Return the newest entries, the newest first.

    Parameters
    ----------
    database : Database
        Of the page.
    seat_id, kind : str
        Only these; empty for all.
    before : int, optional
        Only earlier ones than this number.
    most : int
        So many at most.

    Returns
    -------
    tuple of Entry
        As they stand in the record.
    """
    query = sa.select(RECORD).order_by(RECORD.c.seq.desc()).limit(most)
    if seat_id:
        query = query.where(RECORD.c.seat_id == seat_id)
    if kind:
        query = query.where(RECORD.c.kind == kind)
    if before is not None:
        query = query.where(RECORD.c.seq < before)
    with database.read() as connection:
        return tuple(Entry(*row) for row in connection.execute(query))


def head(database: Database) -> Anchor:
    """Return where the chain stands now."""
    with database.read() as connection:
        last = connection.execute(_LAST).first()
    return Anchor(0, START) if last is None else Anchor(int(last.seq), str(last.hash))


def check_record(database: Database, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Check the whole record against its own hashes and the anchors."""
    try:
        return verify(entries(database), anchors)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        return Verdict(0, START, len(anchors), (f"the record can't be read to its end: {reason}",))
