"""Seats and booths as a GeoPackage for QGIS: aggregates of booths and the seat's own row, nothing about a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from khaka.data.durable import durable_path
from khaka.data.errors import KhakaError
from khaka.scoring.blueprint import StateBlueprint
from khaka.scoring.dossier.frames import seat_row
from khaka.scoring.reasons.catalogue import Language

_NOT_ON_MAPS = ("first_name",)


def write_geopackage(
    path: Path, state: StateBlueprint, seats: Sequence[str], boundaries: pd.DataFrame, language: Language, *,
    mark: str = "",
) -> dict[str, int]:  # fmt: skip
    """Write the layers `seats` (polygons where known) and `booths` (points with a known place).

    Parameters
    ----------
    path : Path
        The file.
    state : StateBlueprint
        Holds the seats.
    seats : sequence of str
        seat_ids.
    boundaries : DataFrame
        The table `boundaries`.
    language : str
        Of the words.
    mark : str
        Who made this copy and when: it stands in every row.

    Returns
    -------
    dict of str to int
        Rows by layer.

    Raises
    ------
    KhakaError
        There is neither a boundary nor a booth with a place.
    """
    import geopandas as gpd
    import pyogrio

    shapes = boundaries[boundaries["level"] == "seat"].drop_duplicates("unit_id").set_index("unit_id")["geometry"]
    rows = [seat_row(state.seat(seat), language) for seat in seats]
    frame = pd.DataFrame([{name: value for name, value in row.items() if name not in _NOT_ON_MAPS} for row in rows])
    frame = frame[frame["seat_id"].isin(shapes.index)]
    booths = [state.seat(seat).booths.assign(seat_id=seat) for seat in seats]
    points = pd.concat(booths, ignore_index=True) if booths else pd.DataFrame()
    points = points.dropna(subset=["lat", "lon"]) if len(points) else points
    if frame.empty and points.empty:
        raise KhakaError("no boundary and no place of a booth is known here; there is nothing to put on a map")
    if mark:
        frame, points = frame.assign(copy_made_by=mark), points.assign(copy_made_by=mark)
    # without it the file would carry the time of writing
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{state.as_of.isoformat()}T00:00:00.000Z"})
    try:
        with durable_path(path) as temporary:
            target = temporary.with_suffix(".gpkg")
            if len(frame):
                polygons = gpd.GeoSeries.from_wkb(shapes.loc[frame["seat_id"]].to_numpy(), crs="EPSG:4326")
                layer = gpd.GeoDataFrame(frame.reset_index(drop=True), geometry=polygons)
                layer.to_file(target, layer="seats", driver="GPKG")
            if len(points):
                plain = points.astype({"presence": "str", "leading_party": "str"}).reset_index(drop=True)
                places = gpd.points_from_xy(plain["lon"], plain["lat"], crs="EPSG:4326")
                gpd.GeoDataFrame(plain, geometry=places).to_file(target, layer="booths", driver="GPKG")
            target.replace(temporary)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return {"seats": len(frame), "booths": len(points)}
