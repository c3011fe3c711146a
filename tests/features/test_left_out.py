"""Booths that would spoil a total are left out of what features read, from files as from frames."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from khaka.data.flags.registry import COLUMNS, empty
from khaka.data.flags.store import write_flags
from khaka.data.history import keep, lay_out
from khaka.data.settings import Settings
from khaka.data.store import TableStore
from khaka.features.cutoff import KnownTables
from khaka.features.source import FrameSource

OLD, NEW, SEAT = "S24-2017-AE", "S24-2022-AE", "S24-2008-1"


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    """Three booths of INC and SP: 60-40, 60-40 and, where a total stands among the booths, 10,000-90,000."""
    made = TableStore(tmp_path / "tables")
    made.write("elections", pd.DataFrame({"election_id": [OLD, NEW], "state": "S24", "kind": "AE",
                                          "result_date": pd.to_datetime(["2017-03-11", "2022-03-10"])}))  # fmt: skip
    made.write("seats", pd.DataFrame({"seat_id": [SEAT], "state": ["S24"]}))
    keys = pd.DataFrame({"election_id": OLD, "seat_id": SEAT, "booth_no": ["1", "2", "3"]})
    made.write("booths", keys.assign(electors=[200, 200, 150_000], votes_polled=[100, 100, 100_000], nota=0))
    made.write("booth_votes", pd.concat([keys.assign(party="INC", votes=[60, 60, 10_000]),
                                         keys.assign(party="SP", votes=[40, 40, 90_000])]))  # fmt: skip
    return made


def flag(store: TableStore, column: str) -> None:
    flags = pd.DataFrame(
        [["a.csv", OLD, SEAT, "3", 9, "total_among_booths", column, "", "", "out"]], columns=list(COLUMNS)
    )
    write_flags(store.folder.parent, flags, seats=flags[["election_id", "seat_id"]])


def known(store: TableStore, *, files: bool) -> KnownTables:
    source: TableStore | FrameSource = FrameSource(store)
    if not files:
        names = ("elections", "seats", "booths", "booth_votes")
        source = FrameSource({name: store.read(name) for name in names})
        source.left_out = store.left_out
    return KnownTables(source, as_of=dt.date(2022, 1, 10), election_id=NEW)


@pytest.mark.parametrize("files", [True, False])
def test_flagged_rows_are_in_no_total(store: TableStore, files: bool) -> None:
    query = "SELECT sum(votes) FILTER (party = 'INC') / sum(votes) AS share FROM booth_votes"
    assert known(store, files=files).sql(query)["share"].iloc[0] == pytest.approx(10_120 / 100_200)
    flag(store, "counted")
    cut = known(store, files=files)
    assert cut.sql(query)["share"].iloc[0] == pytest.approx(0.6)
    booths = cut.sql("SELECT booth_no, electors, votes_polled FROM booths ORDER BY 1")
    assert booths["votes_polled"].isna().tolist() == [False, False, True]
    assert booths["electors"].tolist() == [200, 200, 150_000]  # only its votes are in doubt
    assert cut.frame("booth_votes")["booth_no"].tolist().count("3") == 0
    assert cut.frame("booths")["votes_polled"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize("files", [True, False])
def test_electors_in_doubt_are_blank(store: TableStore, files: bool) -> None:
    flag(store, "electors")
    cut = known(store, files=files)
    assert cut.sql("SELECT sum(electors) AS n FROM booths")["n"].iloc[0] == 400
    assert cut.frame("booths")["electors"].isna().tolist() == [False, False, True]


def test_a_result_that_is_made_again_leaves_out_what_it_left_out_then(store: TableStore, tmp_path: Path) -> None:
    flag(store, "counted")
    root, inputs = store.folder.parent, store.hashes()
    settings = Settings.model_validate({"party": {"state": "S24", "party": "INC"}})
    digest = keep(root, store.folder, inputs, settings)
    before = store.left_out
    write_flags(root, empty(), seats=pd.DataFrame({"election_id": [OLD], "seat_id": [SEAT]}))
    assert store.left_out.empty
    lay_out(root, inputs, digest, tmp_path / "then")
    pd.testing.assert_frame_equal(TableStore(tmp_path / "then" / "tables").left_out, before)
