"""The printed dossier: two pages a seat, words that a PDF reader finds, the same bytes, and nothing that runs."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest

from khaka.app.cli import main
from khaka.app.dossier_job import dossier_job
from khaka.data.durable import sha256
from khaka.data.spreadsheet_text import csv_bytes
from khaka.data.workspace import open_workspace
from khaka.scoring.blueprint import SeatBlueprint, StateBlueprint, load_state
from khaka.scoring.dossier.fields import ROWS, seat_fields
from khaka.scoring.dossier.frames import frames
from khaka.scoring.dossier.pictures import lifted
from khaka.scoring.dossier.printing import Stamp, document, to_pdf, two_pages
from khaka.scoring.dossier.sheets import to_xlsx
from khaka.scoring.dossier.words import labels
from khaka.scoring.reasons.catalogue import Language, placeholders

ELECTION = "S24-2027-AE"
SEAT = "S24-2008-100"


@pytest.fixture(scope="module")
def state(blueprint_workspace: Path) -> StateBlueprint:
    return load_state(open_workspace(blueprint_workspace), ELECTION)


def printed(state: StateBlueprint, seat: SeatBlueprint, language: Language, stamp: Stamp = Stamp()) -> bytes:  # noqa: B008
    fields = seat_fields(seat, language)
    doc = document(state, language, stamp, title=fields["head"]["title"])
    return two_pages(doc, fields, language, stamp)[0]


def read(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("people", [0, 1, 4, 14, 50])
def test_a_seat_is_two_pages_however_many_aspirants(state: StateBlueprint, language: Language, people: int) -> None:
    seat = state.seat(SEAT)
    crowd = tuple(
        replace(seat.aspirants[number % 4], aspirant_id=f"x{number}", name=f"Person Number {number} of Rampur Khas")
        for number in range(people)
    )
    known = {one.aspirant_id for one in crowd}
    seat = replace(
        seat, aspirants=crowd, panel=tuple(one for one in seat.panel if one.aspirant_id in known), contrasts=()
    )
    pages = read(printed(state, seat, language))
    assert len(pages) == 2
    if people > ROWS:
        assert labels(language).say("facts.more", count=str(people - ROWS)) in " ".join(pages)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_long_names_and_texts_are_set_smaller_until_they_fit(state: StateBlueprint, language: Language) -> None:
    seat = state.seat(SEAT)
    long = "श्रीमती राजराजेश्वरी देवी उर्फ़ गुड़िया सिंह चौहान {number}, पूर्व ज़िला पंचायत अध्यक्ष, प्रदेश महासचिव, किसान मोर्चा संयोजक"
    first = seat.aspirants[0]
    told = [reason for kind in ("for", "against") for reason in (first.by_kind(kind) * 3)[:3]]
    crowd = tuple(
        replace(seat.aspirants[number % 4], aspirant_id=f"x{number}", name=long.format(number=number),
                name_hi=long.format(number=number), reasons=tuple(told))
        for number in range(50)
    )  # fmt: skip
    seat = replace(seat, aspirants=crowd, panel=(), contrasts=())
    fields = seat_fields(seat, language)
    doc = document(state, language, Stamp(), title=fields["head"]["title"])
    assert len(read(to_pdf(doc, [fields], language, Stamp()))) > 2  # it would not fit as it is
    pdf, smaller = two_pages(doc, fields, language, Stamp())
    pages = read(pdf)
    assert smaller
    assert len(pages) == 2
    assert all(long.format(number=number).split(",")[0] in pages[0] for number in range(ROWS))
    assert long.format(number=ROWS).split(",")[0] not in pages[0]


def test_hindi_is_found_again_by_a_reader(state: StateBlueprint) -> None:
    pages = read(printed(state, state.seat(SEAT), "hi"))
    for word in ("रामपुर", "आशा देवी", "वोट प्रतिशत", "क्षेत्र में उपस्थिति", "संपर्क नहीं हुआ", "मतदान प्रतिशत"):
        assert word in pages[0], word
    for word in ("अनुमानित अंतर", "जीत की संभावना", "मज़बूत पक्ष", "कमज़ोर पक्ष", "क्या ज्ञात नहीं है", "पर्यवेक्षक"):
        assert word in pages[1], word


def test_facts_and_assessment_stand_on_separate_pages(state: StateBlueprint) -> None:
    facts, assessment = read(printed(state, state.seat(SEAT), "en"))
    seat = state.seat(SEAT)
    first = seat.aspirants[0]
    assert "chance to win" not in facts
    assert "Assessment" in assessment
    for person in seat.aspirants:
        assert person.name in facts
        assert person.name in assessment
    assert first.chance.words.en.split(",")[0] in assessment
    assert "1 of 2" in facts
    assert "2 of 2" in assessment


def test_every_reason_of_the_first_names_is_printed(state: StateBlueprint) -> None:
    seat = state.seat(SEAT)
    page = read(printed(state, seat, "en"))[1].replace(" ", "")
    for person in seat.aspirants[:4]:
        for reason in person.reasons:
            fact = reason.words.en.split(": ", 1)[-1].replace(" ", "")
            assert fact in page, reason


def test_the_pdf_is_tagged_and_has_its_language_and_title(state: StateBlueprint) -> None:
    pdf = printed(state, state.seat(SEAT), "hi")
    assert b"/MarkInfo" in pdf
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/Lang\s*\(hi\)", pdf)
    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_dict()["Title"] == "सीट का खाका: 100 रामपुर"
    document.close()


def test_only_the_packages_own_font_is_embedded(state: StateBlueprint) -> None:
    fonts = set(re.findall(rb"/BaseFont\s*/([\w+-]+)", printed(state, state.seat(SEAT), "en")))
    assert fonts
    assert all(font.split(b"+")[-1].startswith(b"NotoSansDevanagari") for font in fonts)


def test_the_same_input_gives_the_same_bytes(state: StateBlueprint) -> None:
    seat = state.seat(SEAT)
    assert printed(state, seat, "hi") == printed(state, seat, "hi")
    at = dt.datetime(2027, 1, 12, 9, 30, tzinfo=dt.UTC)
    assert printed(state, seat, "en", Stamp("R. Verma", at)) == printed(state, seat, "en", Stamp("R. Verma", at))


def test_a_copy_says_who_printed_it_and_when_on_every_page(state: StateBlueprint) -> None:
    at = dt.datetime(2027, 1, 12, 9, 30, tzinfo=dt.UTC)
    for page in read(printed(state, state.seat(SEAT), "en", Stamp("R. Verma", at))):
        assert "Printed 12 January 2027 09:30 for R. Verma" in page
        assert "Confidential" in page
        assert f"Version {state.version}" in page
    assert "Not a numbered copy" in read(printed(state, state.seat(SEAT), "en"))[0]


def test_no_decimals_of_a_margin_stand_on_the_assessment_axis(state: StateBlueprint) -> None:
    for language in ("en", "hi"):
        for group in seat_fields(state.seat(SEAT), language)["rank"]["groups"]:
            for row in group["rows"]:
                assert "." not in row["expected"] + row["range"] + row["chance"]


def test_labels_have_the_same_ids_and_placeholders_in_both_languages() -> None:
    english, hindi = labels("en").texts, labels("hi").texts
    assert english.keys() == hindi.keys()
    for name, text in english.items():
        assert placeholders(text) == placeholders(hindi[name]), name
    for word in ("सुरक्षित सीट", "बढ़त", "रैंक", "स्कोर", "विपक्ष", "प्रेक्षक ", "टिकट कटा", "संदिग्ध"):
        assert not [name for name, text in hindi.items() if re.search(rf"(?<!\w){word}", f"{text} ")], word


def test_signs_that_the_font_lacks_are_said_otherwise() -> None:
    svg = '<svg viewBox="0 0 9 5"><title>T</title><desc>D</desc><text x="1" y="2">≥ 20%</text></svg>'
    assert lifted(svg)["words"][0][-1] == "20%+"


def test_the_command_prints_one_file_a_seat_and_a_book(blueprint_workspace: Path, tmp_path: Path,
                                                       capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    out = tmp_path / "print"
    assert main(["dossier", "--election", ELECTION, "--workspace", str(blueprint_workspace), "--json", "--out",
                 str(out)]) == 0  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    assert [Path(file).name for file in said["files"]] == ["S24-2008-100.pdf", "S24-2008-101.pdf"]
    pages = read(Path(said["book"]).read_bytes())
    assert len(pages) == 1 + 2 * 2
    assert "Rampur" in pages[0]
    assert "Sitapur" in pages[0]


def test_an_unknown_seat_is_named(blueprint_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dossier", "--election", ELECTION, "--seat", "S24-2008-7", "--workspace",
                 str(blueprint_workspace)]) == 1  # fmt: skip
    assert "no seat 'S24-2008-7'" in capsys.readouterr().err


def test_a_killed_printing_goes_on_to_the_same_bytes(blueprint_workspace: Path, tmp_path: Path) -> None:
    """Kill the process with SIGKILL after the first seat, then start it again: the first file is taken over."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    workspace = open_workspace(blueprint_workspace)
    dossier_job(workspace, election_id=ELECTION, book=False, out=whole)
    script = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from khaka.app.dossier_job import dossier_job
        from khaka.data.workspace import open_workspace
        def progress(seat):
            os.kill(os.getpid(), signal.SIGKILL)
        dossier_job(open_workspace(Path({str(blueprint_workspace)!r})), election_id={ELECTION!r}, book=False,
                    out=Path({str(killed)!r}), progress=progress)
    """)
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    first = killed / "S24-2008-100.pdf"
    assert first.is_file()
    assert not (killed / "S24-2008-101.pdf").exists()
    before = first.stat().st_mtime_ns
    dossier_job(workspace, election_id=ELECTION, book=False, out=killed)
    assert first.stat().st_mtime_ns == before
    for name in ("S24-2008-100.pdf", "S24-2008-101.pdf"):
        assert sha256(killed / name) == sha256(whole / name)


def test_a_damaged_or_outdated_file_is_printed_again(blueprint_workspace: Path, tmp_path: Path) -> None:
    workspace = open_workspace(blueprint_workspace)
    dossier_job(workspace, election_id=ELECTION, book=False, out=tmp_path)
    path = tmp_path / "S24-2008-100.pdf"
    good = path.read_bytes()
    path.write_bytes(good[:-9])
    dossier_job(workspace, election_id=ELECTION, book=False, out=tmp_path)
    assert path.read_bytes() == good
    at = dt.datetime(2027, 1, 12, tzinfo=dt.UTC)
    dossier_job(workspace, election_id=ELECTION, book=False, out=tmp_path, by="X", at=at)
    assert path.read_bytes() != good


def test_two_processes_print_what_one_does(blueprint_workspace: Path, tmp_path: Path,
                                           monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    workspace = open_workspace(blueprint_workspace)
    dossier_job(workspace, election_id=ELECTION, book=False, out=tmp_path / "one")
    monkeypatch.setattr("khaka.scoring.dossier.press._IN_PROCESS", 0)
    dossier_job(workspace, election_id=ELECTION, book=False, out=tmp_path / "two", processes=2)
    for name in ("S24-2008-100.pdf", "S24-2008-101.pdf"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_spreadsheet_has_frozen_heads_filters_and_nothing_that_runs(state: StateBlueprint) -> None:
    found = frames(state, [SEAT, "S24-2008-101"], "en")
    book = to_xlsx(found, title="T", note="Version x & y")
    assert book == to_xlsx(found, title="T", note="Version x & y")
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(found)
        for name in sheets:
            xml = parts.read(name).decode()
            assert 'state="frozen"' in xml
            assert "<autoFilter" in xml
            assert "<f>" not in xml
            assert "hyperlink" not in xml
        assert "=cmd|x" in parts.read("xl/sharedStrings.xml").decode()
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]


def test_the_spreadsheet_gives_back_what_went_in(state: StateBlueprint) -> None:
    from python_calamine import CalamineWorkbook

    found = frames(state, [SEAT], "hi")
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(found, title="T", note="N")))
    assert book.sheet_names == list(found)
    rows = book.get_sheet_by_name("aspirants").to_python()
    assert len(rows) == 1 + 4
    named = rows[0].index("name hi")
    assert {str(row[named]) for row in rows[1:]} == {"आशा देवी", "राम लाल", "विजय वर्मा", ""}


def test_the_csv_has_a_byte_order_mark_and_no_live_cell(state: StateBlueprint) -> None:
    content = csv_bytes(frames(state, [SEAT], "en")["aspirants"])
    assert content.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(content))
    assert "'=cmd|x" in set(table["name"])
    assert table["expected_margin"].dtype.kind in "if"


def test_the_map_file_has_booths_and_the_same_bytes_twice(blueprint_workspace: Path, tmp_path: Path) -> None:
    import pyogrio

    workspace = open_workspace(blueprint_workspace)
    paths = []
    for name in ("one", "two"):
        done = dossier_job(workspace, election_id=ELECTION, form="gpkg", out=tmp_path / name)
        paths += list(done.files)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert [row[0] for row in pyogrio.list_layers(paths[0])] == ["booths"]  # no boundaries here
    assert pyogrio.read_info(paths[0], layer="booths")["features"] == 2  # the third has no place


def test_a_folder_of_copies_is_apart_from_the_original(blueprint_workspace: Path, tmp_path: Path) -> None:
    root = tmp_path / "ws"
    shutil.copytree(blueprint_workspace, root)
    at = dt.datetime(2027, 1, 12, tzinfo=dt.UTC)
    workspace = open_workspace(root)
    first = dossier_job(workspace, election_id=ELECTION, seat_id=SEAT)
    copy = dossier_job(workspace, election_id=ELECTION, seat_id=SEAT, by="X", at=at)
    assert first.files[0].parent != copy.files[0].parent
    assert first.files[0].is_file()


def test_copies_of_tables_and_maps_say_in_every_row_who_made_them(blueprint_workspace: Path, tmp_path: Path) -> None:
    import pyogrio

    workspace = open_workspace(blueprint_workspace)
    at = dt.datetime(2027, 1, 12, 9, 30, tzinfo=dt.UTC)
    made = {
        form: dossier_job(workspace, election_id=ELECTION, form=form, by="R. Verma", at=at, out=tmp_path / form).files[
            0
        ]
        for form in ("csv", "gpkg")
    }
    assert set(pd.read_csv(made["csv"])["copy_made_by"]) == {"R. Verma, 2027-01-12 09:30"}
    booths = pyogrio.read_dataframe(made["gpkg"], layer="booths")
    assert set(booths["copy_made_by"]) == {"R. Verma, 2027-01-12 09:30"}
    plain = dossier_job(workspace, election_id=ELECTION, form="csv", out=tmp_path / "plain").files[0]
    assert "copy_made_by" not in pd.read_csv(plain).columns
