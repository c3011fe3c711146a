"""Several processes that start on an empty workspace at once, and kills during the first start."""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kills import load
from promise import Outcome, in_child

PROMISE = "2 to 16 processes starting on an empty workspace, with kills in between, leave it usable with no run lost"
FULL = 100


def one_run(root: Path, name: str) -> str:
    """Open the workspace and record one run, as any command does; return its id."""
    from khaka.data.workspace import open_workspace
    from khaka.training.tracking import Tracker

    with Tracker(open_workspace(root)).run(name) as run:
        run.params({"name": name})
        return run.run_id


def finished(root: Path) -> set[str]:
    """Return the names of the finished runs."""
    import mlflow

    from khaka.data.workspace import open_workspace
    from khaka.training.tracking import Tracker

    client = mlflow.MlflowClient(tracking_uri=Tracker(open_workspace(root)).uri)
    experiments = [one.experiment_id for one in client.search_experiments()]
    return {str(run.info.run_name) for run in client.search_runs(experiments) if run.info.status == "FINISHED"}


def check(made: Any, *, cases: int, seed: int) -> Outcome:
    """Start processes at once, kill some of them, then start one more."""
    from khaka.data.workspace import init_workspace

    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    killed = acknowledged = 0
    with tempfile.TemporaryDirectory(prefix="khaka-starts-") as folder:
        warm = Path(folder) / "warm"
        init_workspace(warm, state="S24", party="INC")
        load(in_child(lambda: (one_run(warm, "warm"), finished(warm), sorted(sys.modules))).answer[2])
        for case in range(cases):
            root = Path(folder) / f"case{case}"
            init_workspace(root, state="S24", party="INC")
            count = rng.choice((2, 2, 3, 4, 4, 8, 16))
            doomed = set(rng.sample(range(count), k=rng.randint(0, count - 1)))
            children = {}
            for number in range(count):
                child = os.fork()
                if child == 0:
                    code = 1
                    try:
                        one_run(root, f"run{number}")
                        code = 0
                    finally:
                        os._exit(code)
                children[child] = number
            for child in [child for child, number in children.items() if number in doomed]:
                time.sleep(rng.uniform(0.0, 0.15))
                os.kill(child, signal.SIGKILL)
                killed += 1
            done = {f"run{number}" for child, number in children.items() if os.waitpid(child, 0)[1] == 0}
            acknowledged += len(done)
            outcome.tried += 1
            after = in_child(lambda root=root: (one_run(root, "after"), finished(root)))  # type: ignore[misc]
            broken = {number for number in range(count) if number not in doomed} - {int(name[3:]) for name in done}
            if after.error or after.signal:
                outcome.fail(f"{count} processes, {len(doomed)} killed: not usable afterwards: {after.error[-300:]}")
            elif broken:
                outcome.fail(f"{count} processes, {len(doomed)} killed: {len(broken)} of the others failed")
            elif lost := (done | {"after"}) - after.answer[1]:
                outcome.fail(f"{count} processes, {len(doomed)} killed: lost {sorted(lost)}")
    outcome.detail = f"{killed} processes killed, {acknowledged} runs acknowledged"
    return outcome
