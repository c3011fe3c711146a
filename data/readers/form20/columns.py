"""Columns of a sheet matched to the candidates of the seat's official result, by label and by sum.

Each pair of a column and a candidate gets three pieces of evidence: how alike the names are, how near the column's
sum is to the official votes, and whether a printed party is the candidate's. The best one-to-one assignment is taken;
how sure it is, is told for each column, and a pair that nothing supports is no match.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from khaka.data.booth_names import fold, to_latin
from khaka.data.readers.form20.party import ENOUGH_SHARE, NAMED, party_of, printed_parties
from khaka.data.readers.form20.table import VoteColumn

LEAST: Final = 0.5
"""A pair less sure than this is no match."""


@dataclass(frozen=True)
class Nominee:
    """A candidate of the official result.

    Parameters
    ----------
    name, party : str
        As in the nominees' table.
    votes : float
        Official votes with postal ballots; NaN before the count.
    """

    name: str
    party: str
    votes: float


@dataclass(frozen=True)
class ColumnMatch:
    """What a column was taken for.

    Parameters
    ----------
    label, printed_party : str
        As printed.
    votes : int
        Sum over the booths.
    party : str or None
        Party of the votes; None where nothing tells it.
    nominee : str
        Name in the official result; empty where there is none.
    official : float
        Official votes; NaN where there are none.
    confidence : float
        0 to 1: how sure the match is.
    by : str
        What supports it: label, sum, party, in this order, with a plus between.
    swapped_with : str
        Name of the candidate whose label stands over the column, where the sums tell that two columns are swapped.
    """

    label: str
    printed_party: str
    votes: int
    party: str | None
    nominee: str
    official: float
    confidence: float
    by: str
    swapped_with: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the match for a report."""
        return {**vars(self), "official": None if np.isnan(self.official) else self.official}


def match_columns(
    columns: Sequence[VoteColumn], sums: Sequence[int], nominees: Sequence[Nominee], *, year: int
) -> list[ColumnMatch]:
    """Match columns of votes to candidates.

    Parameters
    ----------
    columns : sequence of VoteColumn
        Candidates and NOTA.
    sums : sequence of int
        Votes of each column over the booths.
    nominees : sequence of Nominee
        The official result of the seat; empty where it isn't known.
    year : int
        Year of the election, for party names.

    Returns
    -------
    list of ColumnMatch
        One for each column; NOTA is its own party here.
    """
    places = [place for place, column in enumerate(columns) if not column.nota]
    texts = [tuple(text for text in (*columns[place].texts, columns[place].party) if text) for place in places]
    told = {
        place: _printed(columns[place], found, year)
        for place, found in zip(places, printed_parties(texts, year), strict=True)
    }
    chosen: dict[int, tuple[int, float, str, str]] = {}
    if nominees and places:
        chosen = _assign(places, told, columns, sums, nominees)
    whole = sum(sums[place] for place in places)
    out: list[ColumnMatch] = []
    for place, column in enumerate(columns):
        if column.nota:
            out.append(ColumnMatch("NOTA", "", sums[place], "NOTA", "", float("nan"), 1.0, "label"))
            continue
        name, printed = told[place]
        if place in chosen:
            at, confidence, by, swapped = chosen[place]
            nominee = nominees[at]
            party: str | None = nominee.party or printed
            share = nominee.votes / max(1.0, sum(n.votes for n in nominees if not np.isnan(n.votes)))
            share = sums[place] / max(1, whole) if np.isnan(share) else share
            out.append(
                ColumnMatch(column.label or name, column.party, sums[place], _kept_name(party, share), nominee.name,
                            nominee.votes, confidence, by, swapped)
            )  # fmt: skip
            continue
        party = printed if printed is not None else ("OTH" if nominees else None)
        sure = (0.9 if printed not in (None, "OTH") else 0.5) if not nominees else 0.3
        by = "party" if printed is not None else ""
        kept = _kept_name(party, sums[place] / max(1, whole))
        sure = sure if party is not None else 0.0
        out.append(ColumnMatch(column.label or name, column.party, sums[place], kept, "", float("nan"), sure, by))
    return out


def _kept_name(party: str | None, share: float) -> str | None:
    return party if party is None or party in NAMED or share >= ENOUGH_SHARE else "OTH"


def _printed(column: VoteColumn, found: tuple[str, str | None], year: int) -> tuple[str, str | None]:
    """Return the printed name and the party that the sheet itself tells."""
    name, party = found
    own = party_of(column.party, year) or "OTH" if column.party else None  # a party, though none that is known here
    return name, own if own not in (None, "OTH") else party or own


def _assign(
    places: list[int],
    told: dict[int, tuple[str, str | None]],
    columns: Sequence[VoteColumn],
    sums: Sequence[int],
    nominees: Sequence[Nominee],
) -> dict[int, tuple[int, float, str, str]]:
    from scipy.optimize import linear_sum_assignment

    label = np.array([[likeness(told[place][0] or columns[place].label, n.name) for n in nominees] for place in places])
    near = np.array([[sum_near(sums[place], n.votes) for n in nominees] for place in places])
    same = np.array([[float(_same_party(told[place][1], n.party)) for n in nominees] for place in places])
    other = np.array([[float(_other_party(told[place][1], n.party)) for n in nominees] for place in places])
    total = sum(sums[place] for place in places)
    official = sum(n.votes for n in nominees if not np.isnan(n.votes))
    complete = official > 0 and abs(total - official) <= 0.05 * official
    weight = 0.6 if complete else 0.15
    score = weight * near + 0.5 * label + 0.25 * same - 0.25 * other
    rows, best = linear_sum_assignment(-score)
    out: dict[int, tuple[int, float, str, str]] = {}
    for row, at in zip(rows.tolist(), best.tolist(), strict=True):
        rivals = np.delete(near[row], at)
        alone = 1.0 - (float(rivals.max()) if len(rivals) else 0.0)
        from_label = 0.97 * float(np.clip((label[row, at] - 0.45) / 0.4, 0.0, 1.0))
        from_sum = (0.97 if complete else 0.6) * float(near[row, at]) * max(0.4, alone)
        from_party = (0.75 if nominees[at].party not in ("IND", "") else 0.3) * float(same[row, at])
        sure = 1.0 - (1.0 - from_label) * (1.0 - from_sum) * (1.0 - from_party)
        if complete and near[row, at] < 0.1:
            sure *= (
                0.5 if label[row, at] < 0.85 else 0.7
            )  # the whole sheet is there, and this column's sum is not the candidate's
        by = "+".join(
            name for name, value in (("label", from_label), ("sum", from_sum), ("party", from_party)) if value >= 0.3
        )
        swapped = ""
        stands = int(label[row].argmax())
        if (
            complete
            and stands != at
            and label[row, stands] >= 0.85
            and label[row, at] < 0.6
            and near[row, at] > 0.5
            and near[row, stands] < 0.1
        ):
            swapped = nominees[stands].name
        if sure >= LEAST:
            out[places[row]] = (at, round(sure, 3), by, swapped)
    return out


def _same_party(printed: str | None, party: str) -> bool:
    return printed is not None and printed != "OTH" and printed == party


def _other_party(printed: str | None, party: str) -> bool:
    return printed in NAMED and party in NAMED and printed != party


def sum_near(own: int, official: float) -> float:
    """Return 1 where the booths lack only what postal ballots may bring, falling to 0 with the difference.

    The scale is 2% of the official votes and at least 10 votes.
    """
    if np.isnan(official):
        return 0.0
    return float(np.exp(-(((own - official) / max(10.0, 0.02 * official)) ** 2)))


@functools.lru_cache(maxsize=100_000)
def likeness(one: str, other: str) -> float:
    """Return how alike two names are, across scripts, 0 to 1.

    The folded letters are compared whole, and word by word for names of which one has further words.

    Examples
    --------
    >>> round(likeness("MAHAVEER SINGH", "MAHAVEER SINGH RANA"), 2), likeness("सुधीर कुमार", "SUDHIR KUMAR") > 0.8
    (0.9, True)
    >>> likeness("RAM BARAN", "BABLU RAWAT") < 0.6
    True
    """
    if not one or not other:
        return 0.0
    words = [[word for word in fold(to_latin(text.split())) if word] for text in (one, other)]
    if not words[0] or not words[1]:
        return 0.0
    joined = ["".join(part) for part in words]
    whole = difflib.SequenceMatcher(None, joined[0], joined[1]).ratio()
    few, many = sorted(words, key=len)
    found = [max(difflib.SequenceMatcher(None, word, rival).ratio() for rival in many) for word in few]
    letters = [len(word) for word in few]
    inside = sum(value * size for value, size in zip(found, letters, strict=True)) / sum(letters)
    lacking = len("".join(few)) / max(1, len("".join(many)))
    return max(whole, 0.9 * inside * (0.75 + 0.25 * min(1.0, 2 * lacking)))
