"""Presence in the field: which booths an aspirant really reached, from verified events only.

Loudness must not help: copies are one event, a booth counts once however often it is visited, people met are capped,
and the number of records is no feature. An event counts if its location is no mock, lies within 2 km plus its own
accuracy (1 km at most) of the claimed booth, arrived within 7 days and does not start in the future, its photo was
not used before, its device is not shared with another person, its coordinates were not typed in (whole hundredths of
a degree), it is no part of a burst (more than six events in twenty minutes) and no impossible journey (150 km/h) from
the event before. The query is `presence.sql`.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables, end_of_day
from khaka.features.registry import FeatureInfo, by_name

_RECEIVED: Final = "received_at of the last event"


def _info(name: str, unit: str, doc: str, source: str = "activity, booths") -> FeatureInfo:
    return FeatureInfo(name, unit, source, "presence", doc, _RECEIVED, monotone=1)


FEATURES: Final = by_name(
    _info("presence_booths", "share 0-1", "share of the seat's booths reached, verified"),
    _info("presence_weak_booths", "share 0-1", "share of the party's weaker half of booths reached, verified",
          "activity, booths, booth_votes"),
    _info("presence_breadth", "share 0-1", "effective number of booths reached (inverse Simpson) over all booths"),
    _info("presence_recency", "share 0-1", "share of booths reached, each fading with a half-life of 60 days"),
    _info("presence_regularity", "share 0-1", "share of the last 26 weeks with a verified event", "activity"),
    _info("presence_people_met", "log count", "log of one plus people met, 200 at most, each booth once", "activity"),
    _info("presence_within", "share 0-1", "presence_booths minus its mean over the seat's aspirants"),
    _info("verified_share", "share 0-1", "share of claimed booth-days with a verified event"),
)  # fmt: skip
"""Features of presence, by name."""

# One booth list per seat: the election's own, else that of the last poll with one. Votes are joined with the list of
# their own election by number, with another election's only by a station name that is unique in both.
_BOOTH_LIST: Final = """
WITH lists AS (
    SELECT b.*, e.poll_date, b.election_id = (SELECT election_id FROM parameters) AS own,
           lower(regexp_replace(b.station_name, '[^\\p{L}\\p{M}\\p{N}]+', '', 'g')) AS name
    FROM booths b LEFT JOIN elections e USING (election_id)
    WHERE b.seat_id IN (SELECT seat_id FROM aspirants WHERE election_id = (SELECT election_id FROM parameters))
), newest AS (
    SELECT seat_id, arg_max(election_id, struct_pack(own := own, day := coalesce(poll_date, TIMESTAMP '1900-01-01'),
                                                     id := election_id)) AS election_id
    FROM lists GROUP BY seat_id
), list AS (
    SELECT l.* FROM lists l JOIN newest USING (seat_id, election_id)
), shares AS (
    SELECT v.election_id, v.seat_id, v.booth_no, sum(v.votes) FILTER (v.party = (SELECT party FROM parameters))
               / nullif(sum(v.votes), 0) AS share
    FROM booth_votes v GROUP BY ALL
), last_poll AS (
    SELECT s.seat_id, arg_max(s.election_id, struct_pack(day := e.poll_date, id := s.election_id)) AS election_id
    FROM shares s JOIN elections e USING (election_id) WHERE s.share IS NOT NULL GROUP BY s.seat_id
), graded AS (
    SELECT s.*, percent_rank() OVER (PARTITION BY s.seat_id ORDER BY s.share) < 0.5 AS weak,
           lower(regexp_replace(b.station_name, '[^\\p{L}\\p{M}\\p{N}]+', '', 'g')) AS name
    FROM shares s JOIN last_poll USING (seat_id, election_id)
    LEFT JOIN booths b ON b.election_id = s.election_id AND b.seat_id = s.seat_id AND b.booth_no = s.booth_no
    WHERE s.share IS NOT NULL
), named AS (
    SELECT seat_id, name, any_value(weak) AS weak FROM graded WHERE name <> '' GROUP BY ALL HAVING count(*) = 1
), names AS (
    SELECT seat_id, name FROM list WHERE name <> '' GROUP BY ALL HAVING count(*) = 1
)
SELECT l.election_id, l.seat_id, l.booth_no, l.lat, l.lon, coalesce(g.weak, n.weak) AS weak
FROM list l
LEFT JOIN graded g ON g.election_id = l.election_id AND g.seat_id = l.seat_id AND g.booth_no = l.booth_no
LEFT JOIN names u ON u.seat_id = l.seat_id AND u.name = l.name
LEFT JOIN named n ON n.seat_id = u.seat_id AND n.name = u.name
"""


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the features of presence.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    people : DataFrame
        From `khaka.features.people.people`.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `people`. NaN where the person is no aspirant of the
        election, or where no aspirant of that election has any activity; 0 for an aspirant without an event while
        others have some (`verified_share` stays NaN: there is nothing to verify).
    """
    ours = people.loc[people["aspirant_id"].notna(), "party"]
    party = str(ours.iloc[0]) if len(ours) else ""
    table = _summary(known, party)
    wanted = table.reindex(people["aspirant_id"].astype("object")).set_axis(people.index)
    return wanted[list(FEATURES)].astype("float64")


def presence_table(known: KnownTables) -> pd.DataFrame:
    """Return the columns of `FEATURES` of all aspirants of the election, by aspirant_id; empty without activity."""
    return _summary(known, "")


def verified_share(known: KnownTables) -> pd.Series:
    """Return the share of each aspirant's claimed booth-days that has a verified event, by aspirant_id.

    Returns
    -------
    Series
        0 to 1, NaN for an aspirant without an event; empty where no aspirant of the election has any activity.
    """
    return _summary(known, "")["verified_share"]


def _summary(known: KnownTables, party: str) -> pd.DataFrame:
    """Return the features of all aspirants of the election, indexed by aspirant_id."""
    if not known.has("activity"):
        return pd.DataFrame(columns=list(FEATURES), dtype="float64")
    as_of_end = end_of_day(known.as_of)
    parameters = pd.DataFrame({"election_id": [known.election_id], "party": [party], "as_of_end": [as_of_end]})
    booth_list = known.sql(_BOOTH_LIST, parameters=parameters)
    booth_list["weak"] = booth_list["weak"].astype("boolean")
    query = files("khaka.features").joinpath("presence.sql").read_text(encoding="utf-8")
    table = known.sql(query, parameters=parameters, booth_list=booth_list).set_index("aspirant_id")
    table.index = table.index.astype("object")
    mean = table.groupby("seat_id")["presence_booths"].transform("mean")
    table["presence_within"] = table["presence_booths"] - mean
    return table[list(FEATURES)].astype("float64")
