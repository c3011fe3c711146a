"""`khaka train`: fit, record, register."""

from __future__ import annotations

import datetime as dt

import click

from khaka.app.options import Common, as_of_option, common_options


@click.command("train", epilog="Example: khaka train --as-of 2017-01-01")
@as_of_option
@common_options
def command(common: Common, as_of: dt.date) -> None:
    """Fit the models on what was known by a date, record them in MLflow, register the best as challenger."""
    from khaka.app.progress import Progress
    from khaka.app.train_job import train_job
    from khaka.training.tracking import Tracker

    workspace = common.open()
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
