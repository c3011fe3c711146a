"""The slate as a mixed-integer linear programme: one binary a name and seat, rows for seats and rules.

    maximise   sum v_i x_i
    subject to sum of x_i over a seat's names = 1 (at most 1 where the seat may stay empty)
               lower_r <= a_r x <= upper_r for each row r of each rule

Every coefficient is a whole number: a share of 2/5 becomes 3 for the group and -2 for the others, at least 0. So a
rule holds exactly or not at all, whatever the solver's tolerance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from khaka.data.errors import KhakaError
from khaka.scoring.eligibility import MOST_SEATS
from khaka.scoring.slate.quotas import Rows, any_row, quota_rows, rows_of
from khaka.scoring.slate.rules import Rules

FILL: Final = "every seat gets a name"
"""The rule that a seat with a possible name isn't left empty."""

LAW_SEATS: Final = "the law: two seats at most a person"
ONE_SEAT: Final = "one seat a person"
ONE_FAMILY: Final = "one family, one ticket"
PRESENCE: Final = "minimum presence"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Problem:
    """What may be chosen and under which rules.

    Parameters
    ----------
    options : DataFrame, n rows
        Names that may stand, as `khaka.scoring.slate.facts.facts` gives them; sorted by seat and aspirant.
    seats : tuple of str
        Seats with an option, sorted.
    seat_of : ndarray, shape (n,)
        Number of the seat of each option.
    rules : tuple of Rows
        The first is `FILL`, whose row s is seat s.
    empty : mapping of str to str
        Seats without any option, and why.
    """

    options: pd.DataFrame
    seats: tuple[str, ...]
    seat_of: Ints
    rules: tuple[Rows, ...]
    empty: Mapping[str, str]

    @property
    def everything(self) -> frozenset[int]:
        """Numbers of all rules."""
        return frozenset(range(len(self.rules)))

    def number(self, name: str) -> int:
        """Return the number of the rule called `name`."""
        return [rule.name for rule in self.rules].index(name)

    def filled(self, active: Collection[int], kept: Mapping[int, npt.NDArray[np.bool_]] | None = None) -> Floats:
        """Return 1 for each seat that must get a name under the active rules, else 0, shape (seats,)."""
        need = np.ones(len(self.seats)) if 0 in active else np.zeros(len(self.seats))
        if kept is not None and 0 in kept:
            need = need * kept[0]
        # whether the rule of the ally is lifted or not: else lifting a rule could make the others harder to keep
        for rule in self.rules:
            need[list(rule.frees)] = 0.0
        return need

    def system(
        self, active: Collection[int], kept: Mapping[int, npt.NDArray[np.bool_]] | None = None
    ) -> tuple[sparse.csr_array, Floats, Floats]:
        """Return matrix, lower and upper bounds of the seats and of the active rules.

        Parameters
        ----------
        active : collection of int
            Numbers of rules.
        kept : mapping of int to ndarray of bool, optional
            Which rows of a rule count; all by default.

        Returns
        -------
        tuple of csr_array of shape (m, n) and two ndarrays of shape (m,)
            The seats' rows first.
        """
        blocks, lower, upper = [self.rules[0].matrix], [self.filled(active, kept)], [np.ones(len(self.seats))]
        for number in sorted(active):
            rule = self.rules[number]
            if number == 0 or not len(rule.lower):
                continue
            rows = np.ones(len(rule.lower), dtype=bool) if kept is None or number not in kept else kept[number]
            whole = bool(rows.all())
            blocks.append(rule.matrix if whole else rule.matrix[np.flatnonzero(rows)])
            lower.append(rule.lower if whole else rule.lower[rows])
            upper.append(rule.upper if whole else rule.upper[rows])
        matrix = sparse.vstack(blocks, format="csr") if len(blocks) > 1 else blocks[0]
        return matrix, np.concatenate(lower), np.concatenate(upper)


def build(table: pd.DataFrame, rules: Rules, *, party: str | None = None) -> Problem:
    """Turn facts and rules into a problem.

    Parameters
    ----------
    table : DataFrame
        Of `khaka.scoring.slate.facts.facts`.
    rules : Rules
        The party's.
    party : str, optional
        The own party: a seat `allotted_to` another one is left to that ally.

    Returns
    -------
    Problem
        Only names that may stand are options: nobody who isn't eligible, nobody barred by law.

    Raises
    ------
    KhakaError
        A rule names a seat, an aspirant, a district, a community that isn't there, or fixes a name that can't stand.
    """
    _known(table, rules)
    may = _may_stand(table, rules)
    options = table[may].reset_index(drop=True)
    code, every = pd.factorize(table["seat_id"], sort=True)
    has = np.bincount(code[may], minlength=len(every)) > 0
    seats = every[has]
    seat_of = np.asarray((np.cumsum(has) - 1)[code[may]], dtype=np.intp)
    nobody = table[~has[code]]
    empty = {str(seat): _why_empty(group) for seat, group in nobody.groupby("seat_id")}
    n = len(options)
    count = len(seats)
    position = {str(seat): number for number, seat in enumerate(seats)}
    found = [
        Rows(
            FILL,
            sparse.csr_array((np.ones(n), (seat_of, np.arange(n))), shape=(count, n)),
            np.ones(count), np.ones(count), tuple(map(str, seats)),
        )
    ]  # fmt: skip
    found += _person_rules(options, rules)
    if rules.presence is not None:
        lacks = ~(options["presence"].to_numpy(dtype=float) >= rules.presence.minimum)
        lacks &= ~_is_one_of(options, rules.presence.waived)
        found.append(any_row(PRESENCE, lacks, upper=0))
    found += [quota_rows(quota, options) for quota in rules.quota]
    given = {seat: ally.title for ally in rules.ally for seat in ally.seats}
    for title, left in (*((ally.title, ally.seats) for ally in rules.ally), *_allotted(table, party, given)):
        free = frozenset(position[seat] for seat in left if seat in position)
        row = any_row(title, np.isin(seat_of, sorted(free)), upper=0)
        found.append(replace(row, frees=free, left=tuple(left)))
    for fixed in rules.fixed:
        this = ((options["seat_id"] == fixed.seat) & _is_one_of(options, (fixed.aspirant,))).to_numpy()
        if not this.any():
            raise KhakaError(_cannot_be_fixed(table, fixed.seat, fixed.aspirant))
        found.append(any_row(fixed.title, this, lower=1))
    for barred in rules.barred:
        this = _is_one_of(options, (barred.aspirant,))
        if barred.seat is not None:
            this = this & (options["seat_id"] == barred.seat).to_numpy(dtype=bool)
        found.append(any_row(barred.title, this, upper=0))
    names = [rule.name for rule in found]
    for name in names:
        if names.count(name) > 1:
            raise KhakaError(f"two rules are called {name!r}; give each a name of its own")
    return Problem(options, tuple(map(str, seats)), seat_of, tuple(found), empty)


def _person_rules(options: pd.DataFrame, rules: Rules) -> list[Rows]:
    person = options["person"]
    code, persons = pd.factorize(person, sort=True)
    seats = np.bincount(code, minlength=len(persons)) if len(options) else np.zeros(0, dtype=int)
    found = [rows_of(LAW_SEATS, code, list(map(str, persons)), seats > MOST_SEATS, MOST_SEATS)]
    if rules.person.seats < MOST_SEATS:
        free = np.zeros(len(persons), dtype=bool)
        free[code[_is_one_of(options, rules.person.waived)]] = True
        found.append(rows_of(ONE_SEAT, code, list(map(str, persons)), (seats > rules.person.seats) & ~free,
                             rules.person.seats))  # fmt: skip
    if rules.family is not None:
        family, families = pd.factorize(options["family_id"], sort=True)
        names = list(map(str, families))
        size = np.bincount(family[family >= 0], minlength=len(names))
        binding = (size > rules.family.tickets) & ~np.isin(np.array(names, dtype=object), rules.family.waived)
        found.append(rows_of(ONE_FAMILY, family, names, np.asarray(binding, dtype=bool), rules.family.tickets))
    return found


def _allotted(
    table: pd.DataFrame, party: str | None, given: Mapping[str, str]
) -> list[tuple[str, tuple[str, ...]]]:  # fmt: skip
    """Return a rule for each ally to whom the seat table allots seats, without seats that the file names already."""
    if party is None or not table["allotted_to"].notna().any():
        return []
    held = table[table["allotted_to"].notna() & (table["allotted_to"] != party)].drop_duplicates("seat_id")
    held = held[~held["seat_id"].isin(given)]
    return [
        (f"seats allotted to {ally}", tuple(map(str, group["seat_id"]))) for ally, group in held.groupby("allotted_to")
    ]


def _is_one_of(table: pd.DataFrame, ids: Sequence[str]) -> npt.NDArray[np.bool_]:
    if not ids:
        return np.zeros(len(table), dtype=bool)
    wanted = set(ids)
    named = table["aspirant_id"].isin(wanted) | table["person"].isin(wanted)
    # a person is meant whichever of their applications is named
    return np.asarray(table["person"].isin(set(table.loc[named, "person"])), dtype=bool)


def _may_stand(table: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    free = ~_is_one_of(table, rules.eligibility.barred_persons)
    yes = (table["eligible"] == "yes").to_numpy(dtype=bool) & free
    awaited = (table["eligible"] == "awaited").to_numpy(dtype=bool) & free
    if rules.eligibility.awaited == "never":
        return yes
    if rules.eligibility.awaited == "if_nobody_else":
        served = table["seat_id"].isin(set(table.loc[yes, "seat_id"])).to_numpy(dtype=bool)
        return np.asarray(yes | (awaited & ~served), dtype=bool)
    return np.asarray(yes | awaited, dtype=bool)


def _why_empty(group: pd.DataFrame) -> str:
    awaited = int((group["eligible"] == "awaited").sum())
    barred = int((group["eligible"] == "yes").sum())
    parts = [f"{awaited} awaited" if awaited else "", f"{barred} barred by law" if barred else ""]
    detail = ", ".join(part for part in parts if part)
    return f"none of {len(group)} aspirants is eligible" + (f" ({detail})" if detail else "")


def _cannot_be_fixed(table: pd.DataFrame, seat: str, aspirant: str) -> str:
    rows = table[(table["seat_id"] == seat) & _is_one_of(table, (aspirant,))]
    if rows.empty:
        return f"{aspirant!r} is fixed in {seat}, but no aspirant there; correct the rule [[fixed]]"
    row = rows.iloc[0]
    if row["eligible"] == "awaited":
        return f"{aspirant!r} is fixed in {seat}, but documents are awaited; allow it with [eligibility] awaited"
    why = row.get("ineligible_reason") if row["eligible"] == "no" else "in the list barred_persons"
    return f"{aspirant!r} is fixed in {seat}, but may not stand ({why}); take the name out of [[fixed]]"


def _known(table: pd.DataFrame, rules: Rules) -> None:
    """Refuse a rule that names what isn't there: a typing error would make a rule hold for nobody."""
    asked = [("seat", "seat_id", name) for ally in rules.ally for name in ally.seats]
    asked += [("seat", "seat_id", name) for name in (*(rule.seat for rule in rules.fixed),
                                                     *(rule.seat for rule in rules.barred)) if name]  # fmt: skip
    for quota in rules.quota:
        asked += [("district", "district", quota.district)] if quota.district else []
        asked += [("region", "region", quota.region)] if quota.region else []
        asked += [("community", "community", name) for name in quota.communities]
    asked += [("family", "family_id", name) for name in (rules.family.waived if rules.family else ())]
    asked += [("region", "region", name) for scenario in rules.scenario for name in scenario.regions]
    known = {column: set(table[column].dropna().unique()) for column in {column for _, column, _ in asked}}
    for word, column, name in asked:
        there = known[column]
        if name not in there:
            some = ", ".join(sorted(map(str, there))[:8]) or "none"
            raise KhakaError(f"a rule names the {word} {name!r}, which the scores don't have; they have {some}"
                             + (" ..." if len(there) > 8 else ""))  # fmt: skip
    named = (*rules.person.waived, *(rules.presence.waived if rules.presence else ()),
             *(rule.aspirant for rule in rules.fixed), *(rule.aspirant for rule in rules.barred))  # fmt: skip
    people = set(table["aspirant_id"]) | set(table["person"]) if named else set()
    for name in named:
        if name not in people:
            raise KhakaError(
                f"a rule names the aspirant {name!r}, who isn't in the scores; give an aspirant_id or a person_id"
            )
