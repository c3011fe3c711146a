"""`khaka check`: the data report."""

from __future__ import annotations

import click

from khaka.app.options import Common, common_options


@click.command("check", epilog="Example: khaka check --json > report.json")
@common_options
def command(common: Common) -> None:
    """Report what data is there, what is missing, what was quarantined or flagged, and why."""
    from khaka.data.check import data_report

    workspace = common.open()
    report = data_report(store=workspace.store, workspace_root=workspace.root, state=workspace.settings.party.state)
    common.result(report.to_dict(), report.to_text())
