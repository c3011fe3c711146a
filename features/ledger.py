"""The ledger of evidence: what every check saw in each event of field work, and the verdict.

Nothing is deleted. An event is *refused* where its own record speaks against it, *doubtful* where it can't be
confirmed, and *verified* where no check objects; only verified events count as presence. A sound record of somebody
else at the booth at the time stands in for a missing or inaccurate fix. The query is `ledger.sql`, the thresholds are
`khaka.data.presence_settings`, the words `ledger_words.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from khaka.data.presence_settings import PresenceSettings
from khaka.features.booth_list import booth_list
from khaka.features.cutoff import KnownTables, end_of_day

Verdict = Literal["verified", "doubtful", "refused"]
Language = Literal["en", "hi"]

VERDICTS: Final[tuple[Verdict, ...]] = ("verified", "doubtful", "refused")

REFUSING: Final = ("unknown_aspirant", "elsewhere", "copy_of", "mock", "ahead", "far", "zero_place", "lone_jump")
"""Checks whose finding speaks against an event itself."""

DOUBTING: Final = (
    "no_time", "clock_day", "late", "bulk", "crowded_day", "burst", "jump", "even_steps", "office_hours", "night",
    "typed", "shared_device", "photo_again", "moved_copy", "same_fix", "one_spot", "swapped", "round_place",
    "from_list", "other_booth", "by_chance", "no_place", "inaccurate",
)  # fmt: skip
"""Checks whose finding leaves an event open."""

CHECKS: Final = (*REFUSING, *DOUBTING)

NOTES: Final = ("post", "witness", "second_record")
"""What is said of an event though it is no objection."""

COLUMNS: Final = (
    "event_id", "aspirant_id", "seat_id", "booth_no", "kind_of_record", "started_at", "received_at", "verdict",
    "checks", "says_en", "says_hi",
)  # fmt: skip
"""Columns of a ledger as it is written; the checks' own columns follow in Parquet."""

Text = npt.NDArray[np.object_]

_PLACE: Final = re.compile(r"\{(\w+)\}")
_TEXTS: Final = {"booth": "booth_no", "near_booth": "near_booth", "seat": "seat_id"}
#: What a placeholder shows: a measure (or "gap", received minus started), its unit, and decimals.
_NUMBERS: Final = {
    "km_seen": ("km", 1.0, 1), "near_km_seen": ("near_booth_km", 1.0, 1), "near_limit": ("near_limit", 1.0, 1),
    "accuracy": ("accuracy_m", 1.0, 0),
    "days": ("gap", 86_400_000_000.0, 0), "hours_ahead": ("gap", -3_600_000_000.0, 1),
    "events_load": ("load_events", 1.0, 0), "people": ("device_people", 1.0, 0),
    "booths_spot": ("spot_booths", 1.0, 0), "way": ("way", 1.0, 0), "minutes": ("pause", 60_000_000.0, 0),
}  # fmt: skip
_THRESHOLD: Final = re.compile(r"(?<![:\w]):([a-z_]+)\b")


@dataclass(frozen=True)
class Ledger:
    """A ledger in counts.

    Parameters
    ----------
    verdicts : DataFrame
        Events by aspirant_id and verdict, one row an aspirant (blank: no aspirant of any list), social posts apart.
    checks : DataFrame
        check, verdict (what it makes of an event), events, aspirants.
    """

    verdicts: pd.DataFrame
    checks: pd.DataFrame


def with_thresholds(text: str, settings: PresenceSettings) -> str:
    """Put the thresholds into a query.

    Parameters
    ----------
    text : str
        SQL with names of thresholds after a colon.
    settings : PresenceSettings
        Their values.

    Returns
    -------
    str
        SQL with numbers.

    Raises
    ------
    KeyError
        The query names a threshold that is none.

    Examples
    --------
    >>> with_thresholds("km > :near_km AND met::INT > 0", PresenceSettings())
    'km > 1.5 AND met::INT > 0'
    """
    values = settings.model_dump()
    return _THRESHOLD.sub(lambda found: repr(values[found[1]]), text)


def ledger_sql(settings: PresenceSettings) -> str:
    """Return the ledger's query, thresholds put in.

    Parameters
    ----------
    settings : PresenceSettings
        The thresholds.

    Returns
    -------
    str
        DuckDB SQL over `activity`, `aspirants`, `parameters` and `booth_list`; one row an event.
    """
    return with_thresholds(files("khaka.features").joinpath("ledger.sql").read_text(encoding="utf-8"), settings)


def ledger(known: KnownTables, *, aspirant_id: str | None = None, party: str = "") -> pd.DataFrame:
    """Return the ledger of an election's aspirants.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    aspirant_id : str, optional
        Only this aspirant's events; the checks still see everybody's.
    party : str
        Whose weaker booths are marked.

    Returns
    -------
    DataFrame
        `COLUMNS`, then what the checks saw: each check as a flag, and the measures behind them. In order of arrival.
        `party` matters only for `weak`.
    """
    parts = list(ledger_parts(known, aspirant_id=aspirant_id, party=party))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def ledger_parts(
    known: KnownTables, *, aspirant_id: str | None = None, party: str = "", rows: int = 200_000
) -> Iterator[pd.DataFrame]:
    """Give the ledger in frames of about `rows` rows: a state's is too long for memory. See `ledger`."""
    if not known.has("activity"):
        return
    query = f"SELECT * FROM ({ledger_sql(known.presence)}) events"
    if aspirant_id is not None:
        query += " WHERE aspirant_id = (SELECT aspirant_id FROM asked)"
    asked = pd.DataFrame({"aspirant_id": [aspirant_id]}, dtype="str")
    tables = {"parameters": _parameters(known), "booth_list": booth_list(known, party), "asked": asked}
    for part in known.stream(f"{query} ORDER BY event", rows=rows, **tables):
        yield _worded(part, known.presence)


def summary(known: KnownTables) -> Ledger:
    """Count verdicts by aspirant and findings by check, without building the ledger's rows.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.

    Returns
    -------
    Ledger
        Empty tables where there is no activity.
    """
    if not known.has("activity"):
        return Ledger(pd.DataFrame(columns=["seat_id", *VERDICTS, "posts"]), pd.DataFrame(columns=["check", "events"]))
    sums = ", ".join(f"sum(CASE WHEN {check} THEN 1 ELSE 0 END) AS {check}" for check in CHECKS)
    query = (
        f"SELECT aspirant_id, seat_id, verdict, post, count(*) AS events, {sums} FROM ({ledger_sql(known.presence)}) e "
        "GROUP BY aspirant_id, seat_id, verdict, post ORDER BY seat_id, aspirant_id, verdict, post"
    )
    rows = known.sql(query, parameters=_parameters(known), booth_list=booth_list(known, ""))
    return Ledger(_verdicts(rows), _checks(rows))


def tally(parts: Iterable[pd.DataFrame]) -> Ledger:
    """Count verdicts and findings of a ledger that is at hand; see `summary`.

    Parameters
    ----------
    parts : iterable of DataFrame
        From `counted`, of parts of one ledger.

    Returns
    -------
    Ledger
        The counts.
    """
    whole = pd.concat(list(parts), ignore_index=True)
    rows = whole.groupby(["aspirant_id", "seat_id", "verdict", "post"], dropna=False).sum().reset_index()
    return Ledger(_verdicts(rows), _checks(rows))


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return events and findings of a part of a ledger, by aspirant and verdict."""
    keys = ["aspirant_id", "seat_id", "verdict", "post"]
    return rows[[*keys, *CHECKS]].assign(events=1).groupby(keys, dropna=False).sum().reset_index()


def finding(check: str, language: Language, **values: str) -> str:
    """Return what a check says, in words.

    Parameters
    ----------
    check : str
        One of `CHECKS` or `NOTES`.
    language : {"en", "hi"}
        English or Hindi.
    **values : str
        What the check saw, by the template's placeholder.

    Returns
    -------
    str
        One clause.

    Examples
    --------
    >>> finding("mock", "en")
    'the phone reports that an app made up the position'
    """
    return str(_words()[check][language]).format(**values)


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("khaka.features").joinpath("ledger_words.toml").read_text(encoding="utf-8"))


def check_name(check: str, language: Language) -> str:
    """Return the short name of a check, for tables."""
    return _words()[check]["name_" + language]


def _parameters(known: KnownTables) -> pd.DataFrame:
    return pd.DataFrame({"election_id": [known.election_id], "as_of_end": [end_of_day(known.as_of)]})


def _worded(rows: pd.DataFrame, settings: PresenceSettings) -> pd.DataFrame:
    """Return rows of the query with times, the list of findings, and their words."""
    out = rows.drop(columns=["event", "aspirant", "started", "received"])
    out["kind_of_record"] = np.where(rows["post"], "social_post", "field")
    for name in ("started", "received"):
        out[f"{name}_at"] = pd.to_datetime(rows[name], unit="us", utc=True)
    codes = pd.Series("", index=rows.index, dtype="object")
    says: dict[Language, pd.Series] = {
        "en": pd.Series("", index=rows.index, dtype="object"), "hi": pd.Series("", index=rows.index, dtype="object"),
    }  # fmt: skip
    for check in (*CHECKS, *NOTES):
        found = rows[check].fillna(False).to_numpy(dtype=bool, copy=True)
        if check == "jump":  # said already, and more sharply
            found &= ~rows["lone_jump"].to_numpy(dtype=bool)
        if not found.any():
            continue
        if check in CHECKS:
            codes[found] = codes[found] + " " + check
        for language, text in says.items():
            words = _filled_rows(_words()[check][language], rows[found], settings)
            text[found] = np.where(text[found] == "", words, text[found] + "; " + words)
    out["checks"], out["says_en"], out["says_hi"] = codes.str.strip(), says["en"], says["hi"]
    rest = [name for name in out.columns if name not in COLUMNS]
    return out[[*COLUMNS, *rest]]


def _filled_rows(template: str, rows: pd.DataFrame, settings: PresenceSettings) -> Text:
    """Fill one template for every row."""
    pieces = _PLACE.split(template)
    text = np.full(len(rows), pieces[0], dtype=object)
    for name, plain in zip(pieces[1::2], pieces[2::2], strict=True):
        text = text + _seen(name, rows, settings) + plain
    return text


def _seen(name: str, rows: pd.DataFrame, settings: PresenceSettings) -> Text | str:
    """Return what a template's placeholder stands for: a threshold, or what a check saw in each row."""
    if name in PresenceSettings.model_fields:
        return f"{getattr(settings, name):g}"
    if name in _TEXTS:
        text = rows[_TEXTS[name]].astype("object")
        return text.where(text.notna() & (text != ""), "?").to_numpy(dtype=object)
    column, unit, digits = _NUMBERS[name]
    gap = rows["received"] - rows["started"] if column == "gap" else rows[column]
    values = (gap.astype("float64") / unit).to_numpy(dtype="float64", na_value=np.nan)
    return np.array(["?" if np.isnan(value) else f"{value:.{digits}f}" for value in values], dtype=object)


def _verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    keys = rows.assign(aspirant_id=rows["aspirant_id"].fillna(""))
    column = keys["verdict"].where(~keys["post"].astype(bool), "posts")
    table = keys.assign(column=column).pivot_table(
        index=["aspirant_id", "seat_id"], columns="column", values="events", aggfunc="sum", fill_value=0, dropna=False
    )
    table = table.reindex(columns=[*VERDICTS, "posts"], fill_value=0).astype("int64")
    return table[table.sum(axis=1) > 0].reset_index().rename_axis(columns=None)


def _checks(rows: pd.DataFrame) -> pd.DataFrame:
    lines = [
        {"check": check, "verdict": "refused" if check in REFUSING else "doubtful", "events": int(rows[check].sum()),
         "aspirants": int(rows.loc[rows[check] > 0, "aspirant_id"].nunique())}
        for check in CHECKS
    ]  # fmt: skip
    return pd.DataFrame(lines)
