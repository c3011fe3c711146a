"""From text to kinds: dates, times with offset, numbers, flags; what cannot be read is said in plain words."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from khaka.data.schema import DTYPES, Kind

#: Whole hours too, as databases write them: 18:05:00+00.
_OFFSET: Final = r"(?:[Zz]|[+-]\d{2}:?\d{2}(?::?\d{2})?|:\d{2}(?:\.\d+)?[+-]\d{2})$"
_FLAGS: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False, "t": True, "f": False}


def parse(values: pd.Series, kind: Kind) -> tuple[pd.Series, pd.Series]:
    """Bring a column to its kind.

    Parameters
    ----------
    values : Series
        Text, or values that have their kind already (from Parquet).
    kind : Kind
        See `schema.DTYPES`.

    Returns
    -------
    parsed : Series
        In the kind's dtype; unreadable values are blank.
    reasons : Series of str
        Why a value could not be read; blank where it could (or was blank).

    Examples
    --------
    >>> parsed, reasons = parse(pd.Series(["12", "1,5", None]), "integer")
    >>> parsed.tolist(), reasons.dropna().tolist()
    ([12, <NA>, <NA>], ['a number with a comma; write 1234.5'])
    """
    if kind in ("text", "geometry"):
        return (_text(values) if kind == "text" else values), _none(values.index)
    if kind in ("integer", "number", "share"):
        return _number(values, whole=kind == "integer")
    if kind == "date":
        return _date(values)
    return _time(values) if kind == "time" else _flag(values)


def _none(index: pd.Index) -> pd.Series:
    return pd.Series(pd.NA, index=index, dtype="str")


def _text(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("str")
    if pd.api.types.is_float_dtype(values.dtype) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")  # a booth number that Parquet or a spreadsheet kept as 12.0
    text = values.astype("str").str.strip()
    return text.mask(text == "")


def _reasons(index: pd.Index, *cases: tuple[pd.Series, str]) -> pd.Series:
    out = _none(index)
    for failed, reason in cases:
        if failed.any():
            out = out.mask(out.isna() & failed.fillna(False).astype(bool), reason)
    return out


def _number(values: pd.Series, *, whole: bool) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_numeric_dtype(values.dtype):
        value = values.astype("float64")
        unread = pd.Series(False, index=values.index)
        comma = unread
    else:
        text = values.astype("str").str.strip()
        try:  # Arrow's cast is ten times as fast, and all or nothing
            value = pd.Series(pc.cast(pa.array(text), pa.float64()).to_numpy(zero_copy_only=False), index=values.index)
        except pa.ArrowException:
            value = pd.to_numeric(text, errors="coerce").astype("float64")
        unread = value.isna() & text.notna() & (text != "")
        comma = unread & text.str.contains(",", regex=False).fillna(False) if unread.any() else unread
    infinite = pd.Series(np.isinf(value.to_numpy()), index=values.index)
    # from here on a computer's number doesn't tell one whole number from the next
    vast = value.abs() >= 2**53 if whole else pd.Series(False, index=values.index)
    broken = (value % 1 != 0) & value.notna() & ~infinite if whole else pd.Series(False, index=values.index)
    reasons = _reasons(
        values.index,
        (comma, "a number with a comma; write 1234.5"),
        (unread, "not a number"),
        (infinite, "not a finite number"),
        (vast & ~infinite, "too large a number"),
        (broken, "not a whole number"),
    )
    value = value.where(~(infinite | vast | broken))
    return (value.astype("Int64") if whole else value), reasons


def _date(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        plain = values.dt.tz_convert("Asia/Kolkata").dt.tz_localize(None) if values.dt.tz is not None else values
        return plain.dt.normalize().astype(DTYPES["date"]), _none(values.index)
    text = values.astype("str").str.strip()
    text = text.mask(text == "")
    # a midnight after the day is what spreadsheets make of a date
    day = text.str.replace(r"[T ]00:00(:00(\.0+)?)?$", "", regex=True)
    parsed = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    return parsed, _reasons(values.index, (text.notna() & parsed.isna(), "not a date; write 2027-01-31"))


def _time(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        if values.dt.tz is not None:
            return values.dt.tz_convert("UTC").astype("datetime64[us, UTC]"), _none(values.index)
        values = values.astype("str")
    text = values.astype("str").str.strip()
    text = text.mask(text == "")
    clock = text.str.contains(":", regex=False).fillna(False).astype(bool)
    offset = text.str.endswith(("Z", "+05:30", "+00:00")).fillna(False).astype(bool)
    rest = text.notna() & ~offset
    if rest.any():
        offset |= rest & text.where(rest).str.contains(_OFFSET, regex=True).fillna(False).astype(bool)
    offset &= clock
    parsed = pd.to_datetime(text.where(offset), format="ISO8601", errors="coerce", utc=True)
    parsed = parsed.astype("datetime64[us, UTC]")
    naive = text.notna() & ~offset & pd.to_datetime(text.where(~offset), format="ISO8601", errors="coerce").notna()
    reasons = _reasons(
        values.index,
        (naive, "a time without offset; write 2027-01-31T18:05:00+05:30"),
        (text.notna() & parsed.isna(), "not a time; write 2027-01-31T18:05:00+05:30"),
    )
    return parsed, reasons


def _flag(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("boolean"), _none(values.index)
    text = values.astype("str").str.strip().str.lower().str.replace(r"\.0$", "", regex=True)
    text = text.mask(text == "")
    parsed = text.map(_FLAGS).astype("boolean")
    return parsed, _reasons(values.index, (text.notna() & parsed.isna(), "neither true nor false"))
