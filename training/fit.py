"""Training: share model, then contenders for the candidate layer, judged on elections they had not seen.

The newest elections are held out in time, the contenders compared on them, and the best is fitted again on everything.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from khaka.data.durable import write_json
from khaka.data.errors import KhakaError
from khaka.data.settings import ModelSettings
from khaka.features.quality import PARTS
from khaka.training.candidate import BASELINE, CandidateModel
from khaka.training.contenders import choose, compare, guessed, makers
from khaka.training.corpus import Corpus, PastElection
from khaka.training.evidence import FILE as EVIDENCE
from khaka.training.evidence import held, out_of_time
from khaka.training.examples import FOLDS, Examples, Progress, fit_shares, make_examples
from khaka.training.leak import refuse_leaks, refuse_share_leaks
from khaka.training.prior_ridge import Floats
from khaka.training.share_inputs import feature_columns
from khaka.training.shares import ShareModel
from khaka.training.uncertainty import MarginSpread, estimate_spread, with_explained

_CHECKED: Final = 3  # newest elections whose share features are checked for leaks
_SHARES: Final = "shares.json"
_SPREAD: Final = "spread.json"


@dataclass(frozen=True)
class Trained:
    """What training gives: both models, the spread of what they leave open, and how contenders did.

    Parameters
    ----------
    shares : ShareModel
        Shares of all nominees.
    candidate : CandidateModel
        Margin of a person over the seat's baseline.
    spread : MarginSpread
        Of swing, district, seat and person.
    contenders : DataFrame
        One row per contender: mean absolute error and rank correlation on the held-out elections.
    chosen : str
        Name of the contender in `candidate`.
    held_out : list of str
        Elections on which the contenders were compared.
    examples : Examples
        What the candidate layer learned from.
    as_of : datetime.date
        Nothing later was used.
    elections : list of str
        What was learned from.
    evidence : mapping
        `out_of_time` and `coverage` of `khaka.training.evidence`, for the gate and the model card.
    residual : ndarray, shape (n,)
        Of the examples: margin minus expected margin of a layer that had not seen the election, in points.
    """

    shares: ShareModel
    candidate: CandidateModel
    spread: MarginSpread
    contenders: pd.DataFrame
    chosen: str
    held_out: list[str]
    examples: Examples
    as_of: dt.date
    elections: list[str]
    evidence: Mapping[str, Any]
    residual: Floats

    def save(self, folder: Path) -> None:
        """Write the models as JSON and LightGBM text; nothing is pickled."""
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / _SHARES, self.shares.to_json())
        self.candidate.save(folder)
        write_json(folder / _SPREAD, asdict(self.spread))
        write_json(folder / EVIDENCE, dict(self.evidence))


@dataclass(frozen=True)
class Models:
    """The models of a saved folder, for prediction."""

    shares: ShareModel
    candidate: CandidateModel
    spread: MarginSpread


def load_models(folder: Path) -> Models:
    """Read what `Trained.save` wrote; the caller has checked the folder's hashes.

    Raises
    ------
    KhakaError
        The files are whole, but another version of khaka wrote them and this one needs what they lack.
    """
    try:
        stored = json.loads((folder / _SPREAD).read_text(encoding="utf-8"))
        values: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in stored.items()}
        return Models(
            ShareModel.from_json(json.loads((folder / _SHARES).read_text(encoding="utf-8"))),
            CandidateModel.load(folder),
            MarginSpread(**values),
        )
    except (KeyError, TypeError) as error:
        raise KhakaError(
            f"the model in {folder} was trained by another version of khaka ({error} does not fit this one); "
            "run khaka train again"
        ) from error


def train(
    corpus: Corpus,
    *,
    as_of: dt.date,
    party: str,
    settings: ModelSettings,
    weights: Mapping[str, float],
    progress: Progress | None = None,
) -> Trained:
    """Fit everything on what was known by a date.

    Parameters
    ----------
    corpus : Corpus
        Past elections.
    as_of : datetime.date
        Results up to the end of this day count.
    party : str
        Whose aspirants' ratings and activity count.
    settings : ModelSettings
        Seed, threads, lead days.
    weights : mapping of str to float
        The party's own weights for features without outcomes.
    progress : callable, optional
        Told each step.

    Returns
    -------
    Trained
        Both models, the spread of what they leave open, how the contenders did.

    Raises
    ------
    KhakaError
        No past election, fewer than 20 serious nominees in all, or a feature that has seen the outcome.
    """
    prepared = prepare(corpus, as_of=as_of, party=party, settings=settings, weights=weights, progress=progress)
    return fit_layer(prepared, settings=settings, weights=weights, progress=progress)


@dataclass(frozen=True)
class Prepared:
    """The share model and what the candidate layer learns from, before it is fitted.

    Parameters
    ----------
    past : list of PastElection
        What was learned from.
    shares : ShareModel
        Shares of all nominees.
    examples : Examples
        With all features.
    as_of : datetime.date
        Nothing later was used.
    party : str
        Whose aspirants will be ranked.
    """

    past: list[PastElection]
    shares: ShareModel
    examples: Examples
    as_of: dt.date
    party: str = ""


def prepare(
    corpus: Corpus,
    *,
    as_of: dt.date,
    party: str,
    settings: ModelSettings,
    weights: Mapping[str, float],
    progress: Progress | None = None,
) -> Prepared:
    """Fit the share model and put the candidate layer's examples together; parameters as for `train`."""
    say = progress or _silent
    past = corpus.until(as_of, progress=say)
    for election in past[-_CHECKED:]:
        refuse_share_leaks(election.rows, election.shares, feature_columns(election.rows))
    shares = fit_shares(past, settings)
    say("share model")
    first = as_of - dt.timedelta(days=round(365.25 * settings.candidate_years))
    recent = {election.election_id for election in past if election.result_date > first}
    examples = make_examples(
        corpus.source, past, recent, party=party, settings=settings, progress=say, weighted=frozenset(weights)
    )
    refuse_leaks(examples)
    return Prepared(past, shares, examples, as_of, party)


def fit_layer(
    prepared: Prepared,
    *,
    settings: ModelSettings,
    weights: Mapping[str, float],
    progress: Progress | None = None,
) -> Trained:
    """Compare the contenders for the candidate layer and fit the best.

    Parameters
    ----------
    prepared : Prepared
        From `prepare`; examples may have been thinned out.
    settings : ModelSettings
        Seed and threads.
    weights : mapping of str to float
        The party's own weights for features without outcomes.
    progress : callable, optional
        Told each step.

    Returns
    -------
    Trained
        As from `train`.

    Raises
    ------
    KhakaError
        Fewer than 20 serious nominees in all.
    """
    say, past = progress or _silent, prepared.past
    examples = guessed(prepared.examples)
    if len(examples.margin) < 20:
        count = len(examples.margin)
        raise KhakaError(
            f"only {count} serious nominees with a result by {prepared.as_of}: too few to learn from (20 are)"
        )
    newest = _held_out(past, examples)
    contenders = makers(examples.infos, settings, weights)
    table = compare(examples, newest, contenders, settings)
    say("contenders")
    chosen = choose(table)
    order = [election.election_id for election in past]
    residual = _out_of_fold(examples, contenders[chosen])
    spread = estimate_spread(
        residual, examples.group, examples.district, examples.X[BASELINE].to_numpy(), examples.party == prepared.party,
        examples.election,
    )  # fmt: skip
    evidence = {
        "out_of_time": out_of_time(examples, order, contenders[chosen]), "coverage": held(residual, examples, order),
    }  # fmt: skip
    say("evidence")
    model = contenders[chosen]()
    model.fit(examples.X, examples.margin, groups=examples.group, elections=examples.election)
    explained = _explained(model, examples)
    if explained is not None:
        spread = with_explained(spread, explained)
    say(f"chosen: {chosen}")
    return Trained(
        prepared.shares, model, spread, table, chosen, newest, examples, prepared.as_of, order, evidence, residual
    )


def _silent(_: str) -> None:
    """Say nothing."""


def _explained(model: CandidateModel, examples: Examples) -> float | None:
    """Return the variance of what the guessed quality adds to nominees' margins; None where it isn't learned."""
    parts = [name for name in PARTS if name in model.features_]
    known = examples.X[parts].notna().any(axis=1).to_numpy() if parts else np.zeros(0, dtype=bool)
    if not known.any():
        return None
    return float(model.contributions(examples.X[known])[parts].sum(axis=1).var())


def _held_out(past: list[PastElection], examples: Examples) -> list[str]:
    """Return the newest fifth of the elections, at least one; none if that leaves nothing to learn from."""
    names = [election.election_id for election in past if election.election_id in set(examples.election)]
    return names[-max(1, len(names) // 5) :] if len(names) >= 2 else []


def _out_of_fold(examples: Examples, make: Callable[[], CandidateModel]) -> Floats:
    """Return margin minus expected margin, each election predicted by a layer that had not seen it."""
    names = np.unique(examples.election)
    residual = np.full(len(examples.margin), np.nan)
    for fold in range(min(FOLDS, len(names))):
        out = np.isin(examples.election, names[fold::FOLDS])
        seen = examples.where(~out) if not out.all() else examples
        model = make().fit(seen.X, seen.margin, groups=seen.group, elections=seen.election)
        residual[out] = examples.margin[out] - model.predict(examples.X[out])
    return residual
