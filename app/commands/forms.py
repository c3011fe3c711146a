"""`khaka forms`: the forms of the field."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command(
    "forms", epilog=examples("khaka forms forms/   # then upload the workbooks to ODK Central or KoboToolbox")
)
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@common_options
def command(common: Common, out: Path) -> None:
    """Write the field worker's activity form and the observer's rating form as XLSForm workbooks.

    English and Hindi. What they collect comes back with `khaka ingest EXPORT`: CSV, ZIP or JSON.
    """
    from khaka.data.field_forms import write_forms

    paths = write_forms(out)
    common.result({"files": [str(path) for path in paths]}, "\n".join(str(path) for path in paths))
