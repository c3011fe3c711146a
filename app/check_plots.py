"""The pictures of `khaka check`: coverage, booths followed through time, flags, coordinates. Titles say the finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from khaka.data.coverage import KINDS
from khaka.data.durable import durable_path
from khaka.data.places.coordinates import FAULTS, coordinate_faults
from khaka.data.places.polygons import Map, unit_order
from khaka.training.look import look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#1f2933"
MUTED: Final = "#52606d"
PALE: Final = "#d9e2ec"
ACCENT: Final = "#1f4e79"
WARN: Final = "#c26a1b"
_RAMP: Final = ("#eef2f7", "#bcccdc", "#829ab1", "#486581", "#102a43")
_SURE: Final = 0.9
_MOST_FLAGS: Final = 14
_KEPT_OUT: Final = {"out": " (out of totals)", "quarantined": " (put aside)"}
_FAULT_COLOURS: Final = {"far": WARN, "other_seat": "#7b2d8b"}


@contextmanager
def _figure(path: Path, width: float, height: float) -> Iterator[Figure]:
    """Give a figure in the common style and write it durably, without dates or versions in the file."""
    from matplotlib.figure import Figure

    with look():
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        with durable_path(path) as temporary:
            figure.savefig(temporary, format="png", metadata={"Software": None})


def plot_coverage(cover: pd.DataFrame, path: Path, *, units: Map | None = None, state: str = "") -> Path:
    """Draw how much is known of each seat, and which kinds of data how many seats have.

    Parameters
    ----------
    cover : DataFrame
        From `khaka.data.coverage.coverage`.
    path : Path
        PNG to write.
    units : Map, optional
        Polygons of the seats; tiles in order of the seat numbers stand for seats without one.
    state : str
        Name of the state, for the title.

    Returns
    -------
    Path
        `path`.
    """
    seats, counts = len(cover), cover.sum()
    lacking = [KINDS[name] for name in cover.columns if not counts[name]]
    known = cover.sum(axis=1)
    most = int(known.max())
    full = int((known == most).sum())
    who = f"all {seats:,}" if full == seats else f"{full:,} of {seats:,}"
    title = f"{state or 'The state'}: {who} seats have {most} of {len(KINDS)} kinds of data"
    title += f"; none has {_listed(lacking)}" if lacking else ""
    with _figure(path, 10, 5.6) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        low = max(0.0, float(known.min()) - 1.0)
        _shade(left, known, units, low=low, high=float(most), label="kinds of data that the seat has, number")
        order = list(cover.columns)[::-1]
        share = 100 * counts[order].to_numpy(dtype=float) / max(seats, 1)
        right.barh(range(len(order)), share, color=[ACCENT if value else PALE for value in share], height=0.62)
        right.set_yticks(range(len(order)), [KINDS[name] for name in order])
        for at, name in enumerate(order):
            text = f"{int(counts[name]):,}" if counts[name] else "none"
            right.text(share[at] + 1.5, at, text, va="center", color=MUTED)
        right.set_xlim(0, 118)
        right.set_xticks([0, 25, 50, 75, 100])
        right.set_xlabel("seats that have it, % (number at the bar)")
        right.spines["left"].set_visible(False)
        right.tick_params(axis="y", length=0)
        figure.suptitle(_wrapped(title), x=0.01, ha="left", fontsize=12)
    return path


def plot_lineage(lineage: pd.DataFrame, path: Path, *, units: Map | None = None) -> Path:
    """Draw how surely the booths of the newest pair of elections were followed, and in which seats.

    Parameters
    ----------
    lineage : DataFrame
        Rows of `khaka.data.lineage.build_lineage`, one or more pairs; the newest pair is drawn.
    path : Path
        PNG to write.
    units : Map, optional
        Polygons of the seats.

    Returns
    -------
    Path
        `path`.
    """
    after = max(lineage["to_election"].dropna(), key=lambda name: (name[4:8], name))
    pair = lineage[lineage["to_election"] == after]
    before = str(pair["from_election"].iloc[0])
    later = pair[pair["to_booth_no"].notna()].sort_values("confidence", ascending=False)
    booths = later.drop_duplicates(["to_seat_id", "to_booth_no"])
    linked = booths["from_booth_no"].notna()
    sure = linked & (booths["confidence"] >= _SURE)
    share = 100 * linked.groupby(booths["to_seat_id"]).mean()
    weak = int((share < 80).sum())
    title = (
        f"{before} to {after}: {linked.mean():.0%} of {len(booths):,} booths have a past, {sure.mean():.0%} with a "
        f"confidence of {_SURE} or more; below 80% in {weak:,} of {len(share):,} seats"
    )
    with _figure(path, 10, 5.0) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
        bins = np.linspace(0, 1, 21)
        heights, _ = np.histogram(booths.loc[linked, "confidence"], bins=bins)
        part = 100 * heights / max(len(booths), 1)
        colour = [ACCENT if low >= _SURE - 1e-9 else _RAMP[2] for low in bins[:-1]]
        left.bar(bins[:-1], part, width=0.046, align="edge", color=colour)
        left.bar(-0.09, 100 * (1 - linked.mean()), width=0.046, align="edge", color=WARN)
        lost = 100 * (1 - linked.mean())
        left.text(-0.067, lost + 1.0, f"no\npast\n{lost:.0f}%", ha="center", va="bottom", color=WARN)
        left.set_xlabel("confidence of the best link, 0 to 1")
        left.set_ylabel(f"booths of {after}, %")
        left.set_xlim(-0.12, 1.02)
        left.set_ylim(0, float(max(part.max(), 100 * (1 - linked.mean()))) * 1.14 + 2)
        left.set_title(f"dark: {_SURE} or more", color=MUTED, fontsize=9)
        _shade(right, share, units, low=0.0, high=100.0, label="booths with a past, % of the seat's")
        figure.suptitle(_wrapped(title), x=0.01, ha="left", fontsize=12)
    return path


def plot_flags(flags: pd.DataFrame, path: Path, *, booths: int = 0) -> Path:
    """Draw how often each fault of a booth was seen.

    Parameters
    ----------
    flags : DataFrame
        Columns meaning, severity ("out": kept out of totals), flags, booths; rows of the same meaning are added up.
    path : Path
        PNG to write.
    booths : int
        Booths in the workspace, for the title.

    Returns
    -------
    Path
        `path`.
    """
    counted = flags.groupby(["meaning", "severity"], sort=True)["flags"].sum().reset_index()
    counted = counted.sort_values(["flags", "meaning"], ascending=[False, True], ignore_index=True)
    shown = counted.head(_MOST_FLAGS).iloc[::-1]
    out = int(counted.loc[counted["severity"].isin(_KEPT_OUT), "flags"].sum())
    first = str(counted["meaning"].iloc[0])
    of = f" on {booths:,} booths" if booths else ""
    title = (
        f"{int(counted['flags'].sum()):,} flags{of}, {out:,} of them keep votes out of the totals; "
        f"most often: {first[:1].lower()}{first[1:]}"
    )
    with _figure(path, 9.5, 1.7 + 0.33 * len(shown)) as figure:
        axes = figure.subplots()
        colours = [WARN if severity in _KEPT_OUT else _RAMP[2] for severity in shown["severity"]]
        axes.barh(range(len(shown)), shown["flags"], color=colours, height=0.62)
        axes.set_yticks(range(len(shown)), [_shortened(text) for text in shown["meaning"]])
        for at, row in enumerate(shown.to_dict("records")):
            text = f" {int(row['flags']):,}{_KEPT_OUT.get(row['severity'], '')}"
            axes.text(row["flags"], at, text, va="center", color=WARN if row["severity"] in _KEPT_OUT else MUTED)
        axes.set_xlim(0, float(shown["flags"].max()) * 1.3)
        rest = len(counted) - len(shown)
        axes.set_xlabel("flags, number of rows" + (f" ({rest} rarer kinds not drawn)" if rest else ""))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        figure.suptitle(_wrapped(title), x=0.01, ha="left", fontsize=12)
    return path


def plot_coordinates(booths: pd.DataFrame, path: Path, *, units: Map | None = None) -> Path:
    """Draw the booths of one election where they were said to be, those in the wrong place marked.

    Parameters
    ----------
    booths : DataFrame
        election_id, seat_id, lat, lon of one election.
    path : Path
        PNG to write.
    units : Map, optional
        Outlines of the seats.

    Returns
    -------
    Path
        `path`.
    """
    given = booths[booths["lat"].notna() & booths["lon"].notna()]
    faults = coordinate_faults(booths, units=units)
    names = [name for name in FAULTS if (faults["fault"] == name).any()]
    counts = [f"{int((faults['fault'] == name).sum()):,} {FAULTS[name]}" for name in names]
    title = f"{booths['election_id'].iloc[0]}: {len(faults):,} of {len(given):,} booth coordinates look wrong" + (
        ": " + "; ".join(counts) if counts else ""
    )
    good = given[~given.index.isin(faults.index)]
    with _figure(path, 8, 7.2) as figure:
        axes = figure.subplots()
        if units is not None and len(units):
            _outlines(axes, units)
        axes.plot(good["lon"], good["lat"], ".", ms=1.6, color=_RAMP[2], rasterized=True)
        low, high = good[["lon", "lat"]].quantile(0.002), good[["lon", "lat"]].quantile(0.998)
        room = 0.08 * (high - low)
        axes.set_xlim(low["lon"] - room["lon"], high["lon"] + room["lon"])
        axes.set_ylim(low["lat"] - room["lat"], high["lat"] + room["lat"])
        for name, colour in _FAULT_COLOURS.items():
            part = faults[faults["fault"] == name]
            axes.plot(part["lon"], part["lat"], "x" if name == "far" else "+", ms=5, mew=1.2, color=colour)
            if len(part):
                mark = "×" if name == "far" else "+"
                axes.text(
                    0.01, 0.02 if name == "far" else 0.055, f"{mark} {FAULTS[name]}", transform=axes.transAxes,
                    color=colour,
                )  # fmt: skip
        unseen = int((~_inside(faults, axes)).sum())
        axes.set_xlabel(
            "longitude, degrees east" + (f" ({unseen:,} faulty ones lie beyond the frame)" if unseen else "")
        )
        axes.set_ylabel("latitude, degrees north")
        axes.set_aspect(1 / np.cos(np.radians(float(good["lat"].mean()))))
        figure.suptitle(_wrapped(title, 88), x=0.01, ha="left", fontsize=11)
    return path


def _inside(rows: pd.DataFrame, axes: Axes) -> pd.Series:
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    return rows["lon"].between(west, east) & rows["lat"].between(south, north)


def _shade(axes: Axes, values: pd.Series, units: Map | None, *, low: float, high: float, label: str) -> None:
    """Shade seats by a value, light to dark: on their polygons, else as tiles in order of their numbers."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    ramp = LinearSegmentedColormap.from_list("khaka", list(_RAMP))
    scale = Normalize(low, high)
    drawn = set(units.unit_ids) if units is not None else set()
    if units is not None and drawn & set(values.index):
        shown = values.reindex(list(units.unit_ids))
        colours = [ramp(scale(value)) if pd.notna(value) else "white" for value in shown]
        _polygons(axes, units, colours)
        missing = [seat for seat in values.index if seat not in drawn]
        if missing:
            text = f"{len(missing)} seats without a polygon: {', '.join(s.rpartition('-')[2] for s in missing[:8])}"
            axes.text(0.0, -0.02, text, transform=axes.transAxes, va="top", color=MUTED)
        if shown.isna().any():
            axes.text(1.0, -0.02, "white: not known", transform=axes.transAxes, va="top", ha="right", color=MUTED)
    else:
        ordered = values.reindex(sorted(values.index, key=unit_order))
        _tiles(axes, ordered, lambda value: ramp(scale(value)))
    _key(axes, ramp, low, high, label)


def _polygons(axes: Axes, units: Map, colours: list[Any]) -> None:
    import shapely
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path as Outline

    outlines, faces = [], []
    for shape, colour in zip(units.projected, colours, strict=True):
        rings = []
        for part in shapely.get_parts(shape):
            rings += [Outline(np.asarray(ring.coords), closed=True) for ring in (part.exterior, *part.interiors)]
        if rings:
            outlines.append(Outline.make_compound_path(*rings))
            faces.append(colour)
    axes.add_collection(PathCollection(outlines, facecolors=faces, edgecolors="#9aa5b1", linewidths=0.3))
    axes.autoscale_view()
    axes.set_aspect("equal")
    axes.set_axis_off()


def _outlines(axes: Axes, units: Map) -> None:
    import shapely
    from matplotlib.collections import LineCollection

    lines = [np.asarray(line.coords) for line in shapely.get_parts(shapely.boundary(units.polygons))]
    axes.add_collection(LineCollection(lines, colors=PALE, linewidths=0.5, zorder=0))


def _tiles(axes: Axes, values: pd.Series, colour: Callable[[float], Any]) -> None:
    from matplotlib.patches import Rectangle

    columns = max(1, int(np.ceil(np.sqrt(1.4 * len(values)))))
    for at, (seat, value) in enumerate(values.items()):
        row, column = divmod(at, columns)
        face = colour(float(value)) if pd.notna(value) else "white"
        axes.add_patch(Rectangle((column, -row), 0.92, 0.92, facecolor=face, edgecolor="#9aa5b1", linewidth=0.4))
        if len(values) <= 150:
            dark = float(np.mean(np.asarray(face[:3]))) < 0.5 if not isinstance(face, str) else False
            axes.text(column + 0.46, -row + 0.44, str(seat).rpartition("-")[2], ha="center", va="center", fontsize=6.5,
                      color="white" if dark else INK)  # fmt: skip
    axes.set_xlim(-0.2, columns + 0.2)
    axes.set_ylim(-(len(values) - 1) // columns - 0.4, 1.2)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title("no polygons: seats in order of their numbers", color=MUTED, fontsize=9)


def _key(axes: Axes, ramp: Any, low: float, high: float, label: str) -> None:
    """Draw a small scale under the map."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.ticker import MaxNLocator

    assert axes.figure is not None
    bar = axes.figure.colorbar(
        ScalarMappable(Normalize(low, high), ramp), ax=axes, orientation="horizontal", shrink=0.7, aspect=40, pad=0.04
    )
    bar.locator = MaxNLocator(nbins=6, integer=True)
    bar.update_ticks()
    bar.set_label(label, color=MUTED)
    bar.outline.set_visible(False)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _shortened(text: str, most: int = 62) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _wrapped(text: str, width: int = 110) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width))
