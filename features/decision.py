"""When a past choice was made: the date on which facts count in training."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.features.cutoff import IST
from khaka.features.source import Source


def decision_date(source: Source, election_id: str, *, lead_days: int) -> dt.date:
    """Return the as-of date of a past election.

    The last day on which the party chose in any seat, where it recorded that (`decided_at`); otherwise `lead_days`
    before the poll, or before the result where the poll's day is unknown. A Lok Sabha poll counted in between, such
    as one held on the same day, is thereby unknown: dates decide, not a list.

    Parameters
    ----------
    source : Source
        The tables.
    election_id : str
        An election with a result date.
    lead_days : int
        Days before the poll.

    Returns
    -------
    datetime.date
        Facts count to the end of this day.

    Raises
    ------
    KhakaError
        The election is not there.
    """
    elections = source.read("elections")
    row = elections[elections["election_id"] == election_id]
    if row.empty:
        known = ", ".join(sorted(elections["election_id"].astype("str"))[:8])
        raise KhakaError(f"no election {election_id!r} in this workspace; there are {len(elections)}: {known} ...")
    poll, result = (pd.to_datetime(row[name].iloc[0]) for name in ("poll_date", "result_date"))
    day = min(value for value in (poll, result) if not pd.isna(value))
    aspirants = source.read("aspirants")
    if len(aspirants) and "decided_at" in aspirants:
        decided = pd.to_datetime(aspirants.loc[aspirants["election_id"] == election_id, "decided_at"], utc=True)
        last = decided.max()
        if not pd.isna(last) and last < pd.Timestamp(day, tz="UTC"):
            return pd.Timestamp(last).tz_convert(IST).date()
    return pd.Timestamp(day - pd.Timedelta(days=lead_days)).date()
