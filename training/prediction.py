"""What a model says of the aspirants of an election: the hand-over from training to scoring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.features.registry import FeatureInfo

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """Expected margins of aspirants, what they are made of, and how they may turn out.

    A draw is one way in which the election may turn out. Aspirants of one seat share its swing and its noise, so two
    of them are compared within the same draws.

    Parameters
    ----------
    people : DataFrame, n rows
        election_id, seat_id, aspirant_id and what else is recorded; sorted by seat_id and aspirant_id, index 0 to n-1.
    values : DataFrame, shape (n, k)
        Feature values; NaN where unknown.
    contributions : DataFrame, shape (n, k + 1)
        Margin points by feature, with the column "(base)". Rows add up to `expected_margin`.
    expected_margin : ndarray, shape (n,)
        Points of valid votes.
    swing_draws, seat_draws, person_draws : ndarray, shape (n, draws)
        Margin points: the party's swing; its district's swing and the seat's own noise; what is uncertain about the
        person.
    support : ndarray of str, shape (n,)
        "in", "edge" or "outside": has anyone like this been a nominee before.
    verified_share : ndarray, shape (n,)
        Share of the person's activity that is verified, 0 to 1; NaN where there is none.
    infos : mapping of str to FeatureInfo
        What each feature is.
    given : frozenset of str
        Features whose weight is the party's own, from `khaka.toml`, not learned.
    model_version, data_hash : str
        Which model, trained on which data.
    as_of : datetime.date
        What was known by then.
    """

    people: pd.DataFrame
    values: pd.DataFrame
    contributions: pd.DataFrame
    expected_margin: Floats
    swing_draws: Floats
    seat_draws: Floats
    person_draws: Floats
    support: npt.NDArray[np.str_]
    verified_share: Floats
    infos: Mapping[str, FeatureInfo]
    given: frozenset[str]
    model_version: str
    data_hash: str
    as_of: dt.date
