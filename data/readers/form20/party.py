"""Which party a printed label means: abbreviations and names in English and Hindi, sure cases only."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from khaka.data.booth_names import fold, to_latin
from khaka.data.parties import _aliases, clean_parties
from khaka.data.readers.form20.script import is_independent, readable

_HINDI: Final = {
    "भारतीय जनता पार्टी": "BJP", "भाजपा": "BJP", "बीजेपी": "BJP", "समाजवादी पार्टी": "SP", "सपा": "SP",
    "बहुजन समाज पार्टी": "BSP", "बसपा": "BSP", "भारतीय राष्ट्रीय कांग्रेस": "INC", "इंडियन नेशनल कांग्रेस": "INC", "कांग्रेस": "INC",
    "काँग्रेस": "INC",
    "राष्ट्रीय लोक दल": "RLD", "रालोद": "RLD", "आम आदमी पार्टी": "AAAP", "राष्ट्रीय जनता दल": "RJD", "राजद": "RJD",
    "जनता दल (यूनाइटेड)": "JD(U)", "जदयू": "JD(U)", "भारतीय कम्युनिस्ट पार्टी": "CPI", "भाकपा": "CPI", "अपना दल": "AD",
    "अपना दल (सोनेलाल)": "ADAL", "पीस पार्टी": "PECP", "नेशनलिस्ट कांग्रेस पार्टी": "NCP", "शिवसेना": "SHS",
    "भारत की कम्युनिस्ट पार्टी (मार्क्सवादी)": "CPM", "माकपा": "CPM", "लोक जनशक्ति पार्टी": "LJP", "लोजपा": "LJP",
    "झारखण्ड मुक्ति मोर्चा": "JMM", "झामुमो": "JMM", "इण्डियन नेशनल लोक दल": "INLD", "राष्ट्रवादी काँग्रेस पार्टी": "NCP",
    "राष्ट्रवादी कांग्रेस पार्टी": "NCP", "महाराष्ट्र नवनिर्माण सेना": "MNS", "इंडियन नॅशनल काँग्रेस": "INC",
    "जनता दल (सेक्युलर)": "JD(S)", "ऑल इंडिया मजलिस-ए-इत्तेहादुल मुस्लिमीन": "AIMIM",
}  # fmt: skip
_REST: Final = re.compile(r"other(?:s|\sparties|\scandidates)?|अन्य", re.IGNORECASE)
_SHORT: Final = re.compile(r"[A-Z][A-Z()&.\-/]{1,9}")
_NO_PARTY: Final = frozenset(
    {"SC", "ST", "GEN", "ADV", "DR", "URF", "ALIAS", "NOTA", "MD", "MOHD", "KM", "SMT", "SHRI"}
)
_WORDS_OF_PARTIES: Final = re.compile(
    r"\b(?:party|dal|congress|sena|sabha|morcha|parishad|league|samaj|front|mukti|andolan|kranti)\b|पार्टी|दल\b|कांग्रेस|सेना|मोर्चा|परिषद",
    re.IGNORECASE,
)

NAMED: Final = frozenset({
    "BJP", "INC", "BSP", "SP", "NCP", "CPI", "CPM", "AAAP", "RJD", "RLD", "JD(U)", "JD(S)", "LJP", "JMM", "BJD", "SHS",
    "PECP", "AD", "ADAL", "TDP", "DMK", "ADMK", "YSRCP", "TRS", "AIMIM", "AITC", "INLD", "SAD", "AGP", "AIUDF", "MNS",
    "IND", "NOTA",
})  # fmt: skip
"""Parties that keep their name whatever their votes; any other keeps it from 1% of a seat's votes on, else is OTH."""

ENOUGH_SHARE: Final = 0.01


@functools.cache
def _names() -> dict[str, str]:
    """Return folded full names of parties to their abbreviation."""
    names = {alias: party for alias, party, _, last in _aliases() if last == 9999 and len(alias) > 6}
    names.update(_HINDI)
    keys = list(names)
    return {text: names[key] for key, text in zip(keys, fold(to_latin(keys)), strict=True) if len(text) >= 3}


@functools.lru_cache(maxsize=4096)
def party_of(printed: str, year: int) -> str | None:
    """Return the party that a printed label means.

    Parameters
    ----------
    printed : str
        An abbreviation or a name, in English or Hindi.
    year : int
        Year of the election: an abbreviation may have meant another party before.

    Returns
    -------
    str or None
        The abbreviation; "OTH" for a party's name that has none here; None where the label is no party.

    Examples
    --------
    >>> [party_of(text, 2017) for text in ("BJP", "Bharatiya Janata Party", "सपा", "INDT", "Rastriya Lokdal", "BTSP")]
    ['BJP', 'BJP', 'SP', 'IND', 'RLD', 'BTSP']
    >>> party_of("Sarva Sambhaav Party", 2017), party_of("RAM SWAROOP", 2017) is None
    ('OTH', True)
    """
    text = _bare(readable(printed))
    if not text:
        return None
    if is_independent(text) or is_independent(text.replace(" ", "")):
        return "IND"
    if _REST.fullmatch(text):
        return "OTH"
    if text in _HINDI:
        return _HINDI[text]
    cleaned = str(clean_parties(pd.Series([text], dtype="str"), pd.Series([year])).iloc[0])
    if cleaned != text or cleaned.upper() in NAMED:
        return cleaned if cleaned != text else cleaned.upper()
    folded = fold(to_latin([text]))[0]
    known = _names()
    if folded in known and len(text) > 4:
        return known[folded]
    near = [party for name, party in known.items() if len(folded) >= 6 and _near(folded, name)]
    if len(set(near)) == 1 and _WORDS_OF_PARTIES.search(text.replace("Lokdal", "Lok dal")):
        return near[0]
    bare = text.replace(" ", "")
    if _SHORT.fullmatch(bare) and bare not in _NO_PARTY and (len(text) == len(bare) and len(bare) <= 8):
        return bare
    return "OTH" if _WORDS_OF_PARTIES.search(text) else None


def _bare(text: str) -> str:
    """Return a label without what stands around it; a bracket that closes one inside the label stays: CPI(M)."""
    text = text.strip(" .:-")
    while text and (text[0] in "([" or (text[-1] in ")]" and text.count("(") + text.count("[") < 1)):
        text = text[1:] if text[0] in "([" else text[:-1]
        text = text.strip(" .:-")
    return text[:-1] if text.count(")") > text.count("(") and text.endswith(")") else text


def _near(one: str, other: str) -> bool:
    """Tell whether two folded names differ by a letter in eight at most."""
    import difflib

    return abs(len(one) - len(other)) <= 2 and difflib.SequenceMatcher(None, one, other).ratio() >= 0.9


def split_party(texts: tuple[str, ...], year: int) -> tuple[str, str | None]:
    """Return a candidate's name and party out of the headings over a column.

    Examples
    --------
    >>> split_party(("AMAR SINGH (BJP)",), 2017), split_party(("RAM LAL", "Samajwadi Party"), 2017)
    (('AMAR SINGH', 'BJP'), ('RAM LAL', 'SP'))
    >>> split_party(("BSP",), 2017), split_party(("1 - IMRAN MASOOD",), 2017)
    (('', 'BSP'), ('1 - IMRAN MASOOD', None))
    """
    if not texts:
        return "", None
    for text in texts:
        inside = re.search(r"[(\[]\s*([^()\[\]]{2,60})\s*[)\]]\s*$", text)
        if inside and inside.start() > 0:
            party = party_of(inside[1], year)
            if party is not None:
                return text[: inside.start()].strip(" -"), party
    if len(texts) > 1:
        for place in range(len(texts) - 1, -1, -1):
            party = party_of(texts[place], year)
            if party is not None:
                rest = [text for at, text in enumerate(texts) if at != place]
                return rest[0], party
    text = texts[0]
    for part in re.split(r"\s+[-–/|,]\s+|\s*[/|]\s*", text):
        party = party_of(part, year)
        if party is not None and part != text and (party in NAMED or party == "OTH"):
            return text.replace(part, "").strip(" -–/|,"), party
    words = text.split()
    if len(words) >= 3 and words[-1].strip(".") in NAMED:
        return " ".join(words[:-1]), party_of(words[-1], year)
    party = party_of(text, year)
    return ("", party) if party is not None and (party in NAMED or " " not in text.strip()) else (text, None)


def printed_parties(labels: Sequence[tuple[str, ...]], year: int) -> list[tuple[str, str | None]]:
    """Return the name and the party of each column of a sheet, told by all its headings together.

    A heading such as "RAM LAL XYZ" says nothing by itself. Where at least half of a sheet's headings end with a party
    that is known, the ends of the others are parties as well.

    Parameters
    ----------
    labels : sequence of tuple of str
        The headings over each candidate's column.
    year : int
        Year of the election.

    Returns
    -------
    list of (str, str or None)
        As `split_party`, one for each column.

    Examples
    --------
    >>> printed_parties([("S. RAJA ADMK",), ("K. BABU DMK",), ("M. SELVI NTK",)], 2021)
    [('S. RAJA', 'ADMK'), ('K. BABU', 'DMK'), ('M. SELVI', 'NTK')]
    >>> printed_parties([("RAM SINGH",), ("SHYAM LAL",), ("AMAR PAL",)], 2021)
    [('RAM SINGH', None), ('SHYAM LAL', None), ('AMAR PAL', None)]
    """
    single = [split_party(texts, year) for texts in labels]
    ends = [_at_end(texts[0], year) if len(texts) == 1 else None for texts in labels]
    known = [
        party is not None or (end is not None and end[1] in NAMED)
        for (_, party), end in zip(single, ends, strict=True)
    ]  # fmt: skip
    below = [party is not None and len(texts) > 1 for texts, (_, party) in zip(labels, single, strict=True)]
    if sum(below) >= 2 and 2 * sum(below) >= len(
        labels
    ):  # a line of parties under the names: the others' are there too
        return [
            (texts[0], "OTH") if party is None and len(texts) > 1 else (name, party)
            for texts, (name, party) in zip(labels, single, strict=True)
        ]
    if sum(end is not None and end[1] in NAMED for end in ends) < 2 or 2 * sum(known) < len(labels):
        return single
    return [
        end if party is None and end is not None else (name, party)
        for (name, party), end in zip(single, ends, strict=True)
    ]  # fmt: skip


def _at_end(text: str, year: int) -> tuple[str, str] | None:
    """Return name and party if a heading may end with a party: behind a dash or comma, a known name, or capitals."""
    parts = re.split(r"\s+[-–/|,]\s+|\s*[/|]\s*", text)
    if len(parts) > 1:
        party = party_of(parts[-1], year)
        return (parts[0].strip(), party) if party is not None else None
    words = text.split()
    tails = [(" ".join(words[:-size]), " ".join(words[-size:])) for size in range(min(6, len(words) - 1), 0, -1)]
    found = [(name, tail, party_of(tail, year)) for name, tail in tails]
    named = next(((name, party) for name, tail, party in found if party in NAMED and _whole(tail, party)), None)
    if named is not None:
        return named[0], str(named[1])
    name, tail, party = found[-1] if found else ("", "", None)
    if party is not None and _SHORT.fullmatch(tail):
        return name, party
    long = next(((name, party) for name, tail, party in found if party == "OTH" and len(name.split()) >= 2), None)
    return (long[0], "OTH") if long is not None else None


def _whole(tail: str, party: str) -> bool:
    """Tell whether a tail is the party's name and nothing of the candidate's before it."""
    words = tail.split()
    return len(words) == 1 or party_of(" ".join(words[1:]), 2000) != party
