"""`khaka simulate`: a made-up state on disk, table by table, the big ones seat by seat."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from khaka.data.errors import KhakaError
from khaka.data.schema import EDUCATION
from khaka.data.simulate import booths as room
from khaka.data.simulate import fieldwork, judgements
from khaka.data.simulate.land import COMMUNITIES, Land, make_land, write_boundaries
from khaka.data.simulate.people import People
from khaka.data.simulate.politics import PARTY_NAMES, Politics, make_politics, odds
from khaka.data.simulate.selection import Aspirants, Selection, make_selection, true_margins
from khaka.data.simulate.world import World, load_world, stream
from khaka.data.simulate.writing import TableWriter, arrow_schema, write_table

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Progress = Callable[[str, float], None]

STATE: Final = "S24"
DELIMITATION: Final = "2008"
#: Events per aspirant where no total is asked: 4,000 aspirants in 5 cycles make 5 million.
EVENTS_EACH: Final = 250
_TRUTH: Final = pa.schema([
    ("election_id", pa.string()), ("seat_id", pa.string()), ("aspirant_id", pa.string()), ("true_margin", pa.float64()),
    ("party_swing", pa.float64()), ("nominated", pa.bool_()), ("eligible", pa.bool_()), ("gamed", pa.bool_()),
])  # fmt: skip


@dataclass(frozen=True)
class WorldInfo:
    """What `world.json` says about a made-up state."""

    state: str
    party: str
    election_id: str
    as_of: str
    world: str
    seed: int
    seats: int
    aspirants: int
    elections: int
    parties: tuple[str, ...]
    rows: dict[str, int]


def simulate(
    out: Path,
    *,
    world: str = "plain",
    seats: int = 40,
    booths_per_seat: int = 60,
    aspirants: int | None = None,
    elections: int = 4,
    seed: int = 0,
    events: int | None = None,
    parties: int = 6,
    progress: Progress | None = None,
) -> WorldInfo:
    """Make a state up and write it: tables, truth, `world.json`.

    Parameters
    ----------
    out : Path
        Folder; created, or replaced if it holds a made-up state already.
    world : str
        Kind of world, see `khaka.data.simulate.world.kinds`.
    seats : int
        Assembly seats, at least 3.
    booths_per_seat : int
        Booths a seat in the mean, at least 5.
    aspirants : int or None
        Aspirants of the coming cycle, at least one a seat; by default six a seat.
    elections : int
        Assembly elections, the coming one included: 3 to 7. A Lok Sabha poll lies between each two.
    seed : int
        Same seed (and sizes), same bytes.
    events : int or None
        Activity events of all cycles together, about; by default 250 an aspirant.
    parties : int
        Parties, independents not counted: 3 to 10.
    progress : callable or None
        Called with a step's name and the part done, 0 to 1.

    Returns
    -------
    WorldInfo
        What was made.

    Raises
    ------
    KhakaError
        If the sizes are impossible, the kind is unknown, or the folder holds something else.
    """
    out = Path(out)
    parameters = load_world(world)
    total = 6 * seats if aspirants is None else aspirants
    _check(out, seats, booths_per_seat, total, elections, events, parties, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        state = _State(partial, parameters, seats, booths_per_seat, total, elections, seed, events, parties, progress)
        info = state.write()
        if out.exists():
            shutil.rmtree(out)
        partial.chmod(0o755)
        partial.rename(out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return info


def _check(
    out: Path, seats: int, booths: int, aspirants: int, elections: int, events: int | None, parties: int, seed: int
) -> None:
    """Refuse sizes that cannot be, and a folder that is not ours."""
    for name, value, low, high in (
        ("--seats", seats, 3, 5000), ("--booths-per-seat", booths, 5, 3000), ("--elections", elections, 3, 7),
        ("parties", parties, 3, len(PARTY_NAMES)), ("--seed", seed, 0, 2**63 - 1),
    ):  # fmt: skip
        if not low <= value <= high:
            raise KhakaError(f"{name} is {value}; a made-up state needs {low} to {high}")
    if aspirants < seats:
        raise KhakaError(f"--aspirants is {aspirants}, fewer than the {seats} seats; every seat needs at least one")
    if events is not None and events < 1:
        raise KhakaError(f"events is {events}; it must be at least 1")
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "world.json").is_file())):
        raise KhakaError(f"{out} exists and is not a made-up state; name a new folder or an empty one")


class _State:
    """One made-up state on its way to disk."""

    def __init__(
        self, out: Path, world: World, seats: int, booths: int, total: int, elections: int, seed: int,
        events: int | None, parties: int, progress: Progress | None,
    ) -> None:  # fmt: skip
        self.tables, self.truth, self.out = out / "tables", out / "truth", out
        self.tables.mkdir()
        self.truth.mkdir()
        self.world, self.seed, self.booths, self.elections = world, seed, booths, elections
        self.progress: Progress = progress or (lambda _step, _part: None)
        self.progress("land and people", 0.0)
        self.land: Land = make_land(seats=seats, seed=seed, state=STATE, delimitation=DELIMITATION)
        self.politics: Politics = make_politics(self.land, world, seed=seed, elections=elections, parties=parties)
        self.selection: Selection = make_selection(self.land, world, self.politics, seed=seed, aspirants=total)
        everyone = sum(len(cycle) for cycle in self.selection.aspirants)
        self.mean_events = EVENTS_EACH if events is None else events / everyone
        self.total = total
        self.rows: dict[str, int] = {}
        shape = (len(self.politics.polls), seats)
        self.party_votes = np.zeros((*shape, parties + 1), dtype=np.int64)
        totals = ("electors", "polled", "nota", "postal", "valid")
        self.seat_totals = {name: np.zeros(shape, dtype=np.int64) for name in totals}
        self.shares = np.empty((*shape, parties + 1))
        for e in range(shape[0]):
            value = odds(self.politics, e, self.politics.utility[e] + self.selection.quality[e])
            self.shares[e] = value / value.sum(axis=1, keepdims=True)

    def write(self) -> WorldInfo:
        """Write everything and return what was made."""
        self._seat_by_seat()
        self.progress("small tables", 0.9)
        self._places_and_polls()
        self._nominees()
        self._aspirants()
        self._judgements()
        self._demographics()
        write_boundaries(self.land, self.tables)
        self._truth()
        coming = self.politics.polls[-1]
        info = WorldInfo(
            state=STATE, party=self.politics.parties[0], election_id=coming.election_id,
            as_of=coming.as_of.isoformat(), world=self.world.kind, seed=self.seed, seats=self.land.seats,
            aspirants=self.total, elections=self.elections, parties=self.politics.parties,
            rows=dict(sorted(self.rows.items())),
        )  # fmt: skip
        text = json.dumps(asdict(info), indent=2, ensure_ascii=False) + "\n"
        (self.out / "world.json").write_text(text, encoding="utf-8")
        self.progress("done", 1.0)
        return info

    def _seat_by_seat(self) -> None:
        tables = ("booths", "booth_votes", "activity", "assignments", "booth_team")
        text = pa.string()
        lineage = pa.schema([("election_id", text), ("seat_id", text), ("booth_no", text), ("place", text)])
        habits = pa.schema([("event_id", text), ("habit", text)])
        writers = {name: TableWriter(self.tables / f"{name}.parquet", arrow_schema(name)) for name in tables}
        writers["place_truth"] = TableWriter(self.truth / "places.parquet", lineage)
        writers["habit_truth"] = TableWriter(self.truth / "activity.parquet", habits)
        self._complete = False
        try:
            for seat in range(self.land.seats):
                self._seat(seat, writers)
                self.progress("booths and activity", 0.05 + 0.85 * (seat + 1) / self.land.seats)
            self._complete = True
        finally:
            for name, writer in writers.items():
                writer.__exit__(None if self._complete else RuntimeError, None, None)
                self.rows[name] = writer.rows
        del self.rows["place_truth"], self.rows["habit_truth"]

    def _seat(self, seat: int, writers: dict[str, TableWriter]) -> None:
        land, politics, seed = self.land, self.politics, self.seed
        places = room.make_places(land, politics, seat, seed=seed, booths=self.booths)
        cycles = {cycle.poll: cycle for cycle in self.selection.aspirants}
        for e, poll in enumerate(politics.polls):
            units = room.cut_booths(places, politics, seat, e, seed=seed)
            columns = room.booth_columns(land, places, units, politics, seat, e, seed=seed)
            self.seat_totals["electors"][e, seat] = units.electors.sum()
            if not poll.coming:
                count = room.count_votes(
                    self.shares[e, seat], places, units, politics, seat, e, seed=seed
                )
                columns |= {"votes_polled": count.polled, "votes_polled_female": count.polled_female,
                            "rejected": count.rejected, "nota": count.nota}  # fmt: skip
                total = count.votes.sum(axis=0) + count.postal
                self.party_votes[e, seat] = total
                nota = int(count.nota.sum()) + count.postal_nota
                for name, value in (("polled", int(count.polled.sum() + count.postal.sum()) + count.postal_nota),
                                    ("nota", nota), ("postal", int(count.postal.sum()) + count.postal_nota),
                                    ("valid", int(total.sum()))):  # fmt: skip
                    self.seat_totals[name][e, seat] = value
                writers["booth_votes"].append(self._booth_votes(units, count, poll.election_id, seat, e))
            writers["booths"].append(columns)
            writers["place_truth"].append({
                "election_id": columns["election_id"], "seat_id": columns["seat_id"], "booth_no": units.number,
                "place": np.array([f"{seat + 1}/{p}" for p in units.place], dtype=object),
            })  # fmt: skip
            if e in cycles:
                events, habits = fieldwork.activity(
                    land, self.world, politics, cycles[e], seat, units, seed=seed, mean=self.mean_events
                )
                writers["activity"].append(events)
                writers["habit_truth"].append(habits)
                writers["assignments"].append(fieldwork.assignments(land, politics, cycles[e], seat, units, seed=seed))
            if poll.coming:
                writers["booth_team"].append(fieldwork.booth_team(land, politics, seat, units, e, seed=seed))

    def _booth_votes(self, units: room.Units, count: room.Count, election: str, seat: int, e: int) -> dict[str, Any]:
        standing = np.flatnonzero(self.politics.stands[e, seat])
        n, k, text = len(units), len(standing), pa.string()
        names = pa.array([self.politics.parties[p] for p in standing], type=text)
        return {
            "election_id": pa.repeat(pa.scalar(election, text), n * k),
            "seat_id": pa.repeat(pa.scalar(self.land.seat_ids[seat], text), n * k),
            "booth_no": pa.array(units.number, type=text).take(pa.array(np.repeat(np.arange(n), k))),
            "party": names.take(pa.array(np.tile(np.arange(k), n))),
            "votes": count.votes[:, standing].reshape(-1),
        }

    def _places_and_polls(self) -> None:
        land, polls = self.land, self.politics.polls
        n = land.seats
        self.rows["seats"] = write_table(self.tables, "seats", {
            "seat_id": land.seat_ids, "state": [land.state] * n, "seat_no": np.arange(1, n + 1),
            "seat_name": land.names, "seat_name_hi": land.names_hi,
            "district": [land.district_names[d] for d in land.district],
            "region": [land.region_names[r] for r in land.region], "delimitation": [land.delimitation] * n,
        })  # fmt: skip
        self.rows["elections"] = write_table(self.tables, "elections", {
            "election_id": [p.election_id for p in polls], "state": [land.state] * len(polls),
            "kind": [p.kind for p in polls],
            "poll_date": pa.array([p.poll for p in polls]), "result_date": pa.array([p.result for p in polls]),
        })  # fmt: skip
        pieces: dict[str, list[Any]] = {}
        for e, poll in enumerate(polls):
            def count(name: str, e: int = e, poll: Any = poll) -> list[int | None]:
                return [None if poll.coming else int(v) for v in self.seat_totals[name][e]]

            allotted = []
            for s in range(n):
                pair = next((pair for pair in self.politics.ally[e] if 0 in pair), None)
                holder = None if pair is None else next(p for p in pair if self.politics.stands[e, s, p])
                allotted.append(None if holder is None else self.politics.parties[holder])
            columns: dict[str, list[Any]] = {
                "election_id": [poll.election_id] * n, "seat_id": list(land.seat_ids),
                "reservation": list(land.reservation),
                "electors": [int(v) for v in self.seat_totals["electors"][e]], "votes_polled": count("polled"),
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
        self.rows["seat_elections"] = write_table(self.tables, "seat_elections", arrays, {"pc_no": pa.int64()})

    def _declared(self, people: People, person: Ints, seat_ids: Array) -> dict[str, Any]:
        return {
            "sex": people.sex[person], "category": people.category[person],
            "community": np.array(COMMUNITIES, dtype=object)[people.community[person]],
            "education": np.array(EDUCATION, dtype=object)[people.education[person]],
            "residence_seat_id": seat_ids[people.residence[person]], "criminal_cases": people.cases[person],
            "serious_cases": people.serious[person], "assets_inr": people.assets[person],
        }  # fmt: skip

    def _nominees(self) -> None:
        land, politics, rows, people = self.land, self.politics, self.selection.nominees, self.selection.people
        # the own party names its nominee of the coming election only after the as-of date
        last = len(politics.polls) - 1
        keep = np.flatnonzero(~((rows.poll == last) & (rows.party == 0)))
        keep = keep[np.lexsort((people.name[rows.person[keep]].astype(str), rows.seat[keep], rows.poll[keep]))]
        poll, seat, party, person = rows.poll[keep], rows.seat[keep], rows.party[keep], rows.person[keep]
        votes = self.party_votes[poll, seat, party].astype(float)
        ind = len(politics.parties) - 1
        self._split_independents(poll, seat, party == ind, rows.part[keep], votes)
        votes[poll == last] = np.nan
        rng = stream(self.seed, 50)
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
        } | self._declared(people, person, seat_ids)  # fmt: skip
        # independents and a tenth of the rest did not declare a community
        columns["community"] = np.where((party == ind) | (rng.random(len(keep)) < 0.1), "", columns["community"])
        self.rows["nominees"] = write_table(self.tables, "nominees", columns)

    def _split_independents(self, poll: Ints, seat: Ints, is_ind: Array, part: Array, votes: Array) -> None:
        index = np.flatnonzero(is_ind)
        key = poll[index] * self.land.seats + seat[index]
        for group in np.split(index, np.flatnonzero(np.diff(key)) + 1):
            e, s = int(poll[group[0]]), int(seat[group[0]])
            rng = stream(self.seed, 51, e, s)
            weight = part[group] / part[group].sum()
            votes[group] = rng.multinomial(int(self.party_votes[e, s, -1]), weight)

    def _aspirants(self) -> None:
        land, politics, people = self.land, self.politics, self.selection.people
        seat_ids = np.array(land.seat_ids, dtype=object)
        with TableWriter(self.tables / "aspirants.parquet", arrow_schema("aspirants")) as writer:
            for cycle in self.selection.aspirants:
                poll, n = politics.polls[cycle.poll], len(cycle)
                rng = stream(self.seed, 52, cycle.poll)
                columns = {
                    "election_id": np.full(n, poll.election_id, dtype=object), "seat_id": seat_ids[cycle.seat],
                    "aspirant_id": cycle.aspirant_id, "person_id": people.ids(land.state, cycle.person),
                    "name": people.name[cycle.person], "name_hi": people.name_hi[cycle.person],
                    "birth_date": people.birth[cycle.person], "certificate_state": cycle.certificate_state,
                    "elector_state": cycle.elector_state, "family_id": people.family[cycle.person],
                    "party_since": people.party_since[cycle.person], "party_post": people.post[cycle.person],
                    "applied_at": judgements.at(poll.as_of, rng.integers(60, 150, n), rng.uniform(9, 18, n)),
                    "fee_paid": rng.random(n) < 0.985,
                } | self._declared(people, cycle.person, seat_ids)  # fmt: skip
                if poll.coming:
                    columns["status"] = np.full(n, "rated", dtype=object)
                else:
                    columns["nominated"] = cycle.nominated
                    columns["decided_at"] = judgements.at(poll.poll, rng.integers(29, 34, land.seats)[cycle.seat], 15.0)
                    columns["status"] = np.where(cycle.nominated, "contested", "rated").astype(object)
                order = np.argsort(cycle.aspirant_id.astype(str), kind="stable")
                writer.append({name: np.asarray(column)[order] for name, column in columns.items()})
            self.rows["aspirants"] = writer.rows

    def _judgements(self) -> None:
        land, world, politics, seed = self.land, self.world, self.politics, self.seed
        for name in ("ratings", "surveys", "stage_names"):
            with TableWriter(self.tables / f"{name}.parquet", arrow_schema(name)) as writer:
                for cycle in self.selection.aspirants:
                    writer.append(self._judgement(name, land, world, politics, cycle, seed))
                self.rows[name] = writer.rows

    def _judgement(
        self, name: str, land: Land, world: World, politics: Politics, cycle: Aspirants, seed: int
    ) -> dict[str, Array]:
        if name == "ratings":
            return judgements.ratings(land, world, politics, cycle, seed=seed)
        if name == "surveys":
            return judgements.surveys(land, world, politics, cycle, seed=seed)
        return judgements.stage_names(land, politics, cycle, seed=seed)

    def _demographics(self) -> None:
        """Write official figures with small errors, and estimates of communities with large ones."""
        land, rng = self.land, stream(self.seed, 53)
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
        self.rows["demographics"] = write_table(self.tables, "demographics", columns)

    def _truth(self) -> None:
        cycle, coming = self.selection.aspirants[-1], self.politics.polls[-1]
        value, swing = true_margins(self.politics, self.selection)
        order = np.argsort(cycle.aspirant_id.astype(str), kind="stable")
        n = len(cycle)
        with TableWriter(self.truth / "truth.parquet", _TRUTH) as writer:
            writer.append({
                "election_id": [coming.election_id] * n,
                "seat_id": [self.land.seat_ids[s] for s in cycle.seat[order]],
                "aspirant_id": cycle.aspirant_id[order], "true_margin": value[order],
                "party_swing": np.full(n, swing), "nominated": cycle.nominated[order],
                "eligible": cycle.eligible[order], "gamed": (cycle.habit >= 0)[order],
            })  # fmt: skip
