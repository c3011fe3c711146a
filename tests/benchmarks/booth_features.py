"""Does booth history help to forecast shares? A backtest on made-up states with it and without.

    python tests/benchmarks/booth_features.py [--seats 60] [--booths 30] [--seeds 1 2 3]

Each past assembly election with three before it is predicted from those, once from the share model's own features and
once with the family of booth history added. Printed: means of the five figures, and the paired difference with its
standard error over elections.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from khaka.data.settings import ModelSettings
from khaka.data.store import TableStore
from khaka.data.workspace import init_workspace
from khaka.features.booth_family import booth_family
from khaka.features.cutoff import KnownTables
from khaka.training.backtest import FIGURES, default_targets
from khaka.training.corpus import Corpus, PastElection
from khaka.training.examples import fit_shares
from khaka.training.metrics import forecast_figures, paired_difference


def with_booths(corpus: Corpus, election: PastElection) -> PastElection:
    """Return the election with the booth family among its features."""
    known = KnownTables(corpus.source, as_of=election.as_of, election_id=election.election_id)
    rows = pd.concat([election.rows, booth_family(known, election.rows)], axis=1)
    return PastElection(election.election_id, election.as_of, election.result_date, rows, election.shares)


def figures(corpus: Corpus) -> pd.DataFrame:
    """Return the five figures of every target, with and without."""
    nominees = corpus.source.read("nominees")
    rows = []
    for target in default_targets(corpus):
        election = corpus.election(target)
        past = corpus.until(election.as_of)
        for name, examples, own in (
            ("without", past, election),
            ("with", [with_booths(corpus, one) for one in past], with_booths(corpus, election)),
        ):
            model = fit_shares(examples, ModelSettings(), with_noise=False, with_blind=False)
            shares = model.predict(own.rows)["expected_share"].to_numpy(dtype=np.float64)
            votes = nominees.loc[nominees["election_id"] == target, ["seat_id", "nominee_id", "votes"]]
            actual = election.rows[["seat_id", "nominee_id", "party"]].merge(votes, on=["seat_id", "nominee_id"])
            found = forecast_figures(actual.assign(expected_share=shares)).as_dict()
            rows.append({"election_id": target, "booths": name, **found})
    return pd.DataFrame(rows)


def main() -> None:
    """Run and print."""
    from khaka.app.cli import main as khaka

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seats", type=int, default=60)
    parser.add_argument("--booths", type=int, default=30)
    parser.add_argument("--elections", type=int, default=7)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options = parser.parse_args()
    parts = []
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            khaka(["simulate", str(root / "world"), "--seats", str(options.seats), "--booths-per-seat",
                   str(options.booths), "--elections", str(options.elections), "--aspirants", "150", "--events", "100",
                   "--seed", str(seed), "--quiet"])  # fmt: skip
            init_workspace(root / "ws", state="S24", party="INC")
            khaka(["ingest", str(root / "world" / "tables"), "--workspace", str(root / "ws"), "--quiet"])
            corpus = Corpus(init_store(root / "ws"), lead_days=60)
            parts.append(figures(corpus).assign(seed=seed))
            print(parts[-1].round(3).to_string(), flush=True)
    table = pd.concat(parts, ignore_index=True)
    print(table.groupby("booths")[list(FIGURES)].mean().round(3).to_string())
    key = table["seed"].astype(str) + " " + table["election_id"]
    by = {name: part.set_index(key[part.index]) for name, part in table.groupby("booths")}
    for figure in FIGURES:
        gap = paired_difference(by["with"][figure], by["without"][figure])
        print(f"{figure}: with minus without {gap.mean:+.3f} (standard error {gap.standard_error:.3f})")


def init_store(root: Path) -> TableStore:
    """Return the tables of a workspace."""
    from khaka.data.workspace import open_workspace

    return open_workspace(root).store


if __name__ == "__main__":
    main()
