"""No connection goes out: the demo with every socket watched, inside Python and, where strace is there, below it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from promise import Outcome

PROMISE = "no connection goes out of the machine, in demo and batch"
FULL = 2

WATCH = """
import ipaddress, os, socket
_connect, _connect_ex, _look = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

def _note(what):
    with open(os.environ["KHAKA_WATCH"], "a") as handle:
        handle.write(what + "\\n")

def _local(address):
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] in ("localhost", "")

def connect(self, address):
    _note(("inside " if _local(address) else "OUTSIDE ") + repr(address))
    if not _local(address):
        raise OSError("no connection goes out")
    return _connect(self, address)

def connect_ex(self, address):
    _note(("inside " if _local(address) else "OUTSIDE ") + repr(address))
    return _connect_ex(self, address) if _local(address) else 111

def look(host, *rest, **more):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", b"localhost"):
        _note("OUTSIDE name " + repr(host))
    return _look(host, *rest, **more)

socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, look
_note("started")
"""


def check(made: Any, *, cases: int, seed: int) -> Outcome:
    """Run the demo (tables, training, ranking, slate, dossiers) with all sockets watched."""
    outcome = Outcome(PROMISE)
    processes = connects = 0
    below = shutil.which("strace")
    for case in range(cases):
        with tempfile.TemporaryDirectory(prefix="khaka-network-") as temporary:
            folder = Path(temporary)
            (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
            environment = {
                **os.environ, "PYTHONPATH": os.pathsep.join([temporary, os.environ.get("PYTHONPATH", "")]).rstrip(":"),
                "KHAKA_WATCH": str(folder / "watched"), "MPLBACKEND": "Agg",
            }  # fmt: skip
            command = [sys.executable, "-m", "khaka.app.cli", "demo", "--seats", "4", "--seed", str(seed + case),
                       "--workspace", str(folder / "demo"), "--quiet"]  # fmt: skip
            if below:
                command = [below, "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(folder / "calls"), *command]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            outcome.tried += 1
            if done.returncode:
                outcome.fail(f"the demo failed: {done.stderr[-300:]}")
            seen = (folder / "watched").read_text(encoding="utf-8").splitlines()
            processes += seen.count("started")
            for line in seen:
                if line.startswith("OUTSIDE"):
                    outcome.fail(line)
            if below:
                for line in (folder / "calls").read_text(encoding="utf-8", errors="replace").splitlines():
                    connects += "connect(" in line
                    address = re.search(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"', line)
                    if address and not (address[1] or address[2]).startswith(("127.", "::1", "0.0.0.0")):
                        outcome.fail(line[:200])
    kernel = f"{connects} connect calls seen by strace" if below else "strace is not here: Python's sockets only"
    outcome.detail = f"{processes} Python processes; {kernel}"
    return outcome
