"""`khaka simulate`: a made-up state on disk, table by table, the big ones seat by seat."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from khaka.data.errors import KhakaError
from khaka.data.simulate.draft import Draft
from khaka.data.simulate.land import make_land
from khaka.data.simulate.politics import PARTY_NAMES, make_politics, odds
from khaka.data.simulate.selection import make_selection
from khaka.data.simulate.small import write_small
from khaka.data.simulate.streamed import write_seat_by_seat
from khaka.data.simulate.world import World, load_world

Progress = Callable[[str, float], None]

STATE: Final = "S24"
DELIMITATION: Final = "2008"
#: Events per aspirant where no total is asked: 4,000 aspirants in 5 cycles make 5 million.
EVENTS_EACH: Final = 250


@dataclass(frozen=True)
class WorldInfo:
    """What `world.json` says about a made-up state."""

    state: str
    party: str
    election_id: str
    as_of: str
    world: str
    seed: int
    seats: int
    aspirants: int
    elections: int
    parties: tuple[str, ...]
    rows: dict[str, int]


def simulate(
    out: Path,
    *,
    world: str = "plain",
    seats: int = 40,
    booths_per_seat: int = 60,
    aspirants: int | None = None,
    elections: int = 4,
    seed: int = 0,
    events: int | None = None,
    parties: int = 6,
    progress: Progress | None = None,
) -> WorldInfo:
    """Make a state up and write it: tables, truth, `world.json`.

    Parameters
    ----------
    out : Path
        Folder; created, or replaced if it holds a made-up state already.
    world : str
        Kind of world, see `khaka.data.simulate.world.kinds`.
    seats : int
        Assembly seats, at least 3.
    booths_per_seat : int
        Booths a seat in the mean, at least 5.
    aspirants : int or None
        Aspirants of the coming cycle, at least one a seat; by default six a seat.
    elections : int
        Assembly elections, the coming one included: 3 to 7. A Lok Sabha poll lies between each two.
    seed : int
        Same seed (and sizes), same bytes.
    events : int or None
        Activity events of all cycles together, about; by default 250 an aspirant.
    parties : int
        Parties, independents not counted: 3 to 10.
    progress : callable or None
        Called with a step's name and the part done, 0 to 1.

    Returns
    -------
    WorldInfo
        What was made.

    Raises
    ------
    KhakaError
        If the sizes are impossible, the kind is unknown, or the folder holds something else.
    """
    out = Path(out)
    parameters = load_world(world)
    total = 6 * seats if aspirants is None else aspirants
    _check(out, seats, booths_per_seat, total, elections, events, parties, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    report: Progress = progress or (lambda _step, _part: None)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        report("land and people", 0.0)
        draft = _draft(partial, parameters, seats, booths_per_seat, total, elections, seed, events, parties)
        write_seat_by_seat(draft, report)
        report("small tables", 0.9)
        write_small(draft)
        coming = draft.politics.polls[-1]
        info = WorldInfo(
            state=STATE, party=draft.politics.parties[0], election_id=coming.election_id,
            as_of=coming.as_of.isoformat(), world=parameters.kind, seed=seed, seats=seats, aspirants=total,
            elections=elections, parties=draft.politics.parties, rows=dict(sorted(draft.rows.items())),
        )  # fmt: skip
        text = json.dumps(asdict(info), indent=2, ensure_ascii=False) + "\n"
        (partial / "world.json").write_text(text, encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        partial.chmod(0o755)
        partial.rename(out)
        report("done", 1.0)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return info


def _check(
    out: Path, seats: int, booths: int, aspirants: int, elections: int, events: int | None, parties: int, seed: int
) -> None:
    """Refuse sizes that cannot be, and a folder that is not ours."""
    for name, value, low, high in (
        ("--seats", seats, 3, 5000), ("--booths-per-seat", booths, 5, 3000), ("--elections", elections, 3, 7),
        ("parties", parties, 3, len(PARTY_NAMES)), ("--seed", seed, 0, 2**63 - 1),
    ):  # fmt: skip
        if not low <= value <= high:
            raise KhakaError(f"{name} is {value}; a made-up state needs {low} to {high}")
    if aspirants < seats:
        raise KhakaError(f"--aspirants is {aspirants}, fewer than the {seats} seats; every seat needs at least one")
    if events is not None and events < 1:
        raise KhakaError(f"events is {events}; it must be at least 1")
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "world.json").is_file())):
        raise KhakaError(f"{out} exists and is not a made-up state; name a new folder or an empty one")


def _draft(
    out: Path, world: World, seats: int, booths: int, total: int, elections: int, seed: int, events: int | None,
    parties: int,
) -> Draft:  # fmt: skip
    """Draw everything that is not drawn seat by seat."""
    tables, truth = out / "tables", out / "truth"
    tables.mkdir()
    truth.mkdir()
    land = make_land(seats=seats, seed=seed, state=STATE, delimitation=DELIMITATION)
    politics = make_politics(land, world, seed=seed, elections=elections, parties=parties)
    selection = make_selection(land, world, politics, seed=seed, aspirants=total)
    everyone = sum(len(cycle) for cycle in selection.aspirants)
    polls = len(politics.polls)
    shares = np.empty((polls, seats, parties + 1))
    for e in range(polls):
        value = odds(politics, e, politics.utility[e] + selection.quality[e])
        shares[e] = value / value.sum(axis=1, keepdims=True)
    totals = ("electors", "polled", "nota", "postal", "valid")
    return Draft(
        tables=tables, truth=truth, land=land, world=world, politics=politics, selection=selection, seed=seed,
        booths=booths, mean_events=EVENTS_EACH if events is None else events / everyone, shares=shares,
        party_votes=np.zeros((polls, seats, parties + 1), dtype=np.int64),
        seat_totals={name: np.zeros((polls, seats), dtype=np.int64) for name in totals}, rows={},
    )  # fmt: skip
