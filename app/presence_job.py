"""The ledger of field work as a job: every event with its verdict, counts by check, what the pictures need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from khaka.data.durable import durable_path, write_bytes, write_parquet
from khaka.data.errors import KhakaError
from khaka.data.spreadsheet_text import csv_bytes
from khaka.data.workspace import Workspace
from khaka.features.assignments import completion
from khaka.features.booth_list import booth_list
from khaka.features.booth_team import by_block, posts
from khaka.features.coverage import best_at_booth, calendar
from khaka.features.cutoff import KnownTables
from khaka.features.ledger import VERDICTS, Ledger, counted, ledger_parts, tally
from khaka.features.presence import presence_table
from khaka.features.source import FrameSource

FOLDER: Final = "presence"
"""Folder beside the scores: ledger.parquet, booths.parquet, days.parquet; aspirants.csv (verdicts,
features, assignments), checks.csv, booth_team.csv (by block)."""


_NUMBERS: Final = frozenset({
    "lat", "lon", "accuracy_m", "km", "near_booth_km", "near_limit", "way", "pause", "met", "load_events",
    "spot_booths", "device_people",
})  # fmt: skip
_FLAGS: Final = frozenset({"weak"})  # may be blank


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
    counts: list[pd.DataFrame] = []
    best: list[pd.DataFrame] = []
    days: list[pd.DataFrame] = []
    rows = 0
    with durable_path(folder / "ledger.parquet") as temporary:
        writer: pq.ParquetWriter | None = None
        try:
            for part in ledger_parts(known, party=party):
                table = _arrow(part)
                if writer is None:
                    writer = pq.ParquetWriter(
                        temporary, table.schema, compression="zstd", write_page_checksum=True, version="2.6"
                    )
                writer.write_table(table.cast(writer.schema))
                counts.append(counted(part))
                best.append(best_at_booth(part))
                days.append(calendar(part))
                rows += len(part)
                progress(f"{rows:,} events written")
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            raise KhakaError(f"no event of an aspirant of {election_id} had arrived by {as_of}; check their ids")
    booths = best_at_booth(pd.concat(best, ignore_index=True))
    where = booth_list(known, party)
    booths = booths.merge(where[["seat_id", "booth_no", "lat", "lon"]], on=["seat_id", "booth_no"], how="left")
    for name, frame in (("booths", booths), ("days", calendar(pd.concat(days, ignore_index=True)))):
        write_parquet(folder / f"{name}.parquet", pa.Table.from_pandas(frame, preserve_index=False))
    features = presence_table(known)
    found = tally(counts)
    people = found.verdicts.merge(features.reset_index(names="aspirant_id"), on="aspirant_id", how="left")
    given = completion(known).reset_index()[["aspirant_id", "status", "assigned", "done"]]
    people = people.merge(given, on="aspirant_id", how="left")
    tables = [("aspirants", people), ("checks", found.checks)]
    if known.has("booth_team"):
        tables.append(("booth_team", by_block(posts(known))))
    for name, frame in tables:
        write_bytes(folder / f"{name}.csv", csv_bytes(frame, float_format="%.4f"))
    return PresenceDone(folder, rows, found, features)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as an Arrow table with the same types whatever its rows hold."""
    arrays: dict[str, pa.Array] = {}
    for name in map(str, frame.columns):
        values = frame[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            arrays[name] = pa.Array.from_pandas(values.dt.tz_convert(None), type=pa.timestamp("us", "UTC"))
        elif name in _NUMBERS:
            arrays[name] = pa.Array.from_pandas(values.astype("float64"), type=pa.float64())
        elif pd.api.types.is_bool_dtype(values.dtype):
            arrays[name] = pa.array(values.to_numpy(dtype=bool))
        else:
            kind = pa.bool_() if name in _FLAGS else pa.string()
            arrays[name] = pa.Array.from_pandas(values.astype("object"), type=kind)
    return pa.table(arrays)


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
