"""The whole job on real files: from published results to a forecast, and nothing of the result in it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.app.cli import main

pytestmark = [pytest.mark.real, pytest.mark.slow]

TARGET = "S24-2017-AE"
AS_OF = "2017-01-01"
#: every column of a TCPD file that is a result, or is known only with it
RESULTS = [
    "Position", "Votes", "Valid_Votes", "Electors", "Vote_Share_Percentage", "Margin", "Margin_Percentage", "ENOP",
    "Deposit_Lost", "Turnout_Percentage", "N_Cand", "Contested", "No_Terms", "last_poll", "Incumbent", "Recontest",
    "Last_Party", "Last_Party_ID", "Last_Constituency_Name", "Same_Constituency", "Same_Party", "Turncoat",
]  # fmt: skip
FILES = ("Uttar_Pradesh_AE", "Uttar_Pradesh_GA", "Bihar_AE", "Bihar_GA")


def run(*arguments: object) -> None:
    assert main([str(argument) for argument in arguments]) == 0


def forecast(folder: Path, results: Path) -> bytes:
    """Train and forecast in a workspace of its own; return the forecast's bytes."""
    run("--quiet", "init", "--state", "S24", "--party", "INC", "--workspace", folder)
    run("--quiet", "ingest", results, "--workspace", folder)
    run("--quiet", "train", "--as-of", AS_OF, "--workspace", folder)
    run("--quiet", "forecast", "--election", TARGET, "--as-of", AS_OF, "--workspace", folder)
    return (folder / "results" / TARGET / AS_OF / "forecast.parquet").read_bytes()


@pytest.fixture(scope="module")
def whole(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A workspace fed with the files as published, and its forecast."""
    base = tmp_path_factory.mktemp("whole")
    results = base / "in"
    results.mkdir()
    for name in FILES:
        (results / f"{name}.csv.gz").symlink_to(real_data / "results" / f"{name}.csv.gz")
    return base / "ws", forecast(base / "ws", results)


def test_blanked_and_shuffled_results_of_the_target_and_later_change_no_byte(
    whole: tuple[Path, bytes], real_data: Path, tmp_path: Path
) -> None:
    results = tmp_path / "in"
    results.mkdir()
    for name in FILES:
        frame = pd.read_csv(real_data / "results" / f"{name}.csv.gz", dtype=str, keep_default_na=False)
        late = frame["Year"].astype(int) >= 2017
        assert late.any() or "GA" in name
        columns = [column for column in RESULTS if column in frame.columns]
        frame.loc[late, columns] = ""
        frame = frame.sample(frac=1, random_state=np.random.RandomState(5))
        with gzip.open(results / f"{name}.csv.gz", "wt", encoding="utf-8") as handle:
            frame.to_csv(handle, index=False)
    assert forecast(tmp_path / "ws", results) == whole[1]


def test_the_forecast_keeps_its_promises(whole: tuple[Path, bytes]) -> None:
    folder, _ = whole
    frame = pd.read_parquet(folder / "results" / TARGET / AS_OF / "forecast.parquet")
    assert frame["seat_id"].nunique() == 403
    assert not frame["party"].eq("NOTA").any()
    sums = frame.groupby("seat_id")["expected_share"].sum()
    assert np.allclose(sums, 1.0)
    assert (frame["share_low"] <= frame["expected_share"]).all()
    assert (frame["expected_share"] <= frame["share_high"]).all()
    assert np.allclose(frame.groupby("seat_id")["win_probability"].sum(), 1.0, atol=1e-6)


def test_mlflow_holds_runs_plots_values_and_an_alias(whole: tuple[Path, bytes]) -> None:
    from khaka.data.workspace import open_workspace
    from khaka.training.tracking import Tracker

    folder, _ = whole
    tracker = Tracker(open_workspace(folder))
    found = tracker.find("challenger")
    assert found.meta["as_of"] == AS_OF
    shap = {path.name for path in (folder / "mlflow" / "artifacts").rglob("shap*")}
    assert {"shap", "shap_summary.png", "shap_waterfall.png", "shap_values.parquet"} <= shap


def test_logged_shap_values_add_up_to_the_models_prediction(whole: tuple[Path, bytes]) -> None:
    from khaka.data.workspace import open_workspace
    from khaka.training.fit import load_models
    from khaka.training.tracking import Tracker

    folder, _ = whole
    candidate = load_models(Tracker(open_workspace(folder)).find().bundle).candidate
    values = pd.read_parquet(next((folder / "mlflow" / "artifacts").rglob("shap_values.parquet")))
    rows = pd.read_parquet(next((folder / "mlflow" / "artifacts").rglob("feature_values.parquet")))
    parts = values[["(base)", "seat_baseline", *candidate.features_]].sum(axis=1)
    assert np.allclose(parts, candidate.predict(rows), atol=1e-6)


def test_a_date_after_the_result_is_refused(whole: tuple[Path, bytes], capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = whole
    code = main(["forecast", "--election", TARGET, "--as-of", "2018-01-01", "--workspace", str(folder)])
    assert code == 1
    assert "the result of S24-2017-AE was known on" in capsys.readouterr().err


def test_a_model_that_knows_more_is_refused(whole: tuple[Path, bytes], capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = whole
    code = main(["forecast", "--election", "S24-2012-AE", "--as-of", "2012-01-01", "--workspace", str(folder)])
    assert code == 1
    assert "was trained as of 2017-01-01, later than 2012-01-01" in capsys.readouterr().err


def test_a_backtest_stands_beside_the_simple_rules(
    whole: tuple[Path, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = whole
    run("backtest", "--json", "--target", TARGET, "--workspace", folder)
    result = json.loads(capsys.readouterr().out)
    mean = result["mean"]
    assert set(mean) == {"model", "previous_share", "holding_party", "last_parliament"}
    # known of these files: the rules' winners in UP 2017
    assert mean["previous_share"]["winners"] == pytest.approx(0.226, abs=0.002)
    assert mean["last_parliament"]["winners"] == pytest.approx(0.779, abs=0.002)
    assert mean["model"]["error_given_swing"] < mean["last_parliament"]["error_given_swing"]
