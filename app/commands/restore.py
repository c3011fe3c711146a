"""`khaka restore`: a workspace from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command("restore", epilog=examples("khaka restore khaka-20261123T041500.tar.gz up-restored"))
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.argument("to", type=click.Path(path_type=Path), metavar="FOLDER")
@common_options
def command(common: Common, path: Path, to: Path) -> None:
    """Lay a backup out in a new folder, every file checked by its hash.

    Nothing is overwritten: restore beside the workspace, look, then rename.
    """
    from khaka.app.backup import restore

    done = restore(path, to)
    common.result(
        {"path": str(done.path), "files": done.files, "bytes": done.bytes},
        f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB, each with the hash it had: {done.path}",
    )
