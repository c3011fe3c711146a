"""A legend in words below a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from khaka.scoring.pictures.canvas import Canvas, element, rounded
from khaka.scoring.pictures.look import text_width

LINE = 18.0
"""Height of one line of a legend."""


@dataclass(frozen=True)
class Entry:
    """One entry of a legend.

    Parameters
    ----------
    class_ : str
        Class of the swatch.
    label : str
        In words.
    shape : str
        "square", or the shape of a booth's mark.
    """

    class_: str
    label: str
    shape: str = "square"


def mark(shape: str, x: float, y: float, radius: float, class_: str) -> str:
    """Return a mark whose shape, not its colour alone, tells what it is.

    Parameters
    ----------
    shape : str
        "square", "circle", "ring" (with a point inside) or "cross".
    x, y : float
        Middle.
    radius : float
        Half of its width.
    class_ : str
        Its class.

    Returns
    -------
    str
        Markup.
    """
    if shape == "square":
        return element("rect", x=x - radius, y=y - radius, width=2 * radius, height=2 * radius, class_=class_)
    if shape == "cross":
        whole = rounded(1.5 * radius)
        start = f"{rounded(x - 0.75 * radius)} {rounded(y - 0.75 * radius)}"
        return element("path", d=f"M{start}l{whole} {whole}m0-{whole}l-{whole} {whole}", class_=class_)
    shown = element("circle", cx=x, cy=y, r=radius, class_=class_)
    return shown + (element("circle", cx=x, cy=y, r=radius / 2.5, class_="pt") if shape == "ring" else "")


def legend(canvas: Canvas, entries: Sequence[Entry], *, top: float, pad: float = 8.0) -> float:
    """Draw a legend, in as many lines as it needs.

    Parameters
    ----------
    canvas : Canvas
        To draw on.
    entries : sequence of Entry
        In order.
    top : float
        Where it starts.
    pad : float
        Free border at the left and right.

    Returns
    -------
    float
        Where it ends.
    """
    x, y = pad, top
    canvas.open("g", class_="do")
    labels: list[tuple[float, float, str]] = []
    for entry in entries:
        wide = 18.0 + text_width(entry.label, 11.0) + 12.0
        if x > pad and x + wide - 12.0 > canvas.width - pad:
            x, y = pad, y + LINE
        canvas.raw(mark(entry.shape, x + 6, y + 8, 5.0, entry.class_))
        labels.append((x + 16, y + 12, entry.label))
        x += wide
    canvas.close("g")
    for left, base, label in labels:
        canvas.text(left, base, label)
    return y + LINE + 4
