"""Whatever is fed in: every vote of a sheet is kept or quarantined, and nothing but a clear refusal is raised."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.quarantine import read_quarantine
from khaka.data.readers.base import Options
from khaka.data.readers.form20.reader import read
from khaka.data.store import TableStore

OPTIONS = Options(election="S24-2017-AE", seat="S24-2008-163")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a failing sheet is small enough as it is
HEAD = ["Polling Station No.", "Polling Station Name", "A KUMAR (BJP)", "B SINGH (SP)", "C LAL (BSP)", "NOTA", "Total"]

cells = st.one_of(
    st.integers(-5, 2000).map(str),
    st.sampled_from(["", "-", "NIL", "12A", "१२७", "1,270", "1049,00", "3.5", '"', "Total", "Grand Total", "योग", "abc",
                     "डाक मत", "Postal", "NOTA", "1 2", "0.0", "999999999999", "\ufeff7", "Form 20"]),
    st.text(max_size=6),
)  # fmt: skip
booths = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "3", "4", "5A", "6", "07", "", "x", "Total", "Page Total"]),
        st.sampled_from(["P.S. RAMPUR", "", "प्रा0वि0 रामपुर", "Total", "Postal votes"]),
        st.lists(st.integers(0, 900), min_size=4, max_size=4),
    ),
    min_size=1,
    max_size=14,
)


def write(rows: list[list[str]], folder: str) -> Path:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path = Path(folder) / "sheet.csv"
    path.write_text(out.getvalue(), encoding="utf-8", errors="ignore")
    return path


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(st.lists(st.lists(cells, max_size=9), max_size=12))
def test_any_grid_is_read_or_refused_with_a_reason(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(rows, folder)
        with contextlib.suppress(KhakaError):  # anything else is a failure
            read(path, OPTIONS)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(booths, st.data())
def test_votes_in_are_votes_kept_and_votes_quarantined(
    rows: list[tuple[str, str, list[int]]], data: st.DataObject
) -> None:
    """The truth is counted here, before the sheet is read: numbers in rows that no word or sum makes a total."""
    lines = [[number, name, *map(str, votes), str(sum(votes))] for number, name, votes in rows]
    for _ in range(data.draw(st.integers(0, 3))):
        row, column = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(2, 5))
        lines[row][column] = data.draw(st.sampled_from(["", "-", "x", "1.5", "-3", "१२"]))
    total_words = ("Total", "Page Total", "Postal votes")
    known = {"-": 0, "१२": 12}
    with tempfile.TemporaryDirectory() as folder:
        path = write([HEAD, ["1000", "P.S. FIRST", "1", "2", "3", "4", "10"], *lines], folder)
        reading = read(path, OPTIONS)
    frames = {piece.table: piece.frame for piece in reading.pieces}
    kept = int(frames["booth_votes"]["votes"].sum()) + int(frames["booths"]["nota"].sum())
    lost = reading.faults[(reading.faults["severity"] == "quarantined") & (reading.faults["column"] != "")]
    counted = pd.to_numeric(lost["value"], errors="coerce")
    quarantined = int(counted[(counted >= 0) & (counted % 1 == 0)].sum())
    account = next(note for note in reading.notes if "votes kept" in note)
    told_in = sum(
        int(cell) if cell.isascii() and cell.isdigit() else known.get(cell, 0)
        for number, name, *votes, _ in lines
        if not (name in total_words or number in total_words)
        for cell in votes
    )
    unmarked = reading.flags[reading.flags["fault"] == "total_row_unmarked"] if reading.flags is not None else []
    if len(unmarked) == 0:  # a row that is the sum of those before it is a total, whatever it is called
        assert kept + quarantined == told_in + 10
    assert f"{kept:,} of {kept + quarantined:,} votes kept" in account


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(booths)
def test_votes_are_conserved_into_the_store(rows: list[tuple[str, str, list[int]]]) -> None:
    lines = [[number, name, *map(str, votes), str(sum(votes))] for number, name, votes in rows]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        root.mkdir()
        store = TableStore(root / "tables")
        path = write([HEAD, ["1000", "P.S. FIRST", "1", "2", "3", "4", "10"], *lines], folder)
        report = ingest(
            [path], workspace_root=root, store=store, as_format="form20", election="S24-2017-AE", seat="S24-2008-163"
        )
        (file,) = report.files
        assert file.status == "read", file.reason
        kept = int(store.read("booth_votes")["votes"].sum()) + int(store.read("booths")["nota"].sum())
        lost = read_quarantine(root / "quarantine.parquet")
        lost = lost[(lost["severity"] == "quarantined") & (lost["column"] != "")]
        account = next(note for note in file.notes if "votes kept" in note)
        assert f"{kept:,} of {kept + int(lost['value'].astype(int).sum()):,} votes kept" in account
