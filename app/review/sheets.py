"""Sheets of applications as a party's office keeps them: headings in Hindi or English, seats by number, Indian dates.

What is known is said in the words of the table `aspirants`; all else stays as it is, for the checks to judge.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from khaka.app.review.deciding import find_seat
from khaka.app.review.search import folded
from khaka.data.errors import KhakaError
from khaka.data.readers.sheet import open_sheet

if TYPE_CHECKING:
    from khaka.app.review.results import Results

HEADINGS: Final = {
    "seat_id": ("seat", "seat number", "seat no", "ac", "ac no", "ac number", "assembly", "assembly constituency",
                "constituency", "constituency number", "सीट", "सीट संख्या", "सीट नंबर", "विधानसभा", "विधानसभा सीट",
                "विधानसभा क्षेत्र", "विस संख्या", "विधानसभा संख्या", "विधानसभा क्षेत्र संख्या"),
    "aspirant_id": ("number of the application", "application number", "application no", "आवेदन संख्या", "आवेदन क्रमांक"),
    "name": ("name", "applicant", "applicant name", "name of applicant", "name of the applicant", "aspirant",
             "candidate name", "नाम", "आवेदक", "आवेदक का नाम", "दावेदार", "दावेदार का नाम", "अभ्यर्थी का नाम"),
    "name_hi": ("name in devanagari", "name in hindi", "देवनागरी में नाम", "हिंदी में नाम"),
    "sex": ("sex", "gender", "लिंग"),
    "birth_date": ("date of birth", "dob", "birth date", "जन्म तिथि", "जन्मतिथि", "जन्म दिनांक", "जन्म की तारीख"),
    "category": ("category", "caste category", "social category", "वर्ग", "श्रेणी", "सामाजिक वर्ग"),
    "certificate_state": ("state of the caste certificate", "जाति प्रमाण-पत्र का प्रदेश"),
    "elector_state": ("elector in the state", "प्रदेश में मतदाता"),
    "community": ("community, as declared", "community", "समुदाय", "समुदाय (स्वयं घोषित)"),
    "family_id": ("family", "परिवार"),
    "party_since": ("in the party since", "दल में कब से"),
    "party_post": ("post in the party", "दल में पद"),
    "education": ("education", "qualification", "शिक्षा", "शैक्षणिक योग्यता", "शैक्षिक योग्यता"),
    "residence_seat_id": ("seat of residence", "निवास की सीट"),
    "criminal_cases": ("pending criminal cases", "criminal cases", "pending cases",
                       "लंबित आपराधिक मामले", "आपराधिक मामले"),
    "serious_cases": ("of these serious", "इनमें गंभीर"),
    "assets_inr": ("assets, rupees", "assets", "संपत्ति, रुपये", "संपत्ति"),
}  # fmt: skip
"""Headings of each column of the table, beside its own name; the first English and the first Hindi one are printed."""

BLANK: Final = ("seat_id", "name", "name_hi", "sex", "birth_date", "category", "education", "party_since", "party_post",
                "residence_seat_id", "criminal_cases", "serious_cases", "assets_inr")  # fmt: skip
"""Columns of the blank sheet that is handed out."""

_VALUES: Final = {
    "sex": {"F": ("woman", "female", "महिला", "स्त्री"), "M": ("man", "male", "पुरुष"), "O": ("other", "अन्य")},
    "category": {"GEN": ("general", "unreserved", "ur", "सामान्य", "सामान्य वर्ग", "जनरल", "अनारक्षित"),
                 "OBC": ("other backward class", "backward", "अन्य पिछड़ा वर्ग", "पिछड़ा वर्ग", "अपिव", "ओबीसी"),
                 "SC": ("scheduled caste", "अनुसूचित जाति", "अजा", "एससी"),
                 "ST": ("scheduled tribe", "अनुसूचित जनजाति", "अजजा", "एसटी")},
    "party_post": {"block": ("ब्लॉक", "विकास खंड"), "district": ("जिला",), "state": ("प्रदेश",),
                   "national": ("राष्ट्रीय",)},
    "education": {"illiterate": ("निरक्षर", "असाक्षर"), "literate": ("साक्षर",),
                  "5th": ("5", "class 5", "5वीं", "पाँचवीं", "प्राथमिक"),
                  "8th": ("8", "class 8", "8वीं", "आठवीं", "जूनियर हाईस्कूल"),
                  "10th": ("10", "class 10", "high school", "matric", "10वीं", "दसवीं", "हाईस्कूल", "हाई स्कूल", "मैट्रिक"),
                  "12th": ("12", "class 12", "intermediate", "inter", "12वीं", "बारहवीं", "इंटर", "इंटरमीडिएट"),
                  "graduate": ("ba", "bsc", "bcom", "graduation", "स्नातक", "बीए", "बीएससी", "बीकॉम"),
                  "graduate_professional": ("llb", "btech", "be", "mbbs", "bed", "व्यावसायिक स्नातक", "एलएलबी", "बीटेक",
                                            "एमबीबीएस", "बीएड"),
                  "postgraduate": ("post graduate", "ma", "msc", "mcom", "mba", "परास्नातक", "स्नातकोत्तर", "एमए",
                                   "एमएससी", "एमकॉम"),
                  "doctorate": ("phd", "doctorate", "पीएचडी", "डॉक्टरेट")},
}  # fmt: skip
_INDIAN_DATE: Final = re.compile(r"\s*(\d{1,2})[./-](\d{1,2})[./-](\d{4})\s*")
_SEATS: Final = ("seat_id", "residence_seat_id")


@dataclass(frozen=True)
class Reworded:
    """A sheet in the words of the table.

    Parameters
    ----------
    table : DataFrame
        Texts.
    rows : tuple of int
        Row in the file of each row of the table, the heading being row 1.
    """

    table: pd.DataFrame
    rows: tuple[int, ...]


def heading(column: str, *, hindi: bool) -> str:
    """Return what a column of the blank sheet is called.

    Examples
    --------
    >>> heading("birth_date", hindi=False), heading("birth_date", hindi=True)
    ('Date of birth', 'जन्म तिथि')
    """
    said = next(one for one in HEADINGS[column] if bool(re.search("[ऄ-ह]", one)) == hindi)
    return said if hindi else said.capitalize()


def reworded(path: Path, shown: Results) -> Reworded | None:
    """Return an office's sheet in the words of the table, None where it uses them already.

    Parameters
    ----------
    path : Path
        CSV, CSV.gz or XLSX.
    shown : Results
        With the numbers of the seats.

    Returns
    -------
    Reworded or None
        An application without a number gets one made of seat, name and date of birth, so that a corrected sheet
        that is brought again means the same applications.

    Raises
    ------
    KhakaError
        The file is no sheet, or two of its columns are the same.
    """
    sheet = open_sheet(path)
    known = {_bare(said): column for column, names in HEADINGS.items() for said in names}
    names = {one: known.get(_bare(one.strip(" *:")), one) for one in sheet.header}
    if all(old == new for old, new in names.items()):
        return None
    twice = sorted({new for new in names.values() if list(names.values()).count(new) > 1})
    if twice:
        both = ", ".join(old for old, new in names.items() if new == twice[0])
        raise KhakaError(f"the sheet has the column {twice[0]} twice ({both}); keep one of them")
    table = sheet.load().rename(columns=names)
    for column, codes in _VALUES.items():
        if column in table:
            plain = {_bare(said): code for code, all_said in codes.items() for said in (code, *all_said)}
            table[column] = table[column].map(
                lambda value, plain=plain: plain.get(_bare(value), value), na_action="ignore"
            )
    for column in ("birth_date", "party_since"):
        if column in table:
            table[column] = table[column].map(_date, na_action="ignore")
    for column in _SEATS:
        if column in table:
            table[column] = table[column].map(lambda typed: _seat(shown, typed), na_action="ignore")
    if "election_id" not in table:
        table["election_id"] = shown.election_id
    if "aspirant_id" not in table:
        table["aspirant_id"] = [_number(row) for row in table.to_dict("records")]
    return Reworded(table, tuple(int(one) for one in table.index))


def _bare(text: str) -> str:
    """Return a word as it is compared: O.B.C. is OBC, and a hyphen is a blank."""
    return folded(re.sub(r"[.]", "", text).replace("-", " "))


def _date(typed: str) -> str:
    """Return day, month, year as ISO 8601; anything else as it is."""
    found = _INDIAN_DATE.fullmatch(typed)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else typed


def _seat(shown: Results, typed: str) -> str:
    """Return the seat of a number, alone or with its name behind it; anything else as it is, for the checks."""
    number = re.match(r"\s*(\d+)(?:\.0)?\b(?!-)", typed)
    try:
        return find_seat(shown, number[1] if number else typed)
    except KhakaError:
        return typed


def _number(row: dict[object, object]) -> str | None:
    parts = [folded(str(row.get(name))) if isinstance(row.get(name), str) else "" for name in
             ("seat_id", "name", "name_hi", "birth_date")]  # fmt: skip
    return "K" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:10] if parts[1] or parts[2] else None
