"""Where a value lies in a picture: linear scales, ticks at round numbers, steps of the sequential colours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEPS = 5
"""Steps of the sequential colours, classes q0 (least) to q4 (most)."""


@dataclass(frozen=True)
class Scale:
    """A linear scale.

    Parameters
    ----------
    low, high : float
        Ends of the values, low below high.
    start, stop : float
        Where they lie in the picture.
    """

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Return where a value lies, clipped to the scale's ends.

        Examples
        --------
        >>> Scale(-10.0, 10.0, 0.0, 100.0)(5.0), Scale(0.0, 1.0, 0.0, 100.0)(7.0)
        (75.0, 100.0)
        """
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.stop - self.start)


def margin_scale(values: Iterable[float], start: float, stop: float) -> Scale:
    """Return a scale of margins that holds all values and zero, with ends at tens.

    Parameters
    ----------
    values : iterable of float
        Margin points; what isn't finite is left out.
    start, stop : float
        Where the ends lie.

    Returns
    -------
    Scale
        At least from -10 to 10.

    Examples
    --------
    >>> margin_scale([-31.0, 4.0], 0.0, 100.0)
    Scale(low=-40.0, high=10.0, start=0.0, stop=100.0)
    """
    known = [value for value in values if math.isfinite(value)]
    low = min(-10.0, 10.0 * math.floor(min(known, default=0.0) / 10.0))
    high = max(10.0, 10.0 * math.ceil(max(known, default=0.0) / 10.0))
    return Scale(low, high, start, stop)


def ticks(scale: Scale, most: int = 7) -> list[float]:
    """Return round values inside a scale, zero among them where it is inside.

    Parameters
    ----------
    scale : Scale
        Of any values.
    most : int
        How many at most.

    Returns
    -------
    list of float
        Ascending.

    Examples
    --------
    >>> ticks(Scale(-70.0, 40.0, 0.0, 1.0))
    [-60.0, -40.0, -20.0, 0.0, 20.0, 40.0]
    """
    span = scale.high - scale.low
    power = 10.0 ** math.floor(math.log10(span))
    step = next(
        factor * size
        for size in (power / 100, power / 10, power)
        for factor in (1.0, 2.0, 5.0, 10.0)
        if span / (factor * size) <= most - 1
    )
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return [round(number * step, 10) + 0.0 for number in range(first, last + 1)]


def step_of(value: float | None, bounds: Sequence[float]) -> str:
    """Return the class of a value on the sequential colours.

    Parameters
    ----------
    value : float or None
        None or NaN is unknown.
    bounds : sequence of float
        Four inner bounds, ascending; a value on a bound belongs to the step above.

    Returns
    -------
    str
        "q0" to "q4", "qx" for unknown.

    Examples
    --------
    >>> [step_of(value, (0.05, 0.25, 0.5, 0.75)) for value in (0.01, 0.05, 0.8, None)]
    ['q0', 'q1', 'q4', 'qx']
    """
    if value is None or math.isnan(value):
        return "qx"
    return f"q{sum(value >= bound for bound in bounds)}"


def fifths(values: Iterable[float]) -> tuple[float, ...]:
    """Return four round bounds that part shares into about equal steps between a low and a high tenth.

    Parameters
    ----------
    values : iterable of float
        Shares 0 to 1; NaN is left out.

    Returns
    -------
    tuple of four float
        Ascending, in steps of 0.05, or of 0.02 or 0.01 where the values lie close together.

    Examples
    --------
    >>> fifths([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    (0.1, 0.2, 0.3, 0.4)
    """
    known = sorted(value for value in values if value is not None and not math.isnan(value))
    if not known:
        return (0.2, 0.4, 0.6, 0.8)
    low, high = known[len(known) // 20], known[-1 - len(known) // 20]
    step = next((size for size in (0.01, 0.02, 0.05, 0.1) if high - low <= 6 * size), 0.2)
    start = step * max(round(((low + high) / 2 - 1.5 * step) / step), 1)
    return tuple(round(start + number * step, 4) for number in range(4))
