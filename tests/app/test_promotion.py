"""From training to the champion: checks with figures, two people, the card, the audit, a run made again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from khaka.app import promote_job as job
from khaka.app.cli import main
from khaka.app.gate_states import StatesEvidence, StateSpec, judge_states
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.workspace import Workspace, init_workspace, open_workspace
from khaka.training.bundle import tree_hash
from khaka.training.fit import load_models
from khaka.training.gate import Check, Verdict
from khaka.training.promotions import read_promotions
from khaka.training.tracking import Tracker

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made-up state in a workspace with a challenger."""
    root = tmp_path_factory.mktemp("promotion")
    world = simulate(root / "state", seats=10, booths_per_seat=6, events=1500, seed=4)
    workspace = init_workspace(root / "workspace", state=world.state, party=world.party)
    ingest([root / "state" / "tables"], workspace_root=workspace.root, store=workspace.store)
    assert main(["train", "--as-of", world.as_of, "--workspace", str(workspace.root), "--json"]) == 0
    assert main(["score", "--election", world.election_id, "--as-of", world.as_of, "--quiet",
                 "--workspace", str(workspace.root)]) == 0  # fmt: skip
    return workspace.root


def verdict(passed: bool) -> Verdict:
    return Verdict((Check("log inflated tenfold", passed, 0.97 if passed else 0.5, "at least 95%", "100 logs"),))


def shared(root: Path, people: int) -> Workspace:
    text = (root / "khaka.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^people = \d", f"people = {people}", text)
    (root / "khaka.toml").write_text(text, encoding="utf-8")
    workspace = open_workspace(root)
    assert workspace.settings.promotion.people == people
    return workspace


def promote(workspace: Workspace, *, by: str, approve: bool = False) -> job.Promotion:
    return job.promote_job(workspace, wanted="khaka-margin/1", by=by, approve=approve)


def test_a_failed_check_is_named_and_the_alias_stays(
    trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(job, "gate", lambda *_, **__: verdict(False))
    shared(trained, 1)
    assert main(["promote", "--workspace", str(trained), "--by", "Asha", "--quiet"]) == 1
    out, err = capsys.readouterr()
    assert "FAIL  log inflated tenfold" in out
    assert "+0.500" in out
    assert "does not pass: log inflated tenfold" in err
    assert Tracker(open_workspace(trained)).alias("champion") is None
    assert read_promotions(trained)[-1].action == "refused"


def test_two_people_make_a_champion_in_a_shared_workspace(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "gate", lambda *_, **__: verdict(True))
    workspace = shared(trained, 2)
    with pytest.raises(KhakaError, match="nobody has proposed"):
        promote(workspace, by="Ravi", approve=True)
    assert promote(workspace, by="Asha Verma").action == "proposed"
    assert Tracker(workspace).alias("champion") is None
    with pytest.raises(KhakaError, match="cannot approve it too"):
        promote(workspace, by="asha  VERMA", approve=True)
    done = promote(workspace, by="Ravi Kumar", approve=True)
    assert (done.action, done.proposed_by) == ("promoted", "Asha Verma")
    champion = Tracker(workspace).alias("champion")
    assert champion is not None
    assert champion.version == "khaka-margin/1"
    assert Tracker(workspace).alias("challenger") is None
    assert Tracker(workspace).find().alias == "champion"
    actions = [(one.action, one.by) for one in read_promotions(trained)][-2:]
    assert actions == [("proposed", "Asha Verma"), ("promoted", "Ravi Kumar")]
    with pytest.raises(KhakaError, match="no challenger is waiting"):
        job.promote_job(workspace, wanted=None, by="Asha", approve=False)


def test_evidence_recorded_at_training_reaches_the_checks(trained: Path) -> None:
    known = job.evidence_of(Tracker(open_workspace(trained)).find("khaka-margin/1"))
    assert {"election_id", "model", "ridge", "baseline"} <= set(known["out_of_time"][0])
    states = pd.DataFrame({"regret": [1.0], "committee_regret": [2.0], "champion_regret": [float("nan")]})
    table = pd.DataFrame(
        {"attribute": ["sex"], "group": ["F"], "ratio": [1.0], "high": [1.2], "first": [1], "best": [1]}
    )
    shares = [{"model": 5.0, "ridge": 5.5, "previous_share": 6.0, "last_parliament": 6.0}] * 2
    checks = job.weigh(known, shares, StatesEvidence(states, [0] * 50, table), job.Limits()).checks
    names = [check.name for check in checks]
    assert len(names) == len(set(names)) == 10
    assert all(check.limit and check.detail for check in checks)


def test_challenger_and_champion_rank_the_same_made_up_aspirants(trained: Path) -> None:
    workspace = open_workspace(trained)
    models = load_models(Tracker(workspace).find("khaka-margin/1").bundle)
    found = judge_states([StateSpec("gamed_activity", 1, 6)], models, models, workspace.settings)
    row = found.states.iloc[0]
    assert row["champion_regret"] == row["regret"] > 0
    assert row["committee_regret"] > 0
    assert len(found.moves) == 2 * 6
    assert max(found.moves) <= 5
    firsts = found.exposure[found.exposure["attribute"] == "sex"]
    assert firsts["best"].sum() <= 6 + 1e-9


def test_a_run_is_made_again_to_the_same_hash_and_a_changed_table_is_named(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["train", "--reproduce", "khaka-margin/1", "--workspace", str(trained), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same"]
    assert told["again"] == told["tree_hash"] == tree_hash(Tracker(open_workspace(trained)).find("1").bundle)
    aspirants = trained / "other.csv"
    aspirants.write_text("election_id,state,kind,poll_date,result_date\nS24-1999-AE,S24,AE,1999-01-01,1999-01-05\n")
    aspirants.rename(trained / "elections.csv")
    assert main(["ingest", str(trained / "elections.csv"), "--workspace", str(trained), "--quiet"]) == 0
    assert main(["train", "--reproduce", "khaka-margin/1", "--workspace", str(trained), "--quiet"]) == 1
    assert "the tables changed since" in capsys.readouterr().err


def test_the_card_is_made_from_the_run(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    html = tmp_path / "card.html"
    assert main(["card", "--workspace", str(trained), "--run", "khaka-margin/1", "--html", str(html)]) == 0
    text = capsys.readouterr().out
    meta = Tracker(open_workspace(trained)).find("khaka-margin/1").meta
    for part in ("# Model card: khaka-margin/1", meta["data_hash"], meta["code_version"], "## Limits",
                 "## For whom it errs more", "not learned", "--reproduce"):  # fmt: skip
        assert part in text
    page = html.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    logged = list((trained / "mlflow" / "artifacts").rglob("model_card.*"))
    assert {path.suffix for path in logged} == {".md", ".html"}


def test_the_audit_of_a_ranking_shows_groups_and_drift(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["audit", "model", "--election", "S24-2027-AE", "--workspace", str(trained), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["attribute"] for row in told["exposure"]} == {"sex", "category", "community", "age band", "newcomer"}
    assert all(row["people"] is None or row["people"] >= 10 for row in told["exposure"])
    assert told["without_fit"]["seats"] > 0
    assert {"d", "psi"} <= set(told["drift"][0])
