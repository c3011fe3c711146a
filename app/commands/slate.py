"""`khaka slate`: one aspirant and one substitute a seat, under the party's rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, cast

import click

from khaka.app.options import Common, Day, common_options, election_option, examples, model_option


@click.command("slate", epilog=examples("khaka slate --election S24-2027-AE --rules rules.toml"))
@election_option
@click.option("--rules", type=click.Path(path_type=Path), metavar="FILE",
              help="Rules of the party as TOML (default: the law, and one seat a person).")  # fmt: skip
@click.option("--as-of", type=Day(), metavar="DATE", help="Which scores (default: the latest).")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="The Parquet file.")
@click.option("--ally", metavar="PARTY", help="Also rank the seats to ask this party for, and those to give.")
@click.option("--lang", type=click.Choice(["en", "hi"]), default="en", show_default=True,
              help="Language of the report on the screen.")  # fmt: skip
@click.option("--prices/--no-prices", default=True, help="Whether each rule is priced: one more solve for each.")
@model_option
@common_options
def command(
    common: Common, election: str, rules: Path | None, as_of: dt.date | None, out: Path | None, ally: str | None,
    lang: str, prices: bool, model: str | None,
) -> None:  # fmt: skip
    """Choose one aspirant and one substitute a seat under the rules, and say what each rule costs.

    If the rules can't all hold, the smallest set that conflicts is named. It advises, it never decides.
    """
    from khaka.app.progress import Progress
    from khaka.app.slate_job import slate_job
    from khaka.scoring.slate.report import text

    workspace = common.open()
    with Progress("slate", quiet=common.quiet or common.as_json) as progress, workspace.lock("score"):
        done = slate_job(
            workspace, election_id=election, rules_file=rules, as_of=as_of, out=out, ally=ally, model=model,
            with_prices=prices, progress=progress.step,
        )  # fmt: skip
    head = f"Slate of {election} by {done.model_version}, as of {done.as_of}: {done.path}"
    also = f"\nSeats to ask {ally} for, and to give: {done.alliance}" if done.alliance else ""
    common.result(
        {**done.report, "as_of": done.as_of, "model_version": done.model_version, "file": str(done.path),
         "alliance": None if done.alliance is None else str(done.alliance)},
        f"{head}\n{text(dict(done.report), cast(Any, lang))}{also}",
    )  # fmt: skip
