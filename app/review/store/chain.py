"""The hash chain of the record, without any database: each entry carries the hash of the one before.

A chain shows every edit, removal and change of order inside it. It does not show that its end was cut off, or that all
of it was written anew: for that an anchor, the count and the head's hash, is kept outside (a file elsewhere, a printed
page). After S. Haber and W. S. Stornetta 1991, How to Time-Stamp a Digital Document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

START: Final = "0" * 64
"""What the first entry carries as the hash of the one before."""


@dataclass(frozen=True)
class Entry:
    """One line of the record.

    Parameters
    ----------
    seq : int
        1, 2, 3 ... without a gap.
    at : str
        When, UTC, ISO 8601.
    actor, role : str
        Who, and as what.
    kind : str
        What happened, a key of `khaka.app.review.store.events.EVENTS`.
    election_id, seat_id : str
        Where; empty where it belongs to none.
    version : str
        Hash of the results that were shown; empty where none were.
    body : str
        What exactly, canonical JSON.
    previous : str
        Hash of the entry before.
    hash : str
        SHA-256 over all of the above, 64 hexadecimal digits.
    """

    seq: int
    at: str
    actor: str
    role: str
    kind: str
    election_id: str
    seat_id: str
    version: str
    body: str
    previous: str
    hash: str = ""


@dataclass(frozen=True)
class Anchor:
    """Where the chain stood: `count` entries, the last with hash `head`."""

    count: int
    head: str

    def __str__(self) -> str:
        return f"{self.count} {self.head}"


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found.

    Parameters
    ----------
    count : int
        Entries that are there.
    head : str
        Hash of the last.
    anchors : int
        Anchors that it was held against.
    faults : tuple of str
        One sentence a fault; empty where the record is whole.
    """

    count: int
    head: str
    anchors: int
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def canonical(content: Any) -> str:
    """Return the one JSON text of a content: keys sorted, no blanks, UTF-8 as it is, no NaN.

    Examples
    --------
    >>> canonical({"b": 1, "a": "सीट"})
    '{"a":"सीट","b":1}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def entry_hash(entry: Entry) -> str:
    """Return the SHA-256 of an entry, its own `hash` left out."""
    fields = asdict(entry)
    del fields["hash"]
    return hashlib.sha256(canonical(fields).encode("utf-8", "surrogatepass")).hexdigest()


def seal(entry: Entry) -> Entry:
    """Return the entry with its hash."""
    return replace(entry, hash=entry_hash(entry))


def verify(entries: Iterable[Entry], anchors: Sequence[Anchor] = ()) -> Verdict:
    """Check a chain from its first entry to its last, and against anchors.

    Parameters
    ----------
    entries : iterable of Entry
        In the order of `seq`.
    anchors : sequence of Anchor
        Kept outside, in any order.

    Returns
    -------
    Verdict
        With at most 20 faults; the first is where the record was touched.

    Examples
    --------
    >>> one = seal(Entry(1, "2027-01-10T09:00:00+00:00", "asha", "state", "note", "", "", "", "{}", START))
    >>> verify([one], [Anchor(1, one.hash)]).whole
    True
    >>> verify([], [Anchor(1, one.hash)]).faults
    ('entry 1 is missing: an anchor saw 1 entries, 0 are there',)
    """
    wanted: dict[int, set[str]] = {}
    for anchor in anchors:
        wanted.setdefault(anchor.count, set()).add(anchor.head)
    faults: list[str] = []
    previous, count = START, 0
    _compare(wanted, 0, START, faults)
    for entry in entries:
        count += 1
        if entry.seq != count:
            faults.append(f"entry {count} is missing or out of order: number {entry.seq} stands in its place")
            count = entry.seq
        if entry.previous != previous:
            faults.append(f"entry {entry.seq} does not follow the one before: one of the two was changed or removed")
        if entry_hash(entry) != entry.hash:
            faults.append(f"entry {entry.seq} was changed: its content does not fit its hash")
        previous = entry.hash
        _compare(wanted, entry.seq, entry.hash, faults)
        if len(faults) >= 20:
            break
    else:
        faults += [
            f"entry {count + 1} is missing: an anchor saw {anchor} entries, {count} are there"
            for anchor in sorted(wanted)
            if anchor > count
        ]
    return Verdict(count, previous, len(anchors), tuple(faults))


def _compare(wanted: dict[int, set[str]], count: int, head: str, faults: list[str]) -> None:
    if any(anchor != head for anchor in wanted.get(count, ())):
        faults.append(f"entry {count} is another than an anchor saw: the record was written anew up to there")
