"""The same inputs give the same bytes: rankings again and again, trainings too, on 1, 2 and 4 threads."""

from __future__ import annotations

import hashlib
import multiprocessing
import re
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

from kills import digest, job, load
from prepared import Prepared
from promise import Outcome, in_child

PROMISE = "the same inputs give the same bytes, on 1, 2 and 4 threads"
FULL = 100


def set_threads(workspace: Path, threads: int) -> None:
    """Write another number of threads into the settings."""
    path = workspace / "khaka.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^threads *= *\d+", f"threads = {threads}", text), encoding="utf-8")


def trained(workspace: Path, made: Prepared) -> str:
    """Train in a workspace; return one hash over the model's trees and coefficients."""
    from khaka.app.train_job import train_job
    from khaka.data.workspace import open_workspace

    reference, _ = train_job(open_workspace(workspace), as_of=made.as_of)
    found = hashlib.sha256()
    for path in sorted(reference.bundle.rglob("*")):
        if path.is_file() and path.name not in ("meta.json", "record.json", "hashes.json"):  # they record the settings
            found.update(path.name.encode() + _without_threads(path.read_bytes()))
    return found.hexdigest()


def _without_threads(content: bytes) -> bytes:
    """Leave out the number of threads, which a model records and no number depends on."""
    return re.sub(rb"((?:num_)?threads\W+)\d+", rb"\1", content)


def trial(folder: Path, made: Prepared, case: tuple[int, int, str]) -> tuple[str, str]:
    """Run one case in a workspace of its own; return its kind and one hash, or an error."""
    number, threads, kind = case
    workspace = made.copy(folder / f"case{number}")
    set_threads(workspace, threads)
    try:
        if kind == "train":
            ended = in_child(lambda: trained(workspace, made), seconds=600)
            return kind, str(ended.answer or f"error: {ended.error[-300:]}")
        ended = in_child(lambda: job(workspace, made, None), seconds=300)
        if ended.error or ended.signal:
            return kind, f"error: {ended.error[-300:] or ended.signal}"
        return kind, hashlib.sha256(repr(sorted(digest(workspace).items())).encode()).hexdigest()
    finally:
        shutil.rmtree(workspace)


def check(made: Prepared, *, cases: int, seed: int) -> Outcome:
    """Score most of the times, train some of the times."""
    outcome = Outcome(PROMISE)
    trainings = max(3, cases // 16)
    with tempfile.TemporaryDirectory(prefix="khaka-same-") as folder:
        warm = made.copy(Path(folder) / "warm")
        load(in_child(lambda: (job(warm, made, None), sorted(sys.modules))).answer[1])
        plan = [(n, (1, 2, 4)[n % 3], "train" if n < trainings else "score") for n in range(cases)]
        with multiprocessing.get_context("fork").Pool(2) as pool:
            answers = pool.map(partial(trial, Path(folder), made), plan, chunksize=1)
        first: dict[str, str] = {}
        for (_, threads, kind), (_, found) in zip(plan, answers, strict=True):
            outcome.tried += 1
            if found.startswith("error"):
                outcome.fail(f"{kind} on {threads} threads: {found}")
            elif first.setdefault(kind, found) != found:
                outcome.fail(f"{kind} on {threads} threads gave other bytes")
        outcome.detail = f"{cases - trainings} rankings, {trainings} trainings"
    return outcome
