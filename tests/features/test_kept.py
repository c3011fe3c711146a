"""A past cycle's presence is worked out once: again only where a row that counts for it changed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from khaka.data.store import TableStore
from khaka.data.sums import record
from khaka.features.cutoff import KnownTables
from khaka.features.kept import kept
from khaka.features.presence import FEATURES, presence_table
from khaka.features.source import FrameSource

OLD, NEW, SEAT = "S24-2017-AE", "S24-2022-AE", "S24-2008-1"


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    store = TableStore(tmp_path / "tables")
    days = pd.to_datetime(["2017-03-11", "2022-03-10"])
    store.write(
        "elections", pd.DataFrame({"election_id": [OLD, NEW], "state": "S24", "kind": "AE", "result_date": days})
    )
    people = pd.DataFrame({"election_id": [OLD, NEW], "seat_id": SEAT, "aspirant_id": ["a", "b"]})
    store.write("aspirants", people)
    store.write("booths", pd.DataFrame({"election_id": [OLD], "seat_id": [SEAT], "booth_no": ["1"]}))
    add(store, "e1", "a", "2016-11-01")
    return store


def add(store: TableStore, event: str, aspirant: str, day: str, **more: object) -> None:
    time = pd.to_datetime([f"{day}T10:00:00+05:30"], utc=True)
    row = {"event_id": [event], "aspirant_id": [aspirant], "seat_id": [SEAT], "started_at": time, "received_at": time}
    store.write("activity", pd.DataFrame({**row, **more}))


def made(
    store: TableStore,
    election: str = OLD,
    day: dt.date = dt.date(2016, 12, 1),
    settings: str = "",
    also: tuple[str, ...] = (),
) -> int:
    """Return how often the table was made: 0 or 1."""
    calls = []

    def make() -> pd.DataFrame:
        calls.append(1)
        return pd.DataFrame({"presence": [1.0]}, index=pd.Index(["a"], name="aspirant_id", dtype="object"))

    known = KnownTables(FrameSource(TableStore(store.folder)), as_of=day, election_id=election)
    table = kept(known, "presence", make, settings=settings, also=also)
    assert table.index.tolist() == ["a"]
    assert table["presence"].tolist() == [1.0]
    return len(calls)


def test_the_same_tables_are_worked_out_once(store: TableStore) -> None:
    assert [made(store), made(store)] == [1, 0]


def test_records_of_the_coming_cycle_leave_a_past_one_as_it_is(store: TableStore) -> None:
    made(store)
    add(store, "e2", "b", "2021-11-01")
    assert [made(store), made(store)] == [0, 0]


@pytest.mark.parametrize(
    ("event", "aspirant", "more"),
    [("e1", "a", {"attendance": [7]}), ("e3", "a", {}), ("e3", "stranger", {})],
    ids=["another value", "another event", "an event of whom no list knows"],
)
def test_a_row_that_counts_makes_it_again(
    store: TableStore, event: str, aspirant: str, more: dict[str, object]
) -> None:
    made(store)
    add(store, event, aspirant, "2016-11-01", **more)
    assert made(store) == 1


def test_of_another_table_the_elections_own_rows_count(store: TableStore) -> None:
    def rated(election: str, aspirant: str) -> None:
        row = {"election_id": [election], "seat_id": [SEAT], "aspirant_id": [aspirant], "rater_role": ["observer"],
               "rater_id": ["r"], "rated_at": pd.to_datetime(["2016-11-02T10:00:00Z"]), "rating": [7.0]}  # fmt: skip
        store.write("ratings", pd.DataFrame(row))

    rated(OLD, "a")
    assert [made(store, also=("ratings",)), made(store, also=("ratings",))] == [1, 0]
    rated(NEW, "b")
    assert made(store, also=("ratings",)) == 0
    rated(OLD, "c")
    assert made(store, also=("ratings",)) == 1
    store.write("demographics", pd.DataFrame({"level": ["seat"], "unit_id": [SEAT], "measure": ["x"], "year": [2011]}))
    assert made(store, also=("ratings",)) == 0
    assert made(store, also=("ratings", "demographics")) == 1


def test_other_booths_or_settings_make_it_again(store: TableStore) -> None:
    made(store)
    assert made(store, settings="near_km=2") == 1
    made(store)
    store.write("booths", pd.DataFrame({"election_id": [OLD], "seat_id": [SEAT], "booth_no": ["2"]}))
    assert made(store) == 1


def test_a_damaged_file_is_made_again(store: TableStore) -> None:
    made(store)
    path = next((store.cache / "presence").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-9])
    assert made(store) == 1


def test_another_day_is_another_table(store: TableStore) -> None:
    made(store)
    assert made(store, day=dt.date(2016, 11, 15)) == 1


def test_the_last_cycle_follows_its_files_and_its_rows_are_not_read_for_it(
    store: TableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khaka.features.kept._rows_hash", lambda *_: pytest.fail("rows were read"))
    day = dt.date(2021, 12, 1)
    assert [made(store, NEW, day), made(store, NEW, day)] == [1, 0]
    add(store, "e2", "b", "2021-11-01")
    assert [made(store, NEW, day), made(store, NEW, day)] == [1, 0]


def test_people_in_another_order_are_the_same_people(store: TableStore) -> None:
    people = pd.DataFrame({"election_id": OLD, "seat_id": SEAT, "aspirant_id": ["c", "a"], "criminal_cases": [1, None]})
    store.write("aspirants", people)
    assert made(store) == 1
    store.write("aspirants", people[::-1])
    assert made(store) == 0
    store.write("aspirants", people.assign(criminal_cases=[2, None]))
    assert made(store) == 1


def test_files_of_before_a_column_came_are_read_with_it_blank(store: TableStore) -> None:
    path = next((store.folder / "activity").glob("*.parquet"))
    older = pq.read_table(path).drop_columns(["review"])
    temporary = path.with_suffix(".tmp")
    pq.write_table(older, temporary)
    record(path, temporary)
    temporary.replace(path)
    assert [made(store), made(store)] == [1, 0]
    known = KnownTables(FrameSource(TableStore(store.folder)), as_of=dt.date(2016, 12, 1), election_id=OLD)
    assert known.sql("SELECT event_id, review FROM activity").isna().sum().tolist() == [0, 1]
    add(store, "e2", "a", "2016-11-02", review="approved")  # the file is written again, with the column
    assert made(store) == 1
    assert TableStore(store.folder).read("activity")["review"].isna().tolist() == [True, False]


def test_where_nobody_recorded_any_work_there_is_nothing_to_add_up(store: TableStore) -> None:
    shutil.rmtree(store.folder / "activity")
    known = KnownTables(FrameSource(TableStore(store.folder)), as_of=dt.date(2016, 12, 1), election_id=OLD)
    assert known.files("activity") == []
    assert presence_table(known).empty
    assert presence_table(known).columns.tolist() == list(FEATURES)
    assert [made(store), made(store)] == [1, 0]
    add(store, "e1", "a", "2016-11-01")
    assert made(store) == 1
