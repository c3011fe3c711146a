"""`khaka ablation`: what each family of features is worth."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command(
    "ablation", epilog=examples("khaka ablation", "khaka ablation --newest 4 --states 0 --out docs/ablation.md")
)
@click.option("--target", "targets", multiple=True, metavar="ID", help="Only these elections; again for each.")
@click.option("--newest", type=click.IntRange(0), default=8, show_default=True, help="Elections, without --target.")
@click.option("--states", type=click.IntRange(0), default=3, show_default=True, help="Made-up states of each kind.")
@click.option("--seats", type=click.IntRange(6, 1000), default=40, show_default=True, help="Seats of each.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="The Markdown (default: ablation.md in the workspace); a CSV beside it.")  # fmt: skip
@common_options
def command(common: Common, targets: tuple[str, ...], newest: int, states: int, seats: int, out: Path | None) -> None:
    """Measure what each family of features is worth: the same forecast without it, real and made-up.

    Real elections are predicted from earlier ones; made-up states have a known truth. Differences are paired, with
    standard errors.
    """
    from khaka.app.ablation_job import ablation_job
    from khaka.app.progress import Progress

    with Progress("ablation", quiet=common.quiet or common.as_json) as progress:
        result, path = ablation_job(
            common.open(), targets=targets, newest=newest, states=states, seats=seats, out=out, progress=progress.step
        )
    common.result(
        {**result.as_dict(), "file": str(path)}, f"{result.document().markdown().rstrip()}\n\nWritten: {path}"
    )
