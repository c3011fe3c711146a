"""The feature table of a forecast: one row per nominee of one assembly election."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from khaka.features.contest import CONTEST_FEATURES, bloc_weights, contest_features
from khaka.features.party_history import PARTY_FEATURES, party_history_features
from khaka.features.person_history import PERSON_FEATURES, person_features
from khaka.features.poll_maps import Known, read_polls
from khaka.features.registry import FeatureInfo, by_name

ID_COLUMNS: Final = ("election_id", "seat_id", "nominee_id", "party", "person_id")
"""Columns that say which row it is; all others are features."""

_STATIC: Final = by_name(
    FeatureInfo("woman", "flag 0/1", "nominees", "person", "the nominee is a woman", "nomination"),
    FeatureInfo("reserved_sc", "flag 0/1", "seat_elections", "contest", "seat for Scheduled Castes", "notification"),
    FeatureInfo("reserved_st", "flag 0/1", "seat_elections", "contest", "seat for Scheduled Tribes", "notification"),
)

FEATURES: Final[dict[str, FeatureInfo]] = {**PARTY_FEATURES, **CONTEST_FEATURES, **PERSON_FEATURES, **_STATIC}
"""All features of `nominee_features`, by name."""


def nominee_features(known: Known, election_id: str) -> pd.DataFrame:
    """Return the features of every nominee of an assembly election, as known on a day.

    Parameters
    ----------
    known : Known
        The tables as they were on its `as_of`; the target's own list of nominees is in them without votes.
    election_id : str
        The election to forecast.

    Returns
    -------
    pd.DataFrame
        Sorted by seat_id and nominee_id: `ID_COLUMNS`, geography (district, region), and float features, NaN where
        unknown. The same whatever the order of the input's rows.
    """
    contest, assemblies, parliaments, past = read_polls(known, election_id)
    weights = bloc_weights(contest.contested)
    rows = contest.nominees
    ids = rows[list(ID_COLUMNS)].reset_index(drop=True)
    place = contest.seats.iloc[contest.row_seat].reset_index(drop=True)
    geography = pd.DataFrame({"district": place["district"], "region": place["region"], "seat_no": place["seat_no"]})
    parts = [
        party_history_features(contest, assemblies, parliaments, weights),
        contest_features(contest, weights),
        person_features(contest, past).reset_index(drop=True),
    ]
    table = pd.concat([ids, geography, *parts], axis=1)
    women = rows["sex"].astype("object").eq("F").to_numpy() if "sex" in rows else np.zeros(len(rows), dtype=bool)
    table["woman"] = women.astype(float)
    seat_elections = known.frame("seat_elections").drop_duplicates(["election_id", "seat_id"])
    own = seat_elections[seat_elections["election_id"] == election_id].set_index("seat_id")
    kind = table["seat_id"].map(own["reservation"]) if "reservation" in own else pd.Series(None, index=table.index)
    table["reserved_sc"] = (kind == "SC").astype(float)
    table["reserved_st"] = (kind == "ST").astype(float)
    return table
