"""One seat of four booths on a line, about 11 km apart; aspirants x, y and z; poll list and votes of 2012 beside it.

booth      1     2     3     4
INC 2012  10%   20%   30%   40%     the weaker half is booths 1 and 2, joined by station name
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from khaka.features.cutoff import KnownTables
from khaka.features.people import people
from khaka.features.presence import FEATURES, features, verified_share
from khaka.features.source import FrameSource

OLD, NEW, SEAT = "S24-2012-AE", "S24-2017-AE", "S24-2008-1"
LAT = {"1": 26.0, "2": 26.1, "3": 26.2, "4": 26.3}
AS_OF = dt.date(2017, 1, 31)


def event(number: int, aspirant: str = "x", booth: str = "1", **changes: Any) -> dict[str, Any]:
    """A sound visit on the day `number` days after 1 December 2016, received an hour later."""
    started = pd.Timestamp("2016-12-01T06:00Z") + pd.Timedelta(days=number)
    row = {
        "event_id": f"e{number}{aspirant}{booth}", "aspirant_id": aspirant, "seat_id": SEAT, "booth_no": booth,
        "kind": "booth_visit", "started_at": started, "lat": LAT.get(booth, 26.0) + 0.001, "lon": 80.0,
        "accuracy_m": 10.0, "mock_location": False, "device_id": f"d-{aspirant}", "attendance": 20,
        "photo_hash": f"p{number}{aspirant}{booth}",
    }  # fmt: skip
    row |= changes
    row.setdefault("received_at", row["started_at"] + pd.Timedelta(hours=1))
    return row


def tables(events: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    names = {"1": "1", "2": "2", "3": "3", "4": "4"}
    old_numbers = {"9": "1", "8": "2", "7": "3", "6": "4"}  # the old list numbers them the other way round
    booths = [
        {"election_id": NEW, "seat_id": SEAT, "booth_no": b, "lat": LAT[b], "lon": 80.0, "station_name": f"School {n}"}
        for b, n in names.items()
    ]
    booths += [
        {"election_id": OLD, "seat_id": SEAT, "booth_no": b, "lat": None, "lon": None, "station_name": f"SCHOOL-{n}"}
        for b, n in old_numbers.items()
    ]
    votes = [
        {"election_id": OLD, "seat_id": SEAT, "booth_no": b, "party": party, "votes": count}
        for b, n in old_numbers.items()
        for party, count in (("INC", 10 * int(n)), ("BJP", 100 - 10 * int(n)))
    ]
    activity = pd.DataFrame(events)
    for column in ("started_at", "received_at"):
        activity[column] = pd.to_datetime(activity[column], utc=True)
    return {
        "elections": pd.DataFrame(
            {
                "election_id": [OLD, NEW],
                "kind": "AE",
                "poll_date": pd.to_datetime(["2012-03-01", "2017-03-01"]),
                "result_date": pd.to_datetime(["2012-03-06", "2017-03-11"]),
            }
        ),
        "aspirants": pd.DataFrame({"election_id": NEW, "seat_id": SEAT, "aspirant_id": ["x", "y", "z"]}),
        "booths": pd.DataFrame(booths),
        "booth_votes": pd.DataFrame(votes),
        "activity": activity,
    }


def presence(frames: dict[str, pd.DataFrame], as_of: dt.date = AS_OF) -> pd.DataFrame:
    known = KnownTables(FrameSource(frames), as_of=as_of, election_id=NEW)
    rows = people(known, party="INC", kind="aspirant")
    return features(known, rows).set_axis(rows["aspirant_id"])


def of(events: list[dict[str, Any]], feature: str = "presence_booths", aspirant: str = "x") -> float:
    return float(presence(tables(events)).loc[aspirant, feature])


TWO_BOOTHS = [event(1, booth="1"), event(2, booth="3"), event(30, "y", "4")]


def test_booths_reached_are_counted_once_over_all_booths_of_the_seat() -> None:
    assert of([*TWO_BOOTHS, event(9, booth="1")]) == 2 / 4


def test_weak_booths_are_joined_by_name_and_never_by_number() -> None:
    table = presence(tables(TWO_BOOTHS))
    assert table["presence_weak_booths"].tolist() == [1 / 2, 0.0, 0.0]


def test_the_first_event_of_each_aspirant_is_no_impossible_journey() -> None:
    table = presence(tables([event(1), event(1, "y", "4")]))
    assert table.loc[["x", "y"], "presence_booths"].tolist() == [1 / 4, 1 / 4]


def test_an_aspirant_without_an_event_has_zero_and_no_verified_share() -> None:
    table = presence(tables(TWO_BOOTHS))
    assert table.loc["z", "presence_booths"] == 0.0
    assert np.isnan(table.loc["z", "verified_share"])


def test_without_any_activity_presence_is_unknown() -> None:
    frames = tables(TWO_BOOTHS)
    frames["activity"] = frames["activity"].head(0)
    assert presence(frames).isna().all(axis=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"mock_location": True},
        {"kind": "social_post"},
        {"lat": 26.05},  # 5.6 km from booth 1
        {"lat": 26.05, "accuracy_m": 1e9},  # a boast of inaccuracy is no alibi
        {"lat": None, "lon": None},
        {"lat": 26.01},  # whole hundredths of a degree: typed in
        {"lat": 0.0, "lon": 0.0},
        {"received_at": pd.Timestamp("2016-12-20T06:00Z")},
        {"received_at": pd.Timestamp("2016-12-01T06:00Z")},  # starts in the future
        {"device_id": "d-y"},
        {"seat_id": "S24-2008-2"},
        {"booth_no": "99"},
        {"photo_hash": "p0xseen"},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_an_event_that_fails_a_check_reaches_no_booth(changes: dict[str, Any]) -> None:
    honest = [event(0, booth="4", photo_hash="p0xseen"), event(1, "y", "4")]
    assert of([*honest, event(8, booth="1")]) == 2 / 4
    assert of([*honest, event(8, booth="1", **changes)]) == 1 / 4


def test_the_copy_of_another_aspirants_event_counts_for_the_first_only() -> None:
    first = event(1)
    stolen = {**first, "event_id": "stolen", "aspirant_id": "y", "device_id": "d-y",
              "received_at": first["received_at"] + pd.Timedelta(hours=1)}  # fmt: skip
    table = presence(tables([first, stolen]))
    assert table.loc[["x", "y"], "presence_booths"].tolist() == [1 / 4, 0.0]


def test_thirty_kilometres_in_six_minutes_are_an_impossible_journey() -> None:
    start = pd.Timestamp("2016-12-02T06:06Z")
    assert of([event(1), event(2, booth="4", started_at=start)]) == 1 / 4
    assert of([event(1), event(2, booth="4", started_at=start + pd.Timedelta(hours=1))]) == 2 / 4


def test_more_than_six_events_in_twenty_minutes_are_a_burst() -> None:
    start = pd.Timestamp("2016-12-02T06:00Z")

    def minutes_apart(gap: float) -> list[dict[str, Any]]:
        return [event(n, attendance=n, started_at=start + pd.Timedelta(minutes=gap * n)) for n in range(7)]

    assert of([*minutes_apart(1), event(2, "y", "4")]) == 0.0
    assert of([*minutes_apart(4), event(2, "y", "4")]) == 1 / 4


def test_a_booth_without_coordinates_is_checked_against_the_range_of_the_seat() -> None:
    frames = tables([event(1, lat=26.201), event(2, "y", "1", lat=27.001)])
    own = frames["booths"]["booth_no"].eq("1")
    frames["booths"].loc[own, ["lat", "lon"]] = np.nan
    assert presence(frames).loc[["x", "y"], "presence_booths"].tolist() == [1 / 4, 0.0]


def test_a_visit_sixty_days_old_is_half_as_fresh() -> None:
    end = pd.Timestamp("2017-01-31T18:30Z")
    events = [event(1, started_at=end - pd.Timedelta(days=60)), event(2, "y", "4")]
    assert of(events, "presence_recency") == pytest.approx(0.5 / 4)


def test_people_met_are_capped_and_counted_once_a_booth() -> None:
    events = [event(1, attendance=5000), event(5, attendance=150), event(9, booth="2", attendance=10)]
    assert of(events, "presence_people_met") == pytest.approx(np.log1p(210))


def test_verified_share_counts_claimed_booth_days() -> None:
    events = [event(1), event(2, booth="2"), event(3, booth="3", mock_location=True), event(3, booth="4", lat=20.0)]
    assert of(events, "verified_share") == 2 / 4
    known = KnownTables(FrameSource(tables(events)), as_of=AS_OF, election_id=NEW)
    assert verified_share(known)["x"] == 2 / 4


def test_without_a_list_of_this_election_the_last_list_known_serves() -> None:
    frames = tables([event(1, booth="9"), event(2, "y", "1")])
    frames["booths"] = frames["booths"][frames["booths"]["election_id"] == OLD]
    table = presence(frames)
    assert table.loc[["x", "y"], "presence_booths"].tolist() == [1 / 4, 0.0]
    assert table.loc["x", "presence_weak_booths"] == 1 / 2


def log_of(seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    visits = [(who, int(rng.integers(0, 55)), str(rng.integers(1, 5))) for who in "xy" for _ in range(12)]
    return [
        event(day, who, booth, lat=LAT[booth] + float(rng.normal(0, 0.002)), attendance=int(rng.integers(1, 90)))
        for who, day, booth in dict.fromkeys(visits)
    ]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["copies", "shifted", "days later", "random points", "random booths"])
def test_a_log_inflated_tenfold_gains_nothing(seed: int, kind: str) -> None:
    honest = log_of(seed)
    before = presence(tables(honest)).loc["x"]
    rng = np.random.default_rng(100 + seed)
    more = []
    for number in range(9):
        for row in (row for row in honest if row["aspirant_id"] == "x"):
            copy = {**row, "event_id": f"{row['event_id']}-{number}"}
            if kind == "shifted":
                copy["started_at"] = row["started_at"] + pd.Timedelta(minutes=int(rng.integers(-120, 120)))
            if kind == "days later":  # without the photo, a metre or two off
                copy["started_at"] = row["started_at"] + pd.Timedelta(days=int(rng.integers(1, 40)), minutes=number)
                copy["received_at"] = copy["started_at"] + pd.Timedelta(hours=1)
                copy |= {"photo_hash": None, "lat": row["lat"] + float(rng.uniform(-1e-5, 1e-5))}
            if kind == "random booths":  # the same photo under any booth's name, anywhere
                copy |= {"booth_no": str(rng.integers(1, 5)), "lat": float(rng.uniform(20, 30))}
            if kind == "random points":
                copy |= {"lat": float(rng.uniform(20, 30)), "lon": float(rng.uniform(75, 85)), "photo_hash": None}
            more.append(copy)
    after = presence(tables(honest + more)).loc["x"]
    gain = after / before - 1
    assert (gain.dropna() < 0.05).all()
    # random points are claims that fail: they show in the verified share, and nowhere else
    steady = gain.drop("verified_share") if kind.startswith("random") else gain
    assert steady.dropna().abs().max() < 0.05


def test_the_order_of_the_rows_does_not_matter_and_later_rows_are_not_seen() -> None:
    frames = tables(log_of(3))
    before = presence(frames)
    shuffled, later = frames["activity"].sample(frac=1, random_state=1), pd.DataFrame([event(70), event(71, "z")])
    frames["activity"] = pd.concat([shuffled, later], ignore_index=True)
    pd.testing.assert_frame_equal(presence(frames), before)


def test_more_presence_never_hurts_by_contract() -> None:
    assert {info.monotone for info in FEATURES.values()} == {1}
