"""The feature SQL on Spark gives what it gives on DuckDB (`make test-spark`; needs PySpark and Java 17)."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

if shutil.which("java") is None:
    pytest.skip("Spark needs Java 17: no java on this machine", allow_module_level=True)
pytest.importorskip("pyspark", reason="PySpark is not installed: make test-spark installs it")

from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.store import TableStore
from khaka.features.engine import DuckEngine, Engine
from khaka.features.engine_spark import SparkEngine
from khaka.features.scenario import lineup
from khaka.features.source import FrameSource
from khaka.features.table import FeatureTable, feature_table


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkEngine]:
    engine = SparkEngine("local[2]")
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> TableStore:
    root = tmp_path_factory.mktemp("state")
    simulate(root / "made", seats=4, booths_per_seat=20, aspirants=16, elections=3, seed=3)
    store = TableStore(root / "ws" / "tables")
    ingest([root / "made" / "tables"], workspace_root=root / "ws", store=store)
    return store


def table(store: TableStore, engine: Engine) -> FeatureTable:
    line = lineup(FrameSource(store), election_id="S24-2027-AE", party="", seats=[])
    return feature_table(
        FrameSource(line.source), election_id="S24-2027-AE", as_of=dt.date(2027, 1, 10), party="NEEM",
        kind="aspirant", engine=engine,
    )  # fmt: skip


def test_features_of_a_made_up_state_are_those_of_duckdb(state: TableStore, spark: SparkEngine) -> None:
    here, there = table(state, DuckEngine()), table(state, spark)
    assert len(here.values) == 16
    assert here.values["presence_booths"].notna().all()
    pd.testing.assert_frame_equal(here.people, there.people)
    pd.testing.assert_frame_equal(here.values, there.values, rtol=1e-9, atol=1e-9)
    assert here.missing == there.missing


@pytest.mark.parametrize(
    "query",
    [
        "SELECT x / nullif(x - 1, 0) AS y FROM t ORDER BY x",
        "SELECT sum(x) / (sum(x) * 3.0) AS y FROM t",
        "SELECT x // 2 AS y FROM t ORDER BY x",
        "SELECT epoch_us(moment) AS y FROM t ORDER BY x",
        "SELECT median(x) AS y FROM t",
        "WITH a AS (SELECT x FROM t WHERE x > 1), b AS (WITH c AS (SELECT x FROM a) SELECT x + 1 AS x FROM c) "
        "SELECT count(*) AS y FROM a JOIN b ON a.x = b.x",
        "SELECT lag(x) OVER (ORDER BY x) AS y FROM t ORDER BY x",
    ],
)
def test_both_dialects_mean_the_same(spark: SparkEngine, query: str) -> None:
    rows = pa.table({"x": [1, 2, 3], "moment": pa.array([0, 1, None], pa.timestamp("us", tz="UTC"))})
    found = []
    for engine in (DuckEngine(), spark):
        engine.put("t", rows)
        found.append(engine.run(query)["y"].astype("float64").to_numpy())
        engine.drop("t")
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


def test_files_are_read_by_the_workers(spark: SparkEngine, state: TableStore) -> None:
    files: list[Path] = state.files("booths")
    seat = state.read("booths").query("seat_id == 'S24-2008-1'")
    for engine in (DuckEngine(), spark):
        engine.put_files("one_seat", files, "SELECT r.seat_id FROM files r WHERE r.seat_id = 'S24-2008-1'")
        assert engine.run("SELECT count(*) AS n FROM one_seat")["n"].tolist() == [len(seat)]
