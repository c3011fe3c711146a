"""Where features get their tables from: anything that gives a canonical table, read once, whole or of one state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import pandas as pd
import pyarrow.parquet as pq

from khaka.data.election_dates import result_date
from khaka.data.engine_settings import EngineSettings
from khaka.data.presence_settings import PresenceSettings
from khaka.data.schema import DTYPES, TABLES, Kind
from khaka.data.store import LEFT_OUT_COLUMNS, TELLS_STATE

#: Long tables: SQL reads their files and never a frame.
LONG: Final = ("activity", "assignments", "booth_team", "booth_votes", "booths")

DIVIDED: Final = (("S24", "S28"), ("S04", "S27"), ("S12", "S26"), ("S01", "S29"), ("S09", "U08", "U09"))
"""States that were one until 2000, 2014 or 2019: their earlier polls were counted together."""


class Source(Protocol):
    """Anything that gives a canonical table as a frame, such as `TableStore`."""

    def read(self, table: str) -> pd.DataFrame:
        """Return the table's rows, empty where there are none."""
        ...


@runtime_checkable
class Stored(Protocol):
    """A source whose tables lie in Parquet files, such as `TableStore`."""

    def intact(self, table: str) -> list[Path] | None:
        """Return a table's files, their content verified; None where it does not stand in files as it is."""
        ...


def stored_files(source: object, table: str) -> list[Path] | None:
    """Return the verified Parquet files of a long table; None where it has to be read as a frame.

    Parameters
    ----------
    source : object
        Any source; one that is not `Stored` has no files.
    table : str
        Name of a canonical table.

    Returns
    -------
    list of Path or None
        Sorted by name.
    """
    return source.intact(table) if table in LONG and isinstance(source, Stored) else None


_SQL_TYPES: Final[dict[Kind, str]] = {
    "text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "share": "DOUBLE", "date": "TIMESTAMP",
    "time": "TIMESTAMPTZ", "flag": "BOOLEAN", "geometry": "BLOB",
}  # fmt: skip


def all_columns(table: str, files: Sequence[Path]) -> str:
    """Return a query on `files` with every column of a table: files written before a column came don't have it.

    Parameters
    ----------
    table : str
        Name of a canonical table.
    files : sequence of Path
        Its Parquet files.

    Returns
    -------
    str
        What none of the files has is blank in each row.
    """
    names = set().union(*(pq.read_schema(path).names for path in files))
    missing = (column for column in TABLES[table].columns if column.name not in names)
    cells = "".join(f", CAST(NULL AS {_SQL_TYPES[column.kind]}) AS {column.name}" for column in missing)
    return f"SELECT *{cells} FROM files"


def engine_settings(source: object) -> EngineSettings:
    """Return where SQL on a source's tables runs; the usual place where it doesn't say."""
    found = getattr(source, "engine", None)
    return found if isinstance(found, EngineSettings) else EngineSettings()


def cache_folder(source: object) -> Path | None:
    """Return the folder for what can be made again, None where a source has none."""
    found = getattr(source, "cache", None)
    return found if isinstance(found, Path) else None


class Over:
    """A source laid over another one: where its tables are kept and its SQL runs is the other's affair."""

    _source: Source | Mapping[str, pd.DataFrame]

    @property
    def cache(self) -> Path | None:
        """Folder for what can be made again."""
        return cache_folder(self._source)

    @property
    def engine(self) -> EngineSettings:
        """Where SQL on these tables runs."""
        return engine_settings(self._source)


class FrameSource(Over):
    """A source that reads each table once and keeps it, so that many dates can be cut from it.

    Parameters
    ----------
    source : Source or mapping of str to DataFrame
        Where the tables come from.
    """

    def __init__(self, source: Source | Mapping[str, pd.DataFrame]) -> None:
        self._source = source
        self._frames: dict[str, pd.DataFrame] = {}
        self._states: dict[str, FrameSource] = {}

    def read(self, table: str) -> pd.DataFrame:
        """Return the table's rows; the same frame each time, not to be changed."""
        if table not in self._frames:
            if isinstance(self._source, Mapping):
                frame = _with_all_columns(table, self._source.get(table))
            else:
                frame = self._source.read(table)
            self._frames[table] = _dated(frame) if table == "elections" else frame
        return self._frames[table]

    def intact(self, table: str) -> list[Path] | None:
        """Return the table's verified Parquet files; None where its rows come from elsewhere."""
        return stored_files(self._source, table)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Booths whose votes stay out of totals."""
        return left_out(self._source)

    @property
    def presence(self) -> PresenceSettings:
        """How the events of field work are to be judged: as the tables say, else by the usual thresholds."""
        return thresholds(self._source)

    def of_state(self, state: str) -> FrameSource:
        """Return the source with the rows of one state, and of the states that it was one with, each table cut once.

        Parameters
        ----------
        state : str
            ECI code. Districts and booths of other states have nothing to say about its elections.

        Returns
        -------
        FrameSource
            Kept: asked again for the same state, it is the same.
        """
        if state not in self._states:
            self._states[state] = FrameSource(_OfState(self, family(state)))
        return self._states[state]


class _OfState(Over):
    """A source that keeps the rows of some states."""

    _source: FrameSource

    def __init__(self, source: FrameSource, states: tuple[str, ...]) -> None:
        self._source, self._states = source, states
        self.presence, self.left_out = source.presence, source.left_out

    def intact(self, table: str) -> list[Path] | None:
        files = stored_files(self._source, table)
        if files is None:
            return None
        # a file is named after its election or state; one that doesn't tell a state may be anyone's
        return [file for file in files if file.stem.startswith(self._states) or not TELLS_STATE.match(file.stem)]

    def read(self, table: str) -> pd.DataFrame:
        frame = self._source.read(table)
        names = (name for name in ("election_id", "seat_id", "unit_id") if name in frame.columns)
        place = next(names, None)
        if place is None or frame.empty:
            return frame
        name = frame[place].astype("str")
        # a row whose place doesn't tell a state may be anyone's
        near = name.str.startswith(self._states) | ~name.str.match(r"[SU]\d{2}[-:]").fillna(False)
        return frame if near.all() else frame[near]


def thresholds(source: object) -> PresenceSettings:
    """Return the thresholds of a source's events; the usual ones where it has none of its own."""
    found = getattr(source, "presence", None)
    return found if isinstance(found, PresenceSettings) else PresenceSettings()


def left_out(source: object) -> pd.DataFrame:
    """Return the booths of a source whose votes stay out of totals; none where it doesn't say."""
    found = getattr(source, "left_out", None)
    return found if isinstance(found, pd.DataFrame) else LEFT_OUT_COLUMNS.empty_table().to_pandas()


def family(state: str) -> tuple[str, ...]:
    """Return a state and those that it was one with until a division, sorted.

    Examples
    --------
    >>> family("S24"), family("S22")
    (('S24', 'S28'), ('S22',))
    """
    return next((group for group in DIVIDED if state in group), (state,))


def _dated(elections: pd.DataFrame) -> pd.DataFrame:
    """Return the elections with a day for every result: where it is unknown, the last on which it can have been.

    That is the last day of the poll's month, and without a poll date the rule of `election_dates`.
    """
    blank = elections["result_date"].isna()
    if not blank.any():
        return elections
    days = elections["result_date"].astype("datetime64[us]").copy()
    poll = pd.to_datetime(elections["poll_date"]) + pd.offsets.MonthEnd(0)
    rule = pd.Series(
        [
            pd.Timestamp(result_date(str(name))) if late else pd.NaT
            for name, late in zip(elections["election_id"], blank, strict=True)
        ],
        index=elections.index,
    )
    days[blank] = poll[blank].fillna(rule[blank]).astype("datetime64[us]")
    return elections.assign(result_date=days)


def _with_all_columns(table: str, frame: pd.DataFrame | None) -> pd.DataFrame:
    """Return the frame with the table's missing columns added, blank."""
    index = pd.RangeIndex(0) if frame is None else frame.index
    frame = pd.DataFrame(index=index) if frame is None else frame
    blank = {
        column.name: pd.Series(None, index=index, dtype=DTYPES[column.kind])
        for column in TABLES[table].columns
        if column.name not in frame.columns
    }
    return frame.assign(**blank) if blank else frame
