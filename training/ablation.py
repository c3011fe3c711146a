"""What a family of features is worth: the same forecast without it, on real elections and over past nominees.

Share features are blanked, not dropped: a model that never sees a value cannot use it. Families that the share model
leaves out (`SPARE`) are added instead, and the model as it is stands for "without". The share models have half their
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
from khaka.features import demographics
from khaka.features.booth_family import booth_family
from khaka.features.cutoff import KnownTables
from khaka.features.nominee_table import FEATURES
from khaka.training.contenders import guessed, makers
from khaka.training.corpus import Corpus, PastElection
from khaka.training.evidence import out_of_time
from khaka.training.examples import Examples, fit_shares, without_families
from khaka.training.metrics import ForecastFigures, forecast_figures, paired_difference

ALL: Final = "(all)"
"""Name of the forecast with every family."""

FIGURES: Final = tuple(ForecastFigures.__dataclass_fields__)

SPARE: Final[dict[str, Callable[[KnownTables, pd.DataFrame], pd.DataFrame]]] = {
    "booth_history": booth_family,
    "demographics": demographics.features,
}
"""Families that the share model leaves out, and what makes them for the rows of a forecast."""


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
        election_id, family (`ALL`, the one that was left out, or a spare one that was added), added (which of the two),
        the five figures. A spare family is not tried where nothing of it is known of the election, or of any before.
    """
    rows = []
    made: dict[tuple[str, str], pd.DataFrame] = {}

    def with_spare(election: PastElection, family: str) -> PastElection:
        key = (family, election.election_id)
        if key not in made:
            known = KnownTables(corpus.source, as_of=election.as_of, election_id=election.election_id)
            made[key] = SPARE[family](known, election.rows)
        return replace(election, rows=pd.concat([election.rows, made[key]], axis=1))

    def measure(election: PastElection, past: list[PastElection], family: str, *, added: bool = False) -> None:
        model = fit_shares(past, settings, with_noise=False, with_blind=False, halved=True)
        said = model.predict(election.rows)["expected_share"].to_numpy(dtype=float)
        frame = election.rows[["seat_id", "party"]].assign(votes=np.nan_to_num(election.shares), expected_share=said)
        found = forecast_figures(frame).as_dict()
        rows.append({"election_id": election.election_id, "family": family, "added": added, **found})
        if progress is not None:
            name = election.election_id
            progress(name if family == ALL else f"{name} {'with' if added else 'without'} {family}")

    for target in targets:
        election = corpus.election(target)
        past = corpus.until(election.as_of)
        for family, columns in {ALL: [], **share_families(election.rows)}.items():
            measure(_blanked(election, columns), [_blanked(one, columns) for one in past], family)
        for family in SPARE:
            whole, earlier = with_spare(election, family), [with_spare(one, family) for one in past]
            told = [made[family, one.election_id].notna().to_numpy().any() for one in (election, *past)]
            if told[0] and any(told[1:]):
                # a measure may be published of other states alone: nothing is known of it here
                names = list(dict.fromkeys(name for one in (whole, *earlier) for name in one.rows.columns))
                measure(replace(whole, rows=whole.rows.reindex(columns=names)), earlier, family, added=True)
    return pd.DataFrame(rows, columns=["election_id", "family", "added", *FIGURES])


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
    """Return what is lost without each family: forecast without it minus forecast with it, paired.

    Parameters
    ----------
    table : DataFrame
        `unit` (such as election_id), family, and figures; added (optional): True where the family is none of the
        model's, so that its row is the forecast with it and the model as it is the one without.
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
            mine, usual = part.set_index(unit)[figure], whole[figure]
            added = bool(part["added"].any()) if "added" in part else False
            gap = paired_difference(usual, mine) if added else paired_difference(mine, usual)
            rows.append(
                {
                    "family": family, "figure": figure, "all": float(whole[figure].mean()), "mean": gap.mean,
                    "standard_error": gap.standard_error, "count": gap.elections,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["family", "figure", "all", "mean", "standard_error", "count"])
