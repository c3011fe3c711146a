"""From chances to lineage: who continues whom, with which weights.

Linked are each later booth with its likeliest earlier one and each earlier booth with its likeliest later one, where
the chance is high enough. Within a group of linked booths electors flow from earlier to later booths as iterative
proportional fitting (Deming and Stephan 1940) finds them: they leave each earlier booth as its own electors, and arrive
at each later booth as its own.

The walk along the lists is soon all but certain, of a booth that kept its name, room and electors as of one of which
only its neighbours tell. So its say is bounded, and the pair's own clues decide how sure a link is beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from khaka.data.booth_alignment import Alignment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = Literal["one", "split", "merge", "new", "closed"]

#: Below this chance a pair is no link: the booths are new and closed, with the chance that they are.
_LEAST_CHANCE: Final = 0.2
#: Log odds of a confidence: 0.8 of the walk's, which tend to 3 at most, and 0.4 of the pair's own clues, for the walk
#: has seen those too. Chosen by hand on the odd seats of Uttar Pradesh, 2014 to 2017.
_WALK_MOST: Final = 3.0
_WALK_WEIGHT: Final = 0.8
_CLUES_WEIGHT: Final = 0.4
_MOST_CERTAIN: Final = 0.999
_FIT_ROUNDS: Final = 30
_LEAST_WEIGHT: Final = 0.02


@dataclass(frozen=True)
class Links:
    """The lineage of one seat, a row a link; -1 stands for no booth.

    Parameters
    ----------
    earlier, later : ndarray of int
        Positions in the two lists.
    weight_from : ndarray of float
        Share of the earlier booth that went to the later; adds up to 1 for each earlier booth.
    weight_to : ndarray of float
        Share of the later booth that came from the earlier; adds up to 1 for each later booth.
    confidence : ndarray of float
        How sure the link is, 0 to 0.999, four digits; of a booth without a link, the chance that it has none.
    kind : tuple of Kind
        one, split (the earlier booth has several successors), merge (the later has several predecessors only),
        new, closed.
    """

    earlier: Ints
    later: Ints
    weight_from: Floats
    weight_to: Floats
    confidence: Floats
    kind: tuple[Kind, ...]


def link(alignment: Alignment, clues: Floats, electors_earlier: Floats, electors_later: Floats) -> Links:
    """Choose the links of a seat and weigh them.

    Parameters
    ----------
    alignment : Alignment
        Chances of all pairs.
    clues : ndarray of shape (n_earlier, n_later)
        Log odds of each pair by itself.
    electors_earlier, electors_later : ndarray of float
        Electors in the two lists, NaN where unknown (then the list's median stands in).

    Returns
    -------
    Links
        Every booth of both lists is in at least one row.
    """
    before, after = _filled(electors_earlier), _filled(electors_later)
    linked = _chosen(alignment.chance)
    flow = _flow(linked, alignment.chance, before, after)
    # a link that carries next to nobody is none
    linked &= (_shares(flow, 1) >= _LEAST_WEIGHT) | (_shares(flow, 0) >= _LEAST_WEIGHT)
    flow = np.where(linked, flow, 0.0)
    one, two = np.nonzero(linked)
    closed, new = np.flatnonzero(~linked.any(axis=1)), np.flatnonzero(~linked.any(axis=0))
    kinds = _kinds(linked)
    kinds.extend(repeat("closed", len(closed)))
    kinds.extend(repeat("new", len(new)))
    certain = np.concatenate([
        _confidence(_certainty(alignment, linked, before, after)[one, two], clues[one, two]),
        1 - alignment.backward.sum(axis=1)[closed], 1 - alignment.forward.sum(axis=0)[new],
    ])  # fmt: skip
    return Links(
        earlier=np.concatenate([one, closed, np.full(len(new), -1)]),
        later=np.concatenate([two, np.full(len(closed), -1), new]),
        weight_from=np.concatenate([_shares(flow, 1)[one, two], np.ones(len(closed)), np.zeros(len(new))]),
        weight_to=np.concatenate([_shares(flow, 0)[one, two], np.zeros(len(closed)), np.ones(len(new))]),
        confidence=np.round(np.clip(certain, 0.0, _MOST_CERTAIN), 4),
        kind=tuple(kinds),
    )


def _chosen(chance: Floats) -> NDArray[np.bool_]:
    n, m = chance.shape
    linked = np.zeros((n, m), dtype=bool)
    if n and m:
        best = chance.argmax(axis=0)
        linked[best, np.arange(m)] |= chance[best, np.arange(m)] >= _LEAST_CHANCE
        best = chance.argmax(axis=1)
        linked[np.arange(n), best] |= chance[np.arange(n), best] >= _LEAST_CHANCE
    return linked


def _kinds(linked: NDArray[np.bool_]) -> list[Kind]:
    successors, predecessors = linked.sum(axis=1), linked.sum(axis=0)
    return [
        "split" if successors[one] > 1 else "merge" if predecessors[two] > 1 else "one"
        for one, two in np.argwhere(linked).tolist()
    ]


def _certainty(alignment: Alignment, linked: NDArray[np.bool_], before: Floats, after: Floats) -> Floats:
    """Return the chance that each pair belongs together.

    Of a split each part points back wholly, the whole points on to each part only in part (a merge the other way
    round): there the whole direction counts, as far as the electors add up.
    """
    agree = _agreement(linked, before, after)
    split, merge = linked.sum(axis=1)[:, None] > 1, linked.sum(axis=0)[None, :] > 1
    whole = np.where(split, alignment.forward * agree, np.where(merge, alignment.backward * agree, 0.0))
    certain: Floats = np.maximum(alignment.chance, whole)
    return certain


def _confidence(chance: Floats, clues: Floats) -> Floats:
    """Return how sure links are by the chance that the walk gives them and their own clues (log odds)."""
    chance = np.clip(chance, 1e-9, 1 - 1e-9)
    walked = _WALK_MOST * np.tanh(np.log(chance / (1 - chance)) / _WALK_MOST)
    sure: Floats = 1 / (1 + np.exp(-(_WALK_WEIGHT * walked + _CLUES_WEIGHT * clues)))
    return sure


def _shares(flow: Floats, axis: int) -> Floats:
    total = flow.sum(axis=axis, keepdims=True)
    return flow / np.where(total > 0, total, 1.0)


def _agreement(linked: NDArray[np.bool_], earlier: Floats, later: Floats) -> Floats:
    """Return how well the electors of each pair's partners add up, 0 to 1, freed of the growth of the whole list."""
    growth = later.sum() / max(earlier.sum(), 1e-9)
    wholes = linked @ later / np.maximum(earlier * growth, 1e-9)
    parts = linked.T @ (earlier * growth) / np.maximum(later, 1e-9)
    ratio = np.where(linked.sum(axis=1)[:, None] > 1, wholes[:, None], parts[None, :])
    agreement: Floats = np.minimum(ratio, 1 / np.maximum(ratio, 1e-9))
    return agreement


def _filled(electors: Floats) -> Floats:
    known = electors[np.isfinite(electors)]
    return np.where(np.isfinite(electors), electors, float(np.median(known)) if len(known) else 1.0)


def _flow(linked: NDArray[np.bool_], chance: Floats, leaving: Floats, arriving: Floats) -> Floats:
    """Return the flow of electors along the links, positive on each."""
    flow = np.where(linked, np.maximum(chance, 1e-6), 0.0)
    for _ in range(_FIT_ROUNDS):
        flow *= (leaving / np.maximum(flow.sum(axis=1), 1e-9))[:, None]
        flow *= (arriving / np.maximum(flow.sum(axis=0), 1e-9))[None, :]
    return flow
