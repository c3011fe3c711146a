"""What a study says: means and standard errors over seeds, as a long table and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from khaka.app.study_run import RunSpec
from khaka.data.errors import KhakaError
from khaka.data.simulate.world import kinds

#: Of a ranking, as `Evaluation.rules` defines them; seats_won becomes a number of seats.
_RANKING: Final = ("gain", "oracle_share", "regret", "top1", "top3", "seats_won", "gamed_first")
_GROUPS: Final = {
    "honest ratings, 3 kinds": ("plain", "confounded", "gamed_activity"),
    "dishonest ratings, 2 kinds": ("dishonest_ratings", "turned_dishonest"),
}
"""Kinds that are read together: whether ratings can be believed decides more than all else."""


@dataclass(frozen=True)
class Row:
    """One finished run: its state, the hash of the code that made it, its judgement."""

    spec: RunSpec
    code: str
    record: dict[str, Any]

    def line(self) -> bytes:
        """Return the run as a line of JSON with its newline."""
        return (json.dumps({"code": self.code, **self.record}, sort_keys=True, allow_nan=False) + "\n").encode()

    def key(self) -> tuple[str, ...]:
        """Return what the lines are sorted by."""
        return (self.code, *(f"{value:>20}" for value in asdict(self.spec).values()))

    def value(self, ranking: str, measure: str) -> float:
        """Return a measure of a ranking in this run; NaN where it is unknown."""
        number = self.record["evaluation"]["rules"].get(ranking, {}).get(measure)
        return np.nan if number is None else float(number)


def read_rows(path: Path) -> list[Row]:
    """Read the runs of a file; a line that a kill cut short is left out.

    Parameters
    ----------
    path : Path
        `study.jsonl`, which need not be there.

    Returns
    -------
    list of Row
        In the order of the file.

    Raises
    ------
    KhakaError
        The file holds something else.
    """
    if not path.exists():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        try:
            code = record.pop("code")
            spec = RunSpec(**{name: record[name] for name in RunSpec.__dataclass_fields__})
            rows.append(Row(spec, str(code), record))
        except (KeyError, TypeError, AttributeError) as error:
            raise KhakaError(f"{path} is no record of a study ({error}); choose another --out") from None
    return rows


def ratio(parts: np.ndarray, wholes: np.ndarray) -> tuple[float, float]:
    """Return the ratio of two means and its standard error over seeds.

    Linearised: sd(part - ratio x whole) / (sqrt(n) x mean whole) (Cochran 1977, Sampling Techniques, 6.3).

    Parameters
    ----------
    parts, wholes : ndarray, shape (n,)
        One value a seed, n seeds.

    Returns
    -------
    tuple of float
        Ratio and standard error, which is NaN for a single seed.

    Examples
    --------
    >>> ratio(np.array([1.0, 3.0]), np.array([4.0, 4.0]))
    (0.5, 0.25)
    """
    share = float(parts.mean() / wholes.mean())
    if len(parts) < 2:
        return share, float("nan")
    return share, float((parts - share * wholes).std(ddof=1) / np.sqrt(len(parts)) / wholes.mean())


def study_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return mean and standard error of every measure.

    Parameters
    ----------
    rows : sequence of Row
        The runs.

    Returns
    -------
    pandas.DataFrame
        world (a kind, or a group of kinds), ranking, measure, mean, standard_error (over seeds; blank for one),
        seeds. Margins in points a seat, `seats_won` in seats, other measures as shares of 1; `oracle_share` is the
        ratio of the mean gains.
    """
    found: list[tuple[str, str, str, float, float, int]] = []
    present = [kind for kind in kinds() if any(row.spec.world == kind for row in rows)]
    groups: dict[str, tuple[str, ...]] = {kind: (kind,) for kind in present}
    groups |= {name: members for name, members in _GROUPS.items() if set(members) <= set(present)}
    for name, members in groups.items():
        mine = [row for row in rows if row.spec.world in members]
        rankings = list(dict.fromkeys(ranking for row in mine for ranking in row.record["evaluation"]["rules"]))
        oracle = np.array([row.value("oracle", "gain") for row in mine])
        for ranking in sorted(rankings, key=lambda text: (text != "model", text)):
            for measure in _RANKING:
                values = np.array([row.value(ranking, measure) for row in mine])
                if measure == "oracle_share":
                    gains = np.array([row.value(ranking, "gain") for row in mine])
                    found.append((name, ranking, measure, *ratio(gains, oracle), len(mine)))
                    continue
                scale = mine[0].spec.seats if measure == "seats_won" else 1
                found.append((name, ranking, measure, *_mean(values * scale), len(mine)))
        for part in ("coverage", "calibration"):
            for measure in sorted(mine[0].record["evaluation"][part]):
                values = np.array([row.record["evaluation"][part][measure] for row in mine], dtype=float)
                label = f"coverage_{measure}" if part == "coverage" else str(measure)
                found.append((name, "model", label, *_mean(values), len(mine)))
    return pd.DataFrame(found, columns=["world", "ranking", "measure", "mean", "standard_error", "seeds"])


def _mean(values: np.ndarray) -> tuple[float, float]:
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return float(values.mean()), error


_Figures = dict[tuple[str, str, str], tuple[float, float]]

_COLUMNS: Final = (
    ("gain", "gain, points", 2), ("oracle_share", "of the oracle's gain", 2), ("regret", "regret, points", 2),
    ("top1", "top 1", 2), ("top3", "top 3", 2), ("seats_won", "expected seats", 1),
    ("coverage_range", "90% range holds", 2), ("coverage_given_swing", "the same given swing", 2),
    ("coverage_given_swing_centred", "given its mean error", 2), ("log_loss", "log-loss of the chance to win", 3),
    ("gamed_first", "gamed on top", 2),
)  # fmt: skip


def study_markdown(table: pd.DataFrame, spec: RunSpec, *, seeds: int) -> str:
    """Return the study as Markdown.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `study_table`.
    spec : RunSpec
        Any of the runs, for the sizes.
    seeds : int
        States of each kind.

    Returns
    -------
    str
        With a final newline.
    """
    by = {
        (str(world), str(ranking), str(measure)): (float(mean), float(error))
        for world, ranking, measure, mean, error in table.iloc[:, :5].itertuples(index=False)
    }
    worlds = list(dict.fromkeys(table["world"]))
    lines = [
        "# Study on made-up states",
        "",
        f"Written by `khaka study`: {seeds} state{'s' * (seeds != 1)} of each kind, {spec.seats} seats, "
        f"{spec.booths_per_seat} booths a seat in the mean, {spec.elections} assembly elections, {spec.events:,} "
        "events of activity. Mean ± standard error over seeds. Gain: true margin of the first-ranked aspirant less "
        "that of the committee's choice, in points a seat; 0 is the committee. The share of the oracle's gain is the "
        "ratio of the two means. [What a made-up state holds](made-up-states.md).",
        "",
        "![Share of the oracle's gain by kind of world](study.png)",
        "",
        "## The model",
        "",
        "| kind of world | " + " | ".join(head for _, head, _ in _COLUMNS) + " | seats of the committee |",
        "| --- |" + " --- |" * (len(_COLUMNS) + 1),
    ]
    for world in worlds:
        cells = [_cell(by, world, "model", measure, digits) for measure, _, digits in _COLUMNS]
        cells.append(_cell(by, world, "committee", "seats_won", 1))
        lines.append(f"| {world.replace('_', ' ')} | " + " | ".join(cells) + " |")
    rankings = [name for name in dict.fromkeys(table["ranking"]) if name not in ("oracle", "committee")]
    for measure, title in (
        ("oracle_share", "Share of the oracle's gain, beside other rankings"),
        ("gamed_first", "Share of seats with an inflated log on top"),
    ):
        lines += ["", f"## {title}", "", "| ranking | " + " | ".join(w.replace("_", " ") for w in worlds) + " |"]
        lines.append("| --- |" + " --- |" * len(worlds))
        for ranking in rankings:
            cells = [_cell(by, world, ranking, measure, 2) for world in worlds]
            lines.append(f"| {ranking.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(by: _Figures, world: str, ranking: str, measure: str, digits: int) -> str:
    mean, error = by.get((world, ranking, measure), (np.nan, np.nan))
    if np.isnan(mean):
        return "–"
    shown = f"{mean:+.{digits}f}" if measure in ("gain", "oracle_share") else f"{mean:.{digits}f}"
    return shown if np.isnan(error) else f"{shown} ± {error:.{digits}f}"
