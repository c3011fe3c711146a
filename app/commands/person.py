"""`khaka person`: an aspirant's rights."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path

import click

from khaka.app.options import Common, Day, common_options, examples


@click.group(
    "person",
    epilog=examples(
        "khaka person export A0017",
        "khaka person correct A0017 --set education=graduate --reason 'degree shown'",
        "khaka person erase A0017 --yes",
    ),
)
@common_options
def command(common: Common) -> None:
    """An aspirant's rights: export the own record, correct it with a reason, erase it.

    Each step goes into the append-only people_log.jsonl. An export never shows a rating, a rater, a witness or a score.
    """


@command.command(
    "export",
    epilog=examples("khaka person export A0017", "khaka person export A0017 --as-of 2027-01-10 --out for-A0017"),
)
@click.argument("person")
@click.option("--as-of", type=Day(), metavar="DATE", help="What had arrived by the end of this day (default: today).")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder (default: person-ID)."
)
@common_options
def export(common: Common, person: str, as_of: dt.date | None, out: Path | None) -> None:
    """Write what is kept of PERSON (an aspirant_id or person_id), what was counted, what wasn't, and why."""
    from khaka.app.person_job import export_job

    folder = out or Path(f"person-{''.join(c if c.isalnum() else '-' for c in person)}")
    files = export_job(common.open(), person, out=folder, as_of=as_of, by=getpass.getuser())
    common.result({"files": [str(path) for path in files]}, "\n".join(str(path) for path in files))


@command.command(
    "correct",
    epilog=examples(
        "khaka person correct A0017 --set education=graduate --reason 'degree shown'",
        "khaka person correct A0017 --event E42 --set attendance=40 --reason 'typed 400'",
    ),
)
@click.argument("person")
@click.option("--event", metavar="ID", help="Correct this event of field work instead of the declared facts.")
@click.option(
    "--set", "values", multiple=True, required=True, metavar="COLUMN=VALUE", help="New value; blank if empty."
)
@click.option("--reason", default="", metavar="TEXT", help="Why; without one nothing is changed.")
@common_options
def correct(common: Common, person: str, event: str | None, values: tuple[str, ...], reason: str) -> None:
    """Correct declared facts of PERSON (an aspirant_id), or what was typed in with one event."""
    from khaka.app.person_job import correct_job
    from khaka.data.errors import KhakaError

    pairs = dict(value.partition("=")[::2] for value in values)
    if not all("=" in value for value in values):
        raise KhakaError(f"--set {values[0]!r} has no '='; write --set column=value")
    workspace = common.open()
    with workspace.lock("ingest"):
        line = correct_job(
            workspace, person, table="activity" if event else "aspirants", event_id=event, values=pairs, reason=reason,
            by=getpass.getuser(),
        )  # fmt: skip
    common.result(line, f"corrected: {', '.join(sorted(pairs))} (line {line['number']} of people_log.jsonl)")


@command.command("erase", epilog=examples("khaka person erase A0017", "khaka person erase A0017 --yes"))
@click.argument("person")
@click.option("--yes", is_flag=True, help="Don't ask.")
@common_options
def erase(common: Common, person: str, yes: bool) -> None:
    """Erase PERSON (an aspirant_id or person_id) from all tables; say what remains."""
    from khaka.app.erase_job import erase_job
    from khaka.app.person_job import find_person

    workspace = common.open()
    found = find_person(workspace, person)
    if not yes:
        click.confirm(f"Erase {person} and all of {len(found.aspirants)} application(s), for good?", abort=True)
    with workspace.lock("ingest"), workspace.lock("score"):
        done = erase_job(workspace, person, by=getpass.getuser())
    lines = [f"  {table}: {count:,} rows removed" for table, count in done.rows.items()]
    lines += [f"  {table}: {count:,} mentions blanked" for table, count in done.blanked.items()]
    lines.append(f"  set aside or replaced: {done.set_aside:,} lines removed; {done.files} files of presence removed")
    if done.remains:
        lines.append("These files still name the person; score again, and decide on lists that were given out:")
        lines += [f"  {path}" for path in done.remains]
    lines.append("The table nominees stays: who stood in an election is public record.")
    common.result(
        {"rows": done.rows, "blanked": done.blanked, "set_aside": done.set_aside, "files": done.files,
         "remains": list(done.remains), "record": done.line},
        "\n".join([f"erased (line {done.line['number']} of people_log.jsonl)", *lines]),
    )  # fmt: skip
