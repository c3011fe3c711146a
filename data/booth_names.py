"""Names of polling stations made comparable across scripts and spellings, and the room inside the building.

A name is brought to Latin letters of one folded alphabet (aspirates, long vowels and doubled letters folded, every a
dropped, as Hindi writes most of them not), so that "PRATHMIK VIDYALAYA" and "प्राथमिक विद्यालय" are nearly the same
text; a second form keeps the consonants only. Likeness is the cosine of letter bigrams and trigrams, spaces left out
(sheets break words anywhere), each weighted by how rare it is in the seat: kinds of school weigh nothing, villages
much.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from khaka.data.krutidev import looks_like_krutidev, to_unicode
from khaka.data.station_words import one_word_a_kind

_DEVANAGARI: Final = "\u0900-\u097f"
_LETTERS: Final = {
    "क": "K", "ख": "KH", "ग": "G", "घ": "GH", "ङ": "N", "च": "CH", "छ": "CH", "ज": "J", "झ": "JH", "ञ": "N",
    "ट": "T", "ठ": "TH", "ड": "D", "ढ": "DH", "ण": "N", "त": "T", "थ": "TH", "द": "D", "ध": "DH", "न": "N", "ऩ": "N",
    "प": "P", "फ": "PH", "ब": "B", "भ": "BH", "म": "M", "य": "Y", "र": "R", "ऱ": "R", "ल": "L", "ळ": "L", "व": "V",
    "श": "SH", "ष": "SH", "स": "S", "ह": "H", "अ": "A", "आ": "A", "इ": "I", "ई": "I", "उ": "U", "ऊ": "U", "ऋ": "RI",
    "ए": "E", "ऐ": "E", "ऑ": "O", "ओ": "O", "औ": "O", "ा": "A", "ि": "I", "ी": "I", "ु": "U", "ू": "U", "ृ": "RI",
    "े": "E", "ै": "E", "ॉ": "O", "ो": "O", "ौ": "O", "ं": "N", "ँ": "N",
}  # fmt: skip
_TO_LATIN: Final = str.maketrans({
    **_LETTERS, **{chr(0x966 + digit): str(digit) for digit in range(10)},
    **dict.fromkeys("\u094d\u093c\u200c\u200d\u0903\ufeff", ""),
})  # fmt: skip

#: Spellings of one sound, applied in this order to capitals. Lower-case letters mark sounds that are done.
_FOLDS: Final = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"[^A-Z\n]", ""), ("CHH?", "c"), ("SH", "S"), ("KS|X", "KS"), ("C(?=[EIY])", "S"), ("CK|C|Q", "K"), ("c", "C"),
        ("EE", "I"), ("OO", "U"), ("A[IY](?![AEIOU])", "E"), ("A[UW](?![AEIOU])|OU", "O"), ("F", "P"), ("Z", "J"),
        ("[WV]", "B"), (r"(?<=[KGCJTDPB])H", ""), ("M(?=[PB])", "N"), ("A", ""), ("I?Y(?![EOU])", "I"),
        (r"([B-Z])\1+", r"\1"),
    )
)  # fmt: skip
_VOWELS: Final = re.compile("[EIOUYH]")
_DOUBLED: Final = re.compile(r"([A-Z])\1+")

_LEADING: Final = re.compile(r"^\W*\d+(?!\d)(?:\s*[-.:/]\s*|\s+|(?=[A-Z]))")
_NUMBER: Final = re.compile(r"(?<!\d)0*([1-9]\d?)(?!\d)")
_ROMAN: Final = re.compile(r"\b(I{1,3}|IV|VI{0,3})\W*$")
_DIRECTIONS: Final = tuple(
    (re.compile(rf"(?:\b|(?<=\())(?:{pattern})\W*(?:BHAG|BHAGA|WING|KAKSH|KAKSHA|KAKSA|KMRA|KAMRA|SIDE)?\W*$"), room)
    for pattern, room in (
        (r"P(?:U|OO|O)R[VB]A?I?|PU|EAST|E", 101), (r"PA?SH?CH?I?MI?|PA|WEST|W", 102),
        (r"U(?:TT?|TTA)RI?|UT|UTTAR|NORTH|N", 103), (r"DA?(?:KSHI?|KSHA|CHHI)NI?|DA|SOUTH|S", 104),
        (r"MADH?YA?|MDHY|MA|CENTRE|CENTER|MIDDLE|C", 105),
    )
)  # fmt: skip


@dataclass(frozen=True)
class BoothNames:
    """The names of one list of booths, made comparable.

    Parameters
    ----------
    folded : tuple of str
        Folded Latin letters without spaces.
    skeletons : tuple of str
        The consonants of `folded`.
    rooms : ndarray of int
        Room number in the building, 101 to 105 for the eastern, western, northern, southern, middle part, 0 unknown.
    """

    folded: tuple[str, ...]
    skeletons: tuple[str, ...]
    rooms: NDArray[np.int64]


def to_latin(names: Sequence[str]) -> list[str]:
    """Bring names of one sheet to Latin capitals, digits kept.

    Whether mixed-case ASCII is Kruti Dev is judged by the sheet: short names alone do not tell.

    Parameters
    ----------
    names : sequence of str
        In Devanagari, Latin or Kruti Dev.

    Returns
    -------
    list of str
        One for each name.

    Examples
    --------
    >>> to_latin(["प्रा0वि0 रामपुर क0नं0 2", "P.S. Rampur"])
    ['PRA VI RAMPUR K NN 2', 'P.S. RAMPUR']
    """
    plain = [unicodedata.normalize("NFC", name) for name in names]
    ascii_mixed = [bool(re.search("[a-z]", name)) and not re.search(f"[{_DEVANAGARI}]", name) for name in plain]
    told = [looks_like_krutidev(name) for name in plain]
    krutidev = 2 * sum(told) >= max(1, sum(ascii_mixed))
    result = []
    for name, mixed in zip(plain, ascii_mixed, strict=True):
        text = to_unicode(name) if mixed and krutidev else name
        hindi = re.search(f"[{_DEVANAGARI}]", text) is not None
        text = text.replace("ड़", "R").replace("ढ़", "RH").translate(_TO_LATIN).upper()
        # a zero after letters is the dot of an abbreviation
        result.append(re.sub(r"\s+", " ", re.sub(r"(?<=[A-Z])\s?0", " ", text)).strip() if hindi else text)
    return result


def fold(texts: Sequence[str]) -> list[str]:
    """Fold Latin capitals to the alphabet in which spellings are compared.

    Examples
    --------
    >>> fold(to_latin(["PRATHMIK VIDYALAYA", "प्राथमिक विद्यालय", "Poorv Madhyamik", "पूर्व माध्यमिक"]))
    ['PRTMIKBIDILI', 'PRTMIKBIDILI', 'PURBMDIMIK', 'PURBMDIMIK']
    """
    text = "\n".join(text.replace("\n", " ") for text in texts)
    for pattern, into in _FOLDS:
        text = pattern.sub(into, text)
    return text.split("\n")


def room_of(latin: str) -> int:
    """Return the room that a name (Latin capitals) ends with: its number, 101 to 105 for a part, 0 if none.

    Examples
    --------
    >>> room_of("P.P.SHAHNUA R.N.2"), room_of("PRA VI RAMPUR K NN 2"), room_of("106- JALESAR")
    (2, 2, 0)
    >>> room_of("P.V. DEVCHANDPUR (E. WING)"), room_of("P.S.MANGRAUDA PA.BHAG"), room_of("P.S. JAMAULI I")
    (101, 102, 1)
    """
    text = _LEADING.sub("", latin)
    numbers = _NUMBER.findall(text)
    if numbers:
        return int(numbers[-1])
    roman = _ROMAN.search(text)
    if roman:
        return {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8}[roman[1]]
    return next((room for pattern, room in _DIRECTIONS if pattern.search(text)), 0)


def parse(names: Sequence[str]) -> BoothNames:
    """Make the names of one list of booths comparable.

    Parameters
    ----------
    names : sequence of str
        In the list's order; empty where unknown.

    Returns
    -------
    BoothNames
        One entry for each name.
    """
    latin = to_latin(names)
    folded = fold([one_word_a_kind(text) for text in latin])
    skeletons = [_DOUBLED.sub(r"\1", _VOWELS.sub("", text)) for text in folded]
    return BoothNames(tuple(folded), tuple(skeletons), np.array([room_of(text) for text in latin], dtype=np.int64))


def likeness(earlier: BoothNames, later: BoothNames) -> NDArray[np.float64]:
    """Return how alike the names of two lists are.

    Parameters
    ----------
    earlier, later : BoothNames
        Of one seat: rarity is counted inside it.

    Returns
    -------
    ndarray of shape (n_earlier, n_later)
        0 to 1, higher means more alike; NaN where a name tells nothing (blank, or the same all over the list).
    """
    whole = _cosine(earlier.folded, later.folded)
    bones = _cosine(earlier.skeletons, later.skeletons)
    return 0.5 * (whole + bones)


def _cosine(earlier: Sequence[str], later: Sequence[str]) -> NDArray[np.float64]:
    docs, grams = _grams([*earlier, *later])
    n, m = len(earlier), len(later)
    vocabulary, column = np.unique(grams, return_inverse=True)
    counts = sparse.csr_matrix((np.ones(len(docs)), (docs, column)), shape=(n + m, max(1, len(vocabulary))))
    counts.data[:] = 1.0
    one, two = counts[:n], counts[n:]
    # the commoner of the two years counts: "P.P." of one year may be "P.V." all over the other
    share = np.maximum(one.sum(axis=0).A1 / max(1, n), two.sum(axis=0).A1 / max(1, m))
    weight = -np.log(np.clip(share, 1e-9, 1.0))
    weight[share > 0.5] = 0.0
    one, two = one.multiply(weight).tocsr(), two.multiply(weight).tocsr()
    lengths = [np.sqrt(side.multiply(side).sum(axis=1).A1) for side in (one, two)]
    product = np.asarray((one @ two.T).todense(), dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(product / np.outer(lengths[0], lengths[1]), 0.0, 1.0)


def _grams(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (text, gram) of every letter bigram and trigram, the edges of a text counted as a letter."""
    joined = "".join(f"`{text}`" for text in texts)
    codes = np.frombuffer(joined.encode("ascii", "replace"), dtype=np.uint8).astype(np.int64) - 63
    docs = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in texts])
    pair_inside = docs[1:] == docs[:-1]
    triple_inside = docs[2:] == docs[:-2]
    pairs = (codes[:-1] * 64 + codes[1:])[pair_inside]
    triples = 4096 + (codes[:-2] * 4096 + codes[1:-1] * 64 + codes[2:])[triple_inside]
    both = np.concatenate([pairs, triples])
    owner = np.concatenate([docs[:-1][pair_inside], docs[:-2][triple_inside]])
    key = np.unique(owner * (1 << 20) + both)  # each gram once a text
    return key >> 20, key & ((1 << 20) - 1)
