"""People of a made-up state: what is declared about them, and the quality that nobody records."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from khaka.data.schema import EDUCATION
from khaka.data.simulate.land import COMMUNITIES, COMMUNITY_CATEGORY, Land
from khaka.data.simulate.names import person_names

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]


@dataclass
class People:
    """A growing register of persons, one array a fact; a person is an index into them.

    `hidden` is quality in standard deviations, `clout` money and connections, `factor` what only the committee knew.
    """

    name: Array = field(default_factory=lambda: np.empty(0, dtype=object))
    name_hi: Array = field(default_factory=lambda: np.empty(0, dtype=object))
    sex: Array = field(default_factory=lambda: np.empty(0, dtype=object))
    birth: Array = field(default_factory=lambda: np.empty(0, dtype="datetime64[D]"))
    community: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    category: Array = field(default_factory=lambda: np.empty(0, dtype=object))
    education: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    residence: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    cases: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    serious: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    assets: Array = field(default_factory=lambda: np.empty(0))
    party_since: Array = field(default_factory=lambda: np.empty(0, dtype="datetime64[D]"))
    post: Array = field(default_factory=lambda: np.empty(0, dtype=object))
    family: Array = field(default_factory=lambda: np.empty(0, dtype=object))
    hidden: Array = field(default_factory=lambda: np.empty(0))
    clout: Array = field(default_factory=lambda: np.empty(0))
    factor: Array = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.name)

    def age(self, person: Ints, day: Any) -> Floats:
        """Return ages in whole years on a day."""
        days = np.asarray(np.datetime64(day) - self.birth[person]).astype(np.int64)
        result: Floats = np.floor(days / 365.25)
        return result

    def _families(self, member: npt.NDArray[np.bool_]) -> Array:
        """Return family ids: those marked belong to families of two, who ask in the same or a near seat."""
        pair = (np.cumsum(member) + 1) // 2
        names = [f"F{len(self) + 1:06d}-{p}" if m else "" for m, p in zip(member.tolist(), pair.tolist(), strict=True)]
        return np.array(names, dtype=object)

    def ids(self, state: str, person: Ints) -> Array:
        """Return person ids; they say nothing about the person."""
        return np.array([f"{state}P{int(p) + 1:06d}" for p in person], dtype=object)

    def recruit(self, rng: np.random.Generator, land: Land, seat: Ints, reserved: Array, day: Any) -> Ints:
        """Add one new person for each seat given.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        land : Land
            Communities of the seats.
        seat : array of int, shape (n,)
            Where each person is active.
        reserved : array of str, shape (n,)
            Reservation of that seat: those who ask for it mostly belong to the group.
        day : datetime.date
            Day of the poll that they come for.

        Returns
        -------
        array of int, shape (n,)
            Their indices.
        """
        n = len(seat)
        if n == 0:
            return np.empty(0, dtype=np.int64)
        today = np.datetime64(day)
        weight = land.community[seat] ** 0.8
        weight[reserved == "SC"] *= np.where(np.isin(COMMUNITY_CATEGORY, ("SC",)), 1.0, 0.006)
        weight[reserved == "ST"] *= np.where(np.isin(COMMUNITY_CATEGORY, ("ST",)), 1.0, 0.002)
        cut = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
        community = np.minimum((rng.random(n)[:, None] > cut).sum(axis=1), len(COMMUNITIES) - 1)
        female = rng.random(n) < 0.17
        latin, hindi = person_names(rng, female)
        age = np.clip(rng.normal(49, 10, n), 22.5, 84)
        clout = rng.standard_normal(n)
        hidden = rng.standard_normal(n)
        years = np.minimum(rng.exponential(9, n), age - 18)
        post = np.array(["", "block", "district", "state", "national"], dtype=object)
        rank = np.clip(np.floor(0.9 * clout + 0.03 * years + rng.standard_normal(n) + 0.6), 0, 4).astype(int)
        cases = rng.poisson(np.exp(-1.2 + 0.5 * clout))
        elsewhere = rng.random(n) < 0.12
        new = People(
            name=latin,
            name_hi=hindi,
            sex=np.where(female, "F", "M").astype(object),
            birth=np.asarray(today - (age * 365.25).astype("timedelta64[D]")),
            community=community,
            category=np.array(COMMUNITY_CATEGORY, dtype=object)[community],
            education=np.clip(np.round(rng.normal(6, 1.8, n)), 0, len(EDUCATION) - 1).astype(int),
            residence=np.where(elsewhere, rng.integers(0, land.seats, n), seat),
            cases=cases,
            serious=rng.binomial(cases, 0.4),
            assets=np.round(np.exp(15.8 + 0.9 * clout + 0.7 * rng.standard_normal(n)), -3),
            party_since=np.asarray(today - (np.maximum(years, 0.05) * 365.25).astype("timedelta64[D]")),
            post=post[np.minimum(rank, 4)],
            family=self._families(rng.random(n) < 0.06),
            hidden=hidden,
            clout=clout,
            factor=rng.standard_normal(n),
        )
        start = len(self)
        for item in dataclasses.fields(self):
            setattr(self, item.name, np.concatenate([getattr(self, item.name), getattr(new, item.name)]))
        return np.arange(start, start + n)
