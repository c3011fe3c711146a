"""`khaka card`: a model's card, made from its run."""

from __future__ import annotations

from pathlib import Path

import click

from khaka.app.options import Common, common_options, examples


@click.command(
    "card", epilog=examples("khaka card", "khaka card --run champion --html card.html --study docs/study.csv")
)
@click.option("--run", "wanted", metavar="ALIAS_OR_RUN", help="Which model (default: champion, else challenger).")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Also write it as HTML.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Also write the Markdown.")
@click.option("--study", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="study.csv of khaka study (default: the workspace's, if there is one).")  # fmt: skip
@common_options
def command(common: Common, wanted: str | None, html: Path | None, out: Path | None, study: Path | None) -> None:
    """Print a model's card: what it learned from, how it did, for whom it errs more, what it does not know.

    It is made from the run, never by hand.
    """
    from khaka.app.card_job import card_job
    from khaka.data.durable import write_bytes

    card, model = card_job(common.open(), wanted=wanted, study=study)
    text = card.markdown()
    for path, content in ((html, card.html()), (out, text)):
        if path is not None:
            write_bytes(path, content.encode())
    common.result(
        {"model_version": model.version, "run_id": model.run_id, "markdown": text,
         "html": None if html is None else str(html)},
        text.rstrip(),
    )  # fmt: skip
