"""The audit as a job: a ranking's exposure by group, the model's errors by group, caste fit, drift."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.scoring.audit import DRIFT_COLUMNS, ERROR_COLUMNS, drift, exposure, without_fit
from khaka.scoring.blueprint.state import latest_results
from khaka.scoring.groups import groups
from khaka.scoring.model_card import AUDIT, RECORD
from khaka.training.tracking import Tracker


@dataclass(frozen=True)
class AuditReport:
    """What an audit found.

    Parameters
    ----------
    election_id, as_of, model_version : str
        Whose ranking.
    exposure : DataFrame
        Of `khaka.scoring.audit.exposure`.
    errors : DataFrame
        Of past nominees, recorded when the model was trained.
    fit : dict
        Of `khaka.scoring.audit.without_fit`.
    moved : DataFrame
        Drift from the model's past nominees to these aspirants.
    between : dict
        Drift between the model's last two elections: from, to, rows.
    """

    election_id: str
    as_of: str
    model_version: str
    exposure: pd.DataFrame
    errors: pd.DataFrame
    fit: dict[str, float]
    moved: pd.DataFrame
    between: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return everything for `--json`."""
        return {
            "election_id": self.election_id, "as_of": self.as_of, "model_version": self.model_version,
            "exposure": self.exposure.to_dict("records"), "errors": self.errors.to_dict("records"),
            "without_fit": self.fit, "drift": self.moved.to_dict("records"), "drift_between_elections": self.between,
        }  # fmt: skip

    def text(self) -> str:
        """Return the report for a person."""
        fit = self.fit
        lines = [
            f"Audit of {self.election_id} as of {self.as_of}, ranked by {self.model_version}. Groups under ten are not "
            "shown; intervals are 90%.",
            "",
            "Exposure: share of first ranks and panel places against share of aspirants (1: as many as there are)",
            _lines(self.exposure, ("attribute", "group", "people", "share", "first", "panel", "ratio", "low", "high")),
            "",
            "Error of past nominees' margins on elections not seen, points (bias above 0: did better than expected)",
            _lines(self.errors, tuple(self.errors.columns)) if len(self.errors) else "nothing is recorded",
            "",
            f"Without caste fit: {fit['moved']:.0f} of {fit['aspirants']:.0f} aspirants have another rank, "
            f"{fit['other_first']:.0f} of {fit['seats']:.0f} seats another first name; at most "
            f"{fit['largest_move']:.0f} ranks, {fit['points']:.2f} points in the mean.",
            "",
            "Drift from the nominees that were learned from to these aspirants (Cohen's d, PSI; PSI above 0.25: moved)",
            _lines(self.moved.head(12), tuple(self.moved.columns)),
        ]
        if self.between.get("rows"):
            rows = pd.DataFrame(self.between["rows"], columns=list(DRIFT_COLUMNS))
            lines += [
                "",
                f"Drift from {self.between['from']} to {self.between['to']}",
                _lines(rows, tuple(rows.columns)),
            ]
        return "\n".join(lines)


def audit_job(workspace: Workspace, *, election_id: str, as_of: dt.date | None = None) -> AuditReport:
    """Audit a ranking and the model that made it.

    Parameters
    ----------
    workspace : Workspace
        With scores.
    election_id : str
        Which election.
    as_of : datetime.date or None
        Which scores; by default the latest.

    Returns
    -------
    AuditReport
        Figures by group.

    Raises
    ------
    KhakaError
        No scores, or scores of an older khaka.
    """
    folder = latest_results(workspace, election_id, as_of)
    if not (folder / "scenario.parquet").is_file():
        raise KhakaError(f"the scores in {folder} are of an older khaka; run khaka score again")
    scores = pd.read_parquet(folder / "scores.parquet")
    told = pd.read_parquet(folder / "explanations.parquet", columns=["seat_id", "aspirant_id", "feature", "value"])
    values = told.pivot_table(index=["seat_id", "aspirant_id"], columns="feature", values="value", dropna=False)
    values = values.reindex(pd.MultiIndex.from_frame(scores[["seat_id", "aspirant_id"]])).reset_index(drop=True)
    aspirants = workspace.store.read("aspirants")
    aspirants = aspirants[aspirants["election_id"] == election_id]
    people = scores[["seat_id", "aspirant_id"]].merge(
        aspirants[["seat_id", "aspirant_id", "sex", "category", "community"]], on=["seat_id", "aspirant_id"], how="left"
    )
    blank = pd.Series(float("nan"), index=values.index)
    attributes = groups(people, values.get("age_at_poll", blank), values.get("earlier_contests", blank))
    version = str(scores["model_version"].iloc[0])
    bundle = Tracker(workspace).find(version).bundle
    record = _json(bundle / RECORD) or {}
    seed = workspace.settings.model.seed
    return AuditReport(
        election_id=election_id,
        as_of=folder.name,
        model_version=version,
        exposure=exposure(scores, pd.read_parquet(folder / "panel.parquet"), attributes, seed=seed),
        errors=pd.DataFrame(_json(bundle / AUDIT) or [], columns=list(ERROR_COLUMNS)),
        fit=without_fit(scores, pd.read_parquet(folder / "scenario.parquet")),
        moved=drift(record.get("profile", {}), values),
        between=record.get("drift", {}),
    )


def _json(path: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _lines(frame: pd.DataFrame, columns: tuple[str, ...]) -> str:
    table = frame[list(columns)].copy()
    for name in table.columns:
        if name == "people":
            table[name] = [f"{value:.0f}" if pd.notna(value) else "under 10" for value in table[name]]
        elif pd.api.types.is_numeric_dtype(table[name]) or name in ("d", "psi"):
            table[name] = [f"{float(value):.2f}" if pd.notna(value) else "" for value in table[name]]
    return table.rename(columns=lambda name: str(name).replace("_", " ")).to_string(index=False)
