"""How far off an expected margin may be: swing of the party, of the district, noise of the seat, the person.

    margin = expected + swing(party, election) + swing(district) + noise(seat) + what is open about the person

One swing is drawn per party and election, a smaller one per district, then the seat's noise: aspirants of one seat
share all three. Who knows the party's swing still doesn't know the district's, so that belongs to the seat's part. A
few elections cannot tell the spread of swings, so it is pooled with a prior:

    s^2 = (n0 * prior^2 + sum of squared group means) / (n0 + groups)

Where two parties are strong a vote moves both shares, so margins near zero are noisier than those of parties far
behind. The seat's part is therefore a line in the seat's expected margin, fitted to absolute residuals; its size is
split-conformal with normalised scores (Lei et al. 2018, *Journal of the American Statistical Association* 113,
1094-1111): the quantile at which the ranges held 90% of the nominees of elections that the model had not seen. The
party's own nominees weigh more in it than they are many, for it is theirs that the ranges are for. A swing moves a
party to where the noise is larger or smaller, so each draw has the noise of the margin that its swing leads to.

How noisy an election is differs from one to the next, and a few past ones tell it badly, however many seats they had.
The ranges given the swing are therefore those of Student's t with four degrees of freedom for each past election,
instead of the normal's: wider by an eighth after two elections, by half a hundredth after forty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from khaka.training.prior_ridge import Floats, Labels

PRIOR_SWING: Final = 13.0
"""Prior spread of a party's error in one election, in points of margin: 10 points of share were seen on 52 real
party-elections, and what a party loses its rivals gain in part."""

PERSON_SPREAD: Final = 3.8
"""Standard deviation, in points of margin, of what aspirants of one seat are worth: 3 to 5 points."""

Z90: Final = 1.6448536269514722
"""Standard deviations from the middle to each end of a normal 90% range."""

_PRIOR_WEIGHT: Final = 4.0
_DEGREES: Final = 4.0  # of freedom that one election tells of the noise of the next
_FEWEST: Final = 50  # residuals from which on a line is fitted
_OWN_ROWS: Final = 300.0  # what nominees of other parties weigh against the party's own
_KNOTS: Final = 9
_PERSON_PART: Final = 0.15
"""Part of the variance within a seat that is put down to the person: directions are known, the size is not."""


@dataclass(frozen=True)
class MarginSpread:
    """Standard deviations in points of margin.

    Parameters
    ----------
    swing : float
        Of a party in one election.
    district : float
        Of a party in one district, beyond its swing.
    seat : float
        Of a seat, whoever the nominee is.
    person : float
        Of what nobody recorded about a nominee.
    knots, totals : tuple of float
        Expected margins of a seat, and at these the spread of all but the swing; between them it is interpolated.
        Empty: the same everywhere.
    """

    swing: float
    district: float
    seat: float
    person: float
    knots: tuple[float, ...] = ()
    totals: tuple[float, ...] = ()

    def factor(self, baseline: Floats) -> Floats:
        """Return by how much the district's and the seat's part is larger or smaller at expected margins, any shape.

        Examples
        --------
        >>> spread = MarginSpread(10.0, 3.0, 4.0, 0.0, knots=(-20.0, 0.0), totals=(4.0, 6.0))
        >>> spread.factor(np.array([-30.0, -10.0, 0.0])).tolist()
        [0.8, 1.0, 1.2]
        """
        if not self.knots:
            return np.ones(baseline.shape)
        total = np.interp(baseline, self.knots, self.totals)
        shared = max(self.district**2 + self.seat**2, 1e-9)
        return np.asarray(np.sqrt(np.maximum(total**2 - self.person**2, 0.25 * total**2) / shared))


def estimate_spread(
    residual: Floats,
    groups: Labels,
    districts: Labels,
    baseline: Floats | None = None,
    own: npt.NDArray[np.bool_] | None = None,
    elections: Labels | None = None,
) -> MarginSpread:
    """Estimate the spread from residuals of elections that the model had not seen.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Margin minus expected margin, in points.
    groups : sequence of str, length n
        Party in an election.
    districts : sequence of str, length n
        District of the seat; blank where unknown.
    baseline : ndarray, shape (n,), optional
        The seat's expected margin in points, on which the seat's part depends; without it is the same everywhere.
    own : ndarray of bool, shape (n,), optional
        Nominees of the party that the ranges are for: of n in all, they have n / (n + 300) of the weight.
    elections : sequence of str, length n, optional
        Election of each nominee; without it the number of elections is taken for large.

    Returns
    -------
    MarginSpread
        With few rows, near the prior.
    """
    at = np.zeros(len(residual)) if baseline is None else baseline
    ours = np.zeros(len(residual), dtype=bool) if own is None else own
    of = np.zeros(len(residual)) if elections is None else np.asarray(elections)
    columns = {"r": residual, "g": np.asarray(groups), "d": np.asarray(districts), "b": at, "own": ours, "e": of}
    frame = pd.DataFrame(columns).dropna()
    sizes = frame.groupby("g")["r"].transform("size")
    frame = frame[sizes >= 5]
    if frame.empty:
        return MarginSpread(PRIOR_SWING, 4.0, 9.0, 4.0)
    means = frame.groupby("g")["r"].mean()
    swing = np.sqrt((_PRIOR_WEIGHT * PRIOR_SWING**2 + float((means**2).sum())) / (_PRIOR_WEIGHT + len(means)))
    inner = frame["r"] - frame.groupby("g")["r"].transform("mean")
    cell = inner.groupby([frame["g"], frame["d"]])
    size = cell.transform("size").to_numpy(dtype=float)
    # variance between districts: expected product of two different seats of one district
    total, each = cell.transform("sum").to_numpy(), inner.to_numpy()
    pairs = size >= 2
    between = float(np.mean(each[pairs] * (total[pairs] - each[pairs]) / (size[pairs] - 1))) if pairs.any() else 0.0
    spread = np.quantile(np.abs(inner), 0.90) / Z90  # the ranges are 90% ranges: fit the spread there
    district = np.sqrt(np.clip(between, 0.0, 0.5 * spread**2))
    within = max(spread**2 - district**2, 1.0)
    knots, totals = ((), ()) if baseline is None else seat_line(
        np.abs(each), frame["b"].to_numpy(dtype=float), _weights(frame["own"].to_numpy(dtype=bool))
    )  # fmt: skip
    wider = 1.0 if elections is None else float(student.ppf(0.95, _DEGREES * frame["e"].nunique())) / Z90
    return MarginSpread(
        float(swing),
        float(wider * district),
        float(wider * np.sqrt((1 - _PERSON_PART) * within)),
        float(wider * np.sqrt(_PERSON_PART * within)),
        knots,
        tuple(wider * total for total in totals),
    )


def _weights(own: npt.NDArray[np.bool_]) -> Floats:
    """Return the weight of each nominee: those of the party itself have n / (n + 300) of all, if that is more."""
    number, total = int(own.sum()), len(own)
    part = max(number / (number + _OWN_ROWS), number / max(total, 1)) if number else 0.0
    return np.where(own, part / max(number, 1), (1.0 - part) / max(total - number, 1))


def _quantile(values: Floats, weights: Floats, level: float) -> float:
    """Return the least value up to which the weights reach a part of their sum (Tibshirani et al. 2019)."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, level - 1e-12)), len(values) - 1)])


def seat_line(
    off: Floats, baseline: Floats, weights: Floats | None = None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return expected margins and the spread there whose 90% ranges hold 90% of the residuals.

    Parameters
    ----------
    off : ndarray, shape (n,)
        Absolute residuals in points, the swing taken out.
    baseline : ndarray, shape (n,)
        The seat's expected margin in points.
    weights : ndarray, shape (n,), optional
        Of the residuals in the quantile; the same for all without.

    Returns
    -------
    tuple of tuple of float
        Knots and standard deviations; empty with fewer than 50 rows.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> margin = rng.uniform(-40, 0, 4000)
    >>> knots, totals = seat_line(np.abs(rng.normal(0, 14 + margin / 5)), margin)
    >>> round(totals[0]), round(totals[-1])
    (6, 14)
    """
    if len(off) < _FEWEST:
        return (), ()
    low, high = np.quantile(baseline, [0.02, 0.98])  # beyond it nothing is known: as at the end
    inside = np.clip(baseline, low, high)
    design = np.column_stack([np.ones(len(off)), inside])
    line = np.linalg.lstsq(design, off, rcond=None)[0]
    least = off.mean() / 3  # a steep line must not promise certainty

    def height(at: Floats) -> Floats:
        return np.asarray(np.maximum(line[0] + line[1] * at, least))

    score = off / height(inside)
    level = min(1.0, np.ceil((len(off) + 1) * 0.9) / len(off))
    size = _quantile(score, np.ones(len(off)) if weights is None else weights, level) / Z90
    knots = np.linspace(low, high, _KNOTS)
    return tuple(float(knot) for knot in knots), tuple(float(value) for value in size * height(knots))


def half_width(spread: MarginSpread, baseline: Floats, *, swing: bool) -> Floats:
    """Return half the width of 90% ranges in points, with the swing drawn or known, shape (n,).

    Examples
    --------
    >>> half_width(MarginSpread(12.0, 3.0, 4.0, 0.0), np.zeros(1), swing=False).round(2).tolist()
    [8.22]
    """
    shared = (spread.district**2 + spread.seat**2) * spread.factor(baseline) ** 2
    return np.asarray(Z90 * np.sqrt(shared + spread.person**2 + (spread.swing**2 if swing else 0.0)))


def with_explained(spread: MarginSpread, explained: float) -> MarginSpread:
    """Return the spread with the person's part set by what the guessed quality explains; the sum stays.

    Parameters
    ----------
    spread : MarginSpread
        Of a model that has learned what the guess is worth.
    explained : float
        Variance of what the guess adds to nominees' margins, in squared points.

    Returns
    -------
    MarginSpread
        What is open about a person is the variance of aspirants inside a seat less what is explained, at least one
        squared point.

    Examples
    --------
    >>> spread = with_explained(MarginSpread(13.0, 4.0, 9.0, 4.0), PERSON_SPREAD**2 - 9.0)
    >>> round(spread.person, 6), round(spread.seat**2 + spread.person**2, 6)
    (3.0, 97.0)
    """
    total = spread.seat**2 + spread.person**2
    person = min(max(PERSON_SPREAD**2 - explained, 1.0), 0.5 * total)
    return replace(spread, seat=float(np.sqrt(total - person)), person=float(np.sqrt(person)))


def shared_draws(
    spread: MarginSpread,
    seats: Sequence[str],
    districts: Sequence[str],
    baseline: Floats | None = None,
    *,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Draw what the aspirants of a seat share.

    Parameters
    ----------
    spread : MarginSpread
        Standard deviations.
    seats, districts : sequence of str, length n
        Of each aspirant.
    baseline : ndarray, shape (n,), optional
        The seat's expected margin, the same for all aspirants of a seat.
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    tuple of ndarray, each of shape (n, draws)
        Swing of the party, and what is the seat's: its district's swing and its own noise; equal for aspirants of
        one seat.
    """
    state = spread.swing * rng.standard_normal(draws)
    root = int(rng.integers(2**63))
    names, district_of = np.unique(np.asarray(districts, dtype=str), return_inverse=True)
    district = spread.district * named_noise([f"district {name}" for name in names], draws, root)
    names, seat_of = np.unique(np.asarray(seats, dtype=str), return_inverse=True)
    seat = spread.seat * named_noise([f"seat {name}" for name in names], draws, root)
    wide = spread.factor((np.zeros(len(seat_of)) if baseline is None else baseline)[:, None] + state)
    own = wide * (district[district_of] + seat[seat_of])
    return np.broadcast_to(state, (len(seat_of), draws)).copy(), own


def named_noise(names: Sequence[str], draws: int, root: int) -> Floats:
    """Return standard normal draws of each name, the same whoever else is there.

    Parameters
    ----------
    names : sequence of str, length n
        Each once.
    draws : int
        How many.
    root : int
        Seed, not below 0.

    Returns
    -------
    ndarray, shape (n, draws)
        A newcomer in one seat leaves the draws of all others as they are.

    Examples
    --------
    >>> bool((named_noise(["a", "b", "c"], 5, 1)[[0, 2]] == named_noise(["a", "c"], 5, 1)).all())
    True
    """
    out = np.empty((len(names), draws))
    for row, name in enumerate(names):
        np.random.default_rng(np.random.SeedSequence([root, *name.encode()])).standard_normal(out=out[row])
    return out
