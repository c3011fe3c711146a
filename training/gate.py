"""The gate: what a challenger has to show before it may become the champion, each check with its figure and its limit.

Only evidence comes in, gathered elsewhere; here it is weighed. A check that could not be made does not pass: no figure,
no promotion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

FOUR_FIFTHS: Final = 0.8
"""First ranks of a group for each best name of it, below which it counts as shut out."""


@dataclass(frozen=True)
class Limits:
    """Limits of the gate.

    Parameters
    ----------
    elections : int
        Elections out of time at least.
    regret : float
        Points by which the challenger's mean regret may exceed the champion's.
    gaming : float
        Least share of inflated logs that move their aspirant up by at most one rank.
    coverage : float
        Least share of margins in 90% ranges, swing drawn.
    coverage_given_swing : tuple of float
        Least and greatest share in 90% ranges, swing known.
    exposure : float
        Least ratio of a group's first ranks to its truly best names, on made-up states; the upper bound counts.
    """

    elections: int = 2
    regret: float = 0.1
    gaming: float = 0.95
    coverage: float = 0.85
    coverage_given_swing: tuple[float, float] = (0.80, 0.97)
    exposure: float = FOUR_FIFTHS


@dataclass(frozen=True)
class Check:
    """One check.

    Parameters
    ----------
    name : str
        What is checked.
    passed : bool
        Whether it holds.
    figure : float
        What was measured; NaN where nothing could be.
    limit : str
        What it has to be, in words.
    detail : str
        What the figure rests on.
    """

    name: str
    passed: bool
    figure: float
    limit: str
    detail: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Verdict:
    """All checks of one challenger."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def failed(self) -> list[str]:
        """Names of the checks that did not pass."""
        return [check.name for check in self.checks if not check.passed]

    def text(self) -> str:
        """Return the table for a person."""
        width = max(len(check.name) for check in self.checks)
        limits = max(len(check.limit) for check in self.checks)
        return "\n".join(
            f"{'pass' if check.passed else 'FAIL'}  {check.name:<{width}}  {_figure(check.figure):>8}  "
            f"{check.limit:<{limits}}  {check.detail}"
            for check in self.checks
        )


def beats(
    name: str,
    errors: Sequence[Mapping[str, Any]],
    other: str,
    *,
    limits: Limits,
    unit: str = "points of margin",
    within_error: bool = False,
) -> Check:
    """Check that the model's error is below another's, paired over elections out of time.

    Parameters
    ----------
    name : str
        Of the check.
    errors : sequence of mapping
        One per election, with `model` and `other`: errors, lower is better.
    other : str
        Whom to beat.
    limits : Limits
        How many elections are needed.
    unit : str
        Of the errors.
    within_error : bool
        Also pass if the mean difference is not above its standard error: against a forecast that knows nothing of
        people, over all parties, of whose people little is recorded.

    Returns
    -------
    Check
        Figure: mean difference, negative where the model is better.

    Examples
    --------
    >>> rows = [{"model": 5.0, "ridge": 6.0}, {"model": 7.0, "ridge": 7.5}]
    >>> check = beats("against ridge", rows, "ridge", limits=Limits())
    >>> check.passed, check.figure, check.detail
    (True, -0.75, '2 elections, standard error 0.25 points of margin, better in 2')
    """
    pairs = [(float(row["model"]), float(row[other])) for row in errors if other in row]
    gaps = np.array([model - theirs for model, theirs in pairs if math.isfinite(model - theirs)])
    limit = f"not above {'its standard error' if within_error else '0'}, {limits.elections} elections or more"
    if not len(gaps):
        return Check(name, False, math.nan, limit, "nothing was measured")
    error = float(gaps.std(ddof=1) / np.sqrt(len(gaps))) if len(gaps) > 1 else math.nan
    told = f"standard error {error:.2g} {unit}, " if math.isfinite(error) else ""
    detail = f"{len(gaps)} election{'s' if len(gaps) != 1 else ''}, {told}better in {int((gaps < 0).sum())}"
    if not gaps.any():
        detail = f"{len(gaps)} elections: the model is that very forecast, its history is too short for more"
    most = error if within_error and math.isfinite(error) else 0.0
    return Check(name, bool(len(gaps) >= limits.elections and gaps.mean() <= most), float(gaps.mean()), limit, detail)


def regret_check(states: pd.DataFrame, *, limits: Limits) -> Check:
    """Check that the challenger's regret on made-up states is no worse than the champion's.

    Parameters
    ----------
    states : DataFrame
        One row per made-up state: regret, and champion_regret (or the committee's where there is no champion yet), in
        points a seat.
    limits : Limits
        By how much it may be worse.

    Returns
    -------
    Check
        Figure: mean difference in points a seat.
    """
    other = "champion" if "champion_regret" in states and states["champion_regret"].notna().any() else "committee"
    limit = f"at most {limits.regret:+g} against the {other}"
    name = "regret on made-up states"
    if states.empty:
        return Check(name, False, math.nan, limit, "no made-up state was judged")
    gap = (states["regret"] - states[f"{other}_regret"]).astype(float)
    error = float(gap.std(ddof=1) / np.sqrt(len(gap))) if len(gap) > 1 else math.nan
    detail = (
        f"{states['regret'].mean():.2f} against {states[f'{other}_regret'].mean():.2f} points a seat, "
        f"{len(gap)} states, standard error {error:.2g}"
    )
    return Check(name, bool(gap.mean() <= limits.regret), float(gap.mean()), limit, detail)


def gaming_check(moves: Sequence[int], *, limits: Limits) -> Check:
    """Check that an activity log inflated tenfold moves its aspirant up by at most one rank.

    Parameters
    ----------
    moves : sequence of int
        Places up, one per inflated log.
    limits : Limits
        In which share of cases.

    Returns
    -------
    Check
        Figure: share of cases.

    Examples
    --------
    >>> gaming_check([0] * 97 + [1, 2, 3], limits=Limits()).figure
    0.98
    """
    limit = f"at least {limits.gaming:.0%} move up by one rank or none"
    if not len(moves):
        return Check("log inflated tenfold", False, math.nan, limit, "no log was inflated")
    up = np.asarray(moves)
    share = float((up <= 1).mean())
    detail = f"{len(up)} logs, {int((up > 0).sum())} moved up, {int(up.max())} ranks at most"
    return Check("log inflated tenfold", share >= limits.gaming, share, limit, detail)


def coverage_checks(elections: Sequence[Mapping[str, Any]], *, limits: Limits) -> tuple[Check, ...]:
    """Check how 90% ranges hold on elections that were not seen.

    Parameters
    ----------
    elections : sequence of mapping
        Of `khaka.training.evidence.held`.
    limits : Limits
        What they have to hold.

    Returns
    -------
    tuple of Check
        With the swing drawn, and given the swing.
    """
    low, high = limits.coverage_given_swing
    weights = [float(row["nominees"]) for row in elections]

    def mean(key: str) -> float:
        return float(np.average([float(row[key]) for row in elections], weights=weights)) if weights else math.nan

    told = f"{len(weights)} elections not seen" if weights else "no election was left out"
    drawn, known = mean("in_range"), mean("given_swing")
    return (
        Check("90% ranges hold, out of time", bool(drawn >= limits.coverage), drawn,
              f"at least {limits.coverage:.0%}", told),
        Check("the same given the swing", bool(low <= known <= high), known, f"{low:.0%} to {high:.0%}", told),
    )  # fmt: skip


def exposure_checks(exposure: pd.DataFrame, *, limits: Limits) -> tuple[Check, ...]:
    """Check that no group is first much more rarely than it has the best name.

    Parameters
    ----------
    exposure : DataFrame
        Of `khaka.scoring.audit.exposure_against_truth`: attribute, group, ratio (first ranks over best names), high
        (its upper bound, all groups held together at 95%).
    limits : Limits
        Least ratio.

    Returns
    -------
    tuple of Check
        One an attribute, with its least ratio; what the bound still reaches may be chance and passes.
    """
    limit = f"bound reaches {limits.exposure:g}"
    checks = []
    for attribute, rows in exposure.dropna(subset=["ratio"]).groupby("attribute", sort=False):
        worst = rows.sort_values("high", kind="stable").to_dict("records")[0]
        detail = f"{worst['group']}: first in {worst['first']:.0f}, best in {worst['best']:.0f}; {len(rows)} groups"
        passed = bool(worst["high"] >= limits.exposure)
        checks.append(Check(f"exposure by {attribute}", passed, float(worst["ratio"]), limit, detail))
    if not checks:
        checks.append(Check("exposure by group", False, math.nan, limit, "no group was large enough"))
    return tuple(checks)


def _figure(value: float) -> str:
    return "-" if not math.isfinite(value) else f"{value:+.3f}" if abs(value) < 10 else f"{value:+.1f}"
