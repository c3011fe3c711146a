"""The record: who did what, when, on which version, with which reason; checked and taken out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from khaka.app.review.access import OFFICE, Role, Rule, route
from khaka.app.review.rendering import render, results, review, visitor
from khaka.app.review.store.anchors import keep_anchor, workspace_anchors
from khaka.app.review.store.chain import Anchor, Entry
from khaka.app.review.store.events import EVENTS, Rated, StageRecorded, decode
from khaka.app.review.store.record import check_record, entries, head, newest
from khaka.data.spreadsheet_text import harmless

if TYPE_CHECKING:
    from starlette.requests import Request

READS: Final = Rule(OFFICE | {Role.READER})
TAKES_OUT: Final = Rule(OFFICE)
_PAGE: Final = 100
_RATING_COLUMNS: Final = (
    "election_id", "seat_id", "aspirant_id", "rater_role", "rater_id", "rated_at", "rating", "scale_min", "scale_max",
    "rebel_risk", "note",
)  # fmt: skip
_STAGE_COLUMNS: Final = ("election_id", "seat_id", "stage", "recorded_at", "position", "aspirant_id", "dissent")


def show(request: Request) -> Response:
    """Show the newest entries, or those of one seat or kind."""
    asked = request.query_params
    seat_id, kind = asked.get("seat", "").strip(), asked.get("kind", "")
    typed = asked.get("before", "")
    before = int(typed) if typed.isdecimal() and len(typed) < 16 else None
    page = newest(review(request).database, seat_id=seat_id, kind=kind, before=before, most=_PAGE + 1)
    shown = results(request)
    names = {one.aspirant_id: one for seat in shown.candidates.values() for one in seat}
    return render(
        request, "record.html", entries=[(entry, json.loads(entry.body)) for entry in page[:_PAGE]], names=names,
        seat_id=seat_id, kind=kind, kinds=sorted(EVENTS), anchor=head(review(request).database),
        older=page[_PAGE - 1].seq if len(page) > _PAGE else None,
    )  # fmt: skip


def verify(request: Request) -> Response:
    """Check the whole record against its hashes and the workspace's anchors."""
    it = review(request)
    verdict = check_record(it.database, workspace_anchors(it.workspace))
    if verdict.whole:
        keep_anchor(it.workspace, Anchor(verdict.count, verdict.head))
    return render(request, "verify.html", verdict=verdict)


def as_lines(request: Request) -> Response:
    """Give the record as it stands, one JSON object a line: anybody can check its hashes."""
    lines = (json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True) for entry in _all(request))
    return _file("".join(f"{line}\n" for line in lines), "record.jsonl", "application/x-ndjson")


def as_sheet(request: Request) -> Response:
    """Give the record as a sheet."""
    rows = [asdict(entry) for entry in _all(request)]
    return _sheet(request, rows, tuple(Entry.__dataclass_fields__), "record.csv")


def ratings(request: Request) -> Response:
    """Give the observers' ratings as the table `ratings`, ready for `khaka ingest`."""
    rows = [
        {**asdict(event), "election_id": entry.election_id, "seat_id": entry.seat_id, "rater_role": "observer",
         "rater_id": entry.actor, "rated_at": entry.at}
        for entry in _all(request)
        if entry.kind == Rated.kind and isinstance(event := decode(entry.kind, entry.body), Rated)
    ]  # fmt: skip
    return _sheet(request, rows, _RATING_COLUMNS, "ratings.csv")


def stage_names(request: Request) -> Response:
    """Give the names of all stages as the table `stage_names`, ready for `khaka ingest`."""
    rows = [
        {"election_id": entry.election_id, "seat_id": entry.seat_id, "stage": event.stage, "recorded_at": entry.at,
         "position": place, "aspirant_id": who, "dissent": event.dissent}
        for entry in _all(request)
        if entry.kind == StageRecorded.kind and isinstance(event := decode(entry.kind, entry.body), StageRecorded)
        for place, who in enumerate(event.aspirant_ids, 1)
    ]  # fmt: skip
    return _sheet(request, rows, _STAGE_COLUMNS, "stage_names.csv")


def _all(request: Request) -> list[Entry]:
    return list(entries(review(request).database))


def _sheet(request: Request, rows: list[dict[str, Any]], columns: tuple[str, ...], name: str) -> Response:
    made = io.StringIO()
    writer = csv.writer(made)
    mark = f"{visitor(request).name}, {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"  # whose copy it is, in every row
    writer.writerow([*columns, "copy_made_by"])
    writer.writerows([[*(harmless(row[column]) for column in columns), harmless(mark)] for row in rows])
    return _file("\ufeff" + made.getvalue(), name, "text/csv; charset=utf-8")


def _file(content: str, name: str, kind: str) -> Response:
    return Response(
        content.encode(), media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


routes = [
    route("GET", "/record", READS, show),
    route("GET", "/record/verify", READS, verify),
    route("GET", "/record/record.jsonl", TAKES_OUT, as_lines),
    route("GET", "/record/record.csv", TAKES_OUT, as_sheet),
    route("GET", "/record/ratings.csv", TAKES_OUT, ratings),
    route("GET", "/record/stage_names.csv", TAKES_OUT, stage_names),
]
