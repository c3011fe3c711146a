"""Figures of districts brought to seats, as rows of `demographics`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from khaka.data.districts import PARENT, district_key
from khaka.data.errors import KhakaError
from khaka.data.places.areal import Overlay, bring_mean, bring_total, overlay
from khaka.data.places.polygons import Map, dissolved, map_of

Floats = NDArray[np.float64]

SOURCE: Final = "areal:"
"""Put before the name of the source that an estimate was made from."""

COLUMNS: Final = (
    "level", "unit_id", "measure", "year", "source", "value", "standard_error", "kind", "population",
)  # fmt: skip
_MOST_UNCOUNTED: Final = 0.1
_YEARS_AFTER: Final = 2  # a roll this much younger than the figure is still taken
_TOTALS: Final = ("population", "households", "electors")
_TOTAL_ENDINGS: Final = ("_count", "_total")


def is_total(measure: str) -> bool:
    """Tell whether a measure counts something (it adds up over places), or is a share or mean (it averages).

    Examples
    --------
    >>> is_total("population"), is_total("literacy_rate")
    (True, False)
    """
    return measure in _TOTALS or measure.endswith(_TOTAL_ENDINGS)


def seat_estimates(
    demographics: pd.DataFrame,
    *,
    boundaries: pd.DataFrame,
    seats: pd.DataFrame,
    seat_elections: pd.DataFrame,
    state: str,
) -> pd.DataFrame:
    """Bring the district figures of one state to its seats.

    Districts are cut by the seats' polygons. Inside a district people are taken to live as the electors of the roll
    nearest in time do (two years after the figure at most), else evenly. Districts without a polygon of their own are
    made of the seats that name them; a district that was cut after the figure counts as the one that it came from.

    Parameters
    ----------
    demographics : DataFrame
        Canonical rows; those of the level district are used.
    boundaries : DataFrame
        Polygons of the seats, and of the districts where there are any.
    seats : DataFrame
        With each seat's district.
    seat_elections : DataFrame
        With each seat's electors.
    state : str
        ECI code.

    Returns
    -------
    DataFrame
        `COLUMNS`, sorted by key: level seat, source `areal:<source>`, kind estimate, with standard_error in the value's
        unit. Measures that a seat has already from the same year, other than by area, are left out for it.

    Raises
    ------
    KhakaError
        The state has no district figures, no polygons of seats, or no district that both know.
    """
    prefix = f"{state}:"
    own = demographics[(demographics["level"] == "district") & demographics["unit_id"].str.startswith(prefix)]
    if own.empty:
        raise KhakaError(f"no district figures of {state}; ingest a district table, such as the census")
    target = map_of(boundaries, state=state)
    if not len(target):
        raise KhakaError(f"no polygons of the seats of {state}; ingest a boundary file")
    own = own.assign(district=[_key(unit) for unit in own["unit_id"]])
    source = _districts(boundaries, target, seats, state, set(own["district"]))
    known = set(source.unit_ids) & set(own["district"])
    if not known:
        raise KhakaError(
            f"no district of {state} is both in the figures ({', '.join(sorted(own['district'])[:3])}) and on the map "
            f"({', '.join(source.unit_ids[:3])}); name the seats' districts as the figures do"
        )
    parts = list(_estimates(own, source, target, seat_elections, _missing(source, target, seats, state)))
    out = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    at_seat = demographics[(demographics["level"] == "seat") & ~demographics["source"].str.startswith(SOURCE)]
    held = pd.MultiIndex.from_frame(at_seat[["unit_id", "measure", "year"]].astype("object"))
    out = out[~pd.MultiIndex.from_frame(out[["unit_id", "measure", "year"]].astype("object")).isin(held)]
    return out.sort_values(["level", "unit_id", "measure", "year", "source"], ignore_index=True)


def _key(unit: str) -> str:
    state, _, name = unit.partition(":")
    return f"{state}:{district_key(name)}"


def _districts(boundaries: pd.DataFrame, target: Map, seats: pd.DataFrame, state: str, figures: set[str]) -> Map:
    """Return the districts' polygons under the figures' names."""
    drawn = map_of(boundaries, state=state, level="district")
    if len(drawn):
        keys = tuple(_key(unit) for unit in drawn.unit_ids)
        return Map("district", keys, drawn.names, drawn.polygons)
    named = seats.drop_duplicates("seat_id").set_index("seat_id")["district"].astype("object")
    return dissolved(target, [_district_of(named.get(seat), state, figures) for seat in target.unit_ids])


def _district_of(name: object, state: str, figures: set[str]) -> str | None:
    if not isinstance(name, str):
        return None
    key = district_key(name)
    if f"{state}:{key}" not in figures and key in PARENT:
        key = PARENT[key]
    return f"{state}:{key}"


def _missing(source: Map, target: Map, seats: pd.DataFrame, state: str) -> Floats:
    """Return the part of each district's seats that the map lacks, 0 to 1: seats hold about equally many people."""
    order = {unit.rpartition("-")[0] for unit in target.unit_ids}
    rows = seats.drop_duplicates("seat_id")
    rows = rows[rows["seat_id"].str.rpartition("-")[0].isin(order)]
    figures = set(source.unit_ids)
    district = pd.Series([_district_of(name, state, figures) for name in rows["district"].astype("object")])
    lacking = ~rows["seat_id"].isin(target.unit_ids).set_axis(district.index)
    part = lacking.astype("float64").groupby(district).mean().reindex(list(source.unit_ids)).fillna(0.0)
    return np.asarray(part.to_numpy(), dtype=np.float64)


def _estimates(
    own: pd.DataFrame, source: Map, target: Map, seat_elections: pd.DataFrame, missing: Floats
) -> Iterator[pd.DataFrame]:
    cut: dict[int, Overlay] = {}
    for (measure, year, name), rows in own.groupby(["measure", "year", "source"], sort=True):
        when = int(str(year))
        if when not in cut:
            cut[when] = overlay(source, target, density=_density(target, seat_elections, when), missing=missing)
        pieces = cut[when]
        of = rows.drop_duplicates("district").set_index("district").reindex(source.unit_ids)
        value, people = of["value"].to_numpy(dtype=np.float64), of["population"].to_numpy(dtype=np.float64)
        if is_total(str(measure)):
            found, people_of = bring_total(pieces, value), None
        else:
            some = np.isfinite(people).any()
            error = of["standard_error"].to_numpy(dtype=np.float64)
            found = bring_mean(pieces, value, people=people if some else None, standard_error=error)
            people_of = bring_total(pieces, people).value if some else None
        held = np.isfinite(found.value)
        yield pd.DataFrame(
            {
                "level": "seat", "unit_id": np.array(target.unit_ids, dtype=object)[held], "measure": str(measure),
                "year": when, "source": f"{SOURCE}{name}", "value": found.value[held],
                "standard_error": found.standard_error[held], "kind": "estimate",
                "population": np.nan if people_of is None else people_of[held],
            }
        )  # fmt: skip


def _density(target: Map, seat_elections: pd.DataFrame, year: int) -> Floats | None:
    """Return electors per km² on the roll nearest to a year; None where too few seats have a count.

    A seat without a count is taken to have as many as the middle one: seats are drawn to be equal.
    """
    rows = seat_elections[seat_elections["seat_id"].isin(target.unit_ids) & seat_elections["electors"].notna()]
    rows = rows.assign(year=rows["election_id"].str.slice(4, 8).astype("int64"))
    rows = rows[(rows["year"] <= year + _YEARS_AFTER) & (rows["electors"] > 0)]
    rows = rows.assign(gap=(rows["year"] - year).abs()).sort_values(["gap", "year", "election_id"])
    electors = rows.drop_duplicates("seat_id", keep="first").set_index("seat_id")["electors"].astype("float64")
    found = electors.reindex(list(target.unit_ids))
    if found.isna().mean() > _MOST_UNCOUNTED:
        return None
    return np.asarray(found.fillna(found.median()).to_numpy(dtype=np.float64) / target.areas, dtype=np.float64)
