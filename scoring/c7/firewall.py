"""The firewall of Form C-7: no score, no rank, no chance, no word of winnability gets into a text, however written.

The Supreme Court asks for qualifications, achievements and merit, "not mere winnability". Words are looked for in the
plain form of a text (`normalise`), in English, in Hindi and in Hindi written with Latin letters; spaced letters are
joined, look-alike letters and digits read as what they stand for, and slips of the pen in the tell-tale words don't
hide them. A figure with % and a mark out of ten is refused too. Text in a legacy font or in another script hides what
it says from whoever checks it: it is refused as such. What is harmless (a bravery award's winner, a score of villages)
and words that somebody is called by (Vijay, Jeet) are left out first; a name never covers any other word.
"""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final
from unicodedata import name as letter_name

from khaka.data.krutidev import looks_like_krutidev, to_unicode
from khaka.scoring.c7.normalise import latin, mixed, plain, plain_nasals, skeleton, slips, unmarked, unmasked, words

_PERCENT: Final = re.compile(r"\d[\d.,]*\s*[%‰]|[%‰]\s*\d")
_OF: Final = "में से|mein se|men se|me se"
_WORDED: Final = "one|two|three|four|five|six|seven|eight|nine|ten"
_CITED: Final = re.compile(
    r"(?:\b(?:no|nos|number|crime|case|fir|section|sections|sec|u/s|dhara|act|ipc|bns)|संख्या|सं|धारा|धाराओं|अपराध)\W*$"
)
_CITES: Final = re.compile(r"[\s,]*(?:of \d{4}|\b(?:ipc|bns|ndps|act|arms|goonda|gangster|pocso)\b|अधिनियम|भादवि|भादंसं)")
_MARK: Final = re.compile(r"(?<![\d/.])(\d+(?:\.\d+)?)\s*/\s*(100|10)(?![\d/])")
_OUT_OF: Final = re.compile(
    rf"(?<![\d/.])\d+(?:\.\d+)?\s*(?:out of|{_OF})\s*(?:100|10)(?![\d/])|\b(?:100|10)\s*(?:{_OF})\s*\d+"
    rf"|\b(?:\d+(?:\.\d+)?|{_WORDED})\s+out of\s+(?:ten|hundred|a hundred)\b"
    rf"|\b(?:\d+(?:\.\d+)?|{_WORDED})\s+out of\s+(?:[457]|20|50|four|five|seven)\b(?!\s+(?!from|by|in|as|on|for)[a-z])"
)
_POINTS: Final = re.compile(
    r"\d+(?:\.\d+)?\s*(?:percentage\s*)?(?:points?|pts)\b(?:\s+(?:ahead|behind))?|(?<![\w.)])[+\u2212-]\s?\d+\.\d+"
)
_FRACTION: Final = re.compile(
    r"(?<![\d.,/])0\.\d+(?![\d.]|\s*(?:ha\b|hectares?|acres?|km|kilomet|met|m\b|lakh|crore|bigha|biswa|हेक्टेयर|एकड|किमी|मीटर|लाख|करोड|बीघा))"
)
_SPACED: Final = re.compile(r"(?<!\w)(?:[^\W\d_](?:[\s.\-_*·•]+)){2,}[^\W\d_](?!\w)")
_LEGACY: Final = "text in a legacy font (Kruti Dev): write it in Unicode"
_SCRIPT: Final = "letters of a script that is not checked: write it in English or Hindi"
_SCRIPTS: Final = ("LATIN", "DEVANAGARI", "MODIFIER")
_SHOW_ALL: Final = frozenset({"legacy", "script"})
_MARKS: Final = r"\w\u0900-\u0903\u093a-\u094f"
_GAP: Final = r"[\s\-.,'’]"

_LONGEST_RUN: Final = 7
_SHORTEST_JOINED: Final = 6
"""Pieces of words are joined and looked at again only if they make a word of so many letters: "an k" is no "ank"."""
_SHORTEST_HINDI: Final = 3
_NEAR_FROM: Final = 7
"""Letters from which on a slip of the pen is allowed for; two slips from `_NEAR_TWO` on."""
_NEAR_TWO: Final = 10
_NOT_NEAR: Final = frozenset({"inability", "portability", "provability", "delectable", "selectable", "selectability"})
"""Words of their own that lie so near to a forbidden one."""


@dataclass(frozen=True)
class Refusal:
    """One word that may not stand in the text.

    Parameters
    ----------
    found : str
        As it stands in the plain form of the text.
    group : str
        winning, chance, score, rank, percent, out_of, points, fraction, legacy, script or weak.
    say : str
        What it is.
    """

    found: str
    group: str
    say: str

    def __str__(self) -> str:
        return f"{self.say}: {self.found!r}" if self.group not in _SHOW_ALL else self.say


@dataclass(frozen=True)
class _Group:
    name: str
    say: str
    english: re.Pattern[str]
    latin_hindi: re.Pattern[str]
    hindi: re.Pattern[str]
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Book:
    """The words: groups, those of names, what is harmless, and which words somebody may be called by."""

    groups: tuple[_Group, ...]
    certain: tuple[_Group, ...]
    harmless: re.Pattern[str]
    may_be: re.Pattern[str]
    called: re.Pattern[str]


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
    text = unmarked(text)
    if looks_like_krutidev(text):
        return [Refusal(text[:40], "legacy", _LEGACY), *_found_in(plain(to_unicode(text)), [])]
    return _found_in(plain(text), [plain(name) for name in names])


def _found_in(text: str, names: Sequence[str]) -> list[Refusal]:
    out: dict[tuple[str, str], Refusal] = {}

    def add(found: str, group: str, say: str) -> None:
        out.setdefault((group, found), Refusal(found, group, say))

    def look(text: str, groups: Sequence[_Group]) -> None:
        for candidate in _candidates(text):
            for group in groups:
                word = _matches(group, candidate)
                if word is not None:
                    add(word, group.name, group.say)

    book = _book()
    if _foreign(text):
        add(_foreign(text), "script", _SCRIPT)
    look(text, book.certain)
    for name in sorted(names, key=len, reverse=True):
        if not _may_be_called(name, book):
            continue
        # a name is left out as a whole and word by word, but never inside another word
        for part in sorted({name, *words(name)}, key=len, reverse=True):
            if len(part) > 1:
                text = _whole(re.escape(part)).sub(" ", text)
    for pattern, group, say in (
        (_PERCENT, "percent", "a percentage"), (_OUT_OF, "out_of", "a mark out of ten or a hundred"),
        (_POINTS, "points", "points"), (_FRACTION, "fraction", "a figure between 0 and 1"),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            add(match.group().strip(), group, say)
    for match in _MARK.finditer(text):
        # "Crime No. 8/10" and "3/10 of the Act" are case numbers and sections, and no mark is above its maximum
        cited = _CITED.search(text[: match.start()]) or _CITES.match(text, match.end())
        if not cited and float(match.group(1)) <= float(match.group(2)):
            add(match.group(), "out_of", "a mark out of ten or a hundred")
    for part in book.harmless.split(book.called.sub(" ", text)):
        look(part, book.groups)
    return list(out.values())


def _foreign(text: str) -> str:
    """Return the letters of scripts that are not checked, at most twenty."""
    other = (letter for letter in text if letter.isalpha() and not letter_name(letter, "LATIN").startswith(_SCRIPTS))
    return "".join(itertools.islice(other, 20))


def _may_be_called(name: str, book: _Book) -> bool:
    """Return whether somebody may be called so: no forbidden word in it but those that are names as well."""
    rest = " ".join(word for word in words(name) if not book.may_be.fullmatch(word))
    return all(_matches(group, candidate) is None for candidate in _candidates(rest) for group in book.groups
               if group.name != "weak")  # fmt: skip


def _matches(group: _Group, candidate: str) -> str | None:
    """Return what of a candidate (a word or a run of words) a group forbids."""
    written, spelled, joined = _read(candidate)
    if group.english.fullmatch(written) or group.hindi.fullmatch(written):
        return written
    if spelled and group.latin_hindi.fullmatch(spelled):
        return written
    if joined and group.english.fullmatch(joined):
        return written
    return written if " " not in written and _near(written, group.near) else None


@functools.lru_cache(maxsize=4096)
def _read(candidate: str) -> tuple[str, str, str]:
    """Return a candidate as written, spelled as Latin Hindi, and a word in two scripts as one; blank where it can't."""
    parts = [unmasked(part) for part in candidate.split(" ")]
    written = " ".join(parts)
    if not re.search("[a-z]", written):
        return written, "", ""
    spelled = [latin(part) for part in parts]
    joined = " ".join(spelled) if any(mixed(part) for part in parts) else ""
    return written, " ".join(skeleton(part) for part in spelled), joined


@functools.lru_cache(maxsize=4096)
def _near(word: str, forbidden: tuple[str, ...]) -> bool:
    """Return whether a word is a forbidden one with a letter missing, added, changed or two of them exchanged."""
    if len(word) < _NEAR_FROM or word in _NOT_NEAR:
        return False
    for one in forbidden:
        most = 2 if len(one) >= _NEAR_TWO else 1
        if abs(len(word) - len(one)) <= most and slips(word, one) <= most:
            return True
    return False


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
def _book() -> _Book:
    content = tomllib.loads(files("khaka.scoring.c7").joinpath("firewall.toml").read_text(encoding="utf-8"))
    harmless, called = content.pop("harmless"), content.pop("names")

    def group(name: str, given: dict[str, Any]) -> _Group:
        english, latin_hindi, hindi = (
            _either([plain_nasals(one) for one in given[part]]) for part in ("english", "latin_hindi", "hindi")
        )
        near = tuple(given.get("near", ()))
        return _Group(str(given.get("group", name)), str(given["say"]), english, latin_hindi, hindi, near)

    may_be = _either([plain_nasals(one) for one in called["may_be"]]).pattern
    before, after = ("|".join(re.escape(plain(one)) for one in called[part]) for part in ("before", "after"))
    beside = rf"(?<![{_MARKS}])(?:(?:{before}){_GAP}+(?:{may_be})|(?:{may_be}){_GAP}+(?:{after}))(?![{_MARKS}])"
    safe = [_gapped(plain_nasals(one)) for part in ("english", "hindi") for one in harmless[part]]
    return _Book(
        groups=tuple(group(name, given) for name, given in content.items() if name != "certain"),
        certain=(group("certain", content["certain"]),),
        harmless=_whole(_either(safe).pattern), may_be=re.compile(may_be), called=re.compile(beside),
    )  # fmt: skip


def _either(expressions: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that matches what any of the expressions matches, and nothing where there is none."""
    return re.compile("|".join(f"(?:{one})" for one in expressions) or "(?!)")


def _gapped(expression: str) -> str:
    """Return an expression over words as one over text, where any gap may stand between two words."""
    return expression.replace("[^ ]", r"[^\s]").replace(" ?", f"{_GAP}*").replace(" ", f"{_GAP}+")


def _whole(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![{_MARKS}])(?:{expression})(?![{_MARKS}])")
