"""Wrong usage and bad input: one clear sentence on standard error, the right exit code, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khaka.app.cli import COMMANDS, main


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert main(["--quiet", "init", "--state", "S24", "--party", "INC", "--workspace", str(tmp_path / "ws")]) == 0
    return tmp_path / "ws"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example" in text
    assert "--workspace DIR" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["train"],
        ["init", "--state"],
        ["score", "--election", "S24-2027-AE"],
        ["train", "--as-of", "2017-13-45"],
        ["review", "--port", "70000"],
        ["dossier", "--election", "S24-2027-AE", "--lang", "fr"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_a_wrong_date_is_named_with_the_form_that_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--as-of", "10 January"]) == 2
    assert "'10 January' is no date; write it as year-month-day, such as 2027-01-31" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--as-of", "2017-01-01"], "no assembly election with a result by 2017-01-01"),
        (["backtest"], "no election can be predicted"),
        (["backtest", "--target", "S24-2031-AE"], "no assembly election 'S24-2031-AE'"),
        (["score", "--election", "S24-2031-AE", "--as-of", "2031-01-01"], "run khaka train"),
        (["forecast", "--election", "S24-2031-AE", "--as-of", "2031-01-01"], "run khaka train"),
        (["features", "--election", "S24-2031-AE", "--as-of", "2031-01-01"], "no aspirants and no nominees"),
        (["ingest", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_done_is_exit_code_1_with_one_sentence(
    workspace: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in workspace.iterdir() if not path.name.startswith("."))
    assert main([*arguments, "--workspace", str(workspace)]) == 1
    error = capsys.readouterr().err.strip()
    assert sentence in error
    assert error.startswith("khaka: ")
    assert len(error.splitlines()) == 1
    after = sorted(path.name for path in workspace.iterdir() if not path.name.startswith("."))
    assert set(after) - set(before) <= {"cache", "logs", "mlflow", "tables"}


@pytest.mark.parametrize("command", ["check", "backtest"])
def test_a_folder_that_is_no_workspace_is_refused(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--workspace", str(tmp_path)]) == 1
    assert "is no khaka workspace" in capsys.readouterr().err


def test_common_options_stand_before_or_after_the_command(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--workspace", str(workspace), "--json", "check"]) == 0
    before = json.loads(capsys.readouterr().out)
    assert main(["check", "--json", "--workspace", str(workspace)]) == 0
    assert json.loads(capsys.readouterr().out) == before


def test_the_demo_never_removes_what_it_did_not_make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main(["demo", "--workspace", str(tmp_path)]) == 1
    assert "holds something that no demo made" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").exists()
