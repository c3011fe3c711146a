"""`khaka c7`: drafts of Form C-7 from recorded facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from khaka.app.options import Common, common_options, examples


@click.command(
    "c7",
    epilog=examples(
        "khaka c7 --template > c7.toml",
        "khaka c7 --facts c7.toml --check",
        "khaka c7 --facts c7.toml --lang hi --format pdf",
    ),
)
@click.option("--facts", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The facts as TOML.")
@click.option("--seat", metavar="ID", help="One seat (default: all).")
@click.option("--lang", type=click.Choice(["en", "hi"]), default="en", show_default=True, help="English or Hindi.")
@click.option("--format", "form", type=click.Choice(["pdf", "html", "txt"]), default="pdf", show_default=True,
              help="Form of the drafts.")  # fmt: skip
@click.option("--check", is_flag=True, help="Check the facts and the clocks only.")
@click.option("--template", is_flag=True, help="Print a file of facts to fill in.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder of the drafts.")
@common_options
def command(
    common: Common, facts: Path | None, seat: str | None, lang: str, form: str, check: bool, template: bool,
    out: Path | None,
) -> int:  # fmt: skip
    """Draft Form C-7 for selected candidates with pending cases, from facts entered before the selection.

    Refuses scores, ranks, chances and words of winnability in English, Hindi and Latin-script Hindi, and names them;
    names seats whose reasons are nearly the same; shows the 48-hour and 72-hour clocks and the three publications.
    The party's counsel has the last word.
    """
    if template:
        from importlib.resources import files

        text = files("khaka.scoring.c7").joinpath("template.toml").read_text(encoding="utf-8")
        common.result({"template": text}, text.rstrip("\n"))
        return 0
    if facts is None:
        raise click.UsageError("give the facts: --facts c7.toml; `khaka c7 --template` prints a file to fill in")
    from khaka.app.c7_job import c7_job

    workspace = common.open()
    done = c7_job(
        workspace, facts=facts, seat_id=seat, language=cast(Any, lang), form=cast(Any, form), out=out, write=not check
    )
    lines = []
    for found, due in zip(done.checks, done.due, strict=True):
        state = "may be drafted" if found.passes else "refused"
        lines.append(f"{found.seat_id}: {state}; publish by {due.publish_by:%Y-%m-%d %H:%M} IST, "
                     f"report by {due.report_by:%Y-%m-%d %H:%M} IST")  # fmt: skip
        lines += [f"  refused: {text}" for text in found.refused]
        lines += [f"  better: {text}" for text in found.advice]
    lines += [
        f"nearly the same reasons: {pair.a} and {pair.b} ({pair.likeness:.2f} of their phrases)" for pair in done.pairs
    ]
    lines += [f"draft: {path}" for path in done.files]
    common.result(
        {
            "seats": [
                {"seat_id": found.seat_id, "passes": found.passes, "refused": list(found.refused),
                 "advice": list(found.advice), "publish_by": due.publish_by.isoformat(),
                 "report_by": due.report_by.isoformat(),
                 "publications": [[None if day is None else day.isoformat() for day in (one.first, one.last)]
                                  for one in due.windows]}
                for found, due in zip(done.checks, done.due, strict=True)
            ],
            "near_duplicates": [[pair.a, pair.b, pair.likeness] for pair in done.pairs],
            "files": [str(path) for path in done.files],
        },
        "\n".join(lines),
    )  # fmt: skip
    return 0 if all(found.passes for found in done.checks) else 1
