"""How the person's party stood at the seat's booths at the last election with booth results.

Facts of one election at a time: booths are never joined across elections here, and by number never at all. Every
booth weighs by its valid votes where a share is meant.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables
from khaka.features.registry import FeatureInfo, by_name

_KNOWN: Final = "result_date of that election"


def _info(name: str, unit: str, doc: str, source: str = "booth_votes") -> FeatureInfo:
    return FeatureInfo(name, unit, source, "booth_history", doc, _KNOWN)


FEATURES: Final = by_name(
    _info("booth_share", "share 0-1", "the party's share of all booth votes"),
    _info("booth_leads", "share 0-1", "share of booths where the party led"),
    _info("booth_strong", "share 0-1", "share of booths where the party had 1.25 times its seat share or more"),
    _info("booth_weak", "share 0-1", "share of booths where the party had 0.75 times its seat share or less"),
    _info("booth_spread", "share 0-1", "standard deviation of the party's booth shares, weighted by votes"),
    _info("booth_concentration", "share 0-1",
          "Gini coefficient of the party's booth shares, weighted by votes: 0 the same everywhere"),
    _info("booth_best_tenth", "ratio", "share in the party's best tenth of booths over its seat share"),
    _info("booth_turnout", "share 0-1", "votes polled over electors", "booths"),
    _info("booth_turnout_spread", "share 0-1", "standard deviation of booth turnout", "booths"),
    _info("booth_women_gap", "share -1 to 1", "women's turnout minus men's", "booths"),
)  # fmt: skip
"""Features of booth history, by name."""

# Each place's last poll is found first, so that older votes are never grouped; keys are narrow numbers.
LAST_POLL: Final = """
WITH polls AS (
    SELECT election_id, seat_id FROM booth_votes GROUP BY election_id, seat_id HAVING sum(votes) > 0
), last_poll AS (
    SELECT place, election_id, seat_id FROM (
        SELECT w.place, p.election_id, p.seat_id,
               row_number() OVER (PARTITION BY w.place ORDER BY CASE WHEN e.kind = 'AE' THEN 0 ELSE 1 END,
                                  e.result_date DESC, p.election_id DESC, p.seat_id DESC) AS newest
        FROM polls p JOIN elections e ON e.election_id = p.election_id JOIN places w ON w.seat_id = p.seat_id) ranked
    WHERE newest = 1
)
"""
"""Beginning of a query: each place's last poll with booth votes, an assembly poll before a Lok Sabha poll."""

# Gini of shares s weighted by the booth's votes w, from booths in rising order of s (W = running weight, middle of
# the step): G = 2 * sum(w * s * Wmid) / (W * sum(w * s)) - 1.
_SUPPORT: Final = (
    LAST_POLL
    + """, numbered AS (
    SELECT row_number() OVER (ORDER BY place) AS place_no, place, election_id, seat_id FROM last_poll
), votes AS MATERIALIZED (
    SELECT n.place_no, v.booth_no, v.party, CAST(sum(v.votes) AS DOUBLE) AS votes
    FROM booth_votes v JOIN numbered n ON n.election_id = v.election_id AND n.seat_id = v.seat_id
    GROUP BY n.place_no, v.booth_no, v.party
), totals AS (
    SELECT place_no, booth_no, sum(votes) AS total, max(votes) AS best FROM votes GROUP BY place_no, booth_no
    HAVING sum(votes) > 0
), parties AS (
    SELECT place_no, party FROM votes WHERE party NOT IN ('IND', 'OTH') AND votes > 0 GROUP BY place_no, party
), booth AS (
    SELECT p.place_no, p.party, t.booth_no, t.total, coalesce(v.votes, 0) AS votes,
           coalesce(v.votes, 0) / t.total AS share, coalesce(v.votes, 0) >= t.best AS led
    FROM parties p JOIN totals t ON t.place_no = p.place_no
    LEFT JOIN votes v ON v.place_no = p.place_no AND v.booth_no = t.booth_no AND v.party = p.party
), level AS (
    SELECT *, sum(votes) OVER seat / sum(total) OVER seat AS seat_share, sum(total) OVER seat AS seat_total,
           sum(total) OVER (PARTITION BY place_no, party ORDER BY share, booth_no
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - total / 2 AS middle
    FROM booth
    WINDOW seat AS (PARTITION BY place_no, party)
)
SELECT n.place, party, max(seat_share) AS booth_share, avg(led::DOUBLE) AS booth_leads,
       avg((share >= 1.25 * seat_share)::DOUBLE) AS booth_strong,
       avg((share <= 0.75 * seat_share)::DOUBLE) AS booth_weak,
       sqrt(sum(total * pow(share - seat_share, 2)) / sum(total)) AS booth_spread,
       2 * sum(votes * middle) / (max(seat_total) * sum(votes)) - 1 AS booth_concentration,
       sum(votes) FILTER (middle >= 0.9 * seat_total) / nullif(sum(total) FILTER (middle >= 0.9 * seat_total), 0)
           / max(seat_share) AS booth_best_tenth
FROM level JOIN numbered n USING (place_no) GROUP BY n.place, party ORDER BY n.place, party
"""
)

# A booth whose turnout is above 1 has a wrong figure and is left out; so has one with women above all.
_TURNOUT: Final = """
WITH counted AS (
    SELECT w.place, b.election_id, b.seat_id, b.electors::DOUBLE AS electors, b.votes_polled::DOUBLE AS polled,
           CASE WHEN b.electors_female BETWEEN 1 AND b.electors - 1 AND b.votes_polled_female <= b.electors_female
                     AND b.votes_polled - b.votes_polled_female BETWEEN 0 AND b.electors - b.electors_female
                THEN b.electors_female::DOUBLE END AS women, b.votes_polled_female::DOUBLE AS polled_women,
           e.kind, e.result_date
    FROM booths b JOIN elections e USING (election_id) JOIN places w USING (seat_id)
    WHERE b.election_id IN (SELECT election_id FROM past) AND b.electors > 0
      AND b.votes_polled > 0 AND b.votes_polled <= b.electors
), last_poll AS (
    SELECT place, arg_max(struct_pack(election_id := election_id, seat_id := seat_id),
               struct_pack(ae := kind = 'AE', day := result_date, id := election_id, s := seat_id)) AS poll
    FROM counted GROUP BY place
)
SELECT c.place, sum(polled) / sum(electors) AS booth_turnout,
       stddev_pop(polled / electors) AS booth_turnout_spread,
       sum(polled_women) FILTER (women > 0) / sum(women)
           - sum(polled - polled_women) FILTER (women > 0) / sum(electors - women) FILTER (women > 0) AS booth_women_gap
FROM counted c JOIN last_poll l
  ON l.place = c.place AND l.poll.election_id = c.election_id AND l.poll.seat_id = c.seat_id
GROUP BY c.place ORDER BY c.place
"""


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the features of booth history.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    people : DataFrame
        From `khaka.features.people.people`.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `people`: from the seat's last assembly election with booth
        results, else its last Lok Sabha poll. NaN where there is none, or the party had no vote in it.
    """
    place = known.place(people["seat_id"]).astype("object").set_axis(people.index)
    wanted = set(place.dropna())
    places = _places(known, wanted)
    past = pd.DataFrame({"election_id": sorted(known.past)}, dtype="str")
    support = known.sql(_SUPPORT, places=places).set_index(["place", "party"])
    keys = pd.MultiIndex.from_arrays([place, people["party"].astype("object")])
    turnout = known.sql(_TURNOUT, places=places, past=past).set_index("place")
    turnout.index = turnout.index.astype("object")
    out = pd.concat(
        [support.reindex(keys).set_axis(people.index), turnout.reindex(place).set_axis(people.index)], axis=1
    )
    return out[list(FEATURES)].astype("float64")


def _places(known: KnownTables, wanted: set[object]) -> pd.DataFrame:
    """Return seat_id and place of every seat with booths whose place is wanted."""
    seats = known.sql("SELECT seat_id FROM booth_votes UNION SELECT seat_id FROM booths")["seat_id"].dropna()
    rows = pd.DataFrame({"seat_id": sorted(set(seats.astype("str")))}, dtype="str")
    rows["place"] = known.place(rows["seat_id"]).astype("str") if len(rows) else pd.Series(dtype="str")
    return rows[rows["place"].isin(wanted)].reset_index(drop=True)
