"""Words for kinds of buildings and rooms, which every sheet shortens in its own way, brought to one code each.

"P.S. RAMPUR", "PRI. SCHOOL RAMPUR" and "PRATHMIK VIDYALAYA RAMPUR" are one place: the kind of school is written out in
one year and shortened in the next, so that letters alone find "P.S." nearer to another village's "P.S." than to its
own. Rooms are told apart by their number (`booth_names.room_of`), so the word for a room says nothing.
"""

from __future__ import annotations

import re
from typing import Final

_SCHOOL: Final = r"(?:SCH?OOL|S[KC]H?U?L|SKOOL|VI?D[DH]?YA?LA?Y\w*|PA?A?TH?SHA?A?LA?)"
_PRIMARY: Final = r"PRA?A?TH?A?MI?K"
_MIDDLE: Final = r"M[AI]?DH?YA?MI?K|MIDDLE"

#: In this order, on Latin capitals: an upper primary school holds the words of a primary one.
_KINDS: Final = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"\b(?:ROOM|R|KAK?SHA?|KAKSA?|KA?MRA|K)\W{0,2}\s?(?:NO|N|NN|NUMBER|NA?MBA?R|SANKHYA|SNKHYA)?\W{0,2}\s?(?=\d|$)",
         " "),
        (rf"\b(?:(?:UCHCH?A?|UPPER)\W{{0,2}}\s?(?:{_PRIMARY}|PRI(?:MARY)?)\W?\s?{_SCHOOL}|U\W?P\W?[SV]\b"
         rf"|P[UO]+RVA?\W{{0,2}}\s?(?:{_MIDDLE})\W?\s?{_SCHOOL}|P\W?M\W?V\b|P\W?MA?\W?VI\b|J\W?\s?H\W?\s?S\b"
         rf"|JU?(?:NIOR|NIAR)?\W?\s?HA?(?:IGH|I)?\W?\s?{_SCHOOL})\W?", " UVD "),
        (rf"\b(?:{_PRIMARY}\W?\s?{_SCHOOL}|PRI(?:MARY|MRY)?\W{{0,2}}\s?{_SCHOOL}|PRA\W{{0,2}}\s?(?:VI|V|PA|P|SKUL)\b"
         r"|P\W?\s?[SVP]\b(?:\W?S\b)?)\W?", " PVD "),
        (r"\b(?:INTER(?:MEDIATE)?\W?\s?COLL[EA]GE?|INTA?R(?:MI?DI?E?T)?\W?\s?KA?A?LEJ|I\W?\s?C\b)\W?", " INK "),
        (r"\b(?:GIRLS?|BA?A?LIKA|KA?NYA)\b\W?", " KNY "),
    )
)  # fmt: skip


def one_word_a_kind(latin: str) -> str:
    """Return a station's name (Latin capitals) with one code for each kind of school, and no word for rooms.

    Examples
    --------
    >>> [one_word_a_kind(name) for name in ("P.S. RAMPUR R.NO. 2", "PRATHMIK VIDYALAYA RAMPUR ROOM NO 2")]
    ['PVD RAMPUR 2', 'PVD RAMPUR 2']
    >>> [one_word_a_kind(name) for name in ("J.H.S. KHAIR", "PURVA MADHYAMIK VIDYALAY KHAIR", "GIRLS INTER COLLEGE")]
    ['UVD KHAIR', 'UVD KHAIR', 'KNY INK']
    """
    for pattern, into in _KINDS:
        latin = pattern.sub(into, latin)
    return " ".join(latin.split())
