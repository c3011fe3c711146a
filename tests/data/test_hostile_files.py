"""Files that are not what they seem: refused with a sentence, nothing left behind, the others read."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from khaka.data.ingest import UNFORESEEN, IngestReport, ingest
from khaka.data.quarantine import read_quarantine
from khaka.data.readers import unpacked
from khaka.data.store import TableStore

HEAD = "election_id,seat_id,booth_no,station_name,electors"
ROW = "S24-2022-AE,S24-2008-1,{},School,900"
SQUARE = [[[80.0, 26.0], [81.0, 26.0], [81.0, 27.0], [80.0, 27.0], [80.0, 26.0]]]


def csv(*lines: str, end: str = "\n") -> bytes:
    """Return a CSV of these lines."""
    return (end.join([HEAD, *lines]) + end).encode()


class Place:
    """A workspace's store and a folder to put files into."""

    def __init__(self, folder: Path) -> None:
        self.root, self.files = folder / "workspace", folder / "files"
        self.root.mkdir()
        self.files.mkdir()
        self.store = TableStore(self.root / "tables")

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(self, *paths: Path) -> IngestReport:
        report = ingest(list(paths), workspace_root=self.root, store=self.store)
        assert not any(UNFORESEEN in file.reason for file in report.refused), report.refused
        return report


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def workbook(path: Path, *sheets: list[list[str]], more: str = "") -> Path:
    """Write a workbook of text cells; `more` is put before the end of the first sheet's data."""
    space = "http://schemas.openxmlformats.org"
    office = f"{space}/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        parts = "".join(f'<Override PartName="/{name}" ContentType="{kind}.worksheet+xml"/>' for name in names)
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{space}/package/2006/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            f'PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}</Types>',
        )
        link = f'<Relationships xmlns="{space}/package/2006/relationships">'
        book.writestr(
            "_rels/.rels",
            f'{link}<Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, len(sheets) + 1))
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{space}/spreadsheetml/2006/main" xmlns:r="{office}">'
            f"<sheets>{listed}</sheets></workbook>",
        )
        targets = "".join(
            f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        book.writestr("xl/_rels/workbook.xml.rels", f"{link}{targets}</Relationships>")
        for number, (name, rows) in enumerate(zip(names, sheets, strict=True)):
            cells = "".join(
                "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
                for row in rows
            )
            tail = more if number == 0 else ""
            book.writestr(
                name,
                f'<worksheet xmlns="{space}/spreadsheetml/2006/main"><sheetData>{cells}{tail}</sheetData></worksheet>',
            )
    return path


BOOTHS = [HEAD.split(","), *[ROW.format(number).split(",") for number in range(1, 6)]]


def test_a_cell_in_the_far_corner_is_no_end_of_the_process(place: Place) -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    report = place.ingest(
        workbook(place.files / "booths.xlsx", BOOTHS, more=far), place.put("x.csv", csv(ROW.format(9)))
    )
    assert report.exit_code == 1
    assert "row 1,048,576, column 16,384" in report.refused[0].reason
    assert len(place.store.read("booths")) == 1


def test_a_place_that_is_written_in_riddles_is_refused(place: Place) -> None:
    riddle = '<row r="9"><c r="&#88;FD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    report = place.ingest(workbook(place.files / "booths.xlsx", BOOTHS, more=riddle))
    assert "which is no place" in report.refused[0].reason


def test_a_part_that_unpacks_to_more_than_a_table_holds_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked, "MOST_PART", 100_000)
    path = workbook(place.files / "booths.xlsx", BOOTHS, more=" " * 200_000)
    lying = path.read_bytes()
    with zipfile.ZipFile(path) as book:
        size = book.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(lying.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))  # what it says of itself
    report = place.ingest(path)
    assert "unpacks to more than" in report.refused[0].reason


def test_a_gzip_file_that_unpacks_to_a_multiple_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "FREE_BYTES", 1000)
    monkeypatch.setattr(unpacked, "MOST_RATIO", 20)
    report = place.ingest(place.put("booths.csv.gz", gzip.compress(csv(*[ROW.format(1)] * 20_000))))
    assert "20 times its size" in report.refused[0].reason
    assert place.store.read("booths").empty


def test_the_other_sheets_of_a_workbook_are_named_and_hide_no_voter(place: Place) -> None:
    plain = place.ingest(workbook(place.files / "booths.xlsx", BOOTHS, [["note"], ["seen"]]))
    assert plain.files[0].notes == ("only the first sheet was read, not s2",)
    roll = [["name", "card"], *[[f"N{n}", f"XYZ{n:07d}"] for n in range(30)]]
    report = place.ingest(workbook(place.files / "b.xlsx", BOOTHS, roll))
    assert "sheet 's2': column 'card' holds EPIC numbers" in report.refused[0].reason


@pytest.mark.parametrize("name", ["map.geojson", "map.gpkg"])
def test_a_map_with_voters_is_refused_though_it_would_not_keep_them(place: Place, name: str) -> None:
    features = [
        {"type": "Feature", "properties": {"seat_id": f"S24-2008-{n}", "note": f"XYZ{n:07d}"},
         "geometry": {"type": "Polygon", "coordinates": SQUARE}} for n in range(1, 9)
    ]  # fmt: skip
    path = place.put("map.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    if name.endswith("gpkg"):
        geopandas = pytest.importorskip("geopandas")
        geopandas.read_file(path).to_file(place.files / name)
    report = place.ingest(place.files / name)
    assert "column 'note' holds EPIC numbers" in report.refused[0].reason


BAD_SHAPES: dict[str, object] = {
    "open ring": {"type": "Polygon", "coordinates": [SQUARE[0][:3]]},
    "two points": {"type": "Polygon", "coordinates": [SQUARE[0][:2]]},
    "vast": {"type": "Polygon", "coordinates": [[[1e300, 26], [81, 26], [81, 27], [1e300, 26]]]},
    "metres": {"type": "Polygon", "coordinates": [[[8e6, 3e6], [9e6, 3e6], [9e6, 4e6], [8e6, 3e6]]]},
    "none": None,
    "circle": {"type": "Circle", "coordinates": [80, 26]},
}


@pytest.mark.parametrize("kind", BAD_SHAPES)
def test_a_broken_shape_goes_to_quarantine_and_the_good_one_stays(place: Place, kind: str) -> None:
    shapes = [BAD_SHAPES[kind], {"type": "Polygon", "coordinates": SQUARE}]
    features = [{"type": "Feature", "properties": {"seat_id": f"S24-2008-{n}"}, "geometry": shape}
                for n, shape in enumerate(shapes, start=1)]  # fmt: skip
    report = place.ingest(place.put("m.geojson", json.dumps({"type": "FeatureCollection", "features": features})))
    assert report.exit_code == 0
    assert place.store.read("boundaries")["unit_id"].tolist() == ["S24-2008-2"]
    assert read_quarantine(place.root / "quarantine.parquet")["row"].tolist() == [2]


def test_maps_and_submissions_nested_without_end_are_refused(place: Place) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    report = place.ingest(
        place.put("a.geojson", '{"type":"FeatureCollection","features":' + deep + "}"),
        place.put("b.json", '[{"_uuid":' + deep + "}]"),
    )
    assert len(report.refused) == 2


ODD_COLUMNS: dict[str, Callable[[], pa.Array]] = {
    "list": lambda: pa.array([[1], [2]]),
    "record": lambda: pa.array([{"a": 1}, {"a": 2}]),
    "map": lambda: pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
    "bytes": lambda: pa.array([b"\xff", None]),
    "past 64 bits": lambda: pa.array([2**64 - 1, 1], pa.uint64()),
    "decimal": lambda: pa.array([1, 2]).cast(pa.decimal128(38, 10)),
    "span": lambda: pa.array([1, 2], pa.duration("s")),
}


@pytest.mark.parametrize("kind", ODD_COLUMNS)
@pytest.mark.parametrize("name", ["note", "electors", ""])
def test_a_parquet_column_of_any_type_is_read_or_quarantined(place: Place, kind: str, name: str) -> None:
    columns = {"election_id": ["S24-2022-AE"] * 2, "seat_id": ["S24-2008-1"] * 2, "booth_no": ["1", "2"]}
    path = place.files / "booths.parquet"
    pq.write_table(pa.table({**columns, name: ODD_COLUMNS[kind]()}), path)
    report = place.ingest(path)
    assert report.exit_code == 0 or "electors" in report.refused[0].reason
    assert name == "electors" or len(place.store.read("booths")) == 2


def test_a_further_column_may_be_a_number_here_and_a_text_there(place: Place) -> None:
    keys = {"election_id": ["S24-2022-AE"], "seat_id": ["S24-2008-1"]}
    for number, note in enumerate([12.0, 1.5]):
        pq.write_table(pa.table({**keys, "booth_no": [str(number)], "remark": [note]}), place.files / "booths.parquet")
        place.ingest(place.files / "booths.parquet")
    place.ingest(place.put("booths.csv", f"{HEAD},remark\n{ROW.format(7)},seen\n"))
    place.ingest(place.put("x.csv", f"{HEAD},remark\n{ROW.format(7).replace('2022', '2017')},3\n"))
    booths = place.store.read("booths").set_index(["election_id", "booth_no"])
    assert booths.loc["S24-2022-AE", "remark"].to_dict() == {"0": "12", "1": "1.5", "7": "seen"}


def test_columns_that_differ_by_case_or_hold_quotation_marks_are_kept_apart(place: Place) -> None:
    odd = 'say ""no""; DROP TABLE x; --'
    lines = [f'{HEAD},Electors,"{odd}",ELECTORS', *[f"{ROW.format(n)},1,2,3" for n in (1, 2)]]
    place.ingest(place.put("booths.csv", "\n".join(lines) + "\n"))
    place.ingest(place.put("booths2.csv", "\n".join(lines).replace(",1,2,3", ",4,5,6") + "\n"))
    booths = place.store.read("booths")
    assert booths["electors"].tolist() == [900, 900]
    assert booths["Electors (2)"].tolist() == ["4", "4"]
    assert booths["ELECTORS (3)"].tolist() == ["6", "6"]
    assert booths[odd.replace('""', '"')].tolist() == ["5", "5"]
    place.ingest(place.put("booths3.csv", f"{HEAD},REMARK\n{ROW.format(1)},a\n"))
    place.ingest(place.put("booths4.csv", f"{HEAD},Remark\n{ROW.format(2)},b\n"))
    assert place.store.read("booths")["REMARK"].tolist() == ["a", "b"]


def test_numbers_that_no_computer_tells_apart_are_quarantined(place: Place) -> None:
    values = ["9007199254740993", "1e308", "1e999", "nan", "-5", "12"]
    lines = [ROW.format(number).replace("900", value) for number, value in enumerate(values)]
    place.ingest(place.put("booths.csv", csv(*lines)))
    bad = read_quarantine(place.root / "quarantine.parquet")
    assert bad["row"].tolist() == [2, 3, 4, 6]
    assert "too large a number" in set(bad["reason"])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\r", "\n\n"])
def test_lines_may_end_as_they_like_and_blank_ones_are_no_fault(place: Place, end: str) -> None:
    report = place.ingest(place.put("booths.csv", csv(ROW.format(1), ROW.format(2), end=end)))
    assert report.kept == 2
    assert read_quarantine(place.root / "quarantine.parquet").empty


def test_pipes_devices_and_links_in_a_circle_end(place: Place) -> None:
    place.put("in/booths.csv", csv(ROW.format(1)))
    (place.files / "in" / "round").symlink_to(".", target_is_directory=True)
    os.mkfifo(place.files / "in" / "seats.csv")
    report = place.ingest(place.files / "in", Path("/dev/zero"))
    assert [file.status for file in report.files] == ["read", "skipped", "refused", "refused"]


def test_names_of_any_signs_are_read_or_refused(place: Place) -> None:
    for number, name in enumerate(["boo\nths.csv", "bo'o;$(x).csv", "-rf.csv", "बूथ.csv"]):
        place.put(f"in/{name}", csv(ROW.format(number)))
    Path(os.fsdecode(os.fsencode(place.files / "in") + b"/\xff\xfe.csv")).write_bytes(csv(ROW.format(9)))
    report = place.ingest(place.files / "in")
    assert report.kept == 4
    assert "not UTF-8 text" in report.refused[0].reason
    json.dumps(report.to_dict(), ensure_ascii=False).encode()


def test_the_truth_is_skipped_under_another_name_as_well(place: Place) -> None:
    truth = place.put("truth/booths.csv", csv(ROW.format(1)))
    (place.files / "innocent").symlink_to(truth.parent, target_is_directory=True)
    (place.files / "booths.csv").symlink_to(truth)
    report = place.ingest(place.files / "innocent", place.files / "booths.csv", truth)
    assert {file.status for file in report.files} == {"skipped"}


def test_a_full_disk_is_not_the_files_fault(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TableStore, "write_all", full)
    with pytest.raises(OSError, match="No space left"):
        place.ingest(place.put("booths.csv", csv(ROW.format(1))))


def test_too_many_columns_are_refused_before_anything_is_made_of_them(place: Place) -> None:
    wide = HEAD + "".join(f",x{number}" for number in range(6000)) + "\n" + ROW.format(1) + "," * 6000 + "\n"
    report = place.ingest(place.put("booths.csv", wide))
    assert "6,005 columns" in report.refused[0].reason


def test_strays_in_published_formats_are_not_kept(place: Place) -> None:
    notes = [f"note {number}" for number in range(30)] + ["her card is XYZ1234567"]
    rows = [
        f"2026-01-01T10:00:00Z,uuid:{number},A1,S24-2008-1,1,meeting,2026-01-01T10:00:00Z,{note}"
        for number, note in enumerate(notes)
    ]
    head = "SubmissionDate,KEY,aspirant_id,seat_id,booth_no,kind,started_at,notes"
    place.ingest(place.put("form.csv", "\n".join([head, *rows]) + "\n"))
    stored = place.store.read("activity")
    assert not stored.astype("str").apply(lambda column: column.str.contains("XYZ1234567")).to_numpy().any()
    assert isinstance(stored, pd.DataFrame)
