"""The whole job on a made-up state, in the order in which a party would do it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from khaka.app.dossier_job import dossier_job
from khaka.app.evaluation import record_evaluation
from khaka.app.features_job import features_job
from khaka.app.jobs import forecast_job, score_job
from khaka.app.progress import Progress
from khaka.app.review.sign_in import add_sign_in
from khaka.app.slate_job import slate_job
from khaka.app.train_job import train_job
from khaka.data.check import data_report
from khaka.data.durable import write_bytes
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.workspace import Workspace, init_workspace
from khaka.features.rivals import RivalChange
from khaka.scoring.blueprint import load_state
from khaka.scoring.evaluate import evaluate_files, plot_evaluation
from khaka.scoring.plots import plot_seat
from khaka.scoring.scenario import Scenario
from khaka.scoring.seat_text import example_seat, seat_text
from khaka.training.metrics import INDEPENDENT
from khaka.training.tracking import Tracker

_MARK: Final = ".khaka-demo"


def run_demo(folder: Path, *, seats: int, seed: int, say: Callable[[str], None], quiet: bool) -> Mapping[str, str]:
    """Run the demo.

    Parameters
    ----------
    folder : Path
        The demo's workspace; made anew if an earlier demo made it.
    seats : int
        Seats of the made-up state.
    seed : int
        Of the made-up state.
    say : callable
        Told each stage in a sentence.
    quiet : bool
        No progress.

    Returns
    -------
    mapping of str to str
        Where each result lies, in the order of the work.

    Raises
    ------
    KhakaError
        The folder holds something that no demo made.
    """
    _make_room(folder)
    say(f"1 of 9  A made-up state of {seats} seats (seed {seed}); its truth is kept apart from the tables.")
    world = simulate(folder / "world", seats=seats, seed=seed)
    workspace = init_workspace(folder, state=world.state, party=world.party)
    write_bytes(folder / _MARK, b"made by khaka demo\n")
    as_of = dt.date.fromisoformat(str(world.as_of))

    say("2 of 9  Reading its tables, every row checked.")
    with Progress("reading", quiet=quiet) as progress:
        report = ingest(
            [folder / "world"], workspace_root=workspace.root, store=workspace.store, progress=progress.step
        )
    check = workspace.root / "check.txt"
    text = data_report(store=workspace.store, workspace_root=workspace.root, state=world.state).to_text()
    write_bytes(check, (text + "\n").encode())
    say(f"        {report.kept:,} rows kept.")

    say(f"3 of 9  Features of the aspirants for {world.election_id}, as known on {as_of}.")
    features, table = features_job(workspace, election_id=world.election_id, as_of=as_of, out=None)
    say(f"        {table.values.shape[1]} features of {len(table.people):,} aspirants.")

    say("4 of 9  Training on earlier elections; contenders compared on the newest one held out.")
    with Progress("train", quiet=quiet) as progress:
        model, trained = train_job(workspace, as_of=as_of, progress=progress.step)
    say(f"        {trained.chosen} was best and is registered as {model.version} (@challenger).")

    say("5 of 9  Ranking the aspirants of every seat, with ranges, reasons and a panel.")
    with Progress("score", quiet=quiet) as progress:
        scored = score_job(
            workspace, election_id=world.election_id, as_of=as_of, model=None, out=None, progress=progress.begin
        )
        picture = _picture(scored.path, workspace, say)
        say("6 of 9  Forecasting the declared nominees of the rivals; ranking again against those of last time.")
        again = rivals_of_last_time(workspace.store.read("nominees"), world.election_id, world.party)
        if again:
            score_job(
                workspace, election_id=world.election_id, as_of=as_of, model=None, out=None, record=False,
                progress=progress.begin, scenario=Scenario(rivals=again, title="rivals of last time"),
            )  # fmt: skip
        forecast = forecast_job(
            workspace, election_id=world.election_id, as_of=as_of, model=None, out=None, progress=progress.begin
        )
    say("7 of 9  A slate: one aspirant and one substitute a seat under the rules of the law.")
    slate = slate_job(workspace, election_id=world.election_id)
    say("8 of 9  A dossier of two pages for every seat, in English and in Hindi.")
    state = load_state(workspace, world.election_id)
    english, hindi = (
        dossier_job(workspace, election_id=world.election_id, state=state, language=language)
        for language in ("en", "hi")
    )
    say("9 of 9  Only because the state is made up: the ranking against its truth.\n")
    evaluation = evaluate_files(folder / "world" / "truth" / "truth.parquet", scored.path)
    plot_evaluation(evaluation, scored.path / "evaluation.png")
    record_evaluation(workspace, evaluation, scored.path)
    say(evaluation.text())
    return {
        "data report": str(check),
        "feature table": str(features),
        "model, metrics, SHAP": f"mlflow ui --backend-store-uri {Tracker(workspace).uri}",
        "ranked seats": str(scored.path / "scores.csv"),
        "reasons": str(scored.path / "explanations.parquet"),
        "panel": str(scored.path / "panel.parquet"),
        "a seat as a picture": str(picture),
        "forecast": str(forecast.path),
        "slate": str(slate.path),
        "against the truth": str(scored.path / "evaluation.png"),
        "what went in and out": str(scored.path / "manifest.json"),
        "dossiers": str(english.book),
        "dossiers in Hindi": str(hindi.book),
        "review page": f"khaka review --workspace {folder}   (sign-in: {add_sign_in(workspace)})",
    }


def rivals_of_last_time(nominees: pd.DataFrame, election_id: str, party: str) -> tuple[RivalChange, ...]:
    """Return a line-up for the page's what-if: in each seat a rival of last time stands again.

    Parameters
    ----------
    nominees : DataFrame
        Canonical table, with the declared nominees of the coming election.
    election_id : str
        The coming assembly election.
    party : str
        The own one.

    Returns
    -------
    tuple of RivalChange
        By seat, at most one each: who came first of those whom a rival party that stands has replaced.
    """
    own_state = nominees["election_id"].str[:3] == election_id[:3]
    past = nominees[own_state & nominees["election_id"].str.endswith("-AE") & (nominees["election_id"] < election_id)]
    last = past[(past["election_id"] == past["election_id"].max()) & ~past["party"].isin([party, INDEPENDENT])]
    declared = nominees[nominees["election_id"] == election_id]
    parties = set(zip(declared["seat_id"], declared["party"], strict=True))
    persons = set(zip(declared["seat_id"], declared["person_id"], strict=True))
    found: dict[str, RivalChange] = {}
    for row in last.dropna(subset=["votes"]).sort_values("votes", ascending=False, kind="stable").to_dict("records"):
        seat = str(row["seat_id"])
        if (seat, row["party"]) in parties and (seat, row["person_id"]) not in persons:
            found.setdefault(seat, RivalChange(str(row["party"]), str(row["nominee_id"]), seat))
    return tuple(found[seat] for seat in sorted(found))


def _make_room(folder: Path) -> None:
    """Remove what an earlier demo left; refuse a folder that holds anything else."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / _MARK).exists() and not (folder / "world" / "world.json").exists():
        raise KhakaError(f"{folder} holds something that no demo made; give the demo an empty folder with --workspace")
    shutil.rmtree(folder)


def _picture(results: Path, workspace: Workspace, say: Callable[[str], None]) -> Path:
    """Say and draw the seat with the closest contest between its first two names."""
    scores = pd.read_parquet(results / "scores.parquet")
    seat = example_seat(scores)
    assert seat is not None, "a made-up state always has aspirants who may stand"
    aspirants, seats = workspace.store.read("aspirants"), workspace.store.read("seats").set_index("seat_id")
    path = results / "seat.png"
    names = dict(zip(aspirants["aspirant_id"].astype("str"), aspirants["name"].astype("str"), strict=True))
    plot_seat(scores, seat, path, names=names)
    told = seat_text(scores, seat, names, seat_name=str(seats.loc[seat, "seat_name"]))
    say("        One of them, " + told.replace("\n", "\n        "))
    return path
