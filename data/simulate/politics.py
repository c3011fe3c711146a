"""Elections, parties and alliances of a made-up state, and what moves votes apart from people.

The share of party `p` in seat `s` of election `e` is a softmax over those who stand,

    share = exp(u_esp + q) / sum,   u_esp = level_ep + region + district + seat shocks + lasting lean,

where `q` is the nominee's quality. Voters of an absent ally go to the alliance in a fixed part.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from khaka.data.simulate.land import COMMUNITIES, Land
from khaka.data.simulate.world import World, stream

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Made-up parties, called after trees, the own one first; IND are the independents.
PARTY_NAMES: Final = ("NEEM", "PIPAL", "BARGAD", "SHISHAM", "MAHUA", "IMLI", "KADAMB", "GULAR", "PALASH", "SEMAL")
IND: Final = "IND"
#: Result days of real Lok Sabha elections; the package's table of dates knows them too.
LS_RESULT: Final = {
    1999: dt.date(1999, 10, 6), 2004: dt.date(2004, 5, 13), 2009: dt.date(2009, 5, 16), 2014: dt.date(2014, 5, 16),
    2019: dt.date(2019, 5, 23), 2024: dt.date(2024, 6, 4),
}  # fmt: skip
LAST_YEAR: Final = 2027


@dataclass(frozen=True)
class Poll:
    """One election's place in time. The party's own calendar hangs on the day of the poll."""

    election_id: str
    kind: str
    year: int
    poll: dt.date
    result: dt.date
    coming: bool = False

    @property
    def as_of(self) -> dt.date:
        """Last day of what is known when the party decides: 41 days before the poll."""
        return self.poll - dt.timedelta(days=41)

    @property
    def roll(self) -> str:
        """Roll version of this poll."""
        return f"{self.year}-01-01"


def calendar(state: str, elections: int) -> tuple[Poll, ...]:
    """List the polls in order of time.

    Parameters
    ----------
    state : str
        ECI code, for the ids.
    elections : int
        Assembly elections, the coming one included.

    Returns
    -------
    tuple of Poll
        An assembly poll every five years, a Lok Sabha poll two years after each but the last.

    Examples
    --------
    >>> [poll.election_id for poll in calendar("S24", 3)]
    ['S24-2017-AE', 'S24-2019-LS', 'S24-2022-AE', 'S24-2024-LS', 'S24-2027-AE']
    """
    polls = []
    for i in range(elections):
        year = LAST_YEAR - 5 * (elections - 1 - i)
        last = i == elections - 1
        polls.append(Poll(f"{state}-{year}-AE", "AE", year, dt.date(year, 2, 20), dt.date(year, 3, 10), coming=last))
        if not last:
            result = LS_RESULT.get(year + 2, dt.date(year + 2, 5, 20))
            polls.append(Poll(f"{state}-{year + 2}-LS", "LS", year + 2, result - dt.timedelta(days=10), result))
    return tuple(polls)


@dataclass(frozen=True)
class Politics:
    """What moves votes, people aside. Last axis: parties, then independents together.

    Attributes
    ----------
    utility : array of float, shape (polls, seats, parties + 1)
        Log odds without the nominees' quality.
    calm : array of float, shape (seats, parties + 1)
        The coming election's, had no party's state-wide level moved from where it was expected.
    stands : array of bool, shape (polls, seats, parties + 1)
        Who has a nominee.
    ally : tuple of tuple
        Pairs (large, junior) of allied parties, per poll.
    affinity : array of float, shape (communities, parties + 1)
        Log odds by community.
    """

    polls: tuple[Poll, ...]
    parties: tuple[str, ...]
    utility: Floats
    calm: Floats
    stands: Flags
    ally: tuple[tuple[tuple[int, int], ...], ...]
    affinity: Floats
    transfer: float


def odds(politics: Politics, poll: int, utility: Floats) -> Floats:
    """Return the odds of each party in each seat, absent allies' voters moved on.

    Parameters
    ----------
    politics : Politics
        Who stands and who is allied.
    poll : int
        Index of the election.
    utility : array of float, shape (seats, parties + 1)
        Log odds, nominees' quality included.

    Returns
    -------
    array of float, shape (seats, parties + 1)
        0 for those who do not stand; shares after division by the row's sum.
    """
    stands = politics.stands[poll]
    full = np.exp(utility)
    result: Floats = np.where(stands, full, 0.0)
    for pair in politics.ally[poll]:
        for absent, present in (pair, pair[::-1]):
            moved = ~stands[:, absent] & stands[:, present]
            result[:, present] += np.where(moved, politics.transfer * full[:, absent], 0.0)
    return result


def _levels(world: World, polls: tuple[Poll, ...], log_base: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return party levels per poll, and the coming election's as expected from the last one."""
    rng = stream(seed, 3)
    assembly = log_base + 0.7 * world.party_swing_sd * rng.standard_normal(len(log_base))
    levels, expected = [], log_base
    for poll in polls:
        if poll.kind == "AE":
            expected = log_base + world.party_reversion * (assembly - log_base)
            assembly = expected + world.party_swing_sd * rng.standard_normal(len(log_base))
            levels.append(assembly)
        else:
            levels.append(assembly + world.ls_swing_sd * rng.standard_normal(len(log_base)))
    return np.array(levels), expected


def make_politics(land: Land, world: World, *, seed: int, elections: int, parties: int) -> Politics:
    """Draw parties, swings, alliances and leans.

    Parameters
    ----------
    land : Land
        Seats, their neighbours and communities.
    world : World
        Spreads of everything drawn.
    seed : int
        The state's seed.
    elections : int
        Assembly elections, the coming one included.
    parties : int
        Number of parties, independents not counted.

    Returns
    -------
    Politics
        Utilities of every poll.
    """
    polls = calendar(land.state, elections)
    k = parties + 1
    shares = np.array([*world.party_shares[:parties], world.independent_share])
    log_base = np.log(shares / shares.sum())
    levels, expected = _levels(world, polls, log_base, seed)
    rng = stream(seed, 4)
    # lasting lean: region, what neighbours share, communities, the seat alone
    affinity = world.community_affinity_sd * rng.standard_normal((len(COMMUNITIES), k))
    affinity[:, -1] *= 0.3
    deviation = land.community - land.community.mean(axis=0)
    lean = (
        world.lean_region_sd * rng.standard_normal((int(land.region.max()) + 1, k))[land.region]
        + world.lean_spatial_sd * land.spatial(rng, k)
        + deviation @ affinity
        + world.lean_seat_sd * rng.standard_normal((land.seats, k))
    )
    utility = np.empty((len(polls), land.seats, k))
    drift = np.zeros((land.seats, k))
    for e in range(len(polls)):
        # half of a seat's shock is still there at the next poll: maps change slowly
        shock = (
            world.region_swing_sd * rng.standard_normal((int(land.region.max()) + 1, k))[land.region]
            + world.district_swing_sd * rng.standard_normal((int(land.district.max()) + 1, k))[land.district]
            + world.seat_swing_sd * (0.5 * land.spatial(rng, k, 1) + 0.87 * rng.standard_normal((land.seats, k)))
        )
        drift = 0.5 * drift + shock
        utility[e] = levels[e] + lean + drift
    calm = utility[-1] - levels[-1] + expected
    stands, ally = _contests(land, world, polls, utility, seed)
    return Politics(
        polls=polls,
        parties=(*PARTY_NAMES[:parties], IND),
        utility=utility,
        calm=calm,
        stands=stands,
        ally=ally,
        affinity=affinity,
        transfer=world.ally_transfer,
    )


def _contests(
    land: Land, world: World, polls: tuple[Poll, ...], utility: Floats, seed: int
) -> tuple[Flags, tuple[tuple[tuple[int, int], ...], ...]]:
    """Decide who stands where. The own party has an ally once in the past and stands everywhere in the coming poll."""
    rng = stream(seed, 5)
    k = utility.shape[2]
    stands = np.ones(utility.shape, dtype=bool)
    ally: list[tuple[tuple[int, int], ...]] = []
    assembly = [e for e, poll in enumerate(polls) if poll.kind == "AE"]
    for e in range(len(polls)):
        pairs: list[tuple[int, int]] = []
        if k > 4 and assembly[-3] <= e < assembly[-2]:
            pairs.append((0, 3))  # one assembly and the following Lok Sabha poll
        if k > 6 and e >= assembly[-2]:
            pairs.append((1, 5))  # the main rival's ally, still so in the coming election
        for small in range(3, k - 1):  # small parties pick their seats
            stands[e, :, small] = rng.random(land.seats) < 0.8
        for large, junior in pairs:
            ratio = utility[e, :, junior] - utility[e, :, large]
            left = np.zeros(land.seats, dtype=bool)
            if polls[e].kind == "LS":  # whole parliamentary seats
                groups = int(land.parliament.max()) + 1
                means = np.array([ratio[land.parliament == g].mean() for g in range(groups)])
                left = np.isin(land.parliament, np.argsort(-means)[: int(world.ally_seats * groups)])
            else:
                left[np.argsort(-ratio, kind="stable")[: max(1, int(world.ally_seats * land.seats))]] = True
            stands[e, :, large] = ~left
            stands[e, :, junior] = left
        ally.append(tuple(pairs))
    return stands, tuple(ally)
