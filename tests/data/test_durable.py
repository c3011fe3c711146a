"""What a killed write leaves is cleared; what a living one is at stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from khaka.data import durable
from khaka.data.durable import write_bytes


def dead() -> int:
    """Return the number of a process that is no more."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_the_first_write_into_a_folder_removes_what_killed_processes_left_and_nothing_else(tmp_path: Path) -> None:
    gone, alive = dead(), os.getppid()
    for name in (f".a.{gone}.tmp", f".other.parquet.{gone}.tmp", f".a.{alive}.tmp", ".a.b.tmp", f"a.{gone}.tmp",
                 ".a.4194303999.tmp"):  # fmt: skip
        (tmp_path / name).touch()
    write_bytes(tmp_path / "a", b"1")
    assert sorted(os.listdir(tmp_path)) == sorted(["a", f".a.{alive}.tmp", ".a.b.tmp", f"a.{gone}.tmp"])


def test_a_folder_is_looked_through_once_a_process_and_again_by_a_fork(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"1")
    left = tmp_path / f".a.{dead()}.tmp"
    left.touch()
    write_bytes(tmp_path / "a", b"2")
    assert left.exists()
    child = os.fork()
    if child == 0:
        write_bytes(tmp_path / "a", b"3")
        os._exit(0)
    os.waitpid(child, 0)
    assert not left.exists()
    assert (tmp_path / "a").read_bytes() == b"3"


def test_an_error_leaves_the_old_file_and_no_temporary_one(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"old")
    try:
        with durable.durable_path(tmp_path / "a") as temporary:
            temporary.write_bytes(b"half")
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"
