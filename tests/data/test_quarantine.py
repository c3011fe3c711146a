from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaka.data.quarantine import COLUMNS, check_rows, read_quarantine, write_quarantine
from khaka.data.schema import TABLES

KEY = {"election_id": "S24-2017-AE", "seat_id": "S24-2008-1"}


def _frame(**columns: list[str | None]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    data = {**{name: [value] * size for name, value in KEY.items()}, **columns}
    return pd.DataFrame(data, dtype="str", index=range(2, 2 + size))


def _reasons(bad: pd.DataFrame) -> list[tuple[int, str, str]]:
    return sorted(zip(bad["row"], bad["column"], bad["reason"], strict=True))


def test_a_good_row_passes_in_the_kinds_of_the_schema() -> None:
    good, bad = check_rows("booths", _frame(booth_no=["12A"], electors=["1001"], lat=["26.5"], remark=["kept"]))
    assert bad.empty
    assert good.loc[2, ["booth_no", "electors", "lat", "remark"]].tolist() == ["12A", 1001, 26.5, "kept"]
    assert str(good["electors"].dtype) == "Int64"


def test_each_fault_names_row_column_value_and_reason() -> None:
    frame = _frame(booth_no=["1", "2", "3", None, "5"], electors=["10", "-4", "1,5", "7", "12.5"])
    good, bad = check_rows("booths", frame)
    assert good["booth_no"].tolist() == ["1"]
    assert _reasons(bad) == [
        (3, "electors", "below 0"),
        (4, "electors", "a number with a comma; write 1234.5"),
        (5, "booth_no", "blank, but needed"),
        (6, "electors", "not a whole number"),
    ]
    assert bad.set_index("row").loc[3, "value"] == "-4"


def test_ids_that_are_none_are_quarantined() -> None:
    frame = _frame(booth_no=["1", "2"])
    frame["seat_id"] = ["S24-163", "S24-2008-163"]
    good, bad = check_rows("booths", frame)
    assert len(good) == 1
    assert bad["reason"].str.contains("S24-2008-163").all()


def test_a_time_without_offset_is_a_bad_row_and_one_with_offset_is_utc() -> None:
    frame = pd.DataFrame(
        {
            "event_id": ["a", "b", "c", "d"], "aspirant_id": "x", "seat_id": "S24-2008-1", "kind": "meeting",
            "started_at": ["2026-01-31T18:00:00+05:30", None, None, "2026-02-02T10:00:00+05:30"],
            "received_at": [
                "2026-01-31T18:05:00+05:30", "2026-01-31T18:05:00", "yesterday", "2026-02-01T10:00:00+05:30",
            ],
        },
        dtype="str", index=[2, 3, 4, 5],
    )  # fmt: skip
    good, bad = check_rows("activity", frame)
    assert good["event_id"].tolist() == ["a", "d"]  # an event in the future is kept and flagged: the ledger refuses it
    assert good["received_at"].iloc[0] == pd.Timestamp("2026-01-31T12:35:00Z")
    assert bad["severity"].tolist() == ["quarantined", "quarantined", "flagged"]
    assert [reason.split(";")[0] for _, _, reason in _reasons(bad)] == [
        "a time without offset", "not a time", "received before it started",
    ]  # fmt: skip


def test_a_rating_outside_its_scale_is_quarantined() -> None:
    frame = _frame(aspirant_id=["a", "b"], rating=["4", "11"])
    frame = frame.assign(
        rater_role="observer", rater_id="r", rated_at="2026-01-01T00:00:00Z", scale_min="1", scale_max="10"
    )
    good, bad = check_rows("ratings", frame)
    assert good["aspirant_id"].tolist() == ["a"]
    assert bad["reason"].tolist() == ["outside its own scale"]


def test_more_votes_than_electors_is_a_flag_that_keeps_the_row() -> None:
    good, bad = check_rows("booths", _frame(booth_no=["1"], electors=["100"], votes_polled=["120"]))
    assert len(good) == 1
    assert bad["severity"].tolist() == ["flagged"]


def test_a_share_outside_0_to_1_is_quarantined() -> None:
    frame = pd.DataFrame(
        {"level": "seat", "unit_id": ["a", "b"], "measure": ["sc_share", "population"], "year": "2011", "source": "s",
         "value": ["21", "21"]}, dtype="str", index=[2, 3],
    )  # fmt: skip
    good, bad = check_rows("demographics", frame)
    assert good["unit_id"].tolist() == ["b"]
    assert bad["reason"].tolist() == ["a share outside 0 to 1"]


def test_the_same_row_twice_is_kept_once_and_a_contradiction_not_at_all() -> None:
    frame = _frame(booth_no=["1", "1", "2", "2", "3"], electors=["10", "10", "10", "20", "30"])
    good, bad = check_rows("booths", frame)
    assert good["booth_no"].tolist() == ["1", "3"]
    assert sorted(bad["row"]) == [3, 4, 5]
    assert sorted(bad["severity"]) == ["flagged", "quarantined", "quarantined"]


def test_several_rows_of_a_table_from_one_row_of_a_file_are_judged_one_by_one() -> None:
    frame = _frame(booth_no=["1", "1"], party=["INC", "BJP"], votes=["5", "-1"])
    frame.index = pd.Index([2, 2])
    good, bad = check_rows("booth_votes", frame)
    assert good["party"].tolist() == ["INC"]
    assert bad["row"].tolist() == [2]


@given(st.lists(st.tuples(st.integers(1, 9), st.text("0123456789.,-x", max_size=4)), max_size=25))
def test_every_row_is_kept_or_accounted_for(cells: list[tuple[int, str]]) -> None:
    frame = _frame(booth_no=["0"] + [str(number) for number, _ in cells], electors=["1"] + [text for _, text in cells])
    good, bad = check_rows("booths", frame)
    assert set(good.index) | set(bad["row"]) == set(frame.index)
    lost = set(bad.loc[bad["severity"] == "quarantined", "row"])
    assert not lost & set(good.index)
    assert not good.duplicated(list(TABLES["booths"].key)).any()


def test_the_quarantine_file_takes_each_fault_once(tmp_path: Path) -> None:
    _, bad = check_rows("booths", _frame(booth_no=["1"], electors=["x"]))
    path = tmp_path / "quarantine.parquet"
    new = bad.assign(file="a.csv")[list(COLUMNS)]
    assert write_quarantine(path, new) == 1
    before = path.read_bytes()
    assert write_quarantine(path, new) == 1
    assert path.read_bytes() == before
    assert read_quarantine(path).loc[0, ["file", "row", "column", "value", "reason"]].tolist() == [
        "a.csv", 2, "electors", "x", "not a number",
    ]  # fmt: skip


@pytest.mark.parametrize("table", sorted(TABLES))
def test_an_empty_frame_passes_every_table(table: str) -> None:
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in TABLES[table].names})
    good, bad = check_rows(table, frame)
    assert good.empty
    assert bad.empty
