"""The engine under the feature SQL: it spills what does not fit, and cuts files as frames are cut."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.data.store import TableStore
from khaka.data.workspace import init_workspace, open_workspace
from khaka.features.cutoff import KnownTables
from khaka.features.engine import DuckEngine
from khaka.features.source import FrameSource

QUERY = """
SELECT sum(n * (x % 7)) AS y FROM (
    SELECT x, row_number() OVER (ORDER BY hash(x), x) AS n FROM range(1500000) t(x))
"""
OLD, NEW, SEAT = "S24-2017-AE", "S24-2022-AE", "S24-2008-1"


def test_what_does_not_fit_is_spilled_and_changes_nothing(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    small, large = DuckEngine(memory_limit="40MiB", spill=spill), DuckEngine(memory_limit="4GiB")
    assert small.run(QUERY)["y"].tolist() == large.run(QUERY)["y"].tolist()
    assert spill.is_dir()


@pytest.fixture
def store(tmp_path: Path) -> TableStore:
    store = TableStore(tmp_path / "tables")
    days = pd.to_datetime(["2017-03-11", "2022-03-10"])
    store.write(
        "elections", pd.DataFrame({"election_id": [OLD, NEW], "state": "S24", "kind": "AE", "result_date": days})
    )
    both = {"election_id": [OLD, NEW], "seat_id": SEAT, "booth_no": ["1", "1"]}
    store.write("booths", pd.DataFrame({**both, "electors": [900, 950], "votes_polled": [500, 600]}))
    store.write("booth_votes", pd.DataFrame({**both, "party": "INC", "votes": [300, 200]}))
    people = pd.DataFrame({"election_id": [NEW, NEW], "seat_id": SEAT, "aspirant_id": ["a", "b"]})
    decided = pd.to_datetime(["2022-01-05T12:00:00+05:30", None], utc=True)
    store.write("aspirants", people.assign(decided_at=decided))
    times = pd.to_datetime(
        ["2022-01-05T11:59:59+05:30", "2022-01-05T12:00:01+05:30", "2022-01-10T23:59:59+05:30",
         "2022-01-11T00:00:00+05:30"], utc=True,
    )  # fmt: skip
    store.write(
        "activity",
        pd.DataFrame({"event_id": ["1", "2", "3", "4"], "aspirant_id": ["a", "a", "b", "b"], "received_at": times}),
    )
    return store


def known(source: object) -> KnownTables:
    return KnownTables(FrameSource(source), as_of=dt.date(2022, 1, 10), election_id=NEW)  # type: ignore[arg-type]


@pytest.mark.parametrize("table", ["activity", "booths", "booth_votes"])
def test_files_and_frames_are_cut_alike(store: TableStore, table: str) -> None:
    frames = {name: store.read(name) for name in ("elections", "aspirants", "booths", "booth_votes", "activity")}
    cells = "event_id, aspirant_id, epoch_us(received_at) AS received" if table == "activity" else "*"
    query = f"SELECT {cells} FROM {table} ORDER BY ALL"
    pd.testing.assert_frame_equal(known(store).sql(query), known(frames).sql(query))


def test_events_after_the_choice_or_the_day_are_unknown(store: TableStore) -> None:
    assert known(store).sql("SELECT event_id FROM activity ORDER BY 1")["event_id"].tolist() == ["1", "3"]


def test_results_of_the_scored_election_are_blank_in_its_files_too(store: TableStore) -> None:
    rows = known(store).sql("SELECT electors, votes_polled FROM booths ORDER BY election_id")
    assert rows["electors"].tolist() == [900, 950]
    assert rows["votes_polled"].isna().tolist() == [False, True]
    assert known(store).sql("SELECT count(*) AS n FROM booth_votes")["n"].tolist() == [1]


def test_a_damaged_file_is_refused_before_sql_reads_it(store: TableStore) -> None:
    path = store.files("activity")[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(KhakaError, match="is damaged or was changed"):
        known(TableStore(store.folder)).has("activity")


def test_the_settings_reach_the_engine(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    init_workspace(root, state="S24", party="INC")
    path = root / "khaka.toml"
    path.write_text(path.read_text().replace('memory_limit = "1GiB"', 'memory_limit = "700MiB"'))
    tables = KnownTables(FrameSource(open_workspace(root).store), as_of=dt.date(2022, 1, 10), election_id=NEW)
    limit = tables.sql("SELECT current_setting('memory_limit') AS limit_, current_setting('temp_directory') AS folder")
    assert limit["limit_"].tolist() == ["700.0 MiB"]
    assert limit["folder"].tolist() == [str(root.resolve() / "cache" / "spill")]


def test_a_wrong_memory_limit_is_named(tmp_path: Path) -> None:
    init_workspace(tmp_path / "ws", state="S24", party="INC")
    path = tmp_path / "ws" / "khaka.toml"
    path.write_text(path.read_text().replace('memory_limit = "1GiB"', 'memory_limit = "much"'))
    with pytest.raises(KhakaError, match=r"engine\.memory_limit"):
        open_workspace(tmp_path / "ws")
