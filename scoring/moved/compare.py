"""Two batches side by side: the change of each expected margin is a sum over causes of what is behind it.

With contributions phi that add up to the margin m, m' - m = sum over features (phi' - phi). A feature's change is put
down to: "rating" or "data" where the recorded value changed (by the feature's family), "rival" where it is about the
other parties' nominees, "model" where the value is the same and another model was used. Under the same model an
unchanged value with another contribution belongs to what it is joined with; it counts as data.
It describes the figures; it says nothing about what moves votes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from khaka.data.durable import read_parquet
from khaka.data.errors import KhakaError
from khaka.scoring.blueprint.contrasts import family_of
from khaka.scoring.reasons.topics import topic

CAUSES: Final = ("data", "rating", "rival", "model")
Cause = Literal["data", "rating", "rival", "model"]

Event = Literal["", "entered", "left", "became_eligible", "no_longer_eligible"]

_KEY: Final = ["seat_id", "aspirant_id"]
_SAME: Final = 1e-9
_TOLD: Final = 3

Key = tuple[str, str]


@dataclass(frozen=True)
class Move:
    """One aspirant whose place or margin changed.

    Parameters
    ----------
    seat_id, aspirant_id : str
        Who.
    rank_before, rank_after : int or None
        None: not ranked, or not there.
    margin_before, margin_after : float or None
        Expected margins, points.
    change : float or None
        margin_after - margin_before.
    causes : mapping of str to float
        Points by cause; they add up to `change`.
    telling : tuple of (str, str, float)
        The largest topics: name, cause, points.
    event : str
        What happened beside figures.
    tied : bool
        Whether the change of rank lies inside a tie: too close to call before and after.
    """

    seat_id: str
    aspirant_id: str
    rank_before: int | None
    rank_after: int | None
    margin_before: float | None
    margin_after: float | None
    change: float | None
    causes: Mapping[str, float]
    telling: tuple[tuple[str, Cause, float], ...]
    event: Event
    tied: bool

    @property
    def rank_changed(self) -> bool:
        """Whether the place differs."""
        return self.rank_before != self.rank_after


@dataclass(frozen=True)
class Moved:
    """All that moved between two batches.

    Parameters
    ----------
    election_id, date_before, date_after : str
        Which batches.
    model_before, model_after : str
        Their models.
    seats : int
        Seats in both.
    new_leaders : tuple of str
        Seats whose first name changed.
    moves : tuple of Move
        Those whose rank or eligibility changed, the new first names in front, then by size of the change.
    mean_change : float
        Mean change of the expected margin over aspirants of both, points.
    causes : mapping of str to float
        Mean size of the change by cause over aspirants of both, points.
    nominees_changed : bool
        Whether the list of the rivals' nominees differs between the two.
    """

    election_id: str
    date_before: str
    date_after: str
    model_before: str
    model_after: str
    seats: int
    new_leaders: tuple[str, ...]
    moves: tuple[Move, ...]
    mean_change: float
    causes: Mapping[str, float]
    nominees_changed: bool


def compare(before: Path, after: Path) -> Moved:
    """Compare two results folders of one election.

    Parameters
    ----------
    before, after : Path
        Folders with scores and explanations.

    Returns
    -------
    Moved
        What changed.

    Raises
    ------
    KhakaError
        They are of different elections.
    """
    old, new = (read_parquet(folder / "scores.parquet").to_pandas() for folder in (before, after))
    elections = {str(frame["election_id"].iloc[0]) for frame in (old, new)}
    if len(elections) > 1:
        raise KhakaError(f"the two batches are of different elections: {' and '.join(sorted(elections))}")
    nominees = _nominees(before) != _nominees(after)
    models = [str(frame["model_version"].iloc[0]) for frame in (old, new)]
    parts = _parts(before, after, other_model=models[0] != models[1], rivals=nominees)
    both = old.merge(new, on=_KEY, how="outer", suffixes=("_before", "_after"), indicator=True).sort_values(_KEY)
    by_cause, topics = _summed(parts)
    moves, changes = [], []
    for row in both.to_dict("records"):
        key = (str(row["seat_id"]), str(row["aspirant_id"]))
        move = _move(row, key, by_cause, topics)
        if move.change is not None:
            changes.append(move.change)
        if move.rank_changed or move.event:
            moves.append(move)
    leaders = _leaders(old), _leaders(new)
    shared = sorted(set(leaders[0]) & set(leaders[1]))
    changed = tuple(seat for seat in shared if leaders[0][seat] != leaders[1][seat])
    moves.sort(key=lambda one: (one.seat_id not in changed, -abs(one.change or 0.0), one.seat_id, one.aspirant_id))
    return Moved(
        election_id=elections.pop(),
        date_before=str(old["as_of"].iloc[0])[:10],
        date_after=str(new["as_of"].iloc[0])[:10],
        model_before=models[0],
        model_after=models[1],
        seats=len(set(old["seat_id"]) & set(new["seat_id"])),
        new_leaders=changed,
        moves=tuple(moves),
        mean_change=float(np.mean(changes)) if changes else 0.0,
        causes={name: sum(abs(one[name]) for one in by_cause.values()) / max(len(changes), 1) for name in CAUSES},
        nominees_changed=nominees,
    )


def cause_of(feature: str, *, value_changed: bool, other_model: bool, rivals: bool) -> Cause:
    """Return what the change of a feature's contribution is put down to.

    Parameters
    ----------
    feature : str
        Its name.
    value_changed : bool
        Whether the recorded value differs.
    other_model : bool
        Whether the second batch is by another model.
    rivals : bool
        Whether the list of the rivals' nominees differs.

    Returns
    -------
    str
        One of `CAUSES`.

    Examples
    --------
    >>> same = {"other_model": False, "rivals": False}
    >>> cause_of("rating_observer_within", value_changed=True, **same)
    'rating'
    >>> cause_of("presence_booths", value_changed=False, other_model=True, rivals=False)
    'model'
    >>> cause_of("seat_baseline", value_changed=True, other_model=False, rivals=True)
    'rival'
    """
    family = family_of(feature)
    if not value_changed and other_model:
        return "model"
    if family == "ratings":
        return "rating"
    if family == "contest" or (family == "seat_history" and rivals):
        return "rival"
    if family == "seat_history" and other_model:  # the baseline is the model's own figure
        return "model"
    return "data"


def _parts(before: Path, after: Path, *, other_model: bool, rivals: bool) -> pd.DataFrame:
    """Return the change of every feature's contribution: seat_id, aspirant_id, feature, points, cause."""
    columns = [*_KEY, "feature", "value", "contribution"]
    old, new = (
        read_parquet(folder / "explanations.parquet", columns=columns).to_pandas() for folder in (before, after)
    )
    people = old[_KEY].drop_duplicates().merge(new[_KEY].drop_duplicates(), on=_KEY)
    both = old.merge(new, on=[*_KEY, "feature"], how="outer", suffixes=("_before", "_after")).merge(people, on=_KEY)
    points = both["contribution_after"].fillna(0.0) - both["contribution_before"].fillna(0.0)
    values = both["value_before"], both["value_after"]
    same = (values[0] == values[1]) | (values[0].isna() & values[1].isna())
    # a feature that only one of the models has is the model's doing
    one_sided = both["contribution_before"].isna() | both["contribution_after"].isna()
    pairs = pd.Series(list(zip(both["feature"], ~same & ~one_sided, strict=True)), index=both.index)
    known = {
        pair: cause_of(str(pair[0]), value_changed=bool(pair[1]), other_model=other_model, rivals=rivals)
        for pair in set(pairs)
    }
    out = both[[*_KEY, "feature"]].assign(points=points, cause=pairs.map(known))
    told: pd.DataFrame = out[points.abs() > _SAME].reset_index(drop=True)
    return told


def _summed(parts: pd.DataFrame) -> tuple[dict[Key, dict[str, float]], dict[Key, list[tuple[str, Cause, float]]]]:
    """Return the changes of each aspirant by cause, and by topic and cause with the largest first."""
    by_cause: dict[Key, dict[str, float]] = {}
    by_topic: dict[Key, dict[tuple[str, Cause], float]] = {}
    for seat, who, feature, points, cause in zip(*(parts[name].tolist() for name in parts.columns), strict=True):
        key = (seat, who)
        causes = by_cause.setdefault(key, dict.fromkeys(CAUSES, 0.0))
        causes[cause] += points
        topics = by_topic.setdefault(key, {})
        topics[topic(feature), cause] = topics.get((topic(feature), cause), 0.0) + points
    telling = {
        key: sorted(((name, cause, points) for (name, cause), points in topics.items()), key=lambda one: -abs(one[2]))
        for key, topics in by_topic.items()
    }
    return by_cause, telling


def _move(
    row: Mapping[str, Any], key: Key, by_cause: Mapping[Key, Mapping[str, float]],
    topics: Mapping[Key, list[tuple[str, Cause, float]]],
) -> Move:  # fmt: skip
    ranks = [_whole(row[f"rank_{side}"]) for side in ("before", "after")]
    margins = [_number(row[f"expected_margin_{side}"]) for side in ("before", "after")]
    ties = [_whole(row[f"tie_group_{side}"]) for side in ("before", "after")]
    return Move(
        seat_id=key[0], aspirant_id=key[1], rank_before=ranks[0], rank_after=ranks[1], margin_before=margins[0],
        margin_after=margins[1],
        change=None if margins[0] is None or margins[1] is None else margins[1] - margins[0],
        causes=by_cause.get(key, dict.fromkeys(CAUSES, 0.0)), telling=tuple(topics.get(key, [])[:_TOLD]),
        event=_event(row), tied=ties[0] is not None and ties[0] == ties[1],
    )  # fmt: skip


def _event(row: Mapping[str, Any]) -> Event:
    if row["_merge"] == "right_only":
        return "entered"
    if row["_merge"] == "left_only":
        return "left"
    states = str(row["eligible_before"]), str(row["eligible_after"])
    if states[0] != "yes" and states[1] == "yes":
        return "became_eligible"
    return "no_longer_eligible" if states[0] == "yes" and states[1] != "yes" else ""


def _leaders(scores: pd.DataFrame) -> dict[str, str]:
    first = scores[scores["rank"] == 1]
    return dict(zip(first["seat_id"].astype("str"), first["aspirant_id"].astype("str"), strict=True))


def _nominees(folder: Path) -> dict[str, str]:
    """Return the hashes of the nominees' tables that the scores rest on."""
    try:
        inputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["score"]["inputs"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: digest for name, digest in inputs.items() if name.startswith("nominees/")}


def _whole(value: Any) -> int | None:
    return None if value is None or value is pd.NA or value != value else int(value)


def _number(value: Any) -> float | None:
    return None if value is None or value is pd.NA or value != value else float(value)
