"""A batch that is killed, or whose disk is full, at any durable step gives the same bytes when run again."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from prepared import Prepared
from promise import Outcome, in_child

PROMISE = "a batch killed or out of disk at any durable step, run again, gives the same bytes"
FULL = 200


class Steps:
    """Counts the durable steps of this process, and ends it (or fills the disk) at one of them.

    Parameters
    ----------
    at : int
        Step at which it happens, 1 the first; 0 never.
    how : str
        "before", "after" (SIGKILL) or "full" (the step fails with ENOSPC, and so does every later write).
    """

    def __init__(self, at: int, how: str) -> None:
        self.at, self.how, self.seen = at, how, 0

    def install(self) -> None:
        """Put the counter around the calls that make something durable."""
        for name in ("fsync", "replace", "rename", "unlink", "mkdir"):
            setattr(os, name, self._wrapped(getattr(os, name), writes=name in ("fsync", "mkdir")))

    def _wrapped(self, call: Callable[..., Any], *, writes: bool) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self.seen += 1
            if self.how == "full" and self.at and self.seen >= self.at and writes:
                raise OSError(errno.ENOSPC, "No space left on device")
            if self.seen == self.at and self.how == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            done = call(*args, **kwargs)
            if self.seen == self.at and self.how == "after":
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return wrapper


def job(workspace: Path, made: Prepared, steps: Steps | None) -> int:
    """Score the workspace as `khaka score` does; return the number of durable steps."""
    from khaka.app.jobs import score_job
    from khaka.data.errors import KhakaError
    from khaka.data.workspace import open_workspace
    from khaka.scoring import batch

    batch.SEATS_A_CHUNK = 1  # type: ignore[misc]  # more steps on a small state
    if steps is not None:
        steps.install()
    try:
        score_job(open_workspace(workspace), election_id=made.election, as_of=made.as_of, model=None, out=None)
    except (OSError, KhakaError):
        if steps is None or steps.how != "full":
            raise
        return -1
    return steps.seen if steps else 0


def digest(workspace: Path) -> dict[str, str]:
    """Return the hash of each result file; hidden and temporary ones count as well."""
    results = workspace / "results"
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file()
    }


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Try kills at steps spread over the whole batch, and at moments in between."""
    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="khaka-kills-") as folder:
        whole = made.copy(Path(folder) / "whole")
        started = time.monotonic()
        counted = in_child(lambda: (job(whole, made, Steps(0, "before")), sorted(sys.modules)))
        if counted.error or not counted.answer:
            outcome.fail(f"the undisturbed batch failed: {counted.error[-400:]}")
            return outcome
        wanted, (steps, modules) = digest(whole), counted.answer
        load(modules)  # in this process once, so that no child spends its time on it
        started = time.monotonic()
        in_child(lambda: job(made.copy(Path(folder) / "timed"), made, None))
        took = time.monotonic() - started
        plan: list[tuple[str, float]] = [
            (how, step) for how in ("before", "after", "full") for step in range(1, steps + 1)
        ]
        rng.shuffle(plan)
        timed = max(1, cases // 5)
        plan = plan[: cases - timed]
        while len(plan) < cases:
            plan.append(("moment", rng.uniform(0.05, 1.0) * took))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            for said in pool.imap_unordered(
                partial(trial, Path(folder), made, wanted), [(n, *step) for n, step in enumerate(plan)]
            ):
                outcome.tried += 1
                if said:
                    outcome.fail(said)
        outcome.detail = f"{steps} durable steps; before, after, disk full at them, {timed} kills at other moments"
    return outcome


def trial(folder: Path, made: Prepared, wanted: dict[str, str], point: tuple[int, str, float]) -> str:
    """Disturb one batch and run it again; return what went wrong, if anything."""
    number, how, at = point
    workspace = made.copy(folder / f"trial{number}")
    try:
        if how == "moment":
            _kill_after(lambda: job(workspace, made, None), at)
        else:
            ended = in_child(lambda: job(workspace, made, Steps(int(at), how)))
            if ended.error or ended.hung:
                return f"{how} step {at}: {ended.error[-300:] or 'hung'}"
        again = in_child(lambda: job(workspace, made, None))
        if again.error or again.signal:
            return f"{how} {at}: the second run failed: {again.error[-300:] or again.signal}"
        odd = sorted(set(digest(workspace).items()) ^ set(wanted.items()))
        return f"{how} {at}: other bytes in {odd[0][0]}" if odd else ""
    finally:
        shutil.rmtree(workspace)


def load(modules: list[str]) -> None:
    """Import what a child needed, as far as it can be imported by name."""
    ours = ("khaka", "mlflow", "shap", "matplotlib", "sqlalchemy", "duckdb", "lightgbm", "alembic")
    for name in modules:
        if name.split(".")[0] in ours:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _kill_after(work: Callable[[], Any], seconds: float) -> None:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
