"""From one opened file to checked rows, in memory or, for long canonical tables, by way of a temporary file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.errors import KhakaError
from khaka.data.quarantine import check_rows, drop_twice
from khaka.data.readers import (
    booth_gps,
    booth_quality,
    booth_sheets,
    boundaries,
    canonical,
    demographics,
    form20,
    kobo,
    odk,
    tcpd,
)  # fmt: skip
from khaka.data.readers.base import Options, Reading, faults, join_faults
from khaka.data.readers.sheet import Sheet, open_sheet
from khaka.data.schema import TABLES
from khaka.data.store import to_arrow, to_pandas
from khaka.data.voters import refuse_voters, stray_voters

SheetReader = Callable[[Sheet, Options], Reading]

READERS: Final[dict[str, tuple[Callable[[Sheet], object], SheetReader]]] = {
    tcpd.FORMAT: (tcpd.recognises, tcpd.read),
    booth_quality.FORMAT: (booth_quality.recognises, booth_quality.read),
    booth_sheets.FORMAT: (booth_sheets.recognises, booth_sheets.read),
    booth_gps.FORMAT: (booth_gps.recognises, booth_gps.read),
    demographics.CENSUS: (lambda sheet: demographics.recognises(sheet) == demographics.CENSUS, demographics.read),
    demographics.ELECTORS: (lambda sheet: demographics.recognises(sheet) == demographics.ELECTORS, demographics.read),
    demographics.CONSTITUENCIES: (
        lambda sheet: demographics.recognises(sheet) == demographics.CONSTITUENCIES,
        demographics.read,
    ),
    odk.FORMAT: (odk.recognises, odk.read),
    kobo.FORMAT: (kobo.recognises, kobo.read),
}
"""Formats of tables that others publish, in the order in which they are tried."""

KNOWN: Final = (
    "TCPD results, Form 20 sheets, parsed booth files, Census districts, electors by age, boundary files, "
    "and the canonical tables, one file each, named after it (seats.csv, aspirants.csv, ...; khaka's docs list their "
    "columns)"
)
_SPOOL_ROWS = 250_000
_ROW: Final = "\x00row"
"""Column of a temporary file; no file has one of that name."""


@dataclass
class Checked:
    """Checked rows of one table of one file.

    Parameters
    ----------
    table : str
        Name of the table.
    mode : {"replace", "fill"}
        How the store shall take them.
    rows : int
        How many there are.
    frames : callable
        Gives the rows, frame by frame.
    """

    table: str
    mode: Literal["replace", "fill"]
    rows: int
    frames: Callable[[], Iterator[pd.DataFrame]]


@dataclass
class Intake:
    """All that one file gave, not yet stored.

    Parameters
    ----------
    format : str
        Name of the format.
    tables : list of Checked
        Checked rows by table.
    faults : DataFrame
        Columns table, row, column, value, reason, severity.
    notes : tuple of str
        For the report.
    spool : Path or None
        Temporary folder to remove when done.
    flags : DataFrame or None
        Named faults of booths; None where none were looked for.
    whole_booths : bool
        The file gives all votes of each of its booths.
    unmatched : int
        Columns of votes that wait for the seat's official result.
    """

    format: str
    tables: list[Checked]
    faults: pd.DataFrame
    notes: tuple[str, ...] = ()
    spool: Path | None = field(default=None, repr=False)
    flags: pd.DataFrame | None = None
    whole_booths: bool = False
    unmatched: int = 0

    def close(self) -> None:
        """Remove the temporary folder."""
        if self.spool is not None:
            shutil.rmtree(self.spool, ignore_errors=True)


class Later(Exception):
    """A result sheet that waits until the other files are read: they may hold the seat's official result."""


def take_in(
    path: Path,
    options: Options,
    *,
    as_format: str | None,
    scratch: Path,
    official_of: form20.OfficialOf | None = None,
    waits: bool = False,
) -> Intake:
    """Recognise, read and check one file.

    Parameters
    ----------
    path : Path
        The file.
    options : Options
        What the user said.
    as_format : str or None
        A format or a table that the user names.
    scratch : Path
        Folder for a temporary file of a long table.
    official_of : callable, optional
        Gives the official result of an election and a seat, to which the columns of a result sheet are matched.
    waits : bool
        A result sheet shall not be read yet.

    Returns
    -------
    Intake
        Checked rows; nothing is stored yet.

    Raises
    ------
    KhakaError
        The file is refused, with the reason.
    Later
        It is a result sheet, and those wait.
    """

    def result_sheet() -> Intake:
        if waits:
            raise Later
        return _from_reading(path, form20.read(path, options, official_of), None)

    if path.stat().st_size == 0:
        raise KhakaError(f"{path} is empty; give a file with a header and rows")
    if as_format is not None and as_format not in (
        *READERS,
        *TABLES,
        boundaries.FORMAT,
        form20.FORMAT,
        canonical.FORMAT,
    ):
        names = ", ".join([*READERS, form20.FORMAT, boundaries.FORMAT, canonical.FORMAT])
        raise KhakaError(f"unknown format '{as_format}' for --as; there are {names}, or a table's name such as ratings")
    if boundaries.recognises(path):
        return _from_reading(path, boundaries.read(path, options), None)
    if form20.recognises_xml(path) or form20.recognises_pdf(path) or as_format == form20.FORMAT:
        return result_sheet()
    if odk.recognises_zip(path):
        return _from_reading(path, odk.read_zip(path, options), None)
    if kobo.recognises_json(path):
        return _from_reading(path, kobo.read_json(path, options), None)
    with path.open("rb") as handle:
        head = handle.read(512)
    if head.lstrip().startswith((b"<", b"{", b"[")):
        raise KhakaError(f"{path} is XML, HTML or JSON of no known kind; known are {KNOWN}")
    try:
        sheet = open_sheet(path)
    except KhakaError:
        if as_format is None and form20.known_grid(path) is not None:  # a head of several rows repeats its words
            return result_sheet()
        raise
    if options.drop:
        sheet = sheet.without(options.drop)
    refuse_voters(path, sheet.sample, sheet.header)
    for title, other in sheet.others():
        refuse_voters(path, other, other.columns, where=f"sheet '{title}': ")
    for name, (recognises, read) in READERS.items():
        if as_format == name or (as_format is None and recognises(sheet)):
            return _from_reading(path, read(sheet, options), sheet)
    if as_format in (None, canonical.FORMAT) or as_format in TABLES:
        table = canonical.table_of(sheet, named=as_format if as_format in TABLES else None)
        if table is not None:
            return _from_table(sheet, table, scratch)
    if as_format is None and form20.recognises(sheet):
        return result_sheet()
    columns = ", ".join(name for name in sheet.header[:12] if name) or "none"
    raise KhakaError(f"{path} is of no known format (columns {columns}); known are {KNOWN}; --as names one")


def _from_reading(path: Path, reading: Reading, sheet: Sheet | None) -> Intake:
    found = [reading.faults]
    tables: list[Checked] = []
    for piece in reading.pieces:
        text = piece.frame.select_dtypes(include=["str", "object"]).drop(columns=["geometry"], errors="ignore")
        refuse_voters(path, text)
        frame, stray = _without_strays(piece.table, piece.frame)
        good, bad = check_rows(piece.table, frame)
        found.append(stray)
        found.append(bad)
        tables.append(Checked(piece.table, piece.mode, len(good), lambda good=good: iter((good,))))  # type: ignore[misc]
    if sheet is not None:
        for batch in sheet.batches():  # what the reader had no use for, too
            refuse_voters(path, batch)
        found.append(_malformed(sheet, reading.pieces[-1].table if reading.pieces else ""))
    return Intake(
        reading.format, tables, join_faults(found), reading.notes, None, reading.flags, reading.whole_booths,
        reading.unmatched,
    )  # fmt: skip


def _without_strays(table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take out the rows that hold a voter's identity number; the fault doesn't repeat it."""
    stray = stray_voters(frame)
    if not len(stray):
        return frame, join_faults([])
    where = pd.Series("(not shown)", index=frame.index[stray], dtype="str")
    kept = np.ones(len(frame), dtype=bool)
    kept[stray] = False
    return frame[kept], faults(table, "", where, "holds a voter's identity number", severity="quarantined")


def _malformed(sheet: Sheet, table: str) -> pd.DataFrame:
    if not sheet.malformed:
        return join_faults([])
    rows = pd.Series([reason for _, reason in sheet.malformed], index=[row for row, _ in sheet.malformed], dtype="str")
    parts = [faults(table, "", rows[rows == reason], reason, severity="quarantined") for reason in sorted(set(rows))]
    out = join_faults(parts)
    out["value"] = ""
    return out


def _from_table(sheet: Sheet, table: str, scratch: Path) -> Intake:
    """Check a canonical table in batches; more than one batch goes to a temporary Parquet file."""
    spec = TABLES[table]
    found: list[pd.DataFrame] = []
    hashes: list[np.ndarray] = []
    held: list[pd.DataFrame] = []
    spool: Path | None = None
    writer: pq.ParquetWriter | None = None
    total = 0
    renamed = canonical.apart(spec, sheet.header)
    try:
        for batch in sheet.batches(rows=_SPOOL_ROWS):
            refuse_voters(sheet.path, batch)  # all values; the header and the first rows were looked at before
            batch, stray = _without_strays(table, batch.rename(columns=renamed))
            found.append(stray)
            good, bad = check_rows(table, canonical.with_ids(table, batch))
            found.append(bad)
            total += len(good)
            hashes.append(pd.util.hash_pandas_object(good[list(spec.key)].astype("str"), index=False).to_numpy())
            held.append(good)
            if len(held) > 1:
                if spool is None:
                    scratch.mkdir(parents=True, exist_ok=True)
                    spool = Path(tempfile.mkdtemp(prefix=".spool-", dir=scratch))
                for frame in held:
                    arrow = to_arrow(spec, frame).append_column(_ROW, pa.array(frame.index.to_numpy(dtype="int64")))
                    if writer is None:
                        writer = pq.ParquetWriter(spool / "rows.parquet", arrow.schema, compression="lz4")
                    writer.write_table(arrow.select(writer.schema.names).cast(writer.schema))
                held = [good.iloc[:0]]  # only its columns, so that the next batch is spooled too
    except BaseException:
        if writer is not None:
            writer.close()
        if spool is not None:
            shutil.rmtree(spool, ignore_errors=True)
        raise
    if writer is not None:
        writer.close()
    found.append(_malformed(sheet, table))
    if not total and not any(map(len, found)):
        raise KhakaError(f"{sheet.path} has a header but no rows; give a file with rows")
    notes = (f"only the first sheet was read, not {', '.join(sheet.unread)}",) if sheet.unread else ()
    if spool is None:
        return Intake(table, [Checked(table, "replace", total, lambda: iter(held))], join_faults(found), notes)
    twice = _repeated(np.concatenate(hashes))
    frames = _spooled(spool / "rows.parquet", table, twice)
    again, lost = _resolve(spool / "rows.parquet", table, twice)
    found.append(lost)
    kept = total - int(np.isin(np.concatenate(hashes), twice).sum()) + len(again)

    def all_frames() -> Iterator[pd.DataFrame]:
        yield from frames()
        if len(again):
            yield again

    return Intake(table, [Checked(table, "replace", kept, all_frames)], join_faults(found), notes, spool)


def _repeated(hashes: np.ndarray) -> np.ndarray:
    hashes = np.sort(hashes)
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def _parts(path: Path, table: str) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    for batch in pq.ParquetFile(path).iter_batches(_SPOOL_ROWS):
        frame = to_pandas(pa.Table.from_batches([batch])).set_index(_ROW).rename_axis(None)
        key = frame[list(TABLES[table].key)].astype("str")
        yield frame, pd.util.hash_pandas_object(key, index=False).to_numpy()


def _spooled(path: Path, table: str, twice: np.ndarray) -> Callable[[], Iterator[pd.DataFrame]]:
    def frames() -> Iterator[pd.DataFrame]:
        for frame, hashes in _parts(path, table):
            yield frame[~np.isin(hashes, twice)] if len(twice) else frame

    return frames


def _resolve(path: Path, table: str, twice: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Gather the rows whose key stands in several batches, and settle them together."""
    if not len(twice):
        return pd.DataFrame(), join_faults([])
    rows = pd.concat([frame[np.isin(hashes, twice)] for frame, hashes in _parts(path, table)])
    return drop_twice(table, rows)
