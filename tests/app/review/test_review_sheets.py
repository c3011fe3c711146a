"""Sheets of applications in the words of a party's office: Hindi or English headings, seats by number, Indian dates."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI

from khaka.app.review.sheets import BLANK, HEADINGS, heading

SignIn = Callable[[str], Any]


def take(clerk: Any, text: str, name: str = "applications.csv") -> Any:
    return clerk.post("/intake/sheet", {"drop": ""}, files={"sheet": (name, text.encode(), "text/csv")})


def table(app: FastAPI) -> pd.DataFrame:
    frame: pd.DataFrame = app.state.review.workspace.store.read("aspirants")
    return frame.set_index("name")


def test_a_hindi_sheet_with_seat_numbers_and_indian_dates_is_taken(signed_in: SignIn, app: FastAPI) -> None:
    sheet = (
        "सीट संख्या,नाम,लिंग,जन्म तिथि,वर्ग,संपत्ति (रु)\n"
        "2 बक्शी,नेहा राय,महिला,15/08/1980,सामान्य,1200000\n"
        "3,ओम प्रकाश,पुरुष,1.1.1975,अनुसूचित जाति,\n"
    )
    answer = take(signed_in("analyst"), sheet)
    assert answer.status_code == 200
    found = table(app)
    assert found.loc["नेहा राय", ["seat_id", "sex", "category"]].tolist() == ["S24-2008-2", "F", "GEN"]
    assert str(found.loc["नेहा राय", "birth_date"])[:10] == "1980-08-15"
    assert found.loc["ओम प्रकाश", ["seat_id", "sex", "category"]].tolist() == ["S24-2008-3", "M", "SC"]
    known = app.state.review.ledger.applications()
    assert known[found.loc["नेहा राय", "aspirant_id"]].source == "sheet"


def test_what_offices_write_for_category_sex_and_schooling_is_understood(signed_in: SignIn, app: FastAPI) -> None:
    sheet = (
        "AC No.,Name of the Applicant,Gender,DOB,Category,Qualification\n"
        "2,Neha Rai,FEMALE,15.08.1980,O.B.C.,Post-Graduate\n"
        "3,Om Prakash,m,1/1/1975,ओबीसी,१०वीं\n"
        "3,Uma Pal,f,1/1/1976,एस.सी.,B.A.\n"
    )
    assert take(signed_in("analyst"), sheet).status_code == 200
    found = table(app)
    assert found.loc["Neha Rai", ["sex", "category", "education"]].tolist() == ["F", "OBC", "postgraduate"]
    assert found.loc["Om Prakash", ["sex", "category", "education"]].tolist() == ["M", "OBC", "10th"]
    assert found.loc["Uma Pal", ["sex", "category", "education"]].tolist() == ["F", "SC", "graduate"]


def test_the_same_sheet_corrected_means_the_same_applications(signed_in: SignIn, app: FastAPI) -> None:
    clerk = signed_in("analyst")
    take(clerk, "Seat,Name,Gender,Date of birth\n2,Neha Rai,x,15-08-1980\n")
    take(clerk, "Seat,Name,Gender,Date of birth\n2,Neha Rai,Female,15-08-1980\n")
    rows = table(app).loc[["Neha Rai"]]
    assert rows["sex"].tolist() == ["F"]


def test_an_xlsx_of_the_office_is_taken_too(signed_in: SignIn, app: FastAPI) -> None:
    made = io.BytesIO()
    pd.DataFrame({"Constituency": [2], "Applicant": ["Uma Pal"], "Sex": ["woman"]}).to_excel(
        made, index=False, engine="xlsxwriter"
    )
    answer = signed_in("analyst").post(
        "/intake/sheet", {"drop": ""}, files={"sheet": ("form.xlsx", made.getvalue(), "application/octet-stream")}
    )
    assert answer.status_code == 200
    assert table(app).loc["Uma Pal", "seat_id"] == "S24-2008-2"


def test_faults_are_told_with_the_row_of_the_sheet_and_only_of_this_sheet(signed_in: SignIn) -> None:
    clerk = signed_in("analyst")
    first = take(clerk, "Seat,Name,Gender\n99,Nobody Here,M\n").text
    assert "seat_id" in first
    second = take(clerk, "Seat,Name,Gender\n1,Asha Rai,F\n2,Uma Pal,queen\n").text
    assert "seat_id" not in second
    assert "<td>3</td>" in second.replace('<td class="num">', "<td>")


def test_a_column_twice_refuses_the_sheet_with_both_headings(signed_in: SignIn) -> None:
    answer = take(signed_in("analyst"), "Seat,Name,नाम\n1,Asha Rai,आशा राय\n")
    assert answer.status_code == 400
    assert "Name, नाम" in answer.text


@pytest.mark.parametrize("hindi", [False, True])
def test_the_blank_sheet_comes_back_as_it_was_handed_out(signed_in: SignIn, app: FastAPI, hindi: bool) -> None:
    from khaka.app.review.language import COOKIE

    clerk = signed_in("analyst")
    clerk.cookies[COOKIE] = "hi.latin" if hindi else "en.latin"
    blank = clerk.get("/intake/blank.csv").content.decode("utf-8-sig").strip()
    assert blank.split(",")[0] == ("सीट" if hindi else "Seat")
    row = {"seat_id": "1", "name": "Neha Rai", "sex": "महिला", "birth_date": "1.2.1980"}
    sheet = f"\ufeff{blank}\n{','.join(row.get(column, '') for column in BLANK)}\n"
    assert take(clerk, sheet).status_code == 200
    assert table(app).loc["Neha Rai", "seat_id"] == "S24-2008-1"


def test_every_heading_names_one_column() -> None:
    said = [name for names in HEADINGS.values() for name in names]
    assert len(said) == len(set(said))
    assert all(heading(column, hindi=hindi) for column in BLANK for hindi in (False, True))
