"""The record that a person is handed: events as they may be shown, and a page to read or print in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from khaka.app.printable import MONTHS_HI, escaped, page
from khaka.features.findings import CHECKS, Language, check_name, finding
from khaka.features.ledger import VERDICTS

LANGUAGES: Final[tuple[Language, ...]] = ("en", "hi")
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


def record_events(rows: pd.DataFrame) -> pd.DataFrame:
    """Return an aspirant's events as they may be shown: without witness, phone and other people's records."""
    columns = ["event_id", "aspirant_id", "seat_id", "booth_no", "kind_of_record", "started_at", "received_at"]
    out = rows.reindex(columns=columns).copy()
    verdict = rows.get("verdict", pd.Series(dtype="object"))
    post = out["kind_of_record"] == "social_post"
    out["verdict"] = verdict
    out["counted"] = ((verdict == "verified") & ~post).map({True: "yes", False: "no"})
    codes = rows.get("checks", pd.Series(dtype="object")).astype("object")
    out["checks"] = codes
    for language in LANGUAGES:
        says = rows.get(f"says_{language}", pd.Series(dtype="object")).astype("object")
        hidden = [finding(name, language) for name in ("witness", "second_record")]
        out[f"why_{language}"] = says.map(
            lambda text, hidden=hidden: "; ".join(part for part in str(text).split("; ") if part and part not in hidden)
        )
    for name in ("started_at", "received_at"):
        moments = pd.to_datetime(out[name], utc=True)
        out[name] = moments.dt.tz_convert("Asia/Kolkata").dt.strftime("%Y-%m-%dT%H:%M:%S+05:30").astype("object")
    return out.reset_index(drop=True)


def record_page(
    facts: pd.DataFrame,
    events: pd.DataFrame,
    given: Mapping[str, tuple[int, int] | None],
    day: dt.date,
    language: Language,
) -> str:
    """Return the record as an HTML page; `given` is booths assigned and done by aspirant_id, None where none were."""
    words = _WORDS[language]
    shown_day = f"{day.day} {MONTHS_HI[day.month - 1]} {day.year}" if language == "hi" else f"{day.day} {day:%B %Y}"
    parts = [f"<h1>{escaped(words['title'])}</h1><p>{escaped(words['made'].format(day=shown_day))}</p>"]
    for row in facts.to_dict("records"):
        own = events[events["aspirant_id"] == row["aspirant_id"]]
        lines = "".join(
            f"<tr><th>{escaped(name)}</th><td>{escaped(plain(value))}</td></tr>"
            for name, value in row.items() if plain(value) is not None
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


def plain(value: Any) -> Any:
    """Return a cell as JSON and people take it; None where it is blank."""
    if value is None or (not isinstance(value, (list, dict)) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat() if value == value.normalize() and value.tz is None else value.isoformat()
    return value.item() if hasattr(value, "item") else value
