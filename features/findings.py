"""The checks of an event of field work, and what each says in words, English and Hindi.

The words stand in `ledger_words.toml`. They are put together in SQL, for those events alone in which a check saw
something: a state's ledger has millions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from khaka.data.presence_settings import PresenceSettings

Language = Literal["en", "hi"]

REFUSING: Final = (
    "rejected", "unknown_aspirant", "elsewhere", "copy_of", "mock", "ahead", "far", "zero_place", "lone_jump",
)  # fmt: skip
"""Checks whose finding speaks against an event itself."""

DOUBTING: Final = (
    "questioned", "no_time", "clock_day", "late", "bulk", "crowded_day", "burst", "jump", "even_steps", "office_hours",
    "night", "typed", "shared_device", "photo_again", "moved_copy", "same_fix", "one_spot", "swapped", "round_place",
    "from_list", "other_booth", "by_chance", "no_place", "inaccurate",
)  # fmt: skip
"""Checks whose finding leaves an event open."""

CHECKS: Final = (*REFUSING, *DOUBTING)

NOTES: Final = ("post", "witness", "second_record")
"""What is said of an event though it is no objection."""

_PLACE: Final = re.compile(r"\{(\w+)\}")
_TEXTS: Final = {"booth": "booth_no", "near_booth": "near_booth", "seat": "seat_id"}
#: What a placeholder shows: a measure of the ledger, its unit, and decimals.
_NUMBERS: Final = {
    "km_seen": ("km", 1.0, 1), "near_km_seen": ("near_booth_km", 1.0, 1), "near_limit": ("near_limit", 1.0, 1),
    "accuracy": ("accuracy_m", 1.0, 0),
    "days": ("received - started", 86_400_000_000.0, 0), "hours_ahead": ("received - started", -3_600_000_000.0, 1),
    "events_load": ("load_events", 1.0, 0), "people": ("device_people", 1.0, 0),
    "booths_spot": ("spot_booths", 1.0, 0), "way": ("way", 1.0, 0), "minutes": ("pause", 60_000_000.0, 0),
}  # fmt: skip


def finding(check: str, language: Language, **values: str) -> str:
    """Return what a check says, in words.

    Parameters
    ----------
    check : str
        One of `CHECKS` or `NOTES`.
    language : {"en", "hi"}
        English or Hindi.
    **values : str
        What the check saw, by the template's placeholder.

    Returns
    -------
    str
        One clause.

    Examples
    --------
    >>> finding("mock", "en")
    'the phone reports that an app made up the position'
    """
    return str(_words()[check][language]).format(**values)


def check_name(check: str, language: Language) -> str:
    """Return the short name of a check, for tables."""
    return _words()[check]["name_" + language]


def codes_sql() -> str:
    """Return the SQL text of an event's findings, by the names of the checks, with blanks between."""
    names = ", ".join(f"CASE WHEN {_found(check)} THEN '{check}' END" for check in CHECKS)
    return f"CASE WHEN {_any_check()} THEN concat_ws(' ', {names}) ELSE '' END"


def words_sql(language: Language, settings: PresenceSettings) -> str:
    """Return the SQL text of what the checks saw in an event, with semicolons between.

    Parameters
    ----------
    language : {"en", "hi"}
        English or Hindi.
    settings : PresenceSettings
        The thresholds that the words name.

    Returns
    -------
    str
        An expression of DuckDB over the columns of `ledger_sql`.
    """

    def said(checks: Sequence[str]) -> str:
        cells = (f"CASE WHEN {_found(check)} THEN {_clause(check, language, settings)} END" for check in checks)
        return f"concat_ws('; ', {', '.join(cells)})"

    return f"CASE WHEN {_any_check()} THEN {said((*CHECKS, *NOTES))} ELSE {said(NOTES)} END"


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("khaka.features").joinpath("ledger_words.toml").read_text(encoding="utf-8"))


def _any_check() -> str:
    return f"({' OR '.join(CHECKS)})"


def _found(check: str) -> str:
    return "jump AND NOT lone_jump" if check == "jump" else check  # said already, and more sharply


def _clause(check: str, language: Language, settings: PresenceSettings) -> str:
    """Return the SQL of one clause, its placeholders filled."""
    pieces = _PLACE.split(_words()[check][language])
    cells = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0 and piece:
            cells.append(_text(piece))
        elif number % 2:
            cells.append(_seen(piece, settings))
    return " || ".join(cells)


def _seen(name: str, settings: PresenceSettings) -> str:
    """Return the SQL of what a placeholder stands for: a threshold, or what a check saw."""
    if name in PresenceSettings.model_fields:
        return _text(f"{getattr(settings, name):g}")
    if name in _TEXTS:
        return f"coalesce(nullif({_TEXTS[name]}, ''), '?')"
    column, unit, digits = _NUMBERS[name]
    value = f"CAST({column} AS DOUBLE) / {unit!r}"
    return f"CASE WHEN isnan({value}) THEN '?' ELSE coalesce(format('{{:.{digits}f}}', {value}), '?') END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
