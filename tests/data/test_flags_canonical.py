"""Booths that came as canonical tables are looked through for named faults once their votes are stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from khaka.data.flags.canonical import NAME, flag_tables, stored_booths
from khaka.data.flags.store import read_flags, rows_out_of_totals
from khaka.data.ingest import ingest
from khaka.data.store import LEFT_OUT, TableStore

ELECTION, SEAT = "S24-2017-AE", "S24-2008-1"


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Twelve booths; at booth 5 more votes are counted than there are electors."""
    rng = np.random.default_rng(2)
    numbers = [str(number) for number in range(1, 13)]
    votes = pd.DataFrame(rng.integers(60, 200, (12, 3)), columns=["BJP", "INC", "SP"])
    keys = pd.DataFrame({"election_id": ELECTION, "seat_id": SEAT, "booth_no": numbers})
    polled = votes.sum(axis=1)
    booths = keys.assign(
        electors=2 * polled + np.arange(12) % 5, votes_polled=polled, station_name="School " + keys["booth_no"]
    )
    booths.loc[4, "electors"] = 100
    long = pd.concat([keys.assign(party=party, votes=votes[party]) for party in votes.columns])
    booths.loc[6, "votes_polled"] -= votes.loc[6, "SP"]
    return booths, long[~((long["booth_no"] == "7") & (long["party"] == "SP"))]


def test_canonical_files_are_flagged_whichever_comes_first(tmp_path: Path) -> None:
    booths, votes = tables()
    booths.to_csv(tmp_path / "booths.csv", index=False)
    votes.to_csv(tmp_path / "booth_votes.csv", index=False)
    for place, names in enumerate((["booths", "booth_votes"], ["booth_votes", "booths"])):
        root = tmp_path / str(place)
        store = TableStore(root / "tables")
        for name in names:
            report = ingest([tmp_path / f"{name}.csv"], workspace_root=root, store=store)
            assert not report.refused, report.refused
        out = rows_out_of_totals(root)
        assert out["booth_no"].tolist() == ["5"]
        assert "votes_above_electors" in out["faults"].iloc[0]
        assert store.left_out.values.tolist() == [[ELECTION, SEAT, "5", True]]
        assert set(read_flags(root)["file"]) == {NAME}
        assert f"{LEFT_OUT}/{ELECTION}" in store.hashes()


def test_a_party_without_a_row_has_no_votes_and_the_order_is_that_of_the_numbers(tmp_path: Path) -> None:
    booths, votes = tables()
    store = TableStore(tmp_path / "tables")
    store.write("booths", booths)
    store.write("booth_votes", votes)
    table = stored_booths(store, ELECTION, [SEAT])
    assert table is not None
    assert table.rows["booth_no"].tolist() == [str(number) for number in range(1, 13)]
    assert table.votes.loc[6, "SP"] == 0
    assert table.votes.loc[6, "INC"] == int(votes.query("booth_no == '7' and party == 'INC'")["votes"].iloc[0])
    assert stored_booths(store, ELECTION, ["S24-2008-2"]) is None


def test_parties_that_a_file_left_out_are_no_fault_of_its_booths(tmp_path: Path) -> None:
    booths, votes = tables()
    booths.loc[4, "electors"] = 2000
    store = TableStore(tmp_path / "tables")
    store.write("booths", booths)
    store.write("booth_votes", votes[votes["party"] != "BJP"])
    flag_tables(tmp_path, store, booths[["election_id", "seat_id"]])
    assert rows_out_of_totals(tmp_path).empty


def test_a_mended_booth_is_flagged_no_longer(tmp_path: Path) -> None:
    booths, votes = tables()
    store = TableStore(tmp_path / "tables")
    store.write("booths", booths)
    store.write("booth_votes", votes)
    touched = booths[["election_id", "seat_id"]]
    assert flag_tables(tmp_path, store, touched) > 0
    booths.loc[4, "electors"] = 2000
    store.write("booths", booths)
    flag_tables(tmp_path, store, touched)
    assert rows_out_of_totals(tmp_path).empty
    assert store.left_out.empty
    assert not store.files(LEFT_OUT)
