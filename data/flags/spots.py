"""Faults of a booth's coordinates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.data.flags.table import BoothTable, Fault, hits

SOUTH, NORTH, WEST, EAST = 6.0, 37.5, 68.0, 97.5
"""India's extent in degrees, WGS84."""
FAR_KM = 60.0


def _inside(lat: pd.Series, lon: pd.Series) -> pd.Series:
    return lat.between(SOUTH, NORTH) & lon.between(WEST, EAST)


def _zero(table: BoothTable) -> pd.DataFrame:
    return hits(
        table, (table.rows["lat"] == 0) | (table.rows["lon"] == 0), "lat", "a coordinate of zero: it stands for missing"
    )


def _swapped(table: BoothTable) -> pd.DataFrame:
    lat, lon = table.rows["lat"], table.rows["lon"]
    return hits(table, ~_inside(lat, lon) & _inside(lon, lat), "lat", "latitude and longitude are swapped")


def _outside(table: BoothTable) -> pd.DataFrame:
    lat, lon = table.rows["lat"], table.rows["lon"]
    known = lat.notna() & lon.notna() & (lat != 0) & (lon != 0)
    return hits(table, known & ~_inside(lat, lon) & ~_inside(lon, lat), "lat", "the place is outside India")


def _half(table: BoothTable) -> pd.DataFrame:
    return hits(
        table,
        table.rows["lat"].notna() ^ table.rows["lon"].notna(),
        "lat",
        "only one of latitude and longitude is there",
    )


def _far(table: BoothTable) -> pd.DataFrame:
    """Return booths more than 60 km from the median place of their seat (111.2 km a degree, flat inside a seat)."""
    lat, lon = table.rows["lat"], table.rows["lon"]
    good = _inside(lat, lon)
    middle_lat = lat.where(good).groupby(table.seat).transform("median")
    middle_lon = lon.where(good).groupby(table.seat).transform("median")
    km = 111.2 * np.hypot(lat - middle_lat, (lon - middle_lon) * np.cos(np.radians(middle_lat)))
    enough = good.groupby(table.seat).transform("sum") >= 5
    return hits(
        table,
        good & enough & (km > FAR_KM),
        "lat",
        km.map(lambda value: f"{value:,.0f} km from the middle of its seat"),
    )


def _shared(table: BoothTable) -> pd.DataFrame:
    """Return booths at a place that more than a fifth of the seat's booths (and more than ten) share."""
    lat, lon = table.rows["lat"], table.rows["lon"]
    known = lat.notna() & lon.notna()
    size = lat.where(known).groupby([table.seat, lat, lon]).transform("size")
    count = known.groupby(table.seat).transform("sum")
    return hits(
        table,
        known & (size > 10) & (size > 0.2 * count),
        "lat",
        size.map(lambda value: f"{value:.0f} booths of the seat at one place"),
    )


FAULTS = (
    Fault("place_zero", "A coordinate of zero stands for missing", "note", _zero),
    Fault("place_swapped", "Latitude and longitude are swapped", "note", _swapped),
    Fault("place_outside", "The place is outside India", "note", _outside),
    Fault("place_half", "Only one of latitude and longitude is there", "note", _half),
    Fault("place_far", "The place is far from the seat's other booths", "note", _far),
    Fault("place_shared", "Many booths of the seat at one place", "note", _shared),
)
