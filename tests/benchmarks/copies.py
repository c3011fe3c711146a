"""A state several times over in one: the same tables with other seats, people, phones and events, under one state code.

For sizes that no state has. A copy of an aspirant, phone or photo is another one; elections and dates stay.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from khaka.data.sums import record

SEATS = ("seat_id", "residence_seat_id", "second_seat_id")
IDS = (
    "aspirant_id", "person_id", "nominee_id", "event_id", "device_id", "photo_hash", "witness_id", "assignment_id",
    "family_id", "rater_id", "survey_id", "subject_id", "worker_id", "district", "unit_id",
)  # fmt: skip
ONCE = ("elections", "boundaries", "booths_left_out")
APART = 1000
"""Added to a seat's number in each further copy."""


def several(workspace: Path, out: Path, times: int) -> Path:
    """Write a workspace whose state is the given one so many times; nothing where it is there already."""
    if (out / "world.json").exists():
        return out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copy(workspace / "khaka.toml", out)
    with duckdb.connect() as connection:
        connection.execute(
            "SET threads TO 2; SET preserve_insertion_order = true; SET memory_limit = '3GiB'; "
            f"SET temp_directory = '{out / 'spill'}'"
        )
        for path in sorted((workspace / "tables").glob("*/[!.]*.parquet")):
            target = out / "tables" / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            _copies(connection, path, target, 1 if path.parent.name in ONCE else times)
    (out / "world.json").write_text(json.dumps(json.loads((workspace / "world.json").read_text())))
    return out


def _copies(connection: duckdb.DuckDBPyConnection, path: Path, target: Path, times: int) -> None:
    temporary = target.with_suffix(".tmp")
    if times == 1:
        shutil.copy(path, temporary)
    else:
        names = pq.read_schema(path).names
        parts = [f"SELECT {_cells(names, copy)} FROM read_parquet('{path}')" for copy in range(times)]
        how = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 131072"
        connection.execute(f"COPY ({' UNION ALL '.join(parts)}) TO '{temporary}' ({how})")
    record(target, temporary)
    temporary.replace(target)


def _cells(names: list[str], copy: int) -> str:
    if copy == 0:
        return ", ".join(f'"{name}"' for name in names)
    cells = []
    for name in names:
        if name in SEATS:
            number = f"CAST(split_part({name}, '-', 3) AS INTEGER) + {copy * APART}"
            cells.append(
                f"split_part({name}, '-', 1) || '-' || split_part({name}, '-', 2) || '-' || CAST({number} AS VARCHAR) "
                f"AS {name}"
            )
        elif name in IDS:
            cells.append(f"{name} || '~{copy}' AS {name}")
        else:
            cells.append(f'"{name}"')
    return ", ".join(cells)
