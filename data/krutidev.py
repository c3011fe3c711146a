"""Kruti Dev text to Unicode Devanagari.

Kruti Dev is a font, not an encoding: its text is plain ASCII (with a few Latin-1 signs) that looks like noise in any
other font, so no check of the encoding sees it. A key stands for a glyph of a Hindi typewriter: a half letter that a
stroke (`k`) completes, a matra before its letter (`f`), a reph after it (`Z`). Conversion reads the glyphs, then puts
matra and reph where Unicode wants them.
"""

from __future__ import annotations

import functools
import re
from typing import Final

_VIRAMA: Final = "\u094d"

#: Glyphs of half letters; with the stroke `k` after them they are whole.
_HALVES: Final = {
    "[": "ख", "?": "घ", ".": "ण", "F": "थ", "/": "ध", "H": "भ", "'": "श", '"': "ष", "{": "क्ष", "D": "क", "X": "ग",
    "P": "च", "T": "ज", "R": "त", "U": "न", "I": "प", "C": "ब", "E": "म", "Y": "ल", "O": "व", "L": "स", "Ù": "त्त",
    "ö": "झ", "÷": "झ", "¶": "फ", "¸": "य", "º": "ह", "™": "न्न", "Ë": "ध", "Ä": "घ", "Ü": "श", "«": "त्र",
    "’": "ष", "‘": "ष", "”": "श", "“": "श",
}  # fmt: skip

#: Whole letters, conjuncts, matras and signs. Longer keys win.
_WHOLE: Final = {
    "d": "क", "x": "ग", "³": "ङ", "p": "च", "N": "छ", "t": "ज", ">": "झ", "¥": "ञ", "V": "ट", "B": "ठ", "M": "ड",
    "<": "ढ", "r": "त", "n": "द", "u": "न", "i": "प", "Q": "फ", "c": "ब", "e": "म", ";": "य", "j": "र", "y": "ल",
    "G": "ळ", "o": "व", "l": "स", "g": "ह", "K": "ज्ञ", "J": "श्र", "=": "त्र", "|": "द्य", "}": "द्व", "Ø": "क्र",
    "æ": "द्र", "ç": "प्र", "Á": "प्र", "Ý": "फ्र", "#": "रु", ":": "रू", "ô": "क्क", "ê": "ट्ट", "ë": "ट्ठ", "ì": "ड्ड",
    "ï": "ड्ढ", "í": "द्द", "é": "न्न", "à": "ह्न", "á": "ह्य", "â": "हृ", "ã": "ह्म", "—": "कृ", "–": "दृ", "Ñ": "कृ",
    "v": "अ", "vk": "आ", "vks": "ओ", "vkS": "औ", "b": "इ", "bZ": "ई", "Ã": "ई", "m": "उ", "Å": "ऊ", "_": "ऋ",
    ",": "ए", ",s": "ऐ", "k": "ा", "h": "ी", "q": "ु", "w": "ू", "`": "ृ", "s": "े", "S": "ै", "ks": "ो", "kS": "ौ",
    "‚": "ॉ", "W": "ॅ", "a": "ं", "¡": "ँ", "%": "ः", "+": "़", "~": _VIRAMA, "z": "्र", "ª": "्र", "È": "ीं",
    "Œ": "0", "å": "0", "ƒ": "1", "„": "2", "…": "3", "†": "4", "‡": "5", "ˆ": "6", "‰": "7", "Š": "8", "‹": "9",
    "]": ",", "A": "।", "@": "/", "&": "-", "¼": "(", "½": ")", "^": "'", "*": "'", "Þ": '"', "ß": '"',
}  # fmt: skip

_MATRA_I: Final = "f"
_REPH: Final = "Z"
_GLYPHS: Final = {
    **_WHOLE, **{key: value + _VIRAMA for key, value in _HALVES.items()},
    **{key + "k": value for key, value in _HALVES.items()},
}  # fmt: skip
_TOKEN: Final = re.compile("|".join(re.escape(key) for key in sorted(_GLYPHS, key=len, reverse=True)) + r"|[\s\S]")
_CONSONANT: Final = "[\u0915-\u0939\u0958-\u095f]\u093c?"
_CLUSTER: Final = f"(?:{_CONSONANT}{_VIRAMA})*{_CONSONANT}"
_AFTER_I: Final = re.compile(f"\ue000({_CLUSTER})")
_BEFORE_REPH: Final = re.compile(f"({_CLUSTER}[ा-ौॅॉंँ]*)\ue001")

#: Words of offices that only this font spells so, and pairs of keys that Latin text of India does not have.
_TELLING: Final = re.compile(
    r"izk|fo\|?|iwoZ|fo\|k|d{k|\[k|'k|\"k|\.k|\?k|/k|Hk|Fk|[a-z]Z|[bcdfghjlmnpqrtvxz]q|q[a-tv-z]|[a-z][;\[\]{}=|<>+~`]|"
    r"[;{}=|<>+~`][a-z]|[jlpdxt]k[jlpdxtnuie]|iqj|ua0|u0&|[a-z][RTUILEPYCXVMNBQJK][a-z]|xk|ksM|kS"
)
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


@functools.lru_cache(maxsize=65_536)
def looks_like_krutidev(text: str) -> bool:
    """Tell whether a text is Kruti Dev shown in another font.

    Parameters
    ----------
    text : str
        A name, a heading or a longer text. A word or two may be too little to tell: then false.

    Returns
    -------
    bool
        True where at least one in eight characters belongs to a sequence that Latin text of India doesn't have.

    Examples
    --------
    >>> looks_like_krutidev("Hkkjr fuokZpu vk;ksx"), looks_like_krutidev("izk0fo0 nghjiqj d{k ua0&1")
    (True, True)
    >>> looks_like_krutidev("Primary School Khanpur, Room No. 1"), looks_like_krutidev("भारत निर्वाचन आयोग")
    (False, False)
    """
    if re.search("[\u0900-\u097f]", text) or not re.search("[a-z]", text):
        return False
    letters = len(re.findall(r"[^\s\d\-&().,]", text))
    told = sum(len(match) for match in _TELLING.findall(text))
    return letters > 0 and 8 * told >= letters and not re.search(r"(?i)\b(room|school|primary|college)\b", text)


@functools.lru_cache(maxsize=65_536)
def to_unicode(text: str) -> str:
    """Convert Kruti Dev text to Unicode; signs that the font doesn't have stay.

    Parameters
    ----------
    text : str
        Kruti Dev text. Latin text would become noise: ask `looks_like_krutidev` first.

    Returns
    -------
    str
        Devanagari, with ASCII digits.

    Examples
    --------
    >>> to_unicode("Hkkjr fuokZpu vk;ksx"), to_unicode("izk0fo0 nghjiqj d{k ua0&1")
    ('भारत निर्वाचन आयोग', 'प्रा0वि0 दहीरपुर कक्ष नं0-1')
    """
    glyphs = "".join(
        "\ue000" if token == _MATRA_I else "\ue001" if token == _REPH else _GLYPHS.get(token, token)
        for token in _TOKEN.findall(text)
    )
    moved = _AFTER_I.sub("\\1ि", glyphs)
    moved = _BEFORE_REPH.sub(f"र{_VIRAMA}\\1", moved)
    return moved.replace("\ue000", "ि").replace("\ue001", f"र{_VIRAMA}").replace("ाे", "ो").replace("ाै", "ौ")
