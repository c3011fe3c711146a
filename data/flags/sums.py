"""Faults of sums: votes that don't add up in a row, a sheet that doesn't add up to its own or the official total."""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.data.flags.table import BoothTable, Fault, hits, seat_hits

SHARE = 0.02
"""A difference up to this share, or up to `FEW` votes, between polled and counted is normal."""
FEW = 3


def limit(base: pd.Series) -> pd.Series:
    """Return the largest difference that is still normal: 2% of the votes, at least 3."""
    return (SHARE * base.abs()).clip(lower=FEW)


def _nota(table: BoothTable) -> pd.Series:
    return table.rows["nota"].fillna(0.0)


def _not_valid(table: BoothTable) -> pd.Series:
    """Return the counted votes minus the printed valid total, which may or may not hold NOTA: the nearer counts."""
    valid = table.rows["valid"]
    without, with_nota = table.counted - valid, table.counted + _nota(table) - valid
    return without.where(without.abs() <= with_nota.abs(), with_nota)


def _not_total(table: BoothTable) -> pd.Series:
    counted, rejected = table.counted, table.rows["rejected"].fillna(0.0)
    ways = pd.concat(
        [counted + extra - table.rows["total"] for extra in (0.0, _nota(table), rejected, _nota(table) + rejected)],
        axis=1,
    ).to_numpy()
    nearest = np.abs(np.nan_to_num(ways, nan=np.inf)).argmin(axis=1)
    return pd.Series(ways[np.arange(len(ways)), nearest], index=counted.index)


def _difference(off: pd.Series, words: str) -> pd.Series:
    return off.map(
        lambda value: (
            "" if pd.isna(value) else f"the votes are {abs(value):,.0f} {'above' if value > 0 else 'below'} {words}"
        )
    )


def _valid_far(table: BoothTable) -> pd.DataFrame:
    off = _not_valid(table)
    return hits(table, off.abs() > limit(table.rows["valid"]), "valid", _difference(off, "the printed valid total"))


def _valid_near(table: BoothTable) -> pd.DataFrame:
    off = _not_valid(table)
    near = (off != 0) & (off.abs() <= limit(table.rows["valid"]))
    return hits(table, near & off.notna(), "valid", _difference(off, "the printed valid total"))


def _total_far(table: BoothTable) -> pd.DataFrame:
    off = _not_total(table)
    return hits(table, off.abs() > limit(table.rows["total"]), "total", _difference(off, "the printed total"))


def _total_near(table: BoothTable) -> pd.DataFrame:
    off = _not_total(table)
    near = (off != 0) & (off.abs() <= limit(table.rows["total"]))
    return hits(table, near & off.notna(), "total", _difference(off, "the printed total"))


def _against_polled(table: BoothTable) -> pd.Series:
    return table.counted + _nota(table) + table.rows["rejected"].fillna(0.0) - table.rows["polled"]


def _known(table: BoothTable) -> pd.Series:
    """Rows of which polled and counted are both told: a zero that stands for missing is another fault."""
    return (table.rows["polled"] > 0) & (table.counted > 0)


def _above_polled(table: BoothTable) -> pd.DataFrame:
    off = _against_polled(table)
    far = _known(table) & (off > limit(table.rows["polled"]))
    return hits(table, far, "polled", off.map(lambda value: f"{value:,.0f} votes more counted than polled"))


def _below_polled(table: BoothTable) -> pd.DataFrame:
    off = _against_polled(table)
    far = _known(table) & (-off > limit(table.rows["polled"]))
    return hits(table, far, "polled", off.map(lambda value: f"{-value:,.0f} votes fewer counted than polled"))


def _near_polled(table: BoothTable) -> pd.DataFrame:
    off = _against_polled(table)
    near = _known(table) & (off != 0) & (off.abs() <= limit(table.rows["polled"]))
    return hits(table, near, "polled", "a small difference between polled and counted, as is normal")


def _valid_above_total(table: BoothTable) -> pd.DataFrame:
    return hits(table, table.rows["valid"] > table.rows["total"], "valid", "the valid total is above the total")


def _by_column(table: BoothTable, totals: str) -> list[tuple[str, str, float, float]]:
    """Return (seat key, column, sum over booths, the total of that name) where the reader knows such totals."""
    if not any(getattr(facts, totals) for facts in table.facts.values()):
        return []
    found: list[tuple[str, str, float, float]] = []
    columns = {**{name: table.votes[name] for name in table.votes.columns}, "nota": table.rows["nota"]}
    for seat, places in table.rows.groupby(table.seat, sort=True).groups.items():
        facts = table.facts.get(str(seat))
        if facts is None:
            continue
        for name, total in getattr(facts, totals).items():
            if name in columns and not np.isnan(total):
                found.append((str(seat), name, float(columns[name].loc[places].sum()), float(total)))
    return found


def _printed_total(table: BoothTable) -> pd.DataFrame:
    return seat_hits([
        (seat, name, f"{own:.0f}", f"the booths add up to {own:,.0f}, the sheet's own total says {total:,.0f}")
        for seat, name, own, total in _by_column(table, "printed_total") if own != total
    ])  # fmt: skip


def _grand_total(table: BoothTable) -> pd.DataFrame:
    found = []
    for seat, name, own, total in _by_column(table, "grand_total"):
        postal = table.facts[seat].postal.get(name, np.nan)
        if not np.isnan(postal) and own + postal != total:
            reason = f"booths {own:,.0f} and postal {postal:,.0f} don't add up to the grand total {total:,.0f}"
            found.append((seat, name, f"{total:.0f}", reason))
    return seat_hits(found)


def _above_official(table: BoothTable) -> pd.DataFrame:
    return seat_hits([
        (seat, name, f"{own:.0f}", f"the booths add up to {own:,.0f}, more than the official result {total:,.0f}")
        for seat, name, own, total in _by_column(table, "official") if own > total
    ])  # fmt: skip


def _below_official(table: BoothTable) -> pd.DataFrame:
    """Return columns that lack more than postal ballots can explain: 5% of the official votes and 20 votes."""
    found = []
    for seat, name, own, total in _by_column(table, "official"):
        postal = table.facts[seat].postal.get(name, 0.0)
        lacking = total - own - (0.0 if np.isnan(postal) else postal)
        if lacking > max(20.0, 0.05 * total):
            reason = f"the booths add up to {own:,.0f} of {total:,.0f} official votes: {lacking:,.0f} are missing"
            found.append((seat, name, f"{own:.0f}", reason))
    return seat_hits(found)


FAULTS = (
    Fault("votes_not_valid_total", "The votes don't add up to the printed valid total", "out", _valid_far),
    Fault("votes_near_valid_total", "The votes differ a little from the printed valid total", "note", _valid_near),
    Fault("votes_not_total", "The votes don't add up to the printed total", "out", _total_far),
    Fault("votes_near_total", "The votes differ a little from the printed total", "note", _total_near),
    Fault("counted_above_polled", "Far more votes counted than polled", "out", _above_polled),
    Fault("counted_below_polled", "Far fewer votes counted than polled", "out", _below_polled),
    Fault("counted_near_polled", "Counted and polled differ a little, as is normal", "note", _near_polled),
    Fault("valid_above_total", "The valid total is above the total", "out", _valid_above_total),
    Fault("sheet_total_differs", "The booths don't add up to the sheet's own total", "note", _printed_total),
    Fault("grand_total_differs", "Booths and postal ballots don't add up to the grand total", "note", _grand_total),
    Fault("above_official", "The booths add up to more than the official result", "note", _above_official),
    Fault("below_official", "Far fewer votes than the official result", "note", _below_official),
)
