"""The reader's language and digits; catalogues are compiled from their .po files when the page starts."""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from starlette.requests import Request

Language = Literal["en", "hi"]
Digits = Literal["latin", "devanagari"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "hi")
DIGITS: Final[tuple[Digits, ...]] = ("latin", "devanagari")
COOKIE: Final = "khaka_reader"
LOCALE: Final = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Reader:
    """How a page is read: its language and its digits."""

    language: Language = "en"
    digits: Digits = "latin"

    def cookie(self) -> str:
        """Return what the browser keeps."""
        return f"{self.language}.{self.digits}"


def reader_of(request: Request) -> Reader:
    """Return the language and digits that were chosen, else what the browser asks for."""
    language, _, digits = request.cookies.get(COOKIE, "").partition(".")
    if language in LANGUAGES and digits in DIGITS:
        return Reader(language, digits)
    asked = request.headers.get("accept-language", "").lower()
    hindi, english = asked.find("hi"), asked.find("en")
    return Reader("hi" if hindi >= 0 and (english < 0 or hindi < english) else "en")


def catalogue(language: Language) -> gettext.NullTranslations:
    """Compile the .po files of a language in memory into one catalogue; English needs none.

    Raises
    ------
    KhakaError
        The .po file is damaged.
    """
    paths = sorted((LOCALE / language / "LC_MESSAGES").glob("*.po"))
    known: gettext.NullTranslations = gettext.NullTranslations()
    if language == "en" or not paths:
        return known
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    for path in paths:
        compiled = io.BytesIO()
        try:
            with path.open("rb") as handle:
                write_mo(compiled, read_po(handle, locale=language, abort_invalid=True))
        except (PoFileError, ValueError) as error:
            raise KhakaError(f"the translations in {path} are damaged: {error}") from None
        compiled.seek(0)
        found = gettext.GNUTranslations(compiled)
        found.add_fallback(known)
        known = found
    return known
