"""Finding a name in either script, however it is spelt: without case, nukta, chandrabindu or a half nasal."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DROPPED: Final = {0x093C, 0x200C, 0x200D}  # nukta and the joiners
_NASALS: Final = re.compile("[ङञणनम]\u094d(?=[क-ह])")


def folded(text: str) -> str:
    """Return a text as it is compared in a search.

    Parameters
    ----------
    text : str
        In any script.

    Returns
    -------
    str
        Lower case, one blank between words, without what is spelt both ways.

    Examples
    --------
    >>> folded("केन्द्र") == folded("केंद्र"), folded("आँकड़ा") == folded("आंकडा"), folded("  José  LAL ")
    (True, True, 'jose lal')
    """
    plain = []
    for char in unicodedata.normalize("NFD", text.casefold()):
        if ord(char) in _DROPPED:
            continue
        if unicodedata.category(char) == "Mn" and ord(char) < 0x0900:
            continue
        plain.append("\u0902" if char == "\u0901" else char)
    return " ".join(_NASALS.sub("\u0902", "".join(plain)).split())


def matches(asked: str, *names: str) -> bool:
    """Tell whether every word that was asked for starts a word of the names.

    Parameters
    ----------
    asked : str
        As typed.
    *names : str
        What is searched.

    Returns
    -------
    bool
        True for an empty search.

    Examples
    --------
    >>> [matches(asked, "Lucknow East", "लखनऊ पूर्व") for asked in ("luck ea", "लखनऊ", "west")]
    [True, True, False]
    """
    there = [word for name in names for word in folded(name).split()]
    return all(any(word.startswith(part) for word in there) for part in folded(asked).split())
