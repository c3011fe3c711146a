"""A made-up state in memory: all that the tables are written from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from khaka.data.simulate.cycles import Selection
from khaka.data.simulate.land import Land
from khaka.data.simulate.politics import Politics
from khaka.data.simulate.world import World

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Draft:
    """What has been drawn, and where it goes.

    Attributes
    ----------
    tables, truth : Path
        Folders to write to.
    booths : int
        Booths a seat in the mean.
    mean_events : float
        Events per aspirant in the mean.
    shares : array of float, shape (polls, seats, parties + 1)
        Shares of valid votes before counting noise.
    party_votes : array of int, shape (polls, seats, parties + 1)
        Votes as counted, postal ballots included; filled seat by seat.
    seat_totals : dict of str to array of int, shape (polls, seats)
        electors, polled, nota, postal, valid; filled seat by seat.
    rows : dict of str to int
        Rows written, by table.
    """

    tables: Path
    truth: Path
    land: Land
    world: World
    politics: Politics
    selection: Selection
    seed: int
    booths: int
    mean_events: float
    shares: npt.NDArray[np.float64]
    party_votes: Ints
    seat_totals: dict[str, Ints]
    rows: dict[str, int]
