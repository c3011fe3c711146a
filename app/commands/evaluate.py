"""`khaka evaluate`: a ranking against a made-up state's truth."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command(
    "evaluate", epilog=examples("khaka evaluate world/truth/truth.parquet --scores results/S24-2027-AE/2026-12-01")
)
@click.argument("truth", type=click.Path(path_type=Path))
@click.option(
    "--scores", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder with scores.parquet."
)
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Also draw the comparison (PNG or SVG).")
@click.option("--points", type=click.Path(path_type=Path), metavar="FILE", help="The party's points formula (TOML).")
@click.option("--ridge", is_flag=True, help="Also judge a plain ridge; fits it first, about as long as training.")
@common_options
def command(common: Common, truth: Path, scores: Path, plot: Path | None, points: Path | None, ridge: bool) -> None:
    """Score a ranking against a made-up state's truth: policy value, gain, regret, seats, coverage.

    Beside it stand the committee, chance, simple rules and the oracle, as far as the state's tables are at hand.
    Where the scores lie in a workspace, the figures are logged to its MLflow under the model's version.
    """
    from khaka.app.evaluation import record_evaluation, ridge_ranking, workspace_above
    from khaka.data.errors import KhakaError
    from khaka.scoring.evaluate import evaluate_files, plot_evaluation
    from khaka.scoring.evaluate_rules import load_points

    workspace = workspace_above(scores)
    if ridge and workspace is None:
        raise KhakaError(f"{scores} lies in no workspace, so there is nothing to fit a ridge on; leave --ridge out")
    formula = None if points is None else load_points(points)
    evaluation = evaluate_files(truth, scores, points=formula)  # what does not fit is said before any fitting
    if ridge and workspace is not None:
        others = {"ridge": ridge_ranking(workspace, scores)}
        evaluation = evaluate_files(truth, scores, rankings=others, points=formula)
    if plot is not None:
        plot_evaluation(evaluation, plot)
    run = None if workspace is None else record_evaluation(workspace, evaluation, scores)
    common.result({**evaluation.as_dict(), "mlflow_run": run}, evaluation.text())
    if run is not None:
        common.say(f"Logged to MLflow in the workspace {workspace.root if workspace else ''} as run {run}.")
