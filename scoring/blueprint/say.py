"""Words of the blueprint in both languages, from one file of texts a language."""

from __future__ import annotations

import datetime as dt
import functools
import math
from typing import Final

from khaka.scoring.blueprint.words import Chance, Words
from khaka.scoring.reasons.catalogue import Catalogue, Language, read_catalogue
from khaka.scoring.reasons.figures import rupees

OUT_OF_REACH: Final = 0.05
"""A chance below this is said to be out of reach, not given as a figure."""

STEP: Final = 5
"""Chances are shown in steps of so many percent."""

BANDS: Final = ((0.05, "out_of_reach"), (0.25, "5_25"), (0.5, "25_50"), (0.75, "50_75"), (math.inf, "75_100"))
"""Below, name of each band of a chance."""

MONTHS_HI: Final = (
    "जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
)  # fmt: skip
MONTHS_EN: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@functools.cache
def texts(language: Language) -> Catalogue:
    """Return the blueprint's texts of a language, read once per process."""
    return read_catalogue("khaka.scoring.blueprint", "words", language)


def words(name: str, /, **values: str | Words) -> Words:
    """Return a text in both languages with its placeholders filled.

    Parameters
    ----------
    name : str
        Id, such as "unknown.no_activity".
    **values : str or Words
        By placeholder; a `Words` is said in its own language.

    Returns
    -------
    Words
        Both texts.

    Examples
    --------
    >>> words("value.years", number="45")
    Words(en='45 years', hi='45 वर्ष')
    """

    def said(language: Language) -> str:
        filled = {key: value if isinstance(value, str) else value.say(language) for key, value in values.items()}
        return texts(language).say(name, **filled)

    return Words(said("en"), said("hi"))


def plain(text: str) -> Words:
    """Return a name as the record has it, the same in both languages."""
    return Words(text, text)


def known(name: str) -> bool:
    """Return whether there is a text of that id."""
    return name in texts("en")


def joined(parts: list[Words]) -> Words:
    """Return several texts with commas between them.

    Examples
    --------
    >>> joined([Words("a", "b"), Words("c", "d")])
    Words(en='a, c', hi='b, d')
    """
    return Words(", ".join(part.en for part in parts), ", ".join(part.hi for part in parts))


def day(date: dt.date) -> Words:
    """Return a date in words.

    Examples
    --------
    >>> day(dt.date(2027, 2, 5))
    Words(en='5 February 2027', hi='5 फरवरी 2027')
    """
    return Words(
        f"{date.day} {MONTHS_EN[date.month - 1]} {date.year}", f"{date.day} {MONTHS_HI[date.month - 1]} {date.year}"
    )


def chance(probability: float) -> Chance:
    """Return a chance to win as it is shown: in steps of 5%, below 5% without a figure.

    Parameters
    ----------
    probability : float
        0 to 1.

    Returns
    -------
    Chance
        At most 95%: nothing is certain.

    Examples
    --------
    >>> chance(0.31).percent, chance(0.049).percent, chance(0.999).percent
    (30, None, 95)
    >>> chance(0.56).words.en, chance(0.06).words.en, chance(0.03).words.hi
    ('55%, about 6 times in 10', '5%, about 1 time in 20', 'पहुँच से बाहर')
    """
    if probability < OUT_OF_REACH:
        return Chance(None, words("chance.out_of_reach"))
    percent = min(max(STEP * math.floor(100 * probability / STEP + 0.5), STEP), 100 - STEP)
    times = math.floor(percent / 10 + 0.5)
    # 5% is once in twenty: "once in ten" would say twice as much
    name = "of_twenty" if percent == STEP else "of_ten_once" if times == 1 else "of_ten" if times < 10 else "percent"
    name = f"chance.{name}"
    return Chance(percent, words(name, percent=str(percent), times=str(times)))


def band(probability: float | None) -> str:
    """Return the band of a chance, "unknown" without one.

    Examples
    --------
    >>> band(0.02), band(0.5), band(None)
    ('out_of_reach', '50_75', 'unknown')
    """
    if probability is None or math.isnan(probability):
        return "unknown"
    return next(name for below, name in BANDS if probability < below)


def money(amount: float) -> Words:
    """Return an amount of money in both languages, in lakh and crore.

    Examples
    --------
    >>> money(12_500_000).en
    '1.2 crore rupees'
    """
    said = rupees(amount)
    return words(f"value.{said.unit}", number=said.number)
