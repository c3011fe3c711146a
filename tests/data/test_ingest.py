from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from khaka.data.check import data_report
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.ingest_log import REPLACED
from khaka.data.ingest_report import IngestReport
from khaka.data.quarantine import read_quarantine
from khaka.data.store import TableStore

BOOTHS = "election_id,seat_id,booth_no,electors,votes_polled\n"
GOOD = BOOTHS + "S24-2017-AE,S24-2008-1,1,1000,600\nS24-2017-AE,S24-2008-1,2,900,500\n"


class Bench:
    """A workspace without its settings, and a folder for files."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "workspace"
        self.root.mkdir()
        self.files = folder / "files"
        self.files.mkdir()
        self.store = TableStore(self.root / "tables")

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def ingest(self, *paths: Path, **options: object) -> IngestReport:
        return ingest(list(paths), workspace_root=self.root, store=self.store, **options)  # type: ignore[arg-type]

    def snapshot(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _xlsx(path: Path, frame: pd.DataFrame) -> None:
    """Write the least that is an XLSX workbook: inline strings, and numbers where the text is one."""

    def cell(value: str) -> str:
        return f"<c><v>{value}</v></c>" if value.isdigit() else f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    rows = [list(frame.columns), *frame.to_numpy().tolist()]
    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    space, office = "http://schemas.openxmlformats.org", "officeDocument/2006/relationships"
    main = f"{space}/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{space}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        )
        relation = (
            f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="rId1" Type="{space}/{office}'
        )
        book.writestr("_rels/.rels", f'{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        book.writestr(
            "xl/_rels/workbook.xml.rels", f'{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{space}/{office}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="rId1"/></sheets>'
            "</workbook>",
        )
        book.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )


def test_a_canonical_table_is_known_by_its_columns_whatever_its_name(bench: Bench) -> None:
    report = bench.ingest(bench.file("from_the_office.csv", "\ufeff" + GOOD))
    assert report.exit_code == 0
    assert report.files[0].format == "booths"
    assert bench.store.read("booths")["electors"].tolist() == [1000, 900]


@pytest.mark.parametrize("ending", [".csv.gz", ".parquet", ".xlsx", ".tsv", ".utf16.csv"])
def test_the_same_table_is_the_same_in_every_dress(bench: Bench, ending: str) -> None:
    frame = pd.read_csv(bench.file("plain.csv", GOOD), dtype="str")
    path = bench.files / f"booths{ending}"
    if ending == ".csv.gz":
        path.write_bytes(gzip.compress(GOOD.encode()))
    elif ending == ".parquet":
        frame.astype({"electors": "int64", "votes_polled": "int64"}).to_parquet(path)
    elif ending == ".tsv":
        path.write_text(GOOD.replace(",", "\t"))
    elif ending == ".utf16.csv":
        path.write_bytes(GOOD.encode("utf-16"))
    else:
        _xlsx(path, frame)
    assert bench.ingest(path).exit_code == 0
    assert bench.store.read("booths")["votes_polled"].tolist() == [600, 500]


def test_the_same_file_again_changes_no_byte(bench: Bench) -> None:
    path = bench.file("booths.csv", GOOD + "S24-2017-AE,S24-2008-1,3,x,1\n")
    bench.ingest(path)
    before = bench.snapshot()
    report = bench.ingest(path)
    assert [file.status for file in report.files] == ["unchanged"]
    assert report.exit_code == 0
    assert bench.snapshot() == before


def test_bad_rows_go_to_quarantine_with_file_row_column_value_and_reason(bench: Bench) -> None:
    rows = "S24-2017-AE,S24-2008-1,3,many,1\nS24-2017-AE,S24-2008-1,4,5\n\nS24-2017-AE,nowhere,5,6,7\n"
    report = bench.ingest(bench.file("booths.csv", GOOD + rows))
    assert report.exit_code == 0
    assert len(bench.store.read("booths")) == 2
    found = read_quarantine(bench.root / "quarantine.parquet").set_index("row")
    assert found["file"].unique().tolist() == ["booths.csv"]
    assert found.loc[4, ["column", "value", "reason"]].tolist() == ["electors", "many", "not a number"]
    assert found.loc[5, "reason"] == "4 cells where the header has 5"
    # the blank line counts, and a bad row may have flags beside its fault
    assert found.loc[7, ["column", "value"]].to_numpy().tolist() == [["seat_id", "nowhere"], ["votes_polled", "7"]]


def test_a_newer_file_replaces_and_both_values_are_logged(bench: Bench) -> None:
    bench.ingest(bench.file("booths.csv", GOOD))
    report = bench.ingest(bench.file("booths_2.csv", GOOD.replace("1000", "1100")))
    assert report.files[0].tables[0].replaced == 1
    assert bench.store.read("booths")["electors"].tolist() == [1100, 900]
    replaced = pd.read_parquet(bench.root / REPLACED)
    assert replaced[["file", "column", "old", "new"]].to_numpy().tolist() == [
        ["booths_2.csv", "electors", "1000", "1100"]
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", "", "is empty"),
        ("blank.csv", "\n \n", "is empty"),
        ("header.csv", BOOTHS, "no rows"),
        ("other.csv", "a,b\n1,2\n", "of no known format (columns a, b)"),
        ("booths.csv", "election_id,seat_id,electors\nS24-2017-AE,S24-2008-1,5\n", "has no column booth_no"),
        ("bad.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-20], "gzip|cannot be read to its end"),
        ("bad.parquet", b"PAR1 nothing", "damaged Parquet"),
        ("bad.xlsx", b"PK\x03\x04 nothing", "no readable XLSX"),
        ("bad.json", '{"type":"FeatureCollection","features":[', "no valid GeoJSON"),
        ("page.html", "<html><body>404</body></html>", "no known kind"),
        ("scan.pdf", b"%PDF-1.4 ...", "is a PDF"),
        ("latin.csv", GOOD.encode() + "S24-2017-AE,S24-2008-1,3é,1,1\n".encode("latin-1"), "not UTF-8"),
        ("twice.csv", "seat_id,seat_id\n1,2\n", "column 'seat_id' twice"),
        ("nothing_good.csv", BOOTHS + "S24-2017-AE,nowhere,1,1,1\n", "no row could be kept"),
        ("booths_of_some_election.csv", "ac_no,booth_no,votes_INC,votes_BJP\n1,1,2,3\n", "add --election"),
    ],
)
def test_a_refused_file_is_one_clear_sentence_and_leaves_nothing(
    bench: Bench, name: str, content: str | bytes, words: str
) -> None:
    good = bench.file("a_good.csv", GOOD)
    bench.ingest(good)
    tables = {path: data for path, data in bench.snapshot().items() if path.startswith("tables")}
    report = bench.ingest(bench.file(name, content))
    assert report.exit_code == 1
    (refused,) = report.refused
    assert any(word in refused.reason for word in (words.split("|") if "|" in words else [words])), refused.reason
    assert name in refused.reason
    assert "\n" not in refused.reason
    assert {path: data for path, data in bench.snapshot().items() if path.startswith("tables")} == tables
    assert not list(bench.root.glob(".spool*"))


def test_a_missing_path_is_refused_and_the_others_are_read(bench: Bench) -> None:
    report = bench.ingest(bench.files / "nowhere.csv", bench.file("booths.csv", GOOD))
    assert [file.status for file in report.files] == ["refused", "read"]
    assert report.exit_code == 1
    assert len(bench.store.read("booths")) == 2


def test_wrong_options_are_said(bench: Bench) -> None:
    path = bench.file("booths.csv", GOOD)
    with pytest.raises(KhakaError, match="'UP-2017' is no election"):
        bench.ingest(path, election="UP-2017")
    assert "unknown format 'nonsense'" in bench.ingest(path, as_format="nonsense").refused[0].reason


def test_folders_are_read_in_order_and_truth_is_skipped_and_said(bench: Bench) -> None:
    bench.file("b/booths.csv", GOOD)
    bench.file("b/README.md", "# words")
    bench.file("truth/truth.csv", GOOD)
    report = bench.ingest(bench.files)
    assert [(file.path.name, file.status) for file in report.files] == [("booths.csv", "read"), ("truth", "skipped")]
    assert report.exit_code == 0
    assert bench.ingest(bench.files / "truth" / "truth.csv").files[0].status == "skipped"


def test_voters_are_refused_whole_and_drop_reads_the_rest(bench: Bench) -> None:
    rows = "".join(f"S24-2027-AE,S24-2008-1,a{number},Name,ABC123456{number}\n" for number in range(6))
    path = bench.file("aspirants.csv", "election_id,seat_id,aspirant_id,name,card\n" + rows)
    report = bench.ingest(path)
    assert "holds EPIC numbers" in report.refused[0].reason
    assert not bench.store.files("aspirants")
    report = bench.ingest(path, drop=["Card"])
    assert report.exit_code == 0
    kept = bench.store.read("aspirants")
    assert len(kept) == 6
    assert "card" not in kept.columns
    assert not any(b"ABC123456" in data for data in bench.snapshot().values())


def test_a_roll_of_electors_is_refused_whole(bench: Bench) -> None:
    roll = "Serial No,Name,Father Name,House No,Age,Sex\n" + "1,A,B,12,40,M\n" * 5
    assert "row per elector" in bench.ingest(bench.file("roll.csv", roll)).refused[0].reason


def test_a_refusal_names_its_file_once(bench: Bench) -> None:
    day_only = "election_id,seat_id,aspirant_id,applied_at\nS24-2027-AE,S24-2008-1,a,2026-09-07\n"
    paths = [bench.file("aspirants.csv", day_only), bench.file("empty.csv", "")]
    first, second = bench.ingest(*paths).refused
    assert (first.sentence.count(str(paths[0])), second.sentence.count(str(paths[1]))) == (1, 1)
    assert "a time without offset; write 2027-01-31T18:05:00+05:30" in first.sentence


def test_a_rating_after_the_decision_is_refused(bench: Bench) -> None:
    bench.file(
        "aspirants.csv",
        "election_id,seat_id,aspirant_id,decided_at\n"
        "S24-2022-AE,S24-2008-1,a,2022-01-10T12:00:00+05:30\nS24-2022-AE,S24-2008-1,b,2022-01-10T12:00:00+05:30\n",
    )
    bench.file(
        "ratings.csv",
        "election_id,seat_id,aspirant_id,rater_role,rater_id,rated_at,rating,scale_min,scale_max\n"
        "S24-2022-AE,S24-2008-1,a,observer,r,2022-01-09T00:00:00+05:30,4,1,5\n"
        "S24-2022-AE,S24-2008-1,b,observer,r,2022-01-11T00:00:00+05:30,5,1,5\n",
    )
    assert bench.ingest(bench.files).exit_code == 0
    assert bench.store.read("ratings")["aspirant_id"].tolist() == ["a"]
    assert "after the party had chosen" in read_quarantine(bench.root / "quarantine.parquet")["reason"].tolist()[0]


def test_a_long_table_in_batches_is_the_same_as_in_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"S24-2017-AE,S24-2008-{1 + number % 7},{number // 7},{100 + number % 90},10\n" for number in range(400)]
    rows += [rows[3], rows[5].replace(",10\n", ",11\n"), "S24-2017-AE,S24-2008-1,900,x,1\n"]  # same; clash; bad
    path = bench.file("booths.csv", BOOTHS + "".join(rows))
    bench.ingest(path)
    whole, found = bench.store.read("booths"), read_quarantine(bench.root / "quarantine.parquet")
    monkeypatch.setattr("khaka.data.intake._SPOOL_ROWS", 64)
    monkeypatch.setattr("khaka.data.readers.sheet._BATCH_ROWS", 64)
    monkeypatch.setattr("khaka.data.readers.sheet._BLOCK_BYTES", 2048)
    other = Bench(bench.root)
    other.ingest(path)
    pd.testing.assert_frame_equal(other.store.read("booths"), whole)
    pd.testing.assert_frame_equal(read_quarantine(other.root / "quarantine.parquet"), found)
    assert len(whole) == 399
    assert not list(other.root.glob(".spool*"))


def test_the_report_says_what_is_there_and_what_is_missing(bench: Bench) -> None:
    bench.file("booths.csv", GOOD + "S24-2017-AE,S24-2008-1,3,x,1\n")
    bench.file(
        "nominees.csv",
        "election_id,seat_id,nominee_id,name,party,votes\n"
        "S24-2017-AE,S24-2008-1,a,A,INC,10\nS24-2017-AE,S24-2008-1,b,B,BJP,10\nS24-2012-AE,S24-2008-2,c,C,INC,\n",
    )
    bench.ingest(bench.files)
    report = data_report(store=bench.store, workspace_root=bench.root, state="S24")
    content = report.to_dict()
    assert content["tables"] == {"nominees": 3, "booths": 2}
    elections = {row["election_id"]: row for row in content["elections"]}
    assert (elections["S24-2017-AE"]["booths"], elections["S24-2012-AE"]["uncounted"]) == (2, 1)
    assert {entry["check"] for entry in content["integrity"]} == {
        "two winners with equal votes", "a single nominee", "seats missing",
    }  # fmt: skip
    assert any("Lok Sabha" in entry for entry in content["missing"])
    text = report.to_text()
    assert "not a number" in text
    assert "no two elections with booths of the same seats" in text


def test_an_empty_workspace_has_a_report(bench: Bench) -> None:
    report = data_report(store=bench.store, workspace_root=bench.root, state="S24")
    assert report.to_dict()["elections"] == []
    assert "none" in report.to_text()


def test_lines_that_end_with_a_carriage_return_alone_are_lines(bench: Bench) -> None:
    """Old spreadsheets write them; a stray one once stopped the whole job."""
    rows = b"seat_id,state,seat_no,seat_name\rS24-2008-1,S24,1,Rampur\rS24-2008-2,S24,2,Sitapur\r"
    assert bench.ingest(bench.file("seats.csv", rows)).kept == 2
    assert bench.ingest(bench.file("x.csv", b"\rS")).refused


def test_nominees_without_ids_get_those_that_published_files_get(bench: Bench) -> None:
    head = "election_id,seat_id,name,party,votes\n"
    rows = ["S24-2022-AE,S24-2008-1,ASHA DEVI,INC,900\n", "S24-2022-AE,S24-2008-1,RAVI KUMAR,BJP,800\n"]
    nameless = "S24-2022-AE,S24-2008-1,,INC,5\n"
    report = bench.ingest(bench.file("nominees.csv", head + "".join(rows) + nameless))
    assert (report.files[0].tables[0].kept, report.files[0].tables[0].quarantined) == (2, 1)
    first = bench.store.read("nominees").set_index("name")["nominee_id"]
    assert first.is_unique
    bench.ingest(bench.file("nominees.csv", head + "".join(reversed(rows))))  # never from the row's place
    assert bench.store.read("nominees").set_index("name")["nominee_id"].to_dict() == first.to_dict()
    assert bench.ingest(bench.file("people.csv", "election_id,seat_id,name\nS24-2022-AE,S24-2008-1,A\n")).refused
