"""A seat's blueprint as plain fields for the template: every figure formatted, every text in one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from khaka.scoring.blueprint import Aspirant, Community, PanelPlace, PastElection, Rating, SeatBlueprint, SeatHead
from khaka.scoring.dossier import pictures
from khaka.scoring.dossier.words import labels, margin, percent, side
from khaka.scoring.pictures.geometry import Ring
from khaka.scoring.pictures.margins import Standing, scale_of
from khaka.scoring.pictures.scales import ticks
from khaka.scoring.reasons.catalogue import Catalogue, Language, catalogue
from khaka.scoring.reasons.figures import grouped, tenths

ROWS: Final = 12
"""Aspirants in a table of the dossier; more stand in the spreadsheet."""

SIDE_BY_SIDE: Final = 4
"""Aspirants whose reasons stand side by side."""

GAPS: Final = 8
"""Gaps named under what isn't known."""

FACTS: Final = (
    "age", "sex", "category", "community", "education", "residence", "party_since", "contests", "assets", "cases",
)  # fmt: skip

_EASY_ROWS: Final = 8
_FEW_ROWS: Final = 5
_MAP: Final = 96.0  # mm
_ROW: Final = 6.0

Fields = dict[str, Any]


def seat_fields(seat: SeatBlueprint, language: Language, *, outline: Sequence[Ring] = ()) -> Fields:
    """Return what the template prints of a seat.

    Parameters
    ----------
    seat : SeatBlueprint
        All of it.
    language : str
        "en" or "hi".
    outline : sequence of Ring
        The seat's border, empty where it isn't known.

    Returns
    -------
    dict
        Texts, lists and numbers only: it goes to typst as JSON.
    """
    texts = labels(language)
    return {
        "head": _head(seat, texts, language),
        "history": _history(seat.history, texts, language),
        "booths": _booths(seat, texts, language, outline),
        "communities": _communities(seat.communities, texts, language),
        "facts": _facts(seat.aspirants, texts, language),
        "rank": _rank(seat, texts, language),
        "panel": _panel(seat, texts, language),
        "reasons": [_reasons(item, texts, language) for item in _first(seat)],
        "contrast": _contrast(seat, texts, language),
        "ratings": _ratings(seat, texts, language),
        "stages": _stages(seat, texts, language),
        "unknown": _unknown(seat, texts, language),
        "fit": False,
        **_room(min(len(seat.aspirants), ROWS)),
    }


def _room(rows: int) -> Fields:
    """Return the size of type and the height of maps (mm) with which so many aspirants stand on two pages."""
    more = max(0, rows - _EASY_ROWS)
    return {"size": round(1.0 - 0.025 * more, 3), "map_height": round(_MAP - _ROW * max(rows - _FEW_ROWS, 0), 1)}


def _head(seat: SeatBlueprint, texts: Catalogue, language: Language) -> Fields:
    head = seat.head
    names = [head.name, head.name_hi] if language == "en" else [head.name_hi or head.name, head.name]
    year = (head.last_election or "--").split("-")[1]
    last = (
        texts.say("head.last", margin=margin(head.last_margin, language), year=year)
        if head.last_margin is not None
        else texts.say("head.last_none") if head.last_election else ""
    )  # fmt: skip
    reserved = f"head.reserved_{head.reservation}"
    facts = [
        head.district.title(),
        texts.say(reserved if reserved in texts else "head.reserved_"),
        texts.say("head.held", party=head.holder) if head.holder else texts.say("head.not_held"),
        last,
        texts.say("head.allotted", party=head.allotted_to) if head.allotted_to else "",
        texts.say("head.aspirants", count=str(head.aspirants)),
    ]
    rest = [name for name in names[1:] if name and name != names[0]]
    return {
        "number": str(head.number), "name": names[0], "other_name": rest[0] if rest else "", "seat_id": head.seat_id,
        "line": [text for text in facts if text],
        "baseline": _baseline(head, texts, language),
        "title": texts.say("doc.title", number=str(head.number), name=names[0]),
    }  # fmt: skip


def _baseline(head: SeatHead, texts: Catalogue, language: Language) -> str:
    """Return the seat without the person, with its range where the results have it."""
    if head.baseline is None:
        return ""
    said = texts.say("head.baseline", margin=margin(head.baseline, language))
    if head.baseline_low is None or head.baseline_high is None:
        return said
    low, high = margin(head.baseline_low, language), margin(head.baseline_high, language)
    return f"{said} ({texts.say('rank.range', low=low, high=high)})"


def _history(past: tuple[PastElection, ...], texts: Catalogue, language: Language) -> Fields:
    if not past:
        return {"picture": None, "parties": [], "rows": []}
    parties = [texts.say("history.others") if item.party == "OTH" else item.party for item in past[0].shares]
    rows = [
        {
            "election": f"{item.year} {texts.say(f'history.{item.kind}') if item.kind in ('LS', 'AE') else item.kind}",
            "shares": [percent(share.share) for share in item.shares],
            "winner": [share.party == item.winner for share in item.shares],
            "margin": "–" if item.own_margin is None else side(item.own_margin, language),
            "turnout": percent(item.turnout),
            "electors": "–" if item.electors is None else grouped(item.electors),
            "roll": item.roll_version,
        }
        for item in past
    ]
    return {"picture": pictures.history(past, language), "parties": parties, "rows": rows}


def _booths(seat: SeatBlueprint, texts: Catalogue, language: Language, outline: Sequence[Ring]) -> Fields:
    frame = seat.booths
    if frame.empty:
        return {"support": None, "presence": None, "title": "", "summary": ""}
    election = "–" if seat.booth_votes is None else pictures.election_label(seat.booth_votes, language)
    known = frame.dropna(subset=["support"]).sort_values(["support", "booth_no"], kind="stable")
    pairs = zip(known["booth_no"].tolist(), known["support"].tolist(), strict=True)
    said = [f"{booth} ({percent(float(support), 0)}%)" for booth, support in pairs]
    return {
        "title": texts.say("booths.title", party=seat.party, election=election),
        "support": pictures.booths(frame, language, view="support", outline=outline),
        "presence": pictures.booths(frame, language, view="presence", outline=outline),
        "summary": texts.say("booths.summary", count=grouped(len(frame)), strong=", ".join(said[::-1][:4]),
                             weak=", ".join(said[:4])) if said else "",
    }  # fmt: skip


def _communities(items: tuple[Community, ...], texts: Catalogue, language: Language) -> Fields:
    top = max([item.high or item.share for item in items], default=1.0)
    rows = []
    for item in items:
        low, high = item.low, item.high
        said = percent(item.share, 0)
        text = (
            texts.say("communities.plain", share=said)
            if low is None or high is None
            else texts.say("communities.range", share=said, low=percent(low, 0), high=percent(high, 0))
        )
        kind = texts.say("communities.official" if item.kind == "official" else "communities.estimate")
        rows.append({
            "name": item.words.say(language), "text": text,
            "kind": kind if item.level == "seat" else f"{kind}, {texts.say('communities.district')}",
            "official": item.kind == "official", "at": _part(item.share, top),
            "from": _part(item.share if low is None else low, top),
            "to": _part(item.share if high is None else high, top),
        })  # fmt: skip
    sources = sorted({f"{item.source} {item.year}".strip() for item in items})
    return {"rows": rows, "source": texts.say("communities.source", sources="; ".join(sources)) if items else ""}


def _part(value: float, top: float) -> float:
    return round(min(max(value / top, 0.0), 1.0), 4) if top > 0 else 0.0


def _facts(items: tuple[Aspirant, ...], texts: Catalogue, language: Language) -> Fields:
    # those whose ranges stand on the other page; their order here tells nothing
    named = sorted(items[:ROWS], key=lambda item: (item.called(language), item.aspirant_id))
    rows = []
    for item in named:
        values = {fact.id: fact.value for fact in item.facts}
        cells = []
        for name in FACTS:
            value = values.get(name)
            cells.append(texts.say("facts.unknown") if value is None else value.say(language))
        post = values.get("party_post")
        if post is not None:
            cells[FACTS.index("party_since")] += f" · {post.say(language)}"
        rows.append({
            "name": item.called(language), "cells": cells,
            "presence": "–" if item.presence_booths is None else f"{percent(item.presence_booths, 0)}%",
            "verified": "" if item.verified_share is None else
                        f"{texts.say('facts.verified')} {percent(item.verified_share, 0)}%",
        })  # fmt: skip
    more = len(items) - len(rows)
    heads = ("age", "sex", "category", "community", "education", "residence", "party", "contests", "assets", "cases")
    return {
        "heads": [texts.say(f"facts.{name}") for name in heads],
        "rows": rows,
        "more": texts.say("facts.more", count=str(more)) if more > 0 else "",
    }


def _rank(seat: SeatBlueprint, texts: Catalogue, language: Language) -> Fields:
    items = seat.aspirants[:ROWS]
    if not items:
        return {"groups": [], "ticks": [], "zero": None, "more": ""}
    scale = scale_of([Standing(item.name, item.expected_margin, item.low, item.high) for item in items], 0.0, 1.0)
    on_panel = {place.aspirant_id: place for place in seat.panel if place.aspirant_id is not None}
    groups: list[Fields] = []
    last: int | None = None
    for item in items:
        tied = item.rank is not None and item.tie_group is not None and item.tie_group == last
        if not tied:
            groups.append({"tie": False, "rows": []})
        groups[-1]["rows"].append(_standing(item, scale, on_panel, texts, language))
        groups[-1]["tie"] = len(groups[-1]["rows"]) > 1
        last = item.tie_group if item.rank is not None else None
    more = len(seat.aspirants) - len(items)
    return {
        "groups": groups,
        "ticks": [[round(scale(value), 4), grouped(value)] for value in ticks(scale)],
        "zero": round(scale(0.0), 4),
        "more": texts.say("rank.more", count=str(more)) if more > 0 else "",
    }


def _standing(
    item: Aspirant, scale: Any, on_panel: dict[str, PanelPlace], texts: Catalogue, language: Language
) -> Fields:
    flags = []
    if item.eligible != "yes":
        flags.append(item.eligible_words.say(language))
    if item.support == "outside":
        flags.append(item.support_words.say(language))
    place = on_panel.get(item.aspirant_id)
    role = "" if place is None else f"{texts.say('rank.panel')} {place.position}: {texts.say(f'panel.{place.role}')}"
    return {
        "rank": texts.say("rank.unranked") if item.rank is None else str(item.rank), "ranked": item.rank is not None,
        "name": item.called(language), "flags": flags, "panel": role,
        "expected": margin(item.expected_margin, language),
        "range": texts.say("rank.range", low=margin(item.low, language), high=margin(item.high, language)),
        **_chance(item, language),
        "from": round(scale(item.low), 4), "to": round(scale(item.high), 4),
        "at": round(scale(item.expected_margin), 4),
        "from_given": round(scale(item.low_given_swing), 4), "to_given": round(scale(item.high_given_swing), 4),
    }  # fmt: skip


def _chance(item: Aspirant, language: Language) -> Fields:
    """Return a chance in two lines: the figure, and how many times in ten."""
    figure, _, times = item.chance.words.say(language).partition(", ")
    return {"chance": figure, "times": times}


def _panel(seat: SeatBlueprint, texts: Catalogue, language: Language) -> Fields:
    rows = []
    for place in seat.panel:
        name = "" if place.aspirant_id is None else seat.aspirant(place.aspirant_id).called(language)
        rows.append({"position": str(place.position), "name": name, "role": texts.say(f"panel.{place.role}"),
                     "reason": place.words.say(language)})  # fmt: skip
    slate = ""
    if seat.slate_choice is not None:
        slate = texts.say(
            "panel.slate", name=_called(seat, seat.slate_choice, language),
            substitute=_called(seat, seat.slate_substitute, language) or texts.say("panel.slate_none"),
        )  # fmt: skip
    return {"rows": rows, "slate": slate}


def _called(seat: SeatBlueprint, aspirant_id: str | None, language: Language) -> str:
    if aspirant_id is None:
        return ""
    try:
        return seat.aspirant(aspirant_id).called(language)
    except KeyError:  # a slate of a neighbouring seat's aspirant
        return aspirant_id


def _first(seat: SeatBlueprint) -> list[Aspirant]:
    """Return whose reasons are printed: the panel's names, then the next by rank."""
    panel = [seat.aspirant(place.aspirant_id) for place in seat.panel if place.aspirant_id is not None]
    ids = {item.aspirant_id for item in panel}
    return (panel + [item for item in seat.aspirants if item.aspirant_id not in ids])[:SIDE_BY_SIDE]


def _reasons(item: Aspirant, texts: Catalogue, language: Language) -> Fields:
    return {
        "name": item.called(language),
        "rank": texts.say("rank.unranked") if item.rank is None else str(item.rank),
        "for": [_fact(reason.words.say(language), reason.points, texts, language) for reason in item.by_kind("for")],
        "against": [
            _fact(reason.words.say(language), reason.points, texts, language) for reason in item.by_kind("against")
        ],
        "warning": [reason.words.say(language) for reason in item.by_kind("warning")],
    }


def _fact(sentence: str, points: float, texts: Catalogue, language: Language) -> list[str]:
    """Return a reason's points and its fact apart: the heading says against what it is."""
    name = "ahead" if points > 0 else "behind"
    prefix = catalogue(language).say(f"sentence.{name}", points=tenths(points), fact="")
    fact = sentence.removeprefix(prefix)
    return [texts.say(f"reasons.points_{name}", points=tenths(points)), fact]


def _contrast(seat: SeatBlueprint, texts: Catalogue, language: Language) -> Fields | None:
    if not seat.contrasts:
        return None
    first = seat.contrasts[0]
    name, other = (_called(seat, who, language) for who in (first.a, first.b))
    told = [(part.words.say(language), part.points) for part in first.parts]
    # the printed tenths add up as well: what rounding leaves goes to the rest
    rest = round(first.points, 1) - sum(round(points, 1) for _, points in told)
    told.append((texts.say("contrast.rest"), rest))
    return {
        "title": texts.say("contrast.title", other=other),
        "total": texts.say("contrast.level", name=name, other=other) if round(first.points, 1) == 0 else
                 texts.say("contrast.total", name=name, other=other, margin=_exact(first.points, language)),
        "parts": [[label, _points(points, texts), round(points, 3)] for label, points in told],
        "most": max([abs(round(points, 3)) for _, points in told] + [0.1]),
    }  # fmt: skip


def _points(points: float, texts: Catalogue) -> str:
    if round(points, 1) == 0:
        return tenths(0.0)
    name = "reasons.points_ahead" if points >= 0 else "reasons.points_behind"
    return texts.say(name, points=tenths(points))


def _exact(points: float, language: Language) -> str:
    unit = "unit.points_ahead" if points >= 0 else "unit.points_behind"
    return catalogue(language).say(unit, number=tenths(points))


def _ratings(seat: SeatBlueprint, texts: Catalogue, language: Language) -> Fields:
    roles = [role for role in ("observer", "dcc", "pcc", "survey") if any(item.role == role for item in seat.ratings)]
    rows = []
    for item in _first(seat):
        own = [rating for rating in seat.ratings if rating.aspirant_id == item.aspirant_id]
        spread = "–" if item.disagreement is None else tenths(10 * item.disagreement)
        rows.append([item.called(language), *(_scores(own, role) for role in roles), spread, _risk(own, texts)])
    heads = [*(texts.say(f"ratings.{role}") for role in roles), texts.say("ratings.spread"), texts.say("ratings.risk")]
    return {"heads": heads if roles else [], "rows": rows if roles else []}


def _scores(ratings: Sequence[Rating], role: str) -> str:
    found = [tenths(10 * rating.score) for rating in ratings if rating.role == role]
    return " · ".join(found) if found else "–"


def _risk(ratings: Sequence[Rating], texts: Catalogue) -> str:
    order = ("high", "medium", "low")
    found = [rating.rebel_risk for rating in ratings if rating.rebel_risk in order]
    worst = min(found, key=order.index, default="")
    return texts.say(f"ratings.{worst}") if worst else "–"


def _stages(seat: SeatBlueprint, texts: Catalogue, language: Language) -> list[list[str]]:
    by_stage: dict[str, list[str]] = {}
    for item in seat.stages:
        said = f"{item.position}. {_called(seat, item.aspirant_id, language)}"
        if item.dissent:
            said += f" ({texts.say('stages.dissent', text=item.dissent)})"
        by_stage.setdefault(item.stage, []).append(said)
    return [[texts.say(f"stages.{name}"), ", ".join(names)] for name, names in by_stage.items()]


def _unknown(seat: SeatBlueprint, texts: Catalogue, language: Language) -> list[str]:
    said = [item.say(language) for item in seat.unknown]
    more = len(said) - GAPS
    shown = said[:GAPS] + ([texts.say("unknown.more", count=str(more))] if more > 0 else [])
    return shown or [texts.say("unknown.none")]
