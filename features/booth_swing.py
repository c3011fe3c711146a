"""What changed at the booths, and where: swing, volatility, margins, turnout beside support, neighbours.

Change is read through the booth lineage, from the poll before the last with booth votes to the last (assembly or Lok
Sabha, whichever came next to each other): the earlier votes are moved to the later booths to the unit, and only booths
are compared more than half of whose electors have earlier votes. Every booth weighs by its valid votes.

Volatility is Pedersen's index, half the sum of the absolute changes of all parties' shares (Pedersen 1979, *European
Journal of Political Research* 7, 1-26), at each booth.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from khaka.features.booth_lineage import carried_votes
from khaka.features.cutoff import KnownTables
from khaka.features.denominators import electors
from khaka.features.party_history import neighbour_means
from khaka.features.registry import FeatureInfo, by_name

_KNOWN: Final = "result_date of that election"
_SWING: Final = "booth_votes, booths through the lineage"
_LEAST_KNOWN: Final = 0.5
_CLOSE: Final = 5.0  # points


def _info(name: str, unit: str, doc: str, source: str = "booth_votes") -> FeatureInfo:
    return FeatureInfo(name, unit, source, "booth_history", doc, _KNOWN)


FEATURES: Final = by_name(
    _info("booth_swing", "points", "change of the party's share at the same booths since the poll before", _SWING),
    _info("booth_swing_spread", "points", "standard deviation over booths of the party's swing", _SWING),
    _info("booth_gained", "share 0-1", "booths where the party's share rose, by votes", _SWING),
    _info("booth_held", "share 0-1", "of the booths where the party led before, those where it still leads", _SWING),
    _info("booth_volatility", "share 0-1", "Pedersen's index of all parties, mean over booths", _SWING),
    _info("booth_followed", "share 0-1", "part of the valid votes cast at booths with a known past", _SWING),
    _info("booth_margin_low", "points", "the party's margin over the best rival at the tenth booth of a hundred"),
    _info("booth_margin_median", "points", "the same at the middle booth"),
    _info("booth_margin_high", "points", "the same at the ninetieth booth of a hundred"),
    _info("booth_close", "share 0-1", "booths where the margin to the best rival is below 5 points"),
    _info("booth_turnout_gap", "share -1 to 1", "turnout in the party's better half of booths minus the other half",
          "booth_votes, booths"),
    _info("booth_neighbours", "share 0-1", "the party's share in the seats that share a boundary, mean",
          "booth_votes, boundaries (near seat numbers without a map)"),
    _info("electors_growth", "share a year", "growth of the electors; empty across a break of the rolls",
          "seat_elections, with roll_version"),
)  # fmt: skip
"""Features of change at the booths, by name."""

# Each place's last poll, as `features.booths` picks it.
_LAST: Final = """
WITH polls AS (
    SELECT election_id, seat_id FROM booth_votes GROUP BY election_id, seat_id HAVING sum(votes) > 0
), last_poll AS (
    SELECT place, election_id, seat_id FROM (
        SELECT w.place, p.election_id, p.seat_id,
               row_number() OVER (PARTITION BY w.place ORDER BY CASE WHEN e.kind = 'AE' THEN 0 ELSE 1 END,
                                  e.result_date DESC, p.election_id DESC, p.seat_id DESC) AS newest
        FROM polls p JOIN elections e ON e.election_id = p.election_id JOIN places w ON w.seat_id = p.seat_id) ranked
    WHERE newest = 1
)
"""
# One row a booth and party with votes in it.
_BOOTHS: Final = f"""{_LAST}
SELECT l.place, v.booth_no, v.party, CAST(sum(v.votes) AS DOUBLE) AS votes,
       max(CASE WHEN b.electors > 0 AND b.votes_polled > 0 AND b.votes_polled <= b.electors
                THEN b.votes_polled END) AS polled,
       max(CASE WHEN b.electors > 0 AND b.votes_polled > 0 AND b.votes_polled <= b.electors
                THEN b.electors END) AS electors
FROM booth_votes v JOIN last_poll l ON l.election_id = v.election_id AND l.seat_id = v.seat_id
LEFT JOIN booths b ON b.election_id = v.election_id AND b.seat_id = v.seat_id AND b.booth_no = v.booth_no
GROUP BY l.place, v.booth_no, v.party ORDER BY l.place, v.booth_no, v.party
"""
_SEATS: Final = f"""{_LAST}
SELECT l.place, v.party, CAST(sum(v.votes) AS DOUBLE) AS votes
FROM booth_votes v JOIN last_poll l ON l.election_id = v.election_id AND l.seat_id = v.seat_id
GROUP BY l.place, v.party ORDER BY l.place, v.party
"""


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the features of change at the booths.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    people : DataFrame
        With seat_id and party, such as `khaka.features.people.people` gives, or the rows of a forecast.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `people`; NaN where there is nothing to tell.
    """
    place = known.place(people["seat_id"]).astype("object").set_axis(people.index)
    keys = pd.MultiIndex.from_arrays([place, people["party"].astype("object")])
    seats = known.sql("SELECT DISTINCT seat_id FROM booth_votes ORDER BY seat_id")
    seats["place"] = known.place(seats["seat_id"]).astype("str") if len(seats) else pd.Series(dtype="str")
    booths = _booths(known, seats[seats["place"].isin(set(place.dropna()))])
    support = _support(booths)
    swing, volatility = _swing(carried_votes(known))
    lag = _neighbours(known, known.sql(_SEATS, places=seats))
    roll = electors(known)
    growth = roll[~roll["election_id"].str.contains("-BYE")].drop_duplicates("place", keep="last")
    out = pd.concat(
        [
            _rows(support, keys, people.index), _rows(swing, keys, people.index), _rows(lag, keys, people.index),
            _rows(volatility, place, people.index),
            _rows(growth.set_index("place")[["growth"]].set_axis(["electors_growth"], axis=1), place, people.index),
        ],
        axis=1,
    )  # fmt: skip
    return out.reindex(columns=list(FEATURES)).astype("float64")


def _rows(table: pd.DataFrame, keys: pd.MultiIndex | pd.Series, index: pd.Index) -> pd.DataFrame:
    """Return the table's rows by key, in the given index."""
    if not isinstance(table.index, pd.MultiIndex):
        table = table.set_axis(table.index.astype("object"))
    return table.reindex(keys).set_axis(index)


def _booths(known: KnownTables, places: pd.DataFrame) -> pd.DataFrame:
    """Return place, booth_no, party, votes, polled, electors, total, share, rival (best share of another party)."""
    rows = known.sql(_BOOTHS, places=places)
    booth = [rows["place"], rows["booth_no"]]
    rows["total"] = rows.groupby(booth)["votes"].transform("sum")
    rows = rows[rows["total"] > 0].copy()
    rows["share"] = rows["votes"] / rows["total"]
    # every party of a seat stands in all of its booths, with no votes where the sheet has none
    parties = rows.loc[~rows["party"].isin(["IND", "OTH"]) & (rows["votes"] > 0), ["place", "party"]].drop_duplicates()
    every = rows[["place", "booth_no", "total", "polled", "electors"]].groupby(["place", "booth_no"]).first()
    full = parties.merge(every.reset_index(), on="place")
    full = full.merge(rows[["place", "booth_no", "party", "votes", "share"]], how="left",
                      on=["place", "booth_no", "party"])  # fmt: skip
    full[["votes", "share"]] = full[["votes", "share"]].fillna(0.0)
    return full.merge(_best_two(rows), on=["place", "booth_no"]).assign(
        rival=lambda table: np.where(table["party"] == table["leader"], table["second"], table["first"])
    )


def _best_two(rows: pd.DataFrame) -> pd.DataFrame:
    """Return leader, first and second (shares) of each booth."""
    ordered = rows.sort_values(["place", "booth_no", "share", "party"], ascending=[True, True, False, True])
    rank = ordered.groupby(["place", "booth_no"]).cumcount()
    first = ordered[rank == 0].rename(columns={"party": "leader", "share": "first"})
    second = ordered[rank == 1].rename(columns={"share": "second"})
    keys = ["place", "booth_no"]
    both = first[[*keys, "leader", "first"]].merge(second[[*keys, "second"]], on=keys, how="left")
    return both.fillna({"second": 0.0})


def _support(booths: pd.DataFrame) -> pd.DataFrame:
    """Return margins and turnout beside support, by place and party."""
    table = booths.assign(margin=100 * (booths["share"] - booths["rival"]))
    by = ["place", "party"]
    ordered = table.sort_values([*by, "margin", "booth_no"])
    weight = ordered["total"]
    whole = weight.groupby([ordered["place"], ordered["party"]]).transform("sum")
    middle = weight.groupby([ordered["place"], ordered["party"]]).cumsum() - weight / 2
    ordered = ordered.assign(rank=middle / whole)
    out = pd.DataFrame(index=pd.MultiIndex.from_frame(ordered[by].drop_duplicates()))
    for name, level in (("booth_margin_low", 0.1), ("booth_margin_median", 0.5), ("booth_margin_high", 0.9)):
        out[name] = ordered[ordered["rank"] >= level].groupby(by)["margin"].first()
    close = weight.where(ordered["margin"].abs() < _CLOSE, 0.0)
    keys = [ordered["place"], ordered["party"]]
    out["booth_close"] = close.groupby(keys).sum() / weight.groupby(keys).sum()
    rank = table.groupby(by)["share"].rank(pct=True, method="average")
    good = table["polled"].notna()
    strong = good & (rank > 0.5)
    out["booth_turnout_gap"] = _turnout(table[strong]) - _turnout(table[good & ~strong])
    return out


def _turnout(rows: pd.DataFrame) -> pd.Series:
    sums = rows.groupby(["place", "party"])[["polled", "electors"]].sum()
    return sums["polled"] / sums["electors"]


def _swing(carried: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return swings by place and party, and volatility by place."""
    by, booth = ["place", "party"], ["place", "seat_id", "booth_no"]
    names = ["booth_swing", "booth_swing_spread", "booth_gained", "booth_held"]
    placed = carried[carried["booth_no"].notna()] if len(carried) else carried
    if placed.empty:
        empty = pd.MultiIndex.from_arrays([[], []], names=by)
        return pd.DataFrame(columns=names, index=empty), pd.DataFrame(columns=["booth_volatility", "booth_followed"])
    table = placed.assign(
        now=placed.groupby(booth)["votes"].transform("sum"), then=placed.groupby(booth)["earlier"].transform("sum")
    )
    counted = table.drop_duplicates(booth)
    followed = counted["known_share"].gt(_LEAST_KNOWN) & (counted["then"] > 0) & (counted["now"] > 0)
    known_votes = counted["now"].where(followed, 0).groupby(counted["place"]).sum()
    all_votes = counted["now"].groupby(counted["place"]).sum()
    table = table[table["known_share"].gt(_LEAST_KNOWN) & (table["then"] > 0) & (table["now"] > 0)].copy()
    table["share"], table["before"] = table["votes"] / table["now"], table["earlier"] / table["then"]
    table["change"] = table["share"] - table["before"]
    for name, column in (("led_before", "earlier"), ("leads", "votes")):
        table[name] = (table[column] == table.groupby(booth)[column].transform("max")) & (table[column] > 0)
    keys = [table["place"], table["party"]]
    # a booth where a party had no vote at either poll has no row: its swing there is nothing
    whole = table.drop_duplicates(booth).groupby("place")["now"].sum()

    def summed(values: pd.Series) -> pd.Series:
        return values.groupby(keys).sum()

    total = summed(table["now"]).index.get_level_values("place").map(whole.to_dict()).to_numpy(dtype=np.float64)
    mean = summed(table["change"] * table["now"]) / total
    square = summed(table["change"] ** 2 * table["now"]) / total
    out = pd.DataFrame({
        "booth_swing": 100 * mean, "booth_swing_spread": 100 * np.sqrt(np.maximum(square - mean**2, 0.0)),
        "booth_gained": summed(table["now"].where(table["change"] > 0, 0)) / total,
    })  # fmt: skip
    led = summed(table["now"].where(table["led_before"], 0))
    still = summed(table["now"].where(table["led_before"] & table["leads"], 0))
    out["booth_held"] = still / led.where(led > 0)
    out = out.drop(index=[key for key in out.index if key[1] in ("IND", "OTH")])
    pedersen = 0.5 * (table["change"].abs() * table["now"]).groupby(table["place"]).sum() / whole
    followed_share = known_votes / all_votes.where(all_votes > 0)
    return out[names], pd.DataFrame({"booth_volatility": pedersen, "booth_followed": followed_share})


def _neighbours(known: KnownTables, seats: pd.DataFrame) -> pd.DataFrame:
    """Return the mean share of each party in the neighbouring seats, by place and party."""
    total = seats.groupby("place")["votes"].sum()
    votes = seats[~seats["party"].isin(["IND", "OTH"])]
    # a party without a vote in a seat is left out of its neighbours' mean: it may not have stood there
    shares = votes.pivot_table(index="place", columns="party", values="votes", aggfunc="sum", observed=True)
    shares = shares.where(shares > 0).div(total, axis=0)
    if shares.empty:
        return pd.DataFrame(columns=["booth_neighbours"], index=pd.MultiIndex.from_arrays([[], []]))
    lag = _by_map(known, shares) if len(known.frame("boundaries")) else None
    if lag is None or lag.isna().to_numpy().all():
        lag = _by_number(shares)
    long = lag.rename_axis("place").reset_index().melt("place", var_name="party", value_name="booth_neighbours")
    return long.dropna().set_index(["place", "party"])


def _by_map(known: KnownTables, shares: pd.DataFrame) -> pd.DataFrame | None:
    from khaka.data.places.neighbours import neighbours, spatial_lag
    from khaka.data.places.polygons import map_of

    units = map_of(known.frame("boundaries"))
    if not len(units):
        return None
    pairs = neighbours(units)
    pairs = pairs.assign(
        unit_id=known.place(pairs["unit_id"]).astype("str"),
        neighbour_id=known.place(pairs["neighbour_id"]).astype("str"),
    )
    return spatial_lag(shares, pairs.drop_duplicates(["unit_id", "neighbour_id"]))


def _by_number(shares: pd.DataFrame) -> pd.DataFrame:
    parts = shares.index.to_series().astype("str").str.rpartition("-")
    seats = pd.DataFrame({"delimitation": parts[0].to_numpy(), "seat_no": parts[2].astype("int64").to_numpy()})
    values = neighbour_means(shares.to_numpy(dtype=np.float64), seats)
    return pd.DataFrame(values, index=shares.index, columns=shares.columns)
