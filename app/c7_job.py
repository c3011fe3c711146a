"""The job behind `khaka c7`: check the facts, compare seats, write the drafts that may be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.scoring.blueprint.tables import day_of
from khaka.scoring.c7.clocks import Clocks, clocks
from khaka.scoring.c7.draft import Check, Heading, check, fields, reason_texts, to_html, to_pdf, to_text
from khaka.scoring.c7.duplicates import Pair, near_duplicates
from khaka.scoring.c7.facts import Candidate, load_facts
from khaka.scoring.reasons.catalogue import Language

Form = Literal["pdf", "html", "txt"]


@dataclass(frozen=True)
class C7Done:
    """What the job found and wrote."""

    checks: tuple[Check, ...]
    pairs: tuple[Pair, ...]
    due: tuple[Clocks, ...]
    files: tuple[Path, ...]


def c7_job(
    workspace: Workspace, *, facts: Path, seat_id: str | None, language: Language, form: Form, out: Path | None,
    write: bool = True,
) -> C7Done:  # fmt: skip
    """Check the facts of a file and write a draft for every candidate whose facts pass.

    Parameters
    ----------
    workspace : Workspace
        For the calendar and the seats' names.
    facts : Path
        The TOML file.
    seat_id : str or None
        One seat; all by default. Near duplicates are looked for among all.
    language : str
        "en" or "hi".
    form : str
        "pdf", "html" or "txt".
    out : Path or None
        Folder of the drafts; `c7/<election>` in the workspace by default.
    write : bool
        False checks only.

    Returns
    -------
    C7Done
        Checks, pairs of near duplicates, clocks and files, in the order of the seats.

    Raises
    ------
    KhakaError
        The file can't be read, or has no such seat or election.
    """
    found = load_facts(facts)
    chosen = found.candidates if seat_id is None else (found.candidate(seat_id),)
    if not chosen:
        raise KhakaError(f"{facts} has no [[candidate]] yet; `khaka c7 --template` prints one to fill in")
    own = workspace.store.read("seat_elections", elections=[found.election_id])
    dates = {
        str(seat): (day_of(withdrawal), day_of(poll))
        for seat, withdrawal, poll in zip(own["seat_id"], own["withdrawal_date"], own["poll_date"], strict=True)
    }
    pairs = near_duplicates(
        {one.seat_id: reason_texts(one) for one in found.candidates},
        {one.seat_id: one.own_names for one in found.candidates},
    )
    checks, due = [check(one) for one in chosen], []
    files: list[Path] = []
    for one, result in zip(chosen, checks, strict=True):
        withdrawal, poll = dates.get(one.seat_id, (None, None))
        clock = clocks(one.selected_at, withdrawal=withdrawal, poll=poll)
        due.append(clock)
        if result.passes and write:
            heading = _heading(workspace, one, found.election_id, language)
            folder = out or workspace.root / "c7" / found.election_id
            files.append(_write(one, clock, heading, language, form, folder))
    wanted = {one.seat_id for one in chosen}
    shown = tuple(pair for pair in pairs if {pair.a, pair.b} & wanted)
    return C7Done(tuple(checks), shown, tuple(due), tuple(files))


def _heading(workspace: Workspace, one: Candidate, election_id: str, language: Language) -> Heading:
    seats = workspace.store.read("seats", states=[one.seat_id[:3]])
    rows = seats[seats["seat_id"] == one.seat_id]
    order: Sequence[str] = ("seat_name_hi", "seat_name") if language == "hi" else ("seat_name", "seat_name_hi")
    named = [str(rows[name].iloc[0]) for name in order if len(rows) and rows[name].notna().iloc[0]]
    return Heading(
        party=workspace.settings.party.party, election_id=election_id, seat_number=one.seat_id.rsplit("-", 1)[1],
        seat_name=named[0] if named else one.seat_id,
    )  # fmt: skip


def _write(one: Candidate, clock: Clocks, heading: Heading, language: Language, form: Form, folder: Path) -> Path:
    texts = fields(one, clock, heading, language)
    path = folder / f"{one.seat_id}-{language}.{form}"
    content = {
        "pdf": lambda: to_pdf(texts),
        "html": lambda: to_html(texts).encode(),
        "txt": lambda: to_text(texts).encode(),
    }
    write_bytes(path, content[form]())
    return path
