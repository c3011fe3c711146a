"""The job behind `khaka places`: what is wrong with maps and coordinates, and figures brought to the seats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from khaka.app.jobs import Progress, silent
from khaka.data.places.coordinates import FAULTS
from khaka.data.places.estimates import seat_estimates
from khaka.data.places.report import MapFault, coordinate_report, map_faults
from khaka.data.store import WriteReport
from khaka.data.workspace import Workspace


@dataclass(frozen=True)
class PlacesDone:
    """What was found and written.

    Parameters
    ----------
    maps : list of MapFault
        Faults of the maps.
    coordinates : DataFrame
        As `khaka.data.places.report.coordinate_report`.
    estimates : DataFrame or None
        One row a measure: measure, year, source, seats, median_error; None where nothing was asked for.
    written : WriteReport or None
        What became of the estimates.
    """

    maps: list[MapFault]
    coordinates: pd.DataFrame
    estimates: pd.DataFrame | None
    written: WriteReport | None

    def to_dict(self) -> dict[str, Any]:
        """Return everything for `--json`."""
        return {
            "maps": [fault.to_dict() for fault in self.maps],
            "coordinates": self.coordinates.to_dict("records"),
            "estimates": None if self.estimates is None else self.estimates.to_dict("records"),
            "inserted": 0 if self.written is None else self.written.inserted,
            "replaced": 0 if self.written is None else self.written.replaced,
        }

    def to_text(self) -> str:
        """Return the lines for a terminal."""
        lines = ["Maps"]
        for fault in self.maps:
            lines.append(f"  {fault.state} {fault.fault}: {fault.units:,} ({', '.join(fault.examples[:5])})")
        lines += [] if self.maps else ["  nothing found"]
        lines += ["", "Coordinates of booths"]
        for row in self.coordinates.to_dict("records"):
            found = [f"{row[name]:,} {text}" for name, text in FAULTS.items() if row[name]]
            lines.append(
                f"  {row['election_id']:<16}{row['located']:>8,} located; {'; '.join(found) or 'nothing found'}"
            )
        lines += [] if len(self.coordinates) else ["  no booth has coordinates"]
        if self.estimates is None or self.written is None:
            return "\n".join([*lines, "", "With --estimate, district figures are brought to the seats by the map."])
        lines += ["", "Brought from districts to seats (estimates, with the middle of their standard errors)"]
        for row in self.estimates.to_dict("records"):
            error = f"{row['median_error']:.4g}" if pd.notna(row["median_error"]) else "not known"
            lines.append(f"  {row['measure']:<34}{row['year']:>6}{row['seats']:>6,} seats   standard error {error}")
        lines += [] if len(self.estimates) else ["  nothing: every seat has a figure of its own for each measure"]
        lines.append(f"  {self.written.inserted:,} new in demographics, {self.written.replaced:,} changed")
        return "\n".join(lines)


def places_job(workspace: Workspace, *, estimate: bool, progress: Progress = silent) -> PlacesDone:
    """Check the places of a workspace.

    Parameters
    ----------
    workspace : Workspace
        Whose tables.
    estimate : bool
        Bring district figures of the configured state to its seats.
    progress : callable
        Told each step.

    Returns
    -------
    PlacesDone
        What was found and written.
    """
    store, state = workspace.store, workspace.settings.party.state
    boundaries, seats = store.read("boundaries"), store.read("seats")
    contested = store.read("nominees", columns=["election_id", "seat_id"])
    booths = store.read("booths", columns=["election_id", "seat_id", "booth_no", "lat", "lon"])
    maps = map_faults(boundaries, seats=seats, contested=contested, booths=booths)
    progress("maps")
    coordinates = coordinate_report(booths, boundaries)
    progress("coordinates")
    if not estimate:
        return PlacesDone(maps, coordinates, None, None)
    found = seat_estimates(
        store.read("demographics"), boundaries=boundaries, seats=seats, seat_elections=store.read("seat_elections"),
        state=state,
    )  # fmt: skip
    progress("figures of districts")
    written = store.write("demographics", found) if len(found) else WriteReport("demographics", 0, 0, 0, pd.DataFrame())
    by = found.groupby(["measure", "year", "source"], sort=True)
    table = by.agg(seats=("unit_id", "nunique"), median_error=("standard_error", "median")).reset_index()
    return PlacesDone(maps, coordinates, table, written)
