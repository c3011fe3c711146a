"""The party's rules as they stand now: kept or broken by the committee's choices, with the slate's names elsewhere."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import ValidationError

from khaka.app.review.overview import DECIDED
from khaka.data.durable import read_parquet
from khaka.data.errors import KhakaError
from khaka.data.workspace import open_workspace
from khaka.scoring.slate.facts import facts
from khaka.scoring.slate.problem import FILL, LAW_SEATS, Problem, build
from khaka.scoring.slate.quotas import members
from khaka.scoring.slate.rules import Rules

if TYPE_CHECKING:
    from khaka.app.review.results import Results
    from khaka.app.review.store.ledger import SeatStatus
    from khaka.data.workspace import Workspace

_LEAST: Final = 1e-9

Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class RuleNow:
    """One rule of the slate, held against the names as they stand.

    Parameters
    ----------
    name : str
        As in the slate's report.
    broken : tuple of str
        Where it doesn't hold: districts, families, persons; the rule's own name where it has one row only.
    tickets : int or None
        Of a quota's group; None for other rules.
    tickets_decided : int or None
        Those of them that the committee has decided.
    """

    name: str
    broken: tuple[str, ...]
    tickets: int | None = None
    tickets_decided: int | None = None


@dataclass(frozen=True)
class Slate:
    """The slate that was made from the results.

    Parameters
    ----------
    report : mapping
        As written by `khaka slate`.
    choice : mapping of str to str
        Nominee by seat, where the slate has one.
    price : mapping of str to float
        Points that the rules cost, by seat.
    rules : Rules or None
        The rules that it was made under; None in a report of before they were kept in it.
    problem : Problem or None
        The rules as rows over everybody who may stand; None without the rules.
    stamp : tuple
        Of its files.
    """

    report: Mapping[str, Any]
    choice: Mapping[str, str]
    price: Mapping[str, float]
    rules: Rules | None
    problem: Problem | None
    stamp: Stamp = ()


def slate_of(workspace: Workspace, shown: Results) -> Slate | None:
    """Return the slate of the results, read once; None where none was made.

    Raises
    ------
    KhakaError
        Its files are damaged.
    """
    files = (shown.folder / "slate.json", shown.folder / "slate.parquet")
    if not all(file.is_file() for file in files):
        return None
    stamp = tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return _read(workspace.root, shown.folder, stamp, shown.version)


@functools.lru_cache(maxsize=2)
def _read(root: Path, folder: Path, stamp: Stamp, _version: str) -> Slate:
    file = folder / "slate.json"
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise KhakaError(f"{file} can't be read: {error}") from None
    rows = read_parquet(folder / "slate.parquet").to_pandas()
    seats, names = rows["seat_id"].astype(str), rows["aspirant_id"]
    choice = {seat: str(who) for seat, who in zip(seats, names, strict=True) if who == who and who}
    price = {seat: float(points) for seat, points in zip(seats, rows["rule_price"], strict=True)}
    rules = _rules(report)
    return Slate(report, choice, price, rules, None if rules is None else _problem(root, folder, rules), stamp)


def _rules(report: Mapping[str, Any]) -> Rules | None:
    if "asked" not in report:
        return None
    try:
        return Rules.model_validate(report["asked"])
    except ValidationError:  # of another version of khaka: the report stands, what is live is left out
        return None


def _problem(root: Path, folder: Path, rules: Rules) -> Problem | None:
    workspace = open_workspace(root)
    read = workspace.store.read
    scores = read_parquet(folder / "scores.parquet").to_pandas()
    table = facts(scores, read("aspirants"), seats=read("seats"), seat_elections=read("seat_elections"),
                  nominees=read("nominees"))  # fmt: skip
    try:
        return build(table, rules.model_copy(update={"presence": None}), party=workspace.settings.party.party)
    except KhakaError:  # a name that a rule fixes is gone from the tables: the report still says what the rule cost
        return None


def final_choice(choice: Mapping[str, str], standings: Mapping[str, SeatStatus]) -> dict[str, str]:
    """Return the committee's choice where it has decided, nobody where an ally has the seat, the slate's elsewhere."""
    decided = {seat: stands.aspirant_id for seat, stands in standings.items() if stands.status in DECIDED}
    given = {seat for seat, stands in standings.items() if stands.settled_as == "ally"}
    return {seat: who for seat, who in {**choice, **decided}.items() if seat not in given}


def rules_now(slate: Slate, standings: Mapping[str, SeatStatus]) -> list[RuleNow] | None:
    """Hold the rules against the names as they stand now.

    Parameters
    ----------
    slate : Slate
        With its rules.
    standings : mapping
        What the committee has decided, by seat.

    Returns
    -------
    list of RuleNow or None
        In the order of the slate's report; None where the slate's rules aren't known. A least presence in the field
        is left out: the slate saw to it, and its figures belong to the batch.
    """
    if slate.problem is None or slate.rules is None:
        return None
    options = slate.problem.options
    final = final_choice(slate.choice, standings)
    seats, names = options["seat_id"].astype(str), options["aspirant_id"].astype(str)
    picked = np.array([final.get(seat) == who for seat, who in zip(seats, names, strict=True)], dtype=bool)
    by_committee = picked & seats.map(lambda seat: (one := standings.get(seat)) is not None and one.is_decided)
    quotas = {quota.title: members(quota, options) for quota in slate.rules.quota}
    out = []
    for rule in slate.problem.rules:
        if rule.name == FILL:
            continue
        sums = rule.matrix @ picked.astype(float)
        bad = (sums < rule.lower - _LEAST) | (sums > rule.upper + _LEAST)
        if rule.name == LAW_SEATS and not bad.any():  # told only where it is broken
            continue
        broken = tuple(dict.fromkeys(label for label, is_bad in zip(rule.labels, bad, strict=True) if is_bad))
        group = quotas.get(rule.name)
        counts = (None, None) if group is None else (int((picked & group).sum()), int((by_committee & group).sum()))
        out.append(RuleNow(rule.name, broken, *counts))
    return out
