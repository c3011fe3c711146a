"""`khaka.toml`: the workspace's settings, checked at start, frozen afterwards."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khaka.data.engine_settings import TEMPLATE as ENGINE_TEMPLATE
from khaka.data.engine_settings import EngineSettings
from khaka.data.errors import KhakaError
from khaka.data.presence_settings import TEMPLATE as PRESENCE_TEMPLATE
from khaka.data.presence_settings import PresenceSettings

FILE: Final = "khaka.toml"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class PartySettings(_Section):
    """Whose tickets are scored."""

    state: Annotated[str, Field(pattern=r"^[SU]\d{2}$")]
    """ECI code of the state, such as S24."""
    party: Annotated[str, Field(min_length=1, max_length=40)]
    """Whose tickets are scored, as the party is written in the results."""


class ModelSettings(_Section):
    """How models are fitted. Every value has a reason in the template that `khaka init` writes."""

    seed: Annotated[int, Field(ge=0)] = 2027
    """Every random number comes from here."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Of LightGBM. Results do not depend on it; on a busy machine one is fastest."""
    draws: Annotated[int, Field(ge=500, le=20_000)] = 1000
    """Draws of swing and noise behind every chance and range."""
    history_years: Annotated[int, Field(ge=5, le=200)] = 30
    """Older elections are not learned from: parties and maps were others."""
    candidate_years: Annotated[int, Field(ge=1, le=200)] = 15
    """What a person adds is learned from these years only."""
    decision_lead_days: Annotated[int, Field(ge=1, le=365)] = 60
    """In past elections facts count up to this many days before the poll."""


class WeightSettings(_Section):
    """The party's own weights for features that have no past outcome, until it has recorded a cycle of its own.

    Points of margin for one unit of the feature, with a wide prior: half of the weight is its standard deviation.
    """

    dated: dt.date = dt.date(2026, 11, 1)
    """Day on which the party settled the weights."""
    points: dict[str, float] = Field(
        default_factory=lambda: {
            "rating_observer_within": 8.0,
            "rating_survey_within": 6.0,
            "survey_share_within": 8.0,
            "rating_dcc_within": 2.0,
            "rating_pcc_within": 2.0,
            "presence_within": 2.0,
            "community_share": 4.0,
        }
    )
    """Points of margin for one unit of the feature named; half of each is its standard deviation."""


class EligibilitySettings(_Section):
    """Who may not stand whatever the intake sheet says."""

    barred_persons: tuple[str, ...] = ()
    """Persons disqualified by law (sections 8 and 10A): person_id or aspirant_id. Never ranked, never in a slate."""


class ReviewSettings(_Section):
    """The committee's page: where the record lies, how long things are kept, what is asked of a decision."""

    database: str = ""
    """Where decisions lie: empty for SQLite in `review/`, or `postgresql+psycopg://user@host/name`."""
    title: Annotated[str, Field(max_length=80)] = ""
    """Name at the head of every page; khaka's own if empty."""
    tls_proxy: bool = False
    """True when a proxy in front speaks TLS: cookies are then sent over TLS only."""
    session_hours: Annotated[int, Field(ge=1, le=72)] = 12
    """A sign-in ends after so many hours."""
    idle_minutes: Annotated[int, Field(ge=5, le=720)] = 60
    """A sign-in also ends after so many minutes without a click."""
    second_person: bool = False
    """True: a choice counts, and can be listed, once a second person has confirmed it."""
    scorecard: bool = False
    """True: after counting day the page sets model, committee and baseline against the results."""
    keep_visits_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """Who opened which page is kept for so many days."""
    keep_sign_ins_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Attempts to sign in are kept for so many days."""
    legal_hold: bool = False
    """True: nothing is thrown away, however old."""
    bodies: dict[Literal["block", "dcc", "state", "screening", "cec"], str] = Field(default_factory=dict)
    """What the party calls its bodies, such as `cec = "Central Election Committee"`; else khaka's own words."""


class PromotionSettings(_Section):
    """Who makes a challenger the champion, and how much the gate looks at."""

    people: Annotated[int, Field(ge=1, le=2)] = 1
    """2 in a shared workspace: one proposes, another approves (`khaka promote --approve`)."""
    elections: Annotated[int, Field(ge=2, le=100)] = 3
    """Newest elections on which a challenger is held against simple rules and ridge."""
    worlds: tuple[str, ...] = ("plain", "dishonest_ratings", "gamed_activity")
    """Kinds of made-up states that are ranked; those of `khaka simulate --world`."""
    states: Annotated[int, Field(ge=1, le=100)] = 1
    """Made-up states of each kind."""
    seats: Annotated[int, Field(ge=3, le=1000)] = 24
    """Seats of each made-up state."""


class Settings(_Section):
    """All settings of a workspace."""

    party: PartySettings
    model: ModelSettings = ModelSettings()
    weights: WeightSettings = WeightSettings()
    eligibility: EligibilitySettings = EligibilitySettings()
    promotion: PromotionSettings = PromotionSettings()
    presence: PresenceSettings = PresenceSettings()
    engine: EngineSettings = EngineSettings()
    review: ReviewSettings = ReviewSettings()


_TEMPLATE: Final = """\
# Settings of a khaka workspace. A key that khaka doesn't know is refused, with its name.

[party]
state = {state}    # ECI state code
party = {party}    # whose tickets are scored, as the party is written in the results

[model]
seed = 2027              # every random number comes from here
threads = 1              # of LightGBM; results do not depend on it, and on a busy machine one is fastest
draws = 1000             # draws of swing and noise behind every chance and range
history_years = 30       # older elections are not learned from: parties and maps were others
candidate_years = 15     # what a person adds is learned from these years only
decision_lead_days = 60  # in past elections: facts count up to this many days before the result

[promotion]
people = 1     # 2 in a shared workspace: one proposes, another approves (khaka promote --approve)
elections = 3  # newest elections on which a challenger is held against simple rules and ridge
worlds = ["plain", "dishonest_ratings", "gamed_activity"]  # kinds of made-up states that are ranked
states = 1     # made-up states of each kind
seats = 24     # seats of each

[weights]
# The party's own weights, not learned: points of margin for one unit of a feature. They count as long as no past
# outcome says more (half of each is its standard deviation), and are shown as the party's weight wherever they count.
dated = 2026-11-01

[weights.points]
rating_observer_within = 8.0  # an observer's top rating against the bottom one, within the seat
rating_survey_within = 6.0    # the same, of a survey
survey_share_within = 8.0     # everyone asked names the aspirant against none, in the table of surveys
rating_dcc_within = 2.0       # the district committee's
rating_pcc_within = 2.0       # the state committee's
presence_within = 2.0         # all booths of the seat reached against none, verified
community_share = 4.0         # the declared community is the whole seat against none of it

[eligibility]
barred_persons = []  # disqualified by law (sections 8, 10A): person_id or aspirant_id; never ranked, in no slate

[review]
database = ""            # decisions: empty for SQLite in review/, or postgresql+psycopg://user@host/name
tls_proxy = false        # true when a proxy in front speaks TLS: cookies are then sent over TLS only
session_hours = 12       # a sign-in ends after this
idle_minutes = 60        # or after so long without a click
second_person = false    # true: a choice counts once a second person has confirmed it
scorecard = false        # true: after counting day the page sets model, committee and baseline against the results
keep_visits_days = 365   # who opened which page is kept this long
keep_sign_ins_days = 90  # attempts to sign in likewise
legal_hold = false       # true: nothing is thrown away, however old
"""


def template(state: str, party: str) -> str:
    """Return the text of a new `khaka.toml`."""
    text = _TEMPLATE.format(state=json.dumps(state), party=json.dumps(party, ensure_ascii=False))
    text += PRESENCE_TEMPLATE + ENGINE_TEMPLATE
    _parse(tomllib.loads(text), Path(FILE))
    return text


def load_settings(root: Path) -> Settings:
    """Read and check `khaka.toml` of a workspace.

    Parameters
    ----------
    root : Path
        The workspace's folder.

    Returns
    -------
    Settings
        Checked and frozen.

    Raises
    ------
    KhakaError
        No workspace, no valid TOML, or a wrong key or value, which is named.
    """
    path = root / FILE
    if not path.is_file():
        raise KhakaError(f"{root} is no khaka workspace (no {FILE}); make one with: khaka init --state S24 --party INC")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KhakaError(f"{path} is no valid TOML: {error}") from None
    return _parse(content, path)


def _parse(content: dict[str, object], path: Path) -> Settings:
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise KhakaError(f"{path}: there is no setting '{key}'{_meant(first['loc'])}") from None
        told = first["msg"]
        found = "" if first["type"] == "missing" else f" (found {first['input']!r})"
        raise KhakaError(f"{path}: setting '{key}': {told[:1].lower()}{told[1:]}{found}") from None


def _meant(place: Sequence[int | str]) -> str:
    """Return the names that a wrong key may have meant: the nearest, else all of its section.

    Examples
    --------
    >>> _meant(("review", "keep_visit_days"))
    "; did you mean 'review.keep_visits_days'?"
    """
    section: type[BaseModel] = Settings
    for part in place[:-1]:
        inner = section.model_fields[str(part)].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return ""
        section = inner
    names = list(section.model_fields)
    nearest = difflib.get_close_matches(str(place[-1]), names, n=1)
    above = ".".join(map(str, place[:-1]))
    if nearest:
        return f"; did you mean '{above}{'.' * bool(above)}{nearest[0]}'?"
    return f"; {f'[{above}]' if above else 'the file'} has {', '.join(names)}"
