"""`khaka forecast`: shares and chances of declared nominees."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from khaka.app.options import Common, as_of_option, common_options, election_option, examples, model_option


@click.command("forecast", epilog=examples("khaka forecast --election S24-2017-AE --as-of 2017-01-01"))
@election_option
@as_of_option
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="The Parquet file.")
@model_option
@common_options
def command(common: Common, election: str, as_of: dt.date, out: Path | None, model: str | None) -> None:
    """Forecast the share of the valid votes and the chance to win of every declared nominee of every party."""
    from khaka.app.jobs import forecast_job
    from khaka.app.progress import Progress

    workspace = common.open()
    with Progress("forecast", quiet=common.quiet or common.as_json) as progress:
        done = forecast_job(workspace, election_id=election, as_of=as_of, model=model, out=out, progress=progress.step)
    common.result(
        {
            "election_id": election, "as_of": as_of.isoformat(), "nominees": done.rows, "file": str(done.path),
            "model_version": done.model.version, "alias": done.model.alias,
        },
        f"{done.rows:,} nominees forecast by {done.model.version} (@{done.model.alias}), as of {as_of}: {done.path}",
    )  # fmt: skip
