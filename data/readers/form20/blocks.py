"""Blocks of a sheet: rows of booths under their headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from khaka.data.readers.form20.cells import Grid
from khaka.data.readers.form20.headings import (
    ColumnHead,
    column_heads,
    head_rows,
    is_title,
    looks_like_body,
    row_words,
)
from khaka.data.readers.form20.script import (
    Role,
    count_of,
    is_ditto,
    part_role,
    readable,
    role_of,
    row_kind,
)


@dataclass
class Block:
    """A run of rows under one head."""

    heads: list[ColumnHead]
    rows: list[int]
    key: tuple[str, ...]


def blocks_of(grid: Grid) -> list[Block]:
    """Cut the grid where headings stand; a repeated head continues the block it repeats."""
    count = len(grid.cells)
    body = [looks_like_body(row) for row in grid.cells]
    known: dict[tuple[str, ...], Block] = {}
    current: Block | None = None
    printed: set[tuple[str, ...]] = set()
    row = 0
    while row < count:
        if body[row] or (current is not None and not is_heading(grid, row)):
            if current is not None:
                current.rows.append(row)
            row += 1
            continue
        stop = row
        while stop < count and not body[stop]:
            stop += 1
        rows = head_rows(grid, row, stop)
        if current is not None:
            opened = next((place for place in rows if is_heading(grid, place)), stop)
            rows = [place for place in rows if place >= opened or tuple(grid.cells[place]) in printed]
        printed.update(tuple(grid.cells[place]) for place in rows)
        heads = column_heads(grid, rows) if rows else []
        told = sum(head.role is not None for head in heads)
        if stop == count or not rows or (current is not None and told < 2):
            if current is not None:
                current.rows.extend(range(row, stop))
            row = stop
            continue
        key = tuple(" ".join(head.texts) + str(head.role) for head in heads)
        if key in known:
            current = known[key]
        else:
            current = known[key] = Block(heads, [], key)
        row = stop
    return list(known.values())


def is_heading(grid: Grid, row: int) -> bool:
    """Tell whether a row between bodies starts a new head: words of several roles, hardly any number."""
    filled = [cell for cell in grid.cells[row] if cell]
    words = [cell for cell in filled if count_of(cell) is None and not is_ditto(cell)]
    if len(words) < 2 or 2 * len(words) < len(filled) or row_kind(row_words(grid.cells[row][:3])) is not None:
        return False
    told = {role for cell in words if (role := role_of(cell) or part_role(cell)) is not None}
    return len(told) >= 2


def titles_of(grid: Grid, stop: int) -> str:
    """Return the lines of titles above a row, one under the other."""
    lines: list[str] = []
    for row in range(min(stop, len(grid.cells))):
        if row < 12 and (is_title(grid.cells[row], grid.spread[row]) or not looks_like_body(grid.cells[row])):
            line = " ".join(cell for cell in grid.cells[row] if cell)
            if readable(line) not in lines:
                lines.append(readable(line))
    return " | ".join(lines)[:2000]


def best_column(votes: list[int], heads: list[ColumnHead]) -> int:
    """Return the column of votes among those that may be: the one headed so, else the first."""
    return next((column for column in votes if heads[column].role == "votes"), votes[0])


def column_of(heads: Sequence[ColumnHead], role: Role) -> int | None:
    """Return the column of a role, None where no heading says so; the last of totals, else the first."""
    places = [column for column, head in enumerate(heads) if head.role == role]
    return places[-1] if role in ("total", "polled", "electors") and places else places[0] if places else None
