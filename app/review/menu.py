"""The pages in the head of every page: each one is shown to those whom its own rule lets in."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jinja2 import pass_context

from khaka.app.review.access import Rule, allows
from khaka.app.review.words import N_, translated

if TYPE_CHECKING:
    from jinja2.runtime import Context

PLACES: Final = (
    ("/", N_("State")),
    ("/slate", N_("Slate")),
    ("/intake", N_("Intake")),
    ("/ratings", N_("Ratings")),
    ("/minutes", N_("Minutes")),
    ("/lists", N_("Lists")),
    ("/record", N_("Record")),
    ("/after", N_("After counting day")),
    ("/users", N_("Users")),
)
"""Address and name, in the order of the work."""


@dataclass(frozen=True)
class Place:
    """One entry of the menu.

    Parameters
    ----------
    path : str
        Its address.
    name : str
        In the reader's language.
    here : bool
        Whether the page that is shown belongs to it.
    """

    path: str
    name: str
    here: bool


@functools.cache
def rules() -> dict[str, Rule]:
    """Return the rule of every page by its address.

    Returns
    -------
    dict of str to Rule
        Read from the routes themselves, once.
    """
    from khaka.app.review.factory import all_routes  # the routes import what imports this

    return {item.path: item.rule for item in all_routes() if item.method == "GET"}


@pass_context
def menu(context: Context) -> list[Place]:
    """Return the menu of whoever reads.

    Parameters
    ----------
    context : Context
        Of a page with a visitor.

    Returns
    -------
    list of Place
        Only what the visitor may open.
    """
    path, role = context["path"], context["visitor"].role
    say = translated(context["language"])
    found = []
    for address, name in PLACES:
        rule = rules().get(address)
        if rule is None or not allows(rule, role) or (address == "/after" and not context["settings"].scorecard):
            continue
        here = path == address or (address != "/" and path.startswith(f"{address}/"))
        found.append(Place(address, say(name), here or (address == "/" and path.startswith("/seat/"))))
    return found
