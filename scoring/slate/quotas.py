"""Rules as rows of a linear programme: quotas, and rows that count persons or names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from khaka.scoring.slate.rules import Quota, fraction

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """One rule: `lower <= matrix @ x <= upper`.

    Parameters
    ----------
    name : str
        As the report says it.
    matrix : csr_array, shape (m, n)
        Whole numbers.
    lower, upper : ndarray, shape (m,)
        Bounds, infinite where there are none.
    labels : tuple of str
        What each row is about: a family, a person, a district.
    frees : frozenset of int
        Numbers of seats that may stay empty as long as the rule is there.
    left : tuple of str
        Seats left to an ally.
    """

    name: str
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    labels: tuple[str, ...]
    frees: frozenset[int] = frozenset()
    left: tuple[str, ...] = ()


def any_row(name: str, who: Flags, *, lower: float = -np.inf, upper: float = np.inf) -> Rows:
    """Return a rule of one row that counts the options in `who`."""
    matrix = sparse.csr_array(who.astype(float)[None, :])
    return Rows(name, matrix, np.array([float(lower)]), np.array([float(upper)]), (name,))


def rows_of(name: str, code: npt.NDArray[np.intp], units: list[str], binding: Flags, most: int) -> Rows:
    """Return a rule with one row for each unit (person, family) that could have more than `most` tickets.

    Parameters
    ----------
    name : str
        Of the rule.
    code : ndarray of int, shape (n,)
        Number of each option's unit, -1 for none.
    units : list of str
        Names of the units.
    binding : ndarray of bool, shape (units,)
        Which get a row.
    most : int
        Tickets.

    Returns
    -------
    Rows
        As many rows as units are binding.
    """
    row = np.cumsum(binding) - 1
    inside = np.flatnonzero((code >= 0) & binding[code]) if len(units) else np.zeros(0, dtype=np.intp)
    shape = (int(binding.sum()), len(code))
    matrix = sparse.csr_array((np.ones(len(inside)), (row[code[inside]], inside)), shape=shape)
    labels = tuple(unit for unit, bound in zip(units, binding, strict=True) if bound)
    return Rows(name, matrix, np.full(shape[0], -np.inf), np.full(shape[0], float(most)), labels)


def members(quota: Quota, options: pd.DataFrame) -> Flags:
    """Return who is known to be of a quota's group, shape (n,)."""
    if quota.group == "women":
        found = options["sex"] == "F"
    elif quota.group == "young":
        found = options["age"] <= float(quota.max_age or 0)
    elif quota.group == "newcomers":
        found = options["newcomer"] == 1.0
    elif quota.group == "local":
        found = options["local"] == 1.0
    elif quota.group == "community":
        found = options["community"].isin(quota.communities)
    elif quota.group == "category":
        found = options["category"].isin(quota.categories)
    else:
        return np.ones(len(options), dtype=bool)
    return np.asarray(found.fillna(False), dtype=bool)


def quota_rows(quota: Quota, options: pd.DataFrame) -> Rows:
    """Return a quota's rows: up to four a place, one for each bound that it gives.

    A share p/q of the tickets T in the quota's seats: at least means q G - p T >= 0 for G tickets of the group.

    Parameters
    ----------
    quota : Quota
        The rule.
    options : DataFrame, n rows
        Of a problem.

    Returns
    -------
    Rows
        Labelled by place.
    """
    group = members(quota, options)
    inside = np.ones(len(options), dtype=bool)
    if quota.district is not None:
        inside &= (options["district"] == quota.district).to_numpy(dtype=bool)
    if quota.region is not None:
        inside &= (options["region"] == quota.region).to_numpy(dtype=bool)
    if quota.least_chance is not None:
        best = options.groupby("seat_id")["win_probability"].transform("max").to_numpy(dtype=float)
        inside &= best >= quota.least_chance
    places: list[tuple[str, Flags]] = [("everywhere", inside)]
    if quota.each is not None:
        code, names = pd.factorize(options[quota.each], sort=True)
        places = [(str(name), inside & (code == number)) for number, name in enumerate(names)]
    rows: list[Floats] = []
    bounds: list[tuple[float, float]] = []
    labels: list[str] = []
    for place, there in places:
        tickets = (group & there).astype(float)
        if quota.minimum is not None or quota.maximum is not None:
            low = -np.inf if quota.minimum is None else quota.minimum
            high = np.inf if quota.maximum is None else quota.maximum
            rows.append(tickets)
            bounds.append((float(low), float(high)))
            labels.append(place)
        for share, low, high in ((quota.minimum_share, 0.0, np.inf), (quota.maximum_share, -np.inf, 0.0)):
            if share is not None:
                part = fraction(share)
                rows.append(part.denominator * tickets - part.numerator * there.astype(float))
                bounds.append((low, high))
                labels.append(place)
    matrix = sparse.csr_array(np.array(rows)) if rows else sparse.csr_array((0, len(options)))
    limits = np.array(bounds, dtype=float).reshape(-1, 2)
    return Rows(quota.title, matrix, limits[:, 0].copy(), limits[:, 1].copy(), tuple(labels))
