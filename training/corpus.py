"""What models learn from: past assembly elections, each as it stood on its own decision date, with its outcome.

The features of a past election depend on nothing that came later, so they are worked out once and kept in the
workspace's cache, under the hash of the tables and of the code that made them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

import khaka.data
import khaka.features
from khaka.data.durable import read_parquet, write_parquet
from khaka.data.errors import KhakaError
from khaka.data.store import TableStore
from khaka.features.cutoff import KnownTables
from khaka.features.decision import decision_date
from khaka.features.nominee_table import nominee_features
from khaka.features.source import FrameSource, Source
from khaka.training.prior_ridge import Floats

_INPUTS: Final = ("seats", "elections", "seat_elections", "nominees", "aspirants")


@dataclass(frozen=True)
class PastElection:
    """One past assembly election.

    Parameters
    ----------
    election_id : str
        Which.
    as_of : datetime.date
        What was known by this day is in the features.
    result_date : datetime.date
        From when its outcome may be learned from.
    rows : DataFrame
        As `nominee_features` gives them.
    shares : ndarray, shape (n,)
        Share of the seat's valid votes, 0 to 1; NaN where no votes are recorded.
    """

    election_id: str
    as_of: dt.date
    result_date: dt.date
    rows: pd.DataFrame
    shares: Floats


class Corpus:
    """Past assembly elections of a workspace, made when asked for.

    Parameters
    ----------
    store : TableStore or Source
        The tables.
    lead_days : int
        How long before a poll the choice is made, where the party recorded no date.
    history_years : int
        Elections older than this on the as-of date are not learned from: parties and maps were others.
    cache : Path, optional
        Folder in which features are kept between runs.
    """

    def __init__(
        self, store: TableStore | Source, *, lead_days: int, history_years: int = 30, cache: Path | None = None
    ) -> None:
        self.source = FrameSource(store)
        self._lead_days = lead_days
        self._history_years = history_years
        self._cache = cache
        self._made: dict[str, PastElection] = {}
        self._digest = ""
        if cache is not None and isinstance(store, TableStore):
            parts = [code_hash(), str(lead_days), *map(str, sorted(store.hashes(_INPUTS).items()))]
            self._digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def past(self, as_of: dt.date | None = None, *, since: pd.Timestamp | None = None) -> list[str]:
        """Return the assembly elections whose result was known by the end of a day, in order of time."""
        elections = self.source.read("elections")
        done = elections[(elections["kind"] == "AE") & elections["result_date"].notna()]
        if as_of is not None:
            done = done[done["result_date"] <= pd.Timestamp(as_of)]
        if since is not None:
            done = done[done["result_date"] > since]
        return done.sort_values(["result_date", "election_id"])["election_id"].astype("str").tolist()

    def election(self, election_id: str) -> PastElection:
        """Return one past election with its features and outcome."""
        if election_id not in self._made:
            self._made[election_id] = self._make(election_id)
        return self._made[election_id]

    def until(self, as_of: dt.date, *, progress: Callable[[str], None] | None = None) -> list[PastElection]:
        """Return all elections that may be learned from on a day.

        Raises
        ------
        KhakaError
            There is none.
        """
        names = self.past(as_of, since=pd.Timestamp(as_of) - pd.DateOffset(years=self._history_years))
        if not names:
            raise KhakaError(
                f"no assembly election with a result by {as_of} in this workspace: nothing to learn from; "
                "ingest earlier results (for example TCPD assembly files) or choose a later --as-of"
            )
        made = []
        for name in names:
            made.append(self.election(name))
            if progress is not None:
                progress(name)
        return made

    def _make(self, election_id: str) -> PastElection:
        as_of = decision_date(self.source, election_id, lead_days=self._lead_days)
        elections = self.source.read("elections")
        result = elections.loc[elections["election_id"] == election_id, "result_date"].iloc[0].date()
        rows = self._rows(election_id, as_of)
        return PastElection(election_id, as_of, result, rows, outcome(self.source, rows))

    def _rows(self, election_id: str, as_of: dt.date) -> pd.DataFrame:
        path = self._cache / f"{election_id}-{self._digest}.parquet" if self._cache and self._digest else None
        if path is not None and path.exists():
            try:
                return _frame(path)
            except KhakaError:
                path.unlink(missing_ok=True)  # a damaged cache is only a slower run
        rows = nominee_features(KnownTables(self.source, as_of=as_of, election_id=election_id), election_id)
        if path is not None:
            for stale in path.parent.glob(f"{election_id}-*.parquet"):
                stale.unlink(missing_ok=True)
            write_parquet(path, pa.Table.from_pandas(rows, preserve_index=False))
            rows = _frame(path)
        return rows


def _frame(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = read_parquet(path).to_pandas()
    return frame


def outcome(source: Source, rows: pd.DataFrame) -> Floats:
    """Return the share of the seat's valid votes of each nominee, 0 to 1, shape (n,); NaN where not recorded.

    NOTA is never in the sum.
    """
    nominees = source.read("nominees")
    elections = rows["election_id"].unique()
    votes = nominees.loc[nominees["election_id"].isin(elections), ["election_id", "seat_id", "nominee_id", "votes"]]
    number = votes["votes"].astype("float64")
    total = number.groupby([votes["election_id"], votes["seat_id"]]).transform("sum")
    shares = votes.assign(share=np.where(total > 0, number / total, np.nan))
    keys = ["election_id", "seat_id", "nominee_id"]
    joined = rows[keys].merge(shares[[*keys, "share"]], on=keys, how="left", validate="one_to_one")
    return joined["share"].to_numpy(dtype=float)


@cache
def code_hash() -> str:
    """Return a hash of the code that makes features, so that a cache never outlives it."""
    digest = hashlib.sha256()
    for package in (khaka.data, khaka.features):
        for folder in package.__path__:
            for path in sorted(Path(folder).glob("*.py")):
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
