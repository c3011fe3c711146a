"""The ablation table as a job: real elections of the workspace, and made-up states whose truth is known."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.app.jobs import Progress, silent
from khaka.app.train_job import corpus_of
from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.settings import Settings
from khaka.data.simulate import simulate
from khaka.data.workspace import Workspace, init_workspace
from khaka.features.registry import FAMILIES
from khaka.features.source import FrameSource
from khaka.scoring.card_blocks import Document
from khaka.scoring.eligibility import eligibility
from khaka.scoring.evaluate import evaluate
from khaka.scoring.predict import predict_aspirants
from khaka.scoring.rank import score
from khaka.scoring.scenario import FAMILIES as LAYER
from khaka.scoring.scenario import Scenario
from khaka.training.ablation import ALL, FIGURES, ablate_layer, ablate_shares, losses
from khaka.training.backtest import default_targets
from khaka.training.examples import without_families
from khaka.training.fit import Models, fit_layer, prepare

BOOTHS_A_SEAT: Final = 10
EVENTS_A_SEAT: Final = 330
_WORLDS: Final = ("plain", "gamed_activity", "dishonest_ratings")
_HEADS: Final = {
    "winners": "winners named", "winners_given_swing": "the same given swing", "error": "error, points",
    "error_given_swing": "swing-free error, points", "rank_correlation": "rank correlation",
    "margin_error": "margin error, points", "honest": "honest ratings", "dishonest": "dishonest ratings",
}  # fmt: skip


@dataclass(frozen=True)
class Ablation:
    """What each family is worth.

    Parameters
    ----------
    shares, layer, made_up : DataFrame
        Of `khaka.training.ablation.losses`: real shares over elections, real margins over elections, made-up states.
    elections, states : int
        How many.
    """

    shares: pd.DataFrame
    layer: pd.DataFrame
    made_up: pd.DataFrame
    elections: int
    states: int

    def as_dict(self) -> dict[str, Any]:
        """Return everything for `--json`."""
        return {
            "elections": self.elections, "states": self.states, "shares": self.shares.to_dict("records"),
            "margins": self.layer.to_dict("records"), "made_up": self.made_up.to_dict("records"),
        }  # fmt: skip

    def table(self) -> pd.DataFrame:
        """Return one row per family: what is lost without it, with standard errors, for the model card."""
        parts = [wide(frame) for frame in (self.shares, self.layer, self.made_up) if len(frame)]
        out = pd.concat(parts, axis=1).fillna("") if parts else pd.DataFrame()
        return out.rename(index=lambda name: FAMILIES.get(str(name), str(name))).rename_axis("family").reset_index()

    def document(self) -> Document:
        """Return the tables for `docs/ablation.md`."""
        page = Document("What each family of features is worth")
        page.say(
            "Written by `khaka ablation`. Each cell: the figure without the family minus the figure with all, with the "
            "standard error of the paired difference. Errors that grow and shares that fall say that the family helps; "
            "within two standard errors it is noise."
        )
        for title, note, frame in (
            ("Real elections: shares of all nominees",
             f"{self.elections} elections, each predicted from earlier ones, with half the trees. The forecast leaves "
             "booth history and published aggregates out: their lines say what adding them would bring.", self.shares),
            ("Real elections: what a person adds",
             "Margins of past nominees, each election predicted by a ridge layer fitted on earlier ones. Ratings and "
             "presence have no past outcome in published files.", self.layer),
            ("Made-up states: share of the oracle's gain",
             f"{self.states} states; 0 is the committee, 1 the oracle. Trained and ranked without the family.",
             self.made_up),
        ):  # fmt: skip
            page.head(title)
            if not len(frame):
                page.say("Not measured here.")
                continue
            page.say(note)
            whole = frame.drop_duplicates("figure").set_index("figure")["all"]
            page.say(
                "With all: " + ", ".join(f"{_HEADS[str(name)]} {value:.2f}" for name, value in whole.items()) + "."
            )
            named = wide(frame).rename(index=lambda name: FAMILIES.get(str(name), str(name)))
            page.table(named.rename_axis("without").reset_index())
        return page


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per family and one column per figure, as text with standard errors."""
    texts = [
        f"{mean:+.2f}" + (f" ± {error:.2f}" if error == error else "")
        for mean, error in zip(frame["mean"], frame["standard_error"], strict=True)
    ]
    heads = frame["figure"].map(_HEADS)
    order = list(dict.fromkeys(heads))
    table = pd.DataFrame({"family": frame["family"], "figure": heads, "text": texts})
    return table.pivot_table(index="family", columns="figure", values="text", aggfunc="first", sort=False)[order]


def ablation_job(
    workspace: Workspace,
    *,
    targets: Sequence[str] = (),
    newest: int = 8,
    states: int = 3,
    seats: int = 40,
    out: Path | None = None,
    progress: Progress = silent,
) -> tuple[Ablation, Path]:
    """Measure what each family is worth and write the tables.

    Parameters
    ----------
    workspace : Workspace
        With past elections; without any only made-up states are measured.
    targets : sequence of str
        Elections to predict; by default the newest ones.
    newest : int
        How many, without targets; 0 for none.
    states : int
        Made-up states of each of three kinds; 0 for none.
    seats : int
        Seats of each.
    out : Path or None
        The Markdown; by default `ablation.md` in the workspace. `ablation.csv` beside it feeds the model card.
    progress : callable
        Told each forecast.

    Returns
    -------
    tuple of Ablation and Path
        Tables, and where they were written.

    Raises
    ------
    KhakaError
        Nothing can be measured.
    """
    settings, corpus = workspace.settings, corpus_of(workspace)
    path = out or workspace.root / "ablation.md"
    chosen = list(targets) or (default_targets(corpus)[-newest:] if newest > 0 else [])
    if not chosen and not states:
        raise KhakaError("nothing to measure: no election can be predicted here, and no made-up states are asked for")
    shares = pd.DataFrame(columns=["election_id", "family", "added", *FIGURES])
    layer = pd.DataFrame(columns=["election_id", "family", "margin_error"])
    if chosen:
        shares = ablate_shares(corpus, settings.model, chosen, progress=progress)
        _write(path, shares, layer, [])
        last = max(corpus.election(name).result_date for name in chosen)
        ready = prepare(
            corpus, as_of=last, party=settings.party.party, settings=settings.model, weights=settings.weights.points,
            progress=progress,
        )  # fmt: skip
        order = [election.election_id for election in ready.past]
        layer = ablate_layer(ready.examples, order, settings.model, dict(settings.weights.points))
    rows: list[dict[str, Any]] = []
    for seed in range(1, states + 1):
        for world in _WORLDS:
            rows += _state(world, seed, seats, settings)
            progress(f"made-up state {world} {seed}")
            _write(path, shares, layer, rows)  # long work: what is measured is kept
    return _write(path, shares, layer, rows), path


def _write(path: Path, shares: pd.DataFrame, layer: pd.DataFrame, rows: list[dict[str, Any]]) -> Ablation:
    made = pd.DataFrame(rows, columns=["state", "ratings", "family", "oracle_share"])
    parts = [
        losses(made[made["ratings"] == kind].rename(columns={"oracle_share": kind}), "state", [kind])
        for kind in ("honest", "dishonest")
    ]
    result = Ablation(
        losses(shares, "election_id", FIGURES), losses(layer, "election_id", ["margin_error"]),
        pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True),
        shares["election_id"].nunique(), made["state"].nunique(),
    )  # fmt: skip
    write_bytes(path, result.document().markdown().encode())
    write_bytes(path.with_suffix(".csv"), result.table().to_csv(index=False).encode())
    return result


def _state(world: str, seed: int, seats: int, settings: Settings) -> list[dict[str, Any]]:
    """Train on one made-up state with all families and without each, and judge each ranking against the truth."""
    with tempfile.TemporaryDirectory(prefix="khaka-ablation-") as place:
        folder = Path(place)
        made = simulate(
            folder / "state", world=world, seats=seats, booths_per_seat=BOOTHS_A_SEAT, events=EVENTS_A_SEAT * seats,
            seed=seed,
        )  # fmt: skip
        own = init_workspace(folder / "workspace", state=made.state, party=made.party)
        ingest([folder / "state" / "tables"], workspace_root=own.root, store=own.store)
        as_of, source = dt.date.fromisoformat(made.as_of), FrameSource(own.store)
        weights = settings.weights.points
        ready = prepare(corpus_of(own), as_of=as_of, party=made.party, settings=settings.model, weights=weights)
        polls = source.read("seat_elections")
        polls = polls[polls["election_id"] == made.election_id]
        rows = []
        for family in (ALL, *LAYER):
            left = () if family == ALL else (family,)
            thinner = replace(ready, examples=without_families(ready.examples, left))
            trained = fit_layer(thinner, settings=settings.model, weights=weights)
            found = predict_aspirants(
                source, Models(trained.shares, trained.candidate, trained.spread), election_id=made.election_id,
                as_of=as_of, party=made.party, draws=settings.model.draws, seed=settings.model.seed,
                model_version="ablation", data_hash="", scenario=Scenario(without=left),
            ).prediction  # fmt: skip
            scores = score(found, eligibility(found.people, polls, as_of=as_of))
            judged = evaluate(folder / "state" / "truth" / "truth.parquet", scores)
            gain = judged.as_dict()["rules"]["model"]["oracle_share"]
            kind = "dishonest" if "dishonest" in world else "honest"
            rows.append({"state": f"{world} {seed}", "ratings": kind, "family": family, "oracle_share": gain})
        return rows
