"""One sheet into the canonical tables, with its flags and a report of how its columns were matched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.election_dates import result_date
from khaka.data.errors import KhakaError
from khaka.data.flags.registry import find
from khaka.data.flags.table import CellFault, SeatFacts, make
from khaka.data.readers.base import Options, Piece, Reading, faults, join_faults
from khaka.data.readers.form20.cells import Grid, grid_of
from khaka.data.readers.form20.columns import ColumnMatch, Nominee, match_columns, sum_near
from khaka.data.readers.form20.layout import read_layout
from khaka.data.readers.form20.rows import (
    Counted,
    LostCell,
    booths_of,
    column_names,
    count,
    lost_faults,
    nota_of,
    votes_of,
    without_party,
)
from khaka.data.readers.form20.script import could_be_krutidev, from_krutidev, is_krutidev_sheet
from khaka.data.readers.form20.stream import read_stream
from khaka.data.readers.form20.table import SheetTable
from khaka.data.readers.form20.where import Where, where_of
from khaka.data.readers.sheet import Sheet

FORMAT: Final = "form20"
SURE: Final = 0.8


@dataclass(frozen=True)
class Official:
    """The official result of a seat, as far as the workspace knows it.

    Parameters
    ----------
    nominees : tuple of Nominee
        Empty where the result isn't known.
    nota : float
        Votes for none of the above; NaN unknown.
    valid : float
        Valid votes without NOTA; NaN unknown.
    """

    nominees: tuple[Nominee, ...] = ()
    nota: float = float("nan")
    valid: float = float("nan")


OfficialOf = Callable[[str, str], Official]


def recognises_xml(path: Path) -> bool:
    """Tell whether a file is an XML dump of a sheet's cells."""
    with path.open("rb") as handle:
        head = handle.read(4096).decode("utf-8", errors="ignore")
    return head.lstrip("\ufeff \r\n\t").startswith("<") and "<table" in head and "<cell" in head


def recognises_pdf(path: Path) -> bool:
    """Tell whether a file is a PDF."""
    with path.open("rb") as handle:
        return handle.read(5) == b"%PDF-"


def recognises(sheet: Sheet) -> bool:
    """Tell whether an opened table is a Form 20 sheet: a booth and candidates under headings of one or more rows."""
    return known_grid(sheet.path) is not None


def looks_like_sheet(table: SheetTable) -> bool:
    """Tell whether a table has what makes a result sheet: booths, candidates, and a count that only this form has."""
    booths = sum(row.kind == "booth" for row in table.rows)
    told = {role for row in table.rows[:50] for role in row.counts}
    marks = sum(column.nota for column in table.columns) + len(
        told & {"valid", "rejected", "tendered", "total", "polled"}
    )
    named = sum(bool(column.label or column.party) for column in table.columns if not column.nota)
    return booths >= 1 and named >= 1 and marks >= 1


def known_grid(path: Path) -> SheetTable | None:
    """Return the table of a file that is a Form 20 sheet, None for any other file."""
    try:
        table = _table(grid_of(path))
    except KhakaError:
        return None
    return table if table is not None and looks_like_sheet(table) else None


def _in_unicode(grid: Grid) -> Grid:
    """Return the grid with its Kruti Dev text converted, if the sheet is written in that font."""
    texts = {cell for row in grid.cells for cell in row if cell}
    if not is_krutidev_sheet(texts):
        return grid

    def turned(text: str) -> str:
        return from_krutidev(text) if could_be_krutidev(text) else text

    cells = [[turned(cell) for cell in row] for row in grid.cells]
    spread = [[turned(cell) for cell in row] for row in grid.spread]
    return replace(grid, cells=cells, spread=spread)


def _table(grid: Grid) -> SheetTable | None:
    grid = _in_unicode(grid)
    table = read_layout(grid)
    if table is None or sum(row.kind == "booth" for row in table.rows) < 2:
        streamed = read_stream(grid) if grid.boxes else None
        if streamed is not None:
            return streamed
    return table


def read(path: Path, options: Options | None = None, official_of: OfficialOf | None = None) -> Reading:
    """Read a Form 20 sheet.

    Parameters
    ----------
    path : Path
        CSV, XLSX, XML dump of cells, or PDF with a text layer.
    options : Options, optional
        Name election and seat where neither the sheet nor its name does.
    official_of : callable, optional
        Gives the official result of an election and a seat.

    Returns
    -------
    Reading
        elections, seat_elections (postal votes), booths, booth_votes; flags; notes on how the columns were matched.

    Raises
    ------
    KhakaError
        No sheet, a scan, or nothing tells election or seat.
    """
    table = _table(grid_of(path))
    if table is None:
        raise KhakaError(
            f"{path} is no Form 20 sheet that can be read: no row of booths under headings of candidates was found; "
            "give it as CSV or XLSX with its heading rows"
        )
    where = where_of(table.title, path, options or Options())
    official = official_of(where.election_id, where.seat_id) if official_of is not None else Official()
    counted = count(table)
    if not counted.rows:
        raise KhakaError(
            f"{path} has no row that is a booth for sure ({len(table.rows)} rows of votes, "
            f"{counted.account.votes_in:,} "
            "votes); number its booths in a column headed 'Booth No'"
        )
    names = column_names(table.columns)
    sums = [int(np.nansum(counted.votes[:, place])) for place in range(len(names))]
    matches = match_columns(table.columns, sums, official.nominees, year=where.year)
    nota, nota_places = nota_of(counted, table.columns)
    _drop_repeated_nota(counted, matches, nota_places, names)
    without_party(counted, matches, names)
    _remark(counted, matches, official, names, table)
    if where.unsure:
        counted.cells.append(CellFault("seat_unsure", 0, "", "seat_id", where.seat_id, where.unsure))
    keys = {"election_id": where.election_id, "seat_id": where.seat_id}
    booths = booths_of(counted, nota, keys)
    votes = votes_of(counted, matches, keys)
    counted.account.kept = int(votes["votes"].sum()) + int(np.nansum(nota))
    flags = _flags(path, where, counted, matches, nota, nota_places, official, names)
    flagged = [
        faults("booths" if booth else "seat_elections", str(column), part.set_index("row")["value"], str(reason))
        for (booth, column, reason), part in flags[flags["severity"] != "quarantined"].groupby(
            [flags["booth_no"] != "", "column", "reason"], sort=True
        )
    ]
    account = counted.account
    notes = [
        f"{path.name}: {len(booths):,} booths of {where.seat_id} in {where.election_id}, layout {table.layout}, "
        f"{account.kept:,} of {account.votes_in:,} votes kept, {account.quarantined:,} quarantined",
        *where.notes, *table.notes, *_match_notes(matches, official, where),
    ]  # fmt: skip
    pieces = [Piece("elections", _election(where), "fill")]
    postal = counted.totals.get("postal")
    if postal is not None and not np.isnan(postal).all():
        own = [place for place, match in enumerate(matches) if match.party != "NOTA"]
        frame = pd.DataFrame(
            {**{name: [value] for name, value in keys.items()}, "postal_votes": [int(np.nansum(postal[own]))]},
            index=[1],
        )
        pieces.append(Piece("seat_elections", frame, "fill"))
    pieces += [Piece("booths", booths)]
    if len(votes):
        pieces.append(Piece("booth_votes", votes))
    return Reading(
        FORMAT, tuple(pieces), join_faults([lost_faults(counted.lost), *flagged]), tuple(notes), flags, True,
        sum(match.party is None or (not official.nominees and match.party != "NOTA") for match in matches),
    )  # fmt: skip


def _election(where: Where) -> pd.DataFrame:
    kind = where.election_id.split("-")[2]
    return pd.DataFrame(
        {
            "election_id": [where.election_id], "state": [where.election_id[:3]],
            "kind": ["BYE" if kind.startswith("BYE") else kind[:2]],
            "result_date": [pd.Timestamp(result_date(where.election_id))],
        }, index=[1],
    )  # fmt: skip


def _drop_repeated_nota(counted: Counted, matches: list[ColumnMatch], chosen: list[int], names: list[str]) -> None:
    """Account for a column of NOTA that only repeats another: its votes stand on the sheet, and are not kept twice."""
    for place, match in enumerate(matches):
        if match.party != "NOTA" or place in chosen:
            continue
        reason = "repeats the other column for none of the above"
        for row, value in zip(counted.rows, counted.votes[:, place], strict=True):
            if value > 0:
                counted.lost.append(LostCell(row.row, names[place], f"{value:.0f}", reason))
        counted.account.quarantined += int(np.nansum(counted.votes[:, place]))


def _remark(
    counted: Counted, matches: list[ColumnMatch], official: Official, names: list[str], table: SheetTable
) -> None:
    """Add what the match of the columns tells of the sheet."""
    if not any(column.nota for column in table.columns):
        counted.cells.append(CellFault("nota_column_missing", 0, "", "NOTA"))
    if not official.nominees:
        return
    for place, match in enumerate(matches):
        if match.swapped_with:
            reason = (
                f"the heading says {match.swapped_with}, the votes are {match.nominee}'s "
                f"({match.votes:,} of {match.official:,.0f})"
            )
            counted.cells.append(CellFault("columns_swapped", 0, "", names[place], match.nominee, reason))
        for other in matches:
            if _each_others(match, other):
                reason = (
                    f"name and party of the heading are {match.nominee}'s ({match.official:,.0f} votes in the official "
                    f"result), the {match.votes:,} votes are {other.nominee}'s; they stay with the heading"
                )
                counted.cells.append(CellFault("columns_swapped", 0, "", names[place], match.nominee, reason))
        if match.party not in (None, "NOTA") and not match.nominee:
            counted.cells.append(CellFault("column_unmatched", 0, "", names[place], str(match.votes)))
    found = Counter(match.nominee for match in matches)
    for nominee in official.nominees:
        if found.get(nominee.name, 0) < 1 and nominee.votes != 0:
            counted.cells.append(CellFault("candidate_without_column", 0, "", nominee.name, nominee.party))


def _each_others(one: ColumnMatch, other: ColumnMatch) -> bool:
    """Tell whether the sums of two columns that were taken by their headings are each other's official votes."""
    if one is other or not one.nominee or not other.nominee or one.swapped_with or other.swapped_with:
        return False
    crossed = min(sum_near(one.votes, other.official), sum_near(other.votes, one.official))
    return crossed > 0.5 and max(sum_near(one.votes, one.official), sum_near(other.votes, other.official)) < 0.1


def _flags(
    path: Path, where: Where, counted: Counted, matches: list[ColumnMatch],
    nota: np.ndarray, nota_places: list[int], official: Official, names: list[str],
) -> pd.DataFrame:  # fmt: skip
    rows = pd.DataFrame(counted.counts)
    rows["election_id"], rows["seat_id"] = where.election_id, where.seat_id
    rows["booth_no"] = [row.booth_no for row in counted.rows]
    rows["station_name"] = [row.name or None for row in counted.rows]
    rows["nota"] = nota
    rows["row"] = [row.row for row in counted.rows]
    own = [place for place, match in enumerate(matches) if match.party != "NOTA"]
    votes = pd.DataFrame({names[place]: counted.votes[:, place] for place in own})

    def totals(kind: str) -> dict[str, float]:
        line = counted.totals.get(kind)
        if line is None:
            return {}
        out = {names[place]: float(line[place]) for place in own}
        if len(nota_places) == 1:
            out["nota"] = float(line[nota_places[0]])
        return out

    results = {names[place]: matches[place].official for place in own if matches[place].nominee}
    if not np.isnan(official.nota) and nota_places:
        results["nota"] = official.nota
    printed = (
        {**totals("grand_total")}
        if "postal" not in counted.totals and "total" not in counted.totals
        else totals("total")
    )
    facts = SeatFacts(
        printed_total=printed,
        grand_total=totals("grand_total") if "postal" in counted.totals else {},
        postal=totals("postal"),
        official=results,
        official_valid=official.valid,
        cells=tuple(counted.cells),
    )
    return find(make(rows, votes, {f"{where.election_id}|{where.seat_id}": facts}), file=path.name)


def _match_notes(matches: list[ColumnMatch], official: Official, where: Where) -> list[str]:
    """Say how the columns were matched, the unsure ones by name."""
    own = [match for match in matches if match.party != "NOTA"]
    if not official.nominees:
        lacking = [match.label for match in own if match.party is None]
        note = (
            f"the official result of {where.seat_id} in {where.election_id} is not in the workspace: "
            f"columns were taken by their labels alone ({len(own) - len(lacking)} of {len(own)} name a party)"
        )
        return [note + (f"; no party for {', '.join(lacking[:6])}" if lacking else "")]
    sure = [match for match in own if match.nominee and match.confidence >= SURE]
    notes = [
        f"{len(sure)} of {len(own)} columns matched to the official result with a confidence of {SURE:.1f} or more"
    ]
    for match in own:
        if match.nominee and match.confidence < SURE:
            notes.append(
                f"'{match.label}' ({match.votes:,} votes) is taken for {match.nominee} "
                f"({match.party}, {match.official:,.0f} "
                f"official votes), confidence {match.confidence:.2f} by {match.by or 'elimination'}"
            )
        elif not match.nominee:
            notes.append(f"'{match.label}' ({match.votes:,} votes) fits no candidate of the official result")
    return notes
