"""States: names in all their spellings, the election commission's codes, the Census codes of 2011."""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from importlib import resources

from khaka.data.errors import KhakaError


@dataclass(frozen=True)
class State:
    """One state or union territory.

    Parameters
    ----------
    code : str
        Code of the Election Commission of India, such as `S24`.
    census : str
        Two-digit code of the Census of 2011 (states made later: the local government directory's code).
    name : str
        Name in English.
    """

    code: str
    census: str
    name: str


def _plain(name: str) -> str:
    """Lower case, "and" for "&", letters and digits only."""
    return re.sub(r"[^a-z0-9]+", "", name.lower().replace("&", " and ").replace("_", " "))


@functools.cache
def _tables() -> tuple[dict[str, State], dict[str, str], dict[str, str]]:
    by_code: dict[str, State] = {}
    by_name: dict[str, str] = {}
    by_census: dict[str, str] = {}
    text = resources.files("khaka.data").joinpath("states.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        state = State(row["code"], row["census_2011"], row["name"])
        by_code[state.code] = state
        by_census.setdefault(state.census, state.code)
        for name in (state.name, *filter(None, row["other_names"].split("|"))):
            by_name.setdefault(_plain(name), state.code)
    return by_code, by_name, by_census


def state_code(name_or_code: str) -> str | None:
    """Return the ECI code of a state, given its name in any usual spelling or the code itself.

    Parameters
    ----------
    name_or_code : str
        Such as `S24`, `Uttar_Pradesh`, `ORISSA`, `NCT of Delhi`.

    Returns
    -------
    str or None
        The code; None where the state is unknown.

    Examples
    --------
    >>> state_code("Uttar_Pradesh"), state_code("ORISSA"), state_code("s24"), state_code("Jammu & Kashmir")
    ('S24', 'S18', 'S24', 'S09')
    >>> state_code("Atlantis") is None
    True
    """
    by_code, by_name, _ = _tables()
    code = name_or_code.strip().upper()
    return code if code in by_code else by_name.get(_plain(name_or_code))


def require_state(name_or_code: str) -> str:
    """Return the ECI code of a state.

    Parameters
    ----------
    name_or_code : str
        As in `state_code`.

    Returns
    -------
    str
        The code.

    Raises
    ------
    KhakaError
        The state is unknown.
    """
    code = state_code(name_or_code)
    if code is None:
        raise KhakaError(
            f"unknown state {name_or_code!r}; write its name, such as Uttar Pradesh, or its code, such as S24"
        )
    return code


def state_name(code: str) -> str | None:
    """Return the English name of an ECI code, None where it is unknown."""
    state = _tables()[0].get(code)
    return state.name if state else None


def state_of_census(code: str | int) -> str | None:
    """Return the ECI code of a Census 2011 state code.

    Parameters
    ----------
    code : str or int
        Such as `09`, `9` or `"9.0"`.

    Returns
    -------
    str or None
        The ECI code; None where the Census code is unknown.

    Examples
    --------
    >>> state_of_census("09"), state_of_census(10), state_of_census(99)
    ('S24', 'S04', None)
    """
    digits = str(code).strip().removesuffix(".0")
    return _tables()[2].get(digits.zfill(2))


def state_in_text(text: str) -> str | None:
    """Return the ECI code of the state whose name or code stands in a text such as a file's name.

    Parameters
    ----------
    text : str
        Such as `up_ls2014_booths.csv.gz`; the longest name found wins.

    Returns
    -------
    str or None
        The ECI code; None where no state is named.

    Examples
    --------
    >>> state_in_text("uttarpradesh_AC"), state_in_text("up_ls2014_booths"), state_in_text("booths_S24")
    ('S24', 'S24', 'S24')
    >>> state_in_text("groups_2014") is None
    True
    """
    by_code, by_name, _ = _tables()
    words = re.findall(r"[A-Za-z]+\d*|\d+", text.replace("&", " and "))
    found: list[tuple[int, str]] = []
    for start in range(len(words)):
        for stop in range(start + 1, min(start + 7, len(words)) + 1):
            joined = "".join(words[start:stop])
            code = joined.upper() if joined.upper() in by_code else by_name.get(_plain(joined))
            if code:
                found.append((len(joined), code))
    return max(found)[1] if found else None
