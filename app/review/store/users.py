"""Users: names, roles, districts, argon2 passwords. Every change stands in the record."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from khaka.app.review.access import ROLE_NAMES, Role
from khaka.app.review.store.database import Database
from khaka.app.review.store.events import UserChanged
from khaka.app.review.store.record import Who, append, utc_now
from khaka.app.review.store.schema import SESSIONS, USERS
from khaka.data.errors import KhakaError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

    from khaka.data.workspace import Workspace

SHORTEST: Final = 10
LONGEST: Final = 200
_NAME: Final = re.compile(r"[^\W_][\w\u0900-\u097f\u200c\u200d.@ -]{0,39}")  # vowel signs are no \w


@dataclass(frozen=True)
class User:
    """One who may sign in; an observer's `districts` are the own ones."""

    name: str
    role: Role
    districts: tuple[str, ...] = ()
    active: bool = True
    created_at: str = ""


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()  # argon2id, RFC 9106's second choice: 64 MiB, 3 passes


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password, and looking for a name takes as long as a wrong password")


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long, by its length alone.

    Raises
    ------
    KhakaError
        With the lengths that would do.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise KhakaError(
            f"a password has {SHORTEST} to {LONGEST} characters, this one has {len(password)}; take a few words"
        )


def add_user(
    database: Database, name: str, role: str, password: str, *, districts: Sequence[str] = (), who: Who
) -> User:
    """Add a user.

    Parameters
    ----------
    database : Database
        Of the page.
    name : str
        Up to 40 letters, digits, blanks and . @ - _, in any script.
    role : str
        A value of `Role`.
    password : str
        10 to 200 characters.
    districts : sequence of str
        Of a district observer, as in the table `seats`.
    who : Who
        Who adds.

    Returns
    -------
    User
        As it stands in the database.

    Raises
    ------
    KhakaError
        A wrong name, role, password, missing districts, or the name is taken.
    """
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        raise KhakaError(f"{name!r} is no user name; up to 40 letters, digits, blanks and . @ - _ are allowed")
    if role not in set(Role):
        raise KhakaError(f"unknown role {role!r}; there are {', '.join(f'{r} ({n})' for r, n in ROLE_NAMES.items())}")
    own = tuple(dict.fromkeys(district.strip() for district in districts if district.strip()))
    if (role == Role.OBSERVER) != bool(own):
        raise KhakaError(
            f"{name} is a district observer without a district; name one with --district"
            if not own
            else f"only a district observer has districts, {name} is to be {role}; leave --district out"
        )
    check_password(password)
    user = User(name, Role(role), own, created_at=utc_now())
    hashed = _hasher().hash(password)
    with database.write() as connection:
        if connection.execute(sa.select(USERS.c.name).where(sa.func.lower(USERS.c.name) == name.lower())).first():
            raise KhakaError(f"there is a user {name!r} already; choose another name, or give a new password")
        connection.execute(
            sa.insert(USERS).values(
                name=name, role=role, districts=json.dumps(own, ensure_ascii=False), password=hashed, active=True,
                created_at=user.created_at,
            )
        )  # fmt: skip
        append(connection, [UserChanged(name=name, change="added", role=role, districts=own)], who=who)
    return user


def set_password(database: Database, name: str, password: str, *, who: Who) -> None:
    """Give a user another password; whoever is signed in by that name is signed out."""
    check_password(password)
    hashed = _hasher().hash(password)
    _change(database, name, "password", {"password": hashed}, who)


def set_active(database: Database, name: str, active: bool, *, who: Who) -> None:
    """Shut a user out, or let the user in again; whoever is signed in by that name is signed out."""
    _change(database, name, "enabled" if active else "disabled", {"active": active}, who)


def _change(database: Database, name: str, change: str, values: dict[str, object], who: Who) -> None:
    with database.write() as connection:
        found = connection.execute(sa.update(USERS).where(USERS.c.name == name).values(**values))
        if not found.rowcount:
            raise KhakaError(f"there is no user {name!r}; khaka user list shows them")
        connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.name == name))
        append(connection, [UserChanged(name=name, change=change)], who=who)


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    fields = row._mapping
    return User(
        str(fields["name"]), Role(str(fields["role"])), tuple(json.loads(str(fields["districts"]))),
        bool(fields["active"]), str(fields["created_at"]),
    )  # fmt: skip


def users(database: Database) -> tuple[User, ...]:
    """Return all users by name."""
    with database.read() as connection:
        return tuple(_user(row) for row in connection.execute(sa.select(USERS).order_by(USERS.c.name)))


def password_fits(database: Database, name: str, password: str) -> User | None:
    """Return the active user whose name and password these are, or None.

    An unknown name takes as long as a wrong password.
    """
    from argon2.exceptions import VerificationError, VerifyMismatchError

    with database.read() as connection:
        row = connection.execute(sa.select(USERS).where(sa.func.lower(USERS.c.name) == name.strip().lower())).first()
    hashed = str(row.password) if row is not None else _nobody()
    try:
        _hasher().verify(hashed, password[: LONGEST + 1])
    except (VerifyMismatchError, VerificationError):
        return None
    if row is None or not row.active:
        return None
    return _user(row)


def known_districts(workspace: Workspace, districts: Sequence[str]) -> None:
    """Refuse a district that the table `seats` doesn't have.

    Raises
    ------
    KhakaError
        Naming the districts that are there.
    """
    names = {str(name).strip() for name in workspace.store.read("seats", columns=["district"])["district"].dropna()}
    folded = {name.casefold() for name in names}
    for district in districts:
        if district.strip().casefold() not in folded:
            some = ", ".join(sorted(names)[:12]) or "none"
            raise KhakaError(f"no seat lies in a district {district!r}; there are {some}")
