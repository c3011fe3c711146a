"""What moved between two batches: the causes add up, and each kind of change is put down to its own."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.scoring.batch import write_scores
from khaka.scoring.moved.compare import CAUSES, Moved, compare
from khaka.scoring.moved.render import ROWS, Names, _texts, page, to_html, to_markdown, to_pdf
from khaka.scoring.reasons.catalogue import placeholders
from khaka.training.prediction import Prediction

Build = Callable[..., Prediction]
NAMES = Names({"S24-2008-100": "100 Rampur"}, {"a0000": "Asha | Devi"})


def write(prediction: Prediction, out: Path, *, nominees: str = "0") -> Path:
    seats = pd.DataFrame({"election_id": prediction.people["election_id"], "seat_id": prediction.people["seat_id"],
                          "reservation": "GEN"}).drop_duplicates()  # fmt: skip
    write_scores(prediction, seats, out, inputs={"nominees/S24-2027-AE": nominees}, seeds={})
    return out


def changed(
    prediction: Prediction, column: str, row: int, *, value: float, points: float, **more: object
) -> Prediction:
    """Return the prediction with one value and one contribution of one aspirant changed."""
    values, contributions = prediction.values.copy(), prediction.contributions.copy()
    values.loc[row, column] = value
    contributions.loc[row, column] += points
    expected = contributions.to_numpy().sum(axis=1)
    later = prediction.as_of + dt.timedelta(days=7)
    return replace(
        prediction, values=values, contributions=contributions, expected_margin=expected, as_of=later, **more
    )  # type: ignore[arg-type]


def both(tmp_path: Path, old: Prediction, new: Prediction, **nominees: str) -> Moved:
    return compare(write(old, tmp_path / "old"), write(new, tmp_path / "new", **nominees))


def test_nothing_moves_between_the_same_figures(make_prediction: Build, tmp_path: Path) -> None:
    prediction = make_prediction(draws=50)
    found = both(tmp_path, prediction, prediction)
    assert found.moves == ()
    assert found.new_leaders == ()
    assert found.mean_change == 0.0
    assert "No place changed." in to_markdown(page(found, NAMES, "en"))


@pytest.mark.parametrize(("column", "cause"), [("rating_observer", "rating"), ("presence_booths", "data"),
                                               ("age_at_poll", "data")])  # fmt: skip
def test_a_changed_value_is_put_down_to_its_family(
    make_prediction: Build, tmp_path: Path, column: str, cause: str
) -> None:
    old = make_prediction(draws=50)
    order = np.argsort(-old.expected_margin[:3])
    last = int(order[-1])
    lead = float(old.expected_margin[order[0]] - old.expected_margin[last]) + 5.0
    found = both(tmp_path, old, changed(old, column, last, value=0.987, points=lead))
    moved = next(one for one in found.moves if one.aspirant_id == f"a{last:04d}")
    assert moved.rank_after == 1
    assert moved.causes[cause] == pytest.approx(lead)
    assert sum(moved.causes.values()) == pytest.approx(moved.change)
    assert moved.telling[0][1] == cause
    assert found.new_leaders == ("S24-2008-100",)
    assert found.moves[0].seat_id == "S24-2008-100"
    others = [one for one in found.moves if one.aspirant_id != moved.aspirant_id]
    assert all(one.change == pytest.approx(0.0) for one in others)


def test_a_new_model_with_the_same_values_is_the_models_doing(make_prediction: Build, tmp_path: Path) -> None:
    old = make_prediction(draws=50)
    contributions = old.contributions.copy()
    contributions["age_at_poll"] += np.arange(len(contributions), dtype=float)
    new = replace(old, contributions=contributions, expected_margin=contributions.to_numpy().sum(axis=1),
                  model_version="runs:/other")  # fmt: skip
    found = both(tmp_path, old, new)
    assert found.causes["model"] == pytest.approx(2.0)  # the mean of 0 to 4; the first has no change
    assert found.causes["data"] == found.causes["rating"] == found.causes["rival"] == 0.0


def test_a_baseline_that_moves_with_the_rivals_nominees_is_put_down_to_rivals(
    make_prediction: Build, tmp_path: Path
) -> None:
    old = make_prediction(draws=50)
    new = changed(old, "seat_baseline", 0, value=-20.0, points=-3.0)
    found = both(tmp_path, old, new, nominees="1")
    assert found.nominees_changed
    assert found.causes["rival"] == pytest.approx(3.0 / 5)  # a mean over five aspirants
    assert "The list of the rivals' nominees changed." in to_markdown(page(found, NAMES, "en"))


def test_who_enters_leaves_or_loses_eligibility_is_said(make_prediction: Build, tmp_path: Path) -> None:
    old = make_prediction((3,), draws=50)
    new = replace(old, people=old.people.assign(aspirant_id=["a0000", "a0001", "a0009"],
                                                elector_state=["S04", "S24", "S24"]))  # fmt: skip
    events = {one.aspirant_id: one.event for one in both(tmp_path, old, new).moves if one.event}
    assert events == {"a0000": "no_longer_eligible", "a0002": "left", "a0009": "entered"}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_causes_always_add_up(make_prediction: Build, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    old, new = make_prediction((4, 3), seed=seed, draws=20), make_prediction((4, 3), seed=seed + 1, draws=20)
    folder = tmp_path_factory.mktemp("moved")
    for one in both(folder, old, new).moves:
        assert sum(one.causes.values()) == pytest.approx(one.change, abs=1e-6)
        assert set(one.causes) == set(CAUSES)


def test_other_elections_are_refused(make_prediction: Build, tmp_path: Path) -> None:
    old = make_prediction((2,), draws=20)
    new = replace(old, people=old.people.assign(election_id="S24-2032-AE"))
    with pytest.raises(KhakaError, match="different elections"):
        both(tmp_path, old, new)


def test_the_page_is_one_sheet_in_both_languages_and_the_names_are_escaped(
    make_prediction: Build, tmp_path: Path
) -> None:
    sizes = (3,) * 20
    old, new = make_prediction(sizes, seed=1, draws=20), make_prediction(sizes, seed=2, draws=20)
    found = both(tmp_path, old, new)
    assert len(found.moves) > ROWS
    for language in ("en", "hi"):
        texts = page(found, NAMES, language)
        assert sum(len(group["rows"]) for group in texts["groups"]) == ROWS
        pdf = pypdfium2.PdfDocument(to_pdf(texts))
        assert len(pdf) == 1
        pdf.close()
        assert "<i>" not in to_html({**texts, "groups": [{"title": "t", "rows": [["<i>", "", "", "", ""]]}]})
        assert to_pdf(texts) == to_pdf(texts)
    first = found.moves[0]
    named = Names({first.seat_id: "100 Rampur"}, {first.aspirant_id: "Asha | Devi"})
    assert re.search(r"\| 100 Rampur \| Asha \\\| Devi \|", to_markdown(page(found, named, "en")))


def test_words_are_the_same_in_both_languages() -> None:
    english, hindi = _texts("en").texts, _texts("hi").texts
    assert english.keys() == hindi.keys()
    for name, text in english.items():
        assert placeholders(text) == placeholders(hindi[name]), name


def test_the_command_compares_the_last_two_batches(blueprint_workspace: Path, tmp_path: Path,
                                                   capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    import shutil

    from khaka.app.cli import main

    root = tmp_path / "ws"
    shutil.copytree(blueprint_workspace, root)
    base = ["moved", "--election", "S24-2027-AE", "--workspace", str(root)]
    assert main(base) == 1
    assert "no batch of S24-2027-AE before 2026-12-01" in capsys.readouterr().err
    home = root / "results" / "S24-2027-AE"
    shutil.copytree(home / "2026-12-01", home / "2026-12-08")
    assert main([*base, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["moves"] == []
    assert main([*base, "--out", str(tmp_path / "week.pdf"), "--lang", "hi"]) == 0
    assert (tmp_path / "week.pdf").read_bytes().startswith(b"%PDF")
    assert main([*base, "--out", str(tmp_path / "week.docx")]) == 1
