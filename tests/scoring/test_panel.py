"""Who is on the panel and for what, on scores written by hand."""

from __future__ import annotations

import pandas as pd

from khaka.scoring.panel import PANEL_COLUMNS, panel


def scores(**columns: list[object]) -> pd.DataFrame:
    count = len(columns["expected_margin"])
    base: dict[str, object] = {
        "election_id": "S24-2027-AE",
        "seat_id": "S24-2008-1",
        "aspirant_id": [f"a{number}" for number in range(count)],
        "rank": pd.array(range(1, count + 1), dtype="Int64"),
        "margin_low": [float(margin) - 10 for margin in columns["expected_margin"]],  # type: ignore[arg-type]
        "margin_high": [float(margin) + 10 for margin in columns["expected_margin"]],  # type: ignore[arg-type]
        "probability_best": 1 / count,
        "tie_group": pd.array(range(1, count + 1), dtype="Int64"),
        "eligible": "yes",
        "support": "in",
    }
    frame = pd.DataFrame({**base, **columns})
    for end in ("low", "high"):
        frame[f"margin_{end}_given_swing"] = frame[f"margin_{end}"]
    return frame


def roles(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(panel(frame)["aspirant_id"], panel(frame)["role"], strict=True))


def test_best_lower_risk_and_least_known_are_three_names() -> None:
    frame = scores(
        expected_margin=[3.0, 2.5, 2.0, 1.0],
        margin_low=[-12.0, -7.0, -18.0, -9.0],
        margin_high=[18.0, 12.0, 22.0, 11.0],
    )
    assert roles(frame) == [("a0", "best"), ("a1", "lower_risk"), ("a2", "least_known")]
    assert tuple(panel(frame).columns) == PANEL_COLUMNS


def test_one_who_leads_in_everything_stands_alone() -> None:
    frame = scores(expected_margin=[3.0, -4.0])
    found = panel(frame)
    assert found["aspirant_id"].tolist() == ["a0"]
    assert found["reason_en"][0] == (
        "highest expected margin: 3 points ahead; also the lower-risk name, in a poor case 7 points behind"
    )


def test_names_too_close_to_call_are_shown_as_such_up_to_three() -> None:
    frame = scores(expected_margin=[3.0, 2.9, 2.8, 2.7], tie_group=[1, 1, 1, 1])
    assert roles(frame) == [("a0", "best"), ("a1", "tied"), ("a2", "tied")]
    assert "too close to call with panel place 2, 3" in panel(frame)["reason_en"][0]
    assert "पैनल के क्रम 2, 3 के लगभग बराबर" in panel(frame)["reason_hi"][0]


def test_a_wide_range_that_does_not_reach_the_leader_is_not_on_the_panel() -> None:
    frame = scores(expected_margin=[30.0, 1.0], margin_low=[20.0, -20.0], margin_high=[40.0, 22.0])
    assert roles(frame) == [("a0", "best")]


def test_the_panel_abstains_where_no_one_like_them_was_ever_seen() -> None:
    found = panel(scores(expected_margin=[3.0, 2.0], support=["outside", "outside"]))
    assert found["role"].tolist() == ["abstain"]
    assert found["aspirant_id"].isna().all()
    assert "पिछला उदाहरण नहीं" in found["reason_hi"][0]
    assert panel(scores(expected_margin=[3.0, 2.0], support=["outside", "edge"]))["role"].tolist()[0] == "best"


def test_a_seat_without_anyone_to_rank_says_so() -> None:
    frame = scores(expected_margin=[3.0], rank=[pd.NA], tie_group=[pd.NA], eligible=["no"])
    assert panel(frame)["reason_en"].tolist() == ["no recommendation: no aspirant of this seat is eligible"]


def test_a_provisional_name_carries_that_a_document_is_awaited() -> None:
    found = panel(scores(expected_margin=[3.0], eligible=["awaited"]))
    assert found["reason_en"][0].endswith("; document awaited")
    assert found["reason_hi"][0].endswith("; प्रमाण-पत्र प्रतीक्षित")


def test_a_name_like_whom_nobody_was_nominated_says_so() -> None:
    found = panel(scores(expected_margin=[3.0, 2.9], tie_group=[1, 1], support=["in", "outside"]))
    assert "no one like this" not in found["reason_en"][0]
    assert found["reason_en"][1].endswith("; no one like this was nominated before")
    assert found["reason_hi"][1].endswith("; ऐसे प्रत्याशी का पिछला उदाहरण नहीं")
