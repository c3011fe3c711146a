"""Which results are shown: the newest of the workspace, and one hash that names them exactly."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.store import TableStore
from khaka.data.workspace import Workspace
from khaka.scoring.version import PRINTED, SHOWN, version_of

_FIGURES: Final = ("expected_margin", "margin_low", "margin_high", "win_probability")


@dataclass(frozen=True)
class Candidate:
    """One aspirant of a seat as the decision forms need it.

    Parameters
    ----------
    number : int
        1, 2, ... inside the seat: by rank, then those without one.
    aspirant_id, name, name_hi : str
        As in the table `aspirants`.
    rank : int
        By the model; 0 without one.
    tie_group : int
        Equal: too close to call; 0 without one.
    eligible : str
        yes, no or awaited; "unranked" for an application that came after the ranking.
    expected, low, high : float or None
        Expected margin with its 90% range, in points; None without a score.
    chance : float or None
        To win, 0 to 1.
    """

    number: int
    aspirant_id: str
    name: str
    name_hi: str
    rank: int
    tie_group: int
    eligible: str
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None


@dataclass(frozen=True)
class Seat:
    """One seat's names."""

    seat_id: str
    number: int
    name: str
    name_hi: str
    district: str


@dataclass(frozen=True)
class Results:
    """The results that are shown.

    Parameters
    ----------
    election_id, as_of : str
        Of the results.
    folder : Path
        Where they lie.
    version : str
        SHA-256 over the files that are shown: a decision is bound to it.
    seats : mapping of str to Seat
        By seat_id.
    candidates : mapping of str to tuple of Candidate
        By seat_id; a seat without aspirants is missing.
    """

    election_id: str
    as_of: str
    folder: Path
    version: str
    seats: Mapping[str, Seat]
    candidates: Mapping[str, tuple[Candidate, ...]]

    @property
    def short_version(self) -> str:
        """First digits of the version, as shown and printed."""
        return self.version[:PRINTED]

    def candidate(self, seat_id: str, aspirant_id: str) -> Candidate | None:
        """Return an aspirant of that seat, None for anybody else."""
        return next((one for one in self.candidates.get(seat_id, ()) if one.aspirant_id == aspirant_id), None)

    def first_name(self, seat_id: str) -> Candidate | None:
        """Return the first name of the ranking."""
        return next((one for one in self.candidates.get(seat_id, ()) if one.rank == 1), None)


def find_folder(workspace: Workspace, *, election_id: str | None = None, as_of: str | None = None) -> Path:
    """Return the folder of the newest results, of one election or as of one date if asked.

    Raises
    ------
    KhakaError
        Nothing is scored, or not that.
    """
    found = [
        path.parent
        for path in (workspace.root / "results").glob("*/*/scores.parquet")
        if election_id in (None, path.parent.parent.name) and as_of in (None, path.parent.name) and _is_day(path)
    ]
    if not found:
        wanted = " ".join(part for part in (election_id, as_of and f"as of {as_of}") if part) or "anything"
        raise KhakaError(f"no scores of {wanted} in {workspace.root / 'results'}; run khaka score first")
    return max(found, key=lambda folder: (folder.name, folder.parent.name))


def _is_day(path: Path) -> bool:
    try:
        dt.date.fromisoformat(path.parent.name)
    except ValueError:
        return False
    return True


class CurrentResults:
    """Gives the results as they stand on disk, read again only when a file has changed.

    Parameters
    ----------
    workspace : Workspace
        Whose results.
    election_id, as_of : str, optional
        Which; by default the newest.
    """

    def __init__(self, workspace: Workspace, *, election_id: str | None = None, as_of: str | None = None) -> None:
        self._workspace = workspace
        self._folder = find_folder(workspace, election_id=election_id, as_of=as_of)
        self._lock = threading.Lock()
        self._stamp: object = None
        self._results: Results | None = None

    @property
    def election_id(self) -> str:
        """The election that is shown."""
        return self._folder.parent.name

    def get(self) -> Results:
        """Return the results."""
        tables = TableStore(self._workspace.root / "tables").folder
        stamp = tuple(
            (str(path), status.st_mtime_ns, status.st_size)
            for path in (
                *(self._folder / name for name in SHOWN),
                tables / "aspirants" / f"{self.election_id}.parquet",
            )
            if path.exists()
            for status in (path.stat(),)
        )
        with self._lock:
            if self._results is None or stamp != self._stamp:
                self._results, self._stamp = load_results(self._workspace, self._folder), stamp
            return self._results


def load_results(workspace: Workspace, folder: Path) -> Results:
    """Read the results in a folder, and the names that go with them."""
    election_id = folder.parent.name
    version = version_of(folder)
    scores = pd.read_parquet(folder / "scores.parquet")
    aspirants = workspace.store.read("aspirants")
    aspirants = aspirants[aspirants["election_id"] == election_id]
    table = aspirants[["seat_id", "aspirant_id", "name", "name_hi"]].merge(
        scores[["seat_id", "aspirant_id", "rank", "tie_group", "eligible", *_FIGURES]],
        how="outer",
        on=["seat_id", "aspirant_id"],
    )
    table = table.sort_values(["seat_id", "rank", "aspirant_id"], na_position="last")
    candidates: dict[str, list[Candidate]] = {}
    for row in table.itertuples(index=False):
        seat = candidates.setdefault(str(row.seat_id), [])
        seat.append(
            Candidate(
                len(seat) + 1, str(row.aspirant_id), _text(row.name) or str(row.aspirant_id), _text(row.name_hi),
                _whole(row.rank), _whole(row.tie_group), _text(row.eligible) or "unranked",
                *(_figure(getattr(row, name)) for name in _FIGURES),
            )
        )  # fmt: skip
    running = set(candidates)
    contests = workspace.store.read("seat_elections")
    running |= set(contests.loc[contests["election_id"] == election_id, "seat_id"].astype(str))
    places = workspace.store.read("seats")
    seats = {
        str(row.seat_id): Seat(
            str(row.seat_id), _whole(row.seat_no), _text(row.seat_name), _text(row.seat_name_hi), _text(row.district)
        )
        for row in places.itertuples(index=False)
        if str(row.seat_id) in running
    }
    for seat_id in sorted(running - set(seats)):
        seats[seat_id] = Seat(seat_id, int(seat_id.rsplit("-", 1)[1]), seat_id, "", "")
    ordered = dict(sorted(seats.items(), key=lambda item: (item[1].number, item[0])))
    return Results(
        election_id, folder.name, folder, version, ordered, {seat: tuple(names) for seat, names in candidates.items()}
    )


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _figure(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]


def _whole(value: object) -> int:
    return 0 if pd.isna(value) else int(value)  # type: ignore[call-overload]
