"""The panel: up to three names a seat, with what each is there for.

best: the highest expected margin. lower_risk: the highest fifth percentile, the name that loses least in a poor case.
least_known: the widest range, where its good case reaches the leader: the name to learn more about. One aspirant may
hold two of these; places left over go to names too close to call with the first ("tied"). Where nobody like any of
the aspirants was ever nominated, the panel abstains and says so; a name on it like whom nobody was says it too.
"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from khaka.scoring.reasons.catalogue import LANGUAGES, Catalogue, catalogue
from khaka.scoring.reasons.render import margin

PANEL_COLUMNS: Final = (
    "election_id", "seat_id", "position", "aspirant_id", "role", "reason_en", "reason_hi", "tie_group",
)  # fmt: skip
"""Columns of the panel, in order."""

Row = dict[str, Any]

MOST_NAMES: Final = 3

LEAST_CHANCE: Final = 0.05
"""Least known must be the best of the seat in this share of the draws at least: its upside reaches the leader."""

WIDER: Final = 1.1
"""Least known must have a range this many times as wide as the leader's."""


def panel(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the panel of every seat.

    Parameters
    ----------
    scores : DataFrame
        Of `khaka.scoring.rank.score`.

    Returns
    -------
    DataFrame
        `PANEL_COLUMNS`. position counts from 1. A seat without a recommendation has one row with role "abstain",
        position 0 and no aspirant. Only ranked aspirants appear: the eligible; in a seat without any, those whose
        documents are awaited, which the reason says.
    """
    rows: list[Row] = []
    for _, group in scores.groupby(["election_id", "seat_id"], sort=True):
        best_first = group[group["rank"].notna()].sort_values("rank")
        names = list(best_first.columns)
        ranked: list[Row] = [dict(zip(names, row, strict=True)) for row in best_first.itertuples(index=False)]
        head = {name: group[name].iloc[0] for name in ("election_id", "seat_id")}
        if all(row["support"] == "outside" for row in ranked):
            name = "panel.abstain_outside" if ranked else "panel.abstain_nobody"
            texts = {f"reason_{language}": catalogue(language).say(name) for language in LANGUAGES}
            rows.append({**head, "position": 0, "aspirant_id": None, "role": "abstain", **texts, "tie_group": pd.NA})
            continue
        places = _places(ranked)
        shown = [ranked[number] for number in places]
        for position, (role, template) in enumerate(places.values(), start=1):
            this = shown[position - 1]
            texts = {f"reason_{code}": _reason(shown, position, template, catalogue(code)) for code in LANGUAGES}
            keys = {"aspirant_id": this["aspirant_id"], "tie_group": this["tie_group"]}
            rows.append({**head, "position": position, "role": role, **keys, **texts})
    frame = pd.DataFrame(rows, columns=list(PANEL_COLUMNS))
    kinds = {name: "Int64" if name in ("position", "tie_group") else "str" for name in PANEL_COLUMNS}
    return frame.astype(kinds)


def _places(ranked: list[Row]) -> dict[int, tuple[str, str]]:
    """Return role and template of each place in the ranking that is on the panel, in the order of rank."""
    # max() keeps the first of equals, which is the better ranked
    safest = max(range(len(ranked)), key=lambda number: ranked[number]["margin_low"])
    open_name = _least_known(ranked)
    places = {0: ("best", "best_lower_risk" if safest == 0 else "best")}
    if safest != 0:
        places[safest] = ("lower_risk", "lower_risk_least_known" if safest == open_name else "lower_risk")
    if open_name is not None and open_name not in places:
        places[open_name] = ("least_known", "least_known")
    for number, row in enumerate(ranked):
        if len(places) < MOST_NAMES and number not in places and row["tie_group"] == ranked[0]["tie_group"]:
            places[number] = ("tied", "tied")
    return dict(sorted(places.items()))


def _width(row: Row) -> float:
    return float(row["margin_high_given_swing"] - row["margin_low_given_swing"])


def _least_known(ranked: list[Row]) -> int | None:
    leader = ranked[0]
    found = [
        number
        for number, row in enumerate(ranked[1:], start=1)
        if row["margin_high_given_swing"] >= leader["expected_margin"]
        and row["probability_best"] >= LEAST_CHANCE
        and _width(row) >= WIDER * _width(leader)
    ]
    return max(found, key=lambda number: _width(ranked[number]), default=None)


def _reason(shown: list[Row], position: int, template: str, texts: Catalogue) -> str:
    this = shown[position - 1]
    reason = texts.say(
        f"panel.{template}",
        margin=margin(texts, float(this["expected_margin"])),
        low=margin(texts, float(this["margin_low"])),
        high=margin(texts, float(this["margin_high"])),
    )
    close = [
        str(number)
        for number, row in enumerate(shown, start=1)
        if number != position and row["tie_group"] == this["tie_group"]
    ]
    if close and template != "tied":
        reason = texts.say("panel.close", reason=reason, others=", ".join(close))
    if this["support"] == "outside":
        reason = texts.say("panel.outside", reason=reason)
    if this["eligible"] == "awaited":
        reason = texts.say("panel.provisional", reason=reason)
    return reason
