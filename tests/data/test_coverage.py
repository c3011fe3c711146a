"""What is known of each seat, told before there is any result."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from khaka.data.coverage import coverage
from khaka.data.ingest import ingest
from khaka.data.store import TableStore


def test_booths_alone_make_a_list_of_seats(tmp_path: Path) -> None:
    path = tmp_path / "up_vs2017_booths.csv"
    path.write_text("ac_no,booth_no,electors,votes_BJP,votes_SP\n9,1,900,200,300\n10,1,800,250,100\n", encoding="utf-8")
    store = TableStore(tmp_path / "tables")
    ingest([path], workspace_root=tmp_path, store=store)
    lineage = pd.DataFrame({name: pd.Series(dtype="str") for name in ("from_booth_no", "to_seat_id", "to_booth_no")})
    found = coverage(store, "S24", lineage)
    assert found.index.tolist() == ["S24-2008-9", "S24-2008-10"]
    assert found["booths"].all()
    assert not found[["assembly", "parliament", "boundary"]].any(axis=None)
