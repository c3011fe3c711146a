"""Planted fraud in made-up worlds, and rubbish in a log: what the ledger finds, and what it wrongly objects to.

`tests/benchmarks/presence_fraud.py` runs the same over more seeds and writes the table of docs/presence.md.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.store import TableStore
from khaka.features.cutoff import KnownTables
from khaka.features.ledger import ledger
from khaka.features.source import FrameSource

ELECTION = "S24-2027-AE"
DAY = dt.date(2027, 1, 10)
HONEST = "honest"


def made_up(
    folder: Path, *, world: str, seed: int, seats: int, booths: int, events: int
) -> tuple[TableStore, pd.Series]:
    """Return a made-up state's tables and the habit behind each event."""
    simulate(folder / "s", world=world, seats=seats, booths_per_seat=booths, elections=3, events=events, seed=seed)
    store = TableStore(folder / "ws" / "tables")
    (folder / "ws").mkdir(parents=True)
    ingest([folder / "s" / "tables"], workspace_root=folder / "ws", store=store)
    return store, pd.read_parquet(folder / "s" / "truth" / "activity.parquet").set_index("event_id")["habit"]


def by_kind(store: TableStore, habit: pd.Series) -> pd.DataFrame:
    """Return events and those found doubtful or refused, by the kind of fraud; "honest" for the false flags."""
    rows = ledger(KnownTables(FrameSource(store), as_of=DAY, election_id=ELECTION))
    work = rows[~rows["post"].astype(bool)]
    found = pd.DataFrame({"habit": work["event_id"].map(habit), "found": work["verdict"] != "verified"})
    return found.groupby("habit")["found"].agg(events="size", found="sum")


RUBBISH = (
    "future time", "clock a day ahead", "swapped coordinates", "zero coordinates", "unknown aspirant",
    "another seat's booth", "no such booth", "no time",
)  # fmt: skip


def with_rubbish(activity: pd.DataFrame, *, share: float, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Return a log in which a share of the events is spoilt, and how each was."""
    rng = np.random.default_rng(seed)
    rows = activity.copy()
    kinds = pd.Series("", index=rows.index, dtype="object")
    placed = rows.index[rows["lat"].notna() & rows["booth_no"].notna()].to_numpy()
    hit = rng.choice(placed, max(len(RUBBISH), int(share * len(rows))), replace=False)
    for number, index in enumerate(hit):
        kind = RUBBISH[number % len(RUBBISH)]
        kinds[index] = kind
        if kind == "future time":
            rows.loc[index, "started_at"] = rows.loc[index, "received_at"] + pd.Timedelta(
                days=int(rng.integers(2, 400))
            )
        elif kind == "clock a day ahead":
            rows.loc[index, "started_at"] = rows.loc[index, "received_at"] + pd.Timedelta(hours=23.9)
        elif kind == "swapped coordinates":
            rows.loc[index, ["lat", "lon"]] = rows.loc[index, ["lon", "lat"]].to_numpy()
        elif kind == "zero coordinates":
            rows.loc[index, ["lat", "lon"]] = 0.0
        elif kind == "unknown aspirant":
            rows.loc[index, "aspirant_id"] = "NOBODY"
        elif kind == "another seat's booth":
            rows.loc[index, "seat_id"] = "S24-2008-999"
        elif kind == "no such booth":
            rows.loc[index, "booth_no"] = "9999X"
        else:
            rows.loc[index, "started_at"] = pd.NaT
    return rows, kinds


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[TableStore, pd.Series]:
    folder = tmp_path_factory.mktemp("fraud")
    return made_up(folder, world="gamed_activity", seed=11, seats=10, booths=40, events=9000)


def test_planted_fraud_of_ten_kinds_is_found_and_honest_work_is_left_alone(
    world: tuple[TableStore, pd.Series],
) -> None:
    table = by_kind(*world)
    fraud = table.drop(index=HONEST)
    assert len(fraud) >= 8
    share = fraud["found"] / fraud["events"]
    assert share.min() >= 0.95
    assert table.loc[HONEST, "found"] / table.loc[HONEST, "events"] <= 0.01


def test_rubbish_is_flagged_with_its_reason_counted_and_never_a_stop(world: tuple[TableStore, pd.Series]) -> None:
    store, habit = world
    frames = {name: store.read(name) for name in ("elections", "aspirants", "booths", "booth_votes", "seats")}
    activity = store.read("activity")
    spoilt, kinds = with_rubbish(activity, share=0.02, seed=1)
    before = ledger(KnownTables(FrameSource(frames | {"activity": activity}), as_of=DAY, election_id=ELECTION))
    known = KnownTables(FrameSource(frames | {"activity": spoilt}), as_of=DAY, election_id=ELECTION)
    rows = ledger(known).assign(kind=lambda table: table["event_id"].map(kinds.set_axis(spoilt["event_id"])))
    hit = rows[rows["kind"] != ""]
    assert set(hit["kind"]) == set(RUBBISH)
    assert (hit["verdict"] != "verified").all()
    assert (hit["says_en"] != "").all()
    # honest events beside them are judged as before
    rest = rows[(rows["kind"] == "") & (rows["event_id"].map(habit) == HONEST)].set_index("event_id")["verdict"]
    same = before.set_index("event_id")["verdict"].reindex(rest.index) == rest
    assert same.mean() > 0.995
