"""Connections are shared among workers, and none is left waiting for a worker that is gone."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from khaka.app.review.sharing import Counts, FairSocket, shared_counts


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def worker(listening: socket.socket, counts: Counts, has: list[socket.socket]) -> FairSocket:
    """Return the socket as a worker holds it; `has` are its connections."""
    made = FairSocket.of(socket.dup(listening.fileno()), counts, lambda: len(has))
    made.setblocking(False)
    return made


def take(one: FairSocket, has: list[socket.socket]) -> bool:
    """Do as asyncio does when the socket can be read: take until nothing waits."""
    took = len(has)
    try:
        while True:
            has.append(one.accept()[0])
    except BlockingIOError:
        return len(has) > took


def test_whoever_wakes_first_takes_one_and_leaves_the_next_to_another(listening: socket.socket) -> None:
    with shared_counts(2) as file:
        first, second = Counts(file.fileno(), 0), Counts(file.fileno(), 1)
        second.tell(0)
        has: list[list[socket.socket]] = [[], []]
        workers = [worker(listening, first, has[0]), worker(listening, second, has[1])]
        callers = [socket.create_connection(listening.getsockname()) for _ in range(6)]
        for _ in range(3):
            assert take(workers[0], has[0])
            assert not take(workers[0], has[0])  # has one more than the other by now
            assert take(workers[1], has[1])
        assert [len(one) for one in has] == [3, 3]
        for one in (*callers, *has[0], *has[1], *workers):
            one.close()


def test_a_connection_is_left_to_another_for_a_moment_only(listening: socket.socket) -> None:
    with shared_counts(2) as file:
        first, hung = Counts(file.fileno(), 0), Counts(file.fileno(), 1)
        hung.tell(0)  # says that it has none, and never comes
        has: list[socket.socket] = []
        one = worker(listening, first, has)
        callers = [socket.create_connection(listening.getsockname()) for _ in range(2)]
        assert take(one, has)
        began = time.monotonic()
        while not take(one, has):
            assert time.monotonic() - began < 5
        assert len(has) == 2
        hung.leave()
        assert first.fewest_elsewhere() > 1_000_000  # nobody else serves
        for each in (*callers, *has, one):
            each.close()
