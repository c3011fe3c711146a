"""The feature table: one row per seat and person, each feature with its unit, source and date known.

A family is one module with `FEATURES` and `features(known, people)`; one line here adds it. A family whose source is
not there leaves its columns empty and says so: nothing stops the job. The longest family is begun first and asked for
last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from khaka.data.durable import write_json, write_parquet
from khaka.features.ahead import begun
from khaka.features.booth_lineage import lineage_lacks
from khaka.features.cutoff import KnownTables
from khaka.features.engine import Engine
from khaka.features.people import COLUMNS, Kind, people
from khaka.features.registry import FAMILIES, FeatureInfo
from khaka.features.source import FrameSource

FAMILY_MODULES: Final[tuple[str, ...]] = (
    "khaka.features.person",
    "khaka.features.fit",
    "khaka.features.demographics",
    "khaka.features.booths",
    "khaka.features.booth_swing",
    "khaka.features.presence",
    "khaka.features.ratings",
    "khaka.features.quality",
)
"""The families of the candidate layer, in the order of their columns."""

LONG: Final = "khaka.features.presence"
"""The family whose long part, `ahead(known, people)`, is worked out beside the others."""

SOURCES: Final[dict[str, str]] = {
    "demographics": "no published aggregates: demographics and community fit are empty",
    "booth_votes": "no booth results: the party's booth history is empty",
    "activity": "no field activity: presence is empty",
    "ratings": "no ratings of aspirants: judgements are empty",
    "surveys": "no surveys of aspirants: survey shares are empty",
}
"""What a table that has nothing known leaves empty, in words."""


@dataclass(frozen=True)
class FeatureTable:
    """The features of one election as of a date.

    Parameters
    ----------
    election_id : str
        The election.
    as_of : datetime.date
        Known up to the end of this day, IST.
    people : DataFrame
        One row per seat and person, in `khaka.features.people.COLUMNS`.
    values : DataFrame
        float64 features in a fixed order, in the rows of `people`; NaN where unknown.
    infos : dict of str to FeatureInfo
        What each column of `values` is.
    missing : tuple of str
        One sentence for each source that had nothing.
    """

    election_id: str
    as_of: dt.date
    people: pd.DataFrame
    values: pd.DataFrame
    infos: dict[str, FeatureInfo]
    missing: tuple[str, ...]

    def describe(self) -> pd.DataFrame:
        """Return one row per feature: name, family, unit, source, known (from when), share_known (0-1), doc."""
        rows = [
            {
                "name": info.name,
                "family": info.family,
                "unit": info.unit,
                "source": info.source,
                "known": info.known,
                "share_known": float(self.values[info.name].notna().mean()) if len(self.values) else 0.0,
                "doc": info.doc,
            }
            for info in self.infos.values()
        ]
        return pd.DataFrame(rows, columns=["name", "family", "unit", "source", "known", "share_known", "doc"])

    def to_parquet(self, path: Path) -> None:
        """Write people and features side by side, and `<name>.json` beside it with what each feature is.

        Parameters
        ----------
        path : Path
            The Parquet file. Both files are written durably; the same table gives the same bytes.
        """
        whole = pd.concat([self.people, self.values], axis=1)
        write_parquet(path, pa.Table.from_pandas(whole, preserve_index=False).replace_schema_metadata(None))
        notes: dict[str, Any] = {
            "election_id": self.election_id,
            "as_of": self.as_of.isoformat(),
            "rows": len(self.people),
            "missing": list(self.missing),
            "families": dict(FAMILIES),
            "features": [asdict(info) for info in self.infos.values()],
        }
        write_json(path.with_suffix(".json"), notes)


def feature_table(
    source: FrameSource,
    *,
    election_id: str,
    as_of: dt.date,
    party: str,
    kind: Kind,
    without: Sequence[str] = (),
    engine: Engine | None = None,
    progress: Callable[[str], None] | None = None,
) -> FeatureTable:
    """Build the feature table of one election.

    Parameters
    ----------
    source : FrameSource
        All tables; what was not yet known is cut off here.
    election_id : str
        The election that is scored or learned from.
    as_of : datetime.date
        Known up to the end of this day, IST.
    party : str
        Whose aspirants.
    kind : {"nominee", "aspirant"}
        Nominees of all parties, or aspirants of `party`.
    without : sequence of str
        Families to leave out, such as "fit": a ranking can be shown with and without it.
    engine : Engine, optional
        Where the SQL on long tables runs; DuckDB by default.
    progress : callable, optional
        Told what begins: each family, and long work inside one.

    Returns
    -------
    FeatureTable
        Rows sorted by seat and unit.

    Raises
    ------
    KhakaError
        The as-of date is on or after the election's result.
    """
    known = KnownTables(source, as_of=as_of, election_id=election_id, engine=engine, tell=progress)
    units = people(known, party=party, kind=kind)
    long = import_module(LONG)
    made: dict[ModuleType, pd.DataFrame] = {}
    with begun(known, long.ahead(known, units) if _asked_for(long, without) else None):
        # the other families are imported while it works
        modules = [module for module in map(import_module, FAMILY_MODULES) if _asked_for(module, without)]
        for module in sorted(modules, key=lambda module: module is long):  # it was begun first and is asked for last
            words = module.__name__.rpartition(".")[2].replace("_", " ")
            known.tell(f"{words} ({len(made) + 1} of {len(modules)} families of features)")
            made[module] = module.features(known, units)
    parts: list[pd.DataFrame] = []
    infos: dict[str, FeatureInfo] = {}
    for module in modules:
        part = made[module].drop(columns=[name for name, info in module.FEATURES.items() if info.family in without])
        for column in part.columns:
            if column in infos:
                raise ValueError(f"feature {column!r} comes from two families")
            infos[column] = module.FEATURES.get(column) or module.info(column)
        parts.append(part)
    values = pd.concat(parts, axis=1).astype("float64") if parts else pd.DataFrame(index=units.index)
    missing = _missing(known)
    if "booth_swing" in infos and lineage_lacks(known):
        missing += ("the lineage of the booths is not worked out: swing by booth is empty; run khaka check first",)
    return FeatureTable(election_id, as_of, units[list(COLUMNS)], _rounded(values), infos, missing)


def _asked_for(module: ModuleType, without: Sequence[str]) -> bool:
    """Tell whether any feature of a family's module is wanted; one that makes its features as it goes always is."""
    return not module.FEATURES or any(info.family not in without for info in module.FEATURES.values())


def _rounded(values: pd.DataFrame) -> pd.DataFrame:
    """Return the values to eight significant digits.

    A sum depends in its last bits on the order of the rows and on which thread was faster; a table that is written
    and hashed must not.
    """
    numbers = values.to_numpy(dtype="float64")
    filled = np.where(np.isfinite(numbers) & (np.abs(numbers) > 1e-12), numbers, 0.0)
    digits = 7 - np.floor(np.log10(np.where(filled == 0.0, 1.0, np.abs(filled))))
    scale = 10.0 ** np.abs(digits)
    rounded = np.where(digits >= 0, np.round(filled * scale) / scale, np.round(filled / scale) * scale)
    return pd.DataFrame(np.where(np.isfinite(numbers), rounded, np.nan), index=values.index, columns=values.columns)


def _missing(known: KnownTables) -> tuple[str, ...]:
    """Return a sentence for each source that has nothing about this election's people or seats."""
    sentences = []
    for table, sentence in SOURCES.items():
        if table in ("ratings", "surveys"):
            there = bool((known.frame(table)["election_id"] == known.election_id).any())
        else:
            there = known.has(table)
        if not there:
            sentences.append(f"{sentence} ({known.election_id} as of {known.as_of.isoformat()})")
    return tuple(sentences)
