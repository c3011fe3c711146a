"""`khaka study`: many made-up states of every kind, judged."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command("study", epilog=examples("khaka study --worlds plain,turned_dishonest --seeds 3 --seats 40 --out trial"))
@click.option("--worlds", default="", metavar="KIND,...", help="Kinds of world (default: all).")
@click.option("--seeds", default=10, show_default=True, metavar="N", help="States of each kind.")
@click.option("--seats", default=60, show_default=True, metavar="N", help="Seats of each state.")
@click.option("--out", default=Path("study"), show_default=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Folder of the table and the picture.")  # fmt: skip
@click.option("--jobs", default=2, show_default=True, metavar="N", help="Processes at once, about 0.5 GB each.")
@common_options
def command(common: Common, worlds: str, seeds: int, seats: int, out: Path, jobs: int) -> None:
    """Rank made-up states of every kind and write a table of how the ranking did against their truth.

    Writes study.md, study.csv, study.png and study.jsonl, one line a run. A stopped study goes on where it was; runs
    of other code are made anew. Needs no workspace.
    """
    from khaka.app.progress import Progress
    from khaka.app.study import run_study
    from khaka.data.simulate.world import kinds

    chosen = [name.strip() for name in worlds.split(",") if name.strip()]
    total = seeds * (len(set(chosen)) or len(kinds()))
    with Progress("study", total, quiet=common.quiet or common.as_json) as progress:
        study = run_study(out, worlds=chosen, seeds=seeds, seats=seats, jobs=jobs, progress=progress.step)
    where = {name: str(getattr(study, name)) for name in ("table", "figures", "plot", "runs")}
    common.result(
        {**where, "done": study.done, "taken_over": study.taken_over},
        f"{study.text}\n{study.done} runs made, {study.taken_over} taken over from an earlier start. "
        f"Table {study.table}, figures {study.figures}, plot {study.plot}, runs {study.runs}.",
    )
