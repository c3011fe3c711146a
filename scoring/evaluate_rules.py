"""Simple rules that a ranking must beat: loudest log, sitting member first, the party's points, the raters' means.

Each rule gives a score per aspirant, higher is better; equal scores are a tie, judged at its expected value.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.schema import EDUCATION

#: Weight of the survey beside the observer in the untrained mean of both.
SURVEY_WEIGHT: Final = 0.8


@dataclass(frozen=True)
class Points:
    """A party's points formula; `points.toml` explains each criterion."""

    per_year_in_party: float
    max_years: float
    per_education_level: float
    sitting_member: float
    earlier_nominee: float
    lives_in_seat: float
    per_criminal_case: float
    max_case_points: float
    dcc_rating: float
    pcc_rating: float
    activity: float
    post: Mapping[str, float]


def load_points(path: Path | None = None) -> Points:
    """Read a points formula.

    Parameters
    ----------
    path : Path or None
        A TOML file like the shipped `points.toml`, which is the default.

    Returns
    -------
    Points
        The weights.

    Raises
    ------
    KhakaError
        If the file is no TOML, or lacks or adds a criterion.

    Examples
    --------
    >>> load_points().sitting_member
    10.0
    """
    source = resources.files("khaka.scoring").joinpath("points.toml") if path is None else path
    try:
        values = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KhakaError(f"cannot read the points formula {path}: {error}") from error
    wrong = set(values) ^ set(Points.__dataclass_fields__)
    if wrong:
        raise KhakaError(f"the points formula {path} lacks or adds: {', '.join(sorted(wrong))}")
    return Points(**values)


def _history(tables: Mapping[str, pd.DataFrame], election_id: str) -> pd.DataFrame:
    """Return person, seat and victory of the nominees of the last assembly poll before this one."""
    nominees = tables.get("nominees")
    if nominees is None:
        return pd.DataFrame({"seat_id": [], "person_id": [], "won": []})
    counted = nominees[nominees["votes"].notna() & nominees["election_id"].str.endswith("-AE")]
    year = counted["election_id"].str[4:8].astype(int)
    before = counted[year < int(election_id[4:8])]
    last = before[before["election_id"] == before["election_id"].max()]
    won = last["votes"] == last.groupby("seat_id")["votes"].transform("max")
    return pd.DataFrame(last.assign(won=won)[["seat_id", "person_id", "won"]].dropna(subset=["person_id"]))


def _mean_rating(tables: Mapping[str, pd.DataFrame], role: str, ids: pd.Series) -> pd.Series:
    """Return the mean rating on a scale of 0 to 1; the mean of all where an aspirant has none."""
    ratings = tables.get("ratings")
    if ratings is None or ratings.empty:
        return pd.Series(0.5, index=ids.index)
    mine = ratings[ratings["rater_role"] == role]
    unit = (mine["rating"] - mine["scale_min"]) / (mine["scale_max"] - mine["scale_min"])
    values = ids.map(unit.groupby(mine["aspirant_id"]).mean()).astype(float)
    return values.fillna(values.mean() if values.notna().any() else 0.5)


def recorded_oracle(
    truth: pd.DataFrame, features: pd.DataFrame, *, penalty: float = 10.0, folds: int = 10
) -> pd.Series:
    """Rank by the best linear use of what was recorded, learned from the truth itself in other seats.

    Ridge regression of the true margin on the features, both less their seat's mean; each tenth of the seats is
    ranked by coefficients from the rest. No honest model can learn from this truth: it shows how much of the full
    oracle's gain the records hold.

    Parameters
    ----------
    truth : pandas.DataFrame
        Seat, aspirant and true margin.
    features : pandas.DataFrame
        `aspirant_id` and numeric columns, other kinds are left out; a blank is taken as the mean.
    penalty : float
        Ridge penalty on standardised features.
    folds : int
        Parts of the seats, at most one a seat.

    Returns
    -------
    pandas.Series
        Score on the index of `truth`, in points within the seat, higher is better.

    Raises
    ------
    KhakaError
        If no numeric feature is there, or aspirants of the truth have none.
    """
    known = features.drop_duplicates("aspirant_id").set_index("aspirant_id")
    absent = truth.loc[~truth["aspirant_id"].isin(known.index), "aspirant_id"]
    if len(absent):
        raise KhakaError(f"{len(absent)} aspirants of the truth have no features, such as {absent.iloc[0]}")
    numeric = known.loc[truth["aspirant_id"]].select_dtypes(include=["number", "bool", "boolean"]).astype(float)
    numeric = numeric.set_axis(truth.index)
    within = (numeric.fillna(numeric.mean()).fillna(0.0)).groupby(truth["seat_id"]).transform(lambda x: x - x.mean())
    within = within.loc[:, within.std() > 0]
    if within.shape[1] == 0:
        raise KhakaError("no numeric feature differs between the aspirants of a seat")
    x = (within / within.std()).to_numpy()
    y = (truth["true_margin"] - truth.groupby("seat_id")["true_margin"].transform("mean")).to_numpy()
    part = pd.factorize(truth["seat_id"], sort=True)[0] % folds
    result = np.zeros(len(truth))
    for fold in range(folds):
        train, test = part != fold, part == fold
        gram = x[train].T @ x[train] + penalty * np.eye(x.shape[1])
        result[test] = x[test] @ np.linalg.solve(gram, x[train].T @ y[train])
    return pd.Series(result, index=truth.index)


def rule_scores(
    truth: pd.DataFrame, tables: Mapping[str, pd.DataFrame], *, points: Points | None = None
) -> dict[str, pd.Series]:
    """Score the aspirants of a made-up state by each simple rule.

    Parameters
    ----------
    truth : pandas.DataFrame
        Only election, seat and aspirant ids are used.
    tables : mapping of str to pandas.DataFrame
        Canonical tables: `aspirants`, and where present `activity`, `ratings`, `nominees`.
    points : Points or None
        The party's formula; by default the shipped one.

    Returns
    -------
    dict of str to pandas.Series
        Name of the rule to scores on the index of `truth`, higher is better.

    Raises
    ------
    KhakaError
        If `aspirants` is missing or lacks aspirants of the truth.
    """
    weights = points or load_points()
    ids = truth["aspirant_id"]
    aspirants = tables.get("aspirants")
    if aspirants is None:
        raise KhakaError("the simple rules need the table aspirants of the made-up state")
    known = aspirants.drop_duplicates("aspirant_id").set_index("aspirant_id")
    missing = ids[~ids.isin(known.index)]
    if len(missing):
        raise KhakaError(f"{len(missing)} aspirants of the truth are not in the table aspirants: {missing.iloc[0]} ...")
    rows = known.loc[ids].set_axis(truth.index)
    election_id = str(truth["election_id"].iloc[0])
    activity = tables.get("activity")
    count = activity.groupby("aspirant_id").size() if activity is not None else pd.Series(dtype=float)
    events = ids.map(count).fillna(0).astype(float)
    history = _history(tables, election_id)
    person = truth["seat_id"] + "|" + rows["person_id"].fillna("?").astype(str)
    keys = history["seat_id"] + "|" + history["person_id"].astype(str)
    earlier, sitting = person.isin(keys), person.isin(keys[history["won"].astype(bool)])
    observer, survey = _mean_rating(tables, "observer", ids), _mean_rating(tables, "survey", ids)
    poll_year = pd.Timestamp(int(election_id[4:8]), 1, 1)
    years = (poll_year - pd.to_datetime(rows["party_since"])).dt.days / 365.25
    level = rows["education"].map({name: i for i, name in enumerate(EDUCATION)}).astype(float)
    cases = rows["criminal_cases"].astype(float).fillna(0)
    loud = events.groupby(truth["seat_id"]).rank(pct=True)
    total = (
        weights.per_year_in_party * years.fillna(0).clip(0, weights.max_years)
        + weights.per_education_level * level.fillna(0)
        + weights.sitting_member * sitting
        + weights.earlier_nominee * earlier
        + weights.lives_in_seat * (rows["residence_seat_id"] == truth["seat_id"])
        + (weights.per_criminal_case * cases).clip(lower=weights.max_case_points)
        + weights.dcc_rating * _mean_rating(tables, "dcc", ids)
        + weights.pcc_rating * _mean_rating(tables, "pcc", ids)
        + weights.activity * loud
        + rows["party_post"].map(dict(weights.post)).astype(float).fillna(0)
    )

    def unit(values: pd.Series) -> pd.Series:
        spread = float(np.std(values))
        return (values - values.mean()) / (spread if spread > 0 else 1.0)

    return {
        "loudest_activity": events,
        "incumbent_first": sitting.astype(float),
        "points_formula": total.astype(float),
        "observer_rating": observer,
        "observer_and_survey": unit(observer) + SURVEY_WEIGHT * unit(survey),
    }
