"""How the person's party stood at the seat's booths at the last election with booth results.

Facts of one election at a time: booths are never joined across elections here, and by number never at all. Every
booth weighs by its valid votes where a share is meant.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.booth_support import booth_support
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
    places = _places(known, set(place.dropna()))
    past = pd.DataFrame({"election_id": sorted(known.past)}, dtype="str")
    support = booth_support(known, place, people["party"])
    keys = pd.MultiIndex.from_arrays([place, people["party"].astype("object")])
    turnout = known.sql(_TURNOUT, places=places, past=past).set_index("place")
    turnout.index = turnout.index.astype("object")
    out = pd.concat(
        [support.reindex(keys).set_axis(people.index), turnout.reindex(place).set_axis(people.index)], axis=1
    )
    return out[list(FEATURES)].astype("float64")


def _places(known: KnownTables, wanted: set[object]) -> pd.DataFrame:
    """Return seat_id and place of every seat with booths whose place is wanted."""
    seats = known.sql("SELECT DISTINCT seat_id FROM booths")["seat_id"].dropna()
    rows = pd.DataFrame({"seat_id": sorted(set(seats.astype("str")))}, dtype="str")
    rows["place"] = known.place(rows["seat_id"]).astype("str") if len(rows) else pd.Series(dtype="str")
    return rows[rows["place"].isin(wanted)].reset_index(drop=True)
