"""`khaka backup`: the workspace in one file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command("backup", epilog=examples("khaka backup /media/usb", "khaka backup before-the-meeting.tar.gz"))
@click.argument("to", type=click.Path(path_type=Path), metavar="FILE_OR_FOLDER")
@common_options
def command(common: Common, to: Path) -> None:
    """Write the whole workspace into one file: settings, tables, models, results, decisions.

    Databases are copied whole while they are in use. Every file's hash is in the backup, and khaka restore checks them.
    The file holds people's data: it can be read by its owner only, and belongs on an encrypted disk. Decisions kept in
    PostgreSQL are backed up there (pg_dump), not here.
    """
    from khaka.app.backup import backup

    done = backup(common.open(), to, now=dt.datetime.now(tz=dt.UTC))
    common.result(
        {"path": str(done.path), "files": done.files, "bytes": done.bytes},
        f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB: {done.path}",
    )
