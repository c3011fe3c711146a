"""The committee's decisions: what is checked before one is written, and how a typed line names an aspirant.

A decision is bound to the version of the results that was shown, and to the last decision in the seat that was shown:
if either has moved on it is refused and nothing is written. A choice other than the first name needs its reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from khaka.app.review.results import Candidate, Results
from khaka.app.review.search import folded
from khaka.app.review.store import events as ev
from khaka.app.review.store.ledger import SeatStatus
from khaka.app.review.store.record import record, unchanged_since
from khaka.app.review.telling import Stale, Told
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from khaka.app.review.rendering import Review
    from khaka.app.review.store.chain import Entry
    from khaka.app.review.store.record import Who

_HOLD: Final = frozenset({"h", "hold", "0", "होल्ड", "विचाराधीन"})
_LONGEST_SHORTLIST: Final = 10


@dataclass(frozen=True)
class Shown:
    """What the person had before the eyes: the version of the results, and the last decision in the seat."""

    version: str
    seq: int


@dataclass(frozen=True)
class Act:
    """Someone's hand on one seat.

    Parameters
    ----------
    review : Review
        The page.
    results : Results
        As this request shows them.
    seat_id : str
        The seat.
    who : Who
        Who decides.
    shown : Shown
        What that person had before the eyes.
    """

    review: Review
    results: Results
    seat_id: str
    who: Who
    shown: Shown

    def write(self, *events: ev.Event) -> Entry:
        """Write events to the record, if what was shown still stands.

        Raises
        ------
        Stale
            The results were made anew, or somebody decided in between.
        """
        if self.shown.version != self.results.version:
            raise Stale(
                "the results were made anew since this page was shown (version {old}, now {new}); nothing was "
                "written: look at the seat again",
                old=self.shown.version[:12], new=self.results.short_version,
            )  # fmt: skip
        return record(
            self.review.database, *events, who=self.who, election_id=self.results.election_id, seat_id=self.seat_id,
            version=self.results.version,
            check=unchanged_since(self.results.election_id, self.seat_id, self.shown.seq),
        )[-1]  # fmt: skip

    @property
    def stands(self) -> SeatStatus:
        """What stands for the seat now."""
        return self.review.ledger.seat(self.seat_id)

    def aspirant(self, aspirant_id: str) -> Candidate:
        """Return an aspirant of this seat.

        Raises
        ------
        KhakaError
            Nobody of that id asks for the ticket here.
        """
        found = self.results.candidate(self.seat_id, aspirant_id)
        if found is None:
            raise Told(
                "nobody with the id {id} asks for the ticket in {seat}; choose a name",
                id=aspirant_id,
                seat=self.seat_id,
            )
        return found


def choose(act: Act, aspirant_id: str, *, reason: str = "", minutes: bool = False) -> Entry:
    """Record the committee's choice.

    Parameters
    ----------
    act : Act
        Whose hand, on which seat, with what before the eyes.
    aspirant_id : str
        One of the seat's aspirants.
    reason : str
        Needed where it is not the first name, or one whom the facts call not eligible.
    minutes : bool
        Typed in from the minutes of a sitting.

    Returns
    -------
    Entry
        On disk.

    Raises
    ------
    KhakaError
        No such aspirant here, no reason, or the seat stands on a list already.
    """
    chosen = act.aspirant(aspirant_id)
    stands = act.stands
    if stands.list_number:
        raise Told(
            "{seat} stands on list {number} already; another name there is a swap, with its reason",
            seat=act.seat_id, number=stands.list_number,
        )  # fmt: skip
    first = act.results.first_name(act.seat_id)
    if first is not None and first.aspirant_id != aspirant_id and not reason:
        raise Told(
            "{name} is not the first name of the ranking ({first} is); write down the committee's reason",
            name=chosen.name, first=first.name,
        )  # fmt: skip
    if chosen.eligible == "no" and not reason:
        raise Told("{name} is not eligible by the known facts; write down the committee's reason", name=chosen.name)
    event = ev.Chosen(
        aspirant_id=aspirant_id, first_name_id=first.aspirant_id if first else "", reason=reason, minutes=minutes
    )
    return act.write(event)


def hold(act: Act, *, reason: str = "", minutes: bool = False) -> Entry:
    """Record that the seat is held back, not decided."""
    if act.stands.list_number:
        raise Told(
            "{seat} stands on list {number} already; it can't be held any more",
            seat=act.seat_id, number=act.stands.list_number,
        )  # fmt: skip
    return act.write(ev.Held(reason=reason, minutes=minutes))


def shortlist(act: Act, aspirant_ids: Sequence[str]) -> Entry:
    """Record the committee's panel of a seat, in its order."""
    ids = tuple(dict.fromkeys(act.aspirant(one).aspirant_id for one in aspirant_ids))
    if not 1 <= len(ids) <= _LONGEST_SHORTLIST:
        raise Told("a panel has 1 to {most} names, this one has {found}", most=_LONGEST_SHORTLIST, found=len(ids))
    return act.write(ev.Shortlisted(aspirant_ids=ids))


def substitute(act: Act, aspirant_id: str, *, reason: str = "") -> Entry:
    """Record who steps in if the nominee's papers are refused (Form B names one)."""
    who = act.aspirant(aspirant_id)
    if act.stands.aspirant_id == aspirant_id:
        raise Told("{name} is the nominee of {seat}; the substitute is someone else", name=who.name, seat=act.seat_id)
    return act.write(ev.Substituted(aspirant_id=aspirant_id, reason=reason))


def confirm(act: Act, of: int) -> Entry:
    """Record that a second person confirms the choice that stands."""
    stands = act.stands
    if not stands.choice_seq or stands.choice_seq != of or not stands.is_decided:
        raise Stale("the choice to confirm in {seat} no longer stands; look at the seat again", seat=act.seat_id)
    if stands.by == act.who.name:
        raise Told("{name} made this choice; a second person confirms it", name=act.who.name)
    return act.write(ev.Confirmed(of=of))


def note(act: Act, text: str) -> Entry:
    """Record a note; it decides nothing, so nothing that was decided meanwhile stands in its way."""
    if not text:
        raise Told("the note is empty; write something or leave it")
    return record(
        act.review.database, ev.Noted(text=text), who=act.who, election_id=act.results.election_id,
        seat_id=act.seat_id, version=act.results.version,
    )[-1]  # fmt: skip


def settle(act: Act, how: str, *, whom: str = "", reason: str = "") -> Entry:
    """Record that a seat is closed to applications: the sitting member's, an ally's, or decided before."""
    if how not in ev.SETTLED:
        raise KhakaError(f"a seat is settled as one of {', '.join(ev.SETTLED)}, not {how!r}")
    if not reason and not whom:
        raise Told("say to whom the seat goes, or why it is settled")
    if act.stands.is_decided:
        raise Told("{seat} has a nominee already; hold the seat back first", seat=act.seat_id)
    return act.write(ev.Settled(how=how, whom=whom, reason=reason))


# -- a line of the minutes ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the minutes: the seat's number, whom (number, letters, or a word for hold), and the reason."""

    seat: str
    whom: str
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the line holds the seat back."""
        return self.whom.casefold() in _HOLD


def parse_lines(text: str) -> tuple[Line, ...]:
    """Read pasted minutes: a line a seat, `173 2 reason`, `174 hold`; commas and tabs do as well.

    Examples
    --------
    >>> parse_lines("173 2 wide respect\\n174, hold\\n\\n")
    (Line(seat='173', whom='2', reason='wide respect'), Line(seat='174', whom='hold', reason=''))
    """
    rows = (re.split(r"\s*[,;\t]\s*|\s+", row.strip(), maxsplit=2) for row in text.splitlines() if row.strip())
    return tuple(Line(*(part.strip() for part in (*row, "", "")[:3])) for row in rows)


def find_seat(results: Results, number: str) -> str:
    """Return the seat of a number (digits of any script) or an id.

    Raises
    ------
    KhakaError
        No such seat, or several with that number.
    """
    typed = number.strip()
    if typed in results.seats:
        return typed
    wanted = int(typed) if typed.isdecimal() else -1
    found = [seat_id for seat_id, seat in results.seats.items() if seat.number == wanted]
    if len(found) != 1:
        raise Told(
            "{count} seats have the number {number}; type the seat's number as on the list",
            count=len(found),
            number=typed,
        )
    return found[0]


def find_aspirant(candidates: Sequence[Candidate], typed: str) -> Candidate:
    """Return the one aspirant whom a number or some letters name.

    Parameters
    ----------
    candidates : sequence of Candidate
        Of the seat.
    typed : str
        The number on the seat's page, initials, or the beginning of the name or of a part of it, in either script.

    Returns
    -------
    Candidate
        The only one who fits best.

    Raises
    ------
    KhakaError
        Nobody fits, or several; all names are told with their numbers.

    Examples
    --------
    >>> asha = Candidate(1, "a", "Asha Devi", "आशा देवी", 1, 1, "yes")
    >>> names = [asha, Candidate(2, "b", "Ram Singh", "", 2, 1, "yes")]
    >>> [find_aspirant(names, typed).aspirant_id for typed in ("2", "ad", "ram", "sin", "आशा")]
    ['b', 'a', 'b', 'b', 'a']
    """
    wanted = typed.strip()
    if wanted.isdecimal():
        fitting = [one for one in candidates if one.number == int(wanted)]
    else:
        fitting = _by_letters(candidates, _plain(wanted)) if _plain(wanted) else []
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(f"{one.number} {one.name}" for one in (fitting or candidates)) or "nobody"
    if fitting:
        raise Told("'{typed}' fits several: {names}; type the number", typed=typed, names=names)
    raise Told("'{typed}' fits nobody: {names}; type the number", typed=typed, names=names)


def _by_letters(candidates: Sequence[Candidate], wanted: str) -> list[Candidate]:
    tests = (
        lambda name: _initials(name) == wanted,
        lambda name: name.startswith(wanted),
        lambda name: any(part.startswith(wanted) for part in name.split()),
    )
    for test in tests:
        fitting = [one for one in candidates if any(name and test(_plain(name)) for name in (one.name, one.name_hi))]
        if fitting:
            return fitting
    return []


def _plain(name: str) -> str:
    """Return a name for comparing, as a search does, and without signs that are no letters."""
    return "".join(sign for sign in folded(name) if sign == " " or sign.isalnum() or _is_vowel(sign))


def _is_vowel(sign: str) -> bool:
    return "\u0900" <= sign <= "\u097f" and unicodedata.category(sign) in ("Mn", "Mc")


def _initials(name: str) -> str:
    return "".join(part[0] for part in name.split())
