"""Identity numbers of voters in text, however they are written: EPIC (ECI's card) and Aadhaar.

A number may stand alone in a cell or inside a sentence, be grouped by spaces, dashes or dots, and be written in the
digits of any script. What looks like an Aadhaar number counts only by its check digit, and then only in numbers
(`many_pass`): of twelve digits picked at random one in ten passes.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# before and after a number: neither letter nor digit, so that hashes, hexadecimal ids and file names are let alone
_EPIC: Final = (
    r"(?i)(?:^|[^a-z0-9])[a-z]{3}\d{7}(?:$|[^a-z0-9.]|\.(?:$|[^a-z0-9]))"
    r"|^[\W_]*[a-z]{3}[\s./:_-]{0,2}\d{7}[\W_]*$|^[\W_]*[a-z]{3} ?\d{3} \d{4}[\W_]*$"
    r"|(?:^|[^a-z0-9])[a-z]{2}/\d{1,3}/\d{1,3}/\d{4,7}(?:$|[^0-9])"
)
_AADHAAR: Final = (
    r"(?i)(?:^|[^0-9a-z.+-]|[^0-9]\.|[g-z]-)([2-9]\d{11}|[2-9]\d{3}[ .:/_-]{1,2}\d{4}[ .:/_-]{1,2}\d{4})"
    r"(?:$|\.0*$|[^0-9a-z.-]|\.[^0-9]|-(?:$|[^0-9a-f]))"
)
_AADHAAR_ALONE: Final = r"^['\"\s]*([2-9](?:[ -]{0,2}\d){11})['\"\s]*$"
_ODD_DIGITS: Final = r"(?:\p{Nd}[^\p{L}\p{Nd}]{0,3}){7}"
_MOBILE: Final = r"^91[6-9]"
_LEAST: Final = 10
"""No identity number is written in fewer characters."""

_CHANCE: Final = 0.1
"""Of random digits so many pass the check."""
_SURE: Final = 1.01e-3
"""Three of three pass by chance once in a thousand times."""
_FEW: Final = 3
"""Fewer numbers than that pass together by chance."""

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


def luhn(digits: str) -> bool:
    """Tell whether a number passes Luhn's check (H. P. Luhn 1960, US patent 2,950,048).

    ECI's hand book for electoral registration officers (2008, chapter IX) writes an EPIC number as three letters for
    the assembly constituency, a running number of six digits, and one check digit, which is Luhn's.

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
    >>> luhn("1186253"), luhn("1186263")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def texts(values: pd.Series) -> pd.Series:
    """Return the filled cells of a column that could hold an identity number, as text; the index stays.

    Parameters
    ----------
    values : Series
        Of any type: text, numbers, categories, bytes, lists or records from Parquet.

    Returns
    -------
    Series of str
        Numbers only where they have twelve digits.
    """
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        values = values.astype("str")
    elif pd.api.types.is_bool_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind):
        return pd.Series(dtype="str")
    elif pd.api.types.is_numeric_dtype(kind):
        large = values.dropna()
        large = large[(large >= 2e11) & (large < 1e12)]
        return large[large % 1 == 0].astype("int64").astype("str")
    elif not isinstance(kind, pd.StringDtype):
        values = values.map(_told).astype("str")
    filled = values.dropna()
    return filled[filled.str.len() >= _LEAST]


def _told(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace") if len(value) < 1000 else None  # no shape, no picture
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value)


def in_plain_digits(values: pd.Series) -> pd.Series:
    """Return text in which numbers of any script are written in 0 to 9, and spaces and dashes in plain ones.

    Examples
    --------
    >>> in_plain_digits(pd.Series(["मतदाता ABC१२३४५६७", "ABC\\u200b1234567"])).tolist()
    ['मतदाता ABC1234567', 'ABC1234567']
    """
    odd = values[~values.map(str.isascii).to_numpy(dtype=bool)]
    odd = odd[_search(odd, _ODD_DIGITS)] if len(odd) else odd
    if odd.empty:
        return values
    values = values.copy()
    values.loc[odd.index] = odd.map(_plain)
    return values


def _plain(text: str) -> str:
    out = []
    for sign in unicodedata.normalize("NFKC", text):
        if sign.isdecimal():
            out.append(str(unicodedata.decimal(sign)))
        elif (category := unicodedata.category(sign)) == "Pd":
            out.append("-")
        elif category == "Zs":
            out.append(" ")
        elif category != "Cf":
            out.append(sign)
    return "".join(out)


def _search(values: pd.Series, pattern: str) -> npt.NDArray[np.bool_]:
    found = pc.match_substring_regex(pa.array(values, pa.large_string()), pattern)
    hits: npt.NDArray[np.bool_] = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return hits


def epic(values: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which texts hold an EPIC number: three letters and seven digits, or the older form with slashes.

    Parameters
    ----------
    values : Series of str
        In plain digits.

    Returns
    -------
    ndarray of bool
        One per text.

    Examples
    --------
    >>> epic(pd.Series(["abc 1234567", "Ram (XYZ1234567)", "UP/12/345/0678901", "IMG1234567.jpg", "SBIN0001234"])).tolist()
    [True, True, True, False, False]
    """  # noqa: E501 - one line of cases
    return _search(values, _EPIC)


def twelve_digits(values: pd.Series) -> pd.Series:
    """Return the twelve-digit number of each text that holds one as Aadhaar numbers are written, else blank.

    Examples
    --------
    >>> twelve_digits(pd.Series(["2341 2341 2346", "UID 234123412346.", "+91 98765 43210", "26.123456789012"])).tolist()
    ['234123412346', '234123412346', nan, nan]
    """
    out = pd.Series(pd.NA, index=values.index, dtype="str")
    for pattern in (_AADHAAR_ALONE, _AADHAAR):
        hit = _search(values, pattern) & out.isna().to_numpy()
        if hit.any():
            found = values[hit].str.extract(pattern, expand=False)
            out[hit] = found.str.replace(r"\D", "", regex=True)
    return out


def many_pass(numbers: pd.Series) -> bool:
    """Tell whether twelve-digit numbers are Aadhaar numbers: more pass the check digit than chance explains.

    Parameters
    ----------
    numbers : Series of str
        Twelve digits each. One or two that look like mobile numbers with India's 91 before them prove nothing.

    Returns
    -------
    bool
        True where all pass, or half and more of them and by chance less than once in a thousand times.
    """
    numbers = numbers.drop_duplicates().head(1000)
    if numbers.empty:
        return False
    if len(numbers) < _FEW and bool(numbers.map(verhoeff).all()):
        return not bool(numbers.str.match(_MOBILE).all())
    return more_than_chance(numbers, verhoeff)


def more_than_chance(numbers: pd.Series, passes: Callable[[str], bool]) -> bool:
    """Tell whether half and more of some numbers pass a check of one digit, by chance less than once in 1,000 times.

    Parameters
    ----------
    numbers : Series of str
        Digits; a thousand different ones are looked at.
    passes : callable
        `luhn` or `verhoeff`.

    Returns
    -------
    bool
        False for fewer than three.

    Examples
    --------
    >>> cards = pd.Series(["1186253", "0000018", "0000026", "0000034"])
    >>> more_than_chance(cards, luhn), more_than_chance(cards.head(2), luhn)
    (True, False)
    """
    numbers = numbers.drop_duplicates().head(1000)
    passed = int(numbers.map(passes).sum())
    return len(numbers) >= _FEW and passed >= len(numbers) / 2 and _by_chance(passed, len(numbers)) <= _SURE


def _by_chance(passed: int, of: int) -> float:
    """Return how probable it is that so many or more of random numbers pass (binomial)."""
    return sum(math.comb(of, k) * _CHANCE**k * (1 - _CHANCE) ** (of - k) for k in range(passed, of + 1))
