"""`khaka moved`: what moved between two batches."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click

from khaka.app.options import Common, Day, common_options, election_option, examples


@click.command(
    "moved", epilog=examples("khaka moved --election S24-2027-AE --from 2027-01-03 --to 2027-01-10 --out week.pdf")
)
@election_option
@click.option("--from", "before", type=Day(), metavar="DATE", help="Earlier scores (default: the last but one).")
@click.option("--to", "after", type=Day(), metavar="DATE", help="Later scores (default: the latest).")
@click.option("--lang", type=click.Choice(["en", "hi"]), default="en", show_default=True, help="English or Hindi.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="A .md, .html or .pdf file (default: Markdown on the screen).")  # fmt: skip
@common_options
def command(
    common: Common, election: str, before: dt.date | None, after: dt.date | None, lang: str, out: Path | None
) -> None:
    """Say which places changed between two batches, and what each change of an expected margin is made of.

    Causes are data, ratings, rivals' nominees and the model; they add up to the change. It describes the figures.
    """
    from khaka.app.moved_job import moved_job

    found, text, path = moved_job(
        common.open(), election_id=election, before=before, after=after, language=cast(Any, lang), out=out
    )
    common.result(
        {**asdict(found), "file": None if path is None else str(path)}, text if path is None else f"What moved: {path}"
    )
