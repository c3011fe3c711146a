"""The workspace's tables: Parquet files with page checksums, one folder a table, one file a partition.

A table with an election in its key has one file per election, the rest one per state: a new file of one district or
election rewrites only what it touches. Rows stand sorted by key, so the order of the input never shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from khaka.data.durable import read_parquet
from khaka.data.engine_settings import EngineSettings
from khaka.data.merge import MOST_CHANGES, Gathered, Mode, merge, no_changes, unified
from khaka.data.presence_settings import PresenceSettings
from khaka.data.schema import TABLES, Kind, Table
from khaka.data.sums import check

ARROW: Final[dict[Kind, pa.DataType]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "date": pa.timestamp("us"),
    "time": pa.timestamp("us", tz="UTC"),
    "flag": pa.bool_(),
    "geometry": pa.binary(),
}
"""Parquet type of each kind of column."""

TELLS_STATE: Final = re.compile(r"[SU]\d{2}(-|$)")
"""Names of files that belong to one state."""

LEFT_OUT: Final = "booths_left_out"
"""Folder beside the tables: which booths stay out of totals, one file an election (`khaka.data.flags.store`)."""

LEFT_OUT_COLUMNS: Final = pa.schema(
    [("election_id", pa.string()), ("seat_id", pa.string()), ("booth_no", pa.string()), ("electors", pa.bool_())]
)
"""The booth, and whether its electors are in doubt as well as its votes."""

_PANDAS: Final = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


@dataclass(frozen=True)
class WriteReport:
    """What a write did to a table.

    Parameters
    ----------
    table : str
        Name of the table.
    inserted, replaced, unchanged : int
        Rows with a new key, with a known key and other values, and with nothing new.
    changes : DataFrame
        Columns key, column, old, new, all text: one row per replaced cell, 10,000 at most.
    """

    table: str
    inserted: int
    replaced: int
    unchanged: int
    changes: pd.DataFrame


def to_arrow(spec: Table, frame: pd.DataFrame) -> pa.Table:
    """Bring a frame to the table's Arrow types: canonical columns first, further ones after them by name."""
    arrays: list[pa.Array] = []
    fields: list[pa.Field] = []
    for column in spec.columns:
        kind = ARROW[column.kind]
        if column.name in frame.columns:
            values = frame[column.name]
            if column.kind == "time" and getattr(values.dtype, "tz", None) is not None:
                values = values.dt.tz_convert(None)
            array = pa.Array.from_pandas(values, type=kind)
        else:
            array = pa.nulls(len(frame), kind)
        arrays.append(array)
        fields.append(pa.field(column.name, kind))
    for name in sorted(set(map(str, frame.columns)) - set(spec.names)):
        values = frame[name]
        kind = pa.float64() if pd.api.types.is_numeric_dtype(values.dtype) else pa.string()
        plain = values if kind == pa.float64() else values.astype("str")
        arrays.append(pa.Array.from_pandas(plain, type=kind))
        fields.append(pa.field(name, kind))
    return pa.table(arrays, schema=pa.schema(fields))


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Bring an Arrow table to the pandas types of `schema.DTYPES`."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_PANDAS.get, split_blocks=True)
    return frame


class TableStore:
    """The tables under one folder.

    Parameters
    ----------
    folder : Path
        Holds one sub-folder a table. It need not exist before the first write.
    presence : PresenceSettings, optional
        How the events in these tables are to be judged; whoever reads the tables finds it here.
    engine : EngineSettings, optional
        Where SQL on these tables runs, likewise.
    states : tuple of str, optional
        Only files of these states, and those that don't tell a state.
    """

    def __init__(
        self,
        folder: Path,
        *,
        presence: PresenceSettings | None = None,
        engine: EngineSettings | None = None,
        states: tuple[str, ...] | None = None,
    ) -> None:
        self.folder = folder
        self._states = states
        self.presence = presence or PresenceSettings()
        self.engine = engine or EngineSettings()
        self._sums: dict[Path, tuple[tuple[int, int, int], str, bool]] = {}

    def write(self, table: str, frame: pd.DataFrame, *, mode: Mode = "replace") -> WriteReport:
        """Insert or update rows by the table's key.

        Parameters
        ----------
        table : str
            Name of a canonical table.
        frame : DataFrame
            Checked rows, one per key.
        mode : {"replace", "fill"}
            "replace": a known key takes the new values, blanks included; columns that the frame doesn't have stay.
            "fill": a known key keeps its values, only its blank cells are filled.

        Returns
        -------
        WriteReport
            Counts and changed cells.
        """
        return self.write_all(table, (frame,), mode=mode)

    def write_all(self, table: str, frames: Iterable[pd.DataFrame], *, mode: Mode = "replace") -> WriteReport:
        """Insert or update rows that come in batches; each file is merged once, in bounded memory.

        Parameters
        ----------
        table : str
            Name of a canonical table.
        frames : iterable of DataFrame
            Checked rows, one per key over all of them.
        mode : {"replace", "fill"}
            As for `write`.

        Returns
        -------
        WriteReport
            Counts and changed cells.
        """
        spec = TABLES[table]
        gathered = Gathered(self.folder / table)
        given: set[str] = set()
        try:
            for frame in frames:
                given |= {str(name) for name in frame.columns}
                arrow = to_arrow(spec, frame)
                for partition, rows in _partitions(spec, frame):
                    gathered.add(partition, arrow if len(rows) == len(frame) else arrow.take(pa.array(rows)))
            reports = [
                merge(self.folder / table / f"{name}.parquet", spec, schema, rows, mode=mode, given=given,
                      scratch=gathered.scratch())
                for name, schema, rows in gathered.partitions()
            ]  # fmt: skip
        finally:
            gathered.close()
        changes = [report.changes for report in reports if len(report.changes)]
        return WriteReport(
            table,
            sum(report.inserted for report in reports),
            sum(report.replaced for report in reports),
            sum(report.unchanged for report in reports),
            pd.concat(changes, ignore_index=True).head(MOST_CHANGES) if changes else no_changes(),
        )

    def read(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        elections: Iterable[str] | None = None,
        states: Iterable[str] | None = None,
    ) -> pd.DataFrame:
        """Return a table's rows, sorted by key within a partition, in canonical dtypes.

        Parameters
        ----------
        table : str
            Name of a canonical table.
        columns : sequence of str, optional
            Only these.
        elections : iterable of str, optional
            Only these elections (tables with an election in their key).
        states : iterable of str, optional
            Only these states.

        Returns
        -------
        DataFrame
            Empty, with the right columns, where nothing was ingested.
        """
        spec = TABLES[table]
        wanted = None if elections is None else set(elections)
        prefixes = None if states is None else tuple(states)
        parts = [
            read_parquet(path)
            for path in self.files(table)
            if (wanted is None or path.stem in wanted) and (prefixes is None or path.stem.startswith(prefixes))
        ]
        parts = parts or [to_arrow(spec, pd.DataFrame())]
        schema = unified([part.schema for part in parts])
        torn = [field.name for field in schema if field.type == pa.string()]
        parts = [_as_text(part, torn) for part in parts]
        whole = pa.concat_tables(parts, promote_options="permissive")
        return to_pandas(whole.select(list(columns)) if columns is not None else whole)

    def files(self, table: str) -> list[Path]:
        """Return the Parquet files of a table, sorted by name; none where nothing was ingested."""
        found = sorted((self.folder / table).glob("[!.]*.parquet"))
        if self._states is None:
            return found
        return [path for path in found if path.stem.startswith(self._states) or not TELLS_STATE.match(path.stem)]

    def of_states(self, states: Iterable[str]) -> TableStore:
        """Return the same tables without the files of other states; what belongs to no state stays."""
        return TableStore(self.folder, presence=self.presence, engine=self.engine, states=tuple(states))

    @property
    def left_out(self) -> pd.DataFrame:
        """Booths whose votes stay out of totals: election_id, seat_id, booth_no, electors (in doubt as well)."""
        parts = [read_parquet(path) for path in self.files(LEFT_OUT)]
        return to_pandas(pa.concat_tables([LEFT_OUT_COLUMNS.empty_table(), *parts]))

    def names(self) -> list[str]:
        """Return the names of the tables that hold anything."""
        return [table for table in TABLES if self.files(table)]

    def hashes(self, tables: Iterable[str] | None = None) -> dict[str, str]:
        """Return the SHA-256 of every file of the given (or all) tables, by `table/partition`.

        All tables: with the files of `LEFT_OUT`.

        Each file is read once in this object's life, and again if it was changed.

        Raises
        ------
        KhakaError
            A file is not the one that was written.
        """
        names = (*TABLES, LEFT_OUT) if tables is None else tables
        return {f"{table}/{path.stem}": self._sum(path)[0] for table in names for path in self.files(table)}

    @property
    def cache(self) -> Path:
        """Folder beside the tables for what can be made again from them."""
        return self.folder.parent / "cache"

    def intact(self, table: str) -> list[Path] | None:
        """Return the files of a table, verified by the sums noted when they were written; None where one has none.

        Raises
        ------
        KhakaError
            A file is not the one that was written.
        """
        files = self.files(table)
        return files if all(self._sum(path)[1] for path in files) else None

    def _sum(self, path: Path) -> tuple[str, bool]:
        """Return a file's sum and whether it was noted; kept while the file is the same."""
        found = path.stat()
        state = (found.st_mtime_ns, found.st_size, found.st_ino)
        if path not in self._sums or self._sums[path][0] != state:
            self._sums[path] = (state, *check(path))
        return self._sums[path][1:]


def _as_text(table: pa.Table, names: list[str]) -> pa.Table:
    """Return a table in which these columns are text: one file may hold numbers where another has words."""
    for place, field in enumerate(table.schema):
        if field.name in names and field.type != pa.string():
            table = table.set_column(place, field.name, table[field.name].cast(pa.string()))
    return table


def _partitions(spec: Table, frame: pd.DataFrame) -> list[tuple[str, list[int]]]:
    """Group row positions by the file they belong to."""
    if frame.empty:
        return []
    if "election_id" in spec.key:
        names = frame["election_id"].astype("str")
    elif "seat_id" in frame.columns and "seat_id" in spec.names:
        names = frame["seat_id"].astype("str").str.slice(0, 3).fillna("unknown")
    elif "unit_id" in spec.names:
        names = frame["unit_id"].astype("str").str.extract(r"^([SU]\d{2})[-:]", expand=False).fillna("other")
    else:
        names = pd.Series("all", index=frame.index)
    groups = pd.Series(range(len(frame)), index=frame.index).groupby(names.to_numpy(), sort=True)
    return [(str(name), rows.tolist()) for name, rows in groups]
