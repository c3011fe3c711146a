"""`khaka review`: serves the committee's page."""

from __future__ import annotations

import datetime as dt

import click

from khaka.app.options import Common, Day, common_options, examples


@click.command("review", epilog=examples("khaka review --port 8100   # then open http://127.0.0.1:8100"))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8100, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 for any.")
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes that answer (default: 2, or 1 on one processor)."
)
@click.option("--election", metavar="ID", help="Whose results (default: the newest).")
@click.option("--as-of", type=Day(), metavar="DATE", help="Which scores (default: the latest).")
@common_options
def command(
    common: Common, host: str, port: int, workers: int | None, election: str | None, as_of: dt.date | None
) -> None:
    """Serve the committee's page of a workspace: seats, comparison, decisions, lists, record.

    It listens on this machine only. To serve others put a proxy that speaks TLS in front, set tls_proxy = true under
    [review] in khaka.toml, and name the address with --host. Users: khaka user add.
    """
    from khaka.app.review.serve import processors, serve

    serve(
        common.open(), host=host, port=port, workers=workers or min(2, processors()), election_id=election,
        as_of=None if as_of is None else as_of.isoformat(), say=common.say,
    )  # fmt: skip
