"""A document of headings, paragraphs, lists and tables that can be written as Markdown and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd

_STYLE: Final = """
body{font:16px/1.5 system-ui,"Noto Sans",sans-serif;color:#1d2430;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #c9d1dc}
table{border-collapse:collapse;margin:.8rem 0;font-size:.9rem;display:block;overflow-x:auto}
th,td{border-bottom:1px solid #e2e7ee;padding:.25rem .6rem;text-align:left;vertical-align:top}
th{background:#f3f5f8}td.n{text-align:right;font-variant-numeric:tabular-nums}code{background:#f3f5f8;padding:0 .2rem}
"""


@dataclass(frozen=True)
class Table:
    """A table: heads and rows of what is shown; numbers are right-aligned."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


@dataclass
class Document:
    """Blocks in order; text may hold `code` between backticks.

    Parameters
    ----------
    title : str
        Of the document.
    blocks : list
        Kind ("h", "p", "ul", "table") and content of each block.
    """

    title: str
    blocks: list[tuple[str, str | tuple[str, ...] | Table]] = field(default_factory=list)

    def head(self, text: str) -> None:
        """Add a heading."""
        self.blocks.append(("h", text))

    def say(self, text: str) -> None:
        """Add a paragraph."""
        self.blocks.append(("p", text))

    def points(self, texts: Sequence[str]) -> None:
        """Add a list."""
        self.blocks.append(("ul", tuple(texts)))

    def table(self, frame: pd.DataFrame, *, digits: int = 2) -> None:
        """Add a table; an unknown value is left blank."""
        numeric = tuple(bool(pd.api.types.is_numeric_dtype(frame[name])) for name in frame.columns)
        rows = tuple(
            tuple(cell(value, digits=digits) for value in row) for row in frame.itertuples(index=False, name=None)
        )
        self.blocks.append(("table", Table(tuple(map(str, frame.columns)), rows, numeric)))

    def markdown(self) -> str:
        """Return the document as Markdown."""
        out = [f"# {self.title}"]
        for _, block in self.blocks:
            if isinstance(block, Table):
                bar = "|".join(" ---: " if number else " --- " for number in block.numeric)
                lines = [f"| {' | '.join(block.heads)} |", f"|{bar}|"]
                lines += [f"| {' | '.join(text.replace('|', '/') for text in row)} |" for row in block.rows]
                out.append("\n".join(lines))
            elif isinstance(block, tuple):
                out.append("\n".join(f"- {text}" for text in block))
            else:
                out.append(block)
        for number, (kind, block) in enumerate(self.blocks, start=1):
            if kind == "h":
                out[number] = f"## {block}"
        return "\n\n".join(out) + "\n"

    def html(self) -> str:
        """Return the document as one HTML page that needs nothing else."""
        body = [f"<h1>{escape(self.title)}</h1>"]
        for kind, block in self.blocks:
            if isinstance(block, Table):
                body.append(_html_table(block))
            elif isinstance(block, tuple):
                body.append("<ul>" + "".join(f"<li>{_inline(text)}</li>" for text in block) + "</ul>")
            else:
                tag = "h2" if kind == "h" else "p"
                body.append(f"<{tag}>{_inline(block)}</{tag}>")
        head = f'<meta charset="utf-8"><title>{escape(self.title)}</title><style>{_STYLE}</style>'
        view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        return f'<!doctype html><html lang="en"><head>{head}{view}</head><body>{chr(10).join(body)}</body></html>\n'


def cell(value: Any, *, digits: int) -> str:
    """Return a value as it is shown.

    Examples
    --------
    >>> cell(0.12345, digits=2), cell(3, digits=2), cell(float("nan"), digits=2), cell("x", digits=2)
    ('0.12', '3', '', 'x')
    """
    if value is None or (isinstance(value, (float, np.floating)) and not np.isfinite(value)) or value is pd.NA:
        return ""
    if isinstance(value, (float, np.floating)):
        return f"{value:.{digits}f}"
    return str(value)


def _inline(text: str) -> str:
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _html_table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if number else ''}>{escape(text)}</td>"
            for text, number in zip(row, table.numeric, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
