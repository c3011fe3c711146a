"""What the pictures of presence show: a seat's booths reached, doubtful or never visited, and the days of work."""

from __future__ import annotations

from typing import Final

import pandas as pd

STATUSES: Final = ("reached", "doubtful", "never")
"""Of a booth for one aspirant: a verified event, else a doubtful one, else none (refused events are none)."""

_DAY_STATUSES: Final = ("verified", "doubtful", "refused")
_RANK: Final = {"verified": 0, "doubtful": 1, "refused": 2}


def best_at_booth(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the best verdict of each aspirant at each booth.

    Parameters
    ----------
    rows : DataFrame
        Of `khaka.features.ledger.ledger`, or part of it.

    Returns
    -------
    DataFrame
        aspirant_id, seat_id, booth_no, status ("reached" or "doubtful"). Parts may be joined and passed again.
    """
    if "status" in rows.columns:
        known = rows.assign(rank=rows["status"].map({"reached": 0, "doubtful": 1}))
    else:
        work = rows[~rows["post"].astype(bool) & (rows["booth_no"] != "") & (rows["verdict"] != "refused")]
        known = work.assign(rank=work["verdict"].map(_RANK))
    best = known.groupby(["aspirant_id", "seat_id", "booth_no"], sort=True, observed=True)["rank"].min().reset_index()
    best["status"] = best["rank"].map({0: "reached", 1: "doubtful"})
    return best.drop(columns="rank")


def coverage(best: pd.DataFrame, booths: pd.DataFrame, *, aspirant_id: str) -> pd.DataFrame:
    """Return all booths of an aspirant's seat with what is known of a visit.

    Parameters
    ----------
    best : DataFrame
        Of `best_at_booth`.
    booths : DataFrame
        Of `khaka.features.booth_list.booth_list`, of the aspirant's seat.
    aspirant_id : str
        Whose visits.

    Returns
    -------
    DataFrame
        seat_id, booth_no, block, lat, lon (blank where unknown), weak, status in `STATUSES`.

    Examples
    --------
    >>> booths = pd.DataFrame({"seat_id": "s", "booth_no": ["1", "2"], "block": None, "lat": 26.0, "lon": 80.0,
    ...                        "weak": [True, False]})
    >>> best = pd.DataFrame({"aspirant_id": ["x"], "seat_id": ["s"], "booth_no": ["2"], "status": ["reached"]})
    >>> coverage(best, booths, aspirant_id="x")["status"].tolist()
    ['never', 'reached']
    """
    own = best[best["aspirant_id"] == aspirant_id][["seat_id", "booth_no", "status"]]
    table = booths.merge(own, on=["seat_id", "booth_no"], how="left")
    table["status"] = table["status"].fillna("never")
    return table[["seat_id", "booth_no", "block", "lat", "lon", "weak", "status"]]


def calendar(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many events of each verdict an aspirant has on each day, in Indian time.

    Parameters
    ----------
    rows : DataFrame
        Of `khaka.features.ledger.ledger`, or part of it.

    Returns
    -------
    DataFrame
        aspirant_id, day, verified, doubtful, refused (counts, social posts left out), status: the best of them.
        Parts may be joined and passed again.
    """
    counts = list(_DAY_STATUSES)
    if "day" in rows.columns:
        table = rows.groupby(["aspirant_id", "day"], sort=True)[counts].sum().reset_index()
    else:
        work = rows[~rows["post"].astype(bool) & rows["started_at"].notna() & rows["aspirant_id"].notna()]
        day = work["started_at"].dt.tz_convert("Asia/Kolkata").dt.tz_localize(None).dt.normalize()
        flags = pd.DataFrame({name: (work["verdict"] == name).astype("int64") for name in counts})
        flags = flags.assign(aspirant_id=work["aspirant_id"], day=day.astype("datetime64[us]"))
        table = flags.groupby(["aspirant_id", "day"], sort=True)[counts].sum().reset_index()
    best = table[counts].gt(0).idxmax(axis=1)
    return table.assign(status=best)
