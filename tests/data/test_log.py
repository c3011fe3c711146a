"""The log rotates, and nothing about people gets into it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from khaka.app import cli
from khaka.data import log


@pytest.fixture
def logger(tmp_path: Path) -> logging.Logger:
    """A logger whose only handler writes to the test's folder."""
    made = logging.getLogger(f"khaka.test.{tmp_path.name}")
    made.propagate = False
    made.setLevel(logging.INFO)
    made.handlers = [log.RotatingFile(tmp_path / log.FOLDER)]
    return made


def test_a_line_holds_fixed_words_and_what_was_vouched_for(logger: logging.Logger, tmp_path: Path) -> None:
    try:
        int("Asha Devi, XYZ1234567")
    except ValueError as error:
        logger.error("a request of %s failed", "Asha Devi", exc_info=error, extra={"told": "GET /seats/{seat_id}"})
    text = (tmp_path / log.FOLDER / log.FILE).read_text(encoding="utf-8")
    assert "Asha" not in text
    assert "1234567" not in text
    assert "ERROR" in text
    assert "GET /seats/{seat_id}" in text
    assert "    ValueError\n    test_log.py:" in text


def test_it_rotates_and_keeps_so_many(logger: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST_BYTES", 500)
    for number in range(200):
        logger.info("ended", extra={"told": f"line {number}"})
    files = sorted(path.name for path in (tmp_path / log.FOLDER).glob("khaka*"))
    assert files == ["khaka.log", *[f"khaka.log.{number}" for number in range(1, log.KEPT + 1)]]
    assert all((tmp_path / log.FOLDER / name).stat().st_size < 700 for name in files)
    assert "line 199" in (tmp_path / log.FOLDER / log.FILE).read_text(encoding="utf-8")


def test_a_command_is_logged_without_what_was_said_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(tmp_path / "w")
    assert cli.main(["init", "--state", "S24", "--party", "INC", "--workspace", root]) == 0
    assert cli.main(["person", "export", "Asha-Devi-17", "--workspace", root]) == 1
    capsys.readouterr()
    text = (tmp_path / "w" / log.FOLDER / log.FILE).read_text(encoding="utf-8")
    assert "person, exit 1" in text
    assert "Asha" not in text


def test_what_nobody_foresaw_is_one_sentence_and_its_place_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(tmp_path / "w")
    cli.main(["init", "--state", "S24", "--party", "INC", "--workspace", root])

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of Asha Devi's")

    monkeypatch.setattr("khaka.data.ingest.ingest", broken)
    assert cli.main(["ingest", root, "--workspace", root, "--quiet"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"khaka: {cli.UNFORESEEN} (ZeroDivisionError at test_log.py:")
    assert "Asha" not in said + (tmp_path / "w" / log.FOLDER / log.FILE).read_text(encoding="utf-8")


def test_a_full_disk_is_told_whichever_library_met_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    import sqlite3

    root = str(tmp_path / "w")
    cli.main(["init", "--state", "S24", "--party", "INC", "--workspace", root])

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("khaka.data.ingest.ingest", full)
    assert cli.main(["ingest", root, "--workspace", root]) == 1
    assert "disk is full" in capsys.readouterr().err
