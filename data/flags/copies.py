"""Faults of rows and columns that were copied, carried over, shifted or swapped."""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.data.flags.table import BoothTable, Fault, hits, no_hits, seat_hits

ENOUGH = 50
"""Votes from which equal rows are no accident."""


def _signature(table: BoothTable) -> pd.Series:
    """Return one number for the votes of a row; NaN where there are too few to tell rows apart."""
    told = (table.counted >= ENOUGH) & ((table.votes > 0).sum(axis=1) >= 3)
    keys = pd.util.hash_pandas_object(table.votes.fillna(-1.0), index=False).astype("str")
    return keys.where(told)


def _neighbour(table: BoothTable) -> pd.DataFrame:
    key = _signature(table)
    same = key.notna() & (key == key.groupby(table.seat).shift())
    return hits(table, same, "counted", "all votes equal those of the row above")


def _again(table: BoothTable) -> pd.DataFrame:
    key = _signature(table)
    twice = key.notna() & key.groupby([table.seat, key]).cumcount().gt(0)
    neighbour = key == key.groupby(table.seat).shift()
    return hits(table, twice & ~neighbour, "counted", "all votes equal those of an earlier booth of the seat")


def _from_other_seat(table: BoothTable) -> pd.DataFrame:
    """Return booths whose votes stand at the same booth number of another seat of the file, the seat coming later."""
    key = _signature(table)
    whole = table.rows["election_id"].str.cat(table.rows["booth_no"], sep="|").str.cat(key, sep="|")
    order = table.seat.map({seat: place for place, seat in enumerate(dict.fromkeys(table.seat))})
    first = order.groupby(whole).transform("min")
    copied = key.notna() & whole.notna() & (order > first)
    return hits(
        table, copied, "counted", "all votes equal those of the same booth number of another seat: carried over"
    )


def _electors_carried(table: BoothTable) -> pd.DataFrame:
    """Return runs of three or more booths in a row with the same electors, which a fill-down makes."""
    electors = table.rows["electors"].where(table.rows["electors"] > 0)
    same = electors.eq(electors.groupby(table.seat).shift())
    run = (~same).cumsum()
    size = electors.groupby(run).transform("size")
    return hits(table, same & (size >= 3), "electors", "the same electors as in the rows above: filled down")


def _total_inside(table: BoothTable) -> pd.DataFrame:
    """Return rows that hold about as many votes as all other booths of the seat together, or all before them."""
    counted = table.counted.fillna(0.0)
    whole = counted.groupby(table.seat).transform("sum")
    count = counted.groupby(table.seat).transform("count")
    before = counted.groupby(table.seat).cumsum() - counted
    place = counted.groupby(table.seat).cumcount()
    told = ((count >= 5) & (whole > 0) & (counted >= 0.49 * whole)) | (
        (place >= 5) & (counted == before) & (counted > 0)
    )
    return hits(table, told, "counted", "as many votes as all the other rows together: a total among the booths")


def _postal_inside(table: BoothTable) -> pd.DataFrame:
    told = table.rows["station_name"].str.contains(r"\bpostal\b|डाक मत", case=False, regex=True)
    return hits(table, told.fillna(False).astype(bool), "station_name", "postal ballots among the booths")


def _shifted(table: BoothTable) -> pd.DataFrame:
    """Return rows in which a cell of votes holds what the other cells left of it add up to, and the total doesn't."""
    votes = table.votes.fillna(0.0).to_numpy()
    if votes.shape[1] < 3:
        return no_hits()
    before = np.cumsum(votes, axis=1) - votes
    inner = (votes == before) & (votes >= ENOUGH)
    inner[:, :2] = False
    rest = table.rows[["nota", "rejected"]].sum(axis=1)
    total = table.rows["total"].fillna(table.rows["valid"]).fillna(table.rows["polled"] - rest)
    off = (total - table.counted).abs() > 3
    told = pd.Series(inner.any(axis=1), index=table.rows.index) & off
    return hits(table, told, "counted", "a total stands among the votes: the row is shifted")


def _same_columns(table: BoothTable) -> pd.DataFrame:
    found = []
    groups = table.votes.groupby(table.seat, sort=True)
    sums, sizes = groups.sum(), groups.size()
    for seat in sums.index[sizes >= 5]:
        line = sums.loc[seat]
        line = line[line >= ENOUGH]
        likely = line[line.duplicated(keep=False)]  # equal columns have equal sums
        if likely.empty:
            continue
        own = groups.get_group(seat)[list(likely.index)].fillna(-1)
        names = list(own.columns)
        for place, name in enumerate(names):
            for other in names[place + 1 :]:
                if own[name].equals(own[other].rename(name)):
                    found.append(
                        (str(seat), str(other), str(name), f"the same votes in every booth as column '{name}'")
                    )
    return seat_hits(found)


def _constant_column(table: BoothTable) -> pd.DataFrame:
    groups = table.votes.groupby(table.seat, sort=True)
    low, high, known = groups.min(), groups.max(), groups.count()
    told = (low == high) & (low > 0) & (known >= 10)
    return seat_hits([
        (str(seat), str(name), f"{low.loc[seat, name]:.0f}", "the same votes in every booth: no candidate's")
        for seat in told.index[told.any(axis=1)] for name in told.columns[told.loc[seat]]
    ])  # fmt: skip


def _serial_column(table: BoothTable) -> pd.DataFrame:
    same = table.votes.eq(table.number, axis=0)
    groups = same.groupby(table.seat, sort=True)
    told = groups.mean().gt(0.9) & groups.size().ge(10).to_numpy()[:, None]
    return seat_hits([
        (str(seat), str(name), "", "the column holds the booths' numbers, not votes")
        for seat in told.index[told.any(axis=1)] for name in told.columns[told.loc[seat]]
    ])  # fmt: skip


FAULTS = (
    Fault("same_as_row_above", "All votes equal those of the row above", "out", _neighbour),
    Fault("same_row_again", "All votes equal those of an earlier booth", "out", _again),
    Fault("carried_over", "Votes carried over from another seat", "out", _from_other_seat),
    Fault("electors_filled_down", "The same electors over three rows or more", "note", _electors_carried),
    Fault("total_among_booths", "A total stands among the booths", "out", _total_inside),
    Fault("postal_among_booths", "Postal ballots stand among the booths", "out", _postal_inside),
    Fault("row_shifted", "The row's cells are shifted", "out", _shifted),
    Fault("columns_equal", "Two columns hold the same votes", "note", _same_columns),
    Fault("column_constant", "A column holds the same votes in every booth", "note", _constant_column),
    Fault("column_is_serial", "A column of votes holds booth numbers", "note", _serial_column),
)
