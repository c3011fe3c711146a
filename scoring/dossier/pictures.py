"""The pictures of a dossier: shapes as SVG, words lifted out of it so that typst sets them and a reader finds them.

Text inside an SVG is broken into pieces by a PDF reader's search ("मत दान कें द्र"); text that typst sets is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any, Final

import pandas as pd

from khaka.scoring.blueprint import PastElection
from khaka.scoring.dossier.words import Words, labels
from khaka.scoring.pictures.booths import Booth, View, booth_map
from khaka.scoring.pictures.geometry import Ring
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.strips import Past, history_strip

Drawing = dict[str, Any]
"""svg, width, height, alt, and words: [x, y, anchor, weight, muted, text] each."""

_TEXT: Final = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r'(\w+)="([^"]*)"')
_BOX: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_FROM: Final = re.compile(r"≥\s*(\S+)")  # the font has no such sign
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title><desc[^>]*>(.*?)</desc>", re.DOTALL)


def lifted(svg: str) -> Drawing:
    """Return a picture with its words taken out of the SVG.

    Parameters
    ----------
    svg : str
        Of `khaka.scoring.pictures`, for print.

    Returns
    -------
    dict
        svg (without words), width and height (units of the picture), alt, and words: x, y of the base line, anchor
        ("start", "middle" or "end"), weight, whether it is muted, and the text.

    Examples
    --------
    >>> found = lifted('<svg viewBox="0 0 9 5"><title id="t">T</title><desc id="d">D</desc>'
    ...                '<text x="1" y="2" class="mu e">a &amp; b</text><path d="M0 0"/></svg>')
    >>> found["words"], found["alt"], found["width"]
    ([[1.0, 2.0, 'end', 400, True, 'a & b']], 'T. D', 9.0)
    """
    words = []
    for head, content in _TEXT.findall(svg):
        given = dict(_ATTRIBUTE.findall(head))
        classes = given.get("class", "").split()
        anchor = "end" if "e" in classes else "middle" if "m" in classes else "start"
        weight = 600 if "st" in classes else 400
        said = _FROM.sub(r"\1+", unescape(re.sub("<[^>]*>", "", content)))
        words.append([float(given["x"]), float(given["y"]), anchor, weight, "mu" in classes, said])
    box = _BOX.search(svg)
    width, height = (float(box[1]), float(box[2])) if box else (1.0, 1.0)
    titled = _TITLE.search(svg)
    alt = ". ".join(unescape(part) for part in titled.groups() if part) if titled else ""
    return {"svg": _TEXT.sub("", svg), "width": width, "height": height, "alt": alt, "words": words}


def look(language: Words) -> Look:
    """Return the look of a printed picture."""
    return Look(theme="print", language=language)


def history(past: Sequence[PastElection], language: Words) -> Drawing | None:
    """Return the strip of the party's margins, None without an earlier election."""
    if not past:
        return None
    shown = [
        Past(
            label=election_label(item.election_id, language),
            margin=float("nan") if item.own_margin is None else item.own_margin,
            share=float("nan") if item.own_share is None else item.own_share,
            contested=item.own_share is not None,
        )
        for item in past
    ]
    return lifted(history_strip(shown, look(language), width=400.0))


def election_label(election_id: str, language: Words) -> str:
    """Return an election in short.

    Examples
    --------
    >>> election_label("S24-2024-LS", "en"), election_label("S24-2022-AE", "hi")
    ('2024 Lok Sabha', '2022')
    """
    _, year, kind = election_id.split("-", 2)
    return f"{year} {labels(language).say('history.LS')}" if kind == "LS" else year


def booths(frame: pd.DataFrame, language: Words, *, view: View, outline: Sequence[Ring]) -> Drawing | None:
    """Return the booths of a seat on a map, None where no list of booths is recorded."""
    if frame.empty:
        return None
    numbers = {
        name: frame[name].astype("float64").tolist() for name in ("lat", "lon", "support", "turnout", "electors")
    }
    shown = [
        Booth(
            number=str(booth), lat=lat, lon=lon, support=support, turnout=turnout, presence=presence or None,
            electors=electors if electors == electors else 1.0,
        )
        for booth, lat, lon, support, turnout, electors, presence in zip(
            frame["booth_no"].tolist(), numbers["lat"], numbers["lon"], numbers["support"], numbers["turnout"],
            numbers["electors"], frame["presence"].tolist(), strict=True,
        )
    ]  # fmt: skip
    return lifted(booth_map(shown, look(language), view=view, outline=outline, width=360.0))
