"""A batch that stands still once its prediction is made: trials of later steps go on from there.

Nothing is left out of a trial by it: the process that goes on is a fork of the batch at this place, its workspace lies
at the same path and holds what it held then, byte for byte and in the same files. Only what comes before, the same in
each trial, isn't worked out again.
"""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import shutil
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from faults import Faults
from promise import Ended

SECONDS = 300
LOCK = ".lock"


class Halfway:
    """The standing batch.

    Parameters
    ----------
    workspace : Path
        In which it runs; trials of it begin with `go_on`.
    spare : Path
        Where the workspace is kept as it was where the batch stands.
    faults : Faults
        Counts its calls.
    batch : callable
        Runs the batch, the library armed.
    """

    def __init__(self, workspace: Path, spare: Path, faults: Faults, batch: Callable[[], Any]) -> None:
        self._workspace, self._spare = workspace, spare
        self._told = spare.with_suffix(".told")
        self._wish, theirs = multiprocessing.Pipe()
        child = os.fork()
        if child == 0:
            self._wish.close()
            self._run(theirs, faults, batch)
        theirs.close()
        self.kinds, self._open = self._wish.recv()
        """What each call before was, see `Faults.kinds`; and the workspace's files that the batch holds open."""
        shutil.copytree(workspace, spare)

    def go_on(self, at: int, how: str) -> Ended:
        """Lay out the workspace as it was, go on, and disturb a call, counted from where the batch stands."""
        lay_out(self._spare, self._workspace)
        for path, (_, number) in self._open.items():
            if not path.name.endswith(LOCK) and path.stat().st_ino != number:
                raise RuntimeError(f"{path} is another file than the one that the standing batch holds open")
        self._told.unlink(missing_ok=True)
        self._wish.send((at, how))
        status = int(self._wish.recv())
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return Ended(signal=number, hung=number == signal.SIGALRM)
        return Ended(error=self._told.read_text(encoding="utf-8") if self._told.exists() else "")

    def _run(self, wishes: Connection, faults: Faults, batch: Callable[[], Any]) -> None:
        """Run the batch up to where it stands, and from there once more for each wish."""
        from khaka.app import jobs

        keep = jobs.keep

        def stand(*given: Any, **more: Any) -> Any:
            found = open_in(self._workspace)
            locks = {path: file for path, (file, _) in found.items() if path.name.endswith(LOCK)}
            for file in locks.values():
                fcntl.flock(file, fcntl.LOCK_UN)  # whoever goes on locks again, and the second run waits for nobody
            wishes.send((faults.kinds(), found))
            while True:
                try:
                    at, how = wishes.recv()
                except EOFError:  # nobody wishes any more
                    os._exit(0)
                if os.fork() == 0:
                    signal.alarm(SECONDS)
                    for path, file in locks.items():
                        own = os.open(path, os.O_RDWR)
                        fcntl.flock(own, fcntl.LOCK_EX)
                        os.dup2(own, file)
                    faults.arm(self._workspace, at, how)
                    return keep(*given, **more)
                wishes.send(os.wait()[1])

        jobs.keep = stand  # the first thing a batch does with its prediction
        code = 0
        try:
            batch()
        except BaseException:
            self._told.write_text(traceback.format_exc(), encoding="utf-8")
            code = 1
        os._exit(code)


def open_in(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return the files of a folder that this process holds open, with descriptor and inode."""
    found = {}
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            path = link.readlink()
            if path.is_relative_to(folder):
                found[path] = (int(link.name), link.stat().st_ino)
    return found


def lay_out(spare: Path, folder: Path) -> None:
    """Give a folder another's content; a file that is there already is written over, not replaced.

    The standing batch may hold it open (SQLite's), and must not go on in a file that nobody else sees.
    """
    there = {path.relative_to(spare) for path in spare.rglob("*")}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.relative_to(folder) not in there:
            path.rmdir() if path.is_dir() else path.unlink()
    for name in sorted(there):
        source, target = spare / name, folder / name
        if source.is_dir():
            target.mkdir(exist_ok=True)
            continue
        with target.open("r+b" if target.exists() else "wb") as handle:
            handle.truncate(handle.write(source.read_bytes()))
        shutil.copystat(source, target)
