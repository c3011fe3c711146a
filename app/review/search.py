"""Finding a name in either script, however it is spelt: without case, nukta, chandrabindu or a half nasal.

A name that the record has in one script only is found in the other by its consonants: Latin spelling of Hindi varies in
vowels, in h and in doubled letters (Rafiq, Rafeeq; Ramgarh, Ramgadh), and a search that finds one seat too many harms
nobody.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from itertools import chain, product, repeat
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
        if char.isdecimal():
            char = str(unicodedata.decimal(char))
        if unicodedata.category(char) == "Mn" and ord(char) < 0x0900:
            continue
        if char not in "\u0901\u0902":  # a nasal over the letter is left out as often as written
            plain.append(char)
    return " ".join(_NASALS.sub("", "".join(plain)).split())


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


def finds(asked: str, *names: str) -> bool:
    """Tell whether a search finds one of several names of the same person or place, in either script.

    Parameters
    ----------
    asked : str
        As typed.
    *names : str
        Of one person or place; blank ones are left out.

    Returns
    -------
    bool
        True where `matches` says so, or where no name is in the script that was typed and the sounds fit.

    Examples
    --------
    >>> finds("रामगढ़", "Ramgarh"), finds("mahes sing", "महेश सिंह"), finds("roma", "Ram", "राम")
    (True, True, False)
    """
    if matches(asked, *names):
        return True
    hindi = _is_hindi(asked)
    if any(name and _is_hindi(name) == hindi for name in names):
        return False
    return sounds_like(asked, *names)


def sounds_like(asked: str, *names: str) -> bool:
    """Tell whether every word that was asked for sounds like the beginning of a word of the names, in any script.

    For a search that has found nothing: Laxmi for Lakshmi, Kotngar for Kotnagar, Ram Pur for Rampur.

    Parameters
    ----------
    asked : str
        As typed.
    *names : str
        Of one person or place; blank ones are left out.

    Returns
    -------
    bool
        False for an empty search.

    Examples
    --------
    >>> sounds_like("laxmi", "Lakshmi Devi"), sounds_like("ram pur", "Rampur"), sounds_like("ram", "Roshan")
    (True, True, False)
    """
    whole = set(consonants("".join(asked.split())))
    if any(len(sound) > 1 and sound in whole for name in names for sound in consonants("".join(name.split()))):
        return True
    there = [sounds for name in names for word in name.split() for sounds in consonants(word)]
    wanted = [consonants(word) for word in asked.split()]
    return bool(wanted) and all(
        any(sound == part or (len(part) > 1 and sound.startswith(part)) for part in parts for sound in there)
        for parts in wanted
    )


def _is_hindi(text: str) -> bool:
    return bool(re.search("[\u0904-\u0939]", text))


_FLAPS: Final = 4  # that are spelt both ways in one word; a word with more is not met

_LETTERS: Final = dict(zip("कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ", "kkggnccjjnttddnttddnppbbmyrlvssshl", strict=True))
_SAME: Final = str.maketrans({"q": "k", "f": "p", "w": "v", "z": "j", "x": "ks"})
_SPECIAL: Final = (("गाँव", "ग"), ("गांव", "ग"), ("ज्ञ", "ग"), ("ंह", "ग"), ("ँह", "ग"), ("ओं", "ओम"))


@functools.lru_cache(maxsize=50_000)
def consonants(word: str) -> tuple[str, ...]:
    """Return the consonants of a word as both scripts spell them; two ways where a letter is spelt r or d.

    Parameters
    ----------
    word : str
        In Latin or Devanagari letters.

    Returns
    -------
    tuple of str
        An initial vowel is "a"; h, y and n inside are left out, as is doubling.

    Examples
    --------
    >>> consonants("Chandragarh"), consonants("चन्द्रगढ़")
    (('cdrgr',), ('cdrgr', 'cdrgd'))
    """
    plain = unicodedata.normalize("NFD", word.casefold())
    if not _is_hindi(plain):
        spelt = re.sub("(?<=[aeo])w(?![aeiou])", "", plain.replace("ck", "k"))  # Lucknow, Rawat
        letters = "".join(sign for sign in spelt if "a" <= sign <= "z").translate(_SAME)
        first = "a" if letters[:1] in set("aeiou") else letters[:1]
        return (_single(first + re.sub("[aeiouhyn]", "", letters[1:])),)
    for written, said in _SPECIAL:
        plain = plain.replace(written, said)
    first, *rest = re.split("[डढ]\u093c", plain)
    words = []
    for way in product("रड", repeat=min(len(rest), _FLAPS)):
        flaps = chain(way, repeat("र"))
        words.append("".join([first, *(flap + part for flap, part in zip(flaps, rest, strict=False))]))
    return tuple(dict.fromkeys(map(_of_hindi, words)))


def _of_hindi(word: str) -> str:
    word = re.sub("\u0902(?=[पफबभम])", "म", word)
    first = "a" if "\u0904" <= word[:1] <= "\u0914" else _LETTERS.get(word[:1], "")
    return _single(first + "".join(_LETTERS.get(sign, "") for sign in word[1:] if sign not in "यहनणङञ"))


def _single(letters: str) -> str:
    return re.sub(r"(.)\1+", r"\1", letters)
