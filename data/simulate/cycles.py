"""Who stood where in a made-up state: the aspirants of each cycle, the nominees of all parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from khaka.data.simulate.people import People

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

#: Ways to inflate a log; each cheat has one habit.
HABITS = (
    "copies", "shifted_copies", "random_points", "one_spot", "mock_location", "burst", "bulk_upload", "shared_device",
    "impossible_journey", "round_numbers",
)  # fmt: skip


@dataclass(frozen=True)
class Aspirants:
    """Aspirants of one cycle, sorted by seat; one entry each.

    `quality` is in log odds; `able` is the part of it that honest raters can sense, in standard deviations;
    `habit` is an index into `HABITS`, -1 for an honest log.
    """

    poll: int
    seat: Ints
    person: Ints
    aspirant_id: Array
    quality: Floats
    able: Floats
    clout: Floats
    effort: Floats
    habit: Ints
    incumbent: Flags
    eligible: Flags
    nominated: Flags
    appeal: Floats
    certificate_state: Array
    elector_state: Array

    def __len__(self) -> int:
        return len(self.seat)


@dataclass(frozen=True)
class Nominees:
    """Nominees of all parties and elections; `part` splits the independents' votes of a seat."""

    poll: Ints
    seat: Ints
    party: Ints
    person: Ints
    part: Floats


@dataclass(frozen=True)
class Selection:
    """All aspirants, nominees and their quality (polls, seats, parties + 1)."""

    people: People
    aspirants: tuple[Aspirants, ...]
    nominees: Nominees
    quality: Floats
    top_independent: Floats
