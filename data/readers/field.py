"""Answers to the field forms, as any server exports them, to rows of `activity` and `ratings`.

A question is known by its own name, whatever groups stand before it; the answer may be a choice's name or its label in
either language. An answer's moment is the phone's, its arrival the server's: both are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.field_forms import SCALE, definition
from khaka.data.readers.base import Options, Piece, Reading, faults, join_faults

#: What else the columns of `activity` and `ratings` are called in exports: first the form's own name.
ALIASES: Final = {
    "started_at": ("started_at", "start"),
    "rated_at": ("rated_at", "end"),
    "received_at": ("SubmissionDate", "_submission_time", "received_at"),
    "device_id": ("device_id", "deviceid", "DeviceID"),
    "event_id": ("KEY", "instanceID", "_uuid"),
    "mock_location": ("mock_location", "is_mock"),
    "photo_hash": ("photo_hash", "photo"),
    "review": ("ReviewState", "_validation_status", "review"),
}
_GEO: Final = {
    "lat": ("location-Latitude", "location_latitude"),
    "lon": ("location-Longitude", "location_longitude"),
    "accuracy_m": ("location-Accuracy", "location_precision", "location_accuracy"),
}
_ACTIVITY: Final = (
    "event_id", "aspirant_id", "seat_id", "booth_no", "kind", "started_at", "received_at", "lat", "lon", "accuracy_m",
    "mock_location", "device_id", "attendance", "photo_hash", "witness_id", "review",
)  # fmt: skip
_RATINGS: Final = (
    "election_id", "seat_id", "aspirant_id", "rater_role", "rater_id", "rated_at", "rating", "rebel_risk", "note",
)  # fmt: skip
#: Kobo writes a place once as one cell and once as four: "work/location", then "work/_location_latitude" and so on.
_PLACE_PART: Final = re.compile(r"(?:.*/)?_?([^/]*)_(latitude|longitude|altitude|precision)")
#: What servers call a reviewer's decision, in letters alone; "edited" and the like are none.
_REVIEWS: Final = {
    "approved": "approved", "validationstatusapproved": "approved", "hasissues": "has_issues", "onhold": "has_issues",
    "validationstatusonhold": "has_issues", "rejected": "rejected", "notapproved": "rejected",
    "validationstatusnotapproved": "rejected",
}  # fmt: skip
_BARE_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_OFFSET: Final = r"(?:[Zz]|[+-]\d{2}:?\d{2}|:\d{2}(?:\.\d+)?[+-]\d{2})$"


def plain_name(column: str) -> str:
    """Return a question's own name: without the groups before it, which servers join by "/", "-" or ".".

    Examples
    --------
    >>> plain_name("work/booth_no"), plain_name("work-location-Latitude"), plain_name("meta-instanceID")
    ('booth_no', 'location-Latitude', 'instanceID')
    >>> plain_name("work.day.booth_no"), plain_name("Did you see Dr. Rao?")
    ('booth_no', 'Did you see Dr. Rao?')
    """
    name = column.rsplit("/", 1)[-1]
    if re.fullmatch(r"\w+(?:[.:]\w+)+", name):
        name = re.split(r"[.:]", name)[-1]
    place = re.search(r"(?:^|-)(\w+-(?:Latitude|Longitude|Altitude|Accuracy))$", name)
    return place[1] if place else name.rsplit("-", 1)[-1]


def form_of(columns: Sequence[str]) -> str | None:
    """Return which form the columns answer: "activity", "ratings", or None.

    Examples
    --------
    >>> form_of(["SubmissionDate", "work-aspirant_id", "work-booth_no", "work-kind", "KEY"])
    'activity'
    """
    names = questions(columns)
    if {"aspirant_id", "kind"} <= names:
        return "activity"
    return "ratings" if {"rater_id", "seat_id"} <= names or {"aspirant_id", "rating"} <= names else None


def questions(columns: Sequence[str]) -> set[str]:
    """Return the names of the questions that columns answer, whether they are headed by names or labels."""
    return {_question(column, {**_labels("activity"), **_labels("ratings")}) for column in columns}


def _question(column: str, labels: dict[str, str]) -> str:
    """Return which question a column answers, whether it is headed by names or labels, with groups or without."""
    part = _PLACE_PART.fullmatch(column)
    if part:
        return f"{_question(part[1], labels)}_{part[2]}"
    return labels.get(column) or labels.get(column.rsplit("/", 1)[-1]) or plain_name(column)


def _labels(form: str) -> dict[str, str]:
    """Return the questions' names by their labels."""
    return {
        question[language]: question["name"]
        for question in definition(form)["questions"] for language in ("en", "hi") if language in question
    }  # fmt: skip


def to_reading(
    rows: pd.DataFrame, *, form: str, format_name: str, options: Options, notes: Sequence[str] = ()
) -> Reading:
    """Bring answers to canonical rows.

    Parameters
    ----------
    rows : DataFrame
        Text, one row an answer (of a repeat: one row a repetition, with its parent's answers beside it); the index is
        the row in the file.
    form : {"activity", "ratings"}
        Which form they answer.
    format_name : str
        For the report.
    options : Options
        The election of ratings that don't name it.
    notes : sequence of str
        For the report.

    Returns
    -------
    Reading
        Rows of one table. The same answer twice is kept once.

    Raises
    ------
    KhakaError
        Ratings without an election.
    """
    named = _named(rows, form)
    if form == "activity":
        table, problems = _activity(named)
    else:
        table, problems = _ratings(named, options)
    key = ["event_id"] if form == "activity" else ["seat_id", "aspirant_id", "rater_role", "rater_id", "rated_at"]
    if set(key) <= set(table.columns):
        # an answer that was sent again: the one that arrived first stands for it
        again = table.duplicated(key, keep="first") & table[key].notna().all(axis=1)
        if again.any():
            problems.append(faults(form, "+".join(key), table.loc[again, key[0]], "the same answer again; kept once"))
            table = table[~again]
    return Reading(format_name, (Piece(form, table),), join_faults(problems), tuple(notes))


def _named(rows: pd.DataFrame, form: str) -> pd.DataFrame:
    """Return the columns under the questions' names; of two with one name the first that has an answer."""
    labels = _labels(form)
    out: dict[str, pd.Series] = {}
    for column in rows.columns:
        name = _question(str(column), labels)
        values = rows[column].astype("str")
        values = values.mask(values.str.strip() == "")
        out[name] = out[name].fillna(values) if name in out else values
    return pd.DataFrame(out, index=rows.index)


def _pick(named: pd.DataFrame, column: str) -> pd.Series:
    found = pd.Series(pd.NA, index=named.index, dtype="str")
    for name in ALIASES.get(column, _GEO.get(column, (column,))):
        if name in named.columns:
            found = found.fillna(named[name])
    return found


def _choice(values: pd.Series, form: str, choices: str) -> pd.Series:
    entries = definition(form)["choices"][choices]
    names = {label: code for code, labels in entries.items() for label in labels}
    return values.map(lambda value: names.get(str(value).strip(), value) if isinstance(value, str) else value)


def _moment(values: pd.Series) -> pd.Series:
    """Servers write their own times in UTC, some without saying so."""
    text = values.str.strip().str.replace(" ", "T", n=1)
    bare = text.notna() & text.str.contains(":", regex=False).fillna(False)
    bare &= ~text.str.contains(_OFFSET, regex=True).fillna(False).astype(bool)
    return text.mask(bare.astype(bool), text + "Z")


def _activity(named: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    table = pd.DataFrame({column: _pick(named, column) for column in _ACTIVITY}, index=named.index)
    problems: list[pd.DataFrame] = []
    if "location" in named.columns:  # a geopoint in one cell: latitude longitude altitude accuracy
        parts = named["location"].str.strip().str.split(r"[\s,]+", regex=True, expand=True)
        for column, place in (("lat", 0), ("lon", 1), ("accuracy_m", 3)):
            if place in parts.columns:
                table[column] = table[column].fillna(parts[place].astype("str"))
    # one answer has one id, whichever export it comes by: Kobo's CSV leaves out what its JSON and ODK put before it
    bare = table["event_id"].str.fullmatch(_BARE_UUID).fillna(False).astype(bool)
    table["event_id"] = table["event_id"].mask(bare, "uuid:" + table["event_id"])
    table["received_at"] = _moment(table["received_at"])
    table["kind"] = _choice(table["kind"], "activity", "work").astype("str")
    accuracy = pd.to_numeric(table["accuracy_m"], errors="coerce")
    # the app reports an accuracy of exactly zero for positions that another app made up
    made_up = (accuracy == 0) & table["lat"].notna()
    table["mock_location"] = table["mock_location"].mask(table["mock_location"].isna() & made_up, "true")
    table["accuracy_m"] = table["accuracy_m"].mask(made_up)
    named_only = table["photo_hash"].notna() & ~table["photo_hash"].str.fullmatch(r"[0-9a-f]{64}").fillna(False)
    table["photo_hash"] = table["photo_hash"].mask(named_only.astype(bool), "file:" + table["photo_hash"])
    table["review"] = table["review"].str.lower().str.replace(r"[\W_]", "", regex=True).map(_REVIEWS).astype("str")
    without = table["event_id"].isna()
    if without.any():
        problems.append(
            faults("activity", "event_id", table.loc[without, "aspirant_id"], "no id of the answer (instanceID or KEY)")
        )
    return table, problems


def _ratings(named: pd.DataFrame, options: Options) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    table = pd.DataFrame({column: _pick(named, column) for column in _RATINGS}, index=named.index)
    if table["election_id"].isna().any():
        if options.election is None and table["election_id"].isna().all():
            raise KhakaError("these ratings name no election; add --election, such as --election S24-2027-AE")
        table["election_id"] = table["election_id"].fillna(options.election)
    if options.seat is not None:
        table["seat_id"] = table["seat_id"].fillna(options.seat)
    for column, choices in (("rater_role", "role"), ("rating", "scale"), ("rebel_risk", "risk")):
        table[column] = _choice(table[column], "ratings", choices).astype("str")
    table["rated_at"] = table["rated_at"].fillna(_moment(_pick(named, "received_at")))
    low, high = (str(value) for value in SCALE)
    for column, value in (("scale_min", low), ("scale_max", high)):
        table[column] = _pick(named, column).fillna(value)
    return table, []
