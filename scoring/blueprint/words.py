"""What a reader sees, in both languages: page and dossier never translate by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from khaka.scoring.reasons.catalogue import Language


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    en: str
    hi: str

    def say(self, language: Language) -> str:
        """Return the text in a language, the other one where it is blank."""
        return (self.hi or self.en) if language == "hi" else (self.en or self.hi)


@dataclass(frozen=True)
class Chance:
    """A chance to win as it is shown.

    Parameters
    ----------
    percent : int or None
        In steps of 5, 5 to 95; None below 5%, where no figure is given.
    words : Words
        Such as "55%, about 6 times in 10", or "out of reach".
    """

    percent: int | None
    words: Words

    @property
    def out_of_reach(self) -> bool:
        """Whether the chance is below 5%."""
        return self.percent is None
