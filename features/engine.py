"""Where the feature SQL runs: DuckDB on one machine, or Spark (`khaka.features.engine_spark`).

Families write one dialect, DuckDB's. An engine takes small tables as Arrow tables and long ones as Parquet files, so
that a state's votes and activity never pass through Python.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

import duckdb
import pandas as pd
import pyarrow as pa

from khaka.features.steps import in_tables

MEMORY_LIMIT: Final = "1GiB"
"""What DuckDB may hold in memory before it spills to disk, where the settings say nothing else."""

THREADS: Final = 2


class Engine(Protocol):
    """Runs feature SQL on named tables."""

    suffix: str
    """Tells what is kept of this engine's results from DuckDB's: they are equal, but not to the last bit."""

    def put(self, name: str, table: pa.Table | pd.DataFrame) -> None:
        """Give a small table a name."""
        ...

    def put_files(self, name: str, files: Sequence[Path], select: str) -> None:
        """Give the rows of Parquet files a name.

        Parameters
        ----------
        name : str
            Of the table.
        files : sequence of Path
            Parquet files with the same columns.
        select : str
            A query on the table `files` that says which rows and columns.
        """
        ...

    def drop(self, name: str) -> None:
        """Forget a table."""
        ...

    def run(self, query: str) -> pd.DataFrame:
        """Return the result of one query, times in UTC."""
        ...

    def stream(self, query: str, rows: int) -> Iterator[pa.Table]:
        """Give the result of one query in tables of about `rows` rows."""
        ...

    def beside(self) -> Engine:
        """Return another engine at the same place, with no tables yet."""
        ...


class DuckEngine:
    """DuckDB in this process.

    Parameters
    ----------
    memory_limit : str
        What it may hold in memory, such as "2GiB"; what does not fit is spilled to disk.
    threads : int
        At most.
    spill : Path, optional
        Folder for what does not fit; a temporary one by default. It is made when it is needed.
    """

    suffix = ""

    def __init__(self, *, memory_limit: str = MEMORY_LIMIT, threads: int = THREADS, spill: Path | None = None) -> None:
        self._memory_limit, self._threads = memory_limit, threads
        self._spill = spill

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        spill = self._spill or Path(tempfile.gettempdir()) / "khaka-spill"
        spill.parent.mkdir(parents=True, exist_ok=True)  # DuckDB makes the last folder only
        connection = duckdb.connect()
        connection.execute(
            f"SET threads TO {int(self._threads)}; SET memory_limit = {_text(self._memory_limit)}; "
            f"SET temp_directory = {_text(str(spill))}; SET TimeZone = 'UTC'; "
            "SET preserve_insertion_order = false; SET enable_progress_bar = false"
        )
        return connection

    def put(self, name: str, table: pa.Table | pd.DataFrame) -> None:
        """Give a small table a name."""
        self._connection.register(name, table)

    def put_files(self, name: str, files: Sequence[Path], select: str) -> None:
        """Give the rows of Parquet files a name; they are read when a query needs them, and only its columns."""
        listed = ", ".join(_text(str(path)) for path in files)
        self._connection.execute(
            f'CREATE OR REPLACE TEMP VIEW "{name}" AS WITH files AS '
            f"(SELECT * FROM read_parquet([{listed}], union_by_name = true, hive_partitioning = false)) {select}"
        )

    def drop(self, name: str) -> None:
        """Forget a table."""
        self._connection.unregister(name)

    def run(self, query: str) -> pd.DataFrame:
        """Return the result of one query, times in UTC."""
        with self._in_tables(query) as rest:
            self._connection.execute(rest)  # `sql` would plan it twice
            result: pd.DataFrame = self._connection.df()
        return result

    def stream(self, query: str, rows: int) -> Iterator[pa.Table]:
        """Give the result of one query in tables of about `rows` rows."""
        with self._in_tables(query) as rest:
            reader = self._connection.sql(rest).to_arrow_reader(rows)
            given = False
            for batch in reader:
                yield pa.Table.from_batches([batch])
                given = True
            if not given:  # the columns at least
                yield reader.schema.empty_table()

    @contextmanager
    def _in_tables(self, query: str) -> Iterator[str]:
        """Make the tables of a long query, give what is to be run on them, and drop them."""
        steps, rest = in_tables(query)
        standing: list[str] = []
        try:
            for step in steps:
                standing.append(step.name)
                self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {step.query}")
                for name in step.done:
                    self._connection.execute(f"DROP TABLE {name}")
                    standing.remove(name)
            yield rest
        finally:
            for name in standing:
                self._connection.execute(f"DROP TABLE IF EXISTS {name}")

    def interrupt(self) -> None:
        """End the query that runs on another thread with an error."""
        self._connection.interrupt()

    def beside(self) -> DuckEngine:
        """Return another DuckDB with the same settings, with no tables yet."""
        return DuckEngine(memory_limit=self._memory_limit, threads=self._threads, spill=self._spill)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
