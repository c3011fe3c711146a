"""Time and memory against size: 1, 2, 4 and 8 times a state, into docs/growth.csv and docs/growth.png.

    python tests/benchmarks/growth.py [--times 1 2 4 8] [--folder DIR] [--size state] [--limit 2GiB] [--out docs]

One made-up state of 403 seats (`--size small`: 40), and it several times over in one workspace (`copies.py`). Pieces,
each in a process of its own: reading the needed columns; what features make from long tables (booth history, and
presence from all of the coming cycle's events), with DuckDB held to `--limit`. `growth_...` is the slope of log time
(processor seconds, which a busy machine does not stretch) over log size: 1 is a straight line. `spilled_mib` is what
DuckDB put on disk at most. Sizes that were measured before are taken from docs/growth.csv with `--resume`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import run
from copies import several

PIECES = ("scan", "features_sql")
NAMES = {"scan": "reading the columns", "features_sql": "features from long tables"}
COLUMNS = {
    "cpu_seconds": "processor seconds", "seconds": "seconds", "peak_mib": "peak memory, MiB",
    "spilled_mib": "spilled to disk, MiB",
}  # fmt: skip


def measure(workspace: Path, folder: Path, times: int, limit: str) -> list[dict[str, float | str]]:
    grown = several(workspace, folder / f"{times}x", times)
    settings = grown / "khaka.toml"
    settings.write_text(re.sub(r'memory_limit = "[^"]*"', f'memory_limit = "{limit}"', settings.read_text()))
    bytes_ = sum(path.stat().st_size for path in grown.glob("tables/*/*.parquet"))
    rows = []
    for name in PIECES:
        found = run.piece(name, grown)
        rows.append({"piece": name, "times": times, "tables_mib": bytes_ / 2**20, "limit": limit, **found,
                     "load": round(os.getloadavg()[0], 1)})  # fmt: skip
        print(json.dumps(rows[-1]), flush=True)
    return rows


def plot(table: pd.DataFrame, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), constrained_layout=True)
    for axis, column in zip(axes, ("cpu_seconds", "peak_mib", "spilled_mib"), strict=True):
        for name, rows in table.groupby("piece", sort=False):
            if column == "spilled_mib" and name == "scan":
                continue
            (line,) = axis.plot(rows["times"], rows[column], marker="o")
            axis.annotate(NAMES[name], (rows["times"].iloc[-1], rows[column].iloc[-1]), color=line.get_color(),
                          ha="right", va="bottom", xytext=(0, 5), textcoords="offset points")  # fmt: skip
            if column == "cpu_seconds":
                axis.plot(
                    rows["times"], rows["times"] * rows[column].iloc[0] / rows["times"].iloc[0], ls=":", color="0.6"
                )
        axis.set_title(COLUMNS[column], loc="left", fontsize=10)
        axis.set_xlabel("times a state")
        axis.set_ylim(0, 1.2 * table[column].max())
        axis.set_xticks(sorted(set(table["times"])))
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle(f"Dotted: in proportion to the data. DuckDB held to {table['limit'].iloc[0]}.", x=0.01, ha="left",
                    fontsize=9)  # fmt: skip
    figure.savefig(path, dpi=130)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=run.SIZES, default="state")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--limit", default="2GiB", help="what DuckDB may hold in memory")
    parser.add_argument("--folder", type=Path, help="kept; a temporary one by default")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    folder = (arguments.folder or Path(tempfile.mkdtemp(prefix="khaka-growth-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    workspace, _ = run.prepare(folder, arguments.size, train=False)
    path = arguments.out / "growth.csv"
    done = pd.read_csv(path) if arguments.resume and path.exists() else pd.DataFrame({"times": pd.Series(dtype=int)})
    for times in arguments.times:
        if times in set(done["times"]):
            continue
        done = pd.concat([done, pd.DataFrame(measure(workspace, folder, times, arguments.limit))], ignore_index=True)
        done.round({"seconds": 2, "cpu_seconds": 2, "peak_mib": 0, "spilled_mib": 0, "tables_mib": 0}).to_csv(
            path, index=False, lineterminator="\n"
        )
    plot(done, arguments.out / "growth.png")
    for name, own in done.groupby("piece", sort=False):
        size = np.log(own["times"])
        slopes = {column: np.polyfit(size, np.log(own[column]), 1)[0] for column in ("cpu_seconds", "peak_mib")}
        print(json.dumps({"figure": f"growth_{name}", "value": round(slopes["cpu_seconds"], 3)}))
        print(json.dumps({"figure": f"growth_{name}_memory", "value": round(slopes["peak_mib"], 3)}))


if __name__ == "__main__":
    main()
