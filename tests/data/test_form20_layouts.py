"""Made-up sheets in the layouts that officers use are read back exactly, from CSV, XLSX and PDF."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from khaka.data.errors import KhakaError
from khaka.data.readers.base import Options, Reading
from khaka.data.readers.form20.cells import grid_of
from khaka.data.readers.form20.columns import Nominee
from khaka.data.readers.form20.reader import Official, known_grid, read


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


sheets: Any = _load("form20_sheets")

OPTIONS = Options(election="S24-2017-AE", seat="S24-2008-163")
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "without names": {"name": False},
    "without serial": {"serial": ""},
    "without title": {"title": False},
    "without column numbers": {"numbered": False},
    "heads repeated on each page": {"page": 5},
    "totals carried over": {"page": 5, "carried": True},
    "carried over without titles": {"page": 5, "carried": True, "title": False},
    "two NOTA columns": {"two_nota": True},
    "electors": {"electors": True},
    "test votes": {"test": True},
    "Devanagari digits": {"native": True},
    "without totals": {"totals": False},
    "without signature": {"signature": False},
    "parties in a row of their own": {"party": "row"},
    "the bare table": {"party": "row", "numbered": False, "title": False, "name": False, "serial": ""},
}


def expect(reading: Reading, truth: Any) -> None:
    """The booths, their NOTA and their votes by party are those of the truth, to the unit."""
    frames = {piece.table: piece.frame for piece in reading.pieces}
    booths, votes = frames["booths"], frames["booth_votes"]
    assert booths["booth_no"].tolist() == truth.booths
    assert booths["nota"].tolist() == truth.nota
    wanted: dict[tuple[str, str], int] = {}
    for booth, row in zip(truth.booths, truth.votes, strict=True):
        for party, number in zip(truth.parties, row, strict=True):
            wanted[booth, party] = wanted.get((booth, party), 0) + number
    found = votes[["booth_no", "party", "votes"]].itertuples(index=False)
    assert {(booth, party): int(number) for booth, party, number in found} == wanted


def save(made: Any, folder: Path, kind: str) -> Path:
    path = folder / f"sheet.{kind}"
    if kind == "xlsx":
        return Path(made.xlsx(path))
    path.write_text(made.csv(), encoding="utf-8")
    return path


@pytest.mark.parametrize("script", ["latin", "hindi", "krutidev"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_an_upright_sheet_is_read_back_exactly(tmp_path: Path, variant: str, kind: str, script: str) -> None:
    truth = sheets.truth(5, booths=14, candidates=6, script=script)
    made = sheets.standard(truth, script=script, **VARIANTS[variant])
    expect(read(save(made, tmp_path, kind), OPTIONS), truth)


@pytest.mark.parametrize("script", ["latin", "hindi", "krutidev"])
@pytest.mark.parametrize("layout", ["transposed", "candidate_rows", "wide_pages"])
def test_other_layouts_are_read_back_exactly(tmp_path: Path, layout: str, script: str) -> None:
    truth = sheets.truth(7, booths=12, candidates=7, script=script)
    reading = read(save(getattr(sheets, layout)(truth, script=script), tmp_path, "csv"), OPTIONS)
    expect(reading, truth)


@pytest.mark.parametrize("repeat", [True, False])
def test_one_candidate_a_row_is_read_with_the_booth_named_once_or_each_time(tmp_path: Path, *, repeat: bool) -> None:
    truth = sheets.truth(11)
    expect(read(save(sheets.candidate_rows(truth, repeat=repeat), tmp_path, "csv"), OPTIONS), truth)


@pytest.mark.parametrize("sexes", [True, False])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_serial_party_and_votes_side_by_side_are_read_also_without_men_and_women(
    tmp_path: Path, kind: str, *, sexes: bool
) -> None:
    truth = sheets.truth(13, booths=10, candidates=5)
    reading = read(save(sheets.triples(truth, sexes=sexes), tmp_path, kind), OPTIONS)
    expect(reading, truth)
    booths = next(piece.frame for piece in reading.pieces if piece.table == "booths")
    assert booths["electors"].tolist() == truth.electors
    assert booths["station_name"].tolist() == truth.names
    assert booths["votes_polled"].tolist() == [
        sum(row) + nota for row, nota in zip(truth.votes, truth.nota, strict=True)
    ]
    assert booths["votes_polled_female"].notna().all() == sexes


def test_names_without_parties_take_them_from_the_official_result(tmp_path: Path) -> None:
    truth = sheets.truth(17, script="hindi")
    path = save(sheets.standard(truth, script="hindi", party="none"), tmp_path, "csv")
    nominees = tuple(Nominee(name, party, votes) for name, party, votes in truth.official())
    reading = read(path, OPTIONS, lambda election, seat: Official(nominees, float(sum(truth.nota))))
    expect(reading, truth)
    assert "4 of 4 columns matched" in " ".join(reading.notes)
    assert reading.unmatched == 0


def test_names_without_parties_and_without_a_result_are_quarantined_not_guessed(tmp_path: Path) -> None:
    truth = sheets.truth(17)
    reading = read(save(sheets.standard(truth, party="none"), tmp_path, "csv"), OPTIONS)
    assert {piece.table for piece in reading.pieces} == {"elections", "seat_elections", "booths"}
    lost = reading.faults[reading.faults["severity"] == "quarantined"]
    assert lost["value"].astype(int).sum() == sum(map(sum, truth.votes))
    assert reading.unmatched == len(truth.parties)
    assert "is not in the workspace" in " ".join(reading.notes)


def test_postal_and_grand_totals_are_checks_and_no_booths(tmp_path: Path) -> None:
    truth = sheets.truth(19)
    reading = read(save(sheets.standard(truth), tmp_path, "csv"), OPTIONS)
    postal = next(piece.frame for piece in reading.pieces if piece.table == "seat_elections")
    assert postal["postal_votes"].tolist() == [sum(truth.postal)]
    assert reading.flags is not None
    assert "sheet_total_differs" not in set(reading.flags["fault"])
    made = sheets.standard(truth)
    total = next(row for row in made.rows if row[0] == sheets.WORDS["latin"]["total_row"])
    total[3] = str(int(total[3]) + 7)
    flags = read(save(made, tmp_path, "csv"), OPTIONS).flags
    assert flags is not None
    told = flags[flags["fault"] == "sheet_total_differs"]
    assert told["reason"].str.contains("the sheet's own total says").all()
    assert len(told) == 1


@pytest.mark.parametrize(
    ("script", "ruled", "rows", "layout"),
    [
        ("latin", True, 0, "standard"),
        ("hindi", True, 9, "standard"),
        ("krutidev", True, 9, "standard"),
        ("hindi", False, 9, "standard"),
        ("hindi", True, 0, "transposed"),
        ("latin", False, 0, "candidate_rows"),
        ("hindi", False, 0, "wide_pages"),
        ("latin", True, 9, "triples"),
        ("latin", False, 0, "triples"),
    ],
)
def test_a_printed_sheet_is_read_back_from_its_text_layer(
    tmp_path: Path, script: str, ruled: bool, rows: int, layout: str
) -> None:
    truth = sheets.truth(23, booths=20, candidates=5, script=script)
    extra = {} if layout == "triples" else {"script": script}
    made = getattr(sheets, layout)(truth, **extra)
    path = sheets.print_pdf(made, tmp_path / "sheet.pdf", ruled=ruled, rows=rows)
    expect(read(path, OPTIONS), truth)


def test_a_printed_sheet_with_heads_and_carried_totals_on_each_page_is_read_back(tmp_path: Path) -> None:
    truth = sheets.truth(29, booths=18, candidates=6, script="hindi")
    made = sheets.standard(truth, script="hindi", page=6, carried=True)
    expect(read(sheets.print_pdf(made, tmp_path / "sheet.pdf", rows=12), OPTIONS), truth)


def test_the_letters_of_a_printed_name_come_back_in_reading_order(tmp_path: Path) -> None:
    truth = sheets.truth(31, booths=3, script="hindi")
    path = sheets.print_pdf(sheets.standard(truth, script="hindi"), tmp_path / "sheet.pdf")
    cells = {cell for row in grid_of(path).cells for cell in row}
    assert set(truth.names) <= cells
    assert "कुल विधिमान्य मत" in cells


def test_a_scan_is_refused_in_plain_words(tmp_path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    figure, axes = plt.subplots()
    axes.imshow(np.random.default_rng(1).random((40, 40)))
    axes.set_axis_off()
    figure.savefig(tmp_path / "scan.pdf")
    plt.close(figure)
    with pytest.raises(KhakaError, match="is a scan: its 1 pages are pictures without a text layer"):
        read(tmp_path / "scan.pdf", OPTIONS)


def test_a_table_of_something_else_is_no_sheet(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("crop,district,2016,2017\nwheat,Unnao,1400,1500\nrice,Unnao,1900,2000\n", encoding="utf-8")
    assert known_grid(path) is None


def test_a_seat_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    path = save(sheets.standard(sheets.truth(1), title=False), tmp_path, "csv")
    with pytest.raises(KhakaError, match="add --election S24-2017-AE"):
        read(path, Options())
    with pytest.raises(KhakaError, match="add --seat S24-2008-163"):
        read(path, Options(election="S24-2017-AE"))
    named = path.rename(path.with_name("up_vs2017_form20_ac163.csv"))
    booths = next(piece.frame for piece in read(named, Options()).pieces if piece.table == "booths")
    assert set(booths["seat_id"]) == {"S24-2008-163"}
    assert set(booths["election_id"]) == {"S24-2017-AE"}


def test_the_sheet_itself_tells_election_and_seat_before_its_name_does(tmp_path: Path) -> None:
    path = save(sheets.standard(sheets.truth(1)), tmp_path, "csv").rename(tmp_path / "vs2012_form20_ac9.csv")
    reading = read(path, Options())
    booths = next(piece.frame for piece in reading.pieces if piece.table == "booths")
    assert set(booths["seat_id"]) == {"S24-2008-163"}
    assert set(booths["election_id"]) == {"S24-2017-AE"}
    assert any("its file's name 9" in note for note in reading.notes)
    assert reading.flags is not None
    unsure = reading.flags[reading.flags["fault"] == "seat_unsure"]
    assert unsure[["seat_id", "column", "value"]].values.tolist() == [["S24-2008-163", "seat_id", "S24-2008-163"]]
    assert "its file's name 9" in unsure["reason"].iloc[0]


def test_a_seat_that_sheet_and_name_tell_alike_is_not_unsure(tmp_path: Path) -> None:
    path = save(sheets.standard(sheets.truth(1)), tmp_path, "csv").rename(tmp_path / "vs2017_form20_ac163.csv")
    reading = read(path, Options())
    assert reading.flags is not None
    assert "seat_unsure" not in set(reading.flags["fault"])


@pytest.mark.parametrize("party", ["none", "row"])
def test_columns_whose_votes_are_each_others_in_the_official_result_are_flagged(tmp_path: Path, party: str) -> None:
    truth = sheets.truth(21)
    results = truth.official()
    # the heads of the first two were printed the other way round
    nominees = tuple(
        Nominee(name, of, results[place][2])
        for (name, of, _), place in zip(results, [1, 0, *range(2, len(results))], strict=True)
    )
    for official, swapped in ((nominees, 2), (tuple(Nominee(*one) for one in results), 0)):
        path = save(sheets.standard(truth, party=party), tmp_path, "csv")
        reading = read(path, OPTIONS, lambda election, seat, found=official: Official(found, float(sum(truth.nota))))
        assert reading.flags is not None
        flags = reading.flags[reading.flags["fault"] == "columns_swapped"]
        assert len(flags) == swapped
    votes = next(piece.frame for piece in reading.pieces if piece.table == "booth_votes")
    assert votes.groupby("party")["votes"].sum()["BJP"] == sum(row[0] for row in truth.votes)


SMALL = {
    "parties alone as headings": (
        "Part No,BJP,SP,BSP,Others,NOTA,Total\n1,100,50,30,5,2,187\n2,90,60,20,1,3,174\n3,80,10,10,1,1,102\n",
        {"BJP": 270, "BSP": 60, "OTH": 7, "SP": 120},
        [2, 3, 1],
    ),
    "the form as the rules print it": (
        "FORM 20,,,,,,,,,\n"
        "FINAL RESULT SHEET,,,,,,,,,\n"
        "[See rule 56C(2)(c)],,,,,,,,,\n"
        "Election to the Legislative Assembly from 163-SAFIPUR Assembly Constituency 2017,,,,,,,,,\n"
        "PART - I,,,,,,,,,\n"
        "Serial No. of Polling Station,No. of valid votes cast in favour of,"
        ",,Total of valid votes,No. of rejected votes,NOTA,Total,No. of tendered votes,\n"
        ",AMAR SINGH,RAM LAL,SITA DEVI,,,,,,\n"
        ",BJP,SP,BSP,,,,,,\n"
        "1,2,3,4,5,6,7,8,9,\n"
        "1,100,50,30,180,0,2,182,0,\n"
        "2,90,60,20,170,0,3,173,0,\n"
        "3,80,10,10,100,0,1,101,0,\n"
        "Total No. of votes recorded at polling stations,270,120,60,450,0,6,456,0,\n"
        "No. of votes recorded on postal ballot papers,3,2,1,6,1,0,7,0,\n"
        "Total votes polled,273,122,61,456,1,6,463,0,\n"
        "Place: Unnao,,,,,,,,,\n"
        "",
        {"BJP": 270, "BSP": 60, "SP": 120},
        [2, 3, 1],
    ),
    "semicolons": (
        "Booth No;Name of Polling Station;A (BJP);B (SP);Valid Votes;Rejected Votes;NOTA\n"
        "1;PS A;10;20;30;0;1\n"
        "2;PS B;15;25;40;0;2\n"
        "",
        {"BJP": 25, "SP": 45},
        [1, 2],
    ),
    "name, serial and number in another order": (
        "Name of Polling Station,Sl No,PS No,AMAR SINGH BJP,RAM LAL SP,NOTA,Total Valid Votes\n"
        "PS A,1,11,10,20,1,30\n"
        "PS B,2,12,15,25,2,40\n"
        "PS C,3,13A,5,5,0,10\n"
        "",
        {"BJP": 30, "SP": 50},
        [1, 2, 0],
    ),
    "party before the name": (
        "Booth No,BJP - AMAR SINGH,SP - RAM LAL,NOTA,Total\n1,10,20,1,31\n2,15,25,2,42\n3,1,2,3,6\n",
        {"BJP": 26, "SP": 47},
        [1, 2, 3],
    ),
    "parties in Hindi": (
        "क्र.सं.,मतदान केन्द्र,भाजपा,सपा,बसपा,निर्दलीय,नोटा,योग\n"
        "1,प्रा.वि. क,10,20,30,1,1,62\n"
        "2,प्रा.वि. ख,15,25,2,2,2,46\n"
        "3,प्रा.वि. ग,15,25,2,2,3,47\n"
        "योग,,40,70,34,5,6,155\n"
        "",
        {"BJP": 40, "BSP": 34, "IND": 5, "SP": 70},
        [1, 2, 3],
    ),
    "number and name in one column": (
        "Polling Station No. and Name,AMAR SINGH (BJP),RAM LAL (SP),NOTA,Total\n"
        "1. Primary School Rampur,10,20,1,31\n"
        "2. Primary School Sitapur,15,25,2,42\n"
        "3. JHS X,5,6,1,12\n"
        "",
        {"BJP": 30, "SP": 51},
        [1, 2, 1],
    ),
    "totals under the names": (
        "S.No,Polling Station No.,AMAR SINGH (BJP),RAM LAL (SP),NOTA,Total\n"
        "1,1,10,20,1,31\n"
        "2,2,15,25,2,42\n"
        "3,3,5,6,1,12\n"
        ",EVM TOTAL,30,51,4,85\n"
        ",POSTAL,1,2,0,3\n"
        ",GRAND TOTAL,31,53,4,88\n"
        "",
        {"BJP": 30, "SP": 51},
        [1, 2, 1],
    ),
    "men and women twice": (
        "Booth,Electors Male,Electors Female,Electors Total,Male Voters,"
        "Female Voters,Total Voters,AMAR (BJP),RAM (SP),NOTA,Total\n"
        "1,60,40,100,20,11,31,10,20,1,31\n"
        "2,50,50,100,22,20,42,15,25,2,42\n"
        "3,50,50,100,6,6,12,5,6,1,12\n"
        "",
        {"BJP": 30, "SP": 51},
        [1, 2, 1],
    ),
}


@pytest.mark.parametrize("case", SMALL)
def test_small_sheets_of_all_kinds_are_read(tmp_path: Path, case: str) -> None:
    text, sums, nota = SMALL[case]
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    assert known_grid(path) is not None
    frames = {piece.table: piece.frame for piece in read(path, OPTIONS).pieces}
    assert frames["booths"]["nota"].tolist() == nota
    assert frames["booth_votes"].groupby("party")["votes"].sum().to_dict() == sums


def test_men_and_women_are_told_for_electors_and_for_voters(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(SMALL["men and women twice"][0], encoding="utf-8")
    booths = next(piece.frame for piece in read(path, OPTIONS).pieces if piece.table == "booths")
    assert booths["electors"].tolist() == [100, 100, 100]
    assert booths["electors_female"].tolist() == [40, 50, 50]
    assert booths["votes_polled"].tolist() == [31, 42, 12]
    assert booths["votes_polled_female"].tolist() == [11, 20, 6]
