"""The fact fields behind Form C-7, from one TOML file: cases, reasons, others considered, each with its time.

election = "S24-2027-AE"

[[candidate]]
seat_id = "S24-2008-1"
name = "Asha Devi"
name_hi = "आशा देवी"
selected_at = 2027-01-12T14:00:00+05:30

[[candidate.case]]                  # pending
number = "Crime No. 12/2021"
court = "Chief Judicial Magistrate, Lucknow"
section = "sections 147, 341 IPC"
status = "charges framed on 3 May 2022"

[[candidate.conviction]]            # past; the same fields and "sentence"

[[candidate.reason]]
kind = "achievement"                # qualification, achievement or merit
en = "Led the relief work during the flood of 2019 in eleven villages."
hi = "2019 की बाढ़ में ग्यारह गाँवों में राहत कार्य का नेतृत्व किया।"
source = "District administration's letter of 4 October 2019"
entered_at = 2027-01-08T11:20:00+05:30

[[candidate.other]]                 # others without cases, and why they could not be chosen
name = "Ram Lal"
en = "Withdrew his application on 9 January 2027."
hi = "9 जनवरी 2027 को आवेदन वापस लिया।"
entered_at = 2027-01-09T10:00:00+05:30
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from khaka.data.errors import KhakaError

Kind = Literal["qualification", "achievement", "merit"]

KINDS: Final = ("qualification", "achievement", "merit")
"""What a reason may be, in the words of the Supreme Court."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Case(_Strict):
    """A pending case or a past conviction: its number, court, sections, status, and the sentence of a conviction."""

    number: str = Field(min_length=1)
    court: str = Field(min_length=1)
    section: str = Field(min_length=1)
    status: str = Field(min_length=1)
    sentence: str = ""


class Reason(_Strict):
    """One fact that speaks for the candidate: its kind, its text in one or both languages, source and time of entry."""

    kind: Kind
    en: str = ""
    hi: str = ""
    source: str = Field(min_length=1)
    entered_at: AwareDatetime


class Other(_Strict):
    """Someone else who was considered, and why he or she could not be chosen."""

    name: str = Field(min_length=1)
    aspirant_id: str = ""
    has_cases: bool = False
    en: str = ""
    hi: str = ""
    entered_at: AwareDatetime


class Candidate(_Strict):
    """A selected candidate with cases or convictions."""

    seat_id: str = Field(pattern=r"^[SU]\d{2}-\d{4}-[1-9]\d*$")
    name: str = Field(min_length=1)
    name_hi: str = ""
    aspirant_id: str = ""
    selected_at: AwareDatetime
    names: tuple[str, ...] = ()
    case: tuple[Case, ...] = ()
    conviction: tuple[Case, ...] = ()
    reason: tuple[Reason, ...] = ()
    other: tuple[Other, ...] = ()

    @property
    def own_names(self) -> tuple[str, ...]:
        """Names of persons and places that the check of words leaves out."""
        given = (self.name, self.name_hi, *self.names, *(one.name for one in self.other))
        return tuple(name for name in given if name)


@dataclass(frozen=True)
class FactFile:
    """The facts of an election: its id and the candidates, by seat."""

    election_id: str
    candidates: tuple[Candidate, ...]

    def candidate(self, seat_id: str) -> Candidate:
        """Return the candidate of a seat.

        Raises
        ------
        KhakaError
            The file has none.
        """
        for found in self.candidates:
            if found.seat_id == seat_id:
                return found
        there = ", ".join(one.seat_id for one in self.candidates[:5])
        raise KhakaError(f"no candidate of {seat_id} in the facts; there are: {there or 'none'}")


class _File(_Strict):
    election: str = Field(min_length=1)
    candidate: tuple[Candidate, ...] = ()


def load_facts(path: Path) -> FactFile:
    """Read and check the facts.

    Parameters
    ----------
    path : Path
        A TOML file.

    Returns
    -------
    FactFile
        Sorted by seat.

    Raises
    ------
    KhakaError
        No such file, no TOML, an unknown or wrong field (which is named), or two candidates of one seat.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KhakaError(f"there is no file {path}; `khaka c7 --template` prints one to fill in") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KhakaError(f"{path} is no valid TOML: {error}") from None
    try:
        found = _File.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise KhakaError(f"{path}: {key}: {first['msg'].lower()} (found {first['input']!r})") from None
    seats = [one.seat_id for one in found.candidate]
    double = sorted({seat for seat in seats if seats.count(seat) > 1})
    if double:
        raise KhakaError(f"{path} has more than one candidate of {', '.join(double)}; keep the one who was selected")
    return FactFile(found.election, tuple(sorted(found.candidate, key=lambda one: one.seat_id)))


def late(candidate: Candidate) -> list[tuple[str, dt.datetime]]:
    """Return the facts that were entered after the selection, with their times: no reason may rest on them.

    Parameters
    ----------
    candidate : Candidate
        With its facts.

    Returns
    -------
    list of (str, datetime)
        What they are, in the order of the file.
    """
    facts = [(f"reason {number}", one.entered_at) for number, one in enumerate(candidate.reason, start=1)]
    facts += [(f"other considered {one.name!r}", one.entered_at) for one in candidate.other]
    return [(what, when) for what, when in facts if when >= candidate.selected_at]
