"""`khaka score`: ranked seats, with ranges and reasons."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from khaka.app.options import Common, as_of_option, common_options, election_option, model_option


@click.command("score", epilog="Example: khaka score --election S24-2027-AE --as-of 2026-12-15")
@election_option
@as_of_option
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the results.")
@model_option
@common_options
def command(common: Common, election: str, as_of: dt.date, out: Path | None, model: str | None) -> None:
    """Rank every aspirant of every seat, with ranges, reasons and a panel of up to three names.

    It advises, it never decides. It can be stopped and started again.
    """
    from khaka.app.jobs import score_job
    from khaka.app.progress import Progress

    workspace = common.open()
    with Progress("score", quiet=common.quiet or common.as_json) as progress, workspace.lock("score"):
        done = score_job(workspace, election_id=election, as_of=as_of, model=model, out=out, progress=progress.step)
    files = ["scores.parquet", "scores.csv", "explanations.parquet", "panel.parquet", "manifest.json"]
    notes = "".join(f"\nNot known: {note}" for note in done.notes)
    common.result(
        {
            "election_id": election, "as_of": as_of.isoformat(), "aspirants": done.rows, "folder": str(done.path),
            "model_version": done.model.version, "alias": done.model.alias, "files": files, "notes": list(done.notes),
        },
        f"{done.rows:,} aspirants ranked by {done.model.version} (@{done.model.alias}), as of {as_of}: "
        f"{done.path}/ {', '.join(files)}{notes}",
    )  # fmt: skip
