"""How one ranking, its ranges and its chances are judged against the truth.

A ranking is a score per aspirant, higher is better; equal scores are a tie and count at their expected value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError


def some(values: pd.Series) -> str:
    """Return up to three of the values, for a message."""
    shown = ", ".join(sorted(values.astype(str))[:3])
    return shown + (" ..." if len(values) > 3 else "")


@dataclass(frozen=True)
class Seats:
    """Eligible aspirants with what the judging of any ranking needs."""

    rows: pd.DataFrame
    best: pd.Series
    committee: pd.Series


def seats_of(truth: pd.DataFrame) -> Seats:
    """Return what may be chosen in each seat; refuse a truth in which a seat has nobody or not one nominee."""
    rows = truth[truth["eligible"].astype(bool)]
    everyone = set(truth["seat_id"])
    empty = everyone - set(rows["seat_id"])
    if empty:
        raise KhakaError(f"{len(empty)} seats of the truth have nobody eligible: {some(pd.Series(sorted(empty)))}")
    chosen = truth[truth["nominated"].astype(bool)]
    count = chosen.groupby("seat_id").size().reindex(sorted(everyone), fill_value=0)
    wrong = count.index[count != 1].to_series()
    if len(wrong):
        raise KhakaError(f"{len(wrong)} seats of the truth do not have one nominee: {some(wrong)}")
    best = rows.groupby("seat_id")["true_margin"].transform("max") == rows["true_margin"]
    return Seats(rows, best, chosen.set_index("seat_id")["true_margin"].sort_index())


def judge(seats: Seats, score: pd.Series) -> dict[str, float]:
    """Judge one ranking, given as a score on the truth's index; a tie counts at its expected value."""
    rows = seats.rows
    by = rows["seat_id"]
    value = score.reindex(rows.index).astype(float).fillna(-np.inf)
    better = value.groupby(by).rank(method="min", ascending=False) - 1  # how many are strictly better
    ties = value.groupby([by, value]).transform("size")
    first = (better == 0) / ties
    three = ((3 - better) / ties).clip(0, 1)
    per_seat = pd.DataFrame({
        "value": first * rows["true_margin"], "won": first * (rows["true_margin"] > 0), "top1": first * seats.best,
        "top3": three * seats.best, "gamed": first * rows["gamed"].astype(bool),
    }).groupby(by).sum()  # fmt: skip
    # two aspirants with the very same best margin are both right
    share = seats.best.groupby(by).sum()
    per_seat["top3"] = (per_seat["top3"] / share).clip(upper=1)
    gain = per_seat["value"] - seats.committee
    oracle = rows.groupby("seat_id")["true_margin"].max()
    possible = float((oracle - seats.committee).mean())
    n = len(gain)
    return {
        "policy_value": float(per_seat["value"].mean()),
        "gain": float(gain.mean()),
        "gain_se": float(gain.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan"),
        "oracle_share": float(gain.mean()) / possible if possible > 0 else float("nan"),
        "regret": float((oracle - per_seat["value"]).mean()),
        "seats_won": float(per_seat["won"].mean()),
        "top1": float(per_seat["top1"].mean()),
        "top3": float(per_seat["top3"].mean()),
        "gamed_first": float(per_seat["gamed"].mean()),
    }


def coverage(rows: pd.DataFrame, assumed_swing: float) -> dict[str, float]:
    """Return the share of true margins inside the 90% ranges, in the three readings of `Evaluation.coverage`."""
    true, free = rows["true_margin"], rows["true_margin"] - rows["party_swing"]
    low, high = rows["margin_low_given_swing"], rows["margin_high_given_swing"]
    moved = true - float((true - rows["expected_margin"]).mean())
    return {
        "range": float(true.between(rows["margin_low"], rows["margin_high"]).mean()),
        "given_swing": float(free.between(low - assumed_swing, high - assumed_swing).mean()),
        "given_swing_centred": float(moved.between(low, high).mean()),
    }


def calibration(rows: pd.DataFrame) -> tuple[dict[str, float], pd.DataFrame]:
    """Return log-loss, Brier score and means of the chance to win, and its reliability in ten bins."""
    chance = rows["win_probability"].astype(float)
    won = (rows["true_margin"] > 0).astype(float)
    safe = chance.clip(1e-6, 1 - 1e-6)
    bins = np.minimum((10 * chance).fillna(0).astype(int), 9)
    table = (
        pd.DataFrame({"bin": bins, "probability": chance, "won": won})
        .groupby("bin")
        .agg(count=("won", "size"), probability=("probability", "mean"), won=("won", "mean"))
        .reset_index()
    )
    return {
        "log_loss": float(-(won * np.log(safe) + (1 - won) * np.log1p(-safe)).mean()),
        "brier": float(((chance - won) ** 2).mean()),
        "mean_probability": float(chance.mean()),
        "won": float(won.mean()),
    }, table
