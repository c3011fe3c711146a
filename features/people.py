"""The units of the feature table: one row per seat and person of the election that is scored.

Two kinds: the nominees of all parties (to learn from, to forecast) and the aspirants of the party (to rank). Both
come in the same columns, so that one set of features serves both.
"""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from khaka.features.cutoff import KnownTables

Kind = Literal["nominee", "aspirant"]

SHARED: Final = (
    "person_id", "name", "sex", "category", "community", "education", "residence_seat_id", "criminal_cases",
    "serious_cases", "assets_inr",
)  # fmt: skip
"""Columns that both tables have."""

ASPIRANT_ONLY: Final = ("birth_date", "family_id", "party_since", "party_post")

COLUMNS: Final = (
    "election_id", "seat_id", "unit_id", "aspirant_id", "party", "symbol_party", "alliance", *SHARED, "age",
    "family_id", "party_since", "party_post",
)  # fmt: skip
"""Columns of the units, in order."""

_DTYPES: Final = {
    "age": "float64", "criminal_cases": "float64", "serious_cases": "float64", "assets_inr": "float64",
    "party_since": "datetime64[us]",
}  # fmt: skip

DAYS_A_YEAR: Final = 365.25


def people(known: KnownTables, *, party: str, kind: Kind) -> pd.DataFrame:
    """Return the people of the election that is scored.

    A nominee of `party` who is one of its aspirants (the same person_id in the seat; else the seat's only aspirant
    marked as nominated and the party's only nominee there) takes what the application says, and from the nomination
    paper only what the application leaves blank: so a nominee of the past is described as an aspirant of today is.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known; `known.election_id` is the election.
    party : str
        Whose aspirants.
    kind : {"nominee", "aspirant"}
        Nominees of all parties, or aspirants of `party`.

    Returns
    -------
    DataFrame
        In `COLUMNS`, sorted by seat_id and unit_id, indexed 0 to n-1, one row per unit (nominee_id or aspirant_id).
        `age` is in years on the seat's poll date, else on the election's, else on the as-of date.
    """
    aspirants = _aspirants(known)
    if kind == "aspirant":
        rows = aspirants.assign(unit_id=aspirants["aspirant_id"], party=party)
    else:
        rows = _nominees(known, aspirants, party)
    for column in COLUMNS:
        if column not in rows:
            rows[column] = None
    rows = rows[list(COLUMNS)].drop_duplicates(["seat_id", "unit_id"])
    rows = rows.astype({name: _DTYPES.get(name, "str") for name in COLUMNS})
    return rows.sort_values(["seat_id", "unit_id"], kind="stable").reset_index(drop=True)


def poll_dates(known: KnownTables, seat_ids: pd.Series) -> pd.Series:
    """Return when each seat votes in the election that is scored; the as-of date where no date is set."""
    seats = known.frame("seat_elections")
    own = seats[seats["election_id"] == known.election_id].drop_duplicates("seat_id").set_index("seat_id")["poll_date"]
    elections = known.frame("elections")
    whole = elections.loc[elections["election_id"] == known.election_id, "poll_date"].dropna()
    fallback = pd.Timestamp(whole.iloc[0]) if len(whole) else pd.Timestamp(known.as_of)
    dates = pd.to_datetime(own.reindex(seat_ids).set_axis(seat_ids.index)).astype("datetime64[us]")
    return dates.fillna(fallback)


def _aspirants(known: KnownTables) -> pd.DataFrame:
    """Return the aspirants of the election with their age; further columns that are no unit's are left out."""
    rows = known.frame("aspirants")
    rows = rows[rows["election_id"] == known.election_id].reset_index(drop=True)
    born = pd.to_datetime(rows["birth_date"]).astype("datetime64[us]")
    age = (poll_dates(known, rows["seat_id"]) - born).dt.days / DAYS_A_YEAR
    columns = ["election_id", "seat_id", "aspirant_id", *SHARED, *ASPIRANT_ONLY]
    return rows[columns].assign(age=age.astype("float64"))


def _nominees(known: KnownTables, aspirants: pd.DataFrame, party: str) -> pd.DataFrame:
    """Return the nominees of all parties, those of `party` joined with their applications."""
    rows = known.frame("nominees")
    rows = rows[rows["election_id"] == known.election_id].reset_index(drop=True)
    columns = ["election_id", "seat_id", "nominee_id", "party", "symbol_party", "alliance", *SHARED, "age"]
    rows = rows[columns].rename(columns={"nominee_id": "unit_id"})
    rows["age"] = rows["age"].astype("float64")
    rows["aspirant_id"] = _aspirant_of(known, rows, aspirants, party)
    applied = aspirants.drop_duplicates("aspirant_id").set_index("aspirant_id").reindex(rows["aspirant_id"])
    for column in (*SHARED, "age"):
        rows[column] = applied[column].set_axis(rows.index).combine_first(rows[column])
    for column in ("family_id", "party_since", "party_post"):
        rows[column] = applied[column].set_axis(rows.index)
    return rows


def _aspirant_of(known: KnownTables, rows: pd.DataFrame, aspirants: pd.DataFrame, party: str) -> pd.Series:
    """Return the aspirant_id of each nominee of the party, blank where none is surely the same person."""
    ours = rows["party"] == party
    persons = aspirants[aspirants["person_id"].notna()].drop_duplicates(["seat_id", "person_id"], keep=False)
    lookup = persons.set_index(["seat_id", "person_id"])["aspirant_id"]
    keys = pd.MultiIndex.from_frame(rows[["seat_id", "person_id"]])
    by_person = lookup.reindex(keys).set_axis(rows.index) if len(lookup) else pd.Series(None, index=rows.index)
    chosen = known.chosen()
    chosen = chosen[chosen["election_id"] == known.election_id].drop_duplicates("seat_id", keep=False)
    by_flag = rows["seat_id"].map(chosen.set_index("seat_id")["aspirant_id"])
    alone = ~rows["seat_id"].where(ours).duplicated(keep=False)
    found = by_person.astype("object").where(by_person.notna(), by_flag.astype("object").where(alone))
    return found.where(ours).astype("str")
