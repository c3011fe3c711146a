"""The contracts of the input tables: columns, kinds, units, ranges, keys.

One `Table` per canonical table. Everything else is derived from here: the row checks (`quarantine`), the Parquet
types (`store`), the data dictionary in the docs. A table may carry further columns; they are kept as text or number
as they came, and never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "integer", "number", "share", "date", "time", "flag", "geometry"]

#: pandas dtype of each kind, as every reader gives and the store returns it. Blank is `<NA>`/`NaN`/`NaT`, never zero.
DTYPES: Final[dict[Kind, str]] = {
    "text": "str",
    "integer": "Int64",
    "number": "float64",
    "share": "float64",
    "date": "datetime64[us]",
    "time": "datetime64[us, UTC]",
    "flag": "boolean",
    "geometry": "object",  # WKB bytes, WGS84
}

KINDS: Final[dict[Kind, str]] = {
    "text": "as it is",
    "integer": "12345, without separators",
    "number": "12.5, without separators",
    "share": "0 to 1: 0.125, not 12.5",
    "date": "2027-01-31",
    "time": "2027-01-31T18:05:00+05:30: day, time and offset from UTC; without an offset the row is refused, since "
    "nobody could say whether it was before the as-of day's end",
    "flag": "true or false",
    "geometry": "a polygon; the map file's own",
}
"""How a value of each kind is written in a CSV file."""

EDUCATION: Final = (
    "illiterate", "literate", "5th", "8th", "10th", "12th",
    "graduate", "graduate_professional", "postgraduate", "doctorate",
)  # fmt: skip
"""Levels of education in rising order (the levels of MyNeta as TCPD prints them)."""

SEAT_ID: Final = r"^[SU]\d{2}-\d{4}-[1-9]\d*$"
ELECTION_ID: Final = r"^[SU]\d{2}-\d{4}-(AE2?|LS|BYE\d+)$"


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name : str
        As in the file.
    kind : Kind
        Decides dtype and parsing; see `DTYPES`.
    doc : str
        What it means, with its unit.
    required : bool
        A row without it goes to quarantine, a file without it is refused.
    low, high : float or None
        Allowed range, both ends included.
    allowed : tuple of str
        The only values, if any are named.
    pattern : str or None
        Regular expression that a text must match.
    """

    name: str
    kind: Kind = "text"
    doc: str = ""
    required: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True)
class Table:
    """A canonical table: its columns and the key that makes a row unique."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column called `name`; `KeyError` if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all canonical columns, in order."""
        return tuple(column.name for column in self.columns)


def _text(name: str, doc: str, *, allowed: tuple[str, ...] = (), pattern: str | None = None) -> Column:
    return Column(name, "text", doc, allowed=allowed, pattern=pattern)


def _key(name: str, doc: str, *, pattern: str | None = None, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", doc, required=True, pattern=pattern, allowed=allowed)


def _count(name: str, doc: str) -> Column:
    return Column(name, "integer", doc, low=0)


_ELECTION = _key("election_id", "one poll, <state>-<year>-AE|AE2|LS|BYE<n>", pattern=ELECTION_ID)
_SEAT = _key("seat_id", "assembly constituency, <state>-<delimitation>-<number>", pattern=SEAT_ID)
_BOOTH = _key("booth_no", "number of the booth inside one election of one seat; text")
_ASPIRANT = _key("aspirant_id", "never repeats across elections")
_SEX = _text("sex", "M, F or O, as declared", allowed=("M", "F", "O"))
_CATEGORY = _text("category", "as declared", allowed=("GEN", "OBC", "SC", "ST"))
_EDUCATION = _text("education", "highest level", allowed=EDUCATION)
_PERSON = _text("person_id", "TCPD's pid or the party's own number; blank where unknown, never a name")
_COMMUNITY = _text("community", "only as the person declared it")
_RESIDENCE = _text("residence_seat_id", "seat where the person lives", pattern=SEAT_ID)
_ROLL = _text("roll_version", "which electoral roll the elector counts come from")

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        Table("seats", "Assembly constituencies", ("seat_id",), (
            _SEAT,
            _text("state", "ECI state code", pattern=r"^[SU]\d{2}$"),
            Column("seat_no", "integer", "AC number", low=1),
            _text("seat_name", "in Latin script"),
            _text("seat_name_hi", "in Devanagari"),
            _text("district", "name of the district, as the state's results write it"),
            _text("region", "part of the state, as the party or the commission groups districts"),
            _text("delimitation", "year of the delimitation order", pattern=r"^\d{4}$"),
        )),
        Table("elections", "Polls", ("election_id",), (
            _ELECTION,
            _text("state", "ECI state code", pattern=r"^[SU]\d{2}$"),
            _text("kind", "assembly, Lok Sabha by assembly segment, by-election", allowed=("AE", "LS", "BYE")),
            Column("poll_date", "date", "last day of polling"),
            Column("result_date", "date", "day of counting: results are known from then on"),
        )),
        Table("seat_elections", "One seat in one election", ("election_id", "seat_id"), (
            _ELECTION, _SEAT,
            _text("reservation", "GEN, SC or ST, in this election", allowed=("GEN", "SC", "ST")),
            _count("electors", "electors on the roll"),
            _count("votes_polled", "votes polled, NOTA and rejected included"),
            _count("valid_votes", "valid votes, NOTA left out"),
            _count("nota", "votes for none of the above"),
            _count("postal_votes", "postal ballots: known for the seat only, never spread over booths"),
            _ROLL,
            _text("phase", "phase of polling"),
            Column("poll_date", "date", "day of polling in this seat"),
            Column("scrutiny_date", "date", "day on which nominations are scrutinised: age counts on it"),
            Column("withdrawal_date", "date", "last day to withdraw"),
            _text("allotted_to", "the party that holds the seat inside an alliance"),
        )),
        Table("nominees", "Those whom parties put up, and independents", ("election_id", "seat_id", "nominee_id"), (
            _ELECTION, _SEAT,
            _key("nominee_id", "made from election, seat, party and name, never from the row's place; a file named "
                 "nominees may do without it"),
            _PERSON,
            Column("name", "text", "as in the nomination paper", required=True),
            Column("party", "text", "the nominee's own party", required=True),
            _text("symbol_party", "the party on whose symbol the nominee stood, if another"),
            _text("alliance", "pre-poll alliance of the party in this election"), _SEX,
            Column("age", "number", "years", low=18, high=110),
            _CATEGORY, _COMMUNITY, _EDUCATION, _RESIDENCE,
            _count("criminal_cases", "pending cases declared"),
            _count("serious_cases", "pending cases declared, of serious offences"),
            Column("assets_inr", "number", "declared assets, rupees"),
            _count("votes", "votes received, postal ballots included; blank before the count"),
        )),
        Table("booths", "Polling stations of one election", ("election_id", "seat_id", "booth_no"), (
            _ELECTION, _SEAT, _BOOTH,
            _text("station_name", "as on the roll, in the script of the source"),
            _text("polling_centre", "the building; several booths may share one"),
            _text("village", "village or town"), _text("nyaya_panchayat", "group of village councils"),
            _text("block", "development block"),
            Column("lat", "number", "degrees north, WGS84", low=-90, high=90),
            Column("lon", "number", "degrees east, WGS84", low=-180, high=180),
            _count("electors", "electors on the roll of roll_version"), _count("electors_female", "women among them"),
            _count("votes_polled", "votes polled at the booth, NOTA and rejected included"),
            _count("votes_polled_female", "polled by women"), _count("rejected", "votes rejected"),
            _count("nota", "votes for none of the above"), _ROLL,
        )),
        Table("booth_votes", "Votes of one party in one booth", ("election_id", "seat_id", "booth_no", "party"), (
            _ELECTION, _SEAT, _BOOTH, _key("party", "independents together as IND, the rest as OTH"),
            _count("votes", "votes counted at the booth"),
        )),
        Table("demographics", "Aggregates about a place's people", ("level", "unit_id", "measure", "year", "source"), (
            _key("level", "what unit_id names", allowed=("booth", "village", "ward", "seat", "district")),
            _key("unit_id", "a district: <state>:<NAME>"),
            _key("measure", "sc_share, literacy_rate, community:<name> or any other"),
            Column("year", "integer", "year of the figure", required=True, low=1850, high=2100),
            _key("source", "who published the figure"),
            Column("value", "number", "share 0 to 1, or as the measure says"),
            Column("standard_error", "number", "in the value's unit", low=0),
            _text("kind", "counted or estimated", allowed=("official", "estimate")),
            Column("population", "number", "people behind the value", low=0),
        )),
        Table("aspirants", "Those who ask the party for its ticket", ("election_id", "seat_id", "aspirant_id"), (
            _ELECTION, _SEAT, _ASPIRANT, _PERSON,
            _text("name", "in Latin script"), _text("name_hi", "in Devanagari"), _SEX,
            Column("birth_date", "date", "for the age at scrutiny"),
            _CATEGORY,
            _text("certificate_state", "state that certified the category"),
            _text("elector_state", "state where the person is an elector"),
            _COMMUNITY, _text("family_id", "the same for members of one family, as declared"),
            Column("party_since", "date", "member of the party since"),
            _text("party_post", "highest post held in the party", allowed=("block", "district", "state", "national")),
            _EDUCATION, _RESIDENCE,
            _count("criminal_cases", "pending cases declared"),
            _count("serious_cases", "pending cases declared, of serious offences"),
            Column("assets_inr", "number", "declared assets, rupees"),
            Column("applied_at", "time", "when the application arrived"),
            Column("fee_paid", "flag", "the party's application fee is paid"),
            _text("status", "applied, eligible, withdrawn and so on, in the party's words"),
            _text("second_seat_id", "second seat that the person asks for", pattern=SEAT_ID),
            Column("nominated", "flag", "past cycles: the one chosen; never a feature"),
            Column("decided_at", "time", "when the party chose in this seat"),
        )),
        Table(
            "ratings", "Judgements of aspirants, recorded before the decision",
            ("election_id", "seat_id", "aspirant_id", "rater_role", "rater_id", "rated_at"), (
                _ELECTION, _SEAT, _ASPIRANT,
                _key("rater_role", "observer, district or state committee, survey",
                     allowed=("observer", "dcc", "pcc", "survey")),
                _key("rater_id", "the same for all ratings of one rater; shown to nobody rated"),
                Column("rated_at", "time", "when it was given; after decided_at it is refused", required=True),
                Column("rating", "number", "on the rater's scale"),
                Column("scale_min", "number", "worst rating of the scale"),
                Column("scale_max", "number", "best rating of the scale"),
                _text("rebel_risk", "may stand against the party if passed over", allowed=("low", "medium", "high")),
                _text("note", "the rater's own words; never a feature"),
            )),
        Table(
            "surveys", "Shares measured by a survey",
            ("election_id", "seat_id", "survey_id", "subject", "subject_id"), (
                _ELECTION, _SEAT, _key("survey_id", "one wave of one agency"),
                _key("subject", "whom the share is of", allowed=("party", "aspirant")),
                _key("subject_id", "name of the party, or aspirant_id"),
                Column("share", "share", "0 to 1", low=0, high=1), _count("sample_size", "people asked in this seat"),
                Column("standard_error", "number", "of the share, 0 to 1", low=0),
                _text("agency", "who asked"), Column("fielded_at", "time", "end of the fieldwork: known from then on"),
            )),
        Table(
            "stage_names", "Names put forward at each stage of the selection",
            ("election_id", "seat_id", "stage", "recorded_at", "position"), (
                _ELECTION, _SEAT,
                _key("stage", "which committee", allowed=("block", "dcc", "state", "screening", "cec")),
                Column("recorded_at", "time", "when it was recorded", required=True),
                Column("position", "integer", "place in the committee's order, 1 the first", required=True, low=1),
                _ASPIRANT, _text("dissent", "who disagreed, and why"),
            )),
        Table("activity", "What an aspirant did in the field", ("event_id",), (
            _key("event_id", "made by the form; the same record twice is one event"), _ASPIRANT,
            _text("seat_id", "seat of the booth", pattern=SEAT_ID), _text("booth_no", "booth that was worked"),
            _text("kind", "a social post is activity, never presence",
                  allowed=("booth_visit", "meeting", "door_to_door", "membership", "training", "social_post")),
            Column("started_at", "time", "when the work began, by the device's clock"),
            Column("received_at", "time", "when the record arrived: known from then on", required=True),
            Column("lat", "number", "degrees north, WGS84"), Column("lon", "number", "degrees east, WGS84"),
            Column("accuracy_m", "number", "radius of the position, metres", low=0),
            Column("mock_location", "flag", "the device said that its position was made up"),
            _text("device_id", "of the phone"), _count("attendance", "people met"),
            _text("photo_hash", "SHA-256 or perceptual hash of the photo"),
            _text("witness_id", "who else was there"),
            _text("review", "what a reviewer of the form's server decided; blank: not reviewed",
                  allowed=("approved", "has_issues", "rejected")),
        )),
        Table("assignments", "Booths given to an aspirant to work", ("assignment_id",), (
            _key("assignment_id", "of one task"),
            _text("election_id", "the coming election", pattern=ELECTION_ID), _ASPIRANT,
            _text("seat_id", "seat of the booth", pattern=SEAT_ID), _text("booth_no", "booth to be worked"),
            _text("task", "what is to be done there"),
            Column("issued_at", "time", "when it was given"), Column("due_at", "time", "until when it counts"),
        )),
        Table(
            "booth_team", "The party's own team at a booth",
            ("election_id", "seat_id", "booth_no", "role", "recorded_at"), (
                _ELECTION, _SEAT, _BOOTH,
                _key("role", "bla: booth-level agent", allowed=("booth_president", "bla", "social_media", "other")),
                Column("recorded_at", "time", "when it was recorded", required=True),
                _text("worker_id", "the party's number of the worker"),
                Column("filled", "flag", "somebody holds the role"),
                Column("verified", "flag", "somebody else has met that person there"),
            )),
        Table("boundaries", "Polygons of seats or districts", ("level", "unit_id"), (
            _key("level", "what the polygon is", allowed=("seat", "district")),
            _key("unit_id", "seat_id, or <state>:<DISTRICT>; a map file may call it seat_id or district"),
            _text("name", "as published"), _text("source", "who published it"),
            Column("geometry", "geometry", "polygon or multipolygon, WKB, WGS84", required=True),
        )),
    )
}  # fmt: skip
"""All canonical tables by name."""
