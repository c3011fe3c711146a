"""Who asks for the ticket, whom the committee chooses, who stands for the others, and what each would be worth."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

from khaka.data.simulate.cycles import HABITS, Aspirants, Floats, Ints, Nominees, Selection
from khaka.data.simulate.land import COMMUNITY_CATEGORY, Land
from khaka.data.simulate.people import People
from khaka.data.simulate.politics import Politics, Poll, odds
from khaka.data.simulate.world import World, stream

Array = npt.NDArray[Any]


def margins(politics: Politics, poll: int, utility: Floats, top: Floats, seat: Ints, quality: Floats) -> Floats:
    """Return the own party's margin with each given nominee.

    Parameters
    ----------
    politics : Politics
        Alliances.
    poll : int
        Index of the election.
    utility : array of float, shape (seats, parties + 1)
        Log odds with the rivals' nominees, the own party's without one.
    top : array of float, shape (seats,)
        Part of the independents' votes that the first of them takes.
    seat : array of int, shape (n,)
        Where each of them would stand.
    quality : array of float, shape (n,)
        Quality in log odds.

    Returns
    -------
    array of float, shape (n,)
        Share minus the best rival's, in points of valid votes.
    """
    value = odds(politics, poll, utility)
    own_alone = np.exp(utility[:, 0])
    moved = value[:, 0] - np.where(politics.stands[poll, :, 0], own_alone, 0.0)
    own = own_alone[seat] * np.exp(quality) + moved[seat]
    rivals = value[:, 1:]
    best = np.maximum(rivals[:, :-1].max(axis=1), rivals[:, -1] * top)
    result: Floats = 100 * (own - best[seat]) / (own + rivals.sum(axis=1)[seat])
    return result


def _first_per_seat(seat: Ints, score: Floats, seats: int) -> Ints:
    """Return the index of the best score in each seat, -1 where there is nobody."""
    order = np.lexsort((-score, seat))
    first = np.full(seats, -1)
    heads, where = np.unique(seat[order], return_index=True)
    first[heads] = order[where]
    return first


class _Builder:
    """Walks through the polls in order, so that incumbents and returning persons come out of what went before."""

    def __init__(self, land: Land, world: World, politics: Politics, seed: int, total: int) -> None:
        self.land, self.world, self.politics, self.seed, self.total = land, world, politics, seed, total
        self.people = People()
        self.reserved: Array = np.array(land.reservation, dtype=object)
        self.mean_share = land.community.mean(axis=0)
        k = len(politics.parties)
        self.quality = np.zeros((len(politics.polls), land.seats, k))
        self.top = np.ones((len(politics.polls), land.seats))
        self.previous = np.full((land.seats, k - 1), -1)  # nominees of the last assembly poll
        self.winner_party = np.full(land.seats, -1)
        self.old_person = np.empty(0, dtype=np.int64)  # own aspirants of the last cycle
        self.old_seat = np.empty(0, dtype=np.int64)
        self.rows: list[tuple[int, Ints, Ints, Ints, Floats]] = []
        self.cycles: list[Aspirants] = []

    def worth(
        self, rng: np.random.Generator, person: Ints, seat: Ints, poll: Poll, spread: float
    ) -> tuple[Floats, Floats]:
        """Return quality in log odds, and hidden quality of this time in standard deviations."""
        world, people, land = self.world, self.people, self.land
        lasting = np.sqrt(world.persistence) * people.hidden[person]
        now = lasting + np.sqrt(1 - world.persistence) * rng.standard_normal(len(person))
        community = people.community[person]
        fit = land.community[seat, community] - self.mean_share[community]
        joined = (np.datetime64(poll.poll) - people.party_since[person]).astype(np.int64)
        quality = (
            spread * now
            + world.fit_effect * fit
            + world.local_effect * (people.residence[person] == seat)
            + world.defector_effect * (joined < 365)
        )
        return quality, now

    def _own_pool(self, rng: np.random.Generator, e: int) -> tuple[Ints, Ints]:
        land, poll = self.land, self.politics.polls[e]
        open_ = np.flatnonzero(self.politics.stands[e, :, 0])
        spare = max(0, self.total - land.seats)
        want = np.zeros(land.seats, dtype=np.int64)
        if poll.coming:
            want[open_] = 1 + rng.multinomial(self.total - len(open_), rng.dirichlet(np.full(len(open_), 6.0)))
        else:
            want[open_] = 1 + rng.multinomial(spare, rng.dirichlet(np.full(land.seats, 6.0)))[open_]
        # who comes back: sitting members nearly always, the last nominee often, others seldom
        chosen = np.isin(self.old_person, self.previous[:, 0])
        sat = chosen & (self.winner_party[self.old_seat] == 0)
        chance = np.where(sat, 0.88, np.where(chosen, 0.6, 0.28))
        back = rng.random(len(self.old_person)) < chance
        rank = np.zeros(len(self.old_person), dtype=np.int64)
        order = np.lexsort((-chance, ~back, self.old_seat))
        seat_sorted = self.old_seat[order]
        rank[order] = np.arange(len(order)) - np.searchsorted(seat_sorted, seat_sorted)
        keep = back & (rank < want[self.old_seat]) & (self.people.age(self.old_person, poll.poll) < 85)
        kept_seat, kept = self.old_seat[keep], self.old_person[keep]
        missing = want - np.bincount(kept_seat, minlength=land.seats)
        seat = np.repeat(np.arange(land.seats), missing)
        new = self.people.recruit(rng, land, seat, self.reserved[seat], poll.poll)
        seats, persons = np.concatenate([kept_seat, seat]), np.concatenate([kept, new])
        mixed = np.lexsort((rng.random(len(seats)), seats))  # newcomers and old hands in no order
        return seats[mixed], persons[mixed]

    def cycle(self, e: int) -> None:
        """Draw the own party's aspirants of an assembly poll and the committee's choice."""
        world, people, poll = self.world, self.people, self.politics.polls[e]
        rng = stream(self.seed, 10, e)
        seat, person = self._own_pool(rng, e)
        n = len(seat)
        quality, now = self.worth(rng, person, seat, poll, world.quality_sd)
        rho = world.effort_quality
        effort = rho * now + np.sqrt(1 - rho**2) * rng.standard_normal(n)
        # those who work little cheat more
        tempted = 1 / (1 + np.exp(effort))
        cheats = rng.random(n) < np.clip(2 * world.cheat_share * tempted, 0, 0.95)
        effort = effort - 0.8 * cheats
        incumbent = (person == self.previous[seat, 0]) & (self.winner_party[seat] == 0)
        able = quality + world.presence_effect * effort + world.incumbent_effect * incumbent
        quality = able + world.confounder_sd * people.factor[person]
        clout = people.clout[person] + 0.8 * incumbent
        other = rng.random(n)
        category = np.array(COMMUNITY_CATEGORY, dtype=object)[people.community[person]]
        scheduled = np.isin(category, ("SC", "ST"))
        state = self.land.state
        certificate = np.where(scheduled, np.where(other < 0.02, "S26", np.where(other < 0.03, "", state)), "")
        elector = np.where(rng.random(n) < 0.012, "S26", state)
        scrutiny = poll.poll - dt.timedelta(days=26)
        reserved = self.reserved[seat]
        eligible = (
            (people.age(person, scrutiny) >= 25)
            & (elector == state)
            & ((reserved == "GEN") | ((reserved == category) & (certificate != "S26")))
        )
        for s in np.setdiff1d(seat, seat[eligible]):  # every seat has somebody who may stand
            i = int(np.flatnonzero(seat == s)[0])
            certificate[i] = state if scheduled[i] else ""
            elector[i] = state
            adult = np.datetime64(poll.poll) - np.timedelta64(30 * 365, "D")
            people.birth[person[i]] = min(people.birth[person[i]], adult)
            if reserved[i] not in ("GEN", category[i]):
                people.community[person[i]] = COMMUNITY_CATEGORY.index(reserved[i])
                people.category[person[i]] = category[i] = reserved[i]
                certificate[i] = state
            eligible[i] = True
        caste = (self.land.community[seat, people.community[person]] - 0.14) / 0.08
        spread = world.quality_sd
        appeal = (
            world.committee_information * ((able / spread) + rng.standard_normal(n))
            + world.committee_clout * clout
            + world.committee_caste * caste
            + world.committee_incumbent * incumbent
            + world.committee_confounder * people.factor[person]
            + world.committee_noise * rng.standard_normal(n)
        )
        chosen = _first_per_seat(seat, np.where(eligible, appeal, -1e9), self.land.seats)
        nominated = np.zeros(n, dtype=bool)
        nominated[chosen[chosen >= 0]] = True
        self.quality[e, seat[nominated], 0] = quality[nominated]
        self.previous[:, 0] = -1
        self.previous[seat[nominated], 0] = person[nominated]
        self.old_person, self.old_seat = person, seat
        ids = np.array([f"{state}A{poll.year}{i + 1:05d}" for i in rng.permutation(n)], dtype=object)
        self.cycles.append(
            Aspirants(e, seat, person, ids, quality, able / spread, clout, effort,
                      np.where(cheats, rng.integers(0, len(HABITS), n), -1), incumbent, eligible, nominated, appeal,
                      certificate.astype(object), elector.astype(object))
        )  # fmt: skip

    def rivals(self, e: int) -> None:
        """Draw the nominees of the other parties (of all parties in a Lok Sabha poll) and the independents."""
        world, poll, land = self.world, self.politics.polls[e], self.land
        rng = stream(self.seed, 11, e)
        k = len(self.politics.parties)
        everyone = np.arange(land.seats)
        if poll.kind == "AE":
            for p in range(1, k - 1):
                stay = rng.random(land.seats) < np.where(self.winner_party == p, 0.75, 0.45)
                stay &= self.previous[:, p] >= 0
                person = np.where(stay, self.previous[:, p], -1)
                fresh = np.flatnonzero(person < 0)
                person[fresh] = self.people.recruit(rng, land, fresh, self.reserved[fresh], poll.poll)
                worth, _ = self.worth(rng, person, everyone, poll, world.rival_quality_sd)
                sitting = stay & (self.winner_party == p)
                self.quality[e, :, p] = worth + world.incumbent_effect * sitting
                self.previous[:, p] = person
            persons = self.previous.copy()
        else:
            groups = int(land.parliament.max()) + 1
            centre = np.array([np.flatnonzero(land.parliament == g)[0] for g in range(groups)])
            persons = np.empty((land.seats, k - 1), dtype=np.int64)
            for p in range(k - 1):
                person = self.people.recruit(rng, land, centre, np.full(groups, "GEN", dtype=object), poll.poll)
                worth, _ = self.worth(rng, person, centre, poll, 0.7 * world.rival_quality_sd)
                self.quality[e, :, p] = worth[land.parliament]
                persons[:, p] = person[land.parliament]
        for p in range(k - 1):
            seat = np.flatnonzero(self.politics.stands[e, :, p])
            self.rows.append((e, seat, np.full(len(seat), p), persons[seat, p], np.ones(len(seat))))
        unit = everyone if poll.kind == "AE" else centre
        count = rng.integers(2, 5, len(unit))
        owner = np.repeat(np.arange(len(unit)), count)
        person = self.people.recruit(rng, land, unit[owner], np.full(len(owner), "GEN", dtype=object), poll.poll)
        weight = rng.gamma(0.7, 1.0, len(owner)) + 0.05
        weight /= np.bincount(owner, weights=weight)[owner]
        best = np.zeros(len(unit))
        np.maximum.at(best, owner, weight)
        if poll.kind == "AE":
            self.top[e] = best
            self.rows.append((e, unit[owner], np.full(len(owner), k - 1), person, weight))
        else:
            self.top[e] = best[land.parliament]
            for g in range(groups):
                mine = np.flatnonzero(owner == g)
                seat = np.flatnonzero(land.parliament == g)
                self.rows.append((e, np.repeat(seat, len(mine)), np.full(len(seat) * len(mine), k - 1),
                                  np.tile(person[mine], len(seat)), np.tile(weight[mine], len(seat))))  # fmt: skip

    def settle(self, e: int) -> None:
        """Find who sits in the assembly after an assembly poll."""
        if self.politics.polls[e].kind == "AE":
            value = odds(self.politics, e, self.politics.utility[e] + self.quality[e])
            value[:, -1] *= self.top[e]
            self.winner_party = np.argmax(value, axis=1)


def make_selection(land: Land, world: World, politics: Politics, *, seed: int, aspirants: int) -> Selection:
    """Draw all people and choices, election by election.

    Parameters
    ----------
    land : Land
        Seats and communities.
    world : World
        Weights of quality, committee, cheating.
    politics : Politics
        Who stands where; its coming election is moved where the world sets its mean margin.
    seed : int
        The state's seed.
    aspirants : int
        Own aspirants of the coming cycle; past cycles have as many in the seats that the party fought.

    Returns
    -------
    Selection
        People, aspirants by cycle, nominees and their quality.
    """
    builder = _Builder(land, world, politics, seed, aspirants)
    for e, poll in enumerate(politics.polls):
        if poll.kind == "AE":
            builder.cycle(e)
        builder.rivals(e)
        settle_margin(builder, world, e)
        builder.settle(e)
    rows = builder.rows
    nominees = Nominees(
        poll=np.concatenate([np.full(len(row[1]), row[0]) for row in rows]),
        seat=np.concatenate([row[1] for row in rows]),
        party=np.concatenate([row[2] for row in rows]),
        person=np.concatenate([row[3] for row in rows]),
        part=np.concatenate([row[4] for row in rows]),
    )
    # own nominees of assembly polls stand in `previous` column 0, which `rivals` writes out with the rest
    return Selection(builder.people, tuple(builder.cycles), nominees, builder.quality, builder.top)


def settle_margin(builder: _Builder, world: World, e: int) -> None:
    """Shift the own party in the coming poll until its nominees' mean margin is the world's, if it sets one."""
    politics = builder.politics
    if not politics.polls[e].coming or np.isnan(world.coming_margin):
        return
    seat = np.arange(builder.land.seats)
    rest = politics.utility[e] + builder.quality[e]
    rest[:, 0] = politics.utility[e, :, 0]
    low, high = -4.0, 4.0
    for _ in range(50):
        middle = (low + high) / 2
        trial = rest.copy()
        trial[:, 0] += middle
        mean = margins(politics, e, trial, builder.top[e], seat, builder.quality[e, :, 0]).mean()
        low, high = (middle, high) if mean < world.coming_margin else (low, middle)
    politics.utility[e, :, 0] += (low + high) / 2


def true_margins(politics: Politics, selection: Selection) -> tuple[Floats, float]:
    """Return what each aspirant of the coming poll would have got, and the state's swing in it.

    Parameters
    ----------
    politics : Politics
        Utilities of the coming poll as it turned out, and as it was to be expected.
    selection : Selection
        Aspirants and rivals.

    Returns
    -------
    margins : array of float, shape (aspirants,)
        Points of valid votes, counting noise left out.
    party_swing : float
        Mean over seats of what the parties' state-wide moves did to the margin of the nominee, in points.
    """
    e = len(politics.polls) - 1
    cycle = selection.aspirants[-1]
    top = selection.top_independent[e]
    actual, calm = politics.utility[e] + selection.quality[e], politics.calm + selection.quality[e]
    actual[:, 0], calm[:, 0] = politics.utility[e, :, 0], politics.calm[:, 0]
    value = margins(politics, e, actual, top, cycle.seat, cycle.quality)
    expected = margins(politics, e, calm, top, cycle.seat, cycle.quality)
    chosen = cycle.nominated
    return value, float((value[chosen] - expected[chosen]).mean())
