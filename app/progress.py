"""Progress of long work: a bar on a terminal, plain lines elsewhere, nothing with --quiet."""

from __future__ import annotations

import sys
import time
from threading import Lock, Timer
from types import TracebackType
from typing import Self

_EVERY = 5.0  # seconds between plain lines


class Progress:
    """A count of steps that are done, and what is being worked on.

    Parameters
    ----------
    title : str
        What is being done.
    total : int or None
        Number of steps; None where it isn't known.
    quiet : bool
        Say nothing.

    Examples
    --------
    >>> with Progress("fit", 2, quiet=True) as progress:
    ...     progress.step("S24-2012-AE")
    """

    def __init__(self, title: str, total: int | None = None, *, quiet: bool = False) -> None:
        self._title, self._total, self._quiet = title, total, quiet
        self._done, self._last = 0, time.monotonic()
        self._waiting: Timer | None = None
        self._lock = Lock()
        self._bar = None
        if not quiet and sys.stderr.isatty():
            from tqdm import tqdm

            form = None if total else "{desc} [{elapsed}]"
            self._bar = tqdm(total=total, desc=title, leave=False, file=sys.stderr, bar_format=form)

    def step(self, what: str = "") -> None:
        """Count one step; `what` names it."""
        self._done += 1
        if self._bar is not None:
            self._bar.update()
        of = f"/{self._total}" if self._total else ""
        self._say(what, f"{self._title} {self._done}{of} {what}")

    def begin(self, what: str) -> None:
        """Say what is being worked on; it counts for no step."""
        self._say(what, f"{self._title}: {what}")

    def _say(self, what: str, line: str) -> None:
        if self._quiet:
            return
        if self._bar is not None:
            if self._total:
                self._bar.set_postfix_str(what)
            else:
                self._bar.set_description_str(line.rstrip())
            return
        with self._lock:
            if self._waiting is not None:
                self._waiting.cancel()
            rest = _EVERY - (time.monotonic() - self._last)
            if rest <= 0:
                self._print(line)
                return
        # what takes long is named while it lasts, not when it is over
        self._waiting = Timer(rest, self._late, [line])
        self._waiting.daemon = True
        self._waiting.start()

    def _late(self, line: str) -> None:
        with self._lock:
            self._print(line)

    def _print(self, line: str) -> None:
        self._last = time.monotonic()
        print(line.rstrip(), file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        if self._bar is not None:
            self._bar.close()
