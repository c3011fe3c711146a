"""HTML to print or to hand out: one file, its Devanagari font inside, no script, readable without a network."""

from __future__ import annotations

import base64
import html
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

from khaka.app.review.font import ensure_font
from khaka.data.durable import write_bytes
from khaka.data.spreadsheet_text import csv_bytes

MONTHS_HI: Final = (
    "जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
)  # fmt: skip

_STYLE: Final = """
@page { size: A4; margin: 14mm }
body { font: 11pt/1.4 Devanagari, "Noto Sans Devanagari", "Noto Sans", "DejaVu Sans", sans-serif; color: #000;
       max-width: 190mm; margin: 6mm auto; padding: 0 3mm }
section { page-break-after: always; margin-bottom: 12mm } section:last-child { page-break-after: auto }
h1 { font-size: 15pt; margin: 0 0 1mm } h2 { font-size: 12pt; margin: 6mm 0 1mm } p { margin: 0 0 2mm }
table { border-collapse: collapse; width: 100%; margin: 3mm 0 } tr { page-break-inside: avoid }
th, td { border: 0.6pt solid #444; padding: 1.4mm 2mm; text-align: left; vertical-align: top }
th { font-weight: 600 } td.tick { width: 14mm } td.no { font-weight: 600; white-space: nowrap }
"""


def page(title: str, body: str, *, language: str) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Plain text.
    body : str
        HTML, its texts escaped already.
    language : str
        "en" or "hi".

    Returns
    -------
    str
        HTML.
    """
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escaped(title)}</title>'
        f"<style>{_font()}{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def escaped(value: object) -> str:
    """Return a value as text that HTML takes for text."""
    return html.escape("" if value is None else str(value))


def write_csv(path: Path, frame: pd.DataFrame) -> Path:
    """Write a CSV, UTF-8 with a BOM, in which no spreadsheet finds a formula.

    Parameters
    ----------
    path : Path
        The file.
    frame : DataFrame
        Its rows; a text that begins like a formula gets an apostrophe, numbers stay.

    Returns
    -------
    Path
        The file.
    """
    write_bytes(path, csv_bytes(frame))
    return path


@cache
def _font() -> str:
    """Return the style that carries the font inside; nothing where the font package is missing."""
    with tempfile.TemporaryDirectory(prefix="khaka-font-") as folder:
        path = ensure_font(Path(folder))
        if path is None:
            return ""
        data = base64.b64encode(path.read_bytes()).decode()
    return (
        f"@font-face{{font-family:Devanagari;src:url(data:font/woff2;base64,{data}) format('woff2');"
        "unicode-range:U+0900-097F,U+200C-200D,U+20B9,U+25CC}"
    )
