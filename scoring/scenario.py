"""What if: a known swing, another rival, an ally, a family of features left out.

Two ways. `khaka score` with a scenario predicts anew and writes to a folder of its own, never over the base. For the
review page `what_if` works out swing and families left out from what the batch stored in `scenario.parquet`, without
any model: in a linear layer a feature that is left out takes exactly its contribution with it (trees would redistribute
a little), a swing moves all aspirants alike, the chance to win is read off the stored quantiles, and some draws of the
persons, the same for all of a seat, tell who is too close to call.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.features.rivals import RivalChange
from khaka.scoring.rank import RANGE, seat_numbers, seat_slices, tie_groups

if TYPE_CHECKING:
    from khaka.training.prediction import Prediction

FAMILIES: Final = ("person", "fit", "presence", "ratings")
"""Families that may be left out: what tells aspirants of one seat apart."""

LEVELS: Final = (np.arange(100) + 0.5) / 100
"""Levels of the stored quantiles."""

LARGEST_SWING: Final = 50.0

TIE_DRAWS: Final = 400
"""Draws that are kept of each person: a share of 0.8 of them has a standard error of 0.02."""

_STEP: Final = 0.01  # points: kept draws are whole hundredths, two bytes each
_BASELINE: Final = "seat_baseline"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """What is supposed when seats are scored.

    Parameters
    ----------
    swing : float or None
        The party's swing against what is expected, in points of margin, as if it were known; None: it is drawn.
    rivals : tuple of RivalChange
        Changes of rival nominees.
    allies : tuple of str
        Parties that do not stand where the party has aspirants.
    without : tuple of str
        Families of features that are left out, of `FAMILIES`.
    title : str
        Name of the scenario; made from the rest if blank.

    Examples
    --------
    >>> Scenario(swing=-3, without=("fit",)).name
    'swing-3_without-fit'
    """

    swing: float | None = None
    rivals: tuple[RivalChange, ...] = ()
    allies: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        for family in self.without:
            if family not in FAMILIES:
                raise KhakaError(f"no family {family!r} to leave out; there are: {', '.join(FAMILIES)}")
        if self.swing is not None and not abs(self.swing) <= LARGEST_SWING:
            raise KhakaError(
                f"a swing of {self.swing} points; give one between -{LARGEST_SWING:g} and {LARGEST_SWING:g}"
            )

    @property
    def is_base(self) -> bool:
        """Whether nothing is supposed."""
        return self.swing is None and not (self.rivals or self.allies or self.without)

    @property
    def name(self) -> str:
        """Name of its folder: letters, digits, signs, dots and dashes."""
        parts = [self.title] if self.title else []
        if not parts:
            if self.swing is not None:
                parts.append(f"swing{self.swing:+g}")
            parts += [f"without-{family}" for family in sorted(self.without)]
            parts += [f"ally-{ally}" for ally in sorted(self.allies)]
            parts += [f"rival-{change.text()}" for change in self.rivals]
        plain = re.sub(r"[^\w+.-]+", "-", "_".join(parts)).strip("-.")
        return plain[:120] or "base"

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for the manifest."""
        return {
            "name": self.name, "swing": self.swing, "without": sorted(self.without), "allies": sorted(self.allies),
            "rivals": [change.text() for change in self.rivals],
        }  # fmt: skip


BASE: Final = Scenario()
"""Nothing is supposed."""


def load_scenario(path: Path) -> Scenario:
    """Read a scenario from TOML: name, swing, without, allies, rivals (texts such as "SEAT:PARTY=ID").

    Raises
    ------
    KhakaError
        No valid TOML, an unknown key, or a value of the wrong kind.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KhakaError(f"cannot read the scenario {path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KhakaError(f"{path} is no valid TOML: {error}") from None
    odd = sorted(set(content) - {"name", "swing", "without", "allies", "rivals"})
    if odd:
        raise KhakaError(f"{path}: unknown key {odd[0]!r}; a scenario has name, swing, without, allies and rivals")
    swing, title = content.get("swing"), content.get("name", "")
    if isinstance(swing, bool) or not isinstance(swing, int | float | None) or not isinstance(title, str):
        raise KhakaError(f"{path}: swing is a number of points and name is text (found {swing!r}, {title!r})")
    texts = {key: _texts(path, key, content.get(key, [])) for key in ("without", "allies", "rivals")}
    return Scenario(
        swing=None if swing is None else float(swing), title=title, without=texts["without"], allies=texts["allies"],
        rivals=tuple(RivalChange.parse(text) for text in texts["rivals"]),
    )  # fmt: skip


def _texts(path: Path, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise KhakaError(f"{path}: {key} is a list of texts (found {value!r})")
    return tuple(value)


PARTS_COLUMNS: Final = (
    "election_id", "seat_id", "aspirant_id", "seat_points", *(f"{family}_points" for family in FAMILIES),
    "given_swing", "in_all", "person_hundredths", "baseline_low", "baseline_high",
)  # fmt: skip
"""Columns of `scenario.parquet`."""


def scenario_parts(prediction: Prediction, rows: slice | None = None) -> pd.DataFrame:
    """Return what `what_if` needs of whole seats.

    Parameters
    ----------
    prediction : Prediction
        n aspirants with draws.
    rows : slice, optional
        Which rows; all by default.

    Returns
    -------
    DataFrame
        `PARTS_COLUMNS`: contributions summed by family in points (`seat_points`: base and seat); 100 quantiles at
        `LEVELS` of the draws around the expected margin, once the swing is known and in all; the first `TIE_DRAWS`
        draws of the person in hundredths of a point; the 90% range of the seat without the person, NaN where the
        seat's baseline is no feature.
    """
    rows = slice(0, len(prediction.people)) if rows is None else rows
    frame = prediction.people.iloc[rows][["election_id", "seat_id", "aspirant_id"]].astype("str").reset_index(drop=True)
    parts = prediction.contributions.iloc[rows].reset_index(drop=True)
    family = {name: info.family for name, info in prediction.infos.items()}
    own = {name: [c for c in parts.columns if family.get(str(c)) == name] for name in FAMILIES}
    told = {column for columns in own.values() for column in columns}
    frame["seat_points"] = parts[[c for c in parts.columns if c not in told]].sum(axis=1)
    for name, columns in own.items():
        frame[f"{name}_points"] = parts[columns].sum(axis=1).astype(float)
    given = prediction.person_draws[rows] + prediction.seat_draws[rows]
    for column, draws in (("given_swing", given), ("in_all", given + prediction.swing_draws[rows])):
        frame[column] = list(np.quantile(draws, LEVELS, axis=1).T)
    limits = np.iinfo(np.int16)
    kept = np.round(prediction.person_draws[rows, :TIE_DRAWS] / _STEP).clip(limits.min, limits.max)
    frame["person_hundredths"] = list(kept.astype(np.int16))
    seat = prediction.values.get(_BASELINE, pd.Series(np.nan, index=prediction.values.index)).iloc[rows]
    without_person = prediction.seat_draws[rows] + prediction.swing_draws[rows]
    ends = np.percentile(without_person, RANGE, axis=1) + seat.to_numpy(dtype=np.float64)
    frame["baseline_low"], frame["baseline_high"] = ends
    return frame[list(PARTS_COLUMNS)]


def what_if(
    scores: pd.DataFrame, parts: pd.DataFrame, *, swing: float | None = None, without: Sequence[str] = ()
) -> pd.DataFrame:
    """Return how a stored ranking changes with a known swing or without some families of features.

    Parameters
    ----------
    scores : DataFrame, n rows
        `scores.parquet` of the base, or its rows of some whole seats, sorted by seat.
    parts : DataFrame
        `scenario.parquet` of the same results; rows in any order.
    swing : float or None
        Points of margin by which the party does better than expected, as if known; None: the swing stays drawn.
    without : sequence of str
        Families to leave out, of `FAMILIES`.

    Returns
    -------
    DataFrame
        One row per row of `scores`: seat_id, aspirant_id, rank, rank_before, moved (places up), expected_margin,
        margin_change, margin_low, margin_high (90%), win_probability, win_probability_before, tie_group (equal: too
        close to call). Ranks and tie groups are blank where the base has none, tie groups also where families are
        left out of results that were made without the draws they are told by. With nothing supposed the base's own
        figures come back.

    Raises
    ------
    KhakaError
        An unknown family, an impossible swing, or an aspirant that `parts` lacks.
    """
    asked = Scenario(swing=swing, without=tuple(without))
    keys = ["seat_id", "aspirant_id"]
    found = scores[keys].astype("str").merge(parts, on=keys, how="left", validate="one_to_one")
    if found["seat_points"].isna().any():
        raise KhakaError("scores and scenario.parquet belong to different results; run khaka score again")
    expected = scores["expected_margin"].to_numpy(dtype=np.float64)
    left_out = found[[f"{family}_points" for family in asked.without]].to_numpy(dtype=np.float64).sum(axis=1)
    shifted = expected - left_out + (asked.swing or 0.0)
    out = found[keys].assign(
        rank=scores["rank"].to_numpy(), rank_before=scores["rank"].to_numpy(), expected_margin=shifted,
        margin_change=shifted - expected,
    )  # fmt: skip
    known = asked.swing is not None
    quantiles = np.array(found["given_swing" if known else "in_all"].tolist(), dtype=np.float64)
    ends = ("margin_low_given_swing", "margin_high_given_swing") if known else ("margin_low", "margin_high")
    for column, end in zip(("margin_low", "margin_high"), ends, strict=True):
        out[column] = scores[end].to_numpy(dtype=np.float64) + out["margin_change"]
    before = scores["win_probability"].to_numpy(dtype=np.float64)
    out["win_probability"] = before if asked.is_base else _chances(shifted, quantiles)
    out["win_probability_before"] = before
    out["tie_group"] = scores["tie_group"].to_numpy()
    if asked.without:
        out["rank"] = _ranks(scores, shifted)
        out["tie_group"] = _ties(out["rank"], shifted, found)
    out["tie_group"] = out["tie_group"].astype("Int64")
    out["rank"], out["rank_before"] = out["rank"].astype("Int64"), out["rank_before"].astype("Int64")
    out["moved"] = out["rank_before"] - out["rank"]
    return out


def _chances(expected: Floats, quantiles: Floats) -> Floats:
    """Return the chance that a margin is above 0, from its quantiles at `LEVELS`, shape (n,)."""
    return np.array(
        [
            1.0 - np.interp(-margin, row, LEVELS, left=0.0, right=1.0)
            for margin, row in zip(expected, quantiles, strict=True)
        ]
    )


def _ranks(scores: pd.DataFrame, expected: Floats) -> pd.Series:
    """Return ranks by expected margin among those whom the base ranks; equal ones by name, as in the batch."""
    ranked = scores["rank"].notna().to_numpy()
    names = scores["aspirant_id"].astype("str").to_numpy(dtype=object)
    out = np.full(len(scores), np.nan)
    for start, stop in seat_slices(seat_numbers(scores)):
        members = np.arange(start, stop)[ranked[start:stop]]
        order = members[np.lexsort((names[members], -np.round(expected[members], 9)))]
        out[order] = np.arange(1, len(order) + 1)
    return pd.Series(out, index=scores.index).reset_index(drop=True).astype("Int64")


def _ties(ranks: pd.Series, expected: Floats, parts: pd.DataFrame) -> pd.Series:
    """Return tie groups by the kept draws of the persons, as in the batch; blank where there are none."""
    out = np.full(len(parts), np.nan)
    if "person_hundredths" in parts.columns:
        places = ranks.fillna(0).to_numpy(dtype=np.int64)
        for start, stop in seat_slices(seat_numbers(parts)):
            members = np.arange(start, stop)[places[start:stop] > 0]
            order = members[np.argsort(places[members])]
            if len(order):
                around = np.array(parts["person_hundredths"].iloc[order].tolist(), dtype=np.float64) * _STEP
                out[order] = tie_groups(expected[order, None] + around)
    return pd.Series(out, index=parts.index).astype("Int64")


def scenario_of(
    *, swing: float | None, rivals: Sequence[str], allies: Sequence[str], without: Sequence[str], file: Path | None
) -> Scenario:
    """Return the scenario that options and a file name together; options come on top of the file.

    Parameters
    ----------
    swing : float or None
        Points of margin.
    rivals, allies, without : sequence of str
        As on the command line.
    file : Path or None
        TOML of `load_scenario`.

    Returns
    -------
    Scenario
        The base if nothing is given.
    """
    first = load_scenario(file) if file is not None else BASE
    return Scenario(
        swing=first.swing if swing is None else swing,
        rivals=first.rivals + tuple(RivalChange.parse(text) for text in rivals),
        allies=tuple(dict.fromkeys([*first.allies, *allies])),
        without=tuple(dict.fromkeys([*first.without, *without])),
        title=first.title,
    )


def summary(base: pd.DataFrame, changed: Mapping[str, pd.Series] | pd.DataFrame) -> dict[str, float]:
    """Return in how many seats a scenario has another first name, and its expected seats beside the base's.

    Parameters
    ----------
    base, changed : DataFrame
        Scores with seat_id, aspirant_id, rank and win_probability.

    Returns
    -------
    dict of str to float
        seats, other_first, expected_seats_before, expected_seats (sums of the first-ranked names' chances).
    """
    frames = [pd.DataFrame(frame) for frame in (base, changed)]
    first = [frame[frame["rank"] == 1].set_index("seat_id") for frame in frames]
    both = first[0].index.intersection(first[1].index)
    other = first[0].loc[both, "aspirant_id"].astype("str") != first[1].loc[both, "aspirant_id"].astype("str")
    return {
        "seats": float(len(both)), "other_first": float(other.sum()),
        "expected_seats_before": float(first[0]["win_probability"].sum()),
        "expected_seats": float(first[1]["win_probability"].sum()),
    }  # fmt: skip
