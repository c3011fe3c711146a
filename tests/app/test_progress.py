"""Progress: who waits is told what is being worked on, while it lasts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from khaka.app import progress as module
from khaka.app.cli import main
from khaka.app.progress import Progress


def test_what_takes_long_is_named_while_it_lasts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "_EVERY", 0.05)
    with Progress("features") as progress:
        progress.begin("booths")
        progress.begin("presence")  # at once: the one before was not worth a line
        time.sleep(0.3)
        assert capsys.readouterr().err == "features: presence\n"
        progress.begin("ratings")
    time.sleep(0.1)
    assert capsys.readouterr().err in ("", "features: ratings\n")  # what is over is not named afterwards


def test_steps_are_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(module, "_EVERY", 0.0)
    with Progress("fit", 2) as progress:
        progress.begin("reading")
        progress.step("S24-2012-AE")
        progress.step("S24-2017-AE")
    assert capsys.readouterr().err == "fit: reading\nfit 1/2 S24-2012-AE\nfit 2/2 S24-2017-AE\n"


def test_quiet_says_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(module, "_EVERY", 0.0)
    with Progress("fit", quiet=True) as progress:
        progress.begin("reading")
        progress.step("S24-2012-AE")
    assert capsys.readouterr().err == ""


def test_features_say_which_family_is_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--seats", "3", "--booths-per-seat", "6", "--elections", "3"]
    workspace = ["--workspace", str(tmp_path / "ws")]
    assert main(["--quiet", "simulate", str(tmp_path / "w"), *small]) == 0
    assert main(["--quiet", "init", "--state", "S24", "--party", "NEEM", *workspace]) == 0
    assert main(["--quiet", "ingest", str(tmp_path / "w" / "tables"), *workspace]) == 0
    wanted = ["features", "--election", "S24-2027-AE", "--as-of", "2027-01-10", *workspace]
    monkeypatch.setattr(module, "_EVERY", 0.0)
    capsys.readouterr()
    assert main(wanted) == 0
    said = capsys.readouterr().err.splitlines()
    assert "features: presence (8 of 8 families of features)" in said
    assert "features: field work of S24-2027-AE" in said
    assert "features: field work of S24-2022-AE" in said
    assert main([*wanted, "--quiet"]) == 0
    assert capsys.readouterr().err == ""
