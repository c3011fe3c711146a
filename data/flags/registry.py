"""All named faults of booths, and how to look for them in a table."""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.data.flags import copies, counts, numbering, reading, spots, sums
from khaka.data.flags.table import BoothTable, Fault

FAULTS: Final[dict[str, Fault]] = {
    fault.name: fault for module in (sums, counts, numbering, copies, reading, spots) for fault in module.FAULTS
}
"""Every named fault, by name."""

COLUMNS: Final = ("file", "election_id", "seat_id", "booth_no", "row", "fault", "column", "value", "reason", "severity")
"""Columns of `flags.parquet`. `row` is 0 and `booth_no` blank where the whole seat is meant."""


def find(table: BoothTable, *, file: str) -> pd.DataFrame:
    """Look for all named faults.

    Parameters
    ----------
    table : BoothTable
        Booths of one file.
    file : str
        Its name.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, sorted; severity is "out" (the row stays out of totals), "note" or "quarantined".

    Examples
    --------
    >>> from khaka.data.flags.table import make
    >>> rows = pd.DataFrame({"election_id": "S24-2017-AE", "seat_id": "S24-2008-1", "booth_no": ["1"],
    ...                      "electors": [100], "polled": [120]})
    >>> found = find(make(rows, pd.DataFrame({"BJP": [70], "SP": [50]})), file="sheet.csv")
    >>> found[["fault", "column", "value", "severity"]].values.tolist()
    [['polled_above_electors', 'polled', '120', 'out'], ['votes_above_electors', 'electors', '100', 'out']]
    """
    parts = []
    for fault in FAULTS.values():
        found = fault.check(table)
        if len(found):
            parts.append(found.assign(fault=fault.name, severity=fault.severity))
    if not parts:
        return empty()
    whole = pd.concat(parts, ignore_index=True)
    place = whole["place"].to_numpy(dtype="int64")
    booth = place >= 0
    out = pd.DataFrame(index=whole.index)
    out["file"] = file
    keys = whole["seat"] if "seat" in whole.columns else pd.Series(pd.NA, index=whole.index, dtype="str")
    halves = keys.astype("str").str.split("|", n=1, expand=True).reindex(columns=[0, 1])
    for name, half in (("election_id", 0), ("seat_id", 1)):
        out[name] = halves[half].astype("str")
        out.loc[booth, name] = table.rows[name].to_numpy()[place[booth]]
    out["booth_no"] = whole["booth_no"].fillna("") if "booth_no" in whole.columns else ""
    out.loc[booth, "booth_no"] = table.rows["booth_no"].fillna("").to_numpy()[place[booth]]
    out["row"] = (whole["row"].fillna(0) if "row" in whole.columns else pd.Series(0, index=whole.index)).astype("int64")
    out.loc[booth, "row"] = table.rows["row"].to_numpy()[place[booth]]
    for name in ("fault", "column", "value", "reason", "severity"):
        out[name] = whole[name].astype("str")
    return out[list(COLUMNS)].drop_duplicates().sort_values(list(COLUMNS), ignore_index=True)


def empty() -> pd.DataFrame:
    """Return no flags."""
    return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in COLUMNS})
