"""Sheets with one candidate a row, booth after booth."""

from __future__ import annotations

from khaka.data.readers.form20.blocks import Block, column_of, is_heading
from khaka.data.readers.form20.cells import Grid
from khaka.data.readers.form20.headings import (
    is_column_numbers,
    name_of,
    row_words,
    serial_of,
)
from khaka.data.readers.form20.script import (
    Role,
    count_of,
    readable,
    role_of,
    row_kind,
)
from khaka.data.readers.form20.table import COUNTS, RowKind, SheetRow, SheetTable, VoteColumn, booth_number


def candidate_rows(grid: Grid, block: Block, name: int, votes: int) -> SheetTable | None:
    """Read a sheet with one candidate a row: booth after booth, each with all its candidates."""
    heads = block.heads
    party = column_of(heads, "party")
    station = column_of(heads, "station_name")
    number = next(
        (
            place
            for role in ("booth_no", "serial")
            if (place := column_of(heads, role)) is not None and place not in (name, votes)
        ),
        None,
    )
    kept: dict[Role, int] = {
        role: place for role in COUNTS
        if (place := column_of(heads, role)) is not None and place not in (name, votes)
    }  # fmt: skip
    columns: list[VoteColumn] = []
    places: dict[tuple[str, str], int] = {}
    rows: list[SheetRow] = []
    current: SheetRow | None = None
    seen: set[int] = set()
    for row in block.rows:
        line = grid.cells[row]
        if is_column_numbers(line) or is_heading(grid, row):
            continue
        printed = line[number] if number is not None else ""
        booth = booth_number(printed)
        label, cell = line[name], line[votes]
        words = row_words([cell for column, cell in enumerate(line) if column not in (name, station, party)])
        kind: RowKind | None = row_kind(words) if words and booth is None else None
        form_role = _form_row(label)
        if not label and not cell:
            continue
        if current is None or (printed and (booth or words) != (current.booth_no or current.name)):
            if count_of(cell) is None and not label:
                continue
            current = SheetRow(
                grid.rows[row], "booth" if booth else (kind or "unnumbered"), booth or "", "" if booth else words
            )
            current.votes = [""] * len(columns)
            rows.append(current)
            seen = set()
        if station is not None and line[station] and booth:
            current.name = line[station]
        for role, place in kept.items():
            if line[place] and role not in current.counts:
                current.counts[role] = line[place]
        if form_role is not None:
            current.counts.setdefault(form_role, cell)
            continue
        key = (readable(label).casefold(), readable(line[party]).casefold() if party is not None else "")
        place = places.get(key)
        if place is None:
            place = places[key] = len(columns)
            nota = role_of(label) == "nota"
            plain = readable(label)
            own = readable(line[party]) if party is not None else ""
            columns.append(VoteColumn("NOTA" if nota else name_of(plain), own, (plain,), nota, serial_of([label])))
        if place in seen:
            # the same candidate twice in one booth: a row of its own, so that no vote is lost
            current = SheetRow(grid.rows[row], current.kind, current.booth_no, current.name, {}, [""] * len(columns))
            rows.append(current)
            seen = set()
        seen.add(place)
        current.votes.extend([""] * (place + 1 - len(current.votes)))
        current.votes[place] = cell
    for entry in rows:
        entry.votes.extend([""] * (len(columns) - len(entry.votes)))
    rows = [entry for entry in rows if any(entry.votes) or entry.counts]
    return SheetTable("candidate rows", columns, rows) if columns and rows else None


def _form_row(label: str) -> Role | None:
    role = role_of(label) if label else None
    return role if role in ("valid", "rejected", "total", "tendered", "test", "electors", "polled") else None
