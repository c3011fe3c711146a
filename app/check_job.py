"""The job behind `khaka check`: the report, and its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from khaka.app.jobs import Progress, silent
from khaka.data.check import DataReport, data_report
from khaka.data.coverage import coverage
from khaka.data.durable import read_parquet
from khaka.data.flags.store import flag_summary
from khaka.data.lineage import FILE as LINEAGE_FILE
from khaka.data.places.polygons import Map, map_of
from khaka.data.states import state_name
from khaka.data.workspace import Workspace


@dataclass(frozen=True)
class CheckDone:
    """The report, and where its pictures lie."""

    report: DataReport
    pictures: tuple[Path, ...]


def check_job(workspace: Workspace, *, pictures: Path | None, progress: Progress = silent) -> CheckDone:
    """Look through a workspace and draw what was found about the configured state.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    pictures : Path or None
        Folder of the pictures; None draws none.
    progress : callable
        Told each step.

    Returns
    -------
    CheckDone
        A picture is only drawn where there is something to show.
    """
    state = workspace.settings.party.state
    progress("tables, booths followed through time")
    report = data_report(store=workspace.store, workspace_root=workspace.root, state=state)
    if pictures is None:
        return CheckDone(report, ())
    return CheckDone(report, tuple(_drawn(workspace, report, pictures, progress)))


def _drawn(workspace: Workspace, report: DataReport, folder: Path, progress: Progress) -> list[Path]:
    from khaka.app.check_plots import plot_coordinates, plot_coverage, plot_flags, plot_lineage

    state, store = workspace.settings.party.state, workspace.store
    folder.mkdir(parents=True, exist_ok=True)
    lineage: pd.DataFrame = read_parquet(workspace.root / LINEAGE_FILE).to_pandas()
    lineage = lineage[lineage["to_election"].astype("str").str.startswith(state)]
    cover = coverage(store, state, lineage)
    units = _units(store.read("boundaries"), state, cover.index)
    paths: list[Path] = []
    if len(cover):
        paths.append(plot_coverage(cover, folder / "coverage.png", units=units, state=state_name(state) or state))
        progress("coverage drawn")
    if len(lineage):
        paths.append(plot_lineage(lineage, folder / "lineage.png", units=units))
        progress("lineage drawn")
    flags = flag_summary(workspace.root)
    flags = flags[flags["election_id"].astype("str").str.startswith(state)]
    if len(flags):
        own = report.elections[report.elections["state"] == state]
        paths.append(plot_flags(flags, folder / "flags.png", booths=int(own["booths"].sum())))
        progress("flags drawn")
    held = report.coordinates[report.coordinates["election_id"].astype("str").str.startswith(state)]
    if len(held):
        newest = max(held["election_id"].astype("str"), key=lambda name: (name[4:8], name))
        booths = store.read("booths", columns=["election_id", "seat_id", "lat", "lon"], elections=[newest])
        paths.append(plot_coordinates(booths, folder / "coordinates.png", units=units))
        progress("coordinates drawn")
    return paths


def _units(boundaries: pd.DataFrame, state: str, seats: pd.Index) -> Map | None:
    """Return the polygons of the seats, None where there are none of this delimitation."""
    units = map_of(boundaries[boundaries["unit_id"].isin(seats)], state=state)
    return units if len(units) else None
