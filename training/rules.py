"""Simple rules to beat: forecasts of shares that need no model.

Shares are left as the past poll gave them, not scaled to 1 in the seat: a rule is what a committee would quote.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

Rule = Callable[[pd.DataFrame], pd.Series]
"""From feature rows to a share for each nominee, NaN where the rule knows nothing."""


def previous_share(features: pd.DataFrame) -> pd.Series:
    """Return the party's share in the last assembly election of the seat."""
    return features["a1_own"].astype("float64")


def holding_party(features: pd.DataFrame) -> pd.Series:
    """Return 1 for the party that won the seat in the last assembly election, 0 for the others."""
    # by-elections left out; an independent who won beats every party
    ahead = (features["a1_lead"] >= 0) & (previous_share(features) > features["a1_independents"].fillna(0))
    return ahead.astype("float64")


def last_parliament(features: pd.DataFrame) -> pd.Series:
    """Return the party's share in the seat's segment of the last Lok Sabha poll, else its previous share."""
    segment = features["l1_own"].astype("float64").where(features["l1_held"] == 1)
    return segment.fillna(previous_share(features))


RULES: Final[dict[str, Rule]] = {
    "previous_share": previous_share,
    "holding_party": holding_party,
    "last_parliament": last_parliament,
}
"""The rules by name; one line here adds one to every backtest."""


def rule_shares(features: pd.DataFrame, rule: str) -> pd.Series:
    """Return the forecast of one rule for every nominee.

    Parameters
    ----------
    features : pd.DataFrame
        Rows of `khaka.features.nominee_table.nominee_features`.
    rule : str
        One of `RULES`.

    Returns
    -------
    pd.Series
        expected_share in the rows' order, 0 to 1; 0 where the rule knows nothing.

    Raises
    ------
    ValueError
        No such rule.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"a1_own": [0.4, 0.3], "l1_own": [0.5, None], "l1_held": [1.0, None]})
    >>> rule_shares(rows, "last_parliament").tolist()
    [0.5, 0.3]
    """
    if rule not in RULES:
        raise ValueError(f"no rule {rule!r}; there are: {', '.join(RULES)}")
    shares = RULES[rule](features)
    return pd.Series(np.nan_to_num(shares.to_numpy(dtype=np.float64)), index=features.index, name="expected_share")
