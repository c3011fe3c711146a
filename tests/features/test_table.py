"""The whole table on two seats, with one source after another missing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from khaka.features import table as module
from khaka.features.source import FrameSource
from khaka.features.table import FAMILY_MODULES, SOURCES, FeatureTable, feature_table

OLD, NEW, ONE, TWO = "S24-2012-AE", "S24-2017-AE", "S24-2008-1", "S24-2008-2"
AS_OF = dt.date(2017, 1, 1)


def frames() -> dict[str, pd.DataFrame]:
    noon = pd.to_datetime(pd.Series(["2016-12-01T06:00Z"]), utc=True)
    return {
        "seats": pd.DataFrame({"seat_id": [ONE, TWO], "district": "Agra"}),
        "elections": pd.DataFrame(
            {"election_id": [OLD, NEW], "kind": "AE", "result_date": pd.to_datetime(["2012-03-06", "2017-03-11"])}
        ),
        "nominees": pd.DataFrame(
            {
                "election_id": [OLD, OLD, NEW, NEW], "seat_id": ONE, "nominee_id": ["a", "b", "c", "d"], "name": "N",
                "person_id": ["p1", "p2", "p1", "p2"], "party": ["INC", "BJP", "INC", "BJP"],
                "votes": pd.array([60, 40, 1, 2], dtype="Int64"),
            }
        ),
        "aspirants": pd.DataFrame(
            {
                "election_id": NEW, "seat_id": [TWO, ONE, ONE],
                "aspirant_id": ["z", "y", "x"], "person_id": [None, "p9", "p1"],
            }
        ),
        "activity": pd.DataFrame(
            {"event_id": ["e"], "aspirant_id": ["x"], "seat_id": ONE, "booth_no": "1", "kind": "booth_visit",
             "started_at": noon, "received_at": noon}
        ),
        "demographics": pd.DataFrame(
            {"level": ["district"], "unit_id": "S24:AGRA", "measure": "zebras", "year": 2011, "source": "s", "value": 1}
        ),
    }  # fmt: skip


def build(tables: dict[str, pd.DataFrame], kind: str = "aspirant", without: tuple[str, ...] = ()) -> FeatureTable:
    source = FrameSource(tables)
    return feature_table(source, election_id=NEW, as_of=AS_OF, party="INC", kind=kind, without=without)  # type: ignore[arg-type]


def test_one_row_per_seat_and_person_sorted_and_aligned() -> None:
    table = build(frames())
    assert table.people["unit_id"].tolist() == ["x", "y", "z"]
    assert table.values["sitting_member"].tolist() == [1, 0, 0]
    assert table.values.index.equals(table.people.index)
    assert set(table.values.dtypes.astype(str)) == {"float64"}
    assert list(table.infos) == list(table.values.columns)


def test_nominees_of_all_parties_come_in_the_same_columns() -> None:
    nominees, aspirants = build(frames(), "nominee"), build(frames())
    assert nominees.people["party"].tolist() == ["INC", "BJP"]
    assert nominees.people["aspirant_id"].fillna("-").tolist() == ["x", "-"]
    assert list(nominees.values.columns) == list(aspirants.values.columns)
    assert list(nominees.people.columns) == list(aspirants.people.columns)


def test_a_measure_that_is_fed_in_is_described() -> None:
    table = build(frames())
    row = table.describe().set_index("name").loc["demo:zebras"]
    assert row["share_known"] == 1.0
    assert row["family"] == "demographics"
    assert table.describe()[["unit", "source", "known", "doc"]].map(bool).all(axis=None)


def test_a_missing_source_leaves_its_features_empty_and_says_so() -> None:
    tables = frames()
    whole = build(tables)
    assert not any("field activity" in sentence for sentence in whole.missing)
    tables.pop("activity")
    cut = build(tables)
    assert any("no field activity" in sentence and NEW in sentence for sentence in cut.missing)
    assert cut.values.filter(like="presence").isna().all(axis=None)
    assert list(cut.values.columns) == list(whole.values.columns)


def test_with_elections_and_aspirants_alone_the_table_still_stands() -> None:
    tables = {name: frame for name, frame in frames().items() if name in ("elections", "aspirants")}
    table = build(tables)
    assert len(table.missing) == len(SOURCES)
    assert len(table.values) == 3


def test_an_election_without_people_gives_an_empty_table() -> None:
    table = build({"elections": frames()["elections"]})
    assert len(table.people) == len(table.values) == 0
    assert len(table.values.columns) > 50


def test_a_family_can_be_switched_off() -> None:
    left = set(build(frames()).values.columns) - set(build(frames(), without=("fit",)).values.columns)
    assert left == {name for name, info in build(frames()).infos.items() if info.family == "fit"}


def test_neither_the_order_of_rows_nor_results_nor_later_rows_reach_the_table() -> None:
    tables = frames()
    before = build(tables, "nominee").values
    changed = {name: frame.iloc[::-1] for name, frame in tables.items()}
    changed["nominees"] = changed["nominees"].assign(
        votes=changed["nominees"]["votes"].mask(changed["nominees"]["election_id"] == NEW)
    )
    late = tables["activity"].assign(event_id="late", received_at=pd.Timestamp("2017-02-01", tz="UTC"))
    changed["activity"] = pd.concat([late, changed["activity"]])
    pd.testing.assert_frame_equal(build(changed, "nominee").values, before)


def test_the_file_is_the_same_each_time_and_has_its_notes_beside_it(tmp_path: Path) -> None:
    build(frames()).to_parquet(tmp_path / "one.parquet")
    build({name: frame.iloc[::-1] for name, frame in frames().items()}).to_parquet(tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    notes = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    columns = pq.read_schema(tmp_path / "one.parquet").names
    assert [note["name"] for note in notes["features"]] == columns[-len(notes["features"]) :]
    assert notes["rows"] == 3


def test_values_are_kept_to_eight_significant_digits() -> None:
    raw = pd.DataFrame({"a": [1 / 3, 123456789.4, -0.1 - 0.2, 1e-17, 0.0, float("nan"), float("inf")]})
    kept = module._rounded(raw)["a"]
    assert kept.tolist()[:5] == [0.33333333, 123456790.0, -0.3, 0.0, 0.0]
    assert kept[5:].isna().all()


def test_two_families_may_not_give_the_same_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FAMILY_MODULES", (*FAMILY_MODULES, FAMILY_MODULES[0]))
    with pytest.raises(ValueError, match="sex_female"):
        build(frames())
