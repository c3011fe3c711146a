"""`khaka evaluate`: a ranking against a made-up state's truth."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options


@click.command(
    "evaluate", epilog="Example: khaka evaluate world/truth/truth.parquet --scores results/S24-2027-AE/2026-12-01"
)
@click.argument("truth", type=click.Path(path_type=Path))
@click.option(
    "--scores", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder with scores.parquet."
)
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Also draw the comparison (PNG or SVG).")
@common_options
def command(common: Common, truth: Path, scores: Path, plot: Path | None) -> None:
    """Score a ranking against a made-up state's truth: policy value, gain, regret, seats, coverage.

    Beside it stand the committee, chance, simple rules and the oracle, as far as the state's tables are at hand.
    """
    from khaka.scoring.evaluate import evaluate_files, plot_evaluation

    evaluation = evaluate_files(truth, scores)
    if plot is not None:
        plot_evaluation(evaluation, plot)
    common.result(evaluation.as_dict(), evaluation.text())
