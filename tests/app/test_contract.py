"""Every command on the workspace of a demo: exit code 0, one JSON object with --json, silence beside the result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from khaka.app.cli import COMMANDS, main
from khaka.data.durable import read_parquet

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Demo:
    """A demo's workspace, what is scored in it, and an aspirant of it."""

    root: Path
    election: str
    as_of: str
    seat: str
    aspirant: str

    def fill(self, words: str) -> list[str]:
        names = {"E": self.election, "D": self.as_of, "S": self.seat, "A": self.aspirant, "W": str(self.root),
                 "P": str(self.root.parent)}  # fmt: skip
        return [word.format(**names) for word in words.split()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    root = tmp_path_factory.mktemp("contract") / "demo"
    assert main(["--quiet", "demo", "--seats", "6", "--seed", "3", "--workspace", str(root)]) == 0
    (scores,) = (root / "results").glob("*/*/scores.parquet")
    first = read_parquet(scores).to_pandas().iloc[0]
    return Demo(root, scores.parts[-3], scores.parts[-2], str(first["seat_id"]), str(first["aspirant_id"]))


# in the order of the work: what a command needs was made by those before it
LINES = [
    "forms {W}/forms",
    "ingest {W}/world",
    "check --no-plots",
    "places",
    "features --election {E} --as-of {D}",
    "train --as-of {D}",
    "backtest",
    "card",
    "assign --election {E} --as-of {D}",
    "presence --election {E} --as-of {D}",
    "presence --election {E} --as-of {D} --aspirant {A} --lang hi",
    "score --election {E} --as-of {D}",
    "score --election {E} --as-of {D} --swing -3 --without fit",
    "forecast --election {E} --as-of {D}",
    "slate --election {E}",
    "dossier --election {E} --seat {S} --lang hi",
    "dossier --election {E} --seat {S} --format xlsx",
    "moved --election {E} --from {D} --to {D}",
    "reproduce --election {E} --as-of {D}",
    "evaluate {W}/world/truth/truth.parquet --scores {W}/results/{E}/{D}",
    "freeze --election {E} --name List-1 --seats {S}",
    "freeze --election {E} --check",
    "c7 --template",
    "user list",
    "audit model --election {E}",
    "audit verify",
    "person export {A} --out {W}/person",
    "person correct {A} --set education=graduate --reason shown",
    "person erase {A} --yes",
    "backup {P}/copy.tar.gz",
    "restore {P}/copy.tar.gz {P}/laid-out",
    "simulate {P}/another --seats 6 --booths-per-seat 5 --elections 3",
]
ELSEWHERE = {"demo", "init", "study", "ablation", "promote", "review"}  # in this fixture, or with tests of their own


def test_every_command_is_tried() -> None:
    assert set(COMMANDS) == {line.split()[0] for line in LINES} | ELSEWHERE


@pytest.mark.parametrize("line", LINES)
def test_a_command_prints_one_json_object_and_nothing_else(
    demo: Demo, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    done = main(["--workspace", str(demo.root), "--json", "--quiet", *demo.fill(line)])
    said = capfd.readouterr()
    assert (done, said.err) == (0, "")
    assert isinstance(json.loads(said.out), (dict, list))
    if line.split()[0] in ("check", "card", "slate", "user", "freeze") and "--name" not in line:
        assert main([*demo.fill(line), "--quiet", "--workspace", str(demo.root)]) == 0
        plain = capfd.readouterr()
        assert plain.out.strip()
        assert plain.err == ""


def test_the_registered_model_answers_mlflows_own_command(demo: Demo) -> None:
    from mlflow import MlflowClient

    uri = f"sqlite:///{demo.root / 'mlflow' / 'mlflow.db'}"
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    version = client.get_model_version_by_alias("khaka-margin", "challenger")
    assert "nominees" in version.description
    assert {"khaka.as_of", "khaka.contender", "khaka.data_hash"} <= set(version.tags)
    assert "never decides" in client.get_registered_model("khaka-margin").description
    environment = {**os.environ, "MLFLOW_TRACKING_URI": uri}
    example = demo.root / "serving_input_example.json"
    for words in (
        ["artifacts", "download", "-u", f"models:/khaka-margin@challenger/{example.name}", "-d", str(demo.root)],
        ["models", "predict", "-m", "models:/khaka-margin@challenger", "-i", str(example), "-t", "json",
         "--env-manager", "local", "-o", str(demo.root / "predicted.json")],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "mlflow", *words], env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
    rows: list[dict[str, Any]] = json.loads((demo.root / "predicted.json").read_text())["predictions"]
    assert len(rows) == 5
    assert all(-100 < row["expected_margin"] < 100 for row in rows)


def test_runs_carry_what_people_look_for_in_mlflow(demo: Demo) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{demo.root / 'mlflow' / 'mlflow.db'}")
    (experiment,) = client.search_experiments(filter_string="name = 'khaka'")
    runs = client.search_runs([experiment.experiment_id])
    by_name = {run.info.run_name: run for run in runs}
    train, backtest = by_name[f"train {demo.as_of}"], by_name["backtest"]
    assert {"tables", "nominees", "elections"} <= {one.dataset.name for one in train.inputs.dataset_inputs}
    assert "nominees" in {one.dataset.name for one in backtest.inputs.dataset_inputs}
    parents = {run.info.run_name: run.data.tags.get("mlflow.parentRunId") for run in runs}
    assert parents["S24-2022-AE"] == backtest.info.run_id
    assert {run.info.run_name for run in runs if run.data.tags.get("khaka.command") == "train contender"} >= {
        "contender ridge", "contender lightgbm", "contender baseline",
    }  # fmt: skip
    assert all(run.data.tags["khaka.command"] for run in runs)
