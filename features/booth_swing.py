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
from khaka.features.booth_support import booth_support
from khaka.features.cutoff import KnownTables
from khaka.features.denominators import electors
from khaka.features.party_history import neighbour_means
from khaka.features.polls import LAST_POLL, poll_votes, polled_seats
from khaka.features.registry import FeatureInfo, by_name

_KNOWN: Final = "result_date of that election"
_SWING: Final = "booth_votes, booths through the lineage"
_LEAST_KNOWN: Final = 0.5


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

_SEATS: Final = f"""{LAST_POLL}
SELECT l.place, v.party, sum(v.votes) AS votes
FROM poll_votes v JOIN last_poll l ON l.election_id = v.election_id AND l.seat_id = v.seat_id
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
    seats = pd.DataFrame({"seat_id": polled_seats(known)})
    seats["place"] = known.place(seats["seat_id"]).astype("str") if len(seats) else pd.Series(dtype="str")
    support = booth_support(known, place, people["party"])
    swing, volatility = _swing(carried_votes(known))
    lag = _neighbours(known, known.sql(_SEATS, poll_votes=poll_votes(known), places=seats))
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
