"""What a family of features is worth: the same forecast without it, on real elections and over past nominees.

Share features are blanked, not dropped: a model that never sees a value cannot use it. The share models have half their
trees, in half the time: the differences are what counts. Differences are paired over elections, with standard errors; a
difference within two of them is noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.settings import ModelSettings
from khaka.features.nominee_table import FEATURES
from khaka.training.contenders import guessed, makers
from khaka.training.corpus import Corpus, PastElection
from khaka.training.evidence import out_of_time
from khaka.training.examples import Examples, fit_shares, without_families
from khaka.training.metrics import ForecastFigures, forecast_figures, paired_difference

ALL: Final = "(all)"
"""Name of the forecast with every family."""

FIGURES: Final = tuple(ForecastFigures.__dataclass_fields__)


def share_families(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Return the share model's features by family, as far as they are columns of `rows`."""
    families: dict[str, list[str]] = {}
    for name, info in FEATURES.items():
        if name in rows.columns:
            families.setdefault(info.family, []).append(name)
    return families


def ablate_shares(
    corpus: Corpus,
    settings: ModelSettings,
    targets: Sequence[str],
    *,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Predict elections from earlier ones with every family, and without each in turn.

    Parameters
    ----------
    corpus : Corpus
        Past elections.
    settings : ModelSettings
        Seed and threads.
    targets : sequence of str
        Elections to predict.
    progress : callable, optional
        Told each forecast.

    Returns
    -------
    DataFrame
        election_id, family (`ALL` or the one that was left out), the five figures.
    """
    rows = []
    for target in targets:
        election = corpus.election(target)
        past = corpus.until(election.as_of)
        for family, columns in {ALL: [], **share_families(election.rows)}.items():
            model = fit_shares(
                [_blanked(one, columns) for one in past], settings, with_noise=False, with_blind=False, halved=True
            )
            said = model.predict(_blanked(election, columns).rows)["expected_share"].to_numpy(dtype=float)
            frame = election.rows[["seat_id", "party"]].assign(
                votes=np.nan_to_num(election.shares), expected_share=said
            )  # fmt: skip
            rows.append({"election_id": target, "family": family, **forecast_figures(frame).as_dict()})
            if progress is not None:
                progress(f"{target} without {family}" if columns else target)
    return pd.DataFrame(rows, columns=["election_id", "family", *FIGURES])


def _blanked(election: PastElection, columns: list[str]) -> PastElection:
    blank = election.rows.assign(**dict.fromkeys(columns, np.nan)) if columns else election.rows
    return replace(election, rows=blank)


def ablate_layer(
    examples: Examples, order: Sequence[str], settings: ModelSettings, weights: dict[str, float]
) -> pd.DataFrame:
    """Predict past nominees' margins out of time with every family of the candidate layer, and without each in turn.

    Parameters
    ----------
    examples : Examples
        With all features.
    order : sequence of str
        Elections in order of time.
    settings : ModelSettings
        Seed and threads.
    weights : dict of str to float
        The party's own.

    Returns
    -------
    DataFrame
        election_id, family, margin_error (points, each party's mean error taken out), of the ridge layer.
    """
    families = sorted({info.family for info in examples.infos.values()})
    rows = []
    for family in (ALL, *families):
        left = guessed(without_families(examples, [family]) if family != ALL else examples)
        make = makers(left.infos, settings, weights)["ridge"]
        for row in out_of_time(left, order, make):
            rows.append({"election_id": row["election_id"], "family": family, "margin_error": row["model"]})
    return pd.DataFrame(rows, columns=["election_id", "family", "margin_error"])


def losses(table: pd.DataFrame, unit: str, figures: Sequence[str]) -> pd.DataFrame:
    """Return what is lost without each family: forecast without it minus forecast with all, paired.

    Parameters
    ----------
    table : DataFrame
        `unit` (such as election_id), family, and figures.
    unit : str
        Column over which differences are paired.
    figures : sequence of str
        Which figures.

    Returns
    -------
    DataFrame
        family, figure, all (mean with every family), mean, standard_error, count.

    Examples
    --------
    >>> table = pd.DataFrame({"election_id": ["a", "a", "b", "b"], "family": ["(all)", "fit"] * 2,
    ...                       "error": [5.0, 6.0, 7.0, 7.0]})
    >>> losses(table, "election_id", ["error"])[["family", "all", "mean", "standard_error"]].values.tolist()
    [['fit', 6.0, 0.5, 0.5]]
    """
    rows = []
    whole = table[table["family"] == ALL].set_index(unit)
    for family, part in table[table["family"] != ALL].groupby("family", sort=False):
        for figure in figures:
            gap = paired_difference(part.set_index(unit)[figure], whole[figure])
            rows.append(
                {
                    "family": family, "figure": figure, "all": float(whole[figure].mean()), "mean": gap.mean,
                    "standard_error": gap.standard_error, "count": gap.elections,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["family", "figure", "all", "mean", "standard_error", "count"])
