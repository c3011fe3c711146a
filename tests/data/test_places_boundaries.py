"""Boundary files with a seat in several rows."""

from __future__ import annotations

import json
from pathlib import Path

import shapely

from khaka.data.readers.base import Options
from khaka.data.readers.boundaries import read


def drawn(path: Path, seats: list[tuple[int, float, str]]) -> Path:
    """Write a map of squares: number, western edge, name."""
    features = [
        {"type": "Feature", "properties": {"AC_NO": number, "ST_NAME": "UTTAR PRADESH", "AC_NAME": name},
         "geometry": json.loads(shapely.to_geojson(shapely.box(west, 27, west + 0.2, 27.2)))}
        for number, west, name in seats
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_seat_drawn_in_several_shapes_of_one_name_is_joined_and_reported(tmp_path: Path) -> None:
    path = drawn(tmp_path / "map.geojson", [(1, 80, "Behat"), (2, 81, "Nakur"), (2, 82, "Nakur"), (2, 82.2, "Nakur")])
    reading = read(path, Options())
    frame = reading.pieces[0].frame
    assert frame["unit_id"].tolist() == ["S24-2008-1", "S24-2008-2"]
    shape = shapely.from_wkb(frame["geometry"].iloc[1])
    assert shapely.get_num_geometries(shape) == 2
    assert abs(shape.area - 3 * 0.04) < 1e-9
    joined = reading.faults[reading.faults["reason"] == "drawn in several shapes; joined"]
    assert len(joined) == 2


def test_two_polygons_of_one_number_under_other_names_stay_apart_for_quarantine(tmp_path: Path) -> None:
    path = drawn(tmp_path / "map.geojson", [(1, 80, "Behat"), (2, 81, "Nakur"), (2, 82, "Deoband")])
    assert read(path, Options()).pieces[0].frame["unit_id"].tolist() == ["S24-2008-1", "S24-2008-2", "S24-2008-2"]
