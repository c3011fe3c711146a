"""Examples for the candidate layer: serious nominees of past elections, over an honest baseline of their seat.

The seat's baseline under each past nominee comes from a share model that did not see that election (elections are left
out in folds), so the candidate layer learns from residuals as they will be met.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.settings import ModelSettings
from khaka.features.registry import FAMILIES, FeatureInfo
from khaka.features.source import FrameSource
from khaka.features.table import feature_table
from khaka.training.candidate import BASELINE
from khaka.training.corpus import PastElection
from khaka.training.margins import margins
from khaka.training.prior_ridge import Floats
from khaka.training.shares import ShareModel

SERIOUS: Final = 0.05
"""Expected share from which a nominee is a contender whose margin says something about persons."""

LAYER_FAMILIES: Final = ("person", "fit", "presence", "ratings")
"""What may tell aspirants of one seat apart. What is the same for all of them belongs to the baseline."""

OTHER_FAMILIES: Final = tuple(family for family in FAMILIES if family not in LAYER_FAMILIES)
"""Families that the candidate layer never looks at, so that they need not be made for it."""

FOLDS: Final = 4
"""Parts of the elections; what is said of one part was learned from the others."""

_PEOPLE: Final = ("sex", "category", "community", "age")
_DECLARED: Final = "declared:"  # apart from features of the same name
Progress = Callable[[str], None]
Strings = npt.NDArray[np.str_]


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
    people : DataFrame, n rows, optional
        sex, category, community, age (years) and earlier_contests, for the audit; never a feature.
    """

    X: pd.DataFrame
    margin: Floats
    group: Strings
    election: Strings
    district: Strings
    party: Strings
    infos: Mapping[str, FeatureInfo]
    people: pd.DataFrame | None = None

    def where(self, mask: npt.NDArray[np.bool_]) -> Examples:
        """Return the rows under a mask."""
        return Examples(
            self.X[mask].reset_index(drop=True), self.margin[mask], self.group[mask], self.election[mask],
            self.district[mask], self.party[mask], self.infos,
            None if self.people is None else self.people[mask].reset_index(drop=True),
        )  # fmt: skip


def without_families(examples: Examples, families: Collection[str]) -> Examples:
    """Return the examples without the features of some families.

    Parameters
    ----------
    examples : Examples
        With all features.
    families : collection of str
        Such as "fit"; the seat's baseline stays.

    Returns
    -------
    Examples
        With fewer columns, the same rows.
    """
    dropped = {name for name, info in examples.infos.items() if info.family in families}
    infos = {name: info for name, info in examples.infos.items() if name not in dropped}
    return replace(examples, X=examples.X.drop(columns=sorted(dropped & set(examples.X.columns))), infos=infos)


def fit_shares(
    past: list[PastElection],
    settings: ModelSettings,
    *,
    with_noise: bool = True,
    with_blind: bool = True,
    halved: bool = False,
) -> ShareModel:
    """Fit the share model on past elections, ordered in time by their results.

    Parameters
    ----------
    past : list of PastElection
        What to learn from.
    settings : ModelSettings
        Seed and threads.
    with_noise : bool
        Also estimate swing and noise, which takes two more fits.
    with_blind : bool
        Also fit the pair that knows nothing of persons.
    halved : bool
        Half the trees: a little less exact, in half the time.

    Returns
    -------
    ShareModel
        Fitted.
    """
    rows = pd.concat([election.rows for election in past], ignore_index=True)
    shares = np.concatenate([election.shares for election in past])
    when = np.concatenate([np.full(len(election.rows), election.result_date.isoformat()) for election in past])
    model = ShareModel(seed=settings.seed, num_threads=settings.threads, with_noise=with_noise, with_blind=with_blind)
    if halved:
        model.halve()
    return model.fit(rows, pd.Series(shares), groups=when.tolist())


def make_examples(
    source: FrameSource,
    past: list[PastElection],
    recent: set[str],
    *,
    party: str,
    settings: ModelSettings,
    progress: Progress,
    weighted: Collection[str] = (),
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
    weighted : collection of str
        Features with a weight of the party's own: they are kept even where no past nominee has a value.

    Returns
    -------
    Examples
        Sorted by election and nominee.
    """
    folds = {election.election_id: index % FOLDS for index, election in enumerate(past)}
    parts: list[pd.DataFrame] = []
    infos: dict[str, FeatureInfo] = {}
    for fold in sorted(set(folds.values())):
        seen = [election for election in past if folds[election.election_id] != fold] or past
        model = fit_shares(seen, settings, with_noise=False, halved=True)  # four more fits, only for the baselines
        for election in past:
            if folds[election.election_id] == fold and election.election_id in recent:
                part, found = _example_rows(source, election, model, party)
                infos.update(found)
                parts.append(part)
        progress("seat baselines")
    if not parts:
        raise KhakaError(f"no election of the last {settings.candidate_years} years to learn from; see candidate_years")
    frame = pd.concat(parts, ignore_index=True).sort_values(["election", "unit_id"], kind="stable", ignore_index=True)
    names = [
        name
        for name, info in infos.items()
        if info.family in LAYER_FAMILIES
        and name in frame.columns
        and (name in set(weighted) or frame[name].notna().any())
    ]
    group, kept, district, parties = (
        frame[name].to_numpy(dtype=object).astype(str) for name in ("group", "election", "district", "party")
    )
    X = frame[[BASELINE, *names]].astype(float)
    margin = frame["margin"].to_numpy(dtype=float)
    people = frame[[f"{_DECLARED}{name}" for name in (*_PEOPLE, "earlier_contests")]]
    return Examples(
        X, margin, group, kept, district, parties, {name: infos[name] for name in names},
        people.rename(columns=lambda name: name.removeprefix(_DECLARED)),
    )  # fmt: skip


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
    table = feature_table(
        source,
        election_id=election.election_id,
        as_of=election.as_of,
        party=party,
        kind="nominee",
        without=OTHER_FAMILIES,
    )
    declared = table.people[list(_PEOPLE)].assign(earlier_contests=table.values.get("earlier_contests", np.nan))
    keys = table.people[["seat_id", "unit_id"]].astype("str")
    keyed = pd.concat([keys, table.values, declared.add_prefix(_DECLARED)], axis=1)
    frame = frame.merge(keyed, on=["seat_id", "unit_id"], how="left", validate="one_to_one")
    serious = (
        (frame["blind"] >= SERIOUS) & (frame["party"] != "IND") & frame["margin"].notna() & frame[BASELINE].notna()
    )
    return frame[serious], dict(table.infos)
