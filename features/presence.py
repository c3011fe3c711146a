"""Presence in the field: which booths an aspirant really reached, from verified events only.

Loudness must not help: copies are one event, a booth counts once however often it is visited, people met are capped,
and the number of records is no feature. Which event is verified, and why another is not, is the ledger's matter
(`khaka.features.ledger`); the query over it is `presence.sql`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Final
from weakref import WeakKeyDictionary

import pandas as pd

from khaka.data.presence_settings import PresenceSettings
from khaka.features.ahead import one_at_a_time, waited_for
from khaka.features.booth_list import booth_list
from khaka.features.cutoff import KnownTables
from khaka.features.kept import kept
from khaka.features.ledger import judged_sql, ledger_sql, parameters, with_thresholds
from khaka.features.polls import poll_votes, share_votes
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
    _info("presence_reach", "share 0-1",
          "distance between the farthest ends of the booths reached, over that of the seat's"),
    _info("presence_parts", "share 0-1",
          "share of the seat's nine parts with a booth reached: the rest is never visited"),
    _info("presence_within", "share 0-1", "presence_booths minus its mean over the seat's aspirants"),
    _info("verified_share", "share 0-1", "share of claimed booth-days with a verified event"),
)  # fmt: skip
"""Features of presence, by name."""


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
    table = _summary(known, _party(people))
    wanted = table.reindex(people["aspirant_id"].astype("object")).set_axis(people.index)
    return wanted[list(FEATURES)].astype("float64")


def ahead(known: KnownTables, people: pd.DataFrame) -> Callable[[KnownTables], tuple[str, pd.DataFrame]] | None:
    """Return the long part of `features`, to be begun before its turn; None where it is no long work."""
    party = _party(people)
    if known.cache is None or not party:
        return None
    votes = poll_votes(known)  # asked for by other families too

    def work(beside: KnownTables) -> tuple[str, pd.DataFrame]:
        share_votes(beside, votes)
        return party, _summary(beside, party)

    return work


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


#: What was made last of each set of tables, and for whose weaker booths: the election that is scored is asked twice.
_MADE: Final[WeakKeyDictionary[KnownTables, tuple[str, pd.DataFrame]]] = WeakKeyDictionary()


def _summary(known: KnownTables, party: str) -> pd.DataFrame:
    """Return the features of all aspirants of the election, indexed by aspirant_id."""
    _MADE.update({known: made} if (made := waited_for(known)) else {})
    whose, table = _MADE.get(known, ("", None))
    if table is None or (party and whose != party):
        table = kept(known, "presence", lambda: _make(known, party), settings=f"{party} {known.presence!r}")
        _MADE[known] = (party, table)
        whose = party
    # only the weaker booths are a party's
    return table if whose == party else table.assign(presence_weak_booths=float("nan"))


def _party(people: pd.DataFrame) -> str:
    ours = people.loc[people["aspirant_id"].notna(), "party"]
    return str(ours.iloc[0]) if len(ours) else ""


def _make(known: KnownTables, party: str) -> pd.DataFrame:
    if not known.has("activity"):
        return pd.DataFrame(
            columns=list(FEATURES), index=pd.Index([], dtype="object", name="aspirant_id"), dtype="float64"
        )
    known.tell(f"field work of {known.election_id}")
    query, listed = presence_sql(known.presence, judged_sql(known)), booth_list(known, party)
    with one_at_a_time:
        table = known.sql(query, parameters=parameters(known), booth_list=listed).set_index("aspirant_id")
    table.index = table.index.astype("object")
    mean = table.groupby("seat_id")["presence_booths"].transform("mean")
    table["presence_within"] = table["presence_booths"] - mean
    return table[list(FEATURES)].astype("float64")


def presence_sql(settings: PresenceSettings, ledger: str = "") -> str:
    """Return the whole query of the features, thresholds put in.

    Parameters
    ----------
    settings : PresenceSettings
        The thresholds.
    ledger : str
        Query on the judged events; the ledger's own by default.

    Returns
    -------
    str
        DuckDB SQL over the canonical tables, `parameters` and `booth_list`.
    """
    text = files("khaka.features").joinpath("presence.sql").read_text(encoding="utf-8")
    return with_thresholds(text, settings).replace("/* ledger */", ledger or ledger_sql(settings))
