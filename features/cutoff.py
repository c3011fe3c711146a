"""What was known on a date: the only place that drops later rows.

Every feature reads its tables through `KnownTables`. An election's results count from its result date, activity from
the moment it was received, ratings from the moment they were given, a demographic figure from its year on. The list
of nominees of the election that is scored is a scenario's input: it stays, its results are blanked.

The as-of day counts to 24:00 IST.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from khaka.data.delimitation import place_of
from khaka.data.errors import KhakaError
from khaka.data.presence_settings import PresenceSettings
from khaka.data.schema import TABLES
from khaka.data.store import to_arrow
from khaka.features.engine import DuckEngine, Engine
from khaka.features.source import (
    FrameSource,
    Source,
    all_columns,
    cache_folder,
    engine_settings,
    left_out,
    stored_files,
    thresholds,
)  # fmt: skip

IST: Final = dt.timezone(dt.timedelta(hours=5, minutes=30), "IST")

#: Columns that tell a result. In the election that is scored they are blanked.
RESULT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "nominees": ("votes",),
    "seat_elections": ("electors", "votes_polled", "valid_votes", "nota", "postal_votes"),
    "booths": ("votes_polled", "votes_polled_female", "rejected", "nota"),
    "elections": ("result_date",),
    "aspirants": ("nominated", "decided_at", "status"),
}

#: The moment from which a row of a dated table is known.
KNOWN_FROM: Final[Mapping[str, str]] = {
    "ratings": "rated_at",
    "activity": "received_at",
    "surveys": "fielded_at",
    "stage_names": "recorded_at",
    "assignments": "issued_at",
    "booth_team": "recorded_at",
}

#: What is blanked of a booth that stays out of totals: its counts of votes; its counts of electors where those are in
#: doubt. Its rows of `booth_votes` are dropped.
SPOILT: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "booths": (RESULT_COLUMNS["booths"], ("electors", "electors_female")),
    "booth_votes": ((), ()),
}

_TIMELESS: Final = ("seats", "boundaries")

#: Tables about aspirants that stop at the party's decision in the seat: what is recorded afterwards is about the
#: chosen one, so that its mere presence would tell who that was.
_UNTIL_DECIDED: Final[Mapping[str, str]] = {
    "ratings": "aspirant_id", "surveys": "subject_id", "activity": "aspirant_id",
}  # fmt: skip


def _duck(source: object) -> DuckEngine:
    """Return DuckDB as the settings of a source want it; what it spills goes to the source's cache."""
    settings, cache = engine_settings(source), cache_folder(source)
    spill = None if cache is None else cache / "spill"
    return DuckEngine(memory_limit=settings.memory_limit, threads=settings.threads, spill=spill)


def _to_nobody(_: str) -> None:
    """Say nothing."""


def end_of_day(as_of: dt.date) -> pd.Timestamp:
    """Return the first moment that is too late: 24:00 IST of the as-of day, in UTC.

    Examples
    --------
    >>> end_of_day(dt.date(2017, 1, 1))
    Timestamp('2017-01-01 18:30:00+0000', tz='UTC')
    """
    midnight = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time(), tzinfo=IST)
    return pd.Timestamp(midnight).tz_convert("UTC")


class KnownTables:
    """The tables as they were known on a date, for one election that is scored.

    Parameters
    ----------
    source : Source
        The tables with everything in them.
    as_of : datetime.date
        Known up to the end of this day, IST.
    election_id : str
        The election that is scored. Its nominees and aspirants stay, its results are blanked.
    engine : Engine, optional
        Where SQL runs; DuckDB by default.
    tell : callable, optional
        Told what long work begins.

    Raises
    ------
    KhakaError
        The as-of date is on or after the election's own result date.
    """

    def __init__(
        self,
        source: Source,
        *,
        as_of: dt.date,
        election_id: str,
        engine: Engine | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        source = source.of_state(election_id[:3]) if isinstance(source, FrameSource) else source
        self._source = source
        self.as_of = as_of
        self.election_id = election_id
        elections = source.read("elections")
        counted = elections["result_date"].astype("datetime64[us]")
        own = elections["election_id"] == election_id
        self._past = frozenset(elections.loc[(counted <= pd.Timestamp(as_of)) & ~own, "election_id"].astype("str"))
        late = counted[own & (counted <= pd.Timestamp(as_of))]
        if len(late):
            raise KhakaError(
                f"the result of {election_id} was known on {late.iloc[0]:%Y-%m-%d}; "
                f"give an as-of date before it, not {as_of}"
            )
        self._frames: dict[str, pd.DataFrame] = {}
        self.engine = engine or _duck(source)
        self.tell = tell or _to_nobody
        self._registered: set[str] = set()

    @property
    def source(self) -> Source:
        """All tables of the state, uncut: for the cutting of another election's, which has a date of its own."""
        return self._source

    @property
    def presence(self) -> PresenceSettings:
        """Thresholds by which events of field work are judged."""
        return thresholds(self._source)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Booths of past elections whose votes stay out of totals: election_id, seat_id, booth_no, electors."""
        found = left_out(self._source)
        return found[found["election_id"].isin(self._past)].reset_index(drop=True)

    @property
    def past(self) -> frozenset[str]:
        """Elections whose results are known."""
        return self._past

    def frame(self, table: str) -> pd.DataFrame:
        """Return the rows of a table that were known, later cells blanked.

        Parameters
        ----------
        table : str
            Name of a canonical table.

        Returns
        -------
        DataFrame
            In the table's columns, indexed 0 to n-1. Kept: do not change it in place.
        """
        if table not in self._frames:
            self._frames[table] = self._cut(table, self._source.read(table))
        return self._frames[table]

    def sql(self, query: str, **frames: pd.DataFrame) -> pd.DataFrame:
        """Run a query on the known tables, each under its own name, and return the result.

        Only the tables that the query names are cut and registered, each once.

        Parameters
        ----------
        query : str
            One DuckDB query. Times are UTC.
        **frames : DataFrame
            Further tables for this query, under their keyword.

        Returns
        -------
        DataFrame
            The result.
        """
        for name in TABLES:
            if name not in self._registered and re.search(rf"\b{name}\b", query):
                self._register(name)
        for name, frame in frames.items():
            self.engine.put(name, frame)
        try:
            return self.engine.run(query)
        finally:
            for name in frames:
                self.engine.drop(name)

    def stream(self, query: str, *, rows: int = 100_000, **frames: pd.DataFrame) -> Iterator[pa.Table]:
        """Run a query like `sql` and give its result in tables of about `rows` rows, for results that are long."""
        for name in TABLES:
            if name not in self._registered and re.search(rf"\b{name}\b", query):
                self._register(name)
        for name, frame in frames.items():
            self.engine.put(name, frame)
        try:
            yield from self.engine.stream(query, rows)
        finally:
            for name in frames:
                self.engine.drop(name)

    def give_file(self, name: str, path: Path) -> None:
        """Give queries a further table: the rows of a Parquet file."""
        self.engine.put_files(name, [path], "SELECT * FROM files")

    def has(self, table: str) -> bool:
        """Tell whether any row of a table was known."""
        if table in self._frames or stored_files(self._source, table) is None:
            return not self.frame(table).empty
        return not self.sql(f"SELECT 1 AS one FROM {table} LIMIT 1").empty

    def _register(self, name: str) -> None:
        """Give the engine the rows of a table that were known: from its files where it can be, else from a frame."""
        self._registered.add(name)
        if name in self._frames or stored_files(self._source, name) is None:
            self.engine.put(name, to_arrow(TABLES[name], self.frame(name)))
            return
        files = self.files(name)
        if not files:
            self.engine.put(name, to_arrow(TABLES[name], pd.DataFrame()))
            return
        if name in _UNTIL_DECIDED:
            decided = self.decided.rename("decided_at").rename_axis("aspirant_id").reset_index()
            self.engine.put("decided", to_arrow(TABLES["aspirants"], decided))
        if name in SPOILT and len(self.left_out):
            self.engine.put("left_out", self.left_out)
        self.engine.put_files(name, files, self._select(name))

    def files(self, table: str) -> list[Path]:
        """Return the files of a long table that hold rows which may be known; none where it is a frame."""
        files = stored_files(self._source, table) or []
        if "election_id" not in TABLES[table].key:
            return files
        wanted = self._past if table == "booth_votes" else self._past | {self.election_id}
        return [file for file in files if file.stem in wanted]  # one file an election

    @property
    def cache(self) -> Path | None:
        """Folder for what can be made again; None where the long tables are no files."""
        if stored_files(self._source, "activity") is None:
            return None
        return cache_folder(self._source)

    def _select(self, name: str) -> str:
        """Return the query on a table's files that does what `_cut` does to its frame."""
        blanked = RESULT_COLUMNS.get(name, ())
        cells = ", ".join(
            f"CASE WHEN r.election_id <> '{self.election_id}' THEN r.{column.name} END AS {column.name}"
            if column.name in blanked
            else f"r.{column.name}"
            for column in TABLES[name].columns
        )
        query = f"SELECT {cells} FROM ({all_columns(name, self.files(name))}) r"
        if name in SPOILT and len(self.left_out):
            cells = ", ".join(_unless_spoilt(name, column.name) for column in TABLES[name].columns)
            query = (
                f"SELECT {cells} FROM ({query}) r LEFT JOIN left_out o ON o.election_id = r.election_id "
                "AND o.seat_id = r.seat_id AND o.booth_no = r.booth_no"
            )
            if name == "booth_votes":
                query += " WHERE o.booth_no IS NULL"
        if name in _UNTIL_DECIDED:
            query += f" LEFT JOIN decided d ON d.aspirant_id = r.{_UNTIL_DECIDED[name]}"
        if name in KNOWN_FROM:
            moment = f"r.{KNOWN_FROM[name]}"
            query += f" WHERE {moment} < CAST('{end_of_day(self.as_of).isoformat(sep=' ')}' AS TIMESTAMPTZ)"
            if name in _UNTIL_DECIDED:
                query += f" AND NOT coalesce({moment} > d.decided_at, FALSE)"
        return query

    def chosen(self) -> pd.DataFrame:
        """Return who was nominated of each seat's aspirants: election_id, seat_id, aspirant_id.

        Only to tell which aspirant a nominee is: the list of nominees is a scenario's input. Never a feature.
        """
        rows = self._source.read("aspirants")
        flag = rows["nominated"].astype("boolean").fillna(False).astype(bool)
        known = rows["election_id"].isin(self._past) | (rows["election_id"] == self.election_id)
        return rows.loc[flag & known, ["election_id", "seat_id", "aspirant_id"]].reset_index(drop=True)

    def place(self, seat_ids: pd.Series) -> pd.Series:
        """Return the key of the place behind each seat_id: the same for seat_ids that are one place."""
        known = self._places
        missing = [seat for seat in seat_ids.unique() if seat not in known]
        known.update({seat: place_of(seat) for seat in missing})
        return seat_ids.map(known)

    @cached_property
    def _places(self) -> dict[str, str]:
        return {}

    @cached_property
    def decided(self) -> pd.Series:
        """When the party decided in the seat of each aspirant, UTC; only those with a known moment."""
        rows = self._source.read("aspirants")
        rows = rows.dropna(subset=["aspirant_id", "decided_at"]).drop_duplicates("aspirant_id")
        return pd.to_datetime(rows["decided_at"], utc=True).set_axis(rows["aspirant_id"].astype("str"))

    def _cut(self, table: str, frame: pd.DataFrame) -> pd.DataFrame:
        if table in _TIMELESS or frame.empty:
            return frame.reset_index(drop=True)
        if table == "demographics":
            return frame[frame["year"].fillna(9999) <= self.as_of.year].reset_index(drop=True)
        keep = pd.Series(True, index=frame.index)
        if table in KNOWN_FROM:
            times = pd.to_datetime(frame[KNOWN_FROM[table]], utc=True)
            keep &= times < end_of_day(self.as_of)
            if table in _UNTIL_DECIDED and len(self.decided):
                keep &= ~(times > self.decided.reindex(frame[_UNTIL_DECIDED[table]]).set_axis(frame.index))
        if "election_id" in TABLES[table].key:
            past = frame["election_id"].isin(self._past)
            own = frame["election_id"] == self.election_id
            keep &= past if table == "booth_votes" else past | own
        cut = frame[keep].reset_index(drop=True)
        if table in RESULT_COLUMNS:
            own = cut["election_id"] == self.election_id
            for column in RESULT_COLUMNS[table]:
                if column in cut.columns:
                    cut[column] = cut[column].mask(own)
        return self._without_spoilt(table, cut) if table in SPOILT and len(self.left_out) else cut

    def _without_spoilt(self, table: str, cut: pd.DataFrame) -> pd.DataFrame:
        """Do to a frame what `_select` does to files for booths that stay out of totals."""
        keys = ["election_id", "seat_id", "booth_no"]
        places = pd.MultiIndex.from_frame(cut[keys].astype("str"))
        flagged = self.left_out
        spoilt = places.isin(pd.MultiIndex.from_frame(flagged[keys].astype("str")))
        if table == "booth_votes":
            return cut[~spoilt].reset_index(drop=True)
        electors = places.isin(pd.MultiIndex.from_frame(flagged.loc[flagged["electors"], keys].astype("str")))
        for names, rows in ((SPOILT[table][0], spoilt), (SPOILT[table][1], electors)):
            for name in cut.columns.intersection(list(names)):
                cut[name] = cut[name].mask(rows)
        return cut


def _unless_spoilt(table: str, column: str) -> str:
    """Return the SQL cell of a column, blank where a booth stays out of totals and the column is in doubt."""
    votes, electors = SPOILT[table]
    if column in votes:
        return f"CASE WHEN o.booth_no IS NULL THEN r.{column} END AS {column}"
    if column in electors:
        return f"CASE WHEN NOT coalesce(o.electors, FALSE) THEN r.{column} END AS {column}"
    return f"r.{column}"
