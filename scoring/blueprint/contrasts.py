"""What each expected margin is made of, by seat and aspirant, and what sets two aspirants apart."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.features.registry import FeatureInfo
from khaka.features.table import FAMILY_MODULES
from khaka.scoring.blueprint.names import Contrast, Part, Reason
from khaka.scoring.blueprint.tables import BySeat, text
from khaka.scoring.blueprint.words import Words
from khaka.scoring.explain import BASE
from khaka.scoring.reasons.catalogue import LANGUAGES, catalogue
from khaka.scoring.reasons.topics import topic, topic_numbers

MOST_PARTS: Final = 5
"""Parts of a contrast that are named."""

LEAST_POINTS: Final = 0.05
"""A part below this would be printed as 0.0 and goes into the rest."""

Floats = npt.NDArray[np.float64]


class Explained:
    """The explanations of all seats.

    Parameters
    ----------
    explanations : DataFrame
        Of `khaka score`: the same features in the same order for every aspirant.
    """

    def __init__(self, explanations: pd.DataFrame) -> None:
        rows = BySeat(explanations)
        self._rows, frame = rows, rows.frame
        self._names = frame["feature"].to_numpy(dtype=object)
        self._values, self._contributions, self._contrasts = (
            frame[name].to_numpy(dtype=np.float64) for name in ("value", "contribution", "contrast")
        )
        self._texts = [frame[f"reason_{language}"].to_numpy(dtype=object) for language in LANGUAGES]
        self._told = ~frame["reason_en"].isna().to_numpy()
        self._who = frame["aspirant_id"].to_numpy(dtype=object)
        self._topics: dict[tuple[str, ...], npt.NDArray[np.intp]] = {}

    def _rows_of(self, seat: str, aspirant_id: str) -> slice | None:
        start, stop = self._rows.span(seat)
        here = np.flatnonzero(self._who[start:stop] == aspirant_id)
        return slice(start + int(here[0]), start + int(here[-1]) + 1) if len(here) else None

    def values(self, seat: str, aspirant_id: str) -> dict[str, float]:
        """Return the known feature values of an aspirant by name."""
        rows = self._rows_of(seat, aspirant_id)
        if rows is None:
            return {}
        pairs = zip(self._names[rows].tolist(), self._values[rows].tolist(), strict=True)
        return {str(name): value for name, value in pairs if value == value}

    def contributions(self, seat: str, aspirant_id: str) -> dict[str, float]:
        """Return an aspirant's contributions by feature, "(base)" among them; empty where there are none."""
        rows = self._rows_of(seat, aspirant_id)
        if rows is None:
            return {}
        return dict(zip(self._names[rows].tolist(), self._contributions[rows].tolist(), strict=True))

    def reasons(self, seat: str, aspirant_id: str) -> tuple[Reason, ...]:
        """Return an aspirant's reasons for, against, and the warning, the largest first."""
        rows = self._rows_of(seat, aspirant_id)
        if rows is None:
            return ()
        names = tuple(self._names[rows].tolist())
        if names not in self._topics:
            self._topics[names] = topic_numbers(names)
        numbers = self._topics[names]
        sums = np.bincount(numbers, weights=self._contrasts[rows])
        english, hindi = (texts[rows] for texts in self._texts)
        found: list[Reason] = []
        for at in np.flatnonzero(self._told[rows]).tolist():
            told, points = Words(str(english[at]), text(hindi[at]) or ""), float(sums[numbers[at]])
            if names[at] == BASE:
                found.append(Reason(BASE, "warning", 0.0, told))
            else:
                found.append(Reason(str(names[at]), "for" if points > 0 else "against", points, told))
        order = {"for": 0, "against": 1, "warning": 2}
        return tuple(sorted(found, key=lambda reason: (order[reason.kind], -abs(reason.points), reason.id)))

    def contrast(self, seat: str, a: str, b: str) -> Contrast:
        """Return what sets aspirant `a` apart from `b` of the same seat.

        Raises
        ------
        KeyError
            One of them is not among the explanations of the seat.
        """
        spans = []
        for who in (a, b):
            rows = self._rows_of(seat, who)
            if rows is None:
                raise KeyError(who)
            spans.append(rows)
        names = [str(name) for name in self._names[spans[0]]]
        return contrast_of(a, b, names, self._contributions[spans[0]] - self._contributions[spans[1]])


def contrast_of(a: str, b: str, names: list[str], gaps: Floats) -> Contrast:
    """Return a contrast from the gaps of the contributions, summed by topic.

    Parameters
    ----------
    a, b : str
        aspirant_id of both.
    names : list of str
        k features.
    gaps : ndarray of shape (k,)
        Contribution to a minus that to b, margin points.

    Returns
    -------
    Contrast
        Its parts and rest add up to the sum of the gaps.

    Examples
    --------
    >>> found = contrast_of("x", "y", ["age_at_poll", "presence_booths", "presence_within"], np.array([0.01, 1.0, 0.5]))
    >>> found.points, [(part.id, part.points) for part in found.parts], found.rest
    (1.51, [('presence_booths', 1.5)], 0.01)
    """
    numbers = topic_numbers(names)
    sums = np.bincount(numbers, weights=gaps)
    first = {int(number): names[at] for at, number in reversed(list(enumerate(numbers.tolist())))}
    order = sorted(range(len(sums)), key=lambda at: (-abs(round(float(sums[at]), 9)), at))
    shown = [at for at in order if abs(sums[at]) >= LEAST_POINTS][:MOST_PARTS]
    parts = tuple(Part(topic(first[at]), label(topic(first[at])), float(sums[at])) for at in shown)
    total = float(gaps.sum())
    return Contrast(a, b, total, parts, round(total - sum(part.points for part in parts), 12))


@functools.cache
def label(name: str) -> Words:
    """Return what to call a feature: its own label, else that of its family."""
    key = f"feature.{name}.label"
    if key not in catalogue("en"):
        key = f"family.{family_of(name)}.label"
    english, hindi = (catalogue(language).say(key) for language in LANGUAGES)
    return Words(english, hindi)


def family_of(name: str) -> str:
    """Return the family of a feature, "person" for one that no family knows.

    Examples
    --------
    >>> family_of("presence_booths"), family_of("demo:sc_share"), family_of("seat_baseline"), family_of("(base)")
    ('presence', 'demographics', 'seat_history', 'seat_history')
    """
    if name in (BASE, "seat_baseline"):
        return "seat_history"
    if name.startswith("demo:"):
        return "demographics"
    info = _infos().get(name)
    return info.family if info is not None else "person"


@functools.cache
def _infos() -> dict[str, FeatureInfo]:
    found: dict[str, FeatureInfo] = {}
    for module in FAMILY_MODULES:
        found.update(import_module(module).FEATURES)
    return found
