"""Every row of every table is checked; what fails says why in plain words.

The checks come from `schema.TABLES`. Columns are brought to their kinds first (`kinds.parse`), then a pandera schema
checks ranges, allowed values and patterns, lazily, so that one pass finds all faults. A failed row is quarantined
(not stored); a flagged row is stored, and the flag says what is odd about it.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa

from khaka.data.durable import read_parquet, write_parquet
from khaka.data.kinds import parse
from khaka.data.readers.base import faults, join_faults
from khaka.data.schema import TABLES, Column, Table

if TYPE_CHECKING:
    import pandera.pandas as pandera

COLUMNS: Final = ("file", "table", "row", "column", "value", "reason", "severity")
"""Columns of `quarantine.parquet`."""


def check_rows(table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check rows of one table.

    Parameters
    ----------
    table : str
        Name of a canonical table.
    frame : DataFrame
        Its columns as text or in their kinds; further columns are kept. The index is the row in the file, header 1.

    Returns
    -------
    good : DataFrame
        Rows to store, in the kinds of the schema.
    bad : DataFrame
        Columns table, row, column, value, reason, severity. "quarantined" rows are not in `good`, "flagged" ones are.

    Examples
    --------
    >>> frame = pd.DataFrame({"seat_id": ["S24-2008-1", "S24-8"], "seat_no": ["1", "x"]}, index=[2, 3])
    >>> good, bad = check_rows("seats", frame)
    >>> good["seat_id"].tolist(), bad[["row", "column", "value"]].values.tolist()
    (['S24-2008-1'], [[3, 'seat_no', 'x'], [3, 'seat_id', 'S24-8']])
    """
    spec = TABLES[table]
    rows = frame.index.to_numpy()
    frame = frame.reset_index(drop=True)  # one row of a file may hold several of a table: work by position
    found: list[pd.DataFrame] = []
    typed: dict[str, pd.Series] = {}
    for name in map(str, frame.columns):
        values = frame[name]
        if name not in spec.names:
            typed[name] = values
            continue
        typed[name], reasons = parse(values, spec.column(name).kind)
        for reason in reasons.dropna().unique():
            found.append(faults(table, name, values[reasons == reason], str(reason), severity="quarantined"))
    data = pd.DataFrame(typed, index=frame.index)
    found.append(_failures(spec, data, frame))
    found.append(_crossed(spec, data))
    bad = join_faults(found)
    lost = set(bad.loc[bad["severity"] == "quarantined", "row"])
    good = data[~data.index.isin(list(lost))] if lost else data
    good, twice = _unique(spec, good)
    bad = join_faults([bad, twice])
    bad["row"] = rows[bad["row"].to_numpy(dtype="int64")]
    return good.set_index(rows[good.index]), bad


@functools.cache
def _schema(table: str) -> pandera.DataFrameSchema:
    import pandera.pandas as pandera

    def column(spec: Column) -> pandera.Column:
        checks = []
        if spec.low is not None and spec.high is not None:
            checks.append(pandera.Check.in_range(spec.low, spec.high, error=f"outside {spec.low:g} to {spec.high:g}"))
        elif spec.low is not None:
            checks.append(pandera.Check.ge(spec.low, error=f"below {spec.low:g}"))
        if spec.allowed:
            checks.append(pandera.Check.isin(spec.allowed, error=f"not one of {', '.join(spec.allowed)}"))
        if spec.pattern:
            shape = "not of the form " + _FORMS.get(spec.name, spec.pattern.strip("^$"))
            checks.append(pandera.Check.str_matches(spec.pattern, error=shape))
        return pandera.Column(None, checks, nullable=not spec.required, required=spec.required)

    return pandera.DataFrameSchema({spec.name: column(spec) for spec in TABLES[table].columns})


_FORMS: Final = {
    "election_id": "<state>-<year>-AE|AE2|LS|BYE<n>, such as S24-2027-AE",
    "seat_id": "<state>-<delimitation>-<number>, such as S24-2008-163",
    "residence_seat_id": "<state>-<delimitation>-<number>, such as S24-2008-163",
    "second_seat_id": "<state>-<delimitation>-<number>, such as S24-2008-163",
    "state": "S24",
    "delimitation": "2008",
}


def _failures(spec: Table, data: pd.DataFrame, original: pd.DataFrame) -> pd.DataFrame:
    """Run the pandera schema and put its failure cases into words."""
    import pandera.errors

    checked = data[[name for name in spec.names if name in data.columns]]
    try:
        _schema(spec.name).validate(checked.reset_index(drop=True), lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return join_faults([])
    cases = cases[cases["index"].notna()]
    position = cases["index"].astype("int64").to_numpy()
    columns = cases["column"].astype("str").to_numpy()
    reasons = cases["check"].astype("str").replace("not_nullable", "blank, but needed")
    values = [
        original[column].iloc[place] if column in original.columns else pd.NA
        for column, place in zip(columns, position, strict=True)
    ]
    out = faults(
        spec.name, "", pd.Series(values, index=data.index[position], dtype="object"), "", severity="quarantined"
    )
    out["column"] = pd.Series(columns, dtype="str")
    out["reason"] = pd.Series(reasons.to_numpy(), dtype="str")
    # a value that could not be read was said already: it is blank here only because of that
    unread = [not pd.isna(value) for value in values] & (out["reason"] == "blank, but needed").to_numpy()
    return out[~unread].reset_index(drop=True)


def _crossed(spec: Table, data: pd.DataFrame) -> pd.DataFrame:
    """Check columns against each other."""
    found: list[pd.DataFrame] = []

    def above(column: str, limit: str, reason: str) -> None:
        if {column, limit}.issubset(data.columns):
            failed = (data[column] > data[limit]).fillna(False).astype(bool)
            if failed.any():
                found.append(faults(spec.name, column, data.loc[failed, column], reason))

    def quarantine(column: str, failed: pd.Series, reason: str) -> None:
        failed = failed.fillna(False).astype(bool)
        if failed.any():
            found.append(faults(spec.name, column, data.loc[failed, column], reason, severity="quarantined"))

    if spec.name == "seat_elections":
        above("votes_polled", "electors", "more votes polled than electors")
        above("valid_votes", "electors", "more valid votes than electors")
        above("valid_votes", "votes_polled", "more valid votes than votes polled")
    if spec.name == "booths":
        above("votes_polled", "electors", "more votes polled than electors")
        above("electors_female", "electors", "more women than electors")
        above("votes_polled_female", "votes_polled", "more women's votes than votes polled")
        above("nota", "votes_polled", "more NOTA votes than votes polled")
    if spec.name == "ratings" and {"rating", "scale_min", "scale_max"}.issubset(data.columns):
        low, high = data["scale_min"], data["scale_max"]
        quarantine("rating", (data["rating"] < low) | (data["rating"] > high), "outside its own scale")
        quarantine("scale_min", low >= high, "the scale's least value is not below its greatest")
    if spec.name == "activity" and {"started_at", "received_at"}.issubset(data.columns):
        # kept, so that whoever sent it can be told: the ledger refuses it
        above("started_at", "received_at", "received before it started")
    if spec.name == "demographics" and {"measure", "value"}.issubset(data.columns):
        share = data["measure"].str.endswith("_share").fillna(False) | data["measure"].str.startswith(
            "community:"
        ).fillna(False)
        share |= data["measure"].isin(["literacy_rate"])
        quarantine(
            "value", share.astype(bool) & ~data["value"].between(0, 1) & data["value"].notna(), "a share outside 0 to 1"
        )
    return join_faults(found)


def _unique(spec: Table, good: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep one row per key: the first of equal rows; of rows that differ none, since nobody knows which is right."""
    key = [name for name in spec.key if name in good.columns]
    again = good.duplicated(key, keep=False)
    if not again.any():
        return good, join_faults([])
    twice = good[again]
    plain = twice.map(lambda cell: str(cell))
    equal = plain.duplicated(keep="first")
    distinct = plain[~equal]
    clash = distinct.duplicated(key, keep=False)
    shown = plain[key[0]].str.cat(plain[key[1:]], sep="|") if len(key) > 1 else plain[key[0]]
    names = "+".join(key)
    bad = join_faults([
        faults(spec.name, names, shown[equal], "the same row again; kept once"),
        faults(
            spec.name, names, shown[clash[clash].index], "the same key with other values in one file; none kept",
            severity="quarantined",
        ),
    ])  # fmt: skip
    gone = [*equal[equal].index, *clash[clash].index]
    return good[~good.index.isin(gone)], bad


def drop_twice(table: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Settle rows with the same key; see `check_rows`.

    Parameters
    ----------
    table : str
        Name of a canonical table.
    rows : DataFrame
        Checked rows; the index is the row in the file.

    Returns
    -------
    good, bad : DataFrame
        Rows to store, and the faults of the others.
    """
    places = rows.index.to_numpy()
    good, bad = _unique(TABLES[table], rows.reset_index(drop=True))
    bad["row"] = places[bad["row"].to_numpy(dtype="int64")]
    return good.set_index(places[good.index]), bad


def write_quarantine(path: Path, new: pd.DataFrame) -> int:
    """Add faults to the quarantine file; faults known already are not added again.

    Parameters
    ----------
    path : Path
        `quarantine.parquet` of the workspace.
    new : DataFrame
        Columns `COLUMNS`.

    Returns
    -------
    int
        Number of faults in the file afterwards.
    """
    old = read_quarantine(path)
    whole = pd.concat([old, new[list(COLUMNS)]], ignore_index=True) if len(new) else old
    whole = whole.drop_duplicates(ignore_index=True).sort_values(list(COLUMNS), ignore_index=True)
    if len(whole) != len(old) or not path.exists():
        kinds = [(name, pa.int64() if name == "row" else pa.string()) for name in COLUMNS]
        write_parquet(path, pa.Table.from_pandas(whole, schema=pa.schema(kinds), preserve_index=False))
    return len(whole)


def read_quarantine(path: Path) -> pd.DataFrame:
    """Return the quarantine file, empty where there is none."""
    if path.exists():
        known: pd.DataFrame = read_parquet(path).to_pandas()
        return known
    return pd.DataFrame({name: pd.Series(dtype="int64" if name == "row" else "str") for name in COLUMNS})
