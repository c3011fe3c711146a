"""Serves the page: uvicorn in one process, or in several."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from khaka.app.review.factory import create_app
from khaka.app.review.font import ensure_font
from khaka.app.review.sharing import Counts, FairSocket, shared_counts
from khaka.app.review.store.database import open_database
from khaka.app.review.store.users import users
from khaka.data.errors import KhakaError
from khaka.data.log import keep_log
from khaka.data.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from khaka.data.settings import ReviewSettings

_BACKLOG: Final = 2048  # connections that wait until a worker is up
_TOO_SOON: Final = 5.0  # seconds: a worker that ends earlier would only end again


def check_host(host: str, *, tls_proxy: bool) -> None:
    """Refuse to listen to others without TLS in front.

    Raises
    ------
    KhakaError
        The address is not this machine's own, and the settings name no proxy.
    """
    if host == "localhost" or tls_proxy:
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise KhakaError(
        f"--host {host} would send passwords over the network in the open; put a proxy that speaks TLS in front and "
        "set tls_proxy = true under [review] in khaka.toml, or leave --host out"
    )


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve(
    workspace: Workspace,
    *,
    host: str,
    port: int,
    workers: int,
    election_id: str | None,
    as_of: str | None,
    say: Callable[[str], None],
) -> None:
    """Serve the page until it is stopped.

    Parameters
    ----------
    workspace : Workspace
        With results.
    host : str
        This machine's own address, or any when a TLS proxy is set.
    port : int
        0 for any that is free.
    workers : int
        Processes.
    election_id, as_of : str or None
        Which results; by default the newest.
    say : callable
        Told where the page is.

    Raises
    ------
    KhakaError
        Nothing is scored, the address can't be had, or it would be served in the open.
    """
    import uvicorn

    settings = workspace.settings.review
    check_host(host, tls_proxy=settings.tls_proxy)
    ensure_font(workspace.root / "cache" / "static")  # once; the page names it in its addresses
    served = create_app(workspace, election_id=election_id, as_of=as_of)  # faults show here, before any worker starts
    listening = _listen(host, port)
    where = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    database = open_database(workspace)
    if not any(user.active for user in users(database)):
        say("Nobody may sign in yet. In another window: khaka user add NAME --role admin")
    database.close()
    results = served.state.review.current.get()
    say(f"{results.election_id} as of {results.as_of}, version {results.short_version}: {where}   (Ctrl-C ends it)")
    if workers == 1:
        uvicorn.Server(_config(served, settings)).run(sockets=[listening])
        return
    served.state.review.database.close()
    arguments = [str(listening.fileno()), str(workspace.root), results.election_id, results.as_of]
    with shared_counts(workers) as counts:
        _supervise([sys.executable, "-m", __name__, *arguments], workers, listening.fileno(), counts.fileno())


def _config(served: FastAPI, settings: ReviewSettings) -> uvicorn.Config:
    import uvicorn

    return uvicorn.Config(
        served, log_level="warning", access_log=False, server_header=False, proxy_headers=settings.tls_proxy,
        timeout_keep_alive=30, timeout_graceful_shutdown=10,
    )  # fmt: skip


def _supervise(command: list[str], workers: int, descriptor: int, counts: int) -> None:
    """Keep so many worker processes alive on one listening socket, until this process is told to end."""
    places = [Counts(counts, place) for place in range(workers)]
    ending = threading.Event()
    before = {number: signal.signal(number, lambda *_: ending.set()) for number in (signal.SIGINT, signal.SIGTERM)}

    def start(place: int) -> subprocess.Popen[bytes]:
        # a worker ends when its standard input does, so none outlives a killed parent
        places[place].leave()
        return subprocess.Popen(  # noqa: S603 - our own module
            [*command, str(counts), str(place)], pass_fds=[descriptor, counts], stdin=subprocess.PIPE
        )

    started, alive = time.monotonic(), [start(place) for place in range(workers)]
    try:
        while not ending.wait(0.5):
            for place, worker in enumerate(alive):
                if worker.poll() is None:
                    continue
                if time.monotonic() - started < _TOO_SOON:
                    raise KhakaError("a worker of the page ended as soon as it had started; its reason stands above")
                alive[place] = start(place)
    finally:
        for worker in alive:
            worker.terminate()
        for worker in alive:
            try:
                worker.wait(15)
            except subprocess.TimeoutExpired:
                worker.kill()
        for number, handler in before.items():
            signal.signal(number, handler)


def work(descriptor: int, root: Path, election_id: str, as_of: str, counts: int, place: int) -> None:
    """Serve as one of several workers, on a socket that the parent listens on.

    Parameters
    ----------
    descriptor : int
        Of the socket.
    root : Path
        Of the workspace.
    election_id, as_of : str
        Which results.
    counts, place : int
        Descriptor of `khaka.app.review.sharing.shared_counts`, and this worker's place there.
    """
    import uvicorn

    workspace = open_workspace(root)
    keep_log(workspace.root)
    served = create_app(workspace, election_id=election_id, as_of=as_of)

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=end_with_parent, name="khaka-parent", daemon=True).start()
    server = uvicorn.Server(_config(served, workspace.settings.review))
    shared = Counts(counts, place)
    listening = FairSocket.of(descriptor, shared, lambda: len(server.server_state.connections))
    try:
        server.run(sockets=[listening])
    finally:
        shared.leave()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)  # before the address is told: whoever reads it may call at once, and waits its turn
        listening.set_inheritable(True)
    except OSError as error:
        raise KhakaError(f"{host}:{port} can't be listened on: {error.strerror}; choose another --port") from None
    return listening


if __name__ == "__main__":
    work(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6]))
