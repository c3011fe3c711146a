"""Other line-ups than the declared one: a rival party's nominee replaced or gone, an ally that leaves its seats to us.

Like the line-up itself (`khaka.features.scenario`) these are a scenario's input, not facts about a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from khaka.data.delimitation import place_of
from khaka.data.errors import KhakaError
from khaka.features.scenario import Replaced
from khaka.features.source import Source

NOBODY: Final = "none"
"""Word for a rival party without a nominee."""

_NAMED: Final = "named:"
_OWN: Final = (
    "person_id", "name", "sex", "age", "category", "community", "education", "residence_seat_id", "criminal_cases",
    "serious_cases", "assets_inr",
)  # fmt: skip


@dataclass(frozen=True)
class RivalChange:
    """One change of a rival party's nominees.

    Parameters
    ----------
    party : str
        The rival party.
    nominee : str or None
        nominee_id or person_id of someone who stood before; None: the party does not stand.
    seat_id : str or None
        Where; None: everywhere for a party that does not stand, the person's own last seat for a nominee.

    Examples
    --------
    >>> RivalChange.parse("S24-2008-163:BJP=P-77")
    RivalChange(party='BJP', nominee='P-77', seat_id='S24-2008-163')
    >>> RivalChange.parse("BSP=none")
    RivalChange(party='BSP', nominee=None, seat_id=None)
    """

    party: str
    nominee: str | None = None
    seat_id: str | None = None

    @classmethod
    def parse(cls, text: str) -> RivalChange:
        """Read `PARTY=ID`, `PARTY=none`, `SEAT:PARTY=ID` or `SEAT:PARTY=none`.

        Raises
        ------
        KhakaError
            The text has another form.
        """
        left, equals, who = text.partition("=")
        seat, colon, party = left.rpartition(":")
        if not equals or not who.strip() or not party.strip() or (colon and not seat.strip()):
            raise KhakaError(f"{text!r} names no rival; write PARTY=ID, PARTY=none or SEAT:PARTY=ID")
        nominee = None if who.strip().lower() == NOBODY else who.strip()
        return cls(party.strip(), nominee, seat.strip() or None)

    def text(self) -> str:
        """Return the change as it is written on the command line."""
        where = f"{self.seat_id}:" if self.seat_id else ""
        return f"{where}{self.party}={self.nominee or NOBODY}"


def with_rivals(
    source: Source,
    *,
    election_id: str,
    party: str,
    seats: Sequence[str],
    rivals: Sequence[RivalChange] = (),
    allies: Sequence[str] = (),
) -> Source:
    """Return the tables with the nominees of an election changed.

    Parameters
    ----------
    source : Source
        With the line-up in its nominees.
    election_id : str
        The election that is scored.
    party : str
        Whose ticket is open.
    seats : sequence of str
        Seats with aspirants.
    rivals : sequence of RivalChange
        Changes of rival nominees.
    allies : sequence of str
        Parties that do not stand in these seats. That they support the party is read off the nominee list, as in
        past elections: allies do not meet each other.

    Returns
    -------
    Source
        The tables, nominees replaced; `source` itself where nothing changes.

    Raises
    ------
    KhakaError
        An unknown seat, person or party, or the party itself is named as its rival or ally.
    """
    if not rivals and not allies:
        return source
    nominees = source.read("nominees")
    here = nominees["election_id"] == election_id
    standing = set(nominees.loc[here, "party"].astype("str"))
    for name in [*(change.party for change in rivals), *allies]:
        if name == party:
            raise KhakaError(f"{name} is the party whose ticket is open; name another party as rival or ally")
    for ally in allies:
        if ally not in standing:
            raise KhakaError(f"{ally!r} has no nominee in {election_id}, nor last time; parties: {_some(standing)}")
        nominees = nominees[~(here & (nominees["party"] == ally) & nominees["seat_id"].isin(list(seats)))]
        here = nominees["election_id"] == election_id
    for change in rivals:
        nominees = _changed(nominees, change, election_id, list(seats))
    return Replaced(source, {"nominees": nominees.reset_index(drop=True)})


def _changed(nominees: pd.DataFrame, change: RivalChange, election_id: str, seats: list[str]) -> pd.DataFrame:
    """Return the nominees with one change."""
    here = (nominees["election_id"] == election_id) & (nominees["party"] == change.party)
    if change.nominee is None:
        gone = here if change.seat_id is None else here & (nominees["seat_id"] == change.seat_id)
        if not gone.any():
            where = f"in {change.seat_id}" if change.seat_id else f"in {election_id}"
            raise KhakaError(f"{change.party!r} has no nominee {where}, nor last time: there is nobody to take out")
        return nominees[~gone]
    past = nominees[(nominees["nominee_id"] == change.nominee) | (nominees["person_id"] == change.nominee)]
    if past.empty:
        raise KhakaError(f"no nominee and no person {change.nominee!r} in this workspace; khaka check lists elections")
    last = past.sort_values("election_id", key=lambda ids: ids.str.split("-").str[1], kind="stable").iloc[[-1]]
    at = {place_of(seat): seat for seat in seats}
    seat = change.seat_id or at.get(place_of(str(last["seat_id"].iloc[0])))
    if seat not in seats:
        raise KhakaError(
            f"rival {change.text()!r}: {seat or last['seat_id'].iloc[0]} is no seat with aspirants of {election_id}; "
            "write SEAT:PARTY=ID"
        )
    row = last[[name for name in _OWN if name in last.columns]].reindex(columns=nominees.columns)  # votes stay blank
    years = int(election_id.split("-")[1]) - int(str(last["election_id"].iloc[0]).split("-")[1])
    row["age"] = row["age"] + years
    row = row.assign(
        election_id=election_id, seat_id=seat, nominee_id=f"{_NAMED}{seat}:{change.party}", party=change.party
    )
    typed = row.astype({name: nominees[name].dtype for name in nominees.columns})
    kept = nominees[~(here & (nominees["seat_id"] == seat))]
    return pd.concat([kept, typed], ignore_index=True)


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:12]) or "none"
