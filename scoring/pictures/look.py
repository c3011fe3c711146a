"""How a picture is drawn: for page or print, in which language and digits. Numbers as the reader chose them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from khaka.scoring.pictures.words import WORDS
from khaka.scoring.reasons.figures import grouped

Theme = Literal["page", "print"]
Digits = Literal["latin", "devanagari"]

OUT_OF_REACH: Final = 0.05
"""A chance below this is said to be out of reach."""

_DEVANAGARI: Final = str.maketrans("0123456789", "०१२३४५६७८९")


@dataclass(frozen=True)
class Look:
    """How a picture is drawn.

    Parameters
    ----------
    theme : {"page", "print"}
        "page": classes only, the page's style sheet gives the colours, dark mode included. "print": literal colours
        that can be read in black and white, in a style element of the picture's own.
    language : {"en", "hi"}
        Of the words.
    digits : {"latin", "devanagari"}
        Of the numbers.
    """

    theme: Theme = "page"
    language: Literal["en", "hi"] = "en"
    digits: Digits = "latin"

    def say(self, key: str, **values: str) -> str:
        """Return the words of a key with its values filled in.

        Parameters
        ----------
        key : str
            Of `WORDS`.
        **values : str
            Named in the words.

        Returns
        -------
        str
            In this look's language.

        Examples
        --------
        >>> Look().say("ahead", points="3"), Look(language="hi").say("ahead", points="3")
        ('3 points ahead', '3 प्रतिशत अंक आगे')
        """
        return WORDS[key][self.language == "hi"].format(**values)

    def number(self, value: float) -> str:
        """Return a whole number with lakh and crore grouping in the reader's digits, without its sign.

        Parameters
        ----------
        value : float
            Is rounded.

        Returns
        -------
        str
            Such as "1,77,516".

        Examples
        --------
        >>> Look(digits="devanagari").number(177516.2)
        '१,७७,५१६'
        """
        return self.shown(grouped(value))

    def shown(self, text: str) -> str:
        """Return a text with its digits as the reader chose.

        Parameters
        ----------
        text : str
            With digits 0 to 9.

        Returns
        -------
        str
            The same text.
        """
        return text.translate(_DEVANAGARI) if self.digits == "devanagari" else text

    def margin(self, points: float) -> str:
        """Return a margin in whole points and words, never with a sign.

        Parameters
        ----------
        points : float
            Margin points.

        Returns
        -------
        str
            Such as "12 points behind"; "level" where it rounds to nothing.

        Examples
        --------
        >>> Look().margin(-11.6), Look().margin(1.2), Look().margin(0.3)
        ('12 points behind', '1 point ahead', 'level')
        """
        whole = round(points)
        if whole == 0:
            return self.say("level")
        key = ("ahead" if whole > 0 else "behind") + ("_one" if abs(whole) == 1 else "")
        return self.say(key, points=self.number(whole))

    def chance(self, probability: float) -> str:
        """Return a chance in steps of 5%, in words where it is out of reach.

        Parameters
        ----------
        probability : float
            0 to 1.

        Returns
        -------
        str
            Such as "40%".

        Examples
        --------
        >>> Look().chance(0.381), Look().chance(0.049), Look().chance(0.999)
        ('40%', 'out of reach', '95% or more')
        """
        if probability < OUT_OF_REACH:
            return self.say("out_of_reach")
        if probability >= 0.975:
            return self.say("or_more", chance=self.shown("95%"))
        return self.shown(f"{5 * round(20 * probability)}%")


def text_width(text: str, size: float = 12.0) -> float:
    """Return about how wide a text is, to keep labels apart.

    Parameters
    ----------
    text : str
        Of either script; marks that stand above or below a letter take no room.
    size : float
        Font size.

    Returns
    -------
    float
        In the unit of the size.

    Examples
    --------
    >>> text_width("abcd", 10.0)
    22.0
    """
    letters = sum(1.15 if "\u0900" <= char <= "\u097f" else 1.0 for char in text if unicodedata.category(char) != "Mn")
    return 0.55 * size * letters
