"""What the templates say figures, dates and names with, in the reader's language and digits.

Chances go in steps of 5%, margins in whole points and words, numbers in lakh and crore, never a sign.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from markupsafe import Markup

from khaka.app.review.language import Language, catalogue
from khaka.scoring.blueprint import say
from khaka.scoring.blueprint.words import Words
from khaka.scoring.pictures.look import Look

if TYPE_CHECKING:
    from jinja2.runtime import Context

IST: Final = ZoneInfo("Asia/Kolkata")


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


STATUS: Final = {
    "open": N_("open"), "settled": N_("settled before"), "shortlisted": N_("panel made"), "held": N_("held back"),
    "chosen": N_("chosen"), "confirmed": N_("chosen, confirmed by a second person"), "listed": N_("on a list"),
    "released": N_("released"),
}  # fmt: skip
"""What a seat's status is called."""

BAND: Final = {
    "75_100": N_("75% and more"), "50_75": N_("50 to 75%"), "25_50": N_("25 to 50%"), "5_25": N_("5 to 25%"),
    "out_of_reach": N_("out of reach"), "unknown": N_("not known"),
}  # fmt: skip
"""What a band of a seat's chance is called."""


ROLES: Final = (
    N_("administrator"), N_("analyst"), N_("state committee"), N_("district observer"), N_("read-only"),
)  # fmt: skip
"""The roles' names of `khaka.app.review.access`, marked for translation."""


@functools.cache
def translated(language: Language) -> Callable[[str], str]:
    """Return the function that says an English text in a language."""
    return catalogue(language).gettext


def status_words(language: Language) -> dict[str, str]:
    """Return what the statuses of a seat are called.

    Parameters
    ----------
    language : {"en", "hi"}
        Of the words.

    Returns
    -------
    dict of str to str
        By status.
    """
    say_it = translated(language)
    return {status: say_it(name) for status, name in STATUS.items()}


class Named(Protocol):
    """Whoever or whatever has a name in one or both scripts."""

    @property
    def name(self) -> str:
        """As recorded."""
        ...

    @property
    def name_hi(self) -> str:
        """In Devanagari; blank where unknown."""
        ...


def look_of(context: Context) -> Look:
    """Return how the reader of a page reads."""
    return Look(language=context["language"], digits=context["digits"])


@pass_context
def margin(context: Context, points: float | None) -> str:
    """Return a margin in whole points and words."""
    look = look_of(context)
    return look.say("not_known") if points is None or not math.isfinite(points) else look.margin(points)


@pass_context
def span(context: Context, low: float, high: float) -> str:
    """Return a range of margins in words."""
    look = look_of(context)
    return look.say("from_to", low=look.margin(low), high=look.margin(high))


@pass_context
def chance(context: Context, probability: float | None) -> str:
    """Return a chance in steps of 5%."""
    look = look_of(context)
    return look.say("not_known") if probability is None else look.chance(probability)


@pass_context
def number(context: Context, value: float | None) -> str:
    """Return a whole number with lakh and crore grouping."""
    look = look_of(context)
    return look.say("not_known") if value is None or value != value else look.number(value)


@pass_context
def tenth(context: Context, value: float) -> str:
    """Return the size of a figure with one decimal: parts of a sum that must add up, prices."""
    return look_of(context).shown(f"{abs(value):.1f}")


@pass_context
def percent(context: Context, share: float | None) -> str:
    """Return a share, 0 to 1, in whole percent."""
    look = look_of(context)
    return look.say("not_known") if share is None or share != share else look.shown(f"{100 * share:.0f}%")


@pass_context
def shown(context: Context, text: object) -> str:
    """Return a text with its digits as the reader chose."""
    return look_of(context).shown(str(text))


@pass_context
def told(context: Context, words: Words | None) -> str:
    """Return a text that is there in both languages, in the reader's, digits as chosen."""
    look = look_of(context)
    return "" if words is None else look.shown(words.say(look.language))


@pass_context
def day(context: Context, date: dt.date | str | None) -> str:
    """Return a date, such as 5 February 2027."""
    look = look_of(context)
    if date is None or date == "":
        return look.say("not_known")
    found = dt.date.fromisoformat(date[:10]) if isinstance(date, str) else date
    return look.shown(say.day(found).say(look.language))


@pass_context
def moment(context: Context, at: dt.datetime | str | None) -> str:
    """Return a time of day and date in Indian Standard Time."""
    look = look_of(context)
    if at is None or at == "":
        return look.say("not_known")
    found = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    local = (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(IST)
    return look.shown(f"{say.day(local.date()).say(look.language)}, {local:%H:%M}")


@pass_context
def called(context: Context, who: Named) -> str:
    """Return a name in the reader's script where the record has it, else as it is."""
    hindi, plain = who.name_hi or "", who.name or ""
    return (hindi or plain) if context["language"] == "hi" else (plain or hindi)


@pass_context
def both_names(context: Context, who: Named) -> Markup:
    """Return a name in the reader's script, and in the other one behind it where the record has both."""
    hindi, plain = who.name_hi or "", who.name or ""
    if not hindi or not plain or hindi == plain:
        return Markup("{}").format(hindi or plain)
    if context["language"] == "hi":
        return Markup('{} <small lang="en">{}</small>').format(hindi, plain)
    return Markup('{} <small lang="hi">{}</small>').format(plain, hindi)


@pass_context
def status_word(context: Context, status: str) -> str:
    """Return what a seat's status is called."""
    return translated(context["language"])(STATUS.get(status, status))


@pass_context
def band_word(context: Context, band: str) -> str:
    """Return what a band of a seat's chance is called."""
    return look_of(context).shown(translated(context["language"])(BAND.get(band, band)))


@pass_context
def seat_title(context: Context, seat: Any) -> str:
    """Return a seat's number with its name, never one without the other."""
    return look_of(context).shown(f"{seat.number} {called(context, seat)}")


@pass_context
def fact_words(context: Context, field: str, value: Any) -> str:
    """Return a fact of an application in words: codes by their names, money in lakh and crore, numbers whole."""
    look = look_of(context)
    group = {"sex": "sex", "category": "category", "education": "education", "party_post": "post"}.get(field)
    if group is not None and say.known(f"{group}.{value}"):
        return look.shown(say.words(f"{group}.{value}").say(look.language))
    if field == "assets_inr":
        return look.shown(say.money(float(value)).say(look.language))
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer()
    return look.number(float(value)) if whole else look.shown(str(value))


def now() -> dt.datetime:
    """Return the time, for the head of a printed page."""
    return dt.datetime.now(dt.UTC)


def template_globals(language: Language) -> Mapping[str, Any]:
    """Return the functions that every template has.

    Parameters
    ----------
    language : {"en", "hi"}
        Of the templates; the digits come from the reader of each page.

    Returns
    -------
    mapping
        Name to function.
    """
    from khaka.app.review.menu import menu  # it says its names with what stands here

    functions = (
        margin, span, chance, number, tenth, percent, shown, told, day, moment, called, both_names, seat_title,
        status_word, band_word, fact_words, now, menu,
    )  # fmt: skip
    assert language in ("en", "hi")
    return {cast("Any", function).__name__: function for function in functions}
