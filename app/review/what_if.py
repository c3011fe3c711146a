"""What if, from what the batch stored: a known swing, families left out, another line-up that an analyst had scored."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.app.review.blueprints import Shown
from khaka.data.durable import read_parquet
from khaka.data.errors import KhakaError
from khaka.data.workspace import open_workspace
from khaka.features.rivals import RivalChange
from khaka.scoring.blueprint import Aspirant
from khaka.scoring.scenario import what_if

SWING: Final = 10
"""Largest swing of the slider, in points either way."""


@dataclass(frozen=True)
class LineUp:
    """Another line-up of rivals that was scored.

    Parameters
    ----------
    name : str
        Folder of the scenario.
    rivals : tuple of RivalChange
        Who stands instead of whom, as far as it touches the seat.
    names : tuple of str
        Names of those who stand, in the same order; an id where no table has the name, "" where nobody stands.
    """

    name: str
    rivals: tuple[RivalChange, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changed:
    """One aspirant before and after.

    Parameters
    ----------
    person : Aspirant
        Who.
    rank, rank_before : int or None
        By the model; None for who is not ranked.
    expected, low, high : float
        After the change, in points.
    before : float
        Expected margin of the base.
    chance, chance_before : float
        To win, 0 to 1.
    tie : int or None
        Equal: too close to call after the change; None where it isn't known or the aspirant is not ranked.
    """

    person: Aspirant
    rank: int | None
    rank_before: int | None
    expected: float
    low: float
    high: float
    before: float
    chance: float
    chance_before: float
    tie: int | None = None


def line_ups(found: Shown, seat_id: str) -> list[LineUp]:
    """Return the line-ups that were scored with a change of a rival in this seat.

    Parameters
    ----------
    found : Shown
        Results with their scenarios beside them.
    seat_id : str
        The seat.

    Returns
    -------
    list of LineUp
        By name.
    """
    out = []
    for manifest in sorted((found.state.results / "scenarios").glob("*/manifest.json")):
        stored = _supposed(manifest)
        changes = (RivalChange.parse(text) for text in stored.get("rivals", []))
        rivals = tuple(change for change in changes if change.seat_id in (None, seat_id))
        only_rivals = stored.get("swing") is None and not stored.get("without") and not stored.get("allies")
        if only_rivals and rivals:
            names = tuple(_name(found.state.results, manifest, change.nominee) for change in rivals)
            out.append(LineUp(manifest.parent.name, rivals, names))
    return out


def _supposed(manifest: Path) -> Mapping[str, Any]:
    """Return what a scored scenario supposed; nothing where its manifest is damaged or not written yet."""
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))["score"]["scenario"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _name(results: Path, manifest: Path, nominee: str | None) -> str:
    """Return the name of somebody who stood before; "" for nobody."""
    if nominee is None:
        return ""
    known = _stood(results.parents[2], manifest.stat().st_mtime_ns)
    return known.get(nominee, nominee)


@functools.lru_cache(maxsize=2)
def _stood(root: Path, _scored: int) -> dict[str, str]:
    """Return the names of past nominees by nominee_id and by person_id, read once for each scenario."""
    rows = open_workspace(root).store.read("nominees", columns=["nominee_id", "person_id", "name"])
    found: dict[str, str] = {}
    for column in ("nominee_id", "person_id"):
        known = rows.dropna(subset=[column])
        found |= dict(zip(known[column].astype(str), known["name"].astype(str).str.title(), strict=True))
    return found


def changed(
    found: Shown, seat_id: str, *, swing: float | None, without: Sequence[str], line_up: LineUp | None
) -> list[Changed]:
    """Return how a seat's aspirants stand when something is supposed.

    Parameters
    ----------
    found : Shown
        The base.
    seat_id : str
        The seat.
    swing : float or None
        Known swing of the party in points; None: it stays drawn.
    without : sequence of str
        Families of features that are left out.
    line_up : LineUp or None
        Another line-up of rivals.

    Returns
    -------
    list of Changed
        By the new rank, who is not ranked last.

    Raises
    ------
    KhakaError
        The results hold no parts of a scenario.
    """
    scores, parts = _stored(found, seat_id, line_up)
    after = what_if(scores, parts, swing=swing, without=without)
    base = {one.aspirant_id: one for one in found.state.seat(seat_id).aspirants}
    before = found.scores[seat_id].set_index("aspirant_id")["win_probability"]
    out = []
    for row in after.to_dict("records"):
        person = base.get(str(row["aspirant_id"]))
        if person is not None:
            out.append(
                Changed(
                    person, _rank(row["rank"]), person.rank, float(row["expected_margin"]), float(row["margin_low"]),
                    float(row["margin_high"]), person.expected_margin, float(row["win_probability"]),
                    float(before[person.aspirant_id]), _rank(row["tie_group"]),
                )
            )  # fmt: skip
    return sorted(out, key=lambda one: (one.rank is None, one.rank or 0, -one.expected))


def _stored(found: Shown, seat_id: str, line_up: LineUp | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    if line_up is None:
        if seat_id not in found.parts:
            raise KhakaError("these results hold no parts for scenarios; run khaka score again")
        return found.scores[seat_id], found.parts[seat_id]
    folder = found.state.results / "scenarios" / line_up.name
    frames = [read_parquet(folder / f"{name}.parquet").to_pandas() for name in ("scores", "scenario")]
    scores, parts = (frame[frame["seat_id"] == seat_id].reset_index(drop=True) for frame in frames)
    return scores, parts


def _rank(value: object) -> int | None:
    return (
        None if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) else int(str(value))
    )
