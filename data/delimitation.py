"""Which place a constituency number means: TCPD's delimitation numbers, divided states, renumbered states.

A seat keeps its id as long as its number means the same place. Three things break that: a new delimitation order, the
division of a state in the middle of one (Uttar Pradesh, Bihar and Madhya Pradesh in November 2000, Andhra Pradesh in
June 2014), and orders that skipped a state while the numbering of the source went on.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from khaka.data.errors import KhakaError

YEAR_OF_DELIM_ID: Final = {1: "1961", 2: "1966", 3: "1976", 4: "2008"}
"""TCPD's `DelimID` to the year in a seat_id."""

#: Divided in November 2000 while `DelimID` stayed 3: (seats before, seats after). The old numbers were used for
#: by-elections until the end of 2001.
_DIVIDED_2000: Final = {"S24": (425, 403), "S04": (324, 243), "S12": (320, 230)}
_LAST_YEAR_UNDIVIDED: Final = 2001

#: Skipped by the order of 2008: `DelimID` 4 there is the delimitation of 1976 going on, until a later order if any.
_SKIPPED_2008: Final = {"S27", "S09", "S02", "S03", "S14", "S17"}

_TELANGANA_SEATS: Final = 119
_ANDHRA_SEATS: Final = 175
_SPLIT_YEAR: Final = 2014
#: One election id may not carry the year of an order as its own: a by-election of 1976 would look like the order.
_ORDER_YEARS: Final = frozenset(YEAR_OF_DELIM_ID.values())

_SEAT = re.compile(r"^([SU]\d{2})-(\d{4})-([1-9]\d*)$")


@functools.lru_cache(maxsize=65_536)
def seat_id(state: str, delim_id: int, year: int, kind: str, number: int) -> str:
    """Return the seat that a constituency number of a TCPD file means.

    Parameters
    ----------
    state : str
        ECI code of the state that the file names.
    delim_id : int
        TCPD's `DelimID`, 1 to 4.
    year : int
        Year of the election.
    kind : str
        AE, LS or BYE. Andhra's assembly files of 2014 are renumbered already, its segments of that year are not.
    number : int
        Constituency number.

    Returns
    -------
    str
        `<state>-<delimitation>-<number>`.

    Raises
    ------
    KhakaError
        The delimitation or the number is impossible.

    Examples
    --------
    >>> seat_id("S24", 4, 2017, "AE", 163), seat_id("S24", 3, 2007, "AE", 163), seat_id("S24", 3, 1999, "LS", 163)
    ('S24-2008-163', 'S24-1976-163', 'S24-1999-163')
    >>> seat_id("S01", 4, 2009, "AE", 119), seat_id("S01", 4, 2009, "AE", 120), seat_id("S01", 4, 2014, "AE", 1)
    ('S29-2008-119', 'S01-2008-120', 'S01-2014-1')
    """
    delimitation = YEAR_OF_DELIM_ID.get(delim_id)
    if delimitation is None:
        raise KhakaError(f"DelimID {delim_id} is unknown; TCPD's are 1 (1961), 2 (1966), 3 (1976) and 4 (2008)")
    if number < 1:
        raise KhakaError(f"constituency number {number} is impossible; numbers start at 1")
    if delim_id == 3 and state in _DIVIDED_2000 and year <= _LAST_YEAR_UNDIVIDED:
        own_year = str(year) if str(year) not in _ORDER_YEARS else str(year + 1)
        return f"{state}-{own_year}-{number}"
    if state == "S08" and delim_id == 2 and year < 1972:
        return f"{state}-1967-{number}"  # 60 seats in 1967, 68 others under the same DelimID in 1972
    if state == "S01" and delim_id == 4:
        renumbered = (year >= _SPLIT_YEAR and kind != "LS") or year > _SPLIT_YEAR
        if renumbered and number <= _ANDHRA_SEATS:
            return f"S01-{_SPLIT_YEAR}-{number}"
        return f"S29-2008-{number}" if number <= _TELANGANA_SEATS else f"S01-2008-{number}"
    return f"{state}-{delimitation}-{number}"


@functools.lru_cache(maxsize=65_536)
def place_of(seat: str) -> str:
    """Return one key for all seat_ids that are the same place, so that its history links up.

    Parameters
    ----------
    seat : str
        A seat_id.

    Returns
    -------
    str
        A seat_id that stands for the place; `seat` itself where nothing was renumbered.

    Examples
    --------
    >>> place_of("S01-2008-120"), place_of("S01-2014-1"), place_of("S29-2008-1")
    ('S01-2014-1', 'S01-2014-1', 'S29-2008-1')
    >>> place_of("S24-1985-12") == place_of("S24-1999-12") != place_of("S24-1976-12")
    True
    >>> place_of("S27-1976-5") == place_of("S27-2008-5")
    True
    """
    match = _SEAT.match(seat)
    if match is None:
        return seat
    state, delimitation, number = match[1], match[2], int(match[3])
    if state == "S01" and delimitation == "2008" and number > _TELANGANA_SEATS:
        return f"S01-{_SPLIT_YEAR}-{number - _TELANGANA_SEATS}"
    if state in _SKIPPED_2008 and delimitation == "1976":
        return f"{state}-2008-{number}"
    if (
        state in _DIVIDED_2000
        and delimitation not in _ORDER_YEARS
        and 1974 <= int(delimitation) <= _LAST_YEAR_UNDIVIDED
    ):
        return f"{state}-1999-{number}"
    return seat


def current_seat_id(state: str, number: int) -> str:
    """Return the seat of a number in a source that follows the order of 2008 without saying so (maps, rolls, lists).

    Parameters
    ----------
    state : str
        ECI code. Andhra Pradesh means the undivided state here (294 numbers).
    number : int
        AC number.

    Returns
    -------
    str
        The seat_id.

    Examples
    --------
    >>> current_seat_id("S24", 7), current_seat_id("S01", 7), current_seat_id("S01", 294)
    ('S24-2008-7', 'S29-2008-7', 'S01-2008-294')
    """
    return seat_id(state, 4, 2008, "LS", number)
