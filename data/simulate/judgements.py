"""What people said about aspirants before the decision: ratings, surveys, names at each stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from khaka.data.simulate.cycles import Aspirants
from khaka.data.simulate.land import Land
from khaka.data.simulate.politics import Politics, odds
from khaka.data.simulate.world import World, stream

Array = npt.NDArray[Any]
IST = np.timedelta64(330, "m")


def at(day: Any, days: Any, hours: Any = 12.0) -> Array:
    """Return times (UTC) so many days before a day, at so many hours IST."""
    minutes = (np.asarray(hours, dtype=float) * 60).round().astype("timedelta64[m]")
    result: Array = np.asarray(np.datetime64(day, "us") - np.asarray(days).astype("timedelta64[D]") + minutes - IST)
    return result.astype("datetime64[us]")


def dishonest(world: World, politics: Politics, poll: int) -> bool:
    """Return whether ratings of this cycle are bought."""
    return world.dishonest_cycles == "all" or (world.dishonest_cycles == "last" and politics.polls[poll].coming)


def ratings(land: Land, world: World, politics: Politics, cycle: Aspirants, *, seed: int) -> dict[str, Array]:
    """Rate every aspirant of one cycle: two observers, both committees and a survey.

    Parameters
    ----------
    land : Land
        Districts: a rater works in one.
    world : World
        Noise, severity and honesty.
    politics : Politics
        Dates.
    cycle : Aspirants
        Whom to rate.
    seed : int
        The state's seed.

    Returns
    -------
    dict of str to array
        Columns of `ratings`. Honest: severity + slope * (able + noise); bought: clout instead of ability.
    """
    rng = stream(seed, 30, cycle.poll)
    n, poll = len(cycle), politics.polls[cycle.poll]
    bought = dishonest(world, politics, cycle.poll)
    district = land.district[cycle.seat]
    raters = (
        ("observer", 2, 1.0, 10.0, 3), ("dcc", 1, 1.0, 5.0, 1), ("pcc", 1, 1.0, 5.0, 1), ("survey", 1, 0.0, 100.0, 1),
    )  # fmt: skip
    pieces: list[dict[str, Array]] = []
    for role, times, low, high, pool in raters:
        people = int(district.max()) + 1
        severity = world.rating_severity_sd * rng.standard_normal((people, pool))
        slope = np.exp(world.rating_slope_sd * rng.standard_normal((people, pool)))
        for t in range(times):
            which = (cycle.seat + t) % pool if role == "observer" else np.zeros(n, dtype=np.int64)
            noise = world.rating_noise * rng.standard_normal(n)
            if role == "survey":
                sense = cycle.able + world.survey_noise * rng.standard_normal(n)
            elif role in ("dcc", "pcc"):
                sense = 0.6 * cycle.able + world.dcc_clout * cycle.clout + noise
            else:
                sense = cycle.able + noise
            if bought:
                sense = world.bought_clout * cycle.clout + world.bought_able * cycle.able + 0.6 * noise
            raw = severity[district, which] + slope[district, which] * sense
            middle, width = (low + high) / 2, (high - low) / 6
            step = 1.0 if role != "observer" else 0.5
            value = np.clip(np.round((middle + width * raw) / step) * step, low, high)
            heard = rng.random(n) < {"observer": 0.97, "dcc": 0.95, "pcc": 0.8, "survey": 0.85}[role]
            risk = np.array(["low", "medium", "high"], dtype=object)
            level = np.clip(np.floor(0.9 + 0.5 * cycle.clout + 0.6 * rng.standard_normal(n)), 0, 2).astype(int)
            says = (rng.random(n) < 0.6) & (role in ("observer", "dcc"))
            names = [f"R-{role}-{d + 1}-{w + 1}" for d, w in zip(district, which, strict=True)]
            piece = {
                "election_id": np.full(n, poll.election_id, dtype=object),
                "seat_id": np.array(land.seat_ids, dtype=object)[cycle.seat],
                "aspirant_id": cycle.aspirant_id,
                "rater_role": np.full(n, role, dtype=object),
                "rater_id": np.array(names, dtype=object),
                "rated_at": at(poll.as_of, rng.integers(4, 45, n), rng.uniform(9, 19, n)),
                "rating": value,
                "scale_min": np.full(n, low),
                "scale_max": np.full(n, high),
                "rebel_risk": np.where(says, risk[level], ""),
            }
            pieces.append({name: column[heard] for name, column in piece.items()})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def surveys(land: Land, world: World, politics: Politics, cycle: Aspirants, *, seed: int) -> dict[str, Array]:
    """Survey the parties and the aspirants of half of the seats, two months before the choice.

    Parameters
    ----------
    land, world, politics
        The made-up state.
    cycle : Aspirants
        Of one election.
    seed : int
        The state's seed.

    Returns
    -------
    dict of str to array
        Columns of `surveys`. Half of the coming swing has not happened yet when they are taken.
    """
    rng = stream(seed, 31, cycle.poll)
    e, poll = cycle.poll, politics.polls[cycle.poll]
    earlier = politics.utility[e - 1] if e else politics.utility[e]
    midway = 0.5 * (politics.utility[e] + earlier) + 0.1 * rng.standard_normal(politics.utility[e].shape)
    value = odds(politics, e, midway)
    share = value / value.sum(axis=1, keepdims=True)
    agency = rng.normal(0, 0.015, share.shape[1])
    rows: dict[str, list[Any]] = {name: [] for name in ("seat_id", "survey_id", "subject", "subject_id", "share",
                                                       "sample_size", "standard_error", "fielded_at")}  # fmt: skip
    for s in np.flatnonzero(rng.random(land.seats) < 0.5):
        size = int(rng.integers(220, 420))
        seen = np.clip(share[s] + agency + rng.normal(0, np.sqrt(2 * share[s] * (1 - share[s]) / size)), 0.0, 1.0)
        mine = np.flatnonzero(cycle.seat == s)
        subjects: list[tuple[str, str, float]] = [
            ("party", politics.parties[p], float(seen[p])) for p in np.flatnonzero(politics.stands[e, s])
        ]
        if len(mine):
            bought = dishonest(world, politics, e)
            sense = (cycle.clout if bought else cycle.able)[mine] + world.survey_noise * rng.standard_normal(len(mine))
            wish = np.exp(0.5 * sense)
            wish = wish / wish.sum()
            subjects += [("aspirant", str(cycle.aspirant_id[i]), float(w)) for i, w in zip(mine, wish, strict=True)]
        day = at(poll.as_of, int(rng.integers(20, 60)), 18.0)
        for subject, subject_id, part in subjects:
            part = round(part, 4)
            error = round(float(np.sqrt(2 * part * (1 - part) / size)), 4)  # twice: clustered samples
            survey = f"SV{poll.year}{s + 1:04d}"
            row = (land.seat_ids[s], survey, subject, subject_id, part, size, error, day)
            for name, item in zip(rows, row, strict=True):
                rows[name].append(item)
    n = len(rows["seat_id"])
    columns = {name: np.array(values, dtype=object) for name, values in rows.items()}
    for name in ("share", "standard_error"):
        columns[name] = columns[name].astype(float)
    columns["sample_size"] = columns["sample_size"].astype(np.int64)
    columns["fielded_at"] = np.array(rows["fielded_at"], dtype="datetime64[us]")
    columns["election_id"] = np.full(n, poll.election_id, dtype=object)
    columns["agency"] = np.full(n, "Agency One", dtype=object)
    return columns


def stage_names(land: Land, politics: Politics, cycle: Aspirants, *, seed: int) -> dict[str, Array]:
    """List up to three names a seat at the district, state and (in past cycles) screening stage.

    Parameters
    ----------
    land, politics
        The made-up state.
    cycle : Aspirants
        Of one election.
    seed : int
        The state's seed.

    Returns
    -------
    dict of str to array
        Columns of `stage_names`.
    """
    rng = stream(seed, 32, cycle.poll)
    poll = politics.polls[cycle.poll]
    stages = [("dcc", 14, 0.7), ("state", 6, 0.5)] + ([] if poll.coming else [("screening", -5, 0.2)])
    pieces = []
    for stage, before, noise in stages:
        score = np.where(cycle.eligible, cycle.appeal, -9.0) + noise * rng.standard_normal(len(cycle))
        order = np.lexsort((-score, cycle.seat))
        sorted_seat = cycle.seat[order]
        place = np.arange(len(order)) - np.searchsorted(sorted_seat, sorted_seat)
        keep = order[place < 3]
        pieces.append({
            "election_id": np.full(len(keep), poll.election_id, dtype=object),
            "seat_id": np.array(land.seat_ids, dtype=object)[cycle.seat[keep]],
            "stage": np.full(len(keep), stage, dtype=object),
            "recorded_at": np.full(len(keep), at(poll.as_of, before, 17.0)),
            "position": place[place < 3] + 1,
            "aspirant_id": cycle.aspirant_id[keep],
        })  # fmt: skip
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
