"""Time to print a state's dossiers: `python tests/benchmarks/dossiers.py WORKSPACE ELECTION [SEATS] [LANG]`.

The workspace's seats are taken again and again, each time with other names, margins and places of booths, so that no
part of a page is a copy of another's. Ten aspirants and 300 booths a seat. Not a test: it depends on the machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from khaka.data.workspace import open_workspace
from khaka.scoring.blueprint import SeatBlueprint, StateBlueprint, load_state
from khaka.scoring.dossier.press import print_book, print_seats
from khaka.scoring.dossier.printing import Stamp

PEOPLE, BOOTHS = 10, 300


class Larger:
    """A state with more seats than the workspace has, made of its own."""

    def __init__(self, state: StateBlueprint, seats: int) -> None:
        self._state = state
        ids = [head.seat_id for head in state.seats]
        self._base = {f"S24-2008-{number}": ids[number % len(ids)] for number in range(1, seats + 1)}
        self.names = list(self._base)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._state, name)

    def head(self, seat: str) -> Any:
        """Return the head under its own number."""
        head = self._state.head(self._base[seat])
        return replace(head, seat_id=seat, number=int(seat.rsplit("-", 1)[1]), name=f"{head.name} {seat[-3:]}")

    def seat(self, seat: str) -> SeatBlueprint:
        """Return a seat with shifted figures."""
        rng = np.random.default_rng(int(seat.rsplit("-", 1)[1]))
        base = self._state.seat(self._base[seat])
        booths = pd.concat([base.booths] * (1 + BOOTHS // max(len(base.booths), 1)), ignore_index=True).head(BOOTHS)
        shift = rng.normal(0, 0.01, (2, len(booths)))
        booths = booths.assign(booth_no=[str(number) for number in range(1, len(booths) + 1)],
                               lat=booths["lat"] + shift[0], lon=booths["lon"] + shift[1])  # fmt: skip
        people = []
        for number in range(PEOPLE):
            one = base.aspirants[number % len(base.aspirants)]
            by = float(rng.normal(0, 4))
            people.append(
                replace(one, aspirant_id=f"{one.aspirant_id}-{number}" if number >= len(base.aspirants) else
                        one.aspirant_id, name=f"{one.name} {seat[-3:]}", expected_margin=one.expected_margin + by,
                        low=one.low + by, high=one.high + by)
            )  # fmt: skip
        return replace(base, head=self.head(seat), booths=booths, aspirants=tuple(people))


def main() -> None:
    """Print and say how long it took."""
    workspace, election = Path(sys.argv[1]), sys.argv[2]
    seats = int(sys.argv[3]) if len(sys.argv) > 3 else 403
    language: Any = sys.argv[4] if len(sys.argv) > 4 else "hi"
    start = time.perf_counter()
    state: Any = Larger(load_state(open_workspace(workspace), election), seats)
    print(f"loaded in {time.perf_counter() - start:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        options: Any = {"outlines": {}, "progress": lambda _: None}
        files = print_seats(state, state.names, language, Stamp(), Path(folder), **options)
        taken = time.perf_counter() - start
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"{len(files)} dossiers in {taken:.1f} s ({taken / len(files) / 2:.3f} s a page), {size:.0f} MB")
        start = time.perf_counter()
        book = print_book(state, state.names, language, Stamp(), Path(folder) / "book.pdf", outlines={})
        print(f"one book in {time.perf_counter() - start:.1f} s, {book.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
