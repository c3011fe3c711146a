"""What the share model reads of a feature table: which columns, freed of which means, in which groups."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from khaka.features.person_history import BLANKED
from khaka.training.seat_rivals import FloatArray, IntArray

SORT: Final = ["election_id", "seat_id", "nominee_id"]
NOT_FEATURES: Final = frozenset((
    "election_id", "seat_id", "nominee_id", "party", "person_id", "name", "district", "region", "seat_no",
))  # fmt: skip
PERSON_OWN: Final = BLANKED
"""Features of the nominee's own record: left out of the person-blind pair."""

LEVEL_INPUTS: Final = (
    "a1_own_mean", "a1_bloc_mean", "a1_old_mean", "a2_bloc_mean", "a3_bloc_mean", "a1_state_mean", "l1_own_mean",
    "l1_bloc_mean", "l1_old_mean", "l2_bloc_mean", "l1_state_mean", "coverage", "bloc_coverage", "n_allies",
    "a1_held", "l1_held", "a1_lost_ally", "l1_lost_ally", "rival_coverage", "n_large", "n_parties", "log_seats",
    "party_people_share", "party_people_known", "party_sitting_rate", "party_won_rate", "a1_absent", "l1_absent",
    "rival_switch_share", "rival_share", "p_last_share", "p_switch_share", "p_sitting",
)  # fmt: skip
"""Features whose mean over a party's nominees tells the party's level."""


def feature_columns(table: pd.DataFrame) -> list[str]:
    """Return the float columns of a feature table that a model may use, in the table's order."""
    return [
        name for name in table.columns if name not in NOT_FEATURES and pd.api.types.is_float_dtype(table[name].dtype)
    ]


def party_group(table: pd.DataFrame) -> IntArray:
    """Return a number for each row's election and party."""
    return np.asarray(table.groupby(["election_id", "party"], sort=True).ngroup().to_numpy(), dtype=np.int64)


def seat_group(table: pd.DataFrame) -> IntArray:
    """Return a number for each row's election and seat."""
    return np.asarray(table.groupby(["election_id", "seat_id"], sort=True).ngroup().to_numpy(), dtype=np.int64)


def is_linear(name: str) -> bool:
    """Return True for a feature that the ridge can use: flags, persons, and shares freed of a mean."""
    return name.endswith(("_dev", "_pc", "_near", "_near_all")) or name.startswith(("p_", "party_", "rival_", "best_"))


def freed_of_party(table: pd.DataFrame, columns: list[str]) -> FloatArray:
    """Return these columns freed of the mean of election and party, unknown as 0: the party's average seat."""
    group = party_group(table)
    values = table[columns].to_numpy(dtype=np.float64)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    size = int(group.max()) + 1 if len(group) else 0
    out = np.zeros_like(filled)
    for position in range(filled.shape[1]):
        count = np.bincount(group, weights=known[:, position], minlength=size)
        mean = np.bincount(group, weights=filled[:, position], minlength=size) / np.maximum(count, 1)
        out[:, position] = np.where(known[:, position], filled[:, position] - mean[group], 0.0)
    return out
