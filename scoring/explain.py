"""What an aspirant's expected margin is made of, with the reasons that a committee reads.

The contributions are the model's own additive explanation; here they are checked, set against the seat's mean, and
put into words: at most three for, three against, and one warning on the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.features.registry import FeatureInfo
from khaka.scoring.contrast import against_seat, contrast
from khaka.scoring.rank import seat_numbers, seat_slices
from khaka.scoring.reasons.catalogue import LANGUAGES, Language, catalogue
from khaka.scoring.reasons.figures import tenths
from khaka.scoring.reasons.render import against_average, against_other, warning
from khaka.scoring.reasons.topics import UNTOLD, topic_numbers

if TYPE_CHECKING:
    from khaka.training.prediction import Prediction

EXPLANATION_COLUMNS: Final = (
    "election_id", "seat_id", "aspirant_id", "feature", "value", "contribution", "contrast", "reason_en", "reason_hi",
)  # fmt: skip
"""Columns of the explanations, in order."""

BASE: Final = "(base)"
"""The feature that stands for the model's base value; its row carries the warning on the data."""

MOST_REASONS: Final = 3
"""Reasons for, and as many against."""

LEAST_POINTS: Final = 0.25
"""A contrast below this (margin points) is far inside every range and makes no reason."""

TOLERANCE: Final = 1e-6
"""Largest difference, in points, between the sum of the contributions and the expected margin."""

Floats = npt.NDArray[np.float64]


def check_sums(prediction: Prediction) -> None:
    """Check that the contributions of every aspirant add up to the expected margin.

    Parameters
    ----------
    prediction : Prediction
        n aspirants.

    Raises
    ------
    KhakaError
        There is no base value, or a sum is off by more than `TOLERANCE`.
    """
    contributions = prediction.contributions
    if BASE not in contributions.columns:
        raise KhakaError(f"the model's contributions have no column {BASE!r}; train the model again: khaka train")
    off = np.abs(contributions.to_numpy(dtype=np.float64).sum(axis=1) - prediction.expected_margin)
    bad = np.flatnonzero(~(off <= TOLERANCE))
    if len(bad):
        row = int(bad[0])
        who = prediction.people["aspirant_id"].iloc[row]
        raise KhakaError(
            f"the contributions of aspirant {who!r} miss the expected margin by {off[row]:.2g} points "
            f"({len(bad)} such aspirants); train the model again: khaka train"
        )


def reason_features(
    contrasts: Floats, values: Floats, differs: npt.NDArray[np.bool_], topics: npt.NDArray[np.intp]
) -> list[tuple[int, float]]:
    """Return which features make the reasons of one aspirant, with how many points.

    The contrasts of features of one topic are added up. The topic is told by its feature with the largest contrast of
    the same sign.

    Parameters
    ----------
    contrasts : ndarray of shape (k,)
        Margin points against the mean of the seat's aspirants.
    values : ndarray of shape (k,)
        The aspirant's values; an unknown one tells nothing.
    differs : ndarray of shape (k,)
        Whether the feature has more than one value in the seat: what all share sets nobody apart.
    topics : ndarray of shape (k,)
        Number of the topic of each feature.

    Returns
    -------
    list of (int, float)
        Column and points of the topic: at most three ahead, largest first, then at most three behind.

    Examples
    --------
    >>> contrasts = np.array([0.2, -1.0, 3.0, 0.01, 0.5])
    >>> values = np.array([1.0, 2.0, np.nan, 4.0, 5.0])
    >>> reason_features(contrasts, values, np.ones(5, bool), np.array([0, 1, 2, 3, 0]))
    [(4, 0.7), (1, -1.0)]
    """
    sums = np.bincount(topics, weights=contrasts)
    telling = np.flatnonzero(np.isfinite(values) & differs & (contrasts * sums[topics] > 0))
    # largest first; rounded and stable: equal contrasts keep the order of the features
    telling = telling[np.argsort(-np.abs(np.round(contrasts[telling], 9)), kind="stable")]
    told: dict[int, int] = {}
    for column in telling.tolist():
        told.setdefault(int(topics[column]), column)
    found = [(column, float(sums[number])) for number, column in told.items() if abs(sums[number]) >= LEAST_POINTS]
    found.sort(key=lambda pair: (-abs(round(pair[1], 9)), pair[0]))
    ahead = [pair for pair in found if pair[1] > 0][:MOST_REASONS]
    return ahead + [pair for pair in found if pair[1] < 0][:MOST_REASONS]


def differing(values: Floats, spans: list[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Return which features have more than one value among a seat's aspirants, unknown counted as one.

    Parameters
    ----------
    values : ndarray of shape (n, k)
        Feature values, NaN where unknown.
    spans : list of (int, int)
        First row and row after the last of each seat.

    Returns
    -------
    ndarray of shape (number of seats, k)
        True where the aspirants differ.
    """
    out = np.zeros((len(spans), values.shape[1]), dtype=np.bool_)
    for number, (start, stop) in enumerate(spans):
        block, first = values[start:stop], values[start]
        out[number] = ((block != first) & ~(np.isnan(block) & np.isnan(first))).any(axis=0)
    return out


def explain(prediction: Prediction, rows: slice | None = None) -> pd.DataFrame:
    """Return the explanations of whole seats.

    Parameters
    ----------
    prediction : Prediction
        n aspirants with k features, sorted by seat and aspirant; see `check_sums`.
    rows : slice, optional
        Which rows, in whole seats; all by default.

    Returns
    -------
    DataFrame
        `EXPLANATION_COLUMNS`, k + 1 rows per aspirant: "(base)" first, then the features in the model's order.
        reason_en and reason_hi are filled where a feature makes a reason (with the points of its whole topic, see
        `reason_features`); in the row "(base)" they carry the one warning on the data, if there is one.
    """
    rows = slice(0, len(prediction.people)) if rows is None else rows
    people = prediction.people.iloc[rows].reset_index(drop=True)
    names = [name for name in prediction.contributions.columns if name != BASE]
    contributions = prediction.contributions[[BASE, *names]].iloc[rows].to_numpy(dtype=np.float64)
    features = prediction.values
    values = np.full(contributions.shape, np.nan)
    values[:, 1:] = features.reindex(columns=names).iloc[rows].to_numpy(dtype=np.float64)
    seats = seat_numbers(people)
    contrasts = against_seat(contributions, seats)
    reasons = _reasons(prediction, rows.start or 0, names, values, contrasts, seats)

    width = len(names) + 1
    frame = pd.DataFrame(
        {
            **{
                key: np.repeat(people[key].astype(str).to_numpy(dtype=object), width)
                for key in ("election_id", "seat_id", "aspirant_id")
            },
            "feature": np.tile(np.array([BASE, *names], dtype=object), len(people)),
            "value": values.ravel(),
            "contribution": contributions.ravel(),
            "contrast": contrasts.ravel(),
            "reason_en": reasons[0].ravel(),
            "reason_hi": reasons[1].ravel(),
        }
    )
    return frame[list(EXPLANATION_COLUMNS)]


def compare(
    prediction: Prediction, a: str, b: str, *, seat_id: str, language: Language, name_of_b: str | None = None
) -> list[str]:
    """Return in words how aspirant `a` stands against aspirant `b` of the same seat.

    Parameters
    ----------
    prediction : Prediction
        Expected margins with their contributions.
    a, b : str
        aspirant_id of both.
    seat_id : str
        Their seat.
    language : str
        "en" or "hi".
    name_of_b : str, optional
        As in the record; the id without it.

    Returns
    -------
    list of str
        The difference of the expected margins, then at most three points where `a` is ahead and three where `a` is
        behind. All differences, those too small to be told included, add up to the first one.

    Raises
    ------
    KhakaError
        One of them is no aspirant of the seat.
    """
    texts = catalogue(language)
    names = [name for name in prediction.contributions.columns if name != BASE]
    gaps = contrast(prediction, a, b, seat_id=seat_id)
    keys = prediction.people["aspirant_id"].where(prediction.people["seat_id"] == seat_id)
    rows = [int(np.flatnonzero(keys == aspirant)[0]) for aspirant in (a, b)]
    features = prediction.values
    pair = features.reindex(columns=names).iloc[rows].to_numpy(dtype=np.float64)
    other = name_of_b or b
    total = float(gaps.sum())
    first = texts.say("pair.sum_ahead" if total >= 0 else "pair.sum_behind", points=tenths(total), other=other)
    tells = differing(pair, [(0, 2)])[0] & ~np.isin(names, list(UNTOLD))
    chosen = reason_features(gaps[names].to_numpy(dtype=np.float64), pair[0], tells, topic_numbers(names))
    return [first] + [
        against_other(texts, _info(prediction, names[column]), float(pair[0, column]), points, other=other)
        for column, points in chosen
    ]


def _reasons(
    prediction: Prediction,
    first: int,
    names: list[str],
    values: Floats,
    contrasts: Floats,
    seats: npt.NDArray[np.intp],
) -> npt.NDArray[np.object_]:
    """Return the texts of both languages, shape (2, n, k + 1), None where there is none."""
    infos: list[FeatureInfo] = [_info(prediction, name) for name in names]
    catalogues = [catalogue(language) for language in LANGUAGES]
    texts = np.full((len(catalogues), *values.shape), None, dtype=object)
    differs = differing(values, seat_slices(seats))
    topics = topic_numbers(names)
    differs[:, 1:] &= ~np.isin(names, list(UNTOLD))
    for row in range(len(values)):
        known = np.isfinite(values[row, 1:]).tolist()
        chosen = reason_features(contrasts[row, 1:], values[row, 1:], differs[seats[row], 1:], topics)
        for number, language in enumerate(catalogues):
            texts[number, row, 0] = warning(
                language,
                support=str(prediction.support[first + row]),
                verified_share=float(prediction.verified_share[first + row]),
                infos=infos,
                known=known,
            )
            for column, points in chosen:
                texts[number, row, column + 1] = against_average(
                    language,
                    infos[column],
                    float(values[row, column + 1]),
                    points,
                    given=names[column] in prediction.given,
                )
    return texts


def _info(prediction: Prediction, name: str) -> FeatureInfo:
    """Return what a feature is; one that the registry doesn't know is said by its family "person"."""
    return prediction.infos.get(name) or FeatureInfo(name, "number", "", "person", name, "")
