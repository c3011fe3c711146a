"""The line-up of the election that is scored: a scenario's input, not a fact about its result.

Scoring asks what would happen if an aspirant were the nominee. So the party's own place on the ballot is held by a
nominee of whom nothing is known, and where rivals have not declared theirs, the parties that stood there last time
hold theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from khaka.data.delimitation import place_of
from khaka.data.schema import TABLES
from khaka.features.source import Over, Source, left_out, stored_files

PLACEHOLDER: Final = "own:"
"""Start of the nominee_id of the party's own open place."""

_EXPECTED: Final = "expected:"
_STOOD: Final = 0.02  # share of the seat's votes from which a party counts as having stood there last time


@dataclass(frozen=True)
class Lineup:
    """A source with the scenario's nominees, and where they come from.

    Parameters
    ----------
    source : Source
        The tables, the target election's nominees replaced.
    seats : list of str
        Seats with the party's own open place.
    assumed : list of str
        Seats where no rival has declared and last time's parties stand in.
    """

    source: Source
    seats: list[str]
    assumed: list[str]


class Replaced(Over):
    """A source with some tables replaced.

    Parameters
    ----------
    source : Source
        Of all other tables.
    frames : dict of str to DataFrame
        The replaced tables, by name.
    """

    _source: Source

    def __init__(self, source: Source, frames: dict[str, pd.DataFrame]) -> None:
        self._source, self._frames = source, frames

    @property
    def left_out(self) -> pd.DataFrame:
        """Booths whose votes stay out of totals."""
        return left_out(self._source)

    def intact(self, table: str) -> list[Path] | None:
        """Return the verified Parquet files of a table that is not replaced."""
        return None if table in self._frames else stored_files(self._source, table)

    def read(self, table: str) -> pd.DataFrame:
        """Return a table."""
        return self._frames[table] if table in self._frames else self._source.read(table)


def lineup(source: Source, *, election_id: str, party: str, seats: list[str]) -> Lineup:
    """Put the party's open place into the nominees of an election.

    Parameters
    ----------
    source : Source
        The tables.
    election_id : str
        The election that is scored.
    party : str
        Whose ticket is open.
    seats : list of str
        Seats that have aspirants.

    Returns
    -------
    Lineup
        In these seats the party's declared nominees are taken out and one open place is put in.
    """
    nominees = source.read("nominees")
    own = nominees["election_id"] == election_id
    declared = nominees[own]
    rivals = declared[~((declared["party"] == party) & declared["seat_id"].isin(seats))]
    open_places = pd.DataFrame(
        {
            "election_id": election_id,
            "seat_id": seats,
            "nominee_id": [PLACEHOLDER + seat for seat in seats],
            "name": "(open)",
            "party": party,
        }
    )
    bare = sorted(set(seats) - set(rivals["seat_id"]))
    expected = _last_time(source, election_id, party, bare)
    columns = [*TABLES["nominees"].names]
    added = pd.concat([open_places, expected], ignore_index=True).reindex(columns=columns)
    typed = added.astype({name: nominees[name].dtype for name in columns if name in nominees.columns})
    frames = {"nominees": pd.concat([nominees[~own], rivals, typed], ignore_index=True)}
    elections = source.read("elections")
    if election_id not in set(elections["election_id"]):
        row = pd.DataFrame({"election_id": [election_id], "state": [election_id[:3]], "kind": ["AE"]})
        row = row.reindex(columns=elections.columns).astype(elections.dtypes.to_dict())
        frames["elections"] = pd.concat([elections, row], ignore_index=True)
    return Lineup(Replaced(source, frames), sorted(seats), sorted(set(expected["seat_id"])))


def _last_time(source: Source, election_id: str, party: str, seats: list[str]) -> pd.DataFrame:
    """Return one nominee of whom nothing is known for each party that stood in these seats at the last election."""
    empty = pd.DataFrame({"election_id": [], "seat_id": [], "nominee_id": [], "name": [], "party": []}, dtype="str")
    if not seats:
        return empty
    elections = source.read("elections")
    earlier = elections[
        (elections["kind"] == "AE")
        & (elections["state"] == election_id[:3])
        & (elections["election_id"] != election_id)
    ].dropna(subset=["result_date"])
    if earlier.empty:
        return empty
    last = str(earlier.sort_values("result_date")["election_id"].iloc[-1])
    nominees = source.read("nominees")
    rows = nominees[(nominees["election_id"] == last) & (nominees["party"] != party)]
    votes = rows["votes"].astype("float64")
    rows = rows[votes > _STOOD * votes.groupby(rows["seat_id"]).transform("sum")]
    here = {place_of(seat): seat for seat in seats}
    rows = rows.assign(seat_id=rows["seat_id"].map(lambda seat: here.get(place_of(seat)))).dropna(subset=["seat_id"])
    rows = rows[rows["party"] != "IND"].drop_duplicates(["seat_id", "party"])
    return pd.DataFrame(
        {
            "election_id": election_id,
            "seat_id": rows["seat_id"].astype("str"),
            "nominee_id": _EXPECTED + rows["seat_id"].astype("str") + ":" + rows["party"].astype("str"),
            "name": "(not declared)",
            "party": rows["party"].astype("str"),
        }
    ).reset_index(drop=True)
