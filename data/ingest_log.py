"""What was ingested, and what a later file replaced: `ingest_log.jsonl` and `replaced.parquet` in the workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from khaka.data.durable import read_parquet, write_bytes, write_parquet
from khaka.data.errors import KhakaError

LOG: Final = "ingest_log.jsonl"
REPLACED: Final = "replaced.parquet"
_REPLACED_COLUMNS: Final = ("file", "table", "key", "column", "old", "new")


def read_log(root: Path) -> list[dict[str, Any]]:
    """Return the entries of the ingest log, oldest first.

    Raises
    ------
    KhakaError
        The log is damaged.
    """
    path = root / LOG
    if not path.exists():
        return []
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError:
        raise KhakaError(f"{path} is damaged; restore it, or delete it and ingest the files again") from None


def write_log(root: Path, entries: list[dict[str, Any]]) -> None:
    """Write the ingest log durably."""
    lines = [json.dumps(entry, sort_keys=True, ensure_ascii=False) for entry in entries]
    write_bytes(root / LOG, ("\n".join(lines) + "\n").encode() if lines else b"")


def add_replaced(root: Path, changes: pd.DataFrame) -> None:
    """Add cells that a newer file replaced to `replaced.parquet`."""
    if changes.empty:
        return
    path = root / REPLACED
    new = changes[list(_REPLACED_COLUMNS)].astype("str")
    if path.exists():
        new = pd.concat([read_parquet(path).to_pandas(), new], ignore_index=True)
    schema = pa.schema([(name, pa.string()) for name in _REPLACED_COLUMNS])
    write_parquet(path, pa.Table.from_pandas(new, schema=schema, preserve_index=False))
