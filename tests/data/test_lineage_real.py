"""Uttar Pradesh, 2014 to 2017, on seats held back when the evidence was weighed (even AC numbers)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.lineage import build_lineage, match_rates
from khaka.data.lineage_carry import carry

pytestmark = pytest.mark.real

PARTIES = ["BJP", "SP", "BSP"]
#: Latin, Kruti Dev, broken Devanagari, and sheets without any name, from all over the state.
SEATS = [20, 42, 76, 94, 106, 122, 150, 180, 270, 320, 328, 342, 374, 388]


def read(folder: Path, name: str, election: str) -> pd.DataFrame:
    raw = pd.read_csv(folder / "booth" / name, dtype={"booth_no": str})
    raw = raw[raw["ac_no"].isin(SEATS)].reset_index(drop=True)
    votes = raw.filter(regex="^votes_").drop(columns="votes_NOTA").fillna(0).astype(int)
    return pd.DataFrame({
        "election_id": election, "seat_id": "S24-2008-" + raw["ac_no"].astype(str), "booth_no": raw["booth_no"],
        "station_name": raw["station_name"], "electors": raw["electors"].where(raw["electors"] > 0),
        **{party: votes[f"votes_{party}"] for party in PARTIES}, "valid": votes.sum(axis=1),
    })  # fmt: skip


@pytest.fixture(scope="module")
def years(real_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        read(real_data, "up_ls2014_booths.csv.gz", "S24-2014-LS"),
        read(real_data, "up_vs2017_booths.csv.gz", "S24-2017-AE"),
    )


@pytest.fixture(scope="module")
def lineage(years: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return build_lineage(*years)


def correlations(lineage: pd.DataFrame, years: tuple[pd.DataFrame, pd.DataFrame], least: float = 0.0) -> np.ndarray:
    """Correlation of each party's share through the lineage, pooled, the seat's mean taken out."""
    earlier, later = years
    key = ["election_id", "seat_id", "booth_no"]
    carried = carry(lineage, earlier[[*key, *PARTIES, "valid"]]).dropna(subset=["booth_no"])
    sure = lineage.groupby(["to_seat_id", "to_booth_no"])["confidence"].max().rename("sure").reset_index()
    both = later.merge(carried, on=key, suffixes=("", "_before")).merge(
        sure, left_on=["seat_id", "booth_no"], right_on=["to_seat_id", "to_booth_no"]
    )
    both = both[(both["valid"] > 0) & (both["valid_before"] > 0) & (both["sure"] >= least)]
    found = []
    for party in PARTIES:
        shares = pd.DataFrame({
            "now": both[party] / both["valid"], "before": both[f"{party}_before"] / both["valid_before"],
        })  # fmt: skip
        shares -= shares.groupby(both["seat_id"]).transform("mean")
        found.append(shares["now"].corr(shares["before"]))
    return np.array(found)


def test_nine_booths_in_ten_are_linked(lineage: pd.DataFrame) -> None:
    assert match_rates(lineage)["linked"].item() > 0.95


def test_party_shares_agree_through_the_lineage(
    lineage: pd.DataFrame, years: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    assert (correlations(lineage, years) > (0.76, 0.72, 0.70)).all()


def test_the_sure_links_agree_better_than_the_rest(
    lineage: pd.DataFrame, years: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    unsure = lineage[lineage["confidence"] < 0.8]
    assert correlations(lineage, years, 0.95).mean() > correlations(unsure, years).mean()


def test_every_vote_of_the_earlier_election_is_carried(
    lineage: pd.DataFrame, years: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    key = ["election_id", "seat_id", "booth_no"]
    carried = carry(lineage, years[0][[*key, *PARTIES, "valid"]])
    assert (carried[[*PARTIES, "valid"]].sum() == years[0][[*PARTIES, "valid"]].sum()).all()


def test_blanked_votes_change_nothing(lineage: pd.DataFrame, years: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    some = [side[side["seat_id"].isin(["S24-2008-180", "S24-2008-328"])] for side in years]
    blank = [side.assign(**dict.fromkeys([*PARTIES, "valid"], 0)) for side in some]
    part = lineage[lineage["to_seat_id"].isin(["S24-2008-180", "S24-2008-328"])].reset_index(drop=True)
    found = build_lineage(*blank)
    pd.testing.assert_frame_equal(found.sort_values(list(found)[:6]), part.sort_values(list(part)[:6]), check_like=True)


def test_electors_and_order_find_the_booths_whose_names_were_hidden(years: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Names that are equal letter for letter, once on each side, are the truth; the matcher does not see them."""
    earlier, later = years
    once = [side[~side.duplicated(["seat_id", "station_name"], keep=False)] for side in years]
    truth = once[0].merge(once[1], on=["seat_id", "station_name"], suffixes=("_true", ""))
    found = build_lineage(earlier, later.assign(station_name=None)).sort_values("weight_to")
    found = found.drop_duplicates(["to_seat_id", "to_booth_no"], keep="last")
    judged = truth.merge(found, left_on=["seat_id", "booth_no"], right_on=["to_seat_id", "to_booth_no"])
    right = judged["from_booth_no"] == judged["booth_no_true"]
    assert len(judged) > 700
    assert right.mean() > 0.9
    assert right[judged["confidence"] >= 0.95].mean() > 0.98
    assert right[judged["confidence"] < 0.6].mean() < 0.85


def test_shares_agree_the_better_the_surer_the_links_of_a_seat(
    lineage: pd.DataFrame, years: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    """By fifths of the confidence inside each seat, since seats differ in how far their booths do."""
    linked = lineage.dropna(subset=["from_booth_no", "to_booth_no"])
    best = linked.groupby(["to_seat_id", "to_booth_no"])["confidence"].transform("max")
    assert best.value_counts(normalize=True).max() < 0.02  # it goes on telling links apart up to the surest
    fifth = (5 * best.groupby(linked["to_seat_id"]).rank(method="first", pct=True)).clip(upper=4.999).astype(int)
    found = [correlations(linked[fifth == part], years).mean() for part in range(5)]
    assert found[0] + 0.04 < min(found[1:])
    assert found[4] == max(found)
