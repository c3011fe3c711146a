"""From a feature's value and its points to a sentence.

A sentence says what is recorded and how far the model's figure lies from the seat's average or from another aspirant.
It never says that one brings about the other. A community is never named: the share of the declared one is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from khaka.features.registry import FeatureInfo
from khaka.scoring.reasons.catalogue import Catalogue
from khaka.scoring.reasons.figures import Spoken, gap, grouped, spoken, tenths

MISSED: Final = (
    "rating_observer", "education_level", "age_at_poll", "cases_pending", "log_assets", "lives_in_seat",
    "party_tenure_years", "community_share", "sex_female",
)  # fmt: skip
"""Features whose absence is named in the warning on the data, most telling first."""

SAID_AS: Final = {"survey_share": "share 0-1", "survey_share_within": "share -1 to 1"}
"""Units of features that are said otherwise than the registry measures them."""

LABELS_SHOWN: Final = 3
"""Gaps named in a warning; the others are counted."""

LOW_VERIFIED: Final = 0.5
"""Below this verified share of the activity the warning says so."""


def figure(texts: Catalogue, value: float, unit: str) -> str:
    """Return a value with its unit in words.

    Parameters
    ----------
    texts : Catalogue
        Of the language.
    value : float
        Known value, in `unit`.
    unit : str
        As the registry gives it.

    Returns
    -------
    str
        Such as "12.3%" or "12.3 प्रतिशत".
    """
    return _with_unit(texts, spoken(value, unit))


def _with_unit(texts: Catalogue, said: Spoken) -> str:
    if said.number == "1" and f"unit.{said.unit}_one" in texts:
        return texts.say(f"unit.{said.unit}_one", number=said.number)
    return texts.say(f"unit.{said.unit}", number=said.number)


def margin(texts: Catalogue, points: float) -> str:
    """Return a margin in whole points and words, ahead or behind, never with a sign: its range swallows decimals.

    Parameters
    ----------
    texts : Catalogue
        Of the language.
    points : float
        Margin in points.

    Returns
    -------
    str
        Such as "12 points behind"; "level" where it rounds to nothing.
    """
    whole = round(points)
    if whole == 0:
        return texts.say("unit.level")
    side = "ahead" if whole > 0 else "behind"
    return texts.say(f"unit.points_{side}" if abs(whole) > 1 else f"unit.point_{side}", number=grouped(whole))


def fact(texts: Catalogue, info: FeatureInfo, value: float) -> str:
    """Return what is recorded of a feature.

    Parameters
    ----------
    texts : Catalogue
        Of the language.
    info : FeatureInfo
        The feature.
    value : float
        Known value, in the feature's unit.

    Returns
    -------
    str
        By the feature's template, else its own words, else by its family's template with value and unit.
    """
    base = f"feature.{info.name}"
    unit = SAID_AS.get(info.name, info.unit)
    if f"{base}.yes" in texts:
        return texts.say(f"{base}.yes" if value >= 0.5 else f"{base}.no")
    if f"{base}.above" in texts:
        said = gap(value, unit)
        if not said.number.strip("0.,"):  # would be printed as nothing
            return texts.say(f"{base}.even")
        return texts.say(f"{base}.above" if value >= 0 else f"{base}.below", value=_with_unit(texts, said))
    if f"{base}.fact" in texts:
        level = f"{base}.levels." + f"{value:g}".replace(".", "_")
        words = texts.say(level) if level in texts else figure(texts, value, unit)
        return texts.say(f"{base}.fact", value=words)
    own = info.words_en if texts.language == "en" else info.words_hi
    if own:
        return own.format(value=figure(texts, value, unit))
    # no community is named, not even by the name of a published measure
    name = "community" if "community" in info.name else info.name.removeprefix("demo:").replace("_", " ")
    return texts.say(f"family.{info.family}.fact", feature=name, value=figure(texts, value, unit))


def against_average(texts: Catalogue, info: FeatureInfo, value: float, points: float, *, given: bool = False) -> str:
    """Return a reason by contrast with the average of the seat's aspirants.

    Parameters
    ----------
    texts : Catalogue
        Of the language.
    info : FeatureInfo
        The feature.
    value : float
        Known value, in the feature's unit.
    points : float
        Contrast, in margin points; positive is ahead.
    given : bool
        Whether the feature's weight is the party's own and not learned from results.

    Returns
    -------
    str
        One sentence without a full stop.
    """
    name = ("sentence.ahead" if points >= 0 else "sentence.behind") + ("_given" if given else "")
    return texts.say(name, points=tenths(points), fact=fact(texts, info, value))


def against_other(texts: Catalogue, info: FeatureInfo, value: float, points: float, *, other: str) -> str:
    """Return a reason by contrast with another aspirant of the seat.

    Parameters
    ----------
    texts : Catalogue
        Of the language.
    info : FeatureInfo
        The feature.
    value : float
        Known value of the first aspirant, in the feature's unit.
    points : float
        First minus other, in margin points.
    other : str
        The other's name, as in the record.

    Returns
    -------
    str
        One sentence without a full stop.
    """
    name = "pair.ahead" if points >= 0 else "pair.behind"
    return texts.say(name, points=tenths(points), other=other, fact=fact(texts, info, value))


def missing(texts: Catalogue, infos: Sequence[FeatureInfo], known: Sequence[bool]) -> list[str]:
    """Return the labels of what isn't known of an aspirant.

    Parameters
    ----------
    texts : Catalogue
        Of the language.
    infos : sequence of FeatureInfo
        All features.
    known : sequence of bool
        Whether each one's value is known.

    Returns
    -------
    list of str
        Whole families first (ratings, presence), then the features of `MISSED` in that order.
    """
    labels = []
    gone = set()
    for family in ("ratings", "presence"):
        inside = [there for info, there in zip(infos, known, strict=True) if info.family == family]
        if inside and not any(inside):
            labels.append(texts.say(f"family.{family}.label"))
            gone.add(family)
    unknown = {info.name: info for info, there in zip(infos, known, strict=True) if not there}
    labels += [
        texts.say(f"feature.{name}.label") for name in MISSED if name in unknown and unknown[name].family not in gone
    ]
    return labels


def warning(
    texts: Catalogue, *, support: str, verified_share: float, infos: Sequence[FeatureInfo], known: Sequence[bool]
) -> str | None:
    """Return the one warning on an aspirant's data, the gravest first.

    Parameters
    ----------
    texts : Catalogue
        Of the language.
    support : str
        "in", "edge" or "outside".
    verified_share : float
        Verified share of the activity, 0 to 1; NaN where there is none.
    infos : sequence of FeatureInfo
        All features.
    known : sequence of bool
        Whether each one's value is known.

    Returns
    -------
    str or None
        No one like this before; else what isn't known; else a low verified share; else hardly anyone like this.
        None: nothing to warn of.
    """
    if support == "outside":
        return texts.say("warning.outside")
    labels = missing(texts, infos, known)
    if len(labels) > LABELS_SHOWN:
        shown = ", ".join(labels[:LABELS_SHOWN])
        return texts.say("warning.unknown_more", labels=shown, count=grouped(len(labels) - LABELS_SHOWN))
    if labels:
        return texts.say("warning.unknown", labels=", ".join(labels))
    if verified_share < LOW_VERIFIED:
        return texts.say("warning.verified", value=figure(texts, verified_share, "share"))
    if support == "edge":
        return texts.say("warning.edge")
    return None
