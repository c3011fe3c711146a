"""Wrong coordinates of booths: each booth against its neighbours' seat, and against the map where there is one.

The booths of a seat lie among each other. A booth whose nearest places all belong to other seats, and which is far from
its own seat's, has the coordinates of somewhere else; a booth that would lie among its own seat's if its latitude and
longitude changed places had them swapped. A booth moved within its own seat can't be found this way.

Neighbours are counted by place, not by booth, so that thirty booths put on one point vouch for each other once. Where
the seat has a polygon, that decides instead: inside of it, or beside it as far as maps are drawn wrongly, is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from khaka.data.places.polygons import Map

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Fault = Literal["half", "zero", "equal", "impossible", "swapped", "decimal", "far", "other_seat"]

FAULTS: Final[dict[str, str]] = {
    "half": "only one of latitude and longitude is given",
    "zero": "zero stands for a missing coordinate",
    "equal": "latitude and longitude are the same number",
    "impossible": "no place on earth, or none in India",
    "swapped": "latitude and longitude are swapped",
    "decimal": "the decimal point is lost",
    "far": "far from the other booths of its seat",
    "other_seat": "among the booths of another seat",
}
"""Faults of a coordinate, in the order in which they are looked for."""

EARTH_KM: Final = 6371.0088
#: India with its islands, degrees.
_LAT: Final = (6.0, 38.0)
_LON: Final = (68.0, 98.0)
_NEIGHBOURS: Final = 8
_FEWEST: Final = 5  # places that a seat must have for its neighbourhood to mean anything
_REACH: Final = 0.9  # part of a seat's places within its reach: a town may hold most, and villages lie far around it
_FAR: Final = 2.0  # far from the seat's centre, in reaches
_LEAST_FAR_KM: Final = 5.0
_SURELY_FAR_KM: Final = 30.0
_LEAST_NEAR_KM: Final = 2.0
_APART: Final = 3.0  # apart from the next place of its own seat, in the seat's usual gaps
_ROUNDS: Final = 3
_OFF_KM: Final = 1.0  # outside of the seat's polygon: published maps are simplified to some hundred metres


@dataclass(frozen=True)
class _Seats:
    """What is known of each seat's places: centre, reach and usual gap, by number of the seat."""

    centre: Floats
    reach: Floats
    gap: Floats
    places: Ints


def unit_vectors(lat: Floats, lon: Floats) -> Floats:
    """Return points on the unit sphere, shape (n, 3): straight distances between them order as those on the ground.

    Examples
    --------
    >>> unit_vectors(np.array([0.0, 90.0]), np.array([90.0, 0.0])).round(9).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    north, east = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def chord_km(chord: Floats) -> Floats:
    """Return the distance on the ground in km of a straight distance on the unit sphere."""
    return np.asarray(2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0.0, 1.0)), dtype=np.float64)


def coordinate_faults(booths: pd.DataFrame, *, units: Map | None = None) -> pd.DataFrame:
    """Find booths whose coordinates can't be right.

    Parameters
    ----------
    booths : DataFrame
        seat_id, lat, lon in degrees as they were given, of one election or roll; further columns are kept. Rows
        without any coordinate are passed over.
    units : Map, optional
        Polygons of the seats.

    Returns
    -------
    DataFrame
        The rows with a fault, in their index, with fault (one of `FAULTS`), among (the seat that most of its
        neighbours belong to; blank where the point is nowhere), away_km (distance to the middle of its own seat; NaN
        where unknown), and lat_mended, lon_mended where the fault tells what was meant (NaN elsewhere).

    Raises
    ------
    KhakaError
        A column is missing.

    Examples
    --------
    >>> seat = pd.DataFrame({"seat_id": "S07-2008-1", "lat": [30.50, 30.51, 30.52, 30.53, 30.52, 77.11],
    ...                      "lon": [77.10, 77.12, 77.11, 77.10, 77.13, 30.53]})
    >>> coordinate_faults(seat)[["fault", "lat_mended", "lon_mended"]].values.tolist()
    [['swapped', 30.53, 77.11]]
    """
    lacking = [name for name in ("seat_id", "lat", "lon") if name not in booths.columns]
    if lacking:
        raise KhakaError(f"booths without {', '.join(lacking)} can't be placed; give seat_id, lat and lon")
    given = booths[booths["lat"].notna() | booths["lon"].notna()]
    lat, lon = (pd.to_numeric(given[name], errors="coerce").to_numpy(dtype=np.float64) for name in ("lat", "lon"))
    seat, names = pd.factorize(given["seat_id"].astype("str"), sort=True)
    fault = _plain_faults(lat, lon)
    # a whole seat may have its columns swapped: its booths vouch for each other where they were meant to be
    meant = np.where((fault == "swapped")[:, None], np.column_stack([lon, lat]), np.column_stack([lat, lon]))
    seats = _seats(meant[:, 0], meant[:, 1], seat, np.isin(fault, ["", "swapped"]), len(names))
    meant = _meant(lat, lon, seat, seats, fault)
    usable = np.isin(fault, ["", "swapped", "decimal"])
    north, east = meant[:, 0], meant[:, 1]
    away = np.full(len(given), np.nan)
    among = np.full(len(given), -1, dtype=np.int64)
    for _ in range(_ROUNDS):
        good = usable & ~np.isin(fault, ["far", "other_seat"])
        seats = _seats(north, east, seat, good, len(names))
        found, away, among = _against_neighbours(north, east, seat, seats, usable, good)
        wrong = np.where(np.isin(fault, ["", "far", "other_seat"]) & usable, found, fault)
        if (wrong == fault).all():
            break
        fault = wrong
    if units is not None and len(units):
        off = _off_km(north, east, given["seat_id"].astype("str"), units)
        judged = np.isfinite(off) & np.isin(fault, ["", "far", "other_seat"])
        stray = np.where(fault == "far", "far", "other_seat")
        fault = np.where(judged, np.where(off > _OFF_KM, stray, ""), fault)
    bad = fault != ""
    told = np.isin(fault, ["swapped", "decimal"])
    out: pd.DataFrame = given[bad].copy()
    out["fault"] = pd.array(fault[bad], dtype="str")
    out["among"] = pd.array([names[at] if at >= 0 else None for at in among[bad]], dtype="str")
    out["away_km"] = away[bad]
    out["lat_mended"] = np.where(told, north, np.nan)[bad]
    out["lon_mended"] = np.where(told, east, np.nan)[bad]
    return out


def _off_km(lat: Floats, lon: Floats, seat: pd.Series, units: Map) -> Floats:
    """Return how far in km each point lies outside of its seat's polygon; 0 inside, NaN where there is none."""
    import shapely

    from khaka.data.places.polygons import project_points

    at = seat.map({name: position for position, name in enumerate(units.unit_ids)}).to_numpy(dtype=np.float64)
    usable = np.isfinite(at) & _in_india(lat, lon)
    off = np.full(len(lat), np.nan)
    own = at[usable].astype(np.int64)
    inside = units.locator.locate(lon[usable], lat[usable]) == own
    gap = np.zeros(len(own))
    if (~inside).any():
        points = project_points(lat[usable][~inside], lon[usable][~inside])
        gap[~inside] = shapely.distance(units.projected[own[~inside]], shapely.points(points))
    off[usable] = gap
    return off


def _plain_faults(lat: Floats, lon: Floats) -> NDArray[np.object_]:
    """Return the faults that show without any neighbour."""
    fault = np.full(len(lat), "", dtype=object)
    inside = _in_india(lat, lon)
    fault[~inside] = "impossible"
    fault[~inside & _in_india(lon, lat)] = "swapped"
    fault[(lat == lon) & np.isfinite(lat)] = "equal"
    fault[(lat == 0) | (lon == 0)] = "zero"
    fault[np.isnan(lat) | np.isnan(lon)] = "half"
    return fault


def _in_india(lat: Floats, lon: Floats) -> NDArray[np.bool_]:
    return np.asarray((lat >= _LAT[0]) & (lat <= _LAT[1]) & (lon >= _LON[0]) & (lon <= _LON[1]), dtype=bool)


def _seats(lat: Floats, lon: Floats, seat: Ints, use: NDArray[np.bool_], count: int) -> _Seats:
    """Return centre, reach and gap of each seat, from one point a place."""
    from scipy.spatial import cKDTree

    centre, reach = np.full((count, 3), np.nan), np.full(count, np.nan)
    gap, places = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    rows = pd.DataFrame({"seat": seat[use], "lat": lat[use], "lon": lon[use]}).drop_duplicates()
    for number, part in rows.groupby("seat", sort=True):
        at = int(str(number))
        points = unit_vectors(part["lat"].to_numpy(), part["lon"].to_numpy())
        middle = np.median(points, axis=0)
        centre[at] = middle / np.linalg.norm(middle)
        places[at] = len(points)
        if len(points) >= _FEWEST:
            reach[at] = np.quantile(chord_km(np.linalg.norm(points - centre[at], axis=1)), _REACH)
            gap[at] = np.median(chord_km(cKDTree(points).query(points, k=2)[0][:, 1]))
    return _Seats(centre, reach, gap, places)


def _meant(lat: Floats, lon: Floats, seat: Ints, seats: _Seats, fault: NDArray[np.object_]) -> Floats:
    """Return latitude and longitude as they were meant, shape (n, 2), naming swaps and lost decimal points.

    What was meant must lie well within its own seat; a swap that shows by itself needs no seat.
    """
    meant = np.column_stack([lat, lon])
    limit = np.fmax(_FAR * seats.reach, _LEAST_FAR_KM)[seat]
    lost = np.isin(fault, ["impossible", ""]) & ~(_away(lat, lon, seat, seats) <= limit)
    for name, north, east in (
        ("swapped", lon, lat),
        ("decimal", _pointed(lat, *_LAT), _pointed(lon, *_LON)),
        ("decimal", _pointed(lon, *_LAT), _pointed(lat, *_LON)),
    ):
        hit = lost & _in_india(north, east) & (_away(north, east, seat, seats) <= limit)
        fault[hit] = name
        meant[hit] = np.column_stack([north, east])[hit]
        lost &= ~hit
    shown = (fault == "swapped") & _in_india(lon, lat)
    meant[shown] = np.column_stack([lon, lat])[shown]
    return meant


def _pointed(values: Floats, low: float, high: float) -> Floats:
    """Return the values with the decimal point put back where a power of ten brings them into the range."""
    out = np.where((values >= low) & (values <= high), values, np.nan)
    for power in range(1, 9):
        shifted = values / 10.0**power
        out = np.where(np.isnan(out) & (shifted >= low) & (shifted <= high), shifted, out)
    return out


def _away(lat: Floats, lon: Floats, seat: Ints, seats: _Seats) -> Floats:
    """Return the distance in km of each point to the middle of its own seat; NaN where either is unknown."""
    known = (np.abs(lat) <= 90) & (np.abs(lon) <= 360)
    points = unit_vectors(np.where(known, lat, np.nan), np.where(known, lon, np.nan))
    away = chord_km(np.linalg.norm(points - seats.centre[seat], axis=1))
    return np.where(seats.places[seat] >= _FEWEST, away, np.nan)


def _against_neighbours(
    lat: Floats, lon: Floats, seat: Ints, seats: _Seats, usable: NDArray[np.bool_], good: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], Floats, Ints]:
    """Return each point's fault ("" where it is in place), its distance to its seat's middle, its neighbours' seat."""
    from scipy.spatial import cKDTree

    fault = np.full(len(lat), "", dtype=object)
    away = _away(lat, lon, seat, seats)
    among = np.full(len(lat), -1, dtype=np.int64)
    places = pd.DataFrame({"lat": lat[good], "lon": lon[good], "seat": seat[good]}).drop_duplicates()
    rows = np.flatnonzero(usable)
    if len(places) <= _NEIGHBOURS or not len(rows):
        return fault, away, among
    points = unit_vectors(places["lat"].to_numpy(), places["lon"].to_numpy())
    owner = places["seat"].to_numpy()
    here = unit_vectors(lat[rows], lon[rows])
    reached, near = cKDTree(points).query(here, k=min(_NEIGHBOURS + 1, len(points)))
    # the point itself is no neighbour, nor is a place of its own seat at the very same spot
    itself = (reached < 1e-12) & (owner[near] == seat[rows][:, None])
    others = np.where(itself, -1, owner[near])[:, : _NEIGHBOURS + 1]
    own = (others == seat[rows][:, None]).sum(axis=1)
    among[rows] = _commonest(others)
    nearest_own = np.full(len(rows), np.inf)
    order = np.argsort(seat[rows], kind="stable")
    for number in np.unique(seat[rows]):
        mine = order[np.searchsorted(seat[rows][order], number) : np.searchsorted(seat[rows][order], number, "right")]
        inside = points[owner == number]
        if len(inside) >= 2:
            chord = cKDTree(inside).query(here[mine], k=2)[0]
            nearest_own[mine] = chord_km(np.where(chord[:, 0] < 1e-12, chord[:, 1], chord[:, 0]))
    judged = seats.places[seat[rows]] >= _FEWEST
    limit = np.fmax(_FAR * seats.reach, _LEAST_FAR_KM)[seat[rows]]
    apart = nearest_own > np.fmax(_APART * seats.gap[seat[rows]], 0.5)
    # a handful put on the wrong town vouch for each other, so a great distance counts whatever lies around
    alone = (own < _NEIGHBOURS / 2) | (away[rows] > np.fmax(2 * limit, _SURELY_FAR_KM))
    far = judged & (away[rows] > limit) & apart & alone
    stranger = judged & (own == 0) & apart & (among[rows] != seat[rows])
    settled = np.where(itself[:, 0], reached[:, 1], reached[:, 0])
    beside = stranger & (chord_km(settled) <= np.fmax(_APART * seats.gap[seat[rows]], _LEAST_NEAR_KM))
    fault[rows[stranger | far]] = "far"
    fault[rows[beside]] = "other_seat"
    return fault, away, among


def _commonest(seats: Ints) -> Ints:
    """Return the commonest number of each row, -1 left out; of equals the first."""
    times = (seats[:, :, None] == seats[:, None, :]).sum(axis=2)
    best = np.argmax(np.where(seats < 0, 0, times), axis=1)
    return np.asarray(seats[np.arange(len(seats)), best], dtype=np.int64)
