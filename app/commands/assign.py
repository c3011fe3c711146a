"""`khaka assign`: booths given to aspirants to work."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from khaka.app.options import Common, as_of_option, common_options, election_option, examples


@click.command(
    "assign",
    epilog=examples(
        "khaka assign --election S24-2027-AE --as-of 2026-11-20 --per-aspirant 8",
        "khaka assign --election S24-2027-AE --as-of 2026-12-15 --done",
    ),
)
@election_option
@as_of_option
@click.option("--per-aspirant", type=int, default=8, show_default=True, metavar="N", help="Booths for each aspirant.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="S", help="Of the draw.")
@click.option("--days", type=int, default=21, show_default=True, metavar="D", help="Days until they are due.")
@click.option("--done", is_flag=True, help="Give nothing out: show what was done of what was given out.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder of sheets, texts and entity list (default: assignments/ beside the scores).")  # fmt: skip
@common_options
def command(
    common: Common, election: str, as_of: dt.date, per_aspirant: int, seed: int, days: int, done: bool, out: Path | None
) -> None:  # fmt: skip
    """Give every aspirant of a seat the same number of its weak and unvisited booths.

    Writes the table `assignments`, a sheet to print for each aspirant, a text to send, a spreadsheet, and an entity
    list for ODK. Completion counts verified events only; who applied later is "not assigned", never zero.
    """
    from khaka.app.assign_job import assign_job, completion_table

    workspace = common.open()
    if done:
        table = completion_table(workspace, election_id=election, as_of=as_of).reset_index()
        given = table[table["status"] == "assigned"]
        lines = [
            f"{row['aspirant_id']:<18}{row['seat_id']:<14}" + (
                "not assigned" if row["status"] == "not assigned" else f"{row['done']:>3} of {row['assigned']}"
            )
            for row in table.to_dict("records")
        ]  # fmt: skip
        head = f"{int(given['done'].sum()):,} of {int(given['assigned'].sum()):,} done"
        head += f"; {len(table) - len(given)} aspirants not assigned"
        common.result(table.to_dict("records"), "\n".join([head, *lines]))
        return
    with workspace.lock("ingest"):
        given_out = assign_job(
            workspace, election_id=election, as_of=as_of, per_aspirant=per_aspirant, seed=seed, days=days, out=out
        )
    rows = given_out.rows
    why = rows["why"].value_counts()
    common.result(
        {"folder": str(given_out.folder), "assignments": len(rows), "aspirants": rows["aspirant_id"].nunique(),
         "not_assigned": given_out.late, "why": why.to_dict(), "files": [str(path) for path in given_out.files]},
        f"{len(rows):,} booths to {rows['aspirant_id'].nunique():,} aspirants of {rows['seat_id'].nunique():,} seats ("
        + ", ".join(f"{count:,} {name}" for name, count in why.items())
        + f"); {given_out.late} aspirants not assigned (applied later, or no booths known)\n"
        + "\n".join(f"  {path}" for path in given_out.files),
    )  # fmt: skip
