"""The look of every plot: one style sheet, and a font for each script that names come in."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_STYLE: Final = "khaka.mplstyle"
_FONTS: Final = ("DejaVu Sans", "Noto Sans Devanagari")
"""Tried in this order, letter by letter."""


@contextmanager
def look() -> Iterator[None]:
    """Draw in the package's style inside a `with` block, or in the function that carries it as a decorator.

    Names come from records and may be in Devanagari; matplotlib shapes it from 3.11 on.
    """
    import matplotlib.style

    with matplotlib.style.context([_sheet(), _family()]):
        yield


def use_look() -> None:
    """Draw in the package's style from here on, as a notebook does."""
    import matplotlib.style

    matplotlib.style.use([_sheet(), _family()])


def _sheet() -> dict[str, Any]:
    from matplotlib import rc_params_from_file

    with importlib.resources.as_file(importlib.resources.files("khaka.training") / _STYLE) as path:
        found: Any = rc_params_from_file(path, use_default_template=False)  # its type lists every parameter there is
        return dict(found)


def _family() -> dict[str, Any]:
    import fontpkg_noto_sans_devanagari as package
    from matplotlib.font_manager import fontManager

    if _FONTS[1] not in fontManager.get_font_names():
        (file,) = Path(package.__file__).parent.rglob("*.ttf")
        fontManager.addfont(file)
    return {"font.family": list(_FONTS)}
