"""A sheet that was understood: its columns of votes and its rows, and how booths are numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from khaka.data.readers.form20.script import (
    Role,
    latin_digits,
)

RowKind = Literal["booth", "total", "page_total", "grand_total", "postal", "unnumbered"]
LayoutKind = Literal["standard", "transposed", "candidate rows", "text"]

#: Columns of counts that are kept beside the votes.
COUNTS: Final[tuple[Role, ...]] = (
    "electors", "electors_male", "electors_female", "electors_other", "polled", "polled_male", "polled_female",
    "polled_other", "tendered", "test", "valid", "rejected", "total",
)  # fmt: skip
_BOOTH: Final = re.compile(
    r"^(?:\d{1,3}\s*/\s*)?0*(\d{1,5})(?:\.0)?\s*([-/ ]?\s*\(?\s*[A-Za-z\u0905-\u0939]{0,2}\s*\)?"
    r"(?:\s?\([A-Za-z]\))?)\.?$"
)
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
    >>> [booth_number(text) for text in ("007", "12A", "12 (A)", "१२", "12.0", "163/45", "7W", "12क", "4A(W)")]
    ['7', '12A', '12A', '12', '12', '45', '7W', '12A', '4AW']
    >>> booth_number("Total") is None and booth_number("0") is None
    True
    """
    match = _BOOTH.match(latin_digits(text).strip())
    if match is None or int(match[1]) == 0:
        return None
    suffix = re.sub(r"[^A-Za-z\u0905-\u0939]", "", match[2])
    return f"{int(match[1])}{suffix.translate(_LETTERS).upper()}"
