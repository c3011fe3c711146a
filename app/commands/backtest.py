"""`khaka backtest`: past elections from earlier ones, beside simple rules."""

from __future__ import annotations

import click

from khaka.app.options import Common, common_options


@click.command(
    "backtest", epilog="Examples: khaka backtest   khaka backtest --target S24-2017-AE --target S04-2020-AE --json"
)
@click.option("--target", "targets", multiple=True, metavar="ID", help="Only these elections; again for each.")
@common_options
def command(common: Common, targets: tuple[str, ...]) -> None:
    """Predict past elections from earlier ones alone and print the model beside simple rules.

    The rules: the party's previous share in the seat, the party that holds it, its share in the last Lok Sabha poll.
    """
    from khaka.app.progress import Progress
    from khaka.app.train_job import backtest_job

    workspace = common.open()
    with Progress("backtest", quiet=common.quiet or common.as_json) as progress:
        result = backtest_job(workspace, targets=targets, progress=progress.step)
    common.result(result.as_dict(), result.text())
