"""`khaka simulate`: a made-up state whose truth is known."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command("simulate", epilog=examples("khaka simulate world --seats 60 --seed 7 --world dishonest_ratings"))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--world", default="plain", show_default=True, metavar="KIND", help="Kind of world; a wrong one lists all."
)
@click.option("--seats", default=40, show_default=True, metavar="N", help="Seats of the state.")
@click.option("--booths-per-seat", default=60, show_default=True, metavar="N", help="Booths of a seat, about.")
@click.option("--aspirants", default=None, type=int, metavar="N", help="Of the coming cycle, in all seats.")
@click.option(
    "--elections", default=4, show_default=True, metavar="N", help="Assembly elections, the coming one included."
)
@click.option("--events", default=None, type=int, metavar="N", help="Activity events (default: 250 an aspirant).")
@click.option("--parties", default=6, show_default=True, metavar="N", help="Parties, independents not counted.")
@click.option("--seed", default=0, show_default=True, metavar="S", help="The same seed gives the same bytes.")
@common_options
def command(
    common: Common,
    out: Path,
    world: str,
    seats: int,
    booths_per_seat: int,
    aspirants: int | None,
    elections: int,
    events: int | None,
    parties: int,
    seed: int,
) -> None:
    """Write a made-up state to OUT: tables/, truth/truth.parquet and world.json."""
    from khaka.app.progress import Progress
    from khaka.data.simulate import simulate

    with Progress("simulate", seats, quiet=common.quiet or common.as_json) as progress:
        info = simulate(
            out,
            world=world,
            seats=seats,
            booths_per_seat=booths_per_seat,
            aspirants=aspirants,
            elections=elections,
            events=events,
            parties=parties,
            seed=seed,
            progress=lambda what, _: progress.step(what),
        )
    common.result(
        {
            "out": str(out),
            "state": info.state,
            "party": info.party,
            "election_id": info.election_id,
            "as_of": info.as_of,
        },
        f"Made-up state in {out}: tables/, truth/, world.json. "
        f"Party {info.party}, coming election {info.election_id}, as of {info.as_of}.",
    )
