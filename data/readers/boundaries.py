"""Boundary files: polygons of seats or districts from GeoJSON, GPKG, SHP and KML, as others publish them.

GeoJSON without a CRS is WGS84 (RFC 7946), KML always is; a shapefile without one is refused, since a guess may shift
every seat. `ST_CODE` in the common maps is the Census code.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from khaka.data.delimitation import current_seat_id
from khaka.data.errors import KhakaError
from khaka.data.readers.base import Options, Piece, Reading, faults, join_faults, stem, whole
from khaka.data.schema import SEAT_ID
from khaka.data.states import state_code, state_in_text, state_of_census
from khaka.data.voters import refuse_voters

if TYPE_CHECKING:
    import geopandas

FORMAT: Final = "boundaries"
WHAT: Final = "a boundary file"

ENDINGS: Final = (".geojson", ".json", ".gpkg", ".shp", ".kml")
SIDECARS: Final = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".shp.xml")

_NUMBER: Final = ("ac_no", "ac_code", "seat_no", "assembly_no", "constituency_no")
_NAME: Final = ("ac_name", "seat_name", "assembly_name", "constituency_name", "name")
_DISTRICT: Final = ("dist_name", "district", "dtname", "district_name", "dt_name")
_STATE_NAME: Final = ("st_name", "state_name", "state", "stname")
_STATE_CODE: Final = ("st_code", "state_code", "stcode11")


def recognises(path: Path) -> bool:
    """Tell whether a file is a map, by its first bytes."""
    with path.open("rb") as handle:
        head = handle.read(4096)
    if head.startswith((b"SQLite format 3\x00", b"\x00\x00\x27\x0a")):
        return True
    text = head.decode("utf-8", errors="ignore").lstrip("\ufeff \r\n\t")
    if text.startswith("{"):
        return '"FeatureCollection"' in text or '"Feature"' in text or '"features"' in text
    return text.startswith("<") and re.search(r"<kml[\s>]", text) is not None


def read(path: Path, options: Options) -> Reading:
    """Read a boundary file.

    Parameters
    ----------
    path : Path
        GeoJSON, GPKG, SHP or KML.
    options : Options
        Name the state where neither the content nor the file's name does.

    Returns
    -------
    Reading
        boundaries, WKB in WGS84. Invalid rings are mended and flagged; seats missing from the numbering are named.

    Raises
    ------
    KhakaError
        Damaged, no polygons, no CRS in a shapefile, no seat numbers and no district names, or no state.
    """
    map_ = _open(path)
    if map_.empty:
        raise KhakaError(f"{path} is a map without features; give one with a polygon a seat")
    told = pd.DataFrame(map_.drop(columns=[map_.geometry.name]))
    refuse_voters(path, told, [str(name) for name in told.columns])
    columns = {str(name).lower(): str(name) for name in told.columns}
    map_.index = pd.RangeIndex(2, 2 + len(map_))  # as if there were a header in row 1

    def column(names: tuple[str, ...]) -> str | None:
        return next((columns[name] for name in names if name in columns), None)

    found: list[pd.DataFrame] = []
    level, unit, name = "seat", None, column(_NAME)
    number = column(_NUMBER)
    if "seat_id" in columns:
        unit = map_[columns["seat_id"]].astype("str")
        unit = unit.where(unit.str.match(SEAT_ID).fillna(False).astype(bool))
    elif number is not None:
        values = whole(map_[number].astype("str"))
        states = _states(path, map_, column(_STATE_NAME), column(_STATE_CODE), options)
        unit = pd.Series(
            [
                current_seat_id(code, int(value))
                if isinstance(code, str) and not pd.isna(value) and value >= 1
                else None
                for code, value in zip(states, values, strict=True)
            ],
            index=map_.index,
            dtype="str",
        )
    elif (district := column(_DISTRICT)) is not None:
        level, name = "district", district
        states = _states(path, map_, column(_STATE_NAME), column(_STATE_CODE), options)
        unit = states + ":" + map_[district].astype("str").str.strip().str.upper()
    if unit is None:
        raise KhakaError(
            f"{path} is a map, but no column names seats or districts (AC_NO, seat_id, DIST_NAME); its columns are "
            f"{', '.join(columns.values()) or 'none'}"
        )
    unplaced = unit.isna()
    if unplaced.any():
        shown = map_[columns.get("seat_id") or number or name]
        found.append(faults("boundaries", "unit_id", shown[unplaced], "no seat or district", severity="quarantined"))
    map_, unit = map_[~unplaced], unit[~unplaced]
    geometry, more = _mended(map_)
    frame = pd.DataFrame(
        {
            "level": level, "unit_id": unit, "name": map_[name].astype("str").str.strip() if name else pd.NA,
            "source": path.name, "geometry": geometry,
        },
        index=map_.index,
    )  # fmt: skip
    frame, joined = _joined(frame[frame["geometry"].notna()])  # the others' fault is said already
    more = [*more, *joined]
    note = f"{path.name}: {len(frame)} {level} polygons{_gaps(unit) if level == 'seat' else ''}"
    return Reading(FORMAT, (Piece("boundaries", frame),), join_faults([*found, *more]), (note,))


def _open(path: Path) -> geopandas.GeoDataFrame:
    import geopandas
    import pyogrio.errors

    shape = path.suffix.lower() == ".shp"
    if path.suffix.lower() in (".json", ".geojson"):
        try:
            json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise KhakaError(f"{path} is no valid GeoJSON ({str(error)[:120]}); get the file again") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            map_ = geopandas.read_file(path, engine="pyogrio", on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError, ValueError) as error:
        reason = (str(error).splitlines() or ["damaged"])[0][:160]
        raise KhakaError(f"{path} cannot be read as a map ({reason}); get all its parts again") from None
    if not isinstance(map_, geopandas.GeoDataFrame) or map_.geometry.isna().all():
        raise KhakaError(f"{path} holds no shapes; give a map with a polygon a seat")
    if map_.crs is None:
        if shape:
            raise KhakaError(
                f"{path} has no coordinate system (.prj missing); add it, since a guess may shift every seat"
            )
        map_ = map_.set_crs(4326)
    return map_.to_crs(4326)


def _states(
    path: Path, map_: geopandas.GeoDataFrame, name: str | None, code: str | None, options: Options
) -> pd.Series:
    state = pd.Series(pd.NA, index=map_.index, dtype="str")
    if name is not None:
        state = (
            map_[name].astype("str").map(lambda text: state_code(text) if isinstance(text, str) else None).astype("str")
        )
    if code is not None:
        values = map_[code].astype("str")
        own = values.map(lambda text: state_of_census(text) if isinstance(text, str) else None).astype("str")
        eci = values.map(lambda text: state_code(text) if isinstance(text, str) else None).astype("str")
        state = state.fillna(own).fillna(eci)
    if state.isna().all():
        known = state_in_text(stem(path)) or options.state
        if known is None:
            raise KhakaError(
                f"{path} is a map, but nothing tells its state; add --seat S24-2008-1 or name the file after it"
            )
        state = state.fillna(known)
    return state


def _mended(map_: geopandas.GeoDataFrame) -> tuple[pd.Series, list[pd.DataFrame]]:
    import shapely

    shapes = map_.geometry
    found: list[pd.DataFrame] = []
    label = pd.Series(map_.geometry.geom_type.astype("str"), index=map_.index)
    there = pd.Series(~shapely.is_missing(shapes.to_numpy()), index=shapes.index)
    far = there & ~_on_earth(shapes)
    if far.any():
        reason = "not in degrees: outside longitude -180 to 180, latitude -90 to 90"
        found.append(faults("boundaries", "geometry", label[far], reason, severity="quarantined"))
        shapes = shapes.where(~far, None)
    bad = there & ~far & ~shapes.is_valid
    if bad.any():
        found.append(faults("boundaries", "geometry", label[bad], "a ring crosses itself; mended"))
        shapes = shapes.where(~bad, shapes.make_valid())
    polygons = shapes.map(_polygons)
    empty = polygons.isna() & ~far
    mixed = ~polygons.isna() & (shapes.geom_type == "GeometryCollection") & ~bad
    if mixed.any():
        found.append(faults("boundaries", "geometry", label[mixed], "lines or points beside the polygons; left out"))
    if empty.any():
        found.append(faults("boundaries", "geometry", label[empty], "no polygon", severity="quarantined"))
    wkb = [None if shape is None else shapely.to_wkb(shape) for shape in polygons]
    return pd.Series(wkb, index=map_.index, dtype="object"), found


def _on_earth(shapes: geopandas.GeoSeries) -> pd.Series:
    """Tell which shapes lie inside the degrees that there are; a shape without points does."""
    edges = shapes.bounds
    inside = edges["minx"].ge(-180) & edges["maxx"].le(180) & edges["miny"].ge(-90) & edges["maxy"].le(90)
    found: pd.Series = inside | edges.isna().all(axis=1)
    return found


def _joined(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Join the shapes of a unit drawn in several rows under one name; other names stay apart, for quarantine."""
    import shapely

    names = frame.groupby("unit_id")["name"].transform("nunique")
    several = frame["unit_id"].duplicated(keep=False) & (names <= 1) & frame["geometry"].notna()
    if not several.any():
        return frame, []
    again = several & frame["unit_id"].where(several).duplicated()
    found = faults("boundaries", "unit_id", frame.loc[again, "unit_id"], "drawn in several shapes; joined")
    whole = {
        unit: shapely.to_wkb(shapely.union_all(shapely.from_wkb(rows.to_numpy(dtype=object))))
        for unit, rows in frame.loc[several, "geometry"].groupby(frame["unit_id"])
    }
    first = several & ~again
    frame = frame.copy()
    frame.loc[first, "geometry"] = pd.Series([whole[unit] for unit in frame.loc[first, "unit_id"]],
                                             index=frame.index[first], dtype="object")  # fmt: skip
    return frame[~again], [found]


def _polygons(shape: object) -> object:
    """Return the polygons of a shape, None where it has none (mending may leave lines and points)."""
    import shapely
    from shapely.geometry import MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry

    if not isinstance(shape, BaseGeometry) or shape.is_empty:
        return None
    if isinstance(shape, (Polygon, MultiPolygon)):
        return shapely.force_2d(shape)
    parts = [part for part in shapely.get_parts(shape, return_index=False) if isinstance(part, (Polygon, MultiPolygon))]
    return shapely.force_2d(shapely.union_all(parts)) if parts else None


def _gaps(unit: pd.Series) -> str:
    numbers = sorted({int(value.split("-")[2]) for value in unit})
    missing = sorted(set(range(1, numbers[-1] + 1)) - set(numbers)) if numbers else []
    if not missing:
        return ""
    shown = ", ".join(map(str, missing[:10])) + (" and more" if len(missing) > 10 else "")
    return f"; no polygon for numbers {shown}"
