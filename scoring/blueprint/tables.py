"""What a blueprint reads: the tables as they were known, cut to what is needed and sorted by seat once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from khaka.data.store import TELLS_STATE, TableStore
from khaka.features.cutoff import KnownTables
from khaka.features.source import FrameSource, family

MOST_ELECTIONS: Final = 6
"""Elections in the history strip."""

_OWN_ONLY: Final = ("aspirants", "ratings", "surveys", "stage_names", "assignments", "booth_team")


class BySeat:
    """A frame whose rows of one seat are found at once.

    Parameters
    ----------
    frame : DataFrame
        Any rows.
    key : str
        Column with the seat.
    """

    def __init__(self, frame: pd.DataFrame, key: str = "seat_id") -> None:
        order = frame[key].astype("object").fillna("").to_numpy(dtype=object)
        rows = np.argsort(order, kind="stable")
        self.frame = frame.iloc[rows].reset_index(drop=True)
        names, starts = np.unique(order[rows], return_index=True) if len(rows) else (np.array([]), np.array([]))
        stops = np.append(starts[1:], len(rows))
        self._span = {
            str(name): (int(start), int(stop)) for name, start, stop in zip(names, starts, stops, strict=False)
        }

    def of(self, seat: str) -> pd.DataFrame:
        """Return the rows of a seat, in their order; none where it has none."""
        start, stop = self._span.get(seat, (0, 0))
        return self.frame.iloc[start:stop]

    def span(self, seat: str) -> tuple[int, int]:
        """Return a seat's first row and the row after its last; (0, 0) where it has none."""
        return self._span.get(seat, (0, 0))

    def records(self, seat: str) -> list[dict[str, Any]]:
        """Return the rows of a seat as dictionaries."""
        start, stop = self.span(seat)
        parts = [values[start:stop] for values in self._lists.values()]
        return [dict(zip(self._lists, row, strict=True)) for row in zip(*parts, strict=True)]

    @cached_property
    def _lists(self) -> dict[str, list[Any]]:
        # plain lists, made once: a slice of them is a hundred times cheaper than rows of a frame
        return {str(name): self.frame[name].tolist() for name in self.frame.columns}


class _Needed:
    """A source that reads only the elections that a blueprint shows."""

    def __init__(self, store: TableStore, election_id: str, shown: Iterable[str], booth_poll: str | None) -> None:
        self._store, self._own = store, election_id
        self._shown, self._booth_poll = set(shown), booth_poll
        self.presence = store.presence
        self.cache = store.cache

    def intact(self, table: str) -> list[Path] | None:
        """Return the files behind `read`, so that a state's activity never passes through Python."""
        found = self._store.intact(table)
        return None if found is None else [file for file in found if self._wanted(table, file.stem)]

    def _wanted(self, table: str, partition: str) -> bool:
        if table == "booth_votes":
            return partition in (self._own, self._booth_poll)
        return partition.startswith(family(self._own[:3])) or not TELLS_STATE.match(partition)

    def read(self, table: str) -> pd.DataFrame:
        if table in _OWN_ONLY and table != "assignments":
            return self._store.read(table, elections=[self._own])
        if table in ("booths", "booth_votes"):
            elections = {self._own, self._booth_poll} - {None}
            return self._store.read(table, elections=[name for name in elections if name])
        if table in ("nominees", "seat_elections"):
            return self._store.read(table, elections=self._shown | {self._own})
        return self._store.read(table, states=None if table == "elections" else family(self._own[:3]))


class Tables:
    """The tables of one election as of a date.

    Parameters
    ----------
    store : TableStore
        The workspace's tables.
    election_id : str
        The coming election.
    as_of : datetime.date
        Known up to the end of this day, IST.
    """

    def __init__(self, store: TableStore, election_id: str, as_of: dt.date) -> None:
        self.election_id, self.as_of = election_id, as_of
        elections = FrameSource({"elections": store.read("elections")})
        past = KnownTables(elections, as_of=as_of, election_id=election_id).past
        rows = elections.read("elections")
        states = family(election_id[:3])
        rows = rows[rows["election_id"].isin(past) & rows["election_id"].astype("str").str.startswith(states)]
        rows = rows[rows["kind"].isin(["AE", "LS"])].sort_values(["poll_date", "election_id"])
        names = rows["election_id"].astype("str").tolist()
        with_results = {path.stem for path in store.files("nominees")}
        self.shown = [name for name in names if name in with_results][-2 * MOST_ELECTIONS :]
        with_booths = {path.stem for path in store.files("booth_votes")}
        booth_polls = [name for name in names if name in with_booths]
        self.booth_poll = booth_polls[-1] if booth_polls else None
        source = FrameSource(_Needed(store, election_id, self.shown, self.booth_poll))
        self.known = KnownTables(source, as_of=as_of, election_id=election_id)
        dates = rows.drop_duplicates("election_id").set_index("election_id")["poll_date"]
        self.poll_dates = {str(name): day_of(value) for name, value in dates.items()}
        self.kinds = dict(zip(names, rows["kind"].astype("str"), strict=True))

    def place(self, seats: pd.Series) -> pd.Series:
        """Return the place behind each seat_id."""
        return self.known.place(seats)

    def own(self, table: str) -> pd.DataFrame:
        """Return the coming election's rows of a table."""
        frame = self.known.frame(table)
        return frame[frame["election_id"] == self.election_id] if "election_id" in frame.columns else frame

    @cached_property
    def aspirants(self) -> BySeat:
        """Aspirants of the coming election."""
        return BySeat(self.own("aspirants"))

    @cached_property
    def seats(self) -> pd.DataFrame:
        """The state's seats by seat_id."""
        frame = self.known.frame("seats").copy()
        frame["seat_id"] = frame["seat_id"].astype("str")
        return frame.drop_duplicates("seat_id").set_index("seat_id", drop=False)


def first(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first of some rows, an empty one where there is none."""
    return rows[0] if rows else {}


def text(value: object) -> str | None:
    """Return a cell as text, None where it is blank."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    return str(value).strip() or None


def number(value: object) -> float | None:
    """Return a cell as a number, None where it is blank."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return float(value)  # type: ignore[arg-type]


def whole(value: object) -> int | None:
    """Return a cell as a whole number, None where it is blank."""
    found = number(value)
    return None if found is None else round(found)


def moment(value: object) -> dt.datetime | None:
    """Return a cell as a moment in UTC, None where it is blank."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return pd.Timestamp(value).to_pydatetime()  # type: ignore[arg-type]


def day_of(value: object) -> dt.date | None:
    """Return a cell as a day, None where it is blank."""
    found = moment(value)
    return None if found is None else found.date()
