"""Backup and restore of a workspace: one file, with the hash of every file in it.

The record of decisions and MLflow's store are databases in use: they are copied by SQLite's own backup, which gives a
whole database however busy it is.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from khaka.data.durable import durable_path, sha256
from khaka.data.errors import KhakaError
from khaka.data.settings import FILE
from khaka.data.sqlite_reading import open_whole
from khaka.data.workspace import Workspace, open_workspace

LISTING: Final = "khaka-backup.json"
LEFT_OUT: Final = ("cache",)
"""Folders that can be made again from the rest."""


@dataclass(frozen=True)
class Backup:
    """A backup that was written or read back."""

    path: Path
    files: int
    bytes: int


def backup(workspace: Workspace, to: Path, *, now: dt.datetime) -> Backup:
    """Write the workspace into one file.

    Parameters
    ----------
    workspace : Workspace
        Its caches are left out.
    to : Path
        A `.tar.gz` that doesn't exist yet, or a folder that gets one named after the moment.
    now : datetime.datetime
        For the name.

    Returns
    -------
    Backup
        Where it is, and how much is in it.

    Raises
    ------
    KhakaError
        The file exists.
    """
    path = to / f"khaka-{now:%Y%m%dT%H%M%S}.tar.gz" if to.is_dir() else to
    if path.exists():
        raise KhakaError(f"{path} is there already; give another name, backups are never overwritten")
    if path.resolve().is_relative_to(workspace.root.resolve()):
        raise KhakaError(f"{path} lies inside the workspace; a backup belongs on another disk")
    listing: dict[str, str] = {}
    size = 0
    with tempfile.TemporaryDirectory(prefix="khaka-backup-") as scratch, durable_path(path) as temporary:
        os.chmod(temporary.parent, temporary.parent.stat().st_mode)
        with tarfile.open(temporary, "w:gz", compresslevel=3) as archive:
            temporary.chmod(0o600)  # it holds people's data
            for file in _files(workspace.root):
                name = file.relative_to(workspace.root).as_posix()
                source = _whole(file, Path(scratch))
                listing[name] = sha256(source)
                size += source.stat().st_size
                archive.add(source, arcname=name, recursive=False)
            content = json.dumps({"format": "khaka-backup-1", "files": listing}, indent=1, sort_keys=True).encode()
            listed = Path(scratch) / LISTING
            listed.write_bytes(content)
            archive.add(listed, arcname=LISTING, recursive=False)
    return Backup(path, len(listing), size)


def restore(path: Path, to: Path) -> Backup:
    """Lay a backup out as a new workspace, every file checked by its hash.

    Parameters
    ----------
    path : Path
        Of `backup`.
    to : Path
        A folder that doesn't exist yet, or is empty.

    Returns
    -------
    Backup
        The folder, and how much is in it.

    Raises
    ------
    KhakaError
        The folder is not empty; the file is no backup, is cut off or changed; nothing is left half restored.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise KhakaError(f"{to} is not empty; restore into a new folder, then look, then rename")
    to.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    try:
        listing = _unpack(path, scratch)
        size = sum((scratch / name).stat().st_size for name in listing)
        (scratch / LISTING).unlink()
        open_workspace(scratch)
        if to.exists():
            to.rmdir()
        scratch.replace(to)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Backup(to, len(listing), size)


def _unpack(path: Path, scratch: Path) -> dict[str, str]:
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(scratch, filter="data")  # no absolute path, no link out, no device
        stored = json.loads((scratch / LISTING).read_text(encoding="utf-8"))
        listing = {str(name): str(digest) for name, digest in stored["files"].items()}
        assert stored["format"] == "khaka-backup-1"
    except FileNotFoundError as error:
        raise KhakaError(f"{error.filename or path} is not there, or the backup is cut off") from None
    except (
        OSError,
        EOFError,
        tarfile.TarError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        AssertionError,
    ) as error:
        raise KhakaError(f"{path} is no whole backup of khaka ({type(error).__name__}); take another one") from None
    there = {file.relative_to(scratch).as_posix() for file in scratch.rglob("*") if file.is_file()} - {LISTING}
    odd = sorted(there ^ set(listing)) or sorted(
        name for name, digest in listing.items() if _hash(scratch / name) != digest
    )
    if odd:
        raise KhakaError(f"{path} was changed or is damaged: {odd[0]} is not what was backed up ({len(odd)} files)")
    if FILE not in listing:
        raise KhakaError(f"{path} holds no workspace (no {FILE})")
    return listing


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if PurePosixPath(path).name and path.is_file() else ""


def _files(root: Path) -> Iterator[Path]:
    """Yield the files of a workspace in order; temporary ones, locks and caches are left out."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if relative.parts[0] in LEFT_OUT or path.is_symlink() or not path.is_file():
            continue
        if path.name.endswith((".tmp", ".lock", "-wal", "-shm", "-journal")):
            continue
        yield path


def _whole(path: Path, scratch: Path) -> Path:
    """Return a copy of a database made while it is in use; any other file as it is."""
    with path.open("rb") as handle:
        if handle.read(16) != b"SQLite format 3\x00":
            return path
    copy = scratch / "database"
    copy.unlink(missing_ok=True)
    with (
        contextlib.closing(open_whole(path)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return copy
