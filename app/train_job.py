"""Training and backtest as jobs: what they read, in which order the stages run, what they record."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from khaka.app.jobs import Progress, data_hash, silent
from khaka.data.durable import write_parquet
from khaka.data.workspace import Workspace
from khaka.scoring.manifest import versions
from khaka.training.backtest import FIGURES, Backtest, backtest
from khaka.training.changes import Change
from khaka.training.corpus import Corpus
from khaka.training.fit import Trained, train
from khaka.training.tracking import ModelRef, Run, Tracker, seal


def corpus_of(workspace: Workspace) -> Corpus:
    """Return the past elections of a workspace, with its cache."""
    return Corpus(
        workspace.store,
        lead_days=workspace.settings.model.decision_lead_days,
        history_years=workspace.settings.model.history_years,
        cache=workspace.root / "cache" / "nominee_features",
    )


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


def backtest_job(
    workspace: Workspace, *, targets: Sequence[str], tried: Change | None = None, progress: Progress = silent
) -> Backtest:
    """Predict past elections from earlier ones and record the figures in MLflow, one nested run an election.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    targets : sequence of str
        Elections; all that the tables allow if empty.
    tried : Change, optional
        A second model beside the first, with features more or fewer.
    progress : callable
        Told each election.

    Returns
    -------
    Backtest
        Figures of the model and of each rule.
    """
    settings = workspace.settings.model
    result = backtest(corpus_of(workspace), settings, targets=targets, tried=tried, progress=progress)
    tracker = Tracker(workspace)
    with tracker.run("backtest", tags={"khaka.command": "backtest"}) as run:
        run.params({"elections": result.figures["election_id"].nunique(), "data_hash": data_hash(workspace)})
        for forecast, row in result.means().iterrows():
            run.metrics({f"{_metric(forecast)}_{name}": float(value) for name, value in row.items()})
        for election, rows in result.figures.groupby("election_id", sort=False):
            with tracker.run(str(election), parent=run.run_id) as nested:
                for record in rows.to_dict("records"):
                    nested.metrics({f"{_metric(record['forecast'])}_{name}": float(record[name]) for name in FIGURES})
    return result


def _metric(forecast: object) -> str:
    """Return a forecast's name as MLflow takes it: no commas."""
    return str(forecast).replace(",", "")


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
