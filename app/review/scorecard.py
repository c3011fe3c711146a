"""After counting day: the model, the seat's baseline and the committee's choices against the results, seat by seat.

Only the nominee has a result: who else would have done better can't be seen, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from khaka.app.review.results import Results
from khaka.app.review.store.ledger import SeatStatus
from khaka.data.durable import read_parquet

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace

_BASE: Final = ("(base)", "seat_baseline")


@dataclass(frozen=True)
class Row:
    """One seat: what was expected of the nominee, and what came.

    Parameters
    ----------
    seat_id, aspirant_id : str
        The seat and the committee's nominee.
    first_name : bool
        Whether the nominee was the first name of the ranking.
    actual : float
        Margin of the party, points of valid votes.
    expected, low, high : float
        Of the nominee by the model, with the 90% range.
    baseline : float
        Expected of the seat without the person.
    """

    seat_id: str
    aspirant_id: str
    first_name: bool
    actual: float
    expected: float
    low: float
    high: float
    baseline: float

    @property
    def inside(self) -> bool:
        """Whether the result lies in the range."""
        return self.low <= self.actual <= self.high


@dataclass(frozen=True)
class Scorecard:
    """All seats with a result and a choice.

    Parameters
    ----------
    rows : tuple of Row
        By seat.
    model_error, baseline_error : float
        Mean absolute error in points.
    inside : float
        Share of results inside the 90% range, 0 to 1.
    otherwise : int
        Seats where the committee chose another than the first name.
    gain_first, gain_otherwise : float or None
        Mean of result minus baseline, where it chose the first name and where it didn't; None for no such seat.
    """

    rows: tuple[Row, ...]
    model_error: float
    baseline_error: float
    inside: float
    otherwise: int
    gain_first: float | None
    gain_otherwise: float | None


def actual_margins(nominees: pd.DataFrame, party: str) -> dict[str, float]:
    """Return the party's margin in points by seat: its share minus the best rival's; seats with counted votes only.

    Parameters
    ----------
    nominees : DataFrame
        Of one election, with `party`, `symbol_party` and `votes`.
    party : str
        The own one.

    Returns
    -------
    dict of str to float
        A seat without the party, or without any votes, is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"seat_id": ["s"] * 3, "party": ["A", "B", "C"], "votes": [50, 30, 20]})
    >>> actual_margins(table, "A"), actual_margins(table, "C")
    ({'s': 20.0}, {'s': -30.0})
    """
    found: dict[str, float] = {}
    for seat_id, rows in nominees.dropna(subset=["votes"]).groupby("seat_id"):
        votes = rows["votes"].astype("float64")
        own, total = rows["party"].eq(party), float(votes.sum())
        if own.any() and total > 0:
            best = float(votes[~own].max()) if (~own).any() else 0.0
            found[str(seat_id)] = 100.0 * (float(votes[own].max()) - best) / total
    return found


def scorecard(workspace: Workspace, shown: Results, stands: Mapping[str, SeatStatus]) -> Scorecard | None:
    """Set the choices against the results; None as long as no seat has both."""
    nominees = workspace.store.read("nominees", elections={shown.election_id})
    nominees = nominees[nominees["election_id"] == shown.election_id]
    actual = actual_margins(nominees, workspace.settings.party.party)
    scores = read_parquet(shown.folder / "scores.parquet").to_pandas().set_index("aspirant_id")
    base = _baselines(shown.folder)
    rows = tuple(
        Row(
            seat_id, stood.aspirant_id, stood.aspirant_id == stood.first_name_id, actual[seat_id],
            float(line["expected_margin"]), float(line["margin_low"]), float(line["margin_high"]),
            base.get(stood.aspirant_id, float("nan")),
        )
        for seat_id in shown.seats
        if (stood := stands.get(seat_id)) is not None and stood.is_decided and seat_id in actual
        if stood.aspirant_id in scores.index
        for line in (scores.loc[stood.aspirant_id],)
    )  # fmt: skip
    if not rows:
        return None
    table = pd.DataFrame(
        [(r.actual, r.expected, r.baseline, r.inside, r.first_name) for r in rows],
        columns=["actual", "expected", "baseline", "inside", "first"],
    )
    gain = (table["actual"] - table["baseline"]).groupby(table["first"]).mean()
    return Scorecard(
        rows, float((table["actual"] - table["expected"]).abs().mean()),
        float((table["actual"] - table["baseline"]).abs().mean()), float(table["inside"].mean()),
        int((~table["first"]).sum()), _of(gain, True), _of(gain, False),
    )  # fmt: skip


def _of(means: pd.Series[float], first: bool) -> float | None:
    return float(means.loc[first]) if first in means.index else None


def _baselines(folder: Path) -> dict[str, float]:
    path = folder / "explanations.parquet"
    if not path.exists():
        return {}
    told = read_parquet(path, columns=["aspirant_id", "feature", "contribution"]).to_pandas()
    sums = told[told["feature"].isin(_BASE)].groupby("aspirant_id")["contribution"].sum()
    return {str(who): float(points) for who, points in sums.items()}
