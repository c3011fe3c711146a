"""Flags in the workspace: `flags.parquet`, each flag once, those of a booth that was read anew replaced.

Which booths stay out of totals stands beside the tables as well, one file an election: features read it there, and a
result that is made again finds it as it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from khaka.data.durable import read_parquet, write_parquet
from khaka.data.flags.registry import COLUMNS, FAULTS, empty
from khaka.data.store import LEFT_OUT, LEFT_OUT_COLUMNS

FILE: Final = "flags.parquet"
_BOOTH: Final = ["election_id", "seat_id", "booth_no"]


def read_flags(root: Path) -> pd.DataFrame:
    """Return all flags of a workspace.

    Parameters
    ----------
    root : Path
        Folder of the workspace.

    Returns
    -------
    DataFrame
        Columns `registry.COLUMNS`; empty where nothing was flagged.
    """
    path = root / FILE
    if not path.exists():
        return empty()
    flags: pd.DataFrame = read_parquet(path).to_pandas()
    return flags.astype({name: "int64" if name == "row" else "str" for name in COLUMNS})


def write_flags(root: Path, new: pd.DataFrame, *, seats: pd.DataFrame) -> int:
    """Store the flags of one file durably; what was flagged before in the same seats is replaced.

    Parameters
    ----------
    root : Path
        Folder of the workspace.
    new : DataFrame
        From `registry.find`.
    seats : DataFrame
        Columns election_id, seat_id: the seats whose booths the file gave.

    Returns
    -------
    int
        Number of flags in the workspace afterwards.
    """
    old = read_flags(root)
    read_anew = pd.MultiIndex.from_frame(seats[["election_id", "seat_id"]].astype("str").drop_duplicates())
    kept = old[~pd.MultiIndex.from_frame(old[["election_id", "seat_id"]].astype("str")).isin(read_anew)]
    whole = pd.concat([kept, new[list(COLUMNS)]], ignore_index=True).drop_duplicates()
    whole = whole.sort_values(list(COLUMNS), ignore_index=True)
    if len(whole) or (root / FILE).exists():
        kinds = [(name, pa.int64() if name == "row" else pa.string()) for name in COLUMNS]
        write_parquet(root / FILE, pa.Table.from_pandas(whole, schema=pa.schema(kinds), preserve_index=False))
    _write_left_out(root, whole, set(seats["election_id"].astype("str")))
    return len(whole)


def _write_left_out(root: Path, flags: pd.DataFrame, elections: set[str]) -> None:
    """Write for each of the elections which booths stay out of totals; no file where none does."""
    out = _out(flags)
    for election in sorted(elections):
        path = root / "tables" / LEFT_OUT / f"{election}.parquet"
        rows = out[out["election_id"] == election]
        if rows.empty:
            path.unlink(missing_ok=True)
            continue
        spoilt = rows["column"].str.startswith("electors")
        found = rows[_BOOTH].assign(electors=spoilt).groupby(_BOOTH, sort=True)["electors"].any().reset_index()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(path, pa.Table.from_pandas(found, schema=LEFT_OUT_COLUMNS, preserve_index=False))


def _out(flags: pd.DataFrame) -> pd.DataFrame:
    """Return the flags that keep a booth out of totals."""
    return flags[(flags["severity"] == "out") & (flags["booth_no"] != "")]


def rows_out_of_totals(root: Path) -> pd.DataFrame:
    """Return the booths whose votes would spoil a total.

    Parameters
    ----------
    root : Path
        Folder of the workspace.

    Returns
    -------
    DataFrame
        Columns election_id, seat_id, booth_no, faults (names, comma between): one row a booth, sorted.
    """
    flags = read_flags(root)
    out = _out(flags)
    if out.empty:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in (*_BOOTH, "faults")})
    joined = out.groupby(_BOOTH, sort=True)["fault"].agg(lambda names: ",".join(sorted(set(names))))
    return joined.rename("faults").reset_index().astype("str")


def flag_summary(root: Path) -> pd.DataFrame:
    """Return how often each fault was seen.

    Parameters
    ----------
    root : Path
        Folder of the workspace.

    Returns
    -------
    DataFrame
        Columns election_id, fault, meaning, severity, flags, booths, seats; the most frequent first inside an
        election.
    """
    flags = read_flags(root)
    if flags.empty:
        columns = ("election_id", "fault", "meaning", "severity", "flags", "booths", "seats")
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    flags["booth"] = flags["seat_id"].str.cat(flags["booth_no"], sep="|").where(flags["booth_no"] != "")
    grouped = flags.groupby(["election_id", "fault", "severity"], sort=True)
    out = grouped.agg(flags=("reason", "size"), booths=("booth", "nunique"), seats=("seat_id", "nunique")).reset_index()
    out.insert(2, "meaning", [FAULTS[name].meaning if name in FAULTS else name for name in out["fault"]])
    return out.sort_values(["election_id", "flags", "fault"], ascending=[True, False, True], ignore_index=True)
