"""The share model beside a plain LightGBM and a plain ridge on the same features, over real elections.

    khaka backtest --json > backtest.json
    python tests/benchmarks/plain_models.py WORKSPACE backtest.json [--since 2008]

Each learns shares as they are from all earlier elections, in one piece, and is scaled to 1 in each seat. Printed: means
of the five figures, and the model less each of them with the standard error over elections.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from khaka.app.train_job import corpus_of
from khaka.data.workspace import open_workspace
from khaka.training.backtest import FIGURES, MODEL
from khaka.training.metrics import forecast_figures, paired_difference
from khaka.training.share_inputs import feature_columns

_TREES = {
    "objective": "l2", "learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 40, "num_threads": 1, "seed": 1,
    "verbosity": -1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip


def plain_shares(X: pd.DataFrame, y: np.ndarray, new: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the shares of `new` by each plain model, before they are scaled."""
    names = feature_columns(X)
    before, now = X[names].to_numpy(dtype=float), new.reindex(columns=names).to_numpy(dtype=float)
    trees = lightgbm.train(_TREES, lightgbm.Dataset(before, y), 300)
    known = np.isfinite(before)
    mean = np.where(known, before, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    spread = np.maximum(np.where(known, before - mean, 0.0).std(axis=0), 1e-9)
    filled, asked = (np.nan_to_num((part - mean) / spread) for part in (before, now))
    ridge = Ridge(alpha=50.0).fit(filled, y)
    return {"plain LightGBM": trees.predict(now, num_threads=1), "plain ridge": ridge.predict(asked)}


def figures(workspace: Path, targets: list[str]) -> pd.DataFrame:
    """Return the five figures of both plain models in every target."""
    corpus = corpus_of(open_workspace(workspace))
    nominees = corpus.source.read("nominees")
    rows = []
    for target in targets:
        election = corpus.election(target)
        past = corpus.until(election.as_of)
        X, y = pd.concat([one.rows for one in past], ignore_index=True), np.concatenate([one.shares for one in past])
        votes = nominees.loc[nominees["election_id"] == target, ["seat_id", "nominee_id", "votes"]]
        actual = election.rows[["seat_id", "nominee_id", "party"]].merge(votes, on=["seat_id", "nominee_id"])
        for name, shares in plain_shares(X[np.isfinite(y)], y[np.isfinite(y)], election.rows).items():
            above = pd.Series(np.maximum(shares, 0.001))
            scaled = above / above.groupby(election.rows["seat_id"].to_numpy()).transform("sum")
            found = forecast_figures(actual.assign(expected_share=scaled.to_numpy())).as_dict()
            rows.append({"election_id": target, "forecast": name, **found})
    return pd.DataFrame(rows)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("backtest", type=Path)
    parser.add_argument("--since", type=int, default=0)
    options = parser.parse_args()
    stored = pd.DataFrame(json.loads(options.backtest.read_text())["figures"])
    stored = stored[stored["election_id"].str.split("-").str[1].astype(int) >= options.since]
    plain = figures(options.workspace, list(dict.fromkeys(stored["election_id"])))
    table = pd.concat([stored, plain], ignore_index=True)
    print(f"{stored['election_id'].nunique()} elections")
    print(table.groupby("forecast", sort=False)[list(FIGURES)].mean().round(3).to_string())
    model = stored[stored["forecast"] == MODEL].set_index("election_id")
    for name, rows in plain.groupby("forecast", sort=False):
        other = rows.set_index("election_id")
        gaps = {figure: paired_difference(model[figure], other[figure]) for figure in FIGURES}
        print(f"model less {name}: ", {f: f"{gap.mean:+.3f} ({gap.standard_error:.3f})" for f, gap in gaps.items()})


if __name__ == "__main__":
    main()
