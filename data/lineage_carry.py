"""Counts moved along the booth lineage, to the unit."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from khaka.data.errors import KhakaError
from khaka.data.lineage import FROM, TO

Ints = NDArray[np.int64]

_BOOTH: Final = ("election_id", "seat_id", "booth_no")


def carry(lineage: pd.DataFrame, values: pd.DataFrame, *, backward: bool = False) -> pd.DataFrame:
    """Move counts of booths to the booths that they became, or came from.

    Each count is shared out by the lineage's weights, made whole by the largest remainder (Hamilton's method), so the
    totals before and after are the same.

    Parameters
    ----------
    lineage : DataFrame
        Rows of `khaka.data.lineage.build_lineage` of one pair of elections.
    values : DataFrame
        election_id, seat_id, booth_no and any whole-number columns without blanks, one row a booth, of the earlier
        election (of the later one if `backward`).
    backward : bool
        Move the later election's counts to the earlier booths, by weight_to.

    Returns
    -------
    DataFrame
        election_id, seat_id, booth_no of the other election, the columns, and known_share: how much of the booth's
        electors came from booths with values, 0 to 1. What closed booths (new ones if `backward`) and booths without a
        lineage had stands in rows with a blank booth_no: counted, but in no booth. Booths that got nothing have no row.

    Raises
    ------
    KhakaError
        A column has blanks or fractions, or the lineage covers several pairs of elections.

    Examples
    --------
    >>> lineage = pd.DataFrame({
    ...     "from_election": "S24-2017-AE", "from_seat_id": "S24-2008-9", "from_booth_no": ["1", "1"],
    ...     "to_election": "S24-2022-AE", "to_seat_id": "S24-2008-9", "to_booth_no": ["1", "2"],
    ...     "weight_from": [0.6, 0.4], "weight_to": [1.0, 1.0]})
    >>> votes = pd.DataFrame({"election_id": ["S24-2017-AE"], "seat_id": "S24-2008-9", "booth_no": "1", "votes": 101})
    >>> carry(lineage, votes)[["booth_no", "votes"]].values.tolist()
    [['1', 61], ['2', 40]]
    """
    columns = [str(name) for name in values.columns if name not in _BOOTH]
    for name in columns:
        if values[name].isna().any() or not (pd.to_numeric(values[name]) % 1 == 0).all():
            raise KhakaError(f"column {name} has blanks or fractions and can't be carried; drop those booths first")
    for name in ("from_election", "to_election"):
        if lineage[name].nunique() > 1:
            raise KhakaError(f"the lineage holds {lineage[name].nunique()} values of {name}; carry one pair at a time")
    source, target = (TO, FROM) if backward else (FROM, TO)
    out, back = ("weight_to", "weight_from") if backward else ("weight_from", "weight_to")
    links = lineage[lineage[source[2]].notna()].sort_values([*source, *target])
    plain = values.rename(columns=dict(zip(_BOOTH, source, strict=True))).astype(dict.fromkeys(source, "str"))
    joined = plain.merge(links[[*source, *target, out, back]], on=list(source), how="left")
    weights = joined[out].fillna(1.0).to_numpy()
    owner = np.asarray(joined.groupby(list(source), sort=False).ngroup(), dtype=np.int64)
    for name in columns:
        joined[name] = _shared(joined[name].to_numpy(dtype=np.int64), weights, owner)
    joined["known_share"] = joined[back].where(joined[target[2]].notna(), 0.0).fillna(0.0)
    carried = joined.groupby(list(target), dropna=False, sort=True)[[*columns, "known_share"]].sum().reset_index()
    return carried.rename(columns=dict(zip(target, _BOOTH, strict=True)))


def _shared(counts: Ints, weights: NDArray[np.float64], owner: Ints) -> Ints:
    """Share out each owner's count (repeated on its rows) by weights that add up to 1 for each owner."""
    exact = counts * weights
    whole = np.floor(exact + 1e-9).astype(np.int64)
    given = np.zeros(int(owner.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(given, owner, whole)
    missing = counts - given[owner]
    order = np.lexsort((-(exact - whole), owner))
    rank = np.empty(len(owner), dtype=np.int64)
    rank[order] = np.arange(len(owner)) - np.searchsorted(owner[order], owner[order])
    whole += rank < missing
    return whole
