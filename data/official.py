"""What the store knows of a seat's official result, and how sheets of booths are laid over earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from khaka.data.readers.form20.columns import Nominee
from khaka.data.readers.form20.reader import Official
from khaka.data.store import TableStore

if TYPE_CHECKING:
    from khaka.data.intake import Intake

_BOOTH = ["election_id", "seat_id", "booth_no"]


def official_of(store: TableStore) -> Callable[[str, str], Official]:
    """Return what gives the official result of an election and a seat, as far as it is in the store.

    Parameters
    ----------
    store : TableStore
        Holds nominees and seat_elections.

    Returns
    -------
    callable
        Takes election_id and seat_id, returns an `Official`.
    """

    def official(election: str, seat: str) -> Official:
        nominees = store.read("nominees", columns=["seat_id", "name", "party", "votes"], elections=[election])
        own = nominees[(nominees["seat_id"] == seat) & nominees["name"].notna()]
        columns = ["seat_id", "nota", "valid_votes"]
        seats = store.read("seat_elections", columns=columns, elections=[election])
        known = seats[seats["seat_id"] == seat].astype({"nota": "float64", "valid_votes": "float64"})
        found = tuple(
            Nominee(str(name), "" if pd.isna(party) else str(party), float("nan") if pd.isna(votes) else float(votes))
            for name, party, votes in own[["name", "party", "votes"]].itertuples(index=False)
        )
        if known.empty:
            return Official(found)
        return Official(found, float(known["nota"].iloc[0]), float(known["valid_votes"].iloc[0]))

    return official


def result_is_here(entry: dict[str, Any], store: TableStore) -> bool:
    """Tell whether the official result has come that a sheet read before was waiting for.

    Parameters
    ----------
    entry : dict
        The sheet's entry in the ingest log; `seats` holds pairs of election_id and seat_id.
    store : TableStore
        The tables.

    Returns
    -------
    bool
        True where nominees of one of those seats are there now.
    """
    official = official_of(store)
    return any(official(election, seat).nominees for election, seat in entry.get("seats", []))


def seats_of(intake: Intake) -> pd.DataFrame:
    """Return election_id and seat_id of the booths that a file with flags gave; none for other files."""
    keys = ["election_id", "seat_id"]
    parts = [
        frame[keys].drop_duplicates()
        for checked in intake.tables
        if checked.table == "booths" and intake.flags is not None
        for frame in checked.frames()
    ]
    return pd.concat(parts).drop_duplicates().astype("str") if parts else pd.DataFrame(columns=keys)


def other_parties(votes: pd.DataFrame, store: TableStore) -> pd.DataFrame:
    """Add a zero for each party that the store knows in a booth of which the file gives all votes.

    Sheets and files put small parties together in their own ways: what an earlier file called OTH would be counted
    twice beside the names of a later one.

    Parameters
    ----------
    votes : DataFrame
        Rows of booth_votes.
    store : TableStore
        Holds what earlier files gave.

    Returns
    -------
    DataFrame
        The rows and the zeros.
    """
    elections = votes["election_id"].dropna().unique().tolist()
    known = store.read("booth_votes", columns=[*_BOOTH, "party"], elections=elections)
    known = known.merge(votes[_BOOTH].drop_duplicates(), on=_BOOTH)
    joined = known.merge(votes[[*_BOOTH, "party"]], on=[*_BOOTH, "party"], how="left", indicator=True)
    zeros = joined.loc[joined["_merge"] == "left_only", [*_BOOTH, "party"]].assign(votes=0)
    if zeros.empty:
        return votes
    zeros["votes"] = zeros["votes"].astype("Int64")
    return pd.concat([votes, zeros], ignore_index=True)
