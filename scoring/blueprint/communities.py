"""Published figures on the seat's population, each with its error and source, unless fewer than ten people show.

Where the people behind a share are known, neither a group nor the rest of its list may be 1 to 9 of them
(`khaka.scoring.disclosure`). The communities are one list, Scheduled Castes and Tribes another, every further share
one of its own. A district's figure stands in for seats without one. It is left out where one of the district's seats
has a figure that is not shown: it could be worked out from the district and the other seats.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.scoring import disclosure
from khaka.scoring.blueprint import say
from khaka.scoring.blueprint.model import Community
from khaka.scoring.blueprint.tables import BySeat, Tables, number, text, whole

MEASURES: Final = ("sc_share", "st_share", "literacy_rate", "urban_share", "electors_18_19_share")
"""Measures beside the communities, in the order in which they are shown."""

_PREFIX: Final = "community:"
_LISTS: Final = {"st_share": "sc_share"}
"""Measures that are parts of one whole: both under the first one's name."""
_Z90: Final = 1.645


class Communities:
    """The published figures of all seats and districts.

    Parameters
    ----------
    tables : Tables
        As they were known.
    """

    def __init__(self, tables: Tables) -> None:
        rows = tables.known.frame("demographics")
        rows = rows[rows["level"].isin(["seat", "district"]) & rows["value"].notna()]
        rows = rows[rows["measure"].isin(MEASURES) | rows["measure"].str.startswith(_PREFIX)]
        rows = rows.sort_values(["unit_id", "measure", "year", "source"], kind="stable")
        # the newest figure of each measure; an official one before an estimate of the same year
        rows = rows.assign(rank=(rows["kind"] == "official").astype("int64"))
        rows = rows.sort_values(["unit_id", "measure", "year", "rank"], kind="stable")
        rows = rows.drop_duplicates(["level", "unit_id", "measure"], keep="last")
        rows = rows.assign(unit_id=rows["unit_id"].astype("str").str.upper()).reset_index(drop=True)
        rows = rows.assign(shown=_released(rows))
        places = tables.seats.reindex(rows["unit_id"].tolist())
        district = (places["seat_id"].astype("str").str[:3] + ":" + places["district"].astype("str")).str.upper()
        of_seat = (rows["level"] == "seat").to_numpy()
        rows["shown"] &= _beside_seats(rows.assign(place=np.where(of_seat, district.to_numpy(), rows["unit_id"])))
        self._rows = BySeat(rows, "unit_id")

    def of(self, seat: str, state: str, district: str) -> tuple[Community, ...]:
        """Return the figures of a seat, of its district where the seat has none: communities first, largest first."""
        found = {row["measure"]: row for row in self._rows.records(f"{state}:{district}".upper())}
        own = {row["measure"]: row for row in self._rows.records(seat.upper())}
        if any(name.startswith(_PREFIX) for name in own):  # never two levels of communities in one list
            found = {name: row for name, row in found.items() if not name.startswith(_PREFIX)}
        found.update(own)
        return tuple(sorted((_one(row) for row in found.values() if row["shown"]), key=_order))


def _released(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which figures may be shown of each place taken by itself, shape (n,)."""
    out: npt.NDArray[np.bool_] = np.ones(len(rows), dtype=np.bool_)
    for places in rows.groupby(["level", "unit_id", _list_of(rows["measure"])]).indices.values():
        share = rows["value"].to_numpy(dtype=np.float64)[places]
        people = rows["population"].to_numpy(dtype=np.float64, na_value=np.nan)[places]
        for total in np.unique(people[np.isfinite(people)]):  # a list may come from several sources
            out[places] &= disclosure.shown(share * total, total=float(total))
    return out


def _list_of(measures: pd.Series) -> pd.Series:
    """Return the list to which each measure belongs: the parts of one whole."""
    return measures.where(~measures.str.startswith(_PREFIX), _PREFIX).replace(_LISTS).rename("list")


def _beside_seats(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which figures may be shown beside those of the district's seats, shape (n,); a seat's always.

    A district's is left out where one of its seats has it and does not show it, and where the district less the seats
    that show it leaves a group of 1 to 9 people, or all but 1 to 9.
    """
    out: npt.NDArray[np.bool_] = np.ones(len(rows), dtype=np.bool_)
    rows = rows.assign(people=rows["value"] * rows["population"], at=np.arange(len(rows)))
    seats = rows[rows["level"] == "seat"]
    own = seats[seats["shown"]].groupby(["place", "measure"])
    less = own[["people", "population"]].sum().assign(seats=own["unit_id"].agg("|".join))
    hidden = seats.loc[~seats["shown"], ["place", "measure"]].drop_duplicates().assign(hidden=True)
    districts = rows[rows["level"] == "district"].merge(less.reset_index(), how="left", on=["place", "measure"],
                                                        suffixes=("", "_seats"))  # fmt: skip
    districts = districts.merge(hidden, how="left", on=["place", "measure"])
    out[districts.loc[districts["hidden"].notna(), "at"].to_numpy()] = False
    left = districts[districts["hidden"].isna() & districts["shown"] & districts["seats"].notna()]
    left = left.assign(
        people=left["people"] - left["people_seats"], population=left["population"] - left["population_seats"]
    )
    left = left[
        (left["people"] > -0.5) & (left["population"] > 0.5)
    ]  # else the two sources do not count the same people
    for _, part in left.groupby(["place", "seats", "population", _list_of(left["measure"])]):
        total = float(part["population"].iloc[0])
        out[part["at"].to_numpy()] = disclosure.shown(part["people"].to_numpy(dtype=np.float64), total=total)
    return out


def _order(item: Community) -> tuple[int, float, str]:
    if item.measure.startswith(_PREFIX):
        return (0, -item.share, item.measure)
    return (1, MEASURES.index(item.measure), item.measure)


def _one(row: dict[str, object]) -> Community:
    measure, share = str(row["measure"]), float(row["value"])  # type: ignore[arg-type]
    error = number(row.get("standard_error"))
    named = say.plain(measure.removeprefix(_PREFIX)) if measure.startswith(_PREFIX) else say.words(f"measure.{measure}")
    width = None if error is None else _Z90 * error
    return Community(
        measure=measure,
        words=named,
        share=share,
        standard_error=error,
        low=None if width is None else max(share - width, 0.0),
        high=None if width is None else min(share + width, 1.0),
        kind=text(row.get("kind")) or "",
        source=text(row.get("source")) or "",
        year=whole(row.get("year")) or 0,
        level=str(row["level"]),
    )


def with_communities(items: tuple[Community, ...]) -> bool:
    """Return whether any community is among the figures."""
    return any(item.measure.startswith(_PREFIX) for item in items)


def only_district(items: tuple[Community, ...]) -> bool:
    """Return whether the communities are known for the district only."""
    levels = {item.level for item in items if item.measure.startswith(_PREFIX)}
    return levels == {"district"}


__all__ = ["MEASURES", "Communities", "only_district", "with_communities"]
