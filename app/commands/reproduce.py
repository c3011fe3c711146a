"""`khaka reproduce`: a past ranking again, from its record."""

from __future__ import annotations

import datetime as dt

import click

from khaka.app.options import Common, as_of_option, common_options, election_option, examples


@click.command("reproduce", epilog=examples("khaka reproduce --election S24-2027-AE --as-of 2026-12-15"))
@election_option
@as_of_option
@common_options
def command(common: Common, election: str, as_of: dt.date) -> int:
    """Rank again what a manifest records, from the tables as they were, and compare the bytes.

    Every ranking keeps the versions of the tables that it was made from (in history/, without taking room until a
    table changes). Nothing in the workspace is written. Exit code 1: other bytes came out.
    """
    from khaka.app.progress import Progress
    from khaka.app.reproduce_job import reproduce_job

    workspace = common.open()
    with Progress("reproduce", quiet=common.quiet or common.as_json) as progress:
        found = reproduce_job(workspace, election_id=election, as_of=as_of, progress=progress.step)
    lines = [f"{'same bytes ' if same else 'OTHER BYTES'}  {name}" for name, same in found.files.items()]
    lines += [f"version of {name}: {then} then, {now} now" for name, (then, now) in found.other_versions.items()]
    common.result({"same": found.same, "files": found.files, "other_versions": found.other_versions}, "\n".join(lines))
    return 0 if found.same else 1
