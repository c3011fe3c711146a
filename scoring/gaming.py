"""The gaming test: does a log that is inflated tenfold carry its aspirant up the ranking?

Each event of the aspirant is recorded nine times more: some as copies with a new number within the next hours, the
rest as claims of other booths of the seat from where the telephone really was. Nothing else about anybody changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.features.scenario import Replaced, lineup
from khaka.features.source import FrameSource
from khaka.features.table import feature_table
from khaka.scoring.rank import seat_numbers, seat_slices
from khaka.training.candidate import BASELINE
from khaka.training.examples import OTHER_FAMILIES

if TYPE_CHECKING:
    from khaka.training.fit import Models
    from khaka.training.prediction import Prediction

TIMES: Final = 10
"""Records of an inflated log for each real one."""

_COPIES: Final = 5  # of the nine; the others claim another booth
_WITHIN: Final = 12 * 60  # minutes

Floats = npt.NDArray[np.float64]


def inflated(activity: pd.DataFrame, aspirants: list[str], *, seed: int) -> pd.DataFrame:
    """Return the activity with the logs of some aspirants inflated tenfold.

    Parameters
    ----------
    activity : DataFrame
        Canonical table.
    aspirants : list of str
        Whose logs.
    seed : int
        Of times and claimed booths.

    Returns
    -------
    DataFrame
        The same rows, and nine more for each of theirs; event_ids stay unique.
    """
    rng = np.random.default_rng(seed)
    theirs = activity[activity["aspirant_id"].isin(aspirants)]
    booths = activity[["seat_id", "booth_no"]].dropna().drop_duplicates()
    of_seat = {str(seat): rows["booth_no"].to_numpy() for seat, rows in booths.groupby("seat_id")}
    parts = [activity]
    for number in range(1, TIMES):
        later = pd.to_timedelta(rng.integers(1, _WITHIN, len(theirs)), unit="min")
        copy = theirs.assign(event_id=theirs["event_id"].astype("str") + f"-{number}")
        for column in ("started_at", "received_at"):
            copy[column] = (theirs[column] + later).astype(theirs[column].dtype)
        if number > _COPIES:
            claimed = [
                of_seat[str(seat)][rng.integers(len(of_seat[str(seat)]))] if str(seat) in of_seat else booth
                for seat, booth in zip(theirs["seat_id"], theirs["booth_no"], strict=True)
            ]
            copy["booth_no"] = pd.Series(claimed, index=copy.index, dtype=theirs["booth_no"].dtype)
        parts.append(copy)
    return pd.concat(parts, ignore_index=True)


def rank_moves(
    source: FrameSource, models: Models, prediction: Prediction, *, party: str, logs_a_seat: int, seed: int
) -> list[int]:
    """Inflate logs one aspirant a seat at a time and return how many ranks each went up.

    Parameters
    ----------
    source : FrameSource
        All tables.
    models : Models
        As trained.
    prediction : Prediction
        Of the tables as they are.
    party : str
        Whose aspirants.
    logs_a_seat : int
        Aspirants with a log whose logs are inflated in turn, in each seat.
    seed : int
        Which ones, and how.

    Returns
    -------
    list of int
        Places up; below 0: down. Empty where nobody has activity.
    """
    people = prediction.people
    election_id = str(people["election_id"].iloc[0])
    activity = source.read("activity")
    logged = set(activity["aspirant_id"].astype("str"))
    rng = np.random.default_rng(seed)
    spans = seat_slices(seat_numbers(people))
    names = people["aspirant_id"].astype("str").to_numpy(dtype=object)
    turns = [[names[row] for row in rng.permutation(np.arange(*span)) if names[row] in logged] for span in spans]
    before = _ranks(prediction.expected_margin, spans, names)
    seats = sorted(set(people["seat_id"].astype("str")))
    line = lineup(source, election_id=election_id, party=party, seats=seats).source
    place = {name: row for row, name in enumerate(names)}
    moves: list[int] = []
    for turn in range(logs_a_seat):
        chosen = [waiting[turn] for waiting in turns if len(waiting) > turn]
        if not chosen:
            break
        changed = FrameSource(Replaced(line, {"activity": inflated(activity, chosen, seed=seed + turn)}))
        table = feature_table(
            changed, election_id=election_id, as_of=prediction.as_of, party=party, kind="aspirant",
            without=OTHER_FAMILIES,
        )  # fmt: skip
        keys = pd.MultiIndex.from_frame(table.people[["seat_id", "unit_id"]].astype("str"))
        wanted = pd.MultiIndex.from_arrays([people["seat_id"].astype("str"), names])
        values = table.values.set_axis(keys).reindex(wanted).reset_index(drop=True)
        values.insert(0, BASELINE, prediction.values[BASELINE].to_numpy())
        X = values.reindex(columns=[BASELINE, *models.candidate.features_])
        after = _ranks(models.candidate.predict(X), spans, names)
        moves += [int(before[place[name]] - after[place[name]]) for name in chosen]
    return moves


def _ranks(expected: Floats, spans: list[tuple[int, int]], names: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return the rank of each row in its seat, as in the scores."""
    out = np.zeros(len(expected), dtype=np.int64)
    for start, stop in spans:
        rows = np.arange(start, stop)
        out[rows[np.lexsort((names[rows], -np.round(expected[rows], 9)))]] = np.arange(1, stop - start + 1)
    return out
