"""Which election and which seat a sheet is of: by its own headings, else its file's name, else what the user said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from khaka.data.delimitation import seat_id
from khaka.data.errors import KhakaError
from khaka.data.readers.base import Options
from khaka.data.readers.form20.script import latin_digits
from khaka.data.states import state_in_text

_HINDI_STATES: Final = {
    "उत्तर प्रदेश": "S24", "बिहार": "S04", "मध्य प्रदेश": "S12", "राजस्थान": "S20", "हरियाणा": "S07", "उत्तराखण्ड": "S28",
    "उत्तराखंड": "S28", "झारखण्ड": "S27", "झारखंड": "S27", "छत्तीसगढ़": "S26", "हिमाचल प्रदेश": "S08", "दिल्ली": "U05",
    "महाराष्ट्र": "S13", "गुजरात": "S06", "पंजाब": "S19", "पश्चिम बंगाल": "S25", "असम": "S03", "ओडिशा": "S18", "उड़ीसा": "S18",
    "गोवा": "S05", "कर्नाटक": "S10", "केरल": "S11", "तमिलनाडु": "S22", "आंध्र प्रदेश": "S01", "आन्ध्र प्रदेश": "S01",
    "तेलंगाना": "S29", "जम्मू": "S09",
}  # fmt: skip
_LOK_SABHA: Final = re.compile(r"lok\s?sabha|parliament|house of the people|लोक\s?सभा|संसदीय", re.IGNORECASE)
_ASSEMBLY: Final = re.compile(r"vidhan\s?sabha|legislative assembly|assembly|विधान\s?सभा", re.IGNORECASE)
_BYE: Final = re.compile(r"\bbye?[- ]?(?:election|poll)|उप[- ]?(?:निर्वाचन|चुनाव)", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)(19[5-9]\d|20\d\d)(?!\d)")
_SEATS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:assembly|vidhan\s?sabha) (?:constituency|segment|क्षेत्र)\W{0,3}(?:no\.?|"
        r"number)?\W{0,5}(?:name)?\W{0,5}0*(\d{1,3})(?!\d)",
        r"(?:no\.?|number)\W{1,3}(?:and|&)?\W{0,3}name of (?:the )?assembly (?:constituency|"
        r"segment)[^\d|]{0,12}0*(\d{1,3})(?!\d)",
        r"विधान\s?सभा (?:निर्वाचन )?क्षेत्र[^\d|]{0,30}?0*(\d{1,3})(?!\d)\s*[-–.]",
        r"(?<!\d)0*(\d{1,3})\s*[-–.]\s*[^\d|]{2,40}?\s*(?:विधान\s?सभा|assembly|\bA\.?C\.?\b|vidhan)",
        r"\bA\.?C\.?\s*(?:no|number)?\W{0,4}0*(\d{1,3})(?!\d)",
        r"(?<![\d-])0*(\d{1,3})\s*[-–]\s*[A-Za-z\u0904-\u0939][A-Za-z\u0900-\u097f ]{2,30}(?:\((?:SC|ST)\)|,|\||$)",
        r"(?<![\d-])0*(\d{1,3})\s+(?!jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[A-Za-z][A-Za-z ]{2,30}"
        r"(?:\((?:SC|ST)\))?\W{1,3}(?:vidhan\s?sabha|assembly|A\.?C\.?\b)",
    )
)
_FORM: Final = re.compile(r"(?:form|प्ररूप|प्रपत्र|फार्म|फॉर्म|नमुना)[\s\W_]*20(?!\d)", re.IGNORECASE)
_FILE_SEAT: Final = re.compile(r"(?<![a-z])(?:ac|seat|vs|const\w*)[\W_]*0*(\d{1,3})(?!\d)", re.IGNORECASE)
_FILE_POLL: Final = re.compile(
    r"(?:^|[\W_\d])(ls|ge|pc|lok\s?sabha|vs|ae|vidhan\s?sabha)[\W_]*((?:19|20)\d\d)", re.IGNORECASE
)
_SEAT_ID: Final = re.compile(r"([SU]\d{2}-\d{4}-[1-9]\d*)(?!\d)")
_ELECTION_ID: Final = re.compile(r"([SU]\d{2}-\d{4}-(?:AE2?|LS|BYE\d+))(?![A-Z0-9])")


@dataclass(frozen=True)
class Where:
    """Election and seat of a sheet.

    Parameters
    ----------
    election_id, seat_id : str
        As in the tables.
    notes : tuple of str
        What was told twice and differently, or taken from the settings.
    unsure : str
        Why the seat is unsure: another one was told as well. Blank where only one was.
    """

    election_id: str
    seat_id: str
    notes: tuple[str, ...] = ()
    unsure: str = field(default="", repr=False)

    @property
    def year(self) -> int:
        """Year of the election."""
        return int(self.election_id[4:8])


def where_of(title: str, path: Path, options: Options, *, seat_in_rows: int | None = None) -> Where:
    """Return the election and the seat of a sheet.

    Parameters
    ----------
    title : str
        What stands above the table.
    path : Path
        The file.
    options : Options
        What the user said.
    seat_in_rows : int, optional
        A seat's number that every row carries.

    Returns
    -------
    Where
        Checked ids.

    Raises
    ------
    KhakaError
        Nothing tells the election or the seat.

    Examples
    --------
    >>> where_of("No. & Name of Assembly Constituency - 01-BEHAT, UTTAR PRADESH GENERAL ELECTION-2017",
    ...          Path("sheet.csv"), Options())
    Where(election_id='S24-2017-AE', seat_id='S24-2008-1', notes=())
    """
    text = _FORM.sub(" | ", latin_digits(title))  # else the form's own number stands before words as a seat's does
    name = path.name
    notes: list[str] = []
    state, told_by = _state(text, name, options)
    if told_by == "settings" and state is not None:
        notes.append(f"the state, {state}, is the workspace's: the sheet does not name one")
    named = _ELECTION_ID.search(name)
    by_content, by_name = _poll(text), _file_poll(name)
    poll = by_content or by_name
    if named is not None and by_content is None:
        election = named[1]
    elif poll is not None and state is not None:
        election = f"{state}-{poll[1]}-{poll[0]}"
    else:
        election = options.election or ""
    if by_content and by_name and by_content != by_name:
        notes.append(
            f"the sheet says {by_content[0]} {by_content[1]}, its file's name {by_name[0]} "
            f"{by_name[1]}: the sheet counts"
        )
    if not election:
        lacking = "state" if poll is not None else "election"
        raise KhakaError(
            f"{path} is a Form 20 sheet, but neither it nor its name tells the {lacking}; add --election S24-2017-AE"
        )
    given = _SEAT_ID.search(name)
    numbers = [number for pattern in _SEATS for number in _numbers(pattern, text)]
    unsure = ""
    content = seat_in_rows if seat_in_rows is not None else numbers[0] if numbers else None
    in_name = _FILE_SEAT.search(name)
    from_name = int(in_name[1]) if in_name else None
    if content is not None and from_name is not None and content != from_name:
        if from_name in numbers:
            content = from_name
        else:
            unsure = f"the sheet says seat {content}, its file's name {from_name}: the sheet counts"
            notes.append(unsure)
    number = content if content is not None else from_name
    kind = election.split("-")[2][:2]
    kind = "BYE" if kind == "BY" else kind
    if content is None and given is not None:
        return Where(election, given[1], tuple(notes))
    if number is None:
        if options.seat is None:
            raise KhakaError(
                f"{path} is a Form 20 sheet, but neither it nor its name tells the seat; add --seat S24-2008-163"
            )
        return Where(election, options.seat, tuple(notes))
    year = int(election[4:8])
    seat = seat_id(election[:3], 4 if year >= 2008 else 3, year, kind, number)
    if options.seat is not None and options.seat != seat and content is not None and content != from_name:
        unsure = f"the sheet says {seat}, --seat {options.seat}: the sheet counts"
        notes.append(unsure)
    return Where(election, seat, tuple(notes), unsure)


def _numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    return [int(number) for number in pattern.findall(text) if 1 <= int(number) <= 425]


def _state(text: str, name: str, options: Options) -> tuple[str | None, str]:
    for hindi, code in _HINDI_STATES.items():
        if hindi in text.replace("-", " "):
            return code, "content"
    found = state_in_text(re.sub(r"\([^)]*\)", " ", text)) if re.search("[A-Za-z]", text) else None
    if found is not None and _names_a_state(text):
        return found, "content"
    found = state_in_text(re.sub(r"(?i)form[\W_]*20|(?:ls|ge|vs|ae|ac)[\W_]?\d+", " ", name.split(".")[0]))
    if found is not None:
        return found, "name"
    if options.state is not None:
        return options.state, "options"
    return options.home, "settings"


def _names_a_state(text: str) -> bool:
    """Tell whether a state's full name stands in the text: its abbreviation may be anybody's initials there."""
    words = re.findall(r"[A-Za-z]+", text)
    longest = max((len(word) for word in words), default=0)
    return longest >= 4 and state_in_text(" ".join(word for word in words if len(word) >= 4)) is not None


def _poll(text: str) -> tuple[str, str] | None:
    if _BYE.search(text):
        return None
    years = _YEAR.findall(text)
    kind = "LS" if _LOK_SABHA.search(text) else "AE" if _ASSEMBLY.search(text) else None
    return (kind, years[0]) if kind and years else None


def _file_poll(name: str) -> tuple[str, str] | None:
    match = _FILE_POLL.search(name)
    if match is None:
        return None
    return ("LS" if match[1].lower()[:2] in ("ls", "ge", "pc", "lo") else "AE"), match[2]
