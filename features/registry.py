"""What a feature is: its unit, its source, its family, and from when it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Family = Literal["seat_history", "booth_history", "demographics", "contest", "person", "fit", "presence", "ratings"]

FAMILIES: Final[dict[str, str]] = {
    "seat_history": "earlier results of the seat",
    "booth_history": "earlier results of the seat's booths",
    "demographics": "published aggregates about the seat's people",
    "contest": "who contests, with whom in alliance",
    "person": "the person's own record",
    "fit": "the declared community against published aggregates",
    "presence": "field activity",
    "ratings": "judgements recorded before the decision",
}
"""The families of features, as reasons and tables name them."""


@dataclass(frozen=True)
class FeatureInfo:
    """One feature of the table.

    Parameters
    ----------
    name : str
        Column name in the feature table.
    unit : str
        Such as "share 0-1", "points", "count", "years", "flag 0/1".
    source : str
        Canonical table or tables that it is made from.
    family : str
        One of `FAMILIES`.
    doc : str
        What it means, in one line.
    known : str
        From when it is known, such as "result_date of the earlier election".
    monotone : int
        1: more never hurts, -1: more never helps, 0: free (constraint of the boosted trees).
    words_en, words_hi : str
        The fact in a sentence, with `{value}`; both or neither. The features that khaka ships with have theirs in the
        template files of the reasons.

    Raises
    ------
    ValueError
        Words in one language only, or without `{value}`.
    """

    name: str
    unit: str
    source: str
    family: Family
    doc: str
    known: str
    monotone: int = 0
    words_en: str = ""
    words_hi: str = ""

    def __post_init__(self) -> None:
        """Check that both languages say the value."""
        said = ("{value}" in self.words_en, "{value}" in self.words_hi)
        if (self.words_en or self.words_hi) and said != (True, True):
            raise ValueError(f"feature {self.name!r}: words_en and words_hi both need {{value}}, or leave out both")


def by_name(*infos: FeatureInfo) -> dict[str, FeatureInfo]:
    """Return the features by name, in the given order; a name given twice is an error.

    Examples
    --------
    >>> info = FeatureInfo("age", "years", "nominees", "person", "age at the poll", "nomination")
    >>> list(by_name(info))
    ['age']
    """
    table = {info.name: info for info in infos}
    if len(table) != len(infos):
        names = [info.name for info in infos]
        raise ValueError(f"features named twice: {sorted({name for name in names if names.count(name) > 1})}")
    return table
