"""Activity logs of one seat: honest rounds with noisy GPS, and logs inflated in one of ten ways."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from khaka.data.simulate.booths import Units, nearest
from khaka.data.simulate.cycles import HABITS, Aspirants
from khaka.data.simulate.judgements import at
from khaka.data.simulate.land import Land
from khaka.data.simulate.politics import Politics
from khaka.data.simulate.world import World, stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

#: Days of the season in which work is recorded, before the as-of date.
SEASON: Final = 180
KINDS: Final = ("booth_visit", "door_to_door", "meeting", "membership", "training", "social_post")
_CHANCE: Final = (0.52, 0.20, 0.09, 0.07, 0.04, 0.08)
_MINUTE: Final = 60_000_000  # microseconds
_DAY: Final = 1440 * _MINUTE


def _rounds(rng: np.random.Generator, count: int, units: Units, close: Ints) -> dict[str, Array]:
    """Return honest work of one aspirant: days in the field, each a round through booths near one another.

    Times are microseconds from the season's first midnight IST.
    """
    per_day = int(np.clip(count // 30, 3, 12))
    days = max(1, -(-count // per_day))
    day = np.sort(rng.choice(SEASON - 3, size=days, replace=days > SEASON - 3))
    if days > SEASON - 3:  # a very busy log: longer rounds, not two rounds at once
        day = np.unique(day)
        per_day = -(-count // len(day))
        days = len(day)
    slot = np.tile(np.arange(per_day), days)[:count]
    which = np.repeat(np.arange(days), per_day)[:count]
    # anchors without replacement first: an honest round is planned to see the whole seat
    anchor = np.concatenate([rng.permutation(len(units)) for _ in range(-(-days // len(units)))])[:days]
    booth = close[anchor[which], slot % close.shape[1]]
    gap = min(50, 660 // per_day)
    minute = 8 * 60 + slot * gap + rng.uniform(0, 0.35 * gap, count)
    started = (day[which] * _DAY + minute * _MINUTE).astype(np.int64)
    late = rng.random(count)
    offline = np.where(late < 0.97, rng.uniform(30, 600, count), rng.uniform(600, 2200, count))
    lag = np.where(late < 0.8, rng.exponential(4, count), offline)
    accuracy = np.round(np.clip(np.exp(rng.normal(2.4, 0.5, count)), 3, 400), 1)
    wander = np.where(rng.random(count) < 0.02, 4.0, 1.0) * accuracy * 0.7
    kind = rng.choice(len(KINDS), size=count, p=_CHANCE)
    wander = wander + np.where(kind == 0, 15.0, 90.0)
    off = rng.standard_normal((count, 2)) * wander[:, None] / 111_200.0
    return {
        "booth": booth, "kind": kind, "started": started, "received": started + (lag * _MINUTE).astype(np.int64),
        "lat": units.lat[booth] + off[:, 0], "lon": units.lon[booth] + off[:, 1] / 0.89, "accuracy": accuracy,
        "mock": np.zeros(count, dtype=bool), "attendance": rng.poisson(np.array([14, 9, 60, 18, 35, 0])[kind]),
        "device": np.zeros(count, dtype=np.int64), "photo": rng.integers(1, 2**40, count),
        "witness": np.where(rng.random(count) < 0.4, rng.integers(1, 60, count), 0),
        "false": np.zeros(count, dtype=bool),
    }  # fmt: skip


def _inflate(
    rng: np.random.Generator, habit: str, true: dict[str, Array], count: int, units: Units
) -> dict[str, Array]:
    """Return the false events of one aspirant, made in the way of the habit."""
    # a post is no visit: only work at a place is worth copying
    placed = np.flatnonzero(true["kind"] != KINDS.index("social_post"))
    pick = rng.choice(placed if len(placed) else np.arange(len(true["kind"])), count)
    fake = {name: column[pick].copy() for name, column in true.items()}
    fake["false"][:] = True
    booths = len(units)
    fresh_photo = rng.integers(1, 2**40, count)
    if habit == "copies":  # the same event sent again
        fake["received"] = fake["received"] + rng.integers(1, 400, count) * _MINUTE
    elif habit == "shifted_copies":  # a day or a few later, a few metres on, the same photo
        shift = rng.integers(1, 6, count) * _DAY + rng.integers(-20, 20, count) * _MINUTE
        fake["started"] = np.clip(fake["started"] + shift, 0, (SEASON - 2) * _DAY)
        fake["received"] = fake["started"] + rng.integers(1, 30, count) * _MINUTE
        fake["lat"] = fake["lat"] + rng.normal(0, 2e-5, count)
    elif habit == "random_points":  # booth names from the list, points from a generator
        fake["booth"] = rng.integers(0, booths, count)
        fake["lat"] = rng.uniform(units.lat.min(), units.lat.max(), count)
        fake["lon"] = rng.uniform(units.lon.min(), units.lon.max(), count)
        fake["photo"] = fresh_photo
        fake["started"] = _spread(rng, count)
        fake["received"] = fake["started"] + rng.integers(1, 60, count) * _MINUTE
    elif habit == "one_spot":  # all booths from the office's chair
        home = int(rng.integers(0, booths))
        fake["booth"] = rng.integers(0, booths, count)
        fake["lat"] = units.lat[home] + rng.normal(0, 5e-5, count)
        fake["lon"] = units.lon[home] + rng.normal(0, 5e-5, count)
        fake["photo"] = fresh_photo
        fake["started"] = _spread(rng, count)
        fake["received"] = fake["started"] + rng.integers(1, 60, count) * _MINUTE
    elif habit == "mock_location":  # an app that fakes the position: exact, and the flag is set
        fake["booth"] = rng.integers(0, booths, count)
        fake["lat"], fake["lon"] = units.lat[fake["booth"]], units.lon[fake["booth"]]
        fake["accuracy"] = np.full(count, 1.0)
        fake["mock"] = rng.random(count) < 0.97
        fake["photo"] = fresh_photo
        fake["started"] = _spread(rng, count)
        fake["received"] = fake["started"] + rng.integers(1, 60, count) * _MINUTE
    elif habit == "burst":  # hundreds in the last two days, seconds apart
        fake["booth"] = rng.integers(0, booths, count)
        fake["lat"] = units.lat[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["lon"] = units.lon[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["photo"] = fresh_photo
        begin = (SEASON - 2) * _DAY + 18 * 60 * _MINUTE
        pause = 20_000_000 + int(rng.integers(0, 5_000_000))
        fake["started"] = begin + np.arange(count) * pause % (_DAY + 5 * 60 * _MINUTE)
        fake["received"] = fake["started"] + rng.integers(1, 5, count) * _MINUTE
    elif habit == "bulk_upload":  # typed in on one evening, weeks later
        fake["booth"] = rng.integers(0, booths, count)
        fake["lat"] = units.lat[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["lon"] = units.lon[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["photo"] = fresh_photo
        fake["started"] = _spread(rng, count) // 2
        fake["received"] = (SEASON - 4) * _DAY + 20 * 60 * _MINUTE + rng.integers(0, 240, count) * 1_000_000
    elif habit == "shared_device":  # one agent's phone logs for several aspirants, with the same photos
        fake["booth"] = rng.integers(0, booths, count)
        fake["lat"] = units.lat[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["lon"] = units.lon[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["device"] = np.full(count, -1)
        fake["photo"] = rng.integers(1, 40, count)
        fake["started"] = _spread(rng, count)
        fake["received"] = fake["started"] + rng.integers(1, 60, count) * _MINUTE
    elif habit == "impossible_journey":  # the two ends of the seat within minutes
        ends = np.argsort(units.lat, kind="stable")
        side = np.where(np.arange(count) % 2 == 0, 0, booths - 1)
        step = rng.integers(0, max(1, booths // 5), count)
        fake["booth"] = ends[np.where(side == 0, step, booths - 1 - step)]
        fake["lat"] = units.lat[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["lon"] = units.lon[fake["booth"]] + rng.normal(0, 2e-4, count)
        fake["photo"] = fresh_photo
        fake["started"] = np.repeat(_spread(rng, -(-count // 20)), 20)[:count] + (np.arange(count) % 20) * 3 * _MINUTE
        fake["received"] = fake["started"] + rng.integers(1, 60, count) * _MINUTE
    else:  # round_numbers: invented at a desk
        fake["booth"] = rng.integers(0, booths, count)
        fake["lat"], fake["lon"] = np.round(units.lat[fake["booth"]], 2), np.round(units.lon[fake["booth"]], 2)
        fake["accuracy"] = np.full(count, 10.0)
        fake["attendance"] = 50 * rng.integers(1, 5, count)
        fake["photo"] = np.zeros(count, dtype=np.int64)
        fake["started"] = _spread(rng, count) // (30 * _MINUTE) * (30 * _MINUTE)
        fake["received"] = fake["started"] + rng.integers(1, 60, count) * _MINUTE
    return fake


def _spread(rng: np.random.Generator, count: int) -> Ints:
    """Return times over the season's days, from 8 to 19 o'clock."""
    day = rng.integers(0, SEASON - 3, count)
    return np.asarray(day * _DAY + rng.integers(8 * 60, 19 * 60, count) * _MINUTE, dtype=np.int64)


def _habits(cycle: Aspirants, mine: Ints) -> Ints:
    """Return the habits of a seat's aspirants: a phone that records for one cheat alone is not shared."""
    habits = np.asarray(cycle.habit[mine], dtype=np.int64).copy()
    shared = habits == HABITS.index("shared_device")
    others = np.flatnonzero(~shared & (habits >= 0))
    if shared.sum() == 1 and len(others):
        habits[others[0]] = HABITS.index("shared_device")
    elif shared.sum() == 1:
        habits[shared] = HABITS.index("round_numbers")
    return habits


def activity(
    land: Land, world: World, politics: Politics, cycle: Aspirants, seat: int, units: Units, *, seed: int, mean: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the events of a seat's aspirants in one cycle.

    Parameters
    ----------
    land, world, politics
        The made-up state.
    cycle : Aspirants
        Of one assembly poll.
    seat : int
        Index of the seat.
    units : Units
        Booths of that poll.
    seed : int
        The state's seed.
    mean : float
        Events per aspirant, false ones included.

    Returns
    -------
    columns, truth : dict of str to array
        Rows of `activity` in order of arrival within an aspirant, and the habit of each event ("" for honest).
    """
    rng = stream(seed, 40, cycle.poll, seat)
    mine = np.flatnonzero(cycle.seat == seat)
    poll = politics.polls[cycle.poll]
    # the same mean number of events whatever the share of cheats
    honest_mean = mean / (1 + world.cheat_share * world.cheat_inflation)
    close = nearest(units)
    habits = _habits(cycle, mine)
    pieces, owners, devices = [], [], []
    for i in mine:
        count = max(1, round(honest_mean * np.exp(0.45 * cycle.effort[i] - 0.1)))
        events = _rounds(rng, count, units, close)
        if habits[i - mine[0]] >= 0:
            extra = max(10, int(rng.poisson(world.cheat_inflation * honest_mean)))
            fake = _inflate(rng, HABITS[habits[i - mine[0]]], events, extra, units)
            events = {name: np.concatenate([column, fake[name]]) for name, column in events.items()}
        order = np.lexsort((events["started"], events["received"]))
        pieces.append({name: column[order] for name, column in events.items()})
        owners.append(np.full(len(order), i))
        devices.append(np.where(events["device"][order] < 0, 900_000 + seat, i))
    if not pieces:
        return {"event_id": []}, {"event_id": []}
    rows = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    owner, device = np.concatenate(owners), np.concatenate(devices)
    n = len(owner)
    start = at(poll.as_of, SEASON - 1, 0.0)
    booth = pa.array(units.number, type=pa.string()).take(pa.array(rows["booth"]))
    post = rows["kind"] == KINDS.index("social_post")
    blank = pa.array(post)
    text = pa.string()
    event = pc.binary_join_element_wise(
        pa.scalar(f"{land.state}E{poll.year}-{seat + 1}-"), pc.cast(pa.array(np.arange(n)), text), ""
    )
    no_photo = pa.array((rows["photo"] == 0) | (post & ~rows["false"]))
    photo = pc.binary_join_element_wise(pa.scalar("ph"), pc.cast(pa.array(rows["photo"]), text), "")
    witness = pc.binary_join_element_wise(pa.scalar(f"W{seat + 1}-"), pc.cast(pa.array(rows["witness"]), text), "")
    columns: dict[str, Any] = {
        "event_id": event,
        "aspirant_id": pa.array(cycle.aspirant_id[mine], type=text).take(pa.array(owner - mine[0])),
        "seat_id": pa.repeat(pa.scalar(land.seat_ids[seat], text), n),
        "booth_no": pc.if_else(blank, pa.scalar(None, text), booth),
        "kind": pa.array(KINDS, type=text).take(pa.array(rows["kind"])),
        "started_at": start + rows["started"].astype("timedelta64[us]"),
        "received_at": start + np.maximum(rows["received"], rows["started"]).astype("timedelta64[us]"),
        "lat": np.where(post, np.nan, np.round(rows["lat"], 6)),
        "lon": np.where(post, np.nan, np.round(rows["lon"], 6)),
        "accuracy_m": np.where(post, np.nan, rows["accuracy"]),
        "mock_location": rows["mock"],
        "device_id": pc.binary_join_element_wise(pa.scalar(f"dev-{poll.year}-"), pc.cast(pa.array(device), text), ""),
        "attendance": rows["attendance"],
        "photo_hash": pc.if_else(no_photo, pa.scalar(None, text), photo),
        "witness_id": pc.if_else(pa.array(rows["witness"] == 0), pa.scalar(None, text), witness),
    }
    habit = pa.array([*HABITS, "honest"], type=text).take(
        pa.array(np.where(rows["false"], habits[owner - mine[0]], len(HABITS)))
    )
    return columns, {"event_id": event, "habit": habit}


def assignments(
    land: Land, politics: Politics, cycle: Aspirants, seat: int, units: Units, *, seed: int
) -> dict[str, Any]:
    """Give each aspirant of a seat the same number of booths to work.

    Parameters
    ----------
    land, politics, cycle, seat, units, seed
        As in `activity`.

    Returns
    -------
    dict of str to array
        Columns of `assignments`; a tenth applied too late to get any.
    """
    rng = stream(seed, 41, cycle.poll, seat)
    poll = politics.polls[cycle.poll]
    mine = [i for i in np.flatnonzero(cycle.seat == seat) if rng.random() > 0.1]
    each = min(8, len(units))
    draws = [np.sort(rng.choice(len(units), each, replace=False)) for _ in mine]
    chosen = np.concatenate(draws) if draws else np.empty(0, dtype=np.int64)
    n = len(chosen)
    return {
        "assignment_id": np.array([f"T{poll.year}-{seat + 1}-{j + 1}" for j in range(n)], dtype=object),
        "election_id": np.full(n, poll.election_id, dtype=object),
        "aspirant_id": np.repeat(cycle.aspirant_id[mine], each) if mine else np.empty(0, dtype=object),
        "seat_id": np.full(n, land.seat_ids[seat], dtype=object),
        "booth_no": units.number[chosen],
        "task": np.array(["visit", "meet the booth team", "door to door"], dtype=object)[np.arange(n) % 3],
        "issued_at": np.full(n, at(poll.as_of, 60, 10.0)),
        "due_at": np.full(n, at(poll.as_of, 10, 18.0)),
    }  # fmt: skip


def booth_team(land: Land, politics: Politics, seat: int, units: Units, poll: int, *, seed: int) -> dict[str, Any]:
    """Return the own party's posts at the booths of a seat.

    Parameters
    ----------
    land, politics, seat, units
        As in `activity`.
    poll : int
        Index of the coming election.
    seed : int
        The state's seed.

    Returns
    -------
    dict of str to array
        Columns of `booth_team`: a president and an agent a booth, four fifths filled, half of these verified.
    """
    rng = stream(seed, 42, seat)
    roles = np.array(["booth_president", "bla"], dtype=object)
    n = 2 * len(units)
    filled = rng.random(n) < 0.8
    return {
        "election_id": np.full(n, politics.polls[poll].election_id, dtype=object),
        "seat_id": np.full(n, land.seat_ids[seat], dtype=object),
        "booth_no": np.repeat(units.number, 2),
        "role": np.tile(roles, len(units)),
        "recorded_at": np.full(n, at(politics.polls[poll].as_of, 30, 12.0)),
        "worker_id": np.array([f"W{seat + 1}-{j + 1}" if f else "" for j, f in enumerate(filled)], dtype=object),
        "filled": filled,
        "verified": filled & (rng.random(n) < 0.5),
    }
