"""Who may stand: eligible, not eligible, or a document awaited.

The rules are those of the law on candidature (age 25 on the day of scrutiny, elector of the state, certificate of
that state for a reserved seat, two seats at most). What isn't known makes nobody ineligible: it is awaited. The
party's counsel has the last word; sections 8 and 10A (convictions, expenses not filed) need records that no table
holds, and are not judged here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from khaka.data.states import state_code

State = Literal["yes", "no", "awaited"]

MINIMUM_AGE: Final = 25
"""Years, completed on the day of scrutiny (Article 173 of the Constitution)."""

SCRUTINY_BEFORE_POLL_DAYS: Final = 60
"""Longest time from scrutiny to poll that is reckoned with where only the poll's date is known."""

MOST_SEATS: Final = 2
"""Seats one person may stand in at one general election (section 33(7), Representation of the People Act 1951)."""

WITHDRAWN: Final = frozenset({"withdrawn", "rejected"})
"""Statuses of an application that end it."""

CATEGORY_NAMES: Final = {"SC": "Scheduled Caste", "ST": "Scheduled Tribe"}


@dataclass(frozen=True)
class Finding:
    """One rule that isn't met, or that can't be judged yet.

    Parameters
    ----------
    state : str
        "no" or "awaited".
    code : str
        Stable name of the rule, such as "under_25".
    sentence : str
        What was found, in English.
    """

    state: Literal["no", "awaited"]
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


BARRED: Final = Finding("no", "barred_by_law", "in the list of barred persons (khaka.toml, [eligibility])")
"""Of a person disqualified by law."""


def twenty_fifth_birthday(birth_date: dt.date) -> dt.date:
    """Return the day on which someone completes 25 years (born on 29 February: 1 March).

    Parameters
    ----------
    birth_date : datetime.date
        Day of birth.

    Returns
    -------
    datetime.date
        The twenty-fifth birthday.

    Examples
    --------
    >>> twenty_fifth_birthday(dt.date(2002, 1, 20))
    datetime.date(2027, 1, 20)
    >>> twenty_fifth_birthday(dt.date(2004, 2, 29))
    datetime.date(2029, 3, 1)
    """
    try:
        return birth_date.replace(year=birth_date.year + MINIMUM_AGE)
    except ValueError:
        return dt.date(birth_date.year + MINIMUM_AGE, 3, 1)


def age_finding(
    birth_date: dt.date | None,
    *,
    scrutiny_date: dt.date | None,
    poll_date: dt.date | None,
    as_of: dt.date,
    election_year: int,
) -> Finding | None:
    """Judge the age of 25 on the day of scrutiny.

    Where the day of scrutiny is unknown it lies before the poll, and at most `SCRUTINY_BEFORE_POLL_DAYS` before it;
    where the poll's day is unknown too it lies between the as-of date and the end of the election's year. Who turns
    25 inside that time is awaited.

    Parameters
    ----------
    birth_date, scrutiny_date, poll_date : datetime.date or None
        None where unknown.
    as_of : datetime.date
        Known up to this day.
    election_year : int
        Calendar year of the poll.

    Returns
    -------
    Finding or None
        None: old enough.

    Examples
    --------
    >>> when = {"poll_date": None, "as_of": dt.date(2026, 12, 1), "election_year": 2027}
    >>> print(age_finding(dt.date(2002, 1, 21), scrutiny_date=dt.date(2027, 1, 20), **when))
    under_25: turns 25 on 2027-01-21, after the scrutiny on 2027-01-20
    >>> age_finding(dt.date(2002, 1, 20), scrutiny_date=dt.date(2027, 1, 20), **when) is None
    True
    """
    if birth_date is None:
        return Finding("awaited", "birth_date_unknown", "birth date not known; 25 years are needed at scrutiny")
    day = twenty_fifth_birthday(birth_date)
    if scrutiny_date is not None:
        if day <= scrutiny_date:
            return None
        return Finding("no", "under_25", f"turns 25 on {day}, after the scrutiny on {scrutiny_date}")
    if poll_date is not None:
        earliest, latest, until = poll_date - dt.timedelta(days=SCRUTINY_BEFORE_POLL_DAYS), poll_date, "the poll"
    else:
        latest = max(dt.date(election_year, 12, 31), as_of)
        earliest, until = as_of, "the end of the election's year"
    if day <= earliest:
        return None
    if day > latest:
        return Finding("no", "under_25", f"turns 25 on {day}, after {until} ({latest})")
    return Finding("awaited", "age_at_scrutiny_unknown", f"turns 25 on {day}; the day of scrutiny is not known")


def elector_finding(elector_state: str | None, *, state: str) -> Finding | None:
    """Judge whether the aspirant is an elector of the seat's state.

    Parameters
    ----------
    elector_state : str or None
        State where the person is an elector, by name or ECI code; None where unknown.
    state : str
        The seat's state.

    Returns
    -------
    Finding or None
        None: an elector of the state.
    """
    if elector_state is None:
        return Finding("awaited", "elector_unknown", f"not known whether an elector of {state}")
    found = state_code(elector_state)
    if found == state:
        return None
    if found is None:
        return Finding(
            "awaited", "elector_unknown", f"elector of {elector_state!r}, which is no known state; {state} is needed"
        )
    return Finding("no", "elector_elsewhere", f"an elector of {found}, not of {state}")


def reservation_finding(
    reservation: str | None, category: str | None, certificate_state: str | None, *, state: str
) -> Finding | None:
    """Judge category and certificate in a reserved seat.

    Parameters
    ----------
    reservation : str or None
        GEN, SC or ST in this election; None where unknown: awaited unless the seat turns out unreserved.
    category : str or None
        GEN, OBC, SC or ST, as declared.
    certificate_state : str or None
        State that certified the category, by name or ECI code.
    state : str
        The seat's state.

    Returns
    -------
    Finding or None
        None: unreserved, or of the seat's group with a certificate of its state.
    """
    if reservation == "GEN":
        return None
    if reservation is None:
        return Finding("awaited", "reservation_unknown", "not known whether the seat is reserved in this election")
    group = CATEGORY_NAMES.get(reservation, reservation)
    if category is None:
        return Finding(
            "awaited", "category_unknown", f"category not known; the seat is reserved for {group} ({reservation})"
        )
    if category != reservation:
        return Finding(
            "no", "category_other", f"declared category is {category}; the seat is reserved for {group} ({reservation})"
        )
    if certificate_state is None:
        return Finding("awaited", "certificate_awaited", f"{group} ({reservation}) certificate of {state} awaited")
    found = state_code(certificate_state)
    if found == state:
        return None
    if found is None:
        return Finding(
            "awaited",
            "certificate_awaited",
            f"certificate of {certificate_state!r}, which is no known state; {state} is needed",
        )
    return Finding("no", "certificate_elsewhere", f"certificate of {found}; one of {state} is needed")


def eligibility(
    people: pd.DataFrame, seat_elections: pd.DataFrame, *, as_of: dt.date, barred: Collection[str] = ()
) -> pd.DataFrame:
    """Return who may stand, with every rule that isn't met.

    Parameters
    ----------
    people : DataFrame
        One row per aspirant and seat: election_id, seat_id, aspirant_id; person_id, birth_date, category,
        certificate_state, elector_state, second_seat_id and status are used where they are there.
    seat_elections : DataFrame
        Canonical table: reservation, scrutiny_date and poll_date of each seat in this election.
    as_of : datetime.date
        Known up to this day.
    barred : collection of str
        Persons disqualified by law (section 8, section 10A): person_id or aspirant_id. A person is meant whichever of
        their applications is named.

    Returns
    -------
    DataFrame
        Indexed as `people`: eligible ("yes", "no", "awaited") and ineligible_reason: "code: sentence", several joined
        by "; ", what bars before what is awaited; blank where eligible.
    """
    places = seat_elections.drop_duplicates(["election_id", "seat_id"]).set_index(["election_id", "seat_id"])
    rules = {
        key: (_text(row.get("reservation")), _date(row.get("scrutiny_date")), _date(row.get("poll_date")))
        for key, row in zip(places.index, places.to_dict("records"), strict=True)
    }
    crowded = _too_many_seats(people)
    out = _barred(people, frozenset(barred))
    states: list[State] = []
    reasons: list[str | None] = []
    for number, row in enumerate(people.to_dict("records")):
        state = str(row["seat_id"]).split("-")[0]
        reservation, scrutiny_date, poll_date = rules.get((row["election_id"], row["seat_id"]), (None, None, None))
        found = [
            BARRED if number in out else None,
            _status_finding(_text(row.get("status"))),
            age_finding(
                _date(row.get("birth_date")),
                scrutiny_date=scrutiny_date,
                poll_date=poll_date,
                as_of=as_of,
                election_year=int(str(row["election_id"]).split("-")[1]),
            ),
            elector_finding(_text(row.get("elector_state")), state=state),
            reservation_finding(
                reservation, _text(row.get("category")), _text(row.get("certificate_state")), state=state
            ),
            crowded.get(number),
        ]
        judged = sorted((finding for finding in found if finding), key=lambda finding: finding.state != "no")
        states.append(judged[0].state if judged else "yes")
        reasons.append("; ".join(map(str, judged)) if judged else None)
    return pd.DataFrame(
        {"eligible": pd.array(states, dtype="str"), "ineligible_reason": pd.array(reasons, dtype="str")},
        index=people.index,
    )


def _status_finding(status: str | None) -> Finding | None:
    if status is not None and status.lower() in WITHDRAWN:
        return Finding("no", f"application_{status.lower()}", f"the application is {status.lower()}")
    return None


def _barred(people: pd.DataFrame, barred: frozenset[str]) -> set[int]:
    """Return the positions of the rows of barred persons."""
    if not barred:
        return set()
    named = [(_text(row.get("person_id")), _text(row.get("aspirant_id"))) for row in people.to_dict("records")]
    persons = {person for person, aspirant in named if person is not None and {person, aspirant} & barred}
    return {at for at, (person, aspirant) in enumerate(named) if person in persons or aspirant in barred}


def _too_many_seats(people: pd.DataFrame) -> dict[int, Finding]:
    """Return a finding for each row whose person asks for more than two seats, by the row's position."""
    seats: dict[tuple[str, str, str], set[str]] = {}
    rows: dict[tuple[str, str, str], list[int]] = {}
    for number, row in enumerate(people.to_dict("records")):
        own = {seat for seat in (_text(row["seat_id"]), _text(row.get("second_seat_id"))) if seat}
        for kind in ("person_id", "aspirant_id"):
            if (name := _text(row.get(kind))) is not None:
                key = (str(row["election_id"]), kind, name)
                seats.setdefault(key, set()).update(own)
                rows.setdefault(key, []).append(number)
    found = {}
    for key, asked in seats.items():
        if len(asked) > MOST_SEATS:
            sentence = f"asks for {len(asked)} seats ({', '.join(sorted(asked))}); two are allowed"
            found.update({number: Finding("no", "over_two_seats", sentence) for number in rows[key]})
    return found


def _text(value: object) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return str(value).strip() or None


def _date(value: object) -> dt.date | None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return pd.Timestamp(value).date()  # type: ignore[arg-type]
