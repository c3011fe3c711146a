"""Backtest: each past election predicted from earlier ones alone, model and simple rules side by side.

Whole elections are held out in time. One election is dominated by its swing, so figures are means over elections, and
the model is compared with each rule by paired differences with their standard errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.settings import ModelSettings
from khaka.training.changes import Change, changed
from khaka.training.corpus import Corpus, PastElection
from khaka.training.examples import fit_shares
from khaka.training.metrics import ForecastFigures, forecast_figures, paired_difference
from khaka.training.prior_ridge import Floats
from khaka.training.rules import RULES, rule_shares

MODEL: Final = "model"
FIGURES: Final = tuple(ForecastFigures.__dataclass_fields__)
_FEWEST: Final = 3  # elections to learn from

TITLES: Final = {
    "winners": "winners",
    "winners_given_swing": "given swing",
    "error": "error",
    "error_given_swing": "swing-free",
    "rank_correlation": "rank corr.",
}
"""Short heads of the five figures."""


@dataclass(frozen=True)
class Backtest:
    """Five figures of the model and of each rule, election by election.

    Parameters
    ----------
    figures : DataFrame
        election_id, as_of, learned_from (number of elections), seats, forecast ("model" or a rule), the five figures.
    """

    figures: pd.DataFrame

    @property
    def others(self) -> list[str]:
        """What the model is compared with: the changed model where there is one, then the rules."""
        return [str(name) for name in dict.fromkeys(self.figures["forecast"]) if name != MODEL]

    def means(self) -> pd.DataFrame:
        """Return the mean of each figure over the elections, one row a forecast."""
        order = [MODEL, *self.others]
        return self.figures.groupby("forecast")[list(FIGURES)].mean().reindex(order)

    def differences(self) -> pd.DataFrame:
        """Return model minus rule or changed model: one row each and figure: mean, standard_error, elections."""
        by_forecast = {str(name): rows.set_index("election_id") for name, rows in self.figures.groupby("forecast")}
        rows = []
        for rule in self.others:
            for figure in FIGURES:
                gap = paired_difference(by_forecast[MODEL][figure], by_forecast[rule][figure])
                rows.append({"rule": rule, "figure": figure, **vars(gap)})
        return pd.DataFrame(rows)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for `--json`; a mean of one election has NaN as its standard error."""
        return {
            "elections": int(self.figures["election_id"].nunique()),
            "mean": self.means().to_dict("index"),
            "model_minus_rule": self.differences().to_dict("records"),
            "figures": self.figures.to_dict("records"),
        }

    def text(self) -> str:
        """Return the tables for a person."""
        count = self.figures["election_id"].nunique()
        lines = [
            f"Mean over {count} election{'s' if count != 1 else ''}, each predicted from earlier ones "
            "(errors in points of share, parties above 5%; given swing: each party's own mean error taken out)",
            _table(self.means()),
        ]
        if count > 1:
            lines += ["", "Model minus each other (standard error over elections)", _gaps(self.differences())]
        lines += ["", "Election by election: " + " | ".join([MODEL, *self.others])]
        for _, rows in self.figures.groupby("election_id", sort=False):
            by = rows.set_index("forecast")
            learned, seats = int(by["learned_from"].iloc[0]), int(by["seats"].iloc[0])
            head = f"{rows['election_id'].iloc[0]:<14} learned from {learned:>3}, {seats:>3} seats"
            for figure in FIGURES:
                digits = 1 if figure.startswith("error") else 2
                column = by[figure].astype(float)
                values = " | ".join(f"{column[name]:6.{digits}f}" for name in (MODEL, *self.others))
                lines.append(f"{head:<40} {TITLES[figure]:<12} {values}")
                head = ""
        return "\n".join(lines)


def backtest(
    corpus: Corpus,
    settings: ModelSettings,
    *,
    targets: Sequence[str] = (),
    tried: Change | None = None,
    progress: Callable[[str], None] | None = None,
) -> Backtest:
    """Predict past elections from earlier ones.

    Parameters
    ----------
    corpus : Corpus
        Past elections.
    settings : ModelSettings
        Seed and threads.
    targets : sequence of str
        Elections to predict; by default every assembly election that has a Lok Sabha poll of its state and at least
        three assembly elections of any state before it, see `default_targets`.
    tried : Change, optional
        A second model, with features more or fewer, beside the first.
    progress : callable, optional
        Told each election.

    Returns
    -------
    Backtest
        Figures.

    Raises
    ------
    KhakaError
        A target isn't there or has nothing to learn from, or no election can be predicted.
    """
    chosen = list(targets) or default_targets(corpus)
    if not chosen:
        raise KhakaError(
            "no election can be predicted here: none has an assembly election with results before it; ingest more"
        )
    known = [name for name in corpus.past() if name in _counted(corpus)]
    for target in chosen:
        if target not in known:
            listed = ", ".join(known[-6:]) or "none"
            raise KhakaError(
                f"no assembly election {target!r} with results in this workspace; the newest are: {listed}"
            )
    rows = []
    altered: dict[str, PastElection] = {}
    for target in chosen:
        rows += _one(corpus, settings, target, tried, altered)
        if progress is not None:
            progress(target)
    return Backtest(pd.DataFrame(rows))


def default_targets(corpus: Corpus) -> list[str]:
    """Return the elections that can be predicted with everything at hand, oldest first.

    Those with three assembly elections of any state before them; in a workspace that has none, those with two, else
    with one: a thin history is shown as such by what each forecast learned from.
    """
    elections = corpus.source.read("elections")
    parliament = elections[elections["kind"] == "LS"].dropna(subset=["result_date"])
    first = parliament.groupby("state")["result_date"].min()
    dates = elections.set_index("election_id")[["state", "result_date"]]
    counted = _counted(corpus)
    after_parliament = {}
    for position, name in enumerate(corpus.past()):
        since = first.get(dates.loc[name, "state"])
        if name in counted and (first.empty or (since is not None and dates.loc[name, "result_date"] > since)):
            after_parliament[name] = position
    for fewest in range(_FEWEST, 0, -1):
        if chosen := [name for name, before in after_parliament.items() if before >= fewest]:
            return chosen
    return []


def _counted(corpus: Corpus) -> set[str]:
    """Return the elections with votes: a counting day may be set long before."""
    nominees = corpus.source.read("nominees")
    return set(nominees.loc[nominees["votes"].notna(), "election_id"].astype("str"))


def _one(
    corpus: Corpus, settings: ModelSettings, target: str, tried: Change | None, altered: dict[str, PastElection]
) -> list[dict[str, object]]:
    """Return the figures of one election; `altered` keeps the elections as the changed model sees them."""
    election = corpus.election(target)
    past = corpus.until(election.as_of)
    forecasts = {MODEL: _forecast(past, election, settings)}
    if tried is not None:
        for one in (*past, election):
            if one.election_id not in altered:
                altered[one.election_id] = changed(corpus.source, one, tried)
        again = [altered[one.election_id] for one in past]
        forecasts[tried.label] = _forecast(again, altered[target], settings)
    forecasts |= {rule: rule_shares(election.rows, rule).to_numpy(dtype=float) for rule in RULES}
    return [
        {
            "election_id": target,
            "as_of": election.as_of.isoformat(),
            "learned_from": len(past),
            "seats": int(election.rows["seat_id"].nunique()),
            "forecast": name,
            **forecast_figures(_actual(corpus, election).assign(expected_share=shares)).as_dict(),
        }
        for name, shares in forecasts.items()
    ]


def _forecast(past: Sequence[PastElection], election: PastElection, settings: ModelSettings) -> Floats:
    model = fit_shares(list(past), settings, with_noise=False, with_blind=False)
    return np.asarray(model.predict(election.rows)["expected_share"], dtype=np.float64)


def _actual(corpus: Corpus, election: PastElection) -> pd.DataFrame:
    nominees = corpus.source.read("nominees")
    votes = nominees.loc[nominees["election_id"] == election.election_id, ["seat_id", "nominee_id", "votes"]]
    rows = election.rows[["seat_id", "nominee_id", "party"]]
    return rows.merge(votes, on=["seat_id", "nominee_id"], how="left", validate="one_to_one")


def _table(means: pd.DataFrame) -> str:
    width = max(18, *(len(str(name)) + 1 for name in means.index))
    lines = [" " * width + "".join(f"{TITLES[name]:>13}" for name in FIGURES)]
    for forecast, row in means.iterrows():
        cells = "".join(f"{row[name]:>13.{2 if not name.startswith('error') else 1}f}" for name in FIGURES)
        lines.append(f"{forecast!s:<{width}}{cells}")
    return "\n".join(lines)


def _gaps(differences: pd.DataFrame) -> str:
    width = max(18, *(len(str(name)) + 1 for name in differences["rule"]))
    lines = [" " * width + "".join(f"{TITLES[name]:>16}" for name in FIGURES)]
    for rule, rows in differences.groupby("rule", sort=False):
        by = rows.set_index("figure")
        mean, error = by["mean"].astype(float), by["standard_error"].astype(float)
        gaps = [f"{mean[name]:+.2f} ({error[name]:.2f})" for name in FIGURES]
        cells = "".join(f"{gap:>16}" for gap in gaps)
        lines.append(f"{rule!s:<{width}}{cells}")
    return "\n".join(lines)
