"""The land of a made-up state: seats as jittered Voronoi cells, districts, regions, communities."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi

from khaka.data.simulate.names import place_names
from khaka.data.simulate.world import stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Communities are made up and carry no real name; the last three are Scheduled (two castes, one tribe).
COMMUNITIES: Final = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta")
COMMUNITY_CATEGORY: Final = ("GEN", "OBC", "OBC", "OBC", "GEN", "SC", "SC", "ST")
_COMMUNITY_SHARES: Final = np.array([0.16, 0.22, 0.15, 0.10, 0.13, 0.13, 0.09, 0.02])
_CENTRE: Final = (27.0, 80.5)
_KM2_PER_SEAT: Final = 600.0  # Uttar Pradesh: 243,000 square kilometres, 403 seats
KM_PER_DEGREE: Final = 111.2


@dataclass(frozen=True)
class Land:
    """Seats and what lasts in them. Arrays run over seats in the order of their number."""

    state: str
    delimitation: str
    seat_ids: tuple[str, ...]
    names: tuple[str, ...]
    names_hi: tuple[str, ...]
    district: Ints
    region: Ints
    parliament: Ints
    district_names: tuple[str, ...]
    region_names: tuple[str, ...]
    polygons: tuple[Any, ...]
    weights: Floats
    community: Floats
    urban: Floats
    literacy: Floats
    population: Floats
    reservation: tuple[str, ...]

    @property
    def seats(self) -> int:
        """Number of seats."""
        return len(self.seat_ids)

    def spatial(self, rng: np.random.Generator, columns: int, rounds: int = 3) -> Floats:
        """Draw fields that neighbours share.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        columns : int
            How many fields.
        rounds : int
            Rounds of averaging with the neighbours; more make it smoother.

        Returns
        -------
        array of float, shape (seats, columns)
            Mean 0, standard deviation 1 in each column.
        """
        field = rng.standard_normal((self.seats, columns))
        return _smooth(field, self.weights, rounds)


def _smooth(field: Floats, weights: Floats, rounds: int) -> Floats:
    for _ in range(rounds):
        field = 0.4 * field + 0.6 * (weights @ field)
    result: Floats = (field - field.mean(axis=0)) / field.std(axis=0)
    return result


def _cells(points: Floats, outline: Any) -> tuple[list[Any], Voronoi]:
    far = 50.0 * np.array([[-1.0, -1], [-1, 1], [1, -1], [1, 1]]) + points.mean(axis=0)
    diagram = Voronoi(np.vstack([points, far]))
    cells = [
        shapely.Polygon(diagram.vertices[diagram.regions[diagram.point_region[i]]]).intersection(outline)
        for i in range(len(points))
    ]
    return cells, diagram


def _outline(rng: np.random.Generator, seats: int) -> Any:
    """Return a wobbly round country of the right area, in degrees (longitude, latitude)."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = 1 + sum(
        size * np.sin(k * angle + rng.uniform(0, 2 * np.pi)) for k, size in ((2, 0.15), (3, 0.1), (5, 0.05), (9, 0.02))
    )
    km = radius * np.sqrt(seats * _KM2_PER_SEAT / np.pi)
    lat = _CENTRE[0] + km * np.sin(angle) / KM_PER_DEGREE
    lon = _CENTRE[1] + km * np.cos(angle) / (KM_PER_DEGREE * np.cos(np.radians(_CENTRE[0])))
    return shapely.Polygon(np.column_stack([lon, lat]))


def _chunks(order: Ints, parts: int) -> list[Ints]:
    return [piece for piece in np.array_split(order, parts) if len(piece)]


def make_land(*, seats: int, seed: int, state: str, delimitation: str) -> Land:
    """Draw the land.

    Parameters
    ----------
    seats : int
        Number of assembly seats, at least 3.
    seed : int
        The state's seed.
    state, delimitation : str
        Go into the seat ids.

    Returns
    -------
    Land
        Seats numbered region by region, district by district, so that neighbours in number are neighbours in place.
    """
    rng = stream(seed, 1)
    outline = _outline(rng, seats)
    west, south, east, north = outline.bounds
    points = np.empty((0, 2))
    while len(points) < seats:
        draw = rng.uniform((west, south), (east, north), (4 * seats, 2))
        points = np.vstack([points, draw[shapely.contains_xy(outline, draw)]])
    points = points[:seats]
    for _ in range(2):  # Lloyd's rounds: real seats have like populations, so cells must not vary wildly
        cells, _ = _cells(points, outline)
        points = np.array([[cell.centroid.x, cell.centroid.y] for cell in cells])
    points += rng.normal(0, 0.15 * np.sqrt(outline.area / seats), points.shape) * 0.5
    # regions are strips from west to east, districts pieces of a strip from south to north
    n_regions = int(np.clip(round(seats / 45), 2, 8))
    order: list[int] = []
    region: list[int] = []
    district: list[int] = []
    for r, strip in enumerate(_chunks(np.argsort(points[:, 0], kind="stable"), n_regions)):
        strip = strip[np.argsort(points[strip, 1], kind="stable")]
        for piece in _chunks(strip, max(1, round(len(strip) / 5.5))):
            number = district[-1] + 1 if district else 0
            order.extend(int(i) for i in piece)
            region.extend([r] * len(piece))
            district.extend([number] * len(piece))
    points = points[order]
    cells, diagram = _cells(points, outline)
    weights = np.zeros((seats, seats))
    for a, b in diagram.ridge_points:
        if a < seats and b < seats and cells[a].touches(cells[b]):
            weights[a, b] = weights[b, a] = 1.0
    for i in np.flatnonzero(weights.sum(axis=1) == 0):  # a cell cut off by the outline: its nearest seat
        weights[i, np.argsort(((points - points[i]) ** 2).sum(axis=1))[1]] = 1.0
    weights /= weights.sum(axis=1, keepdims=True)
    names, names_hi = place_names(rng, seats)
    district_names, _ = place_names(stream(seed, 2), district[-1] + 1)
    field = _smooth(rng.standard_normal((seats, len(COMMUNITIES))), weights, 2)
    mix = _COMMUNITY_SHARES * np.exp(0.55 * field + 0.25 * rng.standard_normal(field.shape))
    mix /= mix.sum(axis=1, keepdims=True)
    city = _smooth(rng.standard_normal((seats, 2)), weights, 1)
    urban = 1 / (1 + np.exp(1.3 - 1.1 * city[:, 0]))
    literacy = np.clip(0.66 + 0.06 * city[:, 0] + 0.04 * city[:, 1], 0.3, 0.97)
    scheduled = mix[:, 5] + mix[:, 6]
    reservation = np.full(seats, "GEN", dtype=object)
    reservation[np.argsort(-scheduled, kind="stable")[: round(0.2 * seats)]] = "SC"
    if seats >= 50:
        reservation[np.argsort(-mix[:, 7], kind="stable")[: max(1, seats // 150)]] = "ST"
    return Land(
        state=state,
        delimitation=delimitation,
        seat_ids=tuple(f"{state}-{delimitation}-{i + 1}" for i in range(seats)),
        names=tuple(names),
        names_hi=tuple(names_hi),
        district=np.array(district),
        region=np.array(region),
        parliament=np.arange(seats) // 5,
        district_names=tuple(name.upper() for name in district_names),
        region_names=tuple(f"Region {r + 1}" for r in range(n_regions)),
        polygons=tuple(cells),
        weights=weights,
        community=mix,
        urban=urban,
        literacy=literacy,
        population=np.round(520_000 * np.exp(0.12 * rng.standard_normal(seats))),
        reservation=tuple(reservation),
    )  # fmt: skip


def write_boundaries(land: Land, folder: Path) -> None:
    """Write seat and district polygons as GeoJSON (WGS84).

    Parameters
    ----------
    land : Land
        The made-up land.
    folder : Path
        Gets ``boundaries.geojson`` (seats) and ``boundaries_districts.geojson``.
    """

    def feature(properties: dict[str, object], shape: Any) -> dict[str, object]:
        return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}

    rounded = [shapely.set_precision(cell, 1e-6) for cell in land.polygons]
    seats = [
        feature({"level": "seat", "unit_id": seat, "seat_id": seat, "name": name}, shape)
        for seat, name, shape in zip(land.seat_ids, land.names, rounded, strict=True)
    ]
    districts = [
        feature({"level": "district", "unit_id": f"{land.state}:{name}", "district": name, "state": land.state},
                shapely.union_all([rounded[i] for i in np.flatnonzero(land.district == d)]))
        for d, name in enumerate(land.district_names)
    ]  # fmt: skip
    for stem, features in (("boundaries", seats), ("boundaries_districts", districts)):
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        (folder / f"{stem}.geojson").write_text(text + "\n", encoding="utf-8")
