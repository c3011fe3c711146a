"""What the rows of field work were, in sums: by cycle and day, from one reading of the files for all cycles.

A sum of hashes does not know the order of its rows. The day is India's, on which as-of dates end, so that the sum up to
any date is a sum of these sums.
"""

from __future__ import annotations

import datetime as dt
from typing import Final
from weakref import WeakKeyDictionary

import pandas as pd

from khaka.data.schema import TABLES
from khaka.features.cutoff import KnownTables
from khaka.features.engine import DuckEngine
from khaka.features.source import Source, all_columns, engine_settings

_DAY: Final = "(epoch_us(a.received_at) + 19800000000) // 86400000000"  # IST; also for moments before 1970
_QUERY: Final = """
SELECT w.election_id, {day} AS day, count(*) AS n, CAST(sum(CAST(hash({cells}) AS HUGEINT)) AS VARCHAR) AS h
FROM activity a LEFT JOIN who w ON w.aspirant_id = a.aspirant_id
WHERE a.received_at IS NOT NULL AND NOT coalesce(a.received_at > w.decided_at, FALSE)
GROUP BY w.election_id, {day} ORDER BY w.election_id, {day}
"""

_MADE: Final[WeakKeyDictionary[Source, pd.DataFrame]] = WeakKeyDictionary()


def row_sum(known: KnownTables) -> str:
    """Return a text that changes with every record that counts for an election, and with no other.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known; field work lies in files.

    Returns
    -------
    str
        Number and sum of hashes of the records of the election's aspirants, then of those whom no list knows.
    """
    if not known.files("activity"):  # nothing was ever ingested
        return "none"
    table = _sums(known)
    table = table[table["day"] <= (known.as_of - dt.date(1970, 1, 1)).days]
    own = table["election_id"] == known.election_id
    # aspirants of later cycles are in no list yet
    strangers = ~own & ~table["election_id"].isin(known.past)
    return " ".join(f"{int(rows['n'].sum())} {sum(map(int, rows['h']))}" for rows in (table[own], table[strangers]))


def _sums(known: KnownTables) -> pd.DataFrame:
    """Return n and h by election_id (blank: of whom no list knows) and day since 1970."""
    if known.source not in _MADE:
        settings = engine_settings(known.source)
        engine = DuckEngine(memory_limit=settings.memory_limit, threads=settings.threads)
        people = known.source.read("aspirants").dropna(subset=["aspirant_id"])[["aspirant_id", "election_id"]]
        people = people.drop_duplicates().astype("str")
        engine.put("who", people.assign(decided_at=known.decided.reindex(people["aspirant_id"]).array))
        files = known.files("activity")
        engine.put_files("activity", files, all_columns("activity", files))
        cells = ", ".join(f"a.{column.name}" for column in TABLES["activity"].columns)
        _MADE[known.source] = engine.run(_QUERY.format(cells=cells, day=_DAY))
    return _MADE[known.source]
