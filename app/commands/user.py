"""`khaka user`: who may sign in to the committee's page."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import click

from khaka.app.options import Common, common_options, examples

if TYPE_CHECKING:
    from khaka.app.review.store.database import Database
    from khaka.app.review.store.record import Who

_EXAMPLES = {
    "add": ('khaka user add "Asha Devi" --role state', "khaka user add ravi --role observer --district Lucknow"),
    "list": ("khaka user list", "khaka user list --json"),
    "password": ("khaka user password ravi",),
    "disable": ("khaka user disable ravi",),
    "enable": ("khaka user enable ravi",),
}


@click.group("user", epilog=examples(*(lines[0] for lines in _EXAMPLES.values())))
@common_options
def command(common: Common) -> None:
    """Who may sign in to the committee's page: add, list, password, disable, enable.

    Roles: admin, analyst, state (state committee), observer (district observer, own districts only), reader.
    """


def _open(common: Common) -> tuple[Database, Who]:
    from khaka.app.review.store.database import open_database
    from khaka.app.review.store.record import Who

    return open_database(common.open()), Who(f"shell:{getpass.getuser()}", "admin")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")


@command.command("add", epilog=examples(*_EXAMPLES["add"]))
@click.argument("name")
@click.option(
    "--role", required=True, metavar="ROLE", help="admin, analyst, state, observer or reader: what the user may do."
)
@click.option("--district", "districts", multiple=True, metavar="NAME", help="An observer's own district; repeatable.")
@stdin_option
@common_options
def add(common: Common, name: str, role: str, districts: tuple[str, ...], password_stdin: bool) -> None:
    """Add a user; the password is asked for, 10 characters at least."""
    from khaka.app.review.store.users import add_user, known_districts

    known_districts(common.open(), districts)
    database, who = _open(common)
    user = add_user(database, name, role, _password(password_stdin), districts=districts, who=who)
    where = f" for {', '.join(user.districts)}" if user.districts else ""
    common.result(
        {"name": user.name, "role": user.role.value, "districts": list(user.districts)},
        f"{user.name} may sign in as {user.role.value}{where}. Next: khaka review",
    )


@command.command("list", epilog=examples(*_EXAMPLES["list"]))
@common_options
def show(common: Common) -> None:
    """List the users, their roles and districts."""
    from khaka.app.review.store.users import users

    found = users(_open(common)[0])
    lines = [
        f"{user.name:<24} {user.role.value:<9} {'active' if user.active else 'disabled':<9} {', '.join(user.districts)}"
        for user in found
    ]
    common.result(
        [
            {"name": user.name, "role": user.role.value, "active": user.active, "districts": list(user.districts)}
            for user in found
        ],
        "\n".join(line.rstrip() for line in lines) or "No users yet. Next: khaka user add NAME --role admin",
    )


@command.command("password", epilog=examples(*_EXAMPLES["password"]))
@click.argument("name")
@stdin_option
@common_options
def password(common: Common, name: str, password_stdin: bool) -> None:
    """Give a user another password, and sign the user out."""
    from khaka.app.review.store.users import set_password

    database, who = _open(common)
    set_password(database, name, _password(password_stdin), who=who)
    common.result({"name": name}, f"{name} has a new password and is signed out everywhere.")


def _switch(common: Common, name: str, active: bool) -> None:
    from khaka.app.review.store.users import set_active

    database, who = _open(common)
    set_active(database, name, active, who=who)
    common.result(
        {"name": name, "active": active},
        f"{name} may sign in again." if active else f"{name} is shut out and signed out everywhere.",
    )


@command.command("disable", epilog=examples(*_EXAMPLES["disable"]))
@click.argument("name")
@common_options
def disable(common: Common, name: str) -> None:
    """Shut a user out; what the user did stays in the record."""
    _switch(common, name, active=False)


@command.command("enable", epilog=examples(*_EXAMPLES["enable"]))
@click.argument("name")
@common_options
def enable(common: Common, name: str) -> None:
    """Let a user in again."""
    _switch(common, name, active=True)
