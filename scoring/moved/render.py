"""The week's page: what moved, as Markdown, HTML or one printed page."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from khaka.scoring.blueprint.contrasts import label
from khaka.scoring.dossier.printing import EPOCH, typeset
from khaka.scoring.dossier.words import margin
from khaka.scoring.moved.compare import CAUSES, Move, Moved
from khaka.scoring.pictures.look import Look
from khaka.scoring.reasons.catalogue import Catalogue, Language, read_catalogue
from khaka.scoring.reasons.figures import tenths

ROWS: Final = 18
"""Moves on the page; all are in the JSON."""

_LEAST: Final = 0.05
_PARTS: Final = 2


@dataclass(frozen=True)
class Names:
    """How seats and aspirants are called in the page's language."""

    seats: Mapping[str, str]
    aspirants: Mapping[str, str]


@functools.cache
def _texts(language: Language) -> Catalogue:
    return read_catalogue("khaka.scoring.moved", "words", language)


def page(moved: Moved, names: Names, language: Language) -> dict[str, Any]:
    """Return the page's texts.

    Parameters
    ----------
    moved : Moved
        Of `khaka.scoring.moved.compare.compare`.
    names : Names
        How to call whom.
    language : str
        "en" or "hi".

    Returns
    -------
    dict
        title, lines, heads, groups (title and rows of five cells), foot.
    """
    say = _texts(language).say
    same = moved.model_before == moved.model_after
    causes = ", ".join(f"{say(f'cause.{name}')} {tenths(moved.causes[name])}" for name in CAUSES)
    lines = [
        say("page.summary", seats=str(moved.seats), leaders=str(len(moved.new_leaders)), moves=str(len(moved.moves))),
        say("page.mean", points=tenths(moved.mean_change), causes=causes),
        say("page.model_same", model=moved.model_after) if same
        else say("page.model_other", before=moved.model_before, after=moved.model_after),
    ]  # fmt: skip
    if moved.nominees_changed:
        lines.append(say("page.nominees"))
    if not moved.moves:
        lines.append(say("page.nothing"))
    shown = moved.moves[:ROWS]
    first = [one for one in shown if one.seat_id in moved.new_leaders]
    others = [one for one in shown if one.seat_id not in moved.new_leaders]
    groups = [
        {"title": say(f"page.{name}"), "rows": [_cells(one, names, language) for one in rows]}
        for name, rows in (("first", first), ("others", others)) if rows
    ]  # fmt: skip
    more = len(moved.moves) - len(shown)
    return {
        "lang": language, "title": say("page.title", before=moved.date_before, after=moved.date_after),
        "election": moved.election_id, "lines": lines,
        "heads": [say(f"head.{name}") for name in ("seat", "name", "rank", "margin", "why")], "groups": groups,
        "more": say("page.more", count=str(more)) if more > 0 else "", "advice": say("page.advice"),
    }  # fmt: skip


def to_markdown(found: Mapping[str, Any]) -> str:
    """Return the page as Markdown."""
    out = [f"# {found['title']}", "", f"{found['election']}", "", *(f"- {line}" for line in found["lines"])]
    for group in found["groups"]:
        out += ["", f"## {group['title']}", "", _row(found["heads"]), _row(["---"] * len(found["heads"]))]
        out += [_row(cells) for cells in group["rows"]]
    return "\n".join([*out, *(["", found["more"]] if found["more"] else []), "", found["advice"], ""])


def to_html(found: Mapping[str, Any]) -> str:
    """Return the page as one HTML file without any outside part."""
    parts = [
        f'<!doctype html><html lang="{found["lang"]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(found["title"])}</title><style>'
        "body{font:16px/1.5 'Noto Sans Devanagari',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem;"
        "border-bottom:1px solid #ccc}</style></head><body>",
        f"<h1>{escape(found['title'])}</h1><p>{escape(found['election'])}</p><ul>",
        *(f"<li>{escape(line)}</li>" for line in found["lines"]),
        "</ul>",
    ]
    for group in found["groups"]:
        heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in found["heads"])
        parts.append(f"<h2>{escape(group['title'])}</h2><table><thead><tr>{heads}</tr></thead><tbody>")
        for cells in group["rows"]:
            parts.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
        parts.append("</tbody></table>")
    if found["more"]:
        parts.append(f"<p>{escape(found['more'])}</p>")
    return "".join([*parts, f"<p>{escape(found['advice'])}</p></body></html>\n"])


def to_pdf(found: Mapping[str, Any]) -> bytes:
    """Return the page as PDF."""
    return typeset("khaka.scoring.moved", "moved.typ", found, EPOCH)


def _cells(move: Move, names: Names, language: Language) -> list[str]:
    say = _texts(language).say
    none = say("row.none")
    ranks = [none if rank is None else str(rank) for rank in (move.rank_before, move.rank_after)]
    margins = [none if one is None else margin(one, language) for one in (move.margin_before, move.margin_after)]
    said = margins[1] if margins[0] == margins[1] else say("row.margin", before=margins[0], after=margins[1])
    return [
        names.seats.get(move.seat_id, move.seat_id),
        names.aspirants.get(move.aspirant_id, move.aspirant_id),
        say("row.rank", before=ranks[0], after=ranks[1]) if ranks[0] != ranks[1] else ranks[1],
        said,
        "; ".join(_why(move, language)),
    ]


def _why(move: Move, language: Language) -> list[str]:
    """Return an event in words, then the largest changes behind the margin."""
    say = _texts(language).say
    out = [say(f"event.{move.event}")] if move.event else []
    side = {True: "side_ahead", False: "side_behind"}
    look = Look(language=language)
    told = [
        say("row.part", points=tenths(points), side=look.say(side[points > 0]), cause=say(f"cause.{cause}"),
            topic=label(name).say(language))
        for name, cause, points in move.telling[:_PARTS] if abs(points) >= _LEAST
    ]  # fmt: skip
    out += told
    if not told and move.rank_changed and not move.event:
        out.append(say("row.others"))
    if move.tied and move.rank_changed:
        out.append(say("row.tied"))
    return out


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
