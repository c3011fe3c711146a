"""A judgement inside a workspace is recorded under the model's version; outside of one it is only printed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from khaka.app.cli import main
from khaka.app.evaluation import workspace_above
from khaka.data.workspace import init_workspace

ELECTION = "S24-2027-AE"


def write_ranking(folder: Path) -> tuple[Path, Path]:
    """Write two seats: the ranking gains 2 points in the first, nothing in the second; return truth and scores."""
    rows = [("S24-2008-1", "a", 4.0, True), ("S24-2008-1", "b", 6.0, False), ("S24-2008-2", "c", 1.0, True)]
    truth = pd.DataFrame(rows, columns=["seat_id", "aspirant_id", "true_margin", "nominated"])
    truth = truth.assign(election_id=ELECTION, party_swing=0.0, eligible=True, gamed=False)
    scores = truth[["election_id", "seat_id", "aspirant_id"]].assign(
        rank=[2, 1, 1], expected_margin=[1.0, 2.0, 0.0], margin_low=-9.0, margin_high=9.0, margin_low_given_swing=-5.0,
        margin_high_given_swing=5.0, win_probability=0.5, model_version="khaka-margin/7", as_of="2027-01-10",
    )  # fmt: skip
    place = folder / "results" / ELECTION / "2027-01-10"
    place.mkdir(parents=True)
    truth.to_parquet(folder / "truth.parquet")
    scores.to_parquet(place / "scores.parquet")
    return folder / "truth.parquet", place


def test_a_judgement_in_a_workspace_is_logged_with_the_models_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = init_workspace(tmp_path / "ws", state="S24", party="NEEM")
    truth, scores = write_ranking(workspace.root)
    assert main(["evaluate", str(truth), "--scores", str(scores), "--json"]) == 0
    run = json.loads(capsys.readouterr().out)["mlflow_run"]
    with sqlite3.connect(workspace.mlflow_folder / "mlflow.db") as store:
        tags = dict(store.execute("select key, value from tags where run_uuid = ?", [run]))
        metrics = dict(store.execute("select key, value from metrics where run_uuid = ?", [run]))
        status = store.execute("select status from runs where run_uuid = ?", [run]).fetchone()
    store.close()
    assert tags["khaka.model_version"] == "khaka-margin/7"
    assert metrics["model_gain"] == pytest.approx(1.0)
    assert metrics["coverage_range"] == 1.0
    assert status == ("FINISHED",)
    kept = {path.name for path in (workspace.mlflow_folder / "artifacts" / run).rglob("*") if path.is_file()}
    assert kept == {"evaluation.json", "evaluation.txt", "evaluation.png"}


def test_outside_a_workspace_nothing_is_logged_and_no_ridge_can_be_fitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, scores = write_ranking(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert workspace_above(scores) is None
    assert main(["evaluate", str(truth), "--scores", str(scores), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mlflow_run"] is None
    assert sorted(tmp_path.rglob("*")) == before
    assert main(["evaluate", str(truth), "--scores", str(scores), "--ridge"]) == 1
    assert "lies in no workspace" in capsys.readouterr().err


def test_features_beside_the_scores_add_the_oracle_on_records_if_they_are_of_these_aspirants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, scores = write_ranking(tmp_path)
    features = pd.DataFrame({"unit_id": ["a", "b", "c"], "aspirant_id": ["a", "b", "c"], "rating": [0.1, 0.9, 0.5]})
    features.to_parquet(scores / "features.parquet")
    assert main(["evaluate", str(truth), "--scores", str(scores), "--json"]) == 0
    assert "oracle_recorded" in json.loads(capsys.readouterr().out)["rules"]
    features.iloc[:2].to_parquet(scores / "features.parquet")
    assert main(["evaluate", str(truth), "--scores", str(scores), "--json"]) == 0
    assert "oracle_recorded" not in json.loads(capsys.readouterr().out)["rules"]
