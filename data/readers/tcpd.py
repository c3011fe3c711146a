"""TCPD / Lok Dhaba result files: assembly elections (AE) and Lok Sabha results by assembly segment (GA).

The columns that give the result away (`Position`, `Margin`, `No_Terms`, `Contested`, `last_poll`, ...) are never read,
and nothing here depends on a row's place: the published files are sorted by result. With every result column blank or
absent, ids and all other cells stay the same.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.delimitation import YEAR_OF_DELIM_ID, seat_id
from khaka.data.election_dates import result_date
from khaka.data.errors import KhakaError
from khaka.data.parties import clean_parties
from khaka.data.readers.base import Options, Piece, Reading, faults, join_faults, need_columns, numbers, whole
from khaka.data.readers.sheet import Sheet
from khaka.data.states import state_code

FORMAT: Final = "tcpd"
WHAT: Final = "TCPD / Lok Dhaba election results"

_NEEDED: Final = ("State_Name", "Constituency_No", "Year", "Candidate", "Party")
_SEEN: Final = (
    "State_Name", "Assembly_No", "Constituency_No", "Year", "month", "DelimID", "Poll_No", "Candidate", "Sex", "Party",
    "Votes", "Age", "Candidate_Type", "Electors", "Constituency_Name", "Constituency_Type", "District_Name",
    "Sub_Region", "pid", "MyNeta_education", "PC_No", "PC_Name", "Election_Type",
)  # fmt: skip
_EDUCATION: Final = {
    "illiterate": "illiterate", "literate": "literate", "5th pass": "5th", "8th pass": "8th", "10th pass": "10th",
    "12th pass": "12th", "graduate": "graduate", "graduate professional": "graduate_professional",
    "post graduate": "postgraduate", "doctorate": "doctorate",
}  # fmt: skip
_SEX: Final = {
    "M": "M", "MALE": "M", "F": "F", "FEMALE": "F", "O": "O", "THIRD": "O", "T": "O", "OTHER": "O", "OTHERS": "O",
}  # fmt: skip
_CATEGORY: Final = {"GEN": "GEN", "GENERAL": "GEN", "SC": "SC", "ST": "ST", "OBC": "OBC"}
_NOTA_NAMES: Final = ("NOTA", "NONE OF THE ABOVE")
_ELECTION: Final = ["election_id", "seat_id"]


def recognises(sheet: Sheet) -> bool:
    """Tell whether the header is that of a Lok Dhaba download."""
    return sheet.has("State_Name", "Constituency_No", "Candidate") or sheet.has(
        "State_Name", "Year", "Candidate", "Party"
    )


def read(sheet: Sheet, options: Options) -> Reading:
    """Read a Lok Dhaba file.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    options : Options
        Unused but for the state where the file names none.

    Returns
    -------
    Reading
        seats, elections, seat_elections, nominees.

    Raises
    ------
    KhakaError
        A column that identifies a row is missing, or no row names a known state.
    """
    need_columns(sheet, _NEEDED, WHAT)
    if "DelimID" not in sheet.header:
        need_columns(sheet, (*_NEEDED, "DelimID"), WHAT)
    raw = sheet.load([name for name in _SEEN if name in sheet.header])
    for name in _SEEN:
        if name not in raw.columns:
            raw[name] = pd.Series(pd.NA, index=raw.index, dtype="str")
    if raw.empty:
        raise KhakaError(f"{sheet.path} has a header but no rows; download it again")
    for name in ("Candidate", "Party", "Constituency_Name", "District_Name", "Sub_Region", "PC_Name", "pid"):
        raw[name] = raw[name].str.strip()
    rows, found = _identified(sheet, raw, options)
    nota = rows["Party"].str.upper().eq("NOTA").fillna(False) | rows["Candidate"].str.upper().isin(_NOTA_NAMES)
    people = rows[~nota]
    nominees, more = _nominees(people)
    pieces = (
        Piece("seats", _seats(rows), "fill"),
        Piece("elections", _elections(rows)),
        Piece("seat_elections", _seat_elections(rows, nota)),
        Piece("nominees", nominees),
    )
    return Reading(FORMAT, pieces, join_faults([*found, *more]))


def _identified(sheet: Sheet, raw: pd.DataFrame, options: Options) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Add state, kind, election_id and seat_id; rows that cannot be placed become faults."""
    found: list[pd.DataFrame] = []
    codes = {name: state_code(str(name)) for name in raw["State_Name"].dropna().unique()}
    state = raw["State_Name"].map(codes).astype("str")
    if options.state:
        state = state.fillna(options.state)
    if state.isna().all():
        names = ", ".join(sorted(map(repr, codes))[:3]) or "nothing"
        raise KhakaError(f"{sheet.path}: State_Name holds {names}, no state of India; write it as Uttar_Pradesh or S24")
    year, number = whole(raw["Year"]), whole(raw["Constituency_No"])
    delim, poll = whole(raw["DelimID"]), whole(raw["Poll_No"]).fillna(0)
    good = pd.Series(True, index=raw.index)
    for column, ok, reason in (
        ("State_Name", state.notna(), "no state of India"),
        ("Year", year.between(1950, 2100).fillna(False), "no year between 1950 and 2100"),
        ("Constituency_No", (number >= 1).fillna(False), "no constituency number"),
        ("DelimID", delim.isin(list(YEAR_OF_DELIM_ID)).fillna(False), "unknown delimitation; TCPD's are 1 to 4"),
        ("Candidate", raw["Candidate"].notna(), "no candidate's name"),
    ):
        bad = good & ~ok.astype(bool)
        if bad.any():
            found.append(faults("nominees", column, raw.loc[bad, column], reason, severity="quarantined"))
        good &= ~bad
    rows = raw[good].copy()
    segments = (
        rows["Election_Type"].str.contains("GE|Lok Sabha", regex=True).fillna("PC_No" in sheet.header).astype(bool)
    )
    rows["state"] = state[good]
    rows["year"] = year[good].astype("int64")
    rows["number"] = number[good].astype("int64")
    rows["delim"] = delim[good].astype("int64")
    rows["poll"] = poll[good].astype("int64")
    rows["kind"] = np.where(rows["poll"] > 0, "BYE", np.where(segments, "LS", "AE"))
    # two general elections of one assembly in one year (Bihar 2005): the later assembly is AE2
    rows["assembly"] = whole(rows["Assembly_No"])
    keys = rows[rows["kind"] == "AE"].groupby(["state", "year"])["assembly"]
    second = (rows["assembly"] > keys.transform("min").reindex(rows.index)).fillna(False).astype(bool)
    second |= (rows["state"] == "S04") & (rows["year"] == 2005) & (rows["assembly"] == 14)  # also when it comes alone
    suffix = rows["kind"].astype("str").mask(second & (rows["kind"] == "AE"), "AE2")
    suffix = suffix.mask(rows["kind"] == "BYE", "BYE" + rows["poll"].astype("str"))
    rows["election_id"] = rows["state"] + "-" + rows["year"].astype("str") + "-" + suffix
    keys_frame = rows[["state", "delim", "year", "kind", "number"]].drop_duplicates()
    ids = [
        seat_id(state_, int(delim_), int(year_), kind_, int(number_))
        for state_, delim_, year_, kind_, number_ in keys_frame.itertuples(index=False)
    ]
    rows["seat_id"] = rows[["state", "delim", "year", "kind", "number"]].merge(
        keys_frame.assign(seat_id=ids), how="left", on=list(keys_frame.columns)
    )["seat_id"].to_numpy()  # fmt: skip
    rows["month"] = whole(rows["month"]).where(lambda value: value.between(1, 12))
    return rows, found


def _seats(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per seat: the names of its latest assembly election, else of its latest segment."""
    ordered = rows.assign(_ae=(rows["kind"] == "AE").astype(int), _row=rows.index).sort_values(
        ["seat_id", "_ae", "year", "election_id", "Constituency_Name"], ascending=[True, False, False, False, True]
    )
    first = ordered.groupby("seat_id", sort=True)[["Constituency_Name", "District_Name", "Sub_Region", "_row"]].first()
    ids = first.index.to_series().str.extract(r"^(?P<state>\w{3})-(?P<delimitation>\d{4})-(?P<seat_no>\d+)$")
    frame = pd.DataFrame(
        {
            "seat_id": first.index, "state": ids["state"], "seat_no": ids["seat_no"].astype("Int64"),
            "seat_name": first["Constituency_Name"], "district": first["District_Name"],
            "region": first["Sub_Region"], "delimitation": ids["delimitation"],
        }
    )  # fmt: skip
    return frame.set_index(first["_row"].to_numpy())


def _elections(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby("election_id", sort=True)
    first = groups.agg(state=("state", "first"), kind=("kind", "first"), month=("month", "max"))
    number = rows.index.to_series().groupby(rows["election_id"]).min()
    days = [
        result_date(str(election), None if pd.isna(month) else int(month))
        for election, month in zip(first.index, first["month"], strict=True)
    ]
    frame = pd.DataFrame(
        {
            "election_id": first.index, "state": first["state"], "kind": first["kind"],
            "result_date": pd.to_datetime(pd.Series(days, index=first.index)),
        }
    )  # fmt: skip
    return frame.set_index(number.to_numpy())


def _seat_elections(rows: pd.DataFrame, nota: pd.Series) -> pd.DataFrame:
    votes = numbers(rows["Votes"])
    data = rows[_ELECTION].assign(
        row=rows.index,
        reservation=rows["Constituency_Type"].str.strip().str.upper().map({"GEN": "GEN", "SC": "SC", "ST": "ST"}),
        electors=numbers(rows["Electors"]).where(lambda value: value > 0),
        votes=votes.where(~nota),
        nota=votes.where(nota),
        pc_no=whole(rows["PC_No"]),
        pc_name=rows["PC_Name"],
    )
    groups = data.groupby(_ELECTION, sort=True)
    frame = groups.agg(
        row=("row", "min"), reservation=("reservation", "min"), electors=("electors", "max"), pc_no=("pc_no", "max"),
        pc_name=("pc_name", "min"),
    )  # fmt: skip
    total = groups["votes"].sum(min_count=1)
    # all votes zero is a seat whose votes nobody typed in, not a seat without voters
    frame["valid_votes"] = total.where(total > 0).astype("Int64")
    frame["nota"] = groups["nota"].sum(min_count=1).astype("Int64")
    frame["electors"] = frame["electors"].round().astype("Int64")
    frame = frame.reset_index()
    if frame["pc_no"].isna().all():
        frame = frame.drop(columns=["pc_no", "pc_name"])
    return frame.set_index("row").rename_axis(None)


def _nominees(people: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    found: list[pd.DataFrame] = []
    sex_text = people["Sex"].str.strip().str.upper()
    sex = sex_text.map(_SEX).astype("str")
    odd = sex_text.notna() & sex.isna()
    if odd.any():
        found.append(faults("nominees", "sex", people.loc[odd, "Sex"], "no sex (M, F or O); left blank"))
    age = numbers(people["Age"])
    wrong = age.notna() & ~age.between(18, 110)
    if wrong.any():
        found.append(faults("nominees", "age", people.loc[wrong, "Age"], "no age between 18 and 110; left blank"))
    votes = numbers(people["Votes"])
    negative = (votes < 0) | (votes.notna() & (votes % 1 != 0))
    if negative.any():
        found.append(faults("nominees", "votes", people.loc[negative, "Votes"], "no count of votes; left blank"))
    published = people["Party"].fillna("IND")
    unnamed = people["Party"].isna()
    if unnamed.any():
        found.append(faults("nominees", "party", people.loc[unnamed, "Candidate"], "no party named; taken as IND"))
    frame = pd.DataFrame(
        {
            "election_id": people["election_id"], "seat_id": people["seat_id"], "person_id": people["pid"],
            "name": people["Candidate"], "party": clean_parties(published, people["year"]), "sex": sex,
            "age": age.where(~wrong),
            "category": people["Candidate_Type"].str.strip().str.upper().map(_CATEGORY).astype("str"),
            "education": people["MyNeta_education"].str.strip().str.lower().map(_EDUCATION).astype("str"),
            "votes": votes.where(~negative).astype("Int64"),
            "party_as_published": published,
        }
    )  # fmt: skip
    # a seat whose votes are all zero was never typed in
    empty = frame.groupby(_ELECTION)["votes"].transform("max").eq(0).fillna(False)
    frame["votes"] = frame["votes"].mask(empty)
    frame.insert(2, "nominee_id", nominee_ids(frame))
    return frame, found


def nominee_ids(nominees: pd.DataFrame) -> pd.Series:
    """Return a short stable id per nominee, from election, seat, party and name only.

    Parameters
    ----------
    nominees : DataFrame
        Columns election_id, seat_id, party, name, sex, age, person_id, category, education, and votes.

    Returns
    -------
    Series of str
        Twelve hexadecimal digits. Where two nominees agree in all four, the sex enters, then a counter in the order
        of age and person_id. Votes decide only between rows that agree in everything else: there it is all the same.

    Examples
    --------
    >>> frame = pd.DataFrame({"election_id": "S24-2017-AE", "seat_id": "S24-2008-1", "party": ["INC", "BJP"],
    ...     "name": ["A", "B"], "sex": "M", "age": 40.0, "person_id": "x", "category": "GEN", "education": None,
    ...     "votes": [1, 2]})
    >>> ids = nominee_ids(frame)
    >>> ids.tolist() == nominee_ids(frame.iloc[::-1]).tolist()[::-1]
    True
    """
    text = nominees["election_id"] + "|" + nominees["seat_id"] + "|" + nominees["party"] + "|" + nominees["name"]
    twice = text.duplicated(keep=False)
    if twice.any():
        same = nominees[twice].assign(_text=text[twice] + "|" + nominees.loc[twice, "sex"].fillna(""))
        order = ["_text", "age", "person_id", "category", "education", "votes"]
        same = same.sort_values(order, kind="stable", na_position="last")
        counter = same.groupby("_text").cumcount()
        text.loc[same.index] = same["_text"] + counter.map(lambda count: f"|{count + 1}" if count else "")
    digests = [hashlib.blake2b(value.encode(), digest_size=6).hexdigest() for value in text]
    return pd.Series(digests, index=nominees.index, dtype="str")
