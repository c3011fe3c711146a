"""No released aggregate lets a group under ten people be worked out by subtraction: a solver tries.

The solver knows what a reader knows: the groups that are shown, the total, that people are whole and not fewer than
nobody. It looks for the least and the most that each hidden group, and the hidden ones together, may be. Tables by
themselves, and districts of small seats from the workspace's tables to what the pages of all their seats show.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from promise import Outcome
from scipy.optimize import Bounds, LinearConstraint, milp

PROMISE = "no released aggregate lets a group under ten people be worked out by subtraction (a solver tries)"
FULL = 3000
SMALLEST = 10


def determined(counts: list[int], seen: Any, total: int) -> list[float]:
    """Return the sizes under ten that a reader can work out exactly, of hidden groups or of all of them together."""
    n = len(counts) + 1  # the last: people of no listed group
    hidden = np.r_[~np.asarray(seen), True]
    rows = [np.eye(n)[i] for i in range(len(counts)) if seen[i]] + [np.ones(n)]
    values = [counts[i] for i in range(len(counts)) if seen[i]] + [total]
    known = LinearConstraint(np.array(rows), values, values)
    found = []
    for of in [np.eye(n)[i] for i in range(n) if hidden[i]] + [hidden.astype(float)]:
        ends = [
            milp(sign * of, constraints=known, bounds=Bounds(0, np.inf), integrality=np.ones(n)) for sign in (1, -1)
        ]
        low, high = (float(of @ end.x) for end in ends)
        if low == high and 0 < low < SMALLEST:
            found.append(low)
    return found


ELECTION, DISTRICT = "S24-2027-AE", "UNNAO"
SIZES = (0, 1, 3, 8, 9, 10, 12, 40, 200)


def district(rng: random.Random) -> tuple[list[str], np.ndarray]:
    """Return the communities of a made-up district and its people, one row a seat, the last column of no community."""
    names = ["Alpha", "Beta", "Gamma"][: rng.randint(1, 3)]
    return names, np.array([[rng.choice(SIZES) for _ in range(len(names) + 1)] for _ in range(rng.randint(2, 4))])


def ingested(folder: Path, names: list[str], people: np.ndarray, own: list[bool]) -> Any:
    """Write tables in which the district and the seats of `own` have figures; return them as a blueprint reads them."""
    from khaka.data.store import TableStore
    from khaka.scoring.blueprint.tables import Tables

    store = TableStore(folder)
    seats = [f"S24-2008-{number}" for number in range(1, len(people) + 1)]
    store.write("elections", pd.DataFrame({"election_id": [ELECTION], "state": ["S24"], "kind": ["AE"],
                                           "poll_date": [pd.Timestamp("2027-02-20")]}))  # fmt: skip
    store.write("seats", pd.DataFrame({"seat_id": seats, "state": "S24", "district": DISTRICT}))
    units = [("seat", seat, row) for seat, row, has in zip(seats, people, own, strict=True) if has]
    units.append(("district", f"S24:{DISTRICT}", people.sum(axis=0)))
    rows = [
        {"level": level, "unit_id": unit, "measure": f"community:{name}", "year": 2011, "source": "made up",
         "value": row[place] / row.sum(), "kind": "official", "population": float(row.sum())}
        for level, unit, row in units if row.sum() for place, name in enumerate(names)
    ]  # fmt: skip
    if rows:
        store.write("demographics", pd.DataFrame(rows))
    return Tables(store, ELECTION, dt.date(2026, 12, 1))


def worked_out(names: list[str], people: np.ndarray, tables: Any) -> list[float]:
    """Return the groups under ten that the pages of a district's seats show, or let a reader work out exactly.

    The reader knows everybody's number in each seat and in the district.
    """
    from khaka.scoring.blueprint.communities import Communities

    communities = Communities(tables)
    count, width = people.shape
    grid = np.eye(count * width).reshape(count, width, -1)
    rows, values = [grid[seat].sum(axis=0) for seat in range(count)], list(people.sum(axis=1))
    hidden = np.ones((count, width), dtype=bool)
    plain: list[float] = []
    for seat in range(count):
        for item in communities.of(f"S24-2008-{seat + 1}", "S24", DISTRICT):
            place = names.index(item.measure.removeprefix("community:"))
            here = item.level == "seat"
            people_shown = people[seat, place] if here else people[:, place].sum()
            plain += [float(people_shown)] if 0 < people_shown < SMALLEST else []
            rows.append(grid[seat, place] if here else grid[:, place].sum(axis=0))
            values.append(float(people_shown))
            hidden[seat, place] &= not here
    known = LinearConstraint(np.array(rows), values, values)
    asked = [grid[seat, place] for seat, place in zip(*np.nonzero(hidden), strict=True)]
    for of in asked:
        ends = [milp(sign * of, constraints=known, bounds=Bounds(0, np.inf), integrality=np.ones(count * width))
                for sign in (1, -1)]  # fmt: skip
        low, high = (float(of @ end.x) for end in ends)
        if low == high and 0 < low < SMALLEST:
            plain.append(low)
    return plain


def pages(outcome: Outcome, rng: random.Random, cases: int) -> int:
    """Let the solver loose on what the seats of made-up districts show; return how many districts had anything."""
    found = 0
    for _ in range(cases):
        names, people = district(rng)
        if (people.sum(axis=1) < SMALLEST).any():  # a seat of nine people: their number is no secret of the table
            continue
        own = [rng.random() < 0.8 for _ in people]
        with tempfile.TemporaryDirectory(prefix="khaka-torture-") as folder:
            small = worked_out(names, people, ingested(Path(folder), names, people, own))
        found += 1
        outcome.tried += 1
        if small:
            outcome.fail(f"district {people.tolist()}, seats with figures {own}: {small} can be worked out")
    return found


def check(made: Any, *, cases: int, seed: int) -> Outcome:
    """Make up tables with small groups, release them as khaka does, and let the solver loose."""
    from khaka.scoring.disclosure import shown

    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    hidden = 0
    for _ in range(cases):
        counts = [rng.choice((0, 1, 2, 5, 8, 9, 10, 11, 15, 40, 300, 5000)) for _ in range(rng.randint(1, 8))]
        total = sum(counts) + rng.choice((0, 0, 1, 4, 9, 10, 25, 700))
        if total < SMALLEST:
            continue
        seen = shown(counts, total=total)
        outcome.tried += 1
        hidden += int((~seen).sum())
        small = [count for count, show in zip(counts, seen, strict=True) if show and 0 < count < SMALLEST]
        if small or (small := determined(counts, seen, total)):
            outcome.fail(f"groups {counts} of {total}: {small} can be worked out")
    districts = pages(outcome, rng, max(1, cases // 15))
    outcome.detail = (
        f"{outcome.tried - districts:,} tables, {hidden:,} groups left out; {districts:,} districts as their seats show"
    )
    return outcome
