"""`khaka backtest`: past elections from earlier ones, beside simple rules."""

from __future__ import annotations

import click

from khaka.app.options import Common, common_options, examples


@click.command(
    "backtest",
    epilog=examples(
        "khaka backtest",
        "khaka backtest --target S24-2017-AE --target S04-2020-AE --json",
        "khaka backtest --with age_at_poll",
    ),
)
@click.option("--target", "targets", multiple=True, metavar="ID", help="Only these elections; again for each.")
@click.option(
    "--with",
    "added",
    multiple=True,
    metavar="FEATURE",
    help="A second model that has this feature of a family too; again for each.",
)
@click.option(
    "--without",
    "removed",
    multiple=True,
    metavar="NAME",
    help="A second model that does without this feature or family; again for each.",
)
@common_options
def command(common: Common, targets: tuple[str, ...], added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Predict past elections from earlier ones alone and print the model beside simple rules.

    With --with or --without a second model stands beside the first, and the paired difference says what the change is
    worth. The rules: the party's previous share in the seat, the party that holds it, its share in the last Lok Sabha
    poll.
    """
    from khaka.app.progress import Progress
    from khaka.app.train_job import backtest_job
    from khaka.training.changes import change

    workspace = common.open()
    tried = change(added, removed)
    with Progress("backtest", quiet=common.quiet or common.as_json) as progress:
        result = backtest_job(workspace, targets=targets, tried=tried, progress=progress.step)
    common.result(result.as_dict(), result.text())
