"""`khaka score`: ranked seats, with ranges and reasons."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from khaka.app.options import Common, as_of_option, common_options, election_option, examples, model_option

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace


@click.command(
    "score",
    epilog=examples(
        "khaka score --election S24-2027-AE --as-of 2026-12-15",
        "khaka score --election S24-2027-AE --as-of 2026-12-15 --swing -3 --without fit --rival BSP=none",
    ),
)
@election_option
@as_of_option
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the results.")
@click.option("--swing", type=float, metavar="POINTS", help="What if the party's swing were known to be this.")
@click.option("--rival", "rivals", multiple=True, metavar="[SEAT:]PARTY=ID",
              help="What if this person stood for a rival; PARTY=none: nobody stands. Again for each.")  # fmt: skip
@click.option("--ally", "allies", multiple=True, metavar="PARTY", help="What if this party left its seats to us.")
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["person", "fit", "presence", "ratings"]),
    help="Leave out a family of features.",
)
@click.option("--scenario", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="The same from TOML: name, swing, rivals, allies, without.")  # fmt: skip
@model_option
@common_options
def command(
    common: Common, election: str, as_of: dt.date, out: Path | None, swing: float | None, rivals: tuple[str, ...],
    allies: tuple[str, ...], without: tuple[str, ...], file: Path | None, model: str | None,
) -> None:  # fmt: skip
    """Rank every aspirant of every seat, with ranges, reasons and a panel of up to three names.

    It advises, it never decides. It can be stopped and started again. A scenario (a known swing, other rivals, an
    ally, a family of features left out) is written to a folder of its own, never over the base.
    """
    from khaka.app.jobs import score_job
    from khaka.app.progress import Progress
    from khaka.scoring.scenario import scenario_of

    scenario = scenario_of(swing=swing, rivals=rivals, allies=allies, without=without, file=file)
    workspace = common.open()
    with Progress("score", quiet=common.quiet or common.as_json) as progress, workspace.lock("score"):
        done = score_job(
            workspace, election_id=election, as_of=as_of, model=model, out=out, progress=progress.begin,
            scenario=scenario,
        )  # fmt: skip
    files = ["scores.parquet", "scores.csv", "explanations.parquet", "panel.parquet", "scenario.parquet",
             "manifest.json"]  # fmt: skip
    what = "" if scenario.is_base else f"Scenario {scenario.name}: "
    notes = "".join(f"\nNot known: {note}" for note in done.notes)
    common.result(
        {
            "election_id": election, "as_of": as_of.isoformat(), "aspirants": done.rows, "folder": str(done.path),
            "model_version": done.model.version, "alias": done.model.alias, "files": files, "notes": list(done.notes),
            "scenario": scenario.as_dict(),
        },
        f"{what}{done.rows:,} aspirants ranked by {done.model.version} (@{done.model.alias}), as of {as_of}: "
        f"{done.path}/ {', '.join(files)}{notes}{_look(workspace, done.path)}",
    )  # fmt: skip


def _look(workspace: Workspace, folder: Path) -> str:
    """Return a first seat to look at, with the commands that say more; nothing where nobody is ranked."""
    import pandas as pd

    from khaka.scoring.seat_text import example_seat, seat_text

    scores = pd.read_parquet(folder / "scores.parquet")
    seat = example_seat(scores)
    if seat is None:
        return "\nNobody is ranked: column ineligible_reason of scores.csv says why."
    aspirants, seats = workspace.store.read("aspirants"), workspace.store.read("seats").set_index("seat_id")
    named = aspirants.dropna(subset=["name"])
    names = dict(zip(named["aspirant_id"].astype("str"), named["name"].astype("str"), strict=True))
    name = seats["seat_name"].dropna().get(seat, "")
    told = seat_text(scores, seat, names, seat_name=str(name))
    return f"\nOne seat, {told}\nNext: khaka slate, khaka dossier, khaka review"
