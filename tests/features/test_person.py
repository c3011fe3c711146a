"""Two seats of one district and one elsewhere; person p1 won seat 1 in 2012 with 60%, party's mean share 50%.

2012:  seat 1  p1 INC 60, p2 BJP 40        seat 2  p3 INC 40, p4 BJP 60
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from khaka.features.cutoff import KnownTables
from khaka.features.people import COLUMNS, people
from khaka.features.person import FEATURES, features
from khaka.features.source import FrameSource

OLD, NEW, BYE, LATER = "S24-2012-AE", "S24-2017-AE", "S24-2014-BYE1", "S24-2022-AE"
ONE, TWO, FAR = "S24-2008-1", "S24-2008-2", "S24-2008-300"


def contest(election: str, seat: str, *rows: tuple[str, str | None, str, int | None]) -> list[dict[str, object]]:
    return [
        {"election_id": election, "seat_id": seat, "nominee_id": n, "name": n, "person_id": p, "party": who, "votes": v}
        for n, p, who, v in rows
    ]


PAST = [
    *contest(OLD, ONE, ("a", "p1", "INC", 60), ("b", "p2", "BJP", 40)),
    *contest(OLD, TWO, ("c", "p3", "INC", 40), ("d", "p4", "BJP", 60)),
]


def frames(nominees: list[dict[str, object]], aspirants: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    table = pd.DataFrame(nominees)
    table["votes"] = table["votes"].astype("Int64")
    result = {
        "seats": pd.DataFrame({"seat_id": [ONE, TWO, FAR], "district": ["Agra", "Agra", "Ballia"]}),
        "elections": pd.DataFrame(
            {
                "election_id": [OLD, BYE, NEW, LATER],
                "kind": ["AE", "BYE", "AE", "AE"],
                "poll_date": pd.to_datetime(["2012-03-01", "2014-05-01", "2017-03-01", "2022-03-01"]),
                "result_date": pd.to_datetime(["2012-03-06", "2014-05-05", "2017-03-11", "2022-03-10"]),
            }
        ),
        "nominees": table,
    }
    return result if aspirants is None else {**result, "aspirants": aspirants}


def aspirants(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"election_id": NEW, "seat_id": ONE, **columns})


def table_of(tables: dict[str, pd.DataFrame], kind: str, election: str = NEW) -> pd.DataFrame:
    known = KnownTables(FrameSource(tables), as_of=dt.date(2017, 1, 1), election_id=election)
    rows = people(known, party="INC", kind=kind)  # type: ignore[arg-type]
    return features(known, rows).set_axis(rows["unit_id"])


def test_a_history_is_found_by_person_id_alone() -> None:
    rows = aspirants(aspirant_id=["x", "y"], person_id=["p1", None], name=["new name", "a"])
    table = table_of(frames(PAST, rows), "aspirant")
    assert table.loc["x", ["sitting_member", "won_before", "earlier_contests", "last_contest_here"]].tolist() == [1] * 4
    assert table.loc["x", "last_own_share"] == 0.6
    assert table.loc["y", ["sitting_member", "won_before", "earlier_contests"]].tolist() == [0, 0, 0]


def test_a_missing_person_id_looks_like_a_first_contest() -> None:
    table = table_of(frames(PAST, aspirants(aspirant_id=["x", "y"], person_id=["unseen", None])), "aspirant")
    pd.testing.assert_series_equal(table.loc["x"], table.loc["y"], check_names=False)


def test_the_share_over_the_party_is_shrunk_by_the_number_of_contests() -> None:
    table = table_of(frames(PAST, aspirants(aspirant_id=["x"], person_id=["p1"])), "aspirant")
    assert table.loc["x", "over_party_before"] == pytest.approx((0.6 - 0.5) * 1 / 2)


def test_a_by_election_changes_the_sitting_member() -> None:
    bye = contest(BYE, ONE, ("e", "p9", "SP", 70), ("f", "p1", "INC", 30))
    table = table_of(frames(PAST + bye, aspirants(aspirant_id=["x", "y"], person_id=["p1", "p9"])), "aspirant")
    assert table["sitting_member"].tolist() == [0, 1]
    assert table.loc["x", ["last_own_share", "earlier_contests", "won_before"]].tolist() == [0.3, 2, 1]
    assert table["turncoat"].tolist() == [0, 1]


def test_an_independent_who_joins_is_no_turncoat() -> None:
    past = [*PAST, *contest(BYE, TWO, ("g", "p7", "IND", 10), ("h", None, "SP", 20))]
    table = table_of(frames(past, aspirants(aspirant_id=["x"], person_id=["p7"])), "aspirant")
    assert table["turncoat"].tolist() == [0]


def test_own_and_later_results_never_reach_the_history() -> None:
    own = contest(NEW, ONE, ("k", "p1", "INC", 99), ("l", "p5", "BJP", 1))
    later = contest(LATER, ONE, ("m", "p5", "BJP", 99), ("n", "p1", "INC", 1))
    blank = [{**row, "votes": None} for row in own]
    whole = table_of(frames(PAST + own + later), "nominee")
    cut = table_of(frames(PAST + blank), "nominee")
    pd.testing.assert_frame_equal(whole, cut)
    assert whole.loc["l", "earlier_contests"] == 0


def test_the_order_of_the_rows_does_not_matter() -> None:
    own = contest(NEW, ONE, ("k", "p1", "INC", None), ("l", "p2", "BJP", None))
    tables = frames(PAST + own)
    shuffled = {**tables, "nominees": tables["nominees"].iloc[::-1]}
    pd.testing.assert_frame_equal(table_of(tables, "nominee"), table_of(shuffled, "nominee"))


def test_what_the_application_says_becomes_levels_and_years() -> None:
    row = aspirants(
        aspirant_id=["x"], sex="F", birth_date=pd.to_datetime(["1977-03-01"]), education="graduate",
        criminal_cases=pd.array([50], dtype="Int64"), assets_inr=[999_999.0], residence_seat_id=TWO,
        party_since=pd.to_datetime(["2007-01-01"]), party_post="state",
    )  # fmt: skip
    value = table_of(frames(PAST, row), "aspirant").loc["x"]
    assert value[["sex_female", "education_level", "cases_pending", "party_post_level"]].tolist() == [1, 6, 20, 3]
    assert value["age_at_poll"] == pytest.approx(40, abs=0.01)
    assert value["log_assets"] == pytest.approx(6)
    assert value["party_tenure_years"] == pytest.approx(10, abs=0.01)
    assert value[["lives_in_seat", "local_roots"]].tolist() == [0, 0.5]


def test_roots_are_one_in_the_seat_half_in_the_district_none_elsewhere_unknown_without_a_word() -> None:
    rows = aspirants(aspirant_id=list("abcd"), residence_seat_id=[ONE, TWO, FAR, None])
    roots = table_of(frames(PAST, rows), "aspirant")["local_roots"]
    assert roots.tolist()[:3] == [1, 0.5, 0]
    assert np.isnan(roots["d"])


def units(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    known = KnownTables(FrameSource(tables), as_of=dt.date(2017, 1, 1), election_id=NEW)
    return people(known, party="INC", kind="nominee")


def test_a_nominee_is_the_aspirant_with_the_same_person_id_else_the_only_one_chosen() -> None:
    own = contest(NEW, ONE, ("k", "p1", "INC", None), ("l", "p5", "BJP", None))
    applied = aspirants(
        aspirant_id=["x", "y"], person_id=["p1", "p5"], community=["Kurmi", "Jatav"],
        nominated=pd.array([False, True], dtype="boolean"),
    )  # fmt: skip
    found = units(frames(PAST + own, applied))
    assert found["aspirant_id"].fillna("-").tolist() == ["x", "-"]
    assert list(found.columns) == list(COLUMNS)
    nobody = [{**row, "person_id": None} for row in own]
    by_flag = units(frames(PAST + nobody, applied))
    assert by_flag["aspirant_id"].fillna("-").tolist() == ["y", "-"]
    assert by_flag.loc[0, "community"] == "Jatav"


def test_two_chosen_in_one_seat_are_nobody() -> None:
    own = contest(NEW, ONE, ("k", None, "INC", None))
    applied = aspirants(aspirant_id=["x", "y"], nominated=pd.array([True, True], dtype="boolean"))
    assert units(frames(PAST + own, applied))["aspirant_id"].isna().all()


def test_every_column_has_a_note() -> None:
    assert list(table_of(frames(PAST, aspirants(aspirant_id=["x"])), "aspirant").columns) == list(FEATURES)
