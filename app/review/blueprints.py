"""The blueprint of the state that is shown, loaded once for each set of results, and what only the page draws of it."""

from __future__ import annotations

import datetime as dt
import gc
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import pandas as pd

from khaka.app.review.rendering import results, review
from khaka.app.review.results import Results
from khaka.data.durable import read_parquet
from khaka.scoring.blueprint import StateBlueprint, load_state
from khaka.scoring.pictures.geometry import Ring, rings_of

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

    from khaka.app.review.rendering import Review
    from khaka.data.workspace import Workspace

OUTLINE_TOLERANCE: Final = 0.002
"""Degrees, about 200 m: for the border of one seat."""

MAP_TOLERANCE: Final = 0.01
"""Degrees, about 1 km: for all seats of a state on one map."""


IST_AHEAD: Final = 19_800_000_000
"""Microseconds by which Indian Standard Time is ahead of UTC."""


_FIRST: Final = threading.Lock()


@dataclass(frozen=True)
class Shown:
    """Everything that the viewing pages draw from, of one set of results.

    Parameters
    ----------
    state : StateBlueprint
        Of the coming election.
    outlines, shapes : mapping of str to tuple of Ring
        Borders by seat, fine for the seat's page and coarse for the state's; a seat without one is missing.
    scores : mapping of str to DataFrame
        Rows of `scores.parquet` by seat.
    parts : mapping of str to DataFrame
        Rows of `scenario.parquet` by seat; empty where the results were made without it.
    days : mapping of str to mapping
        Events logged by aspirant and day, by seat.
    log_begins : date or None
        Day of the first event of the whole log in this election.
    women, newcomers : frozenset of str
        Aspirants who declared themselves women, and those without an earlier contest.
    """

    state: StateBlueprint
    outlines: Mapping[str, tuple[Ring, ...]]
    shapes: Mapping[str, tuple[Ring, ...]]
    scores: Mapping[str, pd.DataFrame]
    parts: Mapping[str, pd.DataFrame]
    days: Mapping[str, Mapping[str, Mapping[dt.date, int]]]
    log_begins: dt.date | None
    women: frozenset[str]
    newcomers: frozenset[str]


class Blueprints:
    """Keeps the newest blueprint; another set of results replaces it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version: tuple[str, str] | None = None
        self._shown: Shown | None = None

    def get(self, workspace: Workspace, current: Results) -> Shown:
        """Return the blueprint of the results, loaded by the first who asks; others wait for it."""
        key = (current.version, str(current.folder))
        with self._lock:
            if self._shown is None or self._version != key:
                self._shown, self._version = load_shown(workspace, current), key
            return self._shown


def shown(request: Request) -> Shown:
    """Return what the viewing pages draw from.

    Parameters
    ----------
    request : Request
        Shows one set of results from its first line to its last.

    Returns
    -------
    Shown
        Of those results.
    """
    return _kept(request.app).get(review(request).workspace, results(request))


def preload(app: FastAPI) -> None:
    """Load the blueprint in the background, so that the first who asks needn't wait for it.

    Parameters
    ----------
    app : FastAPI
        That starts to serve.
    """
    it = cast("Review", app.state.review)

    def load() -> None:
        try:
            _kept(app).get(it.workspace, it.current.get())
            gc.collect()
            gc.freeze()  # what was loaded stays; a collection that walks through it would hold up every visitor
        except Exception:  # whoever opens a page is told why; the log has it too
            logging.getLogger("khaka.review").exception("the seats' blueprints could not be loaded")

    threading.Thread(target=load, name="khaka-preload", daemon=True).start()


def forget(app: FastAPI) -> None:
    """Let go of the blueprint and its open tables when the page ends.

    Parameters
    ----------
    app : FastAPI
        That stops serving.
    """
    if hasattr(app.state, "blueprints"):
        del app.state.blueprints
    gc.unfreeze()  # the page froze what it had loaded; DuckDB complains of connections that outlive it
    gc.collect()


def _kept(app: FastAPI) -> Blueprints:
    with _FIRST:
        if not hasattr(app.state, "blueprints"):
            app.state.blueprints = Blueprints()
        return cast("Blueprints", app.state.blueprints)


def load_shown(workspace: Workspace, current: Results) -> Shown:
    """Load the blueprint of a set of results.

    Parameters
    ----------
    workspace : Workspace
        With its tables.
    current : Results
        Which results.

    Returns
    -------
    Shown
        Takes a second or two for a large state.
    """
    state = load_state(workspace, current.election_id, dt.date.fromisoformat(current.as_of))
    scores = _by_seat(read_parquet(current.folder / "scores.parquet").to_pandas())
    file = current.folder / "scenario.parquet"
    parts = _by_seat(read_parquet(file).to_pandas()) if file.is_file() else {}
    outlines, shapes = _borders(workspace, [head.seat_id for head in state.seats])
    days, begins = _days(workspace, state)
    people = workspace.store.read("aspirants", columns=["aspirant_id", "sex"], elections={state.election_id})
    told = read_parquet(
        current.folder / "explanations.parquet", columns=["aspirant_id", "feature", "value"]
    ).to_pandas()
    fresh = told[(told["feature"] == "earlier_contests") & (told["value"] == 0)]
    return Shown(
        state, outlines, shapes, scores, parts, days, begins,
        women=frozenset(people.loc[people["sex"] == "F", "aspirant_id"].astype("str")),
        newcomers=frozenset(fresh["aspirant_id"].astype("str")),
    )  # fmt: skip


def _by_seat(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(seat): rows.reset_index(drop=True) for seat, rows in frame.groupby("seat_id", sort=False)}


def _borders(workspace: Workspace, seats: list[str]) -> tuple[dict[str, tuple[Ring, ...]], dict[str, tuple[Ring, ...]]]:
    """Return the borders of the seats, fine and coarse."""
    rows = workspace.store.read(
        "boundaries", columns=["level", "unit_id", "geometry"], states={seats[0][:3]} if seats else ()
    )
    rows = rows[(rows["level"] == "seat") & rows["unit_id"].isin(seats) & rows["geometry"].notna()]
    names = [str(name) for name in rows["unit_id"]]
    polygons = [bytes(value) for value in rows["geometry"]]
    if not polygons:
        return {}, {}
    fine, coarse = (
        dict(zip(names, rings_of(polygons, tolerance=tolerance), strict=True))
        for tolerance in (OUTLINE_TOLERANCE, MAP_TOLERANCE)
    )
    return fine, coarse


def _days(
    workspace: Workspace, state: StateBlueprint
) -> tuple[dict[str, dict[str, dict[dt.date, int]]], dt.date | None]:
    """Return the events that were received by the as-of date, by seat, aspirant and day."""
    import duckdb

    files = [str(path) for path in workspace.store.files("activity") if path.stem.startswith(state.state)]
    if not files:
        return {}, None
    aspirants = workspace.store.read("aspirants", columns=["aspirant_id", "seat_id"], elections={state.election_id})
    end = pd.Timestamp(state.as_of, tz="Asia/Kolkata") + pd.Timedelta(days=1)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("own", aspirants.drop_duplicates("aspirant_id").astype("str"))
        rows = connection.execute(
            """
            SELECT own.seat_id, own.aspirant_id,
                   CAST(make_timestamp(epoch_us(started_at) + $ahead) AS DATE) AS day, count(*) AS events
            FROM read_parquet($files) AS log JOIN own USING (aspirant_id)
            WHERE epoch_us(received_at) < $end AND epoch_us(started_at) < $end
            GROUP BY ALL ORDER BY ALL
            """,
            {"files": files, "end": round(end.timestamp() * 1e6), "ahead": IST_AHEAD},
        ).fetchall()
    found: dict[str, dict[str, dict[dt.date, int]]] = {}
    for seat, who, day, events in rows:
        found.setdefault(str(seat), {}).setdefault(str(who), {})[day] = int(events)
    return found, min((day for _, _, day, _ in rows), default=None)
