from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import shapely

from khaka.data.errors import KhakaError
from khaka.data.quarantine import check_rows
from khaka.data.readers import booth_gps, booth_quality, booth_sheets, boundaries, demographics, form20
from khaka.data.readers.base import Options, Reading
from khaka.data.readers.sheet import open_sheet

SQUARE = [[[80.0, 26.0], [81.0, 26.0], [81.0, 27.0], [80.0, 27.0], [80.0, 26.0]]]
BOWTIE = [[[80.0, 26.0], [81.0, 27.0], [81.0, 26.0], [80.0, 27.0], [80.0, 26.0]]]


def _tables(reading: Reading) -> dict[str, pd.DataFrame]:
    out = {}
    for piece in reading.pieces:
        good, bad = check_rows(piece.table, piece.frame)
        assert not (bad["severity"] == "quarantined").any(), bad
        out[piece.table] = good
    return out


def test_a_parsed_booth_file_becomes_booths_and_votes_and_its_nota_goes_to_the_booth(tmp_path: Path) -> None:
    path = tmp_path / "up_vs2017_part.csv"
    path.write_text(
        "ac_no,booth_no,station_name,electors,female_votes,turnout,sum_cand_votes,row_sum_ok,votes_INC,votes_NOTA,votes_BJP\n"
        "7,1,SCHOOL,1000,300,600,600,True,200,10,390\n7,2,SCHOOL,1000,300,600,700,False,200,10,490\n"
    )
    sheet = open_sheet(path)
    assert booth_sheets.recognises(sheet)
    reading = booth_sheets.read(sheet, Options())
    tables = _tables(reading)
    assert tables["booths"][["election_id", "seat_id", "booth_no", "nota"]].to_numpy().tolist() == [
        ["S24-2017-AE", "S24-2008-7", "1", 10], ["S24-2017-AE", "S24-2008-7", "2", 10],
    ]  # fmt: skip
    assert sorted(tables["booth_votes"]["party"].unique()) == ["BJP", "INC"]
    assert tables["booth_votes"]["votes"].sum() == 200 + 390 + 200 + 490
    assert set(reading.faults["row"]) == {3}
    assert set(reading.faults["severity"]) == {"flagged"}


def test_the_election_comes_from_the_name_else_from_the_options_else_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "booths_somewhere.csv"
    path.write_text("ac_no,booth_no,votes_INC,votes_BJP\n7,1,2,3\n")
    with pytest.raises(KhakaError, match="--election"):
        booth_sheets.read(open_sheet(path), Options())
    reading = booth_sheets.read(open_sheet(path), Options(election="S10-2018-AE"))
    assert reading.pieces[1].frame["seat_id"].tolist() == ["S10-2008-7"]


@pytest.mark.real
def test_the_real_booth_files_keep_every_vote(real_data: Path) -> None:
    for name, election in (("up_ls2014_booths", "S24-2014-LS"), ("up_vs2017_booths", "S24-2017-AE")):
        path = real_data / f"booth/{name}.csv.gz"
        tables = _tables(booth_sheets.read(open_sheet(path), Options()))
        raw = pd.read_csv(path)
        votes = raw.filter(regex="^votes_(?!NOTA)")
        assert tables["booth_votes"]["votes"].sum() == votes.to_numpy().sum()
        assert tables["booths"]["nota"].sum() == raw["votes_NOTA"].sum()
        assert set(tables["booths"]["election_id"]) == {election}


@pytest.mark.real
def test_reports_of_quality_are_known_and_name_the_good_seats(real_data: Path) -> None:
    path = real_data / "booth/up_vs2017_parse_quality.csv"
    sheet = open_sheet(path)
    assert booth_quality.recognises(sheet)
    frame = _tables(booth_quality.read(sheet, Options()))["seat_elections"]
    assert frame["booth_good"].sum() == pd.read_csv(path)["good"].sum()


@pytest.mark.real
def test_census_shares_are_the_files_own_counts(real_data: Path) -> None:
    sheet = open_sheet(real_data / "demog/india-districts-census-2011.csv")
    frame = _tables(demographics.read(sheet, Options()))["demographics"].set_index(["unit_id", "measure"])["value"]
    assert frame["S09:KUPWARA", "sc_share"] == pytest.approx(1048 / 870354)
    assert frame["S09:KUPWARA", "literacy_rate"] == pytest.approx(439654 / 870354)
    assert frame["S09:KUPWARA", "urban_share"] == pytest.approx(23226 / 181664)
    assert frame.index.get_level_values("unit_id").nunique() == 640


@pytest.mark.real
def test_electors_by_age_and_constituencies_land_on_seats(real_data: Path) -> None:
    sheet = open_sheet(real_data / "demog/ac_electors_2014_by_sex_age18.csv")
    frame = _tables(demographics.read(sheet, Options()))["demographics"].set_index(["unit_id", "measure"])["value"]
    assert frame["S29-2008-1", "electors_18_19_share"] == pytest.approx((3925 + 2483 + 3) / (94996 + 92940 + 27))
    assert frame["S29-2008-1", "women_per_1000_men_electors"] == pytest.approx(978, abs=1)
    sheet = open_sheet(real_data / "demog/2008-constituencies.csv")
    seats = _tables(demographics.read(sheet, Options()))["seats"]
    assert (seats["state"] == "S24").sum() == 403
    assert seats["seat_id"].is_unique


@pytest.mark.real
def test_booth_coordinates_of_haryana_lie_in_india(real_data: Path) -> None:
    reading = booth_gps.read(open_sheet(real_data / "geo/haryana_booth_gps_2014_2021.csv"), Options())
    booths = reading.pieces[1].frame
    assert set(booths["election_id"]) == {"S07-2014-LS"}
    assert booths["lat"].dropna().between(6, 38).all()
    assert len(booths) > 16_000


def test_swapped_coordinates_are_set_right_and_far_ones_left_blank(tmp_path: Path) -> None:
    path = tmp_path / "haryana.csv"
    path.write_text(
        "ac_id_09,booth_id_14,latitude,longitude\n3,6,30.5,77.1\n3,7,77.1,30.5\n3,8,0.1,0.2\n3,,30.5,77.1\n"
    )
    reading = booth_gps.read(open_sheet(path), Options())
    booths = reading.pieces[1].frame
    assert booths["lat"].tolist()[:2] == [30.5, 30.5]
    assert booths["lat"].isna().tolist() == [False, False, True]
    assert sorted(reading.faults["row"]) == [3, 4]


def _map(path: Path, features: list[tuple[dict[str, object], object]], kind: str = "Polygon") -> Path:
    content = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": shape}}
            for properties, shape in features
        ],
    }
    path.write_text(json.dumps(content))
    return path


def test_a_map_without_crs_is_wgs84_and_its_state_code_is_the_census_code(tmp_path: Path) -> None:
    path = _map(tmp_path / "any.json", [({"ST_CODE": "09", "AC_NO": "7", "AC_NAME": "A"}, SQUARE)])
    assert boundaries.recognises(path)
    frame = _tables(boundaries.read(path, Options()))["boundaries"]
    assert frame["unit_id"].tolist() == ["S24-2008-7"]
    assert shapely.from_wkb(frame["geometry"].iloc[0]).bounds == (80, 26, 81, 27)


def test_a_ring_that_crosses_itself_is_mended_and_said(tmp_path: Path) -> None:
    path = _map(tmp_path / "uttarpradesh.json", [({"AC_NO": 7}, BOWTIE), ({"AC_NO": 9}, SQUARE)])
    reading = boundaries.read(path, Options())
    shape = shapely.from_wkb(reading.pieces[0].frame["geometry"].iloc[0])
    assert shape.is_valid
    assert shape.area == pytest.approx(0.5)
    assert "mended" in reading.faults["reason"].iloc[0]
    assert "no polygon for numbers 1, 2, 3, 4, 5, 6, 8" in reading.notes[0]


def test_maps_come_as_gpkg_and_shapefile_and_a_shapefile_without_crs_is_refused(tmp_path: Path) -> None:
    import geopandas

    plain = _map(tmp_path / "up.json", [({"seat_id": "S24-2008-7"}, SQUARE)])
    frame = geopandas.read_file(plain)
    frame.to_crs(32644).to_file(tmp_path / "a.gpkg")
    frame.to_file(tmp_path / "b.shp")
    (tmp_path / "c").mkdir()
    frame.to_file(tmp_path / "c" / "c.shp")
    (tmp_path / "c" / "c.prj").unlink()
    for path in (tmp_path / "a.gpkg", tmp_path / "b.shp"):
        assert boundaries.recognises(path)
        shape = shapely.from_wkb(_tables(boundaries.read(path, Options()))["boundaries"]["geometry"].iloc[0])
        assert shape.centroid.x == pytest.approx(80.5, abs=1e-6)
    with pytest.raises(KhakaError, match="no coordinate system"):
        boundaries.read(tmp_path / "c" / "c.shp", Options())


def test_districts_are_known_where_a_map_names_no_seats(tmp_path: Path) -> None:
    path = _map(tmp_path / "d.geojson", [({"DIST_NAME": "Sitapur", "ST_NAME": "Uttar Pradesh"}, SQUARE)])
    frame = boundaries.read(path, Options()).pieces[0].frame
    assert frame[["level", "unit_id"]].to_numpy().tolist() == [["district", "S24:SITAPUR"]]


def test_a_map_of_nothing_known_is_refused(tmp_path: Path) -> None:
    path = _map(tmp_path / "x.json", [({"colour": "red"}, SQUARE)])
    with pytest.raises(KhakaError, match="colour"):
        boundaries.read(path, Options())


@pytest.mark.real
def test_the_real_maps_join_their_seats_and_name_the_gaps(real_data: Path) -> None:
    reading = boundaries.read(real_data / "geo/uttarpradesh_AC.json", Options())
    assert set(reading.pieces[0].frame["unit_id"]) == {f"S24-2008-{number}" for number in range(1, 404)}
    assert "205, 206, 207, 208" in boundaries.read(real_data / "geo/madhyapradesh_AC.json", Options()).notes[0]


@pytest.mark.real
def test_form_20_sheets_are_known_by_their_content(real_data: Path) -> None:
    for path in sorted((real_data / "booth/raw_samples").iterdir()):
        known = form20.recognises_xml(path) if path.suffix == ".xml" else form20.recognises(open_sheet(path))
        assert known, path.name
