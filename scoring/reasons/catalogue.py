"""The templates of one language, read once and checked against the other's."""

from __future__ import annotations

import functools
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Literal

Language = Literal["en", "hi"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "hi")


@dataclass(frozen=True)
class Catalogue:
    """All templates of a language by their id, such as "feature.age.fact".

    Parameters
    ----------
    language : str
        "en" or "hi".
    texts : mapping of str to str
        Templates with placeholders in braces.
    """

    language: Language
    texts: Mapping[str, str]

    def __contains__(self, name: object) -> bool:
        return name in self.texts

    def say(self, name: str, /, **values: str) -> str:
        """Return a template with its placeholders filled.

        Parameters
        ----------
        name : str
            Id of the template.
        **values : str
            By placeholder.

        Returns
        -------
        str
            The text.
        """
        return self.texts[name].format_map(values)


def placeholders(template: str) -> frozenset[str]:
    """Return the names of a template's placeholders.

    Parameters
    ----------
    template : str
        Text with placeholders in braces.

    Returns
    -------
    frozenset of str
        Names without the braces.

    Examples
    --------
    >>> sorted(placeholders("{points} points ahead: {fact}"))
    ['fact', 'points']
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


@functools.cache
def catalogue(language: Language) -> Catalogue:
    """Return the templates of a language.

    Parameters
    ----------
    language : str
        "en" or "hi".

    Returns
    -------
    Catalogue
        Read once per process.

    Examples
    --------
    >>> catalogue("en").say("unit.years", number="45")
    '45 years'
    """
    return read_catalogue("khaka.scoring.reasons", "templates", language)


def read_catalogue(package: str, stem: str, language: Language) -> Catalogue:
    """Return the texts of a file `<stem>_<language>.toml` in a package: the same ids in each language's file.

    Parameters
    ----------
    package : str
        Import name of the package that holds the file.
    stem : str
        The file's name without its language.
    language : str
        "en" or "hi".

    Returns
    -------
    Catalogue
        Not kept: cache it where it is used.
    """
    file = resources.files(package).joinpath(f"{stem}_{language}.toml")
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    if content.pop("language") != language:
        raise ValueError(f"{file} is not in the language {language!r}")
    return Catalogue(language, dict(_flat(content)))


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flat(value, f"{prefix}{key}.")
