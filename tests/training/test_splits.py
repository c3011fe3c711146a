"""Targets in time."""

from __future__ import annotations

import pandas as pd

from khaka.training.splits import time_splits

POLLS = pd.DataFrame({
    "election_id": ["S04-2005-AE", "S04-2005-AE2", "S24-2005-LS", "S27-2005-AE", "S24-2006-BYE1"],
    "kind": ["AE", "AE", "LS", "AE", "BYE"],
    "result_date": pd.to_datetime(["2005-02-28", "2005-11-30", "2005-05-16", "2005-02-28", "2006-01-31"]),
})  # fmt: skip


def test_only_assembly_elections_with_an_earlier_result_teach() -> None:
    splits = {split.target: split for split in time_splits(POLLS)}
    assert list(splits) == ["S04-2005-AE", "S27-2005-AE", "S04-2005-AE2"]
    assert splits["S04-2005-AE"].training == splits["S27-2005-AE"].training == ()
    assert splits["S04-2005-AE2"].training == ("S04-2005-AE", "S27-2005-AE")


def test_an_election_does_not_teach_before_its_result() -> None:
    for split in time_splits(POLLS, days_before=300):
        known = POLLS.set_index("election_id").loc[list(split.training), "result_date"]
        assert (known <= pd.Timestamp(split.as_of)).all()


def test_targets_and_first_year_restrict_the_list() -> None:
    assert [split.target for split in time_splits(POLLS, targets={"S27-2005-AE"})] == ["S27-2005-AE"]
    assert time_splits(POLLS, first_year=2006) == []
