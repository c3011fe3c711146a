"""From tables and models to predictions: of aspirants (who is not yet chosen) and of declared nominees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.features.cutoff import KnownTables
from khaka.features.nominee_table import nominee_features
from khaka.features.registry import FeatureInfo
from khaka.features.rivals import with_rivals
from khaka.features.scenario import PLACEHOLDER, lineup
from khaka.features.source import FrameSource, Source
from khaka.features.table import FeatureTable, feature_table
from khaka.scoring.scenario import BASE, Scenario
from khaka.training.candidate import BASELINE
from khaka.training.examples import OTHER_FAMILIES
from khaka.training.fit import Models
from khaka.training.margins import margins
from khaka.training.prediction import Prediction
from khaka.training.share_inputs import feature_columns
from khaka.training.support import support
from khaka.training.uncertainty import named_noise, shared_draws

SEAT_BASELINE = FeatureInfo(
    BASELINE, "points", "nominees, seat_elections", "seat_history",
    "the party's expected margin in this seat whoever its nominee is", "result_date of the earlier elections",
)  # fmt: skip
"""The seat without the person, as a feature of the candidate layer."""

_WIDER = {"in": 1.0, "edge": 1.25, "outside": 1.75}  # where no one like this was ever seen, less is known
_ELIGIBILITY = ("birth_date", "certificate_state", "elector_state", "second_seat_id", "status", "name_hi", "person_id")
_SUPPORT_FAMILIES = ("person", "ratings")


@dataclass(frozen=True)
class AspirantForecast:
    """Predictions of aspirants and what was lacking.

    Parameters
    ----------
    prediction : Prediction
        For ranking.
    notes : tuple of str
        What isn't known, in sentences.
    """

    prediction: Prediction
    notes: tuple[str, ...]


def predict_aspirants(
    source: FrameSource,
    models: Models,
    *,
    election_id: str,
    as_of: dt.date,
    party: str,
    draws: int,
    seed: int,
    model_version: str,
    data_hash: str,
    scenario: Scenario = BASE,
    progress: Callable[[str], None] | None = None,
) -> AspirantForecast:
    """Predict the margin of every aspirant, were they the nominee.

    Parameters
    ----------
    source : FrameSource
        All tables.
    models : Models
        As trained.
    election_id : str
        The coming election.
    as_of : datetime.date
        What was known by the end of this day.
    party : str
        Whose aspirants.
    draws : int
        Ways in which the election may turn out.
    seed : int
        Of the draws.
    model_version, data_hash : str
        For the record.
    scenario : Scenario
        What is supposed: a known swing, other rivals, an ally, families of features left out.
    progress : callable, optional
        Told what begins.

    Returns
    -------
    AspirantForecast
        Sorted by seat and aspirant.

    Raises
    ------
    KhakaError
        The election has no aspirants.
    """
    aspirants = source.read("aspirants")
    own = aspirants[aspirants["election_id"] == election_id]
    if own.empty:
        others = sorted(set(aspirants["election_id"].astype("str")))
        known = f"aspirants are there for {', '.join(others)}" if others else "no aspirants are in this workspace"
        raise KhakaError(f"no aspirants for {election_id} ({known}); for declared nominees use: khaka forecast")
    seats = sorted(own["seat_id"].astype("str").unique())
    line = lineup(source, election_id=election_id, party=party, seats=seats)
    supposed = with_rivals(
        line.source, election_id=election_id, party=party, seats=seats, rivals=scenario.rivals, allies=scenario.allies
    )
    if progress is not None:
        progress("seats without their aspirants")
    baseline, district = _seat_baselines(supposed, models, election_id=election_id, as_of=as_of)
    table = feature_table(
        FrameSource(supposed), election_id=election_id, as_of=as_of, party=party, kind="aspirant",
        without=(*scenario.without, *OTHER_FAMILIES), progress=progress,
    )  # fmt: skip
    if election_id in _counted(source):
        own = own.drop(columns="status", errors="ignore")  # of a past cycle: it may tell what came after the as-of date
    people, values = _in_order(table, own, seats)
    values.insert(0, BASELINE, people["seat_id"].map(baseline).to_numpy(dtype=float))
    X = values.reindex(columns=[BASELINE, *models.candidate.features_])
    contributions = models.candidate.contributions(X)
    rng = np.random.default_rng(np.random.SeedSequence([seed, *election_id.encode()]))
    districts = people["seat_id"].map(district).fillna("")
    swing, seat = shared_draws(
        models.spread if scenario.swing is None else replace(models.spread, swing=0.0),
        people["seat_id"].tolist(),
        districts.tolist(),
        X[BASELINE].to_numpy(dtype=float) + (scenario.swing or 0.0),
        draws=draws,
        rng=rng,
    )
    if scenario.swing is not None:  # known, so nothing of it is left to draw
        contributions = contributions.assign(**{"(base)": contributions["(base)"] + scenario.swing})
    infos = {BASELINE: SEAT_BASELINE, **{name: table.infos[name] for name in X.columns if name in table.infos}}
    describing = [name for name, info in infos.items() if info.family in _SUPPORT_FAMILIES]
    seen_before = support(X, models.candidate.range_, describing)
    wider = np.array([_WIDER[state] for state in seen_before])[:, None]
    person = models.candidate.person_draws(X, draws=draws, rng=rng)
    units = (people["seat_id"].astype("str") + " " + people["aspirant_id"].astype("str")).tolist()
    person = person + models.spread.person * named_noise(units, draws, int(rng.integers(2**63)))
    verified = values["verified_share"] if "verified_share" in values else pd.Series(np.nan, index=values.index)
    prediction = Prediction(
        people=people,
        values=X,
        contributions=contributions,
        expected_margin=contributions.to_numpy().sum(axis=1),
        swing_draws=swing,
        seat_draws=seat,
        person_draws=person * wider,
        support=seen_before,
        verified_share=np.asarray(verified, dtype=np.float64),
        infos=infos,
        given=models.candidate.given_,
        model_version=model_version,
        data_hash=data_hash,
        as_of=as_of,
    )
    return AspirantForecast(prediction, _notes(table, line.assumed, len(seats)))


def forecast_nominees(
    source: Source, models: Models, *, election_id: str, as_of: dt.date, draws: int, seed: int
) -> pd.DataFrame:
    """Forecast the share and the chance to win of every declared nominee of every party.

    Parameters
    ----------
    source : Source
        All tables.
    models : Models
        As trained.
    election_id : str
        An assembly election.
    as_of : datetime.date
        What was known by the end of this day.
    draws : int
        Ways in which the election may turn out.
    seed : int
        Of the draws.

    Returns
    -------
    DataFrame
        election_id, seat_id, nominee_id, name, party, expected_share, share_low, share_high (90%), win_probability;
        sorted by seat and nominee.

    Raises
    ------
    KhakaError
        No nominees are declared for the election, or it is no assembly election.
    """
    nominees = source.read("nominees")
    declared = nominees[nominees["election_id"] == election_id]
    if declared.empty:
        known = sorted({str(name) for name in nominees["election_id"] if str(name).endswith(("-AE", "-AE2"))})
        listed = ", ".join(known[-6:]) if known else "none"
        raise KhakaError(
            f"no nominees for {election_id!r} in this workspace; assembly elections with nominees: {listed}"
        )
    if not election_id.endswith(("-AE", "-AE2")):
        raise KhakaError(f"{election_id} is no assembly election; khaka forecasts those (ids end in -AE or -AE2)")
    line = lineup(source, election_id=election_id, party="", seats=[])
    rows = nominee_features(KnownTables(line.source, as_of=as_of, election_id=election_id), election_id)
    _require_fit(models, rows)
    predicted = models.shares.predict(rows)
    shares = models.shares.draw_shares(predicted, n_draws=draws, seed=seed)
    low, high = np.quantile(shares, [0.05, 0.95], axis=1)
    out = predicted[["election_id", "seat_id", "nominee_id", "party"]].reset_index(drop=True)
    expected = predicted["expected_share"].to_numpy(dtype=float)
    out = out.assign(
        expected_share=expected,
        share_low=np.minimum(low, expected),
        share_high=np.maximum(high, expected),
        win_probability=_chance(shares, out["seat_id"].to_numpy(dtype=str)),
    )
    named = declared[["seat_id", "nominee_id", "name", "party"]].astype("str")
    if "party_as_published" in declared.columns:  # the forecast speaks of parties as its input does
        named["party"] = declared["party_as_published"].astype("str").fillna(named["party"])
    out = out.drop(columns="party").merge(named, on=["seat_id", "nominee_id"], how="left", validate="one_to_one")
    return out.sort_values(["seat_id", "nominee_id"], ignore_index=True)


def _chance(shares: np.ndarray, seats: np.ndarray) -> np.ndarray:
    """Return the share of draws in which each row leads its seat, shape (n,)."""
    code = np.unique(seats, return_inverse=True)[1]
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(code[order]) > 0])
    best = np.maximum.reduceat(shares[order], starts, axis=0)
    return np.asarray((shares >= best[code]).mean(axis=1))


def _seat_baselines(
    source: Source, models: Models, *, election_id: str, as_of: dt.date
) -> tuple[dict[str, float], dict[str, str]]:
    """Return the party's expected margin without a person, in points, and the district, by seat."""
    rows = nominee_features(KnownTables(source, as_of=as_of, election_id=election_id), election_id)
    _require_fit(models, rows)
    blind = models.shares.predict(rows, with_person=False)["expected_share"].to_numpy(dtype=float)
    full = models.shares.predict(rows)["expected_share"].to_numpy(dtype=float)
    margin = margins(blind, full, rows["seat_id"].to_numpy(dtype=object))
    open_place = rows["nominee_id"].astype("str").str.startswith(PLACEHOLDER).to_numpy()
    seats = rows.loc[open_place, "seat_id"].astype("str")
    district = rows.loc[open_place, "district"].astype("str").fillna("") if "district" in rows else seats
    unopposed = np.nan_to_num(margin[open_place], nan=100.0)
    return dict(zip(seats, unopposed, strict=True)), dict(zip(seats, district, strict=True))


def _require_fit(models: Models, rows: pd.DataFrame) -> None:
    """Refuse a model that learned from other features than these, before LightGBM is handed the wrong columns."""
    odd = sorted(set(models.shares.features_) ^ set(feature_columns(rows)))
    if odd:
        raise KhakaError(
            f"the model was trained by another version of khaka ({len(odd)} features differ, such as {odd[0]!r}); "
            "train it again: khaka train"
        )


def _counted(source: Source) -> set[str]:
    elections = source.read("elections")
    return set(elections.loc[elections["result_date"].notna(), "election_id"].astype("str"))


def _in_order(table: FeatureTable, own: pd.DataFrame, seats: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return people (with what eligibility needs) and values, sorted by seat and aspirant."""
    people = table.people.assign(aspirant_id=table.people["unit_id"])
    people = people[people["seat_id"].isin(seats)].sort_values(["seat_id", "aspirant_id"], kind="stable")
    values = table.values.loc[people.index].reset_index(drop=True)
    people = people.reset_index(drop=True)
    extra = own[["seat_id", "aspirant_id", *[name for name in _ELIGIBILITY if name in own.columns]]]
    kept = people.drop(columns=[name for name in _ELIGIBILITY if name in people.columns])
    return kept.merge(extra, on=["seat_id", "aspirant_id"], how="left", validate="one_to_one"), values


def _notes(table: FeatureTable, assumed: list[str], seats: int) -> tuple[str, ...]:
    notes = list(table.missing)
    if assumed:
        notes.append(f"no rivals declared in {len(assumed)} of {seats} seats: last time's parties stand in for them")
    return tuple(notes)
