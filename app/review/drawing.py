"""From a seat's blueprint to the pictures of its page."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from markupsafe import Markup

from khaka.app.review.language import Reader
from khaka.scoring.blueprint import Aspirant, Contrast, SeatBlueprint
from khaka.scoring.blueprint import Community as Published
from khaka.scoring.pictures.booths import Booth, Mark, Presence, View, booth_map
from khaka.scoring.pictures.contrasts import Step, contrast_bar
from khaka.scoring.pictures.geometry import Ring
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.margins import Standing, margin_strip, runs, scale_of
from khaka.scoring.pictures.people import Community, Rated, Role, communities, raters
from khaka.scoring.pictures.strips import Past, calendar_strip, history_strip

STRIP: Final = 600.0
"""Width of a strip's own units; the page stretches it."""

CALENDAR_WEEKS: Final = 26

FEW: Final = 12
"""Up to so many aspirants a seat has few, and its page more room for each."""

FULL: Final = (5, 3)
"""Aspirants whose reasons stand on the seat's page, where there are few and where there are many: a page of fifty
names and four hundred booths stays within 60 kB, in Hindi too. Who else is tapped opens as well."""

DRAWN: Final = 16
"""Aspirants whose ranges are drawn; those behind them have words."""

MOST_MARKS, GROUPS = 110, 72
"""Booths that are drawn one by one; where there are more, so many groups at most."""

_ROLES: Final[tuple[Role, ...]] = ("observer", "dcc", "pcc", "survey")


@dataclass(frozen=True)
class Row:
    """One aspirant's row on the common axis.

    Parameters
    ----------
    person : Aspirant
        Who.
    strip : Markup
        Range and point on the seat's scale.
    full : bool
        Whether the reasons stand below; else they are a tap away.
    drawn : bool
        Whether the range is drawn; else the words alone say it.
    """

    person: Aspirant
    strip: Markup
    full: bool = True
    drawn: bool = True


@dataclass(frozen=True)
class Axis:
    """All aspirants of a seat in their order, in runs that are too close to call.

    Parameters
    ----------
    low, high : float
        Ends of the scale, in points.
    runs : list of list of Row
        A run of more than one is a tie.
    unranked : list of Row
        Those whom the ranking does not count.
    """

    low: float
    high: float
    runs: list[list[Row]]
    unranked: list[Row]


def look_of(reader: Reader) -> Look:
    """Return how a reader reads.

    Parameters
    ----------
    reader : Reader
        Language and digits.

    Returns
    -------
    Look
        For the page.
    """
    return Look(language=reader.language, digits=reader.digits)


def standing(person: Aspirant, reader: Reader, *, ghost: float | None = None) -> Standing:
    """Return where an aspirant stands, for a picture.

    Parameters
    ----------
    person : Aspirant
        Of the blueprint.
    reader : Reader
        Language and digits.
    ghost : float, optional
        Expected margin before a change.

    Returns
    -------
    Standing
        With the name in the reader's script.
    """
    return Standing(
        person.called(reader.language), person.expected_margin, person.low, person.high, tie=person.tie_group,
        ghost=ghost, faint=person.rank is None,
    )  # fmt: skip


def axis(people: Sequence[Aspirant], reader: Reader, *, opened: str | None = None) -> Axis:
    """Return the aspirants as rows on one axis.

    Parameters
    ----------
    people : sequence of Aspirant
        By rank, those without one last.
    reader : Reader
        Language and digits.
    opened : str, optional
        aspirant_id of somebody whose reasons are asked for.

    Returns
    -------
    Axis
        Every strip has the same scale.
    """
    known = [one for one in people if math.isfinite(one.expected_margin)]
    shown = [standing(one, reader) for one in known]
    scale = scale_of(shown, 0.0, STRIP)
    full = FULL[len(known) > FEW]
    rows = {
        id(where): Row(
            one,
            Markup(margin_strip(where, scale)),  # noqa: S704 - made of numbers
            full=place < full or one.aspirant_id == opened,
            drawn=place < DRAWN or one.aspirant_id == opened,
        )
        for place, (one, where) in enumerate(zip(known, shown, strict=True))
    }
    ranked = [where for one, where in zip(known, shown, strict=True) if one.rank is not None]
    return Axis(
        scale.low, scale.high, [[rows[id(where)] for where in run] for run in runs(ranked)],
        [rows[id(where)] for one, where in zip(known, shown, strict=True) if one.rank is None],
    )  # fmt: skip


def booths_of(blueprint: SeatBlueprint) -> list[Booth]:
    """Return the booths as the map draws them.

    Parameters
    ----------
    blueprint : SeatBlueprint
        Of the seat.

    Returns
    -------
    list of Booth
        In the order of the list.
    """
    columns = ("booth_no", "lat", "lon", "support", "turnout", "presence", "electors")
    rows = zip(*(blueprint.booths[name] for name in columns), strict=True)
    return [
        Booth(
            str(number), _float(lat), _float(lon), _float(support), _float(turnout),
            cast("Presence", presence) if isinstance(presence, str) else None, _float(electors, 1.0),
        )
        for number, lat, lon, support, turnout, presence, electors in rows
    ]  # fmt: skip


def booth_picture(
    blueprint: SeatBlueprint, reader: Reader, *, view: View, outline: Sequence[Ring], selected: str | None,
    link: Callable[[Mark], str],
) -> Markup:  # fmt: skip
    """Return one view of the booth map.

    Parameters
    ----------
    blueprint : SeatBlueprint
        Of the seat.
    reader : Reader
        Language and digits.
    view : str
        support, turnout or presence.
    outline : sequence of Ring
        The seat's border.
    selected : str or None
        Booth whose card is open.
    link : callable
        Address of a mark's card.

    Returns
    -------
    Markup
        SVG.
    """
    booths = booths_of(blueprint)
    drawn = booth_map(
        booths, look_of(reader), view=view, outline=outline, link=link, selected=selected,
        most=MOST_MARKS if len(booths) <= MOST_MARKS else GROUPS,
    )  # fmt: skip
    return Markup(drawn)  # noqa: S704 - escaped where it is made


def history_picture(blueprint: SeatBlueprint, reader: Reader) -> Markup:
    """Return the strip of past elections.

    Parameters
    ----------
    blueprint : SeatBlueprint
        Of the seat.
    reader : Reader
        Language and digits.

    Returns
    -------
    Markup
        SVG.
    """
    segment = "लोस" if reader.language == "hi" else "LS"
    past = [
        Past(
            f"{one.year}" if one.kind == "AE" else f"{one.year} {segment}" if one.kind == "LS" else f"{one.year} *",
            math.nan if one.own_margin is None else one.own_margin,
            contested=one.own_share is not None,
        )
        for one in blueprint.history
    ]
    return Markup(history_strip(past, look_of(reader)))  # noqa: S704


def is_community(one: Published) -> bool:
    """Tell whether a published figure is the share of a community or of the Scheduled Castes or Tribes.

    Parameters
    ----------
    one : Community
        Of the blueprint.

    Returns
    -------
    bool
        False for literacy, towns and the like.
    """
    return one.measure.startswith("community:") or one.measure in ("sc_share", "st_share")


def community_picture(published: Sequence[Published], reader: Reader) -> Markup:
    """Return the published shares of communities with their error.

    Parameters
    ----------
    published : sequence of Community
        Of the blueprint.
    reader : Reader
        Language and digits.

    Returns
    -------
    Markup
        SVG.
    """
    shares = [
        Community(one.words.say(reader.language), one.share, one.standard_error or math.nan, one.kind == "official")
        for one in published
    ]
    return Markup(communities(shares, look_of(reader)))  # noqa: S704


def rater_picture(blueprint: SeatBlueprint, people: Sequence[Aspirant], reader: Reader) -> Markup:
    """Return all ratings side by side.

    Parameters
    ----------
    blueprint : SeatBlueprint
        Of the seat.
    people : sequence of Aspirant
        Whose, in this order.
    reader : Reader
        Language and digits.

    Returns
    -------
    Markup
        SVG.
    """
    rated = [
        (
            one.called(reader.language),
            [
                Rated(role, rating.score)
                for role in _ROLES
                for rating in blueprint.ratings
                if rating.role == role and rating.aspirant_id == one.aspirant_id and math.isfinite(rating.score)
            ],
        )
        for one in people
    ]
    return Markup(raters(rated, look_of(reader)))  # noqa: S704


def calendar_picture(
    days: Mapping[dt.date, int], reader: Reader, *, last: dt.date, known_from: dt.date | None
) -> Markup:
    """Return the strip of days with activity, the last half year.

    Parameters
    ----------
    days : mapping of date to int
        Events.
    reader : Reader
        Language and digits.
    last : date
        The as-of date.
    known_from : date or None
        First day of the log.

    Returns
    -------
    Markup
        SVG.
    """
    first = last - dt.timedelta(weeks=CALENDAR_WEEKS) + dt.timedelta(days=1)
    return Markup(calendar_strip(days, look_of(reader), first=first, last=last, known_from=known_from))  # noqa: S704


def contrast_picture(found: Contrast, first: Aspirant, other: Aspirant, reader: Reader) -> Markup:
    """Return why one aspirant is ahead of another, as bars that add up.

    Parameters
    ----------
    found : Contrast
        Of the two.
    first, other : Aspirant
        The two.
    reader : Reader
        Language and digits.

    Returns
    -------
    Markup
        SVG.
    """
    look = look_of(reader)
    steps = [Step(part.words.say(reader.language), part.points) for part in found.parts]
    name, against = first.called(reader.language), other.called(reader.language)
    return Markup(contrast_bar(name, against, steps, look, rest=found.rest))  # noqa: S704 - escaped where it is made


def _float(value: object, otherwise: float = math.nan) -> float:
    """Return a number, NaN (or another value) where it isn't known."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
    return found if math.isfinite(found) else otherwise
