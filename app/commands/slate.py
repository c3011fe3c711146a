"""`khaka slate`: one aspirant and one substitute a seat, under the party's rules."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from khaka.app.options import Common, Day, common_options, election_option, examples, model_option

if TYPE_CHECKING:
    from khaka.app.slate_job import SlateDone

TRANSFER: Final = 0.6
"""Part of a vote that follows an alliance; an assumption: try several."""

_SHOWN: Final = 5


def _template(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the rule file to fill in."""
    if asked:
        click.echo(files("khaka.scoring.slate").joinpath("rules_example.toml").read_text(encoding="utf-8"), nl=False)
        context.exit()


@click.command("slate", epilog=examples("khaka slate --election S24-2027-AE --rules rules.toml"))
@election_option
@click.option("--rules", type=click.Path(path_type=Path), metavar="FILE",
              help="Rules of the party as TOML (default: the law, and one seat a person).")  # fmt: skip
@click.option("--as-of", type=Day(), metavar="DATE", help="Which scores (default: the latest).")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="The Parquet file.")
@click.option("--ally", metavar="PARTY", help="Also rank the seats to ask this party for, and those to give.")
@click.option("--transfer", type=click.FloatRange(0, 1), default=TRANSFER, show_default=True,
              help="With --ally: part of a vote that follows the alliance, an assumption.")  # fmt: skip
@click.option("--template", is_flag=True, is_eager=True, expose_value=False, callback=_template,
              help="Print a rule file with every kind of rule, to fill in.")  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "hi"]), default="en", show_default=True,
              help="Language of the report on the screen.")  # fmt: skip
@click.option("--prices/--no-prices", default=True, help="Whether each rule is priced: one more solve for each.")
@model_option
@common_options
def command(
    common: Common, election: str, rules: Path | None, as_of: dt.date | None, out: Path | None, ally: str | None,
    transfer: float, lang: str, prices: bool, model: str | None,
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
            transfer=transfer, with_prices=prices, progress=progress.step,
        )  # fmt: skip
    head = f"Slate of {election} by {done.model_version}, as of {done.as_of}: {done.path}"
    also = _of_alliance(done, str(ally), transfer) if done.alliance else ""
    common.result(
        {**done.report, "as_of": done.as_of, "model_version": done.model_version, "file": str(done.path),
         "alliance": None if done.alliance is None else str(done.alliance)},
        f"{head}\n{text(dict(done.report), cast(Any, lang))}{also}",
    )  # fmt: skip


def _of_alliance(done: SlateDone, ally: str, transfer: float) -> str:
    """Return the clearest seats to ask an ally for and to give, in words."""
    lines = [f"With {100 * transfer:.0f}% of a vote following the alliance ({done.alliance}):"]
    for move, said in (("ask", f"seats to ask {ally} for"), ("give", f"seats to give {ally}")):
        found = done.moves.get(move, [])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        lines.append(f"  {said}: {', '.join(found[:_SHOWN]) or 'none'}{more}")
    return "\n" + "\n".join(lines)
