"""`khaka ingest`: files into tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from khaka.app.options import Common, common_options, examples

if TYPE_CHECKING:
    from khaka.data.ingest_report import IngestReport


@click.command(
    "ingest",
    epilog=examples(
        "khaka ingest downloads/",
        "khaka ingest Uttar_Pradesh_AE.csv.gz",
        "khaka ingest intake.xlsx --as aspirants --drop aadhaar",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--as", "as_format", metavar="FORMAT", help="Read as this format or table, whatever the content looks like."
)
@click.option("--election", metavar="ID", help="The election, where neither content nor file name tells it.")
@click.option("--seat", metavar="ID", help="The seat, where neither content nor file name tells it.")
@click.option(
    "--drop", multiple=True, metavar="COLUMN", help="Never store this column (an intake sheet's Aadhaar number)."
)
@common_options
def command(
    common: Common,
    paths: tuple[Path, ...],
    as_format: str | None,
    election: str | None,
    seat: str | None,
    drop: tuple[str, ...],
) -> int:
    """Read files or folders into the workspace's tables.

    Formats are recognised by content. Good rows are kept, bad ones go to quarantine.parquet with file, row, column,
    value and reason. The same file again changes nothing.
    """
    from khaka.app.progress import Progress
    from khaka.data.ingest import ingest

    workspace = common.open()
    with Progress("reading", quiet=common.quiet or common.as_json) as progress, workspace.lock("ingest"):
        report = ingest(
            paths,
            workspace_root=workspace.root,
            store=workspace.store,
            as_format=as_format,
            election=election,
            seat=seat,
            drop=drop,
            progress=progress.step,
        )
    common.result(report.to_dict(), report_text(report))
    for file in report.refused:
        click.echo(f"khaka: {file.sentence}", err=True)
    return report.exit_code


def report_text(report: IngestReport) -> str:
    """Return one line a file and the sums, for a person."""
    lines = []
    for file in report.files:
        kept = ", ".join(
            f"{table.table} {table.kept:,}"
            + (f" ({table.quarantined:,} quarantined)" if table.quarantined else "")
            + (f" ({table.flagged:,} flagged)" if table.flagged else "")
            for table in file.tables
        )
        what = {"read": kept or "nothing kept", "refused": "refused"}.get(file.status, f"{file.status}, {file.reason}")
        lines.append(f"{file.path.name}: {what}")
        lines += [f"    {note}" for note in file.notes]
    total = sum(table.quarantined for file in report.files for table in file.tables)
    flagged = sum(table.flagged for file in report.files for table in file.tables)
    lines.append(
        f"{report.kept:,} rows kept, {total:,} quarantined, {flagged:,} flagged (quarantine.parquet says why), "
        f"{len(report.refused)} {'file' if len(report.refused) == 1 else 'files'} refused. Next: khaka check"
    )
    return "\n".join(lines)
