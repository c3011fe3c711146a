"""Feature SQL on Spark: the same queries, brought to Spark's dialect by sqlglot.

For more data than one machine holds. From the feature table on everything fits one machine, so training and scoring
stay there (docs/scale.md). PySpark is an extra (`pip install khaka[spark]`) and needs Java 17.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import sqlglot
from sqlglot import exp

from khaka.data.errors import KhakaError

_SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",  # a number that overflows or divides by zero ends no query, as in DuckDB
    "spark.sql.legacy.parquet.nanosAsLong": "false",
}
_LOCAL: Final = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.showConsoleProgress": "false",
}


class SparkEngine:
    """A Spark session.

    Parameters
    ----------
    master : str
        `local[2]`, `spark://host:7077`, or `sc://host:15002` (Spark Connect).
    here : Path, optional
        The folder of the tables on this machine.
    there : str, optional
        The same folder as the workers see it, such as `hdfs:///khaka/tables`; by default under the same path.
    """

    suffix = "-spark"

    def __init__(self, master: str, *, here: Path | None = None, there: str | None = None) -> None:
        self._master = master
        self._here, self._there = here, there
        self._names: set[str] = set()
        self._above: SparkEngine | None = None

    @cached_property
    def _session(self) -> Any:
        if self._above is not None and not self._master.startswith("sc://"):
            session = self._above._session.newSession()
            for name, value in _SETTINGS.items():
                session.conf.set(name, value)
            return session
        try:
            sql: Any = importlib.import_module("pyspark.sql")
        except ImportError:
            raise KhakaError("PySpark is not installed; install khaka[spark], or leave out --engine spark") from None
        builder = sql.SparkSession.builder.appName("khaka")
        if self._master.startswith("sc://"):
            builder = builder.remote(self._master)
        else:
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            builder = builder.master(self._master)
            for name, value in _LOCAL.items() if self._master.startswith("local") else ():
                builder = builder.config(name, value)
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        try:
            return builder.getOrCreate() if self._above is None else builder.create()
        except Exception as error:  # whatever Java, the network or the cluster says
            reason = str(error).strip().splitlines()[0][:200]
            raise KhakaError(
                f"no Spark at {self._master!r} ({reason}); it needs Java 17, and [engine] spark in khaka.toml"
            ) from None

    def put(self, name: str, table: pa.Table | pd.DataFrame) -> None:
        """Give a small table a name."""
        arrow = pa.Table.from_pandas(table, preserve_index=False) if isinstance(table, pd.DataFrame) else table
        self._session.createDataFrame(_plain(arrow)).createOrReplaceTempView(name)
        self._names.add(name)

    def put_files(self, name: str, files: Sequence[Path], select: str) -> None:
        """Give the rows of Parquet files a name; the workers read them."""
        found = self._session.read.option("mergeSchema", "true").parquet(*(self._seen(path) for path in files))
        found.createOrReplaceTempView(f"files_of_{name}")
        query = sqlglot.parse_one(select, read="duckdb")
        for table in list(query.find_all(exp.Table)):
            if table.name == "files":
                table.set("this", exp.to_identifier(f"files_of_{name}"))
        self._session.sql(spark_sql(query)).createOrReplaceTempView(name)
        self._names.add(name)

    def drop(self, name: str) -> None:
        """Forget a table."""
        self._session.catalog.dropTempView(name)
        self._names.discard(name)

    def run(self, query: str) -> pd.DataFrame:
        """Return the result of one query, times in UTC."""
        steps, last = in_steps(query)
        try:
            for name, text, several in steps:
                frame = self._session.sql(text)
                if several:
                    # Spark would work it out again for each reader, and plan each reader with all that lies below
                    frame = frame.localCheckpoint()
                frame.createOrReplaceTempView(name)
            return _frame(self._session.sql(last).toArrow())
        finally:
            for name, _, _ in steps:
                self._session.catalog.dropTempView(name)

    def stream(self, query: str, rows: int) -> Iterator[pa.Table]:
        """Give the result of one query in tables of about `rows` rows; it is small enough to come whole."""
        whole = pa.Table.from_pandas(self.run(query), preserve_index=False)
        for start in range(0, len(whole), rows):
            yield whole.slice(start, rows)

    def beside(self) -> SparkEngine:
        """Return another session of the same Spark, with no tables yet."""
        other = SparkEngine(self._master, here=self._here, there=self._there)
        other._above = self
        return other

    def stop(self) -> None:
        """End the session."""
        if "_session" in vars(self):
            self._session.stop()

    def _seen(self, path: Path) -> str:
        """Return a file's address as the workers see it."""
        if self._there is None or self._here is None:
            return str(path)
        return f"{self._there.rstrip('/')}/{path.relative_to(self._here).as_posix()}"


def in_steps(query: str) -> tuple[list[tuple[str, str, bool]], str]:
    """Cut a query at its WITH clauses, nested ones first.

    Parameters
    ----------
    query : str
        DuckDB SQL.

    Returns
    -------
    steps : list of (str, str, bool)
        Name of a view, its Spark SQL, and whether it is read more than once.
    last : str
        The query that is left, in Spark SQL.

    Examples
    --------
    >>> in_steps("WITH a AS (SELECT 1 AS x) SELECT x FROM a")
    ([('step_0_a', 'SELECT 1 AS x', False)], 'SELECT x FROM step_0_a AS a')
    """
    found: list[tuple[str, exp.Expr]] = []
    tree = sqlglot.parse_one(query, read="duckdb")
    _unfold(tree, found)
    readers: dict[str, int] = {}
    for whole in (*(body for _, body in found), tree):
        for table in whole.find_all(exp.Table):
            readers[table.name] = readers.get(table.name, 0) + 1
    steps = [(name, spark_sql(body), readers.get(name, 0) > 1) for name, body in found if readers.get(name)]
    return steps, spark_sql(tree)


def _unfold(node: exp.Expr, found: list[tuple[str, exp.Expr]]) -> None:
    """Take the WITH clauses out of a query, the innermost first, and let it read views instead."""
    clauses = node.args.get("with_") or node.args.get("with")
    if clauses is not None:
        clauses.pop()
        parts = list(clauses.expressions)
        for number, part in enumerate(parts):
            body = part.this
            _unfold(body, found)
            name = f"step_{len(found)}_{part.alias}"
            found.append((name, body))
            for reader in (*(later.this for later in parts[number + 1 :]), node):
                _read(reader, part.alias, name)
    for inner in [found_node for found_node in node.find_all(exp.Subquery) if found_node.this is not None]:
        if inner.this.args.get("with_") or inner.this.args.get("with"):
            _unfold(inner.this, found)


def _read(query: exp.Expr, old: str, new: str) -> None:
    for table in list(query.find_all(exp.Table)):
        if table.name == old and not table.db:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(old)))
            table.set("this", exp.to_identifier(new))


def spark_sql(query: exp.Expr) -> str:
    """Return a DuckDB query in Spark's dialect.

    Parameters
    ----------
    query : sqlglot expression
        Read as DuckDB's.

    Returns
    -------
    str
        Spark SQL.

    Examples
    --------
    >>> spark_sql(sqlglot.parse_one("SELECT epoch_us(t) // 60, hash(a, b), 0.5 * x FROM e", read="duckdb"))
    'SELECT (UNIX_MICROS(t) DIV 60), XXHASH64(a, b), 0.5D * x FROM e'
    """
    return query.transform(_spoken).sql(dialect="spark")


def _spoken(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Literal) and not node.is_string and "." in node.name:
        return exp.Var(this=f"{node.name}D")  # 1.0 is a decimal there, and decimals are rounded
    if isinstance(node, exp.Literal) and not node.is_string and "e" in node.name.lower():
        return exp.Var(this=f"{node.name}D")
    if isinstance(node, exp.Anonymous) and node.name.lower() == "epoch_us":
        return exp.Anonymous(this="UNIX_MICROS", expressions=node.expressions)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "hash":
        return exp.Anonymous(this="XXHASH64", expressions=node.expressions)  # 64 bits; hash() has 32 there
    if isinstance(node, exp.IntDiv):
        # sqlglot casts to DECIMAL; whole numbers are divided as whole numbers
        return exp.Paren(this=exp.Var(this=f"{_inner(node.this)} DIV {_inner(node.expression)}"))
    return node


def _inner(node: exp.Expr) -> str:
    return node.transform(_spoken).sql(dialect="spark")


def _plain(table: pa.Table) -> pa.Table:
    """Return a table in types that Spark takes: no dictionaries, no large strings, times in microseconds."""
    fields = []
    for field in table.schema:
        kind = field.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if pa.types.is_large_string(kind) or pa.types.is_null(kind) or pa.types.is_string_view(kind):
            kind = pa.string()
        if pa.types.is_timestamp(kind):
            kind = pa.timestamp("us", tz=kind.tz)
        if pa.types.is_decimal(kind):
            kind = pa.float64()
        fields.append(pa.field(field.name, kind))
    return table.cast(pa.schema(fields)).replace_schema_metadata(None)


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a result as DuckDB would give it: decimals as floats, days as timestamps."""
    table = _plain(table)
    frame: pd.DataFrame = table.to_pandas()
    for name in frame.columns:
        first = frame[name].dropna().head(1)
        if len(first) and isinstance(first.iloc[0], dt.date):
            frame[name] = pd.to_datetime(frame[name])
    return frame
