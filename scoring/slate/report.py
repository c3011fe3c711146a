"""What a slate comes to, for people: what it wins, what the rules cost, where women and newcomers were placed."""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np

from khaka.scoring.reasons.catalogue import Catalogue, Language, read_catalogue
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
        aim, aim_value, aim_value_without_rules, seats (filled, empty, left to allies), expected_seats,
        expected_seats_without_rules, points_lost_to_rules, gap, rules (a quota with the tickets of its group), asked
        (the rules as they were given), prices, placement, scenarios, notes by seat.
    """
    problem, solution = slate.problem, slate.solution
    chosen = solution.chosen
    picked = problem.options.iloc[chosen[chosen >= 0]]
    chance = picked["win_probability"].to_numpy(dtype=float)
    under, free = slate.under_rules.chosen, slate.free.chosen
    whole = price(problem, "all rules together", under, free)
    all_chances = problem.options["win_probability"].to_numpy(dtype=float)
    in_scenarios = chances_in(picked, slate.rules.scenario).sum(axis=1)
    places = placement(problem, chosen)
    left = sorted({seat for rule in problem.rules for seat in rule.left})
    return {
        "election_id": str(slate.frame["election_id"].iloc[0]),
        "aim": slate.rules.aim,
        "aim_value": _rounded(solution.value),
        "aim_value_without_rules": None if slate.majority is not None else _rounded(slate.free.value),
        "gap": _rounded(solution.gap, 12),
        "seats": {
            "all": len(slate.frame), "filled": len(picked), "left_to_allies": len(left),
            "empty": len(slate.frame) - len(picked) - len(left),
            "out_of_reach": int((chance < OUT_OF_REACH).sum()),
            "without_substitute": int((slate.frame["aspirant_id"].notna() & slate.frame["substitute_id"].isna()).sum()),
        },
        "expected_seats": _rounded(float(chance.sum())),
        "expected_seats_without_rules": _rounded(float(all_chances[free[free >= 0]].sum())),
        "points_lost_to_rules": _rounded(whole.points),
        "majority": None if slate.majority is None else {
            "needed": slate.majority.needed, "chance": _rounded(slate.majority.chance),
            "chance_of_most_seats": _rounded(slate.majority.chance_of_most_seats),
        },
        "scenarios": {scenario.name: _rounded(float(seats)) if np.isfinite(seats) else None
                      for scenario, seats in zip(slate.rules.scenario, in_scenarios, strict=True)},
        "rules": _rules(slate),
        "asked": slate.rules.model_dump(mode="json", exclude_defaults=True),
        "prices": [{"rule": one.rule, "seats": _rounded(one.seats), "points": _rounded(one.points),
                    "aim": _rounded(one.aim), "changed": one.changed} for one in slate.prices],
        "placement": [{**row, "share": _rounded(row["share"]), "share_of_seats": _rounded(row["share_of_seats"])}
                      for row in places.to_dict("records")],
        "mean_seat_chance": {name: _rounded(value) if np.isfinite(value) else None
                             for name, value in mean_chance(problem, chosen).items()},
        "notes": dict(sorted(slate.notes.items())),
    }  # fmt: skip


def text(found: dict[str, Any], language: Language = "en") -> str:
    """Return a report as lines for a terminal.

    Parameters
    ----------
    found : dict
        Of `report`.
    language : str
        "en" or "hi". Names of the party's own rules and scenarios stand as they are.

    Returns
    -------
    str
        Lines without a newline at the end.
    """
    texts = _words(language)
    seats = found["seats"]
    lines = [
        texts.say(
            "report.seats", filled=str(seats["filled"]), all=str(seats["all"]), allies=str(seats["left_to_allies"]),
            empty=str(seats["empty"]), without=str(seats["without_substitute"]),
        ),
        texts.say(
            "report.expected", seats=f"{found['expected_seats']:.1f}",
            free=f"{found['expected_seats_without_rules']:.1f}", points=f"{found['points_lost_to_rules']:.1f}",
            far=str(seats["out_of_reach"]),
        ),
    ]  # fmt: skip
    of_aim = f"aim.{found['aim']}"
    if of_aim in texts:
        value, free = (f"{found[name]:.1f}" for name in ("aim_value", "aim_value_without_rules"))
        lines.append(texts.say(of_aim, value=value, free=free))
    if found["majority"]:
        majority = found["majority"]
        lines.append(
            texts.say(
                "report.majority", needed=str(majority["needed"]), chance=_chance(majority["chance"], texts),
                most=_chance(majority["chance_of_most_seats"], texts),
            )
        )  # fmt: skip
    scenarios = [
        f"{_known(texts, 'scenario', name)} {value:.1f}"
        for name, value in found["scenarios"].items()
        if value is not None
    ]
    if scenarios:
        lines.append(texts.say("report.scenarios", list=", ".join(scenarios)))
    if found["prices"]:
        lines.append(texts.say("report.prices"))
        for one in found["prices"]:
            rule, cost = _known(texts, "rule", one["rule"]), (f"{one['seats']:.2f}", f"{one['points']:.1f}")
            changed = str(one["changed"])
            said = texts.say("report.price", rule=rule, seats=cost[0], points=cost[1], changed=changed)
            lines.append(said + (texts.say("report.price_aim", aim=f"{one['aim']:.2f}") if of_aim in texts else ""))
    lines.append(texts.say("report.placed"))
    for group in ("women", "newcomers"):
        shown = ", ".join(
            texts.say("report.band", band=_known(texts, "band", row["band"]), tickets=str(row["tickets"]),
                      seats=str(row["seats"]))
            for row in found["placement"] if row["group"] == group
        )  # fmt: skip
        mean, of_all = found["mean_seat_chance"][group], found["mean_seat_chance"]["all"]
        known = mean is not None and of_all is not None
        against = (
            texts.say("report.against", mean=_chance(mean, texts), all=_chance(of_all, texts)) if known else ""
        )  # fmt: skip
        lines.append(texts.say("report.group", group=texts.say(f"group.{group}"), list=shown, against=against))
    breaking = [seat for seat, note in found["notes"].items() if note.startswith(BREAKS)]
    if breaking:
        lines.append(texts.say("report.breaks", count=str(len(breaking))))
    notes = [(seat, note) for seat, note in found["notes"].items() if not note.startswith(BREAKS)]
    lines += [
        texts.say("report.note", seat=seat, note=_known(texts, "note", note)) for seat, note in notes[:_SEATS_SHOWN]
    ]
    if len(notes) > _SEATS_SHOWN:
        lines.append(texts.say("report.more", count=str(len(notes) - _SEATS_SHOWN)))
    return "\n".join(lines)


@functools.cache
def _words(language: Language) -> Catalogue:
    return read_catalogue("khaka.scoring.slate", "words", language)


def _known(texts: Catalogue, group: str, name: str) -> str:
    """Return a name in the language; the party's own names as they are."""
    key = f"{group}.{name}"
    return texts.say(key) if key in texts else name


def _rules(slate: Slate) -> list[dict[str, Any]]:
    """Return for each rule how many rows it has (families, districts), and for a quota the tickets of its group."""
    chosen = slate.solution.chosen
    picked = slate.problem.options.iloc[chosen[chosen >= 0]]
    tickets = {quota.title: int(members(quota, picked).sum()) for quota in slate.rules.quota}
    return [
        {"rule": rule.name, "rows": len(rule.lower), "tickets": tickets.get(rule.name)}
        for rule in slate.problem.rules if rule.name not in (FILL, LAW_SEATS)
    ]  # fmt: skip


def _chance(value: float, texts: Catalogue) -> str:
    return texts.say("report.far") if value < OUT_OF_REACH else texts.say("report.chance", percent=f"{100 * value:.0f}")


def _rounded(value: float, digits: int = 6) -> float:
    return round(float(value), digits) + 0.0
