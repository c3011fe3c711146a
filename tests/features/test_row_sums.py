"""Sums by cycle and day tell of the rows that were known, as the cut-off of `KnownTables` has them."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.store import TableStore
from khaka.features.cutoff import KnownTables
from khaka.features.row_sums import row_sum
from khaka.features.source import FrameSource

OLD, NEW, SEAT = "S24-2017-AE", "S24-2022-AE", "S24-2008-1"
COUNTS = """
SELECT count(CASE WHEN w.election_id = (SELECT election_id FROM scored) THEN 1 END) AS own,
       count(CASE WHEN w.aspirant_id IS NULL THEN 1 END) AS strangers
FROM activity a LEFT JOIN aspirants w ON w.aspirant_id = a.aspirant_id
"""
# minutes around midnight of 1 December in India (18:30 UTC of the day before), where as-of days end
MOMENTS = st.integers(-3000, 3000).map(lambda minutes: pd.Timestamp("2016-11-30T18:30Z") + pd.Timedelta(minutes, "min"))
EVENTS = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "nobody"]), MOMENTS), min_size=1, max_size=12)


def tables(folder: Path, events: list[tuple[str, pd.Timestamp]], decided: pd.Timestamp | None) -> TableStore:
    store = TableStore(folder / "tables")
    days = pd.to_datetime(["2017-03-11", "2022-03-10"])
    store.write(
        "elections", pd.DataFrame({"election_id": [OLD, NEW], "state": "S24", "kind": "AE", "result_date": days})
    )
    people = pd.DataFrame({"election_id": [OLD, OLD, NEW], "seat_id": SEAT, "aspirant_id": ["a", "b", "c"]})
    store.write("aspirants", people.assign(decided_at=pd.to_datetime([decided, None, None], utc=True)))
    names, times = [name for name, _ in events], pd.to_datetime([time for _, time in events], utc=True)
    store.write("activity", pd.DataFrame({"event_id": [str(number) for number in range(len(events))],
                                          "aspirant_id": names, "received_at": times}))  # fmt: skip
    return store


@settings(max_examples=40, deadline=None)
@given(EVENTS, st.none() | MOMENTS, st.integers(28, 32))
def test_the_rows_that_count_are_counted(
    events: list[tuple[str, pd.Timestamp]], decided: pd.Timestamp | None, day: int
) -> None:
    as_of = dt.date(2016, 11, 1) + dt.timedelta(days=day - 1)
    with tempfile.TemporaryDirectory() as folder:
        source = FrameSource(tables(Path(folder), events, decided))
        known = KnownTables(source, as_of=as_of, election_id=OLD)
        wanted = known.sql(COUNTS, scored=pd.DataFrame({"election_id": [OLD]})).iloc[0]
        own, _, strangers, _ = row_sum(known).split()
    assert (int(own), int(strangers)) == (wanted["own"], wanted["strangers"])


def test_every_cell_counts(tmp_path: Path) -> None:
    first = ("a", pd.Timestamp("2016-11-20T10:00Z"))
    second = ("b", pd.Timestamp("2016-11-21T10:00Z"))
    found = []
    for number, (events, met) in enumerate([([first, second], 3), ([first, second], 3), ([first, second], 4)]):
        store = tables(tmp_path / str(number), events, None)
        store.write("activity", pd.DataFrame({"event_id": ["0"], "attendance": [met]}), mode="fill")
        known = KnownTables(FrameSource(store), as_of=dt.date(2016, 12, 1), election_id=OLD)
        found.append(row_sum(known))
    assert found[0] == found[1] != found[2]
