"""Tables in a workspace: upsert by key, the input's order never shows, damage is found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.data.store import TableStore


def booths(**columns: list[object]) -> pd.DataFrame:
    base: dict[str, object] = {"election_id": "S24-2017-AE", "seat_id": "S24-2008-1", "booth_no": ["1", "2"]}
    return pd.DataFrame({**base, **columns})


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    return TableStore(tmp_path / "tables")


def test_the_same_rows_again_change_nothing_not_even_a_byte(store: TableStore) -> None:
    first = store.write("booths", booths(electors=[900, None]))
    before = store.hashes()
    again = store.write("booths", booths(electors=[900, None]))
    assert (first.inserted, first.replaced, first.unchanged) == (2, 0, 0)
    assert (again.inserted, again.replaced, again.unchanged) == (0, 0, 2)
    assert store.hashes() == before


def test_a_newer_value_replaces_and_both_are_reported(store: TableStore) -> None:
    store.write("booths", booths(electors=[900, 800]))
    report = store.write("booths", booths(electors=[900, 750]))
    assert (report.inserted, report.replaced, report.unchanged) == (0, 1, 1)
    assert report.changes.to_dict("records") == [
        {"key": "S24-2017-AE|S24-2008-1|2", "column": "electors", "old": "800", "new": "750"}
    ]


def test_columns_that_a_newer_file_lacks_stay(store: TableStore) -> None:
    store.write("booths", booths(electors=[900, 800], village=["Rahna", "Behat"]))
    store.write("booths", booths(electors=[900, 750]))
    assert store.read("booths")["village"].tolist() == ["Rahna", "Behat"]


def test_fill_puts_values_into_blank_cells_only(store: TableStore) -> None:
    store.write("booths", booths(electors=[900, None]))
    store.write("booths", booths(electors=[1, 2]), mode="fill")
    assert store.read("booths")["electors"].tolist() == [900, 2]


def test_the_order_of_rows_never_shows(tmp_path: Path) -> None:
    one, other = TableStore(tmp_path / "a"), TableStore(tmp_path / "b")
    one.write("booths", booths(electors=[900, 800]))
    other.write("booths", booths(electors=[900, 800]).iloc[::-1])
    assert one.hashes() == other.hashes()


def test_further_columns_are_kept(store: TableStore) -> None:
    store.write("booths", booths(colour=["red", "blue"], height=[1.5, 2.5]))
    frame = store.read("booths")
    assert frame["colour"].tolist() == ["red", "blue"]
    assert frame["height"].tolist() == [1.5, 2.5]


def test_a_table_that_was_never_fed_is_empty_with_its_columns(store: TableStore) -> None:
    frame = store.read("ratings")
    assert frame.empty
    assert str(frame["rated_at"].dtype) == "datetime64[us, UTC]"


def test_times_come_back_as_the_moments_they_were(store: TableStore) -> None:
    when = pd.to_datetime(["2026-01-01T10:00:00+05:30", "2026-01-01T04:30:00+00:00"], format="ISO8601", utc=True)
    frame = pd.DataFrame({"event_id": ["a", "b"], "aspirant_id": "x", "received_at": when})
    store.write("activity", frame)
    assert store.read("activity")["received_at"].diff().iloc[1] == pd.Timedelta(0)


def test_a_flipped_bit_is_found(store: TableStore) -> None:
    store.write("booths", booths(station_name=["School " * 40, "Hall " * 40]))
    path = store.files("booths")[0]
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(KhakaError, match="damaged"):
        store.read("booths")
