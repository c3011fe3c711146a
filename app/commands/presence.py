"""`khaka presence`: the ledger of field work."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from khaka.app.options import Common, as_of_option, common_options, election_option, examples


@click.command(
    "presence",
    epilog=examples(
        "khaka presence --election S24-2027-AE --as-of 2026-12-15",
        "khaka presence --election S24-2027-AE --as-of 2026-12-15 --aspirant A0017 --lang hi",
    ),
)
@election_option
@as_of_option
@click.option("--aspirant", metavar="ID", help="Show this aspirant's events, each with what the checks saw.")
@click.option("--lang", type=click.Choice(["en", "hi"]), default="en", help="Language of what the checks say.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder (default: presence/ beside the scores).")  # fmt: skip
@common_options
def command(
    common: Common, election: str, as_of: dt.date, aspirant: str | None, lang: str, out: Path | None
) -> None:  # fmt: skip
    """Judge every event of field work: verified, doubtful or refused, and say why.

    Nothing is deleted. The whole ledger, the booths reached and the days of work are written as Parquet, counts by
    aspirant and by check as CSV. The thresholds stand in khaka.toml under [presence].
    """
    from khaka.app.presence_job import known_tables, presence_job, table_text
    from khaka.app.progress import Progress
    from khaka.data.errors import KhakaError

    workspace = common.open()
    if aspirant is not None:
        from khaka.features.ledger import ledger

        rows = ledger(known_tables(workspace, election_id=election, as_of=as_of), aspirant_id=aspirant)
        if rows.empty:
            raise KhakaError(f"no event of '{aspirant}' had arrived by {as_of}; check the id and the date")
        shown = rows[["event_id", "started_at", "booth_no", "verdict", "checks", f"says_{lang}"]]
        times = shown["started_at"].dt.tz_convert("Asia/Kolkata").dt.strftime("%Y-%m-%d %H:%M").fillna("no time")
        booths = shown["booth_no"].mask(shown["booth_no"] == "", "-")
        lines = [
            f"{time:<16}  {booth:>6}  {verdict:<9} {says}"
            for time, booth, verdict, says in zip(times, booths, shown["verdict"], shown[f"says_{lang}"], strict=True)
        ]
        common.result(shown.to_dict("records"), "\n".join(lines))
        return
    with Progress("presence", quiet=common.quiet or common.as_json) as progress:
        done = presence_job(workspace, election_id=election, as_of=as_of, out=out, progress=progress.step)
    common.result(
        {"folder": str(done.folder), "events": done.rows, "checks": done.counts.checks.to_dict("records"),
         "aspirants": done.counts.verdicts.to_dict("records")},
        f"{table_text(done)}\nLedger, booths and days: {done.folder}",
    )  # fmt: skip
