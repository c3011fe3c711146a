"""Sums (SHA-256) of the tables' files, noted when they are written, so that a reader knows the file is the one.

Each `<table>/<name>.parquet` has a hidden `.<name>.sha256` beside it: the sum of the newest file, and of the one
before it, since a killed process may have noted the sum of a file that it did not get to put in place.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.durable import sha256, write_bytes
from khaka.data.errors import KhakaError


def sum_file(path: Path) -> Path:
    """Return where the sums of a file are noted.

    Examples
    --------
    >>> sum_file(Path("tables/booths/S24-2017-AE.parquet")).name
    '.S24-2017-AE.sha256'
    """
    return path.with_name(f".{path.stem}.sha256")


def record(path: Path, new: Path) -> None:
    """Note the sum of a file that is about to take the place of another.

    Parameters
    ----------
    path : Path
        Where it will stand.
    new : Path
        The finished temporary file.
    """
    before = noted(path)[:1] or ([sha256(path)] if path.exists() else [])
    write_bytes(sum_file(path), "\n".join([sha256(new), *before, ""]).encode())


def noted(path: Path) -> list[str]:
    """Return the sums that a file may have; none where nothing was noted."""
    try:
        return sum_file(path).read_text(encoding="ascii").split()
    except OSError:
        return []


def check(path: Path) -> tuple[str, bool]:
    """Return a file's sum, and whether it was noted when the file was written.

    Raises
    ------
    KhakaError
        Another sum was noted: the file is damaged or was changed by hand.
    """
    found, sums = sha256(path), noted(path)
    if sums and found not in sums:
        raise KhakaError(
            f"{path} is damaged or was changed by other means than khaka (its SHA-256 is not the one noted when it was "
            f"written); restore it, or remove it and {sum_file(path).name} and ingest its source again"
        )
    return found, bool(sums)


def verify(path: Path) -> None:
    """Make sure that a Parquet file is whole: by its noted sum, else by the checksum of every page.

    Raises
    ------
    KhakaError
        It is damaged, or no Parquet file.
    """
    try:
        whole = pq.ParquetFile(path, page_checksum_verification=True)
        if noted(path):
            check(path)
        else:
            for _ in whole.iter_batches():
                pass
    except (pa.ArrowException, OSError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise KhakaError(
            f"{path} is damaged or no Parquet file ({reason}); restore it or ingest its source again"
        ) from None
