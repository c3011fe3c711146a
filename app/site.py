"""What mkdocs is told beside `mkdocs.yml`: the pages take their Devanagari font along, and Hindi pages say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from khaka.app.review.font import ensure_font


def on_post_page(output: str, page: Any, **_: object) -> str:
    """Name the language of a page, for screen readers and fonts.

    Parameters
    ----------
    output : str
        The page as HTML.
    page : mkdocs.structure.pages.Page
        Whose source's name ends in `.hi.md` where it is Hindi.
    **_ : object
        What else mkdocs hands over; not used.

    Returns
    -------
    str
        HTML.
    """
    return output.replace('lang="en"', 'lang="hi"', 1) if page.file.src_uri.endswith(".hi.md") else output


def on_post_build(config: Any, **_: object) -> None:
    """Lay the font beside the pages.

    Parameters
    ----------
    config : mkdocs.config.Config
        With the folder of the site.
    **_ : object
        What else mkdocs hands over; not used.
    """
    ensure_font(Path(config["site_dir"]))
