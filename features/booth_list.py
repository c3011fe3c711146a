"""One list of booths a seat: where they lie, in which block, and which are the party's weaker half."""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables
from khaka.features.polls import poll_votes

# The election's own list, else that of the last poll with one. Votes are joined with the list of their own election
# by number, with another election's only by a station name that is unique in both.
_QUERY: Final = """
WITH wanted AS (
    SELECT DISTINCT seat_id FROM aspirants WHERE election_id = (SELECT election_id FROM parameters)
), lists AS (
    SELECT DISTINCT b.election_id, b.seat_id FROM booths b JOIN wanted w ON w.seat_id = b.seat_id
), ranked AS (
    SELECT l.seat_id, l.election_id,
           row_number() OVER (PARTITION BY l.seat_id
               ORDER BY CASE WHEN l.election_id = (SELECT election_id FROM parameters) THEN 0 ELSE 1 END,
                        coalesce(CAST(e.poll_date AS DATE), DATE '1900-01-01') DESC, l.election_id DESC) AS place
    FROM lists l LEFT JOIN elections e ON e.election_id = l.election_id
), list AS (
    SELECT b.election_id, b.seat_id, b.booth_no, b.lat, b.lon, b.block,
           lower(regexp_replace(b.station_name, '[^\\p{L}\\p{M}\\p{N}]+', '', 'g')) AS name
    FROM booths b JOIN ranked r ON r.seat_id = b.seat_id AND r.election_id = b.election_id WHERE r.place = 1
), polls AS (
    -- the poll is chosen before its votes are grouped by booth: it is one of many
    SELECT p.seat_id, p.election_id,
           row_number() OVER (PARTITION BY p.seat_id ORDER BY e.poll_date DESC, p.election_id DESC) AS place
    FROM (
        SELECT v.election_id, v.seat_id FROM poll_votes v JOIN wanted w ON w.seat_id = v.seat_id
        GROUP BY v.election_id, v.seat_id
        HAVING sum(v.votes) > 0 AND sum(CASE WHEN v.party = (SELECT party FROM parameters) THEN v.counted END) > 0) p
    JOIN elections e ON e.election_id = p.election_id WHERE e.poll_date IS NOT NULL
), shares AS (
    SELECT v.election_id, v.seat_id, v.booth_no,
           sum(CASE WHEN v.party = (SELECT party FROM parameters) THEN v.votes END) / (sum(v.votes) * 1.0) AS share
    FROM booth_votes v JOIN polls p ON p.seat_id = v.seat_id AND p.election_id = v.election_id
    WHERE p.place = 1
    GROUP BY v.election_id, v.seat_id, v.booth_no HAVING sum(v.votes) > 0
), graded AS (
    SELECT s.election_id, s.seat_id, s.booth_no,
           percent_rank() OVER (PARTITION BY s.seat_id ORDER BY s.share) < 0.5 AS weak,
           lower(regexp_replace(b.station_name, '[^\\p{L}\\p{M}\\p{N}]+', '', 'g')) AS name
    FROM shares s
    LEFT JOIN booths b ON b.election_id = s.election_id AND b.seat_id = s.seat_id AND b.booth_no = s.booth_no
    WHERE s.share IS NOT NULL
), named AS (
    SELECT seat_id, name, max(CASE WHEN weak THEN 1 ELSE 0 END) = 1 AS weak
    FROM graded WHERE name <> '' GROUP BY seat_id, name HAVING count(*) = 1
), names AS (
    SELECT seat_id, name FROM list WHERE name <> '' GROUP BY seat_id, name HAVING count(*) = 1
)
SELECT l.election_id, l.seat_id, l.booth_no, l.lat, l.lon, l.block, coalesce(g.weak, n.weak) AS weak
FROM list l
LEFT JOIN graded g ON g.election_id = l.election_id AND g.seat_id = l.seat_id AND g.booth_no = l.booth_no
LEFT JOIN names u ON u.seat_id = l.seat_id AND u.name = l.name
LEFT JOIN named n ON n.seat_id = u.seat_id AND n.name = u.name
ORDER BY l.seat_id, l.booth_no
"""


def booth_list(known: KnownTables, party: str) -> pd.DataFrame:
    """Return one list of booths for each seat that has aspirants.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    party : str
        Whose weaker half of booths is meant: those with the smaller share at the last poll known by booth.

    Returns
    -------
    DataFrame
        election_id (of the list), seat_id, booth_no, lat, lon, block, weak (flag, blank where unknown).
    """
    parameters = pd.DataFrame({"election_id": [known.election_id], "party": [party]})
    rows = known.sql(_QUERY, parameters=parameters, poll_votes=poll_votes(known))
    return rows.assign(weak=rows["weak"].astype("boolean"))
