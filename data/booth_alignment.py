"""Alignment of two booth lists of a seat: which booth of the earlier list each booth of the later list continues.

The lists are read like a sentence and its translation: a hidden Markov model (Vogel, Ney and Tillmann, "HMM-based word
alignment in statistical translation", COLING 1996) walks along one list and guesses its place in the other. Most steps
go on by one; staying is a split; small skips are closed booths; now and then the walk jumps, for blocks of villages
move as a whole; a booth may also stand for nothing (Och and Ney 2003). How often the walk jumps is the seat's own: of
a few rates, up to a list in no order at all, the one counts that is likeliest for both lists. Both directions are
computed with the forward-backward algorithm and averaged: each direction may give one booth several partners on its
own side only, so splits and merges both come out ("alignment by agreement", Liang, Taskar and Klein 2006, averages
likewise).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Chance of each step in the other list; what is missing to 1 is spread by scaling.
_STEPS: Final = {-2: 0.005, -1: 0.01, 0: 0.08, 1: 0.78, 2: 0.07, 3: 0.02, 4: 0.01, 5: 0.005}
#: Chances of a jump that are tried, from a list in order to one in no order, and how usual such lists are: a handful of
#: booths can't tell, and then the order counts.
_JUMPS: Final = {0.06: 0.9, 0.3: 0.09, 1.0: 0.01}
#: Of the jumps so many fall off with distance, the others go anywhere; of a list in no order none.
_JUMP_NEAR: Final = 0.7
_JUMP_DECAY: Final = 25.0  # booths
_UNMATCHED: Final = 0.1  # chance of a booth without a partner
_START_DECAY: Final = 8.0  # booths from the head of the list
_START_ANYWHERE: Final = 0.02
_ODDS_RANGE: Final = (-12.0, 14.0)


@dataclass(frozen=True)
class Alignment:
    """Chances of every pair of booths of two lists.

    Parameters
    ----------
    forward : ndarray of shape (n_earlier, n_later)
        Chance that the later booth continues this earlier one; columns add up to 1 at most.
    backward : ndarray of shape (n_earlier, n_later)
        Chance that the earlier booth goes on in this later one; rows add up to 1 at most.
    """

    forward: Floats
    backward: Floats

    @property
    def chance(self) -> Floats:
        """Mean of both directions, 0 to 1."""
        return 0.5 * (self.forward + self.backward)


def align(log_odds: Floats) -> Alignment:
    """Align two lists.

    Parameters
    ----------
    log_odds : ndarray of shape (n_earlier, n_later)
        Evidence for each pair, both lists in their order.

    Returns
    -------
    Alignment
        Chances in both directions.

    Examples
    --------
    The second booth was split in two:

    >>> odds = np.array([[4.0, -3, -3, -3], [-3, 2, 2, -3], [-3, -3, -3, 4]])
    >>> align(odds).forward.argmax(axis=0).tolist(), align(odds).backward.argmax(axis=1).tolist()[::2]
    ([0, 1, 1, 2], [0, 3])
    """
    odds = np.clip(log_odds, *_ODDS_RANGE)
    if 0 in odds.shape:
        return Alignment(np.zeros(odds.shape), np.zeros(odds.shape))
    weights = [np.exp(side).T.copy() * (1 - _UNMATCHED) for side in (odds, odds.T)]
    walks = {jump: [_walk(weight, _transitions(weight.shape[1], jump), jump) for weight in weights] for jump in _JUMPS}

    def likelihood(jump: float) -> float:
        return float(np.log(_JUMPS[jump])) + sum(walk.log_likelihood for walk in walks[jump])

    best = walks[max(_JUMPS, key=likelihood)]
    forward, backward = (_posterior(walk, weight) for walk, weight in zip(best, weights, strict=True))
    return Alignment(forward, backward.T)


def _transitions(n: int, jump: float) -> Floats:
    step = np.arange(n)[None, :] - np.arange(n)[:, None]
    near = np.zeros((n, n))
    for size, chance in _STEPS.items():
        near[step == size] = chance
    far = np.exp(-np.abs(step - 1) / _JUMP_DECAY)
    far /= far.sum(axis=1, keepdims=True)
    nearby = _JUMP_NEAR if jump < 1 else 0.0
    mixed: Floats = (1 - jump) * near + jump * (nearby * far + (1 - nearby) / n)
    mixed /= mixed.sum(axis=1, keepdims=True)
    return mixed


@dataclass(frozen=True)
class _Walk:
    """The first half of the forward-backward algorithm: chances of each place from the columns so far.

    A state is a place in the list of rows, with or without a partner there: an unmatched column keeps the place.
    """

    step: Floats
    matched: Floats
    idle: Floats
    log_likelihood: float


def _walk(weight: Floats, step: Floats, jump: float) -> _Walk:
    m, n = weight.shape
    start = (1 - jump) * np.exp(-np.arange(n) / _START_DECAY) + _START_ANYWHERE
    matched, idle = np.empty((m, n)), np.empty((m, n))
    place = start / start.sum()
    onward = place
    log_likelihood = 0.0
    for column in range(m):
        matched[column] = onward * weight[column]
        idle[column] = place * _UNMATCHED
        total = matched[column].sum() + idle[column].sum()
        matched[column] /= total
        idle[column] /= total
        log_likelihood += float(np.log(total))
        place = matched[column] + idle[column]
        onward = place @ step
    return _Walk(step, matched, idle, log_likelihood)


def _posterior(walk: _Walk, weight: Floats) -> Floats:
    """Return the chance of each row for each column; what is missing to 1 is the chance of no partner."""
    m, n = weight.shape
    chance = np.empty((n, m))
    after = np.ones(n)
    for column in range(m - 1, -1, -1):
        both = walk.matched[column] * after
        chance[:, column] = both / (both.sum() + float(walk.idle[column] @ after))
        after = walk.step @ (weight[column] * after) + _UNMATCHED * after
        after /= after.max()
    return chance
