"""One run of a study: a made-up state from files to a judged ranking, in a workspace that is removed afterwards.

The same chain as a party's own (simulate, ingest, train, score, evaluate) without MLflow, whose record of a workspace
that is removed would help nobody. Run as a program it prints the judgement as one line of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from khaka.app.features_job import features_job
from khaka.app.jobs import data_hash
from khaka.app.train_job import corpus_of
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.workspace import init_workspace
from khaka.features.source import FrameSource
from khaka.scoring.batch import write_scores
from khaka.scoring.evaluate import evaluate_files
from khaka.scoring.evaluate_ridge import plain_ridge
from khaka.scoring.predict import predict_aspirants
from khaka.training.fit import load_models, train


@dataclass(frozen=True)
class RunSpec:
    """What a run is made of: the kind of world, its seed and its sizes."""

    world: str
    seed: int
    seats: int
    booths_per_seat: int
    events: int
    elections: int


def run_one(spec: RunSpec) -> dict[str, Any]:
    """Make a state up, learn, rank and judge.

    Parameters
    ----------
    spec : RunSpec
        Which state.

    Returns
    -------
    dict of str to Any
        The specification, `chosen` (name of the candidate layer) and `evaluation` (`Evaluation.as_dict`, rounded to
        six decimals).

    Raises
    ------
    KhakaError
        Impossible sizes, or rows of the state that do not pass the checks.
    """
    with tempfile.TemporaryDirectory(prefix="khaka-study-") as place:
        folder = Path(place)
        world = simulate(
            folder / "state", world=spec.world, seats=spec.seats, booths_per_seat=spec.booths_per_seat,
            events=spec.events, elections=spec.elections, seed=spec.seed,
        )  # fmt: skip
        workspace = init_workspace(folder / "workspace", state=world.state, party=world.party)
        ingest([folder / "state" / "tables"], workspace_root=workspace.root, store=workspace.store)
        as_of = dt.date.fromisoformat(world.as_of)
        settings = workspace.settings
        trained = train(
            corpus_of(workspace), as_of=as_of, party=world.party, settings=settings.model,
            weights=settings.weights.points,
        )  # fmt: skip
        trained.save(folder / "model")
        source = FrameSource(workspace.store)
        found = predict_aspirants(
            source, load_models(folder / "model"), election_id=world.election_id, as_of=as_of, party=world.party,
            draws=settings.model.draws, seed=settings.model.seed, model_version="study",
            data_hash=data_hash(workspace),
        ).prediction  # fmt: skip
        results = workspace.results(world.election_id, world.as_of)
        polls = source.read("seat_elections")
        write_scores(
            found, polls[polls["election_id"] == world.election_id], results, inputs=workspace.store.hashes(),
            seeds={"draws": settings.model.seed},
        )  # fmt: skip
        features_job(workspace, election_id=world.election_id, as_of=as_of, out=results / "features.parquet")
        ridge = plain_ridge(trained.examples, found.people["aspirant_id"], found.values)
        judged = evaluate_files(folder / "state", results, rankings={"ridge": ridge})
    return {**asdict(spec), "chosen": trained.chosen, "evaluation": _rounded(judged.as_dict())}


def _rounded(value: Any) -> Any:
    """Return nested plain values with floats to six decimals: enough to read, and the same on every machine."""
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value


if __name__ == "__main__":
    try:
        print(json.dumps(run_one(RunSpec(**json.loads(sys.argv[1]))), sort_keys=True, allow_nan=False))
    except KhakaError as error:
        sys.exit(f"khaka: {error}")
