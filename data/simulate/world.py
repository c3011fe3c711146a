"""Kinds of made-up state: the parameters in `worlds.toml`, checked and frozen."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from importlib import resources

import numpy as np

from khaka.data.errors import KhakaError


@dataclass(frozen=True)
class World:
    """Parameters of one kind of made-up state; each is explained in `worlds.toml`."""

    kind: str
    party_shares: tuple[float, ...]
    independent_share: float
    party_swing_sd: float
    party_reversion: float
    ls_swing_sd: float
    region_swing_sd: float
    district_swing_sd: float
    seat_swing_sd: float
    lean_region_sd: float
    lean_spatial_sd: float
    lean_seat_sd: float
    community_affinity_sd: float
    ally_transfer: float
    ally_seats: float
    coming_margin: float
    quality_sd: float
    rival_quality_sd: float
    persistence: float
    fit_effect: float
    local_effect: float
    defector_effect: float
    incumbent_effect: float
    presence_effect: float
    effort_quality: float
    confounder_sd: float
    committee_information: float
    committee_clout: float
    committee_caste: float
    committee_incumbent: float
    committee_noise: float
    committee_confounder: float
    rating_noise: float
    rating_severity_sd: float
    rating_slope_sd: float
    dcc_clout: float
    dishonest_cycles: str
    bought_clout: float
    bought_able: float
    survey_noise: float
    cheat_share: float
    cheat_inflation: float


def _sections() -> dict[str, dict[str, object]]:
    text = resources.files("khaka.data.simulate").joinpath("worlds.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def kinds() -> tuple[str, ...]:
    """List the kinds of world that can be made.

    Returns
    -------
    tuple of str
        In the order of `worlds.toml`.

    Examples
    --------
    >>> kinds()[:2]
    ('plain', 'dishonest_ratings')
    """
    return tuple(_sections())


def load_world(kind: str) -> World:
    """Return the parameters of one kind of world.

    Parameters
    ----------
    kind : str
        A name from `kinds`; hyphens, blanks and underscores mean the same.

    Returns
    -------
    World
        Frozen parameters: those of ``plain`` with the kind's own changes.

    Raises
    ------
    KhakaError
        If there is no such kind.

    Examples
    --------
    >>> load_world("gamed-activity").cheat_share
    0.4
    """
    name = kind.strip().lower().replace("-", "_").replace(" ", "_")
    sections = _sections()
    if name not in sections:
        raise KhakaError(f"no kind of world called {kind!r}; there are: {', '.join(sections)}")
    values = sections["plain"] | sections[name]
    values["party_shares"] = tuple(values["party_shares"])  # type: ignore[arg-type]
    missing = {field.name for field in dataclasses.fields(World)} ^ ({"kind"} | set(values))
    if missing:
        raise KhakaError(f"worlds.toml and World disagree on: {', '.join(sorted(missing))}")
    return World(kind=name, **values)  # type: ignore[arg-type]


def stream(seed: int, purpose: int, *keys: int) -> np.random.Generator:
    """Return the independent random stream of one purpose (and seat), whatever was drawn before.

    Parameters
    ----------
    seed : int
        The state's seed.
    purpose : int
        What the numbers are for; each module has its own.
    *keys : int
        Further keys, such as the seat's index: the bytes then do not depend on the order of work.

    Returns
    -------
    numpy.random.Generator
        PCG64 on ``SeedSequence(seed, spawn_key=(purpose, *keys))``.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *keys)))
