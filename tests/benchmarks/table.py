"""From the feature table on, a country fits one machine: 600,000 training rows, 50,000 aspirants of 4,120 seats.

    python tests/benchmarks/table.py [--rows 600000] [--aspirants 50000] [--features 90]

A made-up feature table of that size; trees like those of the share model, the candidate layer with trees on it,
contributions, contrasts and draws of all aspirants. Prints seconds and peak memory, one JSON line a figure.
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np
import pandas as pd

from khaka.scoring.contrast import against_seat
from khaka.training.candidate import BASELINE, CandidateModel
from khaka.training.trees import fit_trees

STATES = 10


def made_up(rows: int, features: int, rng: np.random.Generator) -> pd.DataFrame:
    table = pd.DataFrame(rng.standard_normal((rows, features)), columns=[f"x{i}" for i in range(features)])
    table.insert(0, BASELINE, rng.normal(0, 15, rows))
    return table


def show(figure: str, value: float) -> None:
    print(json.dumps({"figure": figure, "value": round(value, 2)}), flush=True)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=600_000)
    parser.add_argument("--aspirants", type=int, default=50_000)
    parser.add_argument("--features", type=int, default=90)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    table = made_up(arguments.rows, arguments.features, rng)
    margin = (table[BASELINE] + 2 * table["x0"] + 3 * table["x1"].abs() + rng.normal(0, 5, len(table))).to_numpy()
    groups = [f"g{i % 400}" for i in range(len(table))]
    elections = [f"e{i % 40}" for i in range(len(table))]
    for figure, work in (
        ("table_trees", lambda: fit_trees(table.to_numpy(), margin, rounds=300, learning_rate=0.05, num_leaves=15,
                                          rows_a_leaf=40, seed=1, num_threads=2)),
        ("table_candidate", lambda: CandidateModel(trees=True).fit(table, margin, groups=groups, elections=elections)),
    ):  # fmt: skip
        start, cpu = time.perf_counter(), time.process_time()
        model = work()
        show(f"{figure}_train_seconds", time.perf_counter() - start)
        show(f"{figure}_train_cpu_seconds", time.process_time() - cpu)
    show("table_train_peak_mib", peak())
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(STATES):  # one state after the other: draws of all at once would be three times 400 MB
        own = made_up(arguments.aspirants // STATES, arguments.features, rng)
        against_seat(model.contributions(own).to_numpy(), np.arange(len(own)) // 12)
        model.person_draws(own, draws=1000, rng=rng)
    show("table_score_seconds", time.perf_counter() - start)
    show("table_score_cpu_seconds", time.process_time() - cpu)
    show("table_score_peak_mib", peak())


if __name__ == "__main__":
    main()
