"""The votes of earlier booths on the booths of the last poll, through the lineage: never by number.

For each place the last past general election with booth votes is one side, the election before it in the lineage the
other. Votes are moved along the lineage by `khaka.data.lineage_carry`, to the unit.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from khaka.data.lineage import FILE, build_lineage, kept_lineage
from khaka.data.lineage_carry import carry
from khaka.data.store import TableStore
from khaka.features.cutoff import KnownTables
from khaka.features.polls import poll_votes
from khaka.features.source import Source, cache_folder

KEY: Final = ["election_id", "seat_id", "booth_no"]
_PAIR: Final = ["from_election", "to_election"]
_NONE: Final = [*_PAIR, "from_seat_id", "to_seat_id"]
_BY_SOURCE: WeakKeyDictionary[Source, pd.DataFrame] = WeakKeyDictionary()


def booth_pairs(known: KnownTables) -> pd.DataFrame:
    """Return the lineage from the last poll but one to the last, place by place.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.

    Returns
    -------
    DataFrame
        Rows of `khaka.data.lineage.build_lineage` of past general elections, with `place`.
    """
    polls = _polls(known)
    lineage = _lineage(known, polls)
    if lineage.empty or polls.empty:
        return lineage.assign(place=pd.Series(dtype="str"))
    lineage = lineage[lineage["from_election"].isin(known.past)]
    lineage = lineage.assign(place=known.place(lineage["to_seat_id"].fillna(lineage["from_seat_id"])).astype("str"))
    last = polls.drop_duplicates("place", keep="last")[["place", "election_id"]]
    return lineage.merge(last.rename(columns={"election_id": "to_election"}), on=["place", "to_election"], how="inner")


def lineage_lacks(known: KnownTables) -> bool:
    """Return whether booths of several polls are known but no lineage that fits them: `khaka check` makes it."""
    folder = cache_folder(known.source)
    if folder is None:
        return False
    store = TableStore(folder.parent / "tables")
    return len(store.files("booths")) > 1 and kept_lineage(store, folder.parent / FILE) is None


def carried_votes(known: KnownTables) -> pd.DataFrame:
    """Return the votes of each booth of the last poll beside those that its electors cast at the poll before.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.

    Returns
    -------
    DataFrame
        place, election_id, seat_id, booth_no, party, votes, earlier (votes that came along the lineage), known_share
        (how much of the booth came from booths with earlier votes, 0 to 1): one row per booth of the last poll and
        party of either. Votes of earlier booths that closed stand in rows
        with a blank booth_no, so that each party's earlier votes of a place add up to what it had.
    """
    pairs = booth_pairs(known)
    parts = []
    for (before, after), lineage in pairs.groupby(_PAIR, sort=True):
        earlier = _wide(_votes(known, str(before), lineage["from_seat_id"]))
        later = _wide(_votes(known, str(after), lineage["to_seat_id"]))
        if earlier.empty or later.empty:
            continue
        came = carry(lineage.drop(columns="place"), earlier)
        place = pd.concat([
            lineage[["to_seat_id", "place"]].rename(columns={"to_seat_id": "seat_id"}),
            lineage[["from_seat_id", "place"]].rename(columns={"from_seat_id": "seat_id"}),
        ]).dropna().drop_duplicates("seat_id").set_index("seat_id")["place"]  # fmt: skip
        parts.append(_beside(came, later, place, str(after)))
    names = ["place", *KEY, "party", "votes", "earlier", "known_share"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def _beside(came: pd.DataFrame, later: pd.DataFrame, place: pd.Series, after: str) -> pd.DataFrame:
    parties = sorted((set(came.columns) | set(later.columns)) - {*KEY, "known_share"})
    came = came.assign(election_id=after)
    known = came.set_index(KEY)["known_share"]
    both = came.drop(columns="known_share").merge(later, on=KEY, how="outer", suffixes=("|earlier", "|votes"))
    rows = []
    for party in parties:
        now = f"{party}|votes" if f"{party}|votes" in both else party if party in later.columns else None
        then = f"{party}|earlier" if f"{party}|earlier" in both else party if party in came.columns else None
        part = both[KEY].copy()
        part["party"] = party
        part["votes"] = both[now].fillna(0).astype("int64") if now else 0
        part["earlier"] = both[then].fillna(0).astype("int64") if then else 0
        rows.append(part[(part["votes"] > 0) | (part["earlier"] > 0)])
    out = pd.concat(rows, ignore_index=True)
    out["known_share"] = known.reindex(pd.MultiIndex.from_frame(out[KEY])).fillna(0.0).to_numpy()
    out["place"] = out["seat_id"].map(place)
    return out


def _votes(known: KnownTables, election: str, seats: pd.Series) -> pd.DataFrame:
    wanted = pd.DataFrame({"seat_id": sorted(set(seats.dropna().astype("str")))}, dtype="str")
    query = f"""
        SELECT v.election_id, v.seat_id, v.booth_no, v.party, v.votes FROM booth_votes v
        JOIN wanted w ON w.seat_id = v.seat_id WHERE v.election_id = '{election}'"""
    return known.sql(query, wanted=wanted)


def _wide(votes: pd.DataFrame) -> pd.DataFrame:
    """Return one row a booth and one column a party, whole votes; booths without any vote are left out."""
    plain = votes[[*KEY, "party", "votes"]].dropna()
    table = plain.pivot_table(index=KEY, columns="party", values="votes", aggfunc="sum", fill_value=0, observed=True)
    table = table[table.sum(axis=1) > 0].astype("int64")
    table.columns = [str(name) for name in table.columns]
    return table.reset_index()


def _polls(known: KnownTables) -> pd.DataFrame:
    """Return place and election of every past general poll with booth votes, sorted by place and day."""
    polls = poll_votes(known)
    polls = polls.loc[polls["votes"] > 0, ["election_id", "seat_id"]].drop_duplicates(ignore_index=True)
    polls = polls[polls["election_id"].isin(known.past) & ~polls["election_id"].str.contains("-BYE")]
    if polls.empty:
        return polls.assign(place=pd.Series(dtype="str"))
    days = known.frame("elections").set_index("election_id")["result_date"]
    polls = polls.assign(place=known.place(polls["seat_id"]).astype("str"), day=polls["election_id"].map(days))
    return polls.sort_values(["place", "day", "election_id"], ignore_index=True)


def _lineage(known: KnownTables, polls: pd.DataFrame) -> pd.DataFrame:
    """Return the lineage of a source: what a workspace keeps, else (frames at hand) the pairs that are needed.

    A state's lineage takes minutes, so that features read it and `khaka check` makes it.
    """
    folder = cache_folder(known.source)
    if folder is not None and TableStore(folder.parent / "tables").files("booths"):
        if known.source not in _BY_SOURCE:
            found = kept_lineage(TableStore(folder.parent / "tables"), folder.parent / FILE)
            _BY_SOURCE[known.source] = pd.DataFrame(columns=_NONE) if found is None else found
        return _BY_SOURCE[known.source]
    kept = _BY_SOURCE.get(known.source, pd.DataFrame())
    ranked = polls.assign(before=polls.groupby("place")["election_id"].shift()) if len(polls) else polls
    needed = ranked.drop_duplicates("place", keep="last").dropna(subset=["before"]) if len(ranked) else ranked
    booths = known.frame("booths")
    for (before, after), rows in needed.groupby(["before", "election_id"], sort=True) if len(needed) else ():
        if len(kept) and ((kept["from_election"] == before) & (kept["to_election"] == after)).any():
            continue
        near = known.place(booths["seat_id"]).isin(set(rows["place"]))
        sides = [booths[near & (booths["election_id"] == name)] for name in (before, after)]
        if min(map(len, sides)):
            kept = pd.concat([kept, build_lineage(*sides)], ignore_index=True)
    _BY_SOURCE[known.source] = kept
    return kept if len(kept) else pd.DataFrame(columns=_NONE)


def weighted_mean(values: pd.Series, weights: pd.Series) -> float:
    """Return the weighted mean of the known values; NaN where there is none."""
    held = values.notna() & (weights > 0)
    return float(np.average(values[held], weights=weights[held])) if held.any() else float("nan")
