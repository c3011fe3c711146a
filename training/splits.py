"""Targets in time: for each election to forecast, its as-of date and the elections that may teach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import pandas as pd

DAYS_BEFORE: Final = 60
"""A backtest's as-of date lies this many days before the result, about when tickets are given."""


@dataclass(frozen=True)
class Split:
    """One target and what was known before it.

    Parameters
    ----------
    target : str
        The election to forecast.
    as_of : datetime.date
        Known up to the end of this day.
    training : tuple of str
        Assembly elections with a result by then, oldest first.
    """

    target: str
    as_of: dt.date
    training: tuple[str, ...]


def time_splits(
    elections: pd.DataFrame, *, targets: Collection[str] | None = None, days_before: int = DAYS_BEFORE,
    first_year: int | None = None,
) -> list[Split]:  # fmt: skip
    """Return one split per assembly election, oldest target first.

    Parameters
    ----------
    elections : pd.DataFrame
        election_id, kind, result_date.
    targets : collection of str, optional
        Only these; all assembly elections by default.
    days_before : int
        Days from the as-of date to the result.
    first_year : int, optional
        Targets of this year or later only.

    Returns
    -------
    list of Split
        A first election has no training elections.

    Examples
    --------
    >>> import pandas as pd
    >>> polls = pd.DataFrame({"election_id": ["S24-2012-AE", "S04-2016-AE", "S24-2017-AE"], "kind": "AE",
    ...                       "result_date": pd.to_datetime(["2012-03-31", "2017-02-28", "2017-03-31"])})
    >>> split = time_splits(polls)[-1]
    >>> split.target, str(split.as_of), split.training
    ('S24-2017-AE', '2017-01-30', ('S24-2012-AE',))
    """
    polls = elections[(elections["kind"] == "AE") & elections["result_date"].notna()]
    polls = polls.assign(result_date=pd.to_datetime(polls["result_date"])).sort_values(["result_date", "election_id"])
    splits = []
    for row in polls.itertuples(index=False):
        name, result = str(row.election_id), pd.Timestamp(str(row.result_date))
        if (targets is not None and name not in targets) or (first_year is not None and result.year < first_year):
            continue
        as_of = result - pd.Timedelta(days=days_before)
        known = polls.loc[(polls["result_date"] <= as_of) & (polls["election_id"] != name), "election_id"]
        splits.append(Split(name, as_of.date(), tuple(known.astype(str))))
    return splits
