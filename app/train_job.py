"""Training and backtest as jobs: what they read, in which order the stages run, what they record."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from khaka.app.jobs import Progress, data_hash, one_hash, silent
from khaka.data.durable import plain, write_bytes, write_json, write_parquet
from khaka.data.errors import KhakaError
from khaka.data.settings import Settings
from khaka.data.workspace import Workspace
from khaka.scoring.manifest import versions
from khaka.scoring.model_card import AUDIT, RECORD, model_card, training_audit, training_record
from khaka.training.backtest import FIGURES, Backtest, backtest
from khaka.training.bundle import HASHES, seal, tree_hash
from khaka.training.changes import Change
from khaka.training.code_version import code_version
from khaka.training.corpus import Corpus
from khaka.training.fit import Trained, train
from khaka.training.mlflow_run import Run, TableInput
from khaka.training.tracking import ModelRef, Tracker

BACKTEST: Final = "backtest.json"


def corpus_of(workspace: Workspace) -> Corpus:
    """Return the past elections of a workspace, with its cache."""
    return Corpus(
        workspace.store,
        lead_days=workspace.settings.model.decision_lead_days,
        history_years=workspace.settings.model.history_years,
        cache=workspace.root / "cache" / "nominee_features",
    )


@dataclass(frozen=True)
class Reproduced:
    """A run made again from its record.

    Parameters
    ----------
    model : ModelRef
        The run that was to be made again.
    tree_hash, again : str
        Hash of the model's folder as recorded, and as it came out now.
    changed : tuple of str
        Files that differ.
    """

    model: ModelRef
    tree_hash: str
    again: str
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every file is the same, byte for byte."""
        return self.tree_hash == self.again


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
    tracker = Tracker(workspace)
    settings = workspace.settings
    digest = data_hash(workspace)
    trained = _fit(workspace, settings, as_of, progress)
    with tracker.run(f"train {as_of}", tags={"khaka.command": "train", "khaka.as_of": as_of.isoformat()}) as run:
        _record(run, trained, workspace, digest)
        for row in trained.contenders.to_dict("records"):
            marks = {"khaka.command": "train contender", "khaka.as_of": as_of.isoformat()}
            with tracker.run(f"contender {row['contender']}", tags=marks, parent=run.run_id) as nested:
                nested.metrics({str(name): float(value) for name, value in row.items() if name != "contender"})
        with tempfile.TemporaryDirectory(prefix="khaka-") as folder:
            _explain_training(run, trained, Path(folder) / "shap")
            progress("explanations")
            bundle = Path(folder) / "bundle"
            run.params({"tree_hash": _pack(trained, settings, digest, bundle), "code_version": code_version()})
            _card(run, tracker, bundle, digest, Path(folder) / "card")
            reference = tracker.register(
                run,
                bundle,
                trained.examples.X.head(5),
                tags={"khaka.as_of": as_of.isoformat(), "khaka.contender": trained.chosen, "khaka.data_hash": digest},
                about=f"{trained.chosen}, as of {as_of}, for {settings.party.party} in {settings.party.state}: "
                f"{len(trained.examples.margin):,} nominees of {len(trained.elections)} elections",
            )
    progress(f"registered {reference.version}")
    return reference, trained


def reproduce_job(workspace: Workspace, wanted: str, *, progress: Progress = silent) -> Reproduced:
    """Train again from a run's record and compare the model's files with the recorded ones; nothing is registered.

    Parameters
    ----------
    workspace : Workspace
        With the same tables.
    wanted : str
        Run, version or alias.
    progress : callable
        Told each step.

    Returns
    -------
    Reproduced
        Both hashes.

    Raises
    ------
    KhakaError
        Tables, code or libraries are not those of the record, or the record is of an older khaka.
    """
    model = Tracker(workspace).find(wanted)
    if "settings" not in model.meta:
        raise KhakaError(f"{model.version} does not record its settings (an older khaka made it); train it again")
    for what, recorded, now in (
        ("the tables", model.meta["data_hash"], data_hash(workspace)),
        ("khaka's code", model.meta["code_version"], code_version()),
        ("the libraries", model.meta["versions"], versions()),
    ):
        if recorded != now:
            raise KhakaError(
                f"{model.version} cannot be made again: {what} changed since (recorded {_short(recorded)}, "
                f"found {_short(now)}); restore them first"
            )
    settings = Settings.model_validate(model.meta["settings"])
    trained = _fit(workspace, settings, dt.date.fromisoformat(str(model.meta["as_of"])), progress)
    with tempfile.TemporaryDirectory(prefix="khaka-") as folder:
        bundle = Path(folder) / "bundle"
        again = _pack(trained, settings, str(model.meta["data_hash"]), bundle)
        old, new = (json.loads((place / HASHES).read_text(encoding="utf-8")) for place in (model.bundle, bundle))
    changed = tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))
    return Reproduced(model, tree_hash(model.bundle), again, changed)


def _short(value: object) -> str:
    return str(value)[:16] if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _fit(workspace: Workspace, settings: Settings, as_of: dt.date, progress: Progress) -> Trained:
    corpus = Corpus(
        workspace.store,
        lead_days=settings.model.decision_lead_days,
        history_years=settings.model.history_years,
        cache=workspace.root / "cache" / "nominee_features",
    )
    return train(
        corpus, as_of=as_of, party=settings.party.party, settings=settings.model, weights=settings.weights.points,
        progress=progress,
    )  # fmt: skip


def _pack(trained: Trained, settings: Settings, digest: str, bundle: Path) -> str:
    """Write the model's folder with all that the card and the audit need, seal it, return its hash."""
    trained.save(bundle)
    examples = trained.examples
    write_json(bundle / RECORD, training_record(trained, settings))
    if examples.people is not None:
        write_json(bundle / AUDIT, training_audit(examples, trained.residual, seed=settings.model.seed))
    seal(bundle, _meta(trained, settings, digest))
    return tree_hash(bundle)


def _card(run: Run, tracker: Tracker, bundle: Path, digest: str, folder: Path) -> None:
    """Log the model card, made from the model's folder and from the last backtest on the same tables."""
    card = model_card(bundle, backtest=tracker.artifact("backtest", BACKTEST, data_hash=digest))
    write_bytes(folder / "model_card.md", card.markdown().encode())
    write_bytes(folder / "model_card.html", card.html().encode())
    run.artifacts(folder, "card")


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
    with (
        tracker.run("backtest", tags={"khaka.command": "backtest"}) as run,
        tempfile.TemporaryDirectory(prefix="khaka-") as made,
    ):
        write_json(Path(made) / BACKTEST, plain(result.as_dict()))
        run.artifacts(Path(made), "backtest")
        run.params({"elections": result.figures["election_id"].nunique(), "data_hash": data_hash(workspace)})
        run.datasets(_tables(workspace), context="evaluation")
        for forecast, row in result.means().iterrows():
            run.metrics({f"{_metric(forecast)}_{name}": float(value) for name, value in row.items()})
        for election, rows in result.figures.groupby("election_id", sort=False):
            marks = {"khaka.command": "backtest election", "khaka.election": str(election)}
            with tracker.run(str(election), tags=marks, parent=run.run_id) as nested:
                for record in rows.to_dict("records"):
                    nested.metrics({f"{_metric(record['forecast'])}_{name}": float(record[name]) for name in FIGURES})
    return result


def _metric(forecast: object) -> str:
    """Return a forecast's name as MLflow takes it: no commas."""
    return str(forecast).replace(",", "")


def _meta(trained: Trained, settings: Settings, digest: str) -> dict[str, object]:
    return {
        "as_of": trained.as_of.isoformat(),
        "chosen": trained.chosen,
        "code_version": code_version(),
        "data_hash": digest,
        "elections": trained.elections,
        "held_out": trained.held_out,
        "party": settings.party.party,
        "state": settings.party.state,
        "seed": settings.model.seed,
        "settings": settings.model_dump(mode="json"),
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
    spread = {name: value for name, value in vars(trained.spread).items() if isinstance(value, float)}
    run.metrics({f"spread_{name}": value for name, value in spread.items()})
    run.metrics(
        {
            f"{row['contender']}_{name}": float(row[name])
            for row in trained.contenders.to_dict("records")
            for name in ("mean_absolute_error", "rank_correlation")
        }
    )
    profile = {"elections": len(trained.elections), "nominees": len(trained.examples.margin)}
    run.datasets([TableInput("tables", digest, "tables", profile), *_tables(workspace)], context="training")


def _tables(workspace: Workspace) -> list[TableInput]:
    """Return each table that is there, with a hash over its files."""
    sums = workspace.store.hashes()
    names = sorted({name.partition("/")[0] for name in sums})
    parts = {name: {part: sums[part] for part in sums if part.partition("/")[0] == name} for name in names}
    return [TableInput(name, one_hash(own), f"tables/{name}", {"files": len(own)}) for name, own in parts.items()]


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
