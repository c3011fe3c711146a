"""Groups of people whom an audit compares; `khaka.scoring.disclosure` says which of them are shown."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

ATTRIBUTES: Final = ("sex", "category", "community", "age band", "newcomer")
"""What people are grouped by, as declared; nothing is guessed."""

UNKNOWN: Final = "not declared"
_BANDS: Final = ((0, 35, "under 35"), (35, 50, "35 to 49"), (50, 65, "50 to 64"), (65, 200, "65 and over"))


def groups(people: pd.DataFrame, age: pd.Series, earlier_contests: pd.Series) -> pd.DataFrame:
    """Return the group of each person by every attribute.

    Parameters
    ----------
    people : DataFrame, n rows
        sex, category and community as declared; a missing column is not declared.
    age : Series, shape (n,)
        Years on the poll date.
    earlier_contests : Series, shape (n,)
        Earlier elections with this person; unknown is no newcomer and no veteran.

    Returns
    -------
    DataFrame, shape (n, 5)
        `ATTRIBUTES`, text.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": ["F", None], "category": ["SC", "GEN"], "community": [None, None]})
    >>> groups(people, pd.Series([34.0, 70.0]), pd.Series([0.0, 2.0])).iloc[0].tolist()
    ['F', 'SC', 'not declared', 'under 35', 'newcomer']
    """
    out = pd.DataFrame(index=range(len(people)))
    for name in ATTRIBUTES[:3]:
        column = people[name] if name in people else pd.Series(pd.NA, index=people.index)
        declared = column.astype("object").to_numpy()
        out[name] = [UNKNOWN if pd.isna(value) or not str(value).strip() else str(value) for value in declared]
    years = age.to_numpy(dtype=float)
    out["age band"] = np.select(
        [(years >= low) & (years < high) for low, high, _ in _BANDS], [word for *_, word in _BANDS], UNKNOWN
    )
    stood = earlier_contests.to_numpy(dtype=float)
    out["newcomer"] = np.select([stood == 0, stood > 0], ["newcomer", "stood before"], UNKNOWN)
    return out
