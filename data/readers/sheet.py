"""A file opened as a table of text: CSV, CSV.gz, TSV, Parquet or XLSX, whole or in batches, with its row numbers."""

from __future__ import annotations

import codecs
import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from khaka.data.errors import KhakaError
from khaka.data.readers import parquet
from khaka.data.readers.unpacked import Unpacking
from khaka.data.readers.workbook import cell_text, first_rows, other_sheets

SheetKind = Literal["csv", "parquet", "xlsx"]

#: What published tables write for "nothing here".
BLANKS: Final = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "#N/A")
_SAMPLE_BYTES: Final = 1 << 18
_MOST_COLUMNS: Final = 5_000
_SAMPLE_ROWS: Final = 200
_BATCH_ROWS = 250_000
_BLOCK_BYTES = 1 << 24


@dataclass
class Sheet:
    """A table file whose header has been read.

    Parameters
    ----------
    path : Path
        The file.
    kind : {"csv", "parquet", "xlsx"}
        How it is stored; found by its first bytes.
    header : tuple of str
        Column names, stripped.
    sample : DataFrame
        The first rows as text (at most 200).
    encoding : str
        Of a CSV.
    delimiter : str
        Of a CSV.
    malformed : list of (int, str)
        Row number and reason of rows that don't have the header's number of cells; grows while the file is read.
    stored : tuple of str
        All column names in the file, where some of them are dropped.
    unread : tuple of str
        Names of a workbook's other sheets.
    """

    path: Path
    kind: SheetKind
    header: tuple[str, ...]
    sample: pd.DataFrame
    encoding: str = "utf8"
    delimiter: str = ","
    malformed: list[tuple[int, str]] = field(default_factory=list)
    stored: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def without(self, columns: Sequence[str]) -> Sheet:
        """Return the same file without `columns` (any case): they are never read again."""
        lost = {name.strip().lower() for name in columns}
        kept = tuple(name for name in self.header if name.lower() not in lost)
        return replace(self, header=kept, sample=self.sample[list(kept)], stored=self.stored or self.header)

    def others(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield name and cells of a workbook's other sheets, without the dropped columns."""
        if self.unread:
            lost = {name.lower() for name in self.stored} - {name.lower() for name in self.header}
            for name, frame in other_sheets(self.path):
                yield name, frame[[column for column in frame.columns if column.lower() not in lost]]

    def has(self, *columns: str) -> bool:
        """Tell whether the header holds all `columns`."""
        return set(columns).issubset(self.header)

    def load(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the whole file as text, blank as missing; the index is the row in the file, the header being 1.

        Parameters
        ----------
        columns : sequence of str, optional
            Only these; those that the file lacks come back blank.

        Returns
        -------
        DataFrame
            One row per row of the file.
        """
        frames = list(self.batches(columns))
        if not frames:
            return pd.DataFrame({name: pd.Series(dtype="str") for name in columns or self.header})
        return pd.concat(frames) if len(frames) > 1 else frames[0]

    def batches(self, columns: Sequence[str] | None = None, *, rows: int | None = None) -> Iterator[pd.DataFrame]:
        """Yield the file in frames of about `rows` rows; like `load` otherwise."""
        wanted = [name for name in (columns if columns is not None else self.header) if name in self.header]
        missing = [name for name in columns or () if name not in self.header]
        source = {"csv": self._csv, "parquet": self._parquet, "xlsx": self._xlsx}[self.kind]
        for frame in source(wanted, rows or _BATCH_ROWS):
            for name in missing:
                frame[name] = pd.Series(pd.NA, index=frame.index, dtype="str")
            yield frame

    def _csv(self, columns: list[str], rows: int) -> Iterator[pd.DataFrame]:
        self.malformed.clear()

        def note(row: Any) -> str:
            if row.text.strip():
                cells = "cell" if row.actual_columns == 1 else "cells"
                reason = f"{row.actual_columns} {cells} where the header has {row.expected_columns}"
                self.malformed.append((int(row.number), reason))
            skipped.append(int(row.number))
            return "skip"

        skipped: list[int] = []
        names = list(self.stored or self.header)
        text = dict.fromkeys(names, pa.string())
        try:
            with _open_bytes(self.path) as stream:
                reader = pacsv.open_csv(
                    stream,
                    read_options=pacsv.ReadOptions(
                        use_threads=False, encoding=self.encoding, block_size=_BLOCK_BYTES, column_names=names,
                        skip_rows=1,
                    ),
                    parse_options=pacsv.ParseOptions(
                        delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=note,
                        ignore_empty_lines=False,
                    ),
                    convert_options=pacsv.ConvertOptions(
                        column_types=text, include_columns=columns, strings_can_be_null=True, null_values=list(BLANKS),
                    ),
                )  # fmt: skip
                number = 2
                waiting: list[pa.RecordBatch] = []
                count = 0
                for batch in reader:
                    waiting.append(batch)
                    count += batch.num_rows
                    if count >= rows:
                        frame = _numbered(waiting, number, skipped)
                        number = int(frame.index[-1]) + 1 if len(frame) else number
                        yield _without_blank(frame)
                        waiting, count = [], 0
                if count:
                    yield _without_blank(_numbered(waiting, number, skipped))
        except (pa.ArrowException, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise KhakaError(
                f"{self.path} cannot be read to its end ({_first_line(error)}); get the file again"
            ) from None

    def _parquet(self, columns: list[str], rows: int) -> Iterator[pd.DataFrame]:
        number = 2
        places = [(self.stored or self.header).index(name) for name in columns]
        for frame in parquet.batches(self.path, places, columns, rows):
            frame.index = pd.RangeIndex(number, number + len(frame))
            number += len(frame)
            yield frame

    def _xlsx(self, columns: list[str], rows: int) -> Iterator[pd.DataFrame]:
        del rows  # a sheet has a million rows at most
        cells, _ = first_rows(self.path)
        body = [[cell_text(value) for value in row] for row in cells[1:]]
        frame = pd.DataFrame(body, columns=list(self.stored or self.header), dtype="str")
        frame.index = pd.RangeIndex(2, 2 + len(frame))
        frame = frame[columns].replace(list(BLANKS), pd.NA)
        yield _without_blank(frame)


def open_sheet(path: Path) -> Sheet:
    """Open a table file and read its header and first rows.

    Parameters
    ----------
    path : Path
        CSV (also gzipped, also with tabs or semicolons), Parquet or XLSX.

    Returns
    -------
    Sheet
        Ready to load.

    Raises
    ------
    KhakaError
        The file is empty, damaged, no table, or has a column twice.
    """
    with path.open("rb") as handle:
        magic = handle.read(8)
    if not magic:
        raise KhakaError(f"{path} is empty; give a file with a header and rows")
    if magic.startswith(b"PAR1"):
        return _open_parquet(path)
    if magic.startswith(b"PK\x03\x04"):
        return _open_xlsx(path)
    return _open_csv(path)


def _open_csv(path: Path) -> Sheet:
    try:
        with _open_bytes(path) as stream:
            head = stream.read(_SAMPLE_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise KhakaError(f"{path} is a damaged gzip file ({_first_line(error)}); get the file again") from None
    if not head.strip():
        raise KhakaError(f"{path} is empty; give a file with a header and rows")
    encoding = _encoding(path, head)
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff")
    if "\x00" in text:
        raise KhakaError(f"{path} is no table: it holds binary data; give CSV, CSV.gz, Parquet, XLSX, XML or a map")
    if not text.strip():
        raise KhakaError(f"{path} holds no text; give a file with a header and rows")
    first = text.lstrip("\r\n").splitlines()[0]
    delimiter = max(",\t;|", key=first.count)
    rows = csv_rows(path, text, delimiter)
    if len(head) >= _SAMPLE_BYTES:
        rows = rows[:-1]  # the last one may be cut off
    if not rows:
        raise KhakaError(f"{path} has no header in its first {_SAMPLE_BYTES:,} bytes; give a file with header and rows")
    header = _named([name.strip() for name in rows[0]])
    _refuse_twice(path, header)
    body = [row for row in rows[1 : _SAMPLE_ROWS + 1] if len(row) == len(header)]
    sample = pd.DataFrame(body, columns=list(header), dtype="str").replace(list(BLANKS), pd.NA)
    return Sheet(path, "csv", header, sample, encoding, delimiter)


def csv_rows(path: Path, text: str, delimiter: str) -> list[list[str]]:
    """Return the cells of a CSV text, whichever way its lines end (old spreadsheets end them with CR alone).

    Parameters
    ----------
    path : Path
        For the error.
    text : str
        Decoded content.
    delimiter : str
        Between cells.

    Returns
    -------
    list of list of str
        Row by row.

    Raises
    ------
    KhakaError
        A cell is longer than any table has, as when a quotation mark is never closed.
    """
    try:
        return list(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter))
    except csv.Error as error:
        raise KhakaError(f"{path} is no CSV that can be read ({error}); look for a quotation mark left open") from None


def _open_parquet(path: Path) -> Sheet:
    header = _named([str(name).strip() for name in parquet.column_names(path)])
    _refuse_twice(path, header)
    sample = next(parquet.batches(path, range(len(header)), header, _SAMPLE_ROWS), None)
    if sample is None or sample.empty:
        return Sheet(path, "parquet", header, pd.DataFrame(columns=list(header), dtype="str"))
    text = sample.apply(lambda column: column.map(lambda value: None if pd.isna(value) else str(value)).astype("str"))
    return Sheet(path, "parquet", header, text)


def _open_xlsx(path: Path) -> Sheet:
    rows, others = first_rows(path)
    if not rows:
        raise KhakaError(f"{path} is empty; give a sheet with a header and rows")
    header = _named([cell_text(value) or "" for value in rows[0]])
    _refuse_twice(path, header)
    body = [[cell_text(value) for value in row] for row in rows[1 : _SAMPLE_ROWS + 1]]
    sample = pd.DataFrame(body, columns=list(header), dtype="str").replace(list(BLANKS), pd.NA)
    return Sheet(path, "xlsx", header, sample, unread=others)


def _open_bytes(path: Path) -> BinaryIO:
    with path.open("rb") as handle:
        zipped = handle.read(2) == b"\x1f\x8b"
    return Unpacking(path) if zipped else path.open("rb")  # type: ignore[return-value]


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
    except UnicodeDecodeError as error:
        raise KhakaError(
            f"{path} is not UTF-8 text (byte {head[error.start]:#04x} at {error.start}); save it as CSV UTF-8"
        ) from None
    return "utf8"


def _numbered(batches: list[pa.RecordBatch], first: int, skipped: list[int]) -> pd.DataFrame:
    """Make a frame whose index is the row in the file; skipped rows leave their number unused."""
    frame: pd.DataFrame = pa.Table.from_batches(batches).to_pandas()
    gone = {number for number in skipped if number >= first}
    numbers = (
        [number for number in range(first, first + len(frame) + len(gone)) if number not in gone] if gone else None
    )
    frame.index = pd.RangeIndex(first, first + len(frame)) if numbers is None else pd.Index(numbers[: len(frame)])
    return frame


def _without_blank(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows without any cell, such as a blank line; the others keep their numbers."""
    if not len(frame.columns) or frame.iloc[:, 0].notna().all():
        return frame
    filled = frame.notna().any(axis=1)
    return frame if filled.all() else frame[filled].copy()


def _named(names: Sequence[str]) -> tuple[str, ...]:
    """Give columns without a heading one, by their place."""
    return tuple(name or f"column_{place}" for place, name in enumerate(names, start=1))


def _refuse_twice(path: Path, header: Sequence[str]) -> None:
    if len(header) > _MOST_COLUMNS:
        raise KhakaError(f"{path} has {len(header):,} columns, more than any table ({_MOST_COLUMNS:,}); turn it round")
    twice = sorted({name for name in header if name and list(header).count(name) > 1})
    if twice:
        raise KhakaError(f"{path} has the column '{twice[0]}' twice; keep one of them")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
