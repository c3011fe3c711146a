"""The person's own record: what the application says, and earlier contests found by person_id.

A history is rebuilt from earlier elections alone. Published files carry columns about it (terms, contests) that
already count the row's own result, and person ids that are missing more often for those who lost; so a person
without an id is described exactly as one who never stood, and no gap is a feature.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from khaka.data.schema import EDUCATION
from khaka.features.cutoff import KnownTables
from khaka.features.people import DAYS_A_YEAR
from khaka.features.registry import FeatureInfo, by_name

_PAPER: Final = "nomination or application"
_RESULT: Final = "result_date of the earlier election"


def _info(name: str, unit: str, doc: str, known: str = _PAPER, source: str = "nominees, aspirants") -> FeatureInfo:
    return FeatureInfo(name, unit, source, "person", doc, known)


FEATURES: Final = by_name(
    _info("sex_female", "flag 0/1", "the person declared F"),
    _info("age_at_poll", "years", "age on the poll date"),
    _info("education_level", "level 0-9", "education, from illiterate (0) to doctorate (9)"),
    _info("cases_pending", "count", "pending cases declared, at most 20"),
    _info("cases_serious", "count", "serious cases declared, at most 20"),
    _info("log_assets", "log10 rupees", "log10 of declared assets plus one"),
    _info("lives_in_seat", "flag 0/1", "the residence is in the seat"),
    _info("local_roots", "level 0-1", "1 lives in the seat, 0.5 in its district, else 0"),
    _info("party_tenure_years", "years", "years in the party on the as-of date", source="aspirants"),
    _info("party_post_level", "level 1-4", "post in the party: block 1, district 2, state 3, national 4",
          source="aspirants"),
    _info("sitting_member", "flag 0/1", "won this seat at its last election or by-election", _RESULT),
    _info("earlier_contests", "count", "earlier elections with this person, at most 10", _RESULT),
    _info("last_own_share", "share 0-1", "share of valid votes at the last assembly contest", _RESULT),
    _info("last_contest_here", "flag 0/1", "the last assembly contest was in this seat", _RESULT),
    _info("won_before", "flag 0/1", "ever won an assembly election or by-election", _RESULT),
    _info("turncoat", "flag 0/1", "the last contest was for another party", _RESULT),
    _info("over_party_before", "share 0-1",
          "mean over earlier assembly contests of own share minus the party's mean share there, shrunk by n/(n+1)",
          _RESULT),
)  # fmt: skip
"""Features of the person, by name."""

_POSTS: Final = {"block": 1.0, "district": 2.0, "state": 3.0, "national": 4.0}
_LEVELS: Final = {level: float(number) for number, level in enumerate(EDUCATION)}
_MOST_CASES: Final = 20.0
_MOST_CONTESTS: Final = 10.0

# One row per person and election (a Lok Sabha nominee stands in several segments), with the share where the person
# stood alone in a seat, and how far it lay above the party's mean over the seats that it contested.
_CONTESTS = """
WITH shares AS (
    SELECT n.election_id, n.seat_id, n.nominee_id, n.person_id, n.party, e.kind, e.result_date,
           n.votes / nullif(sum(n.votes) OVER seat, 0) AS share,
           row_number() OVER (PARTITION BY n.election_id, n.seat_id ORDER BY n.votes DESC NULLS LAST, n.nominee_id) = 1
               AND n.votes > 0 AS won
    FROM nominees n JOIN elections e USING (election_id)
    WHERE n.election_id IN (SELECT election_id FROM past)
    WINDOW seat AS (PARTITION BY n.election_id, n.seat_id)
), levelled AS (
    SELECT *, share - avg(share) OVER (PARTITION BY election_id, party) AS over_party FROM shares
)
SELECT person_id, election_id, kind, result_date,
       arg_max(seat_id, share) AS seat_id, arg_max(party, share) AS party, max(share) AS share,
       bool_or(won AND kind <> 'LS') AS won,
       max(CASE WHEN kind = 'AE' AND party <> 'IND' THEN over_party END) AS over_party
FROM levelled
WHERE person_id IN (SELECT person_id FROM wanted)
GROUP BY person_id, election_id, kind, result_date
ORDER BY person_id, result_date, election_id
"""

_WINNERS = """
SELECT n.election_id, n.seat_id, e.result_date,
       arg_max(n.person_id, struct_pack(votes := n.votes, nominee_id := n.nominee_id)) AS person_id
FROM nominees n JOIN elections e USING (election_id)
WHERE e.kind IN ('AE', 'BYE') AND n.votes > 0 AND n.election_id IN (SELECT election_id FROM past)
GROUP BY ALL
ORDER BY e.result_date, n.election_id, n.seat_id
"""


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the person's features.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    people : DataFrame
        From `khaka.features.people.people`.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `people`; NaN where unknown.
    """
    out = pd.DataFrame(index=people.index)
    sex = people["sex"].astype("object")
    out["sex_female"] = (sex == "F").astype("float64").where(sex.notna())
    out["age_at_poll"] = people["age"]
    out["education_level"] = people["education"].astype("object").map(_LEVELS)
    out["cases_pending"] = people["criminal_cases"].clip(upper=_MOST_CASES)
    out["cases_serious"] = people["serious_cases"].clip(upper=_MOST_CASES)
    out["log_assets"] = np.log10(people["assets_inr"].clip(lower=0) + 1.0)
    since = pd.to_datetime(people["party_since"]).astype("datetime64[us]")
    out["party_tenure_years"] = ((pd.Timestamp(known.as_of) - since).dt.days / DAYS_A_YEAR).clip(lower=0)
    out["party_post_level"] = people["party_post"].astype("object").map(_POSTS)
    history = _history(known, people)
    lives = _same(known, people["residence_seat_id"], people["seat_id"])
    out["lives_in_seat"] = lives
    out["local_roots"] = _local_roots(known, people, lives)
    for column in FEATURES:
        if column in history:
            out[column] = history[column]
    return out[list(FEATURES)].astype("float64")


def _same(known: KnownTables, left: pd.Series, right: pd.Series) -> pd.Series:
    """Return 1 where two seat_ids are one place, 0 where not, NaN where the left one is blank."""
    left = left.astype("object")
    here = pd.Series(np.nan, index=left.index)
    filled = left.notna()
    if filled.any():
        same = known.place(left[filled]).astype("object") == known.place(right[filled]).astype("object")
        here[filled] = same.astype("float64")
    return here


def _history(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return features of earlier contests, in the rows of `people`."""
    past = pd.DataFrame({"election_id": sorted(known.past)}, dtype="str")
    persons = people["person_id"].astype("object")
    wanted = pd.DataFrame({"person_id": sorted(set(persons.dropna()))}, dtype="str")
    contests = known.sql(_CONTESTS, past=past, wanted=wanted)
    last_any = contests.drop_duplicates("person_id", keep="last").set_index("person_id")
    assembly = contests[contests["kind"] != "LS"]
    last = assembly.drop_duplicates("person_id", keep="last").set_index("person_id")
    by_person = contests.groupby("person_id")
    over = contests.groupby("person_id")["over_party"].agg(["sum", "count"])
    out = pd.DataFrame(index=people.index)
    out["earlier_contests"] = persons.map(by_person.size()).fillna(0.0).clip(upper=_MOST_CONTESTS)
    out["last_own_share"] = persons.map(last["share"])
    last_seat = persons.map(last["seat_id"].astype("object"))
    out["last_contest_here"] = _same(known, last_seat, people["seat_id"]).fillna(0.0)
    out["won_before"] = persons.map(by_person["won"].any()).astype("float64").fillna(0.0)
    last_party = persons.map(last_any["party"].astype("object"))
    other = last_party.notna() & (last_party != people["party"].astype("object")) & (last_party != "IND")
    out["turncoat"] = other.astype("float64")
    out["over_party_before"] = persons.map(over["sum"] / (over["count"] + 1.0)).astype("float64").fillna(0.0)
    winners = known.sql(_WINNERS, past=past)
    winners["place"] = known.place(winners["seat_id"]).astype("object")
    holder = winners.drop_duplicates("place", keep="last").set_index("place")["person_id"].astype("object")
    held_by = known.place(people["seat_id"]).astype("object").map(holder)
    out["sitting_member"] = ((held_by == persons) & persons.notna()).astype("float64")
    return out


def _local_roots(known: KnownTables, people: pd.DataFrame, lives: pd.Series) -> pd.Series:
    """Return 1 for a home in the seat, 0.5 in its district, 0 elsewhere, NaN where the residence is unknown.

    Earlier contests are left to `last_contest_here`: one fact, one feature.
    """
    seats = known.frame("seats").drop_duplicates("seat_id").set_index("seat_id")
    districts = (seats.index.to_series().str.slice(0, 3) + ":" + seats["district"]).astype("object")
    home = people["seat_id"].map(districts)
    near = (people["residence_seat_id"].astype("object").map(districts) == home) & home.notna()
    level = pd.Series(np.select([lives == 1.0, near], [1.0, 0.5], 0.0), index=people.index)
    return level.where(people["residence_seat_id"].notna())
