"""An aspirant's rights: what was counted and why, and a correction with a reason; each step in the record.

What goes out never holds a rating, a rater, a witness or a score, nor what was decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.app.person_record import LANGUAGES, plain, record_events, record_page
from khaka.app.printable import write_csv
from khaka.data import people_log
from khaka.data.durable import write_bytes, write_json
from khaka.data.errors import KhakaError
from khaka.data.quarantine import check_rows
from khaka.data.schema import TABLES
from khaka.data.workspace import Workspace
from khaka.features.assignments import completion
from khaka.features.cutoff import KnownTables
from khaka.features.ledger import ledger
from khaka.features.source import FrameSource

DECLARED: Final = (
    "election_id", "seat_id", "aspirant_id", "person_id", "name", "name_hi", "sex", "birth_date", "category",
    "certificate_state", "elector_state", "community", "family_id", "party_since", "party_post", "education",
    "residence_seat_id", "criminal_cases", "serious_cases", "assets_inr", "applied_at", "fee_paid", "second_seat_id",
)  # fmt: skip
"""Columns of an application that are the aspirant's own: without its status and what was decided."""

CORRECTABLE: Final = {
    "aspirants": tuple(
        name for name in DECLARED if name not in ("election_id", "seat_id", "aspirant_id", "person_id", "applied_at")
    ),
    "activity": ("booth_no", "kind", "attendance", "started_at"),
}
"""What may be corrected: declared facts, and what a field worker typed in. What a phone measured stays."""


@dataclass(frozen=True)
class Person:
    """One person's ids: all applications known under the given id."""

    asked: str
    aspirants: pd.DataFrame

    @property
    def ids(self) -> list[str]:
        """All ids, each once."""
        found = {self.asked, *self.aspirants["aspirant_id"].dropna(), *self.aspirants["person_id"].dropna()}
        return sorted(map(str, found))


def find_person(workspace: Workspace, asked: str) -> Person:
    """Return the applications of an aspirant_id or a person_id, and of the person behind it.

    Raises
    ------
    KhakaError
        Nobody of that id, now or any more.
    """
    rows = workspace.store.read("aspirants")
    own = rows[(rows["aspirant_id"] == asked) | (rows["person_id"] == asked)]
    if own.empty:
        if people_log.person_hash(workspace.root, asked) in people_log.erased(workspace.root):
            raise KhakaError(f"'{asked}' was erased on request; nothing of that person is kept here")
        raise KhakaError(f"nobody has the id '{asked}'; give an aspirant_id or a person_id of the table aspirants")
    persons = own["person_id"].dropna().unique()
    return Person(asked, rows[rows["aspirant_id"].isin(own["aspirant_id"]) | rows["person_id"].isin(persons)])


def export_job(
    workspace: Workspace, asked: str, *, out: Path, as_of: dt.date | None = None, by: str = ""
) -> list[Path]:
    """Write what is kept of a person, what was counted, what wasn't, and why.

    Parameters
    ----------
    workspace : Workspace
        Where it is kept.
    asked : str
        An aspirant_id or person_id.
    out : Path
        Folder.
    as_of : datetime.date, optional
        What had arrived by the end of this day; today by default.
    by : str
        Who hands it out.

    Returns
    -------
    list of Path
        record.json, events.csv, and record_en.html and record_hi.html to read or print.

    Raises
    ------
    KhakaError
        Nobody of that id.
    """
    person = find_person(workspace, asked)
    today = as_of or dt.datetime.now(dt.UTC).date()
    facts = person.aspirants[[name for name in DECLARED if name in person.aspirants.columns]]
    parts, given = [], {}
    source = FrameSource(workspace.store)
    for row in facts.drop_duplicates("aspirant_id").to_dict("records"):
        known = _known(source, str(row["election_id"]), today)
        events = ledger(known, aspirant_id=str(row["aspirant_id"]))
        parts.append(record_events(events).assign(election_id=row["election_id"]))
        done = completion(known).reindex([row["aspirant_id"]]).iloc[0]
        given[str(row["aspirant_id"])] = (
            None if pd.isna(done["assigned"]) else (int(done["assigned"]), int(done["done"]))
        )
    events = pd.concat(parts, ignore_index=True)
    record = {
        "as_of": today.isoformat(),
        "declared": [{name: plain(value) for name, value in row.items()} for row in facts.to_dict("records")],
        "assignments": {
            name: {"status": "not assigned"} if pair is None else
            {"status": "assigned", "assigned": pair[0], "done": pair[1]} for name, pair in given.items()
        },
        "events": [{name: plain(value) for name, value in row.items()} for row in events.to_dict("records")],
        "handed_out_by": by,
        "not_in_here": "judgements of others, who gave them, who was present, and results of the ranking",
    }  # fmt: skip
    files = [out / "record.json", write_csv(out / "events.csv", events)]
    write_json(files[0], record)
    for language in LANGUAGES:
        path = out / f"record_{language}.html"
        write_bytes(path, record_page(facts, events, given, today, language).encode())
        files.append(path)
    people_log.add(workspace.root, action="exported", person=asked, by=by, events=len(events))
    return files


def correct_job(
    workspace: Workspace, asked: str, *, table: str, event_id: str | None, values: Mapping[str, str], reason: str,
    by: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Correct declared facts of an application, or what was typed in with an event.

    Parameters
    ----------
    workspace : Workspace
        Where it is kept.
    asked : str
        An aspirant_id.
    table : {"aspirants", "activity"}
        Where the fault stands.
    event_id : str, optional
        Which event, for `activity`.
    values : mapping of str to str
        New values by column; "" makes it blank.
    reason : str
        Why; without one nothing is changed.
    by : str
        Who corrects.

    Returns
    -------
    dict
        The line in the record.

    Raises
    ------
    KhakaError
        No reason, a column that can't be corrected, a value that the table refuses, nobody or no event of that id.
    """
    person = find_person(workspace, asked)
    if not reason.strip():
        raise KhakaError("a correction needs its reason; add --reason 'why'")
    wrong = [name for name in values if name not in CORRECTABLE[table]]
    if wrong or not values:
        raise KhakaError(
            f"'{wrong[0] if wrong else ''}' can't be corrected; in {table}: {', '.join(CORRECTABLE[table])}"
        )
    rows = workspace.store.read(table)
    if table == "aspirants":
        own = rows[rows["aspirant_id"] == asked]
        if own.empty:
            raise KhakaError(
                f"'{asked}' is no aspirant_id; the person's are {', '.join(person.aspirants['aspirant_id'])}"
            )
    else:
        own = rows[(rows["event_id"] == event_id) & rows["aspirant_id"].isin(person.aspirants["aspirant_id"])]
        if own.empty:
            raise KhakaError(f"'{asked}' has no event '{event_id}'; khaka person export {asked} lists them")
    key = list(TABLES[table].key)
    required = [column.name for column in TABLES[table].columns if column.required and column.name not in key]
    new = own[[*key, *required]].astype("object").assign(**dict(values))
    if table == "activity":
        new["seat_id"] = own["seat_id"]  # its file is found by the seat
    good, bad = check_rows(table, new)
    if good.empty or (bad["severity"] == "quarantined").any():
        first = bad.iloc[0]
        raise KhakaError(f"'{first['value']}' is no {first['column']}: {first['reason']}; give another value")
    workspace.store.write(table, good)
    return people_log.add(
        workspace.root, action="corrected", person=asked, by=by, reason=reason, table=table, columns=sorted(values)
    )


def _known(source: FrameSource, election_id: str, day: dt.date) -> KnownTables:
    """Return what was known by the day, or by the eve of the result where the election is over."""
    elections = source.read("elections").set_index("election_id")["result_date"]
    counted = elections.get(election_id)
    last = day if counted is None or pd.isna(counted) else min(day, counted.date() - dt.timedelta(days=1))
    return KnownTables(source, as_of=last, election_id=election_id)
