"""Published figures on the seat's population, each with its error and source."""

from __future__ import annotations

from typing import Final

from khaka.scoring.blueprint import say
from khaka.scoring.blueprint.model import Community
from khaka.scoring.blueprint.tables import BySeat, Tables, number, text, whole

MEASURES: Final = ("sc_share", "st_share", "literacy_rate", "urban_share", "electors_18_19_share")
"""Measures beside the communities, in the order in which they are shown."""

SMALLEST_GROUP: Final = 10
"""Persons: a smaller group is not shown."""

_PREFIX: Final = "community:"
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
        self._rows = BySeat(rows.assign(unit_id=rows["unit_id"].astype("str").str.upper()), "unit_id")

    def of(self, seat: str, state: str, district: str) -> tuple[Community, ...]:
        """Return the figures of a seat, of its district where the seat has none: communities first, largest first."""
        found = {row["measure"]: row for row in self._rows.records(f"{state}:{district}".upper())}
        own = {row["measure"]: row for row in self._rows.records(seat.upper())}
        if any(name.startswith(_PREFIX) for name in own):  # never two levels of communities in one list
            found = {name: row for name, row in found.items() if not name.startswith(_PREFIX)}
        found.update(own)
        shown = [_one(row) for row in found.values() if not _tiny(row)]
        return tuple(sorted(shown, key=_order))


def _tiny(row: dict[str, object]) -> bool:
    people, share = number(row.get("population")), number(row["value"])
    return people is not None and share is not None and 0 < people * share < SMALLEST_GROUP


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


__all__ = ["MEASURES", "SMALLEST_GROUP", "Communities", "only_district", "with_communities"]
