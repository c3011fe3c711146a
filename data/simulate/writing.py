"""Tables of a made-up state on disk: fixed types, row groups, page checksums, no clock, so that bytes repeat."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.schema import TABLES

#: Rows collected before a row group is written: large enough to compress, small enough for memory.
ROW_GROUP: Final = 500_000

_ARROW: Final[dict[str, Any]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "date": pa.date32(),
    "time": pa.timestamp("us", tz="UTC"),
    "flag": pa.bool_(),
}


def arrow_schema(table: str, extra: Mapping[str, Any] | None = None) -> Any:
    """Return the Arrow schema of a canonical table.

    Parameters
    ----------
    table : str
        Name of the table in `khaka.data.schema.TABLES`.
    extra : mapping of str to pyarrow.DataType, optional
        Further columns, put at the end.

    Returns
    -------
    pyarrow.Schema
        One field a column.
    """
    fields = [pa.field(column.name, _ARROW[column.kind]) for column in TABLES[table].columns]
    return pa.schema(fields + [pa.field(name, kind) for name, kind in (extra or {}).items()])


def _array(values: Any, kind: Any) -> Any:
    """Turn a column into Arrow; NaN, None, NaT and an empty text are blank."""
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values if values.type.equals(kind) else values.cast(kind)
    if isinstance(values, pd.Series):
        values = values.to_numpy()
    array = np.asarray(values)
    if array.dtype.kind == "f":
        result = pa.array(array, from_pandas=True)
        return result.cast(kind)
    if array.dtype.kind == "M":
        return pa.array(array.astype("datetime64[us]")).cast(pa.timestamp("us")).cast(kind)
    if array.dtype.kind in "OU" and pa.types.is_string(kind):
        return pa.array([None if v is None or v == "" or v != v else str(v) for v in array], type=kind)
    return pa.array(array.tolist() if array.dtype.kind == "O" else array, type=kind, from_pandas=True)


class TableWriter:
    """Writes one Parquet table piece by piece.

    Parameters
    ----------
    path : Path
        File to write.
    schema : pyarrow.Schema
        Its columns; a column that a piece lacks is blank there.
    """

    def __init__(self, path: Path, schema: Any) -> None:
        self.rows = 0
        self._schema = schema
        self._pending: list[Any] = []
        self._waiting = 0
        self._writer = pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=1, write_page_checksum=True, version="2.6"
        )

    def append(self, columns: Mapping[str, Any]) -> None:
        """Add rows.

        Parameters
        ----------
        columns : mapping of str to array
            Columns of equal length.
        """
        length = len(next(iter(columns.values())))
        if length == 0:
            return
        arrays = [
            _array(columns[field.name], field.type) if field.name in columns else pa.nulls(length, field.type)
            for field in self._schema
        ]
        self._pending.append(pa.table(arrays, schema=self._schema))
        self._waiting += length
        self.rows += length
        if self._waiting >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._writer.write_table(pa.concat_tables(self._pending).combine_chunks(), row_group_size=ROW_GROUP)
            self._pending, self._waiting = [], 0

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()


def write_table(folder: Path, table: str, columns: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> int:
    """Write one canonical table whole.

    Parameters
    ----------
    folder : Path
        Where ``<table>.parquet`` goes.
    table : str
        Name of the table.
    columns : mapping of str to array
        Its columns, of equal length; those left out are blank.
    extra : mapping of str to pyarrow.DataType, optional
        Further columns.

    Returns
    -------
    int
        Rows written.
    """
    with TableWriter(folder / f"{table}.parquet", arrow_schema(table, extra)) as writer:
        writer.append(columns)
        return writer.rows
