"""What each family of features is worth: the same elections without it, as paired differences."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import khaka
from khaka.app.ablation_job import ablation_job
from khaka.data.errors import KhakaError
from khaka.data.simulate import simulate


def test_families_are_left_out_one_by_one_on_the_same_election(tmp_path: Path) -> None:
    made = simulate(tmp_path / "world", seats=6, booths_per_seat=6, seed=5)
    workspace = khaka.init(tmp_path / "workspace", state=made.state, party=made.party)
    workspace.ingest(tmp_path / "world")
    target = workspace.elections("AE")["election_id"].iloc[-2]
    result, path = ablation_job(workspace.workspace, targets=[target], states=0, out=tmp_path / "worth.md")
    text = path.read_text(encoding="utf-8")
    assert "the person's own record" in text
    assert "Made-up states: share of the oracle's gain\n\nNot measured here." in text
    table = pd.read_csv(path.with_suffix(".csv"))
    assert {"the person's own record", "earlier results of the seat"} <= set(table["family"])
    assert len(result.table()) == len(table)
    with pytest.raises(KhakaError, match="nothing to measure"):
        ablation_job(workspace.workspace, newest=0, states=0)


def test_nothing_to_measure_is_said(tmp_path: Path) -> None:
    workspace = khaka.init(tmp_path / "workspace", state="S24", party="INC")
    with pytest.raises(KhakaError, match="nothing to measure"):
        ablation_job(workspace.workspace, states=0)
