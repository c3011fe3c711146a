"""How far off an expected margin may be: swing of the party, of the district, noise of the seat, the person.

    margin = expected + swing(party, election) + swing(district) + noise(seat) + what is open about the person

One swing is drawn per party and election, a smaller one per district, then the seat's noise: aspirants of one seat
share all three. Who knows the party's swing still doesn't know the district's, so that belongs to the seat's part. A
few elections cannot tell the spread of swings, so it is pooled with a prior:

    s^2 = (n0 * prior^2 + sum of squared group means) / (n0 + groups)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from khaka.training.prior_ridge import Floats, Labels

PRIOR_SWING: Final = 13.0
"""Prior spread of a party's error in one election, in points of margin: 10 points of share were seen on 52 real
party-elections, and what a party loses its rivals gain in part."""

PERSON_SPREAD: Final = 3.8
"""Standard deviation, in points of margin, of what aspirants of one seat are worth: 3 to 5 points."""

Z90: Final = 1.6448536269514722
"""Standard deviations from the middle to each end of a normal 90% range."""

_PRIOR_WEIGHT: Final = 4.0
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
    """

    swing: float
    district: float
    seat: float
    person: float


def estimate_spread(residual: Floats, groups: Labels, districts: Labels) -> MarginSpread:
    """Estimate the spread from residuals of elections that the model had not seen.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        Margin minus expected margin, in points.
    groups : sequence of str, length n
        Party in an election.
    districts : sequence of str, length n
        District of the seat; blank where unknown.

    Returns
    -------
    MarginSpread
        With few rows, near the prior.
    """
    frame = pd.DataFrame({"r": residual, "g": np.asarray(groups), "d": np.asarray(districts)}).dropna()
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
    total, own = cell.transform("sum").to_numpy(), inner.to_numpy()
    pairs = size >= 2
    between = float(np.mean(own[pairs] * (total[pairs] - own[pairs]) / (size[pairs] - 1))) if pairs.any() else 0.0
    spread = np.quantile(np.abs(inner), 0.90) / Z90  # the ranges are 90% ranges: fit the spread there
    district = np.sqrt(np.clip(between, 0.0, 0.5 * spread**2))
    within = max(spread**2 - district**2, 1.0)
    return MarginSpread(
        float(swing),
        float(district),
        float(np.sqrt((1 - _PERSON_PART) * within)),
        float(np.sqrt(_PERSON_PART * within)),
    )


def half_width(spread: MarginSpread, *, swing: bool) -> float:
    """Return half the width of a 90% range in points, with the swing drawn or known.

    Examples
    --------
    >>> round(half_width(MarginSpread(12.0, 3.0, 4.0, 0.0), swing=False), 2)
    8.22
    """
    parts = (spread.district, spread.seat, spread.person, spread.swing if swing else 0.0)
    return float(Z90 * np.sqrt(sum(part**2 for part in parts)))


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
    spread: MarginSpread, seats: Sequence[str], districts: Sequence[str], *, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw what the aspirants of a seat share.

    Parameters
    ----------
    spread : MarginSpread
        Standard deviations.
    seats, districts : sequence of str, length n
        Of each aspirant.
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
    district_of = np.unique(np.asarray(districts, dtype=str), return_inverse=True)[1]
    seat_of = np.unique(np.asarray(seats, dtype=str), return_inverse=True)[1]
    district = spread.district * rng.standard_normal((int(district_of.max(initial=-1)) + 1, draws))
    seat = spread.seat * rng.standard_normal((int(seat_of.max(initial=-1)) + 1, draws))
    return np.broadcast_to(state, (len(seat_of), draws)).copy(), district[district_of] + seat[seat_of]
