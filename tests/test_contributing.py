"""The worked example of CONTRIBUTING.md, taken from its text: one file, one line, and the feature is everywhere."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pandas as pd
import pytest

import khaka
from khaka.app.card_job import card_job
from khaka.data.simulate import simulate
from khaka.features import table

TEXT = (Path(__file__).resolve().parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
FEATURE = "years_since_first_contest"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The example's file as the module that its line of registration names."""
    code = re.search(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    line = re.search(r'^    "(khaka\.features\.\w+)",$', TEXT, flags=re.MULTILINE)
    assert code is not None
    assert line is not None
    module = types.ModuleType(line[1])
    exec(compile(code[1], "CONTRIBUTING.md", "exec", dont_inherit=True), module.__dict__)
    monkeypatch.setitem(sys.modules, line[1], module)
    before = table.FAMILY_MODULES
    families = (*before, line[1])
    for name, loaded in list(sys.modules.items()):
        if name.startswith("khaka.") and getattr(loaded, "FAMILY_MODULES", None) is before:
            monkeypatch.setattr(loaded, "FAMILY_MODULES", families)
    return module


@pytest.mark.slow
def test_the_worked_example_reaches_backtest_reasons_and_card(example: types.ModuleType, tmp_path: Path) -> None:
    made = simulate(tmp_path / "world", seats=10, booths_per_seat=8, seed=2)
    workspace = khaka.init(tmp_path / "workspace", state=made.state, party=made.party)
    workspace.ingest(tmp_path / "world")
    features = workspace.features(made.election_id, made.as_of)
    assert (features.values[FEATURE] >= 0).all()
    assert features.values[FEATURE].max() > 1

    newest = workspace.elections("AE")["election_id"].iloc[-2]
    backtest = khaka.Backtest([newest], added=[FEATURE]).run(workspace)
    assert f"with {FEATURE}" in backtest.means().index

    ranker = khaka.Ranker(made.as_of).fit(workspace)
    card, model = card_job(workspace.workspace)
    assert model.version == ranker.model_.version
    families = card.markdown().split("People, by family:")[1].split("\n## ")[0]
    assert re.search(rf"^\|.*\b{FEATURE}\b.*\|$", families, flags=re.MULTILINE)

    explanations = ranker.rank(workspace, made.election_id).explanations
    rows = explanations[explanations["feature"] == FEATURE]
    assert len(rows) == explanations.groupby(["seat_id", "aspirant_id"]).ngroups
    said = rows[rows["reason_en"].fillna("") != ""]
    english = explanations["reason_en"].str.contains("first stood for election", na=False)
    hindi = explanations["reason_hi"].str.contains("पहली बार चुनाव", na=False)
    pd.testing.assert_series_equal(english, hindi, check_names=False)
    assert english.sum() == len(said) > 0
