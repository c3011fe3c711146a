"""The job behind `khaka dossier`: printed and spreadsheet dossiers of one seat or of all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from khaka.app.jobs import Progress, silent
from khaka.data.durable import write_bytes
from khaka.data.spreadsheet_text import csv_bytes
from khaka.data.workspace import Workspace
from khaka.scoring.blueprint import StateBlueprint, load_state
from khaka.scoring.dossier.frames import frames
from khaka.scoring.dossier.geopackage import write_geopackage
from khaka.scoring.dossier.press import PROCESSES, print_book, print_seats
from khaka.scoring.dossier.printing import Stamp, document
from khaka.scoring.dossier.sheets import to_xlsx
from khaka.scoring.dossier.words import labels
from khaka.scoring.pictures.geometry import Ring, rings_of
from khaka.scoring.reasons.catalogue import Language

Format = Literal["pdf", "xlsx", "csv", "gpkg"]

_TOLERANCE = 0.0005  # degrees, about 50 m: finer than a printed map shows


@dataclass(frozen=True)
class Dossiers:
    """What the job wrote."""

    files: tuple[Path, ...]
    book: Path | None
    seats: int
    version: str
    as_of: str


def dossier_job(
    workspace: Workspace,
    *,
    election_id: str,
    seat_id: str | None = None,
    as_of: dt.date | None = None,
    language: Language = "en",
    form: Format = "pdf",
    by: str | None = None,
    at: dt.datetime | None = None,
    book: bool = True,
    out: Path | None = None,
    state: StateBlueprint | None = None,
    processes: int = PROCESSES,
    progress: Progress = silent,
) -> Dossiers:
    """Write the dossiers of an election.

    Parameters
    ----------
    workspace : Workspace
        Whose scores.
    election_id : str
        The coming election.
    seat_id : str, optional
        One seat; all by default.
    as_of : datetime.date, optional
        Which scores; the latest by default.
    language : str
        "en" or "hi".
    form : str
        "pdf", "xlsx", "csv" (the aspirants) or "gpkg" (for QGIS).
    by : str, optional
        Who prints: name and time stand on every page. Without it the original is made, the same bytes every time.
    at : datetime, optional
        Time of printing, with `by`; now by default.
    book : bool
        Whether all seats are also printed as one PDF.
    out : Path, optional
        Folder of the files.
    state : StateBlueprint, optional
        Loaded already.
    processes : int
        How many print at once.
    progress : callable
        Told each finished seat.

    Returns
    -------
    Dossiers
        Where they lie.

    Raises
    ------
    KhakaError
        No scores, or no such seat.
    """
    state = state or load_state(workspace, election_id, as_of)
    seats = [state.head(seat_id).seat_id] if seat_id is not None else [head.seat_id for head in state.seats]
    stamp = Stamp(by, at or dt.datetime.now(dt.UTC).astimezone()) if by is not None else Stamp()
    folder = out or state.results / "dossier" / _copy(stamp) / language
    if form != "pdf":
        name = seat_id or f"{election_id}-{language}"
        path = _table(workspace, state, seats, language, form, stamp, folder / f"{name}.{form}")
        return Dossiers((path,), None, len(seats), state.version, state.as_of.isoformat())
    outlines = _outlines(workspace, seats)
    files = print_seats(
        state, seats, language, stamp, folder, outlines=outlines, processes=processes, progress=progress
    )
    whole = None
    if book and seat_id is None:
        whole = print_book(state, seats, language, stamp, folder / f"{election_id}.pdf", outlines=outlines)
    return Dossiers(tuple(files), whole, len(seats), state.version, state.as_of.isoformat())


def _copy(stamp: Stamp) -> str:
    """Return the folder of a copy: the original's, or one by name and time of whoever printed it."""
    if stamp.by is None:
        return "original"
    return "copy-" + hashlib.sha256(f"{stamp.by}\n{stamp.time.isoformat()}".encode()).hexdigest()[:8]


def _table(
    workspace: Workspace, state: StateBlueprint, seats: Sequence[str], language: Language, form: Format, stamp: Stamp,
    path: Path,
) -> Path:  # fmt: skip
    doc = document(state, language, stamp, title=labels(language).say("doc.book_title", election=state.election_id))
    if form == "gpkg":
        mark = _mark(stamp)
        write_geopackage(path, state, seats, workspace.store.read("boundaries"), language, mark=mark)
        return path
    found = frames(state, seats, language)
    if form == "csv":
        rows = found.get("aspirants", found["seats"])
        write_bytes(path, csv_bytes(rows if stamp.by is None else rows.assign(copy_made_by=_mark(stamp))))
    else:
        note = f"{doc['version']} · {doc['as_of']} · {doc['printed']}"
        write_bytes(path, to_xlsx(found, title=doc["title"], note=note))
    return path


def _mark(stamp: Stamp) -> str:
    """Return who made a copy and when; nothing for the original."""
    return "" if stamp.by is None else f"{stamp.by}, {stamp.time:%Y-%m-%d %H:%M}"


def _outlines(workspace: Workspace, seats: Sequence[str]) -> dict[str, tuple[Ring, ...]]:
    """Return the borders of the seats, as far as they are known."""
    rows = workspace.store.read("boundaries")
    rows = rows[(rows["level"] == "seat") & rows["unit_id"].isin(list(seats)) & rows["geometry"].notna()]
    rows = rows.drop_duplicates("unit_id")
    if rows.empty:
        return {}
    rings = rings_of(rows["geometry"].tolist(), tolerance=_TOLERANCE)
    return {str(seat): ring for seat, ring in zip(rows["unit_id"], rings, strict=True)}
