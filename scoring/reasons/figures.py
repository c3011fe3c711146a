"""Numbers as people in the room read them: lakh and crore grouping, tenths of a point, never a sign.

The figure and the id of its unit are found once and are the same in both languages; only the unit's word differs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

LAKH: Final = 100_000
CRORE: Final = 10_000_000
_LARGEST_LOG: Final = 20.0  # beyond any amount: a damaged value must not stop the batch


@dataclass(frozen=True)
class Spoken:
    """A value ready for a template.

    Parameters
    ----------
    unit : str
        Id of the unit's template, without "unit.".
    number : str
        The figure.
    """

    unit: str
    number: str


def grouped(number: float) -> str:
    """Return a whole number with lakh and crore grouping.

    Parameters
    ----------
    number : float
        Is rounded; its sign is left out.

    Returns
    -------
    str
        Digits and commas.

    Examples
    --------
    >>> grouped(177516), grouped(999), grouped(125500000)
    ('1,77,516', '999', '12,55,00,000')
    """
    digits = str(abs(round(number)))
    head, tail = digits[:-3], digits[-3:]
    pairs = []
    while head:
        pairs.append(head[-2:])
        head = head[:-2]
    return ",".join([*reversed(pairs), tail])


def tenths(number: float) -> str:
    """Return the size of a number with one decimal, without its sign; from 1,000 on whole and grouped.

    Parameters
    ----------
    number : float
        Of either sign.

    Returns
    -------
    str
        Digits, commas and a point.

    Examples
    --------
    >>> tenths(-1.249), tenths(0.0), tenths(12345.6)
    ('1.2', '0.0', '12,346')
    """
    size = abs(number)
    return grouped(size) if round(size, 1) >= 1000 else f"{size:.1f}"


def _plain(number: float) -> str:
    """Whole where it is whole, else one decimal."""
    return grouped(number) if abs(number - round(number)) < 1e-9 else tenths(number)


def rupees(amount: float) -> Spoken:
    """Return an amount of money in crore, lakh or rupees.

    Parameters
    ----------
    amount : float
        Rupees, 0 or more.

    Returns
    -------
    Spoken
        Figure and unit.

    Examples
    --------
    >>> rupees(12_500_000), rupees(250_000), rupees(11_000)
    (Spoken(unit='crore', number='1.2'), Spoken(unit='lakh', number='2.5'), Spoken(unit='rupees', number='11,000'))
    """
    # the smaller unit's figure must not be rounded up to a whole larger unit ("100.0 lakh")
    if round(amount / CRORE, 1) >= 1:
        return Spoken("crore", tenths(amount / CRORE))
    if round(amount / LAKH, 1) >= 1:
        return Spoken("lakh", tenths(amount / LAKH))
    return Spoken("rupees", grouped(amount))


def gap(value: float, unit: str) -> Spoken:
    """Return how the size of a difference is said; the template says whether it is above or below.

    Parameters
    ----------
    value : float
        Known difference, of either sign.
    unit : str
        As the registry of features gives it.

    Returns
    -------
    Spoken
        Figure and unit.

    Examples
    --------
    >>> gap(-0.031, "share 0-1"), gap(0.12, "score -1 to 1")
    (Spoken(unit='points', number='3.1'), Spoken(unit='score_gap', number='1.2'))
    """
    if unit.startswith("share"):
        return Spoken("points", tenths(100 * value))
    if unit.startswith("score"):
        return Spoken("score_gap", tenths(10 * value))
    if unit.startswith("points"):
        return Spoken("points", tenths(value))
    return spoken(abs(value), "number" if unit.startswith("flag") else unit)


def spoken(value: float, unit: str) -> Spoken:
    """Return how a value of a feature is said.

    Parameters
    ----------
    value : float
        Known value.
    unit : str
        As the registry of features gives it, such as "share 0-1" or "years".

    Returns
    -------
    Spoken
        Figure and unit.

    Examples
    --------
    >>> spoken(0.1234, "share 0-1"), spoken(-3.21, "points"), spoken(45.0, "years")
    (Spoken(unit='share', number='12.3'), Spoken(unit='points_behind', number='3.2'), Spoken(unit='years', number='45'))
    """
    word = unit.split()[0].lower() if unit.strip() else ""
    if word == "share":
        return Spoken("share", tenths(100 * value)) if value >= 0 else Spoken("points_behind", tenths(100 * value))
    if word == "points":
        return Spoken("points_behind" if round(value, 1) < 0 else "points_ahead", tenths(value))
    if word == "flag":
        return Spoken("yes" if value >= 0.5 else "no", "")
    if word == "score":
        return Spoken("score", tenths(10 * value))
    if unit.startswith("log count"):
        return Spoken("count", grouped(math.expm1(min(value, _LARGEST_LOG))))
    if word == "log10":
        return rupees(10.0 ** min(value, _LARGEST_LOG) - 1.0)
    if word in ("rupees", "inr"):
        return rupees(value)
    known = {"years": "years", "days": "days", "km": "kilometres", "kilometres": "kilometres", "count": "count"}
    if word in known and value >= 0:
        return Spoken(known[word], _plain(value))
    return Spoken("number_below" if round(value, 1) < 0 else "number", _plain(value))
