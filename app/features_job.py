"""The feature table as a job: of an election's aspirants, or of its nominees; on DuckDB or on Spark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.features.engine import Engine
from khaka.features.people import Kind
from khaka.features.scenario import lineup
from khaka.features.source import FrameSource
from khaka.features.table import FeatureTable, feature_table

if TYPE_CHECKING:
    from khaka.features.engine_spark import SparkEngine


def features_job(
    workspace: Workspace,
    *,
    election_id: str,
    as_of: dt.date,
    out: Path | None,
    on_spark: bool = False,
    progress: Callable[[str], None] | None = None,
) -> tuple[Path, FeatureTable]:
    """Write the feature table of an election's aspirants, or of its nominees where there are no aspirants.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    election_id : str
        The election.
    as_of : datetime.date
        What was known by the end of this day.
    out : Path or None
        The Parquet file.
    on_spark : bool
        Run the SQL on the Spark of `khaka.toml`.
    progress : callable, optional
        Told what begins.

    Returns
    -------
    tuple of Path and FeatureTable
        Where it was written, and the table.

    Raises
    ------
    KhakaError
        Neither aspirants nor nominees are there.
    """
    engine = _spark(workspace) if on_spark else None
    try:
        table = features_of(workspace, election_id=election_id, as_of=as_of, engine=engine, progress=progress)
    finally:
        if engine is not None:
            engine.stop()
    path = out or workspace.results(election_id, as_of.isoformat()) / "features.parquet"
    table.to_parquet(path)
    return path, table


def features_of(
    workspace: Workspace,
    *,
    election_id: str,
    as_of: dt.date,
    kind: Kind | None = None,
    without: Sequence[str] = (),
    engine: Engine | None = None,
    progress: Callable[[str], None] | None = None,
) -> FeatureTable:
    """Return the feature table of an election's aspirants, or of its nominees where there are no aspirants.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    election_id : str
        The election.
    as_of : datetime.date
        What was known by the end of this day.
    kind : {"aspirant", "nominee"}, optional
        Only these.
    without : sequence of str
        Families to leave out.
    engine : Engine, optional
        Where the SQL on long tables runs; DuckDB by default.
    progress : callable, optional
        Told what begins.

    Returns
    -------
    FeatureTable
        The table.

    Raises
    ------
    KhakaError
        Neither aspirants nor nominees are there.
    """
    source = FrameSource(workspace.store)
    kinds: tuple[Kind, ...] = (kind,) if kind else ("aspirant", "nominee")
    found = next((kind for kind in kinds if (source.read(f"{kind}s")["election_id"] == election_id).any()), None)
    if found is None:
        wanted = " and no ".join(f"{kind}s" for kind in kinds)
        raise KhakaError(f"no {wanted} for {election_id!r} in this workspace; khaka check lists elections")
    line = lineup(source, election_id=election_id, party="", seats=[])
    return feature_table(
        FrameSource(line.source), election_id=election_id, as_of=as_of, party=workspace.settings.party.party,
        kind=found, without=without, engine=engine, progress=progress,
    )  # fmt: skip


def _spark(workspace: Workspace) -> SparkEngine:
    from khaka.features.engine_spark import SparkEngine

    settings = workspace.settings.engine
    if not settings.spark:
        raise KhakaError('no Spark is set; write [engine] spark = "local[2]" (or its address) into khaka.toml')
    return SparkEngine(settings.spark, here=workspace.store.folder, there=settings.spark_tables or None)
