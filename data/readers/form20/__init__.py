"""Form 20: the final result sheet of one assembly constituency, as officers publish it.

A file becomes a grid of cells (`cells`, `pdf`), the grid a table of rows and columns with a meaning (`headings`,
`layout`, `stream`), the columns are matched to the seat's candidates (`columns`, `party`), and the rows become booths
and booth votes with an account of every vote (`rows`, `reader`).
"""

from __future__ import annotations

from khaka.data.readers.form20.reader import (
    FORMAT,
    Official,
    OfficialOf,
    known_grid,
    looks_like_sheet,
    read,
    recognises,
    recognises_pdf,
    recognises_xml,
)

__all__ = [
    "FORMAT", "Official", "OfficialOf", "known_grid", "looks_like_sheet", "read", "recognises",
    "recognises_pdf", "recognises_xml",
]  # fmt: skip
