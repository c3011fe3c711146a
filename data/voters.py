"""No table may hold a voter: files with EPIC or Aadhaar numbers, or a row per elector, are refused whole.

They are found by their values: a column headed "epic" that counts identity cards is fine, and a column with an
innocent heading that holds numbers of identity cards is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

_EPIC: Final = r"^(?:[A-Z]{3}[ /-]?\d{7}|[A-Z]{2}/\d{1,3}/\d{1,3}/\d{4,7})$"
_AADHAAR: Final = r"^[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}$"
_SHARE: Final = 0.05
"""A column is refused when this share of its filled cells are identity numbers: one in twenty is no accident."""
_AADHAAR_SHARE: Final = 0.5
"""Of twelve-digit numbers one in ten passes the check digit by chance: half of them is no accident."""

_RELATION: Final = re.compile(r"(?i)father|husband|mother|relation|relative|rln|पिता|पति|संबंध|सम्बन्ध")
_HOUSE: Final = re.compile(r"(?i)house|makan|makaan|door.?no|मकान|गृह")
_AGE: Final = re.compile(r"(?i)^age$|^age[_ ]|dob|birth|आयु|उम्र")
_SERIAL: Final = re.compile(r"(?i)sl\W*_?no|serial|part.?no|booth|sno|क्रम|भाग")

_D: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_P: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7), (9, 4, 5, 3, 1, 2, 6, 8, 7, 0), (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5), (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)  # fmt: skip


def verhoeff(digits: str) -> bool:
    """Tell whether a number passes Verhoeff's check (J. Verhoeff 1969, Error Detecting Decimal Codes).

    Parameters
    ----------
    digits : str
        The number, check digit last.

    Returns
    -------
    bool
        True where the check digit fits.

    Examples
    --------
    >>> verhoeff("2363"), verhoeff("2364")
    (True, False)
    """
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _D[check][_P[place % 8][int(digit)]]
    return check == 0


def voter_column(frame: pd.DataFrame, columns: Iterable[str] | None = None) -> tuple[str, str] | None:
    """Return the first column that holds identity numbers of voters.

    Parameters
    ----------
    frame : DataFrame
        A file's cells, text.
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
        text = _long_text(frame[name])
        if text.empty:
            continue
        filled = int(frame[name].notna().sum())
        epic = text[_matches(text, _EPIC)]
        if len(epic) >= _SHARE * filled and len(epic) and not (str(name).endswith("_id") and _counter(epic)):
            return str(name), "EPIC"
        twelve = text[_matches(text, _AADHAAR)]
        if len(twelve) >= max(1, _SHARE * filled):
            passed = twelve.head(1000).str.replace(r"[ -]", "", regex=True).map(verhoeff)
            if passed.mean() >= _AADHAAR_SHARE:
                return str(name), "Aadhaar"
    return None


def _long_text(values: pd.Series) -> pd.Series:
    """Return the cells of a column that are long enough, and not too long, to be an identity number."""
    if pd.api.types.is_integer_dtype(values.dtype):
        large = values.dropna()
        return large[large >= 10**11].astype("str")
    if not isinstance(values.dtype, pd.StringDtype) and values.dtype != object:
        return pd.Series(dtype="str")
    text = values.astype("str").dropna()
    return text[text.str.len().between(10, 24)].str.strip().str.upper()


def _matches(text: pd.Series, pattern: str) -> np.ndarray:
    """Tell which cells match, looking at each value once."""
    values = pd.Series(text.unique(), dtype="str")
    hits = values[values.str.match(pattern).fillna(False).to_numpy(dtype=bool)]
    return text.isin(hits).to_numpy() if len(hits) else np.zeros(len(text), dtype=bool)


def stray_voters(frame: pd.DataFrame) -> np.ndarray:
    """Return the positions of rows that hold an EPIC number in some cell, in a file that as a whole is no roll.

    Parameters
    ----------
    frame : DataFrame
        Text columns are looked at, but for ids that a program counted up.

    Returns
    -------
    ndarray of int
        Positions, in order.
    """
    places = pd.RangeIndex(len(frame))
    hit = np.zeros(len(frame), dtype=bool)
    for name in frame.columns:
        if not isinstance(frame[name].dtype, pd.StringDtype):
            continue
        text = _long_text(frame[name].set_axis(places))
        epic = text[_matches(text, _EPIC)] if len(text) else text
        if len(epic) and not (str(name).endswith("_id") and _counter(epic)):
            hit[epic.index] = True
    return np.flatnonzero(hit)


def _counter(ids: pd.Series) -> bool:
    """Tell whether ids are one prefix and a count from near zero, such as EVT0000001: made by a program, not cards."""
    if ids.str.slice(0, 3).nunique() > 1 or not ids.str.match(r"^[A-Z]{3}\d{7}$").all():
        return False
    number = ids.str.slice(3).astype("int64")
    return bool(number.min() <= 20 * len(ids) and number.is_unique)


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
        True for a roll of electors.

    Examples
    --------
    >>> elector_rows(["Serial No", "Name", "Father Name", "House No", "Age", "Sex"], pd.DataFrame())
    True
    >>> elector_rows(["election_id", "seat_id", "booth_no", "electors"], pd.DataFrame())
    False
    """
    names = [str(name) for name in columns]

    def some(pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(name) for name in names)

    headed = some(_RELATION) and some(_HOUSE) and some(_AGE)
    if headed and (some(_SERIAL) or some(re.compile(r"(?i)sex|gender|लिंग"))):
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
