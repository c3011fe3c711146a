"""Moments of election results that a made-up state should share with real ones."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

#: Smallest mean share, in points, of a party whose results are compared.
MAJOR: Final = 5.0


def moments(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Measure how results vary between elections, seats and booths.

    Only assembly elections are used; a pair is two that follow each other on the same seats. Parties with a mean share
    under 5% are left out, independents too.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        `nominees` (election_id, seat_id, party, votes); where present `seats` (seat_id, district), and `booths`
        (station_name) with `booth_votes` of at least two elections of any kind.

    Returns
    -------
    dict of str to float
        In points of share: `swing_rms` (move of a party's mean share over seats contested twice), `residual_sd` (move
        of a seat's share less the party's mean move), `district_sd` (of its district means), `seat_sd` (spread of a
        party's share over seats). Without unit: `persistence` (correlation of a party's shares over seats between a
        pair), `parties` (effective number, 1 / sum of squared shares, mean over seats), and correlations of booth
        shares of a pair, the seat's mean taken out: `booth_by_name` (joined by station name),
        `booth_by_number`. NaN where the tables do not tell.
    """
    result = _seat_moments(tables["nominees"], tables.get("seats"))
    result |= {"booth_by_name": np.nan, "booth_by_number": np.nan}
    if "booths" in tables and "booth_votes" in tables:
        result |= _booth_moments(tables["booths"], tables["booth_votes"])
    return result


def _shares(nominees: pd.DataFrame) -> pd.DataFrame:
    rows = nominees[nominees["votes"].notna() & nominees["election_id"].str.contains("-AE")]
    votes = rows.groupby(["election_id", "seat_id", "party"], observed=True)["votes"].sum().astype(float)
    return (100 * votes / votes.groupby(["election_id", "seat_id"]).transform("sum")).rename("share").reset_index()


def _seat_moments(nominees: pd.DataFrame, seats: pd.DataFrame | None) -> dict[str, float]:
    shares = _shares(nominees)
    square = (shares["share"] / 100) ** 2
    effective = (1 / square.groupby([shares["election_id"], shares["seat_id"]]).sum()).mean()
    shares = shares[shares["party"] != "IND"]
    mean = shares.groupby(["election_id", "party"])["share"].transform("mean")
    size = shares.groupby(["election_id", "party"])["seat_id"].transform("size")
    major = shares[(mean >= MAJOR) & (size >= 10)]
    spread = major.groupby(["election_id", "party"])["share"].std().mean()
    swings, residuals, districts, correlations = [], [], [], []
    district = None if seats is None else seats.drop_duplicates("seat_id").set_index("seat_id")["district"]
    order = sorted(shares["election_id"].unique())
    for before, after in pairwise(order):
        now = major[major["election_id"] == after].merge(
            shares[shares["election_id"] == before], on=["seat_id", "party"], suffixes=("", "_before")
        )
        for _, rows in now.groupby("party"):
            if len(rows) < 10 or rows[["share", "share_before"]].std().min() == 0:
                continue
            move = rows["share"] - rows["share_before"]
            swings.append(float(move.mean()))
            residuals.append(float(move.std()))
            correlations.append(float(np.corrcoef(rows["share"], rows["share_before"])[0, 1]))
            if district is not None:
                means = (move - move.mean()).groupby(rows["seat_id"].map(district)).mean()
                if len(means) > 1:
                    districts.append(float(means.std()))
    return {
        "swing_rms": float(np.sqrt(np.mean(np.square(swings)))) if swings else np.nan,
        "residual_sd": float(np.sqrt(np.mean(np.square(residuals)))) if residuals else np.nan,
        "district_sd": float(np.sqrt(np.mean(np.square(districts)))) if districts else np.nan,
        "seat_sd": float(spread),
        "persistence": float(np.mean(correlations)) if correlations else np.nan,
        "parties": float(effective),
    }


def _booth_moments(booths: pd.DataFrame, votes: pd.DataFrame) -> dict[str, float]:
    key = ["election_id", "seat_id", "booth_no"]
    votes = votes[votes["party"] != "IND"]
    count = votes.set_index([*key, "party"])["votes"].astype(float)
    share = (count / count.groupby(key).transform("sum")).rename("share").reset_index()
    names = booths[[*key, "station_name"]].dropna()
    names = names[~names.duplicated(["election_id", "seat_id", "station_name"], keep=False)]
    rows = share.merge(names, on=key, how="left")
    found: dict[str, list[float]] = {"station_name": [], "booth_no": []}
    order = sorted(rows["election_id"].unique(), key=lambda election: election.split("-")[1])
    for before, after in pairwise(order):
        for join, values in found.items():
            pair = (
                rows[rows["election_id"] == after]
                .dropna(subset=[join])
                .merge(rows[rows["election_id"] == before], on=["seat_id", "party", join], suffixes=("", "_before"))
            )
            if len(pair) < 100:
                continue
            by = [pair["seat_id"], pair["party"]]
            now = pair["share"] - pair["share"].groupby(by).transform("mean")
            then = pair["share_before"] - pair["share_before"].groupby(by).transform("mean")
            large = pair["share"].groupby(pair["party"]).transform("mean") >= MAJOR / 100
            for _, index in now[large].groupby(pair["party"][large]).groups.items():
                if len(index) >= 30 and min(now.loc[index].std(), then.loc[index].std()) > 0:
                    values.append(float(np.corrcoef(now.loc[index], then.loc[index])[0, 1]))
    return {
        "booth_by_name": float(np.mean(found["station_name"])) if found["station_name"] else np.nan,
        "booth_by_number": float(np.mean(found["booth_no"])) if found["booth_no"] else np.nan,
    }
