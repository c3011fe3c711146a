"""The booth frame: today's booths with the party's support at the last poll, turnout, and where aspirants were.

Booths are renumbered at every revision, so results of an earlier poll reach today's booths along the lineage only
(`khaka check` writes it), never by the number.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.durable import read_parquet
from khaka.data.krutidev import looks_like_krutidev, to_unicode
from khaka.data.lineage_carry import carry
from khaka.scoring.blueprint.model import BOOTH_COLUMNS
from khaka.scoring.blueprint.presence import booths_reached
from khaka.scoring.blueprint.tables import BySeat, Tables

_KEY: Final = ["election_id", "seat_id", "booth_no"]
_BOOTH: Final = ["seat_id", "booth_no"]
_NAMES: Final = ("name", "polling_centre", "village", "block")
_LEGACY_SIGNS: Final = r"[\]\[{};~^|]"  # letters of the legacy font that no name in Latin has


class Booths:
    """The booths of all seats.

    Parameters
    ----------
    tables : Tables
        As they were known.
    party : str
        Whose support.
    lineage : Path
        The workspace's lineage file; it need not exist.
    """

    def __init__(self, tables: Tables, party: str, lineage: Path) -> None:
        self._tables, self._party = tables, party
        listed = _newest_lists(tables)
        self.lists = {
            str(seat): str(name) for seat, name in zip(listed["seat_id"], listed["election_id"], strict=True)
        }  # fmt: skip
        reached = booths_reached(tables.known, listed)
        self.logged = tables.known.has("activity")
        votes = _carried(_votes(tables, party), listed, lineage)
        self.polls = dict.fromkeys(votes["seat_id"].unique(), tables.booth_poll)
        named = reached[reached["booth_no"] != ""]
        self.first_day: dict[str, dt.date] = {
            str(seat): day for seat, day in reached.groupby("seat_id")["first_day"].min().items()
        }
        frame = listed.merge(votes, on=_BOOTH, how="left").merge(_visits(named), on=_BOOTH, how="left")
        frame = frame.merge(_teams(tables), on=_BOOTH, how="left")
        for name in ("reached_by", "claimed_by"):
            filled = frame[name].astype("Int64").fillna(0)
            frame[name] = filled if self.logged else filled.mask(filled >= 0)
        frame["presence"] = _presence(frame, logged=self.logged)
        if not tables.own("booth_team").empty:
            frame["team"] = frame["team"].astype("Int64").fillna(0)
        frame = frame.rename(columns={"station_name": "name"})
        order = frame["booth_no"].astype("str").str.extract(r"^(\d+)(.*)$")
        frame["_at"] = pd.to_numeric(order[0], errors="coerce")
        frame["_suffix"] = order[1].fillna("")
        frame = frame.sort_values(["seat_id", "_at", "_suffix", "booth_no"], kind="stable")
        self._by_seat = BySeat(frame[["seat_id", *BOOTH_COLUMNS]])
        self._sizes = {str(seat): int(count) for seat, count in frame.groupby("seat_id").size().items()}
        there = named[named["verified"]].merge(listed[_BOOTH].astype("str"), on=_BOOTH)
        pairs = zip(there["seat_id"].astype("str"), there["aspirant_id"].astype("str"), strict=True)
        self._reached = Counter(pairs)

    def share_reached(self, seat: str, aspirant_id: str) -> float | None:
        """Return the share of a seat's booths where an aspirant has a verified event; None where nothing is logged."""
        booths = self._sizes.get(seat, 0)
        return self._reached[seat, aspirant_id] / booths if booths and self.logged else None

    def of(self, seat: str) -> pd.DataFrame:
        """Return a seat's booths in `BOOTH_COLUMNS`, names in a legacy font as Unicode."""
        frame = self._by_seat.of(seat)[list(BOOTH_COLUMNS)].reset_index(drop=True)
        for name in _NAMES:
            if frame[name].str.contains(_LEGACY_SIGNS, regex=True).fillna(False).any():
                frame[name] = frame[name].map(_readable, na_action="ignore")
        return frame


def _readable(text: str) -> str:
    return to_unicode(text) if looks_like_krutidev(text) else text


def _newest_lists(tables: Tables) -> pd.DataFrame:
    """Return one list of booths a seat: the coming election's own, else that of the last poll with booth results."""
    rows = tables.known.frame("booths")
    own = rows["election_id"] == tables.election_id
    with_own = set(rows.loc[own, "seat_id"].astype("str"))
    seats = rows["seat_id"].astype("str")
    keep = own | ((rows["election_id"] == tables.booth_poll) & ~seats.isin(with_own))
    return rows[keep].astype(dict.fromkeys(_KEY, "str")).reset_index(drop=True)


def _votes(tables: Tables, party: str) -> pd.DataFrame:
    """Return own, leader's and valid votes, votes polled and electors of each booth of the last poll with results."""
    rows = tables.known.frame("booth_votes")
    rows = rows[(rows["election_id"] == tables.booth_poll) & rows["votes"].notna()]
    rows = rows[[*_KEY, "party", "votes"]].astype({**dict.fromkeys(_KEY, "str"), "party": "str", "votes": "int64"})
    rows = rows[rows["party"] != "NOTA"]
    if rows.empty:
        blank = {name: pd.Series(dtype="str") for name in _KEY}
        return pd.DataFrame(
            {**blank, **{name: pd.Series(dtype="int64") for name in ("own", "valid", "polled", "roll")}}
        )
    rows["own"] = rows["votes"].where(rows["party"] == party, 0)
    found = rows.groupby(_KEY, as_index=False).agg(own=("own", "sum"), valid=("votes", "sum"))
    booths = tables.known.frame("booths")
    booths = booths[booths["election_id"] == tables.booth_poll][[*_KEY, "votes_polled", "electors"]]
    booths = booths.astype(dict.fromkeys(_KEY, "str")).drop_duplicates(_KEY)
    found = found.merge(booths, on=_KEY, how="left")
    polled, roll = found["votes_polled"].astype("float64"), found["electors"].astype("float64")
    usable = polled.notna() & roll.notna() & (polled <= roll) & (roll > 0)
    found["polled"] = polled.where(usable, 0).astype("int64")
    found["roll"] = roll.where(usable, 0).astype("int64")
    leading = rows.sort_values([*_KEY, "votes", "party"], ascending=[True, True, True, False, True], kind="stable")
    first = leading.drop_duplicates(_KEY)[[*_KEY, "party"]].rename(columns={"party": "leading_party"})
    return found.drop(columns=["votes_polled", "electors"]).merge(first, on=_KEY, how="left")


def _carried(votes: pd.DataFrame, listed: pd.DataFrame, lineage: Path) -> pd.DataFrame:
    """Return support and turnout by today's booth."""
    columns = ["own", "valid", "polled", "roll"]
    if votes.empty:
        return _rates(pd.DataFrame(columns=[*_BOOTH, *columns, "known_share", "leading_party"]))
    current = listed.drop_duplicates("seat_id").set_index("seat_id")["election_id"]
    same = votes["seat_id"].map(current) == votes["election_id"]
    direct = votes[same].assign(known_share=1.0)
    moved = votes[~same & votes["seat_id"].isin(current.index)]
    parts = [direct]
    if len(moved) and lineage.is_file():
        links = read_parquet(lineage).to_pandas()
        links = links[
            links["from_election"].isin(moved["election_id"].unique()) & links["to_election"].isin(current.unique())
        ]
        for _, pair in links.groupby(["from_election", "to_election"]):
            found = carry(pair, moved[[*_KEY, *columns]])
            found = found[found["booth_no"] != ""]
            whole = pair[pair["weight_to"] > 0.5]  # one main ancestor: its leading party is said of the booth
            first = whole.merge(
                moved, left_on=["from_seat_id", "from_booth_no"], right_on=_BOOTH, how="inner", suffixes=("", "_old")
            )[["to_seat_id", "to_booth_no", "leading_party"]].rename(
                columns={"to_seat_id": "seat_id", "to_booth_no": "booth_no"}
            )
            parts.append(found.merge(first.drop_duplicates(_BOOTH), on=_BOOTH, how="left"))
    whole_frame = pd.concat([part for part in parts if len(part)] or [direct], ignore_index=True)
    return _rates(whole_frame.drop_duplicates(_BOOTH))


def _rates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the shares behind carried counts; unknown where nothing was counted."""
    valid, roll = frame["valid"].astype("float64"), frame["roll"].astype("float64")
    return pd.DataFrame(
        {
            "seat_id": frame["seat_id"].astype("str"),
            "booth_no": frame["booth_no"].astype("str"),
            "support": frame["own"].astype("float64") / valid.where(valid > 0),
            "turnout": frame["polled"].astype("float64") / roll.where(roll > 0),
            "known_share": frame["known_share"].astype("float64"),
            "leading_party": frame["leading_party"].astype("object"),
        }
    )


def _visits(reached: pd.DataFrame) -> pd.DataFrame:
    """Return by booth how many aspirants were there, verified and in all."""
    if reached.empty:
        return pd.DataFrame(
            {**{name: pd.Series(dtype="str") for name in _BOOTH},
             **{name: pd.Series(dtype="int64") for name in ("reached_by", "claimed_by")}}
        )  # fmt: skip
    return reached.groupby(_BOOTH, as_index=False).agg(reached_by=("verified", "sum"), claimed_by=("verified", "size"))


def _presence(frame: pd.DataFrame, *, logged: bool) -> pd.Series:
    if not logged:
        return pd.Series([None] * len(frame), index=frame.index, dtype="object")
    reached, claimed = frame["reached_by"].astype("int64"), frame["claimed_by"].astype("int64")
    said = np.where(reached > 0, "reached", np.where(claimed > 0, "doubtful", "never"))
    return pd.Series(said, index=frame.index, dtype="object")


def _teams(tables: Tables) -> pd.DataFrame:
    """Return by booth how many roles of its team are filled, by the newest record of each role."""
    rows = tables.own("booth_team").sort_values("recorded_at").drop_duplicates([*_KEY, "role"], keep="last")
    if rows.empty:
        return pd.DataFrame({**{name: pd.Series(dtype="str") for name in _BOOTH}, "team": pd.Series(dtype="Int64")})
    rows = rows.astype(dict.fromkeys(_BOOTH, "str"))
    filled = rows["filled"].astype("boolean").fillna(False).astype("int64")
    return rows.assign(team=filled).groupby(_BOOTH, as_index=False).agg(team=("team", "sum"))
