"""Results on disk: the same bytes, however often the work was stopped."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from khaka.data.durable import sha256
from khaka.data.errors import KhakaError
from khaka.scoring import batch
from khaka.scoring.batch import SCHEMAS, write_forecast, write_scores
from khaka.training.prediction import Prediction

Build = Callable[..., Prediction]
SIZES = (3, 2) * 25
FILES = ("scores.parquet", "scores.csv", "explanations.parquet", "panel.parquet", "scenario.parquet", "manifest.json")


def seat_elections(prediction: Prediction) -> pd.DataFrame:
    seats = sorted(set(prediction.people["seat_id"]))
    frame = pd.DataFrame({"election_id": "S24-2027-AE", "seat_id": seats, "reservation": "GEN"})
    frame["scrutiny_date"] = pd.Timestamp("2027-01-20")
    return frame


def write(prediction: Prediction, out: Path) -> dict[str, str]:
    write_scores(prediction, seat_elections(prediction), out, inputs={"aspirants": "0" * 64}, seeds={"draws": 2027})
    return {name: sha256(out / name) for name in FILES}


def test_files_columns_and_counts(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction(SIZES, draws=50)
    write(prediction, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    for table, schema in SCHEMAS.items():
        assert pq.read_schema(tmp_path / f"{table}.parquet").names == schema.names
    assert (tmp_path / "scores.csv").read_bytes().startswith(b"\xef\xbb\xbfelection_id,")
    csv, parquet = pd.read_csv(tmp_path / "scores.csv"), pd.read_parquet(tmp_path / "scores.parquet")
    assert csv["rank"].tolist() == parquet["rank"].tolist()
    assert set(csv["as_of"]) == {"2026-12-01"}
    manifest = json.loads((tmp_path / "manifest.json").read_text())["score"]
    assert manifest["outputs"]["scores.parquet"] == {"rows": 125, "sha256": sha256(tmp_path / "scores.parquet")}
    assert manifest["outputs"]["explanations.parquet"]["rows"] == 125 * 10
    assert str(tmp_path) not in (tmp_path / "manifest.json").read_text()


def test_blank_ranks_stay_blank(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction((3,), draws=50)
    prediction.people["elector_state"] = ["S24", "S04", None]
    write(prediction, tmp_path)
    assert pd.read_csv(tmp_path / "scores.csv", dtype=str)["rank"].fillna("").tolist() == ["1", "", ""]
    assert pd.read_parquet(tmp_path / "scores.parquet")["rank"].isna().tolist() == [False, True, True]


def test_the_same_inputs_give_the_same_bytes(make_prediction: Build, tmp_path: Path) -> None:
    assert write(make_prediction(SIZES, draws=50), tmp_path / "a") == write(
        make_prediction(SIZES, draws=50), tmp_path / "b"
    )


@pytest.mark.parametrize("killed_at", [1, 17, 33, 49])
def test_a_killed_run_goes_on_to_the_same_bytes(make_prediction: Build, tmp_path: Path, killed_at: int) -> None:
    """Kill the process with SIGKILL after its first, second or last chunk, then start it again."""
    script = textwrap.dedent(f"""
        import importlib.util, os, signal
        from pathlib import Path
        from khaka.scoring.batch import write_scores
        def load(path):
            spec = importlib.util.spec_from_file_location(path.stem, path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
        here = Path({str(Path(__file__).parent)!r})
        prediction = load(here / "conftest.py").build_prediction({SIZES!r}, draws=50)
        elections = load(here / "test_batch.py").seat_elections(prediction)
        def progress(done, total):
            if done >= {killed_at}:
                os.kill(os.getpid(), signal.SIGKILL)
        write_scores(prediction, elections, Path({str(tmp_path / "killed")!r}),
                     inputs={{"aspirants": "0" * 64}}, seeds={{"draws": 2027}}, progress=progress)
    """)
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    parts = sorted((tmp_path / "killed" / batch.PARTS).rglob("*.parquet"))
    assert len(parts) == (1 + killed_at // 16) * len(SCHEMAS)
    assert not (tmp_path / "killed" / "scores.parquet").exists()
    before = {path: path.stat().st_mtime_ns for path in parts}
    taken_over = []

    def progress(done: int, total: int) -> None:
        taken_over.append({path: path.stat().st_mtime_ns for path in parts} == before)

    prediction = make_prediction(SIZES, draws=50)
    write_scores(prediction, seat_elections(prediction), tmp_path / "killed",
                 inputs={"aspirants": "0" * 64}, seeds={"draws": 2027}, progress=progress)  # fmt: skip
    assert all(taken_over)
    assert {name: sha256(tmp_path / "killed" / name) for name in FILES} == write(prediction, tmp_path / "whole")
    assert not (tmp_path / "killed" / batch.PARTS).exists()


@pytest.mark.parametrize("changed", ["person_draws", "seat_draws", "swing_draws", "verified_share", "values"])
def test_parts_of_other_inputs_are_not_taken_over(make_prediction: Build, tmp_path: Path, changed: str) -> None:
    old = make_prediction(SIZES, draws=20)
    new = dataclasses.replace(old, **{changed: getattr(old, changed) * 1.5})
    given = {"inputs": {"aspirants": "0" * 64}, "seeds": {"draws": 2027}}

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scores(old, seat_elections(old), tmp_path / "a", progress=stop, **given)
    assert write(new, tmp_path / "a") == write(new, tmp_path / "b")


def test_a_damaged_part_is_made_again(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction(SIZES, draws=50)

    def damage(done: int, total: int) -> None:
        part = next((tmp_path / "a" / batch.PARTS).rglob("00000.scores.parquet"))
        part.write_bytes(part.read_bytes()[:-7])
        raise KeyboardInterrupt

    given = {"inputs": {"aspirants": "0" * 64}, "seeds": {"draws": 2027}}
    with pytest.raises(KeyboardInterrupt):
        write_scores(prediction, seat_elections(prediction), tmp_path / "a", progress=damage, **given)
    assert write(prediction, tmp_path / "a") == write(prediction, tmp_path / "b")


def test_no_aspirants_points_to_forecast(make_prediction: Build, tmp_path: Path) -> None:
    with pytest.raises(KhakaError, match="khaka forecast"):
        write(make_prediction((), draws=5), tmp_path)


def test_parts_of_a_prediction_that_do_not_fit_are_refused(make_prediction: Build, tmp_path: Path) -> None:
    with pytest.raises(KhakaError, match="4 rows of support for 5 aspirants"):
        write(make_prediction(support=np.array(["in"] * 4)), tmp_path)


def test_a_forecast_is_sorted_and_leaves_the_scores_manifest_alone(make_prediction: Build, tmp_path: Path) -> None:
    write(make_prediction(draws=50), tmp_path)
    rows = [("S24-2008-2", "n1"), ("S24-2008-1", "n2"), ("S24-2008-1", "n1")]
    frame = pd.DataFrame(
        {
            "seat_id": [seat for seat, _ in rows], "nominee_id": [nominee for _, nominee in rows],
            "election_id": "S24-2027-AE", "name": "X", "party": "INC", "expected_share": 0.3, "share_low": 0.2,
            "share_high": 0.4, "win_probability": 0.5, "votes": 7,
        }
    )  # fmt: skip
    write_forecast(frame, tmp_path / "forecast.parquet", inputs={}, seeds={"draws": 1}, as_of="2026-12-01")
    found = pd.read_parquet(tmp_path / "forecast.parquet")
    assert list(zip(found["seat_id"], found["nominee_id"], strict=True)) == sorted(rows)
    assert "votes" not in found
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert set(manifest) == {"forecast", "score"}
    assert manifest["forecast"]["as_of"] == "2026-12-01"
    again = tmp_path / "other.parquet"
    write_forecast(frame.iloc[::-1], again, inputs={}, seeds={"draws": 1})
    assert sha256(again) == sha256(tmp_path / "forecast.parquet")
    assert (tmp_path / "other.manifest.json").is_file()
