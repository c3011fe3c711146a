"""`khaka audit model`: exposure and error by group, caste fit side by side, drift."""

from __future__ import annotations

import datetime as dt

import click

from khaka.app.options import Common, Day, common_options, election_option, examples


@click.command("model", epilog=examples("khaka audit model --election S24-2027-AE"))
@election_option
@click.option("--as-of", type=Day(), metavar="DATE", help="Which scores (default: the latest).")
@common_options
def command(common: Common, election: str, as_of: dt.date | None) -> None:
    """Show who gets the first ranks, for whom the model errs more, what caste fit changes and what has drifted.

    Groups under ten people are not shown. A difference between groups is a question to the committee, no verdict.
    """
    from khaka.app.audit_job import audit_job

    report = audit_job(common.open(), election_id=election, as_of=as_of)
    common.result(report.as_dict(), report.text())
