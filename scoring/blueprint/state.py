"""The blueprint of a whole state: loaded once, each seat's blueprint cut from it in milliseconds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from khaka.data.delimitation import place_of
from khaka.data.durable import read_parquet
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.scoring.blueprint.aspirants import People, Raters, Stages
from khaka.scoring.blueprint.booths import Booths
from khaka.scoring.blueprint.communities import Communities
from khaka.scoring.blueprint.contrasts import Explained
from khaka.scoring.blueprint.heads import heads, quotas
from khaka.scoring.blueprint.history import History
from khaka.scoring.blueprint.model import Quota, SeatBlueprint, SeatHead
from khaka.scoring.blueprint.names import Contrast, PanelPlace
from khaka.scoring.blueprint.tables import BySeat, Tables, text, whole
from khaka.scoring.blueprint.unknown import unknown
from khaka.scoring.blueprint.words import Words
from khaka.scoring.version import PRINTED, version_of

_CONTRASTS = 3
_MOST_KEPT = 512


def latest_results(workspace: Workspace, election_id: str, as_of: dt.date | None = None) -> Path:
    """Return the folder of the scores of an election: those of `as_of`, else the latest.

    Parameters
    ----------
    workspace : Workspace
        Whose results.
    election_id : str
        The coming election.
    as_of : datetime.date, optional
        Which scores.

    Returns
    -------
    Path
        Holds a `scores.parquet`.

    Raises
    ------
    KhakaError
        There are none; what there is is named.
    """
    home = workspace.root / "results" / election_id
    there = sorted(path.name for path in home.iterdir() if (path / "scores.parquet").is_file()) if home.is_dir() else []
    if as_of is not None:
        if as_of.isoformat() in there:
            return home / as_of.isoformat()
        known = f"there are scores as of {', '.join(there)}" if there else "there are none of this election"
        raise KhakaError(f"no scores of {election_id} as of {as_of} ({known}); run khaka score --as-of {as_of}")
    if not there:
        raise KhakaError(f"no scores of {election_id!r} in this workspace; run khaka score --election {election_id}")
    return home / there[-1]


@dataclass(frozen=True)
class _Parts:
    """The pre-grouped tables behind the blueprints."""

    tables: Tables
    history: History
    booths: Booths
    communities: Communities
    people: People
    explained: Explained
    raters: Raters
    stages: Stages
    panel: BySeat
    slate: dict[str, tuple[str | None, str | None]]
    rivals: frozenset[str]


@dataclass(frozen=True)
class StateBlueprint:
    """All seats of the coming election.

    Parameters
    ----------
    election_id, state, party : str
        The coming election, its state, whose tickets.
    as_of : date
        What was known by then.
    model_version, data_hash, version : str
        Which scores; the version as it is printed, see `khaka.scoring.version`.
    results : Path
        The folder that they come from.
    seats : tuple of SeatHead
        One a seat, by number.
    quotas : tuple of Quota
        First names, and the slate where there is one, by group.
    has_slate : bool
        Whether a slate was made.
    parts : _Parts
        What seats are cut from.
    """

    election_id: str
    state: str
    party: str
    as_of: dt.date
    model_version: str
    data_hash: str
    version: str
    results: Path
    seats: tuple[SeatHead, ...]
    quotas: tuple[Quota, ...]
    has_slate: bool
    parts: _Parts = field(repr=False, compare=False)
    _kept: dict[str, SeatBlueprint] = field(default_factory=dict, init=False, repr=False, compare=False)
    _by_id: dict[str, SeatHead] = field(default_factory=dict, init=False, repr=False, compare=False)

    def head(self, seat_id: str) -> SeatHead:
        """Return the head of a seat.

        Raises
        ------
        KhakaError
            The election has no such seat.
        """
        if not self._by_id:
            self._by_id.update({head.seat_id: head for head in self.seats})
        found = self._by_id.get(seat_id)
        if found is None:
            near = ", ".join(head.seat_id for head in self.seats[:3])
            raise KhakaError(f"no seat {seat_id!r} in {self.election_id}; there are {len(self.seats)}, such as {near}")
        return found

    def contrast(self, seat_id: str, a: str, b: str) -> Contrast:
        """Return what sets aspirant `a` apart from `b` of the same seat.

        Raises
        ------
        KhakaError
            One of them is no aspirant of the seat.
        """
        try:
            return self.parts.explained.contrast(seat_id, a, b)
        except KeyError as error:
            raise KhakaError(f"no aspirant {error.args[0]!r} in seat {seat_id}") from None

    def seat(self, seat_id: str) -> SeatBlueprint:
        """Return the whole blueprint of a seat; asked again, it is the same one.

        Raises
        ------
        KhakaError
            The election has no such seat.
        """
        found = self._kept.get(seat_id)
        if found is None:
            found = self._build(seat_id)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[seat_id] = found
        return found

    def _build(self, seat_id: str) -> SeatBlueprint:
        head, parts = self.head(seat_id), self.parts
        aspirants = parts.people.of(seat_id)
        booths = parts.booths.of(seat_id)
        history = parts.history.of(place_of(seat_id))
        communities = parts.communities.of(seat_id, self.state, head.district)
        ratings = parts.raters.of(seat_id)
        ranked = [item.aspirant_id for item in aspirants if item.rank is not None]
        booth_votes = parts.booths.polls.get(seat_id)
        choice, substitute = parts.slate.get(seat_id, (None, None))
        return SeatBlueprint(
            head=head, election_id=self.election_id, party=self.party, as_of=self.as_of,
            model_version=self.model_version, data_hash=self.data_hash, version=self.version, history=history,
            booths=booths, booth_list=parts.booths.lists.get(seat_id), booth_votes=booth_votes,
            communities=communities, aspirants=aspirants, panel=_panel(parts.panel, seat_id),
            contrasts=tuple(self.contrast(seat_id, ranked[0], other) for other in ranked[1 : 1 + _CONTRASTS]),
            ratings=ratings, stages=parts.stages.of(seat_id),
            unknown=unknown(
                aspirants=aspirants, booths=booths, booth_votes=booth_votes, communities=communities, history=history,
                ratings=ratings, logged=parts.booths.logged, logged_from=parts.booths.first_day.get(seat_id),
                rivals=seat_id in parts.rivals,
            ),
            slate_choice=choice, slate_substitute=substitute,
        )  # fmt: skip


def load_state(workspace: Workspace, election_id: str, as_of: dt.date | None = None) -> StateBlueprint:
    """Load all seats of an election from the workspace's tables and results.

    Parameters
    ----------
    workspace : Workspace
        Whose tickets.
    election_id : str
        The coming election.
    as_of : datetime.date, optional
        Which scores; the latest by default.

    Returns
    -------
    StateBlueprint
        Each seat's blueprint is cut when it is asked for.

    Raises
    ------
    KhakaError
        There are no scores of this election.
    """
    folder = latest_results(workspace, election_id, as_of)
    version = version_of(folder)[:PRINTED]
    scores = read_parquet(folder / "scores.parquet").to_pandas()
    scores = scores.astype(dict.fromkeys(("seat_id", "aspirant_id"), "str"))
    day = pd.Timestamp(scores["as_of"].iloc[0]).date()
    model_version, data_hash = str(scores["model_version"].iloc[0]), str(scores["data_hash"].iloc[0])
    party = workspace.settings.party.party
    tables = Tables(workspace.store, election_id, day)
    explained = Explained(read_parquet(folder / "explanations.parquet").to_pandas())
    raters = Raters(tables)
    booths = Booths(tables, party, workspace.root / "lineage.parquet")
    parts = _Parts(
        tables=tables,
        history=History(tables, party),
        booths=booths,
        communities=Communities(tables),
        people=People(tables, scores, explained, raters, booths),
        explained=explained,
        raters=raters,
        stages=Stages(tables),
        panel=BySeat(read_parquet(folder / "panel.parquet").to_pandas().sort_values(["seat_id", "position"])),
        slate=_slate(folder / "slate.parquet"),
        rivals=_rivals(tables, party),
    )
    ranges = _baseline_ranges(folder / "scenario.parquet")
    found = heads(tables, parts.history, parts.people, parts.explained, parts.panel, ranges)
    return StateBlueprint(
        election_id=election_id, state=election_id[:3], party=party, as_of=day, model_version=model_version,
        data_hash=data_hash, version=version, results=folder, seats=found,
        quotas=quotas(found, parts.people, parts.explained, parts.slate), has_slate=bool(parts.slate), parts=parts,
    )  # fmt: skip


def _panel(panel: BySeat, seat_id: str) -> tuple[PanelPlace, ...]:
    return tuple(
        PanelPlace(
            position=whole(row["position"]) or 0,
            aspirant_id=text(row["aspirant_id"]),
            role=str(row["role"]),
            words=Words(text(row["reason_en"]) or "", text(row["reason_hi"]) or ""),
            tie_group=whole(row["tie_group"]),
        )
        for row in panel.records(seat_id)
    )


def _slate(path: Path) -> dict[str, tuple[str | None, str | None]]:
    if not path.is_file():
        return {}
    rows = read_parquet(path, columns=["seat_id", "aspirant_id", "substitute_id"]).to_pandas()
    return {
        str(row["seat_id"]): (text(row["aspirant_id"]), text(row["substitute_id"])) for row in rows.to_dict("records")
    }


def _baseline_ranges(path: Path) -> dict[str, tuple[float, float]]:
    """Return the range without the person by seat; none where the results were made without it."""
    columns = ["seat_id", "baseline_low", "baseline_high"]
    if not path.is_file() or not set(columns) <= set(pq.read_schema(path).names):
        return {}
    rows = read_parquet(path, columns=columns).to_pandas().dropna().drop_duplicates("seat_id")
    return {str(seat): (float(low), float(high)) for seat, low, high in rows.itertuples(index=False)}


def _rivals(tables: Tables, party: str) -> frozenset[str]:
    """Return the seats in which any rival's nominee is known."""
    rows = tables.own("nominees")
    return frozenset(rows.loc[rows["party"] != party, "seat_id"].astype("str"))
