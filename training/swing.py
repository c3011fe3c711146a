"""How wrong a forecast of shares can be: one swing per party, smaller ones by region and district, the seat's noise.

On the scale of log-odds, where a swing moves a strong and a weak seat alike. The scales are estimated from residuals
of elections that the model had not seen, pooled over states: three elections of one state cannot tell them. All are
then multiplied by one factor, so that 90% ranges hold 90% of those residuals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

import numpy as np
import pandas as pd

FloatArray = np.ndarray[Any, np.dtype[np.float64]]

KNOTS: Final = (0.01, 0.05, 0.12, 0.22, 0.35, 0.5)
"""Shares at which the scales are held; between them they are interpolated."""

_LOWEST: Final = 0.003


@dataclass(frozen=True)
class NoiseScales:
    """Standard deviations in log-odds at the shares of `KNOTS`.

    Parameters
    ----------
    party, seat : tuple of float
        Of a party's swing by the party's mean share, and of the seat's noise by the expected share.
    region, district : float
        Of the smaller swings of a party.
    factor : float
        Multiplies all, so that ranges cover what they say.
    """

    party: tuple[float, ...] = (1.0, 0.8, 0.6, 0.5, 0.4, 0.35)
    seat: tuple[float, ...] = (1.0, 0.8, 0.55, 0.42, 0.35, 0.3)
    region: float = 0.12
    district: float = 0.12
    factor: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `to_json` stored."""
        return cls(
            tuple(stored["party"]), tuple(stored["seat"]), float(stored["region"]), float(stored["district"]),
            float(stored["factor"]),
        )  # fmt: skip


def log_odds(share: FloatArray) -> FloatArray:
    """Return the log-odds of shares, cut at 0.3% and 99.7%."""
    clipped = np.clip(share, _LOWEST, 1 - _LOWEST)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _at(share: FloatArray, scales: tuple[float, ...]) -> FloatArray:
    return np.asarray(np.interp(share, KNOTS, scales))


def _codes(frame: pd.DataFrame, *columns: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.asarray(frame.groupby(list(columns), sort=True, dropna=False).ngroup().to_numpy(), dtype=np.int64)


def _with_places(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with `_region` and `_district`; where no district is known, a run of eight seat numbers."""
    number = pd.to_numeric(frame["seat_id"].str.rsplit("-", n=1).str[1])
    block = "block " + (number // 8).astype(str)
    district = frame["district"].astype("object") if "district" in frame else pd.Series(None, index=frame.index)
    region = frame["region"].astype("object") if "region" in frame else pd.Series(None, index=frame.index)
    return frame.assign(
        _district=district.where(district.notna(), block),
        _region=region.where(region.notna(), "block " + (number // 40).astype(str)),
    )


def draw_log_shares(forecast: pd.DataFrame, scales: NoiseScales, *, n_draws: int, seed: int) -> FloatArray:
    """Draw shares around a forecast.

    Parameters
    ----------
    forecast : pd.DataFrame
        Columns election_id, seat_id, nominee_id, party, expected_share; district and region if known.
    scales : NoiseScales
        How wide.
    n_draws : int
        How many.
    seed : int
        Of the draws: the same whatever the order of the rows.

    Returns
    -------
    FloatArray, shape (rows, n_draws)
        Shares that add up to 1 in each seat and draw.
    """
    order = np.lexsort([forecast[name].astype(str).to_numpy() for name in ("nominee_id", "seat_id", "election_id")])
    rows = _with_places(forecast.iloc[order].reset_index(drop=True))
    random = np.random.default_rng(seed)
    share = rows["expected_share"].to_numpy(dtype=np.float64)
    # independents share nothing but the name: each is a party of its own
    party = np.where(rows["party"] == "IND", "IND " + rows["nominee_id"].astype(str), rows["party"].astype(str))
    rows = rows.assign(_party=party)
    of_party, of_region = _codes(rows, "election_id", "_party"), _codes(rows, "election_id", "_region", "_party")
    of_district, seat = _codes(rows, "election_id", "_district", "_party"), _codes(rows, "election_id", "seat_id")
    mean = (np.bincount(of_party, weights=share) / np.bincount(of_party))[of_party]
    size = int(of_party.max()) + 1 if len(of_party) else 0
    small = np.minimum(1.0, 0.5 + share / 0.1)  # regions of a tiny party: mostly its seat noise already
    out = log_odds(share)[:, None] + np.zeros((1, n_draws))
    out += scales.factor * _at(mean, scales.party)[:, None] * random.standard_normal((size, n_draws))[of_party]
    for codes, sd in ((of_region, scales.region), (of_district, scales.district)):
        drawn = random.standard_normal((int(codes.max()) + 1 if len(codes) else 0, n_draws))
        out += scales.factor * sd * small[:, None] * drawn[codes]
    out += scales.factor * _at(share, scales.seat)[:, None] * random.standard_normal(out.shape)
    raw = 1.0 / (1.0 + np.exp(-out))
    total = np.zeros((int(seat.max()) + 1 if len(seat) else 0, n_draws))
    np.add.at(total, seat, raw)
    raw /= total[seat]
    back = np.empty_like(raw)
    back[order] = raw
    return back


def _binned_sd(values: FloatArray, at: FloatArray, default: tuple[float, ...], *, prior: float) -> tuple[float, ...]:
    """Return the root mean square of values around each knot, shrunk to the default."""
    nearest = np.abs(np.log(np.maximum(at, 1e-3))[:, None] - np.log(np.array(KNOTS))[None, :]).argmin(axis=1)
    out = []
    for knot, usual in enumerate(default):
        here = values[nearest == knot]
        # a few wild elections must not set the width of all: cut at four usual deviations
        here = np.clip(here, -4 * usual, 4 * usual)
        out.append(float(np.sqrt(((here**2).sum() + prior * usual**2) / (len(here) + prior))))
    return tuple(out)


def fit_noise(rows: pd.DataFrame, *, actual: str, seed: int, coverage: float = 0.9) -> NoiseScales:
    """Estimate the scales from forecasts of elections that the model had not seen.

    Parameters
    ----------
    rows : pd.DataFrame
        As for `draw_log_shares`, with the actual share.
    actual : str
        Column of the actual share, 0 to 1.
    seed : int
        Of the draws that set the factor.
    coverage : float
        Part of the actual shares that the ranges between equal tails should hold.

    Returns
    -------
    NoiseScales
        Shrunk to the defaults where little was seen.
    """
    usual = NoiseScales()
    rows = _with_places(rows[rows[actual].notna()].reset_index(drop=True))
    share = rows["expected_share"].to_numpy(dtype=np.float64)
    residual = log_odds(rows[actual].to_numpy(dtype=np.float64)) - log_odds(share)
    group = _codes(rows, "election_id", "party")
    party_rows = (rows["party"] != "IND").to_numpy()
    count = np.bincount(group)
    mean = np.bincount(group, weights=residual) / count
    level = np.bincount(group, weights=share) / count
    noisy = residual - mean[group]
    many = (count >= 5) & (np.bincount(group, weights=party_rows) > 0)
    # a mean over n seats carries their noise too; it is small where n is 5 or more, and left in as caution
    party = _binned_sd(mean[many], level[many], usual.party, prior=5.0)
    inside = party_rows & (share > 0.05)
    region = _between(noisy[inside], _codes(rows[inside], "election_id", "_region", "party"), usual.region)
    district = _between(noisy[inside], _codes(rows[inside], "election_id", "_district", "party"), usual.district)
    district = float(np.sqrt(max(district**2 - region**2, 0.0025)))
    within = party_rows & (count >= 5)[group]
    seat = _binned_sd(noisy[within], share[within], usual.seat, prior=30.0)
    small = region**2 + district**2
    seat = tuple(float(np.sqrt(max(sd**2 - small, 0.01))) for sd in seat)
    scales = NoiseScales(party, seat, region, district)
    return replace(scales, factor=_factor(rows, scales, actual=actual, seed=seed, coverage=coverage))


def _between(values: FloatArray, group: np.ndarray[Any, np.dtype[np.int64]], usual: float) -> float:
    """Return the standard deviation between groups, noise of their means taken out (analysis of variance)."""
    count = np.bincount(group)
    if (count >= 2).sum() < 20:
        return usual
    values = np.clip(values, -1.5, 1.5)
    mean = np.bincount(group, weights=values) / np.maximum(count, 1)
    within = float(((values - mean[group]) ** 2).sum() / max(len(values) - (count > 0).sum(), 1))
    size = (len(values) - float((count**2).sum()) / len(values)) / max((count > 0).sum() - 1, 1)
    between = float((count * (mean - values.mean()) ** 2).sum() / max((count > 0).sum() - 1, 1))
    return float(np.sqrt(max((between - within) / max(size, 1e-9), 0.0025)))


def _factor(rows: pd.DataFrame, scales: NoiseScales, *, actual: str, seed: int, coverage: float) -> float:
    """Return the factor at which the ranges hold the asked part of the actual shares of parties above 5%."""
    truth = rows[actual].to_numpy(dtype=np.float64)
    counts = ((rows["party"] != "IND") & (rows["expected_share"] > 0.05)).to_numpy()
    if counts.sum() < 100:
        return 1.0
    low, high = 0.5, 2.0
    for _ in range(6):
        middle = (low + high) / 2
        drawn = draw_log_shares(rows, replace(scales, factor=middle), n_draws=100, seed=seed)[counts]
        ends = np.quantile(drawn, [(1 - coverage) / 2, (1 + coverage) / 2], axis=1)
        covered = ((truth[counts] >= ends[0]) & (truth[counts] <= ends[1])).mean()
        low, high = (middle, high) if covered < coverage else (low, middle)
    return (low + high) / 2
