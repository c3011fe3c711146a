"""Writes that survive a killed process: temporary file, fsync, rename, fsync of the folder.

A reader sees the old file or the new one, never a half. Parquet is written with page checksums, and read with them
verified: by default neither happens, and a flipped bit is silently another number.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.errors import KhakaError

_ROW_GROUP: Final = 131_072
_TEMPORARY: Final = re.compile(r"\..+\.(\d+)\.tmp")
_CLEARED: Final[set[tuple[int, Path]]] = set()
"""Folders that this process has cleared; by its number, since a fork inherits the set and not what was done since."""


@contextlib.contextmanager
def durable_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is synced and renamed to `path`, on error removed.

    Parameters
    ----------
    path : Path
        Where the finished file shall stand. Its folder is made if missing.

    Yields
    ------
    Path
        Write here.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_killed(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _clear_killed(folder: Path) -> None:
    """Remove the temporary files that processes which are no more left in a folder; once a folder and process."""
    here = (os.getpid(), folder.absolute())
    if here in _CLEARED:
        return
    _CLEARED.add(here)
    for left in folder.iterdir():
        found = _TEMPORARY.fullmatch(left.name)
        if found is None:
            continue
        number = found[1]
        try:
            os.kill(int(number), 0)
        except (ProcessLookupError, OverflowError):
            left.unlink(missing_ok=True)
        except OSError:
            continue  # somebody else's process, alive


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` durably."""
    with durable_path(path) as temporary:
        temporary.write_bytes(content)


def plain(data: Any) -> Any:
    """Return data that JSON can hold: numpy's numbers become Python's, what is not a finite number becomes null.

    Parameters
    ----------
    data : object
        Mappings, lists and tuples inside each other.

    Returns
    -------
    object
        The same with plain values.

    Examples
    --------
    >>> plain({"error": float("nan"), "seats": (1, 2)})
    {'error': None, 'seats': [1, 2]}
    """
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return plain(data.item()) if hasattr(data, "item") and not isinstance(data, (str, bytes)) else data


def write_json(path: Path, content: Any) -> None:
    """Write `content` as sorted, indented JSON (the same content gives the same bytes)."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_bytes(path, (text + "\n").encode())


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write an Arrow table durably, with page checksums and fixed settings (the same table gives the same bytes)."""
    with durable_path(path) as temporary:
        pq.write_table(
            table, temporary, compression="zstd", write_page_checksum=True, row_group_size=_ROW_GROUP, version="2.6"
        )


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file with its page checksums verified.

    Raises
    ------
    KhakaError
        The file is damaged or is no Parquet file.
    """
    try:
        return pq.read_table(path, columns=columns, page_checksum_verification=True, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise KhakaError(
            f"{path} is damaged or no Parquet file ({reason}); restore it or ingest its source again"
        ) from None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
