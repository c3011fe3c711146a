"""What a torture run reports: one promise, what was tried, what failed."""

from __future__ import annotations

import json
import os
import pickle
import signal
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class Outcome:
    """How a promise held.

    Parameters
    ----------
    promise : str
        In a few words.
    tried : int
        Cases.
    failed : int
        Of them, where it did not hold.
    detail : str
        Counts by kind.
    failures : list of str
        The first ten, in words.
    """

    promise: str
    tried: int = 0
    failed: int = 0
    detail: str = ""
    failures: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        """Count a failure and keep the first ten."""
        self.failed += 1
        if len(self.failures) < 10:
            self.failures.append(what)

    def as_json(self) -> str:
        """Return one JSON line."""
        return json.dumps(vars(self), ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Ended:
    """How a child ended: its answer, or the signal that ended it."""

    answer: Any = None
    error: str = ""
    signal: int = 0
    hung: bool = False


def in_child(work: Callable[[], Any], *, seconds: int = 120) -> Ended:
    """Run something in a forked child, so that a crash, a kill or a hang stays there.

    The child's answer comes back through a file: it must be picklable, and it is our own.
    """
    with tempfile.NamedTemporaryFile(prefix="khaka-torture-") as answer:
        child = os.fork()
        if child == 0:
            code = 0
            try:
                signal.alarm(seconds)
                with Path(answer.name).open("wb") as handle:
                    pickle.dump(work(), handle)
            except BaseException:
                Path(answer.name).write_text(traceback.format_exc(), encoding="utf-8")
                code = 1
            os._exit(code)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return Ended(signal=number, hung=number == signal.SIGALRM)
        if os.WEXITSTATUS(status):
            return Ended(error=Path(answer.name).read_text(encoding="utf-8", errors="replace"))
        with Path(answer.name).open("rb") as handle:
            return Ended(answer=pickle.load(handle))
