"""One seat of six booths (1 to 3 are the weaker half), aspirants x, y and z; z applied late."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.data.quarantine import check_rows
from khaka.features.assignments import COLUMNS, completion, draw
from khaka.features.booth_team import ROLES, by_block, posts
from khaka.features.cutoff import KnownTables
from khaka.features.source import FrameSource

OLD, NEW, SEAT = "S24-2022-AE", "S24-2027-AE", "S24-2008-1"
ISSUED, LATER = dt.date(2026, 11, 20), dt.date(2027, 1, 10)


def visit(aspirant: str, booth: str, day: str, **changes: object) -> dict[str, object]:
    return {
        "event_id": f"{aspirant}{booth}{day}", "aspirant_id": aspirant, "seat_id": SEAT, "booth_no": booth,
        "kind": "booth_visit", "started_at": pd.Timestamp(f"{day}T06:00:13Z"),
        "received_at": pd.Timestamp(f"{day}T06:20Z"), "lat": 26.0 + int(booth) / 20 + 0.0007, "lon": 80.0003,
        "photo_hash": f"{aspirant}{booth}{day}", "attendance": int(booth) + 3, "mock_location": False,
    } | changes  # fmt: skip


def known(
    as_of: dt.date, events: list[dict[str, object]], given: pd.DataFrame | None = None, people: str = "xyz"
) -> KnownTables:
    booths = pd.DataFrame([
        {"election_id": election, "seat_id": SEAT, "booth_no": str(n), "station_name": f"School {n}",
         "block": "North" if n > 3 else "South", "lat": 26.0 + n / 20, "lon": 80.0}
        for election in (OLD, NEW) for n in range(1, 7)
    ])  # fmt: skip
    votes = pd.DataFrame([
        {"election_id": OLD, "seat_id": SEAT, "booth_no": str(n), "party": party, "votes": count}
        for n in range(1, 7) for party, count in (("INC", 10 * n), ("BJP", 100 - 10 * n))
    ])  # fmt: skip
    applied = [pd.Timestamp("2026-12-05T06:00Z" if name == "z" else "2026-11-01T06:00Z") for name in people]
    frames = {
        "elections": pd.DataFrame({
            "election_id": [OLD, NEW], "kind": "AE",
            "poll_date": pd.to_datetime(["2022-03-01", "2027-02-20"]),
            "result_date": pd.to_datetime(["2022-03-10", "2027-03-10"]),
        }),
        "booths": booths, "booth_votes": votes,
        "aspirants": pd.DataFrame(
            {"election_id": NEW, "seat_id": SEAT, "aspirant_id": list(people), "applied_at": applied}
        ),
        "booth_team": pd.DataFrame([
            {"election_id": NEW, "seat_id": SEAT, "booth_no": booth, "role": role, "filled": filled,
             "verified": verified, "recorded_at": pd.Timestamp(f"{day}T00:00Z"), "worker_id": "W"}
            for booth, role, filled, verified, day in (
                ("1", "bla", True, True, "2026-11-01"), ("2", "bla", True, False, "2026-11-01"),
                ("3", "bla", False, False, "2026-11-01"), ("4", "bla", True, True, "2026-10-01"),
                ("4", "bla", False, False, "2026-11-01"), ("5", "bla", True, True, "2027-01-20"),
            )
        ]),
    }  # fmt: skip
    if events:
        frames["activity"] = pd.DataFrame(events)
    if given is not None:
        frames["assignments"] = given
    return KnownTables(FrameSource(frames), as_of=as_of, election_id=NEW)


def test_everybody_who_had_applied_gets_as_many_and_a_late_one_none() -> None:
    rows = draw(known(ISSUED, [visit("x", "1", "2026-11-10")]), party="INC", per_aspirant=3, seed=1)
    assert rows.groupby("aspirant_id").size().to_dict() == {"x": 3, "y": 3}
    assert not rows.duplicated(["aspirant_id", "booth_no"]).any()


def test_weak_and_unvisited_booths_come_first_and_strong_visited_ones_only_to_fill_a_hand() -> None:
    seen = [visit("x", booth, "2026-11-10", started_at=pd.Timestamp(f"2026-11-1{booth}T06:00Z"),
                  received_at=pd.Timestamp(f"2026-11-1{booth}T06:20Z")) for booth in ("1", "5", "6")]  # fmt: skip
    tables = known(ISSUED, seen)
    why = draw(tables, party="INC", per_aspirant=2, seed=1).groupby("booth_no")["why"].first().to_dict()
    assert why == {"1": "weak", "2": "weak and unvisited", "3": "weak and unvisited", "4": "unvisited"}
    full = draw(tables, party="INC", per_aspirant=6, seed=1)
    assert full.groupby("aspirant_id").size().to_dict() == {"x": 6, "y": 6}
    assert set(full.loc[full["why"] == "other", "booth_no"]) == {"5", "6"}


def test_a_seed_draws_the_same_and_the_rows_pass_the_tables_checks() -> None:
    one, same = (draw(known(ISSUED, []), party="INC", per_aspirant=2, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(one, same)
    draws = {tuple(draw(known(ISSUED, []), party="INC", per_aspirant=2, seed=seed)["booth_no"]) for seed in range(9)}
    assert len(draws) > 1
    good, bad = check_rows("assignments", one[list(COLUMNS)])
    assert len(good) == len(one)
    assert bad.empty
    assert one["issued_at"].iloc[0] == pd.Timestamp("2026-11-20T12:30Z")


def test_only_a_verified_event_at_the_booth_in_time_completes_an_assignment() -> None:
    given = draw(known(ISSUED, []), party="INC", per_aspirant=6, seed=1)[list(COLUMNS)]
    events = [
        visit("x", "1", "2026-11-25"),  # done
        visit("x", "1", "2026-11-26"),  # again: counts once
        visit("x", "2", "2026-11-27", mock_location=True),
        visit("x", "3", "2026-11-15"),  # before it was given
        visit("x", "4", "2026-12-20"),  # after it was due
        visit("y", "5", "2026-11-28", lat=27.5),
    ]
    table = completion(known(LATER, events, given))
    assert table.loc["x", ["assigned", "done"]].tolist() == [6, 1]
    assert table.loc["y", ["assigned", "done"]].tolist() == [6, 0]
    assert table["status"].to_dict() == {"x": "assigned", "y": "assigned", "z": "not assigned"}
    assert table.loc["z", ["assigned", "done", "share"]].isna().all()


def test_without_any_assignment_everybody_is_not_assigned() -> None:
    table = completion(known(LATER, []))
    assert (table["status"] == "not assigned").all()
    assert table["share"].isna().all()


def test_numbers_that_are_none_and_days_before_any_application_are_refused() -> None:
    with pytest.raises(KhakaError, match="--per-aspirant is 0"):
        draw(known(ISSUED, []), party="INC", per_aspirant=0, seed=1)
    with pytest.raises(KhakaError, match="nobody had applied"):
        draw(known(dt.date(2026, 10, 1), []), party="INC", per_aspirant=2, seed=1)


def test_a_booths_team_counts_by_its_latest_record_and_says_where_none_is() -> None:
    table = by_block(posts(known(LATER, []))).set_index(["block", "role"])
    south, north = table.loc[("South", "bla")], table.loc[("North", "bla")]
    assert south[["booths", "verified", "filled", "vacant", "not_recorded"]].tolist() == [3, 1, 1, 1, 0]
    assert south["gap"] == pytest.approx(1 / 3)
    assert north[["verified", "vacant", "not_recorded"]].tolist() == [0, 1, 2]  # booth 5 is recorded after the day
    assert set(table.index.get_level_values("role")) == set(ROLES)
