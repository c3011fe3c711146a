"""Votes of every known poll by seat and party, summed over booths: read once, for all who ask for the last poll."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import pandas as pd

from khaka.features.cutoff import KnownTables

_VOTES: Final = """
SELECT election_id, seat_id, party, CAST(sum(votes) AS DOUBLE) AS votes, count(votes) AS counted
FROM booth_votes GROUP BY election_id, seat_id, party ORDER BY election_id, seat_id, party
"""

LAST_POLL: Final = """
WITH polls AS (
    SELECT election_id, seat_id FROM poll_votes GROUP BY election_id, seat_id HAVING sum(votes) > 0
), last_poll AS (
    SELECT place, election_id, seat_id FROM (
        SELECT w.place, p.election_id, p.seat_id,
               row_number() OVER (PARTITION BY w.place ORDER BY CASE WHEN e.kind = 'AE' THEN 0 ELSE 1 END,
                                  e.result_date DESC, p.election_id DESC, p.seat_id DESC) AS newest
        FROM polls p JOIN elections e ON e.election_id = p.election_id JOIN places w ON w.seat_id = p.seat_id) ranked
    WHERE newest = 1
)
"""
"""Beginning of a query: each place's last poll with booth votes, an assembly poll before a Lok Sabha poll. It reads
`poll_votes` and `places` (seat_id, place)."""

_MADE: Final[WeakKeyDictionary[KnownTables, pd.DataFrame]] = WeakKeyDictionary()


def poll_votes(known: KnownTables) -> pd.DataFrame:
    """Return election_id, seat_id, party, votes over all booths, and counted (booths with a count), of all known polls.

    A state has millions of rows by booth: they are read once. Not to be changed.
    """
    if known not in _MADE:
        _MADE[known] = known.sql(_VOTES)
    return _MADE[known]


def share_votes(known: KnownTables, votes: pd.DataFrame) -> None:
    """Give to other tables of the same election and date what `poll_votes` returned for the first ones."""
    _MADE[known] = votes


def polled_seats(known: KnownTables) -> pd.Series:
    """Return each seat_id with booth votes once, sorted."""
    return pd.Series(sorted(poll_votes(known)["seat_id"].dropna().astype("str").unique()), dtype="str", name="seat_id")
