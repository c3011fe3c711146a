"""A process that prints: a job a line on standard input, its answer a line on standard output.

`python -m khaka.scoring.dossier.worker`. typst holds Python's lock while it compiles, so that threads don't help; a
process of its own starts cleanly whatever the program that asks for it is.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from khaka.data.durable import sha256, write_bytes
from khaka.data.errors import KhakaError
from khaka.scoring.dossier.printing import Stamp, two_pages

_COMMAND: Final = (sys.executable, "-m", "khaka.scoring.dossier.worker")

Printed = tuple[str, str, str, bool]
"""Seat, key, the file's sum, and whether the seat was set smaller to fit its two pages."""


def print_job(job: dict[str, Any]) -> Printed:
    """Print one seat.

    Parameters
    ----------
    job : dict
        seat, key, doc, fields, language, by, at (ISO 8601) and path.

    Returns
    -------
    tuple of str, str, str, bool
        Seat, key, the SHA-256 of the file, and whether the seat was set smaller.
    """
    stamp = Stamp(job["by"], None if job["at"] is None else dt.datetime.fromisoformat(job["at"]))
    path = Path(job["path"])
    pdf, smaller = two_pages(job["doc"], job["fields"], job["language"], stamp)
    write_bytes(path, pdf)
    return job["seat"], job["key"], sha256(path), smaller


class Worker:
    """A printing process, used with `with`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, job: dict[str, Any]) -> Printed:
        """Print one seat and wait for it."""
        given, answered = self._process.stdin, self._process.stdout
        assert given is not None
        assert answered is not None
        try:
            given.write(json.dumps(job, ensure_ascii=False) + "\n")
            given.flush()
            line = answered.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise KhakaError(f"the process that printed {job['seat']} stopped; run khaka dossier again, it goes on")
        seat, key, digest, smaller = json.loads(line)
        return seat, key, digest, bool(smaller)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if kind is not None:
            self._process.terminate()
        self._process.wait()


def serve(jobs: IO[str], answers: IO[str]) -> None:
    """Print job after job until there are no more."""
    for line in jobs:
        answers.write(json.dumps(print_job(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    serve(sys.stdin, sys.stdout)
