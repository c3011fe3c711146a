"""The forms are valid XLSForms in two languages, and what they collect comes back as rows of the tables."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from khaka.data.field_forms import FORMS, definition, sheets, write_forms
from khaka.data.ingest import ingest
from khaka.data.ingest_report import IngestReport
from khaka.data.store import TableStore

SEAT = "S24-2008-163"


@pytest.mark.parametrize("form", FORMS)
def test_pyxform_takes_each_form_without_a_warning(form: str, tmp_path: Path) -> None:
    from pyxform.xls2xform import convert

    path = next(path for path in write_forms(tmp_path) if form in path.name)
    result = convert(str(path))
    assert result.warnings == []
    for text in ("English (en)", "हिन्दी (hi)"):
        assert f'lang="{text}"' in result.xform


@pytest.mark.parametrize("form", FORMS)
def test_every_question_and_choice_is_said_in_both_languages(form: str) -> None:
    survey = sheets(form)["survey"]
    header = survey[0]
    for row in survey[1:]:
        cells = dict(zip(header, row, strict=True))
        english, hindi = cells["label::English (en)"], cells["label::हिन्दी (hi)"]
        assert bool(english) == bool(hindi)
        assert english or cells["type"] in ("start", "end", "deviceid", "end_repeat")
    assert all(len(labels) == 2 for choices in definition(form)["choices"].values() for labels in choices.values())


def taken(tmp_path: Path, path: Path, **options: str) -> tuple[TableStore, IngestReport]:
    store = TableStore(tmp_path / "ws" / "tables")
    (tmp_path / "ws").mkdir(exist_ok=True)
    return store, ingest([path], workspace_root=tmp_path / "ws", store=store, **options)


ODK_HEADER = (
    "SubmissionDate,started_at,ended_at,device_id,aspirant_id,seat_id,kind,booth_no,location-Latitude,"
    "location-Longitude,location-Altitude,location-Accuracy,attendance,photo,witness_id,meta-instanceID,KEY,"
    "SubmitterID,SubmitterName,AttachmentsPresent,Status"
)


def odk_row(
    key: str, *, sent: str = "2026-12-01T11:00:00.000Z", booth: str = "12A", accuracy: str = "8.5", photo: str = "1.jpg"
) -> str:
    return (
        f"{sent},2026-12-01T16:00:00.000+05:30,2026-12-01T16:09:00.000+05:30,collect:abc,A1,{SEAT},booth_visit,{booth},"
        f"26.8412345,80.9123456,112.1,{accuracy},25,{photo},W7,uuid:{key},uuid:{key},3,team,1,"
    )


def test_an_odk_csv_becomes_activity_with_both_times(tmp_path: Path) -> None:
    path = tmp_path / "khaka_activity.csv"
    path.write_text("\n".join([ODK_HEADER, odk_row("a"), odk_row("b", sent="2026-12-09T02:30:00.000Z")]) + "\n")
    store, report = taken(tmp_path, path)
    assert report.files[0].format == "odk"
    rows = store.read("activity").set_index("event_id")
    assert rows.index.tolist() == ["uuid:a", "uuid:b"]
    assert rows["started_at"].unique().tolist() == [pd.Timestamp("2026-12-01T10:30:00Z")]
    assert rows.loc["uuid:b", "received_at"] == pd.Timestamp("2026-12-09T02:30:00Z")
    first = rows.loc["uuid:a"]
    assert (first["lat"], first["lon"], first["accuracy_m"]) == (26.8412345, 80.9123456, 8.5)
    assert (first["booth_no"], first["kind"], first["device_id"]) == ("12A", "booth_visit", "collect:abc")
    assert (first["attendance"], first["witness_id"], first["photo_hash"]) == (25, "W7", "file:1.jpg")
    assert pd.isna(first["mock_location"])


def test_a_later_export_adds_only_what_is_new_and_the_same_answer_counts_once(tmp_path: Path) -> None:
    first, second = tmp_path / "one.csv", tmp_path / "two.csv"
    first.write_text("\n".join([ODK_HEADER, odk_row("a"), odk_row("a", sent="2026-12-02T11:00:00.000Z")]) + "\n")
    second.write_text("\n".join([ODK_HEADER, odk_row("a"), odk_row("c")]) + "\n")
    store, report = taken(tmp_path, first)
    assert report.files[0].tables[0].flagged == 1
    store, report = taken(tmp_path, second)
    counts = report.files[0].tables[0]
    assert (counts.inserted, counts.unchanged) == (1, 1)
    assert len(store.read("activity")) == 2


def test_an_accuracy_of_zero_means_that_an_app_made_the_position_up(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([ODK_HEADER, odk_row("a", accuracy="0")]) + "\n")
    store, _ = taken(tmp_path, path)
    row = store.read("activity").iloc[0]
    assert row["mock_location"]
    assert pd.isna(row["accuracy_m"])


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_in_a_zip_photos_are_known_by_their_content(tmp_path: Path) -> None:
    table = "\n".join([ODK_HEADER, odk_row("a"), odk_row("b", photo="2.jpg"), odk_row("c", photo="gone.jpg")])
    path = zipped(tmp_path / "khaka_activity.csv.zip", {
        "khaka_activity.csv": table.encode(), "media/1.jpg": b"the same picture", "media/2.jpg": b"the same picture",
    })  # fmt: skip
    store, _ = taken(tmp_path, path)
    rows = store.read("activity").set_index("event_id")["photo_hash"]
    assert rows["uuid:a"] == rows["uuid:b"] == hashlib.sha256(b"the same picture").hexdigest()
    assert rows["uuid:c"] == "file:gone.jpg"


RATING_ROOT = "SubmissionDate,started_at,rated_at,election_id,seat_id,rater_role,rater_id,meta-instanceID,KEY\n" + (
    f"2026-12-03T10:00:00.000Z,2026-12-03T15:00:00+05:30,2026-12-03T15:20:00+05:30,S24-2027-AE,{SEAT},observer,O9,u:1,u:1\n"
)
RATING_REPEAT = (
    "aspirant_id,rating,rebel_risk,note,PARENT_KEY,KEY\n"
    "A1,6,low,worked all year,u:1,u:1/aspirant[1]\nA2,3 - fair,मध्यम,,u:1,u:1/aspirant[2]\nA3,9,,,u:1,u:1/aspirant[3]\n"
)


def test_the_repeats_of_a_rating_form_become_a_rating_each(tmp_path: Path) -> None:
    path = zipped(tmp_path / "khaka_ratings.zip", {
        "khaka_ratings.csv": RATING_ROOT.encode(), "khaka_ratings-aspirant.csv": RATING_REPEAT.encode(),
    })  # fmt: skip
    store, report = taken(tmp_path, path)
    rows = store.read("ratings").set_index("aspirant_id")
    assert rows["rating"].to_dict() == {"A1": 6.0, "A2": 3.0}
    assert rows["rebel_risk"].to_dict() == {"A1": "low", "A2": "medium"}
    assert rows.loc["A1", "rater_role"] == "observer"
    assert rows.loc["A1", "rated_at"] == pd.Timestamp("2026-12-03T09:50:00Z")
    assert rows[["scale_min", "scale_max"]].iloc[0].tolist() == [1.0, 7.0]
    assert report.files[0].tables[0].quarantined == 1  # 9 is outside the scale


def test_a_rating_csv_without_its_repeat_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "khaka_ratings.csv"
    path.write_text(RATING_ROOT)
    _, report = taken(tmp_path, path)
    assert "export the form as ZIP" in report.files[0].reason


KOBO = {
    "_id": 1, "_uuid": "k1", "meta/instanceID": "uuid:k1", "_submission_time": "2026-12-01T11:00:00",
    "start": "2026-12-01T16:00:00.000+05:30", "deviceid": "ee.kobo:1", "work/aspirant_id": "A1",
    "work/seat_id": SEAT, "work/kind": "meeting", "work/booth_no": "12", "work/attendance": "40",
    "work/location": "26.84 80.91 110 9.5", "_geolocation": [26.84, 80.91], "work/photo": "9.jpg",
    "_attachments": [{"filename": "team/attachments/9.jpg"}], "_validation_status": {},
}  # fmt: skip


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"count": len(rows), "results": rows}])
def test_kobo_json_becomes_activity_and_its_times_are_utc(tmp_path: Path, wrap: object) -> None:
    path = tmp_path / "kobo.json"
    rows = [KOBO, {**KOBO, "_uuid": "k2", "meta/instanceID": "uuid:k2", "work/location": None}]
    path.write_text(json.dumps(wrap(rows)))  # type: ignore[operator]
    store, report = taken(tmp_path, path)
    assert report.files[0].format == "kobo"
    found = store.read("activity").set_index("event_id")
    assert found.index.tolist() == ["uuid:k1", "uuid:k2"]
    assert found["received_at"].iloc[0] == pd.Timestamp("2026-12-01T11:00:00Z")
    assert found["started_at"].iloc[0] == pd.Timestamp("2026-12-01T10:30:00Z")
    assert found["lat"].tolist() == [26.84, 26.84]  # the second from _geolocation
    assert found["accuracy_m"].iloc[0] == 9.5
    assert found["attendance"].tolist() == [40, 40]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return path


@pytest.mark.parametrize(
    ("status", "review"),
    [
        ({"uid": "validation_status_not_approved", "label": "Not Approved"}, "rejected"),
        ({"uid": "validation_status_on_hold", "label": "On Hold"}, "has_issues"),
        ({"label": "Approved"}, "approved"),
        ({}, None),
    ],
)
def test_kobos_validation_is_the_reviewers_decision(tmp_path: Path, status: dict[str, str], review: str | None) -> None:
    path = tmp_path / "kobo.json"
    path.write_text(json.dumps([{**KOBO, "_validation_status": status}]))
    store, _ = taken(tmp_path, path)
    found = store.read("activity")["review"].iloc[0]
    assert pd.isna(found) if review is None else found == review


def test_ratings_in_a_repeat_of_kobos_workbook(tmp_path: Path) -> None:
    root = [
        ["start", "rated_at", "election_id", "seat_id", "rater_role", "rater_id", "_uuid", "_submission_time",
         "_index"],
        *(
            ["2026-12-03T15:00:00.000+05:30", "2026-12-03T15:20:00.000+05:30", "S24-2027-AE", SEAT, "observer", rater,
             f"k{number}", "2026-12-03T10:00:00", number]
            for number, rater in enumerate(("O9", "O8"), start=1)
        ),
    ]  # fmt: skip
    repeat = [
        ["aspirant_id", "rating", "rebel_risk", "note", "_index", "_parent_table_name", "_parent_index"],
        ["A1", 6, "low", "", 1, "khaka_ratings", 1],
        ["A2", 3, "low", "", 2, "khaka_ratings", 1],
        ["A1", 5, "low", "", 3, "khaka_ratings", 2],
    ]
    store, report = taken(tmp_path, workbook(tmp_path / "ratings.xlsx", {"khaka_ratings": root, "aspirant": repeat}))
    assert report.files[0].format == "kobo"
    rows = store.read("ratings").sort_values(["rater_id", "aspirant_id"])
    found = rows[["rater_id", "aspirant_id", "rating"]].values.tolist()
    assert found == [["O8", "A1", 5], ["O9", "A1", 6], ["O9", "A2", 3]]
    assert rows["rated_at"].unique().tolist() == [pd.Timestamp("2026-12-03T09:50:00Z")]
    _, report = taken(tmp_path, workbook(tmp_path / "without.xlsx", {"khaka_ratings": root}))
    assert "as JSON or XLSX" in report.files[0].reason


def test_kobo_csv_with_hindi_labels_is_read_by_the_labels(tmp_path: Path) -> None:
    labels = {
        question["name"]: question.get("hi", question["name"]) for question in definition("activity")["questions"]
    }
    head = [labels["aspirant_id"], labels["seat_id"], labels["kind"], labels["booth_no"], "_location_latitude",
            "_location_longitude", "_location_precision", "start", "_uuid", "_submission_time", "_index"]  # fmt: skip
    row = [
        "A1",
        SEAT,
        "बैठक",
        "7W",
        "26.84",
        "80.91",
        "11",
        "2026-12-01T16:00:00+05:30",
        "k9",
        "2026-12-01T11:00:00",
        "1",
    ]
    path = tmp_path / "kobo.csv"
    path.write_text(";".join(head) + "\n" + ";".join(row) + "\n", encoding="utf-8")
    store, report = taken(tmp_path, path)
    assert report.files[0].format == "kobo"
    found = store.read("activity").iloc[0]
    assert (found["kind"], found["booth_no"], found["lat"], found["event_id"]) == ("meeting", "7W", 26.84, "k9")


UUID = "0f3a6f52-93d1-4f37-9a55-2f3f1c1f0c11"


def test_columns_as_odk_central_writes_them_today(tmp_path: Path) -> None:
    """Groups before the names, the server's columns at the end, a device that only the server knows."""
    head = (
        "SubmissionDate,meta-instanceID,meta-instanceName,visit-started_at,visit-who-aspirant_id,visit-who-seat_id,"
        "visit-kind,visit-booth_no,visit-location-Latitude,visit-location-Longitude,visit-location-Altitude,"
        "visit-location-Accuracy,visit-attendance,KEY,SubmitterID,SubmitterName,AttachmentsPresent,"
        "AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion"
    )
    row = (
        f"2026-12-01T11:00:00.123Z,uuid:{UUID},visit 1,2026-12-01T16:00:00.000+05:30,A1,{SEAT},meeting,12,26.84,80.91,"
        f"110,4.9,30,uuid:{UUID},5,team,0,0,,approved,collect:xyz,0,20261101"
    )
    path = tmp_path / "a.csv"
    path.write_text(f"{head}\n{row}\n")
    store, report = taken(tmp_path, path)
    assert report.files[0].format == "odk"
    found = store.read("activity").iloc[0]
    assert found["event_id"] == f"uuid:{UUID}"
    assert (found["device_id"], found["aspirant_id"], found["booth_no"]) == ("collect:xyz", "A1", "12")
    assert found["review"] == "approved"
    # rejected since: the same answer, exported again
    path.write_text(f"{head}\n{row.replace('approved', 'rejected')}\n")
    store, report = taken(tmp_path, path)
    assert report.files[0].tables[0].replaced == 1
    assert store.read("activity")["review"].tolist() == ["rejected"]
    assert (found["lat"], found["lon"], found["accuracy_m"]) == (26.84, 80.91, 4.9)


def test_a_repeat_of_visits_becomes_an_event_each(tmp_path: Path) -> None:
    root = "SubmissionDate,start,deviceid,aspirant_id,seat_id,meta-instanceID,KEY,SubmitterID\n"
    root += f"2026-12-01T11:00:00Z,2026-12-01T15:00:00+05:30,ph1,A1,{SEAT},uuid:{UUID},uuid:{UUID},5\n"
    visits = "started_at,kind,booth_no,at-location-Latitude,at-location-Longitude,at-location-Accuracy,PARENT_KEY,KEY\n"
    visits += "".join(
        f"2026-12-01T1{n}:00:00+05:30,booth_visit,{n},26.8{n},80.91,6.2,uuid:{UUID},uuid:{UUID}/visits[{n}]\n"
        for n in (1, 2)
    )
    path = zipped(tmp_path / "day.zip", {"day.csv": root.encode(), "day-visits.csv": visits.encode()})
    store, _ = taken(tmp_path, path)
    rows = store.read("activity").sort_values("event_id")
    assert rows["event_id"].tolist() == [f"uuid:{UUID}/visits[1]", f"uuid:{UUID}/visits[2]"]
    assert rows["booth_no"].tolist() == ["1", "2"]
    assert rows["device_id"].tolist() == ["ph1", "ph1"]
    assert rows["lat"].tolist() == [26.81, 26.82]


def test_one_answer_is_one_event_whichever_kobo_export_it_comes_by(tmp_path: Path) -> None:
    """JSON of the API, CSV with names and groups, and CSV with labels and groups, semicolons between quoted cells."""
    entry = {**KOBO, "_uuid": UUID, "meta/instanceID": f"uuid:{UUID}"}
    (tmp_path / "a.json").write_text(json.dumps({"count": 1, "next": None, "previous": None, "results": [entry]}))
    names = {
        "start": "2026-12-01T16:00:00.000+05:30", "deviceid": "ee.kobo:1", "work/aspirant_id": "A1",
        "work/seat_id": SEAT, "work/kind": "meeting", "work/booth_no": "12", "work/location": "",
        "work/_location_latitude": "26.84", "work/_location_longitude": "80.91", "work/_location_altitude": "110",
        "work/_location_precision": "9.5", "work/attendance": "40", "_id": "1", "_uuid": UUID,
        "_submission_time": "2026-12-01T11:00:00", "_validation_status": "", "_notes": "", "_status": "",
        "_submitted_by": "", "__version__": "v1", "_tags": "", "_index": "1",
    }  # fmt: skip
    told = {question["name"]: question.get("en", question["name"]) for question in definition("activity")["questions"]}
    place = told["location"]
    labels = {
        (f"Work/_{place}_{name.rsplit('_', 1)[1]}" if name.startswith("work/_")
         else f"Work/{told[name[5:]]}" if name.startswith("work/") else name): cell
        for name, cell in names.items()
    }  # fmt: skip
    for name, cells in (("b.csv", names), ("c.csv", labels)):
        lines = [";".join(f'"{cell}"' for cell in row) for row in (cells.keys(), cells.values())]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    rows = []
    for name in ("a.json", "b.csv", "c.csv"):
        store, report = taken(tmp_path, tmp_path / name)
        assert report.files[0].format == "kobo"
        rows.append(store.read("activity").drop(columns=["device_id", "photo_hash"]))
    assert [len(row) for row in rows] == [1, 1, 1]
    assert rows[0]["event_id"].tolist() == [f"uuid:{UUID}"]
    told_alike = ["event_id", "booth_no", "kind", "lat", "lon", "accuracy_m", "attendance", "started_at", "received_at"]
    for row in rows[1:]:
        pd.testing.assert_frame_equal(row[told_alike], rows[0][told_alike])


def test_kobo_json_with_a_repeat_gives_a_rating_each(tmp_path: Path) -> None:
    entry = {
        "_uuid": "r1", "_submission_time": "2026-12-03T10:00:00", "election_id": "S24-2027-AE", "seat_id": SEAT,
        "rater_role": "dcc", "rater_id": "D1", "end": "2026-12-03T15:00:00+05:30",
        "aspirant": [{"aspirant/aspirant_id": "A1", "aspirant/rating": "5"},
                     {"aspirant/aspirant_id": "A2", "aspirant/rating": "2"}],
    }  # fmt: skip
    path = tmp_path / "ratings.json"
    path.write_text(json.dumps([entry]))
    store, _ = taken(tmp_path, path)
    assert store.read("ratings").set_index("aspirant_id")["rating"].to_dict() == {"A1": 5.0, "A2": 2.0}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", b'[{"_uuid": "x", "question": 1}]', "no submissions of the activity or the rating form"),
        ("b.json", b'{"_uuid": broken', "no valid JSON"),
        ("c.zip", b"PK\x03\x04 cut off", "no readable XLSX"),
    ],
)
def test_what_is_no_export_is_refused_and_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    _, report = taken(tmp_path, path)
    assert words in report.files[0].reason


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "other.zip", {"birds.csv": b"SubmissionDate,bird,KEY\n2026-01-01T00:00:00Z,owl,u:1\n"})
    _, report = taken(tmp_path, path)
    assert "no export of the activity or the rating form" in report.files[0].reason


def test_rubbish_rows_are_counted_and_never_stop_the_rest(tmp_path: Path) -> None:
    bad = odk_row("bad").replace("26.8412345", "north").replace(",25,", ",-3,")
    path = tmp_path / "a.csv"
    path.write_text("\n".join([ODK_HEADER, odk_row("a"), bad, odk_row("", sent="yesterday"), odk_row("c")]) + "\n")
    store, report = taken(tmp_path, path)
    assert sorted(store.read("activity")["event_id"]) == ["uuid:a", "uuid:c"]
    assert report.files[0].tables[0].quarantined == 2
