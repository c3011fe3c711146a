"""The small tables, written whole: places, polls, people, judgements, demographics, and the truth."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from khaka.data.schema import EDUCATION
from khaka.data.simulate import judgements
from khaka.data.simulate.draft import Draft
from khaka.data.simulate.land import COMMUNITIES, write_boundaries
from khaka.data.simulate.people import People
from khaka.data.simulate.selection import true_margins
from khaka.data.simulate.world import stream
from khaka.data.simulate.writing import TableWriter, arrow_schema, write_table

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]

_TRUTH: Final = pa.schema([
    ("election_id", pa.string()), ("seat_id", pa.string()), ("aspirant_id", pa.string()), ("true_margin", pa.float64()),
    ("party_swing", pa.float64()), ("nominated", pa.bool_()), ("eligible", pa.bool_()), ("gamed", pa.bool_()),
])  # fmt: skip


def write_small(draft: Draft) -> None:
    """Write all tables that fit in memory, the boundaries and the truth.

    Parameters
    ----------
    draft : Draft
        The state, its votes counted.
    """
    _places_and_polls(draft)
    _nominees(draft)
    _aspirants(draft)
    _judgements(draft)
    _demographics(draft)
    write_boundaries(draft.land, draft.tables)
    _truth(draft)


def _places_and_polls(draft: Draft) -> None:
    land, polls = draft.land, draft.politics.polls
    n = land.seats
    draft.rows["seats"] = write_table(draft.tables, "seats", {
        "seat_id": land.seat_ids, "state": [land.state] * n, "seat_no": np.arange(1, n + 1),
        "seat_name": land.names, "seat_name_hi": land.names_hi,
        "district": [land.district_names[d] for d in land.district],
        "region": [land.region_names[r] for r in land.region], "delimitation": [land.delimitation] * n,
    })  # fmt: skip
    draft.rows["elections"] = write_table(draft.tables, "elections", {
        "election_id": [p.election_id for p in polls], "state": [land.state] * len(polls),
        "kind": [p.kind for p in polls],
        "poll_date": pa.array([p.poll for p in polls]), "result_date": pa.array([p.result for p in polls]),
    })  # fmt: skip
    pieces: dict[str, list[Any]] = {}
    for e, poll in enumerate(polls):

        def count(name: str, e: int = e, poll: Any = poll) -> list[int | None]:
            return [None if poll.coming else int(v) for v in draft.seat_totals[name][e]]

        allotted = []
        for s in range(n):
            pair = next((pair for pair in draft.politics.ally[e] if 0 in pair), None)
            holder = None if pair is None else next(p for p in pair if draft.politics.stands[e, s, p])
            allotted.append(None if holder is None else draft.politics.parties[holder])
        columns: dict[str, list[Any]] = {
            "election_id": [poll.election_id] * n, "seat_id": list(land.seat_ids),
            "reservation": list(land.reservation),
            "electors": [int(v) for v in draft.seat_totals["electors"][e]], "votes_polled": count("polled"),
            "valid_votes": count("valid"), "nota": count("nota"), "postal_votes": count("postal"),
            "roll_version": [poll.roll] * n, "phase": [str(1 + r) for r in land.region],
            "poll_date": [poll.poll] * n,
            "scrutiny_date": [poll.poll - dt.timedelta(days=26)] * n,
            "withdrawal_date": [poll.poll - dt.timedelta(days=24)] * n, "allotted_to": allotted,
            "pc_no": [int(g) + 1 for g in land.parliament],
        }  # fmt: skip
        for name, values in columns.items():
            pieces.setdefault(name, []).extend(values)
    arrays = {name: pa.array(values) for name, values in pieces.items()}
    draft.rows["seat_elections"] = write_table(draft.tables, "seat_elections", arrays, {"pc_no": pa.int64()})


def _declared(people: People, person: Ints, seat_ids: Array) -> dict[str, Any]:
    return {
        "sex": people.sex[person], "category": people.category[person],
        "community": np.array(COMMUNITIES, dtype=object)[people.community[person]],
        "education": np.array(EDUCATION, dtype=object)[people.education[person]],
        "residence_seat_id": seat_ids[people.residence[person]], "criminal_cases": people.cases[person],
        "serious_cases": people.serious[person], "assets_inr": people.assets[person],
    }  # fmt: skip


def _nominees(draft: Draft) -> None:
    land, politics, rows, people = draft.land, draft.politics, draft.selection.nominees, draft.selection.people
    # the own party names its nominee of the coming election only after the as-of date
    last = len(politics.polls) - 1
    keep = np.flatnonzero(~((rows.poll == last) & (rows.party == 0)))
    keep = keep[np.lexsort((people.name[rows.person[keep]].astype(str), rows.seat[keep], rows.poll[keep]))]
    poll, seat, party, person = rows.poll[keep], rows.seat[keep], rows.party[keep], rows.person[keep]
    votes = draft.party_votes[poll, seat, party].astype(float)
    ind = len(politics.parties) - 1
    _split_independents(draft, poll, seat, party == ind, rows.part[keep], votes)
    votes[poll == last] = np.nan
    rng = stream(draft.seed, 50)
    seat_ids = np.array(land.seat_ids, dtype=object)
    ids = np.array([p.election_id for p in politics.polls], dtype=object)[poll]
    parties = np.array(politics.parties, dtype=object)[party]
    alliance = np.full(len(keep), "", dtype=object)
    for e, pairs in enumerate(politics.ally):
        for pair in pairs:
            alliance[(poll == e) & np.isin(party, pair)] = f"{politics.parties[pair[0]]}+"
    names, nominee_ids, seen = [], [], set()
    for election, s, p, who in zip(ids, seat_ids[seat], parties, person, strict=True):
        name, again = str(people.name[who]), 1
        while (election, s, p, name) in seen:
            again += 1
            name = f"{people.name[who]} {'I' * again}"
        seen.add((election, s, p, name))
        digest = hashlib.blake2s(f"{election}|{s}|{p}|{name}".encode(), digest_size=6).hexdigest()
        names.append(name)
        nominee_ids.append(f"N{digest}")
    days = np.array([np.datetime64(p.poll) for p in politics.polls])[poll]
    age = np.floor((days - people.birth[person]).astype(np.int64) / 365.25)
    columns = {
        "election_id": ids, "seat_id": seat_ids[seat], "nominee_id": np.array(nominee_ids, dtype=object),
        "person_id": people.ids(land.state, person), "name": np.array(names, dtype=object), "party": parties,
        "alliance": alliance, "age": np.maximum(age, 25.0), "votes": votes,
    } | _declared(people, person, seat_ids)  # fmt: skip
    # independents and a tenth of the rest did not declare a community
    columns["community"] = np.where((party == ind) | (rng.random(len(keep)) < 0.1), "", columns["community"])
    draft.rows["nominees"] = write_table(draft.tables, "nominees", columns)


def _split_independents(draft: Draft, poll: Ints, seat: Ints, is_ind: Array, part: Array, votes: Array) -> None:
    index = np.flatnonzero(is_ind)
    key = poll[index] * draft.land.seats + seat[index]
    for group in np.split(index, np.flatnonzero(np.diff(key)) + 1):
        e, s = int(poll[group[0]]), int(seat[group[0]])
        rng = stream(draft.seed, 51, e, s)
        weight = part[group] / part[group].sum()
        votes[group] = rng.multinomial(int(draft.party_votes[e, s, -1]), weight)


def _aspirants(draft: Draft) -> None:
    land, politics, people = draft.land, draft.politics, draft.selection.people
    seat_ids = np.array(land.seat_ids, dtype=object)
    with TableWriter(draft.tables / "aspirants.parquet", arrow_schema("aspirants")) as writer:
        for cycle in draft.selection.aspirants:
            poll, n = politics.polls[cycle.poll], len(cycle)
            rng = stream(draft.seed, 52, cycle.poll)
            columns = {
                "election_id": np.full(n, poll.election_id, dtype=object), "seat_id": seat_ids[cycle.seat],
                "aspirant_id": cycle.aspirant_id, "person_id": people.ids(land.state, cycle.person),
                "name": people.name[cycle.person], "name_hi": people.name_hi[cycle.person],
                "birth_date": people.birth[cycle.person], "certificate_state": cycle.certificate_state,
                "elector_state": cycle.elector_state, "family_id": people.family[cycle.person],
                "party_since": people.party_since[cycle.person], "party_post": people.post[cycle.person],
                "applied_at": judgements.at(poll.as_of, rng.integers(60, 150, n), rng.uniform(9, 18, n)),
                "fee_paid": rng.random(n) < 0.985,
            } | _declared(people, cycle.person, seat_ids)  # fmt: skip
            if poll.coming:
                columns["status"] = np.full(n, "rated", dtype=object)
            else:
                columns["nominated"] = cycle.nominated
                columns["decided_at"] = judgements.at(poll.poll, rng.integers(29, 34, land.seats)[cycle.seat], 15.0)
                columns["status"] = np.where(cycle.nominated, "contested", "rated").astype(object)
            order = np.argsort(cycle.aspirant_id.astype(str), kind="stable")
            writer.append({name: np.asarray(column)[order] for name, column in columns.items()})
        draft.rows["aspirants"] = writer.rows


def _judgements(draft: Draft) -> None:
    land, world, politics, seed = draft.land, draft.world, draft.politics, draft.seed
    for name in ("ratings", "surveys", "stage_names"):
        with TableWriter(draft.tables / f"{name}.parquet", arrow_schema(name)) as writer:
            for cycle in draft.selection.aspirants:
                if name == "ratings":
                    writer.append(judgements.ratings(land, world, politics, cycle, seed=seed))
                elif name == "surveys":
                    writer.append(judgements.surveys(land, world, politics, cycle, seed=seed))
                else:
                    writer.append(judgements.stage_names(land, politics, cycle, seed=seed))
            draft.rows[name] = writer.rows


def _demographics(draft: Draft) -> None:
    """Write official figures with small errors, and estimates of communities with large ones."""
    land, rng = draft.land, stream(draft.seed, 53)
    rows: list[tuple[str, str, str, int, str, float, float | None, str, float]] = []

    def add(level: str, unit: str, people: float, measure: str, value: float, error: float | None) -> None:
        official = error is None
        noise = rng.normal(0, 0.004 if error is None else error)
        source = "Census of the made-up state" if official else "estimate from a sample"
        rows.append((level, unit, measure, 2011, source, float(np.clip(round(value + noise, 5), 0, 1)), error,
                     "official" if official else "estimate", people))  # fmt: skip

    groups = [(land.seat_ids[s], "seat", np.array([s])) for s in range(land.seats)]
    for d, name in enumerate(land.district_names):
        groups.append((f"{land.state}:{name}", "district", np.flatnonzero(land.district == d)))
    for unit, level, index in groups:
        people = land.population[index]
        weight = people / people.sum()
        mix = weight @ land.community[index]
        total = float(people.sum())
        scheduled_caste, tribe = float(mix[5] + mix[6]), float(mix[7])
        urban, literacy = float(weight @ land.urban[index]), float(weight @ land.literacy[index])
        official = {
            "sc_share": scheduled_caste, "st_share": tribe, "literacy_rate": literacy, "urban_share": urban,
            "electors_18_19_share": 0.025 - 0.01 * urban,
        }  # fmt: skip
        for measure, value in official.items():
            add(level, unit, total, measure, value, None)
        for c, name in enumerate(COMMUNITIES):
            error = round(0.012 + 0.06 * float(mix[c]), 5)
            add(level, unit, total, f"community:{name}", float(mix[c]), error)
    names = ("level", "unit_id", "measure", "year", "source", "value", "standard_error", "kind", "population")
    columns = {name: pa.array([row[i] for row in rows]) for i, name in enumerate(names)}
    draft.rows["demographics"] = write_table(draft.tables, "demographics", columns)


def _truth(draft: Draft) -> None:
    cycle, coming = draft.selection.aspirants[-1], draft.politics.polls[-1]
    value, swing = true_margins(draft.politics, draft.selection)
    order = np.argsort(cycle.aspirant_id.astype(str), kind="stable")
    n = len(cycle)
    with TableWriter(draft.truth / "truth.parquet", _TRUTH) as writer:
        writer.append({
            "election_id": [coming.election_id] * n,
            "seat_id": [draft.land.seat_ids[s] for s in cycle.seat[order]],
            "aspirant_id": cycle.aspirant_id[order], "true_margin": value[order],
            "party_swing": np.full(n, swing), "nominated": cycle.nominated[order],
            "eligible": cycle.eligible[order], "gamed": (cycle.habit >= 0)[order],
        })  # fmt: skip
