"""The list of booths of each seat, the weaker half marked, in plain pandas: part of the other side of the benchmark."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pandas as pd

KEY = ["election_id", "seat_id", "booth_no"]


def plain_name(name: object) -> str:
    """Return a station's name without anything but letters, marks and digits."""
    return "".join(sign for sign in str(name) if unicodedata.category(sign)[0] in "LMN").lower()


def booth_list(tables: Path, election_id: str, party: str, past: set[str]) -> pd.DataFrame:
    """Return seat_id, booth_no, lat, lon, weak of seats with aspirants: of the election's own list, else the last."""
    elections = pd.read_parquet(tables / "elections").set_index("election_id")
    people = pd.read_parquet(tables / "aspirants", columns=["election_id", "seat_id"])
    seats = people.loc[people["election_id"] == election_id, "seat_id"].unique()
    booths = pd.read_parquet(tables / "booths", columns=[*KEY, "station_name", "lat", "lon"])
    booths = booths[booths["election_id"].isin(past | {election_id}) & booths["seat_id"].isin(seats)]
    lists = booths[["election_id", "seat_id"]].drop_duplicates()
    lists = lists.assign(own=lists["election_id"] == election_id, day=lists["election_id"].map(elections["poll_date"]))
    lists = lists.sort_values(["own", "day", "election_id"]).drop_duplicates("seat_id", keep="last")
    listed = booths.merge(lists[["election_id", "seat_id"]])
    votes = pd.read_parquet(tables / "booth_votes", columns=[*KEY, "party", "votes"])
    votes = votes[votes["election_id"].isin(past) & votes["seat_id"].isin(seats)]
    stood = votes[(votes["party"] == party) & votes["votes"].notna()]
    polls = stood[["election_id", "seat_id"]].drop_duplicates()
    polls = polls.assign(day=polls["election_id"].map(elections["poll_date"])).sort_values(["day", "election_id"])
    votes = votes.merge(polls.drop_duplicates("seat_id", keep="last")[["election_id", "seat_id"]])
    total = votes.groupby(KEY)["votes"].sum()
    share = (votes[votes["party"] == party].groupby(KEY)["votes"].sum().reindex(total.index) / total).dropna()
    graded = share[total.reindex(share.index) > 0].rename("share").reset_index()
    rank = graded.groupby("seat_id")["share"]
    size = rank.transform("size")
    graded["weak"] = (rank.rank(method="min") - 1) / (size - 1).clip(lower=1) < 0.5
    graded = graded.merge(booths[[*KEY, "station_name"]], on=KEY, how="left")
    graded["name"], listed["name"] = graded["station_name"].map(plain_name), listed["station_name"].map(plain_name)
    by_number = listed[KEY].merge(graded[[*KEY, "weak"]], on=KEY, how="left")["weak"].set_axis(listed.index)
    place = ["seat_id", "name"]
    once = listed[(listed["name"] != "") & ~listed.duplicated(place, keep=False)]
    named = graded[(graded["name"] != "") & ~graded.duplicated(place, keep=False)]
    by_name = once[place].reset_index().merge(named[[*place, "weak"]], on=place).set_index("index")["weak"]
    listed["weak"] = by_number.astype("boolean").fillna(by_name.astype("boolean").reindex(listed.index))
    return listed
