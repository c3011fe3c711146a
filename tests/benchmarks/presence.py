"""Ledger and features of five million events: seconds, memory, and the ratio to plain pandas, checked equal.

Run: python tests/benchmarks/presence.py FOLDER [STATE]. STATE is a made-up state (khaka simulate); without one, one
of 40 seats is made. The coming election's log is multiplied until it has five million events (200,000 for 40 seats),
each copy with aspirants, phones, photos and scatter of its own. It prints a JSON line a figure and fills
docs/presence.md.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"
SMALL = 150_000


def build(state: Path, folder: Path, events: int) -> None:
    """Write a workspace whose coming election has about so many events."""
    from khaka.data.schema import TABLES
    from khaka.data.simulate import simulate
    from khaka.data.store import TableStore

    if not (state / "world.json").is_file():
        simulate(state, seats=40, booths_per_seat=100, elections=3, events=120_000, seed=1)
    world = json.loads((state / "world.json").read_text())
    store = TableStore(folder / "tables")
    own = world["election_id"]
    with duckdb.connect() as c:
        c.execute("SET TimeZone = 'UTC'; SET threads TO 2")

        def table(name: str, where: str = "TRUE") -> pd.DataFrame:
            return c.sql(f"SELECT * FROM read_parquet('{state}/tables/{name}.parquet') WHERE {where}").df()

        polls = table("elections")
        past = polls[(polls["kind"] == "AE") & polls["result_date"].notna()].sort_values("poll_date")
        last = past["election_id"].iloc[-1]
        store.write("elections", polls)
        store.write("seats", table("seats"))
        store.write("booths", table("booths", f"election_id IN ('{own}', '{last}')"))
        store.write("booth_votes", table("booth_votes", f"election_id = '{last}'"))
        people = table("aspirants", f"election_id = '{own}'")
        ids = "(" + ",".join(f"'{name}'" for name in people["aspirant_id"]) + ")"
        log = table("activity", f"aspirant_id IN {ids}")
        copies = max(1, -(-events // len(log)))

        def frames() -> object:
            rng = np.random.default_rng(1)
            for copy in range(copies):
                part = log.assign(**{name: log[name] + f"-{copy}" for name in ("event_id", "aspirant_id", "device_id")})
                # nobody's receiver repeats another's place to the last digit
                place = {end: (log[end] + rng.normal(0, 3e-5, len(log))).round(6) for end in ("lat", "lon")}
                yield part.assign(photo_hash=log["photo_hash"] + f"-{copy}", **place)[list(TABLES["activity"].names)]

        store.write_all("activity", frames())  # type: ignore[arg-type]
        many = [people.assign(aspirant_id=people["aspirant_id"] + f"-{n}", person_id=people["person_id"] + f"-{n}")
                for n in range(copies)]  # fmt: skip
        store.write("aspirants", pd.concat(many, ignore_index=True))
    (folder / "world.json").write_text(json.dumps(world | {"events": len(log) * copies}))


def ours(folder: Path) -> None:
    """Judge all events, write the ledger, make the features; print seconds and memory."""
    import datetime as dt

    from khaka.app.presence_job import presence_job
    from khaka.data.settings import PartySettings, Settings
    from khaka.data.workspace import Workspace

    world = json.loads((folder / "world.json").read_text())
    party = PartySettings(state=world["state"], party=world["party"])
    begin = time.perf_counter()
    done = presence_job(
        Workspace(folder, Settings(party=party)), election_id=world["election_id"],
        as_of=dt.date.fromisoformat(world["as_of"]), out=folder / "out",
    )  # fmt: skip
    seconds = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(json.dumps({"events": done.rows, "seconds": seconds, "cpu_seconds": cpu, "peak_mib": peak}))


def compare(folder: Path) -> tuple[float, float]:
    """Run the same in SQL and in pandas on at most `SMALL` events; return both times. Raises if they differ."""
    import datetime as dt

    sys.path.insert(0, str(Path(__file__).parent))
    import presence_pandas as plain

    from khaka.data.presence_settings import PresenceSettings
    from khaka.data.store import TableStore
    from khaka.features.booth_list import booth_list
    from khaka.features.cutoff import KnownTables, end_of_day
    from khaka.features.ledger import ledger_sql
    from khaka.features.presence import presence_table
    from khaka.features.source import FrameSource

    world = json.loads((folder / "world.json").read_text())
    store, own = TableStore(folder / "tables"), world["election_id"]
    as_of = dt.date.fromisoformat(world["as_of"])
    frames = {name: store.read(name) for name in ("elections", "aspirants", "booths", "booth_votes")}
    activity = store.read("activity")
    seats = pd.unique(activity["seat_id"])
    counts = activity.groupby("seat_id").size().reindex(seats).cumsum()
    kept = set(counts[counts <= SMALL].index) or {seats[0]}
    frames["activity"] = activity[activity["seat_id"].isin(kept)].reset_index(drop=True)
    frames["aspirants"] = frames["aspirants"][frames["aspirants"]["seat_id"].isin(kept)].reset_index(drop=True)
    settings = PresenceSettings()
    known = KnownTables(FrameSource(frames), as_of=as_of, election_id=own)
    booths = booth_list(known, "")
    known.sql("SELECT count(*) FROM activity, aspirants LIMIT 1")  # registered: reading is in neither time
    parameters = pd.DataFrame({"election_id": [own], "as_of_end": [end_of_day(as_of)]})
    begin = time.perf_counter()
    query = f"SELECT event_id, verdict FROM ({ledger_sql(settings)}) l"
    sql = known.sql(query, parameters=parameters, booth_list=booths).set_index("event_id")["verdict"]
    found = presence_table(known)
    ours_seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    events = plain.verdicts(frames["activity"], frames["aspirants"], booths, settings)
    now = int(end_of_day(as_of).value // 1000)
    table = plain.features(events, frames["aspirants"], booths, now, settings)
    pandas_seconds = time.perf_counter() - begin
    other = events.set_index("event_id")["verdict"].reindex(sql.index)
    if not (sql == other).all():
        raise SystemExit(f"verdicts differ in {int((sql != other).sum())} of {len(sql)} events")
    table = table.reindex(found.index)
    for name in table.columns:
        if not np.allclose(found[name], table[name], rtol=1e-9, atol=1e-9, equal_nan=True):
            raise SystemExit(f"{name} differs by {(found[name] - table[name]).abs().max()}")
    return ours_seconds, pandas_seconds


def main() -> None:
    if sys.argv[1] == "--ours":
        ours(Path(sys.argv[2]))
        return
    folder = Path(sys.argv[1])
    state = Path(sys.argv[2]) if len(sys.argv) > 2 else folder / "state"
    if not (folder / "world.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        build(state, folder, 5_000_000 if len(sys.argv) > 2 else 200_000)
    again = [sys.executable, __file__, "--ours", str(folder)]
    done = subprocess.run(again, check=True, capture_output=True, text=True)
    run = json.loads(done.stdout.splitlines()[-1])
    own, pandas = compare(folder)
    figures = {
        "presence_events": run["events"], "presence_seconds": run["seconds"],
        "presence_cpu_seconds": run["cpu_seconds"], "presence_peak_mib": run["peak_mib"],
        "presence_over_pandas": own / pandas,
    }  # fmt: skip
    for name, value in figures.items():
        print(json.dumps({"figure": name, "value": round(value, 4)}))
    path = ROOT / "docs" / "presence.md"
    text = path.read_text(encoding="utf-8")
    told = (
        f"{run['events']:,} events of one election: the whole ledger written with its words, booths, days and features "
        f"in {run['seconds']:.0f} s ({run['cpu_seconds']:.0f} s of processor time) and {run['peak_mib']:,.0f} MiB on "
        f"two cores. On some {SMALL:,} of them verdicts and features take {own / pandas:.2f} of plain pandas' time "
        f"({own:.1f} s against {pandas:.1f} s), and every verdict and feature agrees. "
        "`python tests/benchmarks/presence.py FOLDER STATE` measures again.\n"
    )
    path.write_text(text.split(BEGIN)[0] + BEGIN + "\n" + told + END + text.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
