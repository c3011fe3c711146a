"""Only what changed: seats whose inputs are those of the last run keep the rows of the last run.

A seat's print covers all that decides its rows: its people, feature values, contributions, draws, eligibility, and what
all seats share (model, as-of date, versions, words). What is pooled over seats (a rater's severity, the spread behind
the draws, which phones are shared) has gone into the values before: where it changes a seat, the seat's print changes
and the seat is done again. Features are worked out for the whole state each time, apart from past cycles
(`khaka.features.kept`), since a record in one district may bear on another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from khaka.data.durable import read_parquet, sha256, write_json
from khaka.data.errors import KhakaError
from khaka.scoring.rank import seat_numbers, seat_slices

if TYPE_CHECKING:
    from khaka.training.prediction import Prediction

Tables = dict[str, pa.Table]


@dataclass
class LastRun:
    """The results of an earlier run, as far as they can be taken over.

    Parameters
    ----------
    prints : mapping of str to str
        Print of each seat.
    tables : dict of str to pa.Table
        The results, sorted by seat.
    taken : list of str
        Seats that were taken over, in the order in which they were asked for.
    """

    prints: Mapping[str, str] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._spans = {name: _spans(table) for name, table in self.tables.items()}

    def seat(self, seat_id: str, seat_print: str) -> Tables | None:
        """Return a seat's rows of all tables, None where its print is another."""
        if not self.tables or self.prints.get(seat_id) != seat_print:
            return None
        if any(seat_id not in spans for spans in self._spans.values()):
            return None
        self.taken.append(seat_id)
        spans = {name: self._spans[name][seat_id] for name in self.tables}
        return {name: self.tables[name].slice(start, length) for name, (start, length) in spans.items()}


def last_run(note: Path | None, out: Path, schemas: Mapping[str, pa.Schema]) -> LastRun:
    """Open the results of the last run; an empty one where there are none, or they were changed since.

    Parameters
    ----------
    note : Path or None
        Where the last run noted its prints.
    out : Path
        Folder of the results.
    schemas : mapping of str to pa.Schema
        Columns and types by table.

    Returns
    -------
    LastRun
        Prints by seat, and the tables that they stand for.
    """
    if note is None:
        return LastRun()
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        if any(sha256(out / f"{name}.parquet") != noted["outputs"][name] for name in schemas):
            return LastRun()
        tables = {name: read_parquet(out / f"{name}.parquet") for name in schemas}
        if any(tables[name].schema != schema for name, schema in schemas.items()):
            return LastRun()
        return LastRun(dict(noted["seats"]), tables)
    except (OSError, ValueError, KeyError, TypeError, KhakaError):
        return LastRun()


def note_run(note: Path, out: Path, prints: Mapping[str, str], tables: Mapping[str, pa.Schema]) -> None:
    """Note the prints of the seats beside the hashes of the results they belong to."""
    try:
        write_json(note, {"outputs": {n: sha256(out / f"{n}.parquet") for n in tables}, "seats": dict(prints)})
    except OSError:  # a workspace that can only be read: the next run does everything again
        return


def seat_prints(prediction: Prediction, judged: pd.DataFrame, shared: str) -> dict[str, str]:
    """Return the print of each seat.

    Parameters
    ----------
    prediction : Prediction
        n aspirants, sorted by seat and aspirant.
    judged : DataFrame
        Eligibility, row by row as the prediction's people.
    shared : str
        What decides the rows of all seats, as text.

    Returns
    -------
    dict of str to str
        SHA-256 by seat_id.
    """
    keys = pd.concat([prediction.people[["election_id", "seat_id", "aspirant_id"]], judged], axis=1)
    keys = keys.assign(support=[str(value) for value in prediction.support])
    lines = keys.to_csv(index=False, header=False, lineterminator="\x00").split("\x00")
    numbers = (
        prediction.values.to_numpy(dtype=np.float64), prediction.contributions.to_numpy(dtype=np.float64),
        prediction.expected_margin, prediction.verified_share, prediction.swing_draws, prediction.seat_draws,
        prediction.person_draws,
    )  # fmt: skip
    seats = prediction.people["seat_id"].astype(str).to_numpy(dtype=object)
    out = {}
    for start, stop in seat_slices(seat_numbers(prediction.people)):
        digest = hashlib.sha256(shared.encode())
        digest.update("\n".join(lines[start:stop]).encode())
        for block in numbers:
            digest.update(np.ascontiguousarray(block[start:stop], dtype=np.float64).tobytes())
        out[str(seats[start])] = digest.hexdigest()
    return out


def assemble(
    spans: list[tuple[str, int, int]],
    prints: Mapping[str, str],
    last: LastRun,
    make: Callable[[slice], Tables],
    *,
    data_hash: str,
) -> Tables:
    """Return the rows of some seats, from the last run where nothing changed, made for the rest.

    Parameters
    ----------
    spans : list of (str, int, int)
        seat_id, first row and row after the last, in order and without gaps.
    prints : mapping of str to str
        Of all seats.
    last : LastRun
        Results to take over.
    make : callable
        Makes the tables of the rows of a slice of whole seats.
    data_hash : str
        Of this run; rows that are taken over carry it too.

    Returns
    -------
    dict of str to pa.Table
        In the order of the seats.
    """
    pieces: list[Tables] = []
    waiting: list[tuple[str, int, int]] = []
    for span in [*spans, None]:
        found = last.seat(span[0], prints[span[0]]) if span is not None else None
        if span is not None and found is None:
            waiting.append(span)
            continue
        if waiting:
            pieces.append(make(slice(waiting[0][1], waiting[-1][2])))
            waiting = []
        if found is not None:
            pieces.append({name: _stamped(table, data_hash) for name, table in found.items()})
    return {name: pa.concat_tables([piece[name] for piece in pieces]).combine_chunks() for name in pieces[0]}


def _stamped(table: pa.Table, data_hash: str) -> pa.Table:
    if "data_hash" not in table.column_names:
        return table
    column = pa.array([data_hash] * table.num_rows, type=pa.string())
    place = table.column_names.index("data_hash")
    return table.set_column(place, table.schema.field(place), column)


def _spans(table: pa.Table) -> dict[str, tuple[int, int]]:
    """Return first row and number of rows of each seat; a seat whose rows are not together is left out."""
    runs = pc.run_end_encode(table["seat_id"].combine_chunks()) if table.num_rows else None
    if runs is None:
        return {}
    seats, ends = runs.values.to_pylist(), runs.run_ends.to_pylist()
    starts = [0, *ends[:-1]]
    return {
        seat: (start, end - start)
        for seat, start, end in zip(seats, starts, ends, strict=True)
        if seats.count(seat) == 1
    }
