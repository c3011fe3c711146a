"""Booths given to aspirants to work: equal numbers from a seat's weak and unvisited booths, and what was done of them.

Everybody of a seat gets as many, drawn by a seed, so that the work can be compared; one who applied later has none and
is "not assigned", which is no zero. Only a verified event at the booth between issue and due date completes one.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.features.booth_list import booth_list
from khaka.features.cutoff import IST, KnownTables, end_of_day
from khaka.features.ledger import judged_sql, parameters

TASKS: Final = ("visit", "meet the booth team", "door to door")
"""What is to be done at a booth, in turn."""

COLUMNS: Final = (
    "assignment_id", "election_id", "aspirant_id", "seat_id", "booth_no", "task", "issued_at", "due_at",
)  # fmt: skip
"""Columns of the table `assignments`."""

_HOUR: Final = 18  # issued and due in the evening, Indian time

_VISITED: Final = "SELECT DISTINCT seat_id, booth_no FROM ({ledger}) e WHERE verdict = 'verified' AND NOT post"

_DONE: Final = """
SELECT a.aspirant_id, count(DISTINCT a.assignment_id) AS assigned,
       count(DISTINCT CASE WHEN e.event IS NOT NULL THEN a.assignment_id END) AS done
FROM assignments a
LEFT JOIN (SELECT event, aspirant_id, booth_no, started FROM ({ledger}) l WHERE verdict = 'verified' AND NOT post) e
       ON e.aspirant_id = a.aspirant_id AND e.booth_no = a.booth_no AND e.started >= epoch_us(a.issued_at)
      AND (a.due_at IS NULL OR e.started <= epoch_us(a.due_at))
WHERE a.election_id = (SELECT election_id FROM parameters)
GROUP BY a.aspirant_id ORDER BY a.aspirant_id
"""


def draw(
    known: KnownTables, *, party: str, per_aspirant: int, seed: int, days: int = 21, issued: dt.date | None = None
) -> pd.DataFrame:
    """Give each aspirant of every seat the same number of booths.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    party : str
        Whose weaker half of booths is meant.
    per_aspirant : int
        Booths for each; a seat with fewer booths gives all of them to everybody.
    seed : int
        The same tables and seed give the same assignments.
    days : int
        Until they are due.
    issued : datetime.date, optional
        Day of issue; the as-of day by default.

    Returns
    -------
    DataFrame
        `COLUMNS`, then why each booth was taken ("weak and unvisited", "weak", "unvisited", "other"), and
        station_name, village, block, lat, lon of it.

    Raises
    ------
    KhakaError
        A number that is none, no aspirants who had applied, or no booths of their seats.
    """
    for name, value, high in (("--per-aspirant", per_aspirant, 500), ("--days", days, 365)):
        if not 1 <= value <= high:
            raise KhakaError(f"{name} is {value}; give 1 to {high}")
    people = _applied(known)
    booths = _ranked_booths(known, party)
    if people.empty:
        raise KhakaError(f"nobody had applied for {known.election_id} by {known.as_of}; check the date")
    if booths.empty:
        raise KhakaError(f"no booths are known of the seats of {known.election_id}; ingest a list of booths")
    issued = issued or known.as_of
    moments = [
        dt.datetime.combine(day, dt.time(_HOUR), tzinfo=IST) for day in (issued, issued + dt.timedelta(days=days))
    ]
    parts = []
    for seat, rows in people.groupby("seat_id", sort=True):
        own = booths[booths["seat_id"] == seat]
        if len(own):
            parts.append(_deal(rows["aspirant_id"].tolist(), own, per_aspirant, _stream(seed, str(seat))))
    if not parts:
        raise KhakaError(f"the seats with aspirants of {known.election_id} have no booths; ingest a list of booths")
    table = pd.concat(parts, ignore_index=True)
    number = table.groupby("aspirant_id").cumcount() + 1
    table["assignment_id"] = (
        known.election_id + "-" + issued.strftime("%Y%m%d") + "-" + table["aspirant_id"] + "-" + number.astype("str")
    )
    table["election_id"] = known.election_id
    table["task"] = [TASKS[place % len(TASKS)] for place in (number - 1)]
    for name, moment in zip(("issued_at", "due_at"), moments, strict=True):
        table[name] = (
            pd.Series(pd.Timestamp(moment), index=table.index).dt.tz_convert("UTC").astype("datetime64[us, UTC]")
        )
    rest = [name for name in table.columns if name not in COLUMNS]
    return table[[*COLUMNS, *rest]]


def completion(known: KnownTables) -> pd.DataFrame:
    """Return what was done of the booths given to each aspirant of the election.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.

    Returns
    -------
    DataFrame
        seat_id, assigned, done, share (0 to 1), status ("assigned" or "not assigned") by aspirant_id. Who was given
        none is "not assigned", and the numbers are blank: never zero.
    """
    aspirants = known.frame("aspirants")
    own = aspirants[aspirants["election_id"] == known.election_id].drop_duplicates("aspirant_id")
    table = own.set_index("aspirant_id")[["seat_id"]].sort_index()
    if known.has("assignments"):
        rows = known.sql(_DONE.format(ledger=judged_sql(known)), **_inputs(known)).set_index("aspirant_id")
    else:
        rows = pd.DataFrame(columns=["assigned", "done"])
    rows.index = rows.index.astype("object")
    found = rows.reindex(table.index.astype("object"))
    table["assigned"] = found["assigned"].astype("Int64").to_numpy()
    table["done"] = found["done"].astype("Int64").to_numpy()
    table["share"] = (table["done"].astype("float64") / table["assigned"].astype("float64")).to_numpy()
    table["status"] = np.where(table["assigned"].isna(), "not assigned", "assigned")
    return table


def _inputs(known: KnownTables) -> dict[str, pd.DataFrame]:
    return {"parameters": parameters(known), "booth_list": booth_list(known, "")}


def _applied(known: KnownTables) -> pd.DataFrame:
    """Return the aspirants who had applied by the as-of day; an unknown day of application is no late one."""
    rows = known.frame("aspirants")
    rows = rows[rows["election_id"] == known.election_id].drop_duplicates("aspirant_id")
    late = pd.to_datetime(rows["applied_at"], utc=True) >= end_of_day(known.as_of)
    return rows[~late.fillna(False)][["aspirant_id", "seat_id"]].astype("object").sort_values("aspirant_id")


def _ranked_booths(known: KnownTables, party: str) -> pd.DataFrame:
    """Return the booths with what speaks for giving them out: `order` 0 (weak and unvisited) to 3."""
    booths = booth_list(known, party)
    if known.has("activity"):
        visited = known.sql(_VISITED.format(ledger=judged_sql(known)), **_inputs(known)).assign(visited=True)
        booths = booths.merge(visited, on=["seat_id", "booth_no"], how="left")
    else:
        booths["visited"] = False
    unvisited = ~booths["visited"].fillna(False).astype(bool)
    weak = booths["weak"].fillna(False).astype(bool)
    booths["order"] = np.select([weak & unvisited, weak, unvisited], [0, 1, 2], 3)
    booths["why"] = booths["order"].map({0: "weak and unvisited", 1: "weak", 2: "unvisited", 3: "other"})
    names = known.sql("SELECT election_id, seat_id, booth_no, station_name, village FROM booths")
    return booths.merge(names, on=["election_id", "seat_id", "booth_no"], how="left")


def _deal(people: list[str], booths: pd.DataFrame, each: int, rng: np.random.Generator) -> pd.DataFrame:
    """Deal a seat's booths: the most wanted first, each to as many aspirants as every other before it comes again."""
    each = min(each, len(booths))
    shuffled = booths.iloc[rng.permutation(len(booths))].sort_values("order", kind="stable")
    # weak and unvisited ones only, given to several aspirants where they are few; others only to fill a hand
    wanted = int((shuffled["order"] < 3).sum())
    pool = shuffled.head(max(each, min(wanted, each * len(people))))
    order = [people[place] for place in rng.permutation(len(people))]
    hands: dict[str, list[int]] = {name: [] for name in people}
    given = np.zeros(len(pool), dtype=int)
    for turn in range(each):
        for name in order if turn % 2 == 0 else reversed(order):  # there and back: nobody always picks first
            free = [place for place in range(len(pool)) if place not in hands[name]]
            best = min(free, key=lambda place: (given[place], place))
            hands[name].append(best)
            given[best] += 1
    kept = ["seat_id", "booth_no", "why", "station_name", "village", "block", "lat", "lon"]
    parts = [pool.iloc[sorted(hands[name])][kept].assign(aspirant_id=name) for name in sorted(hands)]
    return pd.concat(parts, ignore_index=True)


def _stream(seed: int, seat: str) -> np.random.Generator:
    """Return the seat's own random stream: another seat's aspirants change nothing here."""
    return np.random.default_rng(np.random.SeedSequence([seed, *seat.encode()]))
