"""What a seat's blueprint holds, as frozen records and small frames.

Everything that a reader sees is in both languages (`Words`), so that page and dossier never translate by themselves.
Unknown is None or NaN, never zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from khaka.scoring.blueprint.names import Aspirant, Contrast, PanelPlace, Rating, StageName
from khaka.scoring.blueprint.words import Chance, Words

BOOTH_COLUMNS: Final = (
    "booth_no", "name", "polling_centre", "village", "block", "lat", "lon", "electors", "roll_version", "support",
    "leading_party", "turnout", "known_share", "reached_by", "claimed_by", "presence", "team",
)  # fmt: skip
"""Columns of a seat's booth frame.

support, turnout: the party's share of the valid votes and the turnout (0 to 1) in the last poll with booth results,
carried to today's booths along the lineage; known_share: how much of the booth's electors that rests on (0 to 1).
reached_by, claimed_by: numbers of aspirants of this seat with a verified event, and with any event, at the booth.
presence: "reached", "doubtful" (claimed, not verified), "never", or None where nobody logs activity.
team: roles of the booth team that are filled, None where no team is recorded.
"""

Status = Literal["clear", "close", "abstain", "nobody"]
"""Of the recommendation, not of the committee's decision: one name ahead, several too close to call, nobody like the
aspirants was ever nominated, nobody can be ranked."""


@dataclass(frozen=True)
class SeatHead:
    """What one line or the head of a page says of a seat.

    Parameters
    ----------
    seat_id, number, name, name_hi, district, region
        As in the table `seats`; blank texts where unknown.
    reservation : str
        GEN, SC, ST or "".
    holder : str or None
        Party that won the last assembly election here.
    last_margin : float or None
        The own party's margin there, in points; None where it didn't stand.
    last_election : str or None
        Id of that election.
    baseline : float or None
        Expected margin without the person, in points.
    baseline_low, baseline_high : float or None
        Its 90% range, swing included; None where the results were made without it.
    chance : Chance or None
        Of the first name; None where nobody is ranked.
    band : str
        "out_of_reach", "5_25", "25_50", "50_75", "75_100", or "unknown".
    status : str
        See `Status`.
    leader_id, leader_name, leader_name_hi : str or None
        The first name by the model.
    leader_margin, leader_low, leader_high : float or None
        Its expected margin and 90% range, in points.
    tied : int
        How many names are too close to call with the first, itself included; 0 without a ranking.
    aspirants : int
        Names that ask for the ticket.
    support : str
        "in", "edge", "outside" of the first name, "" without one.
    allotted_to : str
        The party that holds the seat inside an alliance, "" where none is recorded.
    """

    seat_id: str
    number: int
    name: str
    name_hi: str
    district: str
    region: str
    reservation: str
    holder: str | None
    last_margin: float | None
    last_election: str | None
    baseline: float | None
    baseline_low: float | None
    baseline_high: float | None
    chance: Chance | None
    band: str
    status: Status
    leader_id: str | None
    leader_name: str | None
    leader_name_hi: str | None
    leader_margin: float | None
    leader_low: float | None
    leader_high: float | None
    tied: int
    aspirants: int
    support: str
    allotted_to: str


@dataclass(frozen=True)
class PartyShare:
    """A party's share of the valid votes (0 to 1); None where it didn't stand."""

    party: str
    share: float | None


@dataclass(frozen=True)
class PastElection:
    """One election of the seat.

    Parameters
    ----------
    election_id, kind, year
        kind is "AE" or "LS" (Lok Sabha, this seat's segment).
    poll_date : date or None
        Day of the poll.
    reservation : str
        In that election; "" where unknown.
    winner : str
        Party that was first here.
    own_share, own_margin : float or None
        Share (0 to 1) and margin (points) of the party; None where it didn't stand.
    shares : tuple of PartyShare
        The seat's main parties, the same in every election of the strip, then "OTH" for all the rest.
    turnout : float or None
        Votes polled over electors, 0 to 1.
    electors : int or None
        On the roll.
    roll_version : str
        Which roll; "" where unknown. Elector counts of different rolls don't compare.
    """

    election_id: str
    kind: str
    year: int
    poll_date: dt.date | None
    reservation: str
    winner: str
    own_share: float | None
    own_margin: float | None
    shares: tuple[PartyShare, ...]
    turnout: float | None
    electors: int | None
    roll_version: str


@dataclass(frozen=True)
class Community:
    """A published figure of the seat's population: a community, a group or another measure.

    Parameters
    ----------
    measure : str
        Such as "sc_share" or "community:<name>".
    words : Words
        What to call it.
    share : float
        0 to 1.
    standard_error : float or None
        Of the share; None for an official count.
    low, high : float or None
        90% range.
    kind : str
        "official" or "estimate".
    source : str
        Who says so.
    year : int
        Of the figure.
    level : str
        "seat", or "district" where the seat itself has no figure.
    """

    measure: str
    words: Words
    share: float
    standard_error: float | None
    low: float | None
    high: float | None
    kind: str
    source: str
    year: int
    level: str


@dataclass(frozen=True)
class Quota:
    """How many of the first names, and of the slate where there is one, belong to a group.

    Parameters
    ----------
    id : str
        women, newcomers, young, SC, ST, OBC, GEN.
    words : Words
        Its name.
    leaders, leaders_strong : int
        First names of the group, and those of them in seats with a chance of 50% or more.
    slate, slate_strong : int or None
        The same of the slate; None where no slate was made.
    """

    id: str
    words: Words
    leaders: int
    leaders_strong: int
    slate: int | None
    slate_strong: int | None


@dataclass(frozen=True)
class SeatBlueprint:
    """The whole blueprint of one seat.

    Parameters
    ----------
    head : SeatHead
        In short.
    election_id, party : str
        The coming election, whose tickets.
    as_of : date
        What was known by then.
    model_version, data_hash, version : str
        Which scores; the version of the results as it is printed (`khaka.scoring.version`).
    history : tuple of PastElection
        The last six elections, oldest first.
    booths : DataFrame
        `BOOTH_COLUMNS`, one row a booth.
    booth_list, booth_votes : str or None
        Elections that the list of booths and its votes come from.
    communities : tuple of Community
        Largest community first, then the other measures.
    aspirants : tuple of Aspirant
        The ranked first, in their order.
    panel : tuple of PanelPlace
        The proposal to the committee.
    contrasts : tuple of Contrast
        The first name against each of the next three.
    ratings : tuple of Rating
        Of this seat's aspirants.
    stages : tuple of StageName
        Names by stage of the party, oldest stage first.
    unknown : tuple of Words
        What isn't known.
    slate_choice, slate_substitute : str or None
        aspirant_id in the slate, where one was made.
    """

    head: SeatHead
    election_id: str
    party: str
    as_of: dt.date
    model_version: str
    data_hash: str
    version: str
    history: tuple[PastElection, ...]
    booths: pd.DataFrame
    booth_list: str | None
    booth_votes: str | None
    communities: tuple[Community, ...]
    aspirants: tuple[Aspirant, ...]
    panel: tuple[PanelPlace, ...]
    contrasts: tuple[Contrast, ...]
    ratings: tuple[Rating, ...]
    stages: tuple[StageName, ...]
    unknown: tuple[Words, ...]
    slate_choice: str | None
    slate_substitute: str | None

    def aspirant(self, aspirant_id: str) -> Aspirant:
        """Return one aspirant; `KeyError` where the seat has no such id."""
        for found in self.aspirants:
            if found.aspirant_id == aspirant_id:
                return found
        raise KeyError(aspirant_id)
