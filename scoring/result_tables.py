"""The results that go out: their columns, units and order. The data dictionary is made from this; tests hold it."""

from __future__ import annotations

from typing import Final

_WHERE: Final = {"election_id": "the coming election", "seat_id": "the seat"}

RESULTS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "scores": (
        "Every aspirant of every seat, also as `scores.csv`. One row an aspirant.",
        {
            **_WHERE,
            "aspirant_id": "the aspirant",
            "rank": "1 is best; blank where the aspirant is not eligible",
            "expected_margin": "the party's share minus the best rival's with this nominee, points of valid votes",
            "margin_low": "lower end of the 90% range, points, the swing included",
            "margin_high": "its upper end",
            "margin_low_given_swing": "lower end of the 90% range, points, if the party's swing were known",
            "margin_high_given_swing": "its upper end",
            "win_probability": "chance to win the seat, 0 to 1",
            "probability_best": "chance to be the best of the eligible in this seat, 0 to 1; they add up to 1",
            "tie_group": "equal numbers in a seat: too close to call; blank where not ranked",
            "eligible": "yes, no, or awaited: a fact that decides is not known yet",
            "ineligible_reason": "why not, or what is awaited",
            "support": "in, edge or outside: has anyone like this been a nominee before",
            "verified_share": "share of the aspirant's activity that is verified, 0 to 1; blank without activity",
            "model_version": "which model",
            "data_hash": "SHA-256 over all tables that it was made from",
            "as_of": "what was known by the end of this day, IST",
        },
    ),
    "explanations": (
        "Why an aspirant stands where it stands. One row an aspirant and feature; contributions, `(base)` included, "
        "add up to `expected_margin`.",
        {
            **_WHERE,
            "aspirant_id": "the aspirant",
            "feature": "name of the feature, see Features; `(base)` is what stands before all of them",
            "value": "the feature's value, in its unit; blank where unknown",
            "contribution": "margin points",
            "contrast": "contribution minus the mean over this seat's aspirants, margin points",
            "reason_en": "the sentence, where it is one of the reasons that are told",
            "reason_hi": "the same in Hindi",
        },
    ),
    "panel": (
        "Up to three names a seat for the committee. One row a place; a seat without a recommendation has one row "
        "with position 0.",
        {
            **_WHERE,
            "position": "from 1; 0 where nobody is recommended",
            "aspirant_id": "the aspirant; blank at position 0",
            "role": "why the name is on the panel, as a word",
            "reason_en": "the sentence",
            "reason_hi": "the same in Hindi",
            "tie_group": "as in `scores`",
        },
    ),
    "forecast": (
        "Every declared nominee of every party.",
        {
            **_WHERE,
            "nominee_id": "the nominee",
            "name": "as in the input",
            "party": "as in the input",
            "expected_share": "of the valid votes, 0 to 1",
            "share_low": "lower end of the 90% range, 0 to 1",
            "share_high": "its upper end",
            "win_probability": "chance to win the seat, 0 to 1",
        },
    ),
    "slate": (
        "One aspirant and one substitute a seat under the rules.",
        {
            **_WHERE,
            "aspirant_id": "the name; blank where the seat goes to an ally or nobody is left",
            "substitute_id": "who steps in; blank where nobody is left",
            "expected_margin": "with this name, points",
            "win_probability": "with this name, 0 to 1",
            "rule_price": "points that the rules cost in this seat",
        },
    ),
}
"""Purpose and columns, in their order, of each Parquet file in `results/<election_id>/<as_of>/`."""
