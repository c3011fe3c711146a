"""`khaka dossier`: the printed and the spreadsheet dossier."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, cast

import click

from khaka.app.options import Common, Day, common_options, election_option, examples, model_option

_SHOWN = 3


@click.command(
    "dossier",
    epilog=examples(
        "khaka dossier --election S24-2027-AE --lang hi",
        "khaka dossier --election S24-2027-AE --seat S24-2008-163 --by 'R. Verma'",
        "khaka dossier --election S24-2027-AE --format xlsx",
    ),
)
@election_option
@click.option("--seat", metavar="ID", help="One seat, such as S24-2008-163 (default: all, and one book).")
@click.option("--lang", type=click.Choice(["en", "hi"]), default="en", show_default=True, help="English or Hindi.")
@click.option("--format", "form", type=click.Choice(["pdf", "xlsx", "csv", "gpkg"]), default="pdf", show_default=True,
              help="Two pages a seat; a spreadsheet; the aspirants as CSV; seats and booths for QGIS.")  # fmt: skip
@click.option("--as-of", type=Day(), metavar="DATE", help="Which scores (default: the latest).")
@click.option(
    "--by", metavar="NAME", help="Who prints: name and time stand on every page (default: an unmarked original)."
)
@click.option("--book/--no-book", default=True, help="Whether all seats are printed as one PDF too.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder of the files.")
@model_option
@common_options
def command(
    common: Common, election: str, seat: str | None, lang: str, form: str, as_of: dt.date | None, by: str | None,
    book: bool, out: Path | None, model: str | None,
) -> None:  # fmt: skip
    """Write the dossier: a seat's whole blueprint on two A4 pages, facts first, the assessment on a page of its own.

    History, booth map, communities, the aspirants side by side with ranges and reasons, and what isn't known. Stopped
    and started again it goes on; the same scores give the same bytes. It advises, it never decides.
    """
    from khaka.app.dossier_job import dossier_job
    from khaka.app.progress import Progress
    from khaka.scoring.blueprint import load_state

    workspace = common.open()
    state = load_state(workspace, election, as_of)
    if model is not None:
        from khaka.app.slate_job import check_model

        check_model(workspace, state.model_version, state.as_of, model)
    total = 1 if seat else len(state.seats)
    with Progress("dossiers", total, quiet=common.quiet or common.as_json) as progress:
        done = dossier_job(
            workspace, election_id=election, seat_id=seat, language=cast(Any, lang), form=cast(Any, form), by=by,
            book=book, out=out, state=state, progress=progress.step,
        )  # fmt: skip
    shown = [str(path) for path in done.files]
    if done.book is not None:
        shown = [f"one book: {done.book}", f"one file a seat: {done.files[0].parent}"]
    elif len(shown) > _SHOWN:
        shown = [f"one file a seat: {done.files[0].parent}"]
    common.result(
        {"files": [str(path) for path in done.files], "book": None if done.book is None else str(done.book),
         "seats": done.seats, "version": done.version, "as_of": done.as_of, "language": lang, "format": form},
        f"Dossiers of {election}, {done.seats} seats, version {done.version}, as of {done.as_of}:\n  "
        + "\n  ".join(shown),
    )  # fmt: skip
