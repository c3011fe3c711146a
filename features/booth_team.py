"""The party's own team at the booths: which posts are filled, which are verified, and where the gaps are."""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.booth_list import booth_list
from khaka.features.cutoff import KnownTables

ROLES: Final = ("booth_president", "bla", "social_media")
"""Posts that every booth should have: president, agent (BLA), social-media volunteer."""


def posts(known: KnownTables) -> pd.DataFrame:
    """Return the latest record of every post at every booth of the election's seats.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.

    Returns
    -------
    DataFrame
        seat_id, block, booth_no, role, state ("verified", "filled", "vacant", "not recorded"). A post without a record
        is "not recorded", which is no vacancy.
    """
    booths = booth_list(known, "")[["seat_id", "booth_no", "block"]]
    team = known.frame("booth_team")
    own = team[team["election_id"] == known.election_id]
    last = own.sort_values("recorded_at", kind="stable").drop_duplicates(["seat_id", "booth_no", "role"], keep="last")
    every = booths.merge(pd.DataFrame({"role": ROLES}), how="cross")
    every = every.merge(last[["seat_id", "booth_no", "role", "filled", "verified"]], how="left",
                        on=["seat_id", "booth_no", "role"])  # fmt: skip
    filled = every["filled"].astype("boolean")
    verified = (every["verified"].astype("boolean") & filled).fillna(False)
    every["state"] = "not recorded"
    every.loc[filled.notna().to_numpy(), "state"] = "vacant"
    every.loc[filled.fillna(False).to_numpy(dtype=bool), "state"] = "filled"
    every.loc[verified.to_numpy(dtype=bool), "state"] = "verified"
    return every.drop(columns=["filled", "verified"])


def by_block(table: pd.DataFrame) -> pd.DataFrame:
    """Count a team's posts by seat, block and role.

    Parameters
    ----------
    table : DataFrame
        Of `posts`.

    Returns
    -------
    DataFrame
        seat_id, block (blank where unknown), role, booths, verified, filled (verified ones not counted again), vacant,
        not_recorded, gap (share of booths without anybody known in the post, 0 to 1).

    Examples
    --------
    >>> table = pd.DataFrame({"seat_id": "s", "block": "b", "booth_no": ["1", "2"], "role": "bla",
    ...                       "state": ["verified", "vacant"]})
    >>> by_block(table)[["booths", "verified", "vacant", "gap"]].values.tolist()
    [[2.0, 1.0, 1.0, 0.5]]
    """
    states = ("verified", "filled", "vacant", "not recorded")
    flags = pd.DataFrame({name.replace(" ", "_"): (table["state"] == name).astype("int64") for name in states})
    keys = [table["seat_id"], table["block"].astype("object").fillna(""), table["role"]]
    counts = flags.groupby(keys).sum()
    counts.insert(0, "booths", counts.sum(axis=1))
    counts["gap"] = (counts["vacant"] + counts["not_recorded"]) / counts["booths"]
    return counts.reset_index()
