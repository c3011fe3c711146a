"""Scoring, forecast and features as jobs: what they read, in which order the stages run, what they record."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.history import keep
from khaka.data.store import TableStore
from khaka.data.workspace import Workspace
from khaka.features.source import FrameSource, family
from khaka.scoring.batch import write_forecast, write_scores
from khaka.scoring.predict import forecast_nominees, predict_aspirants
from khaka.scoring.scenario import BASE, Scenario
from khaka.training.fit import load_models
from khaka.training.tracking import ModelRef, Tracker

if TYPE_CHECKING:
    pass

Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing: the progress of a job that nobody watches."""


@dataclass(frozen=True)
class Done:
    """What a job wrote and by which model."""

    path: Path
    rows: int
    model: ModelRef
    notes: tuple[str, ...] = ()


def data_hash(workspace: Workspace) -> str:
    """Return one hash over all tables of a workspace."""
    return one_hash(workspace.store.hashes())


def one_hash(sums: Mapping[str, str]) -> str:
    """Return one hash over the hashes of files, by name."""
    parts = [f"{name} {digest}" for name, digest in sorted(sums.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def score_job(
    workspace: Workspace,
    *,
    election_id: str,
    as_of: dt.date,
    model: str | None,
    out: Path | None,
    progress: Progress = silent,
    scenario: Scenario = BASE,
    record: bool = True,
) -> Done:
    """Rank the aspirants of every seat and write the results.

    Parameters
    ----------
    workspace : Workspace
        Whose aspirants.
    election_id : str
        The coming election.
    as_of : datetime.date
        What was known by the end of this day.
    model : str or None
        Alias or run.
    out : Path or None
        Folder of the results.
    progress : callable
        Told each step.
    scenario : Scenario
        What is supposed; its results go to a folder of their own, never over the base.
    record : bool
        Keep the versions of the tables, and log the explanations to MLflow.

    Returns
    -------
    Done
        The folder, and by which model.

    Raises
    ------
    KhakaError
        The scenario's folder holds the base's results, or the other way round.
    """
    settings = workspace.settings
    folder = out or _folder(workspace.results(election_id, as_of.isoformat()), scenario)
    _keep_apart(folder, scenario)
    store = workspace.store.of_states(family(election_id[:3]))  # other states have nothing to say
    progress("reading the tables")
    inputs = store.hashes()
    source = FrameSource(store)
    reference = usable_model(workspace, model, as_of)
    models = load_models(reference.bundle)
    found = predict_aspirants(
        source,
        models,
        election_id=election_id,
        as_of=as_of,
        party=settings.party.party,
        draws=settings.model.draws,
        seed=settings.model.seed,
        model_version=reference.version,
        data_hash=one_hash(inputs),
        scenario=scenario,
        progress=progress,
    )
    kept = keep(workspace.root, store.folder, inputs, settings)
    seat_elections = source.read("seat_elections")
    write_scores(
        found.prediction,
        seat_elections[seat_elections["election_id"] == election_id],
        folder,
        inputs=inputs,
        seeds={"draws": settings.model.seed},
        progress=lambda done, total: progress(f"written {done}/{total} seats"),
        scenario=scenario,
        note=_note(workspace, folder) if record else None,
        settings=kept,
        barred=settings.eligibility.barred_persons,
    )
    _unchanged(store, inputs)
    if scenario.is_base and record:
        progress("the run's record")
        _record_scores(
            workspace, found.prediction.contributions, found.prediction.values, folder, election_id, reference
        )
    return Done(folder, len(found.prediction.people), reference, found.notes)


def _note(workspace: Workspace, folder: Path) -> Path:
    """Return where the prints of the seats of a results folder are noted."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return workspace.root / "cache" / "scores" / f"{name}.json"


def _unchanged(store: TableStore, inputs: Mapping[str, str]) -> None:
    """Refuse results of tables that were changed while they were read: nobody could say what is in them."""
    if store.hashes() != inputs:
        raise KhakaError("tables were changed while they were scored; run khaka score again")


def _folder(base: Path, scenario: Scenario) -> Path:
    return base if scenario.is_base else base / "scenarios" / scenario.name


def _keep_apart(folder: Path, scenario: Scenario) -> None:
    """Refuse to write a scenario over other results, or the base over a scenario."""
    path = folder / "manifest.json"
    try:
        there = json.loads(path.read_text(encoding="utf-8")).get("score") if path.is_file() else None
    except (ValueError, AttributeError):
        return
    if there is None:
        return
    name = str(there.get("scenario", {}).get("name", "base"))
    if name != scenario.name:
        raise KhakaError(
            f"{folder} holds the results of the scenario {name!r}, not of {scenario.name!r}; give another --out"
        )


def forecast_job(
    workspace: Workspace,
    *,
    election_id: str,
    as_of: dt.date,
    model: str | None,
    out: Path | None,
    progress: Progress = silent,
) -> Done:
    """Forecast every declared nominee and write the result.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    election_id : str
        An assembly election with declared nominees.
    as_of : datetime.date
        What was known by the end of this day.
    model : str or None
        Alias or run.
    out : Path or None
        The Parquet file.
    progress : callable
        Told each step.

    Returns
    -------
    Done
        The file, and by which model.
    """
    settings = workspace.settings.model
    reference = usable_model(workspace, model, as_of)
    store = workspace.store.of_states(family(election_id[:3]))
    inputs = store.hashes()
    frame = forecast_nominees(
        FrameSource(store),
        load_models(reference.bundle),
        election_id=election_id,
        as_of=as_of,
        draws=settings.draws,
        seed=settings.seed,
    )
    progress("predicted")
    path = out or workspace.results(election_id, as_of.isoformat()) / "forecast.parquet"
    write_forecast(
        frame,
        path,
        inputs=inputs,
        seeds={"draws": settings.seed},
        as_of=as_of.isoformat(),
        model_version=reference.version,
        data_hash=one_hash(inputs),
    )
    _unchanged(store, inputs)
    return Done(path, len(frame), reference)


def usable_model(workspace: Workspace, wanted: str | None, as_of: dt.date) -> ModelRef:
    """Find a model that knew nothing later than `as_of`.

    Raises
    ------
    KhakaError
        None is there, or it was trained with a later as-of date.
    """
    reference = Tracker(workspace).find(wanted)
    trained_as_of = str(reference.meta["as_of"])
    if trained_as_of > as_of.isoformat():
        raise KhakaError(
            f"{reference.version} was trained as of {trained_as_of}, later than {as_of}: it may know the result; "
            f"run khaka train --as-of {as_of}"
        )
    return reference


def _record_scores(
    workspace: Workspace,
    contributions: pd.DataFrame,
    values: pd.DataFrame,
    folder: Path,
    election_id: str,
    model: ModelRef,
) -> None:
    """Log the explanations of a ranking and their plots."""
    from khaka.scoring.shap_plots import shap_plots

    tracker = Tracker(workspace)
    tags = {"khaka.command": "score", "khaka.model_version": model.version}
    with tracker.run(f"score {election_id}", tags=tags) as run, tempfile.TemporaryDirectory(prefix="khaka-") as made:
        run.params({"election_id": election_id, "model_version": model.version, "aspirants": len(values)})
        shap_plots(
            contributions, values, Path(made), title=f"What moves the expected margin, aspirants of {election_id}"
        )
        (Path(made) / "explanations.parquet").write_bytes((folder / "explanations.parquet").read_bytes())
        run.artifacts(Path(made), "shap")
