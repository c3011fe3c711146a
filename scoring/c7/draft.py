"""A draft of Form C-7 from recorded facts, or the reasons why there can be none yet."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from khaka.features.cutoff import IST
from khaka.scoring.blueprint import say as blueprint_words
from khaka.scoring.c7.clocks import Clocks
from khaka.scoring.c7.facts import Candidate, Case, late
from khaka.scoring.c7.firewall import refusals, weak_words
from khaka.scoring.dossier.printing import EPOCH, typeset
from khaka.scoring.reasons.catalogue import Catalogue, Language, read_catalogue

_CASE: Final = ("number", "court", "section", "status")


@dataclass(frozen=True)
class Check:
    """What was found in a candidate's facts.

    Parameters
    ----------
    seat_id : str
        Whose.
    refused : tuple of str
        What keeps the draft from being made, in a sentence each.
    advice : tuple of str
        What should be better, in a sentence each.
    """

    seat_id: str
    refused: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Whether a draft can be made."""
        return not self.refused


@dataclass(frozen=True)
class Heading:
    """Whose form it is: party, election, and the seat as it is called in the draft's language."""

    party: str
    election_id: str
    seat_number: str
    seat_name: str


def check(candidate: Candidate) -> Check:
    """Check a candidate's facts: complete, entered before the selection, free of forbidden words.

    Parameters
    ----------
    candidate : Candidate
        With its facts.

    Returns
    -------
    Check
        What is refused and what could be better.
    """
    refused = [
        f"{what} was entered at {when.astimezone(IST):%Y-%m-%d %H:%M} IST, after the selection at "
        f"{candidate.selected_at.astimezone(IST):%Y-%m-%d %H:%M}; reasons come only from facts entered before it"
        for what, when in late(candidate)
    ]
    advice: list[str] = []
    for what, name in _names_of(candidate):
        refused += [f"{what} holds {found}" for found in refusals(name, (name,))]
    for what, text in _texts_of(candidate):
        refused += [f"{what} holds {found}" for found in refusals(text, candidate.own_names)]
        advice += [f"{what} holds {found}" for found in weak_words(text, candidate.own_names)]
    if not candidate.case and not candidate.conviction:
        refused.append("no case and no conviction is entered: the form is for candidates who have one")
    if not any(one.en or one.hi for one in candidate.reason):
        refused.append("no reason is entered; a form without a reason does not meet the judgment")
    for number, one in enumerate(candidate.reason, start=1):
        if not one.en and not one.hi:
            refused.append(f"reason {number} has no text; write it in en or hi")
    advice += [f"other considered {one.name!r} has no reason" for one in candidate.other if not one.en and not one.hi]
    if not any(not one.has_cases for one in candidate.other):
        advice.append("nobody without cases is entered among the others considered")
    return Check(candidate.seat_id, tuple(refused), tuple(advice))


def _names_of(candidate: Candidate) -> list[tuple[str, str]]:
    """Return every name that may be published or that the check of words leaves out, with whose it is."""
    out = [("name", candidate.name), ("name_hi", candidate.name_hi)]
    out += [(f"names: {name!r}", name) for name in candidate.names]
    out += [(f"name of other considered {one.name!r}", one.name) for one in candidate.other]
    return [(what, name) for what, name in out if name]


def _texts_of(candidate: Candidate) -> list[tuple[str, str]]:
    """Return every free text that may be published, with what it is."""
    out = []
    for number, reason in enumerate(candidate.reason, start=1):
        out += [(f"reason {number} ({language})", text) for language, text in (("en", reason.en), ("hi", reason.hi))]
        out.append((f"source of reason {number}", reason.source))
    for other in candidate.other:
        said = (("en", other.en), ("hi", other.hi))
        out += [(f"other considered {other.name!r} ({language})", text) for language, text in said]
    for number, case in enumerate((*candidate.case, *candidate.conviction), start=1):
        out += [(f"{name} of case {number}", getattr(case, name)) for name in (*_CASE, "sentence")]
    return [(what, text) for what, text in out if text]


@functools.cache
def _words(language: Language) -> Catalogue:
    return read_catalogue("khaka.scoring.c7", "words", language)


def fields(candidate: Candidate, due: Clocks, heading: Heading, language: Language) -> dict[str, Any]:
    """Return the draft's texts.

    Parameters
    ----------
    candidate : Candidate
        Checked: see `check`.
    due : Clocks
        Of the candidate.
    heading : Heading
        Party, election and seat.
    language : str
        "en" or "hi"; a text that is there in the other language only stands in that one.

    Returns
    -------
    dict
        lang, title, draft, head (lines), cases, convictions (heads and rows), reasons, others, clock (lines).
    """
    say = _words(language).say
    name = candidate.name_hi or candidate.name if language == "hi" else candidate.name
    head = [
        say("form.party", party=heading.party), say("form.election", election=heading.election_id),
        say("form.seat", number=heading.seat_number, name=heading.seat_name), say("form.candidate", name=name),
        say("form.selected", time=_time(due.selected_at, language)),
    ]  # fmt: skip
    return {
        "lang": language, "title": say("form.title"), "draft": say("form.draft"), "head": head,
        "pending": say("cases.pending"), "convicted": say("cases.convicted"), "none": say("cases.none"),
        "case_heads": [say(f"cases.{name}") for name in _CASE], "cases": _rows(candidate.case, _CASE),
        "conviction_heads": [say(f"cases.{name}") for name in (*_CASE, "sentence")],
        "convictions": _rows(candidate.conviction, (*_CASE, "sentence")),
        "reasons_title": say("reasons.title"),
        "reasons": [
            [say(f"reasons.{one.kind}"), _either(one.en, one.hi, language), say("reasons.source", source=one.source)]
            for one in candidate.reason
        ],
        "reasons_none": say("reasons.none"), "others_title": say("others.title"),
        "others": [[one.name, _either(one.en, one.hi, language)] for one in candidate.other if not one.has_cases],
        "others_none": say("others.none"), "clock_title": say("clock.title"), "clock": _clock(due, language),
    }  # fmt: skip


def to_text(found: Mapping[str, Any]) -> str:
    """Return the draft as plain text."""
    lines = [found["title"], found["draft"], "", *found["head"]]
    for title, heads, rows in _tables(found):
        lines += ["", title]
        for row in rows:
            lines.append("- " + "; ".join(f"{head}: {cell}" for head, cell in zip(heads, row, strict=True) if cell))
        if not rows:
            lines.append(found["none"])
    lines += ["", found["reasons_title"]]
    lines += [
        f"{number}. ({kind}) {text} [{source}]" for number, (kind, text, source) in enumerate(found["reasons"], 1)
    ]
    lines += [found["reasons_none"]] if not found["reasons"] else []
    lines += ["", found["others_title"], *(f"- {name}: {text}" for name, text in found["others"])]
    lines += [found["others_none"]] if not found["others"] else []
    return "\n".join([*lines, "", found["clock_title"], *(f"- {line}" for line in found["clock"]), ""])


def to_html(found: Mapping[str, Any]) -> str:
    """Return the draft as one HTML file without any outside part."""
    parts = [
        f'<!doctype html><html lang="{found["lang"]}"><head><meta charset="utf-8"><title>{escape(found["title"])}'
        "</title><style>body{font:16px/1.5 'Noto Sans Devanagari',sans-serif;max-width:48rem;margin:2rem auto}"
        "table{border-collapse:collapse}th,td{text-align:left;padding:.3rem .6rem;border:1px solid #999}</style></head>"
        f"<body><h1>{escape(found['title'])}</h1><p><strong>{escape(found['draft'])}</strong></p>",
        *(f"<p>{escape(line)}</p>" for line in found["head"]),
    ]
    for title, heads, rows in _tables(found):
        parts.append(f"<h2>{escape(title)}</h2>")
        if not rows:
            parts.append(f"<p>{escape(found['none'])}</p>")
            continue
        parts.append("<table><tr>" + "".join(f'<th scope="col">{escape(head)}</th>' for head in heads) + "</tr>")
        parts += ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
        parts.append("</table>")
    parts.append(f"<h2>{escape(found['reasons_title'])}</h2><ol>")
    parts += [f"<li>{escape(text)} ({escape(kind)}; {escape(source)})</li>" for kind, text, source in found["reasons"]]
    parts.append(f"</ol><h2>{escape(found['others_title'])}</h2><ul>")
    parts += [f"<li>{escape(name)}: {escape(text)}</li>" for name, text in found["others"]]
    parts.append(f"</ul><hr><h2>{escape(found['clock_title'])}</h2><ul>")
    parts += [f"<li>{escape(line)}</li>" for line in found["clock"]]
    return "".join([*parts, "</ul></body></html>\n"])


def to_pdf(found: Mapping[str, Any]) -> bytes:
    """Return the draft as PDF."""
    return typeset("khaka.scoring.c7", "c7.typ", found, EPOCH)


def reason_texts(candidate: Candidate) -> list[str]:
    """Return the texts of a candidate's reasons, for the comparison with other seats."""
    return [text for one in candidate.reason for text in (one.en, one.hi) if text]


def _tables(found: Mapping[str, Any]) -> list[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    return [
        (found["pending"], found["case_heads"], found["cases"]),
        (found["convicted"], found["conviction_heads"], found["convictions"]),
    ]


def _rows(cases: Sequence[Case], names: Sequence[str]) -> list[list[str]]:
    return [[str(getattr(one, name)) for name in names] for one in cases]


def _either(english: str, hindi: str, language: Language) -> str:
    return (hindi or english) if language == "hi" else (english or hindi)


def _time(moment: dt.datetime, language: Language) -> str:
    at = moment.astimezone(IST)
    return f"{blueprint_words.day(at.date()).say(language)}, {at:%H:%M} IST"


def _clock(due: Clocks, language: Language) -> list[str]:
    say = _words(language).say
    lines = [
        say("clock.publish", time=_time(due.publish_by, language)),
        say("clock.report", time=_time(due.report_by, language)),
    ]
    for window in due.windows:
        if window.first is None or window.last is None:
            lines.append(say("clock.window_none", number=str(window.number)))
        else:
            days = [blueprint_words.day(one).say(language) for one in (window.first, window.last)]
            lines.append(say("clock.window", number=str(window.number), first=days[0], last=days[1]))
    return lines if due.windows else [*lines, say("clock.windows_unknown")]
