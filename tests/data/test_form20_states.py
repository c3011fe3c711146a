"""Sheets as officers of other states lay them out, without any official result to lean on: read back exactly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from khaka.data.readers.form20.party import party_of, printed_parties
from khaka.data.readers.form20.reader import read

PARTIES = ("INC", "BJP", "BSP", "IND")
LATIN = ("RAMESH MEENA", "G. TIWARI", "O.P. VERMA", "MOHD. ASLAM")
HINDI = ("रमेश मीणा", "संजय सिंह", "मो० इरफान", "सुनीता देवी")
LONG = ("भारतीय राष्ट्रीय कांग्रेस", "भारतीय जनता पार्टी", "लोक जनशक्ति पार्टी", "निर्दलीय")


def made_up(booths: int = 12) -> tuple[list[list[int]], list[int]]:
    """Votes of four candidates and NOTA."""
    rng = random.Random(4)
    return [[rng.randint(5, 300) for _ in PARTIES] for _ in range(booths)], [rng.randint(0, 9) for _ in range(booths)]


VOTES, NOTA = made_up()
SUMS = [sum(column) for column in zip(*VOTES, strict=True)]


def text(rows: list[list[str]], delimiter: str = ",") -> str:
    def cell(value: str) -> str:
        return f'"{value}"' if delimiter in value or "\n" in value else value

    return "\n".join(delimiter.join(cell(value) for value in row) for row in rows) + "\n"


def check(path: Path, place: str, parties: tuple[str, ...], numbers: list[str] | None = None) -> None:
    """Every vote of every booth and party, NOTA, the seat and the election are those of the sheet."""
    reading = read(path)
    frames = {piece.table: piece.frame for piece in reading.pieces}
    booths, votes = frames["booths"], frames["booth_votes"]
    assert f"{booths['election_id'].iloc[0]} {booths['seat_id'].iloc[0]}" == place
    told = numbers or [str(number) for number in range(1, len(VOTES) + 1)]
    assert booths["booth_no"].tolist() == told
    assert booths["nota"].tolist() == NOTA
    found = {(booth, party): number for booth, party, number in votes[["booth_no", "party", "votes"]].to_numpy()}
    assert found == {
        (booth, party): number
        for booth, row in zip(told, VOTES, strict=True) for party, number in zip(parties, row, strict=True)
    }  # fmt: skip
    assert not (reading.faults["severity"] == "quarantined").any()


def test_number_and_name_in_one_cell_parties_under_the_names_and_totals_of_pages(tmp_path: Path) -> None:
    """Rajasthan: "S.N.", cells of three lines, heads and page totals on every page, postal and grand totals."""
    head = ["S.N.", "No. and Name of Polling Station"]
    head += [f"{at}\n{name}\n{party}" for at, (name, party) in enumerate(zip(LATIN, PARTIES, strict=True), 1)]
    head += ["Total Valid Votes", "Rejected Votes", "NOTA", "Total", "Tendered Votes"]
    rows = [["FORM - 20"], ["Election to the Legislative Assembly of Rajasthan from 56 - Bagru (SC) Assembly "
                            "Constituency, December 2018"]]  # fmt: skip
    for at, (votes, nota) in enumerate(zip(VOTES, NOTA, strict=True)):
        if at % 5 == 0:
            if at:
                page = [str(sum(row[place] for row in VOTES[at - 5 : at])) for place in range(4)]
                rows.append(["", "Page Total", *page, "", "", "", "", ""])
            rows += [head, [str(number) for number in range(1, len(head) + 1)]]
        total = sum(votes)
        rows.append([str(at + 1), f"{at + 1}-GOVT. SEC. SCHOOL ROOM {at % 3 + 1}", *map(str, votes), str(total), "0",
                     str(nota), str(total + nota), "0"])  # fmt: skip
    rows.append(["", "Total EVM Votes", *map(str, SUMS), str(sum(SUMS)), "0", str(sum(NOTA)), "", "0"])
    rows.append(["", "Total Postal Ballot Votes", "12", "22", "1", "0", "35", "4", "1", "", "0"])
    path = tmp_path / "sheet.csv"
    path.write_text(text(rows), encoding="utf-8-sig")
    check(path, "S20-2018-AE S20-2008-56", PARTIES)


def test_hindi_names_with_the_whole_name_of_the_party_behind_them(tmp_path: Path) -> None:
    """Bihar: Devanagari digits with commas, auxiliary booths with a Hindi letter, party behind the name in one line."""
    digits = str.maketrans("0123456789", "०१२३४५६७८९")
    labels = [f"{name} {party}" for name, party in zip(HINDI, LONG, strict=True)]
    rows = [["प्रपत्र-20 (अंतिम परिणाम पत्रक)"], ["बिहार विधान सभा आम निर्वाचन 2020"],
            ["विधान सभा निर्वाचन क्षेत्र की संख्या एवं नाम: 61-पूर्णिया"],
            ["मतदान केन्द्र की संख्या", "मतदान केन्द्र का नाम", *labels, "विधिमान्य मतों का योग", "नोटा"]]  # fmt: skip
    numbers = ["1", "1क", "2", "3", "4", "5", "6", "7", "8", "9", "9(क)", "10"]
    for booth, votes, nota in zip(numbers, VOTES, NOTA, strict=True):
        counts = [f"{number:,}".translate(digits) for number in (*votes, sum(votes), nota)]
        rows.append([booth.translate(digits), "मध्य विद्यालय पूर्णिया उत्तर भाग", *counts])
    rows.append(["महायोग", "", *[f"{number:,}".translate(digits) for number in (*SUMS, sum(SUMS), sum(NOTA))]])
    path = tmp_path / "sheet.csv"
    path.write_text(text(rows), encoding="utf-8")
    told = [number.replace("(", "").replace(")", "").replace("क", "A") for number in numbers]
    check(path, "S04-2020-AE S04-2008-61", ("INC", "BJP", "LJP", "IND"), told)


def test_marathi_words_and_rounds_of_counting(tmp_path: Path) -> None:
    """Maharashtra: semicolons, a line before each round and its total after it, parties in a line of their own."""
    long = ("इंडियन नॅशनल काँग्रेस", "भारतीय जनता पार्टी", "वंचित बहुजन आघाडी", "अपक्ष")
    rows = [["नमुना 20"], ["महाराष्ट्र विधानसभा सार्वत्रिक निवडणूक 2019"], ["215 - कसबा पेठ विधानसभा मतदारसंघ"],
            ["अ.क्र.", "मतदान केंद्र क्रमांक", *HINDI, "एकूण वैध मते", "नाकारलेली मते", "नोटा", "एकूण मते", "प्रदत्त मते"],
            ["", "", *long, "", "", "", "", ""]]  # fmt: skip
    for at, (votes, nota) in enumerate(zip(VOTES, NOTA, strict=True)):
        if at % 4 == 0:
            rows.append([f"फेरी क्रमांक {at // 4 + 1}"] + [""] * 10)
        rows.append([str(at + 1), str(at + 1), *map(str, votes), str(sum(votes)), "0", str(nota),
                     str(sum(votes) + nota), "0"])  # fmt: skip
        if at % 4 == 3:
            part = [sum(row[place] for row in VOTES[at - 3 : at + 1]) for place in range(4)]
            rows.append(["", "फेरी एकूण", *map(str, part), str(sum(part)), "0", str(sum(NOTA[at - 3 : at + 1])), "", ""])
    rows.append(["", "एकूण", *map(str, SUMS), str(sum(SUMS)), "0", str(sum(NOTA)), "", "0"])
    rows.append(["", "टपाली मते", "5", "6", "7", "8", "26", "0", "0", "26", "0"])
    path = tmp_path / "sheet.csv"
    path.write_text(text(rows, ";"), encoding="utf-8")
    check(path, "S13-2019-AE S13-2008-215", ("INC", "BJP", "OTH", "IND"))


def test_a_party_behind_a_dash_and_two_suffixes_on_a_booth(tmp_path: Path) -> None:
    """Tamil Nadu: UTF-16 with tabs; a party that only its place behind the dash tells."""
    parties = ("ADMK", "DMK", "NTK", "IND")
    head = ["Sl. No", "Polling Station No.", *[f"{n} - {p}" for n, p in zip(LATIN, parties, strict=True)], "NOTA",
            "TOTAL VALID VOTES", "REJECTED", "TENDERED"]  # fmt: skip
    rows = [["GENERAL ELECTIONS TO TAMIL NADU LEGISLATIVE ASSEMBLY, 2021"],
            ["NAME OF THE ASSEMBLY CONSTITUENCY: 118 COIMBATORE NORTH"], head]  # fmt: skip
    numbers = ["1", "2", "3", "3A", "4", "4A(W)", "5", "6", "7M", "7W", "8", "9"]
    for at, (booth, votes, nota) in enumerate(zip(numbers, VOTES, NOTA, strict=True), 1):
        rows.append([str(at), booth, *map(str, votes), str(nota), str(sum(votes)), "0", "0"])
    path = tmp_path / "sheet.csv"
    path.write_text(text(rows, "\t"), encoding="utf-16")
    check(path, "S22-2021-AE S22-2008-118", parties, [number.replace("A(W)", "AW") for number in numbers])


def test_numbers_kept_as_text_and_a_cover_page(tmp_path: Path) -> None:
    """Delhi: a workbook whose first page is a cover, numbers with an apostrophe or a blank, totals as formulas."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "sheet.xlsx"))
    book.add_worksheet("Cover").write(0, 0, "Office of the Chief Electoral Officer, Delhi")
    page = book.add_worksheet("AC 43")
    page.merge_range(0, 0, 0, 8, "FORM 20 - Final Result Sheet, 43 Malviya Nagar, Vidhan Sabha Delhi 2020")
    heads = [
        "Serial No. Of Polling Station",
        "Name of Polling Station",
        *LATIN,
        "Total of Valid Votes",
        "NOTA",
        "Total",
    ]
    for column, words in enumerate(heads):
        page.write(1, column, words)
    for column, party in enumerate(PARTIES):
        page.write(2, 2 + column, party)
    for at, (votes, nota) in enumerate(zip(VOTES, NOTA, strict=True)):
        page.write_string(3 + at, 0, f" {at + 1} ")
        page.write_string(3 + at, 1, "MCD Primary School, Hauz Rani")
        for column, number in enumerate(votes):
            page.write_string(3 + at, 2 + column, f"'{number}" if column % 2 else f"{number} ")
        page.write_formula(3 + at, 6, f"=SUM(C{4 + at}:F{4 + at})", None, sum(votes))
        page.write(3 + at, 7, nota)
        page.write(3 + at, 8, sum(votes) + nota)
    book.close()
    check(tmp_path / "sheet.xlsx", "U05-2020-AE U05-2008-43", PARTIES)


def test_a_sheet_on_its_side_goes_on_below(tmp_path: Path) -> None:
    """West Bengal: booths side by side, the next eight under a line of booths of their own."""
    rows = [["West Bengal Legislative Assembly Election, 2021"], ["210-Nandigram"]]
    printed = ("AITC", "BJP", "CPI(M)", "IND")
    for start in (0, 6):
        part = range(start, start + 6)
        rows.append(["Polling Station No.", "Party", *(str(at + 1) for at in part)])
        for place, (name, party) in enumerate(zip(LATIN, printed, strict=True)):
            rows.append([name, party, *(str(VOTES[at][place]) for at in part)])
        rows.append(["NOTA", "", *(str(NOTA[at]) for at in part)])
        rows.append(["Total", "", *(str(sum(VOTES[at]) + NOTA[at]) for at in part)])
    width = max(map(len, rows))
    path = tmp_path / "sheet.csv"
    path.write_text(text([row + [""] * (width - len(row)) for row in rows]), encoding="utf-8")
    check(path, "S25-2021-AE S25-2008-210", ("AITC", "BJP", "CPM", "IND"))


@pytest.mark.parametrize(
    ("printed", "party"), [("CPI(M)", "CPM"), ("JD(U)", "JD(U)"), ("(BJP)", "BJP"), ("[INC]", "INC"), ("अपक्ष", "IND")]
)
def test_brackets_around_a_party_go_and_its_own_stay(printed: str, party: str) -> None:
    assert party_of(printed, 2021) == party


def test_ends_of_names_are_no_parties_where_the_sheet_prints_none() -> None:
    labels: list[tuple[str, ...]] = [("RAM SP",), ("SHYAM LAL",), ("AMAR PAL",), ("KAMAL JI",), ("S. KHAN",)]
    assert [party for _, party in printed_parties(labels, 2017)] == [None] * 5
