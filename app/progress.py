"""Progress of long work: a bar on a terminal, plain lines elsewhere, nothing with --quiet."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_EVERY = 5.0  # seconds between plain lines


class Progress:
    """A count of steps that are done.

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
        self._bar = None
        if not quiet and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=title, leave=False, file=sys.stderr)

    def step(self, what: str = "") -> None:
        """Count one step; `what` names it."""
        self._done += 1
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.set_postfix_str(what)
            self._bar.update()
            return
        now = time.monotonic()
        if now - self._last >= _EVERY:
            self._last = now
            of = f"/{self._total}" if self._total else ""
            print(f"{self._title} {self._done}{of} {what}".rstrip(), file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
