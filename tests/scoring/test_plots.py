"""The picture of a seat says its finding and is the same for the same scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.scoring.plots import finding, plot_seat
from khaka.scoring.rank import score
from khaka.training.prediction import Prediction


def some_scores(make_prediction: Callable[..., Prediction]) -> pd.DataFrame:
    judged = pd.DataFrame({"eligible": ["yes", "yes", "no", "yes", "awaited"], "ineligible_reason": None})
    return score(make_prediction(draws=100), judged)


def test_the_title_says_who_is_ahead_or_how_many_are_tied() -> None:
    ranked = pd.DataFrame({"aspirant_id": ["a", "b"], "expected_margin": [1.0, 0.5], "tie_group": [1, 1]})
    assert finding(ranked, {"a": "Asha Devi"}) == (
        "2 names too close to call, Asha Devi first (expected 1 point ahead)"
    )
    ranked["tie_group"] = [1, 2]
    assert finding(ranked, {}) == "a is clearly first (expected 1 point ahead)"
    assert finding(ranked[:0], {}) == "no eligible aspirant"


def test_the_same_scores_give_the_same_picture(make_prediction: Callable[..., Prediction], tmp_path: Path) -> None:
    scores = some_scores(make_prediction)
    first, second = (plot_seat(scores, "S24-2008-100", tmp_path / name) for name in ("a.png", "b.png"))
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"\x89PNG")


def test_a_seat_that_is_not_there_is_refused(make_prediction: Callable[..., Prediction], tmp_path: Path) -> None:
    with pytest.raises(KhakaError, match="no seat 'S24-2008-9'"):
        plot_seat(some_scores(make_prediction), "S24-2008-9", tmp_path / "a.png")


def test_names_in_devanagari_are_drawn_with_letters_of_their_own(
    make_prediction: Callable[..., Prediction], tmp_path: Path
) -> None:
    """A letter that no font has is drawn as a box, with a warning, which here is an error."""
    scores = some_scores(make_prediction)
    people = [str(one) for one in scores.loc[scores["seat_id"] == "S24-2008-100", "aspirant_id"]]
    for script, name in (("hi", "श्री क्षितिज महुधर"), ("en", "Asha Devi")):
        plot_seat(scores, "S24-2008-100", tmp_path / f"{script}.png", names=dict.fromkeys(people, name))
    with pytest.raises(UserWarning, match="missing from font"):
        plot_seat(scores, "S24-2008-100", tmp_path / "x.png", names=dict.fromkeys(people, "\u3042"))
