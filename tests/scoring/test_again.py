"""A second run does only the seats again that changed, and gives the bytes of a run that does everything."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from khaka.data.durable import sha256
from khaka.scoring import batch
from khaka.scoring.batch import write_scores
from khaka.training.prediction import Prediction

Build = Callable[..., Prediction]
SIZES = (3, 2) * 20
FILES = ("scores.parquet", "scores.csv", "explanations.parquet", "panel.parquet", "scenario.parquet", "manifest.json")


def write(prediction: Prediction, out: Path, note: Path | None = None, table: str = "0") -> dict[str, str]:
    seats = sorted(set(prediction.people["seat_id"]))
    frame = pd.DataFrame({"election_id": "S24-2027-AE", "seat_id": seats, "reservation": "GEN"})
    prediction = dataclasses.replace(prediction, data_hash=table * 64)
    write_scores(prediction, frame, out, inputs={"aspirants": table * 64}, seeds={"draws": 2027}, note=note)
    return {name: sha256(out / name) for name in FILES}


def changed(prediction: Prediction, seat: int, by: float = 1.5) -> Prediction:
    """Return the prediction with other contributions in one seat."""
    seats = prediction.people["seat_id"]
    rows = (seats == sorted(set(seats), key=list(seats).index)[seat]).to_numpy()
    contributions = prediction.contributions.copy()
    contributions.iloc[rows, 1] += by
    margin = prediction.expected_margin + by * rows
    return dataclasses.replace(prediction, contributions=contributions, expected_margin=margin)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[slice]:
    """The rows that were worked out, in order."""
    calls: list[slice] = []
    plain = batch._made

    def counted(prediction: Prediction, judged: pd.DataFrame, rows: slice) -> Any:
        calls.append(rows)
        return plain(prediction, judged, rows)

    monkeypatch.setattr(batch, "_made", counted)
    return calls


def test_only_the_changed_seat_is_done_again(make_prediction: Build, tmp_path: Path, made: list[slice]) -> None:
    old = make_prediction(SIZES, draws=50)
    new = changed(old, 17)
    write(old, tmp_path / "a", tmp_path / "note.json")
    made.clear()
    again = write(new, tmp_path / "a", tmp_path / "note.json", table="1")
    start = sum(SIZES[:17])
    assert made == [slice(start, start + SIZES[17])]
    assert again == write(new, tmp_path / "b", table="1")


def test_rows_that_are_taken_over_carry_the_new_hash_of_the_data(make_prediction: Build, tmp_path: Path) -> None:
    old = make_prediction(SIZES, draws=50)
    write(old, tmp_path / "a", tmp_path / "note.json")
    write(changed(old, 3), tmp_path / "a", tmp_path / "note.json", table="1")
    assert set(pd.read_parquet(tmp_path / "a" / "scores.parquet")["data_hash"]) == {"1" * 64}


@pytest.mark.parametrize("field", ["person_draws", "seat_draws", "swing_draws", "values"])
def test_whatever_moves_a_seat_has_it_done_again(
    make_prediction: Build, tmp_path: Path, made: list[slice], field: str
) -> None:
    old = make_prediction(SIZES, draws=50)
    value = getattr(old, field)
    other = value * np.where(np.arange(len(old.people)) < 3, 1.25, 1.0)[:, None]
    new = dataclasses.replace(old, **{field: other})
    write(old, tmp_path / "a", tmp_path / "note.json")
    made.clear()
    again = write(new, tmp_path / "a", tmp_path / "note.json")
    assert made == [slice(0, 3)]
    assert again == write(new, tmp_path / "b")


@pytest.mark.parametrize("change", ["model_version", "given"])
def test_what_all_seats_share_has_all_done_again(
    make_prediction: Build, tmp_path: Path, made: list[slice], change: str
) -> None:
    old = make_prediction(SIZES, draws=50)
    new = dataclasses.replace(old, **{change: "other/2" if change == "model_version" else frozenset({"age"})})
    write(old, tmp_path / "a", tmp_path / "note.json")
    made.clear()
    assert write(new, tmp_path / "a", tmp_path / "note.json") == write(new, tmp_path / "b")
    assert sum(rows.stop - rows.start for rows in made[: len(made) // 2]) == len(old.people)


def test_results_that_were_changed_by_hand_are_not_taken_over(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction(SIZES, draws=50)
    first = write(prediction, tmp_path / "a", tmp_path / "note.json")
    scores = pd.read_parquet(tmp_path / "a" / "scores.parquet")
    scores.assign(expected_margin=99.0).to_parquet(tmp_path / "a" / "scores.parquet")
    assert write(prediction, tmp_path / "a", tmp_path / "note.json") == first


def test_a_broken_note_is_a_full_run(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction(SIZES, draws=50)
    first = write(prediction, tmp_path / "a", tmp_path / "note.json")
    for text in ("{", "[]", json.dumps({"outputs": {}, "seats": 3})):
        (tmp_path / "note.json").write_text(text)
        assert write(prediction, tmp_path / "a", tmp_path / "note.json") == first


def test_an_aspirant_less_is_a_seat_done_again(make_prediction: Build, tmp_path: Path) -> None:
    write(make_prediction(SIZES, draws=50), tmp_path / "a", tmp_path / "note.json")
    fewer = make_prediction((2, *SIZES[1:]), draws=50)
    assert write(fewer, tmp_path / "a", tmp_path / "note.json") == write(fewer, tmp_path / "b")
