"""`khaka demo`: the whole job on a made-up state."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command("demo", epilog=examples("khaka demo --seats 40 --seed 7", "khaka demo --serve"))
@click.option("--seats", default=40, show_default=True, metavar="N", help="Seats of the made-up state.")
@click.option("--seed", default=2027, show_default=True, metavar="S", help="Another seed, another state.")
@click.option("--serve", is_flag=True, help="End on the committee's page, printing a sign-in.")
@click.option("--port", default=8100, show_default=True, type=click.IntRange(0, 65535), help="Of the page.")
@common_options
def command(common: Common, seats: int, seed: int, serve: bool, port: int) -> None:
    """Do the whole job on a made-up state: tables, features, training, ranked seats with reasons, panel.

    Works in a folder of its own (./khaka-demo unless --workspace says otherwise), which a second run makes anew, and
    ends by saying where each result lies.
    """
    from khaka.app.demo import run_demo

    folder = common.folder if common.folder != Path(".") else Path("khaka-demo")
    results = run_demo(folder, seats=seats, seed=seed, say=common.say, quiet=common.quiet or common.as_json)
    width = max(len(name) for name in results)
    lines = "\n".join(f"  {name:<{width}}  {where}" for name, where in results.items())
    common.result(dict(results), f"\nWhere the results lie:\n{lines}")
    if serve:
        from khaka.app.review.serve import serve as serve_page
        from khaka.data.workspace import open_workspace

        serve_page(
            open_workspace(folder), host="127.0.0.1", port=port, workers=1, election_id=None, as_of=None,
            say=common.say,
        )  # fmt: skip
