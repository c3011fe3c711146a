"""Made-up names in Latin and Devanagari script."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.object_]

_FRONT: Final = (
    ("Ram", "राम"), ("Lal", "लाल"), ("Kot", "कोट"), ("Bel", "बेल"),
    ("Chand", "चांद"), ("Dev", "देव"), ("Fateh", "फतेह"),
    ("Gauri", "गौरी"), ("Hari", "हरि"), ("Jam", "जाम"), ("Kamal", "कमल"),
    ("Mohan", "मोहन"), ("Nan", "नान"), ("Pipal", "पीपल"),
    ("Raj", "राज"), ("Sal", "साल"), ("Tara", "तारा"), ("Ujjal", "उज्जल"),
    ("Vir", "वीर"), ("Sona", "सोना"), ("Bada", "बड़ा"),
    ("Amar", "अमर"), ("Bhim", "भीम"), ("Daya", "दया"), ("Imli", "इमली"),
    ("Jaga", "जगा"), ("Khera", "खेड़ा"), ("Madho", "माधो"),
)  # fmt: skip
_BACK: Final = (
    ("pur", "पुर"), ("garh", "गढ़"), ("nagar", "नगर"), ("ganj", "गंज"),
    ("abad", "आबाद"), ("wari", "वारी"), ("kheda", "खेड़ा"),
    ("gaon", "गांव"), ("tola", "टोला"), ("patti", "पट्टी"), ("sar", "सर"), ("dih", "डीह"),
)  # fmt: skip
_MEN: Final = (
    ("Anil", "अनिल"), ("Arun", "अरुण"), ("Ashok", "अशोक"),
    ("Bharat", "भरत"), ("Dinesh", "दिनेश"), ("Gopal", "गोपाल"),
    ("Harish", "हरीश"), ("Imran", "इमरान"), ("Jagdish", "जगदीश"),
    ("Kailash", "कैलाश"), ("Mahesh", "महेश"), ("Naresh", "नरेश"),
    ("Omkar", "ओंकार"), ("Prakash", "प्रकाश"), ("Rajesh", "राजेश"),
    ("Salim", "सलीम"), ("Suresh", "सुरेश"), ("Tarun", "तरुण"),
    ("Umesh", "उमेश"), ("Vijay", "विजय"), ("Yogesh", "योगेश"),
    ("Manoj", "मनोज"), ("Nasir", "नासिर"), ("Pawan", "पवन"),
)  # fmt: skip
_WOMEN: Final = (
    ("Anita", "अनीता"), ("Asha", "आशा"), ("Farida", "फरीदा"),
    ("Geeta", "गीता"), ("Kamla", "कमला"), ("Lata", "लता"),
    ("Meena", "मीना"), ("Nirmala", "निर्मला"), ("Pushpa", "पुष्पा"),
    ("Rekha", "रेखा"), ("Sunita", "सुनीता"), ("Usha", "उषा"),
)  # fmt: skip
# family names are built from trees and trades, so that no community can be read from them
_FAMILY: Final = tuple(
    (front + back, front_hi + back_hi)
    for front, front_hi in (("Nim", "नीम"), ("Kadam", "कदम"), ("Shisham", "शीशम"), ("Mahu", "महु"), ("Sagwan", "सागवान"),
                            ("Palash", "पलाश"), ("Chandan", "चंदन"),
                            ("Arjun", "अर्जुन"), ("Tejpat", "तेजपत"), ("Bans", "बांस"))
    for back, back_hi in (("kar", "कर"), ("wal", "वाल"), ("iya", "िया"), ("dhar", "धर"), ("vat", "वत"), ("an", "ान"))
)  # fmt: skip


def place_names(rng: np.random.Generator, count: int) -> tuple[list[str], list[str]]:
    """Draw place names, each different.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    count : int
        How many.

    Returns
    -------
    tuple of list of str
        Names in Latin and in Devanagari script. Past 336 names a Khurd, Kalan or number tells them apart.
    """
    pairs = [(a + b, x + y) for a, x in _FRONT for b, y in _BACK]
    order = rng.permutation(len(pairs))
    tails = (("", ""), (" Khurd", " खुर्द"), (" Kalan", " कलां"))
    latin, hindi = [], []
    for i in range(count):
        round_, j = divmod(i, len(pairs))
        tail = tails[round_] if round_ < len(tails) else (f" {round_}", f" {round_}")
        name = pairs[int(order[j])]
        latin.append(name[0] + tail[0])
        hindi.append(name[1] + tail[1])
    return latin, hindi


def person_names(rng: np.random.Generator, female: npt.NDArray[np.bool_]) -> tuple[Texts, Texts]:
    """Draw names of people.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    female : array of bool, shape (n,)
        Who gets a woman's first name.

    Returns
    -------
    tuple of array of str, shape (n,)
        Names in Latin and in Devanagari script; they may repeat.
    """
    n = len(female)
    first = np.where(female, rng.integers(0, len(_WOMEN), n), rng.integers(0, len(_MEN), n))
    family = rng.integers(0, len(_FAMILY), n)
    latin, hindi = np.empty(n, dtype=object), np.empty(n, dtype=object)
    for i in range(n):
        given = (_WOMEN if female[i] else _MEN)[first[i]]
        latin[i] = f"{given[0]} {_FAMILY[family[i]][0]}"
        hindi[i] = f"{given[1]} {_FAMILY[family[i]][1]}"
    return latin, hindi
