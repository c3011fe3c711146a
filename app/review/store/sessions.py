"""Sessions on the server: they end by the clock, by idleness, by signing out, and when a user is shut out.

The browser holds a random token; the database holds its hash, so that a stolen copy of the database opens no session.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from khaka.app.review.access import Role
from khaka.app.review.store.database import Database
from khaka.app.review.store.record import Who
from khaka.app.review.store.schema import SESSIONS, SIGN_INS, USERS, VISITS
from khaka.data.errors import KhakaError
from khaka.data.settings import ReviewSettings

_TRIES: Final = 5
_TRIES_BY_ADDRESS: Final = 30
_WINDOW: Final = 15 * 60.0
_TOUCH: Final = 60.0  # "seen" is written at most once a minute

Clock = Callable[[], float]


@dataclass(frozen=True)
class Visitor:
    """The signed-in person behind a request."""

    name: str
    role: Role
    districts: tuple[str, ...]
    key: str
    csrf: str

    @property
    def who(self) -> Who:
        """For the record."""
        return Who(self.name, self.role.value)


class Sessions:
    """Opens, finds and ends sessions.

    Parameters
    ----------
    database : Database
        Of the page.
    settings : ReviewSettings
        When sessions end.
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, database: Database, settings: ReviewSettings, clock: Clock = time.time) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._found = (
            sa.select(SESSIONS, USERS.c.role, USERS.c.districts)
            .join(USERS, USERS.c.name == SESSIONS.c.name)
            .where(SESSIONS.c.key == sa.bindparam("key"), USERS.c.active)
        )

    def open(self, name: str) -> str:
        """Open a session and return the token for the browser."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.write() as connection:
            connection.execute(
                sa.insert(SESSIONS).values(
                    key=_key(token), name=name, csrf=secrets.token_hex(16), created_at=now, seen_at=now
                )
            )
        return token

    def find(self, token: str | None, *, keeps_alive: bool = True) -> Visitor | None:
        """Return who holds the token, None if the session has ended or never was."""
        if not token or len(token) > 100:
            return None
        key, now = _key(token), self._clock()
        with self._database.read() as connection:
            row = connection.execute(self._found, {"key": key}).first()
        if row is None:
            return None
        if now - row.created_at > self._settings.session_hours * 3600 or (
            now - row.seen_at > self._settings.idle_minutes * 60
        ):
            self.end(key)
            return None
        if keeps_alive and now - row.seen_at > _TOUCH:
            with self._database.write() as connection:
                connection.execute(sa.update(SESSIONS).where(SESSIONS.c.key == key).values(seen_at=now))
        return Visitor(row.name, Role(row.role), tuple(json.loads(row.districts)), key, row.csrf)

    def end(self, key: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.key == key))

    def check_rate(self, name: str, address: str) -> None:
        """Refuse to try a password when too many failed lately.

        Raises
        ------
        KhakaError
            5 wrong passwords for the name, or 30 from the address, within a quarter of an hour.
        """
        since = self._clock() - _WINDOW
        failed = sa.select(sa.func.count()).where(SIGN_INS.c.at > since, sa.not_(SIGN_INS.c.succeeded))
        with self._database.read() as connection:
            by_name = connection.scalar(failed.where(SIGN_INS.c.name == name.strip().lower())) or 0
            by_address = connection.scalar(failed.where(SIGN_INS.c.address == address)) or 0
        if by_name >= _TRIES or by_address >= _TRIES_BY_ADDRESS:
            raise KhakaError("too many wrong passwords; wait a quarter of an hour and try again")

    def tried(self, name: str, address: str, succeeded: bool) -> None:
        """Note an attempt to sign in."""
        with self._database.write() as connection:
            connection.execute(
                sa.insert(SIGN_INS).values(
                    at=self._clock(), name=name.strip().lower()[:80], address=address, succeeded=succeeded
                )
            )

    def forget(self) -> int:
        """Throw away what the settings no longer keep; nothing under a legal hold. Return how many rows."""
        if self._settings.legal_hold:
            return 0
        now, day = self._clock(), 86_400.0
        old = (
            sa.delete(VISITS).where(VISITS.c.at < now - self._settings.keep_visits_days * day),
            sa.delete(SIGN_INS).where(SIGN_INS.c.at < now - self._settings.keep_sign_ins_days * day),
            sa.delete(SESSIONS).where(SESSIONS.c.created_at < now - self._settings.session_hours * 3600.0),
        )
        with self._database.write() as connection:
            return sum(connection.execute(statement).rowcount for statement in old)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
