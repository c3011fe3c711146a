"""Serves the page: uvicorn in one process, or in several."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from khaka.app.review.factory import create_app
from khaka.app.review.store.database import open_database
from khaka.app.review.store.users import users
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from fastapi import FastAPI

_WORKSPACE: Final = "KHAKA_REVIEW_WORKSPACE"
_ELECTION: Final = "KHAKA_REVIEW_ELECTION"
_AS_OF: Final = "KHAKA_REVIEW_AS_OF"


def app() -> FastAPI:
    """Make the page in a worker process, from what its parent left in the environment."""
    return create_app(
        open_workspace(Path(os.environ[_WORKSPACE])),
        election_id=os.environ.get(_ELECTION) or None,
        as_of=os.environ.get(_AS_OF) or None,
    )


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
    served = create_app(workspace, election_id=election_id, as_of=as_of)  # faults show here, before any worker starts
    listening = _listen(host, port)
    where = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    database = open_database(workspace)
    if not any(user.active for user in users(database)):
        say("Nobody may sign in yet. In another window: khaka user add NAME --role admin")
    database.close()
    results = served.state.review.current.get()
    say(f"{results.election_id} as of {results.as_of}, version {results.short_version}: {where}   (Ctrl-C ends it)")
    options: dict[str, Any] = {
        "log_level": "warning", "access_log": False, "server_header": False, "proxy_headers": settings.tls_proxy,
        "timeout_keep_alive": 30,
    }  # fmt: skip
    if workers == 1:
        uvicorn.Server(uvicorn.Config(served, **options)).run(sockets=[listening])
        return
    served.state.review.database.close()
    os.environ.update({_WORKSPACE: str(workspace.root), _ELECTION: election_id or "", _AS_OF: as_of or ""})
    config = uvicorn.Config(f"{__name__}:app", factory=True, workers=workers, **options)
    from uvicorn.supervisors import Multiprocess

    Multiprocess(config, sockets=[listening]).run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.set_inheritable(True)
    except OSError as error:
        raise KhakaError(f"{host}:{port} can't be listened on: {error.strerror}; choose another --port") from None
    return listening
