"""Which data each seat of a state has."""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.data.delimitation import place_of
from khaka.data.places.estimates import SOURCE
from khaka.data.store import TableStore

KINDS: Final[dict[str, str]] = {
    "assembly": "assembly results",
    "parliament": "Lok Sabha results",
    "booths": "booth-wise results",
    "booths_before": "booths followed from an earlier poll",
    "coordinates": "coordinates of booths",
    "boundary": "polygon",
    "demographics": "figures of its own people",
    "aspirants": "aspirants",
    "ratings": "ratings",
    "activity": "field activity",
}
"""Kinds of data that a seat may have, in the order of the work."""


def coverage(store: TableStore, state: str, lineage: pd.DataFrame) -> pd.DataFrame:
    """Return which kinds of data each seat of the newest delimitation has.

    Parameters
    ----------
    store : TableStore
        The tables.
    state : str
        ECI code.
    lineage : DataFrame
        Of the workspace.

    Returns
    -------
    DataFrame
        One row a seat in order of its number, indexed by seat_id: a boolean column for each of `KINDS`.
    """
    results = store.read("nominees", columns=["election_id", "seat_id", "votes"], states=[state])
    counted = results[results["votes"].notna()]
    seats = _newest(results["seat_id"]) or _newest(_seats_without_results(store, state))
    out = pd.DataFrame(index=pd.Index(seats, name="seat_id", dtype="str"))
    place = pd.Series([place_of(seat) for seat in seats], index=out.index)

    def have(ids: pd.Series) -> pd.Series:
        found = {place_of(seat) for seat in ids.dropna().astype("str").unique()}
        return place.isin(found)

    def rows(table: str, columns: list[str]) -> pd.DataFrame:
        frame = store.read(table, columns=columns)
        return frame[frame[columns[0]].astype("str").str.startswith(state).fillna(False).astype(bool)]

    out["assembly"] = have(counted.loc[counted["election_id"].str.contains("-AE"), "seat_id"])
    out["parliament"] = have(counted.loc[counted["election_id"].str.endswith("-LS"), "seat_id"])
    out["booths"] = have(rows("booth_votes", ["election_id", "seat_id"])["seat_id"])
    linked = lineage[lineage["from_booth_no"].notna() & lineage["to_booth_no"].notna()]
    out["booths_before"] = have(linked["to_seat_id"])
    located = rows("booths", ["election_id", "seat_id", "lat"])
    out["coordinates"] = have(located.loc[located["lat"].notna(), "seat_id"])
    out["boundary"] = have(rows("boundaries", ["unit_id"])["unit_id"])
    figures = rows("demographics", ["unit_id", "level", "source"])
    own = (figures["level"] != "district") & ~figures["source"].str.startswith(SOURCE)
    units = figures.loc[own, "unit_id"].drop_duplicates()
    out["demographics"] = have(units.str.extract(r"^([SU]\d{2}-\d{4}-\d+)", expand=False))
    for table in ("aspirants", "ratings"):
        out[table] = have(rows(table, ["election_id", "seat_id"])["seat_id"])
    out["activity"] = have(rows("activity", ["seat_id"])["seat_id"])
    return out[list(KINDS)]


def _seats_without_results(store: TableStore, state: str) -> pd.Series:
    """Return the seats of a state's booths and polygons: what stands for the list of seats before any result."""
    drawn = store.read("boundaries", columns=["level", "unit_id"])
    known = pd.concat([store.read("booths", columns=["seat_id"])["seat_id"],
                       drawn.loc[drawn["level"] == "seat", "unit_id"]]).astype("str")  # fmt: skip
    here: pd.Series = known[known.str.startswith(state).fillna(False).astype(bool)]
    return here


def _newest(seat_ids: pd.Series) -> list[str]:
    """Return the seats of the delimitation with the latest year, by number."""
    seats = seat_ids.dropna().astype("str").drop_duplicates()
    if seats.empty:
        return []
    order = seats.str.split("-").str[1]
    own = seats[order == order.max()]
    return sorted(own, key=lambda seat: int(seat.rpartition("-")[2]))
