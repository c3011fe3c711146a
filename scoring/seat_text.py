"""One ranked seat in a few lines of text: what a first look at a ranking needs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from khaka.scoring.blueprint.say import chance
from khaka.scoring.plots import finding


def example_seat(scores: pd.DataFrame) -> str | None:
    """Return the seat to look at first: the one whose first two names are the nearest to each other.

    Parameters
    ----------
    scores : DataFrame
        Of all seats.

    Returns
    -------
    str or None
        A seat with two ranked names at least where there is one, else the first with any; None where nobody is ranked.
    """
    ranked = scores[scores["rank"].notna()].sort_values(["seat_id", "rank"])
    if ranked.empty:
        return None
    margins = ranked.groupby("seat_id")["expected_margin"]
    lead = margins.agg(lambda found: found.iloc[0] - found.iloc[1] if len(found) > 1 else float("nan"))
    return str(lead.idxmin()) if lead.notna().any() else str(ranked["seat_id"].iloc[0])


def seat_text(scores: pd.DataFrame, seat_id: str, names: Mapping[str, str], *, seat_name: str = "") -> str:
    """Return the ranked aspirants of a seat, the best first.

    Parameters
    ----------
    scores : DataFrame
        Of all seats.
    seat_id : str
        Which.
    names : mapping of str to str
        Name as in the record by aspirant_id; the id stands where there is none.
    seat_name : str
        Its name, where known.

    Returns
    -------
    str
        The finding, then a line a name: rank, name, expected margin and 90% range in points, chance to win.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({
    ...     "seat_id": "S24-2008-1", "aspirant_id": ["A1", "A2"], "rank": [1, 2], "expected_margin": [2.5, 1.5],
    ...     "margin_low": [-9.0, -10.5], "margin_high": [14.0, 13.0], "win_probability": [0.64, 0.58],
    ...     "tie_group": [1, 1],
    ... })
    >>> print(seat_text(rows, "S24-2008-1", {"A1": "Asha Devi"}, seat_name="BEHAT"))
    S24-2008-1 BEHAT: 2 names too close to call, Asha Devi first (expected 2 points ahead)
       1  Asha Devi    +2.5  (90%:  -9.0 to +14.0)  chance to win 65%, about 7 times in 10
       2  A2           +1.5  (90%: -10.5 to +13.0)  chance to win 60%, about 6 times in 10
    """
    ranked = scores[(scores["seat_id"] == seat_id) & scores["rank"].notna()].sort_values("rank")
    shown = {str(one): names.get(str(one)) or str(one) for one in ranked["aspirant_id"]}
    width = max((len(name) for name in shown.values()), default=0)
    lines = [f"{' '.join(part for part in (seat_id, seat_name) if part)}: {finding(ranked, shown)}"]
    for row in ranked.to_dict("records"):
        span = f"{row['margin_low']:+5.1f} to {row['margin_high']:+5.1f}"
        lines.append(
            f"{int(row['rank']):>4}  {shown[str(row['aspirant_id'])]:<{width}}  {row['expected_margin']:+5.1f}  "
            f"(90%: {span})  chance to win {chance(float(row['win_probability'])).words.en}"
        )
    return "\n".join(lines)
