"""One seat, two polls: booths A, B, C of 2012; in 2017 A stays, B is split in two, C stays, all renumbered.

        2012 INC BJP        2017 INC BJP   (of 100, 100 and 100 votes; B becomes two booths of 60 and 40)
A            40  60              50  50
B            80  20          B1: 42  18   B2: 28 12
C            10  90              10  90
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.features.booth_family import FEATURES as FAMILY
from khaka.features.booth_family import booth_family
from khaka.features.booth_lineage import carried_votes
from khaka.features.booth_swing import FEATURES, features
from khaka.features.cutoff import KnownTables
from khaka.features.source import FrameSource

SEAT, OTHER = "S24-2008-1", "S24-2008-2"
POLLS = {"S24-2012-AE": "2012-03-06", "S24-2017-AE": "2017-03-11", "S24-2022-AE": "2022-03-10"}
FIRST, SECOND, NEXT = POLLS

Booth = tuple[str, str, int, dict[str, int]]  # number, station, electors, votes
BEFORE: list[Booth] = [
    ("1", "PRIMARY SCHOOL RAMPUR", 200, {"INC": 40, "BJP": 60}),
    ("2", "JUNIOR HIGH SCHOOL KHANPUR", 250, {"INC": 80, "BJP": 20}),
    ("3", "PANCHAYAT BHAWAN SITAPUR", 200, {"INC": 10, "BJP": 90}),
]
AFTER: list[Booth] = [
    ("11", "PRIMARY SCHOOL RAMPUR", 200, {"INC": 50, "BJP": 50}),
    ("12", "JUNIOR HIGH SCHOOL KHANPUR ROOM NO 1", 150, {"INC": 42, "BJP": 18}),
    ("13", "JUNIOR HIGH SCHOOL KHANPUR ROOM NO 2", 100, {"INC": 28, "BJP": 12}),
    ("14", "PANCHAYAT BHAWAN SITAPUR", 200, {"INC": 10, "BJP": 90}),
]


def tables(before: list[Booth] = BEFORE, after: list[Booth] = AFTER, seat: str = SEAT) -> dict[str, pd.DataFrame]:
    rolls = [(FIRST, before), (SECOND, after)]
    booths = [
        {"election_id": election, "seat_id": seat, "booth_no": number, "station_name": name, "electors": size,
         "votes_polled": sum(votes.values())}
        for election, part in rolls for number, name, size, votes in part
    ]  # fmt: skip
    votes = [
        {"election_id": election, "seat_id": seat, "booth_no": number, "party": party, "votes": count}
        for election, part in rolls for number, _, _, given in part for party, count in given.items()
    ]  # fmt: skip
    days = pd.to_datetime(list(POLLS.values()))
    return {
        "elections": pd.DataFrame({"election_id": list(POLLS), "kind": "AE", "result_date": days}),
        "booths": pd.DataFrame(booths).astype({"electors": "Int64", "votes_polled": "Int64"}),
        "booth_votes": pd.DataFrame(votes).astype({"votes": "Int64"}),
    }


def known(given: dict[str, pd.DataFrame], as_of: dt.date = dt.date(2022, 1, 1)) -> KnownTables:
    return KnownTables(FrameSource(given), as_of=as_of, election_id=NEXT)


def table(given: dict[str, pd.DataFrame], as_of: dt.date = dt.date(2022, 1, 1)) -> pd.DataFrame:
    people = pd.DataFrame({"seat_id": SEAT, "party": ["INC", "BJP", "SP", "IND"]})
    return features(known(given, as_of), people).set_axis(people["party"])


def test_earlier_votes_come_to_the_later_booths_to_the_unit() -> None:
    carried = carried_votes(known(tables()))
    inc = carried[carried["party"] == "INC"].set_index("booth_no")["earlier"]
    assert inc.to_dict() == {"11": 40, "12": 48, "13": 32, "14": 10}
    assert carried.groupby("party")["earlier"].sum().to_dict() == {"BJP": 170, "INC": 130}


def test_swing_at_the_same_booths_by_hand() -> None:
    inc = table(tables()).loc["INC"]
    # A +10 points of 100 votes, B1 and B2 -10 of 60 and 40, C 0 of 100
    assert inc["booth_swing"] == pytest.approx(0, abs=1e-9)
    assert inc["booth_swing_spread"] == pytest.approx((200 / 3) ** 0.5)
    assert inc["booth_gained"] == pytest.approx(1 / 3)
    assert inc["booth_held"] == pytest.approx(1)  # it led at B and leads at B1 and B2
    assert inc["booth_volatility"] == pytest.approx((100 * 0.1 + 100 * 0.1 + 0) / 300)
    assert inc["booth_followed"] == pytest.approx(1)
    assert table(tables()).loc["BJP", "booth_held"] == pytest.approx(1)  # a tie at A counts as leading


def test_margins_of_the_last_poll_by_hand() -> None:
    inc = table(tables()).loc["INC"]
    # margins by votes: -80 (100), 0 (100), +40 (60), +40 (40)
    assert inc[["booth_margin_low", "booth_margin_median", "booth_margin_high"]].tolist() == pytest.approx([-80, 0, 40])
    assert inc["booth_close"] == pytest.approx(1 / 3)


def test_turnout_where_the_party_is_strong_against_where_it_is_weak() -> None:
    inc = table(tables()).loc["INC"]
    # better half: 12 and 13 (100 of 250); the other: 11 and 14 (200 of 400)
    assert inc["booth_turnout_gap"] == pytest.approx(100 / 250 - 200 / 400)


def test_a_party_without_votes_and_independents_are_blank() -> None:
    rows = table(tables()).loc[["SP", "IND"], ["booth_swing", "booth_margin_median", "booth_neighbours"]]
    assert rows.isna().to_numpy().all()


def test_numbers_of_booths_mean_nothing() -> None:
    other = [(str(90 - at), *booth[1:]) for at, booth in enumerate(AFTER)]
    pd.testing.assert_frame_equal(table(tables()), table(tables(after=other)))  # type: ignore[arg-type]


def test_booths_without_a_past_count_as_not_followed() -> None:
    new: Booth = ("15", "KANYA INTER COLLEGE NAYAGAON", 230, {"INC": 100, "BJP": 0})
    found = table(tables(after=[*AFTER, new])).loc["INC"]
    assert found["booth_followed"] == pytest.approx(3 / 4)
    assert found["booth_swing"] == pytest.approx(0, abs=1e-9)


def test_what_was_not_known_yet_is_not_used() -> None:
    early = table(tables(), as_of=dt.date(2016, 1, 1))
    assert early["booth_swing"].isna().all()
    assert early.loc["INC", "booth_margin_median"] == pytest.approx(-20)


def test_a_single_poll_has_margins_and_no_swing() -> None:
    given = tables()
    given["booth_votes"] = given["booth_votes"][given["booth_votes"]["election_id"] == SECOND]
    found = table(given)
    assert found["booth_swing"].isna().all()
    assert found.loc["INC", "booth_margin_median"] == pytest.approx(0)


def test_neighbours_by_number_where_there_is_no_map_and_by_the_map_where_there_is_one() -> None:
    import shapely

    near, far = tables(), tables(seat="S24-2008-9")
    beside = tables(before=BEFORE, after=[("1", "X", 100, {"INC": 90, "BJP": 10})], seat=OTHER)
    given = {name: pd.concat([near[name], beside[name], far[name]]).drop_duplicates() for name in near}
    by_number = table(given).loc["INC", "booth_neighbours"]
    assert 0.8 < by_number <= 0.9  # next by number: 90%; the far one hardly counts
    boxes = {SEAT: 0, "S24-2008-9": 1, OTHER: 5}
    given["boundaries"] = pd.DataFrame({
        "level": "seat", "unit_id": list(boxes), "name": "",
        "geometry": [shapely.to_wkb(shapely.box(80 + at, 27, 81 + at, 28)) for at in boxes.values()],
    })  # fmt: skip
    assert table(given).loc["INC", "booth_neighbours"] == pytest.approx(130 / 300)


def test_the_order_of_rows_changes_nothing() -> None:
    given = tables()
    shuffled = {name: frame.sample(frac=1, random_state=2) for name, frame in given.items()}
    pd.testing.assert_frame_equal(table(given), table(shuffled))


def test_without_booths_all_is_blank_and_nothing_stops() -> None:
    found = table({"elections": tables()["elections"]})
    assert list(found.columns) == list(FEATURES)
    assert found.isna().to_numpy().all()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(50, 1500)), min_size=3, max_size=9))
def test_votes_are_conserved_whatever_the_booths(booths: list[tuple[int, int, int]]) -> None:
    villages = ["RAMPUR", "KHANPUR", "SITAPUR", "GOPALGANJ", "BELA", "TIKARI", "MADHOPUR", "NAGLA", "PIPRI"]
    before: list[Booth] = [
        (str(n), f"PRIMARY SCHOOL {villages[n]}", size, {"INC": inc, "BJP": bjp})
        for n, (inc, bjp, size) in enumerate(booths)
    ]
    after: list[Booth] = [(str(n), *booth[1:]) for n, booth in enumerate(reversed(before[1:]))]  # type: ignore[misc]
    if not any(inc + bjp for inc, bjp, _ in booths[1:]):
        return
    carried = carried_votes(known(tables(before, after)))
    counts = carried.groupby("party")[["votes", "earlier"]].sum()
    for party, at in (("INC", 0), ("BJP", 1)):
        if party in counts.index:
            assert counts.loc[party, "earlier"] == sum(booth[at] for booth in booths)
            assert counts.loc[party, "votes"] == sum(booth[at] for booth in booths[1:])


def test_the_family_has_a_unit_and_a_source_for_every_column_and_none_for_independents() -> None:
    rows = pd.DataFrame({"seat_id": SEAT, "party": ["INC", "IND"]})
    found = booth_family(known(tables()), rows)
    assert list(found.columns) == list(FAMILY)
    assert all(info.unit and info.source and info.doc and info.family == "booth_history" for info in FAMILY.values())
    assert found.iloc[1].isna().all()
    assert np.isfinite(found.loc[0, "booth_share"])
