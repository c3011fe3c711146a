"""Booths of one seat through all elections, and the votes counted in them.

What lasts is a place (a room's worth of electors at a school in a village). Each election cuts its booths anew from
the places: big ones are split, numbers run anew, names are spelt as the officer of the year liked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from khaka.data.simulate.land import KM_PER_DEGREE, Land
from khaka.data.simulate.names import place_names
from khaka.data.simulate.politics import Politics
from khaka.data.simulate.world import stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

#: Electors above which a booth is split, by year of the poll: the commission's ceiling keeps changing.
CEILINGS: Final = {2012: 1500, 2014: 1500, 2017: 1450, 2019: 1500, 2022: 1250, 2024: 1500, 2027: 1200}
_SCHOOLS: Final = (
    ("PRATHMIK VIDYALAYA", "P.V.", "PRIMARY SCHOOL", "प्राथमिक विद्यालय"),
    ("PURV MADHYAMIK VIDYALAYA", "P.M.V.", "JUNIOR HIGH SCHOOL", "पूर्व माध्यमिक विद्यालय"),
    ("PANCHAYAT BHAWAN", "PANCHAYAT BHAVAN", "PANCHAYAT GHAR", "पंचायत भवन"),
    ("INTER COLLEGE", "I.C.", "INTER COLLAGE", "इंटर कॉलेज"),
)


@dataclass(frozen=True)
class Places:
    """The lasting places of one seat."""

    village: Ints
    village_names: list[str]
    village_names_hi: list[str]
    block: Ints
    school: Ints
    room: Ints
    lat: Floats
    lon: Floats
    electors: Floats
    community: Floats
    lean: Floats
    turnout: Floats
    urban: Floats


@dataclass(frozen=True)
class Units:
    """The booths of one election in one seat: numbers, place of each, electors, coordinates."""

    number: Array
    place: Ints
    part: Ints
    electors: Ints
    female: Ints
    lat: Floats
    lon: Floats

    def __len__(self) -> int:
        return len(self.number)


def scatter(rng: np.random.Generator, polygon: Any, count: int) -> Floats:
    """Draw points inside a polygon.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    polygon : shapely.Polygon
        In degrees.
    count : int
        How many.

    Returns
    -------
    array of float, shape (count, 2)
        Longitude, latitude.
    """
    west, south, east, north = polygon.bounds
    inner = polygon.buffer(-0.003)
    inner = polygon if inner.is_empty else inner
    found = np.empty((0, 2))
    while len(found) < count:
        draw = rng.uniform((west, south), (east, north), (3 * count + 10, 2))
        found = np.vstack([found, draw[shapely.contains_xy(inner, draw)]])
    return found[:count]


def make_places(land: Land, politics: Politics, seat: int, *, seed: int, booths: int) -> Places:
    """Draw the lasting places of a seat.

    Parameters
    ----------
    land : Land
        Polygon, communities and urban share of the seat.
    politics : Politics
        Parties' affinity with communities.
    seat : int
        Index of the seat.
    seed : int
        The state's seed.
    booths : int
        Booths a seat in the mean.

    Returns
    -------
    Places
        Sorted by block and village, as an officer would number them.
    """
    rng = stream(seed, 20, seat)
    count = max(3, round(0.86 * booths * float(np.exp(0.1 * rng.standard_normal()))))
    villages = max(2, count // 2)
    centre = scatter(rng, land.polygons[seat], villages)
    blocks = max(2, min(6, villages // 12))
    block_of = np.argmin(((centre[:, None] - centre[None, :blocks]) ** 2).sum(axis=2), axis=1)
    order = np.lexsort((centre[:, 1], block_of))
    centre, block_of = centre[order], block_of[order]
    village = np.sort(np.concatenate([np.arange(villages), rng.integers(0, villages, count - villages)]))
    spread = 0.008
    point = centre[village] + rng.normal(0, spread, (count, 2))
    outside = ~shapely.contains_xy(land.polygons[seat], point)
    point[outside] = centre[village[outside]] + rng.normal(0, 2e-4, (int(outside.sum()), 2))
    names, names_hi = place_names(rng, villages)
    first = np.searchsorted(village, village)
    room = np.arange(count) - first
    # communities: each village has its own mix about the seat's, each room about the village's
    mix = np.log(land.community[seat])
    mix = mix + 0.8 * rng.standard_normal((villages, len(mix)))[village] + 0.35 * rng.standard_normal((count, len(mix)))
    share = np.exp(mix - mix.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    electors = np.clip(rng.normal(960, 220, count), 260, 1700)
    # booth mixes average to the seat's published shares: rake them
    for _ in range(4):
        share *= land.community[seat] / (electors @ share / electors.sum())
        share /= share.sum(axis=1, keepdims=True)
    k = politics.utility.shape[2]
    lean = (
        (share - land.community[seat]) @ politics.affinity
        + 0.30 * rng.standard_normal((villages, k))[village]
        + 0.18 * rng.standard_normal((count, k))
    )
    return Places(
        village=village, village_names=names, village_names_hi=names_hi, block=block_of[village],
        school=rng.integers(0, len(_SCHOOLS), villages)[village], room=room, lat=point[:, 1], lon=point[:, 0],
        electors=electors, community=share, lean=lean, turnout=0.25 * rng.standard_normal(count),
        urban=(rng.random(villages) < land.urban[seat])[village].astype(float),
    )  # fmt: skip


def cut_booths(places: Places, politics: Politics, seat: int, poll: int, *, seed: int) -> Units:
    """Cut the booths of one election from the places.

    Parameters
    ----------
    places : Places
        What lasts.
    politics : Politics
        For the year and the first year.
    seat, poll : int
        Indices of seat and election.
    seed : int
        The state's seed.

    Returns
    -------
    Units
        In the order of the officer's list.
    """
    rng = stream(seed, 21, seat, poll)
    year = politics.polls[poll].year
    first = politics.polls[0].year
    growth = 1.018 ** (year - first)
    size = places.electors * growth * np.exp(0.03 * rng.standard_normal(len(places.electors)))
    parts = 1 + (size > CEILINGS.get(year, 1450)).astype(np.int64)
    village_order = np.arange(int(places.village.max()) + 1).astype(float)
    # the list is renumbered at every revision: some villages move to another place in it
    moved = rng.random(len(village_order)) < 0.12
    village_order[moved] += rng.normal(0, 0.25 * len(village_order), int(moved.sum()))
    blocks = stream(seed, 22, seat, poll // 2).permutation(int(places.block.max()) + 1)
    order = np.lexsort((places.room, village_order[places.village], blocks[places.block]))
    place = np.repeat(order, parts[order])
    count = parts[order]
    part = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    women = (places.urban[place] > 0) & (rng.random(len(place)) < 0.03) & (part == 0)
    auxiliary = (part == 1) & (rng.random(len(place)) < 0.6)
    number = np.cumsum(~auxiliary)
    suffix = np.where(auxiliary, "A", np.where(women, "W", ""))
    text = np.array([f"{n}{letter}" for n, letter in zip(number.tolist(), suffix.tolist(), strict=True)], dtype=object)
    cut = np.where(parts[place] == 1, 1.0, np.where(part == 0, 0.54, 0.46))
    electors = np.maximum(60, np.round(size[place] * cut)).astype(np.int64)
    female = np.where(women, electors * 0.97, electors * np.clip(rng.normal(0.462, 0.015, len(place)), 0.35, 0.55))
    near = rng.normal(0, 0.00025, (len(place), 2))
    return Units(text, place, part, electors, np.round(female).astype(np.int64),
                 places.lat[place] + near[:, 0], places.lon[place] + near[:, 1])  # fmt: skip


def booth_columns(
    land: Land, places: Places, units: Units, politics: Politics, seat: int, poll: int, *, seed: int
) -> dict[str, Any]:
    """Return the columns of `booths` that are known from the roll.

    Parameters
    ----------
    land, places, units, politics
        The made-up state.
    seat, poll : int
        Indices of seat and election.
    seed : int
        The state's seed.

    Returns
    -------
    dict of str to array
        Ready for the writer; names drift with the year, early coordinates have gaps.
    """
    rng = stream(seed, 23, seat, poll)
    n, item = len(units), politics.polls[poll]
    # 23% of real booths keep their exact name from one poll to the next (method notes); these odds give about that
    style = rng.choice(4, size=n, p=(0.70, 0.12, 0.10, 0.08))
    room_style = ("ROOM NO. ", "R.NO.", "ROOM NO ")[int(rng.choice(3, p=(0.6, 0.2, 0.2)))]
    slip = rng.random(n)
    station, centre, village = [], [], []
    rooms = places.room[units.place] + 1
    for i, p in enumerate(units.place.tolist()):
        v = places.village[p]
        hindi = style[i] == 3
        name = places.village_names_hi[v] if hindi else places.village_names[v].upper()
        building = _SCHOOLS[places.school[p]][style[i]]
        label = f"कक्ष संख्या {rooms[i]}" if hindi else f"{room_style}{rooms[i]}"
        if slip[i] < 0.04 and not hindi and len(name) > 5:  # a typist's slip
            name = name[:3] + name[4:]
        extra = " EAST PART" if units.part[i] == 1 and not hindi else ""
        station.append(f"{building} {name} {label}{extra}")
        centre.append(f"{_SCHOOLS[places.school[p]][0]} {places.village_names[v].upper()}")
        village.append(places.village_names[v])
    gap = rng.random(n) < (0.25 if poll == 0 else 0.04)
    columns: dict[str, Any] = {
        "election_id": np.full(n, item.election_id, dtype=object),
        "seat_id": np.full(n, land.seat_ids[seat], dtype=object),
        "booth_no": units.number,
        "station_name": np.array(station, dtype=object),
        "polling_centre": np.array(centre, dtype=object),
        "village": np.array(village, dtype=object),
        "nyaya_panchayat": np.array([f"NP {places.village[p] // 8 + 1}" for p in units.place], dtype=object),
        "block": np.array([f"{land.names[seat]} Block {places.block[p] + 1}" for p in units.place], dtype=object),
        "lat": np.where(gap, np.nan, np.round(units.lat, 6)),
        "lon": np.where(gap, np.nan, np.round(units.lon, 6)),
        "electors": units.electors,
        "electors_female": units.female,
        "roll_version": np.full(n, item.roll, dtype=object),
    }
    return columns


@dataclass(frozen=True)
class Count:
    """Votes of one seat in one election: booths by party, and the postal ballots."""

    votes: Ints
    polled: Ints
    polled_female: Ints
    rejected: Ints
    nota: Ints
    postal: Ints
    postal_nota: int


def count_votes(
    share: Floats, places: Places, units: Units, politics: Politics, seat: int, poll: int, *, seed: int
) -> Count:
    """Draw the count so that the booths' expected votes add up to the seat's shares.

    Parameters
    ----------
    share : array of float, shape (parties + 1,)
        The seat's shares of valid votes.
    places, units, politics
        The made-up state.
    seat, poll : int
        Indices of seat and election.
    seed : int
        The state's seed.

    Returns
    -------
    Count
        Whole votes; each booth's draw is multinomial.
    """
    rng = stream(seed, 24, seat, poll)
    n, item = len(units), politics.polls[poll]
    lift = stream(seed, 25, poll).normal(0.45 if item.kind == "AE" else 0.3, 0.12)
    rate = 1 / (1 + np.exp(-(lift + 0.15 * stream(seed, 26, seat).standard_normal() + places.turnout[units.place]
                             + 0.12 * rng.standard_normal(n))))  # fmt: skip
    polled = rng.binomial(units.electors, np.clip(rate, 0.15, 0.95))
    rejected = rng.binomial(polled, 0.0006)
    nota = rng.binomial(polled - rejected, 0.009) if item.year >= 2014 else np.zeros(n, dtype=np.int64)
    valid = polled - rejected - nota
    standing = share > 0
    log_share = np.log(share[standing])
    weight = log_share + places.lean[units.place][:, standing] + 0.16 * rng.standard_normal((n, int(standing.sum())))
    odds = np.exp(weight)
    target = share[standing] * valid.sum()
    for _ in range(6):  # raking: rows are the booths' valid votes, columns the seat's shares
        expected = odds * (valid / odds.sum(axis=1))[:, None]
        odds = expected * (target / expected.sum(axis=0))
    probability = odds / odds.sum(axis=1, keepdims=True)
    votes = np.zeros((n, len(share)), dtype=np.int64)
    votes[:, standing] = rng.multinomial(valid, probability)
    turnout_women = rng.normal(1.0, 0.04, n)
    female = np.round(polled * units.female / units.electors * turnout_women)
    female = np.minimum(female, np.minimum(units.female, polled))
    ballots = int(rng.poisson(0.004 * valid.sum()))
    postal = np.zeros(len(share), dtype=np.int64)
    postal[standing] = rng.multinomial(ballots, share[standing] / share[standing].sum())
    return Count(votes, polled, female.astype(np.int64), rejected, nota, postal, int(rng.binomial(ballots, 0.008)))


def nearest(units: Units, k: int = 24) -> Ints:
    """Return each booth's nearest booths, itself first.

    Parameters
    ----------
    units : Units
        Booths of one seat.
    k : int
        How many at most.

    Returns
    -------
    array of int, shape (booths, min(k, booths))
        Indices by rising distance.
    """
    scale = np.cos(np.radians(units.lat.mean()))
    km = KM_PER_DEGREE * np.column_stack([units.lat, units.lon * scale])
    _, index = cKDTree(km).query(km, k=min(k, len(units)))
    return np.asarray(index, dtype=np.int64).reshape(len(units), -1)
