"""Ridge regression on standardised inputs, kept as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

_ARRAYS: Final = ("centre", "scale", "coefficients")

FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class RidgeFit:
    """A fitted ridge regression: `intercept + (x - centre) / scale @ coefficients`.

    Parameters
    ----------
    names : tuple of str
        Inputs, in the columns' order.
    centre, scale, coefficients : FloatArray, shape (inputs,)
        Of the standardised inputs.
    intercept : float
        Forecast at the centre.
    """

    names: tuple[str, ...]
    centre: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    intercept: float

    def predict(self, inputs: FloatArray) -> FloatArray:
        """Return the forecasts, shape (rows,)."""
        return np.asarray(self.intercept + ((inputs - self.centre) / self.scale) @ self.coefficients)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "names": list(self.names), "centre": self.centre.tolist(), "scale": self.scale.tolist(),
            "coefficients": self.coefficients.tolist(), "intercept": self.intercept,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `to_json` stored."""
        centre, scale, coefficients = (np.asarray(stored[name], dtype=np.float64) for name in _ARRAYS)
        return cls(tuple(stored["names"]), centre, scale, coefficients, float(stored["intercept"]))


def fit_ridge(
    inputs: FloatArray, target: FloatArray, *, names: Sequence[str], strength: float, weight: FloatArray | None = None
) -> RidgeFit:
    """Fit a ridge regression in closed form.

    Parameters
    ----------
    inputs : FloatArray, shape (rows, inputs)
        Without NaN.
    target : FloatArray, shape (rows,)
        What is to be forecast.
    names : sequence of str
        Of the inputs.
    strength : float
        Penalty on the squared coefficients of the standardised inputs, in rows' worth.
    weight : FloatArray, optional
        Of the rows.

    Returns
    -------
    RidgeFit
        Inputs without spread get a coefficient of 0.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_ridge(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]), names=["x"], strength=0.0)
    >>> fit.predict(np.array([[3.0]])).round(6).tolist()
    [7.0]
    """
    rows = np.ones(len(target)) if weight is None else np.asarray(weight, dtype=np.float64)
    total = max(float(rows.sum()), 1e-12)
    centre = rows @ inputs / total
    spread = np.sqrt(rows @ (inputs - centre) ** 2 / total)
    flat = spread < 1e-12
    scale = np.where(flat, 1.0, spread)
    standard = (inputs - centre) / scale
    middle = float(rows @ target / total)
    gram = (standard * rows[:, None]).T @ standard
    gram[np.diag_indices_from(gram)] += strength + np.where(flat, 1.0, 0.0) + 1e-9
    coefficients = np.linalg.solve(gram, (standard * rows[:, None]).T @ (target - middle))
    return RidgeFit(tuple(names), centre, scale, np.where(flat, 0.0, coefficients), middle)
