"""One piece of work in a process of its own, so that its peak memory is its own: prints seconds and MiB as JSON.

python tests/benchmarks/pieces.py PIECE WORKSPACE [MORE]
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import resource
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent))

NEEDED = {
    "booth_votes": ["election_id", "seat_id", "booth_no", "party", "votes"],
    "booths": [
        "election_id", "seat_id", "booth_no", "station_name", "block", "lat", "lon", "electors", "electors_female",
        "votes_polled", "votes_polled_female",
    ],
    "activity": [
        "event_id", "aspirant_id", "seat_id", "booth_no", "kind", "started_at", "received_at", "lat", "lon",
        "accuracy_m", "mock_location", "device_id", "attendance", "photo_hash", "witness_id",
    ],
}  # fmt: skip
"""What the features read of the long tables."""


def world_of(workspace: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((workspace / "world.json").read_text())
    return found


CPU: list[float] = []


def timed(work: Callable[[], Any]) -> float:
    """Return wall seconds; processor seconds of all threads are noted in `CPU`."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    CPU.append(time.process_time() - cpu)
    return time.perf_counter() - start


def scan(workspace: Path) -> float:
    """Read the needed columns and nothing else: the faster of pyarrow and DuckDB, the best of three."""

    def arrow() -> None:
        for table, columns in NEEDED.items():
            for path in sorted((workspace / "tables" / table).glob("[!.]*.parquet")):
                for batch in pq.ParquetFile(path).iter_batches(131_072, columns=columns, use_threads=True):
                    del batch

    def duck() -> None:
        connection = duckdb.connect()
        connection.execute("SET threads TO 2; SET enable_progress_bar = false")
        for table, columns in NEEDED.items():
            cells = ", ".join(f"bit_xor(hash({column}))" for column in columns)
            connection.sql(f"SELECT {cells} FROM read_parquet('{workspace}/tables/{table}/*.parquet')").fetchall()

    return min(timed(work) for work in (arrow, duck) for _ in range(3))


def features(workspace: Path) -> float:
    """The feature table of the coming election; past cycles were worked out before, as on any day but the first."""
    from khaka.app.features_job import features_of
    from khaka.data.workspace import open_workspace

    world = world_of(workspace)
    as_of = dt.date.fromisoformat(world["as_of"])
    own = workspace / "cache" / "presence"
    for path in own.glob(f"{world['election_id']}*"):  # the coming cycle's own field work is never kept from before
        path.unlink()
    opened = open_workspace(workspace)
    return timed(lambda: features_of(opened, election_id=world["election_id"], as_of=as_of))


def _forget_past(workspace: Path) -> None:
    """Remove what was kept of past cycles."""
    for name in ("presence", "signals"):
        shutil.rmtree(workspace / "cache" / name, ignore_errors=True)


def features_first(workspace: Path) -> float:
    """The same on the first day: past cycles too."""
    _forget_past(workspace)
    return features(workspace)


def features_sql(workspace: Path) -> float:
    """Booth history, and presence from all of the coming cycle's events: what is made from long tables."""
    from khaka.features import booths, presence
    from khaka.features.people import people

    known, world = _known(workspace)
    units = people(known, party=world["party"], kind="aspirant")
    held: list[pd.DataFrame] = []

    def work() -> None:
        held.append(booths.features(known, units).assign(seat_id=units["seat_id"]).drop_duplicates("seat_id"))
        held.append(presence._make(known, world["party"]))  # never from the cache

    seconds = timed(work)
    held[0].to_parquet(workspace / "booths_sql.parquet")
    held[1].to_parquet(workspace / "presence_sql.parquet")
    return seconds


def features_pandas(workspace: Path) -> float:
    """The same in plain pandas, checked equal."""
    import presence_pandas
    from booth_list_pandas import booth_list
    from plain import booth_history

    from khaka.features.cutoff import end_of_day

    known, world = _known(workspace)
    tables, until = workspace / "tables", end_of_day(known.as_of)
    held: list[pd.DataFrame] = []

    def work() -> None:
        held.extend(booth_history(tables, set(known.past), world["party"]))
        everybody = pd.read_parquet(tables / "aspirants")
        listed = booth_list(tables, known.election_id, world["party"], set(known.past))
        events = pd.read_parquet(tables / "activity", columns=NEEDED["activity"])
        events = presence_pandas.own_events(events, everybody, known.election_id, until)
        own = everybody[everybody["election_id"] == known.election_id]
        judged = presence_pandas.verdicts(events, own, listed, known.presence)
        now = until.value // 1000  # microseconds
        held.append(presence_pandas.features(judged, own, listed, now, known.presence))

    seconds = timed(work)
    support, turnout, field = held
    booths = pd.concat([support.xs(world["party"], level="party"), turnout], axis=1)
    for name, plain, count in (("booths", booths, 10), ("presence", field, 10)):
        ours = pd.read_parquet(workspace / f"{name}_sql.parquet")
        ours = ours.set_index("seat_id") if name == "booths" else ours
        plain = plain.reindex(ours.index)
        shared = [column for column in plain.columns if column in ours.columns]
        assert len(shared) == count, shared
        ours, plain = ours[shared].astype(float), plain[shared].astype(float)
        pd.testing.assert_frame_equal(ours, plain, rtol=1e-9, atol=1e-12, check_names=False, check_index_type=False)
    return seconds


def _known(workspace: Path) -> tuple[Any, dict[str, Any]]:
    from khaka.data.workspace import open_workspace
    from khaka.features.cutoff import KnownTables
    from khaka.features.source import FrameSource

    world = world_of(workspace)
    source = FrameSource(open_workspace(workspace).store)
    as_of = dt.date.fromisoformat(world["as_of"])
    return KnownTables(source, as_of=as_of, election_id=world["election_id"]), world


def batch(workspace: Path) -> float:
    """`khaka score` as a user runs it: features, scores, explanations, panel, the run's record."""
    return _score(workspace, [world_of(workspace)["election_id"]])


def batch_first(workspace: Path) -> float:
    _forget_past(workspace)
    return batch(workspace)


def national(workspace: Path) -> float:
    """All states, one after the other in one process, past cycles included."""
    _forget_past(workspace)
    return _score(workspace, world_of(workspace)["elections"])


def _score(workspace: Path, elections: list[str]) -> float:
    from khaka.app.cli import main

    as_of = world_of(workspace)["as_of"]
    shutil.rmtree(workspace / "results", ignore_errors=True)

    def work() -> None:
        for election in elections:
            arguments = ["--quiet", "score", "--election", election, "--as-of", as_of, "--workspace", str(workspace)]
            with contextlib.redirect_stdout(io.StringIO()):
                assert main(arguments) == 0

    return timed(work)


def ingest(workspace: Path) -> float:
    """All tables of the made-up state into a new workspace."""
    from khaka.app.cli import main

    made = workspace.parent / "made" / "tables"

    def work() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            assert main(["--quiet", "ingest", str(made), "--workspace", str(workspace)]) == 0

    return timed(work)


def explain() -> dict[str, float]:
    """Contributions and contrasts of a model with trees, against LightGBM's and the shap package's values alone."""
    import numpy as np
    import shap

    from khaka.scoring.contrast import against_seat
    from khaka.training.candidate import BASELINE, CandidateModel

    rng = np.random.default_rng(1)
    n, k = 4000, 80
    frame = pd.DataFrame(rng.standard_normal((n, k)), columns=[f"x{i}" for i in range(k)])
    frame.insert(0, BASELINE, rng.normal(0, 15, n))
    margin = frame[BASELINE] + frame["x0"] * 2 + np.abs(frame["x1"]) * 3 + rng.normal(0, 5, n)
    groups = [f"g{i % 20}" for i in range(n)]
    elections = [f"e{i % 5}" for i in range(n)]
    model = CandidateModel(trees=True, threads=1).fit(frame, margin, groups=groups, elections=elections)
    assert model.booster_ is not None
    seats = np.arange(n) // 10
    design = model._design(frame)
    explainer = shap.TreeExplainer(model.booster_)
    ours, plain, package = [], [], []
    for _ in range(5):
        ours.append(timed(lambda: against_seat(model.contributions(frame).to_numpy(), seats)))
        plain.append(timed(lambda: model.booster_.predict(design, pred_contrib=True, num_threads=1)))
        package.append(timed(lambda: explainer.shap_values(design)))
    return {
        "explain_over_pred_contrib": statistics.median(a / b for a, b in zip(ours, plain, strict=True)),
        "explain_over_shap": statistics.median(a / b for a, b in zip(ours, package, strict=True)),
    }


class Spilled(threading.Thread):
    """Looks five times a second at how much DuckDB has put on disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder, self.most, self._end = folder, 0.0, threading.Event()

    def run(self) -> None:
        while not self._end.wait(0.2):
            with contextlib.suppress(OSError):
                self.most = max(self.most, sum(path.stat().st_size for path in self._folder.glob("**/*")) / 2**20)

    def stop(self) -> float:
        self._end.set()
        self.join()
        return self.most


def main() -> None:
    name = sys.argv[1]
    if name == "explain":
        print(json.dumps(explain()))
        return
    workspace = Path(sys.argv[2]).resolve()
    spilled = Spilled(workspace / "cache" / "spill")
    spilled.start()
    seconds = globals()[name](workspace)
    most = spilled.stop()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": min(CPU), "peak_mib": peak, "spilled_mib": most}))


if __name__ == "__main__":
    main()
