"""An inflated log, through the real commands: it is loud, and its aspirant goes up by one rank at most."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.app.cli import main
from khaka.scoring.gaming import TIMES, inflated

pytestmark = pytest.mark.slow

ELECTION, DAY = "S24-2027-AE", "2027-01-10"


def khaka(*words: object) -> None:
    assert main(["--quiet", *map(str, words)]) == 0


def scores(root: Path) -> pd.DataFrame:
    khaka("score", "--election", ELECTION, "--as-of", DAY, "--workspace", root)
    return pd.read_parquet(root / "results" / ELECTION / DAY / "scores.parquet").set_index("aspirant_id")


def test_a_log_inflated_tenfold_goes_up_by_one_rank_at_most(tmp_path: Path) -> None:
    made, root = tmp_path / "made", tmp_path / "ws"
    khaka("simulate", made, "--seats", 40, "--booths-per-seat", 10, "--elections", 3, "--seed", 17)
    khaka("init", "--state", "S24", "--party", "NEEM", "--workspace", root)
    khaka("ingest", made / "tables", "--workspace", root)
    khaka("train", "--as-of", DAY, "--workspace", root)
    before = scores(root)
    activity = pd.read_parquet(made / "tables" / "activity.parquet")
    events = activity["aspirant_id"].value_counts()

    ups: list[float] = []
    for turn, place in enumerate((-1, -2)):  # the last of each seat who has a log, then the last but one
        ranked = before[before.index.isin(events.index) & before["rank"].notna()].sort_values(["seat_id", "rank"])
        seats = ranked.groupby("seat_id")
        chosen = [str(rows.index[place]) for _, rows in seats if len(rows) >= 3]
        louder = inflated(activity[activity["aspirant_id"].isin(chosen)], chosen, seed=turn)
        assert len(louder) == TIMES * events[chosen].sum()
        changed, file = tmp_path / f"ws-{turn}", tmp_path / f"louder-{turn}.parquet"
        shutil.copytree(root, changed)
        louder.to_parquet(file, index=False)
        khaka("ingest", file, "--workspace", changed)
        after = scores(changed)
        ups += (before.loc[chosen, "rank"] - after.loc[chosen, "rank"]).tolist()
        # by the number of its records it would lead most seats; it did arrive, and was seen through
        loud = before.assign(events=events.reindex(before.index).fillna(0.0))
        loud.loc[chosen, "events"] *= TIMES
        leads = (
            loud.loc[chosen, "events"]
            >= loud.groupby("seat_id")["events"].max()[loud.loc[chosen, "seat_id"]].to_numpy()
        )
        assert leads.mean() > 0.8
        assert after.loc[chosen, "verified_share"].mean() < 0.5 < before.loc[chosen, "verified_share"].mean()
    assert len(ups) >= 70
    assert np.mean(np.array(ups) <= 1) >= 0.95
