"""Faults that a visitor can put right, told in the visitor's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    import gettext


class Told(KhakaError):
    """A sentence with gaps, which the catalogue knows, and what fills them.

    Parameters
    ----------
    sentence : str
        English, with gaps such as `{name}`.
    **values
        What fills the gaps.

    Examples
    --------
    >>> str(Told("there is no seat {seat!r}", seat="S24-2008-999"))
    "there is no seat 'S24-2008-999'"
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence, self.values = sentence, values

    def tell(self, catalogue: gettext.NullTranslations) -> str:
        """Return the sentence in the catalogue's language."""
        return catalogue.gettext(self.sentence).format(**self.values)


class Stale(Told):
    """What was shown is no longer what stands: nothing is written (409)."""


class NotThere(Told):
    """There is no such thing (404)."""


class Forbidden(Told):
    """This person may not (403)."""
