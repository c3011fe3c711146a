"""Intake: applications from a sheet or a form, look-alikes for review, fee, documents, status."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from starlette.datastructures import UploadFile
from starlette.responses import Response

from khaka.app.review.access import OFFICE, Role, Rule, route
from khaka.app.review.applications import FORM_FIELDS, aspirants_of, take_form, take_sheet
from khaka.app.review.deciding import find_seat
from khaka.app.review.lookalikes import Pair, look_alikes
from khaka.app.review.rendering import form, reader, redirect, render, results, review, text_field, visitor
from khaka.app.review.search import finds
from khaka.app.review.sheets import BLANK, heading
from khaka.app.review.store import events as ev
from khaka.app.review.store.ledger import Application
from khaka.app.review.store.record import record
from khaka.app.review.telling import NotThere, Told
from khaka.data.schema import EDUCATION

if TYPE_CHECKING:
    from starlette.requests import Request

TAKES: Final = Rule(frozenset({Role.ANALYST, Role.STATE}))
SEES: Final = Rule(OFFICE)
SEES_ONE: Final = Rule(OFFICE, seat=True)
CHANGES: Final = Rule(frozenset({Role.ANALYST, Role.STATE}), seat=True)
_MOST: Final = 100


def show(request: Request) -> Response:
    """Show the newest applications, or those of a seat, a status, or a name."""
    asked = request.query_params
    seat_id, status, typed = asked.get("seat", ""), asked.get("status", ""), asked.get("name", "").strip()[:80]
    frame = aspirants_of(review(request).workspace, results(request).election_id)
    known, people = review(request).ledger.applications(), _people(frame)
    rows = [
        (row, application)
        for row in frame.sort_values(["applied_at", "aspirant_id"], ascending=False).itertuples(index=False)
        for application in (known.get(str(row.aspirant_id), _before(row)),)
        if seat_id in ("", str(row.seat_id))
        and status in ("", application.status)
        and (not typed or finds(typed, people[str(row.aspirant_id)].name, people[str(row.aspirant_id)].name_hi))
    ]
    alike = [pair for pair in look_alikes(frame) if not _reviewed(known, pair)]
    return render(
        request, "intake.html", rows=rows[:_MOST], found=len(rows), seat_id=seat_id, asked=status,
        name=asked.get("name", ""), statuses=("proposed", *ev.STATUSES), alike=alike[:30], alike_found=len(alike),
        people=people, may_take=visitor(request).role in TAKES.roles, education=EDUCATION, fields=FORM_FIELDS,
    )  # fmt: skip


def _before(row: object) -> Application:
    """Return what the table says of an application that the record knows nothing of yet."""
    status, paid = getattr(row, "status", None), getattr(row, "fee_paid", None)
    said = "" if pd.isna(status) else str(status).strip().casefold().replace(" ", "_")
    return Application(
        str(row.aspirant_id), str(row.seat_id), said if said in ev.STATUSES else "applied", "table",  # type: ignore[attr-defined]
        fee_paid=not pd.isna(paid) and bool(paid),
    )  # fmt: skip


@dataclass(frozen=True)
class Named:
    """An applicant's names, and where the application belongs."""

    seat_id: str
    name: str
    name_hi: str


def _people(frame: pd.DataFrame) -> dict[str, Named]:
    """Return the names of all applicants by aspirant_id; a blank in the table is an empty text."""
    texts = frame[["aspirant_id", "seat_id", "name", "name_hi"]].astype("object").fillna("").astype(str)
    return {one: Named(seat, name or one, hindi) for one, seat, name, hindi in texts.itertuples(index=False)}


def _blank(value: object) -> bool:
    return bool(pd.isna(value))  # type: ignore[call-overload]


def _reviewed(known: Mapping[str, Application], pair: Pair) -> bool:
    for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
        if one in known and any(found == other for found, _ in known[one].reviewed):
            return True
    return False


def sheet(request: Request) -> Response:
    """Take a sheet of applications."""
    upload = form(request).get("sheet")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise Told("no sheet was chosen; give a CSV or XLSX file")
    drop = [part.strip() for part in text_field(request, "drop", longest=300).split(",") if part.strip()]
    it = review(request)
    taken = take_sheet(
        it.workspace, it.database, shown=results(request), name=upload.filename,
        content=upload.file.read(), drop=drop, who=visitor(request).who,
    )  # fmt: skip
    return render(request, "intake_done.html", taken=taken, name=upload.filename)


def blank(request: Request) -> Response:
    """Give an empty sheet with headings in the reader's language."""
    hindi = reader(request).language == "hi"
    made = io.StringIO()
    csv.writer(made).writerow([heading(column, hindi=hindi) for column in BLANK])
    return Response(
        ("\ufeff" + made.getvalue()).encode(), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="applications.csv"'},
    )  # fmt: skip


def one(request: Request) -> Response:
    """Take one application from the form."""
    seat_id = find_seat(results(request), text_field(request, "seat", longest=40))
    residence = text_field(request, "residence_seat_id", longest=40)
    facts = {name: text_field(request, name, longest=200) for name in FORM_FIELDS}
    facts["residence_seat_id"] = find_seat(results(request), residence) if residence else ""
    aspirant_id = take_form(
        review(request).workspace, review(request).database, election_id=results(request).election_id,
        seat_id=seat_id, facts=facts, proposed_by=text_field(request, "proposed_by", longest=80),
        who=visitor(request).who,
    )  # fmt: skip
    return redirect(f"/seat/{seat_id}/application/{aspirant_id}")


def application(request: Request) -> Response:
    """Show one application: its facts, its way so far, and what can be entered."""
    row = _row(request)
    it = review(request)
    frame = aspirants_of(it.workspace, results(request).election_id)
    aspirant_id = str(row["aspirant_id"])
    facts = {name: value for name, value in row.items() if not _blank(value) and name not in ("election_id",)}
    return render(
        request, "application.html", seat=results(request).seats[str(row["seat_id"])], facts=facts,
        aspirant_id=aspirant_id,
        application=it.ledger.applications().get(aspirant_id, _before(pd.Series(row))),
        documents=ev.DOCUMENTS, document_states=ev.DOCUMENT_STATES, statuses=ev.STATUSES,
        alike=[pair for pair in look_alikes(frame) if aspirant_id in (pair.one, pair.other)],
        people=_people(frame), person=_people(frame)[aspirant_id],
        may_change=visitor(request).role in CHANGES.roles,
    )  # fmt: skip


def _row(request: Request) -> dict[str, object]:
    seat_id, aspirant_id = request.path_params["seat_id"], request.path_params["aspirant_id"]
    frame = aspirants_of(review(request).workspace, results(request).election_id)
    found = frame[(frame["seat_id"] == seat_id) & (frame["aspirant_id"] == aspirant_id)]
    if found.empty:
        raise NotThere("nobody with the id {id} asks for the ticket in {seat}", id=aspirant_id, seat=seat_id)
    return {str(name): value for name, value in found.iloc[0].items()}


def change(request: Request) -> Response:
    """Record the fee, a document, a status, or what was found about a look-alike."""
    row = _row(request)
    aspirant_id, seat_id = str(row["aspirant_id"]), str(row["seat_id"])
    event: ev.Event
    match text_field(request, "what", longest=20):
        case "fee":
            paid = text_field(request, "paid", longest=5) == "yes"
            event = ev.FeePaid(aspirant_id=aspirant_id, paid=paid, receipt=text_field(request, "receipt", longest=80))
        case "document":
            document = _one_of(request, "document", ev.DOCUMENTS)
            state = _one_of(request, "state", ev.DOCUMENT_STATES)
            event = ev.DocumentSet(aspirant_id=aspirant_id, document=document, state=state)
        case "status":
            status, said = _one_of(request, "status", ev.STATUSES), text_field(request, "note")
            event = ev.StatusSet(aspirant_id=aspirant_id, status=status, note=said)
        case "duplicate":
            other = text_field(request, "other", longest=80)
            same = text_field(request, "same", longest=5) == "yes"
            event = ev.DuplicateReviewed(
                aspirant_id=aspirant_id, other_id=other, same=same, note=text_field(request, "note")
            )
        case what:
            raise Told("the form asks for {what}, which this page does not do", what=what)
    record(
        review(request).database, event, who=visitor(request).who, election_id=results(request).election_id,
        seat_id=seat_id,
    )  # fmt: skip
    return redirect(f"/seat/{seat_id}/application/{aspirant_id}")


def _one_of(request: Request, field: str, allowed: tuple[str, ...]) -> str:
    value = text_field(request, field, longest=40)
    if value not in allowed:
        raise Told("{value} is none of {allowed}", value=json.dumps(value), allowed=", ".join(allowed))
    return value


routes = [
    route("GET", "/intake", SEES, show),
    route("POST", "/intake/sheet", TAKES, sheet),
    route("GET", "/intake/blank.csv", TAKES, blank),
    route("POST", "/intake/form", TAKES, one),
    route("GET", "/seat/{seat_id}/application/{aspirant_id}", SEES_ONE, application),
    route("POST", "/seat/{seat_id}/application/{aspirant_id}", CHANGES, change),
]
