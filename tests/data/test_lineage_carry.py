"""Counts carried along the lineage: shared out whole, and nothing lost on the way, in both directions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.data.lineage import build_lineage
from khaka.data.lineage_carry import carry

KEY = ["election_id", "seat_id", "booth_no"]


def lineage(rows: list[tuple[str | None, str | None, float, float]]) -> pd.DataFrame:
    """Rows of (earlier booth, later booth, weight_from, weight_to) of one seat."""
    return pd.DataFrame({
        "from_election": "S24-2017-AE", "from_seat_id": "S24-2008-9", "from_booth_no": [row[0] for row in rows],
        "to_election": "S24-2022-AE", "to_seat_id": "S24-2008-9", "to_booth_no": [row[1] for row in rows],
        "weight_from": [row[2] for row in rows], "weight_to": [row[3] for row in rows],
    })  # fmt: skip


def votes(election: str = "S24-2017-AE", **counts: int) -> pd.DataFrame:
    """Votes by booth: votes(b1=100) is booth 1 with 100."""
    return pd.DataFrame({
        "election_id": election, "seat_id": "S24-2008-9", "booth_no": [name[1:] for name in counts],
        "votes": list(counts.values()),
    })  # fmt: skip


def by_booth(carried: pd.DataFrame) -> dict[str, int]:
    return {"nowhere" if pd.isna(booth) else booth: count for booth, count in carried[["booth_no", "votes"]].values}


def test_a_split_shares_out_by_weight_and_the_largest_remainder_gets_the_odd_vote() -> None:
    rows = [("1", "1", 0.5, 1.0), ("1", "2", 0.3, 1.0), ("1", "3", 0.2, 1.0)]
    # 101 votes: 50.5, 30.3, 20.2 -> 51, 30, 20
    assert by_booth(carry(lineage(rows), votes(b1=101))) == {"1": 51, "2": 30, "3": 20}


def test_a_merge_adds_up() -> None:
    rows = [("1", "1", 1.0, 0.6), ("2", "1", 1.0, 0.4)]
    assert by_booth(carry(lineage(rows), votes(b1=300, b2=41))) == {"1": 341}


def test_what_a_closed_booth_had_is_counted_in_no_booth() -> None:
    carried = carry(lineage([("1", "1", 1.0, 1.0), ("2", None, 1.0, 0.0), (None, "2", 0.0, 1.0)]), votes(b1=7, b2=5))
    assert by_booth(carried) == {"1": 7, "nowhere": 5}


def test_a_booth_without_a_lineage_loses_nothing_either() -> None:
    assert by_booth(carry(lineage([("1", "1", 1.0, 1.0)]), votes(b1=7, b99=5))) == {"1": 7, "nowhere": 5}


def test_the_known_share_tells_which_booths_rest_on_part_of_their_people() -> None:
    rows = [("1", "1", 1.0, 0.6), ("2", "1", 1.0, 0.4)]
    assert carry(lineage(rows), votes(b1=300))["known_share"].tolist() == [0.6]
    assert carry(lineage(rows), votes(b1=300, b2=3))["known_share"].tolist() == [1.0]


def test_backward_moves_the_later_counts_to_the_earlier_booths() -> None:
    rows = [("1", "1", 1.0, 0.6), ("2", "1", 1.0, 0.4), (None, "2", 0.0, 1.0)]
    carried = carry(lineage(rows), votes("S24-2022-AE", b1=11, b2=3), backward=True)
    assert by_booth(carried) == {"1": 7, "2": 4, "nowhere": 3}
    assert set(carried["election_id"].dropna()) == {"S24-2017-AE"}


def test_blanks_fractions_and_several_pairs_are_refused() -> None:
    rows = lineage([("1", "1", 1.0, 1.0)])
    with pytest.raises(KhakaError, match="votes has blanks"):
        carry(rows, votes(b1=1).assign(votes=pd.array([None], dtype="Int64")))
    with pytest.raises(KhakaError, match="votes has blanks or fractions"):
        carry(rows, votes(b1=1).assign(votes=0.5))
    with pytest.raises(KhakaError, match="one pair at a time"):
        carry(pd.concat([rows, rows.assign(to_election="S24-2024-LS")]), votes(b1=1))


BOOTHS = st.lists(
    st.tuples(
        st.sampled_from(["", "P.S. RAMPUR", "P.S. KHANPUR R.N.2", "प्रा0वि0 रामपुर", "P.S. SIKRI", "I.C. DADRI"]),
        st.integers(50, 1900), st.integers(0, 10**6), st.integers(0, 900),
    ),
    min_size=1, max_size=10,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(BOOTHS, BOOTHS)
def test_totals_are_conserved_to_the_unit_in_both_directions(one: list, two: list) -> None:
    sides = [
        pd.DataFrame(rows, columns=["station_name", "electors", "votes", "nota"]).assign(
            election_id=election, seat_id="S24-2008-9", booth_no=[str(at) for at in range(len(rows))]
        )
        for election, rows in (("S24-2017-AE", one), ("S24-2022-AE", two))
    ]
    links = build_lineage(*sides)
    for values, other, backward in ((sides[0], sides[1], False), (sides[1], sides[0], True)):
        columns = ["electors", "votes", "nota"]
        carried = carry(links, values[[*KEY, *columns]], backward=backward)
        assert (carried[columns].sum() == values[columns].sum()).all()
        assert set(carried["booth_no"].dropna()) <= set(other["booth_no"])
        assert carried["known_share"].between(0, 1 + 1e-9).all()
        assert (carried[columns] >= 0).to_numpy().all()
        assert all(np.issubdtype(carried[name].dtype, np.integer) for name in columns)
