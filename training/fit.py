"""Training: share model, then contenders for the candidate layer, judged on elections they had not seen.

The seat's baseline under each past nominee comes from a share model that did not see that election (elections are left
out in folds), so the candidate layer learns from honest residuals. The newest elections are then held out in time, the
contenders compared on them, and the best fitted again on everything.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.durable import write_json
from khaka.data.errors import KhakaError
from khaka.data.settings import ModelSettings
from khaka.features.cutoff import FrameSource
from khaka.features.registry import FeatureInfo
from khaka.features.table import feature_table
from khaka.training.candidate import BASELINE, CandidateModel
from khaka.training.corpus import Corpus, PastElection
from khaka.training.margins import margins
from khaka.training.prior_ridge import Floats
from khaka.training.ranker import RankModel, strata
from khaka.training.shares import ShareModel
from khaka.training.uncertainty import MarginSpread, estimate_spread

SERIOUS: Final = 0.05
"""Expected share from which a nominee is a contender whose margin says something about persons."""

_FOLDS: Final = 4
_SHARES: Final = "shares.json"
_SPREAD: Final = "spread.json"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Examples:
    """Past nominees as the candidate layer sees them.

    Parameters
    ----------
    X : DataFrame, shape (n, 1 + k)
        `seat_baseline` and features.
    margin : ndarray, shape (n,)
        As it turned out, in points.
    group, election, district, party : ndarray of str, shape (n,)
        Party in an election, the election, the seat's district, the party.
    infos : mapping of str to FeatureInfo
        What each feature is.
    """

    X: pd.DataFrame
    margin: Floats
    group: np.ndarray
    election: np.ndarray
    district: np.ndarray
    party: np.ndarray
    infos: Mapping[str, FeatureInfo]

    def where(self, mask: np.ndarray) -> Examples:
        """Return the rows under a mask."""
        return Examples(
            self.X[mask].reset_index(drop=True), self.margin[mask], self.group[mask], self.election[mask],
            self.district[mask], self.party[mask], self.infos,
        )  # fmt: skip


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

    def save(self, folder: Path) -> None:
        """Write the models as JSON and LightGBM text; nothing is pickled."""
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / _SHARES, self.shares.to_json())
        self.candidate.save(folder)
        write_json(folder / _SPREAD, asdict(self.spread))


@dataclass(frozen=True)
class Models:
    """The models of a saved folder, for prediction."""

    shares: ShareModel
    candidate: CandidateModel
    spread: MarginSpread


def load_models(folder: Path) -> Models:
    """Read what `Trained.save` wrote; the caller has checked the folder's hashes."""
    return Models(
        ShareModel.from_json(json.loads((folder / _SHARES).read_text(encoding="utf-8"))),
        CandidateModel.load(folder),
        MarginSpread(**json.loads((folder / _SPREAD).read_text(encoding="utf-8"))),
    )


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

    Raises
    ------
    KhakaError
        No past election, or fewer than 20 serious nominees in all.
    """
    say = progress or _silent
    past = corpus.until(as_of, progress=say)
    shares = fit_shares(past, settings)
    say("share model")
    first = as_of - dt.timedelta(days=round(365.25 * settings.candidate_years))
    recent = {election.election_id for election in past if election.result_date > first}
    examples = make_examples(corpus.source, past, recent, party=party, settings=settings, progress=say)
    if len(examples.margin) < 20:
        raise KhakaError(
            f"only {len(examples.margin)} serious nominees with a result by {as_of}: too few to learn from, 20 are needed"
        )
    held = _held_out(past, examples)
    makers = _makers(examples.infos, settings, weights)
    table = compare(examples, held, makers, settings)
    say("contenders")
    scores = table.set_index("contender")["mean_absolute_error"]
    chosen = str(scores[[name for name in makers if name in scores.index]].idxmin()) if held else "ridge"
    spread = estimate_spread(_out_of_fold(examples, makers[chosen]), examples.group, examples.district)
    model = makers[chosen]()
    model.fit(examples.X, examples.margin, groups=examples.group, elections=examples.election)
    say(f"chosen: {chosen}")
    names = [election.election_id for election in past]
    return Trained(shares, model, spread, table, chosen, held, examples, as_of, names)


def _silent(_: str) -> None:
    """Say nothing."""


def fit_shares(past: list[PastElection], settings: ModelSettings, *, with_noise: bool = True) -> ShareModel:
    """Fit the share model on past elections, ordered in time by their results.

    Parameters
    ----------
    past : list of PastElection
        What to learn from.
    settings : ModelSettings
        Seed and threads.
    with_noise : bool
        Also estimate swing and noise, which takes two more fits.

    Returns
    -------
    ShareModel
        Fitted.
    """
    rows = pd.concat([election.rows for election in past], ignore_index=True)
    shares = np.concatenate([election.shares for election in past])
    when = np.concatenate([np.full(len(election.rows), election.result_date.isoformat()) for election in past])
    model = ShareModel(seed=settings.seed, num_threads=settings.threads, with_noise=with_noise)
    return model.fit(rows, pd.Series(shares), groups=when.tolist())


def make_examples(
    source: FrameSource,
    past: list[PastElection],
    recent: set[str],
    *,
    party: str,
    settings: ModelSettings,
    progress: Progress,
) -> Examples:
    """Put baseline, features and outcome of the serious nominees of recent elections together.

    Parameters
    ----------
    source : FrameSource
        All tables.
    past : list of PastElection
        What the share models under the baselines learn from, one fold of elections left out at a time.
    recent : set of str
        Elections whose nominees become examples.
    party : str
        Whose aspirants' ratings and activity count.
    settings : ModelSettings
        Seed and threads.
    progress : callable
        Told each fold.
    """
    folds = {election.election_id: index % _FOLDS for index, election in enumerate(past)}
    parts: list[pd.DataFrame] = []
    infos: dict[str, FeatureInfo] = {}
    for fold in sorted(set(folds.values())):
        seen = [election for election in past if folds[election.election_id] != fold] or past
        model = fit_shares(seen, settings, with_noise=False)
        for election in past:
            if folds[election.election_id] == fold and election.election_id in recent:
                part, found = _example_rows(source, election, model, party)
                infos.update(found)
                parts.append(part)
        progress("seat baselines")
    if not parts:
        raise KhakaError(f"no election of the last {settings.candidate_years} years to learn from; see candidate_years")
    frame = pd.concat(parts, ignore_index=True).sort_values(["election", "unit_id"], kind="stable", ignore_index=True)
    names = [name for name in infos if name in frame.columns and frame[name].notna().any()]
    return Examples(
        frame[[BASELINE, *names]].astype(float),
        frame["margin"].to_numpy(dtype=float),
        *(frame[name].to_numpy(dtype=object).astype(str) for name in ("group", "election", "district", "party")),
        infos={name: infos[name] for name in names},
    )


def _example_rows(
    source: FrameSource, election: PastElection, model: ShareModel, party: str
) -> tuple[pd.DataFrame, dict[str, FeatureInfo]]:
    rows = election.rows
    blind = model.predict(rows, with_person=False)["expected_share"].to_numpy(dtype=float)
    full = model.predict(rows)["expected_share"].to_numpy(dtype=float)
    seats = rows["seat_id"].to_numpy(dtype=object)
    frame = pd.DataFrame(
        {
            "unit_id": rows["nominee_id"].astype("str"),
            "seat_id": rows["seat_id"].astype("str"),
            "party": rows["party"].astype("str"),
            "district": rows["district"].astype("str").fillna("") if "district" in rows else "",
            "election": election.election_id,
            BASELINE: margins(blind, full, seats),
            "margin": margins(election.shares, election.shares, seats),
            "blind": blind,
        }
    )
    frame["group"] = frame["election"] + ":" + frame["party"]
    table = feature_table(source, election_id=election.election_id, as_of=election.as_of, party=party, kind="nominee")
    keyed = pd.concat([table.people[["seat_id", "unit_id"]].astype("str"), table.values], axis=1)
    frame = frame.merge(keyed, on=["seat_id", "unit_id"], how="left", validate="one_to_one")
    serious = (
        (frame["blind"] >= SERIOUS) & (frame["party"] != "IND") & frame["margin"].notna() & frame[BASELINE].notna()
    )
    return frame[serious], dict(table.infos)


def _makers(
    infos: Mapping[str, FeatureInfo], settings: ModelSettings, weights: Mapping[str, float]
) -> dict[str, Callable[[], CandidateModel]]:
    known = {name: value for name, value in weights.items() if name in infos}
    monotone = {name: info.monotone for name, info in infos.items() if info.monotone}

    def make(trees: bool) -> Callable[[], CandidateModel]:
        return lambda: CandidateModel(
            trees=trees, weights=known, monotone=monotone, seed=settings.seed, threads=settings.threads
        )

    return {"ridge": make(False), "lightgbm": make(True)}


def compare(
    examples: Examples, held: list[str], makers: Mapping[str, Callable[[], CandidateModel]], settings: ModelSettings
) -> pd.DataFrame:
    """Compare contenders on elections held out in time.

    Parameters
    ----------
    examples : Examples
        All past nominees.
    held : list of str
        The newest elections.
    makers : mapping of str to callable
        Each makes an unfitted candidate layer.
    settings : ModelSettings
        For the ranker.

    Returns
    -------
    DataFrame
        contender, mean_absolute_error (points, each party's own mean error in an election taken out),
        rank_correlation (Spearman's with the margin left over the baseline, within election and stratum).
    """
    out = np.isin(examples.election, held)
    if not held or out.all() or not out.any():
        return pd.DataFrame({"contender": [], "mean_absolute_error": [], "rank_correlation": []})
    old, new = examples.where(~out), examples.where(out)
    baseline = new.X[BASELINE].to_numpy()
    left = new.margin - baseline
    free = left - pd.Series(left).groupby(new.group).transform("mean").to_numpy()
    group = np.char.add(new.election + ":", strata(baseline, new.election).astype(int).astype(str))
    rows = [_compared("baseline", np.zeros(len(left)), left, free, new.group, group)]
    for name, make in makers.items():
        model = make().fit(old.X, old.margin, groups=old.group, elections=old.election)
        rows.append(_compared(name, model.predict(new.X) - baseline, left, free, new.group, group))
    past_left = old.margin - old.X[BASELINE].to_numpy()
    past_free = past_left - pd.Series(past_left).groupby(old.group).transform("mean").to_numpy()
    past_group = np.char.add(
        old.election + ":", strata(old.X[BASELINE].to_numpy(), old.election).astype(int).astype(str)
    )
    ranker = RankModel(seed=settings.seed, threads=settings.threads).fit(old.X, past_free, groups=past_group)
    rows.append(_compared("lambdarank", ranker.predict(new.X), None, free, new.group, group))
    return pd.DataFrame(rows)


def _compared(
    name: str, added: Floats, left: Floats | None, free: Floats, party: np.ndarray, group: np.ndarray
) -> dict[str, object]:
    error = np.nan
    if left is not None:
        miss = left - added
        error = float(np.mean(np.abs(miss - pd.Series(miss).groupby(party).transform("mean").to_numpy())))
    frame = pd.DataFrame({"a": added, "b": free, "g": group})
    parts = [part["a"].corr(part["b"], method="spearman") for _, part in frame.groupby("g") if part["a"].nunique() > 1]
    return {
        "contender": name,
        "mean_absolute_error": error,
        "rank_correlation": float(np.nanmean(parts)) if parts else np.nan,
    }


def _held_out(past: list[PastElection], examples: Examples) -> list[str]:
    """Return the newest fifth of the elections, at least one; none if that leaves nothing to learn from."""
    names = [election.election_id for election in past if election.election_id in set(examples.election)]
    return names[-max(1, len(names) // 5) :] if len(names) >= 2 else []


def _out_of_fold(examples: Examples, make: Callable[[], CandidateModel]) -> Floats:
    """Return margin minus expected margin, each election predicted by a layer that had not seen it."""
    names = np.unique(examples.election)
    residual = np.full(len(examples.margin), np.nan)
    for fold in range(min(_FOLDS, len(names))):
        out = np.isin(examples.election, names[fold::_FOLDS])
        seen = examples.where(~out) if not out.all() else examples
        model = make().fit(seen.X, seen.margin, groups=seen.group, elections=seen.election)
        residual[out] = examples.margin[out] - model.predict(examples.X[out])
    return residual
