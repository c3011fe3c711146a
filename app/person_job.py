"""An aspirant's rights: what was counted and why, a correction with a reason, an erasure; each step in the record.

What goes out never holds a rating, a rater, a witness or a score, nor what was decided.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.app.printable import MONTHS_HI, escaped, page, write_csv
from khaka.data import people_log
from khaka.data.durable import write_bytes, write_json
from khaka.data.erasure import erase
from khaka.data.errors import KhakaError
from khaka.data.quarantine import check_rows
from khaka.data.schema import TABLES
from khaka.data.workspace import Workspace
from khaka.features.assignments import completion
from khaka.features.cutoff import KnownTables
from khaka.features.ledger import CHECKS, VERDICTS, Language, check_name, finding, ledger
from khaka.features.source import FrameSource

DECLARED: Final = (
    "election_id", "seat_id", "aspirant_id", "person_id", "name", "name_hi", "sex", "birth_date", "category",
    "certificate_state", "elector_state", "community", "family_id", "party_since", "party_post", "education",
    "residence_seat_id", "criminal_cases", "serious_cases", "assets_inr", "applied_at", "fee_paid", "second_seat_id",
)  # fmt: skip
"""Columns of an application that are the aspirant's own: without its status and what was decided."""

CORRECTABLE: Final = {
    "aspirants": tuple(
        name for name in DECLARED if name not in ("election_id", "seat_id", "aspirant_id", "person_id", "applied_at")
    ),
    "activity": ("booth_no", "kind", "attendance", "started_at"),
}
"""What may be corrected: declared facts, and what a field worker typed in. What a phone measured stays."""

_LANGUAGES: Final[tuple[Language, ...]] = ("en", "hi")
_WORDS: Final = {
    "en": {
        "title": "Your record", "made": "Prepared on what had arrived by {day}", "facts": "What you declared",
        "counts": "Your field work", "assigned": "Booths given to you: {done} of {assigned} done",
        "not_assigned": "No booths were given to you: not assigned", "event": "Event", "when": "When", "booth": "Booth",
        "counted": "Counted", "why": "Why", "yes": "yes", "no": "no",
        "verified": "verified: counted", "doubtful": "doubtful: not counted until confirmed",
        "refused": "refused: not counted", "posts": "social media posts: activity, never presence",
        "rights": "You may ask for a correction with a reason, or for the erasure of this record. Nothing here is a "
        "judgement of you: it says which records of field work could be verified.",
        "checks": "What the checks found", "none": "no record of field work",
    },
    "hi": {
        "title": "आपका रिकॉर्ड", "made": "{day} तक पहुँची जानकारी पर आधारित", "facts": "आपके द्वारा घोषित",
        "counts": "आपका क्षेत्र कार्य", "assigned": "आपको सौंपे गए बूथ: {assigned} में से {done} पूरे",
        "not_assigned": "आपको कोई बूथ नहीं सौंपा गया", "event": "रिकॉर्ड", "when": "कब", "booth": "बूथ",
        "counted": "गिना गया", "why": "क्यों", "yes": "हाँ", "no": "नहीं",
        "verified": "सत्यापित: गिने गए", "doubtful": "पुष्टि शेष: पुष्टि होने तक नहीं गिने गए",
        "refused": "मान्य नहीं: नहीं गिने गए", "posts": "सोशल मीडिया पोस्ट: गतिविधि, क्षेत्र में उपस्थिति नहीं",
        "rights": "आप कारण बताकर सुधार, या इस रिकॉर्ड को मिटाने के लिए कह सकते हैं। यह आपका मूल्यांकन नहीं है: इसमें "
        "केवल यह लिखा है कि क्षेत्र कार्य के कौन से रिकॉर्ड सत्यापित हो सके।",
        "checks": "जाँच में क्या मिला", "none": "क्षेत्र कार्य का कोई रिकॉर्ड नहीं",
    },
}  # fmt: skip


_CLOSED: Final = frozenset({".xlsx", ".pdf", ".zip"})


@dataclass(frozen=True)
class Person:
    """One person's ids: all applications known under the given id."""

    asked: str
    aspirants: pd.DataFrame

    @property
    def ids(self) -> list[str]:
        """All ids, each once."""
        found = {self.asked, *self.aspirants["aspirant_id"].dropna(), *self.aspirants["person_id"].dropna()}
        return sorted(map(str, found))


def find_person(workspace: Workspace, asked: str) -> Person:
    """Return the applications of an aspirant_id or a person_id, and of the person behind it.

    Raises
    ------
    KhakaError
        Nobody of that id, now or any more.
    """
    rows = workspace.store.read("aspirants")
    own = rows[(rows["aspirant_id"] == asked) | (rows["person_id"] == asked)]
    if own.empty:
        if people_log.person_hash(workspace.root, asked) in people_log.erased(workspace.root):
            raise KhakaError(f"'{asked}' was erased on request; nothing of that person is kept here")
        raise KhakaError(f"nobody has the id '{asked}'; give an aspirant_id or a person_id of the table aspirants")
    persons = own["person_id"].dropna().unique()
    return Person(asked, rows[rows["aspirant_id"].isin(own["aspirant_id"]) | rows["person_id"].isin(persons)])


def export_job(
    workspace: Workspace, asked: str, *, out: Path, as_of: dt.date | None = None, by: str = ""
) -> list[Path]:
    """Write what is kept of a person, what was counted, what wasn't, and why.

    Parameters
    ----------
    workspace : Workspace
        Where it is kept.
    asked : str
        An aspirant_id or person_id.
    out : Path
        Folder.
    as_of : datetime.date, optional
        What had arrived by the end of this day; today by default.
    by : str
        Who hands it out.

    Returns
    -------
    list of Path
        record.json, events.csv, and record_en.html and record_hi.html to read or print.

    Raises
    ------
    KhakaError
        Nobody of that id.
    """
    person = find_person(workspace, asked)
    today = as_of or dt.datetime.now(dt.UTC).date()
    facts = person.aspirants[[name for name in DECLARED if name in person.aspirants.columns]]
    parts, given = [], {}
    source = FrameSource(workspace.store)
    for row in facts.drop_duplicates("aspirant_id").to_dict("records"):
        known = _known(source, str(row["election_id"]), today)
        events = ledger(known, aspirant_id=str(row["aspirant_id"]))
        parts.append(_events(events).assign(election_id=row["election_id"]))
        done = completion(known).reindex([row["aspirant_id"]]).iloc[0]
        given[str(row["aspirant_id"])] = (
            None if pd.isna(done["assigned"]) else (int(done["assigned"]), int(done["done"]))
        )
    events = pd.concat(parts, ignore_index=True)
    record = {
        "as_of": today.isoformat(),
        "declared": [{name: _plain(value) for name, value in row.items()} for row in facts.to_dict("records")],
        "assignments": {
            name: {"status": "not assigned"} if pair is None else
            {"status": "assigned", "assigned": pair[0], "done": pair[1]} for name, pair in given.items()
        },
        "events": [{name: _plain(value) for name, value in row.items()} for row in events.to_dict("records")],
        "not_in_here": "judgements of others, who gave them, who was present, and results of the ranking",
    }  # fmt: skip
    files = [out / "record.json", write_csv(out / "events.csv", events)]
    write_json(files[0], record)
    for language in _LANGUAGES:
        path = out / f"record_{language}.html"
        write_bytes(path, _page(facts, events, given, today, language).encode())
        files.append(path)
    people_log.add(workspace.root, action="exported", person=asked, by=by, events=len(events))
    return files


def correct_job(
    workspace: Workspace, asked: str, *, table: str, event_id: str | None, values: Mapping[str, str], reason: str,
    by: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Correct declared facts of an application, or what was typed in with an event.

    Parameters
    ----------
    workspace : Workspace
        Where it is kept.
    asked : str
        An aspirant_id.
    table : {"aspirants", "activity"}
        Where the fault stands.
    event_id : str, optional
        Which event, for `activity`.
    values : mapping of str to str
        New values by column; "" makes it blank.
    reason : str
        Why; without one nothing is changed.
    by : str
        Who corrects.

    Returns
    -------
    dict
        The line in the record.

    Raises
    ------
    KhakaError
        No reason, a column that can't be corrected, a value that the table refuses, nobody or no event of that id.
    """
    person = find_person(workspace, asked)
    if not reason.strip():
        raise KhakaError("a correction needs its reason; add --reason 'why'")
    wrong = [name for name in values if name not in CORRECTABLE[table]]
    if wrong or not values:
        raise KhakaError(
            f"'{wrong[0] if wrong else ''}' can't be corrected; in {table}: {', '.join(CORRECTABLE[table])}"
        )
    rows = workspace.store.read(table)
    if table == "aspirants":
        own = rows[rows["aspirant_id"] == asked]
        if own.empty:
            raise KhakaError(
                f"'{asked}' is no aspirant_id; the person's are {', '.join(person.aspirants['aspirant_id'])}"
            )
    else:
        own = rows[(rows["event_id"] == event_id) & rows["aspirant_id"].isin(person.aspirants["aspirant_id"])]
        if own.empty:
            raise KhakaError(f"'{asked}' has no event '{event_id}'; khaka person export {asked} lists them")
    key = list(TABLES[table].key)
    required = [column.name for column in TABLES[table].columns if column.required and column.name not in key]
    new = own[[*key, *required]].astype("object").assign(**dict(values))
    if table == "activity":
        new["seat_id"] = own["seat_id"]  # its file is found by the seat
    good, bad = check_rows(table, new)
    if good.empty or (bad["severity"] == "quarantined").any():
        first = bad.iloc[0]
        raise KhakaError(f"'{first['value']}' is no {first['column']}: {first['reason']}; give another value")
    workspace.store.write(table, good)
    return people_log.add(
        workspace.root, action="corrected", person=asked, by=by, reason=reason, table=table, columns=sorted(values)
    )


@dataclass(frozen=True)
class ErasedPerson:
    """What an erasure removed (rows, blanked cells, lines, files) and which files still name the person."""

    rows: dict[str, int]
    blanked: dict[str, int]
    set_aside: int
    files: int
    remains: tuple[str, ...]
    line: dict[str, Any]


def erase_job(workspace: Workspace, asked: str, *, by: str = "") -> ErasedPerson:
    """Erase a person from the workspace; a tombstone with the id's hash stays in the record.

    Parameters
    ----------
    workspace : Workspace
        Where it is kept.
    asked : str
        An aspirant_id or person_id.
    by : str
        Who erases.

    Returns
    -------
    ErasedPerson
        What was removed and what remains.

    Raises
    ------
    KhakaError
        Nobody of that id.
    """
    person = find_person(workspace, asked)
    store, root = workspace.store, workspace.root
    activity = store.read("activity", columns=["event_id", "aspirant_id"])
    events = activity.loc[activity["aspirant_id"].isin(person.ids), "event_id"].astype("str").tolist()
    names = [str(name) for column in ("name", "name_hi") for name in person.aspirants[column].dropna().unique()]
    ids = person.ids
    # the tombstones first: from now on nobody brings the person in again
    for name in ids:
        line = people_log.add(root, action="erased", person=name, by=by)
    people_log.forget_reasons(root, ids)
    files = _remove_results(root / "results", ids)
    done = erase(root, store, ids, words=[*names, *events])
    return ErasedPerson(done.rows, done.blanked, done.set_aside, files, _remains(root, ids), line)


def _known(source: FrameSource, election_id: str, day: dt.date) -> KnownTables:
    """Return what was known by the day, or by the eve of the result where the election is over."""
    elections = source.read("elections").set_index("election_id")["result_date"]
    counted = elections.get(election_id)
    last = day if counted is None or pd.isna(counted) else min(day, counted.date() - dt.timedelta(days=1))
    return KnownTables(source, as_of=last, election_id=election_id)


def _events(rows: pd.DataFrame) -> pd.DataFrame:
    """Return an aspirant's events as they may be shown: without witness, phone and other people's records."""
    columns = ["event_id", "aspirant_id", "seat_id", "booth_no", "kind_of_record", "started_at", "received_at"]
    out = rows.reindex(columns=columns).copy()
    verdict = rows.get("verdict", pd.Series(dtype="object"))
    post = out["kind_of_record"] == "social_post"
    out["verdict"] = verdict
    out["counted"] = ((verdict == "verified") & ~post).map({True: "yes", False: "no"})
    codes = rows.get("checks", pd.Series(dtype="object")).astype("object")
    out["checks"] = codes
    for language in _LANGUAGES:
        says = rows.get(f"says_{language}", pd.Series(dtype="object")).astype("object")
        hidden = [finding(name, language) for name in ("witness", "second_record")]
        out[f"why_{language}"] = says.map(
            lambda text, hidden=hidden: "; ".join(part for part in str(text).split("; ") if part and part not in hidden)
        )
    for name in ("started_at", "received_at"):
        moments = pd.to_datetime(out[name], utc=True)
        out[name] = moments.dt.tz_convert("Asia/Kolkata").dt.strftime("%Y-%m-%dT%H:%M:%S+05:30").astype("object")
    return out.reset_index(drop=True)


def _page(
    facts: pd.DataFrame,
    events: pd.DataFrame,
    given: Mapping[str, tuple[int, int] | None],
    day: dt.date,
    language: Language,
) -> str:
    words = _WORDS[language]
    shown_day = f"{day.day} {MONTHS_HI[day.month - 1]} {day.year}" if language == "hi" else f"{day.day} {day:%B %Y}"
    parts = [f"<h1>{escaped(words['title'])}</h1><p>{escaped(words['made'].format(day=shown_day))}</p>"]
    for row in facts.to_dict("records"):
        own = events[events["aspirant_id"] == row["aspirant_id"]]
        lines = "".join(
            f"<tr><th>{escaped(name)}</th><td>{escaped(_plain(value))}</td></tr>"
            for name, value in row.items() if _plain(value) is not None
        )  # fmt: skip
        parts.append(f"<h2>{escaped(words['facts'])}</h2><table>{lines}</table><h2>{escaped(words['counts'])}</h2>")
        pair = given.get(str(row["aspirant_id"]))
        told = words["not_assigned"] if pair is None else words["assigned"].format(assigned=pair[0], done=pair[1])
        parts.append(f"<p>{escaped(told)}</p>")
        if own.empty:
            parts.append(f"<p>{escaped(words['none'])}</p>")
            continue
        work = own[own["kind_of_record"] != "social_post"]
        counts = [(words[name], int((work["verdict"] == name).sum())) for name in VERDICTS]
        counts.append((words["posts"], len(own) - len(work)))
        table = "".join(f"<tr><th>{escaped(text)}</th><td>{number}</td></tr>" for text, number in counts)
        parts.append(f"<table>{table}</table>")
        codes = work["checks"].str.split().explode().value_counts()
        found = "".join(
            f"<tr><th>{escaped(check_name(check, language))}</th><td>{codes[check]}</td></tr>"
            for check in CHECKS if check in codes.index
        )  # fmt: skip
        if found:
            parts.append(f"<h2>{escaped(words['checks'])}</h2><table>{found}</table>")
        rows = "".join(
            f"<tr><td class='no'>{escaped(str(one['started_at'])[:16].replace('T', ' '))}</td>"
            f"<td>{escaped(one['booth_no'])}</td><td>{escaped(words[one['counted']])}</td>"
            f"<td>{escaped(one[f'why_{language}'])}</td></tr>"
            for one in own.to_dict("records")
        )
        heads = "".join(f"<th>{escaped(words[name])}</th>" for name in ("when", "booth", "counted", "why"))
        parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
    parts.append(f"<p>{escaped(words['rights'])}</p>")
    return page(words["title"], "".join(parts), language=language)


def _plain(value: Any) -> Any:
    """Return a cell as JSON and people take it; None where it is blank."""
    if value is None or (not isinstance(value, (list, dict)) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat() if value == value.normalize() and value.tz is None else value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _remove_results(folder: Path, ids: list[str]) -> int:
    """Remove what was made of field work and assignments: khaka presence and khaka assign make them again."""
    removed = 0
    for part in ("presence", "assignments"):
        for path in sorted(folder.glob(f"*/*/{part}/*")):
            # what cannot be looked into is made again as well
            if path.is_file() and (path.suffix in _CLOSED or _names(path, ids)):
                path.unlink()
                removed += 1
    return removed


def _remains(root: Path, ids: list[str]) -> tuple[str, ...]:
    """Return the files of the workspace that still name the person, and those that can't be looked into."""
    found = [
        str(path.relative_to(root)) for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix in (".parquet", ".csv", ".json", ".html", ".jsonl", ".txt")
        and ".merge-" not in str(path) and _names(path, ids)
    ]  # fmt: skip
    closed = [f"{path.relative_to(root)} (not looked into)" for path in sorted((root / "results").rglob("*"))
              if path.is_file() and path.suffix in _CLOSED]  # fmt: skip
    return (*found, *closed)


def _names(path: Path, ids: list[str]) -> bool:
    """Whether a file holds any of the ids: as a word in a text, as a value in Parquet."""
    if path.suffix != ".parquet":
        content = path.read_bytes()
        return any(json.dumps(name)[1:-1].encode() in content or name.encode() in content for name in ids)
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    for name in texts:
        column = pq.read_table(path, columns=[name])[name]
        if pc.any(pc.is_in(column, value_set=pa.array(ids, column.type))).as_py():
            return True
    return False
