"""The large tables, written seat by seat: booths, votes, activity, assignments, booth teams."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
import pyarrow as pa

from khaka.data.simulate import booths as room
from khaka.data.simulate import fieldwork
from khaka.data.simulate.draft import Draft
from khaka.data.simulate.writing import TableWriter, arrow_schema


def write_seat_by_seat(draft: Draft, progress: Callable[[str, float], None]) -> None:
    """Write the large tables and fill the draft's counts.

    Parameters
    ----------
    draft : Draft
        The state; its votes and totals are filled on the way.
    progress : callable
        Called after each seat.
    """
    text = pa.string()
    lineage = pa.schema([("election_id", text), ("seat_id", text), ("booth_no", text), ("place", text)])
    habits = pa.schema([("event_id", text), ("habit", text)])
    tables = ("booths", "booth_votes", "activity", "assignments", "booth_team")
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(TableWriter(draft.tables / f"{name}.parquet", arrow_schema(name)))
            for name in tables
        }
        # beside the truth about aspirants: which place each booth is, which events are false
        writers["place_truth"] = stack.enter_context(TableWriter(draft.truth / "places.parquet", lineage))
        writers["habit_truth"] = stack.enter_context(TableWriter(draft.truth / "activity.parquet", habits))
        for seat in range(draft.land.seats):
            _seat(draft, seat, writers)
            progress("booths and activity", 0.05 + 0.85 * (seat + 1) / draft.land.seats)
    draft.rows.update({name: writers[name].rows for name in tables})


def _seat(draft: Draft, seat: int, writers: dict[str, TableWriter]) -> None:
    land, politics, seed = draft.land, draft.politics, draft.seed
    places = room.make_places(land, politics, seat, seed=seed, booths=draft.booths)
    cycles = {cycle.poll: cycle for cycle in draft.selection.aspirants}
    for e, poll in enumerate(politics.polls):
        units = room.cut_booths(places, politics, seat, e, seed=seed)
        columns = room.booth_columns(land, places, units, politics, seat, e, seed=seed)
        draft.seat_totals["electors"][e, seat] = units.electors.sum()
        if not poll.coming:
            count = room.count_votes(draft.shares[e, seat], places, units, politics, seat, e, seed=seed)
            columns |= {"votes_polled": count.polled, "votes_polled_female": count.polled_female,
                        "rejected": count.rejected, "nota": count.nota}  # fmt: skip
            total = count.votes.sum(axis=0) + count.postal
            draft.party_votes[e, seat] = total
            nota = int(count.nota.sum()) + count.postal_nota
            for name, value in (("polled", int(count.polled.sum() + count.postal.sum()) + count.postal_nota),
                                ("nota", nota), ("postal", int(count.postal.sum()) + count.postal_nota),
                                ("valid", int(total.sum()))):  # fmt: skip
                draft.seat_totals[name][e, seat] = value
            writers["booth_votes"].append(_booth_votes(draft, units, count, poll.election_id, seat, e))
        writers["booths"].append(columns)
        writers["place_truth"].append({
            "election_id": columns["election_id"], "seat_id": columns["seat_id"], "booth_no": units.number,
            "place": np.array([f"{seat + 1}/{p}" for p in units.place], dtype=object),
        })  # fmt: skip
        if e in cycles:
            events, habits = fieldwork.activity(
                land, draft.world, politics, cycles[e], seat, units, seed=seed, mean=draft.mean_events
            )
            writers["activity"].append(events)
            writers["habit_truth"].append(habits)
            writers["assignments"].append(fieldwork.assignments(land, politics, cycles[e], seat, units, seed=seed))
        if poll.coming:
            writers["booth_team"].append(fieldwork.booth_team(land, politics, seat, units, e, seed=seed))


def _booth_votes(
    draft: Draft, units: room.Units, count: room.Count, election: str, seat: int, e: int
) -> dict[str, Any]:
    standing = np.flatnonzero(draft.politics.stands[e, seat])
    n, k, text = len(units), len(standing), pa.string()
    names = pa.array([draft.politics.parties[p] for p in standing], type=text)
    return {
        "election_id": pa.repeat(pa.scalar(election, text), n * k),
        "seat_id": pa.repeat(pa.scalar(draft.land.seat_ids[seat], text), n * k),
        "booth_no": pa.array(units.number, type=text).take(pa.array(np.repeat(np.arange(n), k))),
        "party": names.take(pa.array(np.tile(np.arange(k), n))),
        "votes": count.votes[:, standing].reshape(-1),
    }
