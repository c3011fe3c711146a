"""Who may do what: five roles, one rule a route, nothing without a rule.

A rule is written beside the address that it guards. An application with an address that has no rule does not start
(`check_rules`), and a role that a rule does not name is refused (deny by default).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    Handler = Callable[[Request], Response]


class Role(StrEnum):
    """What a signed-in person is here for."""

    ADMIN = "admin"
    ANALYST = "analyst"
    STATE = "state"
    OBSERVER = "observer"
    READER = "reader"


ROLE_NAMES: Final = {
    Role.ADMIN: "administrator",
    Role.ANALYST: "analyst",
    Role.STATE: "state committee",
    Role.OBSERVER: "district observer",
    Role.READER: "read-only",
}
"""Names of the roles in English, to be translated by the templates."""

EVERYONE: Final = frozenset(Role)
OFFICE: Final = frozenset({Role.ADMIN, Role.ANALYST, Role.STATE})


@dataclass(frozen=True)
class Rule:
    """Who may use one address.

    Parameters
    ----------
    roles : frozenset of Role
        The roles that may; nobody else.
    public : bool
        No sign-in is needed (the sign-in itself, styles, language).
    seat : bool
        The address names a seat, `{seat_id}`; a district observer gets only seats of the own districts.
    own : bool
        The address names no seat, and its page shows a district observer the own districts only.
    """

    roles: frozenset[Role] = frozenset()
    public: bool = False
    seat: bool = False
    own: bool = False

    def fault(self, path: str) -> str | None:
        """Say what is wrong with this rule on that address, if anything.

        Examples
        --------
        >>> Rule(EVERYONE, own=True).fault("/state") is None
        True
        >>> Rule(EVERYONE).fault("/state")
        'a district observer may use it, but it says neither seat nor own'
        """
        names_seat = "{seat_id}" in path
        if self.public:
            return "it is public, so it can't name roles or a seat" if self.roles or names_seat else None
        if not self.roles:
            return "its rule names no role"
        if names_seat != self.seat:
            return "it names a seat, but its rule doesn't" if names_seat else "its rule names a seat, but it doesn't"
        if Role.OBSERVER in self.roles and not (self.seat or self.own):
            return "a district observer may use it, but it says neither seat nor own"
        return None


PUBLIC: Final = Rule(public=True)
VIEW: Final = Rule(EVERYONE, own=True)
"""A page of many seats: every role, a district observer the own districts."""
VIEW_SEAT: Final = Rule(EVERYONE, seat=True)
"""A page of one seat: every role, a district observer in the own districts."""


@dataclass(frozen=True)
class Route:
    """One method of one address, who may use it, and what answers.

    Parameters
    ----------
    method : str
        GET or POST.
    path : str
        Such as `/seat/{seat_id}`.
    rule : Rule
        Who may.
    handler : callable
        Takes the request, gives the response; runs in a thread.
    keeps_alive : bool
        Whether a visit counts as activity of the session.
    """

    method: str
    path: str
    rule: Rule
    handler: Handler
    keeps_alive: bool = True


def route(method: str, path: str, rule: Rule, handler: Handler) -> Route:
    """Declare a route; a page file lists these in its `routes`."""
    return Route(method, path, rule, handler)


def allows(rule: Rule, role: Role | None, *, own_seat: bool | None = None) -> bool:
    """Tell whether a rule lets a role through.

    Parameters
    ----------
    rule : Rule
        Of the address.
    role : Role or None
        Of the signed-in person; None for nobody.
    own_seat : bool or None
        Whether the named seat lies in a district of the person; None where the address names no seat.

    Returns
    -------
    bool
        False unless the rule says so.

    Examples
    --------
    >>> allows(VIEW_SEAT, Role.READER, own_seat=False), allows(VIEW_SEAT, Role.OBSERVER, own_seat=False)
    (True, False)
    >>> allows(PUBLIC, None), allows(VIEW, None), allows(Rule(OFFICE), Role.READER)
    (True, False, False)
    """
    if rule.public:
        return True
    if role is None or role not in rule.roles:
        return False
    return not (role is Role.OBSERVER and rule.seat) or own_seat is True


def check_rules(routes: Sequence[Route], served: Iterable[tuple[str, str]]) -> None:
    """Refuse to start an application whose addresses aren't all guarded.

    Parameters
    ----------
    routes : sequence of Route
        What the pages declare.
    served : iterable of (method, path)
        What the application really answers.

    Raises
    ------
    KhakaError
        An address without a rule, with a rule that can't be meant, or declared twice.
    """
    known: set[tuple[str, str]] = set()
    for item in routes:
        key = (item.method, item.path)
        if key in known:
            raise KhakaError(f"{item.method} {item.path} is declared twice; keep one of the two routes")
        known.add(key)
        fault = item.rule.fault(item.path)
        if fault is not None:
            raise KhakaError(f"the page does not start: {item.method} {item.path} has no usable access rule: {fault}")
    for method, path in served:
        if (method, path) not in known:
            raise KhakaError(
                f"the page does not start: {method} {path} has no access rule; declare it with "
                "khaka.app.review.access.route"
            )
