"""Booth history in plain pandas, as an analyst would write it; checked equal to the SQL's by the benchmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def booth_history(tables: Path, past: set[str], party: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a party's features and the turnout features of each seat's last poll with booths.

    Parameters
    ----------
    tables : Path
        Folder of the workspace's tables.
    past : set of str
        Elections whose results are known.
    party : str
        Whose features.

    Returns
    -------
    support, turnout : DataFrame
        Indexed by seat_id and party, and by seat_id.
    """
    elections = pd.read_parquet(tables / "elections").set_index("election_id")
    votes = pd.read_parquet(tables / "booth_votes", columns=["election_id", "seat_id", "booth_no", "party", "votes"])
    votes = votes[votes["election_id"].isin(past)]
    votes = votes.groupby(["election_id", "seat_id", "booth_no", "party"], as_index=False)["votes"].sum()
    booth = votes.groupby(["election_id", "seat_id", "booth_no"])["votes"].agg(total="sum", best="max").reset_index()
    booth = booth[booth["total"] > 0]
    last = _last(booth, elections)
    votes, booth = votes.merge(last), booth.merge(last)
    parties = votes.loc[(votes["party"] == party) & (votes["votes"] > 0), ["seat_id", "party"]]
    rows = parties.drop_duplicates().merge(booth, on="seat_id").merge(
        votes, on=["election_id", "seat_id", "booth_no", "party"], how="left"
    )  # fmt: skip
    rows["votes"] = rows["votes"].fillna(0).astype(float)
    rows["share"] = rows["votes"] / rows["total"]
    rows["led"] = rows["votes"] >= rows["best"]
    sums = rows.groupby(["seat_id", "party"])[["votes", "total"]].transform("sum")
    rows["seat_share"], rows["seat_total"] = sums["votes"] / sums["total"], sums["total"]
    rows = rows.sort_values(["seat_id", "party", "share", "booth_no"])
    rows["middle"] = rows.groupby(["seat_id", "party"])["total"].cumsum() - rows["total"] / 2
    support = rows.groupby(["seat_id", "party"]).apply(_party, include_groups=False)
    return support, _turnout(tables, elections, past)


def _last(booths: pd.DataFrame, elections: pd.DataFrame) -> pd.DataFrame:
    """Return the last poll of each seat: an assembly election before a Lok Sabha poll."""
    polls = booths[["election_id", "seat_id"]].drop_duplicates()
    polls["assembly"] = polls["election_id"].map(elections["kind"]) == "AE"
    polls["day"] = polls["election_id"].map(elections["result_date"])
    polls = polls.sort_values(["assembly", "day", "election_id"])
    return polls.drop_duplicates("seat_id", keep="last")[["election_id", "seat_id"]]


def _party(rows: pd.DataFrame) -> pd.Series:
    share, total, votes = rows["share"], rows["total"], rows["votes"]
    seat = rows["seat_share"].iloc[0]
    whole = rows["seat_total"].iloc[0]
    top = rows[rows["middle"] >= 0.9 * whole]
    return pd.Series(
        {
            "booth_share": seat,
            "booth_leads": rows["led"].mean(),
            "booth_strong": (share >= 1.25 * seat).mean(),
            "booth_weak": (share <= 0.75 * seat).mean(),
            "booth_spread": np.sqrt((total * (share - seat) ** 2).sum() / total.sum()),
            "booth_concentration": 2 * (votes * rows["middle"]).sum() / (whole * votes.sum()) - 1,
            "booth_best_tenth": top["votes"].sum() / top["total"].sum() / seat if len(top) else np.nan,
        }
    )


def _turnout(tables: Path, elections: pd.DataFrame, past: set[str]) -> pd.DataFrame:
    booths = pd.read_parquet(tables / "booths")
    booths = booths[booths["election_id"].isin(past) & (booths["electors"] > 0) & (booths["votes_polled"] > 0)]
    booths = booths[booths["votes_polled"] <= booths["electors"]]
    booths = booths.merge(_last(booths, elections))
    electors, polled = booths["electors"].astype(float), booths["votes_polled"].astype(float)
    women, voted = booths["electors_female"].astype(float), booths["votes_polled_female"].astype(float)
    sound = (women >= 1) & (women <= electors - 1) & (voted <= women) & (polled - voted).between(0, electors - women)
    parts = pd.DataFrame({
        "seat_id": booths["seat_id"], "electors": electors, "polled": polled, "turnout": polled / electors,
        "w": women.where(sound), "v": voted.where(sound), "m": (electors - women).where(sound),
        "n": (polled - voted).where(sound),
    })  # fmt: skip
    by = parts.groupby("seat_id")
    sums = by[["electors", "polled", "w", "v", "m", "n"]].sum(min_count=1)
    return pd.DataFrame(
        {
            "booth_turnout": sums["polled"] / sums["electors"],
            "booth_turnout_spread": by["turnout"].std(ddof=0),
            "booth_women_gap": sums["v"] / sums["w"] - sums["n"] / sums["m"],
        }
    )
