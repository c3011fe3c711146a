"""`khaka evaluate` inside a workspace: the judgement in MLflow's record, a plain ridge beside the model."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pandas as pd

from khaka.app.features_job import features_job
from khaka.app.jobs import silent
from khaka.app.train_job import corpus_of
from khaka.data.durable import write_bytes, write_json
from khaka.data.errors import KhakaError
from khaka.data.settings import FILE
from khaka.data.workspace import Workspace, open_workspace
from khaka.scoring.evaluate import Evaluation, plot_evaluation
from khaka.scoring.evaluate_ridge import plain_ridge
from khaka.training.examples import make_examples
from khaka.training.tracking import Tracker


def workspace_above(scores: Path) -> Workspace | None:
    """Return the workspace in which a ranking lies.

    Parameters
    ----------
    scores : Path
        Folder with `scores.parquet`, or the file.

    Returns
    -------
    Workspace or None
        The nearest folder above that holds `khaka.toml`; None if there is none.
    """
    return next((open_workspace(folder) for folder in scores.resolve().parents if (folder / FILE).is_file()), None)


def record_evaluation(workspace: Workspace, evaluation: Evaluation, scores: Path) -> str:
    """Log a judgement to MLflow: figures of every ranking, table, text and plot, under the model's version.

    Parameters
    ----------
    workspace : Workspace
        Whose MLflow store.
    evaluation : Evaluation
        The judgement.
    scores : Path
        Folder with `scores.parquet`, or the file: it names the model's version.

    Returns
    -------
    str
        MLflow's run id.
    """
    head = _head(scores)
    figures = evaluation.as_dict()
    tags = {"khaka.command": "evaluate", "khaka.model_version": head["model_version"], "khaka.as_of": head["as_of"]}
    with (
        Tracker(workspace).run(f"evaluate {evaluation.election_id}", tags=tags) as run,
        tempfile.TemporaryDirectory(prefix="khaka-") as made,
    ):
        run.params({**head, "seats": evaluation.seats, "aspirants": evaluation.aspirants})
        metrics = {
            f"{name}_{measure}": value for name, row in figures["rules"].items() for measure, value in row.items()
        }
        metrics |= {f"coverage_{name}": value for name, value in figures["coverage"].items()}
        metrics |= {f"win_probability_{name}": value for name, value in figures["calibration"].items()}
        run.metrics(metrics)
        folder = Path(made)
        write_json(folder / "evaluation.json", figures)
        write_bytes(folder / "evaluation.txt", (evaluation.text() + "\n").encode())
        plot_evaluation(evaluation, folder / "evaluation.png")
        run.artifacts(folder, "evaluation")
        return run.run_id


def ridge_ranking(workspace: Workspace, scores: Path) -> pd.DataFrame:
    """Rank the scored aspirants by a plain ridge that is fitted on the workspace's past elections.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    scores : Path
        Folder with `scores.parquet`, or the file: it names election and as-of date.

    Returns
    -------
    pandas.DataFrame
        `aspirant_id` and `score`.

    Raises
    ------
    KhakaError
        No past election to learn from.
    """
    head = _head(scores)
    try:
        as_of = dt.date.fromisoformat(head["as_of"])
    except ValueError:
        raise KhakaError(f"{scores} has no as-of date ({head['as_of']}), so no ridge can be fitted as of it") from None
    settings = workspace.settings
    corpus = corpus_of(workspace)
    past = corpus.until(as_of)
    first = as_of - dt.timedelta(days=round(365.25 * settings.model.candidate_years))
    examples = make_examples(
        corpus.source,
        past,
        {election.election_id for election in past if election.result_date > first},
        party=settings.party.party,
        settings=settings.model,
        progress=silent,
    )
    with tempfile.TemporaryDirectory(prefix="khaka-") as made:
        out = Path(made) / "features.parquet"
        _, table = features_job(workspace, election_id=head["election_id"], as_of=as_of, out=out)
    return plain_ridge(examples, table.people["unit_id"], table.values)


def _head(scores: Path) -> dict[str, str]:
    """Return election, as-of date and model version of a ranking; `unknown` where it does not say."""
    path = scores / "scores.parquet" if scores.is_dir() else scores
    try:
        frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        row = frame.iloc[0]
    except (OSError, ValueError, IndexError) as error:
        raise KhakaError(f"cannot read {path}: {error}") from error
    return {name: str(row.get(name, "unknown")) for name in ("election_id", "as_of", "model_version")}
