"""Headings of a sheet: which rows are its head, and what each column holds."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from khaka.data.readers.form20.cells import Grid
from khaka.data.readers.form20.script import (
    Role,
    count_of,
    is_ditto,
    latin_digits,
    part_role,
    readable,
    role_of,
    row_kind,
)

_SEX: Final = {
    "male": re.compile(r"^(?:male|men|m|पुरुष|पुरूष)$", re.IGNORECASE),
    "female": re.compile(r"^(?:female|women|f|महिला|स्त्री)$", re.IGNORECASE),
    "other": re.compile(r"^(?:others?|o t h e r|o|third gender|tg|trans\S*(?: \S+)?|अन्य|तृतीय लिंग)$", re.IGNORECASE),
    "": re.compile(r"^(?:total.*|t|योग|कुल)$", re.IGNORECASE),
}
_VOTERS: Final[dict[str, Role]] = {
    "electors": "polled", "electors_male": "polled_male", "electors_female": "polled_female",
    "electors_other": "polled_other",
}  # fmt: skip
_NUMBER_LEAF: Final = re.compile(
    r"^(?:no|number|num|sl|s)?\.?\s*(?:no)?\.?$|^(?:संख्या|सं0?|नं0?|क्रमांक|क्र0?\S*)$", re.IGNORECASE
)
_NAME_LEAF: Final = re.compile(r"^(?:name|नाम|building|locality)$", re.IGNORECASE)
_STATION: Final = re.compile(r"poll\S* station|polling|booth|\bpart\b|मतदेय|मतदान स्थल|मतदान केन?्द्र|केंद्र|बूथ", re.IGNORECASE)
_GROUP_LABEL: Final = re.compile(
    r"candidate'?s? (?:id|name)|names? of (?:the )?(?:contesting )?candidate|in favou?r of|पक्ष में|अभ्यर्थि?यों|प्रत्याशियों|"
    r"^candidates?$|^votes? (?:secured|polled)$|^district\W|^जिला|^ज़िला|^जनपद",
    re.IGNORECASE,
)
_ENUMERATED: Final = re.compile(r"^(?:candidate name\s*)?\(?(\d{1,2})\)?\s*[-.:)]?\s*(?=\D|$)", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnHead:
    """What the headings say of one column.

    Parameters
    ----------
    role : Role or None
        "candidate" for a column of one candidate's votes; None where nothing tells.
    texts : tuple of str
        Headings that are a candidate's own (name, party), from top to bottom.
    group : str
        Heading that the column shares with its neighbours; empty if none.
    """

    role: Role | None
    texts: tuple[str, ...] = ()
    group: str = ""


def numbers_in(row: Sequence[str]) -> int:
    """Return how many cells of a row hold a number."""
    return sum(count_of(cell) is not None for cell in row)


def is_column_numbers(row: Sequence[str]) -> bool:
    """Tell whether a row only numbers the columns: 1 2 3 4 ...

    Examples
    --------
    >>> is_column_numbers(["1", "2", "3", "", "5", "6"]), is_column_numbers(["(1)", "(2)", "(3)", "(4)"])
    (True, True)
    >>> is_column_numbers(["1", "9", "337", "71", "38"]), is_column_numbers(["1", "2", "3"])
    (False, False)
    """
    filled = [cell.strip("() .") for cell in row if cell]
    values = [count_of(cell) for cell in filled if len(cell) <= 3]
    known = [value for value in values if value is not None]
    if len(known) < 4 or len(known) < len(filled):
        return False
    steps = [later - earlier for earlier, later in itertools.pairwise(known)]
    return known[0] in (1, 2) and sum(step in (1, 2) for step in steps) >= 0.85 * len(steps) and known[1] <= 3


def looks_like_body(row: Sequence[str]) -> bool:
    """Tell whether a row looks like counts of one booth or a total, not like a heading."""
    filled = [cell for cell in row if cell and not is_ditto(cell)]
    numeric = numbers_in(filled)
    if numeric < 2 or is_column_numbers(row):
        return False
    return numeric >= (3 if len(row) > 4 else 2) and 2 * numeric >= len(filled) - _repeats(filled)


def _repeats(filled: Sequence[str]) -> int:
    """Count cells of text that a printed party or serial repeats in every row: they are no sign of a heading."""
    return sum(count_of(cell) is None and len(cell) <= 12 and role_of(cell) in (None, "nota") for cell in filled) // 2


def is_title(cells: Sequence[str], spread: Sequence[str]) -> bool:
    """Tell whether a row is one line of text over the whole width."""
    filled = [cell for cell in cells if cell]
    if len(filled) == 1 and len(cells) > 2:
        return True
    counts = Counter(cell for cell in spread if cell)
    return bool(counts) and counts.most_common(1)[0][1] >= 0.9 * len(spread) and len(spread) > 2


def head_rows(grid: Grid, start: int, stop: int) -> list[int]:
    """Return the rows between `start` and `stop` that carry headings of columns (no titles, no column numbers)."""
    return [
        row for row in range(start, stop)
        if not is_title(grid.cells[row], grid.spread[row]) and not is_column_numbers(grid.cells[row])
        and any(count_of(cell) is None for cell in grid.cells[row] if cell)
    ]  # fmt: skip


def column_heads(grid: Grid, rows: Sequence[int]) -> list[ColumnHead]:
    """Return what each column holds by its headings.

    Parameters
    ----------
    grid : Grid
        The sheet.
    rows : sequence of int
        Positions of the rows with headings, from `head_rows`.

    Returns
    -------
    list of ColumnHead
        One for each column.
    """
    filled = [_filled_right(grid, rows, place) for place in range(len(rows))]
    return _once([_head([line[column] for line in filled]) for column in range(grid.width)])


def _once(heads: list[ColumnHead]) -> list[ColumnHead]:
    """Read a second count of "voters" as those who voted: the first one is of those who may."""
    out: list[ColumnHead] = []
    polled = {head.role for head in heads if head.role is not None and head.role.startswith("polled")}
    seen: set[str] = set()
    for head in heads:
        role = head.role
        if role is not None and role in _VOTERS:
            if role in seen and _VOTERS[role] not in polled:
                head = ColumnHead(_VOTERS[role], head.texts, head.group)
            seen.add(role)
        out.append(head)
    return out


def _filled_right(grid: Grid, rows: Sequence[int], place: int) -> list[str]:
    """Return a row of headings, in which a group's heading stands over all its columns.

    Sheets without merged cells leave the cells right of a group's heading blank: it is carried on while a lower row
    has a heading there.
    """
    line = list(grid.spread[rows[place]])
    merged = any(
        whole and not cell for row in rows for cell, whole in zip(grid.cells[row], grid.spread[row], strict=True)
    )
    if (grid.boxes and merged) or place == len(rows) - 1:
        return line
    below = [any(grid.spread[row][column] for row in rows[place + 1 :]) for column in range(grid.width)]
    above = [any(grid.spread[row][column] for row in rows[:place]) for column in range(grid.width)]
    last = ""
    for column in range(grid.width):
        if line[column]:
            last = line[column]
        elif last and below[column] and not (above[column] and not place):
            line[column] = last
    return line


def _head(path: list[str]) -> ColumnHead:
    texts: list[str] = []
    for text in path:
        plain = readable(text)
        if plain and plain not in texts:
            texts.append(plain)
    if not texts:
        return ColumnHead(None)
    leaf, upper = texts[-1], texts[:-1]
    own = tuple(text for text in texts if _is_own(text))
    group = " / ".join(upper)
    part = part_role(leaf)
    over_station = any(_STATION.search(text) for text in upper)
    if not over_station and (part in ("party", "candidate_name") or (part == "votes" and not (own and role_of(leaf)))):
        nota = any(role_of(text) == "nota" for text in upper)
        names = tuple(text for text in upper if _is_own(text))
        if part == "votes":
            return ColumnHead("nota" if nota else "candidate" if names else "votes", names, group)
        return ColumnHead(part, names, group)
    if part == "label_serial" and not over_station and any(_is_own(text) or role_of(text) == "nota" for text in upper):
        return ColumnHead("label_serial", tuple(text for text in upper if _is_own(text)), group)
    return ColumnHead(_role(leaf, upper), own, group)


def _role(leaf: str, upper: list[str]) -> Role | None:
    above = " / ".join(upper)
    base = role_of(above) if above else None
    stripped = leaf.strip(" .:")
    if base in ("electors", "polled", "electors_male", "polled_male", "votes", "total"):
        kind = "polled" if base.startswith("polled") else "electors" if base.startswith("electors") else ""
        for sex, pattern in _SEX.items():
            if kind and pattern.match(stripped):
                return f"{kind}_{sex}".rstrip("_")  # type: ignore[return-value]
    if _STATION.search(above):
        if _NUMBER_LEAF.match(stripped):
            return "booth_no"
        if _NAME_LEAF.match(stripped):
            return "station_name"
    told = role_of(leaf)
    if told == "candidate" or (told is None and _ENUMERATED.match(latin_digits(stripped)) and not stripped.isdigit()):
        return "candidate" if _is_own(leaf) else None
    if told is not None:
        return told
    if any(_is_own(text) for text in (leaf, *upper)) and not stripped.isdigit():
        nota = next((text for text in upper if role_of(text) == "nota"), None)
        return "nota" if nota else None if base is None or not _is_own(leaf) else _unless_group(base, above)
    return base if base != "candidate" else None


def _unless_group(base: Role, above: str) -> Role | None:
    """Return what the heading above says, unless it is only the common heading of the candidates."""
    return None if _GROUP_LABEL.search(above) or base in ("total", "valid", "candidate") else base


def _is_own(text: str) -> bool:
    """Tell whether a heading can be a candidate's own: no known role, no group's heading, no plain number."""
    plain = latin_digits(text).strip(" .:-()")
    if not plain or plain.replace(" ", "").isdigit():
        return False
    if part_role(text) is not None or _GROUP_LABEL.search(text):
        return False
    return role_of(text) is None or (_ENUMERATED.match(plain) is not None and role_of(plain) in (None, "serial"))


def serial_of(texts: Sequence[str]) -> int | None:
    """Return the number that stands before a candidate's printed name.

    Examples
    --------
    >>> serial_of(["1 - IMRAN MASOOD"]), serial_of(["12-लाल जी"]), serial_of(["NOTA"]) is None
    (1, 12, True)
    """
    for text in texts:
        match = _ENUMERATED.match(latin_digits(text).strip())
        if match and len(text.strip()) > len(match[0].strip()):
            return int(match[1])
    return None


def name_of(text: str) -> str:
    """Return a printed name without the number before it.

    Examples
    --------
    >>> name_of("1 - IMRAN MASOOD"), name_of("Candidate Name 1 ( ZAKIR ALI)"), name_of("2-Ashutosh Pandey")
    ('IMRAN MASOOD', 'ZAKIR ALI', 'Ashutosh Pandey')
    """
    plain = text.strip()
    match = _ENUMERATED.match(latin_digits(plain))
    rest = plain[match.end() :] if match else plain
    bare = rest.strip(" -.:)")
    return bare[1:].strip() if bare.startswith("(") and ")" not in bare else bare


def row_words(row: Sequence[str]) -> str:
    """Return the words of a row, numbers left out."""
    return " ".join(cell for cell in row if cell and count_of(cell) is None and not is_ditto(cell))


__all__ = [
    "ColumnHead", "column_heads", "head_rows", "is_column_numbers", "is_title", "looks_like_body", "name_of",
    "numbers_in", "row_kind", "row_words", "serial_of",
]  # fmt: skip
