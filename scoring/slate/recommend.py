"""The slate of an election under the party's rules: chosen, priced, described, written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from khaka.data.durable import sha256, write_json, write_parquet
from khaka.data.errors import KhakaError
from khaka.scoring.manifest import update_manifest, versions
from khaka.scoring.slate.aims import MajorityChance, aim_value, majority
from khaka.scoring.slate.conflicts import conflict
from khaka.scoring.slate.prices import Price, prices, seat_prices
from khaka.scoring.slate.problem import Problem, build
from khaka.scoring.slate.quotas import any_row
from khaka.scoring.slate.rules import Rules
from khaka.scoring.slate.solve import Solution, solve
from khaka.scoring.slate.substitutes import substitutes

SLATE: Final = pa.schema([
    *(pa.field(name, pa.string()) for name in ("election_id", "seat_id", "aspirant_id", "substitute_id")),
    *(pa.field(name, pa.float64()) for name in ("expected_margin", "win_probability", "rule_price")),
])  # fmt: skip
"""Columns and types of `slate.parquet`; a seat that stays empty has a row with blanks."""

MOST_FILLED: Final = "as many seats as possible"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Slate:
    """A slate and what it rests on.

    Parameters
    ----------
    frame : DataFrame
        Columns of `SLATE`, one row a seat, sorted by seat_id.
    problem : Problem
        Options and rules.
    rules : Rules
        The party's.
    solution : Solution
        Chosen options and the solver's gap.
    free : Solution
        The slate without the party's rules.
    prices : tuple of Price
        One a rule, empty where they weren't asked for; for the aim "majority" those of the most expected seats.
    notes : mapping of str to str
        By seat, what is to be known: why it is empty, who can't step in.
    majority : MajorityChance, optional
        For the aim "majority".
    priced : Solution, optional
        For the aim "majority": the slate with the most expected seats, whose rules are priced.
    """

    frame: pd.DataFrame
    problem: Problem
    rules: Rules
    solution: Solution
    free: Solution
    prices: tuple[Price, ...]
    notes: Mapping[str, str]
    majority: MajorityChance | None = None
    priced: Solution | None = None

    @property
    def under_rules(self) -> Solution:
        """The slate that is set against the one without rules: of a majority the one with the most expected seats."""
        return self.priced or self.solution


def recommend(
    table: pd.DataFrame,
    rules: Rules,
    *,
    party: str | None = None,
    draws: Floats | None = None,
    with_prices: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Slate:
    """Choose one aspirant and one substitute a seat under the rules.

    Parameters
    ----------
    table : DataFrame, n rows
        Of `khaka.scoring.slate.facts.facts`.
    rules : Rules
        The party's rules and aim.
    party : str, optional
        The own party: seats allotted to another are left to it.
    draws : ndarray, shape (n, d), optional
        Margins in points, row by row as `table`; the aim "majority" needs them.
    with_prices : bool
        Whether each rule is priced: one more solve for each.
    progress : callable, optional
        Told each step.

    Returns
    -------
    Slate
        The same input gives the same slate.

    Raises
    ------
    KhakaError
        Nobody may stand, the rules can't all hold (the smallest conflict is named), or figures are missing.
    """
    problem = build(table, rules, party=party)
    if not len(problem.options):
        raise KhakaError(
            f"none of {len(table)} aspirants may be in a slate ({_states(table)}); if documents are awaited, allow it "
            'with awaited = "if_nobody_else" under [eligibility] in the rule file'
        )
    value = aim_value(problem.options, rules)
    active = problem.everything
    solution = solve(problem, value)
    if solution is None and rules.empty_seats == "allow":
        problem, active, solution = _with_empty_seats(problem, value)
    if solution is None:
        found = conflict(problem)
        assert found is not None
        proof = "" if found.smallest else " (a smaller set may exist)"
        raise KhakaError(f"no slate under these rules: {found.sentence()}{proof}")
    if progress is not None:
        progress("slate found")
    chance, most = None, solution
    if rules.aim == "majority":
        needed = rules.majority or table["seat_id"].nunique() // 2 + 1
        chance = majority(problem, _draws_of(problem, table, draws), needed, solution, active=active, progress=progress)
        solution = chance.solution
    free = solve(problem, value, active={0})
    assert free is not None  # each seat takes its best name
    second, notes = substitutes(problem, solution.chosen, value, active=active)
    # a majority's own price would take a search for each rule; the slate with the most seats is priced instead
    priced = prices(problem, value, most, active=active, progress=progress) if with_prices else ()
    frame = _frame(problem, table, solution, second, seat_prices(problem, value, solution.chosen))
    return Slate(
        frame, problem, rules, solution, free, priced, {**_why_empty(problem, solution), **notes}, chance,
        most if chance is not None else None,
    )  # fmt: skip


def write_slate(
    slate: Slate, path: Path, *, inputs: Mapping[str, str], report: Mapping[str, Any], **facts_known: str
) -> Path:
    """Write a slate, its report beside it, and the manifest, durably.

    Parameters
    ----------
    slate : Slate
        Of `recommend`.
    path : Path
        The Parquet file.
    inputs : mapping of str to str
        SHA-256 of each input, by name.
    report : mapping
        Of `khaka.scoring.slate.report.report`; written as JSON under the file's name.
    **facts_known : str
        What else the manifest shall say, such as as_of and model_version.

    Returns
    -------
    Path
        The report's file.
    """
    arrow = pa.Table.from_pandas(slate.frame[SLATE.names], schema=SLATE, preserve_index=False)
    write_parquet(path, arrow.replace_schema_metadata(None))
    beside = path.with_suffix(".json")
    write_json(beside, dict(report))
    entry = {
        **facts_known,
        "inputs": dict(inputs),
        "outputs": {
            path.name: {"rows": len(slate.frame), "sha256": sha256(path)}, beside.name: {"sha256": sha256(beside)},
        },
        "rules": slate.rules.model_dump(mode="json"),
        "versions": versions(),
    }  # fmt: skip
    name = "manifest.json" if path.name == "slate.parquet" else f"{path.stem}.manifest.json"
    update_manifest(path.with_name(name), "slate", entry)
    return beside


def _states(table: pd.DataFrame) -> str:
    words = {"yes": "eligible but barred", "awaited": "awaited", "no": "not eligible"}
    counts = table["eligible"].value_counts()
    return ", ".join(f"{counts[state]} {word}" for state, word in words.items() if state in counts)


def _with_empty_seats(problem: Problem, value: Floats) -> tuple[Problem, frozenset[int], Solution | None]:
    """Fill as many seats as the rules allow, then choose the best slate with that many."""
    active = problem.everything - {0}
    most = solve(problem, np.ones(len(problem.options)), active=active)
    if most is None:
        return problem, active, None
    filled = any_row(MOST_FILLED, np.ones(len(problem.options), dtype=bool), lower=int((most.chosen >= 0).sum()))
    wider = replace(problem, rules=(*problem.rules, filled))
    active = wider.everything - {0}
    return wider, active, solve(wider, value, active=active)


def _draws_of(problem: Problem, table: pd.DataFrame, draws: Floats | None) -> Floats:
    if draws is None:
        raise KhakaError("the aim 'majority' needs the model's draws of margins; choose the aim 'expected_seats'")
    if len(draws) != len(table):
        raise KhakaError(f"{len(draws)} rows of draws for {len(table)} scores; run khaka score again")
    return np.asarray(draws[problem.options["row"].to_numpy()], dtype=np.float64)


def _why_empty(problem: Problem, solution: Solution) -> dict[str, str]:
    left = {seat: rule.name for rule in problem.rules for seat in rule.left}
    notes = {seat: left.get(seat, why) for seat, why in problem.empty.items()}
    for number in np.flatnonzero(solution.chosen < 0):
        seat = problem.seats[number]
        notes[seat] = left.get(seat, "the rules leave nobody for this seat")
    return dict(sorted(notes.items()))


def _frame(
    problem: Problem, table: pd.DataFrame, solution: Solution, second: npt.NDArray[np.intp], price: Floats
) -> pd.DataFrame:
    options = problem.options
    there = solution.chosen >= 0
    at = np.maximum(solution.chosen, 0)

    def name(option: npt.NDArray[np.intp]) -> pd.Series:
        names = options["aspirant_id"].astype(object).iloc[np.maximum(option, 0)].reset_index(drop=True)
        return names.where(pd.Series(option >= 0), None)

    frame = pd.DataFrame({
        "seat_id": problem.seats,
        "aspirant_id": name(solution.chosen),
        "substitute_id": name(second),
        "expected_margin": np.where(there, options["expected_margin"].to_numpy(dtype=float)[at], np.nan),
        "win_probability": np.where(there, options["win_probability"].to_numpy(dtype=float)[at], np.nan),
        "rule_price": price,
    })  # fmt: skip
    everywhere = pd.DataFrame({"seat_id": sorted(table["seat_id"].astype("str").unique())})
    out = everywhere.merge(frame, on="seat_id", how="left", validate="one_to_one")
    out.insert(0, "election_id", str(table["election_id"].iloc[0]))
    return out.sort_values("seat_id", kind="stable", ignore_index=True)
