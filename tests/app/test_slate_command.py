"""`khaka slate` on a workspace whose scores were written by hand."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from khaka.app.cli import main
from khaka.data.durable import read_parquet, write_parquet
from khaka.data.workspace import open_workspace
from khaka.scoring.slate.rules import Rules

ELECTION = "S24-2027-AE"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Two seats, three names; the scores of two dates, of which the later knows that `c` is not eligible."""
    root = tmp_path / "ws"
    assert main(["--quiet", "init", "--state", "S24", "--party", "INC", "--workspace", str(root)]) == 0
    store = open_workspace(root).store
    keys = pd.DataFrame({"election_id": ELECTION, "seat_id": ["S24-2008-1", "S24-2008-1", "S24-2008-2"],
                         "aspirant_id": ["a", "b", "c"]})  # fmt: skip
    store.write("aspirants", keys.assign(sex=["M", "F", "M"], birth_date=pd.Timestamp("1980-01-01")))
    store.write("seats", pd.DataFrame({"seat_id": ["S24-2008-1", "S24-2008-2"], "state": "S24", "seat_no": [1, 2],
                                       "district": "D", "region": "R", "delimitation": "2008"}))  # fmt: skip
    for day, eligible in (("2026-12-01", "yes"), ("2026-12-15", "no")):
        scores = keys.assign(
            expected_margin=[2.0, 1.0, -5.0], win_probability=[0.6, 0.5, 0.3], eligible=["yes", "yes", eligible],
            ineligible_reason=None, margin_low=-9.0, margin_high=9.0, margin_low_given_swing=-6.0,
            margin_high_given_swing=6.0, model_version="m/1", data_hash="0" * 64, as_of=pd.Timestamp(day).date(),
        )  # fmt: skip
        table = pa.Table.from_pandas(scores, preserve_index=False)
        write_parquet(root / "results" / ELECTION / day / "scores.parquet", table)
    return root


def slate(workspace: Path, *arguments: str) -> int:
    return main(["slate", "--election", ELECTION, "--workspace", str(workspace), *arguments])


def test_the_latest_scores_are_taken_and_an_empty_seat_is_said(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert slate(workspace) == 0
    text = capsys.readouterr().out
    assert "as of 2026-12-15" in text
    assert "S24-2008-2: none of 1 aspirants is eligible" in text
    folder = workspace / "results" / ELECTION / "2026-12-15"
    found = read_parquet(folder / "slate.parquet").to_pandas()
    assert found["aspirant_id"].tolist()[0] == "a"
    assert found["substitute_id"].tolist()[0] == "b"
    assert pd.isna(found["aspirant_id"][1])
    assert json.loads((folder / "manifest.json").read_text())["slate"]["outputs"]["slate.parquet"]["rows"] == 2


def test_earlier_scores_rules_and_the_place_of_the_file_can_be_asked_for(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[quota]]\ngroup = "women"\nminimum = 1\n')
    out = tmp_path / "list.parquet"
    assert slate(workspace, "--as-of", "2026-12-01", "--rules", str(rules), "--out", str(out), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["prices"][-1] == {"rule": "women: at least 1", "seats": 0.1, "points": 1.0, "aim": 0.1, "changed": 1}
    assert read_parquet(out).to_pandas()["aspirant_id"].tolist() == ["b", "c"]
    first = out.read_bytes()
    assert slate(workspace, "--as-of", "2026-12-01", "--rules", str(rules), "--out", str(out), "--quiet") == 0
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ('[[quota]]\ngroup = "women"\nminimum = 3', 'the rule "women: at least 3" cannot hold'),
        ("[[quotas]]", "unknown key 'quotas'"),
    ],
)
def test_impossible_rules_are_exit_code_1_and_one_sentence(
    workspace: Path, tmp_path: Path, rules: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(rules)
    assert slate(workspace, "--rules", str(path), "--quiet") == 1
    error = capsys.readouterr().err.strip()
    assert sentence in error
    assert len(error.splitlines()) == 1
    assert not (workspace / "results" / ELECTION / "2026-12-15" / "slate.parquet").exists()


def test_scores_that_are_not_there_are_named(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert slate(workspace, "--as-of", "2026-11-01") == 1
    assert "there are scores as of 2026-12-01, 2026-12-15" in capsys.readouterr().err
    assert main(["slate", "--election", "S24-2031-AE", "--workspace", str(workspace)]) == 1
    assert "run khaka score" in capsys.readouterr().err


def test_the_template_is_a_rule_file_with_every_kind_of_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slate", "--template"]) == 0
    printed = capsys.readouterr().out
    assert Rules.model_validate(tomllib.loads(printed)).quota
    switched_on = re.sub(r"(?m)^#(?=\S)", "", printed)
    assert set(tomllib.loads(switched_on)) == set(Rules.model_fields)
