"""A person's record, rebuilt from earlier polls of two seats."""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.features.person_history import PERSON_FEATURES, person_features
from khaka.features.poll_maps import Contest


def contest(rows: list[tuple[str, str, str | None]]) -> Contest:
    nominees = pd.DataFrame(rows, columns=["place", "party", "person_id"])
    nominees["row_seat"] = nominees["place"].map({"s1": 0, "s2": 1})
    return Contest("S24-2020-AE", "S24", nominees, pd.DataFrame(), (), np.zeros((2, 0), dtype=bool))


def past(rows: list[tuple[str, str, str, str, str | None, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["election_id", "kind", "place", "party", "person_id", "share"])
    day = table["election_id"].str.split("-").str[1] + "-03-31"
    return table.assign(result_date=pd.to_datetime(day), seat_id=table["place"])


PAST = past([
    ("S24-2015-AE", "AE", "s1", "A", "ann", 0.6), ("S24-2015-AE", "AE", "s1", "B", "bob", 0.4),
    ("S24-2015-AE", "AE", "s2", "A", "cat", 0.3), ("S24-2015-AE", "AE", "s2", "B", "dan", 0.7),
    ("S24-2017-BYE1", "BYE", "s2", "A", "eve", 0.55), ("S24-2017-BYE1", "BYE", "s2", "B", "dan", 0.45),
])  # fmt: skip


def test_the_winner_of_a_by_election_sits_and_the_winner_before_does_not() -> None:
    out = person_features(contest([("s2", "A", "eve"), ("s2", "B", "dan")]), PAST)
    assert out["p_sitting"].tolist() == [1, 0]
    assert out["party_sitting"].tolist() == [1, 0]
    assert out["rival_sitting"].tolist() == [0, 1]
    assert out["p_contests"].tolist() == [1, 2]
    assert out["p_wins"].tolist() == [1, 1]


def test_a_turncoat_brings_the_share_along_and_the_old_party_feels_it() -> None:
    out = person_features(contest([("s1", "B", "ann"), ("s1", "A", "new")]), PAST)
    assert out["p_turncoat"].tolist() == [1, 0]
    assert out["p_switch_share"].tolist() == [0.6, 0]
    assert out["party_lost_share"].tolist() == [0, 0.6]
    assert out["rival_switch_share"].tolist() == [0, 0.6]
    assert out["party_dropped"].tolist() == [0, 1]


def test_blank_and_new_persons_have_the_same_record_of_zeros() -> None:
    blank, new = (person_features(contest([("s1", "C", person)]), PAST) for person in (None, "zoe"))
    pd.testing.assert_frame_equal(blank, new)
    own = [name for name in PERSON_FEATURES if name.startswith("p_")]
    assert (blank[own] == 0).all(axis=None)


def test_the_last_share_is_compared_with_the_partys_mean() -> None:
    out = person_features(contest([("s1", "A", "ann")]), PAST)
    assert np.isclose(out["p_last_over_party"][0], 0.6 - 0.45)
