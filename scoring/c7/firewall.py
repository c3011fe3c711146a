"""The firewall of Form C-7: no score, no rank, no chance, no word of winnability gets into a text, however written.

The Supreme Court asks for qualifications, achievements and merit, "not mere winnability". Words are looked for in the
plain form of a text (`normalise`), in English, in Hindi and in Hindi written with Latin letters; spaced letters are
joined, look-alike letters and digits read as what they stand for. A figure with % and a mark out of ten is refused
too. Text in a legacy font can't be read by everyone and hides what it says: it is refused as such.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from khaka.data.krutidev import looks_like_krutidev, to_unicode
from khaka.scoring.c7.normalise import latin, mixed, plain, skeleton, unmasked, words

_PERCENT: Final = re.compile(r"\d[\d.,]*\s*[%‰]|[%‰]\s*\d")
_OF: Final = "में से|mein se|me se"
_OUT_OF: Final = re.compile(
    rf"(?<![\d/.])\d+(?:\.\d+)?\s*(?:/|out of|{_OF})\s*(?:10|100)(?![\d/])|\b(?:10|100)\s*(?:{_OF})\s*\d+"
)
_POINTS: Final = re.compile(r"\d+(?:\.\d+)?\s*(?:percentage\s*)?(?:points?|pts)\b(?:\s+(?:ahead|behind))?")
_SPACED: Final = re.compile(r"(?<!\w)(?:[^\W\d_](?:[\s.\-_*·•]+)){2,}[^\W\d_](?!\w)")
_LEGACY: Final = "text in a legacy font (Kruti Dev): write it in Unicode"

_LONGEST_RUN: Final = 7
_SHORTEST_JOINED: Final = 6
"""Pieces of words are joined and looked at again only if they make a word of so many letters: "an k" is no "ank"."""
_SHORTEST_HINDI: Final = 3


@dataclass(frozen=True)
class Refusal:
    """One word that may not stand in the text.

    Parameters
    ----------
    found : str
        As it stands in the plain form of the text.
    group : str
        winning, chance, score, rank, percent, out_of, points, legacy or weak.
    say : str
        What it is.
    """

    found: str
    group: str
    say: str

    def __str__(self) -> str:
        return f"{self.say}: {self.found!r}" if self.group != "legacy" else self.say


@dataclass(frozen=True)
class _Group:
    name: str
    say: str
    english: re.Pattern[str]
    latin_hindi: re.Pattern[str]
    hindi: re.Pattern[str]


def refusals(text: str, names: Iterable[str] = ()) -> list[Refusal]:
    """Return what may not stand in a text of Form C-7.

    Parameters
    ----------
    text : str
        In English, Hindi, or Hindi in Latin letters.
    names : iterable of str
        Names of persons and places, which are not looked at: "Vijay", "Ranjeet", "Vijaypur".

    Returns
    -------
    list of Refusal
        Empty if the text may stand; each word once.

    Examples
    --------
    >>> [str(one) for one in refusals("She is the most w1nnable name.")]
    ["a word of winning or winnability: 'winnable'"]
    >>> refusals("Vijay Verma taught law for twelve years.", names=["Vijay Verma"])
    []
    """
    return [one for one in _found(text, tuple(names)) if one.group != "weak"]


def weak_words(text: str, names: Iterable[str] = ()) -> list[Refusal]:
    """Return words that are allowed and say little about qualifications, achievements and merit."""
    return [one for one in _found(text, tuple(names)) if one.group == "weak"]


def _found(text: str, names: Sequence[str]) -> list[Refusal]:
    if looks_like_krutidev(text):
        return [Refusal(text[:40], "legacy", _LEGACY), *_found_in(plain(to_unicode(text)), [])]
    return _found_in(plain(text), [plain(name) for name in names])


def _found_in(text: str, names: Sequence[str]) -> list[Refusal]:
    for name in sorted(names, key=len, reverse=True):
        # a name is left out as a whole and word by word, but never inside another word
        for part in sorted({name, *words(name)}, key=len, reverse=True):
            if len(part) > 1:
                text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " ", text)
    out: dict[tuple[str, str], Refusal] = {}

    def add(found: str, group: str, say: str) -> None:
        out.setdefault((group, found), Refusal(found, group, say))

    for pattern, group, say in (
        (_PERCENT, "percent", "a percentage"), (_OUT_OF, "out_of", "a mark out of ten or a hundred"),
        (_POINTS, "points", "points"),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            add(match.group().strip(), group, say)
    for candidate in _candidates(text):
        for group_ in _groups():
            word = _matches(group_, candidate)
            if word is not None:
                add(word, group_.name, group_.say)
    return list(out.values())


def _matches(group: _Group, candidate: str) -> str | None:
    """Return what of a candidate (a word or a run of words) a group forbids."""
    parts = [unmasked(part) for part in candidate.split(" ")]
    written = " ".join(parts)
    if group.english.fullmatch(written) or group.hindi.fullmatch(written):
        return written
    if re.search("[a-z]", written):
        spelled = " ".join(skeleton(latin(part)) for part in parts)
        if group.latin_hindi.fullmatch(spelled):
            return written
        if any(mixed(part) for part in parts) and group.english.fullmatch(" ".join(latin(part) for part in parts)):
            return written
    return None


def _candidates(text: str) -> list[str]:
    """Return what is looked at: words, runs of words, and words put together again from their pieces."""
    said = words(text)
    out = list(said)
    for length in range(2, _LONGEST_RUN + 1):
        out += [" ".join(said[start : start + length]) for start in range(len(said) - length + 1)]
    for match in _SPACED.finditer(text):
        out.append("".join(words(match.group())))
    for start in range(len(said)):
        for length in range(2, _LONGEST_RUN + 1):
            pieces = said[start : start + length]
            if len(pieces) < length:
                break
            joined = "".join(pieces)
            singles = all(_signs(piece) <= 1 for piece in pieces)
            enough = _SHORTEST_HINDI if singles else _SHORTEST_JOINED
            if _signs(joined) >= (2 if singles and not re.search("[a-z]", joined) else enough):
                out.append(joined)
    # a word with a hyphen or a dot inside stands for one word as well
    for token in text.split():
        inner = "".join(words(token))
        if inner and inner not in said:
            out.append(inner)
    return list(dict.fromkeys(out))


def _signs(word: str) -> int:
    """Return how many letters a word shows: vowel signs and dots belong to the letter before them."""
    return sum(1 for letter in word if not "\u0900" <= letter <= "\u0903" and not "\u093a" <= letter <= "\u094f")


@functools.cache
def _groups() -> tuple[_Group, ...]:
    content = tomllib.loads(files("khaka.scoring.c7").joinpath("firewall.toml").read_text(encoding="utf-8"))

    def pattern(expressions: Sequence[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{one})" for one in expressions))

    return tuple(
        _Group(name, str(group["say"]), *(pattern(group[part]) for part in ("english", "latin_hindi", "hindi")))
        for name, group in content.items()
    )
