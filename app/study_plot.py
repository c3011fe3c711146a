"""The picture of a study: share of the oracle's gain by kind of world, each seed a dot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from khaka.app.study_table import Row
from khaka.data.durable import durable_path
from khaka.training.look import look

_SHOWN: Final = {"model": "#1f4e79", "observer_and_survey": "#c26a1b", "ridge": "#777777"}


@look()
def plot_study(rows: Sequence[Row], table: pd.DataFrame, path: Path) -> Path:
    """Draw mean and 90% interval over seeds of the share of the oracle's gain, by kind.

    Parameters
    ----------
    rows : sequence of Row
        The runs: each is a pale dot.
    table : pandas.DataFrame
        As from `study_table`.
    path : Path
        PNG to write; the title says the finding.

    Returns
    -------
    Path
        The same path.
    """
    from matplotlib.figure import Figure

    present = {row.spec.world for row in rows}
    shares = table[(table["measure"] == "oracle_share") & table["world"].isin(present)]
    worlds = list(dict.fromkeys(shares["world"]))[::-1]
    figure = Figure(figsize=(8.5, 0.62 * len(worlds) + 1.7), layout="constrained")
    axes = figure.add_subplot()
    offsets = np.linspace(0.24, -0.24, len(_SHOWN))
    for (ranking, colour), offset in zip(_SHOWN.items(), offsets, strict=True):
        part = shares[shares["ranking"] == ranking].set_index("world").reindex(worlds)
        place = np.arange(len(worlds)) + offset
        error = half_width(part).fillna(0.0)
        axes.errorbar(
            part["mean"], place, xerr=error, fmt="o", color=colour, capsize=3, markersize=5,
            label=ranking.replace("_", " "),
        )  # fmt: skip
        for row in rows:
            y = worlds.index(row.spec.world) + offset
            axes.plot(row.value(ranking, "oracle_share"), y, ".", color=colour, alpha=0.25, markersize=4)
    axes.axvline(0, color="#888888", linewidth=1)
    axes.axvline(1, color="#888888", linewidth=1, linestyle=":")
    axes.set_yticks(np.arange(len(worlds)), [world.replace("_", " ") for world in worlds])
    axes.set_xlabel("share of the oracle's gain: 0 is the committee, 1 the best possible (90% interval over seeds)")
    axes.set_title(finding(shares).replace(": ", ":\n", 1), fontsize=10, loc="left")
    axes.legend(fontsize=8, loc="best")
    with durable_path(path) as temporary:
        # no dates and versions in the file: the same study gives the same picture
        figure.savefig(temporary, dpi=150, format="png", metadata={"Software": None})
    return path


def finding(shares: pd.DataFrame) -> str:
    """Return what the study found about the model, in one sentence.

    Parameters
    ----------
    shares : pandas.DataFrame
        Rows of `study_table` with the measure `oracle_share`, one a kind and ranking.

    Returns
    -------
    str
        In how many kinds it gains on the committee, and in how many it loses, beyond chance (90%).
    """
    model = shares[shares["ranking"] == "model"]
    error = half_width(model).fillna(np.inf)
    gains, loses = int((model["mean"] - error > 0).sum()), int((model["mean"] + error < 0).sum())
    low, high = model["mean"].min(), model["mean"].max()
    return (
        f"The model gains on the committee in {gains} of {len(model)} kinds of world and loses in {loses}: "
        f"{low:+.2f} to {high:+.2f} of the oracle's gain"
    )


def half_width(rows: pd.DataFrame) -> pd.Series:
    """Return half of the 90% interval over seeds: Student's t with one degree of freedom less than seeds.

    Parameters
    ----------
    rows : pandas.DataFrame
        With `standard_error` and `seeds`.

    Returns
    -------
    pandas.Series
        In the unit of the standard error; NaN for a single seed.
    """
    from scipy.stats import t

    return pd.Series(t.ppf(0.95, (rows["seeds"] - 1).clip(lower=1)) * rows["standard_error"], index=rows.index)
