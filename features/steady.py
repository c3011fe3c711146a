"""Figures that are pooled over all seats, told no finer than they are known.

A mean, a spread or a correlation over a state's aspirants moves in its last digits with every record, and with it every
value that is measured by it: one district's news would make all other districts new. So such a figure is brought to a
step of one standard error, at most half of which is lost. The standard error goes by the number of rows to the next
power of two, so that it stays where it is as well.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def about(n: float | Floats) -> Floats:
    """Return numbers of rows to the nearest power of two, 1 at least.

    Examples
    --------
    >>> about(np.array([4000.0, 4111.0, 0.0])).tolist()
    [4096.0, 4096.0, 1.0]
    """
    return np.asarray(2.0 ** np.round(np.log2(np.maximum(n, 1.0))))


def steady_counts(counts: Floats) -> Floats:
    """Return counts to two significant digits.

    Examples
    --------
    >>> steady_counts(np.array([0.0, 7.0, 4021.0, 4054.0])).tolist()
    [0.0, 7.0, 4000.0, 4100.0]
    """
    step = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(counts, 1.0))) - 1, 0)
    return np.asarray(np.round(counts / step) * step)


def steady_mean(mean: float, spread: float, n: float) -> float:
    """Return a mean to one standard error.

    Parameters
    ----------
    mean : float
        Of n rows.
    spread : float
        Their standard deviation, itself steady; 0 or NaN leaves the mean as it is.
    n : float
        Number of rows.

    Returns
    -------
    float
        A multiple of spread / sqrt(n).

    Examples
    --------
    >>> round(steady_mean(0.503, 0.16, 4000), 4), round(steady_mean(0.5035, 0.16, 4010), 4)
    (0.5025, 0.5025)
    """
    step = spread / np.sqrt(about(n))
    return float(np.round(mean / step) * step) if np.isfinite(step) and step > 0 else float(mean)


def steady_scale(scale: float, n: float) -> float:
    """Return a standard deviation to one standard error, which is the part 1 / sqrt(2 n) of it.

    Examples
    --------
    >>> round(steady_scale(2.0, 4000), 4), steady_scale(2.001, 4000) == steady_scale(2.0, 4000), steady_scale(1.0, 9)
    (2.0058, True, 1.0)
    """
    if not np.isfinite(scale) or scale <= 0:
        return float(scale)
    step = 1.0 / np.sqrt(2.0 * about(n))
    return float(np.exp(np.round(np.log(scale) / step) * step))


def steady_correlations(correlation: Floats, counts: Floats) -> Floats:
    """Return correlations to one standard error, 1 / sqrt(n) or a little less so that 1 and -1 stay.

    Parameters
    ----------
    correlation, counts : ndarray of the same shape
        And the number of rows behind each; with none it is left as it is.

    Returns
    -------
    ndarray
        Multiples of the step.

    Examples
    --------
    >>> steady_correlations(np.array([0.301, 0.302, 1.0]), np.array([4000.0, 4010.0, 4000.0])).tolist()
    [0.296875, 0.296875, 1.0]
    """
    parts = np.ceil(np.sqrt(about(counts)))
    return np.asarray(np.where(counts >= 1, np.round(correlation * parts) / parts, correlation))
