"""A dossier as PDF bytes: typst with the package's own font, tagged, the same bytes from the same input."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from khaka.scoring.blueprint import StateBlueprint, say
from khaka.scoring.dossier.words import labels
from khaka.scoring.reasons.catalogue import Language

TEMPLATE: Final = "dossier.typ"
FONT: Final = "fontpkg_noto_sans_devanagari"
PAGES: Final = 2
"""Pages of a seat."""

_PAGE: Final = re.compile(rb"/Type\s*/Page(?!s)")  # typst writes its page objects as plain text
_BLANK: Final = re.compile("(?<=[\u0900-\u0903\u093a-\u094f\u0962\u0963]) (?=[\u0904-\u0939\u0958-\u0961])")
EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Creation time of an unstamped document: the same bytes whenever it is made."""


@dataclass(frozen=True)
class Stamp:
    """What a copy says of itself.

    Parameters
    ----------
    by : str or None
        Who printed it; None for the unstamped original, which carries no time of printing either.
    at : datetime or None
        When it was printed; needed with `by`.
    """

    by: str | None = None
    at: dt.datetime | None = None

    @property
    def time(self) -> dt.datetime:
        """Creation time in the file."""
        return self.at if self.by is not None and self.at is not None else EPOCH


def document(state: StateBlueprint, language: Language, stamp: Stamp, *, title: str) -> dict[str, Any]:
    """Return what head, foot and watermark of a document say.

    Parameters
    ----------
    state : StateBlueprint
        Which scores.
    language : str
        "en" or "hi".
    stamp : Stamp
        Whose copy.
    title : str
        Of the document.

    Returns
    -------
    dict
        Texts for the template.
    """
    texts = labels(language)
    printed, mark = texts.say("doc.master"), ""
    if stamp.by is not None:
        day = say.day(stamp.time.date()).say(language)
        printed = texts.say("doc.printed", time=f"{day} {stamp.time:%H:%M}", who=stamp.by)
        mark = texts.say("doc.watermark", who=stamp.by)
    return {
        "lang": language, "title": title, "election": state.election_id,
        "as_of": texts.say("doc.as_of", date=say.day(state.as_of).say(language)),
        "version": texts.say("doc.version", version=state.version), "printed": printed, "watermark": mark,
        "advice": texts.say("doc.advice"), "page": texts.texts["doc.page"],
    }  # fmt: skip


def to_pdf(
    doc: dict[str, Any],
    seats: list[dict[str, Any]],
    language: Language,
    stamp: Stamp,
    cover: dict[str, Any] | None = None,
) -> bytes:  # fmt: skip
    """Return seats as one PDF, two pages each.

    Parameters
    ----------
    doc : dict
        Of `document`.
    seats : list of dict
        Of `khaka.scoring.dossier.fields.seat_fields`.
    language : str
        "en" or "hi".
    stamp : Stamp
        Whose copy.
    cover : dict, optional
        heads and rows of the list of seats in front.

    Returns
    -------
    bytes
        A tagged PDF.
    """
    said = {name.replace(".", "_"): text for name, text in labels(language).texts.items()}
    data = {"doc": doc, "labels": said, "seats": seats, "cover": cover}
    return typeset("khaka.scoring.dossier", TEMPLATE, data, stamp.time)


def two_pages(
    doc: dict[str, Any], seat: dict[str, Any], language: Language, stamp: Stamp
) -> tuple[bytes, bool]:  # fmt: skip
    """Return one seat as PDF, set smaller if it takes more than its two pages, and whether it was.

    Most seats fit as they are; setting every page twice to see whether it does would double the time of a state.

    Parameters
    ----------
    doc : dict
        Of `document`.
    seat : dict
        Of `khaka.scoring.dossier.fields.seat_fields`.
    language : str
        "en" or "hi".
    stamp : Stamp
        Whose copy.

    Returns
    -------
    bytes
        A tagged PDF of two pages.
    bool
        Whether the seat needs `fit`, for a book with this seat in it.
    """
    pdf = to_pdf(doc, [seat], language, stamp)
    if len(_PAGE.findall(pdf)) <= PAGES:
        return pdf, False
    return to_pdf(doc, [{**seat, "fit": True}], language, stamp), True


def typeset(package: str, template: str, data: Mapping[str, Any], time: dt.datetime) -> bytes:
    """Return a template of a package set with data, as PDF.

    Parameters
    ----------
    package : str
        Import name of the package that holds the template.
    template : str
        Its file; it reads the data as JSON from `sys.inputs.data`.
    data : mapping
        Texts, lists and numbers.
    time : datetime
        Creation time in the file.

    Returns
    -------
    bytes
        A tagged PDF, the same from the same data.
    """
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False)
    # a reader built on PDFium (Chrome's) drops a blank that stands by itself between two words with marks, so that
    # "में से" is not found; two of half the width it keeps
    text = _BLANK.sub("  ", text)
    path, compiler = _compiler(package, template)
    pdf = compiler.compile(input=str(path), format="pdf", sys_inputs={"data": text}, timestamp=int(time.timestamp()))
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no PDF")
    return pdf


@functools.cache
def _compiler(package: str, template: str) -> tuple[Path, Any]:
    """Return template and compiler, with no font but the package's: the same bytes on every machine."""
    import typst

    # an installed package has its files as files already: the paths stay valid
    with as_file(files(package).joinpath(template)) as path, as_file(files(FONT).joinpath("files")) as folder:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
        resolved = path.resolve()
        return resolved, typst.Compiler(root=str(resolved.parent), font_paths=fonts)


def versions() -> dict[str, str]:
    """Return the versions of what the bytes of a PDF depend on.

    Returns
    -------
    dict of str to str
        By distribution.
    """
    return {name: metadata.version(name) for name in ("typst", "fontpkg-noto-sans-devanagari")}
