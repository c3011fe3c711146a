"""Writes that never reached the disk: a crash at any moment, any part of what was not synced lost or torn.

As SQLite's own crash tests do it: a process decides and logs every write and sync; then disks are put together that
hold all that was synced before a moment, and any part of what was not, whole sectors of 512 bytes. On each of them
every decision that was acknowledged before that moment must be there, and the chain must be whole.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from promise import Outcome

PROMISE = "unsynced writes lost at any moment: no acknowledged decision is lost, the chain stays whole"
FULL = 1000
SECTOR = 512
LIVE = "live"
HEAD = struct.Struct("<cqqq")

DECIDE = """
import os, sys
from pathlib import Path
from khaka.app.review.store.database import Database
from khaka.app.review.store.events import Chosen, Held
from khaka.app.review.store.record import Who, record
from khaka.app.review.visits import Visits
folder = Path(sys.argv[1])
database = Database(f"sqlite:///{folder / 'record.db'}")
visits = Visits(database)
acknowledged = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT, 0o600)
for number in range(int(sys.argv[2])):
    event = Chosen(aspirant_id=f"A{number}", first_name_id="A0", reason="x" * (number * 37 % 900))
    entries = record(database, event, who=Who("asha", "state"), election_id="S24-2027-AE",
                     seat_id=f"S24-2008-{number % 7 + 1}", version="v")
    os.write(acknowledged, f"{entries[-1].hash}\\n".encode())
    if number % 3 == 0:  # who looked at what is written without waiting for the disk, between decisions that wait
        visits.note("asha", "GET", "/seat", 200)
        visits.flush()
    if number % 7 == 0:
        database.tidy()
database.close()
"""


@dataclass
class Disk:
    """One file as the disk may hold it: what was synced, and what was written since."""

    name: str
    synced: bytearray = field(default_factory=bytearray)
    there: bool = False
    since: list[tuple[str, int, bytes]] = field(default_factory=list)
    removed: bool = False

    def named(self) -> None:
        """The folder was synced: the name is on disk, or its removal is."""
        if self.removed:
            self.synced, self.since = bytearray(), []
        self.there = not self.removed

    def sync(self) -> None:
        """Take everything over."""
        for kind, offset, data in self.since:
            _apply(self.synced, kind, offset, data)
        self.since = []
        self.there = True

    def crashed(self, rng: random.Random) -> bytearray | None:
        """Return what a crash may leave of the file; None if it was never there."""
        if self.removed and rng.random() < 0.5:
            return None
        content = bytearray(self.synced)
        kept = rng.choice((0.0, 0.3, 0.7, 1.0))
        for kind, offset, data in self.since:
            if kind != "W":
                if rng.random() < kept:
                    _apply(content, kind, offset, data)
                continue
            for start in range(0, len(data), SECTOR):
                if rng.random() < kept:
                    _apply(content, "W", offset + start, data[start : start + SECTOR])
        return content if self.there or rng.random() < 0.5 else None


def _apply(content: bytearray, kind: str, offset: int, data: bytes) -> None:
    if kind == "W":
        if len(content) < offset + len(data):
            content.extend(bytes(offset + len(data) - len(content)))
        content[offset : offset + len(data)] = data
    elif kind == "L":
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))


def operations(log: bytes) -> list[tuple[str, int, int, bytes]]:
    """Return the log's records: kind, file, offset, data."""
    found = []
    at = 0
    while at + HEAD.size <= len(log):
        kind, file, offset, length = HEAD.unpack_from(log, at)
        at += HEAD.size
        size = length if kind in (b"O", b"T", b"W") else 0
        found.append((kind.decode(), file, offset, log[at : at + size]))
        at += size
    return found


def played(log: list[tuple[str, int, int, bytes]], moment: int) -> tuple[dict[int, Disk], bytes]:
    """Return the disk after so many operations, and what was acknowledged by then."""
    disks: dict[int, Disk] = {}
    acknowledged = b""
    for kind, file, offset, data in log[:moment]:
        if kind in ("O", "T"):
            disk = disks.setdefault(file, Disk(Path(data.decode()).name))
            disk.removed = False
            if kind == "T":
                disk.since.append(("L", 0, b""))
            continue
        disk = disks[file]
        if disk.name == "acknowledged":
            acknowledged += data
        elif kind == "S":
            disk.sync()
            if disk.name == LIVE:  # the folder was synced: the names in it are on disk
                for other in disks.values():
                    other.named()
        elif kind == "U":
            disk.removed = True
        else:
            disk.since.append((kind, offset, data))
    return disks, acknowledged


def check(made: Any, *, cases: int, seed: int) -> Outcome:
    """Let a process decide, then crash it at random moments, each in a random way."""
    outcome = Outcome(PROMISE)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        outcome.detail = "not tried: no C compiler for the write log (Debian: gcc)"
        return outcome
    with tempfile.TemporaryDirectory(prefix="khaka-unsynced-") as temporary:
        folder = Path(temporary)
        library, log = folder / "write_log.so", folder / "log"
        source = Path(__file__).with_name("write_log.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
        (folder / LIVE).mkdir()
        environment = {**os.environ, "LD_PRELOAD": str(library), "KHAKA_WRITE_LOG": str(log),
                       "KHAKA_WRITE_FOLDER": str(folder / LIVE)}  # fmt: skip
        subprocess.run(
            [sys.executable, "-c", DECIDE, str(folder / LIVE), "60"], env=environment, check=True, timeout=300
        )
        history = operations(log.read_bytes())
        syncs = sum(kind == "S" for kind, *_ in history)
        rng = random.Random(seed)
        first = next(n for n, (_, _, _, data) in enumerate(history) if b"acknowledged" in data)
        lost_some = 0
        for case in range(cases):
            moment = rng.randrange(first, len(history) + 1)
            disks, acknowledged = played(history, moment)
            place = folder / f"crash{case}"
            place.mkdir()
            for disk in disks.values():
                content = disk.crashed(rng)
                lost_some += bool(disk.since)
                if content is not None and disk.name in ("record.db", "record.db-wal", "record.db-journal"):
                    (place / disk.name).write_bytes(content)
            said = _look(place / "record.db", acknowledged.decode().split())
            outcome.tried += 1
            if said:
                outcome.fail(f"after {moment} of {len(history)} operations: {said}")
            shutil.rmtree(place)
        outcome.detail = (
            f"{len(history)} writes and syncs ({syncs} syncs) of 60 decisions; {lost_some} files with unsynced writes"
        )
    return outcome


def _look(path: Path, acknowledged: list[str]) -> str:
    """Open the database that a crash left; return what is wrong with it."""
    from khaka.app.review.store.chain import Entry, verify

    columns = "seq, at, actor, role, kind, election_id, seat_id, version, body, previous, hash"
    try:
        connection = sqlite3.connect(path)
        try:
            rows = connection.execute(f"SELECT {columns} FROM record ORDER BY seq").fetchall()
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        return f"the database can't be read: {error}"
    entries = [Entry(*row) for row in rows]
    verdict = verify(entries)
    if sound != "ok":
        return f"integrity check: {sound}"
    if not verdict.whole:
        return verdict.faults[0]
    missing = set(acknowledged) - {entry.hash for entry in entries}
    return f"{len(missing)} acknowledged decisions are lost" if missing else ""
