"""Packed files that are not what they seem: what would unpack to more than any table holds is refused before it does.

A workbook's reader makes room for every cell from the first to the last, so that one cell in the far corner would ask
for half a terabyte and end the process: the places of cells are looked at before it is opened.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from khaka.data.errors import KhakaError

MOST_PART: Final = 1 << 29
"""Bytes of one part of a workbook, unpacked: about as much as a million rows of ten cells take."""
MOST_CELLS: Final = 20_000_000
"""Cells between the first and the last of one sheet."""
MOST_RATIO: Final = 250
"""A gzip file of numbers and names unpacks to five to fifty times its size; only one that repeats itself to more."""
FREE_BYTES: Final = 1 << 28
"""Up to so many bytes the ratio doesn't matter."""

_BLOCK: Final = 1 << 20
_PLACE: Final = re.compile(rb"""[\s"']r\s*=\s*["']([^"']{0,64})["']""")
_CELL: Final = re.compile(rb"([A-Za-z]{0,3})(\d{1,7})")
_TAIL: Final = 128


def check_workbook(path: Path) -> None:
    """Look through a workbook's parts before a reader makes room for them.

    Parameters
    ----------
    path : Path
        An XLSX file; any other ZIP passes, its reader says what is wrong with it.

    Raises
    ------
    KhakaError
        A part is too large unpacked, or a sheet has more cells than `MOST_CELLS` between its first and its last.
    """
    try:
        with zipfile.ZipFile(path) as book:
            for info in book.infolist():
                if not info.filename.lower().endswith((".xml", ".rels", ".bin")):
                    continue
                sheet = "worksheets/" in info.filename.lower().replace("\\", "/")
                _look_through(path, info.filename, _blocks(book, info), sheet=sheet)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise KhakaError(f"{path} is no readable XLSX sheet ({error}); save it again as XLSX or CSV") from None


def _blocks(book: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    info.file_size = 1 << 62  # what the archive says of itself is not believed: read to the end of what is there
    with book.open(info) as part:
        while block := part.read(_BLOCK):
            yield block


def _look_through(path: Path, name: str, blocks: Iterator[bytes], *, sheet: bool) -> None:
    size = width = height = 0
    tail = b""
    for block in blocks:
        size += len(block)
        if size > MOST_PART:
            raise KhakaError(f"{path} unpacks to more than {MOST_PART >> 20} MiB in {name}; save it as CSV")
        if not sheet:
            continue
        text = tail + block
        for place in set(_PLACE.findall(text)):
            cell = _CELL.fullmatch(place)
            if cell is None:
                raise KhakaError(f"{path} has a cell at {place[:20]!r} in {name}, which is no place; save it again")
            height = max(height, int(cell[2]))
            width = max(width, _column(cell[1]))
        tail = text[-_TAIL:]
        if height * width > MOST_CELLS:
            raise KhakaError(
                f"{path} has its last cell in row {height:,}, column {width:,} of {name}; delete what stands alone "
                "far outside the table, or save it as CSV"
            )


def _column(letters: bytes) -> int:
    """Return the number of a column, A being 1.

    Examples
    --------
    >>> _column(b"A"), _column(b"XFD"), _column(b"")
    (1, 16384, 0)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


class Unpacking(io.BufferedIOBase):
    """A gzip file that refuses to unpack to more than its size explains.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._most = max(FREE_BYTES, MOST_RATIO * path.stat().st_size)
        self._read = 0
        self._file: BinaryIO = gzip.GzipFile(path, "rb")  # type: ignore[assignment]

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return up to so many bytes."""
        wanted = self._most + 1 if size is None or size < 0 else size
        parts: list[bytes] = []
        while wanted > 0 and (block := self._file.read(min(wanted, _BLOCK * 16))):
            parts.append(block)
            wanted -= len(block)
            self._read += len(block)
            if self._read > self._most:
                raise KhakaError(
                    f"{self._path} unpacks to more than {self._most >> 20} MiB, {MOST_RATIO} times its size; "
                    "unpack it and look, or give it as Parquet"
                )
        return b"".join(parts)

    def read1(self, size: int | None = -1) -> bytes:
        """Return up to so many bytes."""
        return self.read(size)

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
