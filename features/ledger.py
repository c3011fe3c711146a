"""The ledger of evidence: what every check saw in each event of field work, and the verdict.

Nothing is deleted. An event is *refused* where its own record speaks against it, *doubtful* where it can't be
confirmed, and *verified* where no check objects; only verified events count as presence. A sound record of somebody
else at the booth at the time stands in for a missing or inaccurate fix. The query is `ledger_*.sql`, the thresholds are
`khaka.data.presence_settings`, the words `khaka.features.findings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal
from weakref import WeakSet

import pandas as pd
import pyarrow as pa

from khaka.data.presence_settings import PresenceSettings
from khaka.features.booth_list import booth_list
from khaka.features.cutoff import KnownTables, end_of_day
from khaka.features.findings import CHECKS, REFUSING, codes_sql, words_sql
from khaka.features.steps import BEGIN, END

Verdict = Literal["verified", "doubtful", "refused"]

VERDICTS: Final[tuple[Verdict, ...]] = ("verified", "doubtful", "refused")

COLUMNS: Final = (
    "event_id", "aspirant_id", "seat_id", "booth_no", "kind_of_record", "started_at", "received_at", "verdict",
    "checks", "says_en", "says_hi",
)  # fmt: skip
"""Columns of a ledger as it is written; the checks' own columns follow in Parquet."""

#: The ledger as it is written: with moments, the findings by name, and in words.
_TOLD: Final = """
SELECT event_id, aspirant_id, seat_id, booth_no, CASE WHEN post THEN 'social_post' ELSE 'field' END AS kind_of_record,
       make_timestamptz(started) AS started_at, make_timestamptz(received) AS received_at, verdict,
       {checks} AS checks, {says_en} AS says_en, {says_hi} AS says_hi,
       * EXCLUDE (event, event_id, aspirant, aspirant_id, seat_id, booth_no, place, started, received, verdict)
         REPLACE ({numbers})
FROM ({ledger}) events
"""

_NUMBERS: Final = ("met", "load_events", "spot_booths", "device_people", "pause")
"""Whole numbers that are written like the other measures."""

#: The events of a written ledger, in the columns of the query that later steps read.
_WRITTEN: Final = """
SELECT l.event_id AS event, w.aspirant, hash(l.seat_id, l.booth_no) AS place, epoch_us(l.started_at) AS started, l.*
FROM written_ledger l LEFT JOIN (
    SELECT aspirant_id, row_number() OVER (ORDER BY aspirant_id) AS aspirant
    FROM (SELECT DISTINCT aspirant_id FROM aspirants WHERE election_id = (SELECT election_id FROM parameters)) own
) w ON w.aspirant_id = l.aspirant_id
"""

_with_file: Final[WeakSet[KnownTables]] = WeakSet()

_PARTS: Final = ("events", "places", "verdict")
"""Files that make one query."""

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
    folder = files("khaka.features")
    text = "".join(folder.joinpath(f"ledger_{part}.sql").read_text(encoding="utf-8") for part in _PARTS)
    return f"{BEGIN}{with_thresholds(text, settings)}{END}"


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
    if not parts:  # no activity at all
        return pd.DataFrame(columns=list(COLUMNS))
    frame: pd.DataFrame = pa.concat_tables(parts).to_pandas()
    return frame


def ledger_parts(
    known: KnownTables, *, aspirant_id: str | None = None, party: str = "", rows: int = 200_000
) -> Iterator[pa.Table]:
    """Give the ledger in tables of about `rows` rows: a state's is too long for memory. See `ledger`."""
    if not known.has("activity"):
        return
    numbers = ", ".join(f"CAST({name} AS DOUBLE) AS {name}" for name in _NUMBERS)
    of_whom = "" if aspirant_id is None else "WHERE aspirant_id = (SELECT aspirant_id FROM asked)"
    events = f"SELECT * FROM ({ledger_sql(known.presence)}) judged {of_whom} ORDER BY event"
    query = _TOLD.format(
        checks=codes_sql(), says_en=words_sql("en", known.presence), says_hi=words_sql("hi", known.presence),
        numbers=numbers, ledger=events,
    )  # fmt: skip
    asked = pd.DataFrame({"aspirant_id": [aspirant_id]}, dtype="str")
    tables = {"parameters": parameters(known), "booth_list": booth_list(known, party), "asked": asked}
    yield from known.stream(query, rows=rows, **tables)


def read_from(known: KnownTables, path: Path) -> None:
    """Let `judged_sql` read the ledger that was written of these tables, instead of judging the events again."""
    known.give_file("written_ledger", path)
    _with_file.add(known)


def judged_sql(known: KnownTables) -> str:
    """Return a query on the judged events: event, aspirant, aspirant_id, seat_id, booth_no, started, verdict, flags."""
    return _WRITTEN if known in _with_file else ledger_sql(known.presence)


def parameters(known: KnownTables) -> pd.DataFrame:
    """Return the table `parameters` that the queries read: election_id, as_of_end."""
    return pd.DataFrame({"election_id": [known.election_id], "as_of_end": [end_of_day(known.as_of)]})


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
        f"SELECT aspirant_id, seat_id, verdict, post, count(*) AS events, {sums} FROM ({judged_sql(known)}) e "
        "GROUP BY aspirant_id, seat_id, verdict, post ORDER BY seat_id, aspirant_id, verdict, post"
    )
    rows = known.sql(query, parameters=parameters(known), booth_list=booth_list(known, ""))
    return Ledger(_verdicts(rows), _checks(rows))


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
