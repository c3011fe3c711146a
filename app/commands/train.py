"""`khaka train`: fit, record, register."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from khaka.app.options import Common, Day, common_options, examples

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace


@click.command("train", epilog=examples("khaka train --as-of 2017-01-01", "khaka train --reproduce khaka-margin/1"))
@click.option("--as-of", type=Day(), metavar="DATE", help="What was known by the end of this day (IST) counts.")
@click.option("--reproduce", metavar="RUN", help="Train again from this run's record and compare; registers nothing.")
@common_options
def command(common: Common, as_of: dt.date | None, reproduce: str | None) -> None:
    """Fit the models on what was known by a date, record them in MLflow, register the best as challenger.

    With --reproduce a recorded run is made again: the same tables, code, settings and seeds give the same files.
    """
    from khaka.app.progress import Progress
    from khaka.app.train_job import train_job
    from khaka.training.tracking import Tracker

    if (as_of is None) == (reproduce is None):
        raise click.UsageError("give --as-of DATE to train, or --reproduce RUN to make a run again")
    workspace = common.open()
    if reproduce is not None:
        _reproduce(common, workspace, reproduce)
        return
    assert as_of is not None
    with Progress("train", quiet=common.quiet or common.as_json) as progress:
        reference, trained = train_job(workspace, as_of=as_of, progress=progress.step)
    table = trained.contenders.round(3).to_string(index=False) if len(trained.contenders) else "(too few elections)"
    common.result(
        {
            "model_version": reference.version,
            "run_id": reference.run_id,
            "alias": reference.alias,
            "chosen": trained.chosen,
            "elections": trained.elections,
            "held_out": trained.held_out,
            "contenders": trained.contenders.to_dict("records"),
        },
        f"Contenders on {', '.join(trained.held_out) or 'nothing held out'} "
        f"(points of margin, each party's own mean error taken out):\n{table}\n"
        f"Registered {reference.version} ({trained.chosen}) as @challenger, run {reference.run_id}.\n"
        f"Look at it: mlflow ui --backend-store-uri {Tracker(workspace).uri}",
    )


def _reproduce(common: Common, workspace: Workspace, wanted: str) -> None:
    from khaka.app.progress import Progress
    from khaka.app.train_job import reproduce_job
    from khaka.data.errors import KhakaError

    with Progress("train", quiet=common.quiet or common.as_json) as progress:
        done = reproduce_job(workspace, wanted, progress=progress.step)
    version = done.model.version
    common.result(
        {"model_version": version, "run_id": done.model.run_id, "tree_hash": done.tree_hash, "again": done.again,
         "same": done.same, "changed": list(done.changed)},
        f"{version}, run {done.model.run_id}\nrecorded   {done.tree_hash}\nmade again {done.again}",
    )  # fmt: skip
    if not done.same:
        raise KhakaError(f"{version} came out otherwise in {', '.join(done.changed)}; the record does not hold")
