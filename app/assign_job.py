"""Assignments as a job: into the table, and out as sheets to print, texts to send, and an entity list for the form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.app.presence_job import known_tables
from khaka.app.printable import MONTHS_HI, escaped, page, write_csv
from khaka.data.durable import durable_path, write_bytes
from khaka.data.workspace import Workspace
from khaka.features.assignments import COLUMNS, completion, draw

TASKS_HI: Final = {"visit": "बूथ संपर्क", "meet the booth team": "बूथ टीम से बैठक", "door to door": "घर-घर संपर्क"}


@dataclass(frozen=True)
class Assigned:
    """What was given out.

    Parameters
    ----------
    folder : Path
        Of the files.
    rows : DataFrame
        The assignments.
    late : int
        Aspirants who had not applied by then: not assigned.
    files : tuple of Path
        Sheets, texts, entity list.
    """

    folder: Path
    rows: pd.DataFrame
    late: int
    files: tuple[Path, ...]


def assign_job(
    workspace: Workspace, *, election_id: str, as_of: dt.date, per_aspirant: int, seed: int, days: int,
    out: Path | None = None,
) -> Assigned:  # fmt: skip
    """Draw assignments, write them into the table and out for people.

    Parameters
    ----------
    workspace : Workspace
        Whose aspirants.
    election_id : str
        The coming election.
    as_of : datetime.date
        Day of issue; what was known by then decides which booths are weak and unvisited.
    per_aspirant : int
        Booths for each aspirant.
    seed : int
        Of the draw.
    days : int
        Until they are due.
    out : Path, optional
        Folder of the files; `assignments` beside the scores by default.

    Returns
    -------
    Assigned
        What was given out.

    Raises
    ------
    KhakaError
        See `khaka.features.assignments.draw`.
    """
    known = known_tables(workspace, election_id=election_id, as_of=as_of)
    rows = draw(known, party=workspace.settings.party.party, per_aspirant=per_aspirant, seed=seed, days=days)
    workspace.store.write("assignments", rows[list(COLUMNS)])
    aspirants = known.frame("aspirants")
    own = aspirants[aspirants["election_id"] == election_id].drop_duplicates("aspirant_id")
    people = own.set_index("aspirant_id")[["name", "name_hi"]].astype("object")
    seats = known.frame("seats").drop_duplicates("seat_id").set_index("seat_id")[["seat_name", "seat_name_hi"]]
    folder = out or workspace.results(election_id, as_of.isoformat()) / "assignments"
    full = rows.join(people, on="aspirant_id").join(seats.astype("object"), on="seat_id")
    files = (
        write_csv(folder / "assignments.csv", full.drop(columns=["lat", "lon"])),
        _workbook(folder / "assignments.xlsx", full),
        _html(folder / "sheets.html", full),
        write_csv(folder / "texts.csv", texts(full)),
        write_csv(folder / "odk_entities.csv", entities(full)),
    )
    return Assigned(folder, rows, int(len(own) - rows["aspirant_id"].nunique()), files)


def completion_table(workspace: Workspace, *, election_id: str, as_of: dt.date) -> pd.DataFrame:
    """Return what each aspirant did of the booths given out; see `khaka.features.assignments.completion`."""
    return completion(known_tables(workspace, election_id=election_id, as_of=as_of))


def texts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a text to send to each aspirant, in English and Hindi.

    Parameters
    ----------
    rows : DataFrame
        Assignments with names of aspirants, seats and booths.

    Returns
    -------
    DataFrame
        aspirant_id, text_en, text_hi.
    """
    lines = []
    for aspirant, own in rows.groupby("aspirant_id", sort=True):
        first = own.iloc[0]
        due = pd.Timestamp(first["due_at"]).tz_convert("Asia/Kolkata")
        name = {"en": _first(first, "name", "name_hi"), "hi": _first(first, "name_hi", "name")}
        english = "; ".join(f"{_booth(row)} ({row['task']})" for _, row in own.iterrows())
        hindi = "; ".join(f"{_booth(row)} ({TASKS_HI[row['task']]})" for _, row in own.iterrows())
        lines.append({
            "aspirant_id": aspirant,
            "text_en": f"{name['en'] or first['aspirant_id']}: your booths in {_seat(first, 'en')}, to be worked by "
            f"{due.day} {due:%B %Y}: {english}. Record each with the form at the booth itself.",
            "text_hi": f"{name['hi'] or first['aspirant_id']}: {_seat(first, 'hi')} में आपको सौंपे गए बूथ, {due.day} "
            f"{MONTHS_HI[due.month - 1]} {due.year} तक: {hindi}। हर काम बूथ पर ही फॉर्म में दर्ज करें।",
        })  # fmt: skip
    return pd.DataFrame(lines)


def entities(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the assignments as an entity list for ODK Central: a label, then properties, the place as a geopoint."""
    place = [
        "" if pd.isna(lat) or pd.isna(lon) else f"{lat:.6f} {lon:.6f} 0 0"
        for lat, lon in zip(rows["lat"], rows["lon"], strict=True)
    ]
    label = [f"{row['aspirant_id']}: {row['booth_no']} {_first(row, 'station_name', 'village')}".strip()
             for _, row in rows.iterrows()]  # fmt: skip
    due = rows["due_at"].dt.tz_convert("Asia/Kolkata").dt.strftime("%Y-%m-%d")
    return pd.DataFrame({
        "label": label, "geometry": place, "assignment_id": rows["assignment_id"], "aspirant_id": rows["aspirant_id"],
        "seat_id": rows["seat_id"], "booth_no": rows["booth_no"], "task": rows["task"], "due": due,
    })  # fmt: skip


def _first(row: Any, *names: str) -> str:
    """Return the first of the named cells that holds anything."""
    return next((str(row[name]) for name in names if not pd.isna(row[name]) and str(row[name])), "")


def _booth(row: Any) -> str:
    return f"{row['booth_no']} {_first(row, 'station_name', 'village')}".strip()


def _seat(row: Any, language: str) -> str:
    number = str(row["seat_id"]).rsplit("-", 1)[-1]
    names = ("seat_name_hi", "seat_name") if language == "hi" else ("seat_name", "seat_name_hi")
    return f"{number} {_first(row, *names)}".strip()


def _workbook(path: Path, rows: pd.DataFrame) -> Path:
    import xlsxwriter

    columns = {"seat_id": "Seat", "aspirant_id": "Application", "name": "Aspirant", "booth_no": "Booth",
               "station_name": "Polling station", "village": "Village", "block": "Block", "task": "Task", "why": "Why",
               "due": "Due", "done": "Done on"}  # fmt: skip
    due = rows["due_at"].dt.tz_convert("Asia/Kolkata").dt.strftime("%Y-%m-%d")
    table = rows.assign(due=due, done="")
    with durable_path(path) as temporary:
        book = xlsxwriter.Workbook(
            str(temporary), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
        )
        sheet = book.add_worksheet("assignments")
        bold = book.add_format({"bold": True, "bottom": 1})
        for column, (name, title) in enumerate(columns.items()):
            sheet.write_string(0, column, title, bold)
            width = len(title)
            for number, cell in enumerate(table[name], start=1):
                text = "" if pd.isna(cell) else str(cell)
                width = max(width, len(text))
                sheet.write_string(number, column, text)
            sheet.set_column(column, column, min(40, width + 2))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        book.close()
    return path


def _html(path: Path, rows: pd.DataFrame) -> Path:
    """Write sheets to print: an A4 page an aspirant, English and Hindi side by side."""
    pages = []
    for aspirant, own in rows.groupby("aspirant_id", sort=True):
        first = own.iloc[0]
        due = pd.Timestamp(first["due_at"]).tz_convert("Asia/Kolkata")
        cells = "".join(
            f'<tr><td class="no">{escaped(row["booth_no"])}</td>'
            f"<td>{escaped(_first(row, 'station_name', 'village'))}</td><td>{escaped(_first(row, 'block'))}</td>"
            f"<td>{escaped(TASKS_HI[row['task']])}<br>{escaped(row['task'])}</td>"
            '<td class="tick"></td></tr>'
            for _, row in own.iterrows()
        )
        name = " / ".join(dict.fromkeys(part for part in (_first(first, "name_hi"), _first(first, "name")) if part))
        pages.append(
            f"<section><h1>{escaped(name or str(aspirant))}</h1>"
            f"<p>{escaped(_seat(first, 'hi'))} / {escaped(_seat(first, 'en'))} · आवेदन संख्या / application "
            f"<strong>{escaped(str(aspirant))}</strong></p>"
            f"<p>सौंपे गए बूथ, {due.day} {MONTHS_HI[due.month - 1]} {due.year} तक / booths to be worked by {due.day} "
            f"{due:%B %Y}. हर काम बूथ पर ही फॉर्म में दर्ज करें / record each with the form at the booth itself.</p>"
            "<table><thead><tr><th>बूथ / Booth</th><th>मतदेय स्थल / Polling station</th><th>ब्लॉक / Block</th>"
            f"<th>कार्य / Task</th><th>हुआ / Done</th></tr></thead><tbody>{cells}</tbody></table></section>"
        )
    write_bytes(path, page("सौंपे गए बूथ / Assignments", "".join(pages), language="hi").encode())
    return path
