"""What speaks for a model on elections that it had not seen: error beside ridge and baseline, and how ranges held.

Each of the newest elections is predicted by a layer that was fitted on earlier ones alone, beside the seat's baseline
without any person and beside a plain ridge regression (one penalty, no priors, no beliefs). Errors are in points of
margin, each party's own mean error in an election taken out: nobody can learn a swing from seats. Coverage is counted
election by election, with the spread that the other elections give.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from khaka.data.settings import ModelSettings
from khaka.training.candidate import BASELINE, CandidateModel
from khaka.training.corpus import Corpus
from khaka.training.examples import Examples, fit_shares
from khaka.training.metrics import forecast_figures
from khaka.training.prior_ridge import Floats
from khaka.training.rules import rule_shares
from khaka.training.uncertainty import estimate_spread, half_width

FILE: Final = "evidence.json"
NEWEST: Final = 4
"""Elections that are predicted in turn."""

SHARE_RULES: Final = ("previous_share", "last_parliament")
"""Rules that name a share; who holds the seat is none."""

_LEARN_FROM: Final = 3  # elections from which on an election is predicted, where there are enough
_CLIP: Final = 3.0  # standard deviations, as in the candidate layer
_FEWEST: Final = 20  # past nominees below which nothing is fitted


def out_of_time(
    examples: Examples, order: Sequence[str], make: Callable[[], CandidateModel], *, newest: int = NEWEST
) -> list[dict[str, Any]]:
    """Predict the newest elections one by one from earlier ones.

    Parameters
    ----------
    examples : Examples
        All past nominees.
    order : sequence of str
        Elections in order of time.
    make : callable
        Makes the model's candidate layer, unfitted.
    newest : int
        How many elections.

    Returns
    -------
    list of dict
        election_id, nominees, learned_from, and the mean absolute error of model, ridge and baseline in points.
    """
    there = [name for name in order if (examples.election == name).any()]
    rows: list[dict[str, Any]] = []
    for name in there[-newest:]:
        earlier = there[: there.index(name)]
        old, new = examples.where(np.isin(examples.election, earlier)), examples.where(examples.election == name)
        if len(old.margin) < _FEWEST or len(new.margin) < 2:
            continue
        baseline = new.X[BASELINE].to_numpy(dtype=float)
        model = make().fit(old.X, old.margin, groups=old.group, elections=old.election)
        said = {
            "model": model.predict(new.X) - baseline, "ridge": plain_ridge_points(old, new) - baseline,
            "baseline": np.zeros(len(baseline)),
        }  # fmt: skip
        left = new.margin - baseline
        errors = {who: float(np.abs(_freed(left - value, new.group)).mean()) for who, value in said.items()}
        rows.append({"election_id": name, "nominees": len(left), "learned_from": len(earlier), **errors})
    return rows


def held(residual: Floats, examples: Examples, order: Sequence[str]) -> list[dict[str, Any]]:
    """Count, election by election, which part of the nominees' margins 90% ranges of the others' spread hold.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Margin minus expected margin of a layer that had not seen the election, in points.
    examples : Examples
        The n nominees.
    order : sequence of str
        Elections in order of time.

    Returns
    -------
    list of dict
        election_id, nominees, in_range (swing drawn) and given_swing (the party's mean error known), 0 to 1.
    """
    rows: list[dict[str, Any]] = []
    for name in order:
        here = examples.election == name
        if not here.any() or here.all():
            continue
        margin = examples.X[BASELINE].to_numpy(dtype=float)
        spread = estimate_spread(
            residual[~here], examples.group[~here], examples.district[~here], margin[~here],
            elections=examples.election[~here],
        )  # fmt: skip
        own = residual[here]
        free = _freed(own, examples.group[here])
        rows.append(
            {
                "election_id": name,
                "nominees": int(here.sum()),
                "in_range": float((np.abs(own) <= half_width(spread, margin[here], swing=True)).mean()),
                "given_swing": float((np.abs(free) <= half_width(spread, margin[here], swing=False)).mean()),
            }
        )
    return rows


def share_errors(
    corpus: Corpus,
    settings: ModelSettings,
    *,
    as_of: str,
    newest: int,
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Predict the shares of the newest elections from earlier ones, beside simple rules and the ridge alone.

    Parameters
    ----------
    corpus : Corpus
        Past elections.
    settings : ModelSettings
        Seed and threads.
    as_of : str
        Results up to this day count, as 2027-01-31.
    newest : int
        How many elections.
    progress : callable, optional
        Told each election.

    Returns
    -------
    list of dict
        election_id, learned_from, and the swing-free error in points of share of `model`, `ridge` and each rule of
        `SHARE_RULES`.
    """
    names = corpus.past(dt.date.fromisoformat(as_of))
    # with one election to learn from nothing is learned; where there are few, one has to do
    first = _LEARN_FROM if len(names) >= _LEARN_FROM + 2 else 1
    rows = []
    for name in names[first:][-newest:]:
        election = corpus.election(name)
        past = corpus.until(election.as_of)
        model = fit_shares(past, settings, with_noise=False, with_blind=False)
        said = {"model": model.predict(election.rows)["expected_share"].to_numpy(dtype=float)}
        weight = model.tree_weight
        said["ridge"] = model.set_params(tree_weight=0.0).predict(election.rows)["expected_share"].to_numpy(dtype=float)
        model.set_params(tree_weight=weight)
        said |= {rule: rule_shares(election.rows, rule).to_numpy(dtype=float) for rule in SHARE_RULES}
        keys = election.rows[["seat_id", "party"]]
        votes = pd.Series(election.shares).fillna(0.0).to_numpy()
        errors = {
            who: forecast_figures(keys.assign(votes=votes, expected_share=shares)).error_given_swing
            for who, shares in said.items()
        }
        rows.append({"election_id": name, "learned_from": len(past), **errors})
        if progress is not None:
            progress(f"shares of {name}")
    return rows


def plain_ridge_points(old: Examples, new: Examples) -> Floats:
    """Return the expected margins of a plain ridge, fitted on margins and features freed of each party's mean.

    Parameters
    ----------
    old, new : Examples
        To learn from, and to predict.

    Returns
    -------
    ndarray, shape (n,)
        Points; comparable within a party's nominees of one election.
    """
    from sklearn.linear_model import RidgeCV

    centred = [_centred(part.X, part.group) for part in (old, new)]
    spread = centred[0].std(ddof=0)
    used = spread.index[spread > 0]
    before, now = ((part[used] / spread[used]).clip(-_CLIP, _CLIP).fillna(0.0).to_numpy() for part in centred)
    ridge = RidgeCV(alphas=np.logspace(0, 4, 17)).fit(before, _freed(old.margin, old.group))
    return np.asarray(ridge.predict(now), dtype=np.float64)


def _centred(X: pd.DataFrame, group: Any) -> pd.DataFrame:
    centred: pd.DataFrame = X - X.groupby(np.asarray(group)).transform("mean")
    return centred


def _freed(values: Floats, group: Any) -> Floats:
    """Return values without the mean of each party in each election."""
    means = pd.Series(values).groupby(np.asarray(group)).transform("mean").to_numpy()
    return np.asarray(values - means, dtype=np.float64)
