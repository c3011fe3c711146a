"""Readers take turns inside a worker; a slow one holds nobody up for long, and a writer waits for no reader."""

from __future__ import annotations

import asyncio
import threading
import time

from starlette.responses import Response

from khaka.app.review.turns import PATIENCE, Turns


def test_quick_readers_never_run_side_by_side() -> None:
    inside, most = [], []

    def read(number: int) -> Response:
        inside.append(number)
        most.append(len(inside))
        time.sleep(PATIENCE / 10)
        inside.remove(number)
        return Response()

    async def all_at_once() -> None:
        turns = Turns()
        await asyncio.gather(*(turns.read(read, number) for number in range(8)))

    asyncio.run(all_at_once())
    assert most == [1] * 8


def test_who_comes_after_a_slow_reader_is_answered_first() -> None:
    free, order = threading.Event(), []

    def slow() -> Response:
        assert free.wait(30)
        order.append("slow")
        return Response()

    def quick(name: str) -> Response:
        order.append(name)
        return Response()

    async def one_slow_among_quick() -> None:
        turns = Turns()
        waits = asyncio.create_task(turns.read(slow))
        await asyncio.sleep(0)
        await turns.write(quick, "writer")
        await turns.read(quick, "reader")
        free.set()
        await waits

    asyncio.run(one_slow_among_quick())
    assert order == ["writer", "reader", "slow"]


def test_a_reader_that_fails_lets_the_next_pass() -> None:
    def broken() -> Response:
        raise ValueError("broken")

    async def after_a_fault() -> Response:
        turns = Turns()
        for _ in range(3):
            try:
                await turns.read(broken)
            except ValueError:
                continue
        return await turns.read(Response, b"there")

    assert asyncio.run(after_a_fault()).body == b"there"
