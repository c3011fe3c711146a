"""One block of a sheet with a booth a row: number, name, counts and votes of each."""

from __future__ import annotations

import re
from typing import Final

from khaka.data.readers.form20.blocks import Block, best_column, column_of, is_heading
from khaka.data.readers.form20.candidate_rows import candidate_rows
from khaka.data.readers.form20.cells import Grid
from khaka.data.readers.form20.headings import (
    is_column_numbers,
    looks_like_body,
)
from khaka.data.readers.form20.script import (
    count_of,
    latin_digits,
    readable,
    row_kind,
)
from khaka.data.readers.form20.table import COUNTS, SheetRow, SheetTable, booth_number
from khaka.data.readers.form20.vote_columns import vote_columns

_NUMBERED_NAME: Final = re.compile(r"^0*(\d{1,4})\s?([A-Za-z]?)\s*[-.:)]\s*(?=\D)")


def block_table(grid: Grid, block: Block) -> SheetTable | None:
    """Return a block whose rows are booths as a table, None where it holds no votes."""
    if not block.rows:
        return None
    heads = block.heads
    names = [column for column, head in enumerate(heads) if head.role == "candidate_name"]
    votes = [column for column, head in enumerate(heads) if head.role in ("votes", "valid", "total", "polled")]
    plain = [column for column, head in enumerate(heads) if head.role in ("candidate", "nota")]
    if names and votes and len(plain) <= 1:
        return candidate_rows(grid, block, names[0], best_column(votes, heads))
    columns = vote_columns(grid, block)
    if not columns:
        return None
    places = [place for place, _ in columns]
    out = SheetTable("standard", [column for _, column in columns], [])
    number, name = _booth_column(grid, block, places), column_of(heads, "station_name")
    if name is None:
        name = _text_column(grid, block, [place for place in range(grid.width) if place not in (*places, number)])
    counts = {role: place for role in COUNTS if (place := column_of(heads, role)) is not None and place not in places}
    for row in block.rows:
        line = grid.cells[row]
        entry = SheetRow(grid.rows[row], "booth", votes=[line[place] for place in places])
        entry.counts = {role: line[place] for role, place in counts.items() if line[place]}
        if not _holds_votes(grid, row, entry):
            continue
        _name_row(entry, line, number, name, places)
        out.rows.append(entry)
    return out if out.rows else None


def _text_column(grid: Grid, block: Block, places: list[int]) -> int | None:
    """Return a column headed by the word for a booth that holds words: names, though the heading doesn't say so."""
    for place in places:
        cells = [grid.cells[row][place] for row in block.rows if grid.cells[row][place]]
        words = sum(count_of(cell) is None and booth_number(cell) is None for cell in cells)
        if block.heads[place].role in ("booth_no", "station_name") and cells and 2 * words > len(cells):
            return place
    return None


def _holds_votes(grid: Grid, row: int, entry: SheetRow) -> bool:
    """Tell whether a row can be one of counts: a number in a column of votes or of the form's counts."""
    if is_column_numbers(grid.cells[row]):
        return False
    known = sum(count_of(cell) is not None for cell in entry.votes)
    if known:
        return not is_heading(grid, row)
    return bool(entry.counts) and any(count_of(cell) is not None for cell in entry.counts.values())


def _name_row(entry: SheetRow, line: list[str], number: int | None, name: int | None, places: list[int]) -> None:
    printed = line[number] if number is not None else ""
    entry.name = line[name] if name is not None else ""
    booth = booth_number(printed)
    if booth is None and printed:
        match = _NUMBERED_NAME.match(latin_digits(printed))
        if match:
            booth = f"{int(match[1])}{match[2].upper()}"
            entry.name = entry.name or printed[match.end() :].strip()
    words = " ".join(
        cell for column, cell in enumerate(line) if column not in places and cell and count_of(cell) is None
    )
    kind = row_kind(words) if words else None
    if booth is not None and kind is not None:
        told = row_kind(entry.name) if entry.name else None
        short = len(entry.name.split()) <= 6 and re.match(
            r"(?:sub|grand|page)?[\s-]*total\b|postal|no\.? of|total votes|योग|कुल|डाक|महायोग",
            readable(entry.name),
            re.IGNORECASE,
        )
        kind = told if told is not None and short else None
    if kind is not None:
        entry.kind, entry.booth_no = kind, ""
    elif booth is None:
        entry.kind = "unnumbered"
    else:
        entry.booth_no = booth


def _booth_column(grid: Grid, block: Block, votes: list[int]) -> int | None:
    """Return the column of booth numbers: by its heading, if it holds such numbers; else by what the cells hold."""
    body = [row for row in block.rows if looks_like_body(grid.cells[row])] or block.rows

    def fit(column: int) -> tuple[float, float]:
        numbers = [booth_number(grid.cells[row][column]) or _numbered(grid.cells[row][column]) for row in body]
        known = [number for number in numbers if number]
        return (len(set(known)) / max(1, len(body)), len(known) / max(1, len(body)))

    for role in ("booth_no", "serial", "ac_no", "station_name"):
        places = [column for column, head in enumerate(block.heads) if head.role == role and column not in votes]
        best = max(places, key=fit, default=None)
        if (
            best is not None
            and fit(best)[1] >= 0.4
            and (fit(best)[0] >= 0.3 or role == "serial" or (role == "booth_no" and len(body) < 4))
        ):
            return best
    first = min(votes, default=grid.width)
    free = [
        column for column in range(first)
        if block.heads[column].role in (None, "label_serial", "booth_no", "serial", "candidate")
    ]  # fmt: skip
    rising = [column for column in free if fit(column)[0] >= 0.7]
    return (
        rising[0]
        if rising
        else next((column for column, head in enumerate(block.heads) if head.role in ("booth_no", "serial")), None)
    )


def _numbered(text: str) -> str | None:
    match = _NUMBERED_NAME.match(latin_digits(text))
    return match[1] if match else None
