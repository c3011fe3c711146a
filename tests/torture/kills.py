"""A batch that is killed, or whose disk is full, at any durable step gives the same bytes when run again.

The batch is `khaka score`, in a process with a library preloaded (`faults.c`) that sees every call by which a file of
the workspace changes: those of Python and those of SQLite, Arrow and DuckDB. Each trial is a fork of one warm process,
disturbed at one of these calls: killed before it, killed after half of what it writes, or told from there on that the
disk is full. Then the batch is run again on what is left.
"""

from __future__ import annotations

import contextlib
import ctypes
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
from functools import partial
from pathlib import Path
from typing import Any

from prepared import Prepared, prepared
from promise import Outcome, in_child

PROMISE = "a batch killed or out of disk at any durable step, run again, gives the same bytes"
FULL = 240
"""Trials: each step that makes something durable, and some more; ten minutes on two free cores."""
HOW = {"killed before": "k", "killed half way": "h", "disk full": "f"}


class Faults:
    """The preloaded library, from inside the process."""

    def __init__(self, library: str) -> None:
        self._library = ctypes.CDLL(library)
        self._library.khaka_arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int]
        self._library.khaka_kinds.restype = ctypes.c_char_p

    def arm(self, folder: Path, at: int, how: str) -> None:
        """Begin to count the calls below a folder; disturb one of them, 0 none."""
        self._library.khaka_arm(str(folder).encode(), at, ord(how))

    def kinds(self) -> str:
        """Return what each call so far was: `d` makes something durable (sync, rename, removal), `w` writes."""
        return str(self._library.khaka_kinds().decode())


def job(workspace: Path, made: Prepared, faults: Faults | None = None, at: int = 0, how: str = "n") -> int:
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
    if code and how != "f":
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
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        outcome.detail = "not tried: no C compiler for the faults (Debian: gcc)"
        return outcome
    with tempfile.TemporaryDirectory(prefix="khaka-kills-") as temporary:
        library = Path(temporary) / "faults.so"
        source = Path(__file__).with_name("faults.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
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
    with tempfile.TemporaryDirectory(prefix="khaka-kills-") as folder:
        whole = made.copy(Path(folder) / "whole")
        counted = in_child(lambda: (job(whole, made, faults), faults.kinds(), sorted(sys.modules)), seconds=600)
        if counted.error or not counted.answer:
            outcome.fail(f"the undisturbed batch failed: {counted.error[-400:]}")
            return outcome
        wanted, (_, kinds, modules) = digest(whole), counted.answer
        load(modules)  # in this process once, so that no child spends its time on it
        started = time.monotonic()
        in_child(lambda: job(made.copy(Path(folder) / "timed"), made), seconds=600)
        plan = planned(kinds, cases, rng, time.monotonic() - started)
        tried: dict[str, int] = {}
        started = time.monotonic()
        with multiprocessing.get_context("fork").Pool(2) as pool:
            points = [(number, *step) for number, step in enumerate(plan)]
            for how, said in pool.imap_unordered(partial(trial, Path(folder), made, wanted, library), points):
                outcome.tried += 1
                tried[how] = tried.get(how, 0) + 1
                if said:
                    outcome.fail(said)
        took = time.monotonic() - started
    counts = ", ".join(f"{count} {how}" for how, count in sorted(tried.items()))
    at = len({step for how, step in plan if how != "moment" and kinds[int(step) - 1] == "d"})
    outcome.detail = (
        f"{at} of {kinds.count('d')} durable steps, {kinds.count('w')} writes between them; {counts}; {took:,.0f} s"
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


def trial(
    folder: Path, made: Prepared, wanted: dict[str, str], library: str, point: tuple[int, str, float]
) -> tuple[str, str]:
    """Disturb one batch and run it again; return how, and what went wrong, if anything."""
    number, how, at = point
    workspace = made.copy(folder / f"trial{number}")
    faults = Faults(library)
    try:
        if how == "moment":
            _kill_after(lambda: job(workspace, made), at)
        else:
            ended = in_child(lambda: job(workspace, made, faults, int(at), HOW[how]), seconds=300)
            if ended.error or ended.hung:
                return how, f"{how} step {at}: {ended.error[-400:] or 'hung'}"
            if how != "disk full" and ended.signal != signal.SIGKILL:
                return how, f"{how} step {at}: it was not killed"
        again = in_child(lambda: job(workspace, made), seconds=300)
        if again.error or again.signal:
            return how, f"{how} {at}: the second run failed: {again.error[-400:] or again.signal}"
        odd = sorted(set(digest(workspace).items()) ^ set(wanted.items()))
        return how, f"{how} {at}: other bytes in {odd[0][0]}" if odd else ""
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


if __name__ == "__main__":
    root, count, start, built = sys.argv[1:]
    sys.modules["kills"] = sys.modules["__main__"]  # one module, whatever a child calls it
    print(trials(prepared(Path(root)), cases=int(count), seed=int(start), library=built).as_json())
