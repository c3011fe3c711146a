"""One plain form of a text, so that a word is found however it is written: spaced, in look-alikes, with digits for
letters, in two scripts at once.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

_LOOKALIKES: Final = str.maketrans(
    {
        # Cyrillic
        "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y",
        "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԝ": "w", "ո": "n", "ь": "b", "г": "r", "п": "n", "и": "u", "я": "r",
        # Greek
        "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u", "ν": "v", "ο": "o", "ρ": "p", "σ": "o",
        "τ": "t", "υ": "u", "χ": "x", "ω": "w", "γ": "y",
        # Latin letters of other alphabets that keep their look after decomposition
        "ı": "i", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ɑ": "a", "ɡ": "g", "ʟ": "l", "ɴ": "n", "ɪ": "i",
        "ʀ": "r", "ᴡ": "w",
    }
)  # fmt: skip
_DIGITS: Final = str.maketrans("01345789@$€!|", "oieastbgaseil")
_DEVANAGARI_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_NASAL: Final = re.compile("[ङञणनम]\u094d(?=[क-ह])")
_JOINERS: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_WORD: Final = re.compile(r"[^\W_]+(?:[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963]+[^\W_]*)*|[@$€!|]")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_LATIN: Final = re.compile("[a-z]")
_HINDI: Final = re.compile("[\u0900-\u097f]")

_VOWEL_SIGNS: Final = {
    "ा": "a", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "े": "e", "ै": "e", "ो": "o", "ौ": "o", "ॉ": "o", "ृ": "ri",
}  # fmt: skip
_VOWELS: Final = {
    "अ": "a", "आ": "a", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ए": "e", "ऐ": "e", "ओ": "o", "औ": "o", "ऑ": "o",
}  # fmt: skip
_LETTERS: Final = "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह"
_SOUNDS: Final = "k kh g gh ch chh j jh t th d dh n t th d dh n p f b bh m y r l v sh sh s h"
_CONSONANTS: Final = dict(zip(_LETTERS, _SOUNDS.split(), strict=True))


def plain(text: str) -> str:
    """Return a text in lower case, look-alikes as the letters they stand for, invisible signs and marks removed.

    Parameters
    ----------
    text : str
        Of any script.

    Returns
    -------
    str
        Latin without accents, Devanagari without nukta, with the dot for every nasal and digits 0 to 9.

    Examples
    --------
    >>> plain("Wіnnаbіlіty"), plain("ｗｉｎ"), plain("ज़ीत"), plain("सम्भावना")
    ('winnability', 'win', 'जीत', 'संभावना')
    """
    found = unicodedata.normalize("NFKC", unmarked(text))
    found = _JOINERS.sub("", found).casefold()
    found = unicodedata.normalize("NFD", found).replace("\u093c", "").replace("\u0901", "\u0902")
    found = "".join(letter for letter in found if unicodedata.category(letter) != "Mn" or _HINDI.match(letter))
    found = unicodedata.normalize("NFC", found).translate(_LOOKALIKES).translate(_DEVANAGARI_DIGITS)
    return plain_nasals(found)


def unmarked(text: str) -> str:
    """Return a text without the signs of a page's markup.

    Examples
    --------
    >>> unmarked("win<b></b>nable &amp; rated")
    'winnable & rated'
    """
    return _TAG.sub("", html.unescape(text))


def plain_nasals(text: str) -> str:
    """Return a text with the dot for every nasal before a consonant, as both spellings are usual.

    Examples
    --------
    >>> plain_nasals("सम्भावना"), plain_nasals("उम्मीदवार")
    ('संभावना', 'उंमीदवार')
    """
    return _NASAL.sub("\u0902", text)


def words(text: str) -> list[str]:
    """Return the words of a plain text, punctuation left out.

    Examples
    --------
    >>> words("वि. ज. य, w-i-n 2")
    ['वि', 'ज', 'य', 'w', 'i', 'n', '2']
    """
    return _WORD.findall(text)


def unmasked(word: str) -> str:
    """Return a word with digits and signs read as the letters they stand for, where letters stand beside them.

    Examples
    --------
    >>> unmasked("w1nn4b1l1ty"), unmasked("2016"), unmasked("12a")
    ('winnability', '2016', '12a')
    """
    letters = len(_LATIN.findall(word))
    return word.translate(_DIGITS) if letters >= 2 and letters * 2 >= len(word) else word


def latin(word: str) -> str:
    """Return a word in Latin letters: Devanagari spelled out, a word in two scripts made one.

    Examples
    --------
    >>> latin("जीत"), latin("jeeत"), latin("संभावना")
    ('jit', 'jeet', 'sanbhavana')
    """
    out: list[str] = []
    open_vowel = False
    for letter in word:
        if letter in _CONSONANTS:
            out.append(("a" if open_vowel else "") + _CONSONANTS[letter])
            open_vowel = True
            continue
        if letter in _VOWEL_SIGNS:
            out.append(_VOWEL_SIGNS[letter])
        elif letter in _VOWELS:
            out.append(("a" if open_vowel else "") + _VOWELS[letter])
        elif letter == "\u0902":
            out.append(("a" if open_vowel else "") + "n")
        elif letter != "\u094d":
            out.append(("a" if open_vowel and not _LATIN.match(letter) else "") + letter)
        open_vowel = False
    return "".join(out)


def skeleton(word: str) -> str:
    """Return a Latin word with the usual ways to spell Hindi in Latin letters made one.

    Examples
    --------
    >>> skeleton("jeet"), skeleton("jitaau"), skeleton("sambhaavnaa"), skeleton("winnability")
    ('jit', 'jitau', 'sanbhavna', 'vinabiliti')
    """
    found = word.replace("w", "v").replace("ph", "f").replace("q", "k").replace("z", "j")
    found = re.sub("e{2,}|ii+|y(?=[^aeiou]|$)", "i", found)
    found = re.sub("o{2,}|uu+", "u", found)
    found = re.sub(r"(.)\1+", r"\1", found)
    return re.sub("m(?=[bp])", "n", found)


def mixed(word: str) -> bool:
    """Return whether a word has letters of both scripts."""
    return bool(_LATIN.search(word)) and bool(_HINDI.search(word))


def slips(one: str, other: str) -> int:
    """Return how many letters are missing, added, changed or exchanged with their neighbour.

    Examples
    --------
    >>> slips("winnabiltiy", "winnability"), slips("winnablity", "winnability"), slips("portal", "winnable")
    (1, 1, 6)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]
