"""Which published counts must be left out so that no group under ten people can be worked out, also by subtraction.

Leaving out the small ones is not enough: with a total known, what is left out adds up to the total less what is shown.
So the smallest of the shown are left out too, until that remainder is ten people or nobody. This is complementary
suppression for one table with one total (Hundepool et al. 2012, Statistical Disclosure Control, chapter 4).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

SMALLEST: Final = 10
"""People from which on a group is shown."""


def shown(counts: npt.ArrayLike, total: float | None = None) -> npt.NDArray[np.bool_]:
    """Return which groups of one table may be shown.

    Parameters
    ----------
    counts : array-like, shape (g,)
        People of each group; NaN where unknown, such a group hides nothing and is shown.
    total : float, optional
        People of all groups together, those not listed included; by default the groups' sum.

    Returns
    -------
    ndarray of bool, shape (g,)
        False for groups from 1 to 9, and for as many of the next smallest as it takes until those left out, with
        those not listed, are ten people, and at least two groups where a reader may add the rest up. Nothing is shown
        of fewer than ten people in all.

    Examples
    --------
    >>> shown([50, 4, 12]).tolist()
    [True, False, False]
    >>> shown([50, 4, 3, 20]).tolist()
    [True, False, False, False]
    >>> shown([50, 4], total=100).tolist()
    [True, False]
    >>> shown([50, 45], total=100).tolist()
    [True, False]
    >>> shown([50, 0]).tolist()
    [True, True]
    """
    people = np.asarray(counts, dtype=np.float64)
    known = np.isfinite(people)
    seen: npt.NDArray[np.bool_] = ~(known & (people > 0) & (np.round(people, 6) < SMALLEST))
    whole = float(people[known].sum()) if total is None else float(total)
    if 0 < whole < SMALLEST:
        return np.zeros(people.shape, dtype=np.bool_)
    for place in np.argsort(people, kind="stable"):
        rest = whole - float(people[known & seen].sum())
        hidden = int((~seen).sum())
        alone = hidden == 1 and total is None
        if not (0.5 <= rest < SMALLEST or alone):
            break
        if known[place] and seen[place] and people[place] > 0:
            seen[place] = False
    return seen


def both_shown(count: float, total: float) -> bool:
    """Return whether a share may be shown: neither the group nor the rest is 1 to 9 people.

    Parameters
    ----------
    count : float
        People of the group.
    total : float
        People it is a share of.

    Returns
    -------
    bool
        True where both are nobody or ten and more.

    Examples
    --------
    >>> both_shown(500, 1000), both_shown(996, 1000), both_shown(4, 1000), both_shown(0, 1000)
    (True, False, False, True)
    """
    return all(people <= 0 or round(people, 6) >= SMALLEST for people in (count, total - count))
