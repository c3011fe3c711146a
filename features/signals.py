"""Signals of an aspirant's quality in one cycle of the party: judgements, work in the field, declared facts.

Every signal is a difference to the other aspirants of the seat, in standard deviations over the cycle's aspirants:
only such differences decide who is put up, and they come free of scales, of a rater's severity and of the seat.

A judge may see in an aspirant what published aggregates say as well: that the declared community is a large one in the
seat. That is a feature of its own, learned from the nominees of all parties; what a judgement owes to it is taken out,
so that it counts once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from khaka.features.cutoff import KnownTables
from khaka.features.decision import decision_date
from khaka.features.fit import features as fit_features
from khaka.features.kept import kept
from khaka.features.presence import presence_table
from khaka.features.ratings import ROLES, adjusted, survey_shares
from khaka.features.source import Source
from khaka.features.steady import steady_mean, steady_scale

JUDGED: Final = (*ROLES, "poll")
"""Who judges: the roles of the table `ratings`, and the surveys of the table `surveys`."""

FACTS: Final = ("assets", "cases", "post", "tenure", "age", "education", "woman")
"""Declared facts. They serve no score here: a judgement that begins to follow them has changed its meaning."""

_PRESENCE: Final = (
    "presence_booths", "presence_breadth", "presence_recency", "presence_regularity", "presence_people_met",
)  # fmt: skip
_COUNTS: Final = frozenset({"presence_booths", "presence_breadth", "presence_recency"})
_POSTS: Final = {"block": 1.0, "district": 2.0, "state": 3.0, "national": 4.0}
_EDUCATION: Final = (
    "illiterate", "literate", "5th", "8th", "10th", "12th", "graduate", "graduate_professional", "postgraduate",
    "doctorate",
)  # fmt: skip
_RATER_PRIOR: Final = 10.0  # ratings that a rater's own spread must outweigh: a spread of few ratings is mostly chance
_CLIP: Final = 3.5
_PRESENCE_RANGE: Final = (-1.25, 1.0)  # a log inflated tenfold, from bottom to top, must not carry a name far
_LEAD_DAYS: Final = 60
_NOISE: Final = "noise:"
_READ: Final = ("ratings", "surveys", "demographics", "seats", "seat_elections")
"""Tables behind a cycle's signals, beside those behind its field work."""
_FEWEST: Final = 30  # aspirants from which on a slope is fitted


@dataclass(frozen=True)
class Cycle:
    """The signals of one cycle.

    Parameters
    ----------
    election_id : str
        Its election.
    people : DataFrame
        seat_id, person_id by aspirant_id.
    signals : DataFrame
        `JUDGED`, "presence" and `FACTS` by aspirant_id, in standard deviations; NaN where unknown.
    extra_noise : DataFrame
        For each of `JUDGED`, by how much the variance of this aspirant's signal is above the mean one, in squares of
        its standard deviation: one rater says less than three.
    """

    election_id: str
    people: pd.DataFrame
    signals: pd.DataFrame
    extra_noise: pd.DataFrame


_KEPT: WeakKeyDictionary[Source, dict[tuple[str, dt.date], Cycle]] = WeakKeyDictionary()


def cycles(known: KnownTables) -> list[Cycle]:
    """Return the party's cycles up to the one that is scored, which comes last, in order of time.

    A past cycle stands as it stood when its choice was made; later ratings don't enter. Each is worked out once for
    each source of tables.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.

    Returns
    -------
    list of Cycle
        Without those that have no judgement and no activity; empty where the election itself has no aspirants.
    """
    aspirants = known.frame("aspirants")
    if not (aspirants["election_id"] == known.election_id).any():
        return []
    elections = known.frame("elections").set_index("election_id")["result_date"]
    names = [str(name) for name in aspirants["election_id"].unique() if name in known.past]
    names.sort(key=lambda name: (elections.get(name), name))
    worked_out = _KEPT.setdefault(known.source, {})
    beside = known.engine.beside()  # one after the other: each gives it tables of its own
    found = []
    for name in names:
        day = decision_date(known.source, name, lead_days=_LEAD_DAYS)
        if (name, day) not in worked_out:
            past = KnownTables(known.source, as_of=day, election_id=name, engine=beside, tell=known.tell)
            worked_out[name, day] = _cycle(past, past=True)
        found.append(worked_out[name, day])
    here = [cycle for cycle in found if cycle.signals[[*JUDGED, "presence"]].notna().any(axis=None)]
    return [*here, _cycle(known)]


def _cycle(known: KnownTables, *, past: bool = False) -> Cycle:
    rows = known.frame("aspirants")
    rows = rows[rows["election_id"] == known.election_id].drop_duplicates("aspirant_id").set_index("aspirant_id")
    rows.index = rows.index.astype("object")
    if past:
        made = kept(known, "signals", lambda: _table(known, rows), settings=repr(known.presence), also=_READ)
    else:
        made = _table(known, rows)
    noise = [f"{_NOISE}{name}" for name in JUDGED]
    return Cycle(
        known.election_id, rows[["seat_id", "person_id"]].astype("object"), made.drop(columns=noise),
        made[noise].set_axis(list(JUDGED), axis=1),
    )  # fmt: skip


def _table(known: KnownTables, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the signals of a cycle's aspirants, and the extra noise of those that are judgements."""
    raw, noise = _judgements(known, rows.index)
    raw["presence"] = _presence(known, rows.index)
    raw = pd.concat([raw, _facts(known, rows)], axis=1)
    seats = rows["seat_id"].astype("object")
    fit = fit_features(known, rows.reset_index())["community_over_state"].set_axis(rows.index)
    raw[list(JUDGED)] = freed(raw[list(JUDGED)], fit, seats)
    signals = within_seat(raw, seats)
    signals["presence"] = signals["presence"].clip(*_PRESENCE_RANGE)
    return pd.concat([signals, noise.add_prefix(_NOISE)], axis=1)


def within_seat(values: pd.DataFrame, seats: pd.Series) -> pd.DataFrame:
    """Return differences to the seat's mean in (steady) standard deviations over all rows; NaN where unknown.

    A column without any difference inside a seat stays 0.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1.0, 3.0, 10.0, 12.0]})
    >>> within_seat(frame, pd.Series(["a", "a", "b", "b"]))["x"].tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """
    inner = values - values.groupby(seats.to_numpy()).transform("mean")
    spread = np.sqrt((inner**2).mean())
    steady = [steady_scale(s, n) if s > 1e-9 else 1.0 for s, n in zip(spread, inner.count(), strict=True)]
    standard: pd.DataFrame = (inner / pd.Series(steady, index=spread.index)).clip(-_CLIP, _CLIP)
    return standard


def freed(values: pd.DataFrame, cause: pd.Series, seats: pd.Series) -> pd.DataFrame:
    """Take out of each column what follows a cause inside the seats.

    Parameters
    ----------
    values : DataFrame
        Judgements by aspirant.
    cause, seats : Series
        Of the same aspirants; NaN where unknown, which takes nothing out.

    Returns
    -------
    DataFrame
        Less the slope times the difference of the cause to its mean in the seat. The slope is shrunk by 1 - 1/t^2, t
        being how many standard errors it lies from 0, so one that is mostly chance takes nothing out.

    Examples
    --------
    >>> share = pd.Series([0.1, 0.3, 0.2, 0.6] * 20)
    >>> seats = pd.Series([i // 2 for i in range(80)])
    >>> freed(pd.DataFrame({"x": 10 * share}), share, seats)["x"].head(4).round(1).tolist()
    [2.0, 2.0, 4.0, 4.0]
    """
    by = seats.to_numpy()
    moved = cause - cause.groupby(by).transform("mean")
    out = values.copy()
    for name in values:
        own = values[name] - values[name].groupby(by).transform("mean")
        both = own.notna() & moved.notna()
        x, y = moved[both].to_numpy(), own[both].to_numpy()
        strength, number = float(x @ x), len(x)
        if number < _FEWEST or strength < 1e-12:
            continue
        slope = float(x @ y) / strength
        error = float(np.sum((y - slope * x) ** 2)) / (number - 1) / strength
        slope *= max(0.0, 1.0 - error / slope**2) if abs(slope) > 1e-12 else 0.0
        slope = steady_mean(slope, steady_scale(float(np.sqrt(y @ y / strength)), number), number)
        out[name] = values[name] - slope * moved.fillna(0.0)
    return out


def _judgements(known: KnownTables, people: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each role's mean judgement, raters brought to one level and one spread, and its extra noise."""
    ratings = known.frame("ratings")
    rows = adjusted(ratings[ratings["election_id"] == known.election_id])
    rows = rows.sort_values(["aspirant_id", "rater_role", "rater_id", "rated_at"], kind="stable")
    value = rows["value"] - _steady_means(rows["value"], rows["rater_role"])
    squares = value**2
    raters = [rows["rater_role"], rows["rater_id"]]
    role = squares.groupby(rows["rater_role"]).transform(_steady_square)
    own, number = squares.groupby(raters).transform("sum"), squares.groupby(raters).transform("count")
    rows["value"] = value / np.sqrt(((own + _RATER_PRIOR * role) / (number + _RATER_PRIOR)).clip(lower=1e-9))
    means, noise = pd.DataFrame(index=people), pd.DataFrame(0.0, index=people, columns=list(JUDGED))
    for name in ROLES:
        group = rows[rows["rater_role"] == name].groupby("aspirant_id")["value"]
        table = group.agg(["mean", "count", "var"]).reindex(people)
        means[name] = table["mean"]
        several = table["count"] >= 2
        spread, rated = table["mean"].var(), int(table["mean"].count())
        if several.sum() >= 10 and spread > 1e-9:
            degrees = (table["count"] - 1)[several]
            single = float((table["var"][several] * degrees).sum() / degrees.sum()) / float(spread)
            single = steady_scale(single**0.5, rated) ** 2
            inverse = 1.0 / table["count"]
            usual = steady_mean(float(inverse.mean()), steady_scale(float(inverse.std()), rated), rated)
            noise[name] = (single * (inverse - usual)).fillna(0.0)
    shares = survey_shares(known).reindex(people)
    means["poll"] = np.log(shares.clip(lower=0.005))
    return means.astype("float64"), noise.astype("float64")


def _steady_means(values: pd.Series, groups: pd.Series) -> pd.Series:
    """Return the mean of each row's group, to one standard error."""

    def one(own: pd.Series) -> float:
        return steady_mean(float(own.mean()), steady_scale(float(own.std(ddof=0)), len(own)), len(own))

    means: pd.Series = values.groupby(groups).transform(one)
    return means


def _steady_square(squares: pd.Series) -> float:
    """Return the mean of squares of deviations, its root to one standard error."""
    return steady_scale(float(squares.mean()) ** 0.5, len(squares)) ** 2


def _presence(known: KnownTables, people: pd.Index) -> pd.Series:
    """Return one measure of verified work: the mean of its standardised parts."""
    table = presence_table(known).reindex(people)
    parts = []
    for name in _PRESENCE:
        part = np.log1p(20.0 * table[name]) if name in _COUNTS else table[name]
        number = int(part.count())
        spread = steady_scale(part.std(), number)
        middle = steady_mean(part.mean(), spread, number)
        parts.append((part - middle) / (spread if spread > 1e-9 else 1.0))
    mean: pd.Series = pd.concat(parts, axis=1).mean(axis=1).astype("float64")
    return mean


def _facts(known: KnownTables, rows: pd.DataFrame) -> pd.DataFrame:
    levels = {level: float(number) for number, level in enumerate(_EDUCATION)}
    day = pd.Timestamp(known.as_of)
    out = pd.DataFrame(index=rows.index)
    out["assets"] = np.log10(rows["assets_inr"].astype("float64").clip(lower=0) + 1.0)
    out["cases"] = np.log1p(rows["criminal_cases"].astype("float64").clip(lower=0))
    post = rows["party_post"].astype("object")
    out["post"] = post.map(_POSTS).astype("float64").fillna(0.0)  # no post is told by a blank
    for name, column in (("tenure", "party_since"), ("age", "birth_date")):
        out[name] = (day - pd.to_datetime(rows[column]).astype("datetime64[us]")).dt.days.astype("float64")
    out["tenure"] = np.log1p(out["tenure"].clip(lower=0))
    out["education"] = rows["education"].astype("object").map(levels).astype("float64")
    sex = rows["sex"].astype("object")
    out["woman"] = (sex == "F").astype("float64").where(sex.notna())
    return out[list(FACTS)]
