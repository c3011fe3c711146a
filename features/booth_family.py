"""All features of booth history for the rows of a forecast: one more family for the share model, left out by default.

A backtest with and without it (`tests/benchmarks/booth_features.py`) shows whether it helps.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features import booth_swing, booths
from khaka.features.cutoff import KnownTables
from khaka.features.registry import FeatureInfo

FEATURES: Final[dict[str, FeatureInfo]] = {**booths.FEATURES, **booth_swing.FEATURES}
"""All features of booth history, by name."""


def booth_family(known: KnownTables, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the features of booth history for the rows of a forecast.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    rows : DataFrame
        As `khaka.features.nominee_table.nominee_features` gives them: seat_id and party are read.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `rows`. All NaN for independents: each is another person.
    """
    parts = [module.features(known, rows) for module in (booths, booth_swing)]
    table: pd.DataFrame = pd.concat(parts, axis=1).astype("float64")
    table.loc[(rows["party"] == "IND").to_numpy()] = float("nan")
    return table
