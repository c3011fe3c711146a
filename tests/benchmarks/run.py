"""`make bench`: how long each stage takes and what memory it needs, as ratios of one run on a made-up state.

    python tests/benchmarks/run.py [--size state|small] [--folder DIR] [--states N] [--without national]

`state`: 403 seats, 173,000 booths and more, 10 parties, 5 assembly elections with the Lok Sabha polls between them,
12 million vote rows, 5 million events, 4,000 aspirants.
`small`: 40 seats of the same kind; two states stand for the ten of a country, done one after the other, and their
time is scaled up (`--states`: as many as that). Prints a table and one JSON line a figure. Every piece runs in a
process of its own. A made-up state that is in the folder already is used again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from khaka.data.sums import record

HERE = Path(__file__).resolve().parent
SIZES = {"state": (403, 430, 4000), "small": (40, 60, 400)}
COUNTRY = {"small": 2}  # states that stand for a country of ten
STATES = ("S24", "S03", "S05", "S06", "S07", "S08", "S10", "S11", "S13", "S22")


def piece(name: str, *where: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(HERE / "pieces.py"), name, *map(str, where)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def prepare(folder: Path, size: str, *, train: bool = True) -> tuple[Path, dict[str, float]]:
    """Make a state, take it in and train on it, unless that was done before; return the workspace."""
    seats, booths, aspirants = SIZES[size]
    workspace = folder / "ws"
    noted = workspace / "prepared.json"
    if noted.exists():
        return workspace, json.loads(noted.read_text())
    shutil.rmtree(workspace, ignore_errors=True)
    made = folder / "made"
    quiet = {"simulate_seconds": 0.0}
    start = time.perf_counter()
    if not (made / "world.json").exists():  # written last
        _run("simulate", str(made), "--seats", str(seats), "--booths-per-seat", str(booths), "--aspirants",
             str(aspirants), "--elections", "5", "--parties", "10", "--seed", "1")  # fmt: skip
        quiet["simulate_seconds"] = time.perf_counter() - start
    world = json.loads((made / "world.json").read_text())
    _run("init", "--state", world["state"], "--party", world["party"], "--workspace", str(workspace))
    told = {name: world[name] for name in ("election_id", "as_of", "party")}
    (workspace / "world.json").write_text(json.dumps({**told, "elections": [world["election_id"]]}))
    taken = piece("ingest", workspace)
    quiet |= {f"ingest_{name}": value for name, value in taken.items()}
    if train:
        start = time.perf_counter()
        _run("train", "--as-of", world["as_of"], "--workspace", str(workspace))
        quiet["train_seconds"] = time.perf_counter() - start
    noted.write_text(json.dumps(quiet))
    return workspace, quiet


def _run(*arguments: str) -> None:
    with open(os.devnull, "w") as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "khaka.app.cli", "--quiet", *arguments], stdout=nowhere, check=False
        )
    if done.returncode:
        raise SystemExit(f"khaka {arguments[0]} failed")


def country_of(workspace: Path, out: Path, states: tuple[str, ...] = STATES) -> Path:
    """Write a workspace with the same state under several codes, and its model."""
    if (out / "world.json").exists():
        return out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copy(workspace / "khaka.toml", out)
    shutil.copytree(workspace / "mlflow", out / "mlflow")
    for path in sorted((workspace / "tables").glob("*/[!.]*.parquet")):
        for code in states:
            target = out / "tables" / path.parent.name / path.name.replace("S24", code)
            target.parent.mkdir(parents=True, exist_ok=True)
            _as_state(path, target, code)
    world = json.loads((workspace / "world.json").read_text())
    elections = [world["election_id"].replace("S24", code) for code in states]
    (out / "world.json").write_text(json.dumps({**world, "elections": elections}))
    return out


def _as_state(path: Path, target: Path, code: str) -> None:
    source = pq.ParquetFile(path)
    schema = source.schema_arrow.remove_metadata()
    temporary = target.with_suffix(".tmp")
    with pq.ParquetWriter(temporary, schema, compression="zstd", write_page_checksum=True, version="2.6") as writer:
        for batch in source.iter_batches(131_072):
            columns = [
                pc.replace_substring(column, "S24", code) if pa.types.is_string(column.type) else column
                for column in batch.columns
            ]
            writer.write_table(pa.table(columns, schema=schema))
    record(target, temporary)
    temporary.replace(target)


def help_over_python() -> float:
    """Return `khaka --help` over a bare Python, in turns."""

    def once(*arguments: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        return time.perf_counter() - start

    pairs = [(once("-m", "khaka.app.cli", "--help"), once("-c", "pass")) for _ in range(9)]
    return statistics.median(a / b for a, b in pairs)


def slate() -> dict[str, float]:
    done = subprocess.run([sys.executable, str(HERE / "slate.py")], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["figure"]: line["value"] for line in lines}


def figures(folder: Path, size: str, without: list[str], number: int) -> dict[str, float]:
    workspace, found = prepare(folder, size)
    scans = [piece("scan", workspace)]
    first = piece("features_first", workspace)
    warm = piece("features", workspace)
    scans.append(piece("scan", workspace))
    scan = statistics.mean(found["seconds"] for found in scans)
    scan_cpu = min(found["cpu_seconds"] for found in scans)
    sql, plain = piece("features_sql", workspace), piece("features_pandas", workspace)
    batch_first, batch = piece("batch_first", workspace), piece("batch", workspace)
    found |= {
        "scan_seconds": scan,
        "features_seconds": warm["seconds"],
        "features_over_scan": warm["seconds"] / scan,
        "features_first_over_scan": first["seconds"] / scan,
        "features_over_scan_cpu": warm["cpu_seconds"] / scan_cpu,  # steadier on a busy machine
        "features_first_over_scan_cpu": first["cpu_seconds"] / scan_cpu,
        "features_over_pandas": sql["seconds"] / plain["seconds"],
        "features_over_pandas_cpu": sql["cpu_seconds"] / plain["cpu_seconds"],
        "features_peak_mib": max(warm["peak_mib"], first["peak_mib"]),
        "pandas_peak_mib": plain["peak_mib"],
        "batch_seconds": batch["seconds"],
        "batch_cpu_seconds": batch["cpu_seconds"],
        "batch_first_seconds": batch_first["seconds"],
        "batch_peak_mib": max(batch["peak_mib"], batch_first["peak_mib"]),
    }
    if "national" not in without:
        states = STATES[:number]
        country = piece("national", country_of(workspace, folder / "country", states))
        scale = len(STATES) / len(states)
        found |= {
            "national_states": len(states),
            "national_seconds": country["seconds"],
            "national_over_state": scale * country["seconds"] / batch_first["seconds"],
            "national_over_state_cpu": scale * country["cpu_seconds"] / batch_first["cpu_seconds"],
            "national_peak_mib": country["peak_mib"],
        }
    return {**found, **piece("explain"), **slate(), "help_over_python": help_over_python()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="state")
    parser.add_argument("--folder", type=Path, help="kept; a temporary one by default")
    parser.add_argument("--states", type=int, choices=range(1, len(STATES) + 1), help="that stand for a country of ten")
    parser.add_argument("--without", action="append", default=[], choices=["national"])
    arguments = parser.parse_args()
    states = arguments.states or COUNTRY.get(arguments.size, len(STATES))
    loads = [os.getloadavg()[0]]
    if arguments.folder is None:
        with tempfile.TemporaryDirectory(prefix="khaka-bench-") as folder:
            found = figures(Path(folder), arguments.size, arguments.without, states)
    else:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        found = figures(arguments.folder.resolve(), arguments.size, arguments.without, states)
    loads.append(os.getloadavg()[0])
    print(f"size {arguments.size}, {os.cpu_count()} cores, load before and after {loads[0]:.1f}, {loads[1]:.1f}")
    for name, value in found.items():
        print(f"  {name:28} {value:12.3f}")
    for name, value in found.items():
        print(json.dumps({"figure": name, "value": round(value, 4)}))


if __name__ == "__main__":
    main()
