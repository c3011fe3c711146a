"""Contenders for the candidate layer, compared on elections held out in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.settings import ModelSettings
from khaka.features.quality import PARTS
from khaka.features.registry import FeatureInfo
from khaka.training.candidate import BASELINE, Belief, CandidateModel
from khaka.training.examples import Examples, Strings
from khaka.training.prior_ridge import Floats
from khaka.training.ranker import RankModel, strata

_CLEAR_GAIN: Final = 0.01
_COLUMNS: Final = ["contender", "mean_absolute_error", "rank_correlation", "minus_ridge", "standard_error"]
QUALITY: Final = "quality"
"""Name of the one coefficient of all parts of the guessed quality."""

BELIEFS: Final[tuple[Belief, ...]] = (
    (0.7, {QUALITY: (3.5, 1.0), "presence_relative": (0.0, 0.3)}),
    (0.3, {QUALITY: (0.5, 0.5), "presence_relative": (1.2, 0.7)}),
)
"""What a standard deviation of guessed quality is worth, in points of margin, and verified work beside it.

Inside a seat aspirants lie 3 to 5 points apart. Either the judgements tell of that, and work has had its say in the
guess; or those who judge follow something else, and work in the field is the better witness. Results decide.
"""

LEAST_JUDGED: Final = 60
"""Past nominees with a guessed quality from which on the guess takes the place of single ratings."""

_SINGLE: Final = ("rating_", "rebel_risk", "survey_share", "presence_")
_NARROW: Final = frozenset({"person", "fit"})


def guessed(examples: Examples) -> Examples:
    """Return the examples with the judgements in the form that can be learned from.

    With enough nominees of cycles that the party recorded, the guessed quality replaces single ratings and single
    measures of presence: one coefficient instead of thirty. Otherwise it is left out, and single ratings count by the
    party's own weights.

    Parameters
    ----------
    examples : Examples
        With all features.

    Returns
    -------
    Examples
        With fewer.
    """
    names = list(examples.X.columns)
    parts = [name for name in PARTS if name in names]
    learnable = bool(parts) and int(examples.X[parts].notna().any(axis=1).sum()) >= LEAST_JUDGED
    own = {*PARTS, "presence_relative"}
    dropped = {name for name in names if name.startswith(_SINGLE) and name not in own} if learnable else own
    kept = [name for name in names if name not in dropped]
    infos = {name: info for name, info in examples.infos.items() if name not in dropped}
    return replace(examples, X=examples.X[kept], infos=infos)


def makers(
    infos: Mapping[str, FeatureInfo], settings: ModelSettings, weights: Mapping[str, float]
) -> dict[str, Callable[[], CandidateModel]]:
    """Return what makes each contender, unfitted, by name.

    Parameters
    ----------
    infos : mapping of str to FeatureInfo
        Features that there are.
    settings : ModelSettings
        Seed and threads.
    weights : mapping of str to float
        The party's own weights; those of features that aren't there are left out.

    Returns
    -------
    dict of str to callable
        "ridge" and "lightgbm".
    """
    known = {name: value for name, value in weights.items() if name in infos}
    monotone = {name: info.monotone for name, info in infos.items() if info.monotone}

    parts = [name for name in PARTS if name in infos]
    narrow = {name: info.family for name, info in infos.items() if info.family in _NARROW} if parts else {}

    def make(trees: bool) -> Callable[[], CandidateModel]:
        return lambda: CandidateModel(
            trees=trees, weights=known, ties={QUALITY: parts} if parts else None, beliefs=BELIEFS if parts else None,
            narrow=narrow, monotone=monotone, seed=settings.seed, threads=settings.threads,
        )  # fmt: skip

    return {"ridge": make(False), "lightgbm": make(True)}


def compare(
    examples: Examples, held: list[str], contenders: Mapping[str, Callable[[], CandidateModel]], settings: ModelSettings
) -> pd.DataFrame:
    """Compare contenders on elections held out in time.

    Parameters
    ----------
    examples : Examples
        All past nominees.
    held : list of str
        The newest elections.
    contenders : mapping of str to callable
        Each makes an unfitted candidate layer.
    settings : ModelSettings
        For the ranker.

    Returns
    -------
    DataFrame
        contender, mean_absolute_error (points, each party's own mean error in an election taken out),
        rank_correlation (Spearman's with the margin left over the baseline, within election and stratum),
        minus_ridge and standard_error (difference of the errors from ridge's, over parties and elections).
    """
    out = np.isin(examples.election, held)
    if not held or out.all() or not out.any():
        return pd.DataFrame({name: [] for name in _COLUMNS})
    old, new = examples.where(~out), examples.where(out)
    baseline = new.X[BASELINE].to_numpy()
    left = new.margin - baseline
    free = _freed(left, new.group)
    group = np.char.add(new.election + ":", strata(baseline, new.election).astype(int).astype(str))
    added = {"baseline": np.zeros(len(left))}
    for name, make in contenders.items():
        model = make().fit(old.X, old.margin, groups=old.group, elections=old.election)
        added[name] = model.predict(new.X) - baseline
    past_left = old.margin - old.X[BASELINE].to_numpy()
    past_free = _freed(past_left, old.group)
    past_group = np.char.add(
        old.election + ":", strata(old.X[BASELINE].to_numpy(), old.election).astype(int).astype(str)
    )
    ranker = RankModel(seed=settings.seed, threads=settings.threads).fit(old.X, past_free, groups=past_group)
    errors = {name: np.abs(_freed(left - value, new.group)) for name, value in added.items()}
    added["lambdarank"] = ranker.predict(new.X)
    rows = []
    for name, value in added.items():
        gap, spread = _gap(errors.get(name), errors["ridge"], new.group)
        error = float(errors[name].mean()) if name in errors else np.nan
        rows.append((name, error, _rank_correlation(value, free, group), gap, spread))
    return pd.DataFrame(rows, columns=_COLUMNS)


def choose(table: pd.DataFrame) -> str:
    """Return the contender that is kept: ridge, unless trees beat it clearly.

    Clearly: by more than a hundredth of ridge's error and by more than the difference's standard error; few elections
    are held out, and they are mostly luck.

    Parameters
    ----------
    table : DataFrame
        From `compare`.

    Returns
    -------
    str
        "ridge" or "lightgbm".

    Examples
    --------
    >>> table = pd.DataFrame({"contender": ["ridge", "lightgbm"], "mean_absolute_error": [9.0, 8.7],
    ...                       "minus_ridge": [0.0, -0.3], "standard_error": [0.0, 0.1]})
    >>> choose(table)
    'lightgbm'
    """
    rows = {str(row["contender"]): row for row in table.to_dict("records")}
    trees, ridge = rows.get("lightgbm"), rows.get("ridge")
    if trees is None or ridge is None:
        return "ridge"
    clear = trees["mean_absolute_error"] < (1.0 - _CLEAR_GAIN) * ridge["mean_absolute_error"]
    return "lightgbm" if clear and trees["minus_ridge"] + trees["standard_error"] < 0 else "ridge"


def _freed(values: Floats, party: Strings) -> Floats:
    """Return values without the mean of each party in each election."""
    return np.asarray(values - pd.Series(values).groupby(party).transform("mean").to_numpy(), dtype=np.float64)


def _gap(errors: Floats | None, ridge: Floats, party: Strings) -> tuple[float, float]:
    """Return the mean difference of two lists of errors, and its standard error over parties and elections."""
    if errors is None:
        return np.nan, np.nan
    each = pd.Series(errors - ridge).groupby(party).mean().to_numpy(dtype=float)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else np.nan


def _rank_correlation(added: Floats, free: Floats, group: Strings) -> float:
    frame = pd.DataFrame({"a": added, "b": free, "g": group})
    parts = [part["a"].corr(part["b"], method="spearman") for _, part in frame.groupby("g") if part["a"].nunique() > 1]
    return float(np.nanmean(parts)) if parts else np.nan
