"""The spreadsheet and the CSV: plain values only, no formula, no link, nothing that runs when it is opened."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any, Final

import pandas as pd

EPOCH: Final = dt.datetime(2000, 1, 1)

_WIDEST: Final = 60
_LOOKED_AT: Final = 200


def to_xlsx(frames: dict[str, pd.DataFrame], *, title: str, note: str) -> bytes:
    """Return tables as a workbook: a sheet each, frozen heads, filters, columns as wide as their text.

    Parameters
    ----------
    frames : dict of str to DataFrame
        By the sheet's name.
    title : str
        Of the workbook.
    note : str
        Version, date and whose copy it is; stands in the document's properties and in the foot of each printed page.

    Returns
    -------
    bytes
        The same from the same tables.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": title, "comments": note, "created": EPOCH})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for name, frame in frames.items():
        sheet = book.add_worksheet(name)
        for number, column in enumerate(frame.columns):
            sheet.write_string(0, number, str(column).replace("_", " "), bold)
            cells = [_cell(value) for value in frame[column].tolist()]
            for row, value in enumerate(cells, start=1):
                _write(sheet, row, number, value)
            shown = [len(str(value)) for value in cells[:_LOOKED_AT] if value is not None]
            sheet.set_column(number, number, min(max([len(str(column)), *shown], default=8) + 2, _WIDEST))
        sheet.freeze_panes(1, min(3, len(frame.columns)))
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{note.replace('&', '&&')}&R&P / &N")
    book.close()
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return value.item() if hasattr(value, "item") else value


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))
