"""Two elections of one seat: S24-2012-AE (result 6 March 2012) and S24-2017-AE (result 11 March 2017)."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.features.cutoff import KnownTables, end_of_day
from khaka.features.source import FrameSource

OLD, NEW, SEAT = "S24-2012-AE", "S24-2017-AE", "S24-2008-1"
ELECTIONS = pd.DataFrame(
    {"election_id": [OLD, NEW], "kind": "AE", "result_date": pd.to_datetime(["2012-03-06", "2017-03-11"])}
)


def known(as_of: str, election_id: str = NEW, **tables: pd.DataFrame) -> KnownTables:
    source = FrameSource({"elections": ELECTIONS, **tables})
    return KnownTables(source, as_of=dt.date.fromisoformat(as_of), election_id=election_id)


def times(*texts: str) -> pd.Series:
    return pd.to_datetime(pd.Series(texts), utc=True)


def test_the_day_ends_at_midnight_in_india() -> None:
    assert end_of_day(dt.date(2017, 1, 1)) == pd.Timestamp("2017-01-02T00:00:00+05:30")


def test_a_result_counts_from_its_very_day() -> None:
    assert known("2012-03-05").past == frozenset()
    assert known("2012-03-06").past == {OLD}


def test_an_as_of_date_on_the_result_day_is_refused_with_both_dates() -> None:
    with pytest.raises(KhakaError, match=r"2017-03-11.*not 2017-03-11"):
        known("2017-03-11")


def test_nominees_of_the_scored_election_stay_without_their_votes() -> None:
    nominees = pd.DataFrame(
        {"election_id": [OLD, NEW], "seat_id": SEAT, "nominee_id": ["a", "b"], "votes": pd.array([5, 7], dtype="Int64")}
    )
    frame = known("2017-01-01", nominees=nominees).frame("nominees")
    assert frame["nominee_id"].tolist() == ["a", "b"]
    assert frame["votes"].isna().tolist() == [False, True]


def test_an_election_that_is_neither_past_nor_scored_is_dropped_whole() -> None:
    nominees = pd.DataFrame({"election_id": [OLD, NEW], "seat_id": SEAT, "nominee_id": ["a", "b"]})
    assert known("2012-03-01", OLD, nominees=nominees).frame("nominees")["nominee_id"].tolist() == ["a"]


def test_booth_votes_of_the_scored_election_are_dropped() -> None:
    votes = pd.DataFrame({"election_id": [OLD, NEW], "seat_id": SEAT, "booth_no": "1", "party": "INC", "votes": [1, 2]})
    assert known("2017-01-01", booth_votes=votes).frame("booth_votes")["election_id"].tolist() == [OLD]


def test_activity_counts_from_the_moment_it_was_received() -> None:
    activity = pd.DataFrame(
        {
            "event_id": ["a", "b"],
            "started_at": times("2016-12-31T10:00Z", "2016-12-31T10:00Z"),
            "received_at": times("2017-01-01T18:29Z", "2017-01-01T18:30Z"),
        }
    )
    assert known("2017-01-01", activity=activity).frame("activity")["event_id"].tolist() == ["a"]


def test_what_is_recorded_after_the_decision_in_the_seat_is_dropped() -> None:
    aspirants = pd.DataFrame(
        {
            "election_id": NEW,
            "seat_id": SEAT,
            "aspirant_id": ["x", "y"],
            "decided_at": times("2016-12-01T00:00Z", "2016-12-01T00:00Z"),
            "nominated": pd.array([True, False], dtype="boolean"),
        }
    )
    ratings = pd.DataFrame(
        {
            "election_id": NEW,
            "seat_id": SEAT,
            "aspirant_id": ["x", "x", "z"],
            "rated_at": times("2016-11-30T00:00Z", "2016-12-02T00:00Z", "2016-12-02T00:00Z"),
            "rating": [1.0, 2.0, 3.0],
        }
    )
    tables = known("2017-01-01", aspirants=aspirants, ratings=ratings)
    assert tables.frame("ratings")["rating"].tolist() == [1.0, 3.0]
    assert tables.frame("aspirants")["nominated"].isna().all()
    assert tables.chosen()["aspirant_id"].tolist() == ["x"]


def test_a_figure_counts_from_its_year_on() -> None:
    figures = pd.DataFrame({"level": "seat", "unit_id": SEAT, "measure": "m", "year": pd.array([2011, 2018], "Int64")})
    assert known("2017-01-01", demographics=figures).frame("demographics")["year"].tolist() == [2011]


def test_sql_sees_the_cut_tables_all_their_columns_and_further_frames() -> None:
    votes = pd.DataFrame({"election_id": [OLD, NEW], "seat_id": SEAT, "booth_no": "1", "party": "INC", "votes": [1, 2]})
    tables = known("2017-01-01", booth_votes=votes)
    query = "SELECT sum(v.votes) * any_value(f.factor) AS n FROM booth_votes v, further f"
    assert tables.sql(query, further=pd.DataFrame({"factor": [10]}))["n"].tolist() == [10]
    assert tables.sql("SELECT count(lat) AS n FROM activity")["n"].tolist() == [0]


def test_a_past_election_shows_nothing_of_the_later_one() -> None:
    nominees = pd.DataFrame(
        {"election_id": [OLD, NEW], "seat_id": SEAT, "nominee_id": ["a", "b"], "votes": pd.array([5, 7], dtype="Int64")}
    )
    with_later = known("2012-03-01", OLD, nominees=nominees).frame("nominees")
    without = known("2012-03-01", OLD, nominees=nominees.head(1)).frame("nominees")
    pd.testing.assert_frame_equal(with_later, without)
