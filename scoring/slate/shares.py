"""From a margin to shares: deposits saved, second places, share gained, for a party that is far behind.

A person's effect moves the party's log odds in the seat and leaves the rivals' shares among themselves as they are.
With the seat's baseline shares p (own), r (best rival) and t (next rival), the rivals have k = r / (1 - p) and
q = t / (1 - p) of what the party doesn't get, and a margin m (as a share) means

    s - k (1 - s) = m   so   s = (m + k) / (1 + k)

The deposit is saved above one sixth of the valid votes (section 158, Representation of the People Act 1951): from
m = (1 + k) / 6 - k on. The party is second or better where it is ahead of the next rival: s > q / (1 + q), or m > 0.
Second or better, not second alone: else a weak name in a seat that can be won would serve the aim.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from khaka.scoring.slate.aims import spread

DEPOSIT: Final = 1 / 6
"""Share of valid votes, NOTA left out, above which the deposit comes back."""


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in expected_share, deposit_probability and second_probability where the seat's shares are known.

    Parameters
    ----------
    table : DataFrame
        Of `khaka.scoring.slate.facts.facts`, with baseline_share, rival_share and third_share (0 to 1; third_share
        0 where there are two parties only), expected_margin and its 90% range in points.

    Returns
    -------
    DataFrame
        A copy; values that are there already stay.

    Examples
    --------
    A party with 10% behind two rivals with 40% and 30%: at its baseline margin it keeps its share.

    >>> row = pd.DataFrame({"baseline_share": [0.1], "rival_share": [0.4], "third_share": [0.3],
    ...     "expected_margin": [-30.0], "margin_low": [-50.0], "margin_high": [-10.0],
    ...     "expected_share": np.nan, "deposit_probability": np.nan, "second_probability": np.nan})
    >>> out = with_shares(row)
    >>> float(out["expected_share"].round(9)[0]), float(out["deposit_probability"].round(2)[0])
    (0.1, 0.21)
    """
    own, rival, third = (table[name].to_numpy(dtype=float) for name in ("baseline_share", "rival_share", "third_share"))
    margin = table["expected_margin"].to_numpy(dtype=float) / 100
    width = spread(table, given_swing=False) / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        k, q = rival / (1 - own), third / (1 - own)
    saved = (1 + k) * DEPOSIT - k
    second = (1 + k) * q / (1 + q) - k
    found = {
        "expected_share": np.clip((margin + k) / (1 + k), 0.0, 1.0),
        "deposit_probability": ndtr((margin - saved) / width),
        "second_probability": ndtr((margin - np.minimum(second, 0.0)) / width),
    }
    return table.assign(**{name: table[name].astype(float).fillna(pd.Series(value, index=table.index))
                           for name, value in found.items()})  # fmt: skip


def seat_shares(forecast: pd.DataFrame, party: str) -> pd.DataFrame:
    """Return the baseline shares of each seat from shares of all its parties.

    Parameters
    ----------
    forecast : DataFrame
        seat_id, party and expected_share (0 to 1), one row a nominee, the own party's own person left out of it.
    party : str
        The own party.

    Returns
    -------
    DataFrame
        seat_id, baseline_share, rival_share, third_share, baseline_margin (points); seats with the party only.

    Examples
    --------
    >>> rows = pd.DataFrame({"seat_id": ["S24-2008-1"] * 3, "party": ["A", "B", "C"],
    ...                      "expected_share": [0.25, 0.5, 0.125]})
    >>> seat_shares(rows, "A").to_dict("records")
    [{'seat_id': 'S24-2008-1', 'baseline_share': 0.25, 'rival_share': 0.5, 'third_share': 0.125,
      'baseline_margin': -25.0}]
    """
    own = forecast[forecast["party"] == party].groupby("seat_id")["expected_share"].max()
    rest = forecast[forecast["party"] != party].sort_values("expected_share", ascending=False, kind="stable")
    by_seat = rest.groupby("seat_id")["expected_share"]
    out = pd.DataFrame({"baseline_share": own})
    place = by_seat.cumcount()
    for number, name in enumerate(("rival_share", "third_share")):
        this = rest[place == number].set_index("seat_id")["expected_share"]
        out[name] = this.reindex(out.index).fillna(0.0)
    out["baseline_margin"] = 100 * (out["baseline_share"] - out["rival_share"])
    return out.reset_index().sort_values("seat_id", ignore_index=True)
