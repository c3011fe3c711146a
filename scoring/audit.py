"""The audit: who gets the first ranks and the panel, for whom the model errs more, what caste fit changes, what drifts.

Figures by group are taken with fairlearn's MetricFrame (Bird et al. 2020, *Fairlearn: a toolkit for assessing and
improving fairness in AI*, Microsoft MSR-TR-2020-32); intervals come from a bootstrap over whole seats (exposure: the
aspirants of a seat share one first place) or over nominees (errors). A difference between groups is a question to the
committee, not a verdict, and nothing here is causal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.scoring.disclosure import shown
from khaka.scoring.groups import ATTRIBUTES
from khaka.scoring.scenario import what_if

Floats = npt.NDArray[np.float64]

DRAWS: Final = 400
"""Bootstrap draws."""

ENDS: Final = (0.05, 0.95)
"""Ends of the 90% intervals."""

EXPOSURE_COLUMNS: Final = (
    "attribute", "group", "people", "share", "first", "panel", "ratio", "low", "high", "panel_ratio",
)  # fmt: skip
ERROR_COLUMNS: Final = (
    "attribute",
    "group",
    "people",
    "error",
    "error_low",
    "error_high",
    "bias",
    "bias_low",
    "bias_high",
)

DRIFT_COLUMNS: Final = ("feature", "known_before", "known_now", "d", "psi")


def exposure(scores: pd.DataFrame, panel: pd.DataFrame, group: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return each group's share of first ranks and of panel places against its share of the ranked aspirants.

    Parameters
    ----------
    scores : DataFrame, n rows
        `scores.parquet`.
    panel : DataFrame
        `panel.parquet`.
    group : DataFrame, n rows
        Of `khaka.scoring.groups.groups`, in the order of `scores`.
    seed : int
        Of the bootstrap over seats.

    Returns
    -------
    DataFrame
        `EXPOSURE_COLUMNS`: people, share of the aspirants, share of first ranks and of panel places (0 to 1), ratio of
        first ranks to aspirants with its 90% interval, the panel's ratio. Figures of groups that are not shown are
        blank.
    """
    from fairlearn.metrics import MetricFrame, selection_rate

    ranked = scores["rank"].notna().to_numpy()
    rows, attributes = scores[ranked].reset_index(drop=True), group[ranked].reset_index(drop=True)
    keys = pd.MultiIndex.from_frame(rows[["seat_id", "aspirant_id"]].astype("str"))
    named = panel.dropna(subset=["aspirant_id"])
    on_panel = keys.isin(pd.MultiIndex.from_frame(named[["seat_id", "aspirant_id"]].astype("str"))).astype(float)
    first = (rows["rank"] == 1).astype(float).to_numpy()
    seat = np.unique(rows["seat_id"].astype("str"), return_inverse=True)[1]
    weights = _seat_draws(seat, seed)
    found = []
    for attribute in ATTRIBUTES:
        names, code = np.unique(attributes[attribute].to_numpy(dtype=str), return_inverse=True)
        frame = MetricFrame(
            metrics={"first": selection_rate, "panel": selection_rate}, y_true=first, y_pred=first,
            sensitive_features=attributes[attribute],
        ) if len(rows) else None  # fmt: skip
        assert frame is not None
        places = MetricFrame(metrics=selection_rate, y_true=on_panel, y_pred=on_panel,
                             sensitive_features=attributes[attribute])  # fmt: skip
        drawn = _ratios(np.asarray(first, dtype=np.float64), code, len(names), weights)
        sizes = pd.Series(np.bincount(code, minlength=len(names)))
        visible = shown(sizes)
        for number, name in enumerate(names):
            row: dict[str, Any] = {"attribute": attribute, "group": name}
            if visible[number]:
                people, rate = int(sizes[number]), float(frame.by_group["first"][name])
                low, high = np.nanquantile(drawn[:, number], ENDS)
                row |= {
                    "people": people, "share": people / len(rows), "first": people * rate / max(first.sum(), 1.0),
                    "panel": people * float(places.by_group[name]) / max(on_panel.sum(), 1.0),
                    "ratio": rate / float(frame.overall["first"]), "low": low, "high": high,
                    "panel_ratio": float(places.by_group[name]) / max(float(places.overall), 1e-12),
                }  # fmt: skip
            found.append(row)
    return pd.DataFrame(found).reindex(columns=list(EXPOSURE_COLUMNS))


def _seat_draws(seat: npt.NDArray[np.intp], seed: int) -> Floats:
    """Return how often each row counts in each draw of whole seats, shape (draws, n)."""
    rng = np.random.default_rng(seed)
    count = int(seat.max()) + 1 if len(seat) else 0
    times = rng.multinomial(count, np.full(count, 1.0 / count), size=DRAWS) if count else np.zeros((DRAWS, 0))
    return np.asarray(times[:, seat], dtype=np.float64)


def _ratios(first: Floats, code: npt.NDArray[np.intp], groups: int, weights: Floats) -> Floats:
    """Return share of first ranks over share of aspirants by draw and group, NaN where a draw has nobody of it."""
    inside = np.eye(groups)[code]
    people, won = weights @ inside, (weights * first) @ inside
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = won / people
        return np.asarray(rate / (won.sum(axis=1) / people.sum(axis=1))[:, None])


def exposure_against_truth(first: Floats, best: Floats, group: pd.DataFrame) -> pd.DataFrame:
    """Return each group's first ranks against its truly best names, on made-up states.

    Shares of aspirants are no yardstick where the truth is known: a group may have better or worse names. The bound is
    that of Clopper and Pearson (1934, *Biometrika* 26, 404-413) for the share of seats in which the group is first, at
    95% for all groups together (Bonferroni), over its share of best names.

    Parameters
    ----------
    first, best : ndarray, shape (n,)
        1 for the first-ranked and for the best name of a seat (parts of 1 where several are equal), else 0.
    group : DataFrame, n rows
        Of `khaka.scoring.groups.groups`.

    Returns
    -------
    DataFrame
        attribute, group, people, first, best (seats), ratio, high. Groups that are not shown are left out.
    """
    from scipy.stats import beta

    seats = max(float(best.sum()), 1.0)
    rows: list[dict[str, Any]] = []
    for attribute in ATTRIBUTES:
        names, code = np.unique(group[attribute].to_numpy(dtype=str), return_inverse=True)
        sizes = pd.Series(np.bincount(code, minlength=len(names)))
        visible = shown(sizes)
        for number, name in enumerate(names):
            here = code == number
            if visible[number] and best[here].sum() > 0:
                rows.append({"attribute": attribute, "group": name, "people": int(sizes[number]),
                             "first": float(first[here].sum()), "best": float(best[here].sum())})  # fmt: skip
    table = pd.DataFrame(rows, columns=["attribute", "group", "people", "first", "best"])
    table["ratio"] = table["first"] / table["best"]
    level = 1 - 0.05 / max(len(table), 1)
    bound = beta.ppf(level, table["first"] + 1, np.maximum(seats - table["first"], 1e-9))
    table["high"] = np.where(table["first"] >= seats, 1.0, bound) * seats / table["best"]
    return table


def error_by_group(group: pd.DataFrame, residual: Floats, *, seed: int) -> pd.DataFrame:
    """Return how far off past nominees' margins were by group: mean absolute error, and mean error (bias).

    Parameters
    ----------
    group : DataFrame, n rows
        Of `khaka.scoring.groups.groups`.
    residual : ndarray, shape (n,)
        Margin minus expected margin in points, of a model that had not seen the election, each party's mean taken out.
    seed : int
        Of the bootstrap over nominees.

    Returns
    -------
    DataFrame
        `ERROR_COLUMNS`; a positive bias: the group did better than expected. Blank for groups that are not shown.
    """
    from fairlearn.metrics import MetricFrame
    from sklearn.metrics import mean_absolute_error

    known = np.isfinite(residual)
    rows, off = group[known].reset_index(drop=True), residual[known]
    weights = _seat_draws(np.arange(len(off)), seed)
    found = []
    for attribute in ATTRIBUTES:
        names, code = np.unique(rows[attribute].to_numpy(dtype=str), return_inverse=True)
        frame = MetricFrame(
            metrics={"error": mean_absolute_error, "bias": _mean_gap}, y_true=off, y_pred=np.zeros(len(off)),
            sensitive_features=rows[attribute],
        )  # fmt: skip
        inside = np.eye(len(names))[code]
        sizes = pd.Series(inside.sum(axis=0))
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = {
                "error": (weights * np.abs(off)) @ inside / (weights @ inside),
                "bias": (weights * off) @ inside / (weights @ inside),
            }
        visible = shown(sizes)
        for number, name in enumerate(names):
            row: dict[str, Any] = {"attribute": attribute, "group": name}
            if visible[number]:
                row["people"] = int(sizes[number])
                for measure, values in drawn.items():
                    row[measure] = float(frame.by_group[measure][name])
                    row[f"{measure}_low"], row[f"{measure}_high"] = np.nanquantile(values[:, number], ENDS)
            found.append(row)
    return pd.DataFrame(found).reindex(columns=list(ERROR_COLUMNS))


def _mean_gap(true: Sequence[float], said: Sequence[float]) -> float:
    return float(np.mean(np.asarray(true) - np.asarray(said)))


def without_fit(scores: pd.DataFrame, parts: pd.DataFrame) -> dict[str, float]:
    """Return what changes when the family of caste fit is left out: the two rankings side by side in figures.

    Parameters
    ----------
    scores, parts : DataFrame
        `scores.parquet` and `scenario.parquet` of one folder.

    Returns
    -------
    dict of str to float
        aspirants and seats ranked; moved (aspirants with another rank), other_first (seats with another first name),
        largest_move (ranks), points (mean absolute change of the margin against the seat's mean).
    """
    bare = what_if(scores, parts, without=["fit"])
    ranked = bare["rank"].notna().to_numpy()
    moved = (bare["moved"].fillna(0) != 0).to_numpy() & ranked
    was, now = (bare["rank_before"] == 1).fillna(False), (bare["rank"] == 1).fillna(False)
    change = bare["margin_change"] - bare.groupby("seat_id")["margin_change"].transform("mean")
    return {
        "aspirants": float(ranked.sum()), "seats": float(was.sum()), "moved": float(moved.sum()),
        "other_first": float((was & ~now).sum()),
        "largest_move": float(bare.loc[ranked, "moved"].abs().max()) if ranked.any() else 0.0,
        "points": float(change[ranked].abs().mean()) if ranked.any() else 0.0,
    }  # fmt: skip


def profile(values: pd.DataFrame) -> dict[str, Any]:
    """Return what drift is measured against: mean, spread, count and decile shares of each feature.

    Parameters
    ----------
    values : DataFrame, shape (n, k)
        Features; NaN where unknown.

    Returns
    -------
    dict
        By feature: n, known (share 0 to 1), mean, sd, edges (inner borders of the tenths, each once), shares (part of
        the known values between them).
    """
    out: dict[str, Any] = {}
    for name in values.columns:
        column = values[name].to_numpy(dtype=float)
        known = column[np.isfinite(column)]
        if not len(known):
            continue
        edges = np.unique(np.quantile(known, np.linspace(0.1, 0.9, 9)))
        out[str(name)] = {
            "n": len(known), "known": len(known) / len(column), "mean": float(known.mean()), "sd": float(known.std()),
            "edges": edges.tolist(), "shares": _shares(known, edges).tolist(),
        }  # fmt: skip
    return out


def _shares(known: Floats, edges: Floats) -> Floats:
    return np.asarray(np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1) / len(known))


def drift(before: Mapping[str, Any], values: pd.DataFrame) -> pd.DataFrame:
    """Return how far each feature has moved since a profile was taken, as effect sizes.

    Cohen's d is the difference of the means over the pooled standard deviation; the population stability index (PSI)
    is the sum over tenths of (now - then) * log(now / then). Below 0.1 is called stable, above 0.25 moved.

    Parameters
    ----------
    before : mapping
        Of `profile`.
    values : DataFrame, shape (n, k)
        The same features later.

    Returns
    -------
    DataFrame
        feature, known_before, known_now (shares 0 to 1), d, psi; the largest absolute d first. d and PSI are blank
        where fewer than ten values are known on either side.

    Examples
    --------
    >>> then = profile(pd.DataFrame({"age": np.arange(100.0)}))
    >>> now = drift(then, pd.DataFrame({"age": np.arange(100.0) + 28.866}))
    >>> now["d"].round(3).tolist()
    [1.0]
    """
    rows = []
    for name, then in before.items():
        if name not in values.columns:
            continue
        column = values[name].to_numpy(dtype=float)
        known = column[np.isfinite(column)]
        row = {"feature": name, "known_before": then["known"], "known_now": len(known) / max(len(column), 1)}
        if len(known) >= 10 and then["n"] >= 10:
            pooled = np.sqrt((then["sd"] ** 2 + float(known.var())) / 2)
            row["d"] = float((known.mean() - then["mean"]) / pooled) if pooled > 1e-12 else 0.0
            # half a value in each tenth, so that an empty one is not infinitely far
            edges = np.asarray(then["edges"], dtype=float)
            bins = len(edges) + 1
            old = (np.asarray(then["shares"]) * then["n"] + 0.5) / (then["n"] + 0.5 * bins)
            new = (_shares(known, edges) * len(known) + 0.5) / (len(known) + 0.5 * bins)
            row["psi"] = float(((new - old) * np.log(new / old)).sum())
        rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=list(DRIFT_COLUMNS))
    return table.sort_values("d", key=lambda d: -d.abs(), kind="stable", na_position="last", ignore_index=True)
