"""Where aspirants were: booths with a verified event, booths with doubtful ones, and since when anything was logged.

What counts is the verdict of the ledger of evidence (`khaka.features.ledger`).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables
from khaka.features.kept import kept
from khaka.features.ledger import judged_sql, parameters

_GAP: Final = "\x1f"
_LIST: Final = ["election_id", "seat_id", "booth_no", "lat", "lon", "block"]
_BOOTHS: Final = """
SELECT seat_id, aspirant_id, booth_no, min(started) AS first_started,
       max(CASE WHEN verdict = 'verified' THEN 1 ELSE 0 END) AS verified
FROM ({ledger}) events
WHERE verdict <> 'refused' AND NOT post AND aspirant_id IS NOT NULL
GROUP BY seat_id, aspirant_id, booth_no ORDER BY seat_id, aspirant_id, booth_no
"""


def booths_reached(known: KnownTables, booth_list: pd.DataFrame) -> pd.DataFrame:
    """Return which booths each aspirant claims to have reached, and whether that is verified.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    booth_list : DataFrame
        election_id, seat_id, booth_no, lat, lon, block: one list a seat.

    Returns
    -------
    DataFrame
        seat_id, aspirant_id, booth_no (blank where none is named), verified (bool), first_day (of the first event
        that is not refused), one row an aspirant and booth.
    """
    columns = {"seat_id": "str", "aspirant_id": "str", "booth_no": "str", "verified": "bool"}
    nothing = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in {**columns, "first_day": "object"}.items()})
    if not known.has("activity"):
        return nothing
    # every start of the page asks this of a whole state's field work: it is worked out once for the same rows
    table = kept(known, "booths_reached", lambda: _made(known, booth_list), settings=_listed(known, booth_list))
    if table.empty:
        return nothing
    parts = table.index.to_series().str.split(_GAP, n=2, expand=True, regex=False)
    started = pd.to_datetime(table["first_started"].reset_index(drop=True), unit="us", utc=True)
    found = pd.DataFrame({
        "seat_id": parts[0].to_numpy(), "aspirant_id": parts[1].to_numpy(), "booth_no": parts[2].to_numpy(),
        "verified": table["verified"].to_numpy() > 0,
    }).astype(columns)  # fmt: skip
    return found.assign(first_day=started.dt.tz_convert("Asia/Kolkata").dt.date.astype("object"))


def _listed(known: KnownTables, booth_list: pd.DataFrame) -> str:
    """Return what else decides the table: thresholds and the list of booths."""
    rows = int(pd.util.hash_pandas_object(booth_list[_LIST].astype("str"), index=False).sum())
    return f"{known.presence!r} {len(booth_list)} {rows}"


def _made(known: KnownTables, booth_list: pd.DataFrame) -> pd.DataFrame:
    """Return verified (0 or 1) and first_started (microseconds since 1970), by seat, aspirant and booth in one text."""
    listed = booth_list[_LIST].assign(weak=pd.Series(pd.NA, index=booth_list.index, dtype="boolean"))
    found = known.sql(_BOOTHS.format(ledger=judged_sql(known)), parameters=parameters(known), booth_list=listed)
    booth = found["booth_no"].astype("str").fillna("")
    unit = found["seat_id"].astype("str") + _GAP + found["aspirant_id"].astype("str") + _GAP + booth
    table = found[["verified", "first_started"]].astype("float64")
    return table.set_axis(pd.Index(unit.to_numpy(), dtype="object"))
