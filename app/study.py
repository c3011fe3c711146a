"""A study: many made-up states of every kind, each from files to a judged ranking in a process of its own.

Each finished run is a line of `study.jsonl`, synced to disk, so a stopped study goes on where it was. A line counts
only for the code and the sizes that made it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import khaka.data
import khaka.features
import khaka.scoring
import khaka.training
from khaka.app.study_run import RunSpec
from khaka.app.study_table import Row, read_rows, study_markdown, study_table
from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError
from khaka.data.simulate.world import kinds, load_world

RUNS: Final = "study.jsonl"
#: Small states in booths and events: they cost most of the time and say least about who is better.
BOOTHS_PER_SEAT: Final = 10
EVENTS_A_SEAT: Final = 330
ELECTIONS: Final = 4
#: What of `scoring` a run goes through; slates, dossiers and words do not change who is first.
_SCORING: Final = (
    "predict.py", "batch.py", "rank.py", "scenario.py", "eligibility.py", "panel.py", "contrast.py", "evaluate*.py",
    "points.toml",
)  # fmt: skip
# one thread a run: two runs side by side are quicker than one on two threads
_ENVIRONMENT: Final = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Study:
    """Where a finished study lies.

    Parameters
    ----------
    table, figures, plot, runs : Path
        Markdown, CSV, picture, and one line of JSON a run.
    done, taken_over : int
        Runs that were made now, and such as an earlier start had left.
    text : str
        The Markdown.
    """

    table: Path
    figures: Path
    plot: Path
    runs: Path
    done: int
    taken_over: int
    text: str


def run_study(
    out: Path,
    *,
    worlds: Sequence[str] = (),
    seeds: int = 10,
    seats: int = 60,
    jobs: int = 2,
    progress: Callable[[str], None] | None = None,
) -> Study:
    """Run what is not done yet, then write table and plot over all that was asked for.

    Parameters
    ----------
    out : Path
        Folder for `study.md`, `study.csv`, `study.png` and `study.jsonl`; made if missing.
    worlds : sequence of str
        Kinds of world; all if empty.
    seeds : int
        States of each kind, with the seeds 1 to `seeds`.
    seats : int
        Seats of each state.
    jobs : int
        Processes at once.
    progress : callable, optional
        Told each finished run.

    Returns
    -------
    Study
        What was written. The same code, kinds, seeds and sizes give the same bytes, however many jobs ran at once.

    Raises
    ------
    KhakaError
        An unknown kind, an impossible number, or a run that failed; what was finished is kept.
    """
    for name, value, low, high in (("--seeds", seeds, 1, 1000), ("--seats", seats, 3, 5000), ("--jobs", jobs, 1, 64)):
        if not low <= value <= high:
            raise KhakaError(f"{name} is {value}; a study needs {low} to {high}")
    asked = {load_world(kind).kind for kind in worlds} or set(kinds())
    specs = [
        RunSpec(kind, seed, seats, BOOTHS_PER_SEAT, EVENTS_A_SEAT * seats, ELECTIONS)
        for seed, kind in product(range(1, seeds + 1), [kind for kind in kinds() if kind in asked])
    ]
    code, path = code_hash(), out / RUNS
    earlier = read_rows(path)
    found = {row.spec: row for row in earlier if row.code == code}
    waiting = [spec for spec in specs if spec not in found]
    out.mkdir(parents=True, exist_ok=True)
    for spec, record in _run_all(waiting, jobs):
        if code_hash() != code:  # this run may be a mixture
            raise KhakaError("khaka's code changed while the study ran; start it again, which makes its runs anew")
        row = Row(spec, code, record)
        _append(path, row)
        found[spec] = row
        if progress is not None:
            progress(f"{spec.world} {spec.seed}")
    rows = [found[spec] for spec in specs]
    # the order in which runs finish must not show
    everything = {(row.code, row.spec): row for row in (*earlier, *rows)}
    write_bytes(path, b"".join(row.line() for _, row in sorted(everything.items(), key=lambda item: item[1].key())))
    table = study_table(rows)
    write_bytes(out / "study.csv", table.to_csv(index=False, float_format="%.4f").encode())
    text = study_markdown(table, specs[0], seeds=seeds)
    write_bytes(out / "study.md", text.encode())
    from khaka.app.study_plot import plot_study

    plot = plot_study(rows, table, out / "study.png")
    return Study(
        out / "study.md", out / "study.csv", plot, path, len(waiting), len(specs) - len(waiting), text
    )  # fmt: skip


def code_hash() -> str:
    """Return a hash of the code and parameters that a run goes through.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    digest = hashlib.sha256(Path(__file__).with_name("study_run.py").read_bytes())
    for package in (khaka.data, khaka.features, khaka.training):
        for folder in map(Path, package.__path__):
            _add(digest, folder, sorted(path for kind in ("py", "toml", "csv") for path in folder.rglob(f"*.{kind}")))
    for folder in map(Path, khaka.scoring.__path__):
        _add(digest, folder, sorted(path for pattern in _SCORING for path in folder.glob(pattern)))
    return digest.hexdigest()[:16]


def _add(digest: hashlib._Hash, folder: Path, paths: list[Path]) -> None:
    for path in paths:
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())


def _run_all(specs: list[RunSpec], jobs: int) -> Iterator[tuple[RunSpec, dict[str, Any]]]:
    """Yield runs as they finish; on an error or a stop those not yet begun are dropped."""
    pool = ThreadPoolExecutor(jobs)
    try:
        futures = {pool.submit(_run_apart, spec): spec for spec in specs}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _run_apart(spec: RunSpec) -> dict[str, Any]:
    """Run one state in a process of its own, which gives its memory back and cannot disturb another."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "khaka.app.study_run", json.dumps(asdict(spec))],
        capture_output=True, text=True, check=False, env={**os.environ, **_ENVIRONMENT},
    )  # fmt: skip
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1].removeprefix("khaka: ")
        raise KhakaError(f"the run of {spec.world}, seed {spec.seed}, failed: {reason}; finished runs are kept")
    record: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return record


def _append(path: Path, row: Row) -> None:
    with path.open("ab") as handle:
        if handle.tell() > 0 and not _ends_whole(path):
            handle.write(b"\n")  # a line that a kill cut short stays alone and is left out when read
        handle.write(row.line())
        handle.flush()
        os.fsync(handle.fileno())


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) == b"\n"
