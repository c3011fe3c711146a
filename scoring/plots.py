"""A seat's aspirants on one axis: ranges, with names too close to call in one band."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.data.durable import durable_path
from khaka.data.errors import KhakaError
from khaka.scoring.reasons.catalogue import catalogue
from khaka.scoring.reasons.render import margin
from khaka.training.look import look

INK: Final = "#1f2933"
MUTED: Final = "#7b8794"
RANGE: Final = "#9fb3c8"
GIVEN: Final = "#486581"
BAND: Final = "#e6edf5"


def finding(ranked: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Return what the picture of a seat shows, in one line.

    Parameters
    ----------
    ranked : DataFrame
        Ranked rows of the scores of one seat, best first.
    names : mapping of str to str
        Name as in the record by aspirant_id; the id where there is none.

    Returns
    -------
    str
        Who is ahead, or how many are too close to call.
    """
    if ranked.empty:
        return "no eligible aspirant"
    first = ranked.iloc[0]
    leader = names.get(first["aspirant_id"], first["aspirant_id"])
    tied = int((ranked["tie_group"] == first["tie_group"]).sum())
    expected = margin(catalogue("en"), float(first["expected_margin"]))
    if tied > 1:
        return f"{tied} names too close to call, {leader} first (expected {expected})"
    if len(ranked) == 1:
        return f"{leader} is the only one ranked (expected {expected})"
    return f"{leader} is clearly first (expected {expected})"


@look()
def plot_seat(
    scores: pd.DataFrame,
    seat_id: str,
    path: Path,
    *,
    names: Mapping[str, str] | None = None,
    seat_name: str = "",
) -> Path:
    """Draw the ranges of a seat's aspirants and write the picture.

    Parameters
    ----------
    scores : DataFrame
        Of `khaka.scoring.rank.score`.
    seat_id : str
        Which seat.
    path : Path
        PNG or SVG file, by its ending.
    names : mapping of str to str, optional
        Name as in the record by aspirant_id; ids are shown without it.
    seat_name : str
        Shown with the seat's number.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    KhakaError
        The scores have no such seat.
    """
    from matplotlib.figure import Figure  # heavy, and only here

    seat = scores[scores["seat_id"] == seat_id]
    if seat.empty:
        raise KhakaError(f"no seat {seat_id!r} in these scores")
    ranked = seat[seat["rank"].notna()].sort_values("rank")
    rest = seat[seat["rank"].isna()].sort_values(["expected_margin", "aspirant_id"], ascending=[False, True])
    shown = pd.concat([ranked, rest], ignore_index=True)
    known = names or {}

    figure = Figure(figsize=(9.0, 1.9 + 0.42 * len(shown)), layout="constrained")
    axes = figure.subplots()
    _bands(axes, shown)
    for place, (_, row) in enumerate(shown.iterrows()):
        faded = 1.0 if pd.notna(row["rank"]) else 0.35
        axes.plot([row["margin_low"], row["margin_high"]], [place, place], color=RANGE, lw=3, alpha=faded, zorder=2)
        axes.plot(
            [row["margin_low_given_swing"], row["margin_high_given_swing"]],
            [place, place],
            color=GIVEN,
            lw=6,
            alpha=faded,
            solid_capstyle="butt",
            zorder=3,
        )
        axes.plot(row["expected_margin"], place, "o", ms=7, mfc="white", mec=INK, alpha=faded, zorder=4)
    axes.axvline(0, color=INK, lw=1, zorder=1)
    axes.set_yticks(range(len(shown)), [_label(row, known) for _, row in shown.iterrows()])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel(
        "margin over the best rival, in points of valid votes (right of 0: ahead)\n"
        "dot: expected; thick: 90% range, swing known; thin: 90% range, swing included; shaded: too close to call",
        color=MUTED,
        fontsize=9,
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    number = seat_id.split("-")[-1]
    heading = f"{number} {seat_name}".strip() + f": {finding(ranked, known)}"
    figure.suptitle(heading, x=0.01, ha="left", color=INK, fontsize=12)
    kind = path.suffix.lstrip(".") or "png"
    with durable_path(path) as temporary:
        # no software version and no date: the same scores give the same picture
        figure.savefig(temporary, format=kind, dpi=120, metadata={"Software": None} if kind == "png" else None)
    return path


def _bands(axes: Any, shown: pd.DataFrame) -> None:
    for _, group in shown[shown["tie_group"].notna()].groupby("tie_group"):
        if len(group) > 1:
            axes.axhspan(group.index.min() - 0.45, group.index.max() + 0.45, color=BAND, zorder=0)


def _label(row: pd.Series, names: Mapping[str, str]) -> str:
    name = names.get(row["aspirant_id"], row["aspirant_id"])
    if pd.notna(row["rank"]):
        return f"{int(row['rank'])}. {name}" + ("" if row["eligible"] == "yes" else " (document awaited)")
    return f"{name} ({'not eligible' if row['eligible'] == 'no' else 'document awaited'})"
