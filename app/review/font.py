"""The page's Devanagari font: cut once from the installed font package, kept in the workspace, never committed.

The package's variable font is cut to the regular weight and to the letters of modern Hindi; Latin letters come from
the reader's own system. The cut font weighs about 31 kB, a third of the whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from khaka.data.durable import write_bytes

FILE: Final = "font.woff2"

RARE: Final = frozenset({
    0x900, 0x904, 0x90C, 0x90D, 0x90E, 0x912, 0x929, 0x931, 0x934, 0x93A, 0x93B, 0x944, 0x946, 0x94A, 0x94E, 0x94F,
    *range(0x951, 0x958), *range(0x960, 0x964), *range(0x971, 0x980),
})  # fmt: skip
"""Letters of the block that modern Hindi doesn't write."""

LETTERS: Final = tuple(sorted(set(range(0x900, 0x980)) - RARE | {0x200C, 0x200D, 0x20B9, 0x25CC}))
"""What the cut font holds; the style sheet names the same ranges."""


def ensure_font(folder: Path) -> Path | None:
    """Make the page's font if it isn't there.

    Parameters
    ----------
    folder : Path
        Of the workspace's own static files.

    Returns
    -------
    Path or None
        The font; None where the font package is not installed: the page then shows the system's font.
    """
    path = folder / FILE
    if path.is_file():
        return path
    try:
        import fontpkg_noto_sans_devanagari as package
    except ModuleNotFoundError:
        return None
    source = next(iter(sorted(Path(package.ROOT).rglob("*.ttf"))), None)
    if source is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(path, cut(source))
    return path


def cut(source: Path) -> bytes:
    """Return the regular weight of a variable font with the letters of `LETTERS`, as WOFF2.

    Parameters
    ----------
    source : Path
        A TrueType font with the axes `wght` and `wdth`.

    Returns
    -------
    bytes
        The same for the same font.
    """
    import io
    import logging

    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options()
    options.layout_features = ["*"]  # conjuncts are made by them
    options.hinting = False
    options.drop_tables += ["MVAR", "DSIG"]
    with TTFont(source, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LETTERS)
        cutter.subset(font)
        still = instancer.instantiateVariableFont(font, {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes})
        still.flavor = "woff2"
        out = io.BytesIO()
        still.save(out)
    return out.getvalue()
