"""Printing a state: two processes, one file a seat, stopped and started again with the same bytes.

A seat's file is finished at once or not at all (`khaka.data.durable`). What is finished is noted with a hash of all
that decides its bytes; a second start takes over what is noted and still whole, and prints the rest.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from khaka.data.durable import sha256, write_bytes
from khaka.scoring.blueprint import StateBlueprint
from khaka.scoring.blueprint.say import words as said
from khaka.scoring.dossier.fields import seat_fields
from khaka.scoring.dossier.printing import TEMPLATE, Stamp, document, to_pdf, versions
from khaka.scoring.dossier.words import labels, margin
from khaka.scoring.dossier.worker import Printed, Worker, print_job
from khaka.scoring.pictures.geometry import Ring
from khaka.scoring.reasons.catalogue import Catalogue, Language

Progress = Callable[[str], None]
Outlines = Mapping[str, Sequence[Ring]]

Noted = tuple[str, str, bool]
"""Key and sum of a finished seat, and whether it was set smaller."""

NOTED: Final = ".printed.jsonl"
PROCESSES: Final = 2
_IN_PROCESS: Final = 4
"""So few seats are printed without a second process."""


def print_seats(
    state: StateBlueprint, seats: Sequence[str], language: Language, stamp: Stamp, folder: Path, *,
    outlines: Outlines, processes: int = PROCESSES, progress: Progress,
) -> list[Path]:  # fmt: skip
    """Print one PDF a seat.

    Parameters
    ----------
    state : StateBlueprint
        Holds the seats.
    seats : sequence of str
        seat_ids.
    language : str
        "en" or "hi".
    stamp : Stamp
        Whose copy.
    folder : Path
        Gets `<seat_id>.pdf`.
    outlines : mapping
        Border of each seat, as far as known.
    processes : int
        How many print at once.
    progress : callable
        Told each finished seat.

    Returns
    -------
    list of Path
        The files, in the order of the seats.
    """
    folder.mkdir(parents=True, exist_ok=True)
    noted = _noted(folder / NOTED)
    open_jobs = _jobs(state, seats, language, stamp, folder, outlines, noted, progress)
    if len(seats) <= _IN_PROCESS or processes < 2:
        for job in open_jobs:
            _note(folder, print_job(job), progress)
    else:
        _print_with(processes, open_jobs, folder, progress)
    return [folder / f"{seat}.pdf" for seat in seats]


def print_book(
    state: StateBlueprint, seats: Sequence[str], language: Language, stamp: Stamp, path: Path, *, outlines: Outlines
) -> Path:
    """Print all seats as one PDF, with a list of the seats in front and bookmarks.

    Parameters
    ----------
    state, seats, language, stamp
        As for `print_seats`.
    path : Path
        The file; in the folder where `print_seats` printed the seats, which tells which of them are set smaller.
    outlines : mapping
        As for `print_seats`.

    Returns
    -------
    Path
        The file.
    """
    smaller = {seat for seat, found in _noted(path.parent / NOTED).items() if found[2]}
    fields = [
        {**seat_fields(state.seat(seat), language, outline=outlines.get(seat, ())), "fit": seat in smaller}
        for seat in seats
    ]
    title = labels(language).say("doc.book_title", election=state.election_id)
    doc = document(state, language, stamp, title=title)
    write_bytes(path, to_pdf(doc, fields, language, stamp, cover(state, seats, language)))
    return path


def cover(state: StateBlueprint, seats: Sequence[str], language: Language) -> dict[str, Any]:
    """Return the list of seats in front of a book.

    Parameters
    ----------
    state, seats, language
        As for `print_seats`.

    Returns
    -------
    dict
        heads and rows, as texts.
    """
    texts = labels(language)
    named = ("district", "reservation", "holder", "leader", "status")
    heads = ["", texts.say("doc.seat"), *(texts.say(f"table.{name}") for name in named)]
    heads += [texts.say("rank.expected"), texts.say("rank.chance")]
    rows = []
    for seat in seats:
        head = state.head(seat)
        name = (head.name_hi or head.name) if language == "hi" else head.name
        leader = (head.leader_name_hi or head.leader_name) if language == "hi" else head.leader_name
        rows.append([
            str(head.number), name, head.district.title(), _reserved(head.reservation, texts),
            head.holder or "–", leader or "–",
            said(f"status.{head.status}").say(language),
            "–" if head.leader_margin is None else margin(head.leader_margin, language),
            "–" if head.chance is None else head.chance.words.say(language).split(",")[0],
        ])  # fmt: skip
    return {"heads": heads, "rows": rows}


def _reserved(code: str, texts: Catalogue) -> str:
    key = f"table.reserved_{code}"
    return texts.say(key) if key in texts else "–"


Job = dict[str, Any]
"""What `khaka.scoring.dossier.worker.print_job` takes."""


def _jobs(
    state: StateBlueprint, seats: Iterable[str], language: Language, stamp: Stamp, folder: Path, outlines: Outlines,
    noted: Mapping[str, Noted], progress: Progress,
) -> Iterator[Job]:  # fmt: skip
    """Yield what is still to be printed."""
    base = _base(language)
    for seat in seats:
        fields = seat_fields(state.seat(seat), language, outline=outlines.get(seat, ()))
        job: Job = {
            "seat": seat, "doc": document(state, language, stamp, title=fields["head"]["title"]), "fields": fields,
            "language": language, "by": stamp.by, "at": None if stamp.at is None else stamp.at.isoformat(),
        }  # fmt: skip
        key = hashlib.sha256(base + json.dumps(job, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        path = folder / f"{seat}.pdf"
        if noted.get(seat, ("", "", False))[0] == key and path.is_file() and sha256(path) == noted[seat][1]:
            progress(seat)
            continue
        yield {**job, "key": key, "path": str(path)}


def _base(language: Language) -> bytes:
    """Return what decides the bytes beside the fields: template, labels, versions."""
    package = files("khaka.scoring.dossier")
    parts = [package.joinpath(name).read_bytes() for name in (TEMPLATE, f"labels_{language}.toml")]
    return b"\n".join([*parts, json.dumps(versions(), sort_keys=True).encode()])


def _print_with(processes: int, jobs: Iterator[Job], folder: Path, progress: Progress) -> None:
    """Print in several processes; each takes the next job when it is free, so few are held at once."""
    lock = threading.Lock()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with Worker() as worker:
                while not failed:
                    with lock:
                        job = next(jobs, None)
                    if job is None:
                        return
                    printed = worker(job)
                    with lock:
                        _note(folder, printed, progress)
        except BaseException as error:  # told to the caller, who raises it
            failed.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _note(folder: Path, printed: Printed, progress: Progress) -> None:
    with (folder / NOTED).open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(printed) + "\n")
    progress(printed[0])


def _noted(path: Path) -> dict[str, Noted]:
    """Return what is noted of each finished seat; a line cut off by a killed process counts for nothing."""
    found: dict[str, Noted] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                seat, key, digest, smaller = json.loads(line)
            except (TypeError, ValueError):
                continue
            found[str(seat)] = (str(key), str(digest), bool(smaller))
    return found
