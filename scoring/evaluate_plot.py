"""The picture of an evaluation: each ranking's gain over the committee with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from khaka.training.look import look

if TYPE_CHECKING:
    from khaka.scoring.evaluate import Evaluation


@look()
def plot_evaluation(evaluation: Evaluation, path: Path) -> Path:
    """Draw the gain of each ranking over the committee with its 90% interval.

    Parameters
    ----------
    evaluation : Evaluation
        What to draw; the title says how its first ranking did.
    path : Path
        Image to write, its kind by its ending.

    Returns
    -------
    Path
        The same path.
    """
    from matplotlib.figure import Figure

    rows, model = evaluation.rules.iloc[::-1], evaluation.rules.iloc[0]
    low, high = model["gain"] - 1.645 * model["gain_se"], model["gain"] + 1.645 * model["gain_se"]
    verdict = "gains on" if low > 0 else "loses to" if high < 0 else "cannot be told from"
    figure = Figure(figsize=(8, 0.45 * len(rows) + 1.6), layout="constrained")
    axes = figure.add_subplot()
    place = np.arange(len(rows))
    axes.errorbar(rows["gain"], place, xerr=1.645 * rows["gain_se"], fmt="o", color="#1f4e79", capsize=3)
    axes.axvline(0, color="#888888", linewidth=1)
    axes.set_yticks(place, [str(name).replace("_", " ") for name in rows.index])
    axes.set_xlabel("gain over the committee, margin points a seat (90% interval over seats)")
    axes.set_title(
        f"The {evaluation.rules.index[0]} {verdict} the committee: {model['gain']:+.2f} points a seat, "
        f"{100 * model['oracle_share']:.0f}% of the oracle's gain",
        fontsize=10,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # no dates and versions in the file: the same evaluation gives the same picture
    metadata = {".png": {"Software": None}, ".svg": {"Date": None}}.get(path.suffix)
    figure.savefig(path, dpi=150, metadata=metadata)
    return path
