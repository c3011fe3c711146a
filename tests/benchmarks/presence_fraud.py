"""What the ledger finds of planted fraud, over several seeds and kinds of world: the table of docs/presence.md.

Run: python tests/benchmarks/presence_fraud.py [SEEDS]. It prints one JSON line a figure and rewrites the table.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "features"))

from test_ledger_fraud import HONEST, by_kind, made_up  # noqa: E402 - a test's functions

WORLDS = ("plain", "gamed_activity", "landslide")
BEGIN, END = "<!-- fraud: begin -->", "<!-- fraud: end -->"


def main() -> None:
    seeds = range(1, 1 + int(sys.argv[1]) if len(sys.argv) > 1 else 6)
    parts = []
    for world in WORLDS:
        for seed in seeds:
            with tempfile.TemporaryDirectory(prefix="khaka-fraud-") as folder:
                tables = made_up(Path(folder), world=world, seed=seed, seats=12, booths=60, events=18_000)
                parts.append(by_kind(*tables).assign(world=world, seed=seed).reset_index())
                print(f"{world} {seed}", file=sys.stderr, flush=True)
    runs = pd.concat(parts, ignore_index=True)
    runs["share"] = runs["found"] / runs["events"]
    fraud, honest = runs[runs["habit"] != HONEST], runs[runs["habit"] == HONEST]
    table = fraud.groupby("habit").agg(events=("events", "sum"), found=("found", "sum"), worst=("share", "min"))
    lines = ["| kind of fraud | events | found | worst run |", "| --- | ---: | ---: | ---: |"]
    for kind, row in table.iterrows():
        share, worst = row["found"] / row["events"], row["worst"]
        lines.append(f"| {str(kind).replace('_', ' ')} | {int(row['events']):,} | {share:.2%} | {worst:.1%} |")
    found = fraud["found"].sum() / fraud["events"].sum()
    wrong = honest["found"].sum() / honest["events"].sum()
    lines.append(f"| all fraud | {int(fraud['events'].sum()):,} | {found:.2%} | |")
    lines.append(
        f"| honest events flagged | {int(honest['events'].sum()):,} | {wrong:.3%} | {honest['share'].max():.2%} |"
    )
    head = f"Kinds of world: {', '.join(WORLDS)}; {len(seeds)} seeds each; 12 seats of about 60 booths.\n\n"
    path = ROOT / "docs" / "presence.md"
    text = path.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(before + BEGIN + "\n" + head + "\n".join(lines) + "\n" + END + after, encoding="utf-8")
    worst_kind = (table["found"] / table["events"]).min()
    for name, value in (("fraud_found", found), ("fraud_found_worst_kind", worst_kind), ("honest_flagged", wrong)):
        print(json.dumps({"figure": name, "value": round(float(value), 5)}))


if __name__ == "__main__":
    main()
