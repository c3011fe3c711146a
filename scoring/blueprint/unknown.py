"""What isn't known of a seat, in words: an honest empty instead of a zero or a blank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import pandas as pd

from khaka.scoring.blueprint import say
from khaka.scoring.blueprint.communities import only_district, with_communities
from khaka.scoring.blueprint.model import Community, PastElection
from khaka.scoring.blueprint.names import Aspirant, Rating
from khaka.scoring.blueprint.words import Words

LEAST_CARRIED: Final = 0.9
"""If booth results reach less than this share of today's electors, it is said."""

LEAST_ELECTIONS: Final = 3
NAMES_SHOWN: Final = 4
FACTS_SHOWN: Final = 4

_GRAVE: Final = {"cases": 0, "age": 1, "category": 2, "residence": 3}  # the gravest gaps first
_MAY_BE_BLANK: Final = ("party_post", "community")  # nobody has to hold a post or to declare a community


def unknown(
    *,
    aspirants: Sequence[Aspirant],
    booths: pd.DataFrame,
    booth_votes: str | None,
    communities: tuple[Community, ...],
    history: tuple[PastElection, ...],
    ratings: Sequence[Rating],
    logged: bool,
    logged_from: dt.date | None,
    rivals: bool,
) -> tuple[Words, ...]:
    """Return what isn't known of a seat.

    Parameters
    ----------
    aspirants, booths
        Of the seat, as in its blueprint.
    booth_votes : str or None
        Election of the booth results.
    communities, history, ratings
        Of the seat, as in its blueprint.
    logged : bool
        Whether any activity is recorded in the election.
    logged_from : date or None
        Day of the first event of the seat's aspirants.
    rivals : bool
        Whether any rival's nominee is known.

    Returns
    -------
    tuple of Words
        The gravest first.
    """
    out: list[Words] = []
    if not aspirants:
        out.append(say.words("unknown.no_scores"))
    outside = [_name(item) for item in aspirants if item.support == "outside"]
    if outside:
        out.append(say.words("unknown.support_outside", names=_names(outside)))
    awaited = [_name(item) for item in aspirants if item.eligible == "awaited"]
    if awaited:
        out.append(say.words("unknown.awaited", names=_names(awaited)))
    out += _ratings(aspirants, ratings)
    out += _presence(booths, logged=logged, logged_from=logged_from)
    out += _booths(booths, booth_votes)
    if not with_communities(communities):
        out.append(say.words("unknown.no_communities"))
    elif only_district(communities):
        out.append(say.words("unknown.district_communities"))
    if not rivals:
        out.append(say.words("unknown.no_rivals"))
    out += _facts(aspirants)
    if len({item.roll_version for item in history if item.electors is not None}) > 1:
        out.append(say.words("unknown.rolls"))
    if len(history) < LEAST_ELECTIONS:
        out.append(say.words("unknown.short_history", count=str(len(history))))
    return tuple(out)


def _name(item: Aspirant) -> Words:
    return Words(item.called("en"), item.called("hi"))


def _names(items: list[Words], *, most: int = NAMES_SHOWN) -> Words:
    shown = say.joined(items[:most])
    more = len(items) - most
    return shown if more <= 0 else Words(f"{shown.en} (+{more})", f"{shown.hi} (+{more})")


def _ratings(aspirants: Sequence[Aspirant], ratings: Sequence[Rating]) -> list[Words]:
    if not aspirants:
        return []
    if not ratings:
        return [say.words("unknown.no_ratings")]
    rated = {rating.aspirant_id for rating in ratings}
    unrated = [_name(item) for item in aspirants if item.aspirant_id not in rated]
    return [say.words("unknown.unrated", names=_names(unrated))] if unrated else []


def _presence(booths: pd.DataFrame, *, logged: bool, logged_from: dt.date | None) -> list[Words]:
    if not logged:
        return [say.words("unknown.no_activity")]
    out = []
    never = int((booths["presence"] != "reached").sum())
    if never:
        out.append(say.words("unknown.never_booths", count=str(never), all=str(len(booths))))
    if logged_from is not None:
        out.append(say.words("unknown.activity_from", date=say.day(logged_from)))
    return out


def _booths(booths: pd.DataFrame, booth_votes: str | None) -> list[Words]:
    out = []
    if booth_votes is None or booths["support"].isna().all():
        out.append(say.words("unknown.no_booth_votes"))
    else:
        electors = booths["electors"].astype("float64").fillna(0.0)
        carried = float((electors * booths["known_share"].astype("float64").fillna(0.0)).sum())
        share = carried / float(electors.sum()) if float(electors.sum()) > 0 else 1.0
        if share < LEAST_CARRIED:
            out.append(say.words("unknown.booth_share", election=booth_votes, percent=f"{100 * share:.0f}"))
    blank = int((booths["lat"].isna() | booths["lon"].isna()).sum())
    if blank:
        out.append(say.words("unknown.no_positions", count=str(blank), all=str(len(booths))))
    return out


def _facts(aspirants: Sequence[Aspirant]) -> list[Words]:
    out = []
    for item in aspirants:
        gaps = sorted((fact for fact in item.facts if fact.value is None), key=lambda fact: _GRAVE.get(fact.id, 9))
        blank = [fact.label for fact in gaps if fact.id not in _MAY_BE_BLANK]
        if blank:
            shown = _names(blank, most=FACTS_SHOWN)
            out.append(say.words("unknown.facts", name=_name(item), labels=shown))
    return out
