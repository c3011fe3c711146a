"""The text layer of a PDF as a grid: by its ruled lines, else by where its words stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from khaka.data.errors import KhakaError
from khaka.data.readers.form20.cells import Box, Grid, grid_of_boxes
from khaka.data.readers.form20.script import clean, count_of

_LEAST_LETTERS: Final = 20
_MOST_PAGES: Final = 400
_GAP: Final = 0.55
"""Words nearer than this share of the letters' size belong together."""
_LEADING: Final = 0.6
"""Lines nearer than this share of the letters' size are lines of one cell."""


def grid_of_pdf(path: Path) -> Grid:
    """Return the cells of a PDF that has a text layer.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Grid
        All pages below each other.

    Raises
    ------
    KhakaError
        The file is damaged or locked, or a scan: pages without text.
    """
    import pdfplumber

    boxes: list[Box] = []
    letters, pictures, pages = 0, 0, 0
    try:
        with pdfplumber.open(path) as document:
            pages = len(document.pages)
            if pages > _MOST_PAGES:
                raise KhakaError(
                    f"{path} has {pages} pages, too many for a result sheet of one seat; give one seat a file"
                )
            for number, page in enumerate(document.pages, 1):
                _lay_out(page)
                letters += len(page.chars)
                pictures += len(page.images)
                if page.chars:
                    boxes.extend(_page(page, number))
                page.close()
    except KhakaError:
        raise
    except Exception as error:  # the parser below raises kinds of its own
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise KhakaError(
            f"{path} is a PDF that cannot be read ({reason}); print or download it again, or give CSV or XLSX"
        ) from None
    if letters < _LEAST_LETTERS * max(1, pages) and (pictures or letters < _LEAST_LETTERS):
        raise KhakaError(
            f"{path} is a scan: its {pages} pages are pictures without a text layer, and no text is guessed from a "
            "picture; give the sheet as CSV or XLSX, or a PDF with text"
        )
    return grid_of_boxes(boxes)


def _lay_out(page: Any) -> None:
    """Lay out a page with the text that its marked content says it means.

    Devanagari is printed glyph by glyph, and the glyphs' own codes are of little use; programs that print it note the
    letters beside each run of glyphs (ActualText, PDF 32000-1, 14.9.4). The first glyph of a run takes all its
    text and the place of the whole run.
    """
    from pdfminer.pdfinterp import PDFPageInterpreter
    from pdfminer.psparser import PSLiteral
    from pdfplumber.page import PDFPageAggregatorWithMarkedContent

    class Device(PDFPageAggregatorWithMarkedContent):
        spans: list[str | None]
        first: Any

        def begin_tag(self, tag: PSLiteral, props: Any = None) -> None:
            super().begin_tag(tag, props)
            text = props.get("ActualText") if isinstance(props, dict) else None
            outer = next((span for span in self.spans if span is not None), None)
            self.spans.append(_text_string(text) if isinstance(text, bytes) and outer is None else None)
            if self.spans[-1] is not None:
                self.first = None

        def end_tag(self) -> None:
            super().end_tag()
            if self.spans:
                self.spans.pop()

        def render_char(self, *args: Any, **kwargs: Any) -> float:
            advance: float = super().render_char(*args, **kwargs)
            span = next((span for span in self.spans if span is not None), None)
            glyphs = self.cur_item._objs
            if span is None or not glyphs:
                return advance
            if self.first is None:
                self.first = glyphs[-1]
                self.first._text = span
            else:
                one, other = self.first, glyphs.pop()
                one.set_bbox(
                    (min(one.x0, other.x0), min(one.y0, other.y0), max(one.x1, other.x1), max(one.y1, other.y1))
                )
            return advance

    device = Device(page.pdf.rsrcmgr, pageno=page.page_number, laparams=page.pdf.laparams)
    device.spans, device.first = [], None
    PDFPageInterpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
    page._layout = device.get_result()


def _text_string(raw: bytes) -> str:
    """Decode a PDF's text string: UTF-16 or UTF-8 with its mark, else Latin-1 (near enough to PDFDocEncoding)."""
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", errors="replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", errors="replace")
    return raw.decode("latin-1")


def _page(page: Any, number: int) -> list[Box]:
    tables = [table for table in page.find_tables() if len(table.rows) >= 2 and len(table.cells) >= 6]
    words = page.extract_words(keep_blank_chars=False, use_text_flow=False, extra_attrs=["size"], y_tolerance=2)
    if not tables:
        return _from_words(words, number, float(page.width))
    out: list[Box] = []
    taken: set[int] = set()
    for table in tables:
        cells = [cell for cell in table.cells if cell is not None]
        texts: dict[int, list[dict[str, Any]]] = {}
        for at, word in enumerate(words):
            x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
            place = _holder(cells, x, y)
            if place is not None:
                texts.setdefault(place, []).append(word)
                taken.add(at)
        for place, (left, top, right, bottom) in enumerate(cells):
            out.append(Box(number, left, right, top, bottom, _joined(texts.get(place, []))))
    left, right = min(box.left for box in out), max(box.right for box in out)
    rest = [word for at, word in enumerate(words) if at not in taken]
    for line in _lines(rest):
        top, bottom = min(word["top"] for word in line), max(word["bottom"] for word in line)
        out.append(Box(number, left, right, top, bottom, _joined(line)))
    return out


def _holder(cells: Sequence[tuple[float, float, float, float]], x: float, y: float) -> int | None:
    held = [
        place for place, (left, top, right, bottom) in enumerate(cells) if left <= x <= right and top <= y <= bottom
    ]
    return min(
        held, key=lambda place: (cells[place][2] - cells[place][0]) * (cells[place][3] - cells[place][1]), default=None
    )


def _joined(words: list[dict[str, Any]]) -> str:
    """Join the words of a cell, line by line; text that runs upwards has its lines in order already."""
    return clean(unicodedata.normalize("NFC", " ".join(word["text"] for line in _lines(words) for word in line)))


def _lines(words: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    lines: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda word: (word["top"], word["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        if lines and lines[-1][0]["top"] <= middle <= lines[-1][0]["bottom"]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word["x0"]) for line in lines]


def _from_words(words: list[dict[str, Any]], number: int, width: float) -> list[Box]:
    """Find columns without ruled lines: strips of the page that no line of counts crosses between two of them."""
    lines = [_segments(line) for line in _lines(words)]
    counted = [sum(count_of(segment[2]) is not None for segment in line) for line in lines]
    body = [line for line, count in zip(lines, counted, strict=True) if count >= 2 and 3 * count >= len(line)]
    if not body:
        return [
            Box(number, 0.0, width, line[0][3], line[0][4], " ".join(segment[2] for segment in line)) for line in lines
        ]
    usual = sorted(len(line) for line in body)[len(body) // 2]
    strips = _strips([(segment[0], segment[1]) for line in body if len(line) >= 0.6 * usual for segment in line])
    starts = [left for left, _ in strips]
    out: list[Box] = []
    for band in _bands(lines, [line in body for line in lines]):
        top, bottom = min(part[3] for line in band for part in line), max(part[4] for line in band for part in line)
        if len(band) == 1 and len(band[0]) == 1 and band[0][0][1] - band[0][0][0] > 0.3 * width:
            out.append(Box(number, starts[0], width, top, bottom, band[0][0][2]))
            continue
        cells: dict[tuple[int, int], list[str]] = {}
        for line in band:
            for left, right, text, _, _ in line:
                held = [place for place, strip in enumerate(strips) if left < strip[1] + 1 and right > strip[0] - 1]
                first = held[0] if held else max(0, sum(start <= left for start in starts) - 1)
                cells.setdefault((first, held[-1] if held else first), []).append(text)
        for (first, last), texts in _joined_spans(cells).items():
            end = strips[last + 1][0] - 0.5 if last + 1 < len(strips) else width
            out.append(Box(number, starts[first], end, top, bottom, clean(" ".join(texts))))
    return out


def _joined_spans(cells: dict[tuple[int, int], list[str]]) -> dict[tuple[int, int], list[str]]:
    """Join the lines of one heading that are of different length: spans that overlap are one cell."""
    out: list[tuple[int, int, list[str]]] = []
    for (first, last), texts in sorted(cells.items()):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(last, out[-1][1]), out[-1][2] + texts)
        else:
            out.append((first, last, list(texts)))
    return {(first, last): texts for first, last, texts in out}


def _bands(
    lines: list[list[tuple[float, float, str, float, float]]], body: list[bool]
) -> list[list[list[tuple[float, float, str, float, float]]]]:
    """Join lines that stand as near as the lines of one cell; two lines of counts are two rows."""
    bands: list[list[list[tuple[float, float, str, float, float]]]] = []
    counted = False
    for line, is_body in zip(lines, body, strict=True):
        top = min(part[3] for part in line)
        size = max(part[4] - part[3] for part in line)
        near = bool(bands) and top - max(part[4] for part in bands[-1][-1]) < _LEADING * size
        if near and not (counted and is_body):
            bands[-1].append(line)
            counted = counted or is_body
        else:
            bands.append([line])
            counted = is_body
    return bands


def _segments(line: list[dict[str, Any]]) -> list[tuple[float, float, str, float, float]]:
    """Join words of a line that a blank alone parts; two numbers are never one cell."""
    out: list[tuple[float, float, str, float, float]] = []
    for word in line:
        text = clean(word["text"])
        near = bool(out) and word["x0"] - out[-1][1] < _GAP * word["size"]
        numbers = bool(out) and count_of(text) is not None and count_of(out[-1][2]) is not None
        if near and not numbers:
            left, _, before, top, bottom = out[-1]
            out[-1] = (left, word["x1"], f"{before} {text}", min(top, word["top"]), max(bottom, word["bottom"]))
        else:
            out.append((word["x0"], word["x1"], text, word["top"], word["bottom"]))
    return out


def _strips(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join overlapping spans of cells to the columns they stand in."""
    strips: list[list[float]] = []
    for left, right in sorted(spans):
        if strips and left < strips[-1][1]:
            strips[-1][1] = max(strips[-1][1], right)
        else:
            strips.append([left, right])
    return [(left, right) for left, right in strips]
