"""KoboToolbox's exports of the field forms: JSON as its API gives it, CSV and XLSX with names or labels."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.readers.base import Options, Reading
from khaka.data.readers.field import form_of, plain_name, questions, to_reading
from khaka.data.readers.sheet import Sheet
from khaka.data.readers.workbook import other_sheets
from khaka.data.voters import refuse_voters

FORMAT: Final = "kobo"

_SIGNS: Final = ("_uuid", "_submission_time", "_xform_id_string")


def recognises(sheet: Sheet) -> bool:
    """Tell whether a sheet is a form's CSV: Kobo's own columns, and the questions of one of our forms."""
    return {"_uuid", "_submission_time"} <= set(sheet.header) and form_of(sheet.header) is not None


def read(sheet: Sheet, options: Options) -> Reading:
    """Read a form's CSV or XLSX; headers and answers may be names or labels.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    options : Options
        The election of ratings that don't name it.

    Returns
    -------
    Reading
        Rows of `activity` or `ratings`.

    Raises
    ------
    KhakaError
        The ratings stand in a repeat, which the CSV doesn't hold.
    """
    form = form_of(sheet.header)
    rows = sheet.load()
    if form == "ratings" and not _has_ratings(sheet.header):
        rows = _repeated(sheet.path, rows)
    return to_reading(rows, form=form or "activity", format_name=FORMAT, options=options)


def _has_ratings(columns: Sequence[str]) -> bool:
    return {"aspirant_id", "rating"} <= questions(columns)


def _repeated(path: Path, parents: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a workbook's sheet of repetitions, each with its parent's answers."""
    sheets = other_sheets(path) if zipfile.is_zipfile(path) else iter(())
    child = next(
        (table for _, table in sheets if "_parent_index" in table.columns and _has_ratings(list(table.columns))), None
    )
    if child is None or "_index" not in parents.columns:
        raise KhakaError(f"{path} has no ratings: they stand in a repeat; export the form as JSON or XLSX")
    child.index = pd.RangeIndex(2, 2 + len(child))
    own = parents.drop_duplicates("_index").set_index("_index")
    return child.join(own[[name for name in own.columns if name not in child.columns]], on="_parent_index")


def recognises_json(path: Path) -> bool:
    """Tell whether a file is JSON with submissions in it, by its first bytes."""
    with path.open("rb") as handle:
        head = handle.read(8192).decode("utf-8", errors="ignore").lstrip("\ufeff \r\n\t")
    return head.startswith(("{", "[")) and any(f'"{sign}"' in head for sign in _SIGNS)


def read_json(path: Path, options: Options) -> Reading:
    """Read submissions as the API gives them: a list, or an object with `results`.

    Parameters
    ----------
    path : Path
        The file.
    options : Options
        The election of ratings that don't name it.

    Returns
    -------
    Reading
        Rows of `activity` or `ratings`, one for each repetition where there is a repeat; the row's number counts
        the submissions, the first being 2 as in a table.

    Raises
    ------
    KhakaError
        No JSON, or submissions of another form.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise KhakaError(f"{path} is no valid JSON ({str(error)[:120]}); export it again") from None
    entries = content.get("results") if isinstance(content, dict) else content
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise KhakaError(f"{path} holds no list of submissions; export the form's data as JSON")
    everything = pd.DataFrame(entries)
    refuse_voters(path, everything, [str(name) for name in everything.columns])
    numbers: list[int] = []
    rows: list[dict[str, str]] = []
    for number, entry in enumerate(entries, start=2):
        for row in _flat(entry):
            numbers.append(number)
            rows.append(row)
    frame = pd.DataFrame(rows, index=pd.Index(numbers, dtype="int64"), dtype="str")
    form = form_of([str(name) for name in frame.columns])
    if form is None:
        raise KhakaError(f"{path} holds no submissions of the activity or the rating form; check which form it is of")
    return to_reading(frame, form=form, format_name=FORMAT, options=options)


def _flat(entry: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Give a submission's answers as text: once, or once for each repetition of our repeat."""
    own: dict[str, str] = {}
    repeats: list[list[dict[str, Any]]] = []
    for name, value in entry.items():
        if name == "_geolocation" and isinstance(value, list) and len(value) >= 2:
            own.setdefault("_location_latitude", _text(value[0]))
            own.setdefault("_location_longitude", _text(value[1]))
        elif name == "_validation_status" and isinstance(value, dict):
            own[name] = _text(value.get("uid") or value.get("label"))
        elif isinstance(value, list):
            inner = [part for part in value if isinstance(part, dict)]
            if inner and {"aspirant_id", "booth_no"} & {plain_name(key) for part in inner for key in part}:
                repeats.append(inner)
        elif not isinstance(value, dict):
            own[name] = _text(value)
    if not repeats:
        yield own
        return
    longest = max(range(len(repeats)), key=lambda place: len(repeats[place]))
    identity = own.get("meta/instanceID") or own.get("_uuid") or ""
    for number, part in enumerate(repeats[longest], start=1):
        inside = {name: _text(value) for name, value in part.items() if not isinstance(value, (list, dict))}
        yield own | inside | {"_uuid": f"{identity}/{number}", "meta/instanceID": f"{identity}/{number}"}


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
