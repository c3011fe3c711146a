"""Labels of the dossier in a language, and figures as it prints them."""

from __future__ import annotations

import functools

from khaka.scoring.blueprint import Words as Both
from khaka.scoring.pictures.look import Look
from khaka.scoring.reasons.catalogue import Catalogue, Language, read_catalogue

Words = Language
"""The language of a dossier."""


@functools.cache
def labels(language: Language) -> Catalogue:
    """Return the labels of a language, read once per process."""
    return read_catalogue("khaka.scoring.dossier", "labels", language)


def both(name: str) -> Both:
    """Return a label in both languages."""
    return Both(labels("en").say(name), labels("hi").say(name))


def margin(points: float, language: Language) -> str:
    """Return a margin in whole points, ahead or behind in words.

    Examples
    --------
    >>> margin(-11.6, "en"), margin(2.2, "hi")
    ('12 points behind', '2 प्रतिशत अंक आगे')
    """
    return Look(language=language).margin(points)


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as a percentage without its sign, "–" where unknown.

    Examples
    --------
    >>> percent(0.2431), percent(None), percent(0.2431, 0)
    ('24.3', '–', '24')
    """
    return "–" if share is None or share != share else f"{100 * share:.{digits}f}"


def side(points: float, language: Language) -> str:
    """Return a margin in whole points without their unit, for a table whose head names it.

    Examples
    --------
    >>> side(-11.6, "en"), side(11.6, "hi"), side(0.2, "en")
    ('12 behind', '12 आगे', 'level')
    """
    look = Look(language=language)
    if round(points) == 0:
        return look.say("level")
    return f"{look.number(points)} {look.say('side_ahead' if points > 0 else 'side_behind')}"
