"""Promotion as a job: the evidence is gathered, the gate weighs it, one or two people decide, the registry records."""

from __future__ import annotations

import getpass
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from khaka.app.gate_states import StatesEvidence, StateSpec, judge_states
from khaka.app.jobs import Progress, silent
from khaka.app.train_job import corpus_of
from khaka.data.durable import write_bytes, write_json
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.training.evidence import FILE as EVIDENCE
from khaka.training.evidence import SHARE_RULES, share_errors
from khaka.training.fit import load_models
from khaka.training.gate import Limits, Verdict, beats, coverage_checks, exposure_checks, gaming_check, regret_check
from khaka.training.promotions import Entry, append_promotion, open_proposal, read_promotions, same_person
from khaka.training.tracking import ModelRef, Tracker

Action = Literal["promoted", "proposed", "refused"]

_TOLD: Final = {"previous_share": "the previous share", "last_parliament": "the last Lok Sabha poll"}


@dataclass(frozen=True)
class Promotion:
    """What came of it.

    Parameters
    ----------
    action : str
        "promoted", "proposed" (another person has to approve) or "refused" (a check failed).
    model : ModelRef
        The model.
    verdict : Verdict
        All checks.
    by, proposed_by : str
        Who asked now, and who had proposed.
    """

    action: Action
    model: ModelRef
    verdict: Verdict
    by: str
    proposed_by: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return everything for `--json`."""
        return {
            "action": self.action, "model_version": self.model.version, "run_id": self.model.run_id, "by": self.by,
            "proposed_by": self.proposed_by, "passed": self.verdict.passed, "failed": self.verdict.failed,
            "checks": [check.as_dict() for check in self.verdict.checks],
        }  # fmt: skip


def promote_job(
    workspace: Workspace,
    *,
    wanted: str | None,
    by: str,
    approve: bool,
    states: int | None = None,
    progress: Progress = silent,
) -> Promotion:
    """Check a challenger and make it the champion if it passes and enough people agree.

    Parameters
    ----------
    workspace : Workspace
        Whose registry.
    wanted : str or None
        Run, version or alias; by default the newest challenger.
    by : str
        Who asks; blank for the name of the account.
    approve : bool
        Approve what another person has proposed.
    states : int or None
        Made-up states of each kind; by default as in `khaka.toml`.
    progress : callable
        Told each step.

    Returns
    -------
    Promotion
        With every check.

    Raises
    ------
    KhakaError
        No challenger, no proposal to approve, the approver is the proposer, the data changed since the proposal, or
        the record was changed.
    """
    name = " ".join((by or getpass.getuser()).split())
    if not name:
        raise KhakaError("a promotion carries a name; give yours with --by NAME")
    tracker = Tracker(workspace)
    model = _challenger(tracker, wanted)
    entries = read_promotions(workspace.root)
    shared = workspace.settings.promotion.people > 1
    proposal = open_proposal(entries, model.version)
    if approve and shared:
        _may_approve(proposal, name, model)
    verdict = gate(workspace, model, states=states, progress=progress)
    digest = str(model.meta.get("data_hash", ""))
    checks = [check.as_dict() for check in verdict.checks]
    proposed_by = proposal.by if proposal is not None and shared else ""
    action: Action = "refused"
    if verdict.passed:
        action = "promoted" if not shared or approve else "proposed"
    entry = Entry("", action, name, model.version, model.run_id, digest, checks, proposed_by if approve else "")
    tags = {"khaka.gate": "passed" if verdict.passed else "failed: " + ", ".join(verdict.failed)}
    with workspace.lock("promotions"):
        if shared and approve:  # somebody may have answered the proposal while the checks ran
            _may_approve(open_proposal(read_promotions(workspace.root), model.version), name, model)
        _record(tracker, model, verdict, name, action)
        if action == "promoted":
            who = (
                {"khaka.proposed_by": proposed_by, "khaka.approved_by": name} if shared else {"khaka.promoted_by": name}
            )
            model = tracker.promote(model, {**tags, **who})
        elif action == "proposed":
            tracker.tag(model, {**tags, "khaka.proposed_by": name})
        else:
            tracker.tag(model, tags)
        append_promotion(workspace.root, entry)
    return Promotion(action, model, verdict, name, proposed_by if approve else "")


def gate(workspace: Workspace, model: ModelRef, *, states: int | None = None, progress: Progress = silent) -> Verdict:
    """Gather the evidence for a model and weigh it.

    Parameters
    ----------
    workspace : Workspace
        With its past elections.
    model : ModelRef
        The challenger.
    states : int or None
        Made-up states of each kind.
    progress : callable
        Told each step.

    Returns
    -------
    Verdict
        Every check with figure and limit.
    """
    settings, limits = workspace.settings, Limits()
    known = evidence_of(model)
    corpus = corpus_of(workspace)
    shares = share_errors(
        corpus, settings.model, as_of=str(model.meta["as_of"]), newest=settings.promotion.elections, progress=progress
    )
    champion = Tracker(workspace).alias("champion")
    other = load_models(champion.bundle) if champion is not None and champion.version != model.version else None
    found = judge_states(_specs(workspace, states), load_models(model.bundle), other, settings, progress=progress)
    return weigh(known, shares, found, limits)


def weigh(known: Mapping[str, Any], shares: list[dict[str, Any]], found: StatesEvidence, limits: Limits) -> Verdict:
    """Return all checks over gathered evidence.

    Parameters
    ----------
    known : mapping
        `out_of_time` and `coverage`, recorded when the model was trained.
    shares : list of dict
        Of `share_errors`.
    found : StatesEvidence
        Of the made-up states.
    limits : Limits
        Of the gate.

    Returns
    -------
    Verdict
        In the order in which they are printed.
    """
    unit = "points of share"
    checks = [
        beats(f"seats against {_TOLD.get(rule, rule)}", shares, rule, limits=limits, unit=unit) for rule in SHARE_RULES
    ]
    checks.append(beats("seats against ridge", shares, "ridge", limits=limits, unit=unit))
    past = list(known.get("out_of_time", []))
    checks.append(beats("people against the baseline", past, "baseline", limits=limits, within_error=True))
    checks.append(beats("people against ridge", past, "ridge", limits=limits))
    checks.append(regret_check(found.states, limits=limits))
    checks.append(gaming_check(found.moves, limits=limits))
    checks += coverage_checks(list(known.get("coverage", [])), limits=limits)
    checks += exposure_checks(found.exposure, limits=limits)
    return Verdict(tuple(checks))


def evidence_of(model: ModelRef) -> dict[str, Any]:
    """Return what was recorded when a model was trained; empty for a model without such a record."""
    path = model.bundle / EVIDENCE
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _challenger(tracker: Tracker, wanted: str | None) -> ModelRef:
    if wanted is not None:
        return tracker.find(wanted)
    model = tracker.alias("challenger")
    if model is None:
        champion = tracker.alias("champion")
        there = f"{champion.version} is the champion; " if champion is not None else ""
        raise KhakaError(f"{there}no challenger is waiting: run khaka train, or name one with --run")
    return model


def _may_approve(proposal: Entry | None, name: str, model: ModelRef) -> None:
    if proposal is None:
        raise KhakaError(f"nobody has proposed {model.version}; the first person runs: khaka promote --by NAME")
    if same_person(proposal.by, name):
        raise KhakaError(
            f"{proposal.by} has proposed {model.version} and cannot approve it too; another person does, with --by NAME"
        )
    if proposal.run_id != model.run_id:
        raise KhakaError(f"{model.version} is not what {proposal.by} has proposed; propose it again: khaka promote")


def _specs(workspace: Workspace, states: int | None) -> list[StateSpec]:
    asked = workspace.settings.promotion
    count = asked.states if states is None else states
    if count < 1:
        raise KhakaError(f"--states is {count}; the gate needs at least one made-up state of each kind")
    return [StateSpec(world, seed, asked.seats) for seed in range(1, count + 1) for world in asked.worlds]


def _record(tracker: Tracker, model: ModelRef, verdict: Verdict, name: str, action: str) -> None:
    """Log every check to MLflow under a run of its own."""
    tags = {"khaka.command": "promote", "khaka.model_version": model.version, "khaka.by": name, "khaka.action": action}
    with (
        tracker.run(f"promote {model.version}", tags=tags) as run,
        tempfile.TemporaryDirectory(prefix="khaka-") as made,
    ):
        run.metrics({check.name.replace("%", " percent").replace(",", ""): check.figure for check in verdict.checks})
        table = [check.as_dict() for check in verdict.checks]
        write_json(Path(made) / "checks.json", table)
        write_bytes(Path(made) / "checks.csv", pd.DataFrame(table).to_csv(index=False).encode())
        run.artifacts(Path(made), "gate")
