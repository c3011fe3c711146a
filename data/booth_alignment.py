"""Alignment of two booth lists of a seat: which booth of the earlier list each booth of the later list continues.

The lists are read like a sentence and its translation: a hidden Markov model (Vogel, Ney and Tillmann, "HMM-based
word alignment in statistical translation", COLING 1996) walks along one list and guesses its place in the other. Most
steps go on by one; staying is a split; small skips are closed booths; now and then the walk jumps, for blocks of
villages move as a whole; a booth may also stand for nothing (Och and Ney 2003). Both directions are computed with the
forward-backward algorithm and averaged: each direction may give one booth several partners on its own side only, so
splits and merges both come out ("alignment by agreement", Liang, Taskar and Klein 2006, averages likewise).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Chance of each step in the other list; what is missing to 1 is spread by scaling.
_STEPS: Final = {-2: 0.005, -1: 0.01, 0: 0.08, 1: 0.78, 2: 0.07, 3: 0.02, 4: 0.01, 5: 0.005}
_JUMP: Final = 0.06  # chance of a jump; 70% of it falls off with distance, 30% goes anywhere
_JUMP_DECAY: Final = 25.0  # booths
_UNMATCHED: Final = 0.1  # chance of a booth without a partner
_START_DECAY: Final = 8.0  # booths from the head of the list
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
    return Alignment(_posterior(odds), _posterior(odds.T).T)


def _transitions(n: int) -> Floats:
    step = np.arange(n)[None, :] - np.arange(n)[:, None]
    near = np.zeros((n, n))
    for size, chance in _STEPS.items():
        near[step == size] = chance
    far = np.exp(-np.abs(step - 1) / _JUMP_DECAY)
    far /= far.sum(axis=1, keepdims=True)
    mixed: Floats = (1 - _JUMP) * near + _JUMP * (0.7 * far + 0.3 / n)
    mixed /= mixed.sum(axis=1, keepdims=True)
    return mixed


def _posterior(odds: Floats) -> Floats:
    """Return the chance of each row for each column; what is missing to 1 is the chance of no partner.

    A state is a place in the list of rows, with or without a partner there: an unmatched column keeps the place.
    """
    n, m = odds.shape
    if n == 0 or m == 0:
        return np.zeros((n, m))
    weight = np.exp(odds).T.copy() * (1 - _UNMATCHED)
    step = _transitions(n)
    start = np.exp(-np.arange(n) / _START_DECAY) + 0.02
    matched, idle = np.empty((m, n)), np.empty((m, n))
    place = start / start.sum()
    onward = place
    for column in range(m):
        matched[column] = onward * weight[column]
        idle[column] = place * _UNMATCHED
        total = matched[column].sum() + idle[column].sum()
        matched[column] /= total
        idle[column] /= total
        place = matched[column] + idle[column]
        onward = place @ step
    chance = np.empty((n, m))
    after = np.ones(n)
    for column in range(m - 1, -1, -1):
        both = matched[column] * after
        chance[:, column] = both / (both.sum() + float(idle[column] @ after))
        after = step @ (weight[column] * after) + _UNMATCHED * after
        after /= after.max()
    return chance
