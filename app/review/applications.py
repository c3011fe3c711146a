"""Applications: a sheet or a form goes through the same checks as `khaka ingest`, into the table `aspirants`.

The person's facts stand in that table only, where they can be corrected and erased; the record says that an
application came in, and what became of it.
"""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from khaka.app.review.sheets import reworded
from khaka.app.review.store.database import Database
from khaka.app.review.store.events import Applied
from khaka.app.review.store.record import Who, append
from khaka.app.review.telling import Told
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest

if TYPE_CHECKING:
    from khaka.app.review.results import Results
    from khaka.data.workspace import Workspace

FORM_FIELDS: Final = (
    "name", "name_hi", "sex", "birth_date", "category", "certificate_state", "elector_state", "community", "family_id",
    "party_since", "party_post", "education", "residence_seat_id", "criminal_cases", "serious_cases", "assets_inr",
)  # fmt: skip
"""Columns of the table `aspirants` that the form asks for."""

SHEET_KINDS: Final = (".csv", ".gz", ".xlsx")


@dataclass(frozen=True)
class Taken:
    """What an intake did.

    Parameters
    ----------
    kept : int
        Rows that were taken.
    new : tuple of str
        aspirant_id of applications that were not there before.
    faults : tuple of (str, str, str)
        Row, column and reason of what was refused or flagged; never the value.
    """

    kept: int
    new: tuple[str, ...]
    faults: tuple[tuple[str, str, str], ...]


def aspirants_of(workspace: Workspace, election_id: str) -> pd.DataFrame:
    """Return the applications of one election as they stand in the table."""
    frame = workspace.store.read("aspirants", elections={election_id})
    return frame[frame["election_id"] == election_id]


def take_sheet(
    workspace: Workspace, database: Database, *, shown: Results, name: str, content: bytes, drop: Sequence[str],
    who: Who,
) -> Taken:  # fmt: skip
    """Take a sheet of applications.

    Parameters
    ----------
    workspace : Workspace
        Whose table.
    database : Database
        With the record.
    shown : Results
        With the election of rows that don't say theirs, and the numbers of the seats.
    name : str
        The sheet's file name: CSV, CSV.gz or XLSX; headings as in the table, or as an office writes them.
    content : bytes
        Of the file.
    drop : sequence of str
        Columns that are never stored, such as identity numbers.
    who : Who
        Who brings it.

    Returns
    -------
    Taken
        What was kept and what was not.

    Raises
    ------
    KhakaError
        The sheet is refused whole, with the reason.
    """
    suffix = "".join(Path(name).suffixes[-2:]).lower()
    if not suffix.endswith(SHEET_KINDS) or not content:
        raise Told("{name} is no sheet; give a CSV or XLSX file with a header and rows", name=Path(name).name or "?")
    election_id = shown.election_id
    before = set(aspirants_of(workspace, election_id)["aspirant_id"].astype(str))
    rows: tuple[int, ...] = ()
    with tempfile.TemporaryDirectory(prefix="khaka-intake-") as folder:  # the file itself is not kept
        path = Path(folder) / f"applications-{secrets.token_hex(4)}{suffix}"  # each sheet's faults are its own
        path.write_bytes(content)
        try:
            office = reworded(path, shown)
        except KhakaError as error:
            raise KhakaError(str(error).replace(str(path), Path(name).name)) from None
        if office is not None:
            path, rows = path.with_name(f"{path.name.partition('.')[0]}-reworded.csv"), office.rows
            office.table.to_csv(path, index=False)
        with workspace.lock("ingest"):
            report = ingest(
                [path], workspace_root=workspace.root, store=workspace.store, as_format="aspirants",
                election=election_id, drop=drop,
            )  # fmt: skip
    for file in report.refused:
        raise KhakaError(file.reason.replace(str(path), Path(name).name))
    after = aspirants_of(workspace, election_id)
    new = after[~after["aspirant_id"].astype(str).isin(before)]
    if len(new):
        with database.write() as connection:
            for row in new.itertuples(index=False):
                event = Applied(aspirant_id=str(row.aspirant_id), source="sheet")
                append(connection, [event], who=who, election_id=election_id, seat_id=str(row.seat_id))
    return Taken(report.kept, tuple(new["aspirant_id"].astype(str)), _faults(workspace, path, rows))


def _faults(workspace: Workspace, path: Path, rows: tuple[int, ...] = ()) -> tuple[tuple[str, str, str], ...]:
    """Return what was refused or flagged in a file, by the rows of the sheet that it was made from."""
    if not workspace.quarantine_file.exists():
        return ()
    frame = pd.read_parquet(workspace.quarantine_file)
    mine = frame[frame["file"].astype(str).str.endswith(path.name)].tail(200)
    return tuple((_row(row.row, rows), str(row.column), str(row.reason)) for row in mine.itertuples(index=False))


def _row(number: object, rows: tuple[int, ...]) -> str:
    place = int(str(number)) - 2 if str(number).isdecimal() else -1
    return str(rows[place]) if 0 <= place < len(rows) else str(number)


def take_form(
    workspace: Workspace, database: Database, *, election_id: str, seat_id: str, facts: Mapping[str, str],
    proposed_by: str, who: Who,
) -> str:  # fmt: skip
    """Take one application from the form, or a person whom a body proposes without an application.

    Parameters
    ----------
    workspace : Workspace
        Whose table.
    database : Database
        With the record.
    election_id, seat_id : str
        For which ticket.
    facts : mapping of str to str
        By `FORM_FIELDS`; blank means unknown.
    proposed_by : str
        The body that proposes; blank for an application.
    who : Who
        Who types it in.

    Returns
    -------
    str
        The new aspirant_id.

    Raises
    ------
    KhakaError
        No name, or a value that the table refuses.
    """
    if not (facts.get("name") or facts.get("name_hi")):
        raise Told("the name is missing; write it as in the application")
    aspirant_id = f"K{secrets.token_hex(5)}"
    row = {name: facts.get(name, "") for name in FORM_FIELDS}
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    row |= {
        "election_id": election_id, "seat_id": seat_id, "aspirant_id": aspirant_id, "applied_at": now,
        "status": "proposed" if proposed_by else "applied", "name": row["name"] or row["name_hi"],
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="khaka-intake-") as folder:
        path = Path(folder) / f"{aspirant_id}.csv"
        pd.DataFrame([row]).to_csv(path, index=False)
        with workspace.lock("ingest"):
            report = ingest(
                [path], workspace_root=workspace.root, store=workspace.store, as_format="aspirants",
                election=election_id,
            )  # fmt: skip
    faults = _faults(workspace, path)
    if report.refused or not report.kept:
        reason = (
            report.refused[0].reason if report.refused else "; ".join(f"{column}: {why}" for _, column, why in faults)
        )
        raise Told("the application was not taken: {reason}", reason=reason.replace(str(path), "").strip() or "?")
    with database.write() as connection:
        append(
            connection, [Applied(aspirant_id=aspirant_id, source="form", proposed_by=proposed_by)], who=who,
            election_id=election_id, seat_id=seat_id,
        )  # fmt: skip
    return aspirant_id
