"""Pictures of contributions by the shap package: the only file that imports it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from khaka.training.look import look


@look()
def shap_plots(
    contributions: pd.DataFrame, values: pd.DataFrame, folder: Path, *, row: int = 0, title: str = ""
) -> None:
    """Draw the summary of all rows and the waterfall of one.

    Parameters
    ----------
    contributions : DataFrame, shape (n, k + 1)
        Margin points by feature, with the column "(base)".
    values : DataFrame, shape (n, k)
        Feature values in the same order of rows.
    folder : Path
        Gets `shap_summary.png` and `shap_waterfall.png`.
    row : int
        Which row the waterfall shows.
    title : str
        Stands over both.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shap's and numba's own warnings at import and in drawing
        import matplotlib

        matplotlib.use("Agg")
        import shap
        from matplotlib import pyplot as plt

        names = [str(name) for name in contributions.columns if name != "(base)"]
        explanation = shap.Explanation(
            values=contributions[names].to_numpy(dtype=float),
            base_values=contributions["(base)"].to_numpy(dtype=float),
            data=values.reindex(columns=names).to_numpy(dtype=float),
            feature_names=names,
        )
        folder.mkdir(parents=True, exist_ok=True)
        # more points than that hide each other
        kept = np.sort(np.random.default_rng(0).permutation(len(contributions))[:2000])
        np.random.seed(0)  # noqa: NPY002 - the plot jitters its points from the global state
        shap.plots.beeswarm(explanation[kept], max_display=15, show=False)
        _save(plt, folder / "shap_summary.png", title or "What moves the expected margin", "points of margin")
        shap.plots.waterfall(explanation[row], max_display=12, show=False)
        _save(plt, folder / "shap_waterfall.png", "", "")


def _save(plt: Any, path: Path, title: str, label: str) -> None:
    axes = plt.gca()
    if title:
        axes.set_title(title, loc="left")
    if label:
        axes.set_xlabel(label)
    plt.gcf().savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    plt.close("all")
