"""A feature from idea to backtest."""

from __future__ import annotations

import pytest

from khaka.data.errors import KhakaError
from khaka.training.changes import Change, change


def test_a_change_says_what_it_is() -> None:
    assert change([], []) is None
    tried = change(["age_at_poll"], ["person"])
    assert tried == Change(("age_at_poll",), ("person",))
    assert tried.label == "with age_at_poll, without person"


def test_wrong_names_are_named_with_the_way_out() -> None:
    with pytest.raises(KhakaError, match="no feature 'luck'"):
        change(["luck"], [])
    with pytest.raises(KhakaError, match="'p_sitting' is in the share model already"):
        change(["p_sitting"], [])
    with pytest.raises(KhakaError, match="khaka ablation"):
        change([], ["ratings"])
    with pytest.raises(KhakaError, match="its families are contest, person, seat_history"):
        change([], ["luck"])
