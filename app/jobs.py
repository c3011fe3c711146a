"""The jobs behind the commands: what they read, in which order the stages run, what they record."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from khaka.data.durable import write_parquet
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.features.cutoff import FrameSource
from khaka.features.people import Kind
from khaka.features.scenario import lineup
from khaka.features.table import FeatureTable, feature_table
from khaka.scoring.batch import versions, write_forecast, write_scores
from khaka.scoring.predict import forecast_nominees, predict_aspirants
from khaka.training.backtest import FIGURES, Backtest, backtest
from khaka.training.corpus import Corpus
from khaka.training.fit import Trained, load_models, train
from khaka.training.tracking import ModelRef, Run, Tracker, seal

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


def corpus_of(workspace: Workspace) -> Corpus:
    """Return the past elections of a workspace, with its cache."""
    return Corpus(
        workspace.store,
        lead_days=workspace.settings.model.decision_lead_days,
        history_years=workspace.settings.model.history_years,
        cache=workspace.root / "cache" / "nominee_features",
    )


def data_hash(workspace: Workspace) -> str:
    """Return one hash over all tables of a workspace."""
    parts = [f"{name} {digest}" for name, digest in sorted(workspace.store.hashes().items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def train_job(workspace: Workspace, *, as_of: dt.date, progress: Progress = silent) -> tuple[ModelRef, Trained]:
    """Fit the contenders, record them in MLflow, register the best as challenger.

    Parameters
    ----------
    workspace : Workspace
        Whose tables are learned from.
    as_of : datetime.date
        Nothing known later counts.
    progress : callable
        Told each step.

    Returns
    -------
    tuple of ModelRef and Trained
        The registered model, and how the contenders did.
    """
    settings = workspace.settings
    tracker = Tracker(workspace)
    trained = train(
        corpus_of(workspace),
        as_of=as_of,
        party=settings.party.party,
        settings=settings.model,
        weights=settings.weights.points,
        progress=progress,
    )
    digest = data_hash(workspace)
    with tracker.run(f"train {as_of}", tags={"khaka.command": "train", "khaka.as_of": as_of.isoformat()}) as run:
        _record(run, trained, workspace, digest)
        for row in trained.contenders.to_dict("records"):
            with tracker.run(f"contender {row['contender']}", parent=run.run_id) as nested:
                nested.metrics({str(name): float(value) for name, value in row.items() if name != "contender"})
        with tempfile.TemporaryDirectory(prefix="khaka-") as folder:
            _explain_training(run, trained, Path(folder) / "shap")
            progress("explanations")
            bundle = Path(folder) / "bundle"
            trained.save(bundle)
            seal(bundle, _meta(trained, workspace, digest))
            reference = tracker.register(run, bundle, trained.examples.X.head(5))
    progress(f"registered {reference.version}")
    return reference, trained


def score_job(
    workspace: Workspace,
    *,
    election_id: str,
    as_of: dt.date,
    model: str | None,
    out: Path | None,
    progress: Progress = silent,
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

    Returns
    -------
    Done
        The folder, and by which model.
    """
    settings = workspace.settings
    source = FrameSource(workspace.store)
    reference = usable_model(workspace, model, as_of)
    models = load_models(reference.bundle)
    digest = data_hash(workspace)
    found = predict_aspirants(
        source,
        models,
        election_id=election_id,
        as_of=as_of,
        party=settings.party.party,
        draws=settings.model.draws,
        seed=settings.model.seed,
        model_version=reference.version,
        data_hash=digest,
    )
    progress("predicted")
    folder = out or workspace.results(election_id, as_of.isoformat())
    seat_elections = source.read("seat_elections")
    write_scores(
        found.prediction,
        seat_elections[seat_elections["election_id"] == election_id],
        folder,
        inputs=workspace.store.hashes(),
        seeds={"draws": settings.model.seed},
        progress=lambda done, total: progress(f"written {done}/{total} seats"),
    )
    _record_scores(workspace, found.prediction.contributions, found.prediction.values, folder, election_id, reference)
    return Done(folder, len(found.prediction.people), reference, found.notes)


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
    frame = forecast_nominees(
        FrameSource(workspace.store),
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
        inputs=workspace.store.hashes(),
        seeds={"draws": settings.seed},
        as_of=as_of.isoformat(),
        model_version=reference.version,
        data_hash=data_hash(workspace),
    )
    return Done(path, len(frame), reference)


def backtest_job(workspace: Workspace, *, targets: Sequence[str], progress: Progress = silent) -> Backtest:
    """Predict past elections from earlier ones and record the figures in MLflow, one nested run an election.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    targets : sequence of str
        Elections; all that the tables allow if empty.
    progress : callable
        Told each election.

    Returns
    -------
    Backtest
        Figures of the model and of each rule.
    """
    result = backtest(corpus_of(workspace), workspace.settings.model, targets=targets, progress=progress)
    tracker = Tracker(workspace)
    with tracker.run("backtest", tags={"khaka.command": "backtest"}) as run:
        run.params({"elections": result.figures["election_id"].nunique(), "data_hash": data_hash(workspace)})
        for forecast, row in result.means().iterrows():
            run.metrics({f"{forecast}_{name}": float(value) for name, value in row.items()})
        for election, rows in result.figures.groupby("election_id", sort=False):
            with tracker.run(str(election), parent=run.run_id) as nested:
                for record in rows.to_dict("records"):
                    nested.metrics({f"{record['forecast']}_{name}": float(record[name]) for name in FIGURES})
    return result


def features_job(
    workspace: Workspace, *, election_id: str, as_of: dt.date, out: Path | None
) -> tuple[Path, FeatureTable]:
    """Write the feature table of an election's aspirants, or of its nominees where there are no aspirants.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    election_id : str
        The election.
    as_of : datetime.date
        What was known by the end of this day.
    out : Path or None
        The Parquet file.

    Returns
    -------
    tuple of Path and FeatureTable
        Where it was written, and the table.

    Raises
    ------
    KhakaError
        Neither aspirants nor nominees are there.
    """
    source = FrameSource(workspace.store)
    kinds: tuple[Kind, ...] = ("aspirant", "nominee")
    kind = next((kind for kind in kinds if (source.read(f"{kind}s")["election_id"] == election_id).any()), None)
    if kind is None:
        raise KhakaError(
            f"no aspirants and no nominees for {election_id!r} in this workspace; khaka check lists elections"
        )
    line = lineup(source, election_id=election_id, party="", seats=[])
    table = feature_table(
        FrameSource(line.source), election_id=election_id, as_of=as_of, party=workspace.settings.party.party, kind=kind
    )
    path = out or workspace.results(election_id, as_of.isoformat()) / "features.parquet"
    table.to_parquet(path)
    return path, table


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


def _meta(trained: Trained, workspace: Workspace, digest: str) -> dict[str, object]:
    settings = workspace.settings
    return {
        "as_of": trained.as_of.isoformat(),
        "chosen": trained.chosen,
        "data_hash": digest,
        "elections": trained.elections,
        "held_out": trained.held_out,
        "party": settings.party.party,
        "state": settings.party.state,
        "seed": settings.model.seed,
        "given": sorted(trained.candidate.given_),
        "versions": versions(),
    }


def _record(run: Run, trained: Trained, workspace: Workspace, digest: str) -> None:
    settings = workspace.settings
    run.params(
        {
            "as_of": trained.as_of,
            "party": settings.party.party,
            "state": settings.party.state,
            "chosen": trained.chosen,
            "elections": len(trained.elections),
            "held_out": ",".join(trained.held_out),
            "rows": len(trained.examples.margin),
            "features": len(trained.candidate.features_),
            "prior_width": trained.candidate.prior_width_,
            "data_hash": digest,
            **{f"model.{name}": value for name, value in settings.model.model_dump().items()},
        }
    )
    run.metrics({f"spread_{name}": value for name, value in vars(trained.spread).items()})
    run.metrics(
        {
            f"{row['contender']}_{name}": float(row[name])
            for row in trained.contenders.to_dict("records")
            for name in ("mean_absolute_error", "rank_correlation")
        }
    )
    profile = {"elections": len(trained.elections), "nominees": len(trained.examples.margin)}
    run.dataset("tables", digest, "tables", profile)


def _explain_training(run: Run, trained: Trained, folder: Path) -> None:
    """Log SHAP values of the newest election's nominees as Parquet, with the shap package's plots."""
    import pyarrow as pa

    from khaka.scoring.shap_plots import shap_plots

    newest = trained.held_out[-1] if trained.held_out else trained.examples.election[-1]
    rows = trained.examples.where(trained.examples.election == newest)
    contributions = trained.candidate.contributions(rows.X)
    keys = pd.DataFrame({"election_id": rows.election, "party": rows.party, "margin": rows.margin})
    write_parquet(
        folder / "shap_values.parquet",
        pa.Table.from_pandas(pd.concat([keys, contributions], axis=1), preserve_index=False),
    )
    write_parquet(folder / "feature_values.parquet", pa.Table.from_pandas(rows.X, preserve_index=False))
    trained.contenders.to_csv(folder / "contenders.csv", index=False)
    shap_plots(contributions, rows.X, folder, title=f"What moves the expected margin, nominees of {newest}")
    run.artifacts(folder, "shap")


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
