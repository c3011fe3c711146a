"""A grid of cells out of a sheet: CSV, XLSX, an XML dump of cells, or the text layer of a PDF."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from khaka.data.errors import KhakaError
from khaka.data.readers.form20.script import clean
from khaka.data.readers.sheet import csv_rows
from khaka.data.readers.unpacked import Unpacking
from khaka.data.readers.workbook import open_book, unreadable

_DECLARATION: Final = re.compile(r"<\?xml[^>]*\?>")
_MOST_CELLS: Final = 3_000_000
_MOST_COLUMNS: Final = 2_000


@dataclass(frozen=True)
class Box:
    """One printed cell: where it stands and what it says.

    Parameters
    ----------
    page : int
        Page, from 1.
    left, right, top, bottom : float
        Edges in the units of the source, top above bottom.
    text : str
        Cleaned text.
    """

    page: int
    left: float
    right: float
    top: float
    bottom: float
    text: str


@dataclass(frozen=True)
class Grid:
    """Cells in rows and columns.

    Parameters
    ----------
    cells : list of list of str
        Text where a cell begins; all rows are equally long.
    spread : list of list of str
        The same with the text of a merged cell repeated over all that it covers.
    rows : list of int
        Number of each row in its source, from 1.
    pages : list of int
        Page (or workbook sheet) of each row, from 1.
    boxes : tuple of Box
        The printed cells, where the source has places; empty else.
    """

    cells: list[list[str]]
    spread: list[list[str]]
    rows: list[int]
    pages: list[int]
    boxes: tuple[Box, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.cells[0]) if self.cells else 0


def grid_of(path: Path) -> Grid:
    """Return the cells of a file of any kind that is read.

    Parameters
    ----------
    path : Path
        CSV, XLSX, XML dump of cells or PDF with a text layer; found by its first bytes.

    Returns
    -------
    Grid
        All pages below each other.

    Raises
    ------
    KhakaError
        The file is damaged, or a scan without text.
    """
    with path.open("rb") as handle:
        head = handle.read(512)
    if head.startswith(b"%PDF"):
        from khaka.data.readers.form20.pdf import grid_of_pdf

        return grid_of_pdf(path)
    if head.startswith(b"PK\x03\x04"):
        return _xlsx(path)
    if head.lstrip(codecs.BOM_UTF8 + b" \r\n\t").startswith(b"<"):
        return _xml(path)
    return _csv(path)


def from_rows(rows: Sequence[Sequence[str]], *, first: int = 1, page: int = 1) -> Grid:
    """Return a grid from plain rows; short ones are filled with blanks, blank ones left out."""
    width = max((len(row) for row in rows), default=0)
    numbered = [
        (number, [clean(cell) for cell in row] + [""] * (width - len(row))) for number, row in enumerate(rows, first)
    ]
    kept = [(number, row) for number, row in numbered if any(row)]
    cells = [row for _, row in kept]
    return Grid(cells, [list(row) for row in cells], [number for number, _ in kept], [page] * len(kept))


def _csv(path: Path) -> Grid:
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        import zlib

        try:
            with Unpacking(path) as packed:
                raw = packed.read()
        except (OSError, EOFError, zlib.error):
            raise KhakaError(f"{path} is a damaged gzip file; get the file again") from None
    text = _decoded(raw)
    if "\x00" in text:
        raise KhakaError(f"{path} is no table: it holds binary data; give CSV, XLSX, an XML dump of cells or a PDF")
    delimiter = max(",\t;|", key=text[:20_000].count)
    rows = csv_rows(path, text, delimiter)
    _not_too_large(path, rows)
    return from_rows(rows)


def _decoded(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # signs of Kruti Dev, as old programs save them


def _xlsx(path: Path) -> Grid:
    cells: list[list[str]] = []
    spread: list[list[str]] = []
    numbers: list[int] = []
    pages: list[int] = []
    try:
        book = open_book(path)
        for page in range(len(book.sheet_names)):
            sheet = book.get_sheet_by_index(page)
            rows = [[_xlsx_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            _not_too_large(path, rows)
            wide = [list(row) for row in rows]
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
                for y in range(top, min(bottom + 1, len(rows))):
                    for x in range(left, min(right + 1, len(rows[y]))):
                        wide[y][x] = rows[top][left]
            for number, (row, whole) in enumerate(zip(rows, wide, strict=True), start=1):
                if any(row):
                    cells.append(row)
                    spread.append(whole)
                    numbers.append(number)
                    pages.append(page + 1)
    except KhakaError:
        raise
    except Exception as error:  # calamine raises its own, unrelated kinds
        raise unreadable(path, error) from None
    return _squared(Grid(cells, spread, numbers, pages))


def _xlsx_text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value))


def _squared(grid: Grid) -> Grid:
    width = max((len(row) for row in grid.cells), default=0)
    for row in (*grid.cells, *grid.spread):
        row.extend([""] * (width - len(row)))
    return grid


def _not_too_large(path: Path, rows: Sequence[Sequence[object]]) -> None:
    if sum(map(len, rows)) > _MOST_CELLS or max(map(len, rows), default=0) > _MOST_COLUMNS:
        raise KhakaError(f"{path} is too large for a result sheet of one seat; give one seat's sheet a file")


def _xml(path: Path) -> Grid:
    text = _decoded(path.read_bytes())
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise KhakaError(f"{path} declares entities, which a dump of cells has no need of; save it without them")
    boxes: list[Box] = []
    for document in _DECLARATION.split(text):
        if not document.strip():
            continue
        try:
            root = ElementTree.fromstring(document.strip())  # noqa: S314 entities are refused above
        except ElementTree.ParseError as error:
            raise KhakaError(f"{path} is no readable XML dump of cells ({error}); get the file again") from None
        for cell in root.iter("cell"):
            box = _box(cell)
            if box is None:
                raise KhakaError(f"{path} has a cell without its place (x, y, w, h, p); dump the sheet again")
            boxes.append(box)
    return grid_of_boxes(boxes)


def _box(cell: ElementTree.Element) -> Box | None:
    """Read one cell of a dump, where x and y are its left and right, w and h its top and bottom edge."""
    try:
        left, right, top, bottom = (float(cell.get(name) or "") for name in ("x", "y", "w", "h"))
        page = int(cell.get("p") or 1)
    except ValueError:
        return None
    return Box(page, left, right, top, bottom, clean(cell.text or ""))


def grid_of_boxes(boxes: Sequence[Box]) -> Grid:
    """Put printed cells into rows and columns by their edges.

    Columns run through all pages whose print has the same extent; a page with an extent of its own has its own
    columns, told apart later by their headings.

    Parameters
    ----------
    boxes : sequence of Box
        In any order.

    Returns
    -------
    Grid
        Rows numbered through all pages.
    """
    pages: dict[int, list[Box]] = {}
    for box in boxes:
        pages.setdefault(box.page, []).append(box)
    extent = {page: (min(box.left for box in own), max(box.right for box in own)) for page, own in pages.items()}
    cells: list[list[str]] = []
    spread: list[list[str]] = []
    of_page: list[int] = []
    edges: dict[tuple[float, float], list[float]] = {}
    for page, own in pages.items():
        edges.setdefault(_like(extent[page], edges), []).extend(box.left for box in own)
    columns = {key: _clustered(values, 0.0008 * max(1.0, key[1] - key[0])) for key, values in edges.items()}
    for page in sorted(pages):
        own = pages[page]
        lefts = columns[_like(extent[page], columns)]
        tops = _clustered([box.top for box in own], _row_tolerance(own))
        rows = [[""] * len(lefts) for _ in tops]
        wide = [[""] * len(lefts) for _ in tops]
        for box in sorted(own, key=lambda box: (box.top, box.left)):
            x, y = _place(box.left, lefts), _place(box.top, tops)
            rows[y][x] = f"{rows[y][x]} {box.text}".strip()
            last_x = max(x, _place(box.right - 1e-6, lefts, before=True))
            last_y = max(y, _place(box.bottom - 1e-6, tops, before=True))
            for row in range(y, last_y + 1):
                for column in range(x, last_x + 1):
                    if not wide[row][column] or (row, column) == (y, x):
                        wide[row][column] = box.text if (row, column) != (y, x) else rows[y][x]
        for line, whole in zip(rows, wide, strict=True):
            if any(line):
                cells.append(line)
                spread.append(whole)
                of_page.append(page)
    return _squared(Grid(cells, spread, list(range(1, len(cells) + 1)), of_page, tuple(boxes)))


def _like(extent: tuple[float, float], known: dict[tuple[float, float], list[float]]) -> tuple[float, float]:
    slack = 0.01 * max(1.0, extent[1] - extent[0])
    for other in known:
        if abs(other[0] - extent[0]) <= slack and abs(other[1] - extent[1]) <= slack:
            return other
    return extent


def _clustered(values: Sequence[float], tolerance: float) -> list[float]:
    """Return the starts of runs of values that lie within the tolerance of their run's first."""
    starts: list[float] = []
    for value in sorted(values):
        if not starts or value - starts[-1] > tolerance:
            starts.append(value)
    return starts


def _row_tolerance(boxes: Sequence[Box]) -> float:
    heights = sorted(box.bottom - box.top for box in boxes if box.bottom > box.top)
    return 0.2 * heights[len(heights) // 10] if heights else 0.0


def _place(value: float, starts: Sequence[float], *, before: bool = False) -> int:
    """Return the run in which a value lies; with `before`, one that begins just there is not reached yet."""
    import bisect

    slack = 0.0 if before else 1e-6
    return max(0, bisect.bisect_right(starts, value + slack) - 1)
