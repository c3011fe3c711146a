"""Linear regression with a prior on each coefficient and fixed effects of groups.

Bayesian linear regression with known prior (Bishop 2006, *Pattern Recognition and Machine Learning*, section 3.3):
with prior beta ~ N(m0, diag(t^2)) and noise variance s^2, on data from which each group's mean was taken out,

    S = (diag(1/t^2) + Z'Z / s^2)^-1        beta = S (diag(1/t^2) m0 + Z'r / s^2)

Where a feature was never observed the data say nothing, and its coefficient stays at the prior: the party's own
weight. With m0 = 0 and one t it is ridge regression with penalty s^2 / t^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float64]
Labels = Sequence[str] | npt.NDArray[np.str_] | npt.NDArray[np.object_]
"""One label a row."""

PRIOR_WIDTHS: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Widths of the prior that are tried, in points of margin per standard deviation of a feature."""


@dataclass(frozen=True)
class Posterior:
    """Coefficients after the data.

    Parameters
    ----------
    mean : ndarray, shape (k,)
        Points per unit of each column.
    covariance : ndarray, shape (k, k)
        Of the coefficients.
    noise : float
        Standard deviation of what is left, in points.
    """

    mean: Floats
    covariance: Floats
    noise: float


def demean(values: Floats, groups: npt.NDArray[np.int64]) -> Floats:
    """Take each group's mean out of a vector or of each column of a matrix.

    Examples
    --------
    >>> demean(np.array([1.0, 3.0, 10.0]), np.array([0, 0, 1]))
    array([-1.,  1.,  0.])
    """
    size = int(groups.max()) + 1 if len(groups) else 0
    count = np.maximum(np.bincount(groups, minlength=size), 1)
    columns = values.reshape(len(values), -1)
    means = np.stack([np.bincount(groups, weights=column, minlength=size) / count for column in columns.T], axis=1)
    return np.asarray((columns - means[groups]).reshape(values.shape))


def fit(
    design: Floats, target: Floats, groups: npt.NDArray[np.int64], prior_mean: Floats, prior_width: Floats
) -> Posterior:
    """Fit with a prior per column and one fixed effect per group.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        Columns in the prior's units; unknown cells are 0.
    target : ndarray, shape (n,)
        Points.
    groups : ndarray of int, shape (n,)
        Party in an election: its own swing cannot be learned and is taken out.
    prior_mean, prior_width : ndarray, shape (k,)
        Mean and standard deviation of each coefficient beforehand, in points.

    Returns
    -------
    Posterior
        With no row at all: the prior, and a noise of 12 points.
    """
    if len(target) == 0:
        return Posterior(prior_mean, np.diag(prior_width**2), 12.0)
    with threadpool_limits(limits=1):  # sums in one order: the same bits on any number of cores
        z, r = demean(design, groups), demean(target, groups)
        degrees = max(len(r) - len(np.unique(groups)), 1)
        noise = float(np.sqrt(max(np.sum(r**2) / degrees, 1e-6)))
        gram, moment = z.T @ z, z.T @ r
        for _ in range(5):  # noise and coefficients depend on each other: a few turns settle both
            precision = np.diag(1.0 / prior_width**2) + gram / noise**2
            covariance = np.linalg.inv(precision)
            mean = covariance @ (prior_mean / prior_width**2 + moment / noise**2)
            noise = float(np.sqrt(max(np.sum((r - z @ mean) ** 2) / degrees, 1e-6)))
    return Posterior(mean, (covariance + covariance.T) / 2, noise)


def log_evidence(
    design: Floats,
    target: Floats,
    groups: npt.NDArray[np.int64],
    prior_mean: Floats,
    prior_width: Floats,
    noise: float,
) -> float:
    """Return the log of how likely the data were under a prior, up to a constant of the data and the noise.

    Marginal likelihood of Bayesian linear regression (Bishop 2006, section 3.5.1). Its difference between two priors
    says which one the data speak for.

    Parameters
    ----------
    design, target, groups, prior_mean, prior_width
        As for `fit`.
    noise : float
        Standard deviation of the noise in points, the same for all priors that are compared.

    Returns
    -------
    float
        Natural logarithm.
    """
    if len(target) == 0:
        return 0.0
    with threadpool_limits(limits=1):
        z, r = demean(design, groups), demean(target, groups) - demean(design, groups) @ prior_mean
        precision = np.diag(1.0 / prior_width**2) + z.T @ z / noise**2
        moment = z.T @ r / noise**2
        volume = float(np.linalg.slogdet(precision)[1] + 2.0 * np.log(prior_width).sum())
        return float(-0.5 * (r @ r / noise**2 - moment @ np.linalg.solve(precision, moment)) - 0.5 * volume)


def average(posteriors: Sequence[Posterior], chances: Sequence[float]) -> Posterior:
    """Average posteriors by their chances; what they differ in widens the covariance.

    Examples
    --------
    >>> one, two = Posterior(np.array([0.0]), np.eye(1), 8.0), Posterior(np.array([2.0]), np.eye(1), 8.0)
    >>> both = average([one, two], [0.5, 0.5])
    >>> both.mean.tolist(), both.covariance.tolist()
    ([1.0], [[2.0]])
    """
    mean = np.sum([chance * one.mean for one, chance in zip(posteriors, chances, strict=True)], axis=0)
    covariance = np.zeros_like(posteriors[0].covariance)
    for one, chance in zip(posteriors, chances, strict=True):
        covariance = covariance + chance * (one.covariance + np.outer(one.mean - mean, one.mean - mean))
    noise = float(sum(chance * one.noise for one, chance in zip(posteriors, chances, strict=True)))
    return Posterior(np.asarray(mean), covariance, noise)


def choose_width(
    design: Floats,
    target: Floats,
    groups: npt.NDArray[np.int64],
    folds: npt.NDArray[np.int64],
    prior_mean: Floats,
    fixed_width: Floats,
) -> float:
    """Choose the prior's width for the columns that have none of their own, by leaving out whole elections.

    Parameters
    ----------
    design, target, groups
        As for `fit`.
    folds : ndarray of int, shape (n,)
        Election of each row, as a number; five folds of elections are left out in turn.
    prior_mean : ndarray, shape (k,)
        Mean of each coefficient beforehand.
    fixed_width : ndarray, shape (k,)
        Width where the party set one, else NaN.

    Returns
    -------
    float
        The width of `PRIOR_WIDTHS` with the least squared error; 1.0 with fewer than two elections.
    """
    parts = np.unique(folds)
    if len(parts) < 2:
        return 1.0
    fold_of = {part: index % min(5, len(parts)) for index, part in enumerate(parts)}
    fold = np.array([fold_of[part] for part in folds])
    losses = []
    for width in PRIOR_WIDTHS:
        widths = np.where(np.isnan(fixed_width), width, fixed_width)
        loss = 0.0
        for held in np.unique(fold):
            out = fold == held
            posterior = fit(design[~out], target[~out], _renumber(groups[~out]), prior_mean, widths)
            own = _renumber(groups[out])
            loss += float(np.sum((demean(target[out], own) - demean(design[out], own) @ posterior.mean) ** 2))
        losses.append(loss)
    return PRIOR_WIDTHS[int(np.argmin(losses))]


def _renumber(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)
