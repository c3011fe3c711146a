"""How good forecasts of shares are: five figures per election, and paired differences over elections.

A statewide swing of a party cannot be learned from seats, so every figure is also given once each party's own mean
error is removed: that is where skill about seats shows.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd

INDEPENDENT: Final = "IND"
LARGE_PARTY: Final = 0.05
"""A party counts in the errors of shares if it won more than this part of the election's valid votes."""


@dataclass(frozen=True)
class ForecastFigures:
    """The five figures of one election.

    Parameters
    ----------
    winners : float
        Part of the seats whose winner has the highest forecast share, 0 to 1; higher is better. A forecast of 0 for
        all nominees of a seat names nobody.
    winners_given_swing : float
        The same once each party's own mean error is removed.
    error : float
        Mean absolute error of shares in percentage points, nominees of large parties; lower is better.
    error_given_swing : float
        The same without the party's mean error: the swing-free error.
    rank_correlation : float
        Spearman's correlation of forecast and actual share over a party's seats, mean over the large parties.
    """

    winners: float
    winners_given_swing: float
    error: float
    error_given_swing: float
    rank_correlation: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def _is_winner(share: pd.Series, seat: pd.Series) -> pd.Series:
    """Return True for the first row with the seat's highest share."""
    order = share.reset_index(drop=True).groupby(seat.to_numpy(), sort=False).idxmax()
    won = np.zeros(len(share), dtype=bool)
    won[order.to_numpy(dtype=int)] = True
    return pd.Series(won, index=share.index)


def party_mean(values: pd.Series, party: pd.Series) -> pd.Series:
    """Return the mean of `values` over each party's rows, at each row."""
    return values.groupby(party.to_numpy()).transform("mean")


def large_parties(votes: pd.Series, party: pd.Series, *, threshold: float = LARGE_PARTY) -> list[str]:
    """Return the parties with more than `threshold` of all valid votes, independents left out, sorted.

    Examples
    --------
    >>> import pandas as pd
    >>> large_parties(pd.Series([96, 4, 50]), pd.Series(["A", "B", "IND"]))
    ['A']
    """
    total = votes.astype("float64").groupby(party.to_numpy()).sum()
    part = total / total.sum()
    return sorted(str(name) for name in part.index[part > threshold] if name != INDEPENDENT)


def forecast_figures(rows: pd.DataFrame, *, threshold: float = LARGE_PARTY) -> ForecastFigures:
    """Return the five figures of one election.

    Parameters
    ----------
    rows : pd.DataFrame
        One row per nominee: seat_id, party, votes (actual), expected_share (forecast, 0 to 1).
    threshold : float
        Parties above this part of the valid votes count in the errors of shares.

    Returns
    -------
    ForecastFigures
        NaN where nothing can be measured.

    Examples
    --------
    Party A is forecast 15, 10 and 5 points too low: 10 points of swing, and 5, 0 and 5 that are left once it is known.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({
    ...     "seat_id": ["1", "1", "2", "2", "3", "3"], "party": ["A", "B", "A", "B", "A", "B"],
    ...     "votes": [60, 40, 70, 30, 80, 20], "expected_share": [0.45, 0.55, 0.60, 0.40, 0.75, 0.25],
    ... })
    >>> figures = forecast_figures(rows)
    >>> round(figures.winners, 3), figures.winners_given_swing
    (0.667, 1.0)
    >>> round(figures.error, 3), round(figures.error_given_swing, 3), round(figures.rank_correlation, 3)
    (10.0, 3.333, 1.0)
    """
    rows = rows.reset_index(drop=True)
    votes = rows["votes"].astype("float64")
    total = votes.groupby(rows["seat_id"]).transform("sum")
    counted = total > 0
    rows, votes, total = rows[counted], votes[counted], total[counted]
    if rows.empty:
        return ForecastFigures(*([math.nan] * 5))
    actual = votes / total
    error = rows["expected_share"].astype("float64") - actual
    freed = error - party_mean(error, rows["party"])
    winner = _is_winner(actual, rows["seat_id"])
    named = _is_winner(rows["expected_share"].astype("float64"), rows["seat_id"]) & (rows["expected_share"] > 0)
    named_freed = _is_winner(actual + freed, rows["seat_id"])
    large = large_parties(votes, rows["party"], threshold=threshold)
    inside = rows["party"].isin(large)
    ranks = [
        _spearman(rows.loc[rows["party"] == party, "expected_share"].astype("float64"), actual[rows["party"] == party])
        for party in large
    ]
    ranks = [value for value in ranks if not math.isnan(value)]
    return ForecastFigures(
        winners=float(named[winner].mean()),
        winners_given_swing=float(named_freed[winner].mean()),
        error=float(100 * error[inside].abs().mean()),
        error_given_swing=float(100 * freed[inside].abs().mean()),
        rank_correlation=float(np.mean(ranks)) if ranks else math.nan,
    )


def _spearman(forecast: pd.Series, actual: pd.Series) -> float:
    """Return the rank correlation; 0 for a forecast without differences, NaN for fewer than three seats."""
    if len(actual) < 3:
        return math.nan
    first, second = forecast.round(9).rank().to_numpy(), actual.rank().to_numpy()
    spread = first.std() * second.std()
    return float(((first - first.mean()) * (second - second.mean())).mean() / spread) if spread > 0 else 0.0


@dataclass(frozen=True)
class PairedDifference:
    """Mean difference between two forecasts over the same elections, with its standard error."""

    mean: float
    standard_error: float
    elections: int


def paired_difference(first: pd.Series, second: pd.Series) -> PairedDifference:
    """Return the mean of `first - second` over elections that both have.

    Parameters
    ----------
    first, second : pd.Series
        One figure per election, indexed by election_id.

    Returns
    -------
    PairedDifference
        Standard error NaN with fewer than two elections.

    Examples
    --------
    >>> import pandas as pd
    >>> a, b = pd.Series({"x": 5.0, "y": 6.0, "z": 7.0}), pd.Series({"x": 6.0, "y": 8.0, "z": 10.0})
    >>> gap = paired_difference(a, b)
    >>> gap.mean, round(gap.standard_error, 3), gap.elections
    (-2.0, 0.577, 3)
    """
    gap = (first - second).dropna()
    error = float(gap.std(ddof=1) / math.sqrt(len(gap))) if len(gap) > 1 else math.nan
    return PairedDifference(float(gap.mean()) if len(gap) else math.nan, error, len(gap))
