"""`khaka init`: a new workspace."""

from __future__ import annotations

import click

from khaka.app.options import Common, common_options, examples


@click.command("init", epilog=examples("khaka init --state S24 --party INC --workspace up2027"))
@click.option("--state", required=True, help="ECI code or name of the state, such as S24.")
@click.option("--party", required=True, help="Whose tickets are scored, as the results write it, such as INC.")
@common_options
def command(common: Common, state: str, party: str) -> None:
    """Make a new workspace: one folder with khaka.toml, the tables, MLflow's store and the results."""
    from khaka.data.workspace import init_workspace

    workspace = init_workspace(common.folder, state=state, party=party)
    settings = workspace.settings.party
    common.result(
        {"workspace": str(workspace.root), "state": settings.state, "party": settings.party},
        f"Workspace {workspace.root} for {settings.party} in {settings.state}. Next: khaka ingest FILES; khaka check",
    )
