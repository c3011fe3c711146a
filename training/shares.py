"""Forecast of every nominee's share of the valid votes, from facts known before the poll.

A party's statewide swing cannot be learned from seats, and it would drown what can. So the share is taken apart:

    share = level of the party in this election + what sets this seat apart from the party's other seats

The second part is learned on shares freed of the party's own mean, from the nominees of all past elections pooled, by
two kinds of boosted trees and a ridge regression, averaged. The first part has one row per party and election: a
shrunken mixture of the party's past assembly and Lok Sabha means and a regression. Independents stand each for
themselves. What a seat then lacks of 1, or has too much, is spread over its nominees.

A second pair of models without the person's own record gives the share of a party whoever its nominee is: candidate
models stack on that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from khaka.data.errors import KhakaError
from khaka.training.seat_rivals import combined_features, fill_seats, group_means, rival_features
from khaka.training.share_inputs import (
    LEVEL_INPUTS,
    PERSON_OWN,
    SORT,
    feature_columns,
    freed_of_party,
    is_linear,
    party_group,
    seat_group,
)
from khaka.training.share_ridge import RidgeFit, fit_ridge
from khaka.training.swing import NoiseScales, draw_log_shares, fit_noise
from khaka.training.trees import TreeFit, fit_trees

_FORMAT: Final = "khaka-shares-2"
INDEPENDENT: Final = "IND"


class ShareModel(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Expected share of every nominee; see the module's head for the idea.

    Parameters
    ----------
    rounds : int
        Trees of the deviation model with the best splits.
    scattered_rounds : int
        Trees of it with splits drawn by chance; 0: none.
    learning_rate : float
        Of the trees.
    num_leaves : int
        Leaves a tree.
    tree_weight : float
        Weight of the trees against the ridge in the average, 0 to 1.
    past_weight : float
        Weight of the party's past means against the level regression, 0 to 1.
    smallest_party : float
        Only parties above this part of an election's votes train the deviation model.
    seed : int
        Of the trees' sampling.
    num_threads : int
        Of LightGBM; any number gives the same trees.
    with_noise : bool
        Estimate the scales of swing and noise from earlier elections' residuals: needs two more fits.
    with_blind : bool
        Fit the person-blind pair too.
    """

    def __init__(
        self, *, rounds: int = 500, scattered_rounds: int = 900, learning_rate: float = 0.04, num_leaves: int = 31,
        tree_weight: float = 0.95, past_weight: float = 0.4, smallest_party: float = 0.02, seed: int = 0,
        num_threads: int = 2, with_noise: bool = True, with_blind: bool = True,
    ) -> None:  # fmt: skip
        self.rounds = rounds
        self.scattered_rounds = scattered_rounds
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.tree_weight = tree_weight
        self.past_weight = past_weight
        self.smallest_party = smallest_party
        self.seed = seed
        self.num_threads = num_threads
        self.with_noise = with_noise
        self.with_blind = with_blind

    def fit(self, X: pd.DataFrame, y: Sequence[float] | pd.Series, groups: Sequence[str] | None = None) -> Self:
        """Learn from past elections.

        Parameters
        ----------
        X : pd.DataFrame
            Feature rows of `khaka.features.nominee_table.nominee_features`, several elections under each other.
        y : sequence of float
            Actual shares, 0 to 1, in X's order; rows without one are left out.
        groups : sequence of str, optional
            Date or number by which elections are ordered in time, in X's order; by default the year in election_id.

        Returns
        -------
        ShareModel
            Itself.

        Raises
        ------
        ValueError
            No row has a share.
        """
        table = X.assign(_y=np.asarray(y, dtype=np.float64))
        table["_when"] = table["election_id"].str.split("-").str[1] if groups is None else np.asarray(groups)
        table = table[table["_y"].notna()].sort_values(SORT, kind="stable").reset_index(drop=True)
        if table.empty:
            raise ValueError("no past nominee with a share to learn from")
        self.features_ = feature_columns(X)
        self.blind_features_ = [name for name in self.features_ if name not in PERSON_OWN]
        self.level_features_ = [name for name in LEVEL_INPUTS if name in self.features_]
        self.noise_ = NoiseScales()
        if self.with_noise:
            self.noise_ = self._noise(table)
        self._fit_parts(table)
        return self

    def halve(self) -> Self:
        """Set half the trees: a little less exact, in half the time.

        Returns
        -------
        ShareModel
            Itself.
        """
        self.rounds, self.scattered_rounds = max(self.rounds // 2, 1), self.scattered_rounds // 2
        return self

    def _fit_parts(self, table: pd.DataFrame) -> None:
        """Fit deviation, level and independents on sorted rows with `_y`."""
        share = table["_y"].to_numpy()
        alone = (table["party"] == INDEPENDENT).to_numpy()
        group = party_group(table)
        level = group_means(share, group)
        n_seats = table.groupby("election_id")["seat_id"].transform("nunique").to_numpy()
        part = np.bincount(group, weights=share)[group] / n_seats
        main = ~alone & (part > self.smallest_party)
        if main.sum() < 50:  # a very small history: take what there is
            main = ~alone
        deviation = share - level
        self.trees_: dict[str, tuple[TreeFit, ...]] = {}
        self.ridges_: dict[str, RidgeFit] = {}
        for name, columns in (("person", self.features_), ("blind", self.blind_features_)):
            linear = [c for c in columns if is_linear(c)]
            freed = freed_of_party(table, linear)
            ridge = fit_ridge(freed[main], deviation[main], names=linear, strength=50.0)
            self.ridges_[name] = ridge
            if name == "blind" and not self.with_blind:
                continue
            inputs = self._tree_inputs(table, columns, ridge.predict(freed), with_person=name == "person")
            self.trees_[name] = self._both_kinds(inputs[main], deviation[main])
        levels = self._level_rows(table)
        first = np.unique(group, return_index=True)[1]
        count = np.bincount(group).astype(float)
        party_rows = ~alone[first]
        weight = np.sqrt(np.minimum(count, 50.0))
        target = level[first]
        self.level_trees_ = self._trees(
            levels[party_rows], target[party_rows], rounds=150, leaves=6, rows_a_leaf=20, weight=weight[party_rows]
        )
        self.level_ridge_ = fit_ridge(
            np.nan_to_num(levels[party_rows]),
            target[party_rows],
            names=self.level_features_,
            strength=10.0,
            weight=weight[party_rows],
        )
        inputs = table.loc[alone, self.features_].to_numpy(dtype=np.float64)
        self.independent_mean_ = float(share[alone].mean()) if alone.any() else 0.01
        self.independents_ = (
            self._trees(inputs, share[alone], rounds=150, leaves=8, rows_a_leaf=50, objective="l2")
            if alone.sum() >= 200
            else None
        )

    def _both_kinds(self, inputs: np.ndarray[Any, Any], target: np.ndarray[Any, Any]) -> tuple[TreeFit, ...]:
        best = self._trees(inputs, target)
        if not self.scattered_rounds:
            return (best,)
        return best, self._trees(inputs, target, rounds=self.scattered_rounds, scattered=True)

    def _trees(
        self, inputs: np.ndarray[Any, Any], target: np.ndarray[Any, Any], *, rounds: int | None = None,
        leaves: int | None = None, rows_a_leaf: int = 60, weight: np.ndarray[Any, Any] | None = None,
        objective: str = "huber", scattered: bool = False,
    ) -> TreeFit:  # fmt: skip
        return fit_trees(
            inputs, target, rounds=rounds or self.rounds, learning_rate=self.learning_rate,
            num_leaves=leaves or self.num_leaves, rows_a_leaf=rows_a_leaf, weight=weight, objective=objective,
            scattered=scattered, seed=self.seed, num_threads=self.num_threads,
        )  # fmt: skip

    def _tree_inputs(
        self, table: pd.DataFrame, columns: list[str], guess: np.ndarray[Any, Any], *, with_person: bool
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the trees' inputs: the features, and the nominee's first guess against those of the seat's rivals."""
        party = party_group(table)
        rivals = rival_features(table, guess, party, seat_group(table), with_person=with_person)
        return np.hstack([table[columns].to_numpy(dtype=np.float64), combined_features(table, party), rivals])

    def _level_rows(self, table: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return one row per election and party, in `party_group`'s order: means of the level features."""
        means = table.groupby(["election_id", "party"], sort=True)[self.level_features_].mean()
        return np.asarray(means.to_numpy(dtype=np.float64))

    def _noise(self, table: pd.DataFrame) -> NoiseScales:
        """Return the scales of swing and noise, from residuals of later elections on models of earlier ones."""
        when = table["_when"].astype(str)
        order = sorted(when.unique())
        if len(order) < 3:
            return NoiseScales()
        parts = []
        cuts = sorted({order[len(order) // 2], order[(3 * len(order)) // 4]})
        for low, high in zip(cuts, [*cuts[1:], None], strict=True):
            inner = type(self)(**self.get_params())
            inner.set_params(with_noise=False, with_blind=False).halve()
            before = table[when < low]
            after = table[(when >= low) & (when < high)] if high else table[when >= low]
            inner.fit(before.drop(columns=["_y", "_when"]), before["_y"])
            forecast = inner.predict(after.drop(columns=["_y", "_when"]))
            parts.append(after.assign(expected_share=forecast["expected_share"].to_numpy()))
        return fit_noise(pd.concat(parts, ignore_index=True), actual="_y", seed=self.seed)

    def predict(self, X: pd.DataFrame, *, with_person: bool = True) -> pd.DataFrame:
        """Forecast shares.

        Parameters
        ----------
        X : pd.DataFrame
            Feature rows of one or more whole elections.
        with_person : bool
            False: as if nothing were known of the nominees themselves.

        Returns
        -------
        pd.DataFrame
            In X's order and index: election_id, seat_id, nominee_id, party, district, region, seat_no,
            expected_share (0 to 1, sums to 1 within a seat), party_level and deviation (before scaling).
        """
        check_is_fitted(self, "trees_")
        if not with_person and "blind" not in self.trees_:
            raise ValueError("the model was fitted without its person-blind pair (with_blind=False)")
        order = np.lexsort([X[name].astype(str).to_numpy() for name in reversed(SORT)])
        table = X.iloc[order].reset_index(drop=True)
        kind = "person" if with_person else "blind"
        columns = self.features_ if with_person else self.blind_features_
        group = party_group(table)
        alone = (table["party"] == INDEPENDENT).to_numpy()
        ridge = self.ridges_[kind]
        straight = ridge.predict(freed_of_party(table, list(ridge.names)))
        inputs = self._tree_inputs(table, columns, straight, with_person=with_person)
        grown = np.mean([trees.predict(inputs) for trees in self.trees_[kind]], axis=0)
        weight = self.tree_weight if self.trees_[kind][0].text is not None else 0.0
        deviation = weight * grown + (1 - weight) * straight
        deviation = deviation - group_means(deviation, group)
        level = self._levels(table)[group]
        if alone.any():
            level[alone] = self._independent_shares(table.loc[alone], with_person=with_person)
            deviation[alone] = 0.0
        raw = np.maximum(level + deviation, np.maximum(0.1 * level, 0.001))
        seat = seat_group(table)
        share = fill_seats(raw, seat)
        kept = [name for name in (*SORT, "party", "district", "region", "seat_no") if name in table.columns]
        out = table[kept].assign(expected_share=share, party_level=level, deviation=deviation)
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        out = out.iloc[back]
        out.index = X.index
        return out

    def _levels(self, table: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return each election-and-party's expected mean share, 0.002 at least."""
        rows = self._level_rows(table)
        learned = 0.5 * self.level_trees_.predict(rows) + 0.5 * self.level_ridge_.predict(np.nan_to_num(rows))
        names = {name: position for position, name in enumerate(self.level_features_)}
        past = [rows[:, names[name]] for name in ("a1_bloc_mean", "l1_bloc_mean") if name in names]
        if past:
            stacked = np.stack(past)
            known = np.isfinite(stacked)
            mean = np.where(known, stacked, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
            learned = np.where(known.any(axis=0), self.past_weight * mean + (1 - self.past_weight) * learned, learned)
        return np.asarray(np.maximum(learned, 0.002))

    def _independent_shares(self, rows: pd.DataFrame, *, with_person: bool) -> np.ndarray[Any, np.dtype[np.float64]]:
        if self.independents_ is None:
            return np.full(len(rows), self.independent_mean_)
        inputs = rows[self.features_].copy()
        if not with_person:
            own = [name for name in PERSON_OWN if name in inputs]
            inputs[own] = 0.0
        return np.maximum(self.independents_.predict(inputs.to_numpy(dtype=np.float64)), 0.001)

    def draw_shares(
        self, forecast: pd.DataFrame, *, n_draws: int = 500, seed: int = 0
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Draw shares: one swing per party and election, smaller ones per region and district, then the seat's noise.

        Parameters
        ----------
        forecast : pd.DataFrame
            Of `predict`.
        n_draws : int
            How many.
        seed : int
            Of the draws.

        Returns
        -------
        numpy.ndarray, shape (rows, n_draws)
            Shares, 0 to 1; each seat's add up to 1 in every draw.
        """
        return draw_log_shares(forecast, self.noise_, n_draws=n_draws, seed=seed)

    def to_json(self) -> dict[str, Any]:
        """Return the fitted model as plain JSON values: trees as LightGBM's text, arrays as lists."""
        check_is_fitted(self, "trees_")
        return {
            "format": _FORMAT,
            "params": self.get_params(),
            "features": self.features_,
            "blind_features": self.blind_features_,
            "level_features": self.level_features_,
            "trees": {name: [fit.to_json() for fit in fits] for name, fits in self.trees_.items()},
            "ridges": {name: fit.to_json() for name, fit in self.ridges_.items()},
            "level_trees": self.level_trees_.to_json(),
            "level_ridge": self.level_ridge_.to_json(),
            "independents": None if self.independents_ is None else self.independents_.to_json(),
            "independent_mean": self.independent_mean_,
            "noise": self.noise_.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the model that `to_json` stored; its forecasts are the same to the bit.

        Raises
        ------
        KhakaError
            It was stored by a version with another kind of share model.
        """
        if stored.get("format") != _FORMAT:
            raise KhakaError(
                f"the share model has the format {stored.get('format')!r}, this version reads {_FORMAT!r}: "
                "run khaka train"
            )
        model = cls(**stored["params"])
        model.features_ = list(stored["features"])
        model.blind_features_ = list(stored["blind_features"])
        model.level_features_ = list(stored["level_features"])
        model.trees_ = {name: tuple(TreeFit.from_json(fit) for fit in fits) for name, fits in stored["trees"].items()}
        model.ridges_ = {name: RidgeFit.from_json(fit) for name, fit in stored["ridges"].items()}
        model.level_trees_ = TreeFit.from_json(stored["level_trees"])
        model.level_ridge_ = RidgeFit.from_json(stored["level_ridge"])
        model.independents_ = None if stored["independents"] is None else TreeFit.from_json(stored["independents"])
        model.independent_mean_ = float(stored["independent_mean"])
        model.noise_ = NoiseScales.from_json(stored["noise"])
        return model
