"""`khaka promote`: a challenger becomes the champion if it passes the gate."""

from __future__ import annotations

import click

from khaka.app.options import Common, common_options, examples


@click.command(
    "promote",
    epilog=examples("khaka promote", "khaka promote --by 'Asha Verma'", "khaka promote --approve --by 'Ravi Kumar'"),
)
@click.option("--run", "wanted", metavar="ID", help="Run, version or alias (default: the newest challenger).")
@click.option("--approve", is_flag=True, help="Approve what another person has proposed.")
@click.option("--by", default="", metavar="NAME", help="Who proposes or approves (default: the account's name).")
@click.option("--states", type=int, metavar="N", help="Made-up states of each kind (default: as in khaka.toml).")
@common_options
def command(common: Common, wanted: str | None, approve: bool, by: str, states: int | None) -> None:
    """Make a challenger the champion if it passes the gate, else say which check failed.

    The checks: better than simple rules and ridge on elections that it had not seen; regret on made-up states no worse
    than the champion's; an inflated log moves nobody far; ranges hold; no group is shut out. With `people = 2` under
    [promotion] in khaka.toml one person proposes and another one approves.
    """
    from khaka.app.progress import Progress
    from khaka.app.promote_job import promote_job
    from khaka.data.errors import KhakaError

    workspace = common.open()
    with Progress("promote", quiet=common.quiet or common.as_json) as progress:
        done = promote_job(
            workspace, wanted=wanted, by=by, approve=approve, states=states, progress=progress.step
        )  # fmt: skip
    ends = {
        "promoted": f"{done.model.version} is the champion now, by {done.by}"
        + (f" on the proposal of {done.proposed_by}." if done.proposed_by else "."),
        "proposed": f"{done.by} has proposed {done.model.version}. It waits for another person: "
        "khaka promote --approve --by NAME",
        "refused": f"{done.model.version} stays a challenger.",
    }
    common.result(done.as_dict(), f"{done.verdict.text()}\n{ends[done.action]}")
    if done.action == "refused":
        raise KhakaError(f"{done.model.version} does not pass: {'; '.join(done.verdict.failed)}")
