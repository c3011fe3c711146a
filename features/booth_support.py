"""How a party stood at the booths of each place's last poll: shares, leads, spread, margins, turnout beside support.

One query for the families `booths` and `booth_swing`. Only the parties that are asked for are worked out: the table of
a party's aspirants needs one of the ten of a state. Every party of a seat stands in all of its booths, with no votes
where the sheet has none.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import pandas as pd

from khaka.features.cutoff import KnownTables
from khaka.features.polls import LAST_POLL, poll_votes, polled_seats

CLOSE: Final = 5.0
"""Points of margin below which a booth counts as close."""

# Each place's last poll is found first, so that older votes are never grouped; keys are whole numbers from then on,
# for sorting text is what costs. A booth whose turnout is above 1 has a wrong figure of turnout.
# Gini of shares s weighted by the booth's votes w, from booths in rising order of s (W = running weight, middle of
# the step): G = 2 * sum(w * s * Wmid) / (W * sum(w * s)) - 1.
_QUERY: Final = f"""{LAST_POLL}
, numbered AS (
    SELECT row_number() OVER (ORDER BY place) AS place_no, place, election_id, seat_id FROM last_poll
), counted AS (
    -- one row a booth and party: the table's key
    SELECT n.place_no, v.booth_no, v.party, CAST(v.votes AS DOUBLE) AS votes
    FROM booth_votes v JOIN numbered n ON n.election_id = v.election_id AND n.seat_id = v.seat_id
), totals AS (
    SELECT place_no, booth_no, sum(votes) AS total, max(votes) AS first FROM counted GROUP BY place_no, booth_no
    HAVING sum(votes) > 0
), sound AS (
    SELECT n.place_no, b.booth_no, max(b.votes_polled) AS polled, max(b.electors) AS electors
    FROM booths b JOIN numbered n ON n.election_id = b.election_id AND n.seat_id = b.seat_id
    WHERE b.electors > 0 AND b.votes_polled > 0 AND b.votes_polled <= b.electors
    GROUP BY n.place_no, b.booth_no
), leaders AS (
    SELECT t.place_no, t.booth_no, t.total, t.first, s.polled, s.electors,
           row_number() OVER (ORDER BY t.place_no, t.booth_no) AS booth
    FROM totals t LEFT JOIN sound s ON s.place_no = t.place_no AND s.booth_no = t.booth_no
), parties AS (
    SELECT c.place_no, c.party, row_number() OVER (ORDER BY c.place_no, c.party) AS unit
    FROM counted c JOIN numbered n ON n.place_no = c.place_no
    JOIN asked a ON a.place = n.place AND a.party = c.party
    WHERE c.party NOT IN ('IND', 'OTH') AND c.votes > 0 GROUP BY c.place_no, c.party
), own AS (
    SELECT l.booth, l.place_no, l.booth_no, l.first, p.unit, p.party, c.votes
    FROM counted c JOIN parties p ON p.place_no = c.place_no AND p.party = c.party
    JOIN leaders l ON l.place_no = c.place_no AND l.booth_no = c.booth_no
), rivals AS (
    -- who comes second is asked only where the party leads, alone or with another
    SELECT o.booth, o.unit, max(c.votes) AS second
    FROM own o JOIN counted c ON c.place_no = o.place_no AND c.booth_no = o.booth_no
    WHERE o.votes >= o.first AND c.party <> o.party GROUP BY o.booth, o.unit
), shared AS (
    SELECT p.unit, b.booth, b.total, b.polled, b.electors, coalesce(o.votes, 0) AS votes,
           coalesce(o.votes, 0) / b.total AS share, coalesce(o.votes, 0) >= b.first AS led,
           100 * (coalesce(o.votes, 0) / b.total
                  - CASE WHEN coalesce(o.votes, 0) < b.first THEN b.first ELSE coalesce(r.second, 0) END / b.total)
               AS margin
    FROM parties p JOIN leaders b ON b.place_no = p.place_no
    LEFT JOIN own o ON o.booth = b.booth AND o.unit = p.unit
    LEFT JOIN rivals r ON r.booth = b.booth AND r.unit = p.unit
), ranked AS (
    SELECT unit, total, polled, electors, votes, share, led, margin,
           sum(votes) OVER (PARTITION BY unit) / sum(total) OVER (PARTITION BY unit) AS seat_share,
           sum(total) OVER (PARTITION BY unit) AS whole,
           sum(total) OVER (PARTITION BY unit ORDER BY share, booth
                            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - total / 2 AS middle,
           sum(total) OVER (PARTITION BY unit ORDER BY margin, booth
                            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - total / 2 AS margin_middle,
           -- booths of the same share have the mean of their ranks
           (rank() OVER (PARTITION BY unit ORDER BY share)
            + count(*) OVER (PARTITION BY unit ORDER BY share RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) / 2.0
               / count(*) OVER (PARTITION BY unit) > 0.5 AS strong
    FROM shared
), summed AS (
    SELECT unit, max(seat_share) AS booth_share, avg(CASE WHEN led THEN 1.0e0 ELSE 0.0e0 END) AS booth_leads,
           avg(CASE WHEN share >= 1.25 * seat_share THEN 1.0e0 ELSE 0.0e0 END) AS booth_strong,
           avg(CASE WHEN share <= 0.75 * seat_share THEN 1.0e0 ELSE 0.0e0 END) AS booth_weak,
           sqrt(sum(total * pow(share - seat_share, 2)) / sum(total)) AS booth_spread,
           2 * sum(votes * middle) / (max(whole) * sum(votes)) - 1 AS booth_concentration,
           sum(CASE WHEN middle >= 0.9 * whole THEN votes END)
               / nullif(sum(CASE WHEN middle >= 0.9 * whole THEN total END), 0) / max(seat_share) AS booth_best_tenth,
           min(CASE WHEN margin_middle / whole >= 0.1 THEN margin END) AS booth_margin_low,
           min(CASE WHEN margin_middle / whole >= 0.5 THEN margin END) AS booth_margin_median,
           min(CASE WHEN margin_middle / whole >= 0.9 THEN margin END) AS booth_margin_high,
           sum(CASE WHEN abs(margin) < {CLOSE} THEN total ELSE 0 END) / sum(total) AS booth_close,
           sum(CASE WHEN strong THEN polled END) * 1.0 / sum(CASE WHEN strong AND polled IS NOT NULL THEN electors END)
               - sum(CASE WHEN NOT strong THEN polled END) * 1.0
                 / sum(CASE WHEN NOT strong AND polled IS NOT NULL THEN electors END) AS booth_turnout_gap
    FROM ranked GROUP BY unit
)
SELECT n.place, p.party, s.booth_share, s.booth_leads, s.booth_strong, s.booth_weak, s.booth_spread,
       s.booth_concentration, s.booth_best_tenth, s.booth_margin_low, s.booth_margin_median, s.booth_margin_high,
       s.booth_close, s.booth_turnout_gap
FROM summed s JOIN parties p ON p.unit = s.unit JOIN numbered n ON n.place_no = p.place_no ORDER BY n.place, p.party
"""

#: What was made last of each set of tables, and for whom: two families ask for the same.
_MADE: Final[WeakKeyDictionary[KnownTables, tuple[pd.DataFrame, pd.DataFrame]]] = WeakKeyDictionary()


def booth_support(known: KnownTables, place: pd.Series, party: pd.Series) -> pd.DataFrame:
    """Return how parties stood at the booths of each place's last poll with booth votes.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    place, party : Series
        Row by row: whose figures are asked for.

    Returns
    -------
    DataFrame
        Shares from 0 to 1 and margins in points, indexed by place and party: those asked for that had any vote.
        Nothing for independents (IND) and the rest (OTH): they are no party.
    """
    asked = pd.DataFrame({"place": place.to_numpy(dtype=object), "party": party.to_numpy(dtype=object)})
    asked = asked.dropna().drop_duplicates().sort_values(["place", "party"], ignore_index=True).astype("str")
    if known in _MADE and _MADE[known][0].equals(asked):
        return _MADE[known][1]
    places = pd.DataFrame({"seat_id": polled_seats(known)}, dtype="str")
    places["place"] = known.place(places["seat_id"]).astype("str") if len(places) else pd.Series(dtype="str")
    places = places[places["place"].isin(set(asked["place"]))]
    found = known.sql(_QUERY, poll_votes=poll_votes(known), places=places, asked=asked).set_index(["place", "party"])
    _MADE[known] = (asked, found)
    return found
