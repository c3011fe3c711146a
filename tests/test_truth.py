"""The truth of a made-up state reaches the judge and nothing else."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.app.features_job import features_job
from khaka.app.jobs import score_job
from khaka.app.train_job import train_job
from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.workspace import init_workspace

ROOT = Path(__file__).resolve().parents[1]
#: Columns and files that only the truth has.
SECRET = re.compile(r"true_margin|party_swing|truth[/.\"']|\bgamed\b|data\.simulate|committee_|confounder")
LEARNING = [path for stage in ("features", "training", "scoring") for path in sorted((ROOT / stage).rglob("*.py"))]


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in LEARNING])
def test_no_module_that_learns_or_ranks_names_the_truth(path: Path) -> None:
    if path.parent.name == "scoring" and path.name.startswith("evaluate"):
        return
    text = path.read_text(encoding="utf-8")
    assert not SECRET.search(text), f"{path} names the truth"
    assert "scoring.evaluate" not in text, f"{path} imports the judge"


def test_the_judge_is_imported_by_commands_that_judge_only() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "app").rglob("*.py"))
        if "scoring.evaluate" in path.read_text(encoding="utf-8")
    }
    assert users <= {
        "app/demo.py", "app/evaluation.py", "app/study_run.py", "app/commands/evaluate.py", "app/commands/demo.py",
        "app/ablation_job.py", "app/gate_states.py",  # they judge on made-up states of their own
    }  # fmt: skip


def chain(state: Path, root: Path) -> dict[str, bytes]:
    """Return what ingest, features, train and score make of a made-up state."""
    workspace = init_workspace(root, state="S24", party="NEEM")
    ingest([state], workspace_root=workspace.root, store=workspace.store)
    as_of, election = dt.date(2027, 1, 10), "S24-2027-AE"
    features, _ = features_job(workspace, election_id=election, as_of=as_of, out=None)
    train_job(workspace, as_of=as_of)
    scored = score_job(workspace, election_id=election, as_of=as_of, model=None, out=None)
    names = ("scores.parquet", "scores.csv", "explanations.parquet", "panel.parquet")
    return {"features": features.read_bytes(), **{name: (scored.path / name).read_bytes() for name in names}}


@pytest.mark.slow
def test_with_the_truth_deleted_or_turned_round_the_ranking_is_the_same_to_the_byte(tmp_path: Path) -> None:
    info = simulate(tmp_path / "state", seats=12, booths_per_seat=8, events=3000, seed=4)
    assert (info.as_of, info.party, info.election_id) == ("2027-01-10", "NEEM", "S24-2027-AE")
    shutil.copytree(tmp_path / "state", tmp_path / "turned")
    file = tmp_path / "turned" / "truth" / "truth.parquet"
    truth = pd.read_parquet(file)
    truth["true_margin"] = np.where(truth["nominated"], 90.0, -90.0)
    truth["gamed"] = ~truth["gamed"].astype(bool)
    truth.to_parquet(file)
    shutil.rmtree(tmp_path / "state" / "truth")
    assert chain(tmp_path / "state", tmp_path / "without") == chain(tmp_path / "turned", tmp_path / "with")


def test_no_table_of_a_made_up_state_holds_the_truth(tmp_path: Path) -> None:
    simulate(tmp_path / "state", seats=12, booths_per_seat=8, events=3000, seed=4)
    truth = pd.read_parquet(tmp_path / "state" / "truth" / "truth.parquet").set_index("aspirant_id")
    margin = truth["true_margin"]
    for path in sorted((tmp_path / "state" / "tables").glob("*.parquet")):
        frame = pd.read_parquet(path)
        assert not {"true_margin", "party_swing", "gamed", "quality", "habit"} & set(frame.columns), path.name
        if "aspirant_id" not in frame or "election_id" not in frame:
            continue
        coming = frame[frame["aspirant_id"].isin(margin.index)]
        if "nominated" in coming:
            assert coming["nominated"].isna().all(), "the committee's coming choice is not to be known"
        for name in coming.select_dtypes("number"):
            values = coming.groupby("aspirant_id")[name].mean()
            if values.nunique() > 2:
                seat = truth.loc[values.index, "seat_id"]
                within = values - values.groupby(seat).transform("mean")
                best = margin.loc[values.index] - margin.loc[values.index].groupby(seat).transform("mean")
                assert abs(np.corrcoef(within.fillna(0), best)[0, 1]) < 0.8, (path.name, name)
