"""Named faults of booths that came as canonical tables: looked for in the tables after a file was stored.

Files of other formats are looked through while they are read, where more is to be seen; seats with flags of such a
file keep them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from khaka.data.durable import read_parquet
from khaka.data.flags.registry import empty, find
from khaka.data.flags.store import read_flags, write_flags
from khaka.data.flags.table import BoothTable, make
from khaka.data.store import TableStore, to_pandas

NAME: Final = "booths, booth_votes"
"""Stands for the file in these flags: they are about the tables, whichever files those came from."""

SEATS_AT_ONCE: Final = 100
"""Bounds the memory; votes carried over from a seat are found inside as many seats."""

MOST_OFF: Final = 3
"""Votes by which a booth's parties may differ from the votes polled, NOTA and rejected taken off."""

_COUNTS: Final = {
    "electors": "electors", "electors_female": "electors_female", "votes_polled": "polled",
    "votes_polled_female": "polled_female", "rejected": "rejected", "nota": "nota", "lat": "lat", "lon": "lon",
}  # fmt: skip
_KEYS: Final = ["election_id", "seat_id", "booth_no"]


def flag_tables(root: Path, store: TableStore, touched: pd.DataFrame) -> int:
    """Look for named faults in the stored booths of some seats, and write what is found to `flags.parquet`.

    Parameters
    ----------
    root : Path
        Folder of the workspace.
    store : TableStore
        Its tables.
    touched : DataFrame
        Columns election_id, seat_id: seats of which a file gave `booths` or `booth_votes`.

    Returns
    -------
    int
        Flags of these seats. Seats without votes have none.
    """
    told = read_flags(root)
    told = told[told["file"] != NAME]
    seats = touched[["election_id", "seat_id"]].astype("str").drop_duplicates()
    other = pd.MultiIndex.from_frame(told[["election_id", "seat_id"]])
    seats = seats[~pd.MultiIndex.from_frame(seats).isin(other)].sort_values(["election_id", "seat_id"])
    found, looked = [empty()], []
    for election, rows in seats.groupby("election_id", sort=True):
        names = rows["seat_id"].tolist()
        for start in range(0, len(names), SEATS_AT_ONCE):
            some = names[start : start + SEATS_AT_ONCE]
            table = stored_booths(store, str(election), some)
            if table is not None:
                found.append(find(table, file=NAME))
                looked.append(pd.DataFrame({"election_id": str(election), "seat_id": some}))
    if looked:
        write_flags(root, pd.concat(found, ignore_index=True), seats=pd.concat(looked))
    return sum(map(len, found))


def stored_booths(store: TableStore, election: str, seats: list[str]) -> BoothTable | None:
    """Return stored booths with their votes as the checks see them.

    Parameters
    ----------
    store : TableStore
        The tables.
    election : str
        Of one election.
    seats : list of str
        Of these seats.

    Returns
    -------
    BoothTable or None
        A party without a row at a booth that has others has no votes there. None where there are no votes.
    """
    votes = _of_seats(store, "booth_votes", election, seats)
    if votes.empty:
        return None
    booths = _of_seats(store, "booths", election, seats)
    both = pd.concat([booths[_KEYS], votes[_KEYS]], ignore_index=True)
    place, _ = pd.factorize(both["seat_id"].str.cat(both["booth_no"], sep="|"))
    first = both.assign(place=place).drop_duplicates("place")
    rows = first[_KEYS].merge(booths[[*_KEYS, "station_name", *_COUNTS]], how="left", on=_KEYS, validate="1:1")
    party, parties = pd.factorize(votes["party"].astype("str"), sort=True)
    at = place[len(booths) :]
    wide = np.full((len(rows), len(parties)), np.nan)
    wide[np.unique(at)] = 0.0
    wide[at, party] = votes["votes"].to_numpy(dtype=np.float64, na_value=np.nan)
    rows = rows.rename(columns=_COUNTS).assign(row=0)
    # where the counts of most booths differ from their votes, a file left parties out: no fault of a booth
    rest = rows[["nota", "rejected"]].astype("float64").sum(axis=1)
    off = (rows["polled"].astype("float64") - rest).to_numpy() - np.nansum(wide, axis=1)
    differs = pd.Series(np.where(np.isfinite(off), np.abs(off) > MOST_OFF, np.nan))
    rows["polled"] = rows["polled"].mask((differs.groupby(rows["seat_id"]).transform("mean") > 0.5).to_numpy())
    # a table has no order of its own: as a sheet would have it
    number = pd.to_numeric(rows["booth_no"].str.extract(r"^(\d+)", expand=False), errors="coerce")
    order = rows.assign(number=number).sort_values(["seat_id", "number", "booth_no"]).index
    cells = pd.DataFrame(wide[order], columns=[str(name) for name in parties])
    return make(rows.loc[order].reset_index(drop=True), cells)


def _of_seats(store: TableStore, table: str, election: str, seats: list[str]) -> pd.DataFrame:
    path = store.folder / table / f"{election}.parquet"
    if not path.exists():
        return store.read(table, elections=[])
    whole = read_parquet(path)
    return to_pandas(whole.filter(pc.is_in(whole["seat_id"], value_set=pa.array(seats, pa.string()))))
