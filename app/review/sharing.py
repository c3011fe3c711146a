"""How several workers share the connections of one listening socket.

Whichever worker wakes first would take all that wait, and a browser keeps its connection: one worker would serve
sixteen visitors and another four. So each says in memory that all share how many it has, and leaves a connection to a
worker with fewer; but only for a moment, since that one may be busy for long, or dead.
"""

from __future__ import annotations

import mmap
import socket
import struct
import tempfile
import time
from collections.abc import Callable
from typing import IO, Any, Final

_NOBODY: Final = 0xFFFFFFFF  # what stands for a worker that does not serve
_PATIENCE: Final = 0.02  # seconds for which a connection is left to somebody else
_PAUSE: Final = 0.001


def shared_counts(workers: int) -> IO[bytes]:
    """Return a file, gone when it is closed, with room for the count of each worker; none serves yet.

    Parameters
    ----------
    workers : int
        How many there will be.

    Returns
    -------
    file
        To be handed on by its descriptor.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the workers do
    file.write(struct.pack("=I", _NOBODY) * workers)
    file.flush()
    return file


class Counts:
    """How many connections each worker has.

    Parameters
    ----------
    descriptor : int
        Of `shared_counts`.
    place : int
        This worker's, 0 for the first.
    """

    def __init__(self, descriptor: int, place: int) -> None:
        self._memory, self._place = mmap.mmap(descriptor, 0), place

    def tell(self, count: int) -> None:
        """Say how many connections this worker has."""
        struct.pack_into("=I", self._memory, 4 * self._place, count)

    def leave(self) -> None:
        """Say that this worker does not serve (any more)."""
        self.tell(_NOBODY)

    def fewest_elsewhere(self) -> int:
        """Return the smallest count of the other workers; a very large one where none serves."""
        everyone = list(struct.unpack(f"={len(self._memory) // 4}I", self._memory[:]))
        del everyone[self._place]
        return min(everyone, default=_NOBODY)


class FairSocket(socket.socket):
    """A listening socket that gives a connection only to the worker whose turn it is.

    asyncio takes `BlockingIOError` for "nothing waits" and asks again at once while something does.
    """

    _counts: Counts
    _own: Callable[[], int]
    _left_since: float
    _just_took: bool

    @classmethod
    def of(cls, descriptor: int, counts: Counts, own: Callable[[], int]) -> FairSocket:
        """Return the socket of a descriptor.

        Parameters
        ----------
        descriptor : int
            Of a socket that listens.
        counts : Counts
            Of all workers.
        own : callable
            How many connections this worker has now.
        """
        made = cls(fileno=descriptor)
        made._counts, made._own = counts, own
        made._left_since, made._just_took = 0.0, False
        return made

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection, or leave it to a worker that has fewer."""
        own = self._own()
        self._counts.tell(own)
        if self._just_took:  # one at a time: the next look sees this one counted
            self._just_took = False
            raise BlockingIOError
        if own > self._counts.fewest_elsewhere():
            now = time.monotonic()
            if now - self._left_since > 2 * _PATIENCE:
                self._left_since = now
            if now - self._left_since < _PATIENCE:
                time.sleep(_PAUSE)
                raise BlockingIOError
        self._left_since = 0.0
        taken = super().accept()
        self._just_took = True
        return taken
