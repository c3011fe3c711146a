"""Tables as CSV for people's spreadsheets: nothing in them runs as a formula.

Machines read the Parquet files; these are for people. After OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd

_LIVE: Final = re.compile(r"\s*[=+\-@]|[\t\r]")


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula.

    Parameters
    ----------
    value : object
        A text that begins like a formula gets an apostrophe in front; anything else stays as it is.

    Returns
    -------
    object
        The cell.

    Examples
    --------
    >>> harmless("=1+1"), harmless(" @x"), harmless(-4), harmless("Ram")
    ("'=1+1", "' @x", -4, 'Ram')
    """
    return f"'{value}" if isinstance(value, str) and _LIVE.match(value) else value


def csv_bytes(frame: pd.DataFrame, *, float_format: str | None = None) -> bytes:
    """Return a table as CSV with a byte-order mark, as spreadsheets want it.

    Parameters
    ----------
    frame : DataFrame
        Any table.
    float_format : str, optional
        Such as "%.4f".

    Returns
    -------
    bytes
        UTF-8.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"name": ["=1+1", "Ram"], "margin": [-4, 2]})).decode("utf-8-sig").split()
    ['name,margin', "'=1+1,-4", 'Ram,2']
    """
    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name].dtype):
            safe[name] = pd.Series([harmless(value) for value in safe[name].tolist()], index=safe.index, dtype="object")
    return safe.to_csv(index=False, lineterminator="\n", float_format=float_format).encode("utf-8-sig")
