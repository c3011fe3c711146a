"""What was worked out once for a past cycle and cannot change unless its inputs do, kept in the workspace's cache.

A cycle's field work is judged as it stood on its decision date. New records of the coming cycle lie in the same files
and leave it as it was, so what is kept stands under a fingerprint of the rows that it was made from, not of the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

import khaka.data
import khaka.features
from khaka.data.durable import read_parquet, sha256, write_parquet
from khaka.data.errors import KhakaError
from khaka.data.schema import TABLES
from khaka.features.cutoff import KnownTables


def kept(known: KnownTables, name: str, make: Callable[[], pd.DataFrame], *, settings: str = "") -> pd.DataFrame:
    """Return a table that was made from field work, booths and aspirants, from the cache where nothing changed.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known. Without files and a cache beside them the table is made.
    name : str
        What is kept, such as "presence".
    make : callable
        Makes the table, text index and float columns; it may read activity, aspirants, booths, booth_votes and
        elections, nothing else.
    settings : str
        What else decides the table.

    Returns
    -------
    DataFrame
        As `make` gives it.
    """
    folder = known.cache
    if folder is None:
        return make()
    path = folder / name / f"{known.election_id}-{_fingerprint(known, settings)}.parquet"
    if path.exists():
        try:
            return _frame(path)
        except KhakaError:
            path.unlink(missing_ok=True)  # a damaged cache is only a slower run
    table = make()
    for stale in path.parent.glob(f"{known.election_id}-*.parquet"):
        stale.unlink(missing_ok=True)
    write_parquet(path, pa.Table.from_pandas(table.rename_axis("unit").reset_index(), preserve_index=False))
    return _frame(path)


def _frame(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = read_parquet(path).to_pandas().set_index("unit").rename_axis("aspirant_id")
    frame.index = frame.index.astype("object")
    return frame


def _fingerprint(known: KnownTables, settings: str) -> str:
    """Return a hash of every row that counts, of the code and of the settings."""
    digest = hashlib.sha256(f"{_code()} {known.election_id} {known.as_of} {settings}".encode())
    for table in ("aspirants", "elections"):
        # by column name, not by row: what one row is must not depend on the others' order
        rows = pd.util.hash_pandas_object(known.frame(table).astype("str"), index=False)
        digest.update(f"{table} {len(rows)} {int(rows.sum())}".encode())
    for table in ("booths", "booth_votes"):
        for path in known.files(table):
            digest.update(f"{table} {path.stem} {sha256(path)}".encode())
    cells = ", ".join(f"a.{column.name}" for column in TABLES["activity"].columns)
    own = "SELECT DISTINCT aspirant_id FROM aspirants"
    rows_of = (
        "SELECT count(*) AS n, CAST(coalesce(sum(CAST(hash({cells}) AS HUGEINT)), 0) AS VARCHAR) AS h "
        "FROM activity a {which}"
    )
    for which in (
        f"SEMI JOIN ({own} WHERE election_id = '{known.election_id}') w ON w.aspirant_id = a.aspirant_id",
        f"ANTI JOIN ({own}) w ON w.aspirant_id = a.aspirant_id",  # records of whom no list knows
    ):
        counted = known.sql(rows_of.format(cells=cells, which=which))
        digest.update(f"activity {counted['n'].iloc[0]} {counted['h'].iloc[0]}".encode())
    return digest.hexdigest()[:32]


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for package in (khaka.data, khaka.features):
        for folder in package.__path__:
            for path in sorted([*Path(folder).glob("*.py"), *Path(folder).glob("*.sql")]):
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
