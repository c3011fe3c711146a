"""Made-up Form 20 sheets: layouts, scripts and ways of printing, each with its truth."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PARTIES = ("BJP", "SP", "BSP", "INC", "RLD", "IND", "IND")
LATIN = ("AMAR SINGH", "RAM SWAROOP GAUTAM", "DR. SURABHI", "NITIN ANAND", "VIMLA DEVI", "MANI RAM", "KALYAN YADAV")
HINDI = ("अमर सिंह", "राम स्वरूप गौतम", "डा. सुरभि", "नितिन आनन्द", "विमला देवी", "मनी राम", "कल्याण यादव")
KRUTI = ("vej flag", "jke Lo:i xkSre", "MkW0 lqjfHk", "fufru vkuUn", "foeyk nsoh", "euh jke", "dY;k.k ;kno")

WORDS: dict[str, dict[str, str]] = {
    "latin": {
        "title": "FORM 20 FINAL RESULT SHEET", "seat": "No. & Name of Assembly Constituency - 163-SAFIPUR",
        "poll": "UTTAR PRADESH VIDHAN SABHA GENERAL ELECTION 2017", "serial": "Sl. No.", "booth": "Polling Station No.",
        "name": "Polling Station Name", "group": "No. of valid votes cast in favour of",
        "valid": "Total of valid votes",
        "rejected": "No. of rejected votes", "nota": "NOTA", "total": "Total", "tendered": "No. of tendered votes",
        "total_row": "Total EVM votes", "postal": "No. of votes recorded on postal ballot papers",
        "grand": "Total votes polled", "signature": "Place: Unnao   Date: 11.03.2017   Returning Officer",
        "school": "P.S. RAMPUR ROOM", "carried": "Carried over", "electors": "Total No. of Electors",
        "candidate": "Name of Candidate",
        "votes": "Votes Secured", "party": "Party Affiliation", "test": "Test votes",
    },
    "hindi": {
        "title": "प्ररूप 20 अंतिम परिणाम पत्र", "seat": "163-सफीपुर विधान सभा निर्वाचन क्षेत्र",
        "poll": "उत्तर प्रदेश विधान सभा सामान्य निर्वाचन 2017", "serial": "क्र0सं0", "booth": "मतदेय स्थल की क्रम संख्या",
        "name": "मतदेय स्थल का नाम", "group": "पक्ष में डाले गये वैध मतों की संख्या", "valid": "कुल विधिमान्य मत",
        "rejected": "प्रतिक्षेपित मतों की संख्या", "nota": "नोटा", "total": "कुल योग", "tendered": "निविदत्त मतों की संख्या",
        "total_row": "मतदेय स्थल पर अभिलिखित मतों का योग", "postal": "डाक मतपत्रों पर अभिलिखित मतों की संख्या",
        "grand": "डाले गये कुल मत", "signature": "स्थान: उन्नाव   दिनांक 11 मार्च 2017   रिटर्निंग आफीसर",
        "school": "प्राथमिक विद्यालय रामपुर कक्ष", "carried": "अग्रसारित", "electors": "निर्वाचकों की कुल संख्या",
        "candidate": "अभ्यर्थी का नाम", "votes": "प्राप्त मत", "party": "दल", "test": "परीक्षण मत",
    },
    "krutidev": {
        "title": "izk:i 20 vafre ifj.kke i=", "seat": "163&lQhiqj fo/kku lHkk fuokZpu {ks=",
        "poll": "mRrj izns'k fo/kku lHkk lkekU; fuokZpu 2017", "serial": "Ø0la0", "booth": "erns; LFky dh Øe la[;k",
        "name": "erns; LFky dk uke", "group": "i{k esa Mkys x;s oS/k erksa dh la[;k", "valid": "dqy fof/kekU; er",
        "rejected": "izfr{ksfir erksa dh la[;k", "nota": "uksVk", "total": "dqy ;ksx",
        "tendered": "fufonRr erksa dh la[;k",
        "total_row": "erns; LFky ij vfHkfyf[kr erksa dk ;ksx", "postal": "Mkd eri=ksa ij vfHkfyf[kr erksa dh la[;k",
        "grand": "Mkys x;s dqy er", "signature": "LFkku % mUuko fnukad 11 ekpZ 2017 fjVfuZax vkQhlj",
        "school": "izkFkfed fo|ky; jkeiqj d{k", "carried": "vxzlkfjr", "electors": "fuokZpdksa dh dqy la[;k",
        "candidate": "vH;FkhZ dk uke", "votes": "izkIr er", "party": "ny", "test": "ijh{k.k er",
    },
}  # fmt: skip
NAMES = {"latin": LATIN, "hindi": HINDI, "krutidev": KRUTI}
_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


@dataclass
class Truth:
    """What a sheet says."""

    booths: list[str]
    names: list[str]
    votes: list[list[int]]
    nota: list[int]
    rejected: list[int]
    electors: list[int]
    postal: list[int]
    parties: tuple[str, ...]
    candidates: tuple[str, ...]

    @property
    def total(self) -> int:
        """All votes, NOTA included, without postal ballots."""
        return sum(map(sum, self.votes)) + sum(self.nota)

    def official(self) -> list[tuple[str, str, int]]:
        """Name, party and votes with postal ballots."""
        sums = [sum(column) + postal for column, postal in zip(zip(*self.votes, strict=True), self.postal, strict=True)]
        return list(zip(LATIN, self.parties, sums, strict=False))


@dataclass
class Made:
    """A sheet as rows of cells, the merged ones by (row, column, height, width), and its truth."""

    rows: list[list[str]]
    truth: Truth
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def csv(self) -> str:
        """The sheet as CSV."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(self.rows)
        return out.getvalue()

    def xlsx(self, path: Path) -> Path:
        """Write the sheet as XLSX with its merged cells."""
        import xlsxwriter

        book = xlsxwriter.Workbook(str(path))
        page = book.add_worksheet("Form 20")
        for y, row in enumerate(self.rows):
            for x, cell in enumerate(row):
                if cell.isascii() and cell.isdigit():
                    page.write_number(y, x, int(cell))
                elif cell:
                    page.write_string(y, x, cell)
        for y, x, height, width in self.merges:
            if height * width > 1:
                page.merge_range(y, x, y + height - 1, x + width - 1, self.rows[y][x])
        book.close()
        return path


def truth(seed: int, *, booths: int = 12, candidates: int = 4, script: str = "latin") -> Truth:
    """Make up the votes of a seat."""
    rng = random.Random(seed)
    numbers = [str(number) for number in range(1, booths + 1)]
    if booths >= 8:
        numbers[5] = "5A"
    votes = [[rng.randint(0, 400 if place < 3 else 30) for place in range(candidates)] for _ in numbers]
    nota = [rng.randint(0, 15) for _ in numbers]
    rejected = [rng.choice([0, 0, 0, 1]) for _ in numbers]
    electors = [sum(row) + 300 + rng.randint(0, 300) for row in votes]
    words = WORDS[script]
    return Truth(
        numbers, [f"{words['school']} {number}" for number in numbers], votes, nota, rejected, electors,
        [rng.randint(1, 40) for _ in range(candidates)], PARTIES[:candidates], NAMES[script][:candidates],
    )  # fmt: skip


def _digits(cell: str, native: bool) -> str:
    return cell.translate(_DEVANAGARI) if native and cell.isdigit() else cell


def standard(
    told: Truth, *, script: str = "latin", party: str = "label", title: bool = True, serial: str = "first",
    name: bool = True, numbered: bool = True, totals: bool = True, postal: bool = True, signature: bool = True,
    page: int = 0, carried: bool = False, two_nota: bool = False, electors: bool = False, native: bool = False,
    test: bool = False,
) -> Made:  # fmt: skip
    """Lay a sheet out upright: one booth a row, candidates side by side under a common heading."""
    words = WORDS[script]
    rows: list[list[str]] = []
    merges: list[tuple[int, int, int, int]] = []
    before = [words["serial"]] if serial == "first" else []
    before += [words["booth"]] + ([words["name"]] if name else []) + ([words["electors"]] if electors else [])
    labels = [
        f"{candidate} ({own})" if party == "label" else candidate
        for candidate, own in zip(told.candidates, told.parties, strict=True)
    ]
    after = [words["valid"], words["rejected"], words["nota"], words["total"]]
    after += ([words["nota"]] if two_nota else []) + [words["tendered"]] + ([words["test"]] if test else [])
    width = len(before) + len(labels) + len(after)

    def head() -> None:
        if title:
            for key in ("title", "seat", "poll"):
                merges.append((len(rows), 0, 1, width))
                rows.append([words[key]] + [""] * (width - 1))
        merges.append((len(rows), len(before), 1, len(labels)))
        for column, text in enumerate([*before, *[""] * len(labels), *after]):
            if text:
                merges.append((len(rows), column, 2, 1))
        rows.append([*before, words["group"], *[""] * (len(labels) - 1), *after])
        rows.append([*[""] * len(before), *labels, *[""] * len(after)])
        if party == "row":
            rows.append([*[""] * len(before), *told.parties, *[""] * len(after)])
        if numbered:
            rows.append([str(number) for number in range(1, width + 1)])

    def line(lead: list[str], votes: list[int], rejected: int, nota: int) -> list[str]:
        counted = sum(votes)
        tail = [
            counted,
            rejected,
            nota,
            counted + rejected + nota,
            *([nota] if two_nota else []),
            0,
            *([0] if test else []),
        ]
        return [_digits(cell, native) for cell in [*lead, *map(str, votes), *map(str, tail)]]

    def lead(text: str) -> list[str]:
        return [text] + [""] * (len(before) - 1)

    head()
    seen = [0] * len(labels)
    seen_rejected = seen_nota = 0
    for place, booth in enumerate(told.booths):
        if page and place and place % page == 0:
            if carried:
                rows.append(line(lead(words["carried"]), seen, seen_rejected, seen_nota))
            head()
        own = [str(place + 1)] if serial == "first" else []
        own += [booth] + ([told.names[place]] if name else []) + ([str(told.electors[place])] if electors else [])
        rows.append(line(own, told.votes[place], told.rejected[place], told.nota[place]))
        seen = [one + other for one, other in zip(seen, told.votes[place], strict=True)]
        seen_rejected, seen_nota = seen_rejected + told.rejected[place], seen_nota + told.nota[place]
    if totals:
        rows.append(line(lead(words["total_row"]), seen, seen_rejected, seen_nota))
        if postal:
            rows.append(line(lead(words["postal"]), told.postal, 0, 0))
            both = [one + other for one, other in zip(seen, told.postal, strict=True)]
            rows.append(line(lead(words["grand"]), both, seen_rejected, seen_nota))
    if signature:
        rows.append([words["signature"]] + [""] * (width - 1))
    return Made(rows, told, merges)


def triples(told: Truth, *, sexes: bool = True) -> Made:
    """Lay a sheet out with serial, party and votes for each candidate, and electors and voters, as UP did in 2017."""
    head = ["AC No.", "Polling Station", "", "Total No. of Electors", "Voters Turnout", "", "", "",
            "No. of voters Identified using EPIC", "No. of Ten-dered Voters"]  # fmt: skip
    below = ["", "No.", "Name", "", "Male", "Female", "Other", "Total", "", ""]
    for candidate in (*told.candidates, "NOTA"):
        head += [candidate, "", ""]
        below += ["S.No.", "Party Affiliation", "Votes Secured"]
    head.append("Total Votes Secured")
    below.append("")
    rows = [["No. & Name of Assembly Constituency - 163-Safipur"] + [""] * (len(head) - 1),
            ["UTTAR PRADESH VIDHAN SABHA GENERAL ELECTION 2017"] + [""] * (len(head) - 1),
            head, below, [str(number) for number in range(1, len(head) + 1)]]  # fmt: skip
    merges = [(2, 1, 1, 2), (2, 4, 1, 4)] + [(2, 10 + 3 * place, 1, 3) for place in range(len(told.candidates) + 1)]
    for place, booth in enumerate(told.booths):
        polled = sum(told.votes[place]) + told.nota[place]
        men = polled // 2
        sex = [str(men), str(polled - men), "0"] if sexes else ["", "", ""]
        row = ["163", booth, told.names[place], str(told.electors[place]), *sex, str(polled), "0", "0"]
        for at, (votes, party) in enumerate(zip(told.votes[place], told.parties, strict=True), 1):
            row += [str(at), party, str(votes)]
        row += [str(len(told.candidates) + 1), "NOTA", str(told.nota[place]), str(polled)]
        rows.append(row)
    return Made(rows, told, merges)


def transposed(told: Truth, *, script: str = "latin") -> Made:
    """Lay a sheet out on its side: one candidate a row, booths side by side."""
    words = WORDS[script]
    rows = [[words["seat"]], [words["poll"]], [words["booth"], *told.booths], [words["name"], *told.names],
            [words["electors"], *map(str, told.electors)]]  # fmt: skip
    for place, candidate in enumerate(told.candidates):
        rows.append([f"{candidate} ({told.parties[place]})", *(str(votes[place]) for votes in told.votes)])
    valid = [sum(votes) for votes in told.votes]
    rows.append([words["valid"], *map(str, valid)])
    rows.append([words["rejected"], *map(str, told.rejected)])
    rows.append([words["nota"], *map(str, told.nota)])
    both = [one + two + three for one, two, three in zip(valid, told.rejected, told.nota, strict=True)]
    rows.append([words["total"], *map(str, both)])
    width = max(map(len, rows))
    return Made([row + [""] * (width - len(row)) for row in rows], told)


def candidate_rows(told: Truth, *, script: str = "latin", repeat: bool = True) -> Made:
    """Lay a sheet out with one candidate a row, booth after booth."""
    words = WORDS[script]
    rows = [[words["seat"], "", "", "", ""], [words["poll"], "", "", "", ""],
            [words["booth"], words["name"], words["candidate"], words["party"], words["votes"]]]  # fmt: skip
    for place, booth in enumerate(told.booths):
        lines = [
            *zip(told.candidates, told.parties, told.votes[place], strict=True),
            (words["nota"], "", told.nota[place]),
        ]
        for at, (candidate, party, votes) in enumerate(lines):
            shown = repeat or at == 0
            rows.append([booth if shown else "", told.names[place] if shown else "", candidate, party, str(votes)])
    return Made(rows, told)


def wide_pages(told: Truth, *, script: str = "latin") -> Made:
    """Lay a sheet out over two blocks: the first candidates of all booths, then the others with the totals."""
    words = WORDS[script]
    half = len(told.candidates) // 2
    labels = [f"{name} ({party})" for name, party in zip(told.candidates, told.parties, strict=True)]
    width = 2 + max(half, len(labels) - half) + 2
    rows = [[words["seat"]], [words["poll"]], [words["booth"], words["name"], *labels[:half]]]
    rows += [[booth, told.names[at], *map(str, told.votes[at][:half])] for at, booth in enumerate(told.booths)]
    rows += [[words["booth"], words["name"], *labels[half:], words["nota"], words["total"]]]
    for at, booth in enumerate(told.booths):
        total = sum(told.votes[at]) + told.nota[at]
        rows.append([booth, told.names[at], *map(str, told.votes[at][half:]), str(told.nota[at]), str(total)])
    return Made([row + [""] * (width - len(row)) for row in rows], told)


def print_pdf(made: Made, path: Path, *, ruled: bool = True, font: str = "Noto Sans Devanagari", rows: int = 0) -> Path:
    """Print a sheet with typst, its text as a text layer."""
    import typst

    width = max(map(len, made.rows))
    lines = []
    covered: set[tuple[int, int]] = set()
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    if ruled:
        for y, x, height, wide in made.merges:
            spans[y, x] = (height, wide)
            covered |= {(y + dy, x + dx) for dy in range(height) for dx in range(wide)} - {(y, x)}
    for y, row in enumerate(made.rows):
        for x in range(width):
            if (y, x) in covered:
                continue
            height, wide = spans.get((y, x), (1, 1))
            text = (row[x] if x < len(row) else "").replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'table.cell(rowspan: {height}, colspan: {wide})[#text("{text}")],')
    stroke = "0.4pt" if ruled else "none"
    source = (
        f"#set page(width: {60 * width + 80}pt, height: {rows * 26 + 60 if rows else 1100}pt, margin: 20pt)\n"
        f'#set text(font: ("{font}", "Libertinus Serif"), size: 8pt)\n'
        f"#table(columns: ({', '.join(['1fr'] * width)}), stroke: {stroke}, inset: 4pt,\n" + "\n".join(lines) + ")\n"
    )
    from importlib import resources

    fonts: list[Any] = []
    try:
        import fontpkg_noto_sans_devanagari as package  # type: ignore[import-not-found]

        fonts = [str(resources.files(package))]
    except ImportError:
        pass
    typ = path.with_suffix(".typ")
    typ.write_text(source, encoding="utf-8")
    typst.compile(str(typ), output=str(path), font_paths=fonts)
    return path
