"""Who is answered when, inside one worker.

Python runs one thread at a time. Eight that answer at once only take the interpreter from each other, at every look
into the database, and a writer who is interrupted so keeps all others waiting. So pages are made one after the other;
who takes long (a large export, a page that nobody has opened before) stops holding up the next after a moment.
Writers have threads of their own: most of their time is waiting for their turn and for the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVarTuple

from anyio import CapacityLimiter, to_thread
from starlette.responses import Response

PATIENCE: Final = 0.05
"""Seconds after which the next reader may begin beside a slow one."""

READERS, WRITERS = 16, 8
"""Threads at most."""

Given = TypeVarTuple("Given")


class Turns:
    """The queue of one worker; made inside its event loop."""

    def __init__(self) -> None:
        self._one = asyncio.Semaphore(1)
        self._readers, self._writers = CapacityLimiter(READERS), CapacityLimiter(WRITERS)

    async def read(self, work: Callable[[*Given], Response], *given: *Given) -> Response:
        """Answer a reader: alone, for a moment at least.

        Parameters
        ----------
        work : callable
            Makes the answer, in a thread.
        *given
            For it.
        """
        await self._one.acquire()
        passed = False

        def pass_on() -> None:
            nonlocal passed
            if not passed:
                passed = True
                self._one.release()

        timer = asyncio.get_running_loop().call_later(PATIENCE, pass_on)
        try:
            return await to_thread.run_sync(work, *given, limiter=self._readers)
        finally:
            timer.cancel()
            pass_on()

    async def write(self, work: Callable[[*Given], Response], *given: *Given) -> Response:
        """Answer a writer, beside readers.

        Parameters
        ----------
        work : callable
            Makes the answer, in a thread.
        *given
            For it.
        """
        return await to_thread.run_sync(work, *given, limiter=self._writers)
