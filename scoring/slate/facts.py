"""What the rules of a slate ask about: one row per seat and aspirant, with seat, person and score side by side.

What isn't known stays blank here; each rule says what it makes of a blank.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError

KEY: Final = ["election_id", "seat_id", "aspirant_id"]

_SCORES: Final = ("expected_margin", "win_probability", "eligible", "ineligible_reason")
_RANGES: Final = ("margin_low", "margin_high", "margin_low_given_swing", "margin_high_given_swing")
_PERSON: Final = ("person_id", "name", "sex", "birth_date", "community", "category", "family_id", "residence_seat_id")

FURTHER: Final = ("presence", "baseline_margin", "baseline_share", "rival_share", "third_share",
                  "deposit_probability", "second_probability", "expected_share")  # fmt: skip
"""Further figures that an aim or a rule may need: by seat, or by seat and aspirant."""


def facts(
    scores: pd.DataFrame,
    aspirants: pd.DataFrame,
    *,
    seats: pd.DataFrame | None = None,
    seat_elections: pd.DataFrame | None = None,
    nominees: pd.DataFrame | None = None,
    further: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Put scores, persons and seats side by side.

    Parameters
    ----------
    scores : DataFrame
        Of one election, as `khaka.scoring.rank.score` gives them; every row, whether eligible or not.
    aspirants : DataFrame
        Canonical table.
    seats : DataFrame, optional
        Canonical table: district and region.
    seat_elections : DataFrame, optional
        Canonical table: scrutiny_date or poll_date, for the age; allotted_to.
    nominees : DataFrame, optional
        Canonical table, earlier elections: who was a nominee before. Without it nobody is known to be a newcomer.
    further : DataFrame, optional
        Columns of `FURTHER`, keyed by seat_id, or by seat_id and aspirant_id.

    Returns
    -------
    DataFrame
        Sorted by seat_id and aspirant_id, index 0 to n-1: the key, the scores, what the aspirant declared, district,
        region, allotted_to, person (one key a person), age (whole years at scrutiny), newcomer, local (both 1, 0 or
        NaN) and `FURTHER` (NaN where not given).

    Raises
    ------
    KhakaError
        No scores, scores of several elections, a row twice, or a missing column.
    """
    missing = [name for name in (*KEY, *_SCORES[:3]) if name not in scores.columns]
    if missing:
        raise KhakaError(f"the scores have no column {', '.join(missing)}; run khaka score again")
    elections = sorted(scores["election_id"].astype("str").unique())
    if len(elections) != 1:
        raise KhakaError(f"scores of one election are needed, found {', '.join(elections) or 'none'}; run khaka score")
    if scores.duplicated(["seat_id", "aspirant_id"]).any():
        raise KhakaError("an aspirant stands twice in one seat of the scores; run khaka score again")
    election = elections[0]
    out = scores[[*KEY, *[name for name in (*_SCORES, *_RANGES) if name in scores.columns]]]
    out = out.sort_values(["seat_id", "aspirant_id"], kind="stable", ignore_index=True)
    own = aspirants[aspirants["election_id"] == election]
    people = own.drop_duplicates(["seat_id", "aspirant_id"]).set_index(["seat_id", "aspirant_id"])
    keys = pd.MultiIndex.from_frame(out[["seat_id", "aspirant_id"]])
    at = people.index.get_indexer(keys)
    for name in _PERSON:
        out[name] = _take(people[name], at) if name in people.columns else None
    places = seats.drop_duplicates("seat_id").set_index("seat_id") if seats is not None else None
    for name in ("district", "region"):
        out[name] = _of_seat(places, name, out["seat_id"])
    polls = None
    if seat_elections is not None:
        polls = seat_elections[seat_elections["election_id"] == election]
        polls = polls.drop_duplicates("seat_id").set_index("seat_id")
    out["allotted_to"] = _of_seat(polls, "allotted_to", out["seat_id"])
    out["row"] = np.arange(len(out))
    out["person"] = _person(out)
    out["age"] = _age(out, scores, polls)
    home = _of_seat(places, "district", out["residence_seat_id"])
    known = home.notna() & out["district"].notna()
    out["local"] = (home == out["district"]).astype(float).where(known)
    out["newcomer"] = _newcomer(out, nominees, election)
    return _with_further(out, further)


def _take(values: pd.Series, at: np.ndarray) -> np.ndarray:
    out = np.full(len(at), None, dtype=object)
    out[at >= 0] = values.astype(object).where(values.notna(), None).to_numpy(dtype=object)[at[at >= 0]]
    return out


def _of_seat(table: pd.DataFrame | None, name: str, seat: pd.Series) -> pd.Series:
    if table is None or name not in table.columns:
        return pd.Series(None, index=seat.index, dtype=object)
    return pd.Series(_take(table[name], table.index.get_indexer(pd.Index(seat))), index=seat.index, dtype=object)


def _person(out: pd.DataFrame) -> pd.Series:
    """Return one key a person: person_id, else the aspirant_id."""
    named = out["person_id"].notna()
    by_aspirant = out[named].drop_duplicates("aspirant_id").set_index("aspirant_id")["person_id"]
    found = out["person_id"].where(named, out["aspirant_id"].map(by_aspirant))
    return found.where(found.notna(), out["aspirant_id"]).astype(object)


def _age(out: pd.DataFrame, scores: pd.DataFrame, polls: pd.DataFrame | None) -> pd.Series:
    """Return whole years on the day of scrutiny, else of the poll, else the as-of date."""
    born = pd.to_datetime(out["birth_date"])
    day = pd.to_datetime(_of_seat(polls, "scrutiny_date", out["seat_id"]))
    day = day.fillna(pd.to_datetime(_of_seat(polls, "poll_date", out["seat_id"])))
    if "as_of" in scores.columns and len(scores):
        day = day.fillna(pd.Timestamp(scores["as_of"].iloc[0]))
    else:
        day = day.fillna(pd.Timestamp(dt.date(int(str(out["election_id"].iloc[0]).split("-")[1]), 1, 1)))
    before = (day.dt.month * 100 + day.dt.day) < (born.dt.month * 100 + born.dt.day)
    return (day.dt.year - born.dt.year - before.astype(float)).where(born.notna())


def _newcomer(out: pd.DataFrame, nominees: pd.DataFrame | None, election: str) -> pd.Series:
    """Return 1 for persons with a number who never were a nominee before, 0 for the others, NaN where unknown."""
    if nominees is None:
        return pd.Series(np.nan, index=out.index)
    earlier = nominees[nominees["election_id"] != election]
    year = earlier["election_id"].astype("str").str.split("-").str[1]
    before = set(earlier.loc[year <= election.split("-")[1], "person_id"].dropna())
    return (~out["person_id"].isin(before)).astype(float).where(out["person_id"].notna())


def _with_further(out: pd.DataFrame, further: pd.DataFrame | None) -> pd.DataFrame:
    given = [] if further is None else [name for name in FURTHER if name in further.columns]
    for name in (*FURTHER, *_RANGES):
        if name not in given and name not in out.columns:
            out[name] = np.nan
    if further is None or not given:
        return out
    key = ["seat_id", "aspirant_id"] if "aspirant_id" in further.columns else ["seat_id"]
    if further.duplicated(key).any():
        raise KhakaError(f"further figures of the slate stand twice for one {' and '.join(key)}")
    return out.drop(columns=given, errors="ignore").merge(
        further[[*key, *given]], on=key, how="left", validate="many_to_one"
    )
