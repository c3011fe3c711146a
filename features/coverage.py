"""What the pictures of presence show: a seat's booths reached, doubtful or never visited, and the days of work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd
import pyarrow as pa

from khaka.features.booth_list import booth_list
from khaka.features.cutoff import KnownTables
from khaka.features.ledger import judged_sql, parameters

STATUSES: Final = ("reached", "doubtful", "never")
"""Of a booth for one aspirant: a verified event, else a doubtful one, else none (refused events are none)."""

#: Refused events are no visit. A booth without its place in the list keeps its row.
_BOOTHS: Final = """
SELECT v.aspirant_id, v.seat_id, v.booth_no, v.status, b.lat, b.lon
FROM (
    SELECT aspirant_id, seat_id, booth_no,
           CASE WHEN max(CASE WHEN verdict = 'verified' THEN 1 ELSE 0 END) = 1 THEN 'reached' ELSE 'doubtful' END
               AS status
    FROM ({ledger}) events
    WHERE NOT post AND booth_no <> '' AND verdict <> 'refused' AND aspirant_id IS NOT NULL AND seat_id IS NOT NULL
    GROUP BY aspirant_id, seat_id, booth_no) v
LEFT JOIN booth_list b ON b.seat_id = v.seat_id AND b.booth_no = v.booth_no
ORDER BY v.aspirant_id, v.seat_id, v.booth_no
"""

_DAYS: Final = """
SELECT aspirant_id, make_timestamp(day * 86400000000) AS day, verified, doubtful, refused,
       CASE WHEN verified > 0 THEN 'verified' WHEN doubtful > 0 THEN 'doubtful' ELSE 'refused' END AS status
FROM (
    SELECT aspirant_id, (started + 19800000000) // 86400000000 AS day,
           count(*) FILTER (verdict = 'verified') AS verified, count(*) FILTER (verdict = 'doubtful') AS doubtful,
           count(*) FILTER (verdict = 'refused') AS refused
    FROM ({ledger}) events
    WHERE NOT post AND started IS NOT NULL AND aspirant_id IS NOT NULL
    GROUP BY aspirant_id, (started + 19800000000) // 86400000000) days
ORDER BY aspirant_id, day
"""


def best_at_booth(known: KnownTables, party: str = "", *, rows: int = 200_000) -> Iterator[pa.Table]:
    """Give the best verdict of each aspirant at each booth.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    party : str
        Whose list of booths.
    rows : int
        About as many in each table: a state has millions.

    Yields
    ------
    Table
        aspirant_id, seat_id, booth_no, status ("reached" or "doubtful"), lat, lon (degrees, of the list).
    """
    query = _BOOTHS.format(ledger=judged_sql(known))
    yield from known.stream(query, rows=rows, parameters=parameters(known), booth_list=booth_list(known, party))


def calendar(known: KnownTables, party: str = "", *, rows: int = 200_000) -> Iterator[pa.Table]:
    """Give how many events of each verdict an aspirant has on each day, in Indian time.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    party : str
        Whose list of booths.
    rows : int
        About as many in each table.

    Yields
    ------
    Table
        aspirant_id, day, verified, doubtful, refused (counts, social posts left out), status: the best of them.
    """
    query = _DAYS.format(ledger=judged_sql(known))
    yield from known.stream(query, rows=rows, parameters=parameters(known), booth_list=booth_list(known, party))


def coverage(best: pd.DataFrame, booths: pd.DataFrame, *, aspirant_id: str) -> pd.DataFrame:
    """Return all booths of an aspirant's seat with what is known of a visit.

    Parameters
    ----------
    best : DataFrame
        Of `best_at_booth`.
    booths : DataFrame
        Of `khaka.features.booth_list.booth_list`, of the aspirant's seat.
    aspirant_id : str
        Whose visits.

    Returns
    -------
    DataFrame
        seat_id, booth_no, block, lat, lon (blank where unknown), weak, status in `STATUSES`.

    Examples
    --------
    >>> booths = pd.DataFrame({"seat_id": "s", "booth_no": ["1", "2"], "block": None, "lat": 26.0, "lon": 80.0,
    ...                        "weak": [True, False]})
    >>> best = pd.DataFrame({"aspirant_id": ["x"], "seat_id": ["s"], "booth_no": ["2"], "status": ["reached"]})
    >>> coverage(best, booths, aspirant_id="x")["status"].tolist()
    ['never', 'reached']
    """
    own = best[best["aspirant_id"] == aspirant_id][["seat_id", "booth_no", "status"]]
    table = booths.merge(own, on=["seat_id", "booth_no"], how="left")
    table["status"] = table["status"].fillna("never")
    return table[["seat_id", "booth_no", "block", "lat", "lon", "weak", "status"]]
