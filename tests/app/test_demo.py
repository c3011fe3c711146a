"""The demo does the whole job, says where each result lies, and gives the same bytes a second time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.app.cli import main

pytestmark = pytest.mark.slow
SCORES = [
    "election_id", "seat_id", "aspirant_id", "rank", "expected_margin", "margin_low", "margin_high",
    "margin_low_given_swing", "margin_high_given_swing", "win_probability", "probability_best", "tie_group", "eligible",
    "ineligible_reason", "support", "verified_share", "model_version", "data_hash", "as_of",
]  # fmt: skip


def demo(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    assert main(["demo", "--seats", "12", "--seed", "5", "--json", "--workspace", str(folder)]) == 0
    where = json.loads(capsys.readouterr().out)
    assert isinstance(where, dict)
    return where


def test_the_demo_does_the_whole_job_twice_with_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = demo(tmp_path / "one", capsys)
    for name, place in where.items():
        assert place.startswith(("mlflow ui", "khaka review --workspace")) or Path(place).exists(), name

    results = Path(where["ranked seats"]).parent
    scores = pd.read_parquet(results / "scores.parquet")
    assert list(scores.columns) == SCORES
    ranked = scores[scores["rank"].notna()]
    assert (ranked["eligible"] == "yes").all()
    assert np.allclose(ranked.groupby("seat_id")["probability_best"].sum(), 1.0)
    explanations = pd.read_parquet(results / "explanations.parquet")
    sums = explanations.groupby(["seat_id", "aspirant_id"])["contribution"].sum()
    expected = scores.set_index(["seat_id", "aspirant_id"])["expected_margin"]
    assert np.allclose(sums.reindex(expected.index), expected, atol=1e-6)

    again = Path(demo(tmp_path / "two", capsys)["ranked seats"]).parent
    names = ("scores", "explanations", "panel", "forecast", "slate")
    for name in ["scores.csv", *(f"{name}.parquet" for name in names)]:
        assert (results / name).read_bytes() == (again / name).read_bytes(), name


def test_one_thread_or_two_give_the_same_ranking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = demo(tmp_path / "ws", capsys)
    first = Path(where["ranked seats"]).read_bytes()
    settings = tmp_path / "ws" / "khaka.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("threads = 1 ", "threads = 2 "), encoding="utf-8")
    as_of = Path(where["ranked seats"]).parent.name
    election = Path(where["ranked seats"]).parent.parent.name
    common = ["--quiet", "--workspace", str(tmp_path / "ws")]
    assert main(["train", "--as-of", as_of, *common]) == 0
    assert main(["score", "--election", election, "--as-of", as_of, *common]) == 0
    second = Path(where["ranked seats"]).read_bytes()
    assert second.replace(b"khaka-margin/2", b"khaka-margin/1") == first
