"""Reasons that are word for word the same in other seats: 70% of one party's forms of 2022 were.

Texts are compared by their shingles of two words (Broder 1997): the Jaccard index of the two sets. Longer shingles miss
a form letter in which one word in nine was changed (0.45 with four words, 0.64 with two). Names and figures are taken
out first, so that a form letter with another name in it is still one. Reasons are compared one by one as well as all
together: a copied one among several of a seat's own is found too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from khaka.scoring.c7.normalise import plain, words

WORDS: Final = 2
"""Words of a shingle."""

ALIKE: Final = 0.5
"""From this Jaccard index on two texts are near duplicates."""

LEAST: Final = 5
"""Shingles from which on one reason is compared by itself: two words alike tell nothing."""


@dataclass(frozen=True)
class Pair:
    """Two seats whose texts are nearly the same, with the Jaccard index of their shingles."""

    a: str
    b: str
    likeness: float


def shingles(text: str, names: Iterable[str] = (), *, size: int = WORDS) -> frozenset[str]:
    """Return the runs of words of a text, names and figures taken out.

    Parameters
    ----------
    text : str
        Any language.
    names : iterable of str
        Taken out.
    size : int
        Words of a run; a shorter text is one run.

    Returns
    -------
    frozenset of str
        Empty for an empty text.

    Examples
    --------
    >>> sorted(shingles("Ram has served the people for 12 years", ["Ram"]))
    ['# years', 'for #', 'has served', 'people for', 'served the', 'the people']
    """
    found = plain(text)
    for name in names:
        for word in words(plain(name)):
            found = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", found)
    said = ["#" if word.isdigit() else word for word in words(found)]
    if not said:
        return frozenset()
    return frozenset(" ".join(said[start : start + size]) for start in range(max(1, len(said) - size + 1)))


def likeness(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the Jaccard index of two sets, 0 where one is empty.

    Examples
    --------
    >>> likeness(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    return len(a & b) / len(a | b) if a and b else 0.0


def near_duplicates(
    texts: Mapping[str, Sequence[str]], names: Mapping[str, Sequence[str]] | None = None, *, alike: float = ALIKE
) -> list[Pair]:
    """Return the pairs of seats whose texts are nearly the same.

    Parameters
    ----------
    texts : mapping of str to sequence of str
        The texts of all reasons, by seat.
    names : mapping of str to sequence of str, optional
        Names to take out, by seat.
    alike : float
        From this Jaccard index on.

    Returns
    -------
    list of Pair
        The most alike first.
    """
    given = names or {}
    sets: dict[str, list[frozenset[str]]] = {}
    for seat, parts in sorted(texts.items()):
        found = [shingles(text, given.get(seat, ())) for text in parts]
        sets[seat] = [frozenset().union(*found), *(one for one in found if len(one) >= LEAST)]
    # only texts that share a shingle can be alike: 403 seats make 81,003 pairs
    by_shingle: dict[str, list[str]] = {}
    for seat, (whole, *_) in sets.items():
        for one in whole:
            by_shingle.setdefault(one, []).append(seat)
    pairs = {pair for seats in by_shingle.values() for pair in combinations(seats, 2)}
    alike_ones = [
        Pair(a, b, round(max(likeness(one, other) for one in sets[a] for other in sets[b]), 3))
        for a, b in sorted(pairs)
    ]
    return sorted((one for one in alike_ones if one.likeness >= alike), key=lambda one: (-one.likeness, one.a, one.b))
