"""Where aspirants were: booths with a verified event, booths with doubtful ones, and since when anything was logged.

What counts is the verdict of the ledger of evidence (`khaka.features.ledger`).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables, end_of_day
from khaka.features.ledger import ledger_sql

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
    if not known.has("activity"):
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in {**columns, "first_day": "object"}.items()})
    parameters = pd.DataFrame({"election_id": [known.election_id], "as_of_end": [end_of_day(known.as_of)]})
    listed = booth_list[["election_id", "seat_id", "booth_no", "lat", "lon", "block"]].assign(
        weak=pd.Series(pd.NA, index=booth_list.index, dtype="boolean")
    )
    found = known.sql(_BOOTHS.format(ledger=ledger_sql(known.presence)), parameters=parameters, booth_list=listed)
    started = pd.to_datetime(found["first_started"], unit="us", utc=True).dt.tz_convert("Asia/Kolkata")
    return found.drop(columns="first_started").astype(columns).assign(first_day=started.dt.date.astype("object"))
