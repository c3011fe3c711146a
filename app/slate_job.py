"""The job behind `khaka slate`: which scores it rests on, what else it reads, what it writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from khaka.app.jobs import Progress, silent
from khaka.data.durable import read_parquet, sha256, write_bytes
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.features.presence import presence_table
from khaka.scoring.blueprint.state import latest_results
from khaka.scoring.blueprint.tables import Tables
from khaka.scoring.slate.alliance import alliance
from khaka.scoring.slate.facts import facts
from khaka.scoring.slate.recommend import recommend, write_slate
from khaka.scoring.slate.report import report
from khaka.scoring.slate.rules import load_rules
from khaka.scoring.slate.shares import seat_shares, with_shares

_PRESENCE: Final = "presence_booths"
_BASELINE: Final = "seat_baseline"
_NEEDS_SHARES: Final = ("deposits_saved", "second_places", "share_gained")


@dataclass(frozen=True)
class SlateDone:
    """What the job wrote."""

    path: Path
    as_of: str
    model_version: str
    report: Mapping[str, Any]
    alliance: Path | None = None
    moves: Mapping[str, list[str]] = field(default_factory=dict)
    """Seats to ask an ally for ("ask"), to give ("give"), and where it makes no difference ("either")."""


def slate_job(
    workspace: Workspace,
    *,
    election_id: str,
    rules_file: Path | None = None,
    as_of: dt.date | None = None,
    out: Path | None = None,
    ally: str | None = None,
    transfer: float = 0.6,
    model: str | None = None,
    with_prices: bool = True,
    progress: Progress = silent,
) -> SlateDone:
    """Choose a slate from the scores of an election and write it.

    Parameters
    ----------
    workspace : Workspace
        Whose scores.
    election_id : str
        The coming election.
    rules_file : Path or None
        The party's rules.
    as_of : datetime.date or None
        Which scores; the latest by default.
    out : Path or None
        The Parquet file.
    ally : str or None
        Party whose seats are to be ranked as well.
    transfer : float
        Part of a vote that follows the alliance, 0 to 1.
    model : str or None
        Alias or run that the scores must be by.
    with_prices : bool
        Whether each rule is priced.
    progress : callable
        Told each step.

    Returns
    -------
    SlateDone
        Where it lies and what it comes to.
    """
    rules = load_rules(rules_file)
    folder = latest_results(workspace, election_id, as_of)
    party = workspace.settings.party.party
    scores = read_parquet(folder / "scores.parquet").to_pandas()
    if model is not None:
        check_model(workspace, scores["model_version"].iloc[0], scores["as_of"].iloc[0], model)
    further = _further(folder, scores)
    if rules.presence is not None and "presence" not in further.columns:
        further = _with_presence(workspace, election_id, scores, further)
    shares = _shares(workspace, election_id, scores) if rules.aim in _NEEDS_SHARES or ally else None
    if shares is not None:
        further = further.drop(columns=["baseline_margin"], errors="ignore").merge(
            seat_shares(shares, party), on="seat_id", how="left"
        )
    store = workspace.store
    table = facts(
        scores, store.read("aspirants"), seats=store.read("seats"), seat_elections=store.read("seat_elections"),
        nominees=store.read("nominees"), further=further,
    )  # fmt: skip
    table = with_shares(table)
    progress("facts read")
    draws = _draws(workspace, election_id, scores, table) if rules.aim == "majority" else None
    slate = recommend(table, rules, party=party, draws=draws, with_prices=with_prices, progress=progress)
    found = report(slate)
    path = out or folder / "slate.parquet"
    inputs = {"scores.parquet": sha256(folder / "scores.parquet"), **store.hashes()}
    model, day = str(scores["model_version"].iloc[0]), str(scores["as_of"].iloc[0])[:10]
    if rules_file is not None:
        inputs["rules"] = sha256(rules_file)
    write_slate(slate, path, inputs=inputs, report=found, as_of=day, model_version=model,
                data_hash=str(scores["data_hash"].iloc[0]))  # fmt: skip
    beside, moves = None, {}
    if ally is not None and shares is not None:
        beside = path.with_name("alliance.csv")
        moves = _write_alliance(beside, shares, party, ally, table, transfer)
    return SlateDone(path, day, model, found, beside, moves)


def _further(folder: Path, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the share of booths reached and the seat's baseline, as the explanations of the scores have them."""
    out = scores[["seat_id", "aspirant_id"]].copy()
    path = folder / "explanations.parquet"
    if not path.is_file():
        return out
    rows = read_parquet(path, columns=["seat_id", "aspirant_id", "feature", "value"])
    rows = rows.filter(pc.is_in(rows["feature"], value_set=pa.array([_PRESENCE, _BASELINE]))).to_pandas()
    for feature, name in ((_PRESENCE, "presence"), (_BASELINE, "baseline_margin")):
        part = rows[rows["feature"] == feature].drop_duplicates(["seat_id", "aspirant_id"])
        if part.empty:  # the model does without it
            continue
        out = out.merge(part[["seat_id", "aspirant_id", "value"]].rename(columns={"value": name}),
                        on=["seat_id", "aspirant_id"], how="left")  # fmt: skip
    return out


def _with_presence(workspace: Workspace, election_id: str, scores: pd.DataFrame, further: pd.DataFrame) -> pd.DataFrame:
    """Return the share of booths reached from the activity itself: a model need not have that feature."""
    day = pd.Timestamp(scores["as_of"].iloc[0]).date()
    found = presence_table(Tables(workspace.store, election_id, day).known)[_PRESENCE]
    return further.assign(presence=found.reindex(further["aspirant_id"].astype("object")).to_numpy(dtype=np.float64))


def _model(workspace: Workspace, scores: pd.DataFrame) -> Any:
    """Return the models that the scores are by."""
    from khaka.app.jobs import usable_model
    from khaka.training.fit import load_models

    day = pd.Timestamp(scores["as_of"].iloc[0]).date()
    return load_models(usable_model(workspace, str(scores["model_version"].iloc[0]), day).bundle)


def check_model(workspace: Workspace, found: str, as_of: object, wanted: str) -> None:
    """Refuse scores by another model than the one asked for.

    Parameters
    ----------
    workspace : Workspace
        Whose models.
    found : str
        Model of the scores.
    as_of : date
        Of the scores.
    wanted : str
        Alias or run.

    Raises
    ------
    KhakaError
        The scores are by another model; the command that makes the wanted ones is named.
    """
    from khaka.app.jobs import usable_model

    day = pd.Timestamp(as_of).date()  # type: ignore[arg-type]
    asked = usable_model(workspace, wanted, day).version
    if asked != str(found):
        raise KhakaError(
            f"the scores as of {day} are by {found}, not by {asked}; run khaka score --as-of {day} --model {wanted}"
        )


def _shares(workspace: Workspace, election_id: str, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the expected share of every party in every seat, the own party without its person."""
    from khaka.features.cutoff import KnownTables
    from khaka.features.nominee_table import nominee_features
    from khaka.features.scenario import lineup
    from khaka.features.source import FrameSource

    seats = sorted(scores["seat_id"].astype("str").unique())
    party = workspace.settings.party.party
    line = lineup(FrameSource(workspace.store), election_id=election_id, party=party, seats=seats)
    day = pd.Timestamp(scores["as_of"].iloc[0]).date()
    rows = nominee_features(KnownTables(line.source, as_of=day, election_id=election_id), election_id)
    predicted = _model(workspace, scores).shares.predict(rows, with_person=False)
    return pd.DataFrame(predicted[["seat_id", "party", "expected_share"]])


def _draws(
    workspace: Workspace, election_id: str, scores: pd.DataFrame, table: pd.DataFrame
) -> npt.NDArray[np.float64]:
    """Return the draws of margins behind the scores, drawn once more from the same seed, row by row as `table`."""
    from khaka.features.source import FrameSource
    from khaka.scoring.predict import predict_aspirants

    settings = workspace.settings
    prediction = predict_aspirants(
        FrameSource(workspace.store), _model(workspace, scores), election_id=election_id,
        as_of=pd.Timestamp(scores["as_of"].iloc[0]).date(), party=settings.party.party, draws=settings.model.draws,
        seed=settings.model.seed, model_version="", data_hash="",
    ).prediction  # fmt: skip
    keys = pd.MultiIndex.from_frame(prediction.people[["seat_id", "aspirant_id"]].astype("str"))
    at = keys.get_indexer(pd.MultiIndex.from_frame(table[["seat_id", "aspirant_id"]].astype("str")))
    if (at < 0).any() or not np.allclose(prediction.expected_margin[at], table["expected_margin"], atol=1e-6):
        raise KhakaError("the tables have changed since the scores were made; run khaka score again")
    totals = prediction.expected_margin[:, None] + (
        prediction.swing_draws + prediction.seat_draws + prediction.person_draws
    )
    return np.asarray(totals[at], dtype=np.float64)


def _write_alliance(
    path: Path, shares: pd.DataFrame, party: str, ally: str, table: pd.DataFrame, transfer: float
) -> dict[str, list[str]]:
    """Write the ranking of seats; return the seats of each move, the clearest first."""
    if not (shares["party"] == ally).any():
        known = ", ".join(sorted(set(shares["party"].astype("str")))[:10])
        raise KhakaError(f"no share of {ally!r} is forecast in these seats; parties there: {known}")
    rest = shares[shares["party"] != ally]  # the rival is neither the party nor the ally
    width = float((table["margin_high"] - table["margin_low"]).median() / 3.29)
    held = table.drop_duplicates("seat_id").set_index("seat_id")["allotted_to"]
    ranked = alliance(
        seat_shares(rest, party), shares[shares["party"] == ally], transfer=transfer, width=width, allotted_to=held
    )
    text = ranked.to_csv(index=False, lineterminator="\n", float_format="%.6f")
    write_bytes(path, text.encode("utf-8-sig"))
    return {str(move): group["seat_id"].tolist() for move, group in ranked.groupby("move", sort=True)}
