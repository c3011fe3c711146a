"""What every reader gives back, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.readers.sheet import Sheet

Severity = Literal["quarantined", "flagged"]

FAULT_COLUMNS: Final = ("table", "row", "column", "value", "reason", "severity")


@dataclass(frozen=True)
class Piece:
    """Rows of one canonical table, as one file gives them.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : DataFrame
        Columns of the table, as text or in their kinds; the index is the row in the file (header 1).
    mode : {"replace", "fill"}
        How the store shall take them.
    """

    table: str
    frame: pd.DataFrame
    mode: Literal["replace", "fill"] = "replace"


@dataclass(frozen=True)
class Reading:
    """All that a reader found in a file.

    Parameters
    ----------
    format : str
        Name of the format.
    pieces : tuple of Piece
        One or more tables.
    faults : DataFrame
        Columns table, row, column, value, reason, severity.
    notes : tuple of str
        One sentence each, for the report.
    flags : DataFrame or None
        Named faults of booths, as `khaka.data.flags.registry.find` gives them; None where none were looked for.
    whole_booths : bool
        The file gives all votes of each of its booths: a party that it doesn't name got none there.
    unmatched : int
        Columns of votes that wait for the seat's official result.
    """

    format: str
    pieces: tuple[Piece, ...] = ()
    faults: pd.DataFrame = field(default_factory=lambda: no_faults())
    notes: tuple[str, ...] = ()
    flags: pd.DataFrame | None = None
    whole_booths: bool = False
    unmatched: int = 0


@dataclass(frozen=True)
class Options:
    """What the user said about a file.

    Parameters
    ----------
    election, seat : str or None
        Used where neither the content nor the file's name tells.
    drop : tuple of str
        Columns that are never read.
    home : str or None
        ECI code of the workspace's own state, where nothing else tells the state.
    """

    election: str | None = None
    seat: str | None = None
    drop: tuple[str, ...] = ()
    home: str | None = None

    @property
    def state(self) -> str | None:
        """ECI code of the state that the options name."""
        given = self.election or self.seat
        return given[:3] if given else None


def no_faults() -> pd.DataFrame:
    """Return an empty table of faults."""
    return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in FAULT_COLUMNS})


def faults(table: str, column: str, values: pd.Series, reason: str, *, severity: Severity = "flagged") -> pd.DataFrame:
    """Return one fault per entry of `values`, whose index is the row in the file."""
    text = values.astype("str")
    return pd.DataFrame(
        {
            "table": table, "row": values.index.to_numpy(), "column": column, "value": text.to_numpy(),
            "reason": reason, "severity": severity,
        }
    ).astype({name: "str" for name in FAULT_COLUMNS if name != "row"})  # fmt: skip


def join_faults(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return several tables of faults as one."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else no_faults()


def need_columns(sheet: Sheet, columns: tuple[str, ...], what: str) -> None:
    """Refuse a file that lacks one of `columns`.

    Raises
    ------
    KhakaError
        Naming the file, the missing columns and those that are there.
    """
    missing = [name for name in columns if name not in sheet.header]
    if missing:
        raise KhakaError(
            f"{sheet.path} looks like {what} but has no column {', '.join(missing)}; "
            f"its columns are {', '.join(sheet.header[:30])}"
        )


def numbers(text: pd.Series) -> pd.Series:
    """Return a text column as numbers, unreadable values as blank."""
    return pd.to_numeric(text, errors="coerce").astype("float64")


def whole(text: pd.Series) -> pd.Series:
    """Return a text column as whole numbers (`Int64`), unreadable and broken values as blank."""
    value = numbers(text)
    return value.where(value % 1 == 0).astype("Int64")


def stem(path: Path) -> str:
    """Return a file's name without its endings."""
    return path.name.split(".")[0]
