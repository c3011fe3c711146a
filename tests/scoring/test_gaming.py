"""An inflated log: ten records for each real one, of nobody else, under numbers of their own."""

from __future__ import annotations

import pandas as pd

from khaka.scoring.gaming import TIMES, inflated


def activity() -> pd.DataFrame:
    return pd.DataFrame({
        "event_id": [f"e{i}" for i in range(6)], "aspirant_id": ["a", "a", "a", "b", "b", "c"],
        "seat_id": ["s1"] * 5 + ["s2"], "booth_no": ["1", "2", "3", "1", "1", "9"], "kind": "booth_visit",
        "started_at": pd.Timestamp("2026-11-01", tz="UTC") + pd.to_timedelta(range(6), unit="h"),
        "received_at": pd.Timestamp("2026-11-02", tz="UTC"), "lat": 26.0, "lon": 80.0,
    })  # fmt: skip


def test_ten_records_for_each_of_theirs_and_one_for_each_of_the_others() -> None:
    before = activity()
    after = inflated(before, ["a"], seed=1)
    counts = after["aspirant_id"].value_counts()
    assert counts["a"] == TIMES * 3
    assert (counts["b"], counts["c"]) == (2, 1)
    assert after["event_id"].is_unique
    pd.testing.assert_frame_equal(after.head(6), before)
    assert after.dtypes.equals(before.dtypes)


def test_false_records_come_later_and_claim_booths_of_the_same_seat_from_the_same_place() -> None:
    after = inflated(activity(), ["a"], seed=1)
    false = after.iloc[6:]
    assert (false["started_at"] > pd.Timestamp("2026-11-01", tz="UTC")).all()
    assert set(false["booth_no"]) <= {"1", "2", "3"}
    assert (false[["lat", "lon"]] == [26.0, 80.0]).all().all()


def test_the_same_seed_inflates_alike() -> None:
    pd.testing.assert_frame_equal(inflated(activity(), ["a", "c"], seed=3), inflated(activity(), ["a", "c"], seed=3))
