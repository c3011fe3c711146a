"""A seat of nine booths in a square, 5.5 km apart; aspirants x, y and z; each check is tripped by one event."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from khaka.data.presence_settings import PresenceSettings
from khaka.features.cutoff import KnownTables
from khaka.features.findings import CHECKS, DOUBTING, NOTES, REFUSING, check_name, finding
from khaka.features.ledger import ledger, ledger_parts, summary
from khaka.features.presence import presence_table
from khaka.features.source import FrameSource

ELECTION, SEAT = "S24-2027-AE", "S24-2008-1"
PLACE = {str(3 * i + j + 1): (26.0213 + 0.05 * i, 80.0317 + 0.055 * j) for i in range(3) for j in range(3)}
AS_OF = dt.date(2027, 1, 10)
START = pd.Timestamp("2026-12-01T05:00:13Z")
HOUR, MINUTE, DAY = pd.Timedelta(hours=1), pd.Timedelta(minutes=1), pd.Timedelta(days=1)


def event(number: int, aspirant: str = "x", booth: str = "1", **changes: Any) -> dict[str, Any]:
    """A sound visit `number` days after the start, about 100 m from the booth, received five minutes later."""
    lat, lon = PLACE.get(booth, PLACE["1"])
    row = {
        "event_id": f"{aspirant}{number}-{booth}", "aspirant_id": aspirant, "seat_id": SEAT, "booth_no": booth,
        "kind": "booth_visit", "started_at": START + number * DAY + (len(aspirant) % 7) * HOUR,
        "lat": lat + 0.00091 + number * 1e-5, "lon": lon - 0.00037, "accuracy_m": 12.0, "mock_location": False,
        "device_id": f"phone-{aspirant}", "attendance": 20 + number, "photo_hash": f"p-{aspirant}-{number}-{booth}",
        "witness_id": None,
    }  # fmt: skip
    row |= changes
    row.setdefault("received_at", row["started_at"] + 5 * MINUTE)
    return row


class Tables(dict[str, pd.DataFrame]):
    """Tables that say how their events are to be judged, as a workspace's store does."""

    presence: PresenceSettings | None = None


def known(events: list[dict[str, Any]], settings: PresenceSettings | None = None, **changes: Any) -> KnownTables:
    activity = pd.DataFrame(events)
    for name in ("started_at", "received_at"):
        activity[name] = pd.to_datetime(activity[name], utc=True)
    booths = pd.DataFrame(
        [{"election_id": ELECTION, "seat_id": SEAT, "booth_no": name, "lat": lat, "lon": lon, "station_name": name}
         for name, (lat, lon) in PLACE.items()]
    )  # fmt: skip
    polls = pd.DataFrame(
        {"election_id": [ELECTION], "kind": "AE", "poll_date": [pd.Timestamp("2027-02-20")],
         "result_date": [pd.Timestamp("2027-03-10")]}
    )  # fmt: skip
    aspirants = pd.DataFrame({"election_id": ELECTION, "seat_id": SEAT, "aspirant_id": ["x", "y", "z"]})
    frames = {"elections": polls, "aspirants": aspirants, "booths": booths, "activity": activity} | changes
    tables = Tables(frames)
    tables.presence = settings
    return KnownTables(FrameSource(tables), as_of=AS_OF, election_id=ELECTION)


def judged(events: list[dict[str, Any]]) -> pd.DataFrame:
    return ledger(known(events)).set_index("event_id")


SOUND = [event(1), event(2, booth="2"), event(3, "y", "3"), event(4, "y", "4")]
LATER = START + 20 * DAY

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "copy_of": ("refused", [event(1) | {"event_id": "odd", "received_at": START + 3 * DAY}]),
    "copy_of by another": (
        "refused",
        [event(1) | {"event_id": "odd", "aspirant_id": "z", "device_id": "phone-z", "received_at": LATER}],
    ),
    "rejected": ("refused", [event(9, "z", "5", event_id="odd", review="rejected")]),
    "questioned": ("doubtful", [event(9, "z", "5", event_id="odd", review="has_issues")]),
    "mock": ("refused", [event(9, "z", "5", event_id="odd", mock_location=True)]),
    "far": ("refused", [event(9, "z", "5", event_id="odd", lat=26.5123, lon=80.5321)]),
    "far though inaccurate": ("refused", [event(9, "z", "5", event_id="odd", lat=26.5123, accuracy_m=1e9)]),
    "other_booth": ("doubtful", [event(9, "z", "5", event_id="odd", lat=PLACE["6"][0] + 3e-4, lon=PLACE["6"][1])]),
    "zero_place": ("refused", [event(9, "z", "5", event_id="odd", lat=0.0, lon=0.0)]),
    "swapped": ("doubtful", [event(9, "z", "5", event_id="odd", lat=PLACE["5"][1], lon=PLACE["5"][0])]),
    "elsewhere": ("refused", [event(9, "z", "5", event_id="odd", seat_id="S24-2008-2")]),
    "elsewhere: no such booth": ("refused", [event(9, "z", "5", event_id="odd", booth_no="99")]),
    "unknown_aspirant": ("refused", [event(9, "nobody", "5", event_id="odd")]),
    "ahead": ("refused", [event(9, "z", "5", event_id="odd", received_at=START + 6 * DAY)]),
    "clock_day": ("doubtful", [event(9, "z", "5", event_id="odd", started_at=LATER + DAY, received_at=LATER + HOUR)]),
    "no_time": ("doubtful", [event(9, "z", "5", event_id="odd", started_at=pd.NaT, received_at=LATER)]),
    "late": ("doubtful", [event(1, "z", "5", event_id="odd", received_at=LATER)]),
    "shared_device": ("doubtful", [event(9, "z", "5", event_id="odd", device_id="phone-y")]),
    "photo_again": ("doubtful", [event(9, "z", "5", event_id="odd", photo_hash="p-x-1-1")]),
    "moved_copy": (
        "doubtful",
        [event(1, started_at=LATER, event_id="odd", photo_hash=None, lat=PLACE["1"][0] + 0.00093)],
    ),
    "same_fix": ("doubtful", [event(1, started_at=LATER, event_id="odd", photo_hash=None, attendance=3)]),
    "same_fix of another": (
        "doubtful",
        [event(1) | {"event_id": "odd", "aspirant_id": "z", "device_id": "phone-z", "attendance": 3, "photo_hash": "q",
                     "started_at": LATER, "received_at": LATER + HOUR}],
    ),
    "round_place: thousandths": ("doubtful", [event(9, "z", "1", event_id="odd", lat=26.022, lon=80.031)]),
    "round_place": ("doubtful", [event(9, "z", "1", event_id="odd", lat=26.02, lon=80.03)]),
    "from_list": ("doubtful", [event(9, "z", "5", event_id="odd", lat=PLACE["5"][0], lon=PLACE["5"][1])]),
    "no_place": ("doubtful", [event(9, "z", "5", event_id="odd", lat=None, lon=None)]),
    "inaccurate": ("doubtful", [event(9, "z", "5", event_id="odd", accuracy_m=900.0)]),
    "jump": ("doubtful", [event(1, booth="9", event_id="odd", started_at=SOUND[0]["started_at"] + 2 * MINUTE)]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_check_finds_its_event_and_no_other(case: str) -> None:
    verdict, odd = CASES[case]
    rows = judged([*SOUND, *odd])
    check = case.split()[0].rstrip(":")
    assert check in rows.loc["odd", "checks"].split()
    assert rows.loc["odd", "verdict"] == verdict
    innocent = rows.drop(index="odd")
    if check == "shared_device":  # two records of y against one of z: nobody owns the phone
        innocent = innocent[innocent["aspirant_id"] == "x"]
    assert (innocent["verdict"] == "verified").all()
    assert "{" not in rows.loc["odd", "says_en"]
    assert rows.loc["odd", "says_hi"] != ""


def test_a_record_that_was_rejected_and_sent_again_is_no_copy() -> None:
    again = event(1) | {"event_id": "again", "received_at": START + 3 * DAY}
    rows = judged([event(1, review="rejected"), again, event(2, booth="2", review="approved")])
    assert rows["verdict"].tolist() == ["refused", "verified", "verified"]
    assert rows["checks"].tolist() == ["rejected", "", ""]


def test_the_first_event_of_every_aspirant_and_device_is_no_journey() -> None:
    events = [event(1, who, booth) for who, booth in (("x", "1"), ("y", "9"), ("z", "5"))]
    rows = judged(events)
    assert not rows[["jump", "lone_jump"]].to_numpy().any()
    assert (rows["verdict"] == "verified").all()
    alone = judged([event(1)])
    assert alone["verdict"].tolist() == ["verified"]


def test_the_event_between_two_that_fit_each_other_is_the_wrong_one() -> None:
    rounds = [event(1, attendance=n, started_at=START + n * 10 * MINUTE, event_id=f"e{n}") for n in range(4)]
    jump = event(1, booth="9", attendance=9, started_at=START + 25 * MINUTE, event_id="odd")
    for number, row in enumerate([*rounds, jump]):
        row["photo_hash"] = f"p{number}"
        row["received_at"] = row["started_at"] + MINUTE
    rows = judged([*rounds, jump])
    assert rows["verdict"].to_dict() == {"e0": "verified", "e1": "verified", "e2": "verified", "e3": "verified"} | {
        "odd": "refused"
    }
    assert "lone_jump" in rows.loc["odd", "checks"]


def test_a_copy_moved_along_a_parallel_is_of_the_record_that_it_was_moved_from() -> None:
    # 44 m south an earlier visit; then one record and its copy on the same parallel, the copy to the west of it
    lat, lon = PLACE["1"][0] + 0.0009123, PLACE["1"][1] - 0.0003719
    rows = judged([
        event(1, attendance=30, lat=lat - 4e-4, lon=lon, event_id="before"),
        event(2, attendance=30, lat=lat, lon=lon + 1e-5, event_id="first"),
        event(5, attendance=30, lat=lat, lon=lon, event_id="copy"),
    ])  # fmt: skip
    assert rows["moved_copy"].to_dict() == {"before": False, "first": False, "copy": True}


def many(count: int, *, gap: pd.Timedelta, begin: pd.Timestamp = START, **changes: Any) -> list[dict[str, Any]]:
    """Sound events of z, `gap` apart, a few hundred metres from one another."""
    rng = np.random.default_rng(count)
    rows = []
    for n in range(count):
        started = begin + n * gap
        row = event(0, "z", "5", event_id=f"z{n}", started_at=started, photo_hash=f"z{n}", attendance=n + 1)
        row |= {"lat": PLACE["5"][0] + float(rng.normal(0, 1e-3)), "lon": PLACE["5"][1] + float(rng.normal(0, 1e-3))}
        row["received_at"] = started + 5 * MINUTE
        rows.append(row | changes)
    return rows


def test_seven_events_in_twenty_minutes_are_a_burst_and_six_are_none() -> None:
    assert (judged(many(7, gap=3 * MINUTE))["burst"]).all()
    assert not judged(many(6, gap=3 * MINUTE))["burst"].any()
    assert not judged(many(9, gap=4 * MINUTE))["burst"].any()


def test_what_arrives_in_one_hour_from_many_days_was_typed_in_at_one_go() -> None:
    rows = judged(many(24, gap=6 * HOUR, received_at=START + 6 * DAY))
    assert rows["bulk"].all()
    assert (rows["verdict"] == "doubtful").all()
    assert not judged(many(12, gap=6 * HOUR, received_at=START + 6 * DAY))["bulk"].any()


def test_a_day_with_more_events_than_anyone_can_do_is_doubtful() -> None:
    rows = judged(many(70, gap=8 * MINUTE))
    assert rows["crowded_day"].all()
    assert not judged(many(40, gap=8 * MINUTE))["crowded_day"].any()


def test_a_log_of_office_hours_only_is_doubtful() -> None:
    monday = pd.Timestamp("2026-11-02T05:00:13Z")  # half past ten in India
    office = [row for week in range(5) for row in many(10, gap=12 * HOUR, begin=monday + 7 * week * DAY)
              if row["started_at"].hour == 5]  # fmt: skip
    office += [{**row, "started_at": row["started_at"] + HOUR, "received_at": row["started_at"] + 2 * HOUR,
                "attendance": row["attendance"] + 100, "photo_hash": None} for row in office]  # fmt: skip
    for number, row in enumerate(office):
        row["event_id"] = f"o{number}"
        row |= {"photo_hash": f"o{number}", "attendance": number + 1, "lat": row["lat"] + number * 1e-5}
    rows = judged(office)
    assert len(rows) == 50
    assert rows["office_hours"].all()
    assert not judged(many(50, gap=13 * HOUR))["office_hours"].any()


def team(phones: int) -> list[dict[str, Any]]:
    """Eight visits of one aspirant's workers at booths 1 and 9, a phone each, all within ten minutes on each day."""
    rng = np.random.default_rng(phones)
    return [
        event(day, "z", "19"[phone % 2], event_id=f"t{day}-{phone}", device_id=f"phone-{phone}", attendance=day + phone,
              started_at=START + day * DAY + phone * MINUTE, photo_hash=f"t{day}-{phone}",
              lat=PLACE["19"[phone % 2]][0] + float(rng.normal(0, 3e-4)), accuracy_m=8.5 + phone)
        for day in range(1, 6) for phone in range(phones)
    ]  # fmt: skip


def test_a_team_of_several_phones_works_at_several_booths_at_once() -> None:
    rows = judged(team(8))
    assert (rows["verdict"] == "verified").all()
    one_phone = judged([row | {"device_id": "phone-z"} for row in team(8)])
    assert (one_phone["verdict"] != "verified").all()


def test_repeated_visits_with_round_numbers_of_people_are_no_copies() -> None:
    rng = np.random.default_rng(5)
    visits = [
        event(n, "z", "456"[n % 3], event_id=f"v{n}", attendance=int(rng.choice([10, 20, 30])), photo_hash=f"v{n}",
              accuracy_m=round(float(rng.lognormal(2, 0.4)), 1),
              lat=PLACE["456"[n % 3]][0] + float(rng.normal(0, 6e-5)),
              lon=PLACE["456"[n % 3]][1] + float(rng.normal(0, 6e-5)))
        for n in range(1, 31)
    ]  # fmt: skip
    rows = judged(visits)
    assert rows["moved_copy"].sum() <= 1
    copies = [row | {"event_id": f"c{row['event_id']}", "started_at": row["started_at"] + DAY + 90 * MINUTE,
                     "received_at": row["received_at"] + 2 * DAY, "photo_hash": None, "lat": row["lat"] + 1e-5}
              for row in visits]  # fmt: skip
    assert judged([*visits, *copies]).filter(like="cv", axis=0)["moved_copy"].mean() >= 0.9


def test_a_phone_may_give_its_last_place_again_for_a_while() -> None:
    first = event(1, "z", "5")
    soon = first | {"event_id": "soon", "kind": "membership", "photo_hash": "other", "attendance": 4}
    soon |= {"started_at": first["started_at"] + 9 * MINUTE, "received_at": first["received_at"] + 9 * MINUTE}
    assert judged([first, soon]).loc["soon", "verdict"] == "verified"
    late = soon | {"started_at": first["started_at"] + DAY, "received_at": first["received_at"] + DAY}
    assert judged([first, late]).loc["soon", "checks"] == "same_fix"


def test_where_all_work_at_night_the_clock_is_no_sign() -> None:
    day = [event(n, who, "5") for who in "xyz" for n in range(1, 12)]
    night = event(15, "z", "5", event_id="odd", started_at=START + 15 * DAY + 14 * HOUR)  # 0:30 in India
    assert judged([*day, night]).loc["odd", "checks"] == "night"
    for row in day:  # clocks that say UTC where others say India
        row |= {"started_at": row["started_at"] + 14 * HOUR, "received_at": row["received_at"] + 15 * HOUR}
    assert not judged([*day, night])["night"].any()


def log_of(phone: str, count: int, **changes: Any) -> list[dict[str, Any]]:
    """Sound visits of one phone on as many days, at times, places and accuracies that no two share."""
    rng = np.random.default_rng(len(phone) + count)
    return [
        event(n, phone, str(n % 9 + 1), event_id=f"{phone}-{n}", accuracy_m=round(float(rng.lognormal(2, 0.4)), 1),
              started_at=START + n * DAY + int(rng.integers(0, 9 * 3600)) * pd.Timedelta(seconds=1),
              lat=PLACE[str(n % 9 + 1)][0] + float(rng.normal(0, 2e-4)),
              lon=PLACE[str(n % 9 + 1)][1] + float(rng.normal(0, 2e-4))) | changes
        for n in range(1, count + 1)
    ]  # fmt: skip


def test_times_people_and_accuracies_that_are_all_round_were_typed_in() -> None:
    typed = log_of("z", 12)
    for number, row in enumerate(typed):
        begin = row["started_at"].floor("15min")
        row |= {
            "started_at": begin,
            "received_at": begin + 3 * MINUTE,
            "attendance": 10 * (1 + number % 4),
            "accuracy_m": 10.0,
        }
    rows = judged([*log_of("x", 12), *log_of("y", 12), *typed])
    assert rows.loc[rows["aspirant_id"] == "z", "typed"].all()
    assert not rows.loc[rows["aspirant_id"] != "z", "typed"].any()
    assert not judged(typed)["typed"].any()  # where everybody records so, it is a register


def test_places_that_keep_hitting_the_list_were_taken_from_it() -> None:
    pasted = log_of("z", 12)
    for number, row in enumerate(pasted):
        lat, lon = PLACE[row["booth_no"]]
        row |= {"lat": lat + (number % 3 - 1) * 1.1e-5, "lon": lon + (number % 2) * 1.3e-5}
    rows = judged([*log_of("x", 12), *log_of("y", 12), *pasted])
    assert rows.loc[rows["aspirant_id"] == "z", "from_list"].all()
    assert not rows.loc[rows["aspirant_id"] != "z", "from_list"].any()


def test_events_at_even_steps_are_a_programmes() -> None:
    rows = [row | {"event_id": f"{row['event_id']}-{day}", "started_at": row["started_at"] + day * DAY,
                   "received_at": row["received_at"] + day * DAY, "lat": row["lat"] + day * 1e-5,
                   "photo_hash": None, "attendance": row["attendance"] + 31 * day}
            for day in range(6) for row in many(7, gap=35 * MINUTE)]  # fmt: skip
    rng = np.random.default_rng(3)
    for row in rows[7:]:  # six days, the first at even steps
        away = int(rng.integers(-600, 600)) * pd.Timedelta(seconds=1)
        row |= {"started_at": row["started_at"] + away, "received_at": row["received_at"] + away}
    found = judged(rows)
    assert found["even_steps"].sum() == 7
    assert found.loc[found["even_steps"], "says_en"].str.contains("to the second").all()


def test_where_most_of_a_log_lies_elsewhere_near_may_be_chance() -> None:
    honest = [*log_of("x", 40), *log_of("y", 40)]
    off = log_of("z", 12)  # about 22 m from their booths in the honest logs
    for number, row in enumerate(off[:8]):
        row["lat"] += 0.025 + number * 1.7e-4  # halfway to the next booth
    off[8]["lat"] += 0.0091  # a kilometre
    rows = judged([*honest, *off])
    assert rows.loc[off[8]["event_id"], "checks"] == "by_chance"
    assert (rows.loc[[row["event_id"] for row in off[9:]], "verdict"] == "verified").all()
    alone = judged([*honest, *off[8:]])  # the same kilometre in a log that is sound otherwise
    assert alone.loc[off[8]["event_id"], "verdict"] == "verified"


def test_in_a_town_near_is_nearer_than_in_the_country() -> None:
    booths = pd.DataFrame(
        [{"election_id": ELECTION, "seat_id": SEAT, "booth_no": str(10 * i + j), "lat": 26.00013 + 0.004 * i,
          "lon": 80.00017 + 0.0044 * j, "station_name": f"{i} {j}"} for i in range(10) for j in range(10)]
    )  # fmt: skip
    near = event(1, "z", "55", event_id="odd", lat=26.02013 + 0.0027, lon=80.02217)  # 300 m; booths lie 440 m apart
    far = near | {"event_id": "off", "lat": 26.02013 + 0.0061, "photo_hash": "off"}  # 680 m, nearer to another booth
    rows = ledger(known([near, far], booths=booths)).set_index("event_id")
    assert rows["verdict"].to_dict() == {"odd": "verified", "off": "doubtful"}
    assert "0.4 km and the accuracy are allowed" in rows.loc["off", "says_en"]


def test_a_wrong_place_in_the_list_is_mended_by_three_who_stood_together() -> None:
    right = PLACE["5"]
    booths = known([event(1)]).source.read("booths").copy()
    booths.loc[booths["booth_no"] == "5", ["lat", "lon"]] = [right[0] + 0.05, right[1] + 0.02]
    three = [event(n, who, "5", event_id=who) for n, who in enumerate("xyz")]
    assert (ledger(known(three, booths=booths))["verdict"] == "verified").all()
    assert (ledger(known(three[:2], booths=booths))["verdict"] != "verified").all()
    # whoever claims other booths from the same spot sits at a desk and has no voice
    desks = [row | {"event_id": f"{row['event_id']}-{b}", "booth_no": b, "photo_hash": f"{row['event_id']}{b}"}
             for row in three for b in ("1", "2", "3")]  # fmt: skip
    rows = ledger(known([*three, *desks], booths=booths)).set_index("event_id")
    assert (rows["verdict"] != "verified").all()


def test_one_spot_that_claims_many_booths_is_a_desk() -> None:
    lat, lon = PLACE["1"]
    rows = judged([
        event(n, "z", str(n), lat=lat + 2e-4 + n * 1e-6, lon=lon + 3e-4 + n * 1e-6, event_id=f"d{n}")
        for n in range(1, 8)
    ])  # fmt: skip
    assert rows["one_spot"].all()
    assert (rows["verdict"] != "verified").all()


def test_a_clock_that_is_a_day_behind_is_seen_by_its_even_lags() -> None:
    rows = many(5, gap=HOUR)
    for row in rows:
        row["received_at"] = row["started_at"] + DAY + 2 * MINUTE
    assert judged(rows)["clock_day"].all()
    for number, row in enumerate(rows):  # sent the next evening in one go: lags differ by hours
        row["received_at"] = START + DAY + 10 * HOUR + number * MINUTE
    assert not judged(rows)["clock_day"].any()


def test_the_owner_of_a_phone_is_not_blamed_for_one_record_of_somebody_else() -> None:
    own = many(20, gap=7 * HOUR, device_id="shared")
    stray = event(9, "y", "3", device_id="shared", event_id="stray")
    rows = judged([*own, stray])
    assert rows.loc["stray", "verdict"] == "doubtful"
    assert (rows.drop(index="stray")["verdict"] == "verified").all()


def test_a_second_persons_record_stands_in_for_a_missing_fix_only() -> None:
    blind = event(9, "z", "5", event_id="blind", lat=None, lon=None)
    second = event(9, "y", "5", event_id="second", started_at=blind["started_at"] + 20 * MINUTE)
    rows = judged([*SOUND, blind, second])
    assert rows.loc["blind", "verdict"] == "verified"
    assert "somebody else" in rows.loc["blind", "says_en"]
    late = {**blind, "received_at": blind["started_at"] + 20 * DAY}
    assert judged([*SOUND, late, second]).loc["blind", "verdict"] == "doubtful"


def test_a_booth_without_coordinates_is_where_most_aspirants_stood() -> None:
    tables = known([event(n, who, "5", event_id=who) for n, who in enumerate("xyz")])
    booths = tables.source.read("booths").copy()
    booths.loc[booths["booth_no"] == "5", ["lat", "lon"]] = np.nan
    four = [event(n, who, "5", event_id=who) for n, who in enumerate("xyz")]
    four.append(event(9, "z", "5", event_id="odd", lat=PLACE["7"][0], lon=PLACE["7"][1] + 3e-4))
    rows = ledger(known(four, booths=booths)).set_index("event_id")
    assert rows["verdict"].to_dict() == {"x": "verified", "y": "verified", "z": "verified", "odd": "doubtful"}


def test_a_social_post_is_activity_and_no_presence() -> None:
    rows = judged([*SOUND, event(9, "z", None, event_id="post", kind="social_post", lat=None, lon=None)])
    assert rows.loc["post", "kind_of_record"] == "social_post"
    assert rows.loc["post", "says_en"] == "a social post is activity, never presence"
    assert presence_table(known([*SOUND, event(9, "z", "5", kind="social_post")])).loc["z", "presence_booths"] == 0.0


def test_nothing_is_deleted_and_the_summary_counts_what_the_ledger_says() -> None:
    events = [*SOUND, *(row for _, odd in CASES.values() for row in odd)]
    for number, row in enumerate(events[len(SOUND) :]):
        row["event_id"] = f"odd{number}"
    tables = known(events)
    rows, counted = ledger(tables), summary(tables)
    assert sorted(rows["event_id"]) == sorted(row["event_id"] for row in events)
    assert counted.verdicts[["verified", "doubtful", "refused", "posts"]].to_numpy().sum() == len(events)
    by_check = counted.checks.set_index("check")["events"]
    assert all(by_check[check] == rows[check].sum() for check in CHECKS)
    assert len(list(ledger_parts(tables, rows=5))) > 1
    one = ledger(tables, aspirant_id="x")
    assert set(one["aspirant_id"]) == {"x"}
    pd.testing.assert_frame_equal(one, rows[rows["aspirant_id"] == "x"].reset_index(drop=True), check_dtype=False)


def test_thresholds_come_from_the_settings() -> None:
    near = event(9, "z", "5", event_id="odd", lat=PLACE["5"][0] + 0.018)  # 2 km
    assert judged([*SOUND, near]).loc["odd", "verdict"] == "doubtful"
    loose = ledger(known([*SOUND, near], PresenceSettings(near_km=2.5))).set_index("event_id")
    assert loose.loc["odd", "verdict"] == "verified"


def test_every_check_has_its_words_in_both_languages() -> None:
    assert set(CHECKS) == set(REFUSING) | set(DOUBTING)
    for check in (*CHECKS, *NOTES):
        assert check_name(check, "en")
        assert check_name(check, "hi")
    assert finding("mock", "hi") != finding("mock", "en")
