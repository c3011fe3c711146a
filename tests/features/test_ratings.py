"""Two seats with two aspirants each: a, b in seat 1; c, d in seat 2."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from khaka.features.cutoff import KnownTables
from khaka.features.ratings import FEATURES, adjusted, features
from khaka.features.source import FrameSource

NEW, ONE, TWO = "S24-2017-AE", "S24-2008-1", "S24-2008-2"
SEAT = {"a": ONE, "b": ONE, "c": TWO, "d": TWO}
PEOPLE = pd.DataFrame({"aspirant_id": ["d", "a", None, "b", "c"]})


def rating(who: str, value: float, rater: str = "r1", role: str = "observer", **more: object) -> dict[str, object]:
    return {
        "election_id": NEW, "seat_id": SEAT[who], "aspirant_id": who, "rater_role": role, "rater_id": rater,
        "rated_at": "2016-12-01T00:00Z", "rating": value, "scale_min": 0.0, "scale_max": 10.0, **more,
    }  # fmt: skip


def table(*rows: dict[str, object], surveys: pd.DataFrame | None = None, decided: str | None = None) -> pd.DataFrame:
    ratings = pd.DataFrame(list(rows)) if rows else pd.DataFrame({"rated_at": pd.Series(dtype="str")})
    ratings["rated_at"] = pd.to_datetime(ratings["rated_at"], utc=True)
    tables = {
        "elections": pd.DataFrame({"election_id": [NEW], "result_date": pd.to_datetime(["2017-03-11"])}),
        "aspirants": pd.DataFrame(
            {
                "election_id": NEW, "seat_id": list(SEAT.values()), "aspirant_id": list(SEAT),
                "decided_at": pd.to_datetime(pd.Series([decided] * 4), utc=True),
            }
        ),
        "ratings": ratings,
    }  # fmt: skip
    if surveys is not None:
        tables["surveys"] = surveys
    known = KnownTables(FrameSource(tables), as_of=dt.date(2017, 1, 1), election_id=NEW)
    return features(known, PEOPLE).set_axis(PEOPLE["aspirant_id"].fillna("nobody"))


def test_scales_are_brought_to_one() -> None:
    rows = pd.DataFrame([rating("a", 3, "r1", scale_min=1.0, scale_max=5.0), rating("b", 50, "r2", scale_max=100.0)])
    assert adjusted(rows)["score"].tolist() == [0.5, 0.5]


def test_without_a_scale_the_raters_own_range_serves() -> None:
    given = zip("abc", (2, 4, 3), strict=True)
    rows = pd.DataFrame([rating(who, value, scale_min=None, scale_max=None) for who, value in given])
    assert adjusted(rows)["score"].tolist() == [0.0, 1.0, 0.5]


def test_a_severe_raters_mean_is_taken_out_by_n_over_n_plus_five() -> None:
    hard, kind = [rating("a", 2, "hard"), rating("b", 4, "hard")], [rating("c", 6, "kind"), rating("d", 8, "kind")]
    # means 0.3 and 0.7 around 0.5, two ratings each: severity -0.2 * 2/7 and +0.2 * 2/7
    values = adjusted(pd.DataFrame(hard + kind))["value"].tolist()
    assert values == pytest.approx([0.2 + 0.4 / 7, 0.4 + 0.4 / 7, 0.6 - 0.4 / 7, 0.8 - 0.4 / 7])


def test_a_mean_is_shrunk_to_the_role_and_compared_within_the_seat() -> None:
    values = table(*(rating(who, value, f"r{who}") for who, value in zip("abcd", (2, 4, 6, 8), strict=True)))
    # each rater gave one rating: severity (x - 0.5) / 6 is taken out, then the rest shrunk by 1 / 1.5
    left = {who: 0.5 + (score - 0.5) * 5 / 6 * 2 / 3 for who, score in zip("abcd", (0.2, 0.4, 0.6, 0.8), strict=True)}
    assert values["rating_observer"].dropna().to_dict() == pytest.approx(left)
    assert values.loc["b", "rating_observer_within"] == pytest.approx((left["b"] - left["a"]) / 2)
    assert values.loc["a", "rating_observer_within"] == pytest.approx(-values.loc["b", "rating_observer_within"])
    assert values.loc["nobody"].isna().all()


def test_the_seats_mean_takes_in_aspirants_who_are_not_asked_for() -> None:
    rows = [rating("a", 2), rating("b", 8)]
    everyone = table(*rows)
    assert everyone.loc["a", "rating_observer_within"] < 0
    assert everyone.loc["a", "rating_observer_within"] == pytest.approx(-everyone.loc["b", "rating_observer_within"])


def test_roles_are_kept_apart_and_averaged_free_of_their_levels() -> None:
    values = table(rating("a", 9, "o"), rating("b", 7, "o"), rating("a", 3, "d", "dcc"), rating("b", 1, "d", "dcc"))
    assert values.loc["a", "rating_observer"] > values.loc["a", "rating_dcc"]
    assert values.loc["a", "rating_all_within"] == pytest.approx(values.loc["a", "rating_dcc_within"])
    assert values.loc["a", "rating_count"] == 2
    assert np.isnan(values.loc["a", "rating_pcc"])


def test_risk_of_rebellion_is_a_mean_over_raters() -> None:
    values = table(rating("a", 5, "o", rebel_risk="low"), rating("a", 5, "p", rebel_risk="high"), rating("b", 5, "o"))
    assert values.loc["a", "rebel_risk"] == 0.5
    assert np.isnan(values.loc["b", "rebel_risk"])


def test_a_rating_after_the_decision_is_not_seen() -> None:
    late = rating("a", 10, "late", rated_at="2016-12-20T00:00Z")
    rows = [rating("a", 2), rating("b", 8)]
    pd.testing.assert_frame_equal(table(*rows, late, decided="2016-12-10T00:00Z"), table(*rows))


def test_surveys_are_weighted_by_their_precision() -> None:
    surveys = pd.DataFrame(
        {
            "election_id": NEW, "seat_id": ONE, "survey_id": ["s1", "s2", "s3"],
            "subject": ["aspirant", "aspirant", "party"],
            "subject_id": ["a", "a", "INC"], "share": [0.2, 0.5, 0.9], "standard_error": [0.1, 0.2, 0.1],
            "fielded_at": pd.to_datetime(pd.Series(["2016-12-01"] * 3), utc=True),
        }
    )  # fmt: skip
    share = table(rating("a", 5), surveys=surveys).loc["a", "survey_share"]
    assert share == pytest.approx((0.2 * 100 + 0.5 * 25) / 125)  # weights 100 and 25


def test_the_order_of_the_ratings_does_not_matter() -> None:
    rows = [rating(who, 1 + 3 * n % 10, f"r{n % 3}", ("dcc", "pcc")[n % 2]) for n, who in enumerate("abcdabcdab")]
    pd.testing.assert_frame_equal(table(*rows), table(*rows[::-1]))


def test_without_ratings_all_is_unknown() -> None:
    values = table()
    assert list(values.columns) == list(FEATURES)
    assert values.isna().all(axis=None)
