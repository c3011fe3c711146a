"""The aspirants of a seat: what they declared, where they stand, why, and what isn't known of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from khaka.features.ratings import adjusted
from khaka.scoring.blueprint import say
from khaka.scoring.blueprint.booths import Booths
from khaka.scoring.blueprint.contrasts import Explained
from khaka.scoring.blueprint.names import Aspirant, Fact, Rating, StageName
from khaka.scoring.blueprint.tables import BySeat, Tables, day_of, moment, number, text, whole
from khaka.scoring.blueprint.words import Words

_WORDS_OF: Final = {"sex": "sex", "category": "category", "education": "education", "party_post": "post"}


class Raters:
    """All ratings of the coming election, on one scale, freed of each rater's severity.

    Parameters
    ----------
    tables : Tables
        As they were known.
    """

    def __init__(self, tables: Tables) -> None:
        rows = adjusted(tables.own("ratings"))
        self.any = len(rows) > 0
        rows = rows.sort_values(["seat_id", "aspirant_id", "rater_role", "rater_id", "rated_at"], kind="stable")
        self._rows = BySeat(rows)
        spread = rows.groupby("aspirant_id")["value"].std()
        self._spread = {str(name): float(value) for name, value in spread.items() if value == value}

    def of(self, seat: str) -> tuple[Rating, ...]:
        """Return the ratings of a seat's aspirants."""
        return tuple(
            Rating(
                aspirant_id=str(row["aspirant_id"]),
                role=str(row["rater_role"]),
                rater_id=text(row["rater_id"]) or "",
                rated_at=moment(row["rated_at"]),
                rating=number(row["rating"]),
                scale_min=number(row["scale_min"]),
                scale_max=number(row["scale_max"]),
                score=float(row["score"]),
                severity=float(row["score"]) - float(row["value"]),
                value=float(row["value"]),
                rebel_risk=text(row["rebel_risk"]) or "",
                note=text(row["note"]) or "",
            )
            for row in self._rows.records(seat)
        )

    def disagreement(self, aspirant_id: str) -> float | None:
        """Return the standard deviation over an aspirant's ratings; None with fewer than two."""
        return self._spread.get(aspirant_id)


class Stages:
    """The ordered names of each stage of the party.

    Parameters
    ----------
    tables : Tables
        As they were known.
    """

    def __init__(self, tables: Tables) -> None:
        rows = tables.own("stage_names")
        self._rows = BySeat(rows.sort_values(["seat_id", "recorded_at", "stage", "position"], kind="stable"))

    def of(self, seat: str) -> tuple[StageName, ...]:
        """Return a seat's names by stage, oldest record first."""
        return tuple(
            StageName(
                stage=str(row["stage"]),
                recorded_at=moment(row["recorded_at"]),
                position=whole(row["position"]) or 0,
                aspirant_id=str(row["aspirant_id"]),
                dissent=text(row["dissent"]) or "",
            )
            for row in self._rows.records(seat)
        )


class People:
    """The aspirants of all seats.

    Parameters
    ----------
    tables : Tables
        As they were known.
    scores : DataFrame
        Of `khaka score`.
    explained : Explained
        What each expected margin is made of.
    raters : Raters
        For the disagreement.
    booths : Booths
        For the share of booths reached, which a model need not have among its features.
    """

    def __init__(
        self, tables: Tables, scores: pd.DataFrame, explained: Explained, raters: Raters, booths: Booths
    ) -> None:
        scores = scores.sort_values(["seat_id", "rank", "expected_margin"], ascending=[True, True, False],
                                    na_position="last", kind="stable")  # fmt: skip
        self._scores = BySeat(scores)
        people = tables.own("aspirants").astype({"aspirant_id": "str"})
        self._people: dict[str, dict[str, Any]] = {
            str(row["aspirant_id"]): {str(name): value for name, value in row.items()}
            for row in people.to_dict("records")
        }
        self._explained, self._raters, self._tables, self._booths = explained, raters, tables, booths
        polls = tables.own("seat_elections")
        self._poll_day = {
            str(seat): day_of(value) for seat, value in zip(polls["seat_id"], polls["poll_date"], strict=True)
        }
        self._seat_names = {
            str(seat): Words(text(row["seat_name"]) or str(seat), text(row["seat_name_hi"]) or "")
            for seat, row in tables.seats[["seat_name", "seat_name_hi"]].to_dict("index").items()
        }

    def of(self, seat: str) -> tuple[Aspirant, ...]:
        """Return a seat's aspirants, the ranked first in their order."""
        return tuple(self._one(seat, row) for row in self._scores.records(seat))

    def record(self, aspirant_id: str) -> Mapping[str, Any]:
        """Return the application of an aspirant; empty where it isn't in the table any more."""
        return self._people.get(aspirant_id, {})

    def scores(self, seat: str) -> pd.DataFrame:
        """Return a seat's rows of the scores, the ranked first."""
        return self._scores.of(seat)

    def poll_day(self, seat: str) -> dt.date:
        """Return the day of the coming poll in a seat, the as-of date where it isn't known."""
        return self._poll_day.get(seat) or self._tables.as_of

    def _one(self, seat: str, row: Mapping[str, Any]) -> Aspirant:
        key = str(row["aspirant_id"])
        person = self.record(key)
        values = self._explained.values(seat, key)
        contests = values.get("earlier_contests")
        eligible, support = str(row["eligible"]), str(row["support"])
        return Aspirant(
            aspirant_id=key,
            name=text(person.get("name")) or key,
            name_hi=text(person.get("name_hi")) or "",
            rank=whole(row["rank"]),
            expected_margin=float(row["expected_margin"]),
            low=float(row["margin_low"]),
            high=float(row["margin_high"]),
            low_given_swing=float(row["margin_low_given_swing"]),
            high_given_swing=float(row["margin_high_given_swing"]),
            chance=say.chance(float(row["win_probability"])),
            best_chance=float(row["probability_best"]) if row["probability_best"] == row["probability_best"] else 0.0,
            tie_group=whole(row["tie_group"]),
            eligible=eligible,
            eligible_words=eligible_words(eligible, text(row["ineligible_reason"])),
            support=support,
            support_words=say.words(f"support.{support}"),
            verified_share=number(row["verified_share"]),
            presence_booths=values.get("presence_booths", self._booths.share_reached(seat, key)),
            cases=whole(person.get("criminal_cases")),
            serious_cases=whole(person.get("serious_cases")),
            sex=text(person.get("sex")),
            category=text(person.get("category")),
            community=text(person.get("community")),
            birth_date=day_of(person.get("birth_date")),
            education=text(person.get("education")),
            residence_seat_id=text(person.get("residence_seat_id")),
            party_since=day_of(person.get("party_since")),
            party_post=text(person.get("party_post")),
            family_id=text(person.get("family_id")),
            assets_inr=number(person.get("assets_inr")),
            newcomer=None if contests is None else contests == 0,
            facts=self._facts(seat, person, values),
            reasons=self._explained.reasons(seat, key),
            disagreement=self._raters.disagreement(key),
        )

    def _facts(self, seat: str, person: Mapping[str, Any], values: Mapping[str, float]) -> tuple[Fact, ...]:
        born, joined = day_of(person.get("birth_date")), day_of(person.get("party_since"))
        poll = self.poll_day(seat)
        community, home = text(person.get("community")), text(person.get("residence_seat_id"))
        assets = number(person.get("assets_inr"))
        said: dict[str, Words | None] = {
            "age": None if born is None else say.words("value.years", number=str(age_on(born, poll))),
            "sex": _coded("sex", person),
            "category": _coded("category", person),
            "community": None if community is None else say.plain(community),
            "education": _coded("education", person),
            "residence": None if home is None else self._home(home, seat),
            "party_since": None if joined is None else say.words("value.since", year=str(joined.year)),
            "party_post": _coded("party_post", person),
            "contests": contests_words(values),
            "assets": None if assets is None else say.money(assets),
            "cases": cases_words(whole(person.get("criminal_cases")), whole(person.get("serious_cases"))),
        }
        return tuple(Fact(name, say.words(f"fact.{name}"), value) for name, value in said.items())

    def _home(self, home: str, seat: str) -> Words:
        if home == seat:
            return say.words("value.here")
        named = self._seat_names.get(home)
        return say.words("value.elsewhere") if named is None else say.words("value.seat", seat=named)


def age_on(born: dt.date, day: dt.date) -> int:
    """Return the completed years on a day.

    Examples
    --------
    >>> age_on(dt.date(2000, 2, 21), dt.date(2027, 2, 20)), age_on(dt.date(2000, 2, 20), dt.date(2027, 2, 20))
    (26, 27)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def eligible_words(state: str, reason: str | None) -> Words:
    """Return an eligibility in words, from the codes of its findings.

    Examples
    --------
    >>> eligible_words("no", "under_25: turns 25 on 2027-02-01, after the scrutiny on 2027-01-25").en
    'not eligible: under 25 on the day of scrutiny'
    """
    if state == "yes":
        return say.words("eligible.yes")
    codes = [part.split(":")[0].strip() for part in (reason or "").split("; ")]
    named = [say.words(f"eligible.{code}") for code in codes if code and say.known(f"eligible.{code}")]
    if not named:
        return say.words(f"eligible.{state}_bare")
    return say.words(f"eligible.{state}", reason=say.joined(named))


def contests_words(values: Mapping[str, float]) -> Words | None:
    """Return the earlier contests in words; None where nothing is known."""
    if values.get("sitting_member") == 1:
        return say.words("value.sitting")
    contests = values.get("earlier_contests")
    if contests is None:
        return None
    if contests == 0:
        return say.words("value.newcomer")
    won = values.get("won_before", 0.0) >= 1
    return say.words("value.contests_won" if won else "value.contests", number=str(round(contests)))


def cases_words(cases: int | None, serious: int | None) -> Words | None:
    """Return the pending cases in words; None where they were not declared."""
    if cases is None:
        return None
    if cases == 0:
        return say.words("value.none")
    if serious:
        return say.words("value.cases_serious", number=str(cases), serious=str(serious))
    return say.words("value.cases", number=str(cases))


def _coded(name: str, person: Mapping[str, Any]) -> Words | None:
    found = text(person.get(name))
    if found is None:
        return None
    key = f"{_WORDS_OF[name]}.{found}"
    return say.words(key) if say.known(key) else say.plain(found)
