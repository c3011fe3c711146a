"""A small made-up prediction: two seats, five aspirants, every number written out or drawn from a seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from khaka.features.registry import FeatureInfo
from khaka.training.prediction import Prediction

ELECTION = "S24-2027-AE"
INFOS = {
    info.name: info
    for info in (
        FeatureInfo("seat_baseline", "points", "nominees", "seat_history", "the seat without the person", ""),
        FeatureInfo("age_at_poll", "years", "aspirants", "person", "age on the poll date", ""),
        FeatureInfo("lives_in_seat", "flag 0/1", "aspirants", "person", "the residence is in the seat", ""),
        FeatureInfo("education_level", "level 0-9", "aspirants", "person", "education", ""),
        FeatureInfo("log_assets", "log10 rupees", "aspirants", "person", "declared assets", ""),
        FeatureInfo("community_share", "share 0-1", "demographics", "fit", "share of the declared community", ""),
        FeatureInfo("presence_booths", "share 0-1", "activity", "presence", "booths reached", ""),
        FeatureInfo("rating_observer", "score 0-1", "ratings", "ratings", "observer's rating", ""),
        FeatureInfo("something_new", "points", "elsewhere", "presence", "has no template of its own", ""),
    )
}


def build_prediction(sizes: tuple[int, ...] = (3, 2), *, seed: int = 1, draws: int = 500, **changes: Any) -> Prediction:
    """Return a prediction for `sizes` aspirants a seat; what `changes` doesn't give comes from the seed."""
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    seats = np.repeat(np.arange(len(sizes)), sizes)
    people = pd.DataFrame(
        {
            "election_id": ELECTION,
            "seat_id": [f"S24-2008-{100 + seat}" for seat in seats],
            "aspirant_id": [f"a{number:04d}" for number in range(n)],
            "name": [f"Name {number}" for number in range(n)],
            "birth_date": pd.Timestamp("1980-05-01"),
            "elector_state": "S24",
            "category": "GEN",
            "certificate_state": None,
            "second_seat_id": None,
        }
    )
    values = pd.DataFrame(
        {
            "seat_baseline": rng.normal(-5, 10, len(sizes))[seats],
            "age_at_poll": rng.integers(26, 80, n).astype(float),
            "lives_in_seat": rng.integers(0, 2, n).astype(float),
            "education_level": rng.integers(0, 10, n).astype(float),
            "log_assets": rng.normal(6.5, 1, n),
            "community_share": rng.uniform(0, 0.4, n),
            "presence_booths": rng.uniform(0, 1, n),
            "rating_observer": rng.uniform(0, 1, n),
            "something_new": rng.normal(0, 2, n),
        }
    )
    values = values.mask(rng.uniform(size=values.shape) < 0.1)
    contributions = pd.DataFrame(rng.normal(0, 1, values.shape), columns=values.columns)
    contributions.insert(0, "(base)", -3.0)
    given: dict[str, Any] = {
        "people": people,
        "values": values,
        "contributions": contributions,
        "expected_margin": contributions.to_numpy().sum(axis=1),
        "swing_draws": rng.normal(0, 6, (len(sizes), draws))[seats],
        "seat_draws": rng.normal(0, 5, (len(sizes), draws))[seats],
        "person_draws": rng.normal(0, 1, (n, draws)) * rng.uniform(0.5, 4, (n, 1)),
        "support": np.array(rng.choice(["in", "edge", "outside"], n, p=[0.7, 0.2, 0.1])),
        "verified_share": np.where(rng.uniform(size=n) < 0.3, np.nan, rng.uniform(size=n)),
        "infos": INFOS,
        "given": frozenset({"rating_observer"}),
        "model_version": "runs:/0123456789abcdef",
        "data_hash": "d" * 64,
        "as_of": dt.date(2026, 12, 1),
    }
    return Prediction(**{**given, **changes})


@pytest.fixture(scope="session")
def make_prediction() -> Callable[..., Prediction]:
    """Return `build_prediction`."""
    return build_prediction
