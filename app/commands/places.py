"""`khaka places`: maps checked, booths on them, district figures brought to the seats."""

from __future__ import annotations

import click

from khaka.app.options import Common, common_options, examples


@click.command("places", epilog=examples("khaka places", "khaka places --estimate", "khaka places --estimate --json"))
@click.option("--estimate", is_flag=True,
              help="Bring district figures to the seats by the map; kept as estimates with their error.")  # fmt: skip
@common_options
def command(common: Common, estimate: bool) -> None:
    """Check maps and coordinates of booths; with --estimate, bring district figures to the seats.

    Estimates stand in the table demographics at level seat, kind estimate, with a standard error. A seat's own figure
    and those of its villages and wards go before them.
    """
    from khaka.app.places_job import places_job
    from khaka.app.progress import Progress

    workspace = common.open()
    with Progress("places", quiet=common.quiet or common.as_json) as progress, workspace.lock("ingest"):
        done = places_job(workspace, estimate=estimate, progress=progress.step)
    common.result(done.to_dict(), done.to_text())
