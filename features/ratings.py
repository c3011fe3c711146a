"""Judgements of all aspirants, recorded before the decision: brought to one scale, freed of the rater's severity.

Each rating is brought to 0-1 by its scale (else by the rater's own range). A rater who gives everyone high marks says
nothing by it, so the rater's mean is taken out, shrunk towards the role's mean by n / (n + 5); what an aspirant gets
is the mean over raters, shrunk towards the role's mean by n / (n + 1/2). Raters rate aspirants of many seats or of
one: within a seat the difference to the seat's mean is what counts, so both are features.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables
from khaka.features.registry import FeatureInfo, by_name

ROLES: Final = ("observer", "dcc", "pcc", "survey")
_RATED: Final = "rated_at of the last rating"
_RATER_PRIOR: Final = 5.0
_ASPIRANT_PRIOR: Final = 0.5
_RISK: Final = {"low": 0.0, "medium": 0.5, "high": 1.0}


def _info(name: str, unit: str, doc: str, source: str = "ratings", monotone: int = 0) -> FeatureInfo:
    return FeatureInfo(name, unit, source, "ratings", doc, _RATED, monotone)


_LEVELS: Final = {
    **{f"rating_{role}": f"mean rating by {role}, severity taken out, shrunk" for role in ROLES},
    "rating_all": "mean over the roles that rated, each freed of its own level",
    "rebel_risk": "mean risk of rebellion if refused: low 0, medium 0.5, high 1",
    "survey_share": "share in surveys about aspirants, weighted by precision",
}

FEATURES: Final = by_name(
    *(_info(name, "score 0-1", doc, "surveys" if name == "survey_share" else "ratings")
      for name, doc in _LEVELS.items()),
    *(_info(f"{name}_within", "score -1 to 1", f"{name} minus its mean over the seat's aspirants",
            "surveys" if name == "survey_share" else "ratings")
      for name in _LEVELS),
    _info("rating_count", "count", "ratings of the aspirant, at most 20"),
    _info("rating_disagreement", "score 0-1", "standard deviation over the aspirant's ratings, severity taken out"),
)  # fmt: skip
"""Features of the ratings, by name."""


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the features of the ratings.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known; a rating after the party's decision is not among them.
    people : DataFrame
        From `khaka.features.people.people`.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `people`; NaN for a person whom nobody rated.
    """
    table = _summary(known)
    return table.reindex(people["aspirant_id"].astype("object")).set_axis(people.index)[list(FEATURES)]


def adjusted(ratings: pd.DataFrame) -> pd.DataFrame:
    """Bring ratings to 0-1 and take the rater's severity out.

    Parameters
    ----------
    ratings : DataFrame
        Rows of the table `ratings` of one election.

    Returns
    -------
    DataFrame
        The rows with a usable value, with `score` (0-1 by the scale) and `value` (the score minus the rater's
        severity, still around the role's mean), in the order of the input.
    """
    rows = ratings.dropna(subset=["aspirant_id", "rating"]).copy()
    given = rows["rating"].astype("float64")
    raters = [rows["rater_role"], rows["rater_id"]]
    low, high = rows["scale_min"].astype("float64"), rows["scale_max"].astype("float64")
    ranged = low.notna() & high.notna() & (high > low)
    low = low.where(ranged, given.groupby(raters).transform("min"))
    high = high.where(ranged, given.groupby(raters).transform("max"))
    width = (high - low).where(high > low)
    # A rater without a scale who gave one value only has told nothing: the middle.
    rows["score"] = ((given - low) / width).clip(0.0, 1.0).fillna(0.5)
    by_rater = rows["score"].groupby(raters)
    number = by_rater.transform("count")
    role_mean = rows.groupby("rater_role")["score"].transform(_level)
    severity = (by_rater.transform("mean") - role_mean) * number / (number + _RATER_PRIOR)
    rows["value"] = rows["score"] - severity
    return rows


def _level(scores: pd.Series) -> float:
    """Return the mean of scores to a hundredth; NaN of none.

    No finer: one rating more would move the last digits of everybody's, in all districts.
    """
    return round(float(scores.mean()), 2)


def _summary(known: KnownTables) -> pd.DataFrame:
    """Return the features of every aspirant of the election who was rated or surveyed, by aspirant_id."""
    ratings = known.frame("ratings")
    ratings = ratings[ratings["election_id"] == known.election_id]
    aspirants = known.frame("aspirants")
    aspirants = aspirants[aspirants["election_id"] == known.election_id]
    seat_of = aspirants.drop_duplicates("aspirant_id").set_index("aspirant_id")["seat_id"]
    rows = adjusted(ratings)
    rows = rows.sort_values(["aspirant_id", "rater_role", "rater_id", "rated_at"], kind="stable")
    surveyed = survey_shares(known)
    out = pd.DataFrame(
        index=pd.Index(sorted({*seat_of.index, *rows["aspirant_id"].unique(), *surveyed.index}), dtype="object")
    )
    centred = []
    for role in ROLES:
        of_role = rows[rows["rater_role"] == role]
        means = of_role.groupby("aspirant_id")["value"].agg(["mean", "count"])
        level = _level(of_role["score"])
        shrunk = level + (means["mean"] - level) * means["count"] / (means["count"] + _ASPIRANT_PRIOR)
        out[f"rating_{role}"] = shrunk.reindex(out.index)
        centred.append(out[f"rating_{role}"] - level)
    overall = _level(rows["score"])
    out["rating_all"] = pd.concat(centred, axis=1).mean(axis=1) + overall
    risk = ratings.assign(level=ratings["rebel_risk"].astype("object").map(_RISK).astype("float64"))
    out["rebel_risk"] = risk.sort_values("rater_id").groupby("aspirant_id")["level"].mean().reindex(out.index)
    out["survey_share"] = surveyed.reindex(out.index)
    by_aspirant = rows.groupby("aspirant_id")["value"]
    rated = by_aspirant.count().reindex(out.index)
    out["rating_count"] = rated.clip(upper=20)
    out["rating_disagreement"] = by_aspirant.std().reindex(out.index)
    seats = seat_of.reindex(out.index).astype("object")
    for name in _LEVELS:
        out[f"{name}_within"] = out[name] - out[name].groupby(seats).transform("mean")
    return out.astype("float64")


def survey_shares(known: KnownTables) -> pd.Series:
    """Return each aspirant's share (0-1) in the surveys of the election, weighted by the inverse of the variance."""
    rows = known.frame("surveys")
    rows = rows[(rows["election_id"] == known.election_id) & (rows["subject"] == "aspirant")]
    rows = rows.dropna(subset=["share"]).sort_values(["subject_id", "survey_id"], kind="stable")
    share = rows["share"].astype("float64")
    sample = rows["sample_size"].astype("float64").where(lambda size: size > 0)
    binomial = ((share * (1 - share)).clip(lower=0.01) / sample) ** 0.5
    error = rows["standard_error"].astype("float64").where(lambda size: size > 0).fillna(binomial)
    weight = 1.0 / error.fillna(error.median() if error.notna().any() else 1.0) ** 2
    total = weight.groupby(rows["subject_id"]).sum()
    return ((share * weight).groupby(rows["subject_id"]).sum() / total).astype("float64")
