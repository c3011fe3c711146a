"""What is wrong with the maps and the coordinates of a workspace: named, counted, never mended in silence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from khaka.data.places.coordinates import FAULTS, coordinate_faults
from khaka.data.places.neighbours import neighbours
from khaka.data.places.polygons import Map, distances_km, map_of

_MOST: Final = 8
_LIKE: Final = 0.6  # likeness of two names, 0 to 1, from which they are one place's
_MANY_OTHERS: Final = 0.3  # share of other names from which a map is taken to follow another delimitation
_OVERLAP: Final = 0.01
_LEAST_KM2: Final = 1.0
_INDIA: Final = (68.0, 6.0, 98.0, 38.0)
_INSIDE: Final = 0.9  # share of a state's booths that must lie in their own seat's polygon


@dataclass(frozen=True)
class MapFault:
    """One kind of fault of one map.

    Parameters
    ----------
    state : str
        ECI code.
    level : str
        seat or district.
    fault : str
        What is wrong, in words.
    units : int
        How many units it concerns.
    examples : tuple of str
        Some of them.
    """

    state: str
    level: str
    fault: str
    units: int
    examples: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fault for `--json`."""
        return {**vars(self), "examples": list(self.examples)}


def map_faults(
    boundaries: pd.DataFrame, *, seats: pd.DataFrame, contested: pd.DataFrame, booths: pd.DataFrame | None = None
) -> list[MapFault]:
    """Check every state's map against its seats, its names and its booths.

    Parameters
    ----------
    boundaries : DataFrame
        Canonical `boundaries`.
    seats : DataFrame
        seat_id and seat_name.
    contested : DataFrame
        election_id and seat_id of past general elections: which seats there are.
    booths : DataFrame, optional
        seat_id, lat, lon: a map that is shifted holds few booths in their own seat.

    Returns
    -------
    list of MapFault
        Sorted by state and level; empty where nothing is wrong.
    """
    out: list[MapFault] = []
    units = boundaries["unit_id"].astype("str")
    for state in sorted(set(units.str.slice(0, 3))):
        for level in ("seat", "district"):
            rows = boundaries[units.str.startswith(state) & (boundaries["level"] == level)]
            if len(rows):
                out += _of_map(map_of(rows, level=level), state, seats, contested, booths)
    return out


def _of_map(
    units: Map, state: str, seats: pd.DataFrame, contested: pd.DataFrame, booths: pd.DataFrame | None
) -> Iterator[MapFault]:
    def fault(text: str, found: list[str]) -> Iterator[MapFault]:
        if found:
            yield MapFault(state, units.level, text, len(found), tuple(found[:_MOST]))

    names = list(units.unit_ids)
    yield from fault("no polygon is left of it", [n for n, s in zip(names, units.polygons, strict=True) if s.is_empty])
    west, south, east, north = shapely.bounds(units.polygons).T
    outside = (west < _INDIA[0]) | (south < _INDIA[1]) | (east > _INDIA[2]) | (north > _INDIA[3])
    yield from fault("outside of India", _where(names, outside))
    yield from fault("smaller than a square kilometre", _where(names, units.areas < _LEAST_KM2))
    yield from fault("overlaps another by more than 1%", _overlaps(units))
    if len(units) > 1:
        beside = set(neighbours(units)["unit_id"])
        yield from fault("shares no boundary with any other", [name for name in names if name not in beside])
    if units.level == "seat":
        expected = _expected(names, contested)
        yield from fault("seats of the last election without a polygon", sorted(expected - set(names), key=_number))
        if expected:
            strangers = sorted(set(names) - expected, key=_number)
            yield from fault("polygons of seats that no election of that delimitation had", strangers)
        other = _other_names(units, seats)
        if len(other) > _MANY_OTHERS * len(units):
            yield from fault("named otherwise than the seat: the map may follow another delimitation", other)
        else:
            yield from fault("named otherwise than the seat", other)
        if booths is not None:
            yield from _shifted(units, state, booths)


def _where(names: list[str], mask: Any) -> list[str]:
    return [name for name, hit in zip(names, mask, strict=True) if hit]


def _number(seat: str) -> int:
    return int(seat.rpartition("-")[2])


def _overlaps(units: Map) -> list[str]:
    shapes = units.projected
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    ahead = one < two
    one, two = one[ahead], two[ahead]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[two]))
    much = shared > _OVERLAP * np.minimum(units.areas[one], units.areas[two])
    pairs = zip(one[much], two[much], strict=True)
    return [f"{units.unit_ids[a]} and {units.unit_ids[b]}" for a, b in pairs]


def _expected(names: list[str], contested: pd.DataFrame) -> set[str]:
    """Return the seats of the last general election on the map's delimitation."""
    orders = {name.rpartition("-")[0] for name in names}
    rows = contested[["election_id", "seat_id"]].drop_duplicates()
    general = ~rows["election_id"].str.contains("-BYE")
    rows = rows[general & rows["seat_id"].str.replace(r"-\d+$", "", regex=True).isin(orders)]
    if rows.empty:
        return set()
    assembly = rows[rows["election_id"].str.contains("-AE")]
    rows = assembly if len(assembly) else rows
    # a Lok Sabha poll or an assembly election that a file holds in part doesn't say that seats are gone
    counts = rows.groupby("election_id")["seat_id"].nunique()
    whole = counts[counts >= 0.9 * counts.max()].index
    last = max(whole, key=lambda name: name[4:8])
    return set(rows.loc[rows["election_id"] == last, "seat_id"].astype("str"))


def _other_names(units: Map, seats: pd.DataFrame) -> list[str]:
    named = seats.drop_duplicates("seat_id").set_index("seat_id")["seat_name"].astype("object")
    found = []
    for unit, on_map in zip(units.unit_ids, units.names, strict=True):
        own = named.get(unit)
        one, two = _plain(on_map), _plain(own)
        if one and two and difflib.SequenceMatcher(None, one, two).ratio() < _LIKE:
            found.append(f"{unit} ({on_map} on the map, {own} in the results)")
    return found


def _plain(name: object) -> str:
    return re.sub(r"[^a-z]", "", re.sub(r"\(.*?\)", "", name.lower())) if isinstance(name, str) else ""


def _shifted(units: Map, state: str, booths: pd.DataFrame) -> Iterator[MapFault]:
    rows = booths[booths["seat_id"].isin(units.unit_ids) & booths["lat"].notna() & booths["lon"].notna()]
    if len(rows) < 100:
        return
    lat, lon = rows["lat"].to_numpy(dtype=np.float64), rows["lon"].to_numpy(dtype=np.float64)
    own = rows["seat_id"].astype("str").reset_index(drop=True)
    inside = (units.units_at(lat, lon) == own).fillna(False).to_numpy(dtype=bool)
    if inside.mean() >= _INSIDE:
        return
    centre = shapely.get_coordinates(shapely.centroid(units.polygons))
    at = own.map({name: position for position, name in enumerate(units.unit_ids)}).to_numpy(dtype=np.int64)
    middle = pd.DataFrame({"seat": at, "lat": lat, "lon": lon}).groupby("seat")[["lat", "lon"]].median()
    gap = middle.to_numpy() - centre[middle.index][:, ::-1]
    move = np.median(gap, axis=0)
    km = float(distances_km(np.zeros(1), np.zeros(1), move[:1], move[1:])[0])
    text = (
        f"only {inside.mean():.0%} of {len(rows):,} booths lie in their own seat's polygon; the booths' middle lies "
        f"{km:.1f} km from the polygons'"
    )
    yield MapFault(state, units.level, text, len(set(own[~inside])), tuple(sorted(set(own[~inside]))[:_MOST]))


def coordinate_report(booths: pd.DataFrame, boundaries: pd.DataFrame) -> pd.DataFrame:
    """Count the faults of the booths' coordinates, election by election.

    Parameters
    ----------
    booths : DataFrame
        election_id, seat_id, booth_no, lat, lon.
    boundaries : DataFrame
        Canonical `boundaries`, empty where there are none.

    Returns
    -------
    DataFrame
        election_id, booths, located (booths with coordinates), one column for each of `FAULTS`: rows of elections with
        any coordinates, sorted.
    """
    rows = []
    maps: dict[str, Map] = {}
    for election, part in booths.groupby("election_id", sort=True):
        given = part["lat"].notna() | part["lon"].notna()
        if given.any():
            state = str(election)[:3]
            if state not in maps:
                maps[state] = map_of(boundaries, state=state)
            found = coordinate_faults(part, units=maps[state])["fault"].value_counts()
            counts = {name: int(found.get(name, 0)) for name in FAULTS}
            rows.append({"election_id": str(election), "booths": len(part), "located": int(given.sum()), **counts})
    return pd.DataFrame(rows, columns=["election_id", "booths", "located", *FAULTS])
