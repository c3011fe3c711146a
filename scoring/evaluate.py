"""`khaka evaluate`: a ranking judged against the truth of a made-up state.

The committee's own choice is the yardstick: ``gain`` is the mean over seats of the true margin of the top-ranked
eligible aspirant minus that of the committee's nominee, with the standard error over seats; ``oracle_share`` is the
gain divided by the oracle's gain, so 0 is the committee, 1 the best possible, below 0 worse than no help.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.scoring.evaluate_judge import calibration, coverage, judge, seats_of, some
from khaka.scoring.evaluate_plot import plot_evaluation
from khaka.scoring.evaluate_rules import Points, recorded_oracle, rule_scores

__all__ = ["Evaluation", "evaluate", "evaluate_files", "plot_evaluation"]

_TRUTH: Final = (
    "election_id", "seat_id", "aspirant_id", "true_margin", "party_swing", "nominated", "eligible", "gamed",
)  # fmt: skip
_SCORES: Final = (
    "election_id", "seat_id", "aspirant_id", "rank", "expected_margin", "margin_low", "margin_high",
    "margin_low_given_swing", "margin_high_given_swing", "win_probability",
)  # fmt: skip
_MEASURES: Final = (
    "policy_value", "gain", "gain_se", "oracle_share", "regret", "seats_won", "top1", "top3", "gamed_first",
)  # fmt: skip
_KEY: Final = ["seat_id", "aspirant_id"]
#: Tables of the made-up state that the simple rules read; of millions of events only whose they are.
_RULE_TABLES: Final[dict[str, list[str] | None]] = {
    "aspirants": None, "activity": ["aspirant_id"], "ratings": None, "nominees": None,
}  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """A judged ranking.

    Attributes
    ----------
    election_id : str
        The made-up election.
    seats, aspirants : int
        How many were judged.
    ineligible_first : int
        Seats whose first-ranked aspirant may not stand; the next one who may was judged instead.
    rules : pandas.DataFrame
        One row a ranking (the model first, then those beside it). Margins in points: policy_value (mean true margin
        of the choice), gain over the committee a seat and its standard error gain_se, oracle_share, regret (oracle
        minus choice); shares of seats: seats_won, top1 and top3 (the best is first, among the first three),
        gamed_first (the choice has an inflated log).
    coverage : dict of str to float
        Share of eligible aspirants whose true margin lies in the 90% range: `range`; `given_swing` (true margin minus
        party_swing, in the range given the swing minus the swing that the scores assumed); `given_swing_centred`
        (the scores' own mean error taken as the swing, whatever they assumed).
    calibration : dict of str to float
        Of the chance to win: log_loss (natural logarithm), brier, mean_probability, won.
    reliability : pandas.DataFrame
        Ten bins of the chance to win: count, mean probability, share won.
    """

    election_id: str
    seats: int
    aspirants: int
    ineligible_first: int
    rules: pd.DataFrame
    coverage: dict[str, float]
    calibration: dict[str, float]
    reliability: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON and MLflow; unknown is None.

        Returns
        -------
        dict of str to Any
            Nested by part; rankings by name.
        """

        def plain(value: Any) -> Any:
            number = float(value)
            return None if np.isnan(number) else number

        return {
            "election_id": self.election_id,
            "seats": self.seats,
            "aspirants": self.aspirants,
            "ineligible_first": self.ineligible_first,
            "rules": {str(name): {m: plain(row[m]) for m in _MEASURES} for name, row in self.rules.iterrows()},
            "coverage": {name: plain(value) for name, value in self.coverage.items()},
            "calibration": {name: plain(value) for name, value in self.calibration.items()},
            "reliability": [
                {name: plain(value) for name, value in row.items()} for row in self.reliability.to_dict("records")
            ],
        }

    def text(self) -> str:
        """Return the table as text.

        Returns
        -------
        str
            Lines without a final newline.
        """
        heads = ("policy", "gain", "se", "of oracle", "regret", "won %", "top 1 %", "top 3 %", "gamed %")
        width = max(20, *(len(str(name)) for name in self.rules.index))
        lines = [
            f"{self.election_id}: {self.seats} seats, {self.aspirants} aspirants; margins in points, "
            "gain over the committee a seat",
            " " * width + "".join(f"{head:>10}" for head in heads),
        ]
        for name, row in self.rules.iterrows():
            values = [f"{row['policy_value']:10.2f}", f"{row['gain']:+10.2f}", f"{row['gain_se']:10.2f}",
                      f"{row['oracle_share']:+10.2f}", f"{row['regret']:10.2f}",
                      *(f"{100 * row[m]:10.1f}" for m in _MEASURES[5:])]  # fmt: skip
            lines.append(f"{name!s:<{width}}" + "".join(values))
        cover, chance = self.coverage, self.calibration
        lines.append(
            f"90% ranges hold {100 * cover['range']:.1f}%; given the swing {100 * cover['given_swing']:.1f}%, "
            f"and {100 * cover['given_swing_centred']:.1f}% with the mean error as the swing"
        )
        lines.append(
            f"chance to win: log-loss {chance['log_loss']:.3f}, Brier {chance['brier']:.3f}, "
            f"said {100 * chance['mean_probability']:.1f}%, came {100 * chance['won']:.1f}%"
        )
        if self.ineligible_first:
            lines.append(f"{self.ineligible_first} seats had someone first who may not stand")
        return "\n".join(lines)


def _read(source: Path | pd.DataFrame, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table from a frame, a file, or a folder that holds it."""
    if isinstance(source, pd.DataFrame):
        frame = source
    else:
        path = Path(source)
        for candidate in (path / name, path / "truth" / name):
            if path.is_dir() and candidate.is_file():
                path = candidate
                break
        if not path.is_file():
            raise KhakaError(f"no {name} at {source}")
        try:
            frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise KhakaError(f"cannot read {path}: {error}") from error
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise KhakaError(f"{name} lacks the columns {', '.join(missing)}")
    if frame.empty:
        raise KhakaError(f"{name} has no rows")
    twice = frame.loc[frame.duplicated("aspirant_id"), "aspirant_id"]
    if len(twice):
        raise KhakaError(f"{name} has {len(twice)} aspirants twice, such as {twice.iloc[0]}")
    return frame.reset_index(drop=True)


def _match(truth: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Join scores to the truth; refuse another election and missing or foreign aspirants."""
    ours, theirs = set(truth["election_id"]), set(scores["election_id"])
    if len(ours) != 1 or ours != theirs:
        raise KhakaError(
            f"the truth is of {', '.join(sorted(ours))}, the scores are of {', '.join(sorted(map(str, theirs)))}; "
            "score the election of world.json"
        )
    known, scored = pd.MultiIndex.from_frame(truth[_KEY]), pd.MultiIndex.from_frame(scores[_KEY])
    absent, foreign = truth.loc[~known.isin(scored), "aspirant_id"], scores.loc[~scored.isin(known), "aspirant_id"]
    if len(absent):
        raise KhakaError(f"{len(absent)} of {len(truth)} aspirants of the truth have no score: {some(absent)}")
    if len(foreign):
        raise KhakaError(f"{len(foreign)} scored aspirants are not in the truth: {some(foreign)}; is it another seed?")
    return truth[list(_TRUTH)].merge(scores[[*_KEY, *_SCORES[3:]]], on=_KEY, validate="one_to_one")


def _beside(ranking: pd.DataFrame, truth: pd.DataFrame, name: str) -> pd.Series:
    """Return a score on the truth's index from a table with `rank` or `score`, or of chosen names alone."""
    if "aspirant_id" not in ranking.columns:
        raise KhakaError(f"the ranking {name} has no column aspirant_id")
    foreign = ranking.loc[~ranking["aspirant_id"].isin(truth["aspirant_id"]), "aspirant_id"]
    if len(foreign):
        raise KhakaError(f"the ranking {name} has {len(foreign)} aspirants who are not in the truth: {some(foreign)}")
    by = ranking.drop_duplicates("aspirant_id").set_index("aspirant_id")
    if "score" in by.columns:
        value = by["score"].astype(float)
    else:
        value = -by["rank"].astype(float) if "rank" in by.columns else pd.Series(0.0, index=by.index)
    return truth["aspirant_id"].map(value)


def evaluate(
    truth: Path | pd.DataFrame,
    scores: Path | pd.DataFrame,
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    rankings: Mapping[str, pd.DataFrame] | None = None,
    features: pd.DataFrame | None = None,
    points: Points | None = None,
    assumed_swing: float = 0.0,
    name: str = "model",
) -> Evaluation:
    """Judge a ranking against the truth of a made-up state.

    Parameters
    ----------
    truth : Path or pandas.DataFrame
        `truth.parquet`, or the folder that holds it.
    scores : Path or pandas.DataFrame
        `scores.parquet`, or the folder that holds it.
    tables : mapping of str to pandas.DataFrame, optional
        The made-up state's tables as they were scored (`aspirants`, `activity`, `ratings`, `nominees`): the simple
        rules are judged too.
    rankings : mapping of str to pandas.DataFrame, optional
        Other rankings by name: `aspirant_id` with `rank` (1 is best) or `score` (higher is better); with neither it
        is a slate, one name a seat.
    features : pandas.DataFrame, optional
        Recorded features by `aspirant_id`, numeric: the oracle on recorded features is judged too (see
        `recorded_oracle`).
    points : Points, optional
        The party's points formula; by default the shipped one.
    assumed_swing : float
        Swing, in points, inside the scores' expected margins: it is taken off their ranges given the swing.
    name : str
        What the judged ranking is called in the table.

    Returns
    -------
    Evaluation
        The judged ranking, and beside it committee, random, simple rules, other rankings and the oracle.

    Raises
    ------
    KhakaError
        If the two do not fit each other: another election, missing or foreign aspirants, missing columns.
    """
    facts = _read(truth, "truth.parquet", _TRUTH)
    rows = _match(facts, _read(scores, "scores.parquet", _SCORES))
    seats = seats_of(rows)
    # those without a rank come after all others, by expected margin
    order = rows.assign(r=rows["rank"].astype(float).fillna(np.inf)).sort_values(
        ["seat_id", "r", "expected_margin", "aspirant_id"], ascending=[True, True, False, True]
    )
    mine = -pd.Series(np.arange(len(order), dtype=float), index=order.index)
    head = order.drop_duplicates("seat_id")
    judged: dict[str, pd.Series] = {
        name: mine,
        "committee": rows["nominated"].astype(float),
        "random": pd.Series(0.0, index=rows.index),
    }
    if tables is not None:
        judged |= rule_scores(rows, tables, points=points)
    for other, ranking in (rankings or {}).items():
        judged[other] = _beside(ranking, rows, other)
    if features is not None:
        judged["oracle_recorded"] = recorded_oracle(rows, features)
    judged["oracle"] = rows["true_margin"]
    eligible = seats.rows
    chances, reliability = calibration(eligible)
    return Evaluation(
        election_id=str(rows["election_id"].iloc[0]),
        seats=int(rows["seat_id"].nunique()),
        aspirants=len(rows),
        ineligible_first=int((~head["eligible"].astype(bool)).sum()),
        rules=pd.DataFrame({key: judge(seats, value) for key, value in judged.items()}).T[list(_MEASURES)],
        coverage=coverage(eligible, assumed_swing),
        calibration=chances,
        reliability=reliability,
    )


def evaluate_files(
    truth: Path, scores: Path, *, rankings: Mapping[str, pd.DataFrame] | None = None, points: Points | None = None
) -> Evaluation:
    """Judge a ranking on disk; the simple rules stand beside it where the state's tables lie next to the truth.

    The oracle on recorded features stands there where `features.parquet` of `khaka features` lies beside the scores.

    Parameters
    ----------
    truth : Path
        ``OUT/truth/truth.parquet``, ``OUT/truth`` or ``OUT`` of ``khaka simulate OUT``.
    scores : Path
        Folder with `scores.parquet` (and maybe `slate.parquet`, which is then judged too), or the file.
    rankings, points
        As in `evaluate`.

    Returns
    -------
    Evaluation
        As from `evaluate`.

    Raises
    ------
    KhakaError
        If a file is missing or does not fit.
    """
    truth, scores = Path(truth), Path(scores)
    place = truth.parent if truth.is_file() else truth
    tables: dict[str, pd.DataFrame] = {}
    for folder in (place / "tables", place.parent / "tables"):
        if (folder / "aspirants.parquet").is_file():
            for name, columns in _RULE_TABLES.items():
                file = folder / f"{name}.parquet"
                if file.is_file():
                    tables[name] = pd.read_parquet(file, columns=columns)
            break
    others = dict(rankings or {})
    slate = (scores if scores.is_dir() else scores.parent) / "slate.parquet"
    if slate.is_file():
        others.setdefault("slate", pd.read_parquet(slate, columns=["aspirant_id"]).dropna())
    return evaluate(truth, scores, tables=tables or None, rankings=others, features=_features(scores), points=points)


def _features(scores: Path) -> pd.DataFrame | None:
    """Return the feature table beside the scores, if it is one of these very aspirants."""
    folder = scores if scores.is_dir() else scores.parent
    if not (folder / "features.parquet").is_file() or not (folder / "scores.parquet").is_file():
        return None
    try:
        features = pd.read_parquet(folder / "features.parquet")
        known = set(pd.read_parquet(folder / "scores.parquet", columns=["aspirant_id"])["aspirant_id"])
    except (OSError, ValueError) as error:
        raise KhakaError(f"cannot read {folder / 'features.parquet'}: {error}") from error
    return features if known and known <= set(features.get("aspirant_id", ())) else None
