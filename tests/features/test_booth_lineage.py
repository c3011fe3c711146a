"""Features read the lineage that a workspace keeps and never work it out themselves: a state's takes minutes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from khaka.data.lineage import FILE, kept_lineage, update_lineage
from khaka.data.store import TableStore
from khaka.features.source import FrameSource
from khaka.features.table import FeatureTable, feature_table

SEAT = "S24-2008-1"
POLLS = {"S24-2012-AE": "2012-03-06", "S24-2017-AE": "2017-03-11", "S24-2022-AE": None}
NEXT = "S24-2022-AE"


def store(folder: Path) -> TableStore:
    store = TableStore(folder / "tables")
    days = pd.to_datetime(pd.Series(list(POLLS.values())))
    store.write("elections", pd.DataFrame({"election_id": list(POLLS), "kind": "AE", "result_date": days}))
    store.write("seats", pd.DataFrame({"seat_id": [SEAT], "state": "S24", "seat_no": 1, "name": "ONE"}))
    people = {"aspirant_id": ["x", "y"], "person_id": ["p", "q"], "name": ["N", "O"]}
    store.write("aspirants", pd.DataFrame({"election_id": NEXT, "seat_id": SEAT, "party": "INC", **people}))
    for election, votes in (("S24-2012-AE", (40, 80)), ("S24-2017-AE", (50, 70))):
        booth = pd.DataFrame({
            "election_id": election, "seat_id": SEAT, "booth_no": ["1", "2"], "electors": [200, 250],
            "station_name": ["PRIMARY SCHOOL RAMPUR", "JUNIOR HIGH SCHOOL KHANPUR"],
        })  # fmt: skip
        store.write("booths", booth)
        rows = [
            {"election_id": election, "seat_id": SEAT, "booth_no": number, "party": party, "votes": count}
            for number, ours in zip(("1", "2"), votes, strict=True) for party, count in (("INC", ours), ("BJP", 60))
        ]  # fmt: skip
        store.write("booth_votes", pd.DataFrame(rows))
    return store


def build(tables: TableStore) -> FeatureTable:
    source = FrameSource(tables)
    return feature_table(source, election_id=NEXT, as_of=dt.date(2022, 1, 1), party="INC", kind="aspirant")


def test_without_a_kept_lineage_swing_is_empty_and_the_table_says_what_to_run(tmp_path: Path) -> None:
    table = build(store(tmp_path))
    assert table.values["booth_swing"].isna().all()
    assert table.values["booth_margin_median"].notna().all()
    assert any("khaka check" in sentence for sentence in table.missing)
    assert not (tmp_path / FILE).exists()


def test_with_a_kept_lineage_swing_is_there_until_the_booths_change(tmp_path: Path) -> None:
    tables = store(tmp_path)
    update_lineage(tables, tmp_path / FILE)
    table = build(tables)
    assert table.values["booth_swing"].notna().all()
    assert not any("lineage" in sentence for sentence in table.missing)
    older = pd.DataFrame({
        "election_id": "S24-2012-AE", "seat_id": SEAT, "booth_no": ["1"], "electors": [210], "station_name": ["X"],
    })  # fmt: skip
    tables.write("booths", older)
    assert kept_lineage(tables, tmp_path / FILE) is None
    assert any("khaka check" in sentence for sentence in build(TableStore(tmp_path / "tables")).missing)
