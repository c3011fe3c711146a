"""What was worked out once for a past cycle and cannot change unless its inputs do, kept in the workspace's cache.

A cycle's field work is judged as it stood on its decision date. New records of the coming cycle lie in the same files
and leave it as it was, so what is kept stands under a fingerprint of the rows that it was made from, not of the files.
Only the last cycle, whose records the new ones are, stands under the files': reading its rows to find that they are
others would be work for nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from khaka.data.code_hash import code_hash
from khaka.data.durable import read_parquet, sha256, write_json, write_parquet
from khaka.data.errors import KhakaError
from khaka.features.cutoff import KnownTables
from khaka.features.row_sums import row_sum


def kept(
    known: KnownTables,
    name: str,
    make: Callable[[], pd.DataFrame],
    *,
    settings: str = "",
    also: Sequence[str] = (),
) -> pd.DataFrame:
    """Return a table that was made from field work, booths and aspirants, from the cache where nothing changed.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known. Without files and a cache beside them the table is made.
    name : str
        What is kept, such as "presence".
    make : callable
        Makes the table, text index and float columns; it may read activity, aspirants, booths, booth_votes and
        elections, and `also`, nothing else.
    settings : str
        What else decides the table.
    also : sequence of str
        Further short tables that it reads: of those by election the election's own rows, the others whole.

    Returns
    -------
    DataFrame
        As `make` gives it.
    """
    folder = known.cache
    if folder is None:
        return make()
    own = folder / f"{name}{known.engine.suffix}" / known.election_id
    # the same files as last time: no need to look at their rows
    around = _around(known, settings, also)
    note, files = own.with_suffix(".json"), _files_hash(known, around)
    noted = _noted(note)
    rows = files[:32] if _is_last(known) else noted["rows"] if noted.get("files") == files else None
    rows = rows or _rows_hash(known, around)
    path = own.with_name(f"{own.name}-{rows}.parquet")
    if path.exists():
        try:
            frame = _frame(path)
            if noted.get("files") != files:
                write_json(note, {"files": files, "rows": rows})
            return frame
        except OSError:
            return _frame(path)
        except KhakaError:
            path.unlink(missing_ok=True)  # a damaged cache is only a slower run
    table = make()
    try:
        for stale in path.parent.glob(f"{known.election_id}-*.parquet"):
            stale.unlink(missing_ok=True)
        write_parquet(path, pa.Table.from_pandas(table.rename_axis("unit").reset_index(), preserve_index=False))
        write_json(note, {"files": files, "rows": rows})
    except OSError:  # a workspace that can only be read
        return table
    return _frame(path)


def _frame(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = read_parquet(path).to_pandas().set_index("unit").rename_axis("aspirant_id")
    frame.index = frame.index.astype("object")
    return frame


def _is_last(known: KnownTables) -> bool:
    """Return whether no later cycle has aspirants: the one whose field work is still coming in."""
    cycles = set(known.source.read("aspirants")["election_id"].dropna().unique())
    days = known.source.read("elections").set_index("election_id")["result_date"]
    later = days[days.index.isin(cycles) & (days > days.get(known.election_id, pd.NaT))]
    return known.election_id in cycles and later.empty


def _noted(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("rows"), str) else {}


def _files_hash(known: KnownTables, around: str) -> str:
    """Return a hash of the files that hold field work, and of all else that counts."""
    sums = (f"{path.stem} {_sum(path, path.stat())}" for path in known.files("activity"))
    return hashlib.sha256("\n".join([around, *sums]).encode()).hexdigest()


def _around(known: KnownTables, settings: str, also: Sequence[str]) -> str:
    """Return a hash of all that counts but field work: aspirants, elections, booths, votes, code, settings, `also`."""
    digest = hashlib.sha256(
        f"{code_hash('khaka.data', 'khaka.features')} {known.election_id} {known.as_of} {settings}".encode()
    )
    short = {table: known.frame(table) for table in ("aspirants", "elections")}
    for table in also:
        frame = known.source.read(table)
        short[table] = frame[frame["election_id"] == known.election_id] if "election_id" in frame else frame
    for table, frame in short.items():
        # a sum: what is kept does not depend on the order of the rows
        rows = pd.util.hash_pandas_object(frame, index=False)
        digest.update(f"{table} {len(rows)} {int(rows.sum())}".encode())
    if len(known.left_out):
        digest.update(f"left out {int(pd.util.hash_pandas_object(known.left_out, index=False).sum())}".encode())
    for table in ("booths", "booth_votes"):
        for path in known.files(table):
            digest.update(f"{table} {path.stem} {_sum(path, path.stat())}".encode())
    return digest.hexdigest()


def _rows_hash(known: KnownTables, around: str) -> str:
    """Return a hash of every row that counts, of the code and of the settings."""
    return hashlib.sha256(f"{around} activity {row_sum(known)}".encode()).hexdigest()[:32]


def _sum(path: Path, state: os.stat_result) -> str:
    return _sum_of(path, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=1024)
def _sum_of(path: Path, *_state: int) -> str:
    return sha256(path)
