"""Who may sign in: add, new password, shut out, let in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from khaka.app.review.access import Role, Rule, route
from khaka.app.review.rendering import form, redirect, render, results, review, text_field, visitor
from khaka.app.review.store.users import add_user, set_active, set_password, users
from khaka.app.review.telling import Told

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ADMIN: Final = Rule(frozenset({Role.ADMIN}))


def show(request: Request) -> Response:
    """Show all users."""
    districts = sorted({seat.district for seat in results(request).seats.values() if seat.district})
    return render(request, "users.html", users=users(review(request).database), roles=tuple(Role), districts=districts)


def change(request: Request) -> Response:
    """Add or change one user: the button that was pressed says which."""
    database, who = review(request).database, visitor(request).who
    name = text_field(request, "name", longest=80)
    typed = form(request).get("password", "")
    password = typed if isinstance(typed, str) else ""
    match text_field(request, "what", longest=20):
        case "add":
            districts = [str(one) for one in form(request).getlist("district")]
            add_user(database, name, text_field(request, "role", longest=20), password, districts=districts, who=who)
        case "password":
            set_password(database, name, password, who=who)
        case "disable" | "enable" as what:
            if name == who.name:
                raise Told("nobody shuts out themselves; another administrator does")
            set_active(database, name, what == "enable", who=who)
        case what:
            raise Told("the form asks for {what}, which this page does not do", what=what)
    return redirect("/users")


routes = [route("GET", "/users", ADMIN, show), route("POST", "/users", ADMIN, change)]
