"""What speaks for and against two booths being the same: names, rooms, electors, coordinates, as log odds.

Each clue is the logarithm of a likelihood ratio (Fellegi and Sunter 1969): how much likelier it is to be seen on the
same booth in two elections than on two booths of the seat taken at random. A missing clue says nothing (0). Votes are
no clue: a match chosen because the votes agree would make every swing vanish.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from khaka.data.booth_names import BoothNames, likeness, parse

Floats = NDArray[np.float64]

#: Columns of `booths` that the evidence reads; nothing else is looked at.
READ: Final = ("booth_no", "station_name", "polling_centre", "village", "electors", "lat", "lon")

#: Log odds by likeness of the names (0 to 1), upper edges first. Hand-set on half of Uttar Pradesh, 2014 to 2017.
_NAME_EDGES: Final = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
_NAME_ODDS: Final = np.array([-2.5, -2.0, -1.5, -1.0, -0.4, 0.4, 1.2, 2.0, 2.8, 3.4, 4.0, 4.6])

_SAME_ROOM: Final = 1.0
_OTHER_ROOM: Final = -0.8
_ONLY_ROOM: Final = 0.2  # no number then, room 1 now: a building that got a second room

#: The logarithm of a kept booth's growth, freed of the seat's: mostly Laplace, else the booth was cut anew.
_STEADY: Final = 0.8
_GROWTH_SCALE: Final = 0.07
_RECUT_SD: Final = 0.45
_MOST_GROWTH: Final = 0.3
_LIKELY: Final = 3.0
#: The same for two booths taken at random.
_RANDOM_SD: Final = 0.48

#: Log odds by distance in km.
_KM_EDGES: Final = np.array([0.1, 0.3, 0.7, 1.5, 3.0, 6.0])
_KM_ODDS: Final = np.array([4.0, 3.5, 2.5, 1.2, 0.0, -1.0, -1.5])
_KM_PER_DEGREE: Final = 111.2


@dataclass(frozen=True)
class BoothList:
    """The booths of one seat in one election, in the order of the officer's list.

    Parameters
    ----------
    numbers : tuple of str
        Booth numbers.
    names, centres, villages : BoothNames
        Station, polling centre and village, blank where unknown.
    electors : ndarray of float
        NaN where unknown.
    lat, lon : ndarray of float
        Degrees, NaN where unknown.
    """

    numbers: tuple[str, ...]
    names: BoothNames
    centres: BoothNames
    villages: BoothNames
    electors: Floats
    lat: Floats
    lon: Floats


def list_order(booth_no: str) -> tuple[int, str]:
    """Return the key that sorts booth numbers as the list does: by number, then by suffix.

    Examples
    --------
    >>> sorted(["10", "2", "2A", "7W", "12"], key=list_order)
    ['2', '2A', '7W', '10', '12']
    """
    match = re.match(r"\s*(\d+)\s*(.*)", booth_no)
    return (int(match[1]), match[2].strip()) if match else (10**9, booth_no)


def booth_list(booths: pd.DataFrame) -> BoothList:
    """Make the list of one seat and election ready for comparison.

    Parameters
    ----------
    booths : DataFrame
        Canonical `booths` rows of one election and seat, in any order; only the columns of `READ` are looked at, and
        all but booth_no may be missing.

    Returns
    -------
    BoothList
        Sorted by booth number.
    """
    numbers: list[str] = booths["booth_no"].astype("str").tolist()
    order = sorted(range(len(booths)), key=lambda row: (list_order(numbers[row]), numbers[row]))

    def text(name: str) -> list[str]:
        if name not in booths.columns:
            return [""] * len(order)
        values = booths[name].astype("str").fillna("").tolist()
        return [values[row] for row in order]

    def number(name: str) -> Floats:
        if name not in booths.columns:
            return np.full(len(order), np.nan)
        return pd.to_numeric(booths[name]).to_numpy(dtype=np.float64, na_value=np.nan)[order]

    electors = number("electors")
    return BoothList(
        tuple(numbers[row] for row in order),
        parse(text("station_name")), parse(text("polling_centre")), parse(text("village")),
        np.where(electors > 0, electors, np.nan), number("lat"), number("lon"),
    )  # fmt: skip


def log_odds(earlier: BoothList, later: BoothList) -> Floats:
    """Return the log odds that two booths are the same, from all clues together.

    Parameters
    ----------
    earlier, later : BoothList
        The same seat in two elections.

    Returns
    -------
    ndarray of shape (n_earlier, n_later)
        Natural logarithm; higher means likelier the same; 0 where nothing is known.
    """
    told = (
        names_log_odds(earlier, later)
        + rooms_log_odds(earlier.names.rooms, later.names.rooms)
        + distance_log_odds(earlier, later)
    )
    return told + electors_log_odds(earlier.electors, later.electors, growth(earlier.electors, later.electors, told))


def names_log_odds(earlier: BoothList, later: BoothList) -> Floats:
    """Return the log odds from the names; station, centre and village count by their mean likeness."""
    pairs = ((earlier.names, later.names), (earlier.centres, later.centres), (earlier.villages, later.villages))
    alike = np.stack([likeness(one, two) for one, two in pairs if any(one.folded) and any(two.folded)] or
                     [np.full((len(earlier.numbers), len(later.numbers)), np.nan)])  # fmt: skip
    known = np.isfinite(alike)
    mean = np.where(known, alike, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known.any(axis=0), _NAME_ODDS[np.digitize(mean, _NAME_EDGES)], 0.0)


def rooms_log_odds(earlier: NDArray[np.int64], later: NDArray[np.int64]) -> Floats:
    """Return the log odds from room numbers (0: unknown, above 100: a part named by direction)."""
    one, two = earlier[:, None], later[None, :]
    comparable = (one > 0) & (two > 0) & ((one > 100) == (two > 100))
    single = ((one == 0) & (two == 1)) | ((one == 1) & (two == 0))
    told = np.where(one == two, _SAME_ROOM, _OTHER_ROOM)
    return np.where(comparable, told, np.where(single, _ONLY_ROOM, 0.0)).astype(np.float64)


def growth(earlier: Floats, later: Floats, told: Floats) -> float:
    """Return the logarithm of a kept booth's growth in electors.

    Parameters
    ----------
    earlier, later : ndarray of float
        Electors of the two lists.
    told : ndarray of shape (n_earlier, n_later)
        Log odds from the other clues.

    Returns
    -------
    float
        The median over pairs that the other clues hold likely and that were not cut anew; where there are too few,
        the growth of the sum. At most 0.3 either way, 0 where nothing is known.

    Examples
    --------
    Two booths grew by 2%, one was halved:

    >>> before, after = np.array([1000.0, 800.0, 1400.0]), np.array([1020.0, 816.0, 714.0])
    >>> round(growth(before, after, np.where(np.eye(3) > 0, 5.0, -2.0)), 3)
    0.02
    """
    sums = np.nansum(earlier), np.nansum(later)
    whole = float(np.log(sums[1] / sums[0])) if sums[0] > 0 and sums[1] > 0 else 0.0
    fallback = whole if abs(whole) <= _MOST_GROWTH else 0.0
    d = np.log(later)[None, :] - np.log(earlier)[:, None]
    likely = (told >= _LIKELY) & (told >= told.max(axis=0, initial=-np.inf)) & (np.abs(d) <= _MOST_GROWTH)
    return float(np.median(d[likely])) if likely.sum() >= 1 else fallback


def electors_log_odds(earlier: Floats, later: Floats, kept_growth: float) -> Floats:
    """Return the log odds from the electors.

    With d the logarithm of the growth minus `kept_growth`, a kept booth has 0.8 Laplace(d; 0.07) + 0.2 Normal(d; 0.45),
    two booths at random Normal(d; 0.48).
    """
    d = np.log(later)[None, :] - np.log(earlier)[:, None] - kept_growth
    kept = _STEADY * np.exp(-np.abs(d) / _GROWTH_SCALE) / (2 * _GROWTH_SCALE) + (1 - _STEADY) * _normal(d, _RECUT_SD)
    chance = np.maximum(_normal(d, _RANDOM_SD), 0.02)
    return np.where(np.isnan(d), 0.0, np.log(np.maximum(kept, 1e-12) / chance))


def distance_log_odds(earlier: BoothList, later: BoothList) -> Floats:
    """Return the log odds from the distance; its loss is bounded, for coordinates are often wrong."""
    north = later.lat[None, :] - earlier.lat[:, None]
    east = (later.lon[None, :] - earlier.lon[:, None]) * np.cos(np.radians(earlier.lat))[:, None]
    km = _KM_PER_DEGREE * np.hypot(north, east)
    return np.where(np.isnan(km), 0.0, _KM_ODDS[np.digitize(np.nan_to_num(km), _KM_EDGES)])


def _normal(d: Floats, sd: float) -> Floats:
    density: Floats = np.exp(-0.5 * (d / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
    return density
