"""Polygons of seats or districts as one map, in a fixed order, with areas in km²."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from khaka.data.errors import KhakaError
from khaka.data.places.locate import Locator

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

EQUAL_AREA: Final = "+proj=aea +lat_1=12 +lat_2=32 +lat_0=22 +lon_0=80 +datum=WGS84 +units=km +no_defs"
"""Albers' equal-area projection fitted to India; lengths in km are right to about 2% there."""

_WGS84: Final = "EPSG:4326"
_EDGE: Final = 0.02  # degrees: an edge of this length bends by a few centimetres


@dataclass(frozen=True, eq=False)
class Map:
    """Polygons of one level.

    Parameters
    ----------
    level : str
        seat or district.
    unit_ids : tuple of str
        seat_id, or `<state>:<DISTRICT>`: seats by number, districts by name.
    names : tuple of str
        As the map writes them; "" where it has none.
    polygons : ndarray of shapely geometry, shape (n,)
        Valid, longitude and latitude in WGS84.
    """

    level: str
    unit_ids: tuple[str, ...]
    names: tuple[str, ...]
    polygons: Shapes

    def __len__(self) -> int:
        return len(self.unit_ids)

    @cached_property
    def projected(self) -> Shapes:
        """The polygons in `EQUAL_AREA`, km."""
        return project(self.polygons)

    @cached_property
    def areas(self) -> Floats:
        """Area of each unit in km², shape (n,)."""
        return np.asarray(shapely.area(self.projected), dtype=np.float64)

    @cached_property
    def locator(self) -> Locator:
        """Finds the unit of a point; on a common boundary the lower seat number has it."""
        return Locator(list(self.polygons))

    def units_at(self, lat: Floats, lon: Floats) -> pd.Series:
        """Return the unit that each point lies in, blank where none does.

        Parameters
        ----------
        lat, lon : array of float, shape (n,)
            Degrees, WGS84.

        Returns
        -------
        Series of str
            Indexed 0 to n-1.
        """
        at = self.locator.locate(lon, lat)
        names = np.array([*self.unit_ids, None], dtype=object)
        return pd.Series(names[at], dtype="str")


def map_of(boundaries: pd.DataFrame, *, state: str | None = None, level: str = "seat") -> Map:
    """Return the polygons of one state and level.

    Parameters
    ----------
    boundaries : DataFrame
        Canonical `boundaries`: level, unit_id, name, geometry (WKB, WGS84).
    state : str, optional
        ECI code; all states by default.
    level : str
        seat or district.

    Returns
    -------
    Map
        Empty where there are none. Invalid rings are mended.

    Raises
    ------
    KhakaError
        A unit has two polygons.
    """
    rows = boundaries[boundaries["level"] == level]
    if state is not None:
        rows = rows[rows["unit_id"].astype("str").str.startswith((f"{state}-", f"{state}:"))]
    units = rows["unit_id"].astype("str").tolist()
    twice = sorted({unit for unit in units if units.count(unit) > 1}) if len(set(units)) < len(units) else []
    if twice:
        raise KhakaError(f"{twice[0]} has two polygons; keep the one of its delimitation")
    order = sorted(range(len(units)), key=lambda at: unit_order(units[at]))
    shapes = mended(shapely.from_wkb(rows["geometry"].to_numpy(dtype=object)))
    named = "name" in rows.columns
    names = [str(name) for name in rows["name"].astype("str").fillna("")] if named else [""] * len(rows)
    return Map(
        level, tuple(units[at] for at in order),
        tuple(names[at] for at in order), shapes[order],
    )  # fmt: skip


def dissolved(seats: Map, districts: Sequence[str | None]) -> Map:
    """Return the districts that seats make up.

    Parameters
    ----------
    seats : Map
        Seats.
    districts : sequence of str or None
        Unit id of each seat's district; seats without one are left out.

    Returns
    -------
    Map
        Level district.
    """
    names = pd.Series(list(districts), dtype="object")
    units = sorted({name for name in names if isinstance(name, str)})
    shapes = [shapely.union_all(seats.polygons[np.flatnonzero((names == unit).to_numpy())]) for unit in units]
    return Map("district", tuple(units), tuple(unit.partition(":")[2] for unit in units), _array(shapes))


def unit_order(unit: str) -> tuple[str, int, str]:
    """Return a key that sorts seats by state, delimitation and number, districts by name.

    Examples
    --------
    >>> sorted(["S24-2008-10", "S24-2008-9", "S24:AGRA"], key=unit_order)
    ['S24-2008-9', 'S24-2008-10', 'S24:AGRA']
    """
    head, _, number = unit.rpartition("-")
    return (head, int(number), "") if number.isdigit() else (unit, 0, unit)


def mended(shapes: Shapes) -> Shapes:
    """Return the shapes with invalid rings mended, polygons alone."""
    out = shapes.copy()
    bad = ~shapely.is_valid(out)
    if bad.any():
        out[bad] = [_polygonal(shape) for shape in shapely.make_valid(out[bad])]
    return out


def _polygonal(shape: Any) -> Any:
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _array(shapes: Sequence[Any]) -> Shapes:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def project(shapes: Shapes) -> Shapes:
    """Return shapes in WGS84 brought to `EQUAL_AREA`, km; what the projection breaks is mended."""
    from pyproj import Transformer

    if not len(shapes):
        return shapes
    transformer = Transformer.from_crs(_WGS84, EQUAL_AREA, always_xy=True)
    # a straight edge becomes a curve: without points on it two maps would part along it
    moved = shapely.transform(
        shapely.segmentize(shapes, _EDGE), lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )
    return mended(moved)


def project_points(lat: Floats, lon: Floats) -> Floats:
    """Return points in `EQUAL_AREA`, km east and north, shape (n, 2)."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(_WGS84, EQUAL_AREA, always_xy=True)
    return np.column_stack(transformer.transform(np.asarray(lon), np.asarray(lat)))


def distances_km(lat: Floats, lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    """Return the geodesic distance on the WGS84 ellipsoid of each pair of points, km.

    Parameters
    ----------
    lat, lon, to_lat, to_lon : array of float, shape (n,)
        Degrees.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where a coordinate is missing.

    Examples
    --------
    >>> distances_km(np.array([28.0]), np.array([77.0]), np.array([29.0]), np.array([77.0])).round(3).tolist()
    [110.828]
    """
    from pyproj import Geod

    parts = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (lon, lat, to_lon, to_lat)))
    known = np.isfinite(parts).all(axis=0)
    out = np.full(known.shape, np.nan)
    east, north, to_east, to_north = (part[known] for part in parts)
    out[known] = Geod(ellps="WGS84").inv(east, north, to_east, to_north)[2]
    return out / 1000.0
