"""What a blueprint holds of the names: aspirants with their facts and reasons, ratings, stages, panel, contrasts.

Unknown is None or NaN, never zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from khaka.scoring.blueprint.words import Chance, Words
from khaka.scoring.reasons.catalogue import Language


@dataclass(frozen=True)
class Fact:
    """One declared fact of an aspirant: its id, its name and its value in words (None: not known)."""

    id: str
    label: Words
    value: Words | None


@dataclass(frozen=True)
class Reason:
    """One reason or the warning.

    Parameters
    ----------
    id : str
        Name of the feature that it is told by; "(base)" for the warning.
    kind : str
        "for", "against" or "warning".
    points : float
        Margin points against the mean of the seat's aspirants; 0 for the warning.
    words : Words
        The sentence, from the reviewed templates.
    """

    id: str
    kind: Literal["for", "against", "warning"]
    points: float
    words: Words


@dataclass(frozen=True)
class Rating:
    """One rating by one person.

    Parameters
    ----------
    aspirant_id, role, rater_id, rated_at
        Who was rated, by whom (role: observer, dcc, pcc, survey), when.
    rating, scale_min, scale_max : float or None
        As given.
    score : float
        0 to 1 on the scale.
    severity : float
        How much this rater marks above (+) or below (-) the others of the role, 0-1 scale, shrunk.
    value : float
        score minus severity.
    rebel_risk : str
        low, medium, high or "".
    note : str
        The rater's own words.
    """

    aspirant_id: str
    role: str
    rater_id: str
    rated_at: dt.datetime | None
    rating: float | None
    scale_min: float | None
    scale_max: float | None
    score: float
    severity: float
    value: float
    rebel_risk: str
    note: str


@dataclass(frozen=True)
class StageName:
    """A name that a stage of the party put down, with its place and any dissent."""

    stage: str
    recorded_at: dt.datetime | None
    position: int
    aspirant_id: str
    dissent: str


@dataclass(frozen=True)
class Aspirant:
    """One aspirant of the seat.

    Parameters
    ----------
    aspirant_id, name, name_hi : str
        As in the application.
    rank : int or None
        By the model; None for who is not ranked.
    expected_margin, low, high : float
        Points, with the 90% range (swing included).
    low_given_swing, high_given_swing : float
        The 90% range with the swing known.
    chance : Chance
        To win.
    best_chance : float
        Chance (0 to 1) to be the best of the eligible here.
    tie_group : int or None
        Equal: too close to call.
    eligible : str
        yes, no or awaited.
    eligible_words : Words
        The state and its reason.
    support : str
        in, edge or outside.
    support_words : Words
        The same in words.
    verified_share : float or None
        Share of the activity that is verified, 0 to 1.
    presence_booths : float or None
        Share of the seat's booths reached, verified, 0 to 1.
    cases, serious_cases : int or None
        Pending cases as declared.
    sex, category, community, birth_date, education, residence_seat_id, party_since, party_post, family_id
        As declared; None where unknown.
    assets_inr : float or None
        Declared, rupees.
    newcomer : bool or None
        No earlier contest is known.
    facts : tuple of Fact
        The declared facts in words.
    reasons : tuple of Reason
        At most three for, three against, one warning.
    disagreement : float or None
        Standard deviation over the ratings of this aspirant, 0-1 scale, severity taken out.
    """

    aspirant_id: str
    name: str
    name_hi: str
    rank: int | None
    expected_margin: float
    low: float
    high: float
    low_given_swing: float
    high_given_swing: float
    chance: Chance
    best_chance: float
    tie_group: int | None
    eligible: str
    eligible_words: Words
    support: str
    support_words: Words
    verified_share: float | None
    presence_booths: float | None
    cases: int | None
    serious_cases: int | None
    sex: str | None
    category: str | None
    community: str | None
    birth_date: dt.date | None
    education: str | None
    residence_seat_id: str | None
    party_since: dt.date | None
    party_post: str | None
    family_id: str | None
    assets_inr: float | None
    newcomer: bool | None
    facts: tuple[Fact, ...]
    reasons: tuple[Reason, ...]
    disagreement: float | None

    def by_kind(self, kind: str) -> tuple[Reason, ...]:
        """Return the reasons of one kind: for, against or warning."""
        return tuple(reason for reason in self.reasons if reason.kind == kind)

    def called(self, language: Language) -> str:
        """Return the name in the reader's script where the record has it, else as it is."""
        return (self.name_hi or self.name) if language == "hi" else (self.name or self.name_hi)


@dataclass(frozen=True)
class PanelPlace:
    """A place on the panel; an abstention has position 0 and no aspirant."""

    position: int
    aspirant_id: str | None
    role: str
    words: Words
    tie_group: int | None


@dataclass(frozen=True)
class Part:
    """One part of a contrast: the topic's id and name, and margin points."""

    id: str
    words: Words
    points: float


@dataclass(frozen=True)
class Contrast:
    """Why `a` is ahead of (or behind) `b`: the parts and the rest add up to the difference of expected margins.

    Parameters
    ----------
    a, b : str
        aspirant_id of both.
    points : float
        Expected margin of a minus that of b.
    parts : tuple of Part
        The largest ones first.
    rest : float
        All the others together.
    """

    a: str
    b: str
    points: float
    parts: tuple[Part, ...]
    rest: float
