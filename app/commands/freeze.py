"""`khaka freeze`: a copy of the results for a list that goes out, which nothing changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from khaka.app.options import Common, Day, common_options, election_option, examples


@click.command(
    "freeze",
    epilog=examples(
        'khaka freeze --election S24-2027-AE --name "List 1" --seats S24-2008-1,S24-2008-2',
        "khaka freeze --election S24-2027-AE --check",
    ),
)
@election_option
@click.option("--name", metavar="NAME", help='Of the list, such as "List 1".')
@click.option("--seats", metavar="IDS", help="seat_ids of the list, with commas (default: all).")
@click.option("--as-of", type=Day(), metavar="DATE", help="Which scores (default: the latest).")
@click.option("--rules", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="The rules file behind the slate, kept with the list.")  # fmt: skip
@click.option("--check", is_flag=True, help="Check every frozen list of the election instead.")
@common_options
def command(
    common: Common, election: str, name: str | None, seats: str | None, as_of: dt.date | None, rules: Path | None,
    check: bool,
) -> None:  # fmt: skip
    """Freeze results, rules, model version and manifest for a list that goes out, with the hash of every file.

    A frozen list is never overwritten; each reading checks it.
    """
    from khaka.scoring.blueprint.state import latest_results
    from khaka.scoring.freeze import freeze, frozen_lists, open_frozen

    workspace = common.open()
    if check:
        found = [open_frozen(folder) for folder in frozen_lists(workspace.root, election)]
        lines = [f"{one.name}: {len(one.seats)} seats, as of {one.as_of}, version {one.version}, frozen "
                 f"{one.frozen_at}: intact" for one in found]  # fmt: skip
        common.result(
            [{"name": one.name, "seats": list(one.seats), "as_of": one.as_of, "version": one.version,
              "frozen_at": one.frozen_at, "folder": str(one.folder)} for one in found],
            "\n".join(lines) or f"no frozen list of {election}",
        )  # fmt: skip
        return
    if name is None:
        raise click.UsageError('give the list a name: --name "List 1"')
    wanted = [seat.strip() for seat in seats.split(",") if seat.strip()] if seats else None
    results = latest_results(workspace, election, as_of)
    with workspace.lock("score"):
        done = freeze(
            workspace.root, results, election_id=election, name=name, seats=wanted, rules=rules,
            at=dt.datetime.now(dt.UTC).astimezone(),
        )  # fmt: skip
    common.result(
        {"name": done.name, "folder": str(done.folder), "seats": list(done.seats), "as_of": done.as_of,
         "version": done.version, "frozen_at": done.frozen_at, "sha256": dict(done.hashes)},
        f"{done.name} is frozen: {len(done.seats)} seats as of {done.as_of}, version {done.version}, "
        f"{len(done.hashes)} files: {done.folder}",
    )  # fmt: skip
