"""Sheets whose cells ran together: each page one long text, in which every booth ends with its numbered parties.

Some PDFs lose their grid when their cells are dumped. What stays is a text such as `12 P.S RAUKARI 1,193 435 372 0
807 807 0 1 BJP 521 2 BSP 211 3 SP 37 ... 9 NOTA 4`. The run of numbered party labels is the same for every booth, so
it tells where a booth's votes stand; what is before it is the booth's number, name and counts.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from khaka.data.readers.form20.cells import Box, Grid
from khaka.data.readers.form20.script import Role, count_of, role_of
from khaka.data.readers.form20.table import COUNTS, SheetRow, SheetTable, VoteColumn

_LONG: Final = 300
_COUNT: Final = r"(\d[\d,]*|-)"
_START: Final = re.compile(rf"(?<![\d,])1 ([A-Za-z][^\d]{{0,40}}?) {_COUNT} 2 ([A-Za-z][^\d]{{0,40}}?) {_COUNT}(?= |$)")
_AFTER_NAME: Final[tuple[tuple[Role, ...], ...]] = (
    ("electors", "polled_male", "polled_female", "polled_other", "polled", "epic", "tendered"),
    ("electors", "electors_male", "electors_female", "electors_other", "polled", "epic", "tendered"),
)


def read_stream(grid: Grid) -> SheetTable | None:
    """Return the table of a sheet whose cells ran together, None where the text holds no run of parties.

    Parameters
    ----------
    grid : Grid
        With its boxes.

    Returns
    -------
    SheetTable or None
        Rows numbered by booth in the order of the text.
    """
    long = [box for box in sorted(grid.boxes, key=lambda box: (box.page, box.top, box.left)) if len(box.text) > _LONG]
    labels = _labels([box.text for box in long])
    if labels is None:
        return None
    heads = [box.text for box in grid.boxes if len(box.text) <= _LONG]
    title = next((text for text in heads if re.search(r"\d{4}", text) and re.search(r"\d{1,3}\s*-", text)), "")
    own = re.search(r"(?<!\d)(\d{1,3})\s*-\s*[A-Za-z]", title)
    rows: list[SheetRow] = []
    last = 0
    for page in sorted({box.page for box in grid.boxes}):
        texts = [box.text for box in sorted(grid.boxes, key=lambda box: (box.top, box.left)) if box.page == page]
        found = _page(texts, labels, last, own[1] if own else "", len(rows))
        numbers = [int(match[0]) for row in found if (match := re.match(r"\d+", row.booth_no))]
        last = numbers[-1] if numbers else last
        rows.extend(found)
    if len(rows) < 2:
        return None
    _fill_gaps(rows)
    note = "the cells of this sheet ran together; booths were told by the numbered parties behind each"
    return SheetTable("text", _columns(labels, grid.boxes), [*rows, *_totals(long, labels, rows)], title, [note])


def _page(texts: list[str], labels: tuple[str, ...], last: int, seat: str, before: int) -> list[SheetRow]:
    """Read one page: booths one behind the other, or each party's votes in a text of its own."""
    parts = [rf"{place} {re.escape(label)} {_COUNT}" for place, label in enumerate(labels, 1)]
    tail = re.compile(r"(?<![\d,])" + " ".join(parts) + r"(?= |$)")
    rows: list[SheetRow] = []
    for text in texts:
        start = 0
        for match in tail.finditer(text):
            row = _row(text[start : match.start()].split(), list(match.groups()), last, seat, rows)
            row.row = before + len(rows) + 1
            number = re.match(r"\d+", row.booth_no)
            last = int(number[0]) if number else last
            rows.append(row)
            start = match.end()
    if not rows:
        joined = " ".join(texts)
        runs = [re.findall(rf"(?<![\d,]){part}(?= |$)", joined) for part in parts]
        if len(set(map(len, runs))) == 1 and runs[0]:
            rows = [
                SheetRow(before + place, "unnumbered", votes=list(votes))
                for place, votes in enumerate(zip(*runs, strict=True), 1)
            ]
    if rows and all(row.kind == "unnumbered" for row in rows):
        _number_all(rows, texts, last)
    return rows


def _number_all(rows: list[SheetRow], texts: list[str], last: int) -> None:
    """Number a page's booths from a text of numbers and names, if it goes on where the last page ended."""
    for text in texts:
        words = text.split()
        wanted = [str(last + step) for step in range(1, len(rows) + 1)]
        places: list[int] = []
        at = 0
        for number in wanted:
            spots = [place for place in range(at, len(words)) if words[place] == number]
            named = [place for place in spots if place + 1 < len(words) and count_of(words[place + 1]) is None]
            if not spots:
                break
            places.append(named[0] if named and named[0] <= spots[0] + 12 else spots[0])
            at = places[-1] + 1
        if len(places) < len(rows):
            continue
        for row, place, stop in zip(rows, places, [*places[1:], len(words)], strict=True):
            row.kind, row.booth_no = "booth", words[place]
            row.name = " ".join(word for word in words[place + 1 : stop] if count_of(word) is None)
        break
    else:
        return
    for text in texts:
        counts = [word for word in text.split() if count_of(word) is not None]
        if role_of(" ".join(text.split()[:5])) == "electors" and len(counts) == len(rows):
            for row, word in zip(rows, counts, strict=True):
                row.counts["electors"] = word


def _fill_gaps(rows: list[SheetRow]) -> None:
    """Number booths whose own number got lost, where exactly as many numbers are missing as booths between two known.

    The text keeps the order of the sheet, so no other number fits.
    """
    known = [place for place, row in enumerate(rows) if row.booth_no.isdigit()]
    for first, second in zip([-1, *known], known, strict=False):
        start = int(rows[first].booth_no) if first >= 0 else 0
        if second - first > 1 and int(rows[second].booth_no) - start == second - first:
            for step, row in enumerate(rows[first + 1 : second], 1):
                row.kind, row.booth_no = "booth", str(start + step)


def _totals(long: list[Box], labels: tuple[str, ...], rows: list[SheetRow]) -> list[SheetRow]:
    """Return the sheet's total, if the last page ends with as many numbers as there are parties behind such a word."""
    for box in reversed(long):
        match = re.search(r"(?:total|;ksx|योग)\s+((?:[\d,]+|-)(?:\s+(?:[\d,]+|-))*)\s*$", box.text, re.IGNORECASE)
        if match and len(numbers := match[1].split()) >= len(labels):
            return [SheetRow(len(rows) + 1, "total", votes=numbers[-len(labels) :])]
    return []


def _labels(texts: list[str]) -> tuple[str, ...] | None:
    found: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        for match in _START.finditer(text):
            labels = [match[1], match[3]]
            place = match.end()
            while True:
                more = re.compile(rf" {len(labels) + 1} ([A-Za-z][^\d]{{0,40}}?) {_COUNT}(?= |$)").match(text, place)
                if more is None:
                    break
                labels.append(more[1])
                place = more.end()
            found[tuple(labels)] += 1
    common = [entry for entry in found.most_common(3) if entry[1] >= 3]
    return max(common, key=lambda entry: (entry[1] >= 0.5 * common[0][1], len(entry[0])))[0] if common else None


def _columns(labels: tuple[str, ...], boxes: tuple[Box, ...]) -> list[VoteColumn]:
    """Name the columns by the headings left of NOTA's, where there are as many as parties."""
    nota = [box for box in boxes if role_of(box.text) == "nota" and len(box.text) < 60]
    names: list[str] = []
    if nota:
        line = sorted(
            (box for box in boxes if box.page == nota[0].page and box.top == nota[0].top and box.left < nota[0].left),
            key=lambda box: box.left,
        )
        names = [box.text for box in line if role_of(box.text) is None][-(len(labels) - 1) :]
    out: list[VoteColumn] = []
    for place, label in enumerate(labels):
        is_nota = role_of(label) == "nota"
        name = names[place] if len(names) == len(labels) - 1 and place < len(names) else ""
        out.append(VoteColumn("NOTA" if is_nota else name, "" if is_nota else label, (name, label), is_nota, place + 1))
    return out


def _row(words: list[str], votes: list[str], last: int, seat: str, rows: list[SheetRow]) -> SheetRow:
    place = _number_place(words, last)
    row = SheetRow(0, "unnumbered", votes=votes)
    if place is None:
        return row
    left_over = [word for word in words[:place] if count_of(word) is None]
    if rows and left_over and len(left_over) <= 8 and not any(role_of(word) for word in left_over):
        rows[-1].name = f"{rows[-1].name} {' '.join(left_over)}".strip()
    row.kind, row.booth_no = "booth", words[place]
    rest = [word for word in words[place + 1 :] if word != seat or not seat]
    first = next((at for at in range(len(rest)) if all(count_of(word) is not None for word in rest[at:])), len(rest))
    row.name = " ".join(rest[:first])
    counts = rest[first:]
    total = sum(count_of(vote) or 0 for vote in votes)
    if len(counts) == len(_AFTER_NAME[0]):
        male, female, other, polled = (count_of(word) or 0 for word in counts[1:5])
        roles = _AFTER_NAME[0] if male + female + other == polled else _AFTER_NAME[1]
        row.counts = {role: word for role, word in zip(roles, counts, strict=True) if role in COUNTS}
    elif counts:
        row.counts = {"electors": counts[0]}
        polled_word = next((word for word in counts[1:] if count_of(word) == total), None)
        if polled_word is not None:
            row.counts["polled"] = polled_word
    return row


def _number_place(words: list[str], last: int) -> int | None:
    """Find the booth's number among the words before its votes: the one after the last booth's, else the next above."""
    numbers = {
        place: int(match[1])
        for place, word in enumerate(words[:-1])
        if (match := re.match(r"^(\d{1,4})[A-Z]?$", word)) and not words[place + 1].replace(",", "").isdigit()
    }
    for place, number in numbers.items():
        if number == last + 1:
            return place
    above = {place: number for place, number in numbers.items() if last < number <= last + 20}
    return min(above, key=lambda place: above[place]) if above else None
