"""Contenders for the candidate layer, compared on elections held out in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.settings import ModelSettings
from khaka.features.registry import FeatureInfo
from khaka.training.candidate import BASELINE, CandidateModel
from khaka.training.examples import Examples, Strings
from khaka.training.prior_ridge import Floats
from khaka.training.ranker import RankModel, strata

_COLUMNS: Final = ["contender", "mean_absolute_error", "rank_correlation", "minus_ridge", "standard_error"]


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

    def make(trees: bool) -> Callable[[], CandidateModel]:
        return lambda: CandidateModel(
            trees=trees, weights=known, monotone=monotone, seed=settings.seed, threads=settings.threads
        )

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
    """Return the contender that is kept: ridge, unless trees beat it by more than the standard error.

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
    >>> row = {"contender": ["lightgbm"], "minus_ridge": [-0.3], "standard_error": [0.1]}
    >>> choose(pd.DataFrame(row))
    'lightgbm'
    """
    trees = table[table["contender"] == "lightgbm"]
    better = (trees["minus_ridge"] + trees["standard_error"] < 0).any()
    return "lightgbm" if better else "ridge"


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
