"""From a grid to rows of booths: which layout it is, what its columns hold, what its rows are."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from khaka.data.readers.form20.blocks import Block, best_column, blocks_of, titles_of
from khaka.data.readers.form20.booth_rows import block_table
from khaka.data.readers.form20.candidate_rows import candidate_rows
from khaka.data.readers.form20.cells import Grid
from khaka.data.readers.form20.headings import (
    column_heads,
    is_title,
    looks_like_body,
)
from khaka.data.readers.form20.script import (
    count_of,
    role_of,
    row_kind,
)
from khaka.data.readers.form20.table import SheetTable, VoteColumn

_FORM_ROLES: Final = (
    "valid",
    "rejected",
    "nota",
    "electors",
    "tendered",
    "polled",
    "station_name",
    "booth_no",
    "total",
)


def read_layout(grid: Grid) -> SheetTable | None:
    """Return the sheet's table, None where the grid holds no sheet of results.

    Parameters
    ----------
    grid : Grid
        From `cells.grid_of`.

    Returns
    -------
    SheetTable or None
        With at least one column of votes and one row.
    """
    listed = _listed(grid)
    if listed is not None:
        return listed
    table = _standard(grid)
    if table is None or len(table.columns) < 2:
        turned = _on_its_side(grid)
        if turned is not None and (table is None or len(turned.columns) > len(table.columns)):
            return turned
    elif _label_rows(grid) >= 2 and _label_rows(grid) > _told_heads(grid):
        turned = _on_its_side(grid)
        if turned is not None and sum(row.kind == "booth" for row in turned.rows):
            return turned
    return table


def _listed(grid: Grid) -> SheetTable | None:
    """Read a sheet with one candidate a row, None where it is of another layout."""
    for row in range(min(30, len(grid.cells))):
        heads = column_heads(grid, [row])
        names = [column for column, head in enumerate(heads) if head.role == "candidate_name"]
        votes = [column for column, head in enumerate(heads) if head.role in ("votes", "valid", "total", "polled")]
        if len(names) != 1 or not votes:
            continue
        place = best_column(votes, heads)
        rows = list(range(row + 1, len(grid.cells)))
        lines = [grid.cells[below] for below in rows]
        named = [line[names[0]] for line in lines if line[names[0]] and count_of(line[place]) is not None]
        if len(named) < 4 or len(set(named)) > 0.7 * len(named) or any(count_of(name) is not None for name in named):
            continue
        table = candidate_rows(grid, Block(heads, rows, ()), names[0], place)
        if table is not None and any(entry.kind == "booth" for entry in table.rows):
            table.title = titles_of(grid, row)
            return table
    return None


def _label_rows(grid: Grid) -> int:
    """Count rows whose label names a column of the form (valid, rejected, NOTA, electors): a sheet on its side."""
    told: set[str] = set()
    for row in grid.cells:
        words = [cell for cell in row[:4] if cell and count_of(cell) is None]
        if not words or not looks_like_body(row):
            continue
        role = role_of(words[0]) if row_kind(words[0]) != "postal" else None
        if role in _FORM_ROLES:
            told.add(role)
    return len(told)


def _told_heads(grid: Grid) -> int:
    """Count the columns of the form that the headings name, read upright."""
    best = 0
    for block in blocks_of(grid):
        best = max(best, len({head.role for head in block.heads if head.role in _FORM_ROLES}))
    return best


def _on_its_side(grid: Grid) -> SheetTable | None:
    """Read a sheet with its booths side by side; more of them may follow below, under a line of booths of their own."""
    kept = [row for row in range(len(grid.cells)) if not is_title(grid.cells[row], grid.spread[row])]
    starts = [place for place, row in enumerate(kept) if _first_role(grid.cells[row]) == "booth_no"]
    cuts = [0, *starts[1:], len(kept)] if len(starts) > 1 else [0, len(kept)]
    whole: SheetTable | None = None
    for start, stop in itertools.pairwise(cuts):
        table = _standard(_turned(grid, kept[start:stop]))
        if table is not None:
            whole = table if whole is None else _joined(whole, table)
    if whole is not None:
        whole.layout = "transposed"
        whole.title = f"{titles_of(grid, len(grid.cells))} | {whole.title}"[:2000]
    return whole


def _first_role(row: Sequence[str]) -> str | None:
    """Return what the first cell with words says, where numbers follow it."""
    first = next((cell for cell in row if cell), "")
    return role_of(first) if count_of(first) is None and sum(count_of(cell) is not None for cell in row) >= 2 else None


def _turned(grid: Grid, kept: Sequence[int]) -> Grid:
    """Return rows of the grid as columns."""
    if not kept:
        return Grid([], [], [], [])
    cells = [list(line) for line in zip(*(grid.cells[row] for row in kept), strict=True)]
    spread = [list(line) for line in zip(*(grid.spread[row] for row in kept), strict=True)]
    return Grid(cells, spread, list(range(1, len(cells) + 1)), [1] * len(cells), ())


def _standard(grid: Grid) -> SheetTable | None:
    blocks = blocks_of(grid)
    tables = [table for block in blocks if (table := block_table(grid, block)) is not None]
    if not tables:
        return None
    whole = tables[0]
    for table in tables[1:]:
        whole = _joined(whole, table)
    first = blocks[0].rows[0] if blocks[0].rows else len(grid.cells)
    whole.title = titles_of(grid, first)
    return whole


def _joined(first: SheetTable, second: SheetTable) -> SheetTable:
    """Join two blocks: further rows under the same candidates, or further candidates of the same booths."""
    keys = {_label(column): place for place, column in enumerate(first.columns)}
    shared = [_label(column) in keys for column in second.columns]
    booths = {row.booth_no for row in first.rows if row.kind == "booth"}
    again = [row for row in second.rows if row.kind == "booth" and row.booth_no in booths]
    wide = len(again) >= 0.5 * max(1, sum(row.kind == "booth" for row in second.rows)) and sum(shared) <= 0.5 * len(
        shared
    )
    if not wide and len(first.columns) == len(second.columns):
        first.rows.extend(second.rows)  # the same columns under a head that is printed a little differently
        return first
    target: list[int] = []
    for column in second.columns:
        place = keys.get(_label(column))
        if place is None or wide:
            place = len(first.columns)
            first.columns.append(column)
        target.append(place)
    width = len(first.columns)
    for row in first.rows:
        row.votes.extend([""] * (width - len(row.votes)))
    by_booth = {row.booth_no: row for row in first.rows if row.kind == "booth"}
    by_kind = {row.kind: row for row in first.rows if row.kind not in ("booth", "unnumbered", "page_total")}
    for row in second.rows:
        moved = [""] * width
        for place, cell in zip(target, row.votes, strict=True):
            moved[place] = cell
        other = (by_booth.get(row.booth_no) if row.kind == "booth" else by_kind.get(row.kind)) if wide else None
        if other is None or any(other.votes[place] for place in target):
            row.votes = moved
            first.rows.append(row)
            continue
        for place in target:
            other.votes[place] = moved[place]
        other.counts = {**row.counts, **other.counts}
        other.name = other.name or row.name
    return first


def _label(column: VoteColumn) -> str:
    return "nota" if column.nota else f"{column.label}|{column.serial}".casefold()
