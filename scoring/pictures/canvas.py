"""A small SVG writer: everything escaped, numbers rounded, one title and description, no style attributes.

Colours come from classes. On the page the style sheet gives them; in print the picture carries `PRINT_STYLE`.
"""

from __future__ import annotations

import hashlib
from html import escape
from typing import Final

from khaka.scoring.pictures.look import Look

PRINT_STYLE: Final = (
    "text{font-family:'Noto Sans Devanagari',sans-serif;font-size:11px;fill:#111;"
    "paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}"
    ".mu{fill:#555}.st{font-weight:600}.e{text-anchor:end}.m{text-anchor:middle}"
    ".ax,.gr,.ze,.rg,.wh,.gh{fill:none;stroke:#111;stroke-width:1}.gr{stroke:#ccc;stroke-width:.6}.ze{stroke-width:1.6}"
    ".rg{stroke:#8d93a8;stroke-width:6}.wh{stroke:#8d93a8;stroke-width:2}.gh{stroke:#555;stroke-dasharray:3 2}"
    ".pt{fill:#111}.hp{fill:#fff;stroke:#111;stroke-width:1.6}.tb{fill:#f0f0f0}"
    ".po{fill:#444}.ne{fill:#fff;stroke:#444;stroke-width:1.2}.su{fill:#111}"
    ".q0{fill:#f2f2f5}.q1{fill:#cfd1dc}.q2{fill:#a2a6ba}.q3{fill:#6d7290}.q4{fill:#353a5c}"
    ".qx{fill:#fff;stroke:#888;stroke-width:.8;stroke-dasharray:2 1.5}.bo{fill:none;stroke:#888;stroke-width:1}"
    ".sh path,.sh rect{stroke:#fff;stroke-width:.8}.do *{stroke:#444;stroke-width:.5}"
    ".se{fill:none;stroke:#000;stroke-width:2.5}"
)
"""The classes in print: greys that keep their order in black and white."""


def rounded(value: float, digits: int = 1) -> str:
    """Return a coordinate as SVG text, as short as its digits allow.

    Parameters
    ----------
    value : float
        In the picture's units.
    digits : int
        Decimals kept.

    Returns
    -------
    str
        Without a zero that isn't needed.

    Examples
    --------
    >>> rounded(12.04), rounded(-0.5), rounded(3.14159, 2), rounded(-0.04)
    ('12', '-.5', '3.14', '0')
    """
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
    return "0" if text in ("-0", "") else text


class Canvas:
    """An SVG picture that is being drawn.

    Parameters
    ----------
    width, height : float
        Of the view box; the height may be set later.
    title : str
        What the picture is, in words.
    desc : str
        What it shows, for those who can't see it.
    look : Look
        Theme and language.
    linked : bool
        Whether it holds links: then it is a group of them and not one image.
    """

    def __init__(self, width: float, height: float, *, title: str, desc: str, look: Look, linked: bool = False) -> None:
        self.width = width
        self.height = height
        self.title = title
        self.desc = desc
        self.look = look
        self.linked = linked
        self._parts: list[str] = []

    def add(self, tag: str, content: str | None = None, /, **attributes: float | str | None) -> None:
        """Add an element.

        Parameters
        ----------
        tag : str
            Such as "rect".
        content : str, optional
            Text inside; it is escaped.
        **attributes : float or str or None
            Numbers are rounded, None is left out, a trailing underscore of a name is dropped and others are dashes.
        """
        self._parts.append(element(tag, content, **attributes))

    def raw(self, markup: str) -> None:
        """Add markup as it is.

        Parameters
        ----------
        markup : str
            Made by `element`.
        """
        self._parts.append(markup)

    def text(self, x: float, y: float, content: str, class_: str | None = None) -> None:
        """Add a text.

        Parameters
        ----------
        x, y : float
            Of its base line's start (or middle or end, by the class).
        content : str
            Is escaped.
        class_ : str, optional
            Such as "mu e".
        """
        self.add("text", content, x=x, y=y, class_=class_)

    def open(self, tag: str, **attributes: float | str | None) -> None:
        """Open an element that holds others; see `close`.

        Parameters
        ----------
        tag : str
            Such as "g".
        **attributes : float or str or None
            As of `add`.
        """
        self._parts.append(f"<{tag}{_attributes(attributes)}>")

    def close(self, tag: str) -> None:
        """Close an element.

        Parameters
        ----------
        tag : str
            As it was opened.
        """
        self._parts.append(f"</{tag}>")

    def svg(self) -> str:
        """Return the picture.

        Returns
        -------
        str
            One `svg` element that can stand in a page or in a file of its own.
        """
        body = "".join(self._parts)
        # two pictures of one page must not share an id; the content's hash keeps it the same from run to run
        key = hashlib.sha256(f"{self.title}{self.desc}{body}".encode()).hexdigest()[:8]
        style = f"<style>{PRINT_STYLE}</style>" if self.look.theme == "print" else ""
        box = f"0 0 {rounded(self.width)} {rounded(self.height)}"
        size = f' width="{rounded(self.width)}" height="{rounded(self.height)}"' if self.look.theme == "print" else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"{size} class="pic" lang="{self.look.language}" '
            f'role="{"group" if self.linked else "img"}" aria-labelledby="t{key}" aria-describedby="d{key}">'
            f'<title id="t{key}">{escape(self.title)}</title><desc id="d{key}">{escape(self.desc)}</desc>'
            f"{style}{body}</svg>"
        )


def element(tag: str, content: str | None = None, /, **attributes: float | str | None) -> str:
    """Return an element as text.

    Parameters
    ----------
    tag : str
        Such as "rect".
    content : str, optional
        Text inside; it is escaped.
    **attributes : float or str or None
        Numbers are rounded, None is left out, a trailing underscore of a name is dropped and others are dashes.

    Returns
    -------
    str
        Markup.

    Examples
    --------
    >>> element("text", "a < b", x=1.04, class_="m")
    '<text x="1" class="m">a &lt; b</text>'
    """
    return nest(tag, escape(content) if content is not None else "", **attributes)


def nest(tag: str, inside: str, /, **attributes: float | str | None) -> str:
    """Return an element around others.

    Parameters
    ----------
    tag : str
        Such as "a".
    inside : str
        Markup made by `element` or this function.
    **attributes : float or str or None
        As of `element`.

    Returns
    -------
    str
        Markup.
    """
    return f"<{tag}{_attributes(attributes)}>{inside}</{tag}>" if inside else f"<{tag}{_attributes(attributes)}/>"


def _attributes(attributes: dict[str, float | str | None]) -> str:
    """Return attributes as text, escaped."""
    out = []
    for name, value in attributes.items():
        if value is None:
            continue
        shown = escape(value) if isinstance(value, str) else rounded(value)
        out.append(f' {name.rstrip("_").replace("_", "-")}="{shown}"')
    return "".join(out)
