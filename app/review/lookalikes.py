"""Applications that may be the same person: found by several fields, shown to a person, never merged."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import pandas as pd

_CROWD: Final = 60  # a value that so many share (a common birth date 1 January) finds nobody
_VOWELS: Final = frozenset("aeiouyhw")

FIELDS: Final = ("person_id", "birth_date", "residence_seat_id", "family_id", "community", "education", "sex")
_WEIGHT: Final[Mapping[str, int]] = {
    "person_id": 4, "name": 2, "name_hi": 2, "birth_date": 2, "residence_seat_id": 1, "family_id": 1,
}  # fmt: skip
_ENOUGH: Final = 4


@dataclass(frozen=True)
class Pair:
    """Two applications that look alike.

    Parameters
    ----------
    one, other : str
        aspirant_id of both, in order.
    same, different : tuple of str
        Fields that agree and that differ; one that is unknown on a side is in neither.
    """

    one: str
    other: str
    same: tuple[str, ...]
    different: tuple[str, ...]


def name_key(name: str) -> str:
    """Return what spellings of one name in one script share: the sorted consonants of its parts.

    Examples
    --------
    >>> name_key("Mohd. Rafeeq Ansari") == name_key("ANSARI Mohd Rafiq")
    True
    """
    parts = "".join(sign if sign.isalnum() or unicodedata.combining(sign) else " " for sign in name.casefold()).split()
    return " ".join(sorted(_skeleton(part) for part in parts))


def _skeleton(part: str) -> str:
    kept = [part[0], *(sign for sign in part[1:] if sign not in _VOWELS)]
    same = {"q": "k", "c": "k", "v": "b", "z": "j"}
    letters = [same.get(sign, sign) for sign in kept]
    return "".join(sign for place, sign in enumerate(letters) if place == 0 or sign != letters[place - 1])


def look_alikes(aspirants: pd.DataFrame) -> tuple[Pair, ...]:
    """Find pairs of applications that agree in several fields.

    Parameters
    ----------
    aspirants : DataFrame
        Rows of one election of the table `aspirants`.

    Returns
    -------
    tuple of Pair
        A shared person_id, or names of one key with another field beside them: most agreeing first.
    """
    columns = ["aspirant_id", "name", "name_hi", *FIELDS]
    rows: list[dict[str, str]] = [
        {str(name): "" if pd.isna(value) else str(value).strip() for name, value in row.items()}
        for row in aspirants.reindex(columns=columns).astype("object").to_dict("records")
    ]
    for row in rows:
        row["name"], row["name_hi"] = name_key(row["name"]), name_key(row["name_hi"])
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for field in ("person_id", "name", "name_hi", "birth_date"):
            if row[field]:
                groups[field, row[field]].append(place)
    near = {pair for group in groups.values() if 1 < len(group) <= _CROWD for pair in combinations(group, 2)}
    found = [pair for a, b in near if (pair := _pair(rows[a], rows[b])) is not None]
    return tuple(sorted(found, key=lambda pair: (-len(pair.same), pair.one, pair.other)))


def _pair(one: Mapping[str, str], other: Mapping[str, str]) -> Pair | None:
    fields: Sequence[str] = ("name", "name_hi", *FIELDS)
    known = [field for field in fields if one[field] and other[field]]
    same = tuple(field for field in known if one[field] == other[field])
    if sum(_WEIGHT.get(field, 0) for field in same) < _ENOUGH or not {"name", "name_hi", "person_id"} & set(same):
        return None
    first, second = sorted((one["aspirant_id"], other["aspirant_id"]))
    if first == second:
        return None
    return Pair(first, second, same, tuple(field for field in known if field not in same))
