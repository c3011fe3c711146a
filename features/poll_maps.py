"""Past polls laid out on the seats of the election that is forecast.

Everything that the party and contest features need is an array of seats by parties. A past poll is linked to the
target's seats by place (the same key means the same ground); across a delimitation, where numbers mean other
places, by the seat's name where it is unique in both lists. Seats that find no partner stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import pandas as pd

from khaka.features.source import family

INDEPENDENT = "IND"

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]


class Known(Protocol):
    """What was known on a day: the part of `khaka.features.cutoff.KnownTables` that the features use."""

    @property
    def as_of(self) -> date:
        """The day to whose end things are known."""

    def frame(self, name: str) -> pd.DataFrame:
        """Return a canonical table, cut to what was known."""

    def place(self, seat_ids: pd.Series) -> pd.Series:
        """Return one key for all seat_ids that are the same ground."""


def name_key(name: object) -> str:
    """Return a spelling-proof key of a seat's name: first letter and consonants, doubles and H dropped.

    Parameters
    ----------
    name : object
        Name in Latin script; anything in brackets (a reservation) is left out.

    Returns
    -------
    str
        Empty where nothing is left.

    Examples
    --------
    >>> name_key("ICHCHAPURAM") == name_key("Ichapuram"), name_key("Bah (SC)")
    (True, 'B')
    """
    text = re.sub(r"\(.*?\)", "", str(name).upper() if isinstance(name, str) else "")
    text = re.sub("[^A-Z]", "", text).replace("W", "V").replace("Y", "I").replace("Z", "J")
    return re.sub(r"(.)\1+", r"\1", text[:1] + re.sub("[AEIOUH]", "", text[1:]))


@dataclass(frozen=True)
class Contest:
    """The target election: its seats, its nominees in a fixed order, who contests where.

    Parameters
    ----------
    election_id, state : str
        The target.
    nominees : pd.DataFrame
        Rows sorted by seat and nominee_id, with `row_seat` and `row_party` (positions; -1 for independents).
    seats : pd.DataFrame
        One row a seat in order of `seat_no`: seat_id, seat_no, place, key, district, region.
    parties : tuple of str
        Parties of the target and of its past, independents left out.
    contested : BoolArray, shape (seats, parties)
        Who has a nominee where.
    """

    election_id: str
    state: str
    nominees: pd.DataFrame
    seats: pd.DataFrame
    parties: tuple[str, ...]
    contested: BoolArray

    @property
    def row_seat(self) -> IntArray:
        """Position of each nominee's seat."""
        return self.nominees["row_seat"].to_numpy(dtype=np.int64)

    @property
    def row_party(self) -> IntArray:
        """Position of each nominee's party; -1 for independents."""
        return self.nominees["row_party"].to_numpy(dtype=np.int64)


@dataclass(frozen=True)
class PollMap:
    """One past poll, on its own seats and linked to the target's.

    Parameters
    ----------
    election_id, kind : str
        The poll; kind AE or LS.
    result_date : pd.Timestamp
        Known from then on.
    own_share : FloatArray, shape (own seats, parties)
        Share of valid votes, 0 where the party had no nominee.
    own_contested : BoolArray, shape (own seats, parties)
        Who had a nominee where.
    own_pc : IntArray, shape (own seats,)
        Parliamentary seat's number; -1 unknown.
    independents : FloatArray, shape (own seats,)
        Share of all independents together.
    link : IntArray, shape (target seats,)
        Position of the own seat that is the target's seat; -1 where none was found.
    """

    election_id: str
    kind: str
    result_date: pd.Timestamp
    own_share: FloatArray
    own_contested: BoolArray
    own_pc: IntArray
    independents: FloatArray
    link: IntArray

    def on_target(self, values: FloatArray) -> FloatArray:
        """Return `values` (own seats in rows) on the target's seats; NaN where no seat was found."""
        out = np.full((len(self.link), *values.shape[1:]), np.nan)
        found = self.link >= 0
        out[found] = values[self.link[found]]
        return out

    @property
    def share(self) -> FloatArray:
        """Shares on the target's seats, shape (target seats, parties)."""
        return self.on_target(self.own_share)

    @property
    def contested(self) -> FloatArray:
        """1 where the party had a nominee, 0 where not, NaN where no seat was found."""
        return self.on_target(self.own_contested.astype(float))


def _seat_rows(known: Known, seat_ids: Sequence[str]) -> pd.DataFrame:
    """Return seat_id, seat_no, place, key, district, region of these seats, sorted by number."""
    rows = pd.DataFrame({"seat_id": sorted(set(seat_ids))})
    seats = known.frame("seats").drop_duplicates("seat_id").set_index("seat_id")
    for column in ("seat_name", "district", "region"):
        rows[column] = rows["seat_id"].map(seats[column]) if column in seats else pd.Series(None, index=rows.index)
    rows["seat_no"] = rows["seat_id"].str.rsplit("-", n=1).str[1].astype(int)
    rows["delimitation"] = rows["seat_id"].str.split("-").str[1]
    rows["place"] = known.place(rows["seat_id"]).astype(str).to_numpy()
    rows["key"] = [name_key(name) for name in rows.pop("seat_name")]
    return rows.sort_values(["delimitation", "seat_no"], kind="stable").reset_index(drop=True)


def _link(target: pd.DataFrame, own: pd.DataFrame) -> IntArray:
    """Return for each target seat the position of the own seat at the same place, else of the same unique name."""
    by_place = pd.Series(own.index, index=own["place"])
    by_place = by_place[~by_place.index.duplicated()]
    link = target["place"].map(by_place)
    if link.notna().mean() < 0.5:  # another delimitation: numbers say nothing, names do where they are unique
        names = own.loc[(own["key"] != "") & ~own["key"].duplicated(keep=False), "key"]
        by_name = pd.Series(names.index, index=names)
        unique = ~target["key"].duplicated(keep=False)
        link = link.fillna(target["key"].where(unique).map(by_name))
    return np.asarray(link.fillna(-1).to_numpy(), dtype=np.int64)


def shares_of_seats(nominees: pd.DataFrame) -> pd.Series:
    """Return each row's share of the valid votes of its seat and election; NaN before the count."""
    votes = nominees["votes"].astype("float64")
    total = votes.groupby([nominees["election_id"], nominees["seat_id"]]).transform("sum")
    return votes / total.where(total > 0)


def read_polls(
    known: Known, election_id: str, *, assemblies: int = 4, parliaments: int = 3
) -> tuple[Contest, list[PollMap], list[PollMap], pd.DataFrame]:
    """Lay out the target and the polls before it.

    Parameters
    ----------
    known : Known
        The tables as they were on its `as_of`.
    election_id : str
        The assembly election to forecast.
    assemblies, parliaments : int
        How many past polls of each kind, at most.

    Returns
    -------
    contest : Contest
        The target.
    assembly_maps, parliament_maps : list of PollMap
        Newest first.
    past : pd.DataFrame
        All counted rows of the state before the target, with `share`, `kind`, `result_date`, `place`: by-elections too.
    """
    elections = known.frame("elections")
    state = election_id.split("-")[0]
    counted = pd.to_datetime(elections["result_date"]) <= pd.Timestamp(known.as_of)
    near = elections["state"].isin(family(state))  # before a division the polls of both states were one
    polls = elections[near & counted & (elections["election_id"] != election_id)]
    own_polls = polls[polls["state"] == state]
    if len(own_polls):
        polls = polls[(polls["state"] == state) | (polls["result_date"] < own_polls["result_date"].min())]
    polls = polls.sort_values(["result_date", "election_id"], ascending=False)
    every = known.frame("nominees")
    rows = every[every["election_id"] == election_id]
    past = every[every["election_id"].isin(polls["election_id"])].copy()
    past["votes"] = past["votes"].astype("float64")
    past = past[past["votes"].notna()]
    past["share"] = shares_of_seats(past)
    past = past[past["share"].notna()].merge(polls[["election_id", "kind", "result_date"]], on="election_id")
    past = past.sort_values(["result_date", "election_id", "seat_id", "nominee_id"], kind="stable")
    past["result_date"] = pd.to_datetime(past["result_date"])
    past["place"] = known.place(past["seat_id"]).astype(str).to_numpy()

    chosen: list[str] = []
    for kind, count in (("AE", assemblies), ("LS", parliaments)):
        held = set(past.loc[past["kind"] == kind, "election_id"])
        chosen += [name for name in polls.loc[polls["kind"] == kind, "election_id"] if name in held][:count]
    recent = past[past["election_id"].isin(chosen)]
    strong = recent.groupby(["election_id", "party"])["votes"].sum()
    strong = strong[strong > 0.01 * strong.groupby("election_id").transform("sum")]
    names = set(rows["party"]) | set(strong.index.get_level_values("party"))
    parties = tuple(sorted(names - {INDEPENDENT}))
    number = {party: position for position, party in enumerate(parties)}

    seats = _seat_rows(known, rows["seat_id"].tolist())
    position = pd.Series(seats.index, index=seats["seat_id"])
    rows = rows.sort_values(["seat_id", "nominee_id"], kind="stable").reset_index(drop=True)
    rows = rows.assign(
        row_seat=rows["seat_id"].map(position).astype("int64"),
        row_party=rows["party"].map(number).fillna(-1).astype("int64"),
        place=rows["seat_id"].map(seats.set_index("seat_id")["place"]),
    )
    contested = np.zeros((len(seats), len(parties)), dtype=bool)
    named = rows[rows["row_party"] >= 0]
    contested[named["row_seat"], named["row_party"]] = True
    contest = Contest(election_id, state, rows, seats, parties, contested)

    seat_elections = known.frame("seat_elections")
    pcs = seat_elections[seat_elections["election_id"].isin(chosen)] if "pc_no" in seat_elections else None
    maps = [
        _map_of(known, contest, number, group, pcs)
        for _, group in sorted(recent.groupby("election_id"), key=lambda item: chosen.index(str(item[0])))
    ]
    return contest, [m for m in maps if m.kind == "AE"], [m for m in maps if m.kind == "LS"], past


def _map_of(
    known: Known, contest: Contest, number: dict[str, int], group: pd.DataFrame, pcs: pd.DataFrame | None
) -> PollMap:
    """Return the map of one past poll's rows; of a poll before a division, the seats of today's state alone."""
    own = _seat_rows(known, group["seat_id"].tolist())
    if not (
        own["seat_id"].str.startswith(contest.state) & group["election_id"].iloc[0].startswith(contest.state)
    ).all():
        link = _link(contest.seats, own)
        kept = own.loc[np.unique(link[link >= 0]), "seat_id"]
        if len(kept):
            group = group[group["seat_id"].isin(kept)]
            own = _seat_rows(known, group["seat_id"].tolist())
    seat = group["seat_id"].map(pd.Series(own.index, index=own["seat_id"])).to_numpy(dtype=np.int64)
    party = group["party"].map(number).fillna(-1).to_numpy(dtype=np.int64)
    share = np.zeros((len(own), len(number)))
    held = np.zeros((len(own), len(number)), dtype=bool)
    inside = party >= 0
    np.add.at(share, (seat[inside], party[inside]), group["share"].to_numpy()[inside])
    held[seat[inside], party[inside]] = True
    independents = np.zeros(len(own))
    alone = (group["party"] == INDEPENDENT).to_numpy()
    np.add.at(independents, seat[alone], group["share"].to_numpy()[alone])
    election_id = str(group["election_id"].iloc[0])
    pc = pd.Series(-1.0, index=own.index)
    if pcs is not None:
        of_seat = pcs[pcs["election_id"] == election_id].drop_duplicates("seat_id").set_index("seat_id")["pc_no"]
        pc = pd.to_numeric(own["seat_id"].map(of_seat), errors="coerce").fillna(-1)
    return PollMap(
        election_id=election_id,
        kind=str(group["kind"].iloc[0]),
        result_date=group["result_date"].iloc[0],
        own_share=share,
        own_contested=held,
        own_pc=np.asarray(pc.to_numpy(), dtype=np.int64),
        independents=independents,
        link=_link(contest.seats, own),
    )
