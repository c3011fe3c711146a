"""Simple rules on three nominees."""

from __future__ import annotations

import pandas as pd
import pytest

from khaka.training.rules import RULES, rule_shares

ROWS = pd.DataFrame({
    "a1_own": [0.40, 0.35, float("nan")], "l1_own": [0.30, 0.0, 0.2], "l1_held": [1.0, 0.0, 1.0],
    "a1_lead": [0.0, -0.05, float("nan")], "a1_independents": [0.1, 0.1, float("nan")],
})  # fmt: skip


def test_previous_share_is_0_where_nothing_is_known() -> None:
    assert rule_shares(ROWS, "previous_share").tolist() == [0.40, 0.35, 0.0]


def test_last_parliament_falls_back_on_the_assembly_where_the_party_had_no_nominee() -> None:
    assert rule_shares(ROWS, "last_parliament").tolist() == [0.30, 0.35, 0.2]


def test_holding_party_names_the_holder() -> None:
    assert rule_shares(ROWS, "holding_party").tolist() == [1.0, 0.0, 0.0]
    won_by_an_independent = ROWS.assign(a1_independents=0.45)
    assert rule_shares(won_by_an_independent, "holding_party").tolist() == [0.0, 0.0, 0.0]


def test_an_unknown_rule_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=next(iter(RULES))):
        rule_shares(ROWS, "coin")
