"""One latent quality of an aspirant behind all judgements, the work in the field and earlier cycles.

Within a seat, in standard deviations, signal k of aspirant i is taken to be

    x_ik = l_k q_i + e_ik,    q ~ N(0, 1),    var(x_ik) = 1 + (what fewer raters than usual add)

with loadings l from the agreement of the signals, by least squares on the correlations off the diagonal (Harman and
Jones 1966, *Psychometrika* 31, 351-368), all aspirants of all known cycles pooled and shrunk towards a prior. No
outcome is needed, nobody is left out, and who agrees with nobody counts for nothing. Committees of one party share
their liking for some names; that they agree with one another proves nothing, so this pair is left out. Errors may be
shared: with S, the correlations of the signals as they were seen, the best linear guess is a sum,

    E[q_i | x] = sum over k of w_k x_ik,    w = S^-1 l,

so two who repeat one another count as one, and each signal's part is a feature of its own. What a standard deviation
is worth is learned from outcomes, one coefficient for all parts.

Judgements can be bought. A role whose ratings follow other things in this cycle than before (the declared facts) or no
longer what they followed (verified work, the person's earlier record, the other roles) is trusted less: its loading is
multiplied by its trust, 0 to 1, and the others carry more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.features.agreement import Agreement, loadings, together, weigh
from khaka.features.cutoff import KnownTables
from khaka.features.registry import FeatureInfo, by_name
from khaka.features.signals import FACTS, JUDGED, Cycle, cycles
from khaka.features.steady import steady_scale

Floats = npt.NDArray[np.float64]

SIGNALS: Final = (*JUDGED, "presence", "before")
"""What tells of quality, in order: judgements, verified work, the guess of the person's last cycle."""

PRIOR: Final = {
    "observer": 0.6, "dcc": 0.35, "pcc": 0.35, "survey": 0.5, "poll": 0.5, "presence": 0.25, "before": 0.4,
}  # fmt: skip
"""Loadings before any data: two observers agree at about 0.35, one survey says a little less."""

_ALIKE: Final = ("dcc", "pcc")
"""Committees of one party."""

_DRIFT_SIGMA: Final = 2.5  # a correlation has moved if by more than so many standard errors
_NATURAL_DRIFT: Final = 0.03
_FULL_DRIFT: Final = 0.35  # a role whose correlations moved by so much in all is trusted no more
_ANCHORED: Final = 0.15  # anchors that agreed less than this before can't be missed
_DOC: Final = {
    "observer": "the observers' ratings", "dcc": "the district committee's ratings",
    "pcc": "the state committee's ratings", "survey": "the survey's ratings", "poll": "the shares in surveys",
    "presence": "verified work in the field", "before": "the person's earlier cycle",
}  # fmt: skip

_KNOWN: Final = "rated_at, fielded_at or received_at of the last signal"

_ALIKE_PAIR: Final = np.array([[{one, other} == set(_ALIKE) for other in SIGNALS] for one in SIGNALS])

PARTS: Final = tuple(f"quality_{name}" for name in SIGNALS)
"""Features whose sum is the guess: one coefficient serves them all."""

FEATURES: Final = by_name(
    *(
        FeatureInfo(
            f"quality_{name}", "sd of quality", "ratings, surveys, activity",
            "presence" if name == "presence" else "ratings",
            f"what {_DOC[name]} add to the guess of the person's quality against the seat's other aspirants", _KNOWN,
        )
        for name in SIGNALS
    ),
    FeatureInfo(
        "presence_relative", "sd of presence", "activity, booths", "presence",
        "verified work in the field against the seat's other aspirants", "received_at of the last event", 1,
    ),
)  # fmt: skip
"""The parts of the guess, and verified work by itself, by name."""


def trusts(now: Agreement, past: Agreement) -> dict[str, float]:
    """Say how far each judging role is still to be trusted, 0 to 1.

    Parameters
    ----------
    now, past : Agreement
        Of the cycle in question, and of those before.

    Returns
    -------
    dict of str to float
        By role. 1 where the role was not heard before: there is nothing to hold it against.
    """
    place = {name: index for index, name in enumerate(now.columns)}
    moved = now.correlation - past.correlation
    rows = np.where((now.counts > 20) & (past.counts > 20), 1.0, 0.0)
    error = np.sqrt(1.0 / np.maximum(now.counts, 1) + 1.0 / np.maximum(past.counts, 1) + _NATURAL_DRIFT**2)
    excess = np.maximum(moved**2 - (_DRIFT_SIGMA * error) ** 2, 0.0) * rows
    trust = {}
    for role in JUDGED:
        facts = [place[name] for name in FACTS]
        follows = float(np.sqrt(excess[place[role], facts].sum()))
        anchors = [place["presence"], place["before"]]
        lost = _kept(now, past, place[role], anchors, np.ones(2))
        trust[role] = min(max(0.0, 1.0 - follows / _FULL_DRIFT), lost)
    while True:  # who no longer agrees with the other roles: the worst first, for it pulls the others down with it
        ratios = {}
        for role in JUDGED:
            others = [place[name] for name in JUDGED if name != role]
            weight = np.array([trust[name] for name in JUDGED if name != role])
            ratios[role] = _kept(now, past, place[role], others, weight)
        worst = min(JUDGED, key=lambda role: ratios[role] - trust[role])
        if ratios[worst] >= trust[worst]:
            return _shared(trust)
        trust[worst] = ratios[worst]


def _shared(trust: dict[str, float]) -> dict[str, float]:
    """Let a suspicion against the others fall on a role too: who buys one rater buys several.

    Examples
    --------
    >>> _shared(dict.fromkeys(JUDGED, 1.0)) == dict.fromkeys(JUDGED, 1.0)
    True
    """
    weight = {role: PRIOR[role] ** 2 for role in JUDGED}
    total = sum(weight.values())
    said = sum(weight[role] * trust[role] for role in JUDGED)
    others = {role: (said - weight[role] * trust[role]) / (total - weight[role]) for role in JUDGED}
    return {role: trust[role] * float(np.sqrt(others[role])) for role in JUDGED}


def _kept(now: Agreement, past: Agreement, role: int, anchors: list[int], weight: Floats) -> float:
    """Return which part of its earlier agreement with the anchors a role has kept: 1 unless it surely lost some."""
    was, is_ = past.correlation[role, anchors], now.correlation[role, anchors]
    known = (past.counts[role, anchors] > 20) & (now.counts[role, anchors] > 20)
    weight = np.where(known, weight, 0.0)
    strength = float(weight @ was**2)
    if strength < _ANCHORED**2 * max(float(weight.max(initial=0.0)), 1e-9):
        return 1.0
    ratio = float(weight @ (was * is_)) / strength
    variance = 1.0 / np.maximum(now.counts[role, anchors], 1) + 1.0 / np.maximum(past.counts[role, anchors], 1)
    error = float(np.sqrt(weight**2 @ (was**2 * (variance + _NATURAL_DRIFT**2)))) / strength
    return 1.0 if ratio + _DRIFT_SIGMA * error >= 1.0 else max(0.0, min(1.0, ratio))


@dataclass
class Guess:
    """The guess of one cycle: `parts` by aspirant_id and signal, `trust` by role, `loading` by signal."""

    parts: pd.DataFrame
    trust: dict[str, float]
    loading: dict[str, float] = field(default_factory=dict)


def guess(history: list[Cycle]) -> Guess:
    """Guess the quality of the last cycle's aspirants.

    Parameters
    ----------
    history : list of Cycle
        In order of time, the one in question last.

    Returns
    -------
    Guess
        NaN where a signal is unknown of an aspirant: it adds nothing.
    """
    columns = (*SIGNALS, *FACTS)
    past = Agreement(columns, np.zeros((len(columns),) * 2), np.zeros((len(columns),) * 2))
    record: dict[Any, float] = {}
    found = Guess(pd.DataFrame(columns=list(SIGNALS), dtype="float64"), dict.fromkeys(JUDGED, 1.0))
    for cycle in history:
        table = cycle.signals.copy()
        before = cycle.people["person_id"].map(record).astype("float64")
        spread = float(np.sqrt((before**2).mean())) if before.notna().any() else 0.0
        spread = steady_scale(spread, int(before.count()))
        table["before"] = before / spread if spread > 1e-9 else np.nan
        table = table[list(columns)]
        now = Agreement.of(table)
        trust = trusts(now, past)
        full = np.array([trust.get(name, 1.0) for name in columns])
        past = past.plus(now, full)
        k = len(SIGNALS)
        prior = np.array([PRIOR[name] for name in SIGNALS])
        correlation, counts, trusted = past.correlation[:k, :k], past.counts[:k, :k], full[:k]
        loading = loadings(correlation, np.where(_ALIKE_PAIR, 0.0, counts), prior)
        # who is trusted no more is noise: it agrees with nobody, neither for nor against
        seen = together(correlation, counts, loading) * np.outer(trusted, trusted)
        np.fill_diagonal(seen, 1.0)
        parts = _parts(table[list(SIGNALS)], cycle.extra_noise, loading * trusted, seen)
        found = Guess(parts, trust, dict(zip(SIGNALS, loading.tolist(), strict=True)))
        total = parts.sum(axis=1, min_count=1)
        known = total.notna() & cycle.people["person_id"].notna()
        record.update(zip(cycle.people.loc[known, "person_id"], total[known], strict=True))
    return found


def _parts(signals: pd.DataFrame, extra: pd.DataFrame, loading: Floats, correlation: Floats) -> pd.DataFrame:
    """Return each signal's part of the guess, aspirants with the same signals and as many raters at once."""
    values = signals.to_numpy(dtype="float64")
    known = ~np.isnan(values)
    noise = np.where(known, extra.reindex(columns=signals.columns, fill_value=0.0).to_numpy(dtype="float64"), 0.0)
    cases, case = np.unique(np.hstack([known.astype(float), noise]), axis=0, return_inverse=True)
    parts = np.full(values.shape, np.nan)
    for number, one in enumerate(cases):
        there = np.flatnonzero(one[: len(loading)])
        if len(there):
            weights = weigh(loading[there], correlation[np.ix_(there, there)], one[len(loading) :][there])
            rows = np.flatnonzero(case.reshape(-1) == number)
            parts[np.ix_(rows, there)] = weights * values[np.ix_(rows, there)]
    return pd.DataFrame(parts, index=signals.index, columns=signals.columns)


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of the guess.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    people : DataFrame
        From `khaka.features.people.people`.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `people`; NaN for those who are no aspirants of the party.
    """
    history = cycles(known)
    parts = guess(history).parts.add_prefix("quality_")
    presence = history[-1].signals["presence"] if history else pd.Series(dtype="float64")
    return (
        parts.assign(presence_relative=presence.reindex(parts.index))
        .reindex(people["aspirant_id"].astype("object"))
        .set_axis(people.index)[list(FEATURES)]
    )
