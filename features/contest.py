"""Who contests where: alliances read off the nominee list, and how crowded a seat is.

Alliances are announced late and recorded badly, but they show in the list of nominees: allied parties keep out of
each other's seats. Two parties that should meet in `e` seats if they chose seats at random, and meet in `o`, are
allied with weight `1 - o / e`, counted only from 0.6 on and where chance alone would rarely part them so well
(Fisher's exact test, one-sided). Allies of the same larger party are allies of each other, where they don't meet.
"""

from __future__ import annotations

from math import comb
from typing import Final

import numpy as np
import pandas as pd

from khaka.features.poll_maps import INDEPENDENT, BoolArray, Contest, FloatArray
from khaka.features.registry import FeatureInfo, by_name

_CHANCE: Final = 0.01
_WEAKEST: Final = 0.6


def bloc_weights(contested: BoolArray) -> FloatArray:
    """Return how far each pair of parties is allied, judged by who contests where.

    Parameters
    ----------
    contested : BoolArray, shape (seats, parties)
        True where the party has a nominee.

    Returns
    -------
    FloatArray, shape (parties, parties)
        0 (rivals, or too few seats to tell) to 1 (never in the same seat); 0 on the diagonal; symmetric.

    Examples
    --------
    Parties 0 and 1 share out ten seats, party 2 contests all of them:

    >>> import numpy as np
    >>> seats = np.zeros((10, 3), dtype=bool)
    >>> seats[:5, 0] = seats[5:, 1] = seats[:, 2] = True
    >>> bloc_weights(seats)[0].tolist()
    [0.0, 1.0, 0.0]
    """
    n_seats, n_parties = contested.shape
    weight = np.zeros((n_parties, n_parties))
    tried = np.flatnonzero(contested.sum(axis=0) >= 3)  # fewer seats never tell
    if not len(tried):
        return weight
    here = contested[:, tried].astype(float)
    meet = here.T @ here
    count = here.sum(axis=0)
    expected = np.outer(count, count) / n_seats
    avoid = 1 - meet / expected
    first, second = np.nonzero(np.triu(avoid >= _WEAKEST, k=1))
    pairs = zip(meet[first, second], count[first], count[second], strict=True)
    kept = np.array([_part_so_well(int(o), n_seats, int(a), int(b)) < _CHANCE for o, a, b in pairs], dtype=bool)
    first, second = first[kept], second[kept]
    inner = np.zeros_like(avoid)
    inner[first, second] = inner[second, first] = avoid[first, second]
    # two allies of one larger party: too few seats each to tell, but they do not meet either
    larger = np.where(count[None, :] >= count[:, None], inner, 0.0)
    through = np.where(avoid >= 0.8, np.minimum(larger[:, None, :], larger[None, :, :]).max(axis=2), 0.0)
    inner = np.maximum(inner, through)
    np.fill_diagonal(inner, 0.0)
    weight[np.ix_(tried, tried)] = inner
    return weight


def _part_so_well(met: int, seats: int, first: int, second: int) -> float:
    """Return the chance that two parties meet in `met` seats or fewer, of `seats`, if both chose theirs at random.

    The hypergeometric distribution, in whole numbers: importing scipy.stats takes longer than all of them together.

    >>> round(_part_so_well(1, 10, 5, 5), 6)  # (C(5,0) C(5,5) + C(5,1) C(5,4)) / C(10,5) = 26 / 252
    0.103175
    """
    ways = sum(comb(first, k) * comb(seats - first, second - k) for k in range(min(met, second) + 1))
    return ways / comb(seats, second)


CONTEST_FEATURES: Final = by_name(
    *(
        FeatureInfo(name, unit, "nominees", "contest", doc, "nomination of the election that is forecast")
        for name, unit, doc in (
            ("n_nominees", "count", "nominees in the seat"),
            ("n_independents", "count", "independents in the seat"),
            ("n_parties", "count", "parties in the seat"),
            ("n_large", "count", "parties in the seat that contest at least a fifth of all seats"),
            ("is_independent", "flag 0/1", "the nominee stands without a party"),
            ("coverage", "share 0-1", "part of all seats that the party contests"),
            ("bloc_coverage", "share 0-1", "part of all seats that the party or an inferred ally contests"),
            ("n_allies", "count", "inferred allies, each by its weight"),
            ("ally_in_seat", "count", "inferred allies that contest this seat all the same, by weight"),
            ("rival_coverage", "share 0-1", "mean coverage of the other parties in the seat"),
            ("log_seats", "log count", "logarithm of the number of seats of the election"),
        )
    )
)
"""Features of `contest_features`."""


def contest_features(contest: Contest, weights: FloatArray) -> pd.DataFrame:
    """Return the features of who contests where, one row per nominee in `contest.nominees`' order.

    Parameters
    ----------
    contest : Contest
        The target election.
    weights : FloatArray, shape (parties, parties)
        Alliance weights of `bloc_weights`.

    Returns
    -------
    pd.DataFrame
        Columns as in `CONTEST_FEATURES`.
    """
    rows, here = contest.nominees, contest.contested.astype(float)
    seat, party = contest.row_seat, contest.row_party
    alone = (rows["party"] == INDEPENDENT).to_numpy()
    n_seats = len(here)
    coverage = here.mean(axis=0)
    bloc = np.clip(here + (here @ weights), 0, 1).mean(axis=0)
    sums = here @ coverage
    parties = here.sum(axis=1)
    safe = np.where(party >= 0, party, 0)

    def of_party(values: FloatArray, otherwise: float = 0.0) -> FloatArray:
        return np.where(party >= 0, values[safe] if len(values) else 0.0, otherwise)

    own = of_party(coverage)
    return pd.DataFrame(
        {
            "n_nominees": np.bincount(seat, minlength=n_seats)[seat].astype(float),
            "n_independents": np.bincount(seat, weights=alone, minlength=n_seats)[seat],
            "n_parties": parties[seat],
            "n_large": here[:, coverage >= 0.2].sum(axis=1)[seat],
            "is_independent": alone.astype(float),
            "coverage": own,
            "bloc_coverage": of_party(bloc),
            "n_allies": of_party(weights.sum(axis=1)),
            "ally_in_seat": of_party(np.zeros(0))
            if not here.shape[1]
            else np.where(party >= 0, (here @ weights)[seat, safe], 0.0),
            "rival_coverage": (sums[seat] - own) / np.maximum(parties[seat] - (party >= 0), 1),
            "log_seats": np.full(len(rows), np.log(max(n_seats, 1))),
        }
    )
