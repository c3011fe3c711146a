"""What a slate comes to, for people: what it wins, what the rules cost, where women and newcomers were placed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from khaka.scoring.slate.aims import chances_in
from khaka.scoring.slate.placement import mean_chance, placement
from khaka.scoring.slate.prices import price
from khaka.scoring.slate.problem import FILL, LAW_SEATS
from khaka.scoring.slate.quotas import members
from khaka.scoring.slate.recommend import Slate
from khaka.scoring.slate.substitutes import BREAKS

OUT_OF_REACH: Final = 0.05
"""A chance below this is said to be out of reach, not given as a figure."""

_SEATS_SHOWN: Final = 10


def report(slate: Slate) -> dict[str, Any]:
    """Return what a slate comes to, as plain values for JSON.

    Parameters
    ----------
    slate : Slate
        Of `khaka.scoring.slate.recommend.recommend`.

    Returns
    -------
    dict
        aim, seats (filled, empty, left to allies), expected_seats, expected_seats_free, points_free, gap, rules
        (a quota with the tickets of its group), prices, placement, swings, notes by seat.
    """
    problem, solution = slate.problem, slate.solution
    chosen = solution.chosen
    picked = problem.options.iloc[chosen[chosen >= 0]]
    chance = picked["win_probability"].to_numpy(dtype=float)
    whole = price(problem, "all rules together", chosen, slate.free.chosen)
    in_scenarios = chances_in(picked, slate.rules.scenario).sum(axis=1)
    places = placement(problem, chosen)
    left = sorted({seat for rule in problem.rules for seat in rule.left})
    return {
        "election_id": str(slate.frame["election_id"].iloc[0]),
        "aim": slate.rules.aim,
        "aim_value": _rounded(solution.value),
        "gap": _rounded(solution.gap, 12),
        "seats": {
            "all": len(slate.frame), "filled": len(picked), "left_to_allies": len(left),
            "empty": len(slate.frame) - len(picked) - len(left),
            "out_of_reach": int((chance < OUT_OF_REACH).sum()),
            "without_substitute": int((slate.frame["aspirant_id"].notna() & slate.frame["substitute_id"].isna()).sum()),
        },
        "expected_seats": _rounded(float(chance.sum())),
        "expected_seats_without_rules": _rounded(float(chance.sum()) + whole.seats),
        "points_lost_to_rules": _rounded(whole.points),
        "majority": None if slate.majority is None else {
            "needed": slate.majority.needed, "chance": _rounded(slate.majority.chance),
            "chance_of_most_seats": _rounded(slate.majority.chance_of_most_seats),
        },
        "scenarios": {scenario.name: _rounded(float(seats)) if np.isfinite(seats) else None
                      for scenario, seats in zip(slate.rules.scenario, in_scenarios, strict=True)},
        "rules": _rules(slate),
        "prices": [{"rule": one.rule, "seats": _rounded(one.seats), "points": _rounded(one.points),
                    "aim": _rounded(one.aim), "changed": one.changed} for one in slate.prices],
        "placement": [{**row, "share": _rounded(row["share"]), "share_of_seats": _rounded(row["share_of_seats"])}
                      for row in places.to_dict("records")],
        "mean_seat_chance": {name: _rounded(value) if np.isfinite(value) else None
                             for name, value in mean_chance(problem, chosen).items()},
        "notes": dict(sorted(slate.notes.items())),
    }  # fmt: skip


def text(found: dict[str, Any]) -> str:
    """Return a report as lines for a terminal.

    Parameters
    ----------
    found : dict
        Of `report`.

    Returns
    -------
    str
        Lines without a newline at the end.
    """
    seats = found["seats"]
    lines = [
        f"{seats['filled']} of {seats['all']} seats have a name, {seats['left_to_allies']} are left to allies, "
        f"{seats['empty']} stay empty; {seats['without_substitute']} have no substitute.",
        f"Expected seats {found['expected_seats']:.1f} ({found['expected_seats_without_rules']:.1f} without rules; the "
        f"rules cost {found['points_lost_to_rules']:.1f} points of margin in all). "
        f"Out of reach: {seats['out_of_reach']} seats.",
    ]
    if found["majority"]:
        majority = found["majority"]
        lines.append(f"Chance of a majority ({majority['needed']} seats): {_chance(majority['chance'])}; of the slate "
                     f"with the most expected seats: {_chance(majority['chance_of_most_seats'])}.")  # fmt: skip
    swings = [f"{name} {value:.1f}" for name, value in found["scenarios"].items() if value is not None]
    if swings:
        lines.append(f"Expected seats by scenario: {', '.join(swings)}.")
    if found["prices"]:
        lines.append("Price of each rule (seats, points, seats with another name):")
        lines += [
            f"  {one['rule']}: {one['seats']:.2f}, {one['points']:.1f}, {one['changed']}" for one in found["prices"]
        ]
    lines.append("Where they were placed, by the seat's chance (tickets, of the seats in that band):")
    for group in ("women", "newcomers"):
        rows = [row for row in found["placement"] if row["group"] == group]
        shown = ", ".join(f"{row['band']} {row['tickets']} of {row['seats']}" for row in rows)
        mean, of_all = found["mean_seat_chance"][group], found["mean_seat_chance"]["all"]
        against = "" if mean is None or of_all is None else (
            f"; mean chance of their seats {_chance(mean)}, of all {_chance(of_all)}")  # fmt: skip
        lines.append(f"  {group}: {shown}{against}")
    breaking = [seat for seat, note in found["notes"].items() if note.startswith(BREAKS)]
    if breaking:
        lines.append(f"In {len(breaking)} seats the substitute, stepping in, would break a rule (see the report).")
    notes = [(seat, note) for seat, note in found["notes"].items() if not note.startswith(BREAKS)]
    lines += [f"  {seat}: {note}" for seat, note in notes[:_SEATS_SHOWN]]
    if len(notes) > _SEATS_SHOWN:
        lines.append(f"  and notes on {len(notes) - _SEATS_SHOWN} more seats in the report")
    return "\n".join(lines)


def _rules(slate: Slate) -> list[dict[str, Any]]:
    """Return for each rule how many rows it has (families, districts), and for a quota the tickets of its group."""
    chosen = slate.solution.chosen
    picked = slate.problem.options.iloc[chosen[chosen >= 0]]
    tickets = {quota.title: int(members(quota, picked).sum()) for quota in slate.rules.quota}
    return [
        {"rule": rule.name, "rows": len(rule.lower), "tickets": tickets.get(rule.name)}
        for rule in slate.problem.rules if rule.name not in (FILL, LAW_SEATS)
    ]  # fmt: skip


def _chance(value: float) -> str:
    return "out of reach" if value < OUT_OF_REACH else f"{100 * value:.0f}%"


def _rounded(value: float, digits: int = 6) -> float:
    return round(float(value), digits) + 0.0
