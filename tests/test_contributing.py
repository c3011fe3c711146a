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
from khaka.data import intake
from khaka.data.quarantine import read_quarantine
from khaka.data.simulate import simulate
from khaka.features import table
from khaka.training import rules

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


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


def test_the_reader_of_the_guide_reads_a_list_by_its_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = types.ModuleType("khaka.data.readers.seat_register")
    exec(compile(blocks()[1], "CONTRIBUTING.md", "exec", dont_inherit=True), module.__dict__)
    line = re.search(r"^    (seat_register\.FORMAT: .*),$", TEXT, flags=re.MULTILINE)
    assert line is not None
    added = eval(f"{{{line[1]}}}", {"seat_register": module})
    monkeypatch.setattr(intake, "READERS", {**intake.READERS, **added})
    path = tmp_path / "register.csv"
    path.write_text("ac,name,zila\n163,DHAURAHRA,KHERI\nx,NOWHERE,KHERI\n", encoding="utf-8")
    workspace = khaka.init(tmp_path / "up", state="S24", party="INC")
    (file,) = workspace.ingest(path).files
    assert (file.format, file.tables[0].kept, file.tables[0].quarantined) == ("seat_register", 1, 1)
    assert workspace.tables["seats"][["seat_id", "seat_name"]].to_numpy().tolist() == [["S24-2008-163", "DHAURAHRA"]]
    wrong = read_quarantine(workspace.root / "quarantine.parquet").iloc[0]
    assert (wrong["row"], wrong["column"], wrong["value"]) == (3, "ac", "x")


def add_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the guide's rule by its one line."""
    line = re.search(r'^    ("half_way": half_way),$', TEXT, flags=re.MULTILINE)
    assert line is not None
    names = dict(vars(rules))
    exec(compile(blocks()[2], "CONTRIBUTING.md", "exec", dont_inherit=True), names)
    for name, rule in eval(f"{{{line[1]}}}", names).items():
        monkeypatch.setitem(rules.RULES, name, rule)


def test_the_rule_of_the_guide_is_half_way_between_two_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    add_rule(monkeypatch)
    rows = pd.DataFrame({"a1_own": [0.4, 0.2], "l1_own": [0.6, None], "l1_held": [1, 1]})
    assert rules.rule_shares(rows, "half_way").tolist() == pytest.approx([0.5, 0.2])


@pytest.mark.slow
def test_the_worked_example_reaches_backtest_reasons_and_card(
    example: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rule(monkeypatch)
    made = simulate(tmp_path / "world", seats=10, booths_per_seat=8, seed=2)
    workspace = khaka.init(tmp_path / "workspace", state=made.state, party=made.party)
    workspace.ingest(tmp_path / "world")
    features = workspace.features(made.election_id, made.as_of)
    assert (features.values[FEATURE] >= 0).all()
    assert features.values[FEATURE].max() > 1

    newest = workspace.elections("AE")["election_id"].iloc[-2]
    backtest = khaka.Backtest([newest], added=[FEATURE]).run(workspace)
    assert f"with {FEATURE}" in backtest.means().index
    assert "half_way" in backtest.means().index

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
