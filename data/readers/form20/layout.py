"""From a grid to rows of booths: which layout it is, what its columns hold, what its rows are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from khaka.data.readers.form20.cells import Grid
from khaka.data.readers.form20.headings import (
    ColumnHead,
    column_heads,
    head_rows,
    is_column_numbers,
    is_title,
    looks_like_body,
    name_of,
    row_words,
    serial_of,
)
from khaka.data.readers.form20.script import (
    Role,
    count_of,
    is_ditto,
    latin_digits,
    part_role,
    readable,
    role_of,
    row_kind,
)

RowKind = Literal["booth", "total", "page_total", "grand_total", "postal", "unnumbered"]
LayoutKind = Literal["standard", "transposed", "candidate rows", "text"]

#: Columns of counts that are kept beside the votes.
COUNTS: Final[tuple[Role, ...]] = (
    "electors", "electors_male", "electors_female", "electors_other", "polled", "polled_male", "polled_female",
    "polled_other", "tendered", "test", "valid", "rejected", "total",
)  # fmt: skip

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
_BOOTH: Final = re.compile(
    r"^(?:\d{1,3}\s*/\s*)?0*(\d{1,5})(?:\.0)?\s*[-/ ]?\s*\(?\s*([A-Za-z\u0915-\u0939]{0,2})\s*\)?\.?$"
)
_NUMBERED_NAME: Final = re.compile(r"^0*(\d{1,4})\s?([A-Za-z]?)\s*[-.:)]\s*(?=\D)")
_LETTERS: Final = str.maketrans({"क": "A", "ख": "B", "ग": "C", "अ": "A", "ब": "B", "स": "C"})


@dataclass(frozen=True)
class VoteColumn:
    """A column of one candidate's votes, or of NOTA.

    Parameters
    ----------
    label : str
        Printed name.
    party : str
        Printed party; empty where the sheet has none.
    texts : tuple of str
        All that stands over the column, from top to bottom.
    nota : bool
        The votes for none of the above.
    serial : int or None
        Number printed before the name.
    """

    label: str
    party: str = ""
    texts: tuple[str, ...] = ()
    nota: bool = False
    serial: int | None = None


@dataclass
class SheetRow:
    """One row that holds votes.

    Parameters
    ----------
    row : int
        Number in the source.
    kind : RowKind
        A booth, one of the totals, the postal ballots, or a row of votes that names no booth.
    booth_no, name : str
        As printed, the number in ASCII; empty where unknown.
    counts : dict
        Cells of the roles in `COUNTS`, as printed.
    votes : list of str
        Cells of the vote columns, as printed.
    """

    row: int
    kind: RowKind
    booth_no: str = ""
    name: str = ""
    counts: dict[Role, str] = field(default_factory=dict)
    votes: list[str] = field(default_factory=list)


@dataclass
class SheetTable:
    """A sheet as rows and columns with a meaning.

    Parameters
    ----------
    layout : LayoutKind
        How it was laid out.
    columns : list of VoteColumn
        Candidates and NOTA, from left to right.
    rows : list of SheetRow
        All rows with votes.
    title : str
        What stands above the table.
    notes : list of str
        Worth telling.
    """

    layout: LayoutKind
    columns: list[VoteColumn]
    rows: list[SheetRow]
    title: str = ""
    notes: list[str] = field(default_factory=list)


def booth_number(text: str) -> str | None:
    """Return a booth's number as text, None where the cell holds none.

    Examples
    --------
    >>> [booth_number(text) for text in ("007", "12A", "12 (A)", "१२", "12.0", "163/45", "7W", "12क")]
    ['7', '12A', '12A', '12', '12', '45', '7W', '12A']
    >>> booth_number("Total") is None and booth_number("0") is None
    True
    """
    match = _BOOTH.match(latin_digits(text).strip())
    if match is None or int(match[1]) == 0:
        return None
    return f"{int(match[1])}{match[2].translate(_LETTERS).upper()}"


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
        turned = _standard(_turned(grid))
        if turned is not None and (table is None or len(turned.columns) > len(table.columns)):
            turned.layout = "transposed"
            turned.title = turned.title or _titles(grid, len(grid.cells))
            return turned
    elif _label_rows(grid) >= 2 and _label_rows(grid) > _told_heads(grid):
        turned = _standard(_turned(grid))
        if turned is not None and sum(row.kind == "booth" for row in turned.rows):
            turned.layout = "transposed"
            turned.title = turned.title or table.title
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
        place = _best(votes, heads)
        rows = list(range(row + 1, len(grid.cells)))
        lines = [grid.cells[below] for below in rows]
        named = [line[names[0]] for line in lines if line[names[0]] and count_of(line[place]) is not None]
        if len(named) < 4 or len(set(named)) > 0.7 * len(named) or any(count_of(name) is not None for name in named):
            continue
        table = _candidate_rows(grid, _Block(heads, rows, ()), names[0], place)
        if table is not None and any(entry.kind == "booth" for entry in table.rows):
            table.title = _titles(grid, row)
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
    for block in _blocks(grid):
        best = max(best, len({head.role for head in block.heads if head.role in _FORM_ROLES}))
    return best


def _turned(grid: Grid) -> Grid:
    """Return the grid with rows and columns exchanged, titles left out."""
    kept = [row for row in range(len(grid.cells)) if not is_title(grid.cells[row], grid.spread[row])]
    if not kept:
        return Grid([], [], [], [])
    cells = [list(line) for line in zip(*(grid.cells[row] for row in kept), strict=True)]
    spread = [list(line) for line in zip(*(grid.spread[row] for row in kept), strict=True)]
    return Grid(cells, spread, list(range(1, len(cells) + 1)), [1] * len(cells), ())


def _titles(grid: Grid, stop: int) -> str:
    lines: list[str] = []
    for row in range(min(stop, len(grid.cells))):
        if row < 12 and (is_title(grid.cells[row], grid.spread[row]) or not looks_like_body(grid.cells[row])):
            line = " ".join(cell for cell in grid.cells[row] if cell)
            if readable(line) not in lines:
                lines.append(readable(line))
    return " | ".join(lines)[:2000]


@dataclass
class _Block:
    """A run of rows under one head."""

    heads: list[ColumnHead]
    rows: list[int]
    key: tuple[str, ...]


def _standard(grid: Grid) -> SheetTable | None:
    blocks = _blocks(grid)
    tables = [table for block in blocks if (table := _block_table(grid, block)) is not None]
    if not tables:
        return None
    whole = tables[0]
    for table in tables[1:]:
        whole = _joined(whole, table)
    first = blocks[0].rows[0] if blocks[0].rows else len(grid.cells)
    whole.title = _titles(grid, first)
    return whole


def _blocks(grid: Grid) -> list[_Block]:
    """Cut the grid where headings stand; a repeated head continues the block it repeats."""
    count = len(grid.cells)
    body = [looks_like_body(row) for row in grid.cells]
    known: dict[tuple[str, ...], _Block] = {}
    current: _Block | None = None
    printed: set[tuple[str, ...]] = set()
    row = 0
    while row < count:
        if body[row] or (current is not None and not _is_heading(grid, row)):
            if current is not None:
                current.rows.append(row)
            row += 1
            continue
        stop = row
        while stop < count and not body[stop]:
            stop += 1
        rows = head_rows(grid, row, stop)
        if current is not None:
            opened = next((place for place in rows if _is_heading(grid, place)), stop)
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
            current = known[key] = _Block(heads, [], key)
        row = stop
    return list(known.values())


def _is_heading(grid: Grid, row: int) -> bool:
    """Tell whether a row between bodies starts a new head: words of several roles, hardly any number."""
    filled = [cell for cell in grid.cells[row] if cell]
    words = [cell for cell in filled if count_of(cell) is None and not is_ditto(cell)]
    if len(words) < 2 or 2 * len(words) < len(filled) or row_kind(row_words(grid.cells[row][:3])) is not None:
        return False
    told = {role for cell in words if (role := role_of(cell) or part_role(cell)) is not None}
    return len(told) >= 2


def _block_table(grid: Grid, block: _Block) -> SheetTable | None:
    if not block.rows:
        return None
    heads = block.heads
    names = [column for column, head in enumerate(heads) if head.role == "candidate_name"]
    votes = [column for column, head in enumerate(heads) if head.role in ("votes", "valid", "total", "polled")]
    plain = [column for column, head in enumerate(heads) if head.role in ("candidate", "nota")]
    if names and votes and len(plain) <= 1:
        return _candidate_rows(grid, block, names[0], _best(votes, heads))
    columns = _vote_columns(grid, block)
    if not columns:
        return None
    places = [place for place, _ in columns]
    out = SheetTable("standard", [column for _, column in columns], [])
    number, name = _booth_column(grid, block, places), _column(heads, "station_name")
    if name is None:
        name = _text_column(grid, block, [place for place in range(grid.width) if place not in (*places, number)])
    counts = {role: place for role in COUNTS if (place := _column(heads, role)) is not None and place not in places}
    for row in block.rows:
        line = grid.cells[row]
        entry = SheetRow(grid.rows[row], "booth", votes=[line[place] for place in places])
        entry.counts = {role: line[place] for role, place in counts.items() if line[place]}
        if not _holds_votes(grid, row, entry):
            continue
        _name_row(entry, line, number, name, places)
        out.rows.append(entry)
    return out if out.rows else None


def _text_column(grid: Grid, block: _Block, places: list[int]) -> int | None:
    """Return a column headed by the word for a booth that holds words: names, though the heading doesn't say so."""
    for place in places:
        cells = [grid.cells[row][place] for row in block.rows if grid.cells[row][place]]
        words = sum(count_of(cell) is None and booth_number(cell) is None for cell in cells)
        if block.heads[place].role in ("booth_no", "station_name") and cells and 2 * words > len(cells):
            return place
    return None


def _best(votes: list[int], heads: list[ColumnHead]) -> int:
    return next((column for column in votes if heads[column].role == "votes"), votes[0])


def _column(heads: Sequence[ColumnHead], role: Role) -> int | None:
    places = [column for column, head in enumerate(heads) if head.role == role]
    return places[-1] if role in ("total", "polled", "electors") and places else places[0] if places else None


def _holds_votes(grid: Grid, row: int, entry: SheetRow) -> bool:
    """Tell whether a row can be one of counts: a number in a column of votes or of the form's counts."""
    if is_column_numbers(grid.cells[row]):
        return False
    known = sum(count_of(cell) is not None for cell in entry.votes)
    if known:
        return not _is_heading(grid, row)
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


def _booth_column(grid: Grid, block: _Block, votes: list[int]) -> int | None:
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


def _vote_columns(grid: Grid, block: _Block) -> list[tuple[int, VoteColumn]]:
    """Return the columns of votes with their place, from left to right."""
    heads = block.heads
    body = [row for row in block.rows if looks_like_body(grid.cells[row])] or block.rows
    sure = {column for column, head in enumerate(heads) if head.role in ("candidate", "nota")}
    groups = {heads[column].group for column in sure if heads[column].group and _votes_leaf(heads[column])}
    chosen: list[int] = []
    for column, head in enumerate(heads):
        numeric = sum(count_of(grid.cells[row][column]) is not None for row in body)
        if column in sure:
            if (
                head.role == "nota"
                and not numeric
                and any(other != column and heads[other].role == "nota" for other in sure)
            ):
                continue  # the party or serial column beside NOTA's votes
            chosen.append(column)
        elif (
            head.role is None and head.texts and head.group not in groups and numeric and _of_counts(grid, body, column)
        ):
            chosen.append(column)
    chosen = _one_a_group(grid, heads, body, chosen)
    return [(column, _vote_column(grid, heads, body, column)) for column in chosen]


def _of_counts(grid: Grid, body: list[int], column: int) -> bool:
    """Tell whether a column holds counts, be they few, and no words."""
    filled = [cell for row in body if (cell := grid.cells[row][column])]
    words = [cell for cell in filled if count_of(cell) is None and not is_ditto(cell)]
    return 2 * len(words) <= len(filled) or max(map(len, words)) <= 3


def _votes_leaf(head: ColumnHead) -> bool:
    return head.role in ("candidate", "nota")


def _one_a_group(grid: Grid, heads: list[ColumnHead], body: list[int], chosen: list[int]) -> list[int]:
    """Of neighbouring columns under one name (serial, party, votes) keep the one that holds the votes."""
    out: list[int] = []
    runs: list[list[int]] = []
    for column in chosen:
        name = heads[column].texts[:1] or (heads[column].group,)
        if (
            runs
            and runs[-1][-1] >= column - 2
            and (heads[runs[-1][-1]].texts[:1] or (heads[runs[-1][-1]].group,)) == name
        ):
            runs[-1].append(column)
        else:
            runs.append([column])
    for run in runs:
        if len(run) > 1 and not (heads[run[0]].role == "nota" and not heads[run[0]].texts and not heads[run[0]].group):
            own = [column for column in run if heads[column].role == "candidate"]
            pool = own if own else run
            spread = {
                column: len({grid.cells[row][column] for row in body if grid.cells[row][column]}) for column in pool
            }
            best = max(pool, key=lambda column: (spread[column] > 1, column))
            out.append(best)
        else:
            out.extend(run)
    return out


def _vote_column(grid: Grid, heads: list[ColumnHead], body: list[int], column: int) -> VoteColumn:
    head = heads[column]
    texts = list(head.texts)
    group = [
        other for other in range(max(0, column - 3), min(len(heads), column + 3))
        if other != column and texts and heads[other].texts[:1] == head.texts[:1]
    ]  # fmt: skip
    printed: Counter[str] = Counter()
    for other in group:
        for row in body:
            cell = grid.cells[row][other]
            if cell and count_of(cell) is None and not is_ditto(cell):
                printed[readable(cell)] += 1
    parties = [text for other in group for text in heads[other].texts[1:] if text not in texts]
    common, times = printed.most_common(1)[0] if printed else ("", 0)
    party = common if times >= 3 or not parties else parties[0]  # a heading may be broken where the rows are not
    nota = head.role == "nota"
    label = name_of(texts[0]) if texts else ("NOTA" if nota else "")
    if party and party.casefold() == label.casefold():
        party = parties[0] if parties else ""
    return VoteColumn("NOTA" if nota else label, party, tuple(texts), nota, serial_of(texts))


def _candidate_rows(grid: Grid, block: _Block, name: int, votes: int) -> SheetTable | None:
    """Read a sheet with one candidate a row: booth after booth, each with all its candidates."""
    heads = block.heads
    party = _column(heads, "party")
    station = _column(heads, "station_name")
    number = next(
        (
            place
            for role in ("booth_no", "serial")
            if (place := _column(heads, role)) is not None and place not in (name, votes)
        ),
        None,
    )
    kept: dict[Role, int] = {
        role: place for role in COUNTS
        if (place := _column(heads, role)) is not None and place not in (name, votes)
    }  # fmt: skip
    columns: list[VoteColumn] = []
    places: dict[tuple[str, str], int] = {}
    rows: list[SheetRow] = []
    current: SheetRow | None = None
    seen: set[int] = set()
    for row in block.rows:
        line = grid.cells[row]
        if is_column_numbers(line) or _is_heading(grid, row):
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
