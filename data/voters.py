"""No table may hold a voter: files with EPIC or Aadhaar numbers, or a row per elector, are refused whole.

They are found by their values: a column headed "epic" that counts identity cards is fine, and a column with an
innocent heading that holds numbers of identity cards is not. A name is no different from another by its value: names
are voters' where the heading says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.identity import epic, in_plain_digits, luhn, many_pass, more_than_chance, texts, twelve_digits

_SHARE: Final = 0.05
"""A column is refused when this share of its filled cells are identity numbers: one in twenty is no accident."""

_IDS_OF_THINGS: Final = frozenset({"event_id", "assignment_id", "survey_id"})
"""Made by a program for what is no person: any count after one prefix is fine."""
_IDS: Final = frozenset({
    "aspirant_id", "person_id", "nominee_id", "rater_id", "device_id", "witness_id", "worker_id", "family_id",
    "subject_id", "unit_id",
})  # fmt: skip
"""Ids of the contract that name people or places: few of them are no identity cards only as a count from near zero."""
_COUNTED: Final = 1_000_000
_SEVERAL: Final = 50
_CARD_MAY_STAND_HERE: Final = "person_id"
"""Who keeps people by their cards writes them here, made-up or mistyped ones too: the check digit frees nothing."""
_ENOUGH: Final = 20
"""So many numbers tell by their check digits whether they are cards."""
_ONE_SEAT: Final = 100
"""Aspirants of one seat in the first rows of a sheet; more people of one seat than that are its electors."""

_RELATION: Final = re.compile(r"(?i)father|husband|mother|relation|relative|rln|पिता|पति|संबंध|सम्बन्ध")
_HOUSE: Final = re.compile(r"(?i)house|makan|makaan|door.?no|मकान|गृह")
_AGE: Final = re.compile(r"(?i)^age$|^age[_ ]|dob|birth|आयु|उम्र")
_SERIAL: Final = re.compile(r"(?i)sl\W*_?no|serial|part.?no|booth|sno|क्रम|भाग")
_VOTERS_OWN: Final = tuple(re.compile(pattern) for pattern in (
    r"(?:voter|elector)s?(?: s)? (?:full |first |last |father s? ?)?(?:names?|mobile|phone|contact|address)"
    r"(?: (?:no|number|en|hi|english|hindi|local))?",
    r"(?:full )?(?:names?|mobile|phone|contact|address)(?: no| number)? of (?:the )?(?:voter|elector)s?",
    r"(?:mat ?a?data|matdaata|nirvachak) (?:ka |ki |ke )?(?:naam|nam|mobile|phone|pata)(?: no| number)?",
    r"(?:मतदाता|मतदार|निर्वाचक|वोटर|ভোটার|வாக்காளர்|ఓటరు|ಮತದಾರ|വോട്ടർ|വോട്ടറ|ਵੋਟਰ|મતદાર|ଭୋଟର|ووٹر)\S*(?: \S+)? "
    r"(?:नाम|नाव|मोबाइल|फोन|फ़ोन|पता|নাম|பெயர்|పేరు|ಹೆಸರು|പേര്|ਨਾਂ|ਨਾਮ|નામ|ନାମ|نام)\S*",
))  # fmt: skip
"""Headings of what only a list of voters has, in lower case with single spaces: their names, telephones, addresses."""
_SEX: Final = re.compile(r"(?i)sex|gender|लिंग")


def voter_column(frame: pd.DataFrame, columns: Iterable[str] | None = None) -> tuple[str, str] | None:
    """Return the first column that holds identity numbers of voters.

    Parameters
    ----------
    frame : DataFrame
        A file's cells, text or in the types of a Parquet file.
    columns : iterable of str, optional
        Only these.

    Returns
    -------
    (str, str) or None
        The column and what it holds, "EPIC" or "Aadhaar" numbers.

    Examples
    --------
    >>> voter_column(pd.DataFrame({"name": ["A", "B"], "card": ["ABC1234567", "XYZ7654321"]}))
    ('card', 'EPIC')
    >>> voter_column(pd.DataFrame({"epic": ["567", "1243"]})) is None
    True
    """
    for name in frame.columns if columns is None else columns:
        cards, numbers, filled = _found(frame[name], str(name))
        if cards.size and cards.size >= _SHARE * filled:
            return str(name), "EPIC"
        if len(numbers) and len(numbers) >= _SHARE * filled and many_pass(numbers):
            return str(name), "Aadhaar"
    return None


def _found(values: pd.Series, name: str) -> tuple[np.ndarray, pd.Series, int]:
    """Return positions of EPIC numbers, twelve-digit numbers by position, and how many cells are filled."""
    filled = int(values.notna().sum())
    text = texts(values.set_axis(pd.RangeIndex(len(values))))
    if text.empty:
        return np.empty(0, dtype="int64"), pd.Series(dtype="str"), filled
    place, seen = pd.factorize(text)
    each = in_plain_digits(pd.Series(seen, dtype="str"))
    cards = text.index.to_numpy()[epic(each)[place]]
    if cards.size and _made_by_program(each[epic(each)], name):
        cards = cards[:0]
    numbers = pd.Series(twelve_digits(each).to_numpy()[place], index=text.index, dtype="str").dropna()
    return cards, numbers, filled


def stray_voters(frame: pd.DataFrame) -> np.ndarray:
    """Return the positions of rows with an EPIC or Aadhaar number in some cell, in a file that as a whole is no roll.

    Parameters
    ----------
    frame : DataFrame
        Text columns are looked at, but for ids that a program counted up.

    Returns
    -------
    ndarray of int
        Positions, in order.
    """
    hit = np.zeros(len(frame), dtype=bool)
    for name in frame.columns:
        if not isinstance(frame[name].dtype, pd.StringDtype):
            continue
        cards, numbers, filled = _found(frame[name], str(name))
        hit[cards] = True
        # in a column of twelve-digit ids one in ten passes the check: only rare ones that all pass are a person's
        if len(numbers) and len(numbers) < _SHARE * filled and many_pass(numbers):
            hit[numbers.index] = True
    return np.flatnonzero(hit)


def _made_by_program(cards: pd.Series, name: str) -> bool:
    """Tell whether values in one of the contract's id columns are the party's own, such as EVT0000001 or WRK5820417.

    Cards of one prefix are of one constituency, and their last digit is a check digit: it fits in all of them, and in
    one of ten numbers that somebody counted up or drew.
    """
    if name not in _IDS | _IDS_OF_THINGS or not cards.str.match(r"^[A-Za-z]{3}[-_]?\d{7}$").all():
        return False
    if cards.str.slice(0, 3).nunique() > 1:
        return False
    digits = cards.str.slice(-7)
    if more_than_chance(digits, luhn):
        return False
    if name in _IDS_OF_THINGS or (name != _CARD_MAY_STAND_HERE and digits.nunique() >= _ENOUGH):
        return True
    number = digits.astype("int64")
    return bool(number.max() < _COUNTED or number.max() <= _SEVERAL * len(number))


def elector_rows(columns: Iterable[str], sample: pd.DataFrame) -> bool:
    """Tell whether a file has a row per elector: relation's name, house number, age, and a serial or part number.

    Parameters
    ----------
    columns : iterable of str
        The header.
    sample : DataFrame
        The first rows, text.

    Returns
    -------
    bool
        True for a roll of electors; not for an intake sheet of aspirants with the same headings.

    Examples
    --------
    >>> elector_rows(["Serial No", "Name", "Father Name", "House No", "Age", "Sex"], pd.DataFrame())
    True
    >>> elector_rows(["election_id", "seat_id", "booth_no", "electors"], pd.DataFrame())
    False
    """
    names = [str(name) for name in columns]
    asking = {"election_id", "seat_id"} <= set(names) and bool({"aspirant_id", "nominee_id"} & set(names))
    if asking and len(sample) and sample["seat_id"].value_counts().max() <= _ONE_SEAT:
        return False  # who asks for a ticket tells father, house and age as well; but no seat has so many who ask

    def some(pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(name) for name in names)

    if some(_RELATION) and some(_HOUSE) and some(_AGE) and (some(_SERIAL) or some(_SEX)):
        return True
    # without telling headings: a column of house numbers is not to be known, but one of relations (father, husband)
    # beside one of ages and one of sexes is
    relation = age = sex = False
    for name in sample.columns:
        text = sample[name].dropna().astype("str").str.strip().str.lower()
        if len(text) < 5:
            continue
        relation |= bool(
            text.isin(["father", "husband", "mother", "fthr", "hsbn", "mthr", "पिता", "पति", "माता"]).mean() > 0.8
        )
        number = pd.to_numeric(text, errors="coerce")
        age |= bool(number.between(18, 110).mean() > 0.95 and number.nunique() > 5)
        sex |= bool(text.isin(["m", "f", "male", "female", "पु", "म", "पुरुष", "महिला", "स्त्री"]).mean() > 0.9)
    return relation and age and sex


def own_column(frame: pd.DataFrame) -> str | None:
    """Return the first column that by its heading holds voters' names, telephones or addresses, and does.

    Parameters
    ----------
    frame : DataFrame
        A file's cells, text.

    Returns
    -------
    str or None
        The column; None also for a column with such a heading that holds counts or nothing.

    Examples
    --------
    >>> own_column(pd.DataFrame({"Voter's Name": ["Ram Lal"]}, dtype="str"))
    "Voter's Name"
    >>> own_column(pd.DataFrame({"मतदाता का नाम": ["राम लाल"]}, dtype="str"))
    'मतदाता का नाम'
    >>> own_column(pd.DataFrame({"voter_name": ["12", "7"], "electors": ["900", "811"]}, dtype="str")) is None
    True
    """
    for name in frame.columns:
        heading = re.sub(r"[\s_.:()'’-]+", " ", str(name).rsplit("/", 1)[-1]).strip().lower()
        if any(pattern.fullmatch(heading) for pattern in _VOTERS_OWN):
            text = frame[name].dropna().astype("str")
            if bool(text.str.contains(r"[^\W\d_][^\s\d]|\d{10}").any()):
                return str(name)
    return None


def refuse_voters(path: Path, frame: pd.DataFrame, header: Iterable[str] = (), *, where: str = "") -> None:
    """Refuse a file that holds voters.

    Parameters
    ----------
    path : Path
        For the error.
    frame : DataFrame
        Its cells, or some of them.
    header : iterable of str, optional
        Its columns, where it is to be looked whether it has a row per elector.
    where : str, optional
        Part of the file, as in "sheet 'Roll': ".

    Raises
    ------
    KhakaError
        Naming the column, never a value.
    """
    column = voter_column(frame)
    if column is not None:
        raise KhakaError(
            f"{path} is refused whole: {where}column '{column[0]}' holds {column[1]} numbers, and no table may hold a "
            f"voter; take the column out, or for an intake sheet of aspirants add --drop '{column[0]}'"
        )
    own = own_column(frame)
    if own is not None:
        raise KhakaError(
            f"{path} is refused whole: {where}column '{own}' holds voters' names, telephones or addresses, and no "
            f"table may hold a voter; take the column out, or read the rest with --drop '{own}'"
        )
    names = tuple(header)
    if names and elector_rows(names, frame):
        raise KhakaError(
            f"{path} is refused whole: {where}it has a row per elector, and no table may hold a voter; give totals"
        )
