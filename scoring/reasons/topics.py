"""Features that tell of one thing: they make one reason together, or a committee would read it three times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

TOPICS: Final = {
    "cases_serious": "cases_pending",
    "local_roots": "lives_in_seat",
    "won_before": "sitting_member",
    "over_party_before": "last_own_share",
    "community_rank": "community_share",
    "community_lead": "community_share",
    "community_over_state": "community_share",
    "community_fit_weighted": "community_share",
    "presence_within": "presence_booths",
    "presence_breadth": "presence_booths",
    "presence_regularity": "presence_recency",
    "presence_reach": "presence_booths",
    "presence_parts": "presence_booths",
    "presence_relative": "quality_presence",
}
"""Topic of each feature that doesn't stand for itself; see `topic` for the suffix `_within`."""

UNTOLD: Final = frozenset({"rating_count"})
"""Features that say something of the record and nothing of the person: they make no reason."""


def topic(name: str) -> str:
    """Return the topic of a feature: its own name, unless it tells of the same thing as another.

    Parameters
    ----------
    name : str
        Feature.

    Returns
    -------
    str
        Name of the feature that stands for the topic.

    Examples
    --------
    >>> topic("age"), topic("rating_observer_within"), topic("presence_within")
    ('age', 'rating_observer', 'presence_booths')
    """
    return TOPICS.get(name, name.removesuffix("_within"))


def topic_numbers(names: Sequence[str]) -> npt.NDArray[np.intp]:
    """Return the number of the topic of each feature, counted in the order of their first appearance.

    Parameters
    ----------
    names : sequence of str
        Features.

    Returns
    -------
    ndarray of shape (k,)
        0, 1, ...
    """
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(topic(name), len(seen)) for name in names], dtype=np.intp)
