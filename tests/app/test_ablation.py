"""What each family of features is worth: the same elections without it, as paired differences."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import khaka
from khaka.app.ablation_job import ablation_job
from khaka.data.errors import KhakaError
from khaka.data.simulate import simulate
from khaka.training.ablation import losses


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
    # no part of the forecast: added, and compared with the forecast as it is
    spare = {"earlier results of the seat's booths", "published aggregates about the seat's people"}
    assert spare <= set(table["family"])
    assert table.loc[table["family"].isin(spare), "error, points"].notna().all()
    assert len(result.table()) == len(table)
    with pytest.raises(KhakaError, match="nothing to measure"):
        ablation_job(workspace.workspace, newest=0, states=0)


def test_nothing_to_measure_is_said(tmp_path: Path) -> None:
    workspace = khaka.init(tmp_path / "workspace", state="S24", party="INC")
    with pytest.raises(KhakaError, match="nothing to measure"):
        ablation_job(workspace.workspace, states=0)


def test_what_an_added_family_brings_has_the_sign_of_a_loss_without_it() -> None:
    table = pd.DataFrame(
        {"election_id": ["a", "b"] * 3, "family": ["(all)"] * 2 + ["person"] * 2 + ["demographics"] * 2,
         "added": [False] * 4 + [True] * 2, "error": [5.0, 7.0, 6.0, 8.0, 4.0, 6.0]}
    )  # fmt: skip
    found = losses(table, "election_id", ["error"]).set_index("family")["mean"]
    # without the person a point worse; with the aggregates a point better: both are worth a point
    assert found.to_dict() == {"person": 1.0, "demographics": 1.0}
