"""A long query gives the same in steps as at once, and leaves no table behind."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from khaka.features.engine import DuckEngine
from khaka.features.steps import BEGIN, END, in_tables

LONG = """WITH doubled AS MATERIALIZED (
    SELECT x, 2 * x AS y FROM numbers
), few AS (
    SELECT * FROM doubled WHERE y < 10
), sums AS MATERIALIZED (
    -- FROM few, read twice
    SELECT f.x, f.y + g.y AS z FROM few f JOIN few g ON g.x = f.x + 1
), unread AS MATERIALIZED (
    SELECT 1 AS one
)
SELECT s.x, s.z, f.y
FROM sums s JOIN few f ON f.x = s.x
"""


def test_tables_are_made_in_order_and_go_after_their_last_reader() -> None:
    steps, rest = in_tables(f"SELECT count(*) FROM ({BEGIN}{LONG}{END}) l")
    assert [(step.name, step.done) for step in steps] == [
        ("step_doubled", ()),
        ("step_sums", ()),
        ("step_unread", ("step_unread",)),
    ]
    assert "step_sums" in rest
    assert "few AS" in rest  # no table: it comes along with whoever reads it
    assert steps[0].query == "SELECT x, 2 * x AS y FROM numbers"
    # nothing reads `doubled` once the sums are there
    shorter = LONG.replace(" JOIN few f ON f.x = s.x", "").replace(", f.y\n", "\n")
    assert in_tables(BEGIN + shorter + END)[0][1].done == ("step_doubled",)


def test_in_steps_the_result_is_the_same() -> None:
    engine = DuckEngine()
    engine.put("numbers", pd.DataFrame({"x": range(8)}))
    at_once = engine.run(f"SELECT * FROM ({LONG}) l ORDER BY x")
    in_steps = engine.run(f"SELECT * FROM ({BEGIN}{LONG}{END}) l ORDER BY x")
    pd.testing.assert_frame_equal(in_steps, at_once)
    assert at_once.values.tolist() == [[0, 2, 0], [1, 6, 2], [2, 10, 4], [3, 14, 6]]
    streamed = list(engine.stream(f"SELECT * FROM ({BEGIN}{LONG}{END}) l ORDER BY x", rows=2))
    assert sum(map(len, streamed)) == 4
    assert engine.run("SELECT table_name FROM duckdb_tables()").empty


def test_a_step_that_fails_leaves_no_table() -> None:
    engine = DuckEngine()
    engine.put("numbers", pd.DataFrame({"x": range(8)}))
    broken = LONG.replace("f.y + g.y", "error('stopped')")
    with pytest.raises(duckdb.Error, match="stopped"):
        engine.run(f"SELECT * FROM ({BEGIN}{broken}{END}) l")
    assert engine.run("SELECT table_name FROM duckdb_tables()").empty


@pytest.mark.parametrize("text", ["SELECT 1", LONG.replace("\nSELECT", " SELECT")], ids=["no parts", "no last SELECT"])
def test_a_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="on a line of its own"):
        in_tables(BEGIN + text + END)


def test_other_queries_are_left_as_they_are() -> None:
    assert in_tables("SELECT 1") == ([], "SELECT 1")
