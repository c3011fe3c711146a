"""`khaka check`: the data report."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command("check", epilog=examples("khaka check", "khaka check --json > report.json", "khaka check --no-plots"))
@click.option("--plots/--no-plots", default=True, help="Whether maps and plots are drawn (PNG, in the folder check).")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder of the plots (default: check, in the workspace).")  # fmt: skip
@common_options
def command(common: Common, plots: bool, out: Path | None) -> None:
    """Report what data is there, what is missing, what was quarantined or flagged, and why.

    Draws maps and plots: what is known of each seat, booths followed through time, flags, coordinates.
    """
    from khaka.app.check_job import check_job
    from khaka.app.progress import Progress

    workspace = common.open()
    with Progress("check", quiet=common.quiet or common.as_json) as progress:
        done = check_job(workspace, pictures=(out or workspace.root / "check") if plots else None,
                         progress=progress.step)  # fmt: skip
    drawn = "".join(f"\n  {path}" for path in done.pictures)
    common.result(
        {**done.report.to_dict(), "pictures": [str(path) for path in done.pictures]},
        done.report.to_text() + (f"\n\nPictures{drawn}" if drawn else ""),
    )
