"""A batch that is killed, or whose disk is full, at any durable step gives the same bytes when run again.

The batch is `khaka score`, in a process with a library preloaded (`faults.c`) that sees every call by which a file of
the workspace changes: those of Python and those of SQLite, Arrow and DuckDB. Each trial is a fork of one warm process,
disturbed at one of these calls: killed before it, killed after half of what it writes, or told from there on that the
disk is full. Then the batch is run again on what is left, from its start.

Two things that touch nothing durable are done once and not in each trial: what comes before the prediction, for trials
of a later step (`halfway.py`), and drawing the pictures for MLflow, whose files are then logged as ever.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import io
import itertools
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults import COUNT, HOW, Faults, built
from halfway import Halfway, lay_out
from prepared import Prepared, prepared
from promise import Outcome, in_child

PROMISE = "a batch killed or out of disk at any durable step, run again, gives the same bytes"
FULL = 300
"""Trials: each step that makes something durable, and some more; ten minutes on two cores."""


def job(workspace: Path, made: Prepared, faults: Faults | None = None, at: int = 0, how: str = COUNT) -> int:
    """Score the workspace as `khaka score` does; return its exit code, 0 done, 1 with a sentence.

    Anything else than these two raises.
    """
    from khaka.app import cli
    from khaka.scoring import batch

    batch.SEATS_A_CHUNK = 1  # type: ignore[misc]  # more steps on a small state
    said = io.StringIO()
    if faults is not None:
        faults.arm(workspace, at, how)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = cli.main(
            ["score", "--workspace", str(workspace), "--election", made.election, "--as-of", made.as_of.isoformat(),
             "--quiet"]
        )  # fmt: skip
    told = said.getvalue().strip()
    sentence = told.startswith("khaka: ") and "Traceback" not in told and cli.UNFORESEEN not in told
    if code not in (0, 1) or (code == 1 and not sentence):
        raise RuntimeError(f"exit {code}: {told[-300:]}")
    if code and (faults is None or faults.how != HOW["disk full"]):
        raise RuntimeError(told[-300:])
    return code


def digest(workspace: Path) -> dict[str, str]:
    """Return the hash of each result file; hidden and temporary ones count as well."""
    results = workspace / "results"
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file()
    }


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Build the library and try in a process that has it preloaded."""
    outcome = Outcome(PROMISE)
    with tempfile.TemporaryDirectory(prefix="khaka-kills-") as temporary:
        library = built(Path(temporary))
        if library is None:
            outcome.detail = "not tried: no C compiler for the faults (Debian: gcc)"
            return outcome
        done = subprocess.run(
            [sys.executable, __file__, str(made.root), str(cases), str(seed), str(library)],
            env={**os.environ, "LD_PRELOAD": str(library), "MPLBACKEND": "Agg"}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    if done.returncode:
        outcome.fail(f"the trials ended with {done.returncode}: {done.stderr[-600:]}")
        return outcome
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def trials(made: Prepared, *, cases: int, seed: int, library: str) -> Outcome:
    """Try every durable step, and writes and moments in between."""
    outcome = Outcome(PROMISE)
    rng = random.Random(seed)
    faults = Faults(library)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="khaka-kills-") as folder:
        draw_once(Path(folder) / "pictures")
        whole = made.copy(Path(folder) / "whole")
        counted = in_child(lambda: (job(whole, made, faults), faults.kinds(), sorted(sys.modules)), seconds=600)
        if counted.error or not counted.answer:
            outcome.fail(f"the undisturbed batch failed: {counted.error[-400:]}")
            return outcome
        wanted, (_, kinds, modules) = digest(whole), counted.answer
        load(modules)  # in this process once, so that no child spends its time on it
        gc.freeze()
        timed = time.monotonic()
        in_child(lambda: job(made.copy(Path(folder) / "timed"), made), seconds=600)
        plan = planned(kinds, cases, rng, time.monotonic() - timed)
        tried: dict[str, int] = {}
        context = multiprocessing.get_context("fork")
        with context.Pool(2, Trials.ready, (Path(folder), made, wanted, kinds, library)) as pool:
            for how, said in pool.imap_unordered(Trials.one, plan):
                outcome.tried += 1
                tried[how] = tried.get(how, 0) + 1
                if said:
                    outcome.fail(said)
    counts = ", ".join(f"{count} {how}" for how, count in sorted(tried.items()))
    at = len({step for how, step in plan if how != "moment" and kinds[int(step) - 1] == "d"})
    outcome.detail = (
        f"{at} of {kinds.count('d')} durable steps, {kinds.count('w')} writes between them; {counts}; "
        f"{time.monotonic() - started:,.0f} s"
    )
    return outcome


def planned(kinds: str, cases: int, rng: random.Random, seconds: float) -> list[tuple[str, float]]:
    """Return what to do at which call: the durable ones in turn killed and full, some writes, a tenth at any moment."""
    durable = [step for step, kind in enumerate(kinds, start=1) if kind == "d"]
    writes = [step for step, kind in enumerate(kinds, start=1) if kind == "w"]
    rng.shuffle(durable)
    turns = itertools.cycle(("killed before", "disk full"))
    plan: list[tuple[str, float]] = list(zip(turns, durable))  # noqa: B905 - the turns have no end
    moments = max(1, cases // 10)
    plan = plan[: cases - moments]
    while len(plan) < cases - moments:
        how = rng.choice(("disk full", "disk full", "killed half way"))
        plan.append((how, rng.choice(durable + writes if how == "disk full" else writes)))
    plan += [("moment", rng.uniform(0.05, 1.0) * seconds) for _ in range(moments)]
    rng.shuffle(plan)
    return plan


class Trials:
    """What one of the two processes that try needs: a workspace of its own, and a batch that stands halfway in it."""

    here: Trials

    def __init__(self, folder: Path, made: Prepared, wanted: dict[str, str], kinds: str, library: str) -> None:
        self._made, self._wanted, self._kinds = made, wanted, kinds
        self._workspace = made.copy(folder / f"trial{os.getpid()}")
        self._faults = Faults(library)
        self._halfway = Halfway(
            self._workspace, folder / f"spare{os.getpid()}", self._faults,
            lambda: job(self._workspace, made, self._faults),
        )  # fmt: skip
        self._stands = len(self._halfway.kinds)
        if self._halfway.kinds != kinds[: self._stands]:
            raise RuntimeError("two batches on the same workspace did not take the same steps")

    @staticmethod
    def ready(*given: Any) -> None:
        """Make this process ready to try."""
        Trials.here = Trials(*given)

    @staticmethod
    def one(point: tuple[str, float]) -> tuple[str, str]:
        """Disturb one batch and run it again; return how, and what went wrong, if anything."""
        how, at = point
        return how, Trials.here.disturb(how, at) or Trials.here.again(how, at)

    def disturb(self, how: str, at: float) -> str:
        """Run a batch that is disturbed; return what went wrong."""
        if how != "moment" and at > self._stands:
            ended = self._halfway.go_on(int(at) - self._stands, HOW[how])
        else:
            lay_out(self._made.root / "workspace", self._workspace)
            if how == "moment":
                _kill_after(lambda: job(self._workspace, self._made), at)
                return ""
            ended = in_child(lambda: job(self._workspace, self._made, self._faults, int(at), HOW[how]), seconds=300)
        if ended.error or ended.hung:
            return f"{how} step {at}: {ended.error[-400:] or 'hung'}"
        if how != "disk full" and ended.signal != signal.SIGKILL:
            return f"{how} step {at}: it was not killed"
        return ""

    def again(self, how: str, at: float) -> str:
        """Run the batch again on what is left; return what is wrong with it."""
        ended = in_child(lambda: job(self._workspace, self._made), seconds=300)
        if ended.error or ended.signal:
            return f"{how} {at}: the second run failed: {ended.error[-400:] or ended.signal}"
        odd = sorted(set(digest(self._workspace).items()) ^ set(self._wanted.items()))
        return f"{how} {at}: other bytes in {odd[0][0]}" if odd else ""


def draw_once(folder: Path) -> None:
    """Let the pictures that a batch logs be drawn by the first batch only; the others take copies."""
    from khaka.scoring import shap_plots

    draw = shap_plots.shap_plots

    def drawn(contributions: Any, values: Any, out: Path, **more: Any) -> None:
        if not folder.exists():
            draw(contributions, values, folder, **more)
        shutil.copytree(folder, out, dirs_exist_ok=True)

    shap_plots.shap_plots = drawn


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


if __name__ == "__main__":
    root, count, start, built = sys.argv[1:]
    sys.modules["kills"] = sys.modules["__main__"]  # one module, whatever a child calls it
    print(trials(prepared(Path(root)), cases=int(count), seed=int(start), library=built).as_json())
