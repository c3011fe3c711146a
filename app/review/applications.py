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

from khaka.app.review.store.database import Database
from khaka.app.review.store.events import Applied
from khaka.app.review.store.record import Who, append
from khaka.app.review.telling import Told
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest

if TYPE_CHECKING:
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
    workspace: Workspace, database: Database, *, election_id: str, name: str, content: bytes, drop: Sequence[str],
    who: Who,
) -> Taken:  # fmt: skip
    """Take a sheet of applications.

    Parameters
    ----------
    workspace : Workspace
        Whose table.
    database : Database
        With the record.
    election_id : str
        Of rows that don't say theirs.
    name : str
        The sheet's file name: CSV, CSV.gz or XLSX.
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
    before = set(aspirants_of(workspace, election_id)["aspirant_id"].astype(str))
    with tempfile.TemporaryDirectory(prefix="khaka-intake-") as folder:  # the file itself is not kept
        path = Path(folder) / f"aspirants{suffix}"
        path.write_bytes(content)
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
    return Taken(report.kept, tuple(new["aspirant_id"].astype(str)), _faults(workspace, path.name))


def _faults(workspace: Workspace, name: str) -> tuple[tuple[str, str, str], ...]:
    if not workspace.quarantine_file.exists():
        return ()
    frame = pd.read_parquet(workspace.quarantine_file)
    mine = frame[frame["file"].astype(str).str.endswith(name)].tail(200)
    return tuple((str(row.row), str(row.column), str(row.reason)) for row in mine.itertuples(index=False))


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
    faults = _faults(workspace, path.name)
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
