"""The workspace's tables: Parquet files with page checksums, one folder a table, one file a partition.

A table with an election in its key has one file per election, the rest one per state: a new file of one district or
election rewrites only what it touches. Rows stand sorted by key, so the order of the input never shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import duckdb
import pandas as pd
import pyarrow as pa

from khaka.data.durable import read_parquet, sha256, write_parquet
from khaka.data.schema import TABLES, Kind, Table

Mode = Literal["replace", "fill"]

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

_PANDAS: Final = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
_MOST_CHANGES: Final = 10_000


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
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
        spec = TABLES[table]
        arrow = to_arrow(spec, frame)
        given = {str(name) for name in frame.columns}
        reports = [
            self._merge(spec, partition, arrow.take(pa.array(rows)), mode, given)
            for partition, rows in _partitions(spec, frame)
        ]
        changes = [report.changes for report in reports if len(report.changes)]
        return WriteReport(
            table,
            sum(report.inserted for report in reports),
            sum(report.replaced for report in reports),
            sum(report.unchanged for report in reports),
            pd.concat(changes, ignore_index=True).head(_MOST_CHANGES) if changes else _no_changes(),
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
        whole = pa.concat_tables(parts, promote_options="permissive")
        return to_pandas(whole.select(list(columns)) if columns is not None else whole)

    def files(self, table: str) -> list[Path]:
        """Return the Parquet files of a table, sorted by name; none where nothing was ingested."""
        return sorted((self.folder / table).glob("[!.]*.parquet"))

    def names(self) -> list[str]:
        """Return the names of the tables that hold anything."""
        return [table for table in TABLES if self.files(table)]

    def hashes(self, tables: Iterable[str] | None = None) -> dict[str, str]:
        """Return the SHA-256 of every file of the given (or all) tables, by `table/partition`."""
        names = TABLES if tables is None else tables
        return {f"{table}/{path.stem}": sha256(path) for table in names for path in self.files(table)}

    def _merge(self, spec: Table, partition: str, new: pa.Table, mode: Mode, given: set[str]) -> WriteReport:
        path = self.folder / spec.name / f"{partition}.parquet"
        if not path.exists():
            write_parquet(path, new.sort_by([(name, "ascending") for name in spec.key]))
            return WriteReport(spec.name, new.num_rows, 0, 0, _no_changes())
        with duckdb.connect() as connection:
            connection.execute("SET threads TO 2; SET TimeZone = 'UTC'")
            order = ", ".join(f'"{name}"' for name in spec.key)
            old = read_parquet(path)
            schema = pa.unify_schemas([old.schema, new.schema], promote_options="permissive")
            old, new = _widen(old, schema), _widen(new, schema)
            values = [name for name in schema.names if name not in spec.key]
            if mode == "fill" or not given.issuperset(values):
                new = _filled(connection, spec, old, new, set(values) if mode == "fill" else set(values) - given)
            connection.register("old_rows", old)
            connection.register("new_rows", new)
            match = " AND ".join(f'o."{name}" = n."{name}"' for name in spec.key)
            differs = " OR ".join(f'o."{name}" IS DISTINCT FROM n."{name}"' for name in values) or "FALSE"
            known = _count(connection, f"SELECT count(*) FROM new_rows n JOIN old_rows o ON {match}")
            replaced = _count(connection, f"SELECT count(*) FROM new_rows n JOIN old_rows o ON {match} WHERE {differs}")
            inserted = new.num_rows - known
            changes = _changes(connection, spec, values, match) if replaced else _no_changes()
            if inserted or replaced:
                merged = _to_table(
                    connection,
                    f"SELECT * FROM new_rows UNION ALL BY NAME "
                    f"(SELECT o.* FROM old_rows o ANTI JOIN new_rows n ON {match}) ORDER BY {order}",
                )
                write_parquet(path, merged.select(schema.names).cast(schema))
            return WriteReport(spec.name, inserted, replaced, known - replaced, changes)


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


def _filled(
    connection: duckdb.DuckDBPyConnection, spec: Table, old: pa.Table, new: pa.Table, kept: set[str]
) -> pa.Table:
    """Return the new rows with the old values where `kept` columns have one."""
    connection.register("known", old)
    connection.register("offered", new)
    cells = ", ".join(
        f'coalesce(o."{name}", n."{name}") AS "{name}"' if name in kept else f'n."{name}"' for name in old.schema.names
    )
    match = " AND ".join(f'o."{name}" = n."{name}"' for name in spec.key)
    filled = _to_table(connection, f"SELECT {cells} FROM offered n LEFT JOIN known o ON {match}")
    return filled.select(old.schema.names).cast(old.schema)


def _changes(connection: duckdb.DuckDBPyConnection, spec: Table, values: list[str], match: str) -> pd.DataFrame:
    key = " || '|' || ".join(f'n."{name}"::VARCHAR' for name in spec.key)
    parts = [
        f'SELECT {key} AS "key", \'{name}\' AS "column", o."{name}"::VARCHAR AS old, n."{name}"::VARCHAR AS new '
        f'FROM new_rows n JOIN old_rows o ON {match} WHERE o."{name}" IS DISTINCT FROM n."{name}"'
        for name in values
    ]
    query = " UNION ALL ".join(parts) + f' ORDER BY "key", "column" LIMIT {_MOST_CHANGES}'
    return to_pandas(_to_table(connection, query))


def _no_changes() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in ("key", "column", "old", "new")})


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.sql(query).fetchall()[0][0])


def _to_table(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return connection.sql(query).to_arrow_table()


def _widen(table: pa.Table, schema: pa.Schema) -> pa.Table:
    for field in schema:
        if field.name not in table.schema.names:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(schema.names).cast(schema)
