"""The ledger of field work as a job: every event with its verdict, counts by check, what the pictures need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.durable import durable_path, write_bytes
from khaka.data.errors import KhakaError
from khaka.data.spreadsheet_text import csv_bytes
from khaka.data.workspace import Workspace
from khaka.features.assignments import completion
from khaka.features.booth_team import by_block, posts
from khaka.features.coverage import best_at_booth, calendar
from khaka.features.cutoff import KnownTables
from khaka.features.ledger import VERDICTS, Ledger, ledger_parts, read_from, summary
from khaka.features.presence import presence_table
from khaka.features.source import FrameSource

FOLDER: Final = "presence"
"""Folder beside the scores: ledger.parquet, booths.parquet, days.parquet; aspirants.csv (verdicts,
features, assignments), checks.csv, booth_team.csv (by block)."""


@dataclass(frozen=True)
class PresenceDone:
    """What a job wrote.

    Parameters
    ----------
    folder : Path
        Of the files; for one aspirant the file.
    rows : int
        Events in the ledger.
    counts : Ledger
        By aspirant and by check.
    features : DataFrame
        Presence features by aspirant_id.
    """

    folder: Path
    rows: int
    counts: Ledger
    features: pd.DataFrame


def known_tables(workspace: Workspace, *, election_id: str, as_of: dt.date) -> KnownTables:
    """Return what was known of an election that has aspirants.

    Raises
    ------
    KhakaError
        No aspirant of that election in the tables.
    """
    known = KnownTables(FrameSource(workspace.store), as_of=as_of, election_id=election_id)
    rows = known.frame("aspirants")
    if not (rows["election_id"] == election_id).any():
        raise KhakaError(f"no aspirants of {election_id} in the tables; ingest them first: khaka ingest FILE")
    return known


def presence_job(
    workspace: Workspace,
    *,
    election_id: str,
    as_of: dt.date,
    out: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> PresenceDone:
    """Judge every event and write the ledger, durably and in bounded memory.

    Parameters
    ----------
    workspace : Workspace
        Whose events.
    election_id : str
        The coming election.
    as_of : datetime.date
        What arrived by the end of this day.
    out : Path, optional
        Folder; `presence` beside the scores by default.
    progress : callable
        Told each step.

    Returns
    -------
    PresenceDone
        What was written.

    Raises
    ------
    KhakaError
        No aspirants, or no activity of theirs.
    """
    known = known_tables(workspace, election_id=election_id, as_of=as_of)
    party = workspace.settings.party.party
    if not known.has("activity"):
        raise KhakaError(f"no activity had arrived by {as_of}; ingest an export of the field form: khaka ingest FILE")
    folder = out or workspace.results(election_id, as_of.isoformat()) / FOLDER
    rows = _write(folder / "ledger.parquet", ledger_parts(known, party=party), progress, refuse_empty=True)
    if not rows:
        raise KhakaError(f"no event of an aspirant of {election_id} had arrived by {as_of}; check their ids")
    read_from(known, folder / "ledger.parquet")  # what follows judges nothing again
    _write(folder / "booths.parquet", best_at_booth(known, party))
    _write(folder / "days.parquet", calendar(known, party))
    progress("booths and days written")
    features = presence_table(known)
    found = summary(known)
    people = found.verdicts.merge(features.reset_index(names="aspirant_id"), on="aspirant_id", how="left")
    given = completion(known).reset_index()[["aspirant_id", "status", "assigned", "done"]]
    people = people.merge(given, on="aspirant_id", how="left")
    tables = [("aspirants", people), ("checks", found.checks)]
    if known.has("booth_team"):
        tables.append(("booth_team", by_block(posts(known))))
    for name, frame in tables:
        write_bytes(folder / f"{name}.csv", csv_bytes(frame, float_format="%.4f"))
    return PresenceDone(folder, rows, found, features)


def _write(
    path: Path,
    parts: Iterable[pa.Table],
    progress: Callable[[str], None] = lambda _: None,
    *,
    refuse_empty: bool = False,
) -> int:
    """Write tables durably into one Parquet file; return their rows.

    The file is written in a thread of its own while the next part is worked out; one part waits at most.
    """
    rows = 0
    parts = iter(parts)
    first = next(parts, None)
    if first is None or (refuse_empty and not len(first)):
        return 0
    with (
        durable_path(path) as temporary,
        pq.ParquetWriter(temporary, first.schema, compression="zstd", write_page_checksum=True, version="2.6") as file,
        ThreadPoolExecutor(1) as thread,
    ):
        waiting = None
        for part in chain([first], parts):
            if waiting is not None:
                waiting.result()
            waiting = thread.submit(file.write_table, part)
            rows += len(part)
            progress(f"{rows:,} rows of {path.name} written")
        if waiting is not None:
            waiting.result()
    return rows


def table_text(done: PresenceDone, *, most: int = 15) -> str:
    """Return counts by check and the totals, for a person to read."""
    checks = done.counts.checks
    found = checks[checks["events"] > 0].sort_values("events", ascending=False)
    totals = done.counts.verdicts[[*VERDICTS, "posts"]].sum()
    lines = [
        f"{done.rows:,} events: {totals['verified']:,} verified, {totals['doubtful']:,} doubtful, "
        f"{totals['refused']:,} refused, {totals['posts']:,} social posts (activity, never presence)",
        f"  {'check':<18}{'makes it':<10}{'events':>10}{'aspirants':>11}",
        *(
            f"  {row['check']:<18}{row['verdict']:<10}{row['events']:>10,}{row['aspirants']:>11,}"
            for row in found.to_dict("records")
        ),
    ]
    people = done.counts.verdicts.copy()
    people["open"] = people["doubtful"] + people["refused"]
    worst = people[people["open"] > 0].sort_values(["open", "aspirant_id"], ascending=[False, True]).head(most)
    if len(worst):
        lines.append(f"  {'aspirant':<18}{'seat':<14}{'verified':>10}{'doubtful':>10}{'refused':>10}")
        lines += [
            f"  {row['aspirant_id'] or '(in no list)':<18}{row['seat_id']:<14}{row['verified']:>10,}"
            f"{row['doubtful']:>10,}{row['refused']:>10,}"
            for row in worst.to_dict("records")
        ]
    return "\n".join(lines)
