"""New rows into one file of a table: insert or update by key, in bounded memory.

Rows come batch by batch and are gathered first, on disk where there are many, so that a file is merged once however
many batches brought its rows. DuckDB joins and sorts, and spills what does not fit.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.durable import durable_path
from khaka.data.schema import Table
from khaka.data.sums import record, verify

Mode = Literal["replace", "fill"]

MOST_CHANGES: Final = 10_000
_ROW_GROUP: Final = 131_072
_HELD_ROWS: Final = 500_000
_MEMORY: Final = "1GiB"


@dataclass(frozen=True)
class Merged:
    """What one file's new rows did.

    Parameters
    ----------
    inserted, replaced, unchanged : int
        Rows with a new key, with a known key and other values, and with nothing new.
    changes : DataFrame
        Columns key, column, old, new, all text: one row per replaced cell, 10,000 at most.
    """

    inserted: int
    replaced: int
    unchanged: int
    changes: pd.DataFrame


class Gathered:
    """New rows by file, in memory as long as they are few, else in temporary files.

    Parameters
    ----------
    folder : Path
        Of the table; temporary files lie in it, hidden, and are removed by `close`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, list[pa.Table]] = {}
        self._spilled: dict[str, list[Path]] = {}
        self._rows = 0
        self._scratch: Path | None = None

    def add(self, partition: str, rows: pa.Table) -> None:
        """Take rows of one file."""
        self._held.setdefault(partition, []).append(rows)
        self._rows += rows.num_rows
        if self._rows > _HELD_ROWS:
            self._spill()

    def partitions(self) -> Iterator[tuple[str, pa.Schema, list[pa.Table] | list[Path]]]:
        """Return name, schema and rows of each file, sorted by name: tables, or Parquet files if any were spilled."""
        if self._spilled:
            self._spill()
        for name in sorted({*self._held, *self._spilled}):
            if name in self._spilled:
                files = self._spilled[name]
                yield name, unified([pq.read_schema(path) for path in files]), files
            else:
                yield name, unified([table.schema for table in self._held[name]]), self._held[name]

    def scratch(self) -> Path:
        """Return a folder for what does not fit into memory."""
        if self._scratch is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._scratch = Path(tempfile.mkdtemp(prefix=".merge-", dir=self._folder))
        return self._scratch

    def close(self) -> None:
        """Remove the temporary files."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _spill(self) -> None:
        for name, tables in self._held.items():
            files = self._spilled.setdefault(name, [])
            path = self.scratch() / f"{len(files):05d}-{name}.parquet"
            whole = pa.concat_tables(tables, promote_options="permissive")
            pq.write_table(whole, path, compression="lz4", row_group_size=_ROW_GROUP)
            files.append(path)
        self._held = {}
        self._rows = 0


def merge(
    path: Path, spec: Table, schema: pa.Schema, rows: list[pa.Table] | list[Path], *,
    mode: Mode, given: Set[str], scratch: Path,
) -> Merged:  # fmt: skip
    """Put new rows into a file.

    Parameters
    ----------
    path : Path
        The file of the table; made if missing.
    spec : Table
        Of the table.
    schema : pa.Schema
        Of the new rows.
    rows : list of pa.Table, or of Path
        The new rows, one per key.
    mode : {"replace", "fill"}
        See `TableStore.write`.
    given : set of str
        Columns that the input had; others keep their old values.
    scratch : Path
        Folder for what does not fit into memory.

    Returns
    -------
    Merged
        Counts and changed cells. The file is untouched where nothing is new.
    """
    order = ", ".join(map(quoted, spec.key))
    with _connected(scratch) as connection:
        if not path.exists():
            _view(connection, "new_rows", rows, schema, schema)
            count = _write(connection, path, schema, f"SELECT * FROM new_rows ORDER BY {order}")
            return Merged(count, 0, 0, no_changes())
        verify(path)
        before = pq.read_schema(path)
        schema, given = _named_as(before, schema, given)
        whole = unified([before, schema])
        _view(connection, "old_rows", [path], before, whole)
        _view(connection, "new_rows", rows, schema, whole)
        values = [name for name in whole.names if name not in spec.key]
        match = " AND ".join(f"o.{name} = n.{name}" for name in map(quoted, spec.key))
        kept = set(values) if mode == "fill" else set(values) - given
        if kept:
            _fill(connection, whole, kept, match)
        differs = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in map(quoted, values)) or "FALSE"
        known, replaced, offered = connection.execute(
            f"SELECT count(o.found), count(*) FILTER (o.found AND ({differs})), count(*) "
            f"FROM new_rows n LEFT JOIN (SELECT *, TRUE AS found FROM old_rows) o ON {match}"
        ).fetchall()[0]
        inserted = offered - known
        changes = _changes(connection, spec, values, match) if replaced else no_changes()
        if inserted or replaced:
            names = ", ".join(map(quoted, whole.names))
            _write(
                connection, path, whole,
                f"SELECT {names} FROM new_rows UNION ALL "
                f"(SELECT {names} FROM old_rows o ANTI JOIN new_rows n ON {match}) ORDER BY {order}",
            )  # fmt: skip
        return Merged(inserted, replaced, known - replaced, changes)


def no_changes() -> pd.DataFrame:
    """Return an empty table of changed cells."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in ("key", "column", "old", "new")})


@contextmanager
def _connected(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = str(scratch).replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute(
            f"SET threads TO 2; SET TimeZone = 'UTC'; SET memory_limit = '{_MEMORY}'; SET enable_progress_bar = false; "
            f"SET temp_directory = '{spill}'; SET preserve_insertion_order = false"
        )
        yield connection


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, rows: list[pa.Table] | list[Path], schema: pa.Schema,
    wanted: pa.Schema,
) -> None:  # fmt: skip
    """Name rows, brought to the wanted columns and types."""
    first = rows[0]
    if isinstance(first, Path):
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in rows)
        source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    else:
        table = pa.concat_tables([table for table in rows if isinstance(table, pa.Table)], promote_options="permissive")
        connection.register(f"{name}_given", table)
        source = f'"{name}_given"'
    cells = ", ".join(f"{_cell(field, schema)} AS {quoted(field.name)}" for field in wanted)
    connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT {cells} FROM {source}')


def _cell(field: pa.Field, schema: pa.Schema) -> str:
    """Return a column in SQL, brought to its type; NULL where the rows don't have it."""
    if field.name not in schema.names:
        return f"CAST(NULL AS {_sql_type(field.type)})"
    cell = f"CAST({quoted(field.name)} AS {_sql_type(field.type)})"
    if field.type == pa.string() and pa.types.is_floating(schema.field(field.name).type):
        return f"regexp_replace({cell}, '[.]0$', '')"  # a number that became text: 12, as a CSV would have it
    return cell


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever signs are in it.

    Examples
    --------
    >>> print(quoted('what "they" say'))
    "what ""they"" say"
    """
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named_as(before: pa.Schema, schema: pa.Schema, given: Set[str]) -> tuple[pa.Schema, Set[str]]:
    """Return the new rows' columns named as the file has them: SQL doesn't tell Note from note."""
    known = {name.casefold(): name for name in before.names}
    fields = [field.with_name(known.get(field.name.casefold(), field.name)) for field in schema]
    return pa.schema(fields), {known.get(name.casefold(), name) for name in given}


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ" if kind.tz else "TIMESTAMP"
    names = {pa.int64(): "BIGINT", pa.float64(): "DOUBLE", pa.bool_(): "BOOLEAN", pa.binary(): "BLOB"}
    return names.get(kind, "VARCHAR")


def _fill(connection: duckdb.DuckDBPyConnection, schema: pa.Schema, kept: Set[str], match: str) -> None:
    """Let the new rows take the old values where the `kept` columns have one."""
    cells = ", ".join(
        f"coalesce(o.{quoted(name)}, n.{quoted(name)}) AS {quoted(name)}" if name in kept else f"n.{quoted(name)}"
        for name in schema.names
    )
    connection.execute(f"CREATE TEMP TABLE filled AS SELECT {cells} FROM new_rows n LEFT JOIN old_rows o ON {match}")
    connection.execute("CREATE OR REPLACE TEMP VIEW new_rows AS SELECT * FROM filled")


def _changes(connection: duckdb.DuckDBPyConnection, spec: Table, values: list[str], match: str) -> pd.DataFrame:
    key = " || '|' || ".join(f"n.{quoted(name)}::VARCHAR" for name in spec.key)
    parts = [
        f'SELECT {key} AS "key", {_literal(name)} AS "column", o.{quoted(name)}::VARCHAR AS old, '
        f"n.{quoted(name)}::VARCHAR AS new FROM new_rows n JOIN old_rows o ON {match} "
        f"WHERE o.{quoted(name)} IS DISTINCT FROM n.{quoted(name)}"
        for name in values
    ]
    query = " UNION ALL ".join(parts) + f' ORDER BY "key", "column" LIMIT {MOST_CHANGES}'
    frame: pd.DataFrame = connection.sql(query).to_arrow_table().to_pandas()
    return frame


def _write(connection: duckdb.DuckDBPyConnection, path: Path, schema: pa.Schema, query: str) -> int:
    """Write the result of a query durably, row group by row group; return the number of rows."""
    options: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True, "version": "2.6"}
    rows = 0
    with durable_path(path) as temporary:
        with pq.ParquetWriter(temporary, schema, **options) as writer:
            for group in _groups(connection.sql(query).to_arrow_reader(_ROW_GROUP), schema):
                writer.write_table(group, row_group_size=_ROW_GROUP)
                rows += group.num_rows
        record(path, temporary)
    return rows


def _groups(batches: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.Table]:
    """Cut batches into groups of one size, so that the file does not depend on how they came."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        while count >= _ROW_GROUP:
            table = pa.Table.from_batches(held)
            yield table.slice(0, _ROW_GROUP).combine_chunks().cast(schema)
            held = table.slice(_ROW_GROUP).to_batches()
            count -= _ROW_GROUP
    if count:
        yield pa.Table.from_batches(held).combine_chunks().cast(schema)


def unified(schemas: list[pa.Schema]) -> pa.Schema:
    """Return one schema for all; a column that is a number here and a text there is text."""
    kinds: dict[str, set[pa.DataType]] = {}
    for schema in schemas:
        for field in schema:
            kinds.setdefault(field.name, set()).add(field.type)
    torn = {name for name, found in kinds.items() if pa.string() in found and len(found) > 1}
    plain = [
        pa.schema([pa.field(field.name, pa.string()) if field.name in torn else field for field in schema])
        for schema in schemas
    ]
    return pa.unify_schemas(plain, promote_options="permissive")
