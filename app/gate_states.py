"""Made-up states for the gate: challenger and champion rank the same aspirants, whose truth is known.

The registered models themselves are used, not models trained anew: what is judged is what would rank. Simulation and
reading take most of the time, so the states are few and small; settings and options ask for more.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from khaka.app.jobs import Progress, silent
from khaka.data.ingest import ingest
from khaka.data.settings import Settings
from khaka.data.simulate import simulate
from khaka.data.workspace import init_workspace
from khaka.features.source import FrameSource
from khaka.scoring.audit import exposure_against_truth
from khaka.scoring.eligibility import eligibility
from khaka.scoring.evaluate import evaluate
from khaka.scoring.gaming import rank_moves
from khaka.scoring.groups import groups
from khaka.scoring.predict import predict_aspirants
from khaka.scoring.rank import score
from khaka.training.fit import Models

BOOTHS_A_SEAT = 10
EVENTS_A_SEAT = 330
LOGS_A_SEAT = 2


@dataclass(frozen=True)
class StateSpec:
    """One made-up state: kind of world, seed, seats."""

    world: str
    seed: int
    seats: int


@dataclass(frozen=True)
class StatesEvidence:
    """What the made-up states said of the challenger.

    Parameters
    ----------
    states : DataFrame
        One row a state: world, seed, regret, committee_regret, champion_regret (NaN without a champion), oracle_share,
        coverage, coverage_given_swing.
    moves : list of int
        Places that inflated logs moved up.
    exposure : DataFrame
        Of `khaka.scoring.audit.exposure_against_truth`, all states together.
    """

    states: pd.DataFrame
    moves: list[int]
    exposure: pd.DataFrame


def judge_states(
    specs: Sequence[StateSpec],
    challenger: Models,
    champion: Models | None,
    settings: Settings,
    *,
    progress: Progress = silent,
) -> StatesEvidence:
    """Let challenger and champion rank made-up states and judge both against the truth.

    Parameters
    ----------
    specs : sequence of StateSpec
        Which states.
    challenger : Models
        Who is to be promoted.
    champion : Models or None
        Who is champion now.
    settings : Settings
        Draws and seed.
    progress : callable
        Told each state.

    Returns
    -------
    StatesEvidence
        The same specifications and models give the same figures.
    """
    rows: list[dict[str, Any]] = []
    moves: list[int] = []
    seen: list[Mapping[str, pd.DataFrame]] = []
    for spec in specs:
        row, moved, frames = _one(spec, challenger, champion, settings)
        rows.append(row)
        moves += moved
        seen.append(frames)
        progress(f"made-up state {spec.world} {spec.seed}")
    whole = {name: pd.concat([frames[name] for frames in seen], ignore_index=True) for name in seen[0]}
    first, best = (whole["places"][name].to_numpy(dtype=float) for name in ("first", "best"))
    table = exposure_against_truth(first, best, whole["groups"])
    return StatesEvidence(pd.DataFrame(rows), moves, table)


def _one(
    spec: StateSpec, challenger: Models, champion: Models | None, settings: Settings
) -> tuple[dict[str, Any], list[int], Mapping[str, pd.DataFrame]]:
    with tempfile.TemporaryDirectory(prefix="khaka-gate-") as place:
        folder = Path(place)
        world = simulate(
            folder / "state", world=spec.world, seats=spec.seats, booths_per_seat=BOOTHS_A_SEAT,
            events=EVENTS_A_SEAT * spec.seats, seed=spec.seed,
        )  # fmt: skip
        workspace = init_workspace(folder / "workspace", state=world.state, party=world.party)
        ingest([folder / "state" / "tables"], workspace_root=workspace.root, store=workspace.store)
        source, as_of = FrameSource(workspace.store), dt.date.fromisoformat(world.as_of)
        polls = source.read("seat_elections")
        polls = polls[polls["election_id"] == world.election_id]
        truth = folder / "state" / "truth" / "truth.parquet"
        row: dict[str, Any] = {"world": spec.world, "seed": spec.seed, "champion_regret": float("nan")}
        for who, models in (("champion", champion), ("challenger", challenger)):
            if models is None:
                continue
            found = predict_aspirants(
                source, models, election_id=world.election_id, as_of=as_of, party=world.party,
                draws=settings.model.draws, seed=settings.model.seed, model_version=who, data_hash="",
            ).prediction  # fmt: skip
            scores = score(found, eligibility(found.people, polls, as_of=as_of))
            judged = evaluate(truth, scores)
            if who == "champion":
                row["champion_regret"] = float(judged.rules["regret"]["model"])
        row |= {
            "regret": float(judged.rules["regret"]["model"]),
            "committee_regret": float(judged.rules["regret"]["committee"]),
            "oracle_share": float(judged.rules["oracle_share"]["model"]),
            "coverage": judged.coverage["range"],
            "coverage_given_swing": judged.coverage["given_swing_centred"],
        }
        moves = rank_moves(
            source, challenger, found, party=world.party, logs_a_seat=LOGS_A_SEAT, seed=settings.model.seed
        )
        values = found.values
        blank = pd.Series(float("nan"), index=values.index)
        attributes = groups(
            found.people, values.get("age_at_poll", blank), values.get("earlier_contests", blank)
        )  # fmt: skip
        return row, moves, {"places": _places(scores, pd.read_parquet(truth)), "groups": attributes}


def _places(scores: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return who is first and who truly is the best of the eligible in each seat, in the order of the scores."""
    rows = scores[["seat_id", "aspirant_id", "rank"]].merge(truth, on=["seat_id", "aspirant_id"], how="left")
    margin = rows["true_margin"].where(rows["eligible"].astype(bool))
    best = (margin == margin.groupby(rows["seat_id"]).transform("max")).astype(float)
    return pd.DataFrame(
        {
            "first": (rows["rank"] == 1).fillna(False).astype(float),
            "best": best / best.groupby(rows["seat_id"]).transform("sum"),
        }
    )
