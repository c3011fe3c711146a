"""A person's rows out of the workspace: every table, what was set aside or replaced, and what can be made again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from khaka.data.durable import durable_path, read_parquet, write_parquet
from khaka.data.history import forget
from khaka.data.ingest_log import REPLACED
from khaka.data.people_log import erased, person_hash
from khaka.data.readers.base import faults, no_faults
from khaka.data.store import TableStore
from khaka.data.sums import record

OWNED: Final = {
    "aspirants": "aspirant_id", "ratings": "aspirant_id", "surveys": "subject_id", "stage_names": "aspirant_id",
    "activity": "aspirant_id", "assignments": "aspirant_id",
}  # fmt: skip
"""Tables whose rows belong to an aspirant, and the column that says to whom."""

_NAMED: Final = {"activity": "witness_id", "booth_team": "worker_id"}  # somebody else's rows that name the person


@dataclass(frozen=True)
class Erased:
    """What was removed.

    Parameters
    ----------
    rows : dict of str to int
        Rows removed, by table.
    blanked : dict of str to int
        Cells of other people's rows that named the person, by table.
    set_aside : int
        Lines of the quarantine and of the replaced values.
    versions : int
        Kept versions of tables with rows of the person.
    """

    rows: dict[str, int]
    blanked: dict[str, int]
    set_aside: int
    versions: int = 0


def erase(root: Path, store: TableStore, people: Sequence[str], *, words: Sequence[str]) -> Erased:
    """Remove people's rows.

    Parameters
    ----------
    root : Path
        The workspace's folder.
    store : TableStore
        Its tables.
    people : sequence of str
        All ids of the person: aspirant_id, person_id.
    words : sequence of str
        What else leads to the person in values that were set aside: names, keys of events.

    Returns
    -------
    Erased
        How much. Public results of elections (the table `nominees`) stay: they are public record.
    """
    ids = pa.array(sorted(set(people)), pa.string())
    rows, blanked = {}, {}
    aside = sum(
        _scrub(path, [*people, *words]) for path in (root / "quarantine.parquet", root / REPLACED) if path.exists()
    )
    shutil.rmtree(root / "cache", ignore_errors=True)
    versions = forget(root, people)
    # a killed erasure is begun again: whose it is must be found until the last moment
    for table in sorted({*OWNED, *_NAMED}, key=lambda name: (name == "aspirants", name)):
        gone = named = 0
        for path in store.files(table):
            lost, cells = _rewrite(path, OWNED.get(table), _NAMED.get(table), ids)
            gone, named = gone + lost, named + cells
        if gone:
            rows[table] = gone
        if named:
            blanked[table] = named
    return Erased(rows, blanked, aside, versions)


def without_erased(root: Path, table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take rows of erased people out of rows that are about to be stored.

    Parameters
    ----------
    root : Path
        The workspace's folder.
    table : str
        Where they would go.
    frame : DataFrame
        Checked rows; the index is the row in the file.

    Returns
    -------
    kept, faults : DataFrame
        Rows to store, and one fault a row that was left out; the fault doesn't say whose.
    """
    gone = erased(root) if table in OWNED else frozenset()
    if not gone or OWNED[table] not in frame.columns:
        return frame, no_faults()
    ids = frame[OWNED[table]].astype("object")
    lost = ids.isin([name for name in ids.dropna().unique() if person_hash(root, str(name)) in gone])
    if not lost.any():
        return frame, no_faults()
    hidden = pd.Series("(not shown)", index=frame.index[lost], dtype="str")
    return frame[~lost], faults(table, OWNED[table], hidden, "of a person who was erased on request",
                                severity="quarantined")  # fmt: skip


def _rewrite(path: Path, owner: str | None, named: str | None, ids: pa.Array) -> tuple[int, int]:
    """Write a table's file without the person; untouched where the person is not in it."""
    columns = [name for name in (owner, named) if name is not None]
    keys = pq.read_table(path, columns=columns)
    lost = pc.is_in(keys[owner], value_set=ids) if owner is not None else None
    seen = pc.is_in(keys[named], value_set=ids) if named is not None else None
    gone = pc.sum(lost).as_py() or 0 if lost is not None else 0
    cells = pc.sum(seen).as_py() or 0 if seen is not None else 0
    if not gone and not cells:
        return 0, 0
    table = read_parquet(path)
    if named is not None and cells:
        place = table.schema.get_field_index(named)
        blank = pc.if_else(seen, pa.scalar(None, table.schema.field(named).type), table[named])
        table = table.set_column(place, table.schema.field(named), blank)
    if lost is not None:
        table = table.filter(pc.invert(lost))
    with durable_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True, version="2.6",
                       row_group_size=131_072)  # fmt: skip
        record(path, temporary)
    return int(gone), int(cells)


def _scrub(path: Path, words: Sequence[str]) -> int:
    """Take the lines out of a file of set-aside values that hold any of the words, alone or in a joined key."""
    table = read_parquet(path)
    text = [name for name in ("value", "key", "old", "new") if name in table.schema.names]
    whole = pa.array(sorted({word for word in words if word}), pa.string())
    hit = pa.array([False] * table.num_rows, pa.bool_())
    for name in text:
        column = table[name].combine_chunks().cast(pa.string())
        parts = pc.split_pattern(column, "|")
        flat = pc.is_in(pc.list_flatten(parts), value_set=whole)
        rows = pc.list_parent_indices(parts).filter(flat)
        found = pc.is_in(pa.array(range(table.num_rows), pa.int64()), value_set=rows.cast(pa.int64()).unique())
        hit = pc.or_(hit, found)
    gone = int(pc.sum(hit).as_py() or 0)
    if gone:
        write_parquet(path, table.filter(pc.invert(hit)))
    return gone
