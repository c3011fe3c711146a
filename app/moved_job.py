"""The job behind `khaka moved`: which two batches, and in which form the page is written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.scoring.blueprint.state import latest_results
from khaka.scoring.moved.compare import Moved, compare
from khaka.scoring.moved.render import Names, page, to_html, to_markdown, to_pdf
from khaka.scoring.reasons.catalogue import Language

_FORMS = (".md", ".html", ".pdf")


def moved_job(
    workspace: Workspace, *, election_id: str, before: dt.date | None, after: dt.date | None, language: Language,
    out: Path | None,
) -> tuple[Moved, str, Path | None]:  # fmt: skip
    """Compare two batches of an election.

    Parameters
    ----------
    workspace : Workspace
        Whose scores.
    election_id : str
        The coming election.
    before, after : datetime.date or None
        As-of dates; by default the last two.
    language : str
        "en" or "hi".
    out : Path or None
        A .md, .html or .pdf file.

    Returns
    -------
    tuple of Moved, str and Path or None
        What moved, the page as Markdown, and the file.

    Raises
    ------
    KhakaError
        There are no two batches, or the file's form is unknown.
    """
    if out is not None and out.suffix not in _FORMS:
        raise KhakaError(f"{out.name} is no {', '.join(_FORMS)} file; give it one of these endings")
    new = latest_results(workspace, election_id, after)
    if before is None:
        earlier = sorted(
            path.parent.name for path in new.parent.glob("*/scores.parquet") if path.parent.name < new.name
        )
        if not earlier:
            raise KhakaError(f"there is no batch of {election_id} before {new.name}; run khaka score once more")
        before = dt.date.fromisoformat(earlier[-1])
    found = compare(latest_results(workspace, election_id, before), new)
    texts = page(found, _names(workspace, election_id, language), language)
    markdown = to_markdown(texts)
    if out is not None:
        content = {".md": lambda: markdown.encode(), ".html": lambda: to_html(texts).encode(),
                   ".pdf": lambda: to_pdf(texts)}[out.suffix]()  # fmt: skip
        write_bytes(out, content)
    return found, markdown, out


def _names(workspace: Workspace, election_id: str, language: Language) -> Names:
    """Return how seats and aspirants are called, in the reader's script where the record has it."""
    order = ("_hi", "") if language == "hi" else ("", "_hi")
    seats = workspace.store.read("seats", states=[election_id[:3]])
    people = workspace.store.read("aspirants", elections=[election_id])
    numbers = seats["seat_no"].astype("str")
    called = seats[f"seat_name{order[0]}"].fillna(seats[f"seat_name{order[1]}"]).fillna("")
    named = people[f"name{order[0]}"].fillna(people[f"name{order[1]}"]).fillna(people["aspirant_id"])
    return Names(
        seats=dict(zip(seats["seat_id"].astype("str"), (numbers + " " + called).str.strip(), strict=True)),
        aspirants=dict(zip(people["aspirant_id"].astype("str"), named.astype("str"), strict=True)),
    )
