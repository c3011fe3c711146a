"""The party's rules of a slate: a TOML file, checked key by key, frozen afterwards.

The law's own rules (who may stand, two seats at most) hold always and stand in no file, but for the list of persons
who are barred from standing (sections 8 and 10A of the Representation of the People Act 1951), which no table holds.
`rules_example.toml` beside this file shows every key.
"""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from khaka.data.errors import KhakaError

Aim = Literal[
    "expected_seats", "majority", "worst_swing", "deposits_saved", "second_places", "share_gained", "margin"
]  # fmt: skip
Group = Literal["everyone", "women", "young", "newcomers", "local", "community", "category"]
Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]

LARGEST_DENOMINATOR: Final = 10_000
"""Shares are taken as fractions with a denominator up to this, so that a share's rule has whole coefficients."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Eligibility(_Section):
    """Who may be in a slate beyond those whom the tables show to be eligible."""

    awaited: Literal["never", "if_nobody_else", "always"] = "never"
    barred_persons: tuple[Text, ...] = ()


class Quota(_Section):
    """At least or at most so many tickets of a group, everywhere or in a region, a district, or each of them.

    Who isn't known to be of the group counts as not of it. Shares are of the tickets in the quota's own seats.
    """

    name: Text | None = None
    group: Group
    max_age: Annotated[int, Field(ge=25, le=100)] | None = None
    communities: tuple[Text, ...] = ()
    categories: tuple[Literal["GEN", "OBC", "SC", "ST"], ...] = ()
    minimum: Count | None = None
    maximum: Count | None = None
    minimum_share: Share | None = None
    maximum_share: Share | None = None
    district: Text | None = None
    region: Text | None = None
    each: Literal["district", "region"] | None = None
    least_chance: Share | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wanted = {"young": "max_age", "community": "communities", "category": "categories"}
        for group, key in wanted.items():
            given = bool(getattr(self, key))
            if given != (self.group == group):
                raise ValueError(f'\'{key}\' goes with group = "{group}", and only there (found "{self.group}")')
        bounds = (self.minimum, self.maximum, self.minimum_share, self.maximum_share)
        if all(bound is None for bound in bounds):
            raise ValueError("give one of minimum, maximum, minimum_share, maximum_share")
        if sum(place is not None for place in (self.district, self.region, self.each)) > 1:
            raise ValueError("give one of district, region, each")
        for low, high in ((self.minimum, self.maximum), (self.minimum_share, self.maximum_share)):
            if low is not None and high is not None and low > high:
                raise ValueError(f"the minimum {low} is above the maximum {high}")
        return self

    @property
    def title(self) -> str:
        """Name in the file, else one made of what it asks."""
        if self.name is not None:
            return self.name
        who = {"young": f"aged {self.max_age} or less", "community": " or ".join(self.communities),
               "category": " or ".join(self.categories)}.get(self.group, self.group)  # fmt: skip
        asks = [f"at least {self.minimum}"] if self.minimum is not None else []
        asks += [f"at most {self.maximum}"] if self.maximum is not None else []
        asks += [f"at least {100 * self.minimum_share:g}%"] if self.minimum_share is not None else []
        asks += [f"at most {100 * self.maximum_share:g}%"] if self.maximum_share is not None else []
        place = self.district or self.region or (f"each {self.each}" if self.each else "")
        chance = f"seats with a chance of {100 * self.least_chance:g}%" if self.least_chance is not None else ""
        where = ", ".join(part for part in (place, chance) if part)
        return f"{who}: {' and '.join(asks)}" + (f" in {where}" if where else "")


class Family(_Section):
    """One family, one ticket; families are the `family_id` of the aspirants."""

    tickets: Annotated[int, Field(ge=1)] = 1
    waived: tuple[Text, ...] = ()


class Person(_Section):
    """In how many seats one person may stand; the law's two hold for the waived as well."""

    seats: Annotated[int, Field(ge=1, le=2)] = 1
    waived: tuple[Text, ...] = ()


class Presence(_Section):
    """Least share of the seat's booths reached, verified; who has no record hasn't shown it."""

    minimum: Share
    waived: tuple[Text, ...] = ()


class Ally(_Section):
    """Seats left to an ally."""

    name: Text | None = None
    party: Text
    seats: Annotated[tuple[Text, ...], Field(min_length=1)]

    @property
    def title(self) -> str:
        """Name in the file, else one made of the ally's."""
        return self.name or f"seats left to {self.party}"


class Fixed(_Section):
    """A name that the committee has set for a seat."""

    name: Text | None = None
    seat: Text
    aspirant: Text

    @property
    def title(self) -> str:
        """Name in the file, else seat and aspirant."""
        return self.name or f"{self.aspirant} fixed in {self.seat}"


class Barred(_Section):
    """A name that the committee won't have, in one seat or anywhere."""

    name: Text | None = None
    aspirant: Text
    seat: Text | None = None

    @property
    def title(self) -> str:
        """Name in the file, else aspirant and seat."""
        return self.name or f"{self.aspirant} barred" + (f" in {self.seat}" if self.seat else "")


class Scenario(_Section):
    """A swing to be prepared for, in points of margin; a region's own value goes before the state's."""

    name: Text
    points: float = 0.0
    regions: dict[str, float] = Field(default_factory=dict)


_SCENARIOS: Final = (
    Scenario(name="swing against, 10 points", points=-10.0),
    Scenario(name="swing against, 5 points", points=-5.0),
    Scenario(name="no swing"),
)


class Rules(_Section):
    """All rules of a slate.

    Parameters
    ----------
    aim : str
        What is maximised.
    majority : int, optional
        Seats that make a majority; more than half of the seats by default.
    empty_seats : {"refuse", "allow"}
        Whether rules that leave a seat without a name are refused, or the seat stays empty.
    eligibility, person, family, presence : section
        Rules about persons; no rule about family and presence by default, one seat a person.
    quota, ally, fixed, barred, scenario : tuple of section
        Each a rule of its own (a scenario: a swing for the aim "worst_swing").
    """

    aim: Aim = "expected_seats"
    majority: Annotated[int, Field(ge=1)] | None = None
    empty_seats: Literal["refuse", "allow"] = "refuse"
    eligibility: Eligibility = Eligibility()
    person: Person = Person()
    family: Family | None = None
    presence: Presence | None = None
    quota: tuple[Quota, ...] = ()
    ally: tuple[Ally, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    barred: tuple[Barred, ...] = ()
    scenario: Annotated[tuple[Scenario, ...], Field(min_length=1)] = _SCENARIOS

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        groups: tuple[tuple[Quota | Ally | Fixed | Barred, ...], ...] = (self.quota, self.ally, self.fixed, self.barred)
        seen: set[str] = set()
        for title in (rule.title for group in groups for rule in group):
            if title in seen:
                raise ValueError(f"two rules are called {title!r}; give each a name of its own")
            seen.add(title)
        return self


def fraction(share: float) -> Fraction:
    """Return a share as the fraction that was meant.

    Examples
    --------
    >>> fraction(0.4), fraction(1 / 3)
    (Fraction(2, 5), Fraction(1, 3))
    """
    return Fraction(share).limit_denominator(LARGEST_DENOMINATOR)


def parse_rules(text: str, *, origin: str = "rules") -> Rules:
    """Read and check rules.

    Parameters
    ----------
    text : str
        TOML.
    origin : str
        Where they come from, for the error.

    Returns
    -------
    Rules
        Frozen.

    Raises
    ------
    KhakaError
        No TOML, an unknown key, or a wrong value: named.

    Examples
    --------
    >>> parse_rules('[[quota]]\\ngroup = "women"\\nminimum_share = 0.4').quota[0].title
    'women: at least 40%'
    >>> parse_rules('[family]\\nticket = 1')
    Traceback (most recent call last):
    ...
    khaka.data.errors.KhakaError: rules: unknown key 'family.ticket'; known there: tickets, waived
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KhakaError(f"{origin} is no valid TOML: {error}") from None
    try:
        return Rules.model_validate(content)
    except ValidationError as error:
        raise KhakaError(f"{origin}: {_sentence(error)}") from None


def load_rules(path: Path | None) -> Rules:
    """Read and check a rule file; without one only the law and one seat a person hold.

    Raises
    ------
    KhakaError
        No such file, or a wrong key or value: named.
    """
    if path is None:
        return Rules()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise KhakaError(f"{path} is no UTF-8 text; save the rule file as TOML in UTF-8") from None
    except OSError as error:
        raise KhakaError(f"no rule file {path} ({error.strerror}); give one with --rules FILE") from None
    return parse_rules(text, origin=str(path))


_SECTIONS: Final[dict[str, type[_Section]]] = {
    "eligibility": Eligibility, "person": Person, "family": Family, "presence": Presence, "quota": Quota,
    "ally": Ally, "fixed": Fixed, "barred": Barred, "scenario": Scenario,
}  # fmt: skip


def _sentence(error: ValidationError) -> str:
    # an unknown key is named first: it is often the reason of what else is wrong
    errors = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    first = errors[0]
    key = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        section = _SECTIONS.get(str(first["loc"][0]), Rules) if len(first["loc"]) > 1 else Rules
        return f"unknown key '{key}'; known there: {', '.join(section.model_fields)}"
    message = first["msg"].removeprefix("Value error, ")
    found = "" if first["type"] in ("missing", "value_error") else f" (found {first['input']!r})"
    return f"'{key}': {message}{found}" if key else f"{message}{found}"
