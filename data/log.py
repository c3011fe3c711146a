"""The workspace's log: which command ran, how it ended, where something failed; files that rotate.

Nothing about people is in it. A line holds fixed words, the name of a command or of a page's route, and of an error its
kind and the places in the code, never its text: an error's text may quote a cell of somebody's application.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import logging
import os
import traceback
from pathlib import Path
from typing import Final

FOLDER: Final = "logs"
FILE: Final = "khaka.log"
MOST_BYTES: Final = 1 << 20
KEPT: Final = 4
"""Older files: `khaka.log.1` the newest of them."""

LOGGER: Final = "khaka"


class ImpersonalFormatter(logging.Formatter):
    """Formats a record by its fixed words only.

    A record's arguments are left out, but for `extra={"told": ...}`, which whoever logs vouches for.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and one more for every place in the code that an error went through."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="seconds")
        told = str(getattr(record, "told", "")).replace("\n", " ")
        lines = [f"{at} {record.levelname} {os.getpid()} {record.name}: {record.msg} {told}".rstrip()]
        if record.exc_info and record.exc_info[1] is not None:
            lines += places(record.exc_info[1])
        return "\n".join(lines)


def places(error: BaseException) -> list[str]:
    """Return the kind of an error and the places it came through, the innermost last.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    list of str
        Without the error's own words.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return [f"    {type(error).__name__}"] + [
        f"    {Path(one.filename).name}:{one.lineno} {one.name}" for one in frames
    ]


class RotatingFile(logging.Handler):
    """Appends to the workspace's log; several processes may.

    Parameters
    ----------
    folder : Path
        Of the log's files; made at the first line.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.INFO)
        self.folder = folder
        self.setFormatter(ImpersonalFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a log that can't be written stops nothing."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self.folder / ".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                path = self.folder / FILE
                if path.exists() and path.stat().st_size > MOST_BYTES:
                    self._turn(path)
                with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(self.format(record) + "\n")

    def _turn(self, path: Path) -> None:
        for number in range(KEPT, 0, -1):
            older = path.with_name(f"{FILE}.{number - 1}") if number > 1 else path
            if older.exists():
                older.replace(path.with_name(f"{FILE}.{number}"))


def keep_log(root: Path) -> None:
    """Let everything that khaka logs go to a workspace's log from now on; of several workspaces the last.

    Parameters
    ----------
    root : Path
        The workspace's folder.
    """
    logger = logging.getLogger(LOGGER)
    for handler in [one for one in logger.handlers if isinstance(one, RotatingFile)]:
        logger.removeHandler(handler)
    logger.addHandler(RotatingFile(root / FOLDER))
    logger.setLevel(logging.INFO)
