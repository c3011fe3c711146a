"""The candidate layer: what a person adds to the seat's baseline, in points of margin.

One row per nominee, pooled over all parties and states, on margin minus baseline, with a fixed effect per party and
election: an election's own swing cannot be learned. Ridge regression with priors comes first; small boosted trees may
sit on it (LightGBM with the linear part as its starting score). Whether they do is decided out of time.

Every prediction is a sum: base + seat baseline + one contribution per feature. Trees give theirs by TreeSHAP
(Lundberg et al. 2020, *Nature Machine Intelligence* 2, 56-67), which LightGBM computes once for each kind of row
(`khaka.training.tree_tables`); the linear part's are coefficient times the distance from the mean (linear SHAP with
independent features).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from khaka.data.durable import write_bytes, write_json
from khaka.training.prior_ridge import Floats, Labels, Posterior, average, choose_width, fit, log_evidence
from khaka.training.support import seen
from khaka.training.tree_tables import TreeTables

if TYPE_CHECKING:
    import lightgbm

BASELINE: Final = "seat_baseline"
"""Column with the seat's expected margin without the person, in points."""

Belief = tuple[float, Mapping[str, tuple[float, float]]]
"""A chance, and the prior's mean and width by feature or tie, in points per unit."""

NARROW: Final = 0.1
"""Width of a narrow prior, in points of margin per standard deviation of a feature."""

WIDTHS: Final[Mapping[str, tuple[float, ...]]] = {"fit": (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)}
"""Families whose narrow prior may be wider, and the widths that are tried. A person's record is not among them: over
seats it follows what the baseline misses, so outcomes would make it worth more than it is inside a seat."""

_FILE: Final = "candidate.json"
_TREES: Final = "candidate_trees.txt"
_CLIP: Final = 3.0  # standard deviations: one wild value must not carry a seat
_FEW: Final = 30  # below this many known cells a weight is the party's own, not learned


class CandidateModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Expected margin of a nominee: seat baseline plus what the person adds.

    Parameters
    ----------
    trees : bool
        Put boosted trees on the linear part.
    weights : mapping of str to float, optional
        The party's own weights: points of margin for one unit of a feature, as the prior's mean.
    weight_width : float
        Standard deviation of such a weight, as a share of it.
    ties : mapping of str to sequence of str, optional
        Features that share one coefficient per unit, by the name of the tie.
    beliefs : sequence of (float, mapping of str to (float, float)), optional
        What may be so beforehand: a chance, and for some features or ties the prior's mean and standard deviation in
        points of margin per unit. The data decide between them, and the coefficients are averaged.
    narrow : mapping of str to str, optional
        The family of features that may be worth little: their prior is `NARROW` wide, for a family of `WIDTHS` as
        wide as makes past outcomes likeliest.
    monotone : mapping of str to int, optional
        1 or -1 for features that may only help or only hurt in the trees.
    rounds, leaves, leaf_rows, learning_rate, l2
        Size of the trees. Small on purpose: an election has some hundred nominees a party.
    seed, threads : int
        For LightGBM; the trees do not depend on the number of threads.

    Attributes
    ----------
    features_ : list of str
        Features in order, without `seat_baseline`.
    posterior_ : Posterior
        Coefficients per standard deviation, the last one for the baseline's own slope.
    belief_ : list of float
        Chance of each belief after the data.
    narrow_width_ : dict of str to float
        Chosen width of each family's narrow prior.
    learned_ : dict of str to bool
        False: too few cells were known; the weight is the party's own.
    """

    def __init__(
        self,
        *,
        trees: bool = False,
        weights: Mapping[str, float] | None = None,
        weight_width: float = 0.5,
        ties: Mapping[str, Sequence[str]] | None = None,
        beliefs: Sequence[Belief] | None = None,
        narrow: Mapping[str, str] | None = None,
        monotone: Mapping[str, int] | None = None,
        rounds: int = 60,
        leaves: int = 6,
        leaf_rows: int = 40,
        learning_rate: float = 0.05,
        l2: float = 30.0,
        seed: int = 2027,
        threads: int = 2,
    ) -> None:
        self.trees = trees
        self.weights = weights
        self.weight_width = weight_width
        self.ties = ties
        self.beliefs = beliefs
        self.narrow = narrow
        self.monotone = monotone
        self.rounds = rounds
        self.leaves = leaves
        self.leaf_rows = leaf_rows
        self.learning_rate = learning_rate
        self.l2 = l2
        self.seed = seed
        self.threads = threads

    def fit(self, X: pd.DataFrame, y: Sequence[float] | Floats, *, groups: Labels, elections: Labels) -> Self:
        """Fit on past nominees.

        Parameters
        ----------
        X : DataFrame, shape (n, 1 + k)
            `seat_baseline` and feature columns; NaN is unknown and counts as average.
        y : array, shape (n,)
            Margins as they turned out, in points.
        groups : sequence of str, length n
            Party in an election.
        elections : sequence of str, length n
            Left out whole when the prior's width is chosen.

        Returns
        -------
        CandidateModel
            Itself.
        """
        self.features_ = [str(name) for name in X.columns if name != BASELINE]
        order = np.lexsort(
            [X[name].to_numpy(dtype=float) for name in (*self.features_, BASELINE)] + [np.asarray(groups)]
        )
        frame = X.iloc[order].reset_index(drop=True)
        target = np.asarray(y, dtype=float)[order] - frame[BASELINE].to_numpy(dtype=float)
        group = np.unique(np.asarray(groups)[order], return_inverse=True)[1].astype(np.int64)
        election = np.unique(np.asarray(elections)[order], return_inverse=True)[1].astype(np.int64)
        self._scale(frame)
        design = self._design(frame)
        spread = self._spread()  # one coefficient of a tie becomes one of each feature
        free = design @ spread
        beliefs = list(self.beliefs or [(1.0, {})])
        priors = [self._priors(belief) for _, belief in beliefs]
        chosen = choose_width(free, target, group, election, *priors[0])
        self.prior_width_ = chosen
        self.narrow_width_ = self._choose_narrow(free, target, group, *priors[0])
        filled = [(mean, self._filled(width)) for mean, width in priors]
        posteriors = [fit(free, target, group, mean, width) for mean, width in filled]
        likely = np.array([
            np.log(chance) + log_evidence(free, target, group, mean, width, posteriors[0].noise)
            for (chance, _), (mean, width) in zip(beliefs, filled, strict=True)
        ])  # fmt: skip
        chances = np.exp(likely - likely.max())
        self.belief_ = [float(chance) for chance in chances / chances.sum()]
        both = average(posteriors, self.belief_)
        self.posterior_ = Posterior(spread @ both.mean, spread @ both.covariance @ spread.T, both.noise)
        self.booster_: lightgbm.Booster | None = None
        if self.trees and len(frame) >= 4 * self.leaf_rows:
            self.booster_ = self._grow(target, design, group)
        self.tables_ = TreeTables(self.booster_) if self.booster_ is not None else None
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        """Return expected margins in points, shape (n,)."""
        return np.asarray(self.contributions(X).to_numpy().sum(axis=1), dtype=float)

    def contributions(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return margin points by feature, shape (n, k + 2): "(base)", `seat_baseline`, then the features.

        Rows add up to the prediction.
        """
        check_is_fitted(self, "posterior_")
        design = self._design(X)
        mean = self.posterior_.mean
        table = np.empty((len(X), len(mean) + 1))  # filled in place: at a state's size copies cost more than sums
        base, seat, person = table[:, 0], table[:, 1], table[:, 2:]
        base[:] = self.baseline_mean_
        seat[:] = X[BASELINE].to_numpy(dtype=float) - self.baseline_mean_ + design[:, -1] * mean[-1]
        np.multiply(design[:, :-1], mean[:-1], out=person)
        if self.tables_ is not None:
            shap = np.zeros((len(mean) + 1, len(X))).T  # a column lies together, as the tables add to it
            self.tables_.add(design, shap)
            person += shap[:, :-2]
            seat += shap[:, -2]
            base += shap[:, -1]
        return pd.DataFrame(table, columns=["(base)", BASELINE, *self.features_], index=X.index, copy=False)

    def person_draws(self, X: pd.DataFrame, *, draws: int, rng: np.random.Generator) -> Floats:
        """Return draws of what the coefficients leave open about each person, shape (n, draws), mean near 0."""
        k = len(self.features_)
        spread = np.linalg.cholesky(self.posterior_.covariance[:k, :k] + 1e-10 * np.eye(k)) if k else np.zeros((0, 0))
        noise = spread @ rng.standard_normal((k, draws))
        return np.asarray(self._design(X)[:, :k] @ noise)

    @property
    def given_(self) -> frozenset[str]:
        """Features whose weight is the party's own, not learned."""
        return frozenset(name for name in (self.weights or {}) if not self.learned_.get(name, False))

    def save(self, folder: Path) -> None:
        """Write the model as JSON, and the trees as LightGBM's text; nothing is pickled."""
        state = {
            "parameters": {
                name: dict(value) if isinstance(value, Mapping) else value for name, value in self.get_params().items()
            },
            "features": self.features_,
            "mean": self.mean_.tolist(),
            "sd": self.sd_.tolist(),
            "baseline_mean": self.baseline_mean_,
            "baseline_sd": self.baseline_sd_,
            "prior_width": self.prior_width_,
            "narrow_width": self.narrow_width_,
            "belief": self.belief_,
            "coefficients": self.posterior_.mean.tolist(),
            "covariance": self.posterior_.covariance.tolist(),
            "noise": self.posterior_.noise,
            "learned": self.learned_,
            "range": self.range_,
            "trees": self.booster_ is not None,
        }
        write_json(folder / _FILE, state)
        if self.booster_ is not None:
            write_bytes(folder / _TREES, self.booster_.model_to_string().encode())

    @classmethod
    def load(cls, folder: Path) -> CandidateModel:
        """Read what `save` wrote. The folder's hashes have been checked by the caller."""
        state: dict[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        model = cls(**state["parameters"])
        model.features_ = list(state["features"])
        model.mean_ = np.array(state["mean"], dtype=float)
        model.sd_ = np.array(state["sd"], dtype=float)
        model.baseline_mean_ = float(state["baseline_mean"])
        model.baseline_sd_ = float(state["baseline_sd"])
        model.prior_width_ = float(state["prior_width"])
        model.narrow_width_ = {str(key): float(value) for key, value in state["narrow_width"].items()}
        model.belief_ = [float(chance) for chance in state["belief"]]
        model.posterior_ = Posterior(
            np.array(state["coefficients"], dtype=float),
            np.array(state["covariance"], dtype=float),
            float(state["noise"]),
        )
        model.learned_ = {str(key): bool(value) for key, value in state["learned"].items()}
        model.range_ = {str(key): tuple(value) for key, value in state["range"].items()}
        model.booster_ = None
        if state["trees"]:
            import lightgbm

            model.booster_ = lightgbm.Booster(model_str=(folder / _TREES).read_text(encoding="utf-8"))
        model.tables_ = TreeTables(model.booster_) if model.booster_ is not None else None
        return model

    def _scale(self, frame: pd.DataFrame) -> None:
        values = frame[self.features_].to_numpy(dtype=float)
        known = ~np.isnan(values)
        count = known.sum(axis=0)
        filled = np.where(known, values, 0.0)
        # what shares a coefficient is a sum of parts: an unknown part adds nothing, so it isn't centred
        tied = np.isin(self.features_, [name for names in (self.ties or {}).values() for name in names])
        self.mean_ = np.where(tied, 0.0, filled.sum(axis=0) / np.maximum(count, 1))
        variance = (np.where(known, values - self.mean_, 0.0) ** 2).sum(axis=0) / np.maximum(count, 1)
        self.sd_ = np.where(variance > 1e-12, np.sqrt(np.maximum(variance, 1e-12)), 1.0)
        baseline = frame[BASELINE].to_numpy(dtype=float)
        self.baseline_mean_ = float(baseline.mean()) if len(baseline) else 0.0
        self.baseline_sd_ = float(max(baseline.std(), 1.0)) if len(baseline) else 1.0
        self.learned_ = {name: bool(number >= _FEW) for name, number in zip(self.features_, count, strict=True)}
        self.range_ = seen(self.features_, values, least=_FEW)

    def _design(self, X: pd.DataFrame) -> Floats:
        values = X.reindex(columns=self.features_).to_numpy(dtype=float)
        design = np.empty((len(values), len(self.features_) + 1), order="F")
        scaled = design[:, :-1]
        np.subtract(values, self.mean_, out=scaled)
        np.divide(scaled, self.sd_, out=scaled)
        scaled[np.isnan(scaled)] = 0.0
        np.clip(scaled, -_CLIP, _CLIP, out=scaled)
        design[:, -1] = (X[BASELINE].to_numpy(dtype=float) - self.baseline_mean_) / self.baseline_sd_
        return design

    def _columns(self) -> list[str]:
        """Name the free coefficients: features and ties in order of the features, the baseline's slope last."""
        tie_of = {name: tie for tie, names in (self.ties or {}).items() for name in names}
        return list(dict.fromkeys([*(tie_of.get(name, name) for name in self.features_), BASELINE]))

    def _spread(self) -> Floats:
        """Return what each free coefficient is to each feature's, shape (k + 1, free); a tie's is per unit."""
        columns = self._columns()
        tie_of = {name: tie for tie, names in (self.ties or {}).items() for name in names}
        spread = np.zeros((len(self.features_) + 1, len(columns)))
        for row, name in enumerate([*self.features_, BASELINE]):
            spread[row, columns.index(tie_of.get(name, name))] = self.sd_[row] if name in tie_of else 1.0
        return spread

    def _priors(self, belief: Mapping[str, Sequence[float]]) -> tuple[Floats, Floats]:
        """Prior mean and width of the free coefficients; a width of NaN is chosen from the data."""
        columns = self._columns()
        mean, width = np.zeros(len(columns)), np.full(len(columns), np.nan)
        for index, name in enumerate(columns):
            unit = 1.0 if name in (self.ties or {}) or name == BASELINE else self.sd_[self.features_.index(name)]
            if name in (self.weights or {}):
                mean[index] = (self.weights or {})[name] * unit
                width[index] = max(abs(mean[index]) * self.weight_width, 0.25)
            if name in belief:
                mean[index], width[index] = belief[name][0] * unit, belief[name][1] * unit
        return mean, width

    def _filled(self, width: Floats) -> Floats:
        """Return the widths with those filled in that were chosen from the data."""
        families = [(self.narrow or {}).get(name) for name in self._columns()]
        chosen = [self.prior_width_ if family is None else self.narrow_width_[family] for family in families]
        return np.where(np.isnan(width), chosen, width)

    def _choose_narrow(
        self, free: Floats, target: Floats, group: npt.NDArray[np.int64], mean: Floats, width: Floats
    ) -> dict[str, float]:
        """Choose the width of each family's narrow prior by how likely it makes the outcomes, one after the other."""
        families = sorted(set((self.narrow or {}).values()))
        self.narrow_width_ = dict.fromkeys(families, NARROW)
        if not set(families) & set(WIDTHS) or len(target) == 0:
            return self.narrow_width_
        noise = fit(free, target, group, mean, self._filled(width)).noise
        for family in [name for name in families if name in WIDTHS]:
            likely = []
            for tried in WIDTHS[family]:
                self.narrow_width_[family] = tried
                likely.append(log_evidence(free, target, group, mean, self._filled(width), noise))
            self.narrow_width_[family] = WIDTHS[family][int(np.argmax(likely))]
        return self.narrow_width_

    def _grow(self, target: Floats, design: Floats, group: npt.NDArray[np.int64]) -> lightgbm.Booster:
        """Grow trees on what the linear part leaves; unknown cells are filled, for a gap must not be a feature."""
        import lightgbm

        from khaka.training.prior_ridge import demean

        start = design @ self.posterior_.mean
        left = demean(target - start, group)
        monotone = [int((self.monotone or {}).get(name, 0)) for name in self.features_] + [0]
        data = lightgbm.Dataset(
            design, label=left, feature_name=[f"f{i}" for i in range(len(monotone))], free_raw_data=False
        )
        parameters = {
            "objective": "huber",
            "alpha": 10.0,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.leaf_rows,
            "learning_rate": self.learning_rate,
            "lambda_l2": self.l2,
            "monotone_constraints": monotone,
            "deterministic": True,
            "force_row_wise": True,
            "boost_from_average": False,
            "seed": self.seed,
            "num_threads": self.threads,
            "verbosity": -1,
        }
        return lightgbm.train(parameters, data, num_boost_round=self.rounds)
