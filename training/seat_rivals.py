"""What a nominee is up against: a first guess of every nominee's share, compared within the seat.

The guess is the party's past level plus a ridge regression's deviation; the trees then see how it stands to the sum,
the strongest and the second rival of the seat, and to the party's other seats.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]

INDEPENDENT: Final = "IND"
_NEWCOMER: Final = 0.004
_FREED: Final = (
    "p_here_share", "p_last_share", "p_contests", "p_sitting", "rival_share", "rival_sitting", "rival_switch_share",
    "n_parties", "n_large", "n_independents",
)  # fmt: skip


def group_means(values: FloatArray, group: IntArray) -> FloatArray:
    """Return each group's mean at each row.

    Examples
    --------
    >>> import numpy as np
    >>> group_means(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1])).tolist()
    [2.0, 2.0, 5.0]
    """
    return np.asarray((np.bincount(group, weights=values) / np.bincount(group))[group])


def fill_seats(raw: FloatArray, seat: IntArray, *, cap: float = 0.1) -> FloatArray:
    """Return shares that add up to 1 in each seat, from forecasts made one by one.

    The surplus or lack is spread in proportion to the smaller of a nominee's share and `cap`: all but the smallest
    take an equal part of it. Scaling would take more from the strong, whose forecasts are no less certain.

    Parameters
    ----------
    raw : FloatArray, shape (rows,)
        Positive.
    seat : IntArray, shape (rows,)
        Numbers of the seats.
    cap : float
        Share from which all take the same part.

    Returns
    -------
    FloatArray, shape (rows,)
        Positive; no share falls below a fifth of its forecast before the last scaling.

    Examples
    --------
    >>> import numpy as np
    >>> fill_seats(np.array([0.5, 0.3, 0.1]), np.array([0, 0, 0])).round(4).tolist()
    [0.5333, 0.3333, 0.1333]
    """
    lack = 1 - np.bincount(seat, weights=raw)[seat]
    part = np.minimum(raw, cap)
    moved = np.maximum(raw + lack * part / np.bincount(seat, weights=part)[seat], 0.2 * raw)
    return np.asarray(moved / np.bincount(seat, weights=moved)[seat])


def past_level(table: pd.DataFrame) -> FloatArray:
    """Return the party's mean in the last assembly and Lok Sabha polls over the seats it contests now.

    Where it has no past: four fifths of the mean share that its nominees once won; 0 for all others.
    """
    columns = [name for name in ("a1_bloc_mean", "l1_bloc_mean") if name in table]
    past = table[columns].mean(axis=1) if columns else pd.Series(np.nan, index=table.index)
    people = 0.8 * table["party_people_share"] if "party_people_share" in table else 0.0
    return np.asarray(past.fillna(people).fillna(0.0).to_numpy(dtype=np.float64))


def combined_features(table: pd.DataFrame, party: IntArray) -> FloatArray:
    """Return combinations of the readings of past polls: means, extremes, gaps, spread, scaled by what lasted.

    Parameters
    ----------
    table : pd.DataFrame
        Feature rows of whole elections.
    party : IntArray, shape (rows,)
        Numbers of election and party.

    Returns
    -------
    FloatArray, shape (rows, combinations)
        NaN where unknown; a feature that the table lacks is unknown.
    """

    def get(name: str) -> pd.Series:
        return table[name] if name in table else pd.Series(np.nan, index=table.index)

    def several(*names: str) -> pd.DataFrame:
        return pd.concat([get(name) for name in names], axis=1)

    maps = several("a1_bloc_dev", "a2_bloc_dev", "a3_bloc_dev", "l1_bloc_dev")
    columns = [
        maps.iloc[:, :3].mean(axis=1), maps.max(axis=1), maps.min(axis=1),
        several("l1_bloc_dev", "l2_bloc_dev").mean(axis=1), several("l1_bloc_pc", "l2_bloc_pc").mean(axis=1),
        get("slope_a1_a2") * get("a1_bloc_dev"), get("slope_a1_l") * get("l1_bloc_dev"),
        get("l1_bloc_dev") - get("l1_bloc_pc"), get("l1_bloc_dev") - get("a1_bloc_dev"),
        get("a1_old_dev") - get("a1_own_dev"),
    ]  # fmt: skip
    for name in ("a1_old_dev", "a1_bloc_dev", "l1_bloc_dev"):
        columns.append(get(name).groupby(party).transform("std"))
    for name in ("a1_absent", "l1_absent", "a1_independents", "a1_seat_gap"):
        columns.append(get(name) - get(name).groupby(party).transform("mean"))
    return np.stack([column.to_numpy(dtype=np.float64) for column in columns], axis=1)


def rival_features(
    table: pd.DataFrame, deviation: FloatArray, party: IntArray, seat: IntArray, *, with_person: bool
) -> FloatArray:
    """Return the comparisons within the seat, one row per nominee.

    Parameters
    ----------
    table : pd.DataFrame
        Feature rows of whole elections.
    deviation : FloatArray, shape (rows,)
        First guess of the share less the party's mean.
    party, seat : IntArray, shape (rows,)
        Numbers of election and party, of election and seat.
    with_person : bool
        False: nothing of the nominees' own records goes in.

    Returns
    -------
    FloatArray, shape (rows, comparisons)
        Guess, seat's sum, share of the sum, both freed of the party's mean, two strongest rivals, rank, gap, sum of
        the rivals' deviations, independents' sum, and some features freed of the party's mean.
    """
    alone = (table["party"] == INDEPENDENT).to_numpy()
    before = table["p_here_share"].to_numpy(dtype=np.float64) if with_person and "p_here_share" in table else 0.0
    guess = np.where(alone, np.maximum(0.6 * before, _NEWCOMER), np.maximum(past_level(table) + deviation, 0.003))
    total = np.asarray(np.bincount(seat, weights=guess)[seat], dtype=np.float64)
    norm: FloatArray = guess / total
    order = np.lexsort((-guess, seat))
    ordered = guess[order]
    start = np.r_[0, np.flatnonzero(np.diff(seat[order])) + 1]
    size = np.diff(np.r_[start, len(order)])
    first = np.repeat(start, size)
    rank = np.arange(len(order)) - first
    count = np.repeat(size, size)

    def place(number: int) -> FloatArray:
        at = np.minimum(first + number, len(order) - 1)
        return np.where(count > number, ordered[at] if len(order) else 0.0, 0.0)

    one = np.empty_like(guess)
    two = np.empty_like(guess)
    ranks = np.empty_like(guess)
    one[order] = np.where(rank == 0, place(1), place(0))
    two[order] = np.where(rank <= 1, place(2), place(1))
    ranks[order] = rank.astype(np.float64)
    parties = np.where(alone, 0.0, deviation)
    rivals = np.bincount(seat, weights=parties)[seat] - parties
    independents = np.bincount(seat, weights=np.where(alone, guess, 0.0))[seat]
    columns = [
        deviation, guess, total, norm, norm - group_means(norm, party), total - group_means(total, party), one, two,
        ranks, guess - one, rivals, independents,
    ]  # fmt: skip
    for name in _FREED:
        if name in table and (with_person or not name.startswith("p_")):
            values = table[name].to_numpy(dtype=np.float64)
            columns.append(values - group_means(values, party))
    return np.stack(columns, axis=1)
