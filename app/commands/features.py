"""`khaka features`: the feature table of an election."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from khaka.app.options import Common, as_of_option, common_options, election_option, examples


@click.command("features", epilog=examples("khaka features --election S24-2027-AE --as-of 2026-12-15"))
@election_option
@as_of_option
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="The Parquet file.")
@click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
    help="Where the SQL on votes and activity runs; Spark's address is [engine] spark in khaka.toml.",
)  # fmt: skip
@common_options
def command(common: Common, election: str, as_of: dt.date, out: Path | None, engine: str) -> None:
    """Write the feature table: one row per seat and person, as known on a date.

    Aspirants of the party where there are any, otherwise the declared nominees of all parties. A JSON file beside it
    says of each feature its unit, its source and from when it is known.
    """
    from khaka.app.features_job import features_job
    from khaka.app.progress import Progress

    workspace = common.open()
    with Progress("features", quiet=common.quiet or common.as_json) as progress:
        path, table = features_job(
            workspace, election_id=election, as_of=as_of, out=out, on_spark=engine == "spark", progress=progress.begin
        )
    described = table.describe()
    families = described.groupby("family", sort=False).agg(features=("name", "size"), known=("share_known", "mean"))
    lines = "\n".join(
        f"  {name}: {row.features} features, known for {row.known:.0%}" for name, row in families.iterrows()
    )
    notes = "".join(f"\nNot known: {note}" for note in table.missing)
    common.result(
        {
            "file": str(path),
            "rows": len(table.people),
            "features": described.to_dict("records"),
            "notes": list(table.missing),
        },
        f"{len(table.people):,} rows, {len(described)} features: {path}\n{lines}{notes}",
    )
