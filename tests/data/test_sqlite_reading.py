"""A database whose writer was killed in the middle of a transaction reads as it was before."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from khaka.data.sqlite_reading import open_whole

KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA cache_size = 2")  # pages reach the file before the end
connection.execute("UPDATE t SET text = hex(zeroblob(2000))")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_is_rolled_back(tmp_path: Path) -> None:
    path = tmp_path / "a store.db"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (text)")
        connection.executemany("INSERT INTO t VALUES (?)", [("old" * 500,)] * 50)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.with_name("a store.db-journal").stat().st_size > 0
    readonly = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    with contextlib.closing(readonly), pytest.raises(sqlite3.OperationalError, match="readonly"):
        readonly.execute("SELECT text FROM t").fetchall()
    with contextlib.closing(open_whole(path)) as connection:
        assert {row[0] for row in connection.execute("SELECT text FROM t")} == {"old" * 500}


def test_no_database_is_made(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_whole(tmp_path / "none.db")
    assert not list(tmp_path.iterdir())
