"""Time and memory against size: 1, 2, 4 and 8 times a state, into docs/growth.csv and docs/growth.png.

    python tests/benchmarks/growth.py [--seats 50] [--times 1 2 4 8] [--booths 430] [--folder DIR] [--out docs]

One made-up state of each size; each piece in a process of its own. `growth_...` is the slope of log time (processor
seconds, which a busy machine does not stretch) over log size: 1 is a straight line.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import run

PIECES = ("scan", "features_first", "features")


def measure(folder: Path, times: int, seats: int, booths: int) -> list[dict[str, float | str]]:
    run.SIZES["grown"] = (seats * times, booths, seats * times * 10)
    workspace, found = run.prepare(folder / f"{times}x", "grown", train=False)
    rows: list[dict[str, float | str]] = [
        {"piece": "ingest", "times": times, **{
            name: found.get(f"ingest_{name}", np.nan) for name in ("seconds", "cpu_seconds", "peak_mib")
        }},
    ]  # fmt: skip
    for name in PIECES:
        rows.append({"piece": name, "times": times, **run.piece(name, workspace)})
    return rows


def plot(table: pd.DataFrame, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    for axis, column, label in zip(
        axes, ("cpu_seconds", "peak_mib"), ("processor seconds", "peak memory (MiB)"), strict=True
    ):
        for name, rows in table.groupby("piece", sort=False):
            axis.plot(rows["times"], rows[column], marker="o", label=name.replace("_", ", "))
        axis.set_xlabel("size (1 = smallest)")
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
        axis.set_xticks(sorted(set(table["times"])))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False)
    figure.savefig(path, dpi=130)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seats", type=int, default=50)
    parser.add_argument("--booths", type=int, default=430)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="khaka-growth-"))
    rows = [row for times in arguments.times for row in measure(folder, times, arguments.seats, arguments.booths)]
    table = (
        pd.DataFrame(rows)
        .assign(load=round(os.getloadavg()[0], 1))
        .round({"seconds": 2, "cpu_seconds": 2, "peak_mib": 0})
    )
    table["seats"] = table["times"] * arguments.seats
    table.to_csv(arguments.out / "growth.csv", index=False, lineterminator="\n")
    plot(table, arguments.out / "growth.png")
    for name, own in table.dropna().groupby("piece", sort=False):
        size = np.log(own["times"])
        slopes = {column: np.polyfit(size, np.log(own[column]), 1)[0] for column in ("cpu_seconds", "peak_mib")}
        print(json.dumps({"figure": f"growth_{name}", "value": round(slopes["cpu_seconds"], 3)}))
        print(json.dumps({"figure": f"growth_{name}_memory", "value": round(slopes["peak_mib"], 3)}))


if __name__ == "__main__":
    main()
