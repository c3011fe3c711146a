"""Where aspirants were: booths with a verified event, and booths with events that are not verified.

What counts as verified is the rule of `khaka.features.presence`: the same query, read before it sums up by aspirant.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables, end_of_day

_SUMS: Final = ", at_booth AS ("  # the query's first step that sums up

_BOOTHS: Final = """
SELECT w.seat_id, w.aspirant_id, s.booth_no, bool_or(v.event IS NOT NULL) AS verified
FROM single s JOIN who w USING (aspirant) LEFT JOIN verified v ON v.event = s.event
WHERE s.booth_no <> '' GROUP BY ALL ORDER BY ALL
"""


def booths_reached(known: KnownTables, booth_list: pd.DataFrame) -> pd.DataFrame:
    """Return which booths each aspirant claims to have reached, and whether that is verified.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    booth_list : DataFrame
        election_id, seat_id, booth_no, lat, lon: one list a seat.

    Returns
    -------
    DataFrame
        seat_id, aspirant_id, booth_no, verified (bool), one row an aspirant and booth.
    """
    columns = {"seat_id": "str", "aspirant_id": "str", "booth_no": "str", "verified": "bool"}
    if known.frame("activity").empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    query = files("khaka.features").joinpath("presence.sql").read_text(encoding="utf-8")
    head, found, _ = query.partition(_SUMS)
    if not found:
        raise ValueError("features/presence.sql has no step `at_booth` any more; adapt scoring/blueprint/presence.py")
    parameters = pd.DataFrame(
        {"election_id": [known.election_id], "party": [""], "as_of_end": [end_of_day(known.as_of)]}
    )
    listed = booth_list[["election_id", "seat_id", "booth_no", "lat", "lon"]].assign(
        weak=pd.Series(pd.NA, index=booth_list.index, dtype="boolean")
    )
    return known.sql(f"{head}\n{_BOOTHS}", parameters=parameters, booth_list=listed).astype(columns)
