"""Names of stages that came with the tables, before anything was entered on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from khaka.data.workspace import Workspace


@dataclass(frozen=True)
class StageBefore:
    """The names that one stage put forward, as the table `stage_names` has them.

    Parameters
    ----------
    stage : str
        Of the stages of the selection.
    recorded_at : datetime or None
        When, where the table says it.
    names : tuple of (str, str)
        aspirant_id and dissent, in their order.
    """

    stage: str
    recorded_at: dt.datetime | None
    names: tuple[tuple[str, str], ...]


def stages_before(workspace: Workspace, election_id: str, seat_id: str) -> tuple[StageBefore, ...]:
    """Return the names of each stage in a seat, the earliest first.

    Parameters
    ----------
    workspace : Workspace
        With the table `stage_names`, or without.
    election_id, seat_id : str
        Of which ticket.

    Returns
    -------
    tuple of StageBefore
        One for each stage and time.
    """
    rows = workspace.store.read("stage_names", elections={election_id})
    rows = rows[(rows["election_id"] == election_id) & (rows["seat_id"] == seat_id)]
    found: dict[tuple[str, str], list[Mapping[Any, Any]]] = {}
    for row in rows.sort_values("position", kind="stable").to_dict("records"):
        at = row["recorded_at"]
        found.setdefault((str(row["stage"]), "" if pd.isna(at) else str(at)), []).append(row)
    ordered = sorted(found.items(), key=lambda item: (not item[0][1], item[0][1], item[0][0]))
    return tuple(
        StageBefore(stage, dt.datetime.fromisoformat(at) if at else None, tuple(_name(row) for row in names))
        for (stage, at), names in ordered
    )


def _name(row: Mapping[Any, Any]) -> tuple[str, str]:
    dissent = row["dissent"]
    return str(row["aspirant_id"]), dissent if isinstance(dissent, str) else ""
