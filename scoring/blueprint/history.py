"""The history strip: the last elections of a seat, Lok Sabha segments among them, with the same parties throughout."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from khaka.scoring.blueprint.model import PartyShare, PastElection
from khaka.scoring.blueprint.tables import MOST_ELECTIONS, BySeat, Tables, number, text, whole

PARTIES: Final = 4
"""Parties with a line of their own, the own party beside them; the rest is "OTH"."""

OTHERS: Final = "OTH"
_NO_PARTY: Final = frozenset({"IND", "OTH", "NOTA"})


def party_results(tables: Tables) -> pd.DataFrame:
    """Return votes and share of every party in every past election that is shown.

    Parameters
    ----------
    tables : Tables
        As they were known.

    Returns
    -------
    DataFrame
        place, election_id, seat_id, party, votes, share (of the valid votes, 0 to 1), sorted by place, poll date and
        votes, largest first. Independents are each their own: "IND" is the strongest of them.
    """
    rows = tables.known.frame("nominees")
    rows = rows[rows["election_id"].isin(tables.shown) & rows["votes"].notna()]
    rows = rows[["election_id", "seat_id", "party", "votes"]].astype(
        {"election_id": "str", "seat_id": "str", "party": "str", "votes": "float64"}
    )
    rows = rows[rows["party"] != "NOTA"]
    rows["valid"] = rows.groupby(["election_id", "seat_id"])["votes"].transform("sum")
    best = rows.groupby(["election_id", "seat_id", "party"], as_index=False).agg(
        votes=("votes", "max"), valid=("valid", "first")
    )
    best["share"] = best["votes"] / best["valid"].where(best["valid"] > 0)
    best["place"] = tables.place(best["seat_id"]).astype("object")
    best["day"] = best["election_id"].map({name: at for at, name in enumerate(tables.shown)})
    return best.sort_values(["place", "day", "votes", "party"], ascending=[True, True, False, True], kind="stable")


class History:
    """The past elections of all seats.

    Parameters
    ----------
    tables : Tables
        As they were known.
    party : str
        Whose tickets.
    """

    def __init__(self, tables: Tables, party: str) -> None:
        self._tables, self._party = tables, party
        self._results = BySeat(party_results(tables), "place")
        polls = tables.known.frame("seat_elections")
        polls = polls.assign(place=tables.place(polls["seat_id"].astype("str")).astype("object"))
        self._polls = {
            (str(row["election_id"]), str(row["place"])): row for row in polls.to_dict("records")
        }  # fmt: skip

    def of(self, place: str) -> tuple[PastElection, ...]:
        """Return the last six elections of a place, oldest first."""
        rows = self._results.of(place)
        if rows.empty:
            return ()
        names = rows["election_id"].to_numpy(dtype=object)
        order = list(dict.fromkeys(names.tolist()))[-MOST_ELECTIONS:]
        parties = rows["party"].to_numpy(dtype=object)
        shares = rows["share"].to_numpy(dtype=float)
        inside = np.isin(names, order)
        main = self._main(parties[inside], shares[inside])
        return tuple(self._one(place, name, names == name, parties, shares, main) for name in order)

    def _main(self, parties: np.ndarray, shares: np.ndarray) -> list[str]:
        """Return the own party and the largest others, by their mean share over the strip."""
        sums: dict[str, float] = {}
        for party, share in zip(parties.tolist(), shares.tolist(), strict=True):
            if party not in _NO_PARTY and share == share:
                sums[party] = sums.get(party, 0.0) + share
        others = sorted((name for name in sums if name != self._party), key=lambda name: (-sums[name], name))
        return [self._party, *others[:PARTIES]]

    def _one(
        self, place: str, name: str, inside: np.ndarray, parties: np.ndarray, shares: np.ndarray,
        main: list[str],
    ) -> PastElection:  # fmt: skip
        here = dict(zip(parties[inside].tolist(), shares[inside].tolist(), strict=True))
        first = str(parties[inside][0])
        own = here.get(self._party)
        rivals = [share for party, share in here.items() if party != self._party]
        margin = None if own is None or not rivals else 100.0 * (own - max(rivals))
        said = [PartyShare(party, here.get(party)) for party in main]
        rest = 1.0 - sum(item.share or 0.0 for item in said)
        poll = self._polls.get((name, place), {})
        electors, polled = whole(poll.get("electors")), number(poll.get("votes_polled"))
        date = self._tables.poll_dates.get(name)
        return PastElection(
            election_id=name,
            kind=self._tables.kinds.get(name, ""),
            year=int(name.split("-")[1]),
            poll_date=date,
            reservation=text(poll.get("reservation")) or "",
            winner=first,
            own_share=own,
            own_margin=margin,
            shares=(*said, PartyShare(OTHERS, max(rest, 0.0))),
            turnout=polled / electors if electors and polled is not None and polled <= electors else None,
            electors=electors,
            roll_version=text(poll.get("roll_version")) or "",
        )
