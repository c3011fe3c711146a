"""Published aggregates about the seat's people, brought to the seat.

For each seat and measure one figure: the seat's own, else the mean over its villages, wards or booths weighted by
their population, else what `khaka places` brought to it from districts by the map, else that of its district (the
same for all seats of the district), else that of the district which it was cut from. Within a level an official figure
goes before an estimate, then the latest year known. Standard errors are kept apart: they say how sure a figure is and
are no feature.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.data.districts import PARENT, district_key
from khaka.features.cutoff import KnownTables
from khaka.features.registry import FeatureInfo, by_name

PREFIX: Final = "demo:"
COMMUNITY: Final = "community:"


def info(name: str) -> FeatureInfo:
    """Return what the feature `demo:<measure>` is; any measure that is fed in becomes a feature of its own."""
    measure = name.removeprefix(PREFIX)
    unit = "share 0-1" if measure.endswith("_share") or measure.startswith(COMMUNITY) else "as the measure says"
    doc = _DOCS.get(measure, f"{measure} of the seat, else of its district")
    return FeatureInfo(name, unit, "demographics", "demographics", doc, "1 January after the figure's year")


_DOCS: Final = {
    "sc_share": "Scheduled Castes, share of the people",
    "st_share": "Scheduled Tribes, share of the people",
    "literacy_rate": "literate people, share",
    "urban_share": "people in towns, share",
    "electors_18_19_share": "electors aged 18 or 19, share of all electors",
}

FEATURES: Final = by_name(*(info(f"{PREFIX}{measure}") for measure in _DOCS))
"""The measures that are always in the table; others join where they are fed in."""

# `unit_seat` says which seat a unit below the seat lies in, `weight` is its population (1 where none has one).
_SEAT_MEASURES: Final = """
WITH wanted_seats AS (SELECT seat_id, district, parent FROM wanted),
placed AS (
    SELECT w.seat_id, CASE WHEN starts_with(d.source, 'areal:') THEN 3 ELSE 1 END AS tier,
           d.kind, d.measure, d.year, d.source, d.value, d.standard_error, 1.0 AS weight
    FROM demographics d JOIN wanted_seats w ON d.level = 'seat' AND d.unit_id = w.seat_id
    UNION ALL
    SELECT w.seat_id, 2, d.kind, d.measure, d.year, d.source, d.value, d.standard_error,
           coalesce(d.population, 0)
    FROM (SELECT *, regexp_extract(unit_id, '([SU][0-9]{2}-[0-9]{4}-[0-9]+)(:|/|-B|$)', 1) AS unit_seat
          FROM demographics WHERE level IN ('village', 'ward', 'booth')) d
    JOIN wanted_seats w ON d.unit_seat = w.seat_id
    UNION ALL
    SELECT w.seat_id, 4, d.kind, d.measure, d.year, d.source, d.value, d.standard_error, 1.0
    FROM demographics d JOIN districts k ON d.level = 'district' AND d.unit_id = k.unit_id
    JOIN wanted_seats w ON w.district = k.district
    UNION ALL
    SELECT w.seat_id, 5, d.kind, d.measure, d.year, d.source, d.value, d.standard_error, 1.0
    FROM demographics d JOIN districts k ON d.level = 'district' AND d.unit_id = k.unit_id
    JOIN wanted_seats w ON w.parent = k.district
), figures AS (
    SELECT seat_id, measure, tier, kind, year, source,
           CASE WHEN sum(weight) > 0 THEN sum(value * weight) / sum(weight) ELSE avg(value) END AS value,
           CASE WHEN sum(weight) > 0 THEN sqrt(sum(pow(standard_error * weight, 2))) / sum(weight)
                ELSE sqrt(sum(pow(standard_error, 2))) / count(*) END AS standard_error,
           CASE WHEN sum(value * weight) > 0 THEN sum(value * value * weight) / sum(value * weight) END AS met
    FROM placed WHERE value IS NOT NULL
    GROUP BY ALL
)
SELECT seat_id, measure, tier, kind, year, source, value, standard_error,
       CASE WHEN tier = 2 THEN met END AS met
FROM figures
"""


_LEVELS: Final = {1: "seat", 2: "units", 3: "seat by area", 4: "district", 5: "parent district"}


def seat_measures(known: KnownTables, seat_ids: pd.Series) -> pd.DataFrame:
    """Return one figure per seat and measure.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    seat_ids : Series of str
        The seats, each any number of times.

    Returns
    -------
    DataFrame
        seat_id, measure, level (seat, units, seat by area, district, parent district), kind, year, source,
        value, standard_error (in the value's unit, NaN where unknown), met (the share as the
        group's own members meet it: mean over the seat's smaller
        units weighted by the group's people; NaN without smaller units). Sorted by seat_id and measure.
    """
    every = _figures(known, seat_ids)
    best = every.sort_values(
        ["seat_id", "measure", "tier", "estimate", "year", "source"], ascending=[True, True, True, True, False, True]
    ).drop_duplicates(["seat_id", "measure"])
    # How a group lives together is told by the smaller units alone, whatever the seat's own figure comes from.
    units = every[every["tier"] == 2].sort_values(
        ["seat_id", "measure", "estimate", "year", "source"], ascending=[True, True, True, False, True]
    )
    met = units.drop_duplicates(["seat_id", "measure"]).set_index(["seat_id", "measure"])["met"]
    keys = pd.MultiIndex.from_frame(best[["seat_id", "measure"]])
    best = best.assign(met=met.reindex(keys).to_numpy(), level=best["tier"].map(_LEVELS))
    columns = ["seat_id", "measure", "level", "kind", "year", "source", "value", "standard_error", "met"]
    return best[columns].reset_index(drop=True)


def _figures(known: KnownTables, seat_ids: pd.Series) -> pd.DataFrame:
    """Return all figures of each seat and measure, of every level, year and source."""
    wanted = pd.DataFrame({"seat_id": sorted(set(seat_ids.astype("str")))}, dtype="str")
    seats = known.frame("seats").drop_duplicates("seat_id").set_index("seat_id")
    names = wanted["seat_id"].map(seats["district"].astype("object"))
    wanted["district"] = pd.Series(
        [
            f"{seat[:3]}:{district_key(name)}" if isinstance(name, str) else None
            for seat, name in zip(wanted["seat_id"], names, strict=True)
        ],
        index=wanted.index,
        dtype="str",
    )
    parents = wanted["district"].str.slice(4).astype("object").map(PARENT).astype("str")
    wanted["parent"] = wanted["district"].str.slice(0, 4) + parents
    figures = known.frame("demographics")
    units = figures.loc[figures["level"] == "district", "unit_id"].dropna().unique()
    keys = [f"{unit.partition(':')[0]}:{district_key(unit.partition(':')[2])}" for unit in units]
    districts = pd.DataFrame({"unit_id": units, "district": keys}, dtype="str")
    out = known.sql(_SEAT_MEASURES, wanted=wanted, districts=districts)
    out["estimate"] = (out["kind"] != "official").astype("int64")
    return out


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return every measure as a feature of the seat.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    people : DataFrame
        From `khaka.features.people.people`.

    Returns
    -------
    DataFrame
        `demo:<measure>`, float: the columns of `FEATURES`, then further measures by name, in the rows of `people`.
    """
    return _wide(known, people, "value")


def standard_errors(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the standard error of each of the `features`, in the same shape; NaN where none was published."""
    return _wide(known, people, "standard_error")


def _wide(known: KnownTables, people: pd.DataFrame, column: str) -> pd.DataFrame:
    figures = seat_measures(known, people["seat_id"])
    wide = figures.pivot_table(index="seat_id", columns="measure", values=column, aggfunc="first", dropna=False)
    wide.columns = [f"{PREFIX}{measure}" for measure in wide.columns]
    names = [*FEATURES, *sorted(set(wide.columns) - set(FEATURES))]
    wide.index = wide.index.astype("object")
    rows = wide.reindex(index=people["seat_id"].astype("object"), columns=names).set_axis(people.index)
    return rows.astype("float64")
