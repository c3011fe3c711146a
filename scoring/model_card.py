"""The model card: made from the run's own files, never by hand.

After Mitchell et al. 2019, *Model Cards for Model Reporting*: what it is for, what it learned from, how it did on what
it had not seen, for whom it errs more, what it does not know, and how to make it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from khaka.data.durable import sha256
from khaka.features.registry import FAMILIES
from khaka.scoring.audit import DRIFT_COLUMNS, ERROR_COLUMNS, drift, error_by_group, profile
from khaka.scoring.card_blocks import Document
from khaka.scoring.groups import groups
from khaka.training.candidate import BASELINE

if TYPE_CHECKING:
    from khaka.data.settings import Settings
    from khaka.training.examples import Examples
    from khaka.training.fit import Trained

RECORD: Final = "record.json"
"""What was learned from and how it looks, in the model's folder."""

AUDIT: Final = "audit.json"
"""Errors by group, in the model's folder."""

_FIGURES: Final = {
    "winners": "winners named", "winners_given_swing": "the same given swing", "error": "error, points",
    "error_given_swing": "swing-free error", "rank_correlation": "rank correlation",
}  # fmt: skip

_WORDS: Final = {
    "election_id": "election", "learned_from": "learned from", "in_range": "in range", "given_swing": "given the swing",
}  # fmt: skip


def training_record(trained: Trained, settings: Settings) -> dict[str, Any]:
    """Return what the card says of the training, as plain values.

    Parameters
    ----------
    trained : Trained
        The result of a training.
    settings : Settings
        Its settings.

    Returns
    -------
    dict
        nominees by election, features with family and worth, contenders, spread, the party's weights, profile of the
        features of all nominees and their drift between the last two elections.
    """
    examples, layer = trained.examples, trained.candidate
    used = [name for name in layer.features_ if name in examples.infos]
    points = layer.contributions(examples.X)
    spread = points[used].sub(points[used].groupby(examples.group).transform("mean")).abs().mean()
    weights = settings.weights
    counts = pd.Series(examples.election).value_counts()
    order = [name for name in trained.elections if name in counts.index]
    last = [examples.X[examples.election == name].drop(columns=[BASELINE]) for name in order[-2:]]
    moved = drift(profile(last[0]), last[1]) if len(last) == 2 else drift({}, pd.DataFrame())
    return {
        "nominees": {name: int(counts[name]) for name in order},
        "share_features": len(trained.shares.features_),
        "features": [
            {
                "name": name, "family": examples.infos[name].family, "unit": examples.infos[name].unit,
                "source": examples.infos[name].source, "doc": examples.infos[name].doc,
                "known": float(examples.X[name].notna().mean()), "points": float(spread[name]),
                "given": name in layer.given_,
            }
            for name in used
        ],
        "weights": {
            "dated": weights.dated.isoformat(),
            "points": {name: value for name, value in weights.points.items() if name in used},
        },
        "contenders": [
            {str(key): None if value != value else value for key, value in row.items()}
            for row in trained.contenders.to_dict("records")
        ],
        "spread": dict(vars(trained.spread)),
        "profile": profile(examples.X),
        "drift": {"from": order[-2] if len(order) > 1 else None, "to": order[-1] if order else None,
                  "rows": _plain(moved.head(12))},
    }  # fmt: skip


def training_audit(examples: Examples, residual: np.ndarray, *, seed: int) -> list[dict[str, Any]]:
    """Return the errors by group of past nominees, as plain values.

    Parameters
    ----------
    examples : Examples
        With `people`.
    residual : ndarray, shape (n,)
        Margin minus expected margin of a layer that had not seen the election.
    seed : int
        Of the bootstrap.

    Returns
    -------
    list of dict
        Rows of `khaka.scoring.audit.error_by_group`.
    """
    people = examples.people
    assert people is not None
    freed = residual - pd.Series(residual).groupby(examples.group).transform("mean").to_numpy()
    attributes = groups(people, people["age"].astype(float), people["earlier_contests"].astype(float))
    return _plain(error_by_group(attributes, freed, seed=seed))


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def model_card(
    bundle: Path,
    *,
    backtest: Mapping[str, Any] | None = None,
    study: pd.DataFrame | None = None,
    ablation: pd.DataFrame | None = None,
    version: str = "",
) -> Document:
    """Make the card of a model from its folder.

    Parameters
    ----------
    bundle : Path
        The sealed folder.
    backtest : mapping, optional
        `Backtest.as_dict()` on the same tables.
    study : DataFrame, optional
        `study.csv` of `khaka study`.
    ablation : DataFrame, optional
        `ablation.csv` of `khaka ablation`.
    version : str
        `khaka-margin/<n>`, once it is registered.

    Returns
    -------
    Document
        For Markdown and HTML.
    """
    meta, record = _read(bundle, "meta.json"), _read(bundle, RECORD)
    evidence, audit = _read(bundle, "evidence.json"), _read(bundle, AUDIT)
    card = Document(f"Model card: {version or 'expected margin of an aspirant'}, as of {meta.get('as_of', 'unknown')}")
    card.say(
        f"Ranks the aspirants of {meta.get('party')} in {meta.get('state')} by the margin that each would be expected "
        "to get as nominee. It advises, it never decides; nothing in it is causal. Made by `khaka train` from its own "
        "record, not written by hand."
    )
    _data(card, meta, record)
    _features(card, meta, record)
    _figures(card, evidence, record, backtest)
    _coverage(card, evidence, record)
    if study is not None and len(study):
        _study(card, study)
    if ablation is not None and len(ablation):
        card.head("What each family of features is worth")
        card.say("Of `khaka ablation`: what is lost without the family, with standard errors.")
        card.table(ablation)
    _audit(card, audit, record)
    _limits(card, meta)
    card.head("How to make it again")
    card.points(
        [
            "With the same tables, code and libraries `khaka train --reproduce RUN` gives the same files.",
            f"Hash of the model's files `{sha256(bundle / 'hashes.json')}`.",
            f"Tables `{meta.get('data_hash')}`.",
            f"Code `{meta.get('code_version', 'not recorded')}`, seed {meta.get('seed')}.",
            "Libraries: "
            + ", ".join(f"{name} {number}" for name, number in sorted(meta.get("versions", {}).items()))
            + ".",
        ]
    )
    return card


def _read(bundle: Path, name: str) -> Any:
    path = bundle / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _data(card: Document, meta: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    names = list(meta.get("elections", []))
    states = sorted({name.split("-")[0] for name in names})
    nominees = record.get("nominees", {})
    card.head("What it learned from")
    card.say(
        f"Results known by {meta.get('as_of')}: {len(names)} assembly elections of {len(states)} "
        f"state{'s' if len(states) != 1 else ''} for the seats, {sum(nominees.values()):,} serious nominees of "
        f"{len(nominees)} of them for what a person adds. Each election stands as it did on its own decision date."
    )
    if nominees:
        frame = pd.DataFrame({"election": list(nominees), "nominees": list(nominees.values())})
        card.table(frame.tail(12))
        if len(frame) > 12:
            card.say(f"The newest 12 of {len(frame)}.")


def _features(card: Document, meta: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    rows = pd.DataFrame(record.get("features", []))
    card.head("Features")
    card.say(
        f"Seats: {record.get('share_features', 'an unknown number of')} features of earlier polls, of who contests and "
        "of the seat. People, by family:"
    )
    if len(rows):
        table = [
            {
                "family": FAMILIES.get(str(family), str(family)), "features": len(part),
                "moves the margin by, points": float(part["points"].sum()), "names": ", ".join(part["name"]),
            }
            for family, part in rows.groupby("family", sort=False)
        ]  # fmt: skip
        card.table(pd.DataFrame(table))
        card.say("Points: mean absolute contribution, each party's mean taken out, summed over the family.")
    weights = record.get("weights", {})
    given = {name: value for name, value in weights.get("points", {}).items() if name in set(meta.get("given", []))}
    card.head("The party's weight, not learned")
    if given:
        card.say(
            f"No past outcome says what these are worth. They count with the party's own weight, dated "
            f"{weights.get('dated')}, with a wide prior:"
        )
        card.table(pd.DataFrame({"feature": list(given), "points for one unit": list(given.values())}))
    else:
        card.say("None: every weight was learned from outcomes.")


def _figures(
    card: Document, evidence: Mapping[str, Any], record: Mapping[str, Any], backtest: Mapping[str, Any] | None
) -> None:
    card.head("How it did on elections that it had not seen")
    rows = evidence.get("out_of_time", [])
    if rows:
        card.say(
            "Error of margins in points, each party's own mean error taken out; each election predicted by a layer "
            "fitted on earlier ones alone:"
        )
        order = ["election_id", "nominees", "learned_from", "model", "ridge", "baseline"]
        card.table(pd.DataFrame(rows)[order].rename(columns=_WORDS))
    else:
        card.say("Too few elections to leave any out.")
    contenders = pd.DataFrame(record.get("contenders", []))
    if len(contenders):
        card.say("Contenders for the person's part, on the newest elections held out:")
        order = ["contender", "mean_absolute_error", "rank_correlation", "minus_ridge", "standard_error"]
        card.table(contenders[order].rename(columns=lambda name: str(name).replace("_", " ")), digits=3)
    if not backtest:
        card.say("No backtest of these tables is recorded; `khaka backtest` makes one.")
        return
    means = pd.DataFrame(backtest["mean"]).T.rename(columns=_FIGURES)
    card.say(f"Shares, mean over {backtest['elections']} elections of `khaka backtest`, beside simple rules:")
    card.table(means.rename_axis("forecast").reset_index())
    figures = pd.DataFrame(backtest["figures"])
    wide = figures.pivot_table(index="election_id", columns="forecast", values="error_given_swing", sort=False)
    card.say("Swing-free error by election, points:")
    card.table(wide.rename_axis("election").reset_index())


def _coverage(card: Document, evidence: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    card.head("How its 90% ranges held")
    rows = pd.DataFrame(evidence.get("coverage", []))
    if not len(rows):
        card.say("Too few elections to tell.")
        return
    mean = {key: float(np.average(rows[key], weights=rows["nominees"])) for key in ("in_range", "given_swing")}
    card.say(
        f"On elections not seen {mean['in_range']:.0%} of the margins, and {mean['given_swing']:.0%} once the party's "
        "swing is known. One election is carried by its swing: look at the spread between elections."
    )
    card.table(rows[["election_id", "nominees", "in_range", "given_swing"]].rename(columns=_WORDS).tail(12))
    spread = record.get("spread", {})
    if spread:
        told = ", ".join(f"{name} {float(value):.1f}" for name, value in spread.items() if isinstance(value, float))
        card.say(f"Standard deviations in points: {told}.")


_STUDY: Final = {
    "gain": "gain, points", "oracle_share": "of the oracle's gain", "regret": "regret, points",
    "coverage_range": "90% range holds", "coverage_given_swing": "the same given swing",
    "coverage_given_swing_centred": "given its mean error",
}  # fmt: skip


def _study(card: Document, study: pd.DataFrame) -> None:
    card.head("On made-up states, whose truth is known")
    card.say("Of this recipe, trained anew on each made-up state (`khaka study`); 0 is the committee, 1 the oracle:")
    model = study[(study["ranking"] == "model") & study["measure"].isin(list(_STUDY))]
    wide = model.pivot_table(index="world", columns="measure", values="mean", sort=False)
    kept = [name for name in _STUDY if name in wide.columns]
    card.table(wide[kept].rename(columns=_STUDY).rename_axis("kind of world").reset_index())


def _audit(card: Document, audit: Any, record: Mapping[str, Any]) -> None:
    card.head("For whom it errs more")
    if audit:
        card.say(
            "Past nominees, elections not seen, points of margin; 90% intervals from a bootstrap; a positive bias: "
            "they did better than expected. Groups under ten are not shown. Exposure of today's aspirants: "
            "`khaka audit model`."
        )
        table = pd.DataFrame(audit, columns=list(ERROR_COLUMNS))
        shown = table[table["people"].notna()]
        large = shown.sort_values("people", ascending=False).groupby("attribute", sort=False).head(8)
        order = large.sort_index()
        card.table(order.rename(columns=lambda name: str(name).replace("_", " ")).astype({"people": "Int64"}))
        hidden = len(table) - len(order)
        if hidden:
            card.say(f"Groups that are too small or come further down: {hidden}.")
    else:
        card.say("Nothing is declared about past nominees.")
    moved = record.get("drift", {})
    if moved.get("rows"):
        card.say(f"Drift of the features from {moved['from']} to {moved['to']}, as effect sizes (the largest first):")
        frame = pd.DataFrame(moved["rows"], columns=list(DRIFT_COLUMNS))
        names = {"known_before": "known before", "known_now": "known now", "d": "Cohen's d", "psi": "PSI"}
        card.table(frame.rename(columns=names))


def _limits(card: Document, meta: Mapping[str, Any]) -> None:
    card.head("Limits")
    card.points(
        [
            "Ranges of one election may all miss on the same side: they share its swing.",
            "Nominees were picked partly on things nobody recorded. Ratings of all aspirants before the decision help "
            "most, and only as long as they are honest.",
            "Who would have done better inside one party cannot be seen on real results: made-up states judge that.",
            "A community enters only as declared, against published aggregates, and can be left out "
            "(`khaka score --without fit`).",
            f"It knows nothing later than {meta.get('as_of')} and must not rank an election decided earlier.",
        ]
    )
