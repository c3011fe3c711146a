"""One seat, four booths of 100 votes, INC 10, 20, 30 and 60: seat share 30%, led in the last one only."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from khaka.features.booths import FEATURES, features
from khaka.features.cutoff import KnownTables
from khaka.features.source import FrameSource

SEAT = "S24-2008-1"
NEW = "S24-2017-AE"
POLLS = {"S24-2012-AE": "2012-03-06", "S24-2014-LS": "2014-05-16", NEW: "2017-03-11", "S24-2022-AE": "2022-03-10"}
INC = (10, 20, 30, 60)


def votes(election: str, inc: tuple[int, ...], others: str = "BJP", total: int = 100) -> list[dict[str, object]]:
    return [
        {"election_id": election, "seat_id": SEAT, "booth_no": str(number), "party": party, "votes": count}
        for number, mine in enumerate(inc, start=1)
        for party, count in (("INC", mine), (others, total - mine))
    ]


def booth(number: int, electors: int, women: int | None, polled: int, polled_women: int | None) -> dict[str, object]:
    return {
        "election_id": "S24-2012-AE", "seat_id": SEAT, "booth_no": str(number), "electors": electors,
        "electors_female": women, "votes_polled": polled, "votes_polled_female": polled_women,
    }  # fmt: skip


def table(rows: list[dict[str, object]], booths: list[dict[str, object]] | None = None) -> pd.DataFrame:
    tables = {
        "elections": pd.DataFrame(
            {
                "election_id": list(POLLS),
                "kind": ["AE", "LS", "AE", "AE"],
                "result_date": pd.to_datetime(list(POLLS.values())),
            }
        )
    }
    if rows:
        tables["booth_votes"] = pd.DataFrame(rows)
    if booths:
        counts = ["electors", "electors_female", "votes_polled", "votes_polled_female"]
        tables["booths"] = pd.DataFrame(booths).astype(dict.fromkeys(counts, "Int64"))
    known = KnownTables(FrameSource(tables), as_of=dt.date(2017, 1, 1), election_id=NEW)
    people = pd.DataFrame({"seat_id": SEAT, "party": ["INC", "BJP", "SP"]})
    return features(known, people).set_axis(people["party"])


def test_support_in_one_seat_by_hand() -> None:
    inc = table(votes("S24-2012-AE", INC)).loc["INC"]
    assert inc["booth_share"] == pytest.approx(0.3)
    assert inc["booth_leads"] == 1 / 4
    assert inc["booth_strong"] == 1 / 4  # 60% is above 37.5%
    assert inc["booth_weak"] == 2 / 4  # 10% and 20% are below 22.5%
    assert inc["booth_spread"] == pytest.approx(((0.2**2 + 0.1**2 + 0 + 0.3**2) / 4) ** 0.5)
    # mean absolute difference over all 16 pairs is 26.25 / 100: Gini = that / (2 * 0.3)
    pairs = [abs(a - b) / 100 for a in INC for b in INC]
    assert inc["booth_concentration"] == pytest.approx(sum(pairs) / 16 / 2 / 0.3)


def test_the_last_assembly_election_goes_before_a_later_lok_sabha_poll() -> None:
    rows = votes("S24-2012-AE", INC) + votes("S24-2014-LS", (90, 90, 90, 90))
    pd.testing.assert_frame_equal(table(rows), table(votes("S24-2012-AE", INC)))
    assert table(votes("S24-2014-LS", (90, 90, 90, 90))).loc["INC", "booth_share"] == pytest.approx(0.9)


def test_results_of_the_scored_and_later_elections_are_not_seen() -> None:
    rows = votes("S24-2012-AE", INC)
    later = votes(NEW, (99, 99, 99, 99)) + votes("S24-2022-AE", (1, 1, 1, 1))
    pd.testing.assert_frame_equal(table(rows + later), table(rows))


def test_a_booth_without_a_row_of_the_party_counts_as_none_of_its_votes() -> None:
    rows = [row for row in votes("S24-2012-AE", (0, 20)) if row["votes"]]
    assert table(rows).loc["INC", "booth_share"] == pytest.approx(0.1)


def test_an_empty_booth_spoils_nothing() -> None:
    rows = votes("S24-2012-AE", INC) + votes("S24-2012-AE", (0, 0, 0, 0, 0), total=0)[8:]
    pd.testing.assert_frame_equal(table(rows), table(votes("S24-2012-AE", INC)))


def test_a_party_without_votes_there_is_unknown() -> None:
    assert table(votes("S24-2012-AE", INC)).loc["SP", "booth_share":"booth_best_tenth"].isna().all()


def test_turnout_and_womens_gap_leave_impossible_booths_out() -> None:
    sound = [booth(1, 1000, 400, 600, 200), booth(2, 1000, None, 500, None)]
    wrong = [booth(3, 100, 50, 900, 20), booth(4, 0, 0, 10, 5)]
    row = table(votes("S24-2012-AE", INC), sound + wrong).loc["SP"]
    assert row["booth_turnout"] == pytest.approx(0.55)
    assert row["booth_turnout_spread"] == pytest.approx(0.05)
    assert row["booth_women_gap"] == pytest.approx(200 / 400 - 400 / 600)


def test_without_booth_results_all_is_unknown() -> None:
    values = table([])
    assert list(values.columns) == list(FEATURES)
    assert values.isna().all(axis=None)
