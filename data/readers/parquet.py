"""A Parquet file as batches of columns that a table may have: what is nested, binary or too large a number is text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.errors import KhakaError

_GEOMETRY: Final = "geometry"
_PANDAS: Final = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def column_names(path: Path) -> tuple[str, ...]:
    """Return a file's column names as they stand in it.

    Raises
    ------
    KhakaError
        The file is damaged.
    """
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(path, error) from None


def batches(path: Path, places: Sequence[int], names: Sequence[str], rows: int) -> Iterator[pd.DataFrame]:
    """Yield frames of about so many rows.

    Parameters
    ----------
    path : Path
        The file.
    places : sequence of int
        Which columns, by place.
    names : sequence of str
        What they are to be called.
    rows : int
        Rows of a frame.

    Yields
    ------
    DataFrame
        In pandas types; blanks are missing.

    Raises
    ------
    KhakaError
        The file is damaged; page checksums are verified where it has them.
    """
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        stored = file.schema_arrow.names
        plain = all(name and "." not in name for name in stored) and not any(
            map(pa.types.is_nested, file.schema_arrow.types)
        )
        picked = [stored[place] for place in places]
        for batch in file.iter_batches(rows, columns=picked if plain else None):
            table = pa.Table.from_batches([batch])
            columns = [table[name] for name in picked] if plain else [table.column(place) for place in places]
            told = [_told(column, name) for column, name in zip(columns, names, strict=True)]
            yield pa.table(told, names=list(names)).to_pandas(types_mapper=_PANDAS.get)
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path, error) from None


def _told(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind = column.type
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    if name == _GEOMETRY and binary:
        return column
    if pa.types.is_uint64(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string())
    odd = binary or pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType) or pa.types.is_duration(kind)
    if not odd and not pa.types.is_binary_view(kind):
        return column
    return pa.chunked_array([pa.array([_text(value) for value in column.to_pylist()], pa.string())])


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return None if value is None else str(value)


def _damaged(path: Path, error: BaseException) -> KhakaError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
    return KhakaError(f"{path} is a damaged Parquet file ({reason}); get the file again")
